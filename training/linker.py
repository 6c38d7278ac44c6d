"""Fit the link scorer: which of the sources found so far a mention joins, if any.

A listwise loss over a mention's options, "a new source" among them with a score of 0, summed
over all right options (marginal likelihood, Lee et al., 2017). After the first fit on gold
histories the articles are run through again with the scorer's own decisions, so that it learns to
go on after its own mistakes (DAgger, Ross et al., 2011).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from attribution.linking import LINK_FEATURES, Pairing
from attribution.resolve import Cluster, choose, options_of, resolve
from attribution.tabular import Classifier, Scorer
from eval.counts import Counts
from training.scored import Scored

__all__ = ["Blind", "Choice", "best_link_threshold", "choices", "fit_linker", "pair_counts"]

Floats = NDArray[np.float32]

_HIDDEN = (96, 48)
_EPOCHS = 8
_BATCH = 256
_DROPOUT = 0.2
_THRESHOLD = 0.5
#: A name by the way matters less than a mention that a claim hangs on.
_ENTITY_WEIGHT = 0.4


@dataclass(frozen=True)
class Choice:
    """One mention's options: features (n, LINK_FEATURES), which are right (all False: none is)."""

    features: Floats
    right: NDArray[np.bool_]
    weight: float


@dataclass(frozen=True)
class Blind:
    """A scorer that sees some features as 0; ``seen`` (LINK_FEATURES) are the others."""

    scorer: Scorer
    seen: NDArray[np.bool_]

    def probabilities(self, features: Floats) -> Floats:
        """As the scorer's."""
        return self.scorer.probabilities(features * self.seen)


def choices(scored: Scored, scorer: Scorer | None = None) -> list[Choice]:
    """The choices of an article's mentions, after gold decisions, or after the scorer's own."""
    pairing = Pairing(scored.example.article, scored.table)
    clusters: list[Cluster] = []
    owner: list[int] = []
    found: list[Choice] = []
    for row, name in enumerate(scored.names):
        sources, features = options_of(pairing, row, owner)
        right = _right(scored, name, sources, clusters)
        if len(sources) and name is not None:
            entity = scored.table.mentions[row].role == "entity"
            found.append(Choice(features, right, _ENTITY_WEIGHT if entity else 1.0))
        if scorer is None or name is None:
            choice = int(sources[right.argmax()]) if right.any() else None
        else:
            choice = choose(pairing, row, sources, features, scorer, _THRESHOLD)
        if choice is None:
            choice = len(clusters)
        if choice == len(clusters):
            clusters.append(Cluster())
        clusters[choice].members.append(row)
        owner.append(choice)
    return found


def _right(
    scored: Scored, name: str | None, sources: NDArray[np.int64], clusters: Sequence[Cluster]
) -> NDArray[np.bool_]:
    """The options with the largest share of mentions of the gold source, if any has one."""
    shares = np.array(
        [
            sum(scored.names[member] == name for member in clusters[source].members)
            / len(clusters[source].members)
            for source in sources
        ]
    )
    if name is None or not len(shares) or not shares.max():
        return np.zeros(len(sources), dtype=bool)
    return np.asarray(shares == shares.max())


def fit_linker(
    articles: Sequence[Scored], seed: int, *, seen: NDArray[np.bool_] | None = None
) -> Classifier:
    """Fit on gold histories, then on those and the scorer's own.

    Args:
        articles: training articles.
        seed: of the fit.
        seen: the features in use (LINK_FEATURES); the others are 0. None for all.
    """
    gold = [_blinded(choice, seen) for scored in articles for choice in choices(scored)]
    first = _fit(gold, seed)
    scorer = first if seen is None else Blind(first, seen)
    own = [choice for scored in articles for choice in choices(scored, scorer)]
    return _fit(gold + [_blinded(choice, seen) for choice in own], seed)


def _blinded(choice: Choice, seen: NDArray[np.bool_] | None) -> Choice:
    return choice if seen is None else replace(choice, features=choice.features * seen)


def _fit(found: Sequence[Choice], seed: int) -> Classifier:
    rows = np.concatenate([choice.features for choice in found])
    mean, scale = rows.mean(0), np.maximum(rows.std(0), 1e-3)
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    network = _network(len(LINK_FEATURES))
    steps = _EPOCHS * (len(found) // _BATCH + 1)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    for _ in range(_EPOCHS):
        order = torch.randperm(len(found), generator=generator).tolist()
        for start in range(0, len(found), _BATCH):
            batch = [found[place] for place in order[start : start + _BATCH]]
            loss = _loss(network, batch, mean, scale)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    linear = [layer for layer in network if isinstance(layer, nn.Linear)]
    return Classifier(
        mean.astype(np.float32),
        scale.astype(np.float32),
        tuple(layer.weight.detach().numpy().T.copy() for layer in linear),
        tuple(layer.bias.detach().numpy().copy() for layer in linear),
    )


def _network(size: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for width in _HIDDEN:
        layers += [nn.Linear(size, width), nn.ReLU(), nn.Dropout(_DROPOUT)]
        size = width
    return nn.Sequential(*layers, nn.Linear(size, 1))


def _loss(
    network: nn.Sequential, batch: Sequence[Choice], mean: Floats, scale: Floats
) -> torch.Tensor:
    rows = np.concatenate([choice.features for choice in batch])
    scores = network(torch.from_numpy(((rows - mean) / scale).astype(np.float32)))[:, 0]
    width = max(len(choice.right) for choice in batch)
    table = scores.new_full((len(batch), width + 1), -1e4)
    right = torch.zeros(table.shape, dtype=torch.bool)
    at = torch.tensor([(i, j + 1) for i, c in enumerate(batch) for j in range(len(c.right))])
    table = table.index_put((at[:, 0], at[:, 1]), scores)
    table[:, 0] = 0.0
    right[at[:, 0], at[:, 1]] = torch.from_numpy(np.concatenate([c.right for c in batch]))
    right[:, 0] = ~right[:, 1:].any(1)
    each = table.logsumexp(1) - table.masked_fill(~right, -1e4).logsumexp(1)
    weight = torch.tensor([choice.weight for choice in batch])
    return (each * weight).sum() / weight.sum()


def best_link_threshold(scorer: Scorer, articles: Sequence[Scored]) -> tuple[float, float]:
    """The threshold with the best F1 over pairs of mentions that share a source, and that F1."""
    best = (0.5, 0.0)
    for threshold in np.arange(0.2, 0.81, 0.05):
        counts = sum((pair_counts(item, scorer, float(threshold)) for item in articles), Counts())
        best = max(best, (float(threshold), counts.f1 or 0.0), key=lambda item: item[1])
    return best


def pair_counts(scored: Scored, scorer: Scorer, threshold: float) -> Counts:
    """Pairs of one article's mentions that share a source; those that claims hang on count."""
    found = resolve(scored.example.article, scored.table, scorer, threshold)
    owner = {row: number for number, item in enumerate(found) for row in item.members}
    rows = [
        row
        for row, mention in enumerate(scored.table.mentions)
        if mention.role in ("source", "zero") and scored.names[row] is not None
    ]
    right = mine = truly = 0
    for one, other in combinations(rows, 2):
        together = owner[one] == owner[other]
        same = scored.names[one] == scored.names[other]
        right += together and same
        mine += together
        truly += same
    return Counts(right, mine, truly)
