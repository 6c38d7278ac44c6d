"""The option --weights: weights of one's own for the score."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from attribution.cli.main import app
from attribution.types import Report
from attribution.weighting import COMPONENTS, WEIGHTS, WEIGHTS_FILE

Given = list[Mapping[str, float] | None]


@pytest.fixture
def given(example_report: Report, monkeypatch: pytest.MonkeyPatch) -> Given:
    """The weights that models are loaded with."""
    seen: Given = []

    def load(model: str, weights: Mapping[str, float] | None = None) -> object:
        seen.append(weights)
        return lambda texts, *, batch_size: [example_report] * len(texts)

    monkeypatch.setattr("attribution.cli.main.load_scorer", load)
    return seen


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "one.txt"
    path.write_text("Some words.", encoding="utf-8")
    return path


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["score", *map(str, arguments)])
    return result.exit_code, " ".join(result.stderr.replace("│", " ").split())


def test_a_file_of_weights_reaches_the_scorer(tmp_path: Path, article: Path, given: Given) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"weights": dict.fromkeys(COMPONENTS, 2)}), encoding="utf-8")
    assert run("--weights", path, article)[0] == 0
    assert given == [pytest.approx(dict.fromkeys(COMPONENTS, 1 / 6))]


def test_the_packages_own_file_can_be_given(article: Path, given: Given) -> None:
    assert run("--weights", WEIGHTS_FILE, article)[0] == 0
    assert given == [WEIGHTS]


def test_without_the_option_the_scorer_has_its_default(article: Path, given: Given) -> None:
    assert run(article)[0] == 0
    assert given == [None]


def test_a_wrong_file_is_wrong_usage_and_says_why(
    tmp_path: Path, article: Path, given: Given
) -> None:
    path = tmp_path / "mine.json"
    path.write_text('{"weights": {"anonymity": 1}}', encoding="utf-8")
    code, told = run("--weights", path, article)
    assert code == 2
    assert "--weights" in told
    assert "no weight for attributed_sentences" in told
    assert given == []
