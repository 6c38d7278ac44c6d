"""The weights of the score: the default file, and files of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from attribution.weighting import (
    COMPONENTS,
    WEIGHTS,
    WEIGHTS_FILE,
    checked_weights,
    load_weights,
)

EVEN = dict.fromkeys(COMPONENTS, 1.0)


def write(path: Path, data: Any) -> Path:
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_the_default_weights_sum_to_one_and_are_all_reasoned_for() -> None:
    written = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    assert sum(written["weights"].values()) == pytest.approx(1)
    assert list(written["weights"]) == list(written["why"]) == list(WEIGHTS) == list(COMPONENTS)


@given(st.lists(st.floats(0, 1e6), min_size=6, max_size=6))
def test_weights_are_divided_by_their_sum(drawn: list[float]) -> None:
    assume(sum(drawn) > 0)
    weights = checked_weights(dict(zip(reversed(COMPONENTS), drawn, strict=True)))
    assert list(weights) == list(COMPONENTS)
    assert sum(weights.values()) == pytest.approx(1)


def test_a_file_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.json", {"about": "Mine.", "weights": {**EVEN, "anonymity": 5}})
    assert load_weights(path) == pytest.approx({**dict.fromkeys(COMPONENTS, 0.1), "anonymity": 0.5})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"anonymity": None}, "weight of anonymity is None: it must be a number"),
        ({"anonymity": "0.2"}, "must be a number"),
        ({"anonymity": True}, "must be a number"),
        ({"anonymity": -0.1}, "from 0 to"),
        ({"anonymity": float("nan")}, "from 0 to"),
        ({"anonymity": 10**400}, "from 0 to"),
        ({"anonymous": 0.1}, "no component is called anonymous: they are attributed_sentences"),
        (dict.fromkeys(COMPONENTS, 0), "all weights are 0"),
    ],
)
def test_weights_that_do_not_fit_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        checked_weights({**EVEN, **changes})


def test_a_missing_component_is_named() -> None:
    lacking = {name: 1.0 for name in COMPONENTS if name not in ("hearsay", "anonymity")}
    with pytest.raises(ValueError, match="no weight for anonymity, hearsay: give 0 to leave"):
        checked_weights(lacking)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "no JSON file"),
        ("[]", 'expected an object with "weights"'),
        ('{"weights": 1}', 'expected an object with "weights"'),
        ('{"weights": {}, "anonymity": 1}', "unknown anonymity; weights belong into"),
        ('{"weights": {}}', "no weight for attributed_sentences"),
    ],
)
def test_a_file_that_is_none_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message) as error:
        load_weights(path)
    assert str(error.value).startswith(f"{path}: ")


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"mine\.json: cannot be read: No such file"):
        load_weights(tmp_path / "mine.json")


def test_deep_nesting_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text("[" * 200_000, encoding="utf-8")
    with pytest.raises(ValueError, match=r"mine\.json: no JSON file that can be read"):
        load_weights(path)
