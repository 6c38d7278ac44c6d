"""Reporting words: the order of speaker and verb, and the verb's tense.

Which verbs may stand before their speaker, and which forms belong to one verb, is learned from the
cues of the training articles.
"""

from __future__ import annotations

import calendar
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from attribution.types import Span
from attribution.wordclasses import DEFINITE, DETERMINERS, INDEFINITE, PRONOUNS
from training.augment.edits import Edit, Silver, apply_edits, claim_spans
from training.augment.marks import quotations
from training.readers.gold import GoldArticle, GoldClaim

__all__ = ["Verbs", "change_tense", "learn_verbs", "swap_speakers"]

#: Base forms of verbs of speech and thought whose past is not in -ed; only those count that the
#: articles have as cues in both tenses.
_IRREGULAR = {
    "said": "say",
    "told": "tell",
    "wrote": "write",
    "thought": "think",
    "felt": "feel",
    "knew": "know",
    "saw": "see",
    "found": "find",
    "spoke": "speak",
    "went": "go",
    "sought": "seek",
}
_INVERTED = 2
_LONGEST_SPEAKER = 9
#: Share of an article's cues that change with it.
_ORDER_SHARE, _TENSE_SHARE = 0.7, 0.9

_QUOTED = re.compile(r"""[,?!…—–-][\"”’'»]+ $|[\"”’'»]+, $""")
_BEFORE = 8
#: What may follow speaker and verb in either order: the sentence's end, or where and when.
_FREE_END = re.compile(r"[.;](?=\s|$)|,? (?:(?:in an?|on|during)\b|[A-Z][a-z]+day\b)")
_ADVERBS = "yesterday ago last earlier later recently once then when after before"
_TIMES = filter(None, (*calendar.day_name, *calendar.month_name, *_ADVERBS.split()))
_TIME = re.compile(rf"\b(?:{'|'.join(_TIMES)})\b")
_CLAUSE_END = re.compile(r"[.;:\"“”\n]")
_CLAUSE = 80
#: Before a speaker: the verb behind it is no present tense ("did officials say").
_HELPER = re.compile(
    r"\b(?:do|does|did|will|would|could|should|can|may|might|must|to|let|hear|heard|see|saw)\W+$",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"(?:['’]s|s['’]|\b(?:my|your|his|her|its|our|their))$", re.IGNORECASE)
_SINGULAR = frozenset(PRONOUNS[word] for word in ("he", "she", "it"))
_PLURAL = frozenset(PRONOUNS[word] for word in ("i", "you", "we", "they"))
_ONE = frozenset("a an one another this that".split())
_PERSONS = ("named_person", "unnamed_person", "author", "media_outlet")


@dataclass(frozen=True)
class Verbs:
    """Verbs among the cues, lower case.

    ``inverted`` are cues that stand before their speaker, behind a quotation; ``present`` maps a
    past form to (third person, base); ``past`` maps both of those to the past form.
    """

    inverted: frozenset[str]
    present: Mapping[str, tuple[str, str]]
    past: Mapping[str, str]


def learn_verbs(articles: Iterable[GoldArticle]) -> Verbs:
    """Learn the verbs from the claims of some articles."""
    firsts: Counter[str] = Counter()
    inverted: Counter[str] = Counter()
    for article in articles:
        for claim in article.claims:
            if claim.cue:
                cue = claim.cue[0].of(article.text).lower()
                firsts[cue.split()[0] if cue.split() else ""] += 1
                pair = _pair(article.text, claim)
                if pair and pair[0] == claim.cue[0] and cue.isalpha():
                    inverted[cue] += 1
    present = {past: forms for past in firsts if (forms := _forms(past, firsts))}
    past = {form: word for word, forms in present.items() for form in forms}
    verbs = present.keys() | past.keys()
    return Verbs(
        inverted=frozenset(
            word for word, times in inverted.items() if times >= _INVERTED and word in verbs
        ),
        present=present,
        past=past,
    )


def _forms(past: str, cues: Mapping[str, int]) -> tuple[str, str] | None:
    """Third person and base of a past form, when the cues have one of them."""
    if past in _IRREGULAR:
        bases = [_IRREGULAR[past]]
    elif past.endswith("ed") and past.isalpha():
        stem = past[:-2]
        bases = [stem + "e", stem]
        if stem.endswith("i"):
            bases.insert(0, stem[:-1] + "y")
        elif stem.endswith(("ss", "sh", "ch", "x")):
            bases.reverse()
        elif stem[-1:] == stem[-2:-1]:
            bases.append(stem[:-1])
    else:
        return None
    pairs = [(_third_person(base), base) for base in bases if len(base) > 1]
    known = [pair for pair in pairs if any(cues.get(form, 0) for form in pair)]
    return max(known, key=lambda pair: sum(cues.get(form, 0) for form in pair), default=None)


def _third_person(base: str) -> str:
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        return base + "es"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + "s"


def _pair(text: str, claim: GoldClaim) -> tuple[Span, Span] | None:
    """Cue and speaker of a claim in text order, when they stand together behind a quotation."""
    if len(claim.cue) != 1 or len(claim.source_mention) != 1:
        return None
    first, second = sorted((claim.cue[0], claim.source_mention[0]))
    gap = text[first.end : second.start]
    before = text[max(0, first.start - _BEFORE) : first.start]
    together = gap == " " or (gap == ", " and "," in first.of(text))
    return (first, second) if together and _QUOTED.search(before) else None


def swap_speakers(
    article: GoldArticle, silver: Silver | None, verbs: Verbs, rng: random.Random
) -> tuple[GoldArticle, Silver | None]:
    """The article with "…, she said" for "…, said she" and the other way round.

    A pronoun never goes behind its verb; other speakers do when nothing follows that could be
    taken for the verb's object.
    """
    edits: list[Edit] = []
    for claim in article.claims:
        pair = _pair(article.text, claim)
        if (
            pair
            and claim.cue[0].of(article.text).lower() in verbs.inverted
            and rng.random() < _ORDER_SHARE
            and _may_swap(article, claim, *pair)
            and not any(edit.start < pair[1].end and pair[0].start < edit.end for edit in edits)
        ):
            edits.extend(_swap(article.text, claim, *pair))
    return apply_edits(article, silver, edits)


def _may_swap(article: GoldArticle, claim: GoldClaim, first: Span, second: Span) -> bool:
    text = article.text
    speaker = claim.source_mention[0].of(text)
    words = speaker.split()
    if len(words) > _LONGEST_SPEAKER or not speaker[-1].isalnum() or not speaker[0].isalnum():
        return False
    leads = words[0].lower()
    if first == claim.source_mention[0] and (
        leads in PRONOUNS or (speaker[0].isupper() and leads in DEFINITE | INDEFINITE | DETERMINERS)
    ):
        return False
    if not _FREE_END.match(text, second.end):
        return False
    whole = Span(first.start, second.end)
    return all(
        first.contains(span) or second.contains(span) or span.contains(whole)
        for other in article.claims
        for span in claim_spans(other)
        if span.overlaps(whole)
    )


def _swap(text: str, claim: GoldClaim, first: Span, second: Span) -> Iterator[Edit]:
    """Edits that let cue and speaker change places; an apposition keeps its two commas."""
    comma = "," if second == claim.source_mention[0] and "," in second.of(text) else ""
    yield Edit(first.start, first.end, second.of(text) + comma, moved=second)
    if second.start - first.end > 1:
        yield Edit(first.end, second.start, " ")
    yield Edit(second.start, second.end, first.of(text), moved=first)


def change_tense(
    article: GoldArticle, silver: Silver | None, verbs: Verbs, rng: random.Random
) -> tuple[GoldArticle, Silver | None]:
    """The article with its reporting verbs in the present instead of the past, or reversed.

    Verbs in quotations stay: their tense belongs to what was said.
    """
    text = article.text
    types = {source.id: source.type for source in article.sources}
    quoted = [
        Span(item.opening.start, item.closing.end) for item in quotations(text) if item.closing
    ]
    found = [
        (verb, claim)
        for claim in article.claims
        if (verb := _verb(text, claim, verbs)) and not any(span.contains(verb) for span in quoted)
    ]
    to_past = sum(1 if verb.of(text) in verbs.past else -1 for verb, _ in found) > 0
    edits: dict[int, Edit] = {}
    for verb, claim in found:
        if rng.random() >= _TENSE_SHARE:
            continue
        if to_past:
            new = verbs.past.get(verb.of(text))
        else:
            plural = _is_plural(claim.source_mention[0].of(text), types.get(claim.source or ""))
            forms = verbs.present.get(verb.of(text))
            new = forms[plural] if forms and plural is not None and not _dated(text, verb) else None
        if new:
            edits[verb.start] = Edit(verb.start, verb.end, new)
    return apply_edits(article, silver, edits.values())


def _verb(text: str, claim: GoldClaim, verbs: Verbs) -> Span | None:
    """The finite verb that a claim's cue begins with, when its speaker stands next to it."""
    if not claim.cue or len(claim.source_mention) != 1:
        return None
    cue, speaker = claim.cue[0], claim.source_mention[0]
    word = re.match(r"[a-z]+\b", cue.of(text))
    if word is None or word.group() not in verbs.past.keys() | verbs.present.keys():
        return None
    verb = Span(cue.start, cue.start + word.end())
    if speaker.end <= cue.start:
        plain = not _POSSESSIVE.search(text, speaker.start, speaker.end)
        helped = _HELPER.search(text, max(0, speaker.start - 12), speaker.start)
        together = text[speaker.end : cue.start] in (" ", ", ") and plain and not helped
    else:
        together = text[verb.end : speaker.start] == " "
    return verb if together else None


def _is_plural(speaker: str, source_type: str | None) -> bool | None:
    """Whether a speaker takes the base form ("they say"); None when that is not sure."""
    words = speaker.split(",")[0].lower().split()
    group = PRONOUNS.get(words[0]) if len(words) == 1 else None
    if group is not None:
        return False if group in _SINGULAR else True if group in _PLURAL else None
    if "and" in words:
        return True
    if source_type in _PERSONS or words[0] in _ONE:
        return False
    if source_type == "unnamed_group":
        return True if words[-1].endswith("s") else None
    named = all(word[0].isupper() for word in speaker.split())
    if source_type is None and named and not words[-1].endswith("s"):
        return False
    return True if words[0] in INDEFINITE and words[-1].endswith("s") else None


def _dated(text: str, verb: Span) -> bool:
    """True when the clause around a verb says when it happened."""
    before = _CLAUSE_END.split(text[max(0, verb.start - _CLAUSE) : verb.start])[-1]
    after = _CLAUSE_END.split(text[verb.end : verb.end + _CLAUSE])[0]
    return _TIME.search(before + after) is not None
