"""The load script of corpora: what it compares, and that it runs the real command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")

from eval.corpus_load import digest, main, write_input
from eval.corpus_plan import BEGIN, END, render
from eval.corpus_plan import main as plan
from tagged import gold


def output(folder: Path, *, claims: bytes = b"claims", summary: str = "1") -> Path:
    """A folder that looks like the output of a corpus."""
    (folder / "claims").mkdir(parents=True)
    (folder / "claims" / "part-00000.parquet").write_bytes(claims)
    (folder / "summary.json").write_text(summary)
    return folder


class TestDigest:
    def test_runs_that_differ_in_their_summary_alone_are_equal(self, tmp_path: Path) -> None:
        one, two = output(tmp_path / "one"), output(tmp_path / "two", summary="2")
        assert digest(one) == digest(two)

    def test_a_byte_in_a_table_makes_a_difference(self, tmp_path: Path) -> None:
        one, two = output(tmp_path / "one"), output(tmp_path / "two", claims=b"claimz")
        assert digest(one) != digest(two)

    def test_a_file_under_another_name_makes_a_difference(self, tmp_path: Path) -> None:
        one, two = output(tmp_path / "one"), output(tmp_path / "two")
        part = two / "claims" / "part-00000.parquet"
        part.rename(part.with_name("part-00001.parquet"))
        assert digest(one) != digest(two)


def test_articles_are_repeated_with_ids_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    write_input([gold(), gold()], 5, path)
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert len({record["id"] for record in records}) == 5
    assert {record["text"] for record in records} == {gold().text}


def test_articles_may_be_cut(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    write_input([gold()], 1, path, characters=12)
    assert json.loads(path.read_text())["text"] == gold().text[:12]


@pytest.mark.slow
def test_a_run_killed_at_random_ends_like_an_undisturbed_one(
    scorer_folder: Path, tmp_path: Path
) -> None:
    target = tmp_path / "load.json"
    options = ["--only", "kills", "--corpus", "written", "--records", "6", "--chunk", "2"]
    options += ["--kills", "2", "--model", str(scorer_folder), "--json", str(target)]
    assert main(options) == 0
    found = json.loads(target.read_text())["kills"]
    assert found["same_bytes"] is True
    assert found["kills"] <= 2


class TestPlan:
    @pytest.fixture
    def results(self) -> dict[str, Any]:
        """Two workers score four articles a second, and one process reads 1,000."""
        measured = {
            "machine": {"cores": 2, "processor": "a processor"},
            "date": "2031-05-06T07:08:09+00:00",
            "model": "small",
        }
        return {
            "engines": {
                "articles_per_second": {"ray-2": 4.0},
                "bytes_per_article": 10_000,
                "measured": measured,
            },
            "reading": {"records": 1000, "input_megabytes": 5.0, "records_per_second": 1000},
        }

    def test_figures_follow_from_the_measured_ones(self, results: dict[str, Any]) -> None:
        table = render(results, articles=7_200_000, cores=10, price=0.5)
        assert "| core hours | 1,000 |" in table
        assert "| machines of 10 cores, to be done in 24 hours | 5 |" in table
        assert "| cost at $0.500 for a core's hour | $500 |" in table
        assert "| input, JSONL | 0.04 TB |" in table
        assert "| output, Parquet | 0.07 TB |" in table
        assert "| first reading, one process | 2.0 hours |" in table

    def test_it_is_written_between_the_markers(
        self, results: dict[str, Any], tmp_path: Path
    ) -> None:
        page, measured = tmp_path / "corpus.md", tmp_path / "corpus.json"
        page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
        measured.write_text(json.dumps(results))
        files = ["--docs", str(page), "--results", str(measured)]
        assert plan([*files, "--check"]) == 1
        assert plan(files) == 0
        assert plan([*files, "--check"]) == 0
        assert "old" not in page.read_text()
        assert page.read_text().startswith("before\n")


def test_the_plan_in_the_docs_is_that_of_the_results() -> None:
    assert plan(["--check"]) == 0
