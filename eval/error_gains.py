"""What a class of errors costs in figures: in attribution F1, in the share of right sources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eval.error_layout import Difference, Laid
from eval.error_sources import Sources

__all__ = ["Totals", "gains"]


@dataclass(frozen=True, slots=True)
class Totals:
    """What the figures of a corpus are made of.

    ``right``, ``predicted`` and ``gold`` are claims (attribution F1), ``resolved`` the found claims
    whose source is labelled.
    """

    right: int = 0
    predicted: int = 0
    gold: int = 0
    resolved: int = 0

    @classmethod
    def of(cls, laid: Laid) -> Totals:
        """One article's."""
        alignment = laid.alignment
        resolved = len(Sources(laid).resolved)
        return cls(len(alignment.pairs), len(alignment.predicted), len(alignment.gold), resolved)

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.right + other.right,
            self.predicted + other.predicted,
            self.gold + other.gold,
            self.resolved + other.resolved,
        )


def gains(differences: Iterable[Difference], totals: Totals) -> dict[str, float]:
    """How much the figures would rise, in points, if these differences were mended and no others.

    Returns:
        ``attribution``: of attribution F1; a missed claim would be found, a spurious one be gone.
        ``source``: of the share of found claims with the right source.
    """
    costly = [one for one in differences if one.weight == "claim"]
    missed = sum(one.predicted is None for one in costly)
    spurious = sum(one.gold is None for one in costly)
    before = _f1(totals.right, totals.predicted, totals.gold)
    after = _f1(totals.right + missed, totals.predicted + missed - spurious, totals.gold)
    wrong = len(costly) - missed - spurious
    return {
        "attribution": round(100 * (after - before), 2),
        "source": round(100 * wrong / totals.resolved, 2) if totals.resolved else 0.0,
    }


def _f1(right: int, predicted: int, gold: int) -> float:
    return 2 * right / (predicted + gold) if predicted + gold else 0.0
