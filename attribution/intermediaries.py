"""Stage 5, first half: what speaks for a source having passed a claim on.

For each pair of claim and candidate one row of features: what the encoder scored, where the
candidate stands, what the other claims of the same origin say. An interview often feeds a whole
article, so evidence from anywhere in it counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from attribution.scene import FAR, LIKELY, Floats, Ints, Scene
from attribution.types import SOURCE_TYPES

__all__ = ["CARRY_FEATURES", "VIA_FEATURES", "Scene", "carry_features", "via_features"]

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


def via_features(scene: Scene) -> Floats:
    """Features (pairs, VIA_FEATURES) of all claims' candidates, by ``scene.pairs``."""
    claims, names = scene.pairs
    return np.concatenate(
        [
            _score_features(scene, claims, names),
            scene.types[names],
            scene.types[scene.origin[claims]],
            _place_features(scene, claims, names),
            _claim_features(scene)[claims],
            _candidate_features(scene, claims, names),
            _family_features(scene, claims, names),
        ],
        axis=1,
    ).astype(np.float32)


def _score_features(scene: Scene, claims: Ints, names: Ints) -> Floats:
    best, here, marked = scene.reach
    outer = scene.outer[claims]
    around = np.where(outer < 0, -1, scene.origin[outer])
    return np.column_stack(
        [
            _log_odds(best[claims, names]),
            _log_odds(here[claims, names]),
            marked[claims, names],
            names == around,
            outer >= 0,
        ]
    ).astype(np.float32)


def _place_features(scene: Scene, claims: Ints, names: Ints) -> NDArray[np.float64]:
    """Where the candidates' nearest mentions stand, seen from the claims."""
    article, word = scene.article, scene.predicates[claims]
    nearest = scene.nearest[claims, names]
    known = nearest >= 0
    first, last = scene.first[nearest], scene.last[nearest]
    apart = np.abs(article.sentence[first] - article.sentence[word])
    same_paragraph = article.paragraph[first] == article.paragraph[word]
    return np.column_stack(
        [
            np.log1p(np.where(known, apart, FAR)),
            known & (first < word),
            known & (apart == 0),
            known & same_paragraph,
            known & (np.abs(last + 1 - word) <= 1),
        ]
    )


def _claim_features(scene: Scene) -> NDArray[np.float64]:
    """(claims, 6): what the claims are by themselves, and how far the origin's last one is."""
    drafts, sentence = scene.drafts, scene.sentence
    quoted = np.concatenate([[0], np.cumsum(scene.article.quote >= 0)])
    shares = []
    for draft in drafts:
        words = sum(last + 1 - first for first, last in draft.content)
        inside = sum(quoted[last + 1] - quoted[first] for first, last in draft.content)
        shares.append(inside / max(words, 1))
    earlier, _ = _neighbours(scene)
    since = np.where(earlier < 0, FAR, np.abs(sentence - sentence[earlier]))
    return np.column_stack(
        [
            [draft.cue is None for draft in drafts],
            [draft.source is None for draft in drafts],
            shares,
            [draft.kind[0] for draft in drafts],
            np.diff(scene.origin, prepend=-1) == 0,
            np.log1p(since),
        ]
    ).astype(np.float64)


def _neighbours(scene: Scene) -> tuple[Ints, Ints]:
    """For every claim the claim of the same origin before it, and the one after, -1 without."""
    before, after = (np.full(len(scene.drafts), -1, dtype=np.int64) for _ in range(2))
    for family in scene.families.values():
        before[family[1:]], after[family[:-1]] = family[:-1], family[1:]
    return before, after


def _candidate_features(scene: Scene, claims: Ints, names: Ints) -> NDArray[np.float64]:
    """What the candidates are in the article, and how much of it the claims' origins give."""
    family = np.bincount(scene.origin)[scene.origin[claims]]
    previous = np.concatenate([[-1], scene.origin[:-1]])
    return np.column_stack(
        [
            names == previous[claims],
            scene.portraits[names],
            np.log1p(family),
            family / len(scene.drafts),
        ]
    )


def _family_features(scene: Scene, claims: Ints, names: Ints) -> Floats:
    """What the other claims of the same origin, and all claims, say of the candidates."""
    _, here, _ = scene.reach
    most, mean, likely = (np.zeros_like(here) for _ in range(3))
    best = np.zeros(here.shape, dtype=np.int64)
    for family in scene.families.values():
        scores = here[family]
        best[family] = family[scores.argmax(0)]
        most[family] = scores.max(0)
        mean[family] = scores.mean(0)
        likely[family] = (scores > LIKELY).mean(0)
    where = best[claims, names]
    return np.column_stack(
        [
            _log_odds(most[claims, names]),
            np.log1p(np.abs(scene.sentence[where] - scene.sentence[claims])),
            where > claims,
            mean[claims, names],
            likely[claims, names],
            _log_odds(here.max(0, initial=0.0)[names]),
            (here > LIKELY).mean(0)[names],
        ]
    ).astype(np.float32)


def carry_features(scene: Scene, rows: Floats, first: Floats) -> Floats:
    """Features (pairs, CARRY_FEATURES) for the second reading.

    Args:
        scene: the article.
        rows: the features of the first reading.
        first: (claims, clusters) probabilities that the first reading gave; 0 for no candidate.
    """
    claims, names = scene.pairs
    mean, most = np.zeros_like(first), np.zeros_like(first)
    for family in scene.families.values():
        if len(family) > 1:
            others = (1 - np.eye(len(family), dtype=np.float32)) / (len(family) - 1)
            mean[family] = others @ first[family]
            most[family] = _rivals(first[family])
    following = np.arange(1, len(first) + 1)
    following[-1:] = -1
    around = (np.arange(len(first)) - 1, following, *_neighbours(scene), scene.outer)
    return np.column_stack(
        [
            rows,
            first[claims, names],
            mean[claims, names],
            most[claims, names],
            *(_looked_up(first, claim[claims], names) for claim in around),
            first.mean(0)[names],
            _rivals(first.T).T[claims, names],
        ]
    ).astype(np.float32)


def _looked_up(values: Floats, rows: Ints, columns: Ints) -> Floats:
    """The values at rows and columns, 0 where a row is below 0."""
    return np.where(rows < 0, np.float32(0.0), values[rows, columns])


def _rivals(scores: Floats) -> Floats:
    """For every score the largest of the others in its column, 0 without others."""
    if len(scores) < 2:
        return np.zeros_like(scores)
    second, first = np.partition(scores, -2, axis=0)[-2:]
    others = np.broadcast_to(first, scores.shape).copy()
    np.put_along_axis(others, scores.argmax(0)[None], second[None], 0)
    return others


def _log_odds(probability: Floats) -> Floats:
    clipped = np.clip(probability, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(clipped / (1 - clipped)), dtype=np.float32)
