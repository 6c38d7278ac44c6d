"""Stage 5, before chains: an article's claims and sources, and who could have passed on which.

As arrays over all claims and sources, with what the encoder scored of each pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from attribution.decode import ClaimDraft
from attribution.features import EncodedArticle
from attribution.mentions import MentionTable
from attribution.resolve import Cluster
from attribution.roles import WordRange
from attribution.types import SOURCE_TYPES

__all__ = ["FAR", "LIKELY", "Floats", "Ints", "Scene", "outer_claims"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_NEAR_SENTENCES = 3
#: Score in its own sentence at which a claim puts an intermediary up for its source's others,
#: and at which for the whole article.
LIKELY, _SURE = 0.2, 0.5
_OUTLET = SOURCE_TYPES.index("media_outlet")
_NOBODY = [SOURCE_TYPES.index("author"), SOURCE_TYPES.index("unspecified")]
#: Sentences to what is nowhere.
FAR = 30.0


@dataclass(frozen=True)
class Scene:
    """What the decision sees: claims with their origins, clusters with their types.

    ``origins`` holds a cluster index a claim; ``types`` is (clusters, 8) probabilities; ``own``
    are the clusters of the outlet that prints the article, which passes on nothing.
    """

    article: EncodedArticle
    drafts: Sequence[ClaimDraft]
    table: MentionTable
    clusters: Sequence[Cluster]
    origins: Sequence[int]
    types: Floats
    own: frozenset[int] = frozenset()

    @cached_property
    def owner(self) -> Ints:
        """Cluster of every mention."""
        owner = np.full(len(self.table.mentions), -1, dtype=np.int64)
        for number, cluster in enumerate(self.clusters):
            owner[cluster.members] = number
        return owner

    @cached_property
    def first(self) -> Ints:
        """First word of every mention."""
        return np.array([mention.first for mention in self.table.mentions], dtype=np.int64)

    @cached_property
    def last(self) -> Ints:
        """Last word of every mention."""
        return np.array([mention.last for mention in self.table.mentions], dtype=np.int64)

    @cached_property
    def worded(self) -> NDArray[np.bool_]:
        return np.array([bool(mention.tokens) for mention in self.table.mentions], dtype=bool)

    @cached_property
    def predicates(self) -> Ints:
        return np.array([draft.predicate for draft in self.drafts], dtype=np.int64)

    @cached_property
    def outlets(self) -> NDArray[np.bool_]:
        """Whether each cluster is more likely a news outlet than not."""
        return np.asarray(self.types[:, _OUTLET] > 0.5)

    @cached_property
    def nobody(self) -> NDArray[np.bool_]:
        """Whether each cluster is reported as the author or as nobody in particular."""
        return np.asarray(np.isin(self.types.argmax(1), _NOBODY))

    @cached_property
    def outer(self) -> Ints:
        """For every claim the one whose content most closely holds it, -1 where none does."""
        return outer_claims(self.drafts)

    @cached_property
    def origin(self) -> Ints:
        """Cluster of every claim's origin."""
        return np.array(self.origins, dtype=np.int64)

    @cached_property
    def sentence(self) -> Ints:
        """Sentence of every claim's predicate."""
        return self.article.sentence[self.predicates]

    @cached_property
    def reported(self) -> NDArray[np.bool_]:
        """Whether each word is in a claim's content."""
        found = np.zeros(len(self.article), dtype=bool)
        for first, last in (piece for draft in self.drafts for piece in draft.content):
            found[first : last + 1] = True
        return found

    @cached_property
    def named(self) -> NDArray[np.bool_]:
        """Whether each word is in a name that a mention has."""
        found = np.zeros(len(self.article), dtype=bool)
        for name in {name for mention in self.table.mentions for name in mention.names}:
            found[name.first : name.last + 1] = True
        return found

    @cached_property
    def reach(self) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Three (claims, clusters) arrays of the encoder's word on each as intermediary.

        The best score of any mention in reach of the claim, the best within the claim's own
        sentence, and whether a mention was marked outright.
        """
        shape = (len(self.drafts), len(self.clusters))
        best, here = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        marked = np.zeros(shape, dtype=bool)
        if not len(self.drafts) or not len(self.first):
            return best, here, marked
        claim, place, scores = self._scored
        pair = claim * shape[1] + self.owner[place]
        np.maximum.at(best.reshape(-1), pair, scores)
        same = self.article.sentence[self.first[place]] == self.sentence[claim]
        np.maximum.at(here.reshape(-1), pair[same], scores[same])
        rows: dict[tuple[int, int], list[int]] = {}
        for row, mention in enumerate(self.table.mentions):
            rows.setdefault(mention.words, []).append(row)
        for number, draft in enumerate(self.drafts):
            size = len(draft.via_scores)
            for words in draft.via:
                if draft.scores_from <= words[0] < draft.scores_from + size:
                    marked[number, self.owner[rows.get(words) or self._around(words)]] = True
        return best, here, marked

    def _around(self, words: WordRange) -> list[int]:
        """The intermediary's mention that these words are part of, though not all of it."""
        return [
            row
            for row, mention in enumerate(self.table.mentions)
            if mention.role == "via" and mention.first <= words[0] and words[1] <= mention.last
        ]

    @property
    def _scored(self) -> tuple[Ints, Ints, Floats]:
        """Claim, mention and best score of the mention's words, for all mentions in reach."""
        start = np.array([draft.scores_from for draft in self.drafts], dtype=np.int64)
        size = np.array([len(draft.via_scores) for draft in self.drafts], dtype=np.int64)
        claim, place = _ranges(
            np.searchsorted(self.first, start), np.searchsorted(self.first, start + size)
        )
        scores = np.concatenate([draft.via_scores for draft in self.drafts])
        offset = (np.cumsum(size) - size - start)[claim]
        end = np.minimum(self.last[place] + 1, (start + size)[claim])
        return claim, place, _maxima(scores, self.first[place] + offset, end + offset)

    @cached_property
    def nearest(self) -> Ints:
        """(claims, clusters): that of the cluster's mentions whose first word is nearest.

        -1 for a cluster without words.
        """
        places, starts, named = self._by_cluster
        found = np.full((len(self.drafts), len(self.clusters)), -1, dtype=np.int64)
        if len(places):
            apart = np.abs(self.first[places] - self.predicates[:, None])
            # The distance, and behind it the place, so that the first of equals is the least.
            keys = apart * len(places) + np.arange(len(places))
            found[:, named] = places[np.minimum.reduceat(keys, starts, axis=1) % len(places)]
        return found

    @cached_property
    def _by_cluster(self) -> tuple[Ints, Ints, Ints]:
        """Mentions with words cluster by cluster, where each cluster's begin, and which it is."""
        places = np.array(
            [place for item in self.clusters for place in item.members if self.worded[place]],
            dtype=np.int64,
        )
        named, starts = np.unique(self.owner[places], return_index=True)
        return places, starts, named

    @cached_property
    def portraits(self) -> NDArray[np.float64]:
        """(clusters, 5): only relays, mentions, first sentence, claims, share of the outlets."""
        size = len(self.clusters)
        owner = self.owner[self.worded]
        speaks = np.array([mention.role == "source" for mention in self.table.mentions], dtype=bool)
        outlets = self.types[owner, _OUTLET]
        # Mentions are in text order, so of a cluster's the first one comes last here.
        first = np.full(size, FAR)
        first[owner[::-1]] = self.article.sentence[self.first[self.worded]][::-1]
        return np.column_stack(
            [
                np.bincount(self.owner[speaks], minlength=size) == 0,
                np.log1p(np.bincount(owner, minlength=size)),
                np.log1p(first),
                np.log1p(np.bincount(self.origin, minlength=size)),
                np.bincount(owner, outlets, minlength=size) / max(outlets.sum(), 1.0),
            ]
        )

    @property
    def _first_sentence(self) -> Ints:
        """Sentence in which words first mention each cluster, the first for one without words."""
        places, starts, named = self._by_cluster
        found = np.zeros(len(self.clusters), dtype=np.int64)
        if len(places):
            found[named] = np.minimum.reduceat(self.article.sentence[self.first[places]], starts)
        return found

    @cached_property
    def families(self) -> dict[int, Ints]:
        """Claims by origin, in text order."""
        return {int(origin): np.flatnonzero(self.origin == origin) for origin in set(self.origins)}

    @cached_property
    def possible(self) -> NDArray[np.bool_]:
        """(claims, clusters): whether the cluster could have passed the claim on.

        Those mentioned near it, its outer claim's source and that one's candidates, those that
        another claim of its origin, or surely any claim of the article, came through, and every
        outlet named before it: an article may retell another one from end to end. An outlet that
        is named only in later sentences passes on no more than what those say who say something
        there. The article's own outlet, its author and nobody in particular pass nothing on.
        """
        _, here, _ = self.reach
        claims = np.arange(len(self.drafts))
        apart = np.abs(self.article.sentence[self.first] - self.sentence[:, None])
        before = self.first < self.predicates[:, None]
        counts = (apart <= _NEAR_SENTENCES) | (before & self.outlets[self.owner])
        member = np.zeros((len(self.first), len(self.clusters)), dtype=np.float32)
        member[np.arange(len(self.first)), self.owner] = self.worded
        found = (counts.astype(np.float32) @ member > 0) | (here > _SURE).any(0)
        later = self.outlets & (self._first_sentence > self.sentence[:, None])
        beside = (apart == 0).astype(np.float32) @ member > 0
        for family in self.families.values():
            found[family] &= ~later[family] | beside[family].any(0)
            found[family] |= here[family].max(0) > LIKELY
        nested = claims[self.outer >= 0]
        outer = self.outer[nested]
        found[nested] |= here[outer] > LIKELY
        found[nested, self.origin[outer]] = True
        found[claims, self.origin] = False
        found[:, list(self.own)] = False
        found[:, self.nobody] = False
        return found

    @cached_property
    def pairs(self) -> tuple[Ints, Ints]:
        """Claim and cluster of every pair that is :attr:`possible`, claim by claim."""
        claims, names = np.nonzero(self.possible)
        return claims, names

    @cached_property
    def candidates(self) -> list[list[int]]:
        """For every claim the clusters that could have passed it on."""
        return [np.flatnonzero(row).tolist() for row in self.possible]


def outer_claims(drafts: Sequence[ClaimDraft]) -> Ints:
    """For every claim the one whose content most closely holds its predicate, -1 without any.

    The outer claim opens outside what the inner one reports.
    """
    size = len(drafts)
    owner = np.array([n for n, draft in enumerate(drafts) for _ in draft.content], dtype=np.int64)
    pieces = np.array([piece for draft in drafts for piece in draft.content]).reshape(-1, 2)
    if not len(pieces):
        return np.full(size, -1, dtype=np.int64)
    predicates = np.array([draft.predicate for draft in drafts], dtype=np.int64)
    first, last = pieces[:, :1], pieces[:, 1:]
    inside = (first <= predicates) & (predicates <= last)
    holds = np.zeros((size, size), dtype=bool)
    piece, claim = np.nonzero(inside)
    holds[owner[piece], claim] = True
    inside &= (owner[:, None] != np.arange(size)) & ~holds.T[owner]
    lengths = np.where(inside, last - first, np.iinfo(np.int64).max)
    return np.where(inside.any(0), owner[lengths.argmin(0)], -1)


def _ranges(begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    """All numbers from each ``begin`` up to its ``end``, exclusive, behind the range's number."""
    counts = np.maximum(end - begin, 0)
    which = np.repeat(np.arange(len(begin)), counts)
    return which, np.arange(len(which)) + np.repeat(begin - (np.cumsum(counts) - counts), counts)


def _maxima(scores: Floats, begin: Ints, end: Ints) -> Floats:
    """The largest score from each ``begin`` up to its ``end``, exclusive; no stretch is empty."""
    padded = np.append(scores, np.float32(-np.inf))  # an end may lie behind the last score
    return np.asarray(np.maximum.reduceat(padded, np.column_stack([begin, end]).ravel())[::2])
