"""Stage 4a: the mentions of an article, of sources and of the names that introduce them.

Claims bring source and via mentions; a claim without a source mention brings a zero mention at its
predicate; the entity head brings names.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice, takewhile
from typing import Literal

import numpy as np

from attribution.decode import ClaimDraft
from attribution.entities import Entity
from attribution.features import EncodedArticle
from attribution.mentions import Form, Mention, described_through, form_of, may_be_noun
from attribution.roles import WordRange
from attribution.wordclasses import LINKS, POSSESSIVE, PREPOSITIONS

__all__ = ["collect_mentions"]

_ANEW = frozenset("a an another".split())
#: How many words may stand between "a" and the noun in front of "who", and an outlet and its host.
_MAX_ADJECTIVES = 4


def collect_mentions(
    article: EncodedArticle, drafts: Sequence[ClaimDraft], entities: Sequence[Entity]
) -> list[Mention]:
    """Mentions in text order; one a word range, source before via before entity."""
    found: dict[WordRange, Mention] = {}
    for number, draft in enumerate(drafts):
        if draft.source:
            found.setdefault(
                draft.source, _mention(article, draft.source, "source", number, entities)
            )
    for number, words in _intermediaries(article, drafts, entities):
        found.setdefault(words, _mention(article, words, "via", number, entities))
    # For every word the furthest end of the mentions that begin there or before.
    furthest = np.full(len(article), -1, dtype=np.int64)
    for first, last in found:
        furthest[first] = max(furthest[first], last)
    furthest = np.maximum.accumulate(furthest)
    for entity in entities:
        words = (entity.first, entity.last)
        inside_other = furthest[entity.first] >= entity.last
        if not inside_other and entity.type in ("PERSON", "ORGANIZATION"):
            found.setdefault(words, _mention(article, words, "entity", None, entities))
    for words in [words for item in found.values() for words in _introduced(item)]:
        found.setdefault(words, _mention(article, words, "entity", None, entities))
    for words in _told_of(article):
        if not any(first <= words[1] and words[0] <= last for first, last in found):
            found.setdefault(words, _mention(article, words, "entity", None, entities))
    programmes = _programmes(article, [item for item in found.values() if item.role == "via"])
    mentions = [
        item
        for item in found.values()
        if item.role == "source"
        or not (_in(item, programmes) or _is_begun(item, found.values(), programmes))
    ]
    for number, draft in enumerate(drafts):
        if not draft.source:
            words = (draft.predicate, draft.predicate)
            form: Form = "zero" if draft.cue else "continuation"
            mentions.append(Mention(*words, "zero", number, form, (), ()))
    return sorted(mentions, key=lambda mention: (mention.first, mention.last))


def _intermediaries(
    article: EncodedArticle, drafts: Sequence[ClaimDraft], entities: Sequence[Entity]
) -> list[tuple[int, WordRange]]:
    """The words of intermediaries, each with the first claim that they are of.

    What one claim has of "Quay TV host Lu Roe" and another of "Lu Roe" is one mention, and so are
    "Quay TV's Harbour Hour" and "Harbour Hour" there.
    """
    marked = [(number, words) for number, draft in enumerate(drafts) for words in draft.via]
    bodies = {entity.last: entity for entity in entities if entity.type == "ORGANIZATION"}
    cues = {word for draft in drafts if draft.cue for word in range(draft.cue[0], draft.cue[1] + 1)}
    whole = [
        (number, _with_outlet(article, words, entities, bodies, cues)) for number, words in marked
    ]
    joined = {words for _, words in whole} - {words for _, words in marked}
    wider = sorted({words for _, words in whole})
    return [
        (
            number,
            next(
                (
                    wide
                    for wide in wider
                    if _within(words, wide) and (wide in joined or _ends(article, words, wide))
                ),
                words,
            ),
        )
        for number, words in whole
    ]


def _ends(article: EncodedArticle, words: WordRange, wide: WordRange) -> bool:
    """Whether words end others behind a possessive: a programme's "Quay TV's Harbour Hour"."""
    document = article.document
    if not wide[0] < words[0] or words[1] != wide[1]:
        return False
    return document.words[words[0] - 1].of(document.text).lower() in POSSESSIVE


def _with_outlet(
    article: EncodedArticle,
    words: WordRange,
    entities: Sequence[Entity],
    bodies: Mapping[int, Entity],
    cues: Collection[int],
) -> WordRange:
    """The words of a person with those of the outlet right in front: "Quay TV host" Lu Roe.

    ``bodies`` are the organisations by their last word; a verb of ``cues`` joins nobody, and a
    former host is none.
    """
    person = next(
        (
            name
            for name in entities
            if name.type == "PERSON" and _within(words, (name.first, name.last))
        ),
        None,
    )
    if person is None:
        return words
    document = article.document

    def text(word: int) -> str:
        return document.words[word].of(document.text)

    at = person.first - 1
    while at >= 0 and person.first - at <= _MAX_ADJECTIVES:
        if at in cues or not may_be_noun(text(at)):
            break
        at -= 1
    if at >= 0 and text(at).lower() in POSSESSIVE:
        at -= 1
    if at == person.first - 1 or at not in bodies:
        return words
    first = bodies[at].first
    apart = article.sentence[first] != article.sentence[person.first]
    if apart or (first > 0 and text(first - 1).lower() == "former"):
        return words
    return first, person.last


def _within(inner: WordRange, outer: WordRange) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _told_of(article: EncodedArticle) -> list[WordRange]:
    """The persons without a name whom "who" follows: "a clerk who", "a former clerk, who"."""
    document = article.document
    words = [word.of(document.text).lower() for word in document.words]
    found = []
    for at in (at for at, word in enumerate(words) if word == "who" and at > 1):
        last = at - 1 - (words[at - 1] == ",")
        near = range(last - 1, max(-1, last - 1 - _MAX_ADJECTIVES), -1)
        first = next((place for place in near if words[place] in _ANEW), last)
        noun = all(word.isalpha() and word not in PREPOSITIONS for word in words[first : last + 1])
        if first < last and noun and article.sentence[first] == article.sentence[at]:
            found.append((first, last))
    return found


def _introduced(mention: Mention) -> list[WordRange]:
    """The persons whom a mention is described by and makes known: "led by Lu Roe"."""
    return [
        (name.first, name.last)
        for name in mention.names
        if name.type == "PERSON" and name.last > name.first and _makes_known(mention, name)
    ]


def _makes_known(mention: Mention, name: Entity) -> bool:
    """Whether one more is told of a person than the name: who did it, or a noun in front."""
    link = described_through(mention, name)
    before = mention.tokens[name.first - mention.first - 1].lower()
    told = link not in ("", "to", "from") and before not in PREPOSITIONS | LINKS
    return link == "by" or told


def _programmes(article: EncodedArticle, outlets: Sequence[Mention]) -> list[range]:
    """The quotations right behind the possessive of an intermediary: Quay TV's "Harbour Hour".

    The intermediary may go on into the quotation.
    """
    document = article.document
    named = {word for mention in outlets for word in range(mention.first, mention.last + 1)}
    return [
        quoted
        for quoted in article.quote_words
        if quoted.start - 2 in named
        and document.words[quoted.start - 1].of(document.text).lower() in POSSESSIVE
    ]


def _is_begun(mention: Mention, others: Iterable[Mention], programmes: Sequence[range]) -> bool:
    """Whether another mention names the same outlet there with its programme, or part of it."""
    return any(
        mention.last == words.start - 2
        and any(other.first == mention.first and other.last in words for other in others)
        for words in programmes
    )


def _in(mention: Mention, quotations: Sequence[range]) -> bool:
    return any(mention.first in words and mention.last in words for words in quotations)


def _mention(
    article: EncodedArticle,
    words: WordRange,
    role: Literal["source", "via", "entity"],
    claim: int | None,
    entities: Sequence[Entity],
) -> Mention:
    document = article.document
    start = bisect_left(entities, words[0], key=lambda entity: entity.first)
    near = takewhile(lambda entity: entity.first <= words[1], islice(entities, start, None))
    inside = tuple(entity for entity in near if entity.last <= words[1])
    tokens = tuple(document.words[word].of(document.text) for word in range(words[0], words[1] + 1))
    return Mention(*words, role, claim, form_of(tokens, inside), inside, tokens)
