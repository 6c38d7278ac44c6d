"""``attribution compare``, with a scorer that needs no model."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from attribution.cli.main import app
from attribution.errors import InputError, ModelError
from attribution.inputs.article import ArticleText
from attribution.types import Report

Run = Callable[..., Result]


@pytest.fixture
def run(example_report: Report, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, with a scorer that finds the last claim only in texts that say "all"."""

    def scorer(texts: list[str], *, publisher: str | None = None, batch_size: int) -> list[Report]:
        if "refuse me" in texts[0]:
            raise InputError("too odd")
        claims = example_report.claims if "all" in texts[0] else example_report.claims[:-1]
        return [replace(example_report, publisher=publisher, claims=claims)]

    def load(model: str, *_: object) -> object:
        if model == "none":
            raise ModelError("no such model")
        return scorer

    monkeypatch.setattr("attribution.cli.compare.load_scorer", load)

    def invoke(*arguments: object, stdin: bytes | None = None) -> Result:
        return CliRunner().invoke(app, ["compare", *map(str, arguments)], input=stdin)

    return invoke


@pytest.fixture
def folder(tmp_path: Path, example_report: Report) -> Path:
    (tmp_path / "all.txt").write_text("all of it", encoding="utf-8")
    (tmp_path / "less.txt").write_text("less of it", encoding="utf-8")
    (tmp_path / "all.json").write_text(example_report.to_json(), encoding="utf-8")
    return tmp_path


class TestCompare:
    def test_table_is_the_default(self, run: Run, folder: Path) -> None:
        result = run(folder / "less.txt", folder / "all.txt")
        assert result.exit_code == 0
        assert "+ only in B" in result.stdout
        assert "the worst" in result.stdout
        assert "\x1b" not in result.stdout

    def test_json_has_what_was_gained_and_names_the_inputs(self, run: Run, folder: Path) -> None:
        result = run("--format", "json", folder / "less.txt", folder / "all.txt")
        data = json.loads(result.stdout)
        assert [claim["content"] for claim in data["claims"]["gained"]] == ["the worst"]
        assert data["a"]["input"] == str(folder / "less.txt")

    def test_reports_are_read_as_they_are(self, run: Run, folder: Path) -> None:
        result = run("-f", "json", "--model", "none", folder / "all.json", folder / "all.json")
        assert json.loads(result.stdout)["claims"] == {"lost": [], "gained": [], "changed": []}

    def test_standard_input_is_an_article(self, run: Run, folder: Path) -> None:
        result = run("-f", "json", "-", folder / "all.json", stdin=b"less")
        assert len(json.loads(result.stdout)["claims"]["gained"]) == 1

    def test_publisher_reaches_the_scorer(self, run: Run, folder: Path) -> None:
        result = run("-f", "json", "--publisher", "Echo", folder / "all.txt", folder / "all.json")
        assert json.loads(result.stdout)["a"]["publisher"] == "Echo"

    def test_title_and_publisher_of_an_input_are_kept(
        self, run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = ArticleText("all of it", title="Weir shut", publisher="Echo")
        monkeypatch.setattr("attribution.inputs.read.Input.read", lambda self: page)
        result = run("-f", "json", folder / "all.txt", folder / "all.json")
        about = json.loads(result.stdout)["a"]
        assert (about["title"], about["publisher"]) == ("Weir shut", "Echo")

    def test_an_address_is_fetched_only_when_the_network_is_allowed(
        self, run: Run, folder: Path
    ) -> None:
        result = run("http://localhost:1/a.html", folder / "all.json")
        assert result.exit_code == 1
        assert "--allow-network" in result.stderr

    def test_file_is_written(self, run: Run, folder: Path) -> None:
        target = folder / "out.txt"
        result = run("--output", target, folder / "less.txt", folder / "all.txt")
        assert (result.exit_code, result.stdout) == (0, "")
        assert "the worst" in target.read_text(encoding="utf-8")


class TestBadInputs:
    def test_every_bad_input_is_named(self, run: Run, folder: Path) -> None:
        (folder / "bad.json").write_text("{}", encoding="utf-8")
        result = run(folder / "missing.txt", folder / "bad.json")
        assert (result.exit_code, result.stdout) == (1, "")
        missing, bad = result.stderr.splitlines()
        assert "missing.txt" in missing
        assert "bad.json: expected schema" in bad

    def test_a_refused_text_is_named(self, run: Run, folder: Path) -> None:
        (folder / "odd.txt").write_text("refuse me", encoding="utf-8")
        result = run(folder / "all.json", folder / "odd.txt")
        assert result.exit_code == 1
        assert "odd.txt: too odd" in result.stderr

    @pytest.mark.parametrize(
        "arguments",
        [
            ["all.txt"],
            ["all.txt", "."],
            ["all.txt", "all.txt", "all.txt"],
            ["-", "-"],
            ["--output", "all.txt", "all.txt", "less.txt"],
            ["--model", "none", "all.txt", "less.txt"],
        ],
    )
    def test_wrong_calls_exit_2(
        self, run: Run, folder: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(folder)
        assert run(*arguments).exit_code == 2
        assert (folder / "all.txt").read_text(encoding="utf-8") == "all of it"
