"""The small classifiers of scikit-learn, run with numpy."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from attribution.types import SOURCE_TYPES
from training import tables
from training.tables import Table, fit


class TestFit:
    """Classifiers run with numpy give what scikit-learn gives."""

    def fitted(
        self, labels: np.ndarray, monkeypatch: pytest.MonkeyPatch
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Probabilities of ours and of scikit-learn's for new rows, and its classes."""
        rng = np.random.default_rng(1)
        rows = (rng.normal(size=(len(labels), 6)) + labels[:, None] / 2).astype(np.float32)
        table = Table()
        table.add(rows, labels.tolist())
        networks: list[MLPClassifier] = []

        class Recorded(MLPClassifier):
            def fit(self, *arguments: object) -> MLPClassifier:
                networks.append(super().fit(*arguments))
                return networks[-1]

        monkeypatch.setattr(tables, "MLPClassifier", Recorded)
        classifier = fit(table, (5, 4), 1e-2, 0)
        fresh = rng.normal(size=(40, 6)).astype(np.float32)
        scaled = (fresh - rows.mean(0)) / rows.std(0)
        expected = networks[0].predict_proba(scaled)
        return classifier.probabilities(fresh), expected, networks[0].classes_

    def test_two_classes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found, expected, _ = self.fitted(np.arange(400) % 2, monkeypatch)
        np.testing.assert_allclose(found, expected[:, 1], atol=1e-4)

    def test_all_source_types(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found, expected, _ = self.fitted(np.arange(400) % 8, monkeypatch)
        np.testing.assert_allclose(found, expected, atol=1e-4)

    @pytest.mark.parametrize("classes", [(0, 1, 2, 5), (1, 2, 7), (0, 3), (4, 6)])
    def test_source_types_without_an_example_never_win(
        self, classes: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        labels = np.array(classes)[np.arange(400) % len(classes)]
        found, expected, known = self.fitted(labels, monkeypatch)
        assert known.tolist() == list(classes)
        assert found.shape == (40, len(SOURCE_TYPES))
        np.testing.assert_allclose(found[:, list(classes)], expected, atol=1e-4)
        assert np.delete(found, classes, axis=1).max() < 1e-3
