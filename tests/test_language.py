"""Other languages are told by the pieces that the tokenizer cuts their words into."""

from __future__ import annotations

from pathlib import Path

import pytest

from attribution.features import encode_articles
from attribution.language import MOST_PIECES, Fluency, fluency, reads_as_english
from attribution.segment import segment
from attribution.tokenizer import load_tokenizer
from training.readers.articles import read_articles

ROOT = Path(__file__).parent.parent
TOKENIZER = load_tokenizer(ROOT / "attribution" / "weights" / "small")
ENGLISH = (
    "The ferry will stop on Friday, the harbour board said on Tuesday. Costs rose last year while "
    "fewer passengers came, according to a spokesman."
)
OTHERS = {
    "German": "Die Fähre wird am Freitag eingestellt, sagte der Hafenausschuss am Dienstag. Die "
    "Kosten sind im vergangenen Jahr gestiegen, während die Zahl der Fahrgäste gesunken ist.",
    "Dutch": "De veerboot stopt vrijdag, zei het havenbestuur dinsdag. Volgens een woordvoerder "
    "zijn de kosten vorig jaar gestegen, terwijl het aantal passagiers is gedaald.",
    "French": "Le ferry sera supprimé vendredi, a annoncé mardi le conseil du port. Les coûts ont "
    "augmenté l'année dernière alors que le nombre de passagers a diminué.",
    "Spanish": "El transbordador dejará de funcionar el viernes, dijo el martes la junta del "
    "puerto. Según un portavoz, los costos aumentaron el año pasado.",
    "Polish": "Prom przestanie kursować w piątek, poinformowała we wtorek rada portu. Według "
    "rzecznika koszty wzrosły w ubiegłym roku, a liczba pasażerów spadła o połowę.",
    "Russian": "Паром перестанет ходить в пятницу, сообщил во вторник совет порта. По словам "
    "представителя, расходы в прошлом году выросли, а пассажиров стало гораздо меньше.",
    "Arabic": "ستتوقف العبارة يوم الجمعة حسبما قال مجلس الميناء يوم الثلاثاء وقال متحدث باسم "
    "المجلس إن التكاليف ارتفعت العام الماضي بينما انخفض عدد الركاب كثيرا",
    "Hindi": "बंदरगाह बोर्ड ने मंगलवार को कहा कि नौका शुक्रवार को बंद हो जाएगी और एक प्रवक्ता के अनुसार "
    "पिछले साल लागत बढ़ गई जबकि यात्रियों की संख्या घट गई है",
}


def read(text: str) -> Fluency:
    return fluency(encode_articles([segment(text)], TOKENIZER)[0])


@pytest.mark.parametrize("text", [ENGLISH, ENGLISH.upper()], ids=["written", "capitals"])
def test_english_reads_as_english(text: str) -> None:
    assert reads_as_english([read(text)])


@pytest.mark.parametrize("language", OTHERS)
def test_other_languages_do_not(language: str) -> None:
    assert not reads_as_english([read(OTHERS[language])])


def test_all_written_articles_read_as_english() -> None:
    articles = read_articles(ROOT / "training" / "corpus" / "articles" / "train")
    strange = [item.id for item in articles if not reads_as_english([read(item.text)])]
    assert articles
    assert strange == []


def test_a_short_text_tells_nothing() -> None:
    assert reads_as_english([read("Die Fähre wird eingestellt.")])
    assert reads_as_english([read("")])


def test_sections_count_together() -> None:
    little = Fluency(12, 12 * 3, 12, 12 * 3)
    assert reads_as_english([little])
    assert not reads_as_english([little, little])


def test_names_say_nothing_where_there_are_small_words() -> None:
    words, names = 30, 300
    assert reads_as_english([Fluency(words + names, words + 5 * names, words, words)])
    assert not reads_as_english([Fluency(names, int(names * MOST_PIECES), 0, 0)])
