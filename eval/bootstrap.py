"""Figures with their bootstrap intervals: articles are resampled, never sentences or claims.

The percentile bootstrap of Efron and Tibshirani, An Introduction to the Bootstrap (1993), ch. 13.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.counts import Counts, Share, Tally

__all__ = ["Figure", "compared", "difference", "figures", "statistic"]

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value.

    ``value``, ``low`` and ``high`` are None where nothing was annotated. ``n`` is what was judged:
    gold instances for an F1, found claims or the like for a share. ``parts`` holds precision and
    recall of an F1, as figures.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    parts: Mapping[str, Figure] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The figure as plain data, rounded to four places."""
        plain: dict[str, Any] = {
            "value": _rounded(self.value),
            "interval": None if self.low is None else [_rounded(self.low), _rounded(self.high)],
            "n": self.n,
        }
        return {**plain, **{name: part.to_dict() for name, part in self.parts.items()}}


def figures(
    articles: Sequence[Mapping[str, Tally]], *, samples: int = 1000, seed: int = 0
) -> dict[str, Figure]:
    """Every measure over the articles, with a 95% interval over ``samples`` resamples of them."""
    if not articles:
        return {}
    weights = _weights(len(articles), samples, seed)
    return {name: _figure([article[name] for article in articles], weights) for name in articles[0]}


def difference(
    ours: Sequence[Mapping[str, Tally]],
    theirs: Sequence[Mapping[str, Tally]],
    *,
    samples: int = 1000,
    seed: int = 0,
) -> dict[str, Figure]:
    """Every measure's difference between two systems on the same articles, ``ours`` first.

    Paired bootstrap: both systems are resampled with the same articles (Koehn, 2004).
    """
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} and {len(theirs)} articles cannot be paired")
    if not ours:
        return {}
    weights = _weights(len(ours), samples, seed)
    return {
        name: _apart(
            _resampled([article[name] for article in ours], weights),
            _resampled([article[name] for article in theirs], weights),
            len(ours),
        )
        for name in ours[0]
    }


def compared(
    ours: Sequence[Mapping[str, Tally]],
    theirs: Sequence[Mapping[str, Tally]],
    measures: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Figures of one system as plain data, each with its ``difference`` from another's.

    Args:
        ours: tallies an article, by measure.
        theirs: those of the other system on the same articles.
        measures: which, in this order; all by default.
    """
    values, apart = figures(ours), difference(ours, theirs)
    return {
        name: {**values[name].to_dict(), "difference": apart[name].to_dict()}
        for name in measures or values
    }


def statistic(
    sums: _Array,
    ratio: Callable[[_Array], _Array],
    *,
    n: int,
    samples: int = 1000,
    seed: int = 0,
) -> Figure:
    """A figure that is no F1 and no share, with its 95% interval.

    Args:
        sums: (articles, k) what each article adds to the sums that the figure is worked out from.
        ratio: takes (rows, k) such sums to the (rows,) values of the figure, NaN for none.
        n: how many instances were judged.
        samples: resamples of the articles.
        seed: of the resamples.
    """
    value = float(ratio(sums.sum(axis=0)[None, :])[0])
    if np.isnan(value):
        return Figure(None, None, None, n)
    values = ratio(_weights(len(sums), samples, seed) @ sums)
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return Figure(value, float(low), float(high), n)


def _apart(ours: tuple[float, _Array], theirs: tuple[float, _Array], n: int) -> Figure:
    value = ours[0] - theirs[0]
    if np.isnan(value):
        return Figure(None, None, None, n)
    low, high = np.nanpercentile(ours[1] - theirs[1], [2.5, 97.5])
    return Figure(value, float(low), float(high), n)


def _weights(size: int, samples: int, seed: int) -> _Array:
    """How often each article is drawn in each resample: (samples, size)."""
    drawn = np.random.default_rng(seed).integers(0, size, (samples, size))
    return np.stack([np.bincount(row, minlength=size) for row in drawn]).astype(np.float64)


def _resampled(tallies: Sequence[Tally], weights: _Array) -> tuple[float, _Array]:
    """A measure's value and its values in the resamples; NaN where it has none."""
    columns = np.array([_columns(tally) for tally in tallies], dtype=np.float64)

    def ratio(table: _Array) -> _Array:
        if isinstance(tallies[0], Share):
            return _ratio(table[:, 0], table[:, 1])
        return _f1(table)

    return float(ratio(columns.sum(axis=0)[None, :])[0]), ratio(weights @ columns)


def _figure(tallies: Sequence[Tally], weights: _Array) -> Figure:
    columns = np.array([_columns(tally) for tally in tallies], dtype=np.float64)
    sums, resampled = columns.sum(axis=0), weights @ columns

    def with_interval(ratio: Callable[[_Array], _Array], n: float) -> Figure:
        value = ratio(sums[None, :])[0]
        if np.isnan(value):
            return Figure(None, None, None, int(n))
        values = ratio(resampled)
        low, high = np.nanpercentile(values, [2.5, 97.5])
        return Figure(float(value), float(low), float(high), int(n))

    if isinstance(tallies[0], Share):
        return with_interval(lambda table: _ratio(table[:, 0], table[:, 1]), sums[1])
    whole = with_interval(_f1, sums[2])
    parts = {
        "precision": with_interval(_precision, sums[1]),
        "recall": with_interval(lambda table: _ratio(table[:, 0], table[:, 2]), sums[2]),
    }
    return Figure(whole.value, whole.low, whole.high, whole.n, parts)


def _columns(tally: Tally) -> tuple[int, ...]:
    if isinstance(tally, Counts):
        return tally.right, tally.predicted, tally.gold
    return tally.right, tally.of


def _f1(table: _Array) -> _Array:
    f1 = _ratio(2 * table[:, 0], table[:, 1] + table[:, 2])
    f1[table[:, 2] == 0] = np.nan
    return f1


def _precision(table: _Array) -> _Array:
    precision = _ratio(table[:, 0], table[:, 1])
    precision[table[:, 2] == 0] = np.nan
    return precision


def _ratio(right: _Array, of: _Array) -> _Array:
    return np.divide(right, of, out=np.full_like(right, np.nan), where=of > 0)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
