"""How a score compares with those of the reference articles.

Most news scores high, and within a narrow range: a reader needs to know where in it an article
lies. ``reference.json`` holds the scores of labelled news articles, by their gold labels and the
default weights; ``python -m eval.validity.reference`` writes it.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache
from pathlib import Path

__all__ = ["REFERENCE_FILE", "percentile", "reference_scores"]

REFERENCE_FILE = Path(__file__).parent / "reference.json"


@cache
def reference_scores() -> tuple[float, ...]:
    """The scores of the reference articles, 0 to 100, in rising order."""
    data = json.loads(REFERENCE_FILE.read_text(encoding="utf-8"))
    return tuple(data["scores"])


def percentile(score: float, among: Sequence[float] | None = None) -> float:
    """The percentage of articles that score lower, 0 to 100; equal ones count half.

    Args:
        score: 0 to 100, by the default weights.
        among: scores in rising order, at least one; None: those of the reference articles.
    """
    scores = reference_scores() if among is None else among
    return 50 * (bisect_left(scores, score) + bisect_right(scores, score)) / len(scores)
