"""Stage 5, first half: what speaks for a source having passed a claim on.

For every claim the sources that could have, and for each pair of claim and candidate one row of
features: what the encoder scored, where the candidate stands, what the other claims of the same
origin say. An interview often feeds a whole article, so evidence from anywhere in it counts.
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
from attribution.types import SOURCE_TYPES

__all__ = ["CARRY_FEATURES", "VIA_FEATURES", "Scene", "carry_features", "via_features"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_NEAR_SENTENCES = 3
#: Score in its own sentence at which a claim puts an intermediary up for its source's others,
#: and at which for the whole article.
_LIKELY, _SURE = 0.2, 0.5
_TYPES = len(SOURCE_TYPES)
_OUTLET = SOURCE_TYPES.index("media_outlet")
_FAR = 30.0

VIA_FEATURES: tuple[str, ...] = (
    "via_score",
    "via_score_here",
    "is_via_mention",
    "is_outer_source",
    "any_outer",
    *(f"candidate_type_{name}" for name in SOURCE_TYPES),
    *(f"origin_type_{name}" for name in SOURCE_TYPES),
    "sentences_apart",
    "mention_before",
    "same_sentence",
    "same_paragraph",
    "next_to_cue",
    "uncued",
    "sourceless",
    "quoted",
    "statement",
    "previous_same_origin",
    "since_same_origin",
    "candidate_spoke_before",
    "candidate_only_relays",
    "candidate_mentions",
    "candidate_first_sentence",
    "candidate_claims",
    "candidate_share_of_outlets",
    "origin_claims",
    "origin_share",
    "origin_best",
    "origin_best_apart",
    "origin_best_ahead",
    "origin_mean",
    "origin_likely",
    "article_best",
    "article_likely",
)
#: What the first reading gave the pair, and the same candidate's pairs with other claims.
CARRY_FEATURES: tuple[str, ...] = (
    *VIA_FEATURES,
    "first",
    "first_origin_mean",
    "first_origin_best",
    "first_before",
    "first_after",
    "first_same_before",
    "first_same_after",
    "first_outer",
    "first_article",
    "first_rival",
)


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
    def outer(self) -> list[int | None]:
        """For every claim the one whose content most closely holds it, if any does."""
        return [outer_claim(self.drafts, claim) for claim in range(len(self.drafts))]

    @cached_property
    def reach(self) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Three (claims, clusters) arrays of the encoder's word on each as intermediary.

        The best score of any mention in reach of the claim, the best within the claim's own
        sentence, and whether a mention was marked outright.
        """
        shape = (len(self.drafts), len(self.clusters))
        best, here = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        marked = np.zeros(shape, dtype=bool)
        sentence = self.article.sentence
        for row, draft in enumerate(self.drafts):
            size = len(draft.via_scores)
            edges = [draft.scores_from, draft.scores_from + size]
            near = slice(*np.searchsorted(self.first, edges).tolist())
            first, columns = self.first[near], self.owner[near]
            if not len(first):
                continue
            begin = first - draft.scores_from
            end = np.minimum(self.last[near] + 1 - draft.scores_from, size)
            scores = _maxima(draft.via_scores, begin, end)
            np.maximum.at(best[row], columns, scores)
            same = sentence[first] == sentence[draft.predicate]
            np.maximum.at(here[row], columns[same], scores[same])
            for words in draft.via:
                places = np.flatnonzero((first == words[0]) & (self.last[near] == words[1]))
                marked[row, columns[places]] = True
        return best, here, marked

    def nearest(self, word: int) -> Ints:
        """For every cluster that of its mentions whose first word is nearest, -1 without words."""
        places, starts, named = self._by_cluster
        found = np.full(len(self.clusters), -1, dtype=np.int64)
        if len(places):
            # The distance, and behind it the place, so that the first of equals is the least.
            keys = np.abs(self.first[places] - word) * len(places) + np.arange(len(places))
            found[named] = places[np.minimum.reduceat(keys, starts) % len(places)]
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
        outlets = self.types[self.owner, _OUTLET] * self.worded
        rows = []
        for name, cluster in enumerate(self.clusters):
            worded = [place for place in cluster.members if self.worded[place]]
            first = self.article.sentence[self.first[worded[0]]] if worded else _FAR
            rows.append(
                [
                    all(self.table.mentions[place].role != "source" for place in cluster.members),
                    np.log1p(len(worded)),
                    np.log1p(first),
                    np.log1p(len(self.families.get(name, ()))),
                    outlets[worded].sum() / max(outlets.sum(), 1.0),
                ]
            )
        return np.array(rows, dtype=np.float64).reshape(len(rows), 5)

    @cached_property
    def families(self) -> dict[int, Ints]:
        """Claims by origin, in text order."""
        origins = np.array(self.origins, dtype=np.int64)
        return {int(origin): np.flatnonzero(origins == origin) for origin in np.unique(origins)}

    @cached_property
    def candidates(self) -> list[list[int]]:
        """For every claim the clusters that could have passed it on.

        Those mentioned near it, its outer claim's source and that one's candidates, those that
        another claim of its origin, or surely any claim of the article, came through, and every
        outlet named before it: an article may retell another one from end to end.
        """
        _, here, _ = self.reach
        sentence = self.article.sentence
        places = sentence[self.first]
        everywhere = set(np.flatnonzero((here > _SURE).any(0)).tolist()) if len(here) else set()
        found: list[list[int]] = []
        for claim, draft in enumerate(self.drafts):
            near = np.abs(places - sentence[draft.predicate]) <= _NEAR_SENTENCES
            names = set(self.owner[near & self.worded].tolist()) | everywhere
            outlets = self.worded & (self.first < draft.predicate) & self.outlets[self.owner]
            names.update(self.owner[outlets].tolist())
            family = self.families[self.origins[claim]]
            names.update(np.flatnonzero(here[family].max(0) > _LIKELY).tolist())
            outer = self.outer[claim]
            if outer is not None:
                names.add(self.origins[outer])
                names.update(np.flatnonzero(here[outer] > _LIKELY).tolist())
            names -= {self.origins[claim], *self.own}
            found.append(sorted(names))
        return found


def outer_claim(drafts: Sequence[ClaimDraft], claim: int) -> int | None:
    """The claim whose content most closely holds this claim's predicate, if any does."""
    word = drafts[claim].predicate
    best, size = None, 0
    for number, draft in enumerate(drafts):
        if number == claim:
            continue
        for first, last in draft.content:
            inside = first <= word <= last and _strictly_holds(draft, drafts[claim])
            if inside and (best is None or last - first < size):
                best, size = number, last - first
    return best


def _strictly_holds(outer: ClaimDraft, inner: ClaimDraft) -> bool:
    """The outer claim opens outside what the inner one reports."""
    return not any(first <= outer.predicate <= last for first, last in inner.content)


def via_features(scene: Scene, claim: int) -> Floats:
    """Features (candidates, VIA_FEATURES) of a claim's candidates."""
    names = np.array(scene.candidates[claim], dtype=np.int64)
    if not len(names):
        return np.zeros((0, len(VIA_FEATURES)), dtype=np.float32)
    own = _claim_features(scene, claim)
    return np.concatenate(
        [
            _score_features(scene, claim, names),
            scene.types[names],
            np.broadcast_to(scene.types[scene.origins[claim]], (len(names), _TYPES)),
            _place_features(scene, claim, names),
            np.broadcast_to(own, (len(names), len(own))),
            _candidate_features(scene, claim, names),
            _family_features(scene, claim, names),
        ],
        axis=1,
    ).astype(np.float32)


def _score_features(scene: Scene, claim: int, names: Ints) -> Floats:
    best, here, marked = scene.reach
    outer = scene.outer[claim]
    around = np.full(len(names), -1 if outer is None else scene.origins[outer])
    return np.column_stack(
        [
            _log_odds(best[claim, names]),
            _log_odds(here[claim, names]),
            marked[claim, names],
            names == around,
            np.full(len(names), outer is not None),
        ]
    ).astype(np.float32)


def _place_features(scene: Scene, claim: int, names: Ints) -> NDArray[np.float64]:
    """Where the candidates' nearest mentions stand, seen from the claim."""
    article, word = scene.article, scene.drafts[claim].predicate
    nearest = scene.nearest(word)[names]
    known = nearest >= 0
    first, last = scene.first[nearest], scene.last[nearest]
    apart = np.abs(article.sentence[first] - article.sentence[word])
    same_paragraph = article.paragraph[first] == article.paragraph[word]
    return np.column_stack(
        [
            np.log1p(np.where(known, apart, _FAR)),
            known & (first < word),
            known & (apart == 0),
            known & same_paragraph,
            known & (np.abs(last + 1 - word) <= 1),
        ]
    )


def _claim_features(scene: Scene, claim: int) -> list[float]:
    draft, article = scene.drafts[claim], scene.article
    quotes = [article.quote[first : last + 1] for first, last in draft.content]
    family = scene.families[scene.origins[claim]]
    earlier = family[family < claim]
    since = _FAR
    if len(earlier):
        last = scene.predicates[earlier[-1]]
        since = float(abs(article.sentence[draft.predicate] - article.sentence[last]))
    return [
        float(draft.cue is None),
        float(draft.source is None),
        float((np.concatenate(quotes) >= 0).mean()) if quotes else 0.0,
        float(draft.kind[0]),
        float(bool(claim) and scene.origins[claim - 1] == scene.origins[claim]),
        float(np.log1p(since)),
    ]


def _candidate_features(scene: Scene, claim: int, names: Ints) -> NDArray[np.float64]:
    """What the candidates are in the article, and how much of it the claim's origin gives."""
    previous = scene.origins[claim - 1] if claim else -1
    family = len(scene.families[scene.origins[claim]])
    return np.column_stack(
        [
            names == previous,
            scene.portraits[names],
            np.full(len(names), np.log1p(family)),
            np.full(len(names), family / len(scene.drafts)),
        ]
    )


def _family_features(scene: Scene, claim: int, names: Ints) -> Floats:
    """What the other claims of the same origin, and all claims, say of the candidates."""
    _, here, _ = scene.reach
    family = scene.families[scene.origins[claim]]
    scores = here[np.ix_(family, names)]
    best = family[scores.argmax(0)]
    sentence = scene.article.sentence[scene.predicates]
    return np.column_stack(
        [
            _log_odds(scores.max(0)),
            np.log1p(np.abs(sentence[best] - sentence[claim])),
            best > claim,
            scores.mean(0),
            (scores > _LIKELY).mean(0),
            _log_odds(here[:, names].max(0)),
            (here[:, names] > _LIKELY).mean(0),
        ]
    ).astype(np.float32)


def carry_features(scene: Scene, claim: int, rows: Floats, first: Floats) -> Floats:
    """Features (candidates, CARRY_FEATURES) for the second reading.

    Args:
        scene: the article.
        claim: the claim.
        rows: its features of the first reading.
        first: (claims, clusters) probabilities that the first reading gave; 0 for no candidate.
    """
    names = np.array(scene.candidates[claim], dtype=np.int64)
    family = scene.families[scene.origins[claim]]
    others = family[family != claim]
    none = np.zeros(len(names), dtype=np.float32)
    outer = scene.outer[claim]
    before, after = others[others < claim], others[others > claim]
    own = first[claim, names]
    return np.column_stack(
        [
            rows,
            own,
            first[np.ix_(others, names)].mean(0) if len(others) else none,
            first[np.ix_(others, names)].max(0) if len(others) else none,
            first[claim - 1, names] if claim else none,
            first[claim + 1, names] if claim + 1 < len(first) else none,
            first[before[-1], names] if len(before) else none,
            first[after[0], names] if len(after) else none,
            first[outer, names] if outer is not None else none,
            first[:, names].mean(0),
            _rivals(own),
        ]
    ).astype(np.float32)


def _rivals(scores: Floats) -> Floats:
    """For every score the largest of the others, 0 without others."""
    if len(scores) < 2:
        return np.zeros_like(scores)
    second, first = np.partition(scores, -2)[-2:]
    others = np.full_like(scores, first)
    others[scores.argmax()] = second
    return others


def _maxima(scores: Floats, begin: Ints, end: Ints) -> Floats:
    """The largest score from each ``begin`` up to its ``end``, exclusive; no stretch is empty."""
    padded = np.append(scores, np.float32(-np.inf))  # an end may lie behind the last score
    return np.asarray(np.maximum.reduceat(padded, np.column_stack([begin, end]).ravel())[::2])


def _log_odds(probability: Floats) -> Floats:
    clipped = np.clip(probability, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(clipped / (1 - clipped)), dtype=np.float32)
