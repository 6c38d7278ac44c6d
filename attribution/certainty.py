"""How sure the score is: an interval from the confidences of the claims.

Each claim is kept with the probability that it is right, and left out otherwise, many times over.
A claim that is kept is right, so it counts in full, however unsure the model is of it.
Leaving out can only lower the score, but a model that finds claims which are none also misses some
that are. So the interval has the width of the scores so drawn, and lies around the score itself.
It tells how much the score hangs on unsure claims; it does not cover missed claims, nor a right
claim's wrong source, type or chain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from attribution.counted import BEST_CREDITS, Counted, attribution_credit, earned, spread_of
from attribution.types import Claim

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    _Array = NDArray[np.float64]
    _Kept = NDArray[np.bool_]

__all__ = ["DRAWS", "interval"]

#: Draws: enough for a steady width, few enough for a millisecond or two.
DRAWS = 400
#: The part of the draws that the interval holds, in per cent.
LEVEL = 95


def interval(
    counted: Counted, weights: Mapping[str, float], score: float
) -> tuple[float, float] | None:
    """The interval of a score, 0..100.

    The same article always gives the same interval, whatever the order of its claims.

    Args:
        counted: What of the article counts.
        weights: A weight for every component, with sum 1.
        score: The score that all claims give, 0..100.

    Returns:
        Its lower and upper end, None without a claim that counts in a sentence.
    """
    import numpy as np

    claims = sorted(counted.claims, key=lambda claim: (claim.content, claim.source, claim.id))
    groups = [found for found in counted.by_sentence if found]
    if not groups:
        return None
    chances = np.array([claim.confidence for claim in claims])
    kept = np.random.default_rng(0).random((DRAWS, len(claims))) < chances
    values = _values(counted, claims, groups, kept)
    drawn = 100 * np.sum([weights[name] * value for name, value in values.items()], axis=0)
    outside = (100 - LEVEL) / 2
    low, high = np.percentile(drawn, [outside, 100 - outside]) + (score - drawn.mean())
    return max(0.0, min(float(low), score)), min(100.0, max(float(high), score))


def _values(
    counted: Counted,
    claims: Sequence[Claim],
    groups: Sequence[Sequence[Claim]],
    kept: _Kept,
) -> dict[str, _Array]:
    """Every component's value in every draw. ``kept`` is (draws, claims)."""
    import numpy as np

    place = {claim.id: number for number, claim in enumerate(claims)}
    columns = [place[claim.id] for found in groups for claim in found]
    starts = _starts(groups)
    sentences = len(counted.by_sentence)

    def best(credit: Callable[[Counted, Claim], float]) -> _Array:
        worth = kept * np.array([credit(counted, claim) for claim in claims])
        return np.maximum.reduceat(worth[:, columns], starts, axis=1).sum(axis=1) / sentences

    told = np.add.reduceat(kept[:, columns].astype(np.float64), starts, axis=1)
    values = {
        "attributed_sentences": earned(attribution_credit(told).sum(axis=1) / sentences),
        "source_spread": spread_of(_sources(counted, claims, kept)),
    }
    return values | {name: earned(best(credit)) for name, credit in BEST_CREDITS.items()}


def _sources(counted: Counted, claims: Sequence[Claim], kept: _Kept) -> _Array:
    """How many identified sources every draw has, each by its best claim."""
    import numpy as np

    by_source: dict[str, list[int]] = {}
    for number, claim in enumerate(claims):
        by_source.setdefault(claim.source, []).append(number)
    columns = [number for numbers in by_source.values() for number in numbers]
    worth = kept * np.array([counted.presence(claim) for claim in claims])
    starts = _starts(list(by_source.values()))
    return np.maximum.reduceat(worth[:, columns], starts, axis=1).sum(axis=1)


def _starts(groups: Sequence[Sequence[object]]) -> list[int]:
    """Where each group begins when they stand one after the other."""
    return [0, *accumulate(len(group) for group in groups)][:-1]
