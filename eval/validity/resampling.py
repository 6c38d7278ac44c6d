"""Statistics of articles with bootstrap intervals: of anything that takes rows of numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

__all__ = ["figure", "mean", "spearman"]

Table = NDArray[np.float64]
#: So few articles have no interval.
LEAST = 3


def figure(
    table: Table, statistic: Callable[[Table], float], *, samples: int = 1000, seed: int = 0
) -> dict[str, Any]:
    """A statistic of the rows of a table, with its 95% interval over resamples of the rows.

    The percentile bootstrap, as in :mod:`eval.bootstrap`; None where the statistic is not defined.
    """
    n = len(table)
    value = statistic(table) if n else np.nan
    if np.isnan(value):
        return {"value": None, "interval": None, "n": n}
    interval = None
    if n >= LEAST:
        drawn = np.random.default_rng(seed).integers(0, n, (samples, n))
        values = np.array([statistic(table[rows]) for rows in drawn])
        if not np.isnan(values).all():
            low, high = np.nanpercentile(values, [2.5, 97.5])
            interval = [round(float(low), 4), round(float(high), 4)]
    return {"value": round(float(value), 4), "interval": interval, "n": n}


def mean(table: Table) -> float:
    """The mean of the first column."""
    return float(table[:, 0].mean())


def spearman(table: Table) -> float:
    """The rank correlation of the first two columns; NaN when one of them does not vary."""
    if len(table) < LEAST or any(np.ptp(table[:, column]) == 0 for column in (0, 1)):
        return float("nan")
    return float(spearmanr(table[:, 0], table[:, 1])[0])
