"""Does a claim's confidence mean what it says: the probability that the claim is right?

A claim is right when it is paired with a gold claim (IoU .5 of content words) whose source mention
shares a word with its own; a gold claim without source mention asks for nothing more. Judged are
the claims that the attribution measure counts as predicted (see :mod:`eval.alignment`).

The figure is the expected calibration error (ECE) of Naeini, Cooper and Hauskrecht, "Obtaining well
calibrated probabilities using Bayesian binning" (AAAI 2015): over ten bins of equal width, the mean
distance between mean confidence and share right, weighted by the bins' claims. Chance alone puts it
above 0 for confidences that are exactly right, and its interval even more so, the fewer the claims;
``perfect`` is how much (after Bröcker and Smith, "Increasing the reliability of reliability
diagrams", 2007).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attribution.types import Claim
from eval.alignment import Alignment
from eval.bootstrap import Figure, statistic
from eval.words import Words
from training.readers.gold import GoldClaim

__all__ = ["BINS", "Bin", "Calibration", "Judgement", "calibration", "judgements"]

#: Bins of equal width; a confidence on an edge lies in the upper one, 1 in the last.
BINS = 10

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judgement:
    """One predicted claim by its id: how sure the system was, 0..1, and whether it is right."""

    claim: str
    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """The claims with a confidence from ``low`` to below ``high``.

    ``confidence`` is their mean confidence and ``right`` the share of them that are right, both
    None without a claim.
    """

    low: float
    high: float
    n: int
    confidence: float | None
    right: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """ECE with its interval, what perfect confidences would get, and the reliability table."""

    error: Figure
    perfect: float | None
    bins: tuple[Bin, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data: the ECE as every figure, with ``perfect`` and ``bins``, to four places."""
        return {
            **self.error.to_dict(),
            "perfect": _rounded(self.perfect),
            "bins": [
                {
                    "from": bin_.low,
                    "to": bin_.high,
                    "n": bin_.n,
                    "confidence": _rounded(bin_.confidence),
                    "right": _rounded(bin_.right),
                }
                for bin_ in self.bins
            ],
        }


def judgements(alignment: Alignment) -> list[Judgement]:
    """The claims of one article that the span measures judge, in the report's order."""
    gold = {pair.predicted.id: pair.gold for pair in alignment.pairs}
    return [
        Judgement(claim.id, claim.confidence, _right(alignment.words, claim, gold.get(claim.id)))
        for claim in alignment.predicted
    ]


def _right(words: Words, claim: Claim, gold: GoldClaim | None) -> bool:
    if gold is None:
        return False
    wanted = words.within(gold.source_mention)
    named = words.within([claim.source_mention] if claim.source_mention else [])
    return not wanted or bool(named & wanted)


def calibration(
    articles: Sequence[Sequence[Judgement]], *, samples: int = 1000, seed: int = 0
) -> Calibration:
    """ECE and reliability table of the claims of several articles.

    Args:
        articles: the judged claims of each article.
        samples: resamples of the articles for the 95% interval, and draws for ``perfect``.
        seed: of both.
    """
    rows = [_sums(claims) for claims in articles]
    sums = np.array(rows, dtype=np.float64).reshape(len(articles), 3 * BINS)
    total = sums.sum(axis=0)
    error = statistic(sums, _ece, n=int(total[:BINS].sum()), samples=samples, seed=seed)
    confidences = np.array([claim.confidence for claims in articles for claim in claims])
    return Calibration(error, _perfect(confidences, samples, seed), _bins(total))


def _places(confidences: _Array) -> NDArray[np.int64]:
    return np.minimum(confidences * BINS, BINS - 1).astype(np.int64)


def _sums(claims: Sequence[Judgement]) -> _Array:
    """By bin: claims, sum of confidences, right claims (3 * BINS)."""
    confidences = np.array([claim.confidence for claim in claims], dtype=np.float64)
    right = np.array([claim.right for claim in claims], dtype=np.float64)
    places = _places(confidences)
    columns = (np.ones_like(confidences), confidences, right)
    return np.concatenate([np.bincount(places, column, BINS) for column in columns])


def _ece(table: _Array) -> _Array:
    """ECE of each row of sums; NaN where it has no claim."""
    claims, confidence, right = np.split(table, 3, axis=1)
    apart, n = np.abs(confidence - right).sum(axis=1), claims.sum(axis=1)
    return np.divide(apart, n, out=np.full_like(n, np.nan), where=n > 0)


def _perfect(confidences: _Array, samples: int, seed: int) -> float | None:
    """Mean ECE when every claim is right with just the probability that its confidence says."""
    if not len(confidences):
        return None
    drawn = np.random.default_rng(seed).random((samples, len(confidences))) < confidences
    members = np.eye(BINS)[_places(confidences)]
    apart = np.abs((drawn - confidences) @ members).sum(axis=1)
    return float(apart.mean() / len(confidences))


def _bins(total: _Array) -> tuple[Bin, ...]:
    return tuple(
        Bin(
            low=place / BINS,
            high=(place + 1) / BINS,
            n=int(n),
            confidence=float(confidence / n) if n else None,
            right=float(right / n) if n else None,
        )
        for place, (n, confidence, right) in enumerate(zip(*np.split(total, 3), strict=True))
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
