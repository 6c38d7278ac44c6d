"""Augmentation of gold articles: what changes, and what never does."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.features import encode_article
from attribution.segment import segment, speech_of
from attribution.types import Span
from tagged import FERRY, PIER, gold
from tiny_model import tiny_tokenizer
from training.augment import Augmenter, AugmentSettings
from training.augment.cues import change_tense, learn_verbs, swap_speakers
from training.augment.edits import Edit, apply_edits, claim_spans, name_spans, paragraphs
from training.augment.learning import read_lexicon
from training.augment.marks import STYLES, lose_marks, quotations, restyle, restyle_edits
from training.augment.renaming import Renaming, plan_names, rename
from training.augment.surface import add_noise, change_dateline, wrap_lines
from training.examples import Labeller
from training.readers.articles import parse_article
from training.readers.gold import GoldArticle, GoldClaim, GoldSource

KINDS = tuple(AugmentSettings.__dataclass_fields__)
EVERYTHING = AugmentSettings(**dict.fromkeys(KINDS, 1.0))

OTHERS = """---
title: Kiln cold
publisher: The Brindlow Echo
sources:
s1 | Ysolde Karrow | named_person | head of the Karrow Foundation | no
s2 | Tibor Menk | named_person | spokesman | no
s3 | Ketting Tribune | media_outlet | | no
s4 | Harbour Office | named_organization | | no
s5 | Weather Office | named_organization | | no
s6 | MVZ | media_outlet | | no
claims:
1 | s1 | | statement | speech
2 | s1 | | statement | speech
3 | s2 | | statement | speech
4 | s2 | | statement | speech
5 | s3 | | statement | speech
6 | s4 | | statement | speech
7 | s5 | | statement | speech
---
PELSUND (MVZ) — <con c=1>“The kiln is cold,”</con> <cue c=1>said</cue> <src c=1>Ysolde Karrow</src>.
<con c=2>“It stays so,”</con> <cue c=2>said</cue> <src c=2>she</src>. The office has a harbour, an
office and the weather.

<src c=3>Tibor Menk</src> <cue c=3>says</cue> <con c=3>it is not</con>. <src c=4>He</src>
<cue c=4>warns</cue> <con c=4>of frost</con>. The <src c=5>Ketting Tribune</src>
<cue c=5>warned</cue> <con c=5>of floods</con>. The <src c=6>Harbour Office</src>
<cue c=6>warned</cue> <con c=6>of gales</con>. The <src c=7>Weather Office</src> <cue c=7>said</cue>
<con c=7>nothing</con>.
"""


def others() -> list[GoldArticle]:
    """The articles that names and verbs are learned from."""
    return [parse_article(OTHERS, doc="wires-02"), gold(FERRY), gold(PIER)]


LEXICON = read_lexicon(others(), {})
VERBS = learn_verbs(others())


def tagged(body: str, *sources: str, claims: Sequence[str] = ()) -> GoldArticle:
    """An article of a tagged body; each claim is "source | via" (by default, the first source)."""
    numbers = sorted(set(map(int, re.findall(r"<con c=(\d+)>", body))))
    rows = claims or ["s1 | "] * len(numbers)
    table = [f"s{i} | {source}" for i, source in enumerate(sources, start=1)]
    lines = [f"{n} | {row} | statement | speech" for n, row in zip(numbers, rows, strict=True)]
    head = ["---", "title: T", "publisher: P", "sources:", *table, "claims:", *lines, "---", body]
    return parse_article("\n".join(head), doc="made-01")


ROE = "Ada Roe | named_person | head of the Roe Trust | no"
HER = "she | unnamed_person | | no"


def speaker(body: str) -> GoldArticle:
    return tagged(body, ROE)


def words(article: GoldArticle, claim: GoldClaim) -> list[list[str]]:
    return [re.findall(r"\w+", span.of(article.text)) for span in claim_spans(claim)]


def silver_of(article: GoldArticle, **kinds: str) -> dict[str, Any]:
    """A record with every occurrence of some names (blanks as underscores) and one chain of all."""
    ner = sorted(
        [match.start(), match.end(), kind]
        for name, kind in kinds.items()
        for match in re.finditer(rf"\b{name.replace('_', ' ')}\b", article.text)
    )
    return {
        "doc": article.doc,
        "sentences": [[0, len(article.text)]],
        "ner": ner,
        "coref": [[[start, end, 1] for start, end, _ in ner]] if ner else [],
    }


class TestEdits:
    TEXT = "“No,” said Ada Roe."

    def article(self) -> GoldArticle:
        claim = GoldClaim("c1", (Span(0, 5),), (Span(6, 10),), (Span(11, 18),))
        return GoldArticle("d", self.TEXT, (claim,), (GoldSource("s", "Ada Roe", "named_person"),))

    def test_spans_keep_their_words(self) -> None:
        edits = [Edit(11, 14, "Bo"), Edit(0, 0, "PELSUND — "), Edit(15, 18, "Karrow")]
        after, record = apply_edits(self.article(), silver_of(self.article(), Roe="PERSON"), edits)
        assert after.text == "PELSUND — “No,” said Bo Karrow."
        assert words(after, after.claims[0]) == [["No"], ["said"], ["Bo", "Karrow"]]
        assert after.sources[0].name == "Bo Karrow"
        assert record is not None
        assert [after.text[a:b] for a, b, _ in record["ner"]] == ["Karrow"]
        assert [after.text[a:b] for a, b, _ in record["coref"][0]] == ["Karrow"]
        assert record["sentences"] == [[10, len(after.text)]]

    def test_what_is_put_in_at_an_edge_stays_outside(self) -> None:
        after, _ = apply_edits(self.article(), None, [Edit(18, 18, "!"), Edit(11, 11, "Dr ")])
        assert after.claims[0].source_mention[0].of(after.text) == "Ada Roe"

    def test_moved_words_take_their_spans_along(self) -> None:
        edits = [
            Edit(6, 10, "Ada Roe", moved=Span(11, 18)),
            Edit(11, 18, "said", moved=Span(6, 10)),
        ]
        after, record = apply_edits(self.article(), silver_of(self.article(), Roe="PERSON"), edits)
        assert after.text == "“No,” Ada Roe said."
        assert words(after, after.claims[0]) == [["No"], ["said"], ["Ada", "Roe"]]
        assert record is not None
        assert [after.text[a:b] for a, b, _ in record["ner"]] == ["Roe"]

    def test_silver_of_deleted_words_goes(self) -> None:
        record = silver_of(self.article(), Ada_Roe="PERSON", said="MISC")
        after, changed = apply_edits(self.article(), record, [Edit(10, 18, "")])
        assert after.text == "“No,” said."
        assert changed is not None
        assert [item[2] for item in changed["ner"]] == ["MISC"]
        assert [len(chain) for chain in changed["coref"]] == [1]

    def test_overlapping_edits_are_an_error(self) -> None:
        with pytest.raises(ValueError, match="overlap at character 3"):
            apply_edits(self.article(), None, [Edit(0, 4, ""), Edit(3, 5, "")])

    def test_names_are_found_as_the_labeller_finds_them(self) -> None:
        text = "The Quay\u00a0Post’s “Tide” and the Quay Posts. Quay\nPost. tide\n"
        for name in ("the Quay Post", "“Tide”", '"Tide"', "tide", "Quay Post’s “Tide”", "Post"):
            article = GoldArticle("d", text, ())
            found = Labeller(article, encode_article(segment(text), tiny_tokenizer()))
            assert len(found.name_ranges(name)) == len(name_spans(text, name)), name

    def test_paragraphs_are_between_blank_lines_or_else_lines(self) -> None:
        text = " a\nb \n\n c "
        assert [part.of(text) for part in paragraphs(text)] == ["a\nb", "c"]
        assert [part.of("a\nb\n") for part in paragraphs("a\nb\n")] == ["a", "b"]


class TestNames:
    BODY = (
        "ADA ROE CLEARED. <src c=1>Ada Roe</src>, an Ada fan, <cue c=1>said</cue> <con c=1>Bo Roe "
        "and Ms Roe’s trust, the Roe Trust, were anti-Roe</con>. <src c=2>Roe</src>"
        " <cue c=2>told</cue> <via c=2 e=s2>the Ketting Echo</via> <con c=2>no</con>."
    )

    def article(self) -> GoldArticle:
        outlet = "Ketting Echo | media_outlet | | no"
        bo = "Bo Roe | named_person | brother of Ada Roe | no"
        return tagged(self.BODY, ROE, outlet, bo, claims=["s1 | ", "s1 | s2"])

    def renamed(self, seed: int = 1) -> tuple[GoldArticle, Renaming]:
        article = self.article()
        plan = plan_names(article, None, LEXICON, random.Random(seed))
        return rename(article, None, LEXICON, random.Random(seed))[0], plan

    def test_a_name_changes_everywhere_alike(self) -> None:
        for seed in range(20):
            after, plan = self.renamed(seed)
            if "Roe" in plan.words:
                break
        new = plan.words["Roe"]
        assert "Roe" not in after.text
        assert f" {new.upper()} CLEARED" in after.text
        assert f"Ms {new}’s trust, the {new} Trust, were anti-{new}" in after.text
        assert after.sources[0].role == f"head of the {new} Trust"
        assert {source.name.split()[-1] for source in after.sources if source.id != "s2"} == {new}
        assert after.claims[1].source_mention[0].of(after.text) == new

    def test_names_come_from_other_articles_and_ordinary_words_stay(self) -> None:
        known = set(re.findall(r"\w+", OTHERS + FERRY))
        for seed in range(10):
            after, plan = self.renamed(seed)
            assert set(plan.words.values()) <= known | {word.upper() for word in known}
            assert "Trust" in after.text
            assert after.claims[1].via_mentions["s2"][0].of(after.text).startswith("the ")

    def test_first_names_keep_to_he_and_she(self) -> None:
        assert LEXICON.genders["Ysolde"] == -1
        assert LEXICON.genders["Tibor"] == 1
        article = tagged(
            "<src c=1>Ysolde Roe</src> <cue c=1>said</cue> <con c=1>no</con>.",
            "Ysolde Roe | named_person | | no",
        )
        firsts = {
            rename(article, None, LEXICON, random.Random(seed))[0].sources[0].name.split()[0]
            for seed in range(30)
        }
        assert firsts == {"Ysolde"}  # the only "she" there is, and a name never returns

    def test_indefinite_article_and_possessive_follow_the_name(self) -> None:
        plan = Renaming(words={"Ada": "Bo", "Bo": "Ada", "Jones": "Roe"}, names={})
        assert plan.retold("an Ada fan, a Bo fan, An “Ada” fan") == (
            "a Bo fan, an Ada fan, A “Bo” fan"
        )
        assert plan.retold("in Jones' view, Jones's") == "in Roe's view, Roe's"

    def test_names_of_ordinary_words_change_for_ones_with_the_same_head(self) -> None:
        body = "The <src c=1>Harbour Office</src> <cue c=1>said</cue> <con c=1>no</con>."
        article = tagged(body, "Harbour Office | named_organization | | no")
        names = {
            rename(article, None, LEXICON, random.Random(seed))[0].sources[0].name
            for seed in range(20)
        }
        assert names == {"Harbour Office", "Weather Office"}

    def test_silver_persons_who_are_no_source_change_too(self) -> None:
        article = speaker("<src c=1>Ada Roe</src> <cue c=1>said</cue> <con c=1>Cy Dunn left</con>.")
        record = silver_of(article, Ada_Roe="PERSON", Cy_Dunn="PERSON")
        plan = plan_names(article, record, LEXICON, random.Random(3))
        assert {"Roe", "Dunn"} & plan.words.keys()


class TestMarks:
    US = "“I ‘know’ it’s cold,” she said. “Don’t.”\n\n“It is,” he said."

    @pytest.mark.parametrize(
        ("style", "expected"),
        [
            (0, '"I \'know\' it\'s cold," she said. "Don\'t."\n\n"It is," he said.'),
            (1, US),
            (2, "'I \"know\" it's cold,' she said. 'Don't.'\n\n'It is,' he said."),
            (3, "‘I “know” it’s cold,’ she said. ‘Don’t.’\n\n‘It is,’ he said."),
            (4, "«I “know” it’s cold,» she said. «Don’t.»\n\n«It is,» he said."),
            (5, "„I ‚know‘ it’s cold,“ she said. „Don’t.“\n\n„It is,“ he said."),
        ],
    )
    def test_styles(self, style: int, expected: str) -> None:
        article = GoldArticle("d", self.US, ())
        after, _ = apply_edits(article, None, restyle_edits(self.US, STYLES[style]))
        assert after.text == expected
        if STYLES[style].outer != ("„", "“"):
            back, _ = apply_edits(after, None, restyle_edits(after.text, STYLES[1]))
            assert back.text == self.US

    def test_a_quotation_over_paragraphs_has_all_its_opening_marks(self) -> None:
        text = '"One.\n\n"Two." End.'
        after, _ = apply_edits(GoldArticle("d", text, ()), None, restyle_edits(text, STYLES[3]))
        assert after.text == "‘One.\n\n‘Two.’ End."

    def test_apostrophes_are_no_marks(self) -> None:
        text = "'The workers' vote in the '90s wasn't fair,' he said."
        assert [(item.opening.start, item.depth) for item in quotations(text)] == [(0, 0)]
        assert quotations("the workers' vote, and it wasn't theirs") == []

    def test_names_with_marks_change_with_the_text(self) -> None:
        article = tagged(
            'On <src c=1>"Low Tide"</src> <cue c=1>came</cue> <con c=1>"a no"</con>.',
            '"Low Tide" | media_outlet | | no',
        )
        after, _ = apply_edits(article, None, restyle_edits(article.text, STYLES[3]))
        assert after.sources[0].name == "‘Low Tide’"

    def test_restyling_keeps_speech(self) -> None:
        for seed in range(30):
            after, _ = restyle(gold(), None, random.Random(seed))
            if "„" not in after.text:
                document = segment(after.text)
                assert [speech_of(document, c.content) for c in after.claims] == [
                    claim.speech for claim in gold().claims
                ]

    def test_a_lost_mark_makes_speech_unknown_in_its_paragraph(self) -> None:
        article = speaker(
            "<con c=1>“No,”</con> <src c=1>she</src> <cue c=1>said</cue>.\n\n"
            "<src c=2>She</src> <cue c=2>said</cue> <con c=2>it rained</con>."
        )
        seen = set()
        for seed in range(10):
            after, _ = lose_marks(article, None, random.Random(seed))
            assert [claim.speech for claim in after.claims] == [None, "indirect"]
            seen.add(after.claims[0].content[0].of(after.text))
        assert seen == {"No,”", "“No,"}


class TestOrder:
    def swapped(self, body: str) -> str:
        article = speaker(body)
        texts = {
            swap_speakers(article, None, VERBS, random.Random(seed))[0].text for seed in range(9)
        }
        changed = texts - {article.text}
        return changed.pop() if changed else article.text

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("<src c=1>Ada Roe</src> <cue c=1>said</cue>.", "said Ada Roe."),
            ("<cue c=1>said</cue> <src c=1>Ada Roe</src>.", "Ada Roe said."),
            ("<cue c=1>said</cue> <src c=1>she</src>.", "she said."),
            ("<src c=1>the cook</src> <cue c=1>said</cue> on Monday.", "said the cook on Monday."),
            ("<cue c=1>said</cue> <src c=1>Roe, a cook</src>.", "Roe, a cook, said."),
            ("<src c=1>Roe, a cook</src>, <cue c=1>said</cue>.", "said Roe, a cook."),
            ("<src c=1>she</src> <cue c=1>said</cue>.", "she said."),
            ("<src c=1>Roe</src> <cue c=1>said</cue> men lied.", "Roe said men lied."),
            ("<src c=1>Roe</src> <cue c=1>told</cue> us.", "Roe told us."),
            ("<cue c=1>said</cue> <src c=1>Roe</src>, a cook.", "said Roe, a cook."),
        ],
    )
    def test_speaker_and_verb(self, before: str, after: str) -> None:
        quotation = "<con c=1>“It is cold,”</con> "
        assert self.swapped(quotation + before) == "“It is cold,” " + after

    def test_only_behind_a_quotation(self) -> None:
        body = "<src c=1>Roe</src> <cue c=1>said</cue>. <con c=1>It is cold</con>."
        assert self.swapped(body) == "Roe said. It is cold."


class TestTense:
    def told(self, body: str) -> str:
        article = speaker(body)
        texts = {change_tense(article, None, VERBS, random.Random(s))[0].text for s in range(5)}
        changed = texts - {article.text}
        return max(changed, default=article.text)

    def test_pairs_are_learned(self) -> None:
        assert VERBS.present == {"said": ("says", "say"), "warned": ("warns", "warn")}
        assert VERBS.inverted == {"said"}

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("<src c=1>Roe</src> <cue c=1>said</cue> <con c=1>no</con>.", "Roe says no."),
            ("<src c=1>Roe</src> <cue c=1>says</cue> <con c=1>no</con>.", "Roe said no."),
            ("<src c=1>they</src> <cue c=1>said</cue> <con c=1>no</con>.", "they say no."),
            ("<src c=1>A and B</src> <cue c=1>warned</cue> <con c=1>x</con>.", "A and B warn x."),
            ("<con c=1>“No,”</con> <cue c=1>said</cue> <src c=1>he</src>.", "“No,” says he."),
            ("<src c=1>Roe</src> <cue c=1>said</cue> last year <con c=1>no</con>.", None),
            ("“<src c=1>Roe</src> <cue c=1>said</cue> <con c=1>no</con>.”", None),
            ("Did <src c=1>Roe</src> <cue c=1>say</cue> <con c=1>no</con>?", None),
            ("<src c=1>Roe’s</src> <cue c=1>say</cue> on <con c=1>it</con>", None),
            ("<src c=1>Roe</src> also <cue c=1>said</cue> <con c=1>no</con>.", None),
        ],
    )
    def test_verbs(self, before: str, after: str | None) -> None:
        assert self.told(before) == (after or speaker(before).text)

    def test_unsure_number_keeps_the_past(self) -> None:
        body = "<src c=1>the staff</src> <cue c=1>said</cue> <con c=1>no</con>."
        article = tagged(body, "the staff | unnamed_group | | no")
        after, _ = change_tense(article, None, VERBS, random.Random(1))
        assert after.text == article.text


class TestSurface:
    RUNNING = "A long first sentence about the quay, the pier and the kiln, and all who work there"
    BODY = f"{RUNNING}, <src c=1>Roe</src> <cue c=1>said</cue>: <con c=1>they go</con>."

    def test_a_dateline_of_known_names_enters_the_silver_entities(self) -> None:
        article = speaker(self.BODY)
        record = silver_of(article, Roe="PERSON")
        lines = set()
        for seed in range(30):
            after, changed = change_dateline(article, record, LEXICON.pool, random.Random(seed))
            assert changed is not None
            line = after.text.removesuffix(article.text)
            found = [(after.text[start:end], kind) for start, end, kind in changed["ner"]]
            assert (line[:7].title(), "LOCATION") == (found[0][0].title(), found[0][1])
            assert [kind for _, kind in found[1:]] in (["PERSON"], ["ORGANIZATION", "PERSON"])
            assert words(after, after.claims[0]) == words(article, article.claims[0])
            lines.add(line)
        assert any(line.startswith("PELSUND (") for line in lines)
        assert len(lines) > 10

    def test_an_own_dateline_is_removed_or_restyled(self) -> None:
        article = speaker("LOWICK (ZZN) — " + self.BODY)
        texts = {
            change_dateline(article, None, LEXICON.pool, random.Random(s))[0].text
            for s in range(30)
        }
        ends = speaker(self.BODY).text
        assert ends in texts
        assert all(text.endswith(ends) and len(text) < len(ends) + 40 for text in texts)
        assert any(text.startswith("LOWICK (ZZN) -- ") for text in texts)
        assert any(re.match(r"LOWICK, \w+\.? \w+ \(ZZN\)", text) for text in texts)

    def test_a_dateline_that_names_a_source_stays(self) -> None:
        body = f"LOWICK (<via c=1 e=s2>ZZN</via>) — {self.BODY}"
        article = tagged(body, ROE, "ZZN | media_outlet | | no", claims=["s1 | s2"])
        for seed in range(20):
            after, _ = change_dateline(article, None, LEXICON.pool, random.Random(seed))
            assert after.claims[0].via_mentions["s2"][0].of(after.text) == "ZZN"

    def test_noise(self) -> None:
        article = speaker(
            "Mr. A rose -- then... left. <src c=1>Roe</src> <cue c=1>said</cue> "
            "<con c=1>a well-known half-and-half, 2-3 times — no</con>."
            + " It rained on the quay, and on the pier." * 9
            + "\n\nSo there."
        )
        texts = {add_noise(article, None, random.Random(s))[0].text for s in range(60)}
        joined = "\n".join(texts)
        for trace in ("\u00a0", ".  It", "rose — then", "rose—then", "…", ". . .", "\r\n"):
            assert trace in joined, trace
        assert all("well-known half-and-half, 2-3" in re.sub(r"\s+", " ", t) for t in texts)
        assert not any("Mr.  A  rose" in text for text in texts)

    def test_wrapped_lines_still_make_one_paragraph(self) -> None:
        article = speaker(f"{self.BODY} {self.RUNNING}. {self.RUNNING}.\nShort end.")
        after, _ = wrap_lines(article, None, random.Random(0))
        assert max(map(len, after.text.split("\n"))) <= 90
        assert after.text.split() == article.text.split()
        assert len(segment(after.text).paragraphs) == 2


# Every change of an article, over articles made of these parts.
_NAMES = ("Ada Roe", "Bo Sanders", "Tibor Roe", "Núria d'Aubry", "Kim Lund-Roe")
_OUTLETS = ("Ketting Echo", "the Pelsund Tribune", "MVZ", '"Low Tide"')
_FORMS = (
    "<con c={n}>“{said},”</con> <src c={n}>{name}</src> <cue c={n}>said</cue>.",
    "<con c={n}>“{said},”</con> <cue c={n}>said</cue> <src c={n}>{last}, the cook</src>.",
    "<src c={n}>{last}</src> <cue c={n}>told</cue> <via c={n} e=s2>{outlet}</via>"
    " <con c={n}>that {said} -- they 'know'... it</con>.",
    '<src c={n}>She</src> <cue c={n}>warned</cue>: <con c={n}>"{said}."</con>',
    "<con c={n}>‘{said}.’</con> It wasn’t the workers' day.",
    "According to {outlet}, <src c={n}>an {first} fan</src> <cue c={n}>says</cue>"
    " <con c={n}>{said}</con>.",
)
_SAID = (
    "{last}'s boat is gone",
    "the {outlet} man called it 'a mess'",
    "in PELSUND, A {upper} BOAT sank",
    "we go",
)


@st.composite
def articles(draw: st.DrawFn) -> GoldArticle:
    """Articles of one to six claims about two persons and an outlet, in few paragraphs."""
    people = draw(st.lists(st.sampled_from(_NAMES), min_size=2, max_size=2, unique=True))
    outlet = draw(st.sampled_from(_OUTLETS))
    body = draw(st.sampled_from(("", "PELSUND, May 3 (MVZ) — ", "Headline Of Roe\n\n")))
    rows = []
    for n in range(1, draw(st.integers(1, 6)) + 1):
        who = draw(st.integers(0, 1))
        first, last = people[who].split()
        known = {"name": people[who], "first": first, "last": last, "upper": last.upper()}
        said = draw(st.sampled_from(_SAID)).format(outlet=outlet, **known)
        body += draw(st.sampled_from(_FORMS)).format(n=n, said=said, outlet=outlet, **known)
        body += draw(st.sampled_from((" ", "\n\n", "\n")))
        rows.append(f"s{2 * who + 1} | " + ("s2" if f"<via c={n} " in body else ""))
    sources = [
        f"{people[0]} | named_person | cook at {outlet} | no",
        f"{outlet} | media_outlet | | no",
        f"{people[1]} | named_person | friend of {people[0]} | no",
    ]
    return tagged(body, *sources, claims=rows)


def annotated(article: GoldArticle) -> dict[str, Any]:
    names = {name.replace(" ", "_"): "PERSON" for name in ("Ada Roe", "Tibor Roe", "Sanders")}
    return silver_of(article, **names, Ketting_Echo="ORGANIZATION", PELSUND="LOCATION")


def name_counts(article: GoldArticle) -> list[int]:
    labeller = Labeller(article, encode_article(segment(article.text), tiny_tokenizer()))
    return [len(labeller.name_ranges(source.name)) for source in article.sources]


def lower_words(text: str) -> list[str]:
    """Words that are no names, without what follows a name: articles and possessives."""
    return [w for w in re.findall(r"\w+", text) if w.islower() and w not in ("a", "an", "s", "d")]


@cache
def augmenter_for(settings: AugmentSettings) -> Augmenter:
    return Augmenter(others(), {}, settings)


def augment(settings: AugmentSettings, article: GoldArticle, seed: int) -> Any:
    return augmenter_for(settings)(article, annotated(article), random.Random(seed))


seeds = st.integers(0, 1000)


class TestAugmenter:
    @given(articles(), seeds, st.sets(st.sampled_from(KINDS)))
    def test_labels_stay_whole(self, article: GoldArticle, seed: int, kinds: set[str]) -> None:
        after, record = augment(AugmentSettings(**dict.fromkeys(kinds, 1.0)), article, seed)
        assert [claim.id for claim in after.claims] == [claim.id for claim in article.claims]
        for claim, old in zip(after.claims, article.claims, strict=True):
            spans = list(claim_spans(claim))
            assert all(0 <= span.start < span.end <= len(after.text) for span in spans)
            assert len(spans) == len(list(claim_spans(old)))
            assert replace(claim, content=(), cue=(), source_mention=(), via_mentions={}) == (
                replace(old, content=(), cue=(), source_mention=(), via_mentions={})
                if claim.speech
                else replace(
                    old, content=(), cue=(), source_mention=(), via_mentions={}, speech=None
                )
            )
        offsets = [item[:2] for item in record["ner"] + [m for c in record["coref"] for m in c]]
        assert all(0 <= start < end <= len(after.text) for start, end in offsets)
        assert name_counts(after) == name_counts(article)

    @pytest.mark.parametrize("kind", ["order", "dateline", "marks", "lost_marks", "wrap", "noise"])
    @given(article=articles(), seed=seeds)
    def test_spans_cover_the_same_words(self, kind: str, article: GoldArticle, seed: int) -> None:
        after, record = augment(AugmentSettings(**{kind: 1.0}), article, seed)
        for claim, old in zip(after.claims, article.claims, strict=True):
            assert words(after, claim) == words(article, old)
        old_names = {article.text[a:b].casefold() for a, b, _ in annotated(article)["ner"]}
        mentions = [mention for chain in record["coref"] for mention in chain]
        new_names = [" ".join(after.text[a:b].split()) for a, b, *_ in mentions]
        assert {name.casefold() for name in new_names} <= old_names

    @given(articles(), seeds)
    def test_renamed_spans_keep_all_other_words(self, article: GoldArticle, seed: int) -> None:
        after, _ = augment(AugmentSettings(names=1.0), article, seed)
        assert lower_words(after.text) == lower_words(article.text)
        for claim, old in zip(after.claims, article.claims, strict=True):
            for new, before in zip(claim_spans(claim), claim_spans(old), strict=True):
                assert lower_words(new.of(after.text)) == lower_words(before.of(article.text))

    @given(articles(), seeds)
    def test_tense_changes_cues_alone(self, article: GoldArticle, seed: int) -> None:
        after, _ = augment(AugmentSettings(tense=1.0), article, seed)
        past = {**VERBS.past, **{word: word for word in VERBS.present}}
        for claim, old in zip(after.claims, article.claims, strict=True):
            for new, before in zip(words(after, claim), words(article, old), strict=True):
                assert [past.get(w, w) for w in new] == [past.get(w, w) for w in before]

    @given(articles(), seeds)
    def test_without_probabilities_nothing_changes(self, article: GoldArticle, seed: int) -> None:
        record = annotated(article)
        after, same = augmenter_for(AugmentSettings())(article, record, random.Random(seed))
        assert after is article
        assert same is record

    @given(articles(), seeds)
    def test_same_seed_same_article(self, article: GoldArticle, seed: int) -> None:
        assert augment(EVERYTHING, article, seed) == augment(EVERYTHING, article, seed)

    def test_the_given_article_is_left_alone(self) -> None:
        article, record = gold(), annotated(gold())
        Augmenter(others(), {}, EVERYTHING)(article, record, random.Random(1))
        assert article == gold()
        assert record == annotated(gold())

    def test_works_without_silver_names_or_claims(self) -> None:
        article = GoldArticle("d", "", ())
        augmenter = Augmenter([], {}, EVERYTHING)
        assert augmenter(article, None, random.Random(1)) == (article, None)

    def test_a_probability_out_of_range_is_an_error(self) -> None:
        with pytest.raises(ValueError, match=r"marks is a probability from 0 to 1, not 1\.5"):
            AugmentSettings(marks=1.5)
