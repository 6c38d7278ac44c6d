"""The command line hands on what an input says beside its text: title and publisher."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from attribution.cli.main import app
from attribution.errors import InputError
from attribution.types import Report

STORY = "The east pier was shut on Monday, the harbour board said."
PAGE = f"""<html><head><meta property="og:site_name" content="The Quay Post">
<meta property="og:title" content="Pier shut"></head><body><p>{STORY}</p></body></html>"""


class FakeScorer:
    """Gives every text the example's report on that text, with the publisher it was told."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def __call__(
        self,
        texts: list[str],
        *,
        publisher: Sequence[str | None] | None = None,
        batch_size: int,
    ) -> list[Report]:
        if len(texts) > 1 and any("refuse" in text for text in texts):
            raise InputError("too odd")
        outlets = publisher or [None] * len(texts)
        return [
            replace(self.report, text=text, title=None, publisher=outlet)
            for text, outlet in zip(texts, outlets, strict=True)
        ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "b.txt").write_text(f"{STORY} Do not refuse it.", encoding="utf-8")
    (tmp_path / "c.txt").write_text(
        f"Pier shut after crack found\nBy Ada Roe, Quay Radio\n\n{STORY}", encoding="utf-8"
    )
    return tmp_path


@pytest.fixture(autouse=True)
def scorer(example_report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attribution.cli.main.load_scorer", lambda *_: FakeScorer(example_report))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["score", "-f", "jsonl", *map(str, arguments)])


def found(result: Result, *keys: str) -> list[tuple[object, ...]]:
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return [tuple(line[key] for key in keys) for line in lines]


def test_every_article_keeps_its_own_title_and_publisher(folder: Path) -> None:
    assert found(run(folder), "title", "publisher") == [
        ("Pier shut", "The Quay Post"),
        (None, None),
        ("Pier shut after crack found", "Quay Radio"),
    ]


def test_publisher_of_the_command_goes_before_that_of_the_article(folder: Path) -> None:
    result = run("--publisher", "Quay TV", folder)
    assert found(result, "publisher") == [("Quay TV",)] * 3


def test_text_of_a_page_is_its_body_and_of_a_text_the_whole_file(folder: Path) -> None:
    texts = [text for (text,) in found(run(folder), "text")]
    assert texts[0] == STORY
    assert texts[2] == (folder / "c.txt").read_text(encoding="utf-8")


def test_address_fails_alone_and_names_the_option(folder: Path) -> None:
    result = run("https://quay.example/a", folder / "b.txt")
    assert result.exit_code == 1
    assert "--allow-network" in result.stderr
    assert len(result.stdout.splitlines()) == 1


def test_option_lets_addresses_be_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(address: str) -> None:
        raise InputError(f"{address}: asked for")

    monkeypatch.setattr("attribution.inputs.read.fetch", fetch)
    result = run("--allow-network", "https://quay.example/a")
    assert (result.exit_code, result.stderr) == (1, "error: https://quay.example/a: asked for\n")
