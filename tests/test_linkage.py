"""What linking owes to what: rules that learn nothing, and a table of fits with parts left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_linker import scored

from attribution.linking import LINK_FEATURES
from training import linkage, linker
from training.linkage import Rules, measured, without_features
from training.scored import Scored


def option(**features: float) -> np.ndarray:
    """One option's features: those given, the rest 0."""
    row = np.zeros((1, len(LINK_FEATURES)), dtype=np.float32)
    for name, value in features.items():
        row[0, LINK_FEATURES.index(name)] = value
    return row


def named(words: str, names: str, doc: str) -> Scored:
    gold = type("Gold", (), {"doc": doc})()
    return replace(scored(words, names), gold=gold)


class TestRules:
    @pytest.mark.parametrize(
        "features",
        [
            {"same_name": 1.0},
            {"name_within_source": 1.0},
            {"same_words": 1.0},
            {"mention_form_pronoun": 1.0, "spoke_last": 1.0},
            {"mention_form_continuation": 1.0, "spoke_last": 1.0},
        ],
    )
    def test_a_name_joins_its_like_and_a_pronoun_the_last_speaker(
        self, features: dict[str, float]
    ) -> None:
        assert Rules().probabilities(option(**features)) > 0.5

    @pytest.mark.parametrize(
        "features",
        [
            {},
            {"mention_form_name": 1.0, "spoke_last": 1.0},
            {"mention_form_pronoun": 1.0, "same_words": 1.0},
            {"antecedent": 9.0, "cosine": 1.0},
        ],
    )
    def test_nothing_else_joins(self, features: dict[str, float]) -> None:
        assert Rules().probabilities(option(**features)) < 0.5


def test_features_are_left_out_by_words_in_their_names() -> None:
    seen = without_features(["antecedent"])
    left = {name for name, kept in zip(LINK_FEATURES, seen, strict=True) if not kept}
    assert left == {
        "antecedent", "antecedent_mean", "antecedent_last", "antecedent_rank"
    }  # fmt: skip


def test_every_row_leaves_something_in() -> None:
    for names in (linkage._ENCODER, linkage._STRINGS, linkage._PLACES, linkage._FORMS):
        assert 0 < without_features(names).sum() < len(LINK_FEATURES)


def test_every_row_is_measured_by_corpus_against_the_reference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(linker, "_BATCH", 16)
    words = "Brask Ware Brask Lund Ware Lund"
    train = [named(words, "abacbc", doc) for doc in ("wires-01", "post_2016_pier")] * 4
    rows = {name: linkage.ROWS[name] for name in ("reference", "rules", "no-layer")}
    found = measured(rows, train, train[:2], seed=3)
    assert list(found) == ["reference", "rules", "no-layer"]
    for row in found.values():
        for corpus in ("polnear", "written"):
            assert row[corpus]["n"] == 3
            assert row[corpus]["difference"]["n"] == 1
    assert found["reference"]["polnear"]["difference"]["value"] == 0
    assert "no-layer" in capsys.readouterr().out
