"""Which predicted claim is which gold claim, and which predicted source is which gold source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from attribution.types import Claim, Report, Source
from eval.names import names_match
from eval.words import Words
from training.readers.gold import GoldArticle, GoldClaim, GoldSource

__all__ = ["UNSPECIFIED", "Alignment", "Pair", "align", "entity_of"]

UNSPECIFIED = "unspecified"
_MIN_IOU = 0.5
_MIN_COVERED = 0.5
_SAME_START = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """A predicted claim and the gold claim it is taken for."""

    predicted: Claim
    gold: GoldClaim


@dataclass(frozen=True)
class Alignment:
    """A report laid over a gold article.

    Attributes:
        words: the words of the article.
        predicted: claims of the report that the span measures judge. Left out are those inside
            another predicted claim where the gold standard has no nested claims, and those that
            hit nothing but partial gold claims: they are neither right nor wrong.
        gold: the gold claims with all their spans.
        partial: the gold claims known by (the first words of) their content alone, without those
            that lie inside a full claim of their own source.
        pairs: predicted and gold claims matched one to one at IoU .5 of content words.
        partial_pairs: partial gold claims found. Several may share one predicted claim: a
            quotation and its continuation may be one claim to the report.
        sources: gold entity by predicted source id, one to one (see :func:`entity_of`).
    """

    report: Report
    article: GoldArticle
    words: Words
    predicted: tuple[Claim, ...]
    gold: tuple[GoldClaim, ...]
    partial: tuple[GoldClaim, ...]
    pairs: tuple[Pair, ...]
    partial_pairs: tuple[Pair, ...]
    sources: Mapping[str, str]

    @property
    def found(self) -> tuple[Pair, ...]:
        """Every gold claim found, partial ones too: what resolution and provenance judge."""
        return self.pairs + self.partial_pairs


def align(report: Report, article: GoldArticle) -> Alignment:
    """Match claims, then sources.

    Claims are matched greedily, the pair with the highest IoU of content words first (then of cue
    words, then in text order), down to .5. Claims without a word in their content are no claims.

    Raises:
        ValueError: the report is not about this article's text.
    """
    if report.text != article.text:
        raise ValueError(f"{article.doc}: the report is about another text")
    words = Words(article.text)
    content = {claim.id: words.within(claim.content) for claim in report.claims}
    claims = [claim for claim in report.claims if content[claim.id]]
    whole = {claim.id: words.within(claim.content) for claim in article.claims}
    gold = [claim for claim in article.claims if whole[claim.id] and not claim.partial]
    partial = [
        claim
        for claim in article.claims
        if whole[claim.id] and claim.partial and not _told_twice(claim, gold, whole)
    ]
    judged = claims if article.nested else _outermost(claims, gold, partial, content, whole)
    pairs = _match(judged, gold, words)
    used = {pair.predicted.id for pair in pairs}
    free = [claim for claim in claims if claim.id not in used]
    partial_pairs = _match_partial(free, partial, content, whole)
    partial_pairs += _covered(claims, gold, partial, partial_pairs, content, whole)
    spared = _hit_only_partial(free, gold, partial, partial_pairs, content, whole)
    found = (*pairs, *partial_pairs)
    return Alignment(
        report=report,
        article=article,
        words=words,
        predicted=tuple(claim for claim in judged if claim.id not in spared),
        gold=tuple(gold),
        partial=tuple(partial),
        pairs=tuple(pairs),
        partial_pairs=tuple(partial_pairs),
        sources=_match_sources(report.sources, article.sources, found),
    )


def entity_of(source: Source | GoldSource) -> str:
    """The source's id, but one id for all sources of type unspecified: nobody is named there."""
    return UNSPECIFIED if source.type == UNSPECIFIED else source.id


_WordSets = Mapping[str, frozenset[int]]


def _told_twice(claim: GoldClaim, gold: Sequence[GoldClaim], whole: _WordSets) -> bool:
    """A partial claim inside a full one of its own source is that claim once more."""
    return any(whole[claim.id] <= whole[item.id] and item.source == claim.source for item in gold)


def _outermost(
    claims: Sequence[Claim],
    gold: Sequence[GoldClaim],
    partial: Sequence[GoldClaim],
    content: _WordSets,
    whole: _WordSets,
) -> list[Claim]:
    """The claims whose content does not lie inside a larger claim's content.

    Larger claims that are rather a partial gold claim than a full one do not count as such.
    """

    def best(claim: Claim, others: Sequence[GoldClaim]) -> float:
        return max((Words.iou(content[claim.id], whole[other.id]) for other in others), default=0)

    outer = [
        content[claim.id]
        for claim in claims
        if (fit := best(claim, partial)) < _MIN_IOU or fit <= best(claim, gold)
    ]
    return [claim for claim in claims if not any(content[claim.id] < other for other in outer)]


def _match(claims: Sequence[Claim], gold: Sequence[GoldClaim], words: Words) -> list[Pair]:
    ranked = []
    gold_sets = [(words.within(claim.content), words.within(claim.cue)) for claim in gold]
    for left, claim in enumerate(claims):
        content = words.within(claim.content)
        cue = words.within([claim.cue] if claim.cue else [])
        for right, (gold_content, gold_cue) in enumerate(gold_sets):
            iou = words.iou(content, gold_content)
            if iou >= _MIN_IOU:
                ranked.append((-iou, -words.iou(cue, gold_cue), right, left))
    pairs = [(left, right) for *_, right, left in sorted(ranked)]
    return [Pair(claims[left], gold[right]) for left, right in _one_to_one(pairs)]


def _match_partial(
    claims: Sequence[Claim], partial: Sequence[GoldClaim], content: _WordSets, whole: _WordSets
) -> list[Pair]:
    """Partial gold claims against predictions of their own.

    The gold content may hold only first words, so the prediction must start within three words
    of it and cover half of it.
    """
    ranked = []
    for right, gold in enumerate(partial):
        for left, claim in enumerate(claims):
            covered = len(content[claim.id] & whole[gold.id]) / len(whole[gold.id])
            apart = abs(min(content[claim.id]) - min(whole[gold.id]))
            if covered >= _MIN_COVERED and apart <= _SAME_START:
                ranked.append((-covered, apart, len(content[claim.id]), right, left))
    pairs = [(left, right) for *_, right, left in sorted(ranked)]
    return [Pair(claims[left], partial[right]) for left, right in _one_to_one(pairs)]


def _one_to_one(ranked: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Greedy: each pair in its order, unless one side is taken; in the order of the right side."""
    lefts: set[int] = set()
    taken: dict[int, int] = {}
    for left, right in ranked:
        if left not in lefts and right not in taken:
            lefts.add(left)
            taken[right] = left
    return [(taken[right], right) for right in sorted(taken)]


def _covered(
    claims: Sequence[Claim],
    gold: Sequence[GoldClaim],
    partial: Sequence[GoldClaim],
    found: Sequence[Pair],
    content: _WordSets,
    whole: _WordSets,
) -> list[Pair]:
    """Continued claims that a predicted claim covers by half, though not as a claim of their own.

    Only those outside every other gold claim: a nested claim must be predicted itself.
    """
    done = {pair.gold.id for pair in found}
    pairs = []
    for claim in partial:
        mine = whole[claim.id]
        if claim.id in done or any(mine <= whole[other.id] for other in gold):
            continue
        best = max(claims, key=lambda other: len(content[other.id] & mine), default=None)
        if best and len(content[best.id] & mine) / len(mine) >= _MIN_COVERED:
            pairs.append(Pair(best, claim))
    return pairs


def _hit_only_partial(
    free: Sequence[Claim],
    gold: Sequence[GoldClaim],
    partial: Sequence[GoldClaim],
    found: Sequence[Pair],
    content: _WordSets,
    whole: _WordSets,
) -> set[str]:
    """Ids of unmatched predictions that are a partial claim or touch nothing but partial ones."""
    spared = {pair.predicted.id for pair in found}
    full = frozenset[int]().union(*(whole[claim.id] for claim in gold))
    part = frozenset[int]().union(*(whole[claim.id] for claim in partial))
    return {
        claim.id
        for claim in free
        if claim.id in spared or (content[claim.id] & part and not content[claim.id] & full)
    }


def _match_sources(
    predicted: Sequence[Source], gold: Sequence[GoldSource], found: Sequence[Pair]
) -> dict[str, str]:
    """Gold source by predicted source, one to one but for the unspecified.

    Sources are paired greedily by the number of found claims that they share as origin, or as
    intermediary under a matching name; a matching name comes first among equals. So one claim
    whose origin is wrong does not outweigh an outlet that passes many on. What is left on both
    sides is paired by name.
    """
    gold_by_id = {source.id: source for source in gold}
    left = {source.id: entity_of(source) for source in predicted}
    right = {source.id: entity_of(source) for source in gold}
    named = {
        (left[source.id], right[other.id])
        for source in predicted
        for other in gold
        if names_match(source, other)
    }
    votes: Counter[tuple[str, str]] = Counter()
    for pair in found:
        if pair.gold.source in gold_by_id:
            votes[left[pair.predicted.source], right[pair.gold.source]] += 1
        passed_on = product(pair.predicted.chain[:-1], pair.gold.via or ())
        votes.update(named & {(left[mine], right[theirs]) for mine, theirs in passed_on})
    order = list(dict.fromkeys(left.values())), list(dict.fromkeys(right.values()))
    ranked = sorted(
        votes.keys() | named,
        key=lambda key: (
            -votes[key],
            key not in named,
            order[0].index(key[0]),
            order[1].index(key[1]),
        ),
    )
    mapping: dict[str, str] = {}
    for mine, theirs in ranked:
        if mine not in mapping and theirs not in mapping.values():
            mapping[mine] = theirs
    return {name: mapping[entity] for name, entity in left.items() if entity in mapping}
