"""What the words are on which two spans differ, by their surface.

No parser: sentences, quotation marks, commas and short lists of function words decide. The labels
are parts of the names of classes in :mod:`eval.error_classes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attribution.wordclasses import DETERMINERS, PREPOSITIONS, PRONOUNS, TITLES, WEEKDAYS
from eval.error_forms import POSSESSIVES, QUESTION_WORDS, word_set
from eval.error_layout import Page

__all__ = ["content_words", "cue_words", "mention_words", "sign_between"]

_QUOTATION_MARKS = frozenset("\"“”„«»‘’'`")
_AUXILIARIES = word_set(
    "am is are was were be been being has have had having do does did will would shall should can "
    "could may might must s ve d ll re m t not never to didn doesn don isn wasn weren hasn haven "
    "hadn won wouldn couldn shouldn cannot"
)
_PARTICLES = PREPOSITIONS | word_set(
    "about as into on onto out over up down off back forward that like"
)
_PREPOSITIONS = _PARTICLES | word_set(
    "during after before through under between among amid despite without within via per than "
    "including toward towards upon across since until ahead"
)
# Prepositions that are no particles: nothing ends with them.
_OPEN_ENDED = word_set(
    "of for to by from with at into between among amid despite without than including toward "
    "towards upon until during"
)
_LINKS = _PARTICLES | QUESTION_WORDS | {"to"}
_RELATIVES = word_set("who whom whose which that where")
_COORDINATORS = word_set("and or but nor yet")
_SUBORDINATORS = word_set(
    "because while if when after before although though since until unless so whereas"
)
_TIMES = WEEKDAYS | word_set(
    "today yesterday tomorrow tonight morning afternoon evening night week month year ago earlier "
    "later recently now then again already also still just once even too instead january february "
    "march april june july august september october november december often always previously long "
    "first"
)
# They may stand beside these words but make no time alone: "on the first", "late last week".
_TIME_LINKS = word_set("on at in the this last next early late")
_NO_ADVERBS = word_set("reply apply imply rely comply family ally rally supply assembly")
_AUDIENCE = PRONOUNS.keys() | word_set(
    "reporters journalists press supporters voters crowd audience lawmakers court jury congress "
    "parliament senate police investigators officials"
)
_ABBREVIATIONS = TITLES | word_set(
    "sen sens rep reps gov gen st jr sr rev lt col sgt capt prof vs inc corp co ltd no"
)
_TELLING = word_set("tell tells told telling inform informs informed informing")
_FEW = 3
_PLAIN = "other words"


Roles = Mapping[str, frozenset[int]]


def content_words(page: Page, words: frozenset[int], edge: int, named: Roles) -> str:
    """What the words are that one content has more than the other, at its beginning or end.

    Args:
        page: the article's page.
        words: the words on which the two differ, all on one side of ``edge``.
        edge: the nearest word that belongs to the stretch both contents share.
        named: words of cue and source mention of either claim, by role.
    """
    first, last = min(words), max(words)
    tokens = page.tokens_of(words)
    join = first if first > edge else last + 1
    if "." in page.before(join) and page.tokens[join - 1] in _ABBREVIATIONS:
        return "at the stop of an abbreviation"
    if not page.before(join).strip() and (label := _torn(page, join, first > edge)):
        return label
    elsewhere = [page.sentence(word) != page.sentence(edge) for word in words]
    if any(elsewhere):
        return "whole sentences" if all(elsewhere) else "sentences and a part of one"
    if set(tokens) <= _LINKS:
        return "that" if tokens == ["that"] else "linking word"
    for role, others in named.items():
        if 2 * len(words & others) >= len(words):
            return f"words of the {role}"
    if _are_adverbs(tokens):
        return "adverb or time"
    gap = page.before(join)
    if _QUOTATION_MARKS & set(gap):
        return "at a quotation mark"
    return _tail(tokens, gap) if first > edge else _head(tokens, gap)


def _torn(page: Page, word: int, is_end: bool) -> str | None:
    """Label of an edge in front of ``word`` that no writer would choose."""
    before, after = page.tokens[word - 1], page.tokens[word]
    if is_end and before in DETERMINERS | POSSESSIVES | _OPEN_ENDED:
        return "behind an article or preposition"
    starts = [page.text[page.spans[at].start] for at in (word - 1, word)]
    if all(start.isupper() for start in starts) and after not in _RELATIVES:
        return "inside a name"
    return None


def _tail(tokens: list[str], gap: str) -> str:
    for label, class_ in (
        ("relative clause", _RELATIVES),
        ("coordinated part", _COORDINATORS),
        ("adverbial clause", _SUBORDINATORS),
        ("infinitive", frozenset(("to",))),
        ("prepositional tail", _PREPOSITIONS),
    ):
        if tokens[0] in class_:
            return label
    if tokens[0].endswith("ing"):
        return "participle"
    if gap.strip():
        return "after a colon" if ":" in gap else "after a comma or dash"
    return "up to three words" if len(tokens) <= _FEW else "longer stretch"


def _head(tokens: list[str], gap: str) -> str:
    if _COORDINATORS & {tokens[0], tokens[-1]}:
        return "coordinated part"
    if gap.strip():
        return "before a comma, dash or colon"
    if set(tokens) <= DETERMINERS | POSSESSIVES:
        return "article"
    if _LINKS & {tokens[0], tokens[-1]}:
        return "phrase with a linking word"
    return "up to three words" if len(tokens) <= _FEW else "longer stretch"


def cue_words(page: Page, words: frozenset[int]) -> str:
    """What the words are that one cue has more than the other."""
    tokens = page.tokens_of(words)
    if _are_adverbs(tokens):
        return "adverb or time"
    if set(tokens) <= _AUXILIARIES:
        return "auxiliary, negation, to"
    if set(tokens) <= _PARTICLES:
        return "preposition or particle"
    if set(tokens) <= DETERMINERS | POSSESSIVES:
        return "article"
    if _COORDINATORS & set(tokens):
        return "second verb"
    told = page.tokens[min(words) - 1 : min(words)]
    if (_AUDIENCE & set(tokens) and not _AUXILIARIES & set(tokens)) or _TELLING & set(told):
        return "audience"
    if tokens[0] in _PREPOSITIONS:
        return "circumstance behind a preposition"
    after = page.tokens[max(words) + 1 : max(words) + 2]
    if after and after[0].endswith("ing"):
        return "words before a participle"
    return _PLAIN


def mention_words(page: Page, words: frozenset[int], kept: frozenset[int]) -> str:
    """What the words are that one source mention has more than the other; ``kept`` both have."""
    tokens = page.tokens_of(words)
    behind = sorted(word for word in words if word > max(kept))
    if set(tokens) <= DETERMINERS | POSSESSIVES | {"s"}:
        return "article or possessive"
    if behind and _RELATIVES & {page.tokens[behind[0]]}:
        return "relative clause"
    if behind and page.tokens[behind[0]] in _COORDINATORS:
        return "coordinated part"
    if behind and page.tokens[behind[0]] in _PREPOSITIONS:
        return "prepositional tail"
    if behind:
        return "apposition" if page.before(behind[0]).strip() else "words behind"
    if page.before(min(kept)).strip():
        return "words before a comma"
    return "title or other words in front"


def sign_between(ours: str, theirs: str) -> str:
    """Which sign one span has and the other lacks, beside the same word."""
    if _QUOTATION_MARKS & (set(ours) ^ set(theirs)):
        return "quotation mark"
    return "stop or comma" if set(".,;:!?") & (set(ours) ^ set(theirs)) else "other sign"


def _are_adverbs(tokens: Iterable[str]) -> bool:
    rest = [token for token in tokens if token not in _TIME_LINKS]
    return bool(rest) and all(
        token in _TIMES or token.isdigit() or (token.endswith("ly") and token not in _NO_ADVERBS)
        for token in rest
    )
