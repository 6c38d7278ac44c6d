"""The formats of ``attribution score`` that others read: csv, parquet, webanno, brat."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet
import pytest
from click.testing import Result
from typer.testing import CliRunner

from attribution.cli.main import app
from attribution.outputs.annotation import CONTEXT
from attribution.outputs.brat import CONFIGURATION
from attribution.outputs.claims_table import COLUMNS
from attribution.types import Report
from training.readers.brat import read_brat

Run = Callable[..., Result]
CLAIMS = 4  # in the example that the scorer gives for every text


class FakeScorer:
    """Gives every text the example's report, and counts the calls."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.calls = 0

    def __call__(self, texts: list[str], *, batch_size: int) -> list[Report]:
        self.calls += 1
        return [self.report for _ in texts]


@pytest.fixture
def scorer(example_report: Report, monkeypatch: pytest.MonkeyPatch) -> FakeScorer:
    fake = FakeScorer(example_report)
    monkeypatch.setattr("attribution.cli.main.load_scorer", lambda *_: fake)
    return fake


@pytest.fixture
def run(scorer: FakeScorer) -> Run:
    return lambda *arguments: CliRunner().invoke(app, ["score", *map(str, arguments)])


@pytest.fixture
def articles(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "one.txt", tmp_path / "two.txt"]
    for path in paths:
        path.write_text("text", encoding="utf-8")
    return paths


def told(result: Result) -> str:
    """What a refused call says, out of its frame."""
    assert result.exit_code == 2
    return " ".join(result.stderr.replace("│", " ").split())


class TestCsv:
    def test_claims_of_all_inputs_are_one_table(self, run: Run, articles: list[Path]) -> None:
        result = run("--format", "csv", *articles)
        rows = list(csv.DictReader(io.StringIO(result.stdout_bytes.decode(), newline="")))
        assert [row["input"] for row in rows] == [str(p) for p in articles for _ in range(CLAIMS)]
        assert tuple(rows[0]) == COLUMNS

    def test_line_ends_are_kept_on_standard_output(self, run: Run, articles: list[Path]) -> None:
        result = run("--format", "csv", articles[0])
        assert result.stdout_bytes.count(b"\r\n") == CLAIMS + 1

    def test_file_says_the_same(self, run: Run, articles: list[Path], tmp_path: Path) -> None:
        target = tmp_path / "claims.csv"
        run("--format", "csv", "--output", target, *articles)
        assert target.read_bytes() == run("--format", "csv", *articles).stdout_bytes


class TestParquet:
    def test_claims_of_all_inputs_are_one_file(
        self,
        run: Run,
        articles: list[Path],
        tmp_path: Path,
    ) -> None:
        target = tmp_path / "claims.parquet"
        result = run("--format", "parquet", "--output", target, *articles)
        assert (result.exit_code, result.stdout) == (0, "")
        table = pyarrow.parquet.read_table(target)
        assert table.num_rows == 2 * CLAIMS
        assert sorted(path.name for path in tmp_path.glob(".*")) == []

    def test_no_file_is_left_when_every_input_fails(
        self,
        run: Run,
        tmp_path: Path,
    ) -> None:
        target = tmp_path / "claims.parquet"
        assert run("-f", "parquet", "-o", target, tmp_path / "missing.txt").exit_code == 1
        assert not target.exists()

    def test_without_a_file_it_is_refused(
        self,
        run: Run,
        scorer: FakeScorer,
        articles: list[Path],
    ) -> None:
        result = run("--format", "parquet", articles[0])
        assert (result.exit_code, scorer.calls) == (2, 0)
        assert "name a file" in told(result)

    def test_missing_pyarrow_is_told_before_scoring(
        self,
        run: Run,
        scorer: FakeScorer,
        articles: list[Path],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        result = run("--format", "parquet", "--output", "x.parquet", articles[0])
        assert (result.exit_code, scorer.calls) == (2, 0)
        assert "pip install" in told(result)


class TestWebAnnotations:
    def test_one_input_is_one_document(self, run: Run, articles: list[Path]) -> None:
        document = json.loads(run("--format", "webanno", articles[0]).stdout)
        assert document["@context"][0] == CONTEXT
        assert (document["total"], document["attribution:input"]) == (CLAIMS, str(articles[0]))

    def test_several_inputs_are_an_array(self, run: Run, articles: list[Path]) -> None:
        documents = json.loads(run("--format", "webanno", *articles).stdout)
        assert [item["attribution:input"] for item in documents] == [str(p) for p in articles]


class TestBrat:
    @pytest.fixture
    def target(self, tmp_path: Path) -> Path:
        made = tmp_path / "brat"
        made.mkdir()
        return made

    def test_every_input_gets_two_files_and_the_folder_a_configuration(
        self,
        run: Run,
        articles: list[Path],
        target: Path,
        example_report: Report,
    ) -> None:
        result = run("--format", "brat", "--output", target, *articles)
        assert (result.exit_code, result.stdout) == (0, "")
        names = ["annotation.conf", "one.ann", "one.txt", "two.ann", "two.txt"]
        assert sorted(path.name for path in target.iterdir()) == names
        assert (target / "annotation.conf").read_text(encoding="utf-8") == CONFIGURATION
        assert [gold.text for gold in read_brat(target)] == [example_report.text] * 2

    def test_an_article_without_claims_has_an_annotation_file(
        self,
        run: Run,
        scorer: FakeScorer,
        articles: list[Path],
        target: Path,
    ) -> None:
        scorer.report = replace(scorer.report, claims=(), sources=(), sentences=())
        run("--format", "brat", "--output", target, articles[0])
        assert (target / "one.ann").read_bytes() == b""
        assert read_brat(target)[0].resolved

    def test_a_configuration_of_ones_own_is_kept(
        self,
        run: Run,
        articles: list[Path],
        target: Path,
    ) -> None:
        (target / "annotation.conf").write_text("[entities]\n", encoding="utf-8")
        run("--format", "brat", "--output", target, articles[0])
        assert (target / "annotation.conf").read_text(encoding="utf-8") == "[entities]\n"

    def test_corrections_are_never_written_over(
        self,
        run: Run,
        scorer: FakeScorer,
        articles: list[Path],
        target: Path,
    ) -> None:
        (target / "two.ann").write_text("T1\tSource 0 1\tx\n", encoding="utf-8")
        result = run("--format", "brat", "--output", target, *articles)
        assert (result.exit_code, scorer.calls) == (2, 0)
        assert "may have been corrected" in told(result)
        assert sorted(path.name for path in target.iterdir()) == ["two.ann"]

    @pytest.mark.parametrize("output", [[], ["--output", "one.ann"]])
    def test_without_a_folder_it_is_refused(
        self,
        run: Run,
        scorer: FakeScorer,
        articles: list[Path],
        output: list[str],
    ) -> None:
        result = run("--format", "brat", *output, articles[0])
        assert (result.exit_code, scorer.calls) == (2, 0)
        assert "name a folder" in told(result)
