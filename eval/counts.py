"""Counts that add up over articles: what every measure returns for one article.

A figure is never averaged over articles. An article gives counts, the counts are summed, and the
figure is worked out from the sum, so that resampling articles resamples the figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add

__all__ = ["Counts", "Share", "Tally", "matching_counts", "total"]


@dataclass(frozen=True, slots=True)
class Counts:
    """Right, predicted and gold instances. A figure is None where nothing was annotated."""

    right: int = 0
    predicted: int = 0
    gold: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.right + other.right, self.predicted + other.predicted, self.gold + other.gold
        )

    @property
    def precision(self) -> float | None:
        """Share of the predicted instances that are right; None without gold or predictions."""
        return self.right / self.predicted if self.predicted and self.gold else None

    @property
    def recall(self) -> float | None:
        """Share of the gold instances that were found; None without gold."""
        return self.right / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None without gold, 0 without predictions."""
        return 2 * self.right / (self.predicted + self.gold) if self.gold else None


@dataclass(frozen=True, slots=True)
class Share:
    """So many right out of so many; ``value`` is None when there was none to judge."""

    right: int = 0
    of: int = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.right + other.right, self.of + other.of)

    @property
    def value(self) -> float | None:
        """The share, 0..1, or None."""
        return self.right / self.of if self.of else None


Tally = Counts | Share


def matching_counts(predicted: Iterable[Hashable], gold: Iterable[Hashable]) -> Counts:
    """Counts of two bags of comparable things: equal ones are paired one to one."""
    left, right = Counter(predicted), Counter(gold)
    return Counts((left & right).total(), left.total(), right.total())


def total(articles: Iterable[Mapping[str, Tally]]) -> dict[str, Tally]:
    """The sum of several articles' counts, measure by measure."""
    columns: dict[str, list[Tally]] = {}
    for article in articles:
        for name, tally in article.items():
            columns.setdefault(name, []).append(tally)
    return {name: reduce(add, tallies) for name, tallies in columns.items()}
