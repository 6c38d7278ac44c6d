"""Tables of features with labels, and the scikit-learn networks fitted on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from attribution.tabular import Classifier
from attribution.types import SOURCE_TYPES

__all__ = ["Table", "fit"]

Floats = NDArray[np.float32]


@dataclass
class Table:
    """Feature rows with labels, gathered article by article."""

    rows: list[Floats] = field(default_factory=list)
    labels: list[NDArray[np.int64]] = field(default_factory=list)

    def add(self, rows: Floats, labels: Sequence[int]) -> None:
        self.rows.append(rows)
        self.labels.append(np.array(labels, dtype=np.int64))

    def extend(self, other: Table) -> None:
        self.rows.extend(other.rows)
        self.labels.extend(other.labels)

    def arrays(self) -> tuple[Floats, NDArray[np.int64]]:
        return np.concatenate(self.rows), np.concatenate(self.labels)


def fit(table: Table, hidden: tuple[int, ...], alpha: float, seed: int) -> Classifier:
    """Standardise and fit one network, early-stopped on a tenth of the rows."""
    rows, labels = table.arrays()
    scaler = StandardScaler().fit(rows)
    network = MLPClassifier(
        hidden,
        alpha=alpha,
        early_stopping=True,
        random_state=seed,
        max_iter=40,
        batch_size=min(1024, len(rows) // 2),
    ).fit(scaler.transform(rows), labels)
    weights, biases = list(network.coefs_), list(network.intercepts_)
    if len(network.classes_) != max(network.classes_) + 1 or len(network.classes_) > 2:
        # Classes without an example get a score of their own that never wins.
        if len(network.classes_) == 2:  # one logistic output: the first class scores 0
            weights[-1] = np.hstack([np.zeros_like(weights[-1]), weights[-1]])
            biases[-1] = np.append(0.0, biases[-1])
        full = np.zeros((weights[-1].shape[0], len(SOURCE_TYPES)))
        bias = np.full(len(SOURCE_TYPES), -30.0)
        full[:, network.classes_], bias[network.classes_] = weights[-1], biases[-1]
        weights[-1], biases[-1] = full, bias
    as_float = lambda array: np.asarray(array, dtype=np.float32)  # noqa: E731
    return Classifier(
        as_float(scaler.mean_),
        as_float(scaler.scale_),
        tuple(map(as_float, weights)),
        tuple(map(as_float, biases)),
    )
