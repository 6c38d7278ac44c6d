"""Edits of whom an article has its claims from: named, hidden, dropped, told at second hand."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from attribution.segment import segment
from attribution.transparency import INFORMING_KINDS
from attribution.types import Span
from attribution.wordclasses import INDEFINITE, TITLES
from training.augment.edits import Edit, apply_edits, claim_spans, paragraphs
from training.readers.gold import GoldArticle, GoldClaim, GoldSource

__all__ = ["add_intermediary", "drop_attribution", "hide_source", "name_source"]

#: Made up for these edits; no article of the project has them.
_NAMES = ("Tessaly Vornholt", "Ondrej Wakelam", "Miriel Quastrup", "Halloran Tvedt", "Sunniva Okro")
_OUTLETS = ("Meridian Dispatch", "Quayside Tribune", "Northmoor Bulletin")
_HIDDEN = ("a source familiar with the matter", "the source")
_ARTICLES = frozenset({"the", *INDEFINITE})
#: Cues with whose sentence nothing is lost but the attribution, when the content is a clause.
_PLAIN = frozenset(
    "said says say added reported noted argued claimed believes believed according".split()
)
_TITLES = "|".join(sorted(TITLES))
_POSSESSIVE = re.compile(r"['’](?:s\b|(?=\s))")
#: Words that any noun phrase can follow, a name as well as "the source".
_BEFORE_NAMES = frozenset(
    "about after and as asked at because before but by for from if in on said says than that then "
    "though to when where while with according accused quoted told".split()
)
#: A colon behind a speaker of a transcript; the rest of a name.
_NO_PROSE_BEHIND = re.compile(r":| [A-Z]")
#: Shorter paragraphs are signatures and headings.
_LEAST_PROSE = 6
_ENDS_SENTENCE = re.compile(r"[.?!…][\"'”’)\]]*$")


def name_source(article: GoldArticle, rng: random.Random) -> GoldArticle | None:
    """The article with its most used unnamed person named: at first in full, then by surname."""
    names = [name for name in _NAMES if name.split()[1] not in article.text]
    hidden = [
        (source, mentions)
        for source in article.sources
        if source.type == "unnamed_person" and not source.anonymity_granted
        if (mentions := _described(article, source.id)) and _informs(article, source.id)
    ]
    if not names or not hidden:
        return None
    source, (first, *others) = max(hidden, key=lambda item: _claims(article, item[0].id))
    name, description = rng.choice(names), first.of(article.text)
    comma = "" if article.text[first.end : first.end + 1] in ",.;:" else ","
    edits = [Edit(first.start, first.end, f"{name}, {_lowered(description)}{comma}")]
    edits += [Edit(span.start, span.end, name.split()[1]) for span in others]
    role = " ".join(description.split()[1:])
    return _with_source(_edited(article, edits), source, type="named_person", name=name, role=role)


def _described(article: GoldArticle, source: str) -> list[Span]:
    """The source mentions that describe a source ("a senior official"), apart from each other."""
    text = article.text
    spans = {
        claim.source_mention[0]
        for claim in article.claims
        if claim.source == source and len(claim.source_mention) == 1
    }
    described = [
        span
        for span in spans
        if len(words := span.of(text).split()) > 1 and words[0].lower() in _ARTICLES
        # "the manager's answer" cannot become "Tessaly Vornholt, the manager's, answer".
        if not _POSSESSIVE.search(span.of(text)) and not _POSSESSIVE.match(text, span.end)
    ]
    return _apart([span for span in described if _alone(article, span)])


def _apart(spans: Sequence[Span]) -> list[Span]:
    """The spans, in order, without those that lie in another one."""
    return sorted(
        span for span in spans if not any(other != span and other.contains(span) for other in spans)
    )


def _alone(article: GoldArticle, span: Span) -> bool:
    """True when no other span of a claim begins or ends inside this one, so that none is cut."""
    return not any(
        other != span and other.overlaps(span) and not other.contains(span)
        for claim in article.claims
        for other in claim_spans(claim)
    )


def hide_source(article: GoldArticle, _rng: random.Random) -> GoldArticle | None:
    """The article with its most used named person called "a source" throughout."""
    named = [
        (source, edits)
        for source in article.sources
        if source.type == "named_person" and _informs(article, source.id)
        if (edits := _hiding(article, source))
    ]
    if not named:
        return None
    source, edits = max(named, key=lambda item: _claims(article, item[0].id))
    changed = _edited(article, edits)
    unnamed = {"type": "unnamed_person", "name": _HIDDEN[0], "role": "", "justification": ()}
    return _with_source(changed, source, **unnamed)


def _hiding(article: GoldArticle, source: GoldSource) -> list[Edit]:
    """Edits that take a person's name out of the text; none where that cannot be done cleanly."""
    words = [word for word in source.name.split() if word[0].isupper() and word[-1] != "."]
    others = " ".join(other.name for other in article.sources if other.id != source.id)
    if not words or any(word in others for word in words):
        return []
    spans = {
        claim.source_mention[0]
        for claim in article.claims
        if claim.source == source.id
        and len(claim.source_mention) == 1
        and any(word in claim.source_mention[0].of(article.text) for word in words)
    }
    named = "|".join(map(re.escape, words))
    pattern = re.compile(rf"(?:\b(?i:{_TITLES})\.? )?\b(?:{named})\b(?: (?:{named})\b)*")
    found = (Span(*match.span()) for match in pattern.finditer(article.text))
    spans.update(place for place in found if not any(place.overlaps(span) for span in set(spans)))
    if not spans or not all(_alone(article, s) and _in_prose(article.text, s) for s in spans):
        return []
    return [
        Edit(span.start, span.end, _cased(article.text, span, _HIDDEN[min(number, 1)]))
        for number, span in enumerate(_apart(list(spans)))
    ]


def _in_prose(text: str, place: Span) -> bool:
    """True where a name can become "the source", and the sentence stays one that could be printed.

    That is in no signature and no speaker of a transcript, behind a mark or a word that takes any
    noun phrase: not behind a title or an article ("Governor the source", "the the source claim"),
    and not before the rest of a name.
    """
    paragraph = next(item for item in paragraphs(text) if item.overlaps(place))
    words = paragraph.of(text).split()
    if len(words) < _LEAST_PROSE or not _ENDS_SENTENCE.search(words[-1]):
        return False
    if _NO_PROSE_BEHIND.match(text, place.end):
        return False
    before = re.search(r"(\w+) $", text[paragraph.start : place.start])
    return before is None or before[1].lower() in _BEFORE_NAMES


def drop_attribution(article: GoldArticle, rng: random.Random) -> GoldArticle | None:
    """The article with one indirect claim told as the author's own: "X said that Y." is "Y."."""
    sentences = segment(article.text).sentences
    single = [
        (claim, sentence)
        for claim in article.claims
        if _plain(article, claim)
        for sentence in sentences
        if sentence.contains(_extent(claim)) and _only_claim(article, claim, sentence)
    ]
    if not single:
        return None
    claim, sentence = rng.choice(single)
    words = re.sub(r"^that\s+", "", claim.content[0].of(article.text)).rstrip(" ,;.")
    told = words[0].upper() + words[1:] + "."
    kept = replace(article, claims=tuple(item for item in article.claims if item is not claim))
    return _edited(kept, [Edit(sentence.start, sentence.end, told)])


def _plain(article: GoldArticle, claim: GoldClaim) -> bool:
    """True for a paraphrase in one clause by somebody else than the author."""
    if claim.speech != "indirect" or len(claim.content) != 1 or not claim.cue:
        return False
    if not claim.source_mention or not _counts(article, claim):
        return False
    cue = claim.cue[0].of(article.text).lower().split()
    content = claim.content[0].of(article.text).split()
    bare = content[1:] if content and content[0] == "that" else content
    first = bare[0].lower() if bare else "to"
    return bool(cue) and cue[0] in _PLAIN and len(bare) > 3 and first not in ("to", "it", "about")


def _extent(claim: GoldClaim) -> Span:
    spans = list(claim_spans(claim))
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def _only_claim(article: GoldArticle, claim: GoldClaim, sentence: Span) -> bool:
    return not any(
        other is not claim and any(span.overlaps(sentence) for span in claim_spans(other))
        for other in article.claims
    )


def add_intermediary(article: GoldArticle, rng: random.Random) -> GoldArticle | None:
    """The article with one claim told to another outlet: "X said" is "X told the Dispatch"."""
    outlets = [outlet for outlet in _OUTLETS if outlet not in article.text]
    straight = [claim for claim in article.claims if _told_straight(article, claim)]
    if not straight or not outlets:
        return None
    claim, outlet = rng.choice(straight), rng.choice(outlets)
    cue = claim.cue[0]
    content = claim.content[0]
    after = article.text[cue.end : content.start] if content.start >= cue.end else None
    # "said the pier was shut", but "told the Dispatch that the pier was shut".
    that = " that" if after == " " and not content.of(article.text).startswith("that") else ""
    changed = _edited(article, [Edit(cue.start, cue.end, f"told the {outlet}{that}")])
    relay = GoldSource("relay", outlet, "media_outlet")
    claims = tuple(
        replace(item, via=("relay",)) if item.id == claim.id else item for item in changed.claims
    )
    return replace(changed, claims=claims, sources=(*changed.sources, relay))


def _told_straight(article: GoldArticle, claim: GoldClaim) -> bool:
    """True for "X said": a claim without intermediary whose speaker stands before the cue."""
    if claim.via or not claim.cue or len(claim.source_mention) != 1 or not _counts(article, claim):
        return False
    cue, speaker = claim.cue[0], claim.source_mention[0]
    gap = article.text[speaker.end : cue.start]
    return cue.of(article.text) == "said" and gap == " " and _alone(article, cue)


def _informs(article: GoldArticle, source: str) -> bool:
    """True when a claim that the score counts comes from the source."""
    return _claims(article, source) > 0


def _claims(article: GoldArticle, source: str) -> int:
    """How many claims that the score counts come from the source."""
    return sum(claim.source == source and _counts(article, claim) for claim in article.claims)


def _counts(article: GoldArticle, claim: GoldClaim) -> bool:
    types = {source.id: source.type for source in article.sources}
    return claim.kind in INFORMING_KINDS and types.get(claim.source or "", "author") != "author"


def _edited(article: GoldArticle, edits: Sequence[Edit]) -> GoldArticle:
    return apply_edits(article, None, edits)[0]


def _with_source(article: GoldArticle, source: GoldSource, **changes: object) -> GoldArticle:
    sources = tuple(
        replace(item, **changes) if item.id == source.id else item  # type: ignore[arg-type]
        for item in article.sources
    )
    return replace(article, sources=sources)


def _lowered(description: str) -> str:
    """A description as it stands inside a sentence: its article in lower case."""
    return description[0].lower() + description[1:]


def _cased(text: str, place: Span, words: str) -> str:
    """Words with a capital where a sentence or quotation begins."""
    before = text[: place.start].rstrip(" \"“‘'«")
    starts = not before or before[-1] in ".!?:\n" or "\n" in text[len(before) : place.start]
    return words[0].upper() + words[1:] if starts else words
