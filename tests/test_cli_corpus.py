"""``attribution corpus`` and ``attribution summarize``: exit codes, what is printed, options."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from inspect import signature
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import Result
from typer.testing import CliRunner

from attribution.cli.corpus import corpus
from attribution.cli.main import app
from attribution.corpus.work import CorpusOptions
from attribution.errors import MissingExtraError, ModelError
from corpora import FakeScorer, articles, errors, table, write_jsonl

Run = Callable[..., Result]


@pytest.fixture
def run(corpus_scorer: FakeScorer, monkeypatch: pytest.MonkeyPatch) -> Run:
    # No wrapping of messages in the middle of what a test looks for.
    monkeypatch.setenv("COLUMNS", "250")

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(item) for item in arguments])

    return invoke


@pytest.fixture
def news(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "news.jsonl", articles(5))


def _interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


class TestCorpus:
    def test_all_scored(self, run: Run, news: Path, tmp_path: Path) -> None:
        result = run("corpus", news, tmp_path / "out")
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout == "5 read = 5 scored + 0 errors + 0 done before\n"
        assert len(table(tmp_path / "out", "articles")) == 5

    def test_again(self, run: Run, news: Path, tmp_path: Path) -> None:
        run("corpus", news, tmp_path / "out")
        result = run("corpus", news, tmp_path / "out")
        assert result.stdout == "5 read = 0 scored + 0 errors + 5 done before\n"

    def test_interrupted(
        self, run: Run, news: Path, tmp_path: Path, corpus_scorer: FakeScorer
    ) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(FakeScorer, "__call__", _interrupt)
            result = run("corpus", news, tmp_path / "out")
        assert result.exit_code == 130
        assert result.stdout == ""
        assert "run the same command to go on" in result.stderr
        assert run("corpus", news, tmp_path / "out").exit_code == 0

    def test_some_failed(self, run: Run, tmp_path: Path) -> None:
        news = write_jsonl(tmp_path / "a.jsonl", [{"text": "one"}, {"text": ""}, 3])
        result = run("corpus", news, tmp_path / "out")
        assert result.exit_code == 1
        assert result.stdout == (
            "3 read = 1 scored + 2 errors + 0 done before\n"
            f"errors in {tmp_path / 'out' / 'errors'}: empty 1, malformed 1\n"
        )
        assert len(errors(tmp_path / "out")) == 2

    def test_earlier_failures_still_count_when_run_again(self, run: Run, tmp_path: Path) -> None:
        news = write_jsonl(tmp_path / "a.jsonl", [{"text": "one"}, {"text": ""}])
        run("corpus", news, tmp_path / "out")
        assert run("corpus", news, tmp_path / "out").exit_code == 1

    def test_columns_by_name(self, run: Run, tmp_path: Path) -> None:
        row = {"n": 7, "words": "Ada: x", "head": "T", "paper": "P", "printed": "2026-01-02"}
        news = write_jsonl(tmp_path / "a.jsonl", [row])
        run(
            *("corpus", "--text-column", "words", "--id-column", "n", "--title-column", "head"),
            *("--publisher-column", "paper", "--date-column", "printed", news, tmp_path / "out"),
        )
        (article,) = table(tmp_path / "out", "articles")
        names = ("article_id", "title", "publisher", "date")
        assert [article[name] for name in names] == ["7", "T", "P", "2026-01-02"]

    def test_sizes_kind_and_publisher(self, run: Run, tmp_path: Path) -> None:
        news = write_jsonl(tmp_path / "a.json", [{"text": "one"}, {"text": "two"}])
        options = ("--kind", "jsonl", "--chunk-size", "1", "--publisher", "The Gull")
        run("corpus", *options, news, tmp_path / "out")
        assert len(list((tmp_path / "out" / "articles").iterdir())) == 2
        assert table(tmp_path / "out", "articles")[1]["publisher"] == "The Gull"

    def test_another_run_s_output(self, run: Run, news: Path, tmp_path: Path) -> None:
        run("corpus", news, tmp_path / "out")
        refused = run("corpus", "--batch-size", "2", news, tmp_path / "out")
        assert refused.exit_code == 2
        assert "holds a run that differs in its options (batch_size)" in refused.stderr
        replaced = run("corpus", "--overwrite", "--batch-size", "2", news, tmp_path / "out")
        assert replaced.exit_code == 0

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["nowhere.jsonl", "out"], "no such file"),
            (["--text-column", "words", "NEWS", "out"], "no record has a field 'words'"),
            (["--workers", "2", "NEWS", "out"], "Only with --engine ray"),
            (["--address", "auto", "NEWS", "out"], "Only with --engine ray"),
            (["--chunk-size", "0", "NEWS", "out"], "--chunk-size"),
            (["--kind", "pdf", "NEWS", "out"], "--kind"),
            (["NEWS"], "OUTPUT"),
        ],
    )
    def test_wrong_usage(
        self, run: Run, news: Path, tmp_path: Path, arguments: list[str], message: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.chdir(tmp_path)
        result = run("corpus", *(news if item == "NEWS" else item for item in arguments))
        assert result.exit_code == 2
        assert message in result.stderr
        assert not (tmp_path / "out").exists()

    def test_a_model_that_cannot_be_loaded(
        self, run: Run, news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(model: str, *_: object) -> FakeScorer:
            raise ModelError(f"no model {model!r}")

        monkeypatch.setattr("attribution.corpus.work.load_scorer", fail)
        result = run("corpus", "--model", "huge", news, tmp_path / "out")
        assert result.exit_code == 2
        assert "no model 'huge'" in result.stderr

    def test_without_ray(
        self, run: Run, news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "ray", None)
        result = run("corpus", "--engine", "ray", news, tmp_path / "out")
        assert result.exit_code == 2
        assert "pip install 'claim-attribution[ray]'" in result.stderr

    def test_without_pyarrow(
        self, run: Run, news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def missing() -> None:
            raise MissingExtraError("pyarrow", "corpus")

        monkeypatch.setattr("attribution.corpus.run.load_pyarrow", missing)
        result = run("corpus", news, tmp_path / "out")
        assert result.exit_code == 2
        assert "pip install 'claim-attribution[corpus]'" in result.stderr

    def test_a_run_that_is_stopped_by_the_disk_says_how_to_go_on(
        self, run: Run, news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        replace = os.replace

        def full(source: Path, target: Path) -> None:
            if Path(target).parent.name == "articles":
                raise OSError(28, "No space left on device")
            replace(source, target)

        monkeypatch.setattr(os, "replace", full)
        result = run("corpus", news, tmp_path / "out")
        assert result.exit_code == 1
        assert f"error: {tmp_path / 'out'}: " in result.stderr
        assert "No space left on device" in result.stderr
        assert "run the same command to go on" in result.stderr
        assert list((tmp_path / "out" / ".partial").iterdir()) == []

    def test_help_has_an_example(self, run: Run) -> None:
        assert "attribution corpus articles.jsonl scored/" in run("corpus", "--help").stdout


class TestSummarize:
    @pytest.fixture
    def scored(self, run: Run, news: Path, tmp_path: Path) -> Path:
        run("corpus", news, tmp_path / "out")
        return tmp_path / "out"

    def test_table(self, run: Run, scored: Path) -> None:
        result = run("summarize", "--by", "publisher", scored)
        assert result.exit_code == 0
        lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
        assert lines[0] == (
            "publisher articles score 95% interval claims anonymous relayed top sources"
        )
        assert lines[2].startswith("Harbour Times 2 ")
        assert lines[2].endswith(" 2 0.0% 50.0% Ada Birch (2)")
        assert lines[4].startswith("– 1 ")

    def test_csv(self, run: Run, scored: Path) -> None:
        lines = run("summarize", "--by", "publisher, year", "-f", "csv", scored).stdout.splitlines()
        assert lines[0].startswith("publisher,year,articles,score,score_low,score_high,claims,")
        assert lines[1].startswith("Harbour Times,2026,2,")

    def test_parquet(self, run: Run, scored: Path, tmp_path: Path) -> None:
        result = run("summarize", "--format", "parquet", "--top", "1", scored)
        path = tmp_path / "summary.parquet"
        path.write_bytes(result.stdout_bytes)
        (row,) = pq.read_table(path).to_pylist()
        assert (row["articles"], len(row["top_sources"])) == (5, 1)

    def test_a_run_that_is_not_finished_is_said_to_be_so(self, run: Run, scored: Path) -> None:
        assert "not finished" not in run("summarize", scored).stderr
        (scored / "summary.json").unlink()
        result = run("summarize", scored)
        assert (result.exit_code, "not finished" in result.stderr) == (0, True)

    def test_wrong_key(self, run: Run, scored: Path) -> None:
        result = run("summarize", "--by", "outlet", scored)
        assert result.exit_code == 2
        assert "group by one or more of publisher, year, month" in result.stderr

    def test_no_output_there(self, run: Run, tmp_path: Path) -> None:
        result = run("summarize", tmp_path)
        assert result.exit_code == 2
        assert "holds no output" in result.stderr

    def test_names_cannot_paint_the_terminal(self, run: Run, tmp_path: Path) -> None:
        rows = [{"text": "Eve \x1b[31m: x", "publisher": "\x1b]P"}]
        news = write_jsonl(tmp_path / "a.jsonl", rows)
        run("corpus", news, tmp_path / "out")
        assert "\x1b" not in run("summarize", "--by", "publisher", tmp_path / "out").stdout


def test_the_summary_file_is_what_was_printed(run: Run, news: Path, tmp_path: Path) -> None:
    run("corpus", news, tmp_path / "out")
    counts = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["run"]
    assert counts == {"read": 5, "scored": 5, "errors": 0, "skipped": 0}


def test_the_commands_defaults_are_those_of_the_options() -> None:
    """They are written down twice, as the command does not import what it may not need."""
    given = {name: item.default for name, item in signature(corpus).parameters.items()}
    assert given["batch_size"] == CorpusOptions.batch_size
    assert given["chunk_size"] == CorpusOptions.chunk_size


def test_other_commands_start_without_what_a_corpus_needs() -> None:
    """The first report of ``attribution score`` is to come soon."""
    code = "import sys; import attribution.cli.main; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "attribution.cli.corpus" in done.stdout.split()
    assert not {"attribution.corpus.work", "torch", "numpy"} & set(done.stdout.split())
