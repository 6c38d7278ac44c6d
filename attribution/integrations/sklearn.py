"""scikit-learn estimators that take texts: the transparency score, and the features of sourcing.

Both are stateless: they learn nothing from data and need no ``fit``. They hold their parameters
alone, never the model, so they are cloned and pickled in no time; the model is loaded on first use,
once a process, and shared by all estimators that name it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from attribution.errors import MissingExtraError
from attribution.integrations.sourcing import FEATURES, sourcing_features
from attribution.types import Report

try:
    from sklearn.base import BaseEstimator, TransformerMixin
except ImportError as error:
    raise MissingExtraError("scikit-learn", "sklearn") from error

if TYPE_CHECKING:
    from attribution.scorer import Scorer

__all__ = ["SourcingFeatures", "TransparencyScorer"]

_Array = NDArray[np.float64]
# Loaded models that are kept: an estimator's, and one to compare it with.
_KEPT = 2


class _TextTransformer(TransformerMixin, BaseEstimator):
    """What both estimators have in common: their parameters, their input, no state."""

    def __init__(self, model: str | Path = "small", *, batch_size: int = 8, device: str = "cpu"):
        self.model = model
        self.batch_size = batch_size
        self.device = device

    def fit(self, X: Iterable[Any], y: object = None) -> _TextTransformer:
        """Load the model and check the parameters; nothing is learned from ``X``.

        Raises:
            ModelError: There is no such model, or its folder is not complete.
            ValueError: ``batch_size`` is below 1.
        """
        if self.batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {self.batch_size}")
        _scorer(self.model, self.device)
        return self

    def _reports(self, X: Iterable[Any]) -> list[Report | None]:
        """The report of every text, None for one that is missing or blank."""
        texts = _texts(X)
        worded = [text for text in texts if text is not None]
        scorer = _scorer(self.model, self.device)
        reports = iter(scorer(worded, batch_size=self.batch_size))
        return [None if text is None else next(reports) for text in texts]

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        tags.requires_fit = False
        return tags


class TransparencyScorer(_TextTransformer):
    """The sourcing transparency of articles, 0 to 100, as a transformer or as a last step.

    Args:
        model: Name of a bundled model, a folder, or a hub id, as of ``Scorer.from_pretrained``.
        batch_size: Windows of text run through the encoder at once.
        device: Where the encoder runs.

    ``X`` is a list of texts, an array or a column of them, or a table with one column. A text that
    is missing (None, NaN) or blank has the score NaN.

    Example::

        >>> from attribution.integrations.sklearn import TransparencyScorer
        >>> TransparencyScorer().transform(["“It is shut,” the mayor said.", ""]).shape
        (2, 1)
    """

    def transform(self, X: Iterable[Any]) -> _Array:
        """The scores as a column, shape (texts, 1).

        Raises:
            ModelError: There is no such model, or its folder is not complete.
            TypeError: A text is no string.
            ValueError: ``X`` is one text instead of several, or a table of several columns.
        """
        return self.predict(X)[:, None]

    def predict(self, X: Iterable[Any]) -> _Array:
        """The scores, shape (texts,). Raises as :meth:`transform`."""
        return np.array(
            [
                math.nan if report is None else report.transparency.score
                for report in self._reports(X)
            ],
            dtype=np.float64,
        )

    def score(self, X: Iterable[Any], y: object = None) -> float:
        """The mean score of the texts that have one; NaN where none has. Raises likewise."""
        scores = self.predict(X)
        known = scores[~np.isnan(scores)]
        return float(known.mean()) if known.size else math.nan

    def get_feature_names_out(self, input_features: object = None) -> NDArray[Any]:
        """The name of the one column."""
        return np.array(["transparency_score"], dtype=object)


class SourcingFeatures(_TextTransformer):
    """How articles are sourced, as numbers: the score and its components, counts, shares.

    :data:`attribution.integrations.sourcing.FEATURES` has the columns and what each is. Shares and
    means are 0 for a text without claims. The parameters are those of :class:`TransparencyScorer`.

    ``X`` is a list of texts, an array or a column of them, or a table with one column. A text that
    is missing (None, NaN) or blank has NaN in every column.
    """

    def transform(self, X: Iterable[Any]) -> _Array:
        """The features, shape (texts, features).

        Raises:
            ModelError: There is no such model, or its folder is not complete.
            TypeError: A text is no string.
            ValueError: ``X`` is one text instead of several, or a table of several columns.
        """
        rows = [
            [math.nan] * len(FEATURES) if report is None else [*sourcing_features(report).values()]
            for report in self._reports(X)
        ]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(FEATURES))

    def get_feature_names_out(self, input_features: object = None) -> NDArray[Any]:
        """The names of the columns, in order."""
        return np.array(list(FEATURES), dtype=object)


def _scorer(model: str | Path, device: str) -> Scorer:
    return _loaded(model, device, _changed(model))


@lru_cache(maxsize=_KEPT)
def _loaded(model: str | Path, device: str, changed: int) -> Scorer:  # noqa: ARG001  # a part of the key
    from attribution.scorer import Scorer

    return Scorer.from_pretrained(model, device=device)


def _changed(model: str | Path) -> int:
    """When a model folder was last written, so that a model trained anew is loaded anew."""
    return max((path.stat().st_mtime_ns for path in Path(model).glob("*")), default=0)


def _texts(X: Iterable[Any]) -> list[str | None]:
    """The texts of what scikit-learn users have them in; None for what is missing or blank."""
    if isinstance(X, (str, bytes)):
        raise ValueError("expected several texts, found one: put it into a list")
    if hasattr(X, "shape"):  # numpy, pandas, scipy
        if len(X.shape) != 1 and (len(X.shape) != 2 or X.shape[1] != 1):
            raise ValueError(f"expected one column of texts, found the shape {X.shape}")
        X = np.asarray(X, dtype=object).ravel()
    return [_text(value, number) for number, value in enumerate(X)]


def _text(value: object, number: int) -> str | None:
    if _missing(value):
        return None
    if not isinstance(value, str):
        raise TypeError(f"text {number} is {type(value).__name__}, not str")
    return value if value.strip() else None


def _missing(value: object) -> bool:
    # pandas' own NA is told by its name, as pandas need not be there.
    return (
        value is None
        or (isinstance(value, float) and math.isnan(value))
        or type(value).__name__ == "NAType"
    )
