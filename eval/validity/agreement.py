"""Does the score of what a model reads agree with the score of the gold standard?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from attribution.transparency import WEIGHTS
from attribution.types import Report
from eval.validity.resampling import Table, figure, mean, spearman

__all__ = ["ERROR_TARGET", "RANK_TARGET", "agreement"]

RANK_TARGET = 0.85
"""Rank correlation of the two scores, to be reached."""

ERROR_TARGET = 6.0
"""Mean absolute difference of the two scores in points, to be stayed under."""


def agreement(read: Sequence[Report], gold: Sequence[Report], samples: int) -> dict[str, Any]:
    """How the scores of the same articles agree, as plain data.

    Args:
        read: reports of a model.
        gold: reports of the gold standard (:func:`eval.validity.gold_score.read_gold`).
        samples: resamples of the articles.

    Returns:
        ``spearman``, ``error`` (mean absolute difference), ``bias`` (mean difference, the model's
        score less the gold one's), all in points; ``covered``, the share of articles whose gold
        score lies in the interval that the model's report gives, and ``width``, that interval's
        mean width; ``components``, the mean absolute difference of each, 0..1.
    """
    table = np.array(
        [(one.transparency.score, other.transparency.score) for one, other in _pairs(read, gold)]
    ).reshape(-1, 2)
    ends = np.array(
        [
            _judged(one, other.transparency.score)
            for one, other in _pairs(read, gold)
            if one.transparency.interval is not None
        ]
    ).reshape(-1, 2)
    return {
        "spearman": {**figure(table, spearman, samples=samples), "target": RANK_TARGET},
        "error": {**figure(table, _error, samples=samples), "target": ERROR_TARGET},
        "bias": figure(table, _bias, samples=samples),
        "covered": figure(ends[:, :1], mean, samples=samples),
        "width": figure(ends[:, 1:], mean, samples=samples),
        "components": {
            name: figure(_components(read, gold, name), _error, samples=samples) for name in WEIGHTS
        },
    }


def _pairs(read: Sequence[Report], gold: Sequence[Report]) -> list[tuple[Report, Report]]:
    return list(zip(read, gold, strict=True))


def _judged(read: Report, score: float) -> tuple[float, float]:
    """1 if a score lies in a report's interval, else 0; and the interval's width."""
    low, high = read.transparency.interval or (np.nan, np.nan)
    return float(low <= score <= high), high - low


def _components(read: Sequence[Report], gold: Sequence[Report], name: str) -> Table:
    return np.array(
        [
            [report.transparency.components[name].value for report in pair]
            for pair in _pairs(read, gold)
        ]
    ).reshape(-1, 2)


def _error(table: Table) -> float:
    return float(np.abs(table[:, 0] - table[:, 1]).mean())


def _bias(table: Table) -> float:
    return float((table[:, 0] - table[:, 1]).mean())
