"""The commands of the evaluation: the run, its tables, the README's figures."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from eval import readme, run
from eval.corpora import read_corpora
from eval.gold_report import gold_report
from eval.readme import BEGIN, END
from eval.run import System
from eval.table import print_results
from eval.targets import MEASURES, TARGETS
from training.readers.articles import read_articles

DEV = Path(__file__).parent.parent / "training/corpus/articles/dev"


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """Results of a system that has everything right, on three articles."""
    articles = read_articles(DEV)[:3]
    reports = {article.text: gold_report(article) for article in articles}
    perfect = System(
        "model", lambda gold: [reports[article.text] for article in gold], is_model=True
    )
    return {
        "split": "dev",
        "models": ["model"],
        "date": "2031-05-06T07:08:09+00:00",
        "commit": "0123456789abcdef",
        "machine": {"processor": "a processor", "cores": 2},
        "corpora": {
            "written": {
                "articles": 3,
                "resolved": 3,
                "systems": {"model": run.evaluate(perfect, articles, "written")},
            }
        },
    }


def test_every_measure_has_a_figure_with_n_and_interval(results: dict[str, Any]):
    figures = results["corpora"]["written"]["systems"]["model"]["figures"]
    assert set(figures) == {measure.key for measure in MEASURES}
    assert figures["sentences"]["value"] == 1.0
    assert figures["sentences"]["interval"] == [1.0, 1.0]
    assert figures["sentences"]["n"] > 0


def test_figures_to_be_reached_stand_beside_the_measured_ones(results: dict[str, Any]):
    figures = results["corpora"]["written"]["systems"]["model"]["figures"]
    found = {name: figure["target"] for name, figure in figures.items() if "target" in figure}
    assert found == TARGETS["written"]


def test_written_articles_are_measured_by_desk(results: dict[str, Any]):
    desks = results["corpora"]["written"]["systems"]["model"]["desks"]
    assert set(desks) == {article.desk for article in read_articles(DEV)[:3]}


def test_the_table_names_every_measure(results: dict[str, Any]):
    console = Console(file=io.StringIO(), width=80)
    print_results(results, console, desks=True)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(measure.label in printed for measure in MEASURES)
    assert "by desk" in printed


def test_both_corpora_do_without_polnear(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    corpora = read_corpora("both", "dev", tmp_path, limit=1)
    assert list(corpora) == ["written"]
    assert "no PolNeAR dev compartment" in capsys.readouterr().err


def test_polnear_asked_for_by_name_must_be_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    arguments = ["--corpus", "polnear", "--polnear", str(tmp_path), "--model", "none"]
    assert run.main([*arguments, "--no-baselines"]) == 1
    assert "no PolNeAR dev compartment" in capsys.readouterr().err


def test_a_run_without_any_system_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "out.json"
    arguments = ["--corpus", "written", "--model", "none", "--no-baselines", "--json", str(out)]
    assert run.main(arguments) == 1
    assert "nothing to measure" in capsys.readouterr().err
    assert not out.exists()


@pytest.fixture
def files(tmp_path: Path, results: dict[str, Any]) -> list[str]:
    """A README with markers and a results file, as arguments of the command."""
    (tmp_path / "README.md").write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    (tmp_path / "dev.json").write_text(json.dumps(results), encoding="utf-8")
    return ["--readme", str(tmp_path / "README.md"), "--results", str(tmp_path / "dev.json")]


def test_figures_are_written_between_the_markers(files: list[str], tmp_path: Path):
    assert readme.main(files) == 0
    written = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert written.startswith(f"before\n{BEGIN}\n")
    assert written.endswith(f"{END}\nafter\n")
    assert "| sentence detection F1 | 1.000 | 1.000 to 1.000 |" in written
    assert "\nold\n" not in written


def test_check_fails_until_the_figures_are_written(
    files: list[str], capsys: pytest.CaptureFixture[str]
):
    assert readme.main([*files, "--check"]) == 1
    assert "figures are not those of" in capsys.readouterr().err
    assert readme.main(files) == 0
    assert readme.main([*files, "--check"]) == 0


def test_a_readme_without_markers_is_left_alone(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "README.md").write_text("no markers\n", encoding="utf-8")
    assert readme.main(files) == 1
    assert "lacks the markers" in capsys.readouterr().err
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "no markers\n"
