"""Fit the two readings behind chains: which candidates passed a claim on.

The second reading learns from what the first says of articles it was not fitted on, since that is
what it will see in use (stacking with cross-validation, Wolpert, 1992).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attribution.analyze import own_outlets
from attribution.characterize import type_features
from attribution.intermediaries import Scene, carry_features, via_features
from attribution.provenance import find_chains, first_reading
from attribution.publisher import read_publisher
from attribution.roles import WordRange
from attribution.tabular import Classifier
from training.scored import Scored, gold_clusters
from training.tables import Table, fit

__all__ = ["Relayed", "best_via_threshold", "fit_relays", "gold_scene"]

Floats = NDArray[np.float32]

_PARTS = 3
_FIRST, _SECOND = (48,), (48,)
_ALPHA = 1e-1


@dataclass(frozen=True)
class Relayed:
    """The scene of an article's gold clusters, and the gold intermediaries of every claim in it."""

    scene: Scene
    via: tuple[tuple[int, ...], ...]


def gold_scene(scored: Scored, type_scorer: Classifier) -> Relayed:
    """The scene that gold mentions and gold resolution make, for a reader who knows the outlet."""
    named = gold_clusters(scored)
    order = list(named)
    clusters = [named[name] for name in order]
    position = {name: number for number, name in enumerate(order)}
    types = type_scorer.probabilities(
        np.stack([type_features(scored.table, cluster) for cluster in clusters])
    ).astype(np.float32)
    # One mention may stand for two sources; it is counted for one, and speaks for both.
    speaker: dict[WordRange | None, str] = {
        scored.table.mentions[row].words: name for name in order for row in named[name].members
    }
    origins = [
        position[claim.source if claim.source in position else speaker[draft.source]]
        for claim, draft in zip(scored.claims, scored.drafts, strict=True)
    ]
    publisher = scored.gold.publisher or read_publisher(scored.gold.text)
    own = own_outlets(scored.table, clusters, publisher)
    scene = Scene(
        scored.example.article, scored.drafts, scored.table, clusters, origins, types, own
    )
    return Relayed(
        scene,
        tuple(
            tuple(position[name] for name in claim.via or () if name in position)
            for claim in scored.claims
        ),
    )


def fit_relays(articles: Sequence[Relayed], seed: int) -> tuple[Classifier, Classifier]:
    """The first and the second reading."""
    tables = [_labelled(item, via_features(item.scene)) for item in articles]
    second = Table()
    for part in range(_PARTS):
        rest = Table()
        for number, table in enumerate(tables):
            if number % _PARTS != part:
                rest.extend(table)
        scorer = fit(rest, _FIRST, _ALPHA, seed)
        for item in articles[part::_PARTS]:
            second.extend(_labelled(item, _second_rows(item.scene, scorer)))
    everything = Table()
    for table in tables:
        everything.extend(table)
    return fit(everything, _FIRST, _ALPHA, seed), fit(second, _SECOND, _ALPHA, seed)


def _second_rows(scene: Scene, scorer: Classifier) -> Floats:
    return carry_features(scene, *first_reading(scene, scorer))


def _labelled(item: Relayed, rows: Floats) -> Table:
    """The rows of every claim's candidates; label: gold via."""
    claims, names = item.scene.pairs
    table = Table()
    if len(rows):
        pairs = zip(claims.tolist(), names.tolist(), strict=True)
        table.add(rows, [int(name in item.via[claim]) for claim, name in pairs])
    return table


def best_via_threshold(
    first: Classifier, second: Classifier, corpora: Sequence[Sequence[Relayed]]
) -> tuple[float, float]:
    """The threshold with the best sum of via F1 and share of whole chains, and that sum's half.

    Either alone misleads: most claims have no intermediary, so the share rewards silence. Every
    corpus counts alike, however many claims it has.
    """
    best = (0.5, 0.0)
    for threshold in np.arange(0.1, 0.71, 0.05):
        scores = [_chain_score(first, second, part, float(threshold)) for part in corpora if part]
        score = float(np.mean(scores)) if scores else 0.0
        best = max(best, (float(threshold), score), key=lambda item: item[1])
    return best


def _chain_score(
    first: Classifier, second: Classifier, articles: Sequence[Relayed], threshold: float
) -> float:
    """Mean of via F1 and share of whole chains."""
    hits = chosen = wanted = whole = total = 0
    for item in articles:
        chains = find_chains(item.scene, first, second, threshold)
        for mine, right in zip(chains, item.via, strict=True):
            hits += len(set(mine) & set(right))
            chosen += len(mine)
            wanted += len(right)
            whole += mine == right
            total += 1
    return hits / max(1, chosen + wanted) + whole / max(1, total) / 2
