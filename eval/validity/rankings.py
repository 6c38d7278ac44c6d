"""What the score says of many articles: publishers' means, what it follows, what weights do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau

from attribution.transparency import IDENTIFIED_TYPES, WEIGHTS
from attribution.types import Report
from eval.validity.resampling import Table, figure, mean, spearman

__all__ = ["company", "publishers", "sensitivity"]

#: Publishers with fewer articles have no mean of their own.
LEAST_ARTICLES = 3
#: Concentrations of the Dirichlet distribution that weights are drawn from: around the default
#: ones (a weight of .3 then varies by .08), and anywhere.
AROUND = 30.0


def publishers(
    reports: Sequence[Report], outlets: Sequence[str], samples: int, *, names: bool = False
) -> dict[str, Any]:
    """Every publisher's mean score with its interval, highest first.

    Args:
        reports: of the articles.
        outlets: who printed each.
        samples: resamples of a publisher's articles.
        names: call publishers by name and not by letters in the names' order.
    """
    groups: dict[str, list[list[float]]] = {}
    for report, outlet in sorted(zip(reports, outlets, strict=True), key=lambda pair: pair[1]):
        groups.setdefault(outlet, []).append([report.transparency.score])
    enough = {outlet: rows for outlet, rows in groups.items() if len(rows) >= LEAST_ARTICLES}
    found = {
        outlet if names else _letter(number): figure(np.array(rows), mean, samples=samples)
        for number, (outlet, rows) in enumerate(enough.items())
    }
    return dict(sorted(found.items(), key=lambda item: -item[1]["value"]))


def _letter(number: int) -> str:
    """A, B, ..., Z, AA, AB, ..."""
    letter = chr(ord("A") + number % 26)
    return letter if number < 26 else _letter(number // 26 - 1) + letter


def company(reports: Sequence[Report], samples: int) -> dict[str, Any]:
    """The score's rank correlation with what it should follow and with what it should not."""
    aspects: Mapping[str, Callable[[Report], float]] = {
        "sentences": lambda report: float(len(report.sentences)),
        "share of sentences without a claim": _unattributed,
        "share of claims from identified sources": _identified,
        "claims": lambda report: float(len(report.claims)),
    }
    return {
        name: figure(
            np.array([(report.transparency.score, aspect(report)) for report in reports]).reshape(
                -1, 2
            ),
            spearman,
            samples=samples,
        )
        for name, aspect in aspects.items()
    }


def _unattributed(report: Report) -> float:
    return float(np.mean([not sentence.claims for sentence in report.sentences]))


def _identified(report: Report) -> float:
    types = {source.id: source.type for source in report.sources}
    named = [types[claim.source] in IDENTIFIED_TYPES for claim in report.claims]
    return float(np.mean(named)) if named else 0.0


def sensitivity(
    reports: Sequence[Report], outlets: Sequence[str], *, draws: int = 500, seed: int = 0
) -> dict[str, Any]:
    """What other weights make of the order of articles and of publishers.

    Returns:
        Kendall's tau-b between the order by the default weights and by others: ``around``,
        weights drawn around the default ones; ``any``, drawn from all there are (Dirichlet);
        ``without``, one component left out. For the drawn ones the median and the range that 95%
        of the draws lie in.
    """
    values = np.array(
        [[report.transparency.components[name].value for name in WEIGHTS] for report in reports]
    ).reshape(-1, len(WEIGHTS))
    default = np.array(list(WEIGHTS.values()))
    orders = {"articles": values, "publishers": _means(values, outlets)}
    rng = np.random.default_rng(seed)
    drawn = {
        "around": rng.dirichlet(AROUND * default, draws),
        "any": rng.dirichlet(np.ones(len(default)), draws),
    }
    return {
        name: {
            "n": len(table),
            **{kind: _spread(_taus(table, default, weights)) for kind, weights in drawn.items()},
            "without": {
                component: _rounded(_taus(table, default, _without(default, place))[0])
                for place, component in enumerate(WEIGHTS)
            },
        }
        for name, table in orders.items()
    }


def _means(values: Table, outlets: Sequence[str]) -> Table:
    """The mean values of every publisher that has enough articles."""
    groups = [
        [row for row, printed in zip(values, outlets, strict=True) if printed == outlet]
        for outlet in sorted(set(outlets))
    ]
    means = [np.mean(rows, axis=0) for rows in groups if len(rows) >= LEAST_ARTICLES]
    return np.array(means).reshape(-1, values.shape[1])


def _without(weights: NDArray[np.float64], place: int) -> Table:
    left = weights.copy()
    left[place] = 0.0
    return left[None, :]


def _taus(table: Table, default: NDArray[np.float64], weights: Table) -> NDArray[np.float64]:
    """Kendall's tau between the rows' order by the default weights and by each of others."""
    if len(table) < 2:
        return np.full(len(weights), np.nan)
    reference = table @ default
    return np.array([kendalltau(reference, table @ row)[0] for row in weights])


def _spread(taus: NDArray[np.float64]) -> dict[str, Any]:
    if np.isnan(taus).all():
        return {"median": None, "range": None}
    low, middle, high = np.nanpercentile(taus, [2.5, 50, 97.5])
    return {"median": _rounded(middle), "range": [_rounded(low), _rounded(high)]}


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
