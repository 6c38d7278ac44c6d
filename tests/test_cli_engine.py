"""The option that says what runs the encoder."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from attribution.cli.main import app
from attribution.types import Report


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text("“We are shut,” the mayor said.", encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["score", "compare"])
@pytest.mark.parametrize(("given", "expected"), [([], "auto"), (["--engine", "torch"], "torch")])
def test_it_reaches_the_model(
    command: str,
    given: list[str],
    expected: str,
    article: Path,
    example_report: Report,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []

    def load(model: str, weights: object, engine: str) -> object:
        seen.append(engine)
        return lambda texts, **_: [example_report] * len(texts)

    monkeypatch.setattr("attribution.cli.main.load_scorer", load)
    monkeypatch.setattr("attribution.cli.compare.load_scorer", load)
    inputs = [str(article)] * (2 if command == "compare" else 1)
    assert CliRunner().invoke(app, [command, *given, *inputs]).exit_code == 0
    assert seen == [expected]


def test_an_unknown_one_is_wrong_usage(article: Path) -> None:
    result = CliRunner().invoke(app, ["score", "--engine", "abacus", str(article)])
    assert result.exit_code == 2
    assert "--engine" in result.stderr


def test_one_that_is_not_installed_is_wrong_usage(
    article: Path, scorer_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attribution.engines.importlib.util.find_spec", lambda name: None)
    result = CliRunner().invoke(
        app, ["score", "--engine", "openvino", "--model", str(scorer_folder), str(article)]
    )
    assert result.exit_code == 2
    assert "openvino" in result.stderr
