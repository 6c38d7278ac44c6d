"""``attribution score --format html``: one page, or a folder of pages with an index."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from attribution.cli.main import app
from attribution.outputs.html.page import to_html
from attribution.types import Report
from pages import Page

Run = Callable[..., Result]


@pytest.fixture
def run(example_report: Report, monkeypatch: pytest.MonkeyPatch) -> Run:
    def scorer(texts: list[str], *, batch_size: int) -> list[Report]:
        return [example_report for _ in texts]

    monkeypatch.setattr("attribution.cli.main.load_scorer", lambda *_: scorer)
    return lambda *arguments: CliRunner().invoke(
        app, ["score", "--format", "html", *map(str, arguments)]
    )


@pytest.fixture
def articles(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "articles"
    folder.mkdir()
    paths = [folder / "one.txt", folder / "index.txt"]
    for path in paths:
        path.write_text("text", encoding="utf-8")
    return paths


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    made = tmp_path / "pages"
    made.mkdir()
    return made


def test_one_input_is_a_page_in_utf_8_whatever_the_terminal_knows(
    run: Run, articles: list[Path], example_report: Report
) -> None:
    result = run(articles[0])
    assert result.stdout_bytes == to_html(example_report, name=str(articles[0])).encode("utf-8")


def test_page_goes_to_a_file(run: Run, articles: list[Path], tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    assert run("--output", target, articles[0]).exit_code == 0
    assert "A crack at the weir" in target.read_text(encoding="utf-8")


def test_several_inputs_are_a_file_each_and_an_index(
    run: Run, articles: list[Path], pages: Path
) -> None:
    assert run("--output", pages, *articles).exit_code == 0
    assert sorted(path.name for path in pages.iterdir()) == [
        "index-2.html",
        "index.html",
        "one.html",
    ]
    index = Page((pages / "index.html").read_text(encoding="utf-8"))
    linked = [found["href"] for tag, found in index.tags if tag == "a"]
    assert linked == ["./one.html", "./index-2.html"]


def test_inputs_that_differ_in_their_suffix_keep_it(
    run: Run, articles: list[Path], pages: Path
) -> None:
    other = articles[0].with_suffix(".md")
    other.write_bytes(articles[0].read_bytes())
    assert run("--output", pages, articles[0], other).exit_code == 0
    assert {path.name for path in pages.iterdir()} == {
        "index.html",
        f"{articles[0].name}.html",
        f"{other.name}.html",
    }


def test_folder_without_a_page_gets_no_index(run: Run, tmp_path: Path, pages: Path) -> None:
    assert run("--output", pages, tmp_path / "missing.txt").exit_code == 1
    assert list(pages.iterdir()) == []


def test_an_index_is_not_written_over_an_input(run: Run, pages: Path) -> None:
    source = pages / "index.html"
    source.write_text("<p>text</p>", encoding="utf-8")
    result = run("--output", pages, source)
    assert result.exit_code == 2
    assert source.read_text(encoding="utf-8") == "<p>text</p>"


def test_several_inputs_without_a_folder_are_refused(run: Run, articles: list[Path]) -> None:
    result = run(*articles)
    assert result.exit_code == 2
    assert "name a folder" in " ".join(result.stderr.replace("│", " ").split())
