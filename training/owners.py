"""Fit whose a description is: which source a stretch of role or justification words belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from attribution.characterize import type_features
from attribution.descriptions import LAYERS, Description, Layer, find_descriptions
from attribution.model import AttributionModel
from attribution.standing import assign, owner_features
from attribution.tabular import Classifier
from training.examples import Labeller
from training.readers.gold import GoldSource
from training.scored import Scored, gold_clusters
from training.tables import Table

__all__ = ["best_description_thresholds", "gold_descriptions", "owner_table"]

Floats = NDArray[np.float32]
Range = tuple[int, int]
_MARKED = tuple(np.arange(0.2, 0.81, 0.1))
_OWNED = tuple(np.arange(0.1, 0.71, 0.1))


def gold_descriptions(scored: Scored) -> dict[tuple[Layer, Range], set[str]]:
    """Gold stretches of both layers with the sources that they describe."""
    labeller = Labeller(scored.gold, scored.example.article)
    found: dict[tuple[Layer, Range], set[str]] = {}
    for source in scored.gold.sources:
        for layer in LAYERS:
            for words in _ranges(labeller, source, layer):
                found.setdefault((layer, words), set()).add(source.id)
    return found


def _ranges(labeller: Labeller, source: GoldSource, layer: Layer) -> list[Range]:
    if layer == "role":
        return labeller.role_ranges(source)
    return labeller.ranges(source.justification or ())


def owner_table(articles: Iterable[Scored], type_scorer: Classifier) -> Table:
    """Features of every (gold description, near source) pair; label: the source is described."""
    table = Table()
    for scored in articles:
        named = gold_clusters(scored)
        names, clusters = list(named), list(named.values())
        types = _types(scored, type_scorer)
        for (layer, (first, last)), owners in sorted(gold_descriptions(scored).items()):
            description = Description(layer, first, last, 1.0)
            numbers, rows = owner_features(
                scored.example.article, scored.table, clusters, types, description
            )
            if len(numbers):
                table.add(rows, [int(names[number] in owners) for number in numbers])
    return table


def _types(scored: Scored, type_scorer: Classifier) -> Floats:
    clusters = gold_clusters(scored).values()
    rows = np.stack([type_features(scored.table, cluster) for cluster in clusters])
    return type_scorer.probabilities(rows).astype(np.float32)


def best_description_thresholds(
    model: AttributionModel, articles: Sequence[Scored], scorer: Classifier, type_scorer: Classifier
) -> tuple[dict[str, float], dict[str, float]]:
    """Thresholds with the best F1 of (source, word) pairs on gold sources, and those F1s.

    Args:
        model: the model that ships.
        articles: dev articles as it sees them.
        scorer: whose a description is.
        type_scorer: types of sources.
    """
    wanted = {
        layer: [_gold_words(item, layer) for item in articles if _is_labelled(item, layer)]
        for layer in LAYERS
    }
    best = dict.fromkeys(LAYERS, (0.0, 0.0, 0.0))
    for marked in _MARKED:
        for owned in _OWNED:
            found = [
                _found_words(model, item, scorer, type_scorer, float(marked), float(owned))
                for item in articles
            ]
            for layer in LAYERS:
                mine = [
                    words[layer]
                    for item, words in zip(articles, found, strict=True)
                    if _is_labelled(item, layer)
                ]
                f1 = _f1(mine, wanted[layer])
                best[layer] = max(best[layer], (f1, float(marked), float(owned)))
    figures: dict[str, float] = {}
    thresholds: dict[str, float] = {}
    for layer, (f1, marked, owned) in best.items():
        thresholds |= {f"{layer}_threshold": marked, f"{layer}_owner_threshold": owned}
        figures[f"{layer}_dev_f1"] = f1
    return thresholds, figures


Words = set[tuple[str, int]]


def _is_labelled(scored: Scored, layer: Layer) -> bool:
    sources = scored.gold.sources
    return layer == "role" or any(item.justification is not None for item in sources)


def _gold_words(scored: Scored, layer: Layer) -> Words:
    return {
        (owner, word)
        for (of, (first, last)), owners in gold_descriptions(scored).items()
        if of == layer
        for owner in owners
        for word in range(first, last + 1)
    }


@torch.inference_mode()
def _found_words(
    model: AttributionModel,
    scored: Scored,
    scorer: Classifier,
    type_scorer: Classifier,
    marked: float,
    owned: float,
) -> Mapping[Layer, Words]:
    article, named = scored.example.article, gold_clusters(scored)
    names = list(named)
    descriptions = find_descriptions(
        model, article, scored.words, dict.fromkeys(LAYERS, marked), scored.table.mentions
    )
    types = _types(scored, type_scorer)
    clusters, least = list(named.values()), dict.fromkeys(LAYERS, owned)
    owners = assign(article, scored.table, clusters, types, descriptions, scorer, least)
    found: dict[Layer, Words] = {layer: set() for layer in LAYERS}
    for number, items in owners.items():
        for item in items:
            found[item.layer].update((names[number], w) for w in range(item.first, item.last + 1))
    return found


def _f1(mine: Sequence[Words], gold: Sequence[Words]) -> float:
    right = sum(len(one & other) for one, other in zip(mine, gold, strict=True))
    total = sum(map(len, mine)) + sum(map(len, gold))
    return 2 * right / total if total else 0.0
