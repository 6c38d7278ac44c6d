"""Stage 3b: from the evidence for a claim to the probability that it is right.

A claim is right when a gold claim has the same content, at intersection over union .5 of words,
and their source mentions share a word, where the gold claim has one (``eval.calibration``). The
heads' own scores say something narrower, and say it too surely. A logistic regression on them,
fitted on articles that the model did not see (``training.calibrate``), gives the probability:
Platt, "Probabilistic outputs for support vector machines and comparisons to regularized likelihood
methods" (1999). Temperature scaling (Guo et al., "On calibration of modern neural networks", 2017)
is the special case of one score and no constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attribution.errors import ModelError

__all__ = ["FEATURES", "Evidence", "probability"]

#: What the regression sees of a claim, in the order of its weights; the constant stands first.
FEATURES = ("opening", "path", "cued", "sourced", "words")
#: Probabilities are kept this far from 0 and 1, where log odds would have no end.
_LEAST = 1e-4


@dataclass(frozen=True)
class Evidence:
    """What speaks for one claim.

    ``opening`` is the probability that its predicate opens a claim and ``path`` the geometric mean
    probability of its words' roles, both 0..1; ``words`` counts the words of its content that have
    a letter or digit.
    """

    opening: float
    path: float
    cued: bool
    sourced: bool
    words: int

    @property
    def product(self) -> float:
        """Opening times path, 0..1: ranks claims, but is no probability that they are right."""
        return self.opening * self.path

    def features(self) -> NDArray[np.float64]:
        """The values of ``FEATURES``: log odds, 0 or 1, and the logarithm of the word count."""
        chances = np.clip([self.opening, self.path], _LEAST, 1 - _LEAST)
        rest = [self.cued, self.sourced, np.log(max(self.words, 1))]
        return np.concatenate([np.log(chances) - np.log1p(-chances), rest])


def probability(evidence: Evidence, weights: Sequence[float] | None) -> float:
    """The probability, 0..1, that a claim is right.

    Args:
        evidence: what speaks for it.
        weights: the constant, then a weight for each of ``FEATURES``; None gives the product.

    Raises:
        ModelError: there are more or fewer weights than that.
    """
    if weights is None:
        return evidence.product
    if len(weights) != len(FEATURES) + 1:
        raise ModelError(
            f"the model's confidence_weights are {len(weights)} numbers, "
            f"this package needs {len(FEATURES) + 1}"
        )
    constant, *slopes = weights
    return float(1 / (1 + np.exp(-(constant + evidence.features() @ slopes))))
