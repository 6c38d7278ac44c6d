"""Classes of differences about chains: intermediaries missed, invented, wrong, out of order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from attribution.types import SourceType, Span
from eval.alignment import Pair
from eval.error_layout import Difference, Laid, Parts
from eval.error_sources import Sources
from eval.names import content_tokens

__all__ = ["chain_differences"]

_KINDS: dict[SourceType, str] = {
    "media_outlet": "outlet",
    "document": "document",
    "named_organization": "organisation",
    "unspecified": "nobody named",
}
_FOLLOWS = "via: the wrong source says it"


def chain_differences(laid: Laid) -> Iterator[Difference]:
    """Everything wrong about the intermediaries of the claims found.

    A missed and an invented intermediary of one claim are one difference, the wrong one. Where
    origin and intermediary are taken for each other the wrong source is the difference.
    """
    sources = Sources(laid)
    labelled = [pair for pair in sources.resolved if pair.gold.via is not None]
    for number, pair in enumerate(labelled):
        names = _Chain(sources, pair, labelled[:number]).names()
        for place, name in enumerate(names):
            weight = "follows" if name == _FOLLOWS else "chain"
            places = laid.places(laid.gold[pair.gold.id].content)
            yield Difference(name, f"via {place}", weight, pair.gold.id, pair.predicted.id, places)


@dataclass(frozen=True)
class _Chain:
    """One claim's chain, beside those of the claims before it."""

    sources: Sources
    pair: Pair
    before: Sequence[Pair]

    def names(self) -> list[str]:
        """The classes of its differences."""
        *wanted, origin = self.sources.wanted(self.pair)
        *chain, mine = self.sources.chain(self.pair)
        missed = [name for name in dict.fromkeys(wanted) if name not in chain]
        added = [
            name
            for name, entity in zip(self.pair.predicted.via, chain, strict=True)
            if entity not in wanted
        ]
        found = [_FOLLOWS for name in missed if name == mine]
        found += [_FOLLOWS for name in added if self._entity(name) == origin != mine]
        missed = [name for name in missed if name != mine]
        added = [name for name in added if not self._entity(name) == origin != mine]
        both = min(len(missed), len(added))
        found += [self._wrong(*names) for names in zip(missed[:both], added[:both], strict=True)]
        found += [self._missed(name) for name in missed[both:]]
        found += [self._added(name) for name in added[both:]]
        return found if found or chain == wanted else ["via: order"]

    def _entity(self, source: str) -> str | None:
        return self.sources.laid.alignment.sources.get(source)

    def _wrong(self, entity: str, source_id: str) -> str:
        """One intermediary for another; the right one may be split or named in other words."""
        laid = self.sources.laid
        if self._entity(source_id) is not None:
            return "via wrong: another source"
        mine, theirs = laid.alignment.report.source(source_id), self.sources.gold.get(entity)
        words = laid.page.words
        mentions = self.pair.gold.via_mentions.get(entity, ())
        alike = theirs and content_tokens(mine.name) & content_tokens(theirs.name)
        if alike or words.within(mine.mentions) & words.within(mentions):
            return "via wrong: same words or like name"
        return "via wrong: none of the sources"

    def _missed(self, entity: str) -> str:
        laid = self.sources.laid
        gold = laid.gold[self.pair.gold.id]
        around = _around(gold, laid.gold.values())
        speakers = {claim.source for claim in laid.alignment.article.claims if claim.id in around}
        if any(self.sources.entities.get(speaker or "") == entity for speaker in speakers):
            return "via missed: speaker of the claim around it"
        source = self.sources.gold.get(entity)
        kind = _kind(source.type if source else "unspecified")
        mentions = self.pair.gold.via_mentions.get(entity, ())
        if mentions or (source and content_tokens(source.name).keys() <= self._tokens(gold)):
            return f"via missed: {kind} named in the sentence"
        carried = [pair for pair in self.before if entity in self.sources.wanted(pair)[:-1]]
        if not carried:
            return f"via missed: {kind} named elsewhere, first claim"
        stopped = entity in self.sources.chain(carried[-1])[:-1]
        return f"via missed: {kind}, {'stopped early' if stopped else 'missed before too'}"

    def _added(self, source_id: str) -> str:
        laid = self.sources.laid
        predicted = laid.predicted[self.pair.predicted.id]
        around = _around(predicted, laid.judged)
        claims = laid.alignment.report.claims
        if source_id in {claim.source for claim in claims if claim.id in around}:
            return "via spurious: speaker of the claim around it"
        source = laid.alignment.report.source(source_id)
        publisher = content_tokens(laid.alignment.article.publisher).keys()
        if publisher and publisher <= content_tokens(source.name).keys():
            return "via spurious: the article's own outlet"
        kind = _kind(source.type)
        if self._in_sentence(predicted, source.mentions):
            return f"via spurious: {kind} named in the sentence"
        carried = [pair for pair in self.before if source_id in pair.predicted.via]
        if not carried:
            return f"via spurious: {kind} named elsewhere, first claim"
        entity = self._entity(source_id)
        far = entity in self.sources.wanted(carried[-1])[:-1]
        return f"via spurious: {kind}, {'carried too far' if far else 'wrong before too'}"

    def _sentences(self, claim: Parts) -> set[int]:
        page = self.sources.laid.page
        return {page.sentence(word) for word in claim.content | claim.cue | claim.mention}

    def _tokens(self, claim: Parts) -> set[str]:
        page = self.sources.laid.page
        text = [page.document.sentences[number].of(page.text) for number in self._sentences(claim)]
        return set(content_tokens(" ".join(text)))

    def _in_sentence(self, claim: Parts, mentions: Iterable[Span]) -> bool:
        words = self.sources.laid.page.words.within(mentions)
        return bool(self._sentences(claim) & {self.sources.laid.page.sentence(w) for w in words})


def _around(claim: Parts, others: Iterable[Parts]) -> set[str]:
    """Ids of the claims that have this one's content in theirs."""
    return {other.id for other in others if claim.content < other.content}


def _kind(type_: SourceType) -> str:
    return _KINDS.get(type_, "person or group")
