"""Two reports side by side: two versions of one article, or two articles on one thing.

Claims are paired by the words of their content, sources by their names and by the claims that they
share. Nothing else is compared: two people of one name are one source.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

from attribution.compare.comparison import (
    ClaimChange,
    ClaimPair,
    Comparison,
    Numbers,
    SourceChange,
    SourcePair,
    content,
)
from attribution.types import Claim, Report, Source

__all__ = ["compare"]

# The least share of words, in order, that two contents have in common when they are one claim.
ALIKE = 0.6
NAMELESS = ("unnamed_person", "unnamed_group")
NOBODY = ("author", "unspecified")

_WORD = re.compile(r"\w+")
_ARTICLES = ("a", "an", "the")

_Item = TypeVar("_Item")
_Rank = tuple[float, ...]


def compare(a: Report, b: Report) -> Comparison:
    """Compare two reports. The other way round gives the same with both sides exchanged.

    Two claims are one when the words of their contents, in order, agree in a share of at least .6
    (``difflib``'s ratio); the likest are paired first, among equals those whose attribution agrees
    more and which stand nearest to each other in their reports. Two sources are one when they have
    one name; or when one name has all words of the other, and their types agree or they stand at
    one place of one claim's chain; or when a source without name has got one, or lost it, or has
    another description, and at least half of the places of both are the other's. ``author`` and
    ``unspecified`` are nobody, so they are each other's only by name.

    A pair of claims has the changes ``content`` (other words), ``source`` (another origin),
    ``chain`` (other intermediaries, or in another order), ``speech`` and ``kind``; a source that
    was renamed is no other source.

    Raises:
        KeyError: A chain has a source that its report lacks.
    """
    pairs = _paired_claims(a, b)
    met = _paired_sources(a, b, pairs)
    same = {(a.sources[i].id, b.sources[j].id) for i, j in met}
    claims = tuple(_claim_pair(a, b, pair, same) for pair in sorted(pairs))
    sources = tuple(_source_pair(a.sources[i], b.sources[j]) for i, j in sorted(met))
    names = dict.fromkeys((*a.transparency.components, *b.transparency.components))
    return Comparison(
        a=a,
        b=b,
        same_sentences=_same_sentences(a, b),
        claims=claims,
        claims_lost=_without(a.claims, {i for i, _ in pairs}),
        claims_gained=_without(b.claims, {j for _, j in pairs}),
        sources=sources,
        sources_lost=_without(a.sources, {i for i, _ in met}),
        sources_gained=_without(b.sources, {j for _, j in met}),
        score=Numbers(a.transparency.score, b.transparency.score),
        components={name: Numbers(_value(a, name), _value(b, name)) for name in names},
    )


def _without(items: Sequence[_Item], taken: Collection[int]) -> tuple[_Item, ...]:
    return tuple(item for index, item in enumerate(items) if index not in taken)


def _value(report: Report, name: str) -> float | None:
    part = report.transparency.components.get(name)
    return None if part is None else part.value


def _matched(candidates: Iterable[tuple[_Rank, int, int]]) -> list[tuple[int, int]]:
    """Pairs, the first in rank first, no item twice.

    Among equals, near ones come first, then early ones. Of two pairs with an item in common, the
    other items decide then, on whichever side they are: exchanging the sides exchanges the pairs
    and no more.
    """
    order = sorted((rank, abs(i - j), i, j) for rank, i, j in candidates)
    left: set[int] = set()
    right: set[int] = set()
    pairs = []
    for *_, i, j in order:
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            pairs.append((i, j))
    return pairs


def _paired_claims(a: Report, b: Report) -> list[tuple[int, int]]:
    ours = [_words(content(a, claim)) for claim in a.claims]
    theirs = [_words(content(b, claim)) for claim in b.claims]
    candidates = []
    for i, one in enumerate(ours):
        for j, other in enumerate(theirs):
            alike = _alike(one, other)
            if alike >= ALIKE:
                agreeing = _agreeing(_marks(a, a.claims[i]), _marks(b, b.claims[j]))
                candidates.append(((-alike, -agreeing), i, j))
    return _matched(candidates)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in _WORD.findall(text))


def _alike(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """The share of words in common, in order. difflib's ratio depends on which comes first."""
    if 2 * min(len(one), len(other)) < ALIKE * (len(one) + len(other)):
        return 0.0
    first, second = sorted((one, other))
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0


def _marks(report: Report, claim: Claim) -> tuple[object, ...]:
    chain = tuple(report.source(key) for key in claim.chain)
    cue = None if claim.cue is None else claim.cue.of(report.text)
    return (
        content(report, claim),
        cue,
        _name(chain[-1]),
        tuple(map(_name, chain)),
        chain[-1].type,
        claim.speech,
        claim.kind,
    )


def _agreeing(ours: Iterable[object], theirs: Iterable[object]) -> int:
    return sum(one == other for one, other in zip(ours, theirs, strict=True))


def _name(source: Source) -> tuple[str, ...]:
    words = _words(source.name)
    return words[1:] if len(words) > 1 and words[0] in _ARTICLES else words


def _paired_sources(
    a: Report, b: Report, pairs: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    shared = Counter(step for i, j in pairs for step in _steps(a.claims[i], b.claims[j]))
    ours = Counter(key for key, _ in shared.elements())
    theirs = Counter(key for _, key in shared.elements())
    candidates = []
    for i, one in enumerate(a.sources):
        for j, other in enumerate(b.sources):
            common = shared[one.id, other.id]
            most = 0 < max(ours[one.id], theirs[other.id]) <= 2 * common
            level = _level(one, other, common, most=most)
            if level is not None:
                agreeing = _agreeing(_fields(one), _fields(other))
                candidates.append(((level, -common, -agreeing), i, j))
    return _matched(candidates)


def _steps(one: Claim, other: Claim) -> Iterable[tuple[str, str]]:
    """Sources that stand at the same place in both chains of one claim."""
    if len(one.chain) == len(other.chain):
        return zip(one.chain, other.chain, strict=True)
    return [(one.source, other.source)]


def _level(one: Source, other: Source, common: int, *, most: bool) -> int | None:
    """How surely two are one source, the surest 0; None when nothing says so."""
    names = _name(one), _name(other)
    if names[0] == names[1]:
        return 0
    if one.type in NOBODY or other.type in NOBODY:
        return None
    shorter, longer = sorted(map(set, names), key=len)
    if shorter and shorter <= longer and (common or one.type == other.type):
        return 1 if common else 2
    return 3 if most and (one.type in NAMELESS or other.type in NAMELESS) else None


def _fields(source: Source) -> tuple[object, ...]:
    return source.name, source.type, source.role, source.anonymity_granted


def _claim_pair(
    a: Report, b: Report, pair: tuple[int, int], same: Collection[tuple[str, str]]
) -> ClaimPair:
    one, other = a.claims[pair[0]], b.claims[pair[1]]
    relayed = len(one.via) == len(other.via) and all(
        step in same for step in zip(one.via, other.via, strict=True)
    )
    different: dict[ClaimChange, bool] = {
        "content": content(a, one) != content(b, other),
        "source": (one.source, other.source) not in same,
        "chain": not relayed,
        "speech": one.speech != other.speech,
        "kind": one.kind != other.kind,
    }
    return ClaimPair(one, other, tuple(name for name, found in different.items() if found))


def _source_pair(one: Source, other: Source) -> SourcePair:
    different: dict[SourceChange, bool] = {
        "name": one.name != other.name,
        "type": one.type != other.type,
        "role": one.role != other.role,
        "anonymity_granted": one.anonymity_granted != other.anonymity_granted,
    }
    return SourcePair(one, other, tuple(name for name, found in different.items() if found))


def _same_sentences(a: Report, b: Report) -> float:
    first, second = sorted(
        [" ".join(sentence.span.of(report.text).split()) for sentence in report.sentences]
        for report in (a, b)
    )
    return SequenceMatcher(None, first, second, autojunk=False).ratio()
