"""Small feed-forward classifiers over feature vectors, run with numpy.

They are fitted with scikit-learn or torch (see training/resolution.py) and stored as plain
arrays in one safetensors file beside the encoder's weights: no pickle, no scikit-learn at run
time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from attribution.errors import ModelError

__all__ = ["Classifier", "Resolver", "Scorer", "load_classifiers", "save_classifiers"]

Floats = NDArray[np.float32]


class Scorer(Protocol):
    """Anything that gives rows of features probabilities."""

    def probabilities(self, features: Floats) -> Floats:
        """(n, size) features to (n,) probabilities of the positive class, or (n, classes)."""
        ...


@dataclass(frozen=True)
class Classifier:
    """Standardise, then ReLU layers, then softmax (or a logistic output for two classes)."""

    mean: Floats
    scale: Floats
    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]

    @property
    def size(self) -> int:
        """Number of input features."""
        return len(self.mean)

    def probabilities(self, features: Floats) -> Floats:
        """(n, size) features to (n,) probabilities of the positive class, or (n, classes)."""
        hidden = (features - self.mean) / self.scale
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            hidden = np.maximum(hidden @ weight + bias, 0)
        scores = hidden @ self.weights[-1] + self.biases[-1]
        if scores.shape[1] == 1:
            return np.asarray(1 / (1 + np.exp(-np.clip(scores[:, 0], -30, 30))))
        exponents = np.exp(scores - scores.max(1, keepdims=True))
        return np.asarray(exponents / exponents.sum(1, keepdims=True))


@dataclass(frozen=True)
class Resolver:
    """The small classifiers behind resolution and chains, with their thresholds."""

    classifiers: Mapping[str, Classifier]
    settings: Mapping[str, float]


def save_classifiers(
    classifiers: Mapping[str, Classifier], settings: Mapping[str, float], path: Path
) -> None:
    """Write named classifiers, and named numbers such as thresholds, to one safetensors file."""
    tensors: dict[str, NDArray[np.float32]] = {}
    for name, classifier in classifiers.items():
        tensors[f"{name}/mean"] = classifier.mean
        tensors[f"{name}/scale"] = classifier.scale
        for layer, (weight, bias) in enumerate(
            zip(classifier.weights, classifier.biases, strict=True)
        ):
            tensors[f"{name}/weight{layer}"] = np.ascontiguousarray(weight)
            tensors[f"{name}/bias{layer}"] = bias
    for name, value in settings.items():
        tensors[f"setting/{name}"] = np.array([value], dtype=np.float32)
    save_file({name: array.astype(np.float32) for name, array in tensors.items()}, path)


def load_classifiers(path: Path) -> tuple[dict[str, Classifier], dict[str, float]]:
    """The inverse of :func:`save_classifiers`.

    Raises:
        ModelError: the file is missing, not readable, or lacks a part of a classifier.
    """
    try:
        tensors = load_file(path)
    except FileNotFoundError as error:
        raise ModelError(f"{path} is missing from the model folder") from error
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{path} is not a readable safetensors file: {error}") from error
    try:
        return _unpacked(tensors)
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} is damaged: {error!r}") from error


def _unpacked(tensors: Mapping[str, Floats]) -> tuple[dict[str, Classifier], dict[str, float]]:
    groups: dict[str, dict[str, Floats]] = {}
    for key, array in tensors.items():
        name, _, part = key.partition("/")
        groups.setdefault(name, {})[part] = array
    settings = {name: float(array[0]) for name, array in groups.pop("setting", {}).items()}
    classifiers = {}
    for name, parts in groups.items():
        layers = range(sum(part.startswith("weight") for part in parts))
        classifiers[name] = Classifier(
            parts["mean"],
            parts["scale"],
            tuple(parts[f"weight{layer}"] for layer in layers),
            tuple(parts[f"bias{layer}"] for layer in layers),
        )
    return classifiers, settings
