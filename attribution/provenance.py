"""Stage 5: through whom a claim reached the article - its intermediaries and its chain.

A learned classifier decides for every claim and every other source near it whether that source
passed the claim on (rules of what counts: training/corpus/provenance/GUIDE.md). Claims are taken
in text order, so that an interview or report can be carried over from one claim to the next. The
chain is put together in `_order`: a nested claim comes through everything its outer claim came
through, then through the outer speaker; the rest stand in text order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from attribution.decode import ClaimDraft
from attribution.features import EncodedArticle
from attribution.mentions import Mention, MentionTable
from attribution.resolve import Cluster
from attribution.tabular import Classifier

__all__ = ["VIA_FEATURES", "Scene", "find_chains", "outer_claim", "via_candidates", "via_features"]

Floats = NDArray[np.float32]

_NEAR_SENTENCES = 3
#: Score in its own sentence at which a claim puts an intermediary up for its source's others.
_LIKELY = 0.2
_TYPES = 8

VIA_FEATURES: tuple[str, ...] = (
    "via_score",
    "via_score_here",
    "is_via_mention",
    "is_outer_source",
    "is_outer_via",
    "any_outer",
    *(f"candidate_type_{number}" for number in range(_TYPES)),
    *(f"origin_type_{number}" for number in range(_TYPES)),
    "sentences_apart",
    "mention_before",
    "same_sentence",
    "same_paragraph",
    "is_subject_of_cue",
    "uncued",
    "sourceless",
    "direct_words",
    "previous_same_origin",
    "previous_via",
    "same_origin_via",
    "same_origin_sentences",
    "previous_sentences",
    "candidate_is_previous_origin",
    "candidate_only_via",
    "candidate_mentions",
    "candidate_share_of_via",
    "origin_best",
    "origin_best_sentences",
    "origin_best_ahead",
    "origin_mean",
    "article_share",
)


@dataclass(frozen=True)
class Scene:
    """What the decision sees: claims with their origins, clusters with their types.

    ``origins`` holds a cluster index a claim; ``types`` is (clusters, 8) probabilities.
    """

    article: EncodedArticle
    drafts: Sequence[ClaimDraft]
    table: MentionTable
    clusters: Sequence[Cluster]
    origins: Sequence[int]
    types: Floats

    @cached_property
    def evidence(self) -> Floats:
        """(claims, clusters): the best score as intermediary within the claim's own sentence."""
        sentence = self.article.sentence
        found = np.zeros((len(self.drafts), len(self.clusters)), dtype=np.float32)
        for column, cluster in enumerate(self.clusters):
            for member in cluster.members:
                mention = self.table.mentions[member]
                for row, draft in enumerate(self.drafts):
                    if sentence[mention.first] == sentence[draft.predicate]:
                        score = _via_score(draft, mention)
                        found[row, column] = max(found[row, column], score)
        return found

    @cached_property
    def claim_sentences(self) -> NDArray[np.int64]:
        """Sentence of each claim's predicate."""
        return self.article.sentence[[draft.predicate for draft in self.drafts]]

    @cached_property
    def claims_of(self) -> dict[int, list[int]]:
        """Claims by origin."""
        found: dict[int, list[int]] = {}
        for claim, origin in enumerate(self.origins):
            found.setdefault(origin, []).append(claim)
        return found


def find_chains(scene: Scene, scorer: Classifier, threshold: float) -> list[tuple[int, ...]]:
    """For every claim its intermediaries as cluster indices, from the article outward."""
    chains: list[tuple[int, ...]] = []
    for claim in range(len(scene.drafts)):
        candidates = via_candidates(scene, claim, chains)
        if not candidates:
            chains.append(())
            continue
        scores = scorer.probabilities(via_features(scene, claim, candidates, chains))
        chosen = [
            candidate
            for candidate, score in zip(candidates, scores, strict=True)
            if score >= threshold
        ]
        chains.append(_order(scene, claim, chosen, chains))
    return chains


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


def via_candidates(scene: Scene, claim: int, chains: Sequence[tuple[int, ...]]) -> list[int]:
    """Clusters that could have passed a claim on: mentioned near it, around it, or before it."""
    draft = scene.drafts[claim]
    here = scene.article.sentence[draft.predicate]
    found: dict[int, None] = {}
    outer = outer_claim(scene.drafts, claim)
    if outer is not None:
        found[scene.origins[outer]] = None
        if outer < claim:
            found.update(dict.fromkeys(chains[outer]))
    for number, cluster in enumerate(scene.clusters):
        for member in cluster.members:
            there = scene.article.sentence[scene.table.mentions[member].first]
            if abs(there - here) <= _NEAR_SENTENCES and scene.table.mentions[member].tokens:
                found[number] = None
                break
    for earlier in range(max(0, claim - 6), claim):
        found.update(dict.fromkeys(chains[earlier]))
    # One interview may feed the whole article, the lines before it is named included.
    family = scene.evidence[scene.claims_of[scene.origins[claim]]].max(0)
    found.update(dict.fromkeys(int(number) for number in np.flatnonzero(family > _LIKELY)))
    found.pop(scene.origins[claim], None)
    return list(found)


def via_features(
    scene: Scene, claim: int, candidates: Sequence[int], chains: Sequence[tuple[int, ...]]
) -> Floats:
    """Features (candidates, VIA_FEATURES); ``chains`` are those of the claims before."""
    outer = outer_claim(scene.drafts, claim)
    history = _History(scene, claim, chains)
    rows = [
        [
            *_score_features(scene, claim, candidate),
            *_outer_features(scene, outer, claim, candidate, chains),
            *scene.types[candidate],
            *scene.types[scene.origins[claim]],
            *_place_features(scene, claim, candidate),
            *_claim_features(scene, claim),
            *history.features(candidate),
            *_family_features(scene, claim, candidate),
        ]
        for candidate in candidates
    ]
    return np.array(rows, dtype=np.float32)


def _score_features(scene: Scene, claim: int, candidate: int) -> list[float]:
    """What the encoder says of the candidate's words as intermediary of this claim."""
    draft = scene.drafts[claim]
    best = here = 0.0
    marked = False
    sentence = scene.article.sentence[draft.predicate]
    for member in scene.clusters[candidate].members:
        mention = scene.table.mentions[member]
        score = _via_score(draft, mention)
        best = max(best, score)
        if scene.article.sentence[mention.first] == sentence:
            here = max(here, score)
        marked = marked or mention.words in draft.via
    return [_log_odds(best), _log_odds(here), float(marked)]


def _via_score(draft: ClaimDraft, mention: Mention) -> float:
    """Best probability of the mention's words as intermediary of the claim; 0 out of reach."""
    low = max(mention.first - draft.scores_from, 0)
    high = mention.last - draft.scores_from + 1
    if high <= low or low >= len(draft.via_scores):
        return 0.0
    return float(draft.via_scores[low:high].max())


def _family_features(scene: Scene, claim: int, candidate: int) -> list[float]:
    """What the other claims of the same origin, before and after, say of the candidate."""
    family = scene.claims_of[scene.origins[claim]]
    scores = scene.evidence[family, candidate]
    best = family[int(scores.argmax())]
    apart = abs(int(scene.claim_sentences[best] - scene.claim_sentences[claim]))
    return [
        _log_odds(float(scores.max())),
        float(np.log1p(apart)),
        float(best > claim),
        float(scores.mean()),
        float((scene.evidence[:, candidate] > 0.5).mean()),
    ]


def _log_odds(probability: float) -> float:
    clipped = min(max(probability, 1e-4), 1 - 1e-4)
    return float(np.log(clipped / (1 - clipped)))


def _outer_features(
    scene: Scene,
    outer: int | None,
    claim: int,
    candidate: int,
    chains: Sequence[tuple[int, ...]],
) -> list[float]:
    if outer is None:
        return [0.0, 0.0, 0.0]
    passed_on = outer < claim and candidate in chains[outer]
    return [float(scene.origins[outer] == candidate), float(passed_on), 1.0]


def _place_features(scene: Scene, claim: int, candidate: int) -> list[float]:
    draft, article = scene.drafts[claim], scene.article
    mentions = [
        scene.table.mentions[member]
        for member in scene.clusters[candidate].members
        if scene.table.mentions[member].tokens
    ]
    if not mentions:
        return [3.0, 0.0, 0.0, 0.0, 0.0]
    nearest = min(mentions, key=lambda mention: abs(mention.first - draft.predicate))
    apart = abs(int(article.sentence[nearest.first] - article.sentence[draft.predicate]))
    return [
        float(np.log1p(apart)),
        float(nearest.first < draft.predicate),
        float(apart == 0),
        float(article.paragraph[nearest.first] == article.paragraph[draft.predicate]),
        float(abs(nearest.last + 1 - draft.predicate) <= 1),
    ]


def _claim_features(scene: Scene, claim: int) -> list[float]:
    draft, quote = scene.drafts[claim], scene.article.quote
    words = [word for first, last in draft.content for word in range(first, last + 1)]
    quoted = float((quote[words] >= 0).mean()) if words else 0.0
    return [float(draft.cue is None), float(draft.source is None), quoted]


class _History:
    """The claims before this one, as far as carry-over needs them."""

    def __init__(self, scene: Scene, claim: int, chains: Sequence[tuple[int, ...]]) -> None:
        self.chains = chains
        self.scene = scene
        self.origin = scene.origins[claim]
        self.claim = claim
        self.here = int(scene.article.sentence[scene.drafts[claim].predicate])
        same = [n for n in range(claim) if scene.origins[n] == self.origin]
        self.last_same = same[-1] if same else None

    def _sentences_since(self, claim: int) -> float:
        word = self.scene.drafts[claim].predicate
        return float(np.log1p(abs(self.here - int(self.scene.article.sentence[word]))))

    def features(self, candidate: int) -> list[float]:
        """Carry-over evidence for one candidate."""
        previous = self.claim - 1 if self.claim else None
        origins = self.scene.origins
        members = self.scene.clusters[candidate].members
        relayed = sum(candidate in chain for chain in self.chains[: self.claim])
        return [
            float(previous is not None and origins[previous] == self.origin),
            float(previous is not None and candidate in self.chains[previous]),
            float(self.last_same is not None and candidate in self.chains[self.last_same]),
            self._sentences_since(self.last_same) if self.last_same is not None else 4.0,
            self._sentences_since(previous) if previous is not None else 4.0,
            float(previous is not None and origins[previous] == candidate),
            float(all(self.scene.table.mentions[m].role != "source" for m in members)),
            float(np.log1p(len(members))),
            relayed / max(1, self.claim),
        ]


def _order(
    scene: Scene, claim: int, chosen: Sequence[int], chains: Sequence[tuple[int, ...]]
) -> tuple[int, ...]:
    """The chain's intermediaries in order, from the article outward, without repeats."""
    outer = outer_claim(scene.drafts, claim)
    chain: list[int] = []
    if outer is not None and scene.origins[outer] in chosen:
        if outer < claim:
            chain.extend(chains[outer])
        chain.append(scene.origins[outer])
    predicate = scene.drafts[claim].predicate

    def nearest_mention(cluster: int) -> int:
        firsts = [scene.table.mentions[m].first for m in scene.clusters[cluster].members]
        return min(firsts, key=lambda first: abs(first - predicate))

    rest = sorted((cluster for cluster in chosen if cluster not in chain), key=nearest_mention)
    origin = scene.origins[claim]
    return tuple(dict.fromkeys(item for item in [*chain, *rest] if item != origin))
