"""The command line, with a scorer that needs no model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import networkx as nx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from attribution import __version__
from attribution.cli.main import app
from attribution.errors import InputError, ModelError
from attribution.types import Report

Run = Callable[..., Result]


class FakeScorer:
    """Gives every text the example's report, and refuses texts that ask for it."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.batch_sizes: list[int] = []

    def __call__(self, texts: list[str], *, batch_size: int) -> list[Report]:
        self.batch_sizes.append(batch_size)
        if any("refuse me" in text for text in texts):
            raise InputError("too odd")
        return [replace(self.report, title=text.strip()) for text in texts]


@pytest.fixture
def scorer(example_report: Report, monkeypatch: pytest.MonkeyPatch) -> FakeScorer:
    fake = FakeScorer(example_report)
    monkeypatch.setattr("attribution.cli.main.load_scorer", lambda *_: fake)
    return fake


@pytest.fixture
def run(scorer: FakeScorer) -> Run:
    def invoke(*arguments: object, stdin: bytes | None = None) -> Result:
        return CliRunner().invoke(app, [str(item) for item in arguments], input=stdin)

    return invoke


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three articles, an empty one and a binary one."""
    for name in ("one", "two", "three"):
        (tmp_path / f"{name}.txt").write_text(f"text {name}\r\n", newline="", encoding="utf-8")
    (tmp_path / "empty.txt").write_text(" \n", encoding="utf-8")
    (tmp_path / "binary.txt").write_bytes(b"\0\1\2")
    return tmp_path


@pytest.fixture
def article(folder: Path) -> Path:
    return folder / "one.txt"


class TestFormats:
    def test_table_is_the_default(self, run: Run, article: Path) -> None:
        result = run("score", article)
        assert result.exit_code == 0
        assert "Sourcing transparency" in result.stdout
        assert "== " not in result.stdout

    def test_tables_of_several_inputs_are_headed_by_their_names(
        self, run: Run, folder: Path
    ) -> None:
        result = run("score", folder / "one.txt", folder / "two.txt")
        for name in ("one.txt", "two.txt"):
            assert f"== {folder / name} ==" in result.stdout

    def test_table_in_a_pipe_has_no_color(self, run: Run, article: Path) -> None:
        assert "\x1b" not in run("score", article).stdout

    def test_json_of_one_input_is_one_report(self, run: Run, article: Path) -> None:
        data = json.loads(run("score", "--format", "json", article).stdout)
        assert "input" not in data
        assert Report.from_dict(data).title == "text one"

    def test_json_of_several_inputs_is_an_array_with_names(self, run: Run, folder: Path) -> None:
        names = [str(folder / "two.txt"), str(folder / "one.txt")]
        data = json.loads(run("score", "--format", "json", *names).stdout)
        assert [item["input"] for item in data] == names
        assert [Report.from_dict(item).title for item in data] == ["text two", "text one"]

    def test_json_of_a_folder_is_an_array_even_of_one(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "only.md").write_text("text", encoding="utf-8")
        assert len(json.loads(run("score", "--format", "json", tmp_path).stdout)) == 1

    def test_jsonl_is_one_named_report_a_line(self, run: Run, folder: Path) -> None:
        result = run("score", "--format", "jsonl", folder / "one.txt", folder / "two.txt")
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        assert [Path(line["input"]).name for line in lines] == ["one.txt", "two.txt"]
        assert all(Report.from_dict(line) for line in lines)

    def test_tree_is_the_provenance_and_no_more(self, run: Run, article: Path) -> None:
        result = run("score", "--format", "tree", article)
        assert result.exit_code == 0
        assert result.stdout.startswith("text one\nProvenance: this article\n")
        assert "Independent sources: 1" in result.stdout.splitlines()[-1]

    def test_trees_of_several_inputs_are_headed_by_their_names(
        self, run: Run, folder: Path
    ) -> None:
        result = run("score", "--format", "tree", folder / "one.txt", folder / "two.txt")
        assert f"== {folder / 'two.txt'} ==" in result.stdout

    def test_prov_of_one_input_is_one_document(self, run: Run, article: Path) -> None:
        data = json.loads(run("score", "--format", "prov", article).stdout)
        assert list(data) == ["@context", "@graph"]

    def test_prov_of_several_inputs_is_an_array_with_names(self, run: Run, folder: Path) -> None:
        names = [str(folder / "two.txt"), str(folder / "one.txt")]
        data = json.loads(run("score", "--format", "prov", *names).stdout)
        inputs = [
            node["attribution:input"]
            for document in data
            for node in document["@graph"]
            if "attribution:input" in node
        ]
        assert inputs == names

    def test_graphml_of_one_input_is_one_graph(self, run: Run, article: Path) -> None:
        result = run("score", "--format", "graphml", article)
        graph = nx.parse_graphml(result.stdout)
        assert (result.exit_code, graph.graph["input"]) == (0, str(article))

    def test_dash_scores_standard_input(self, run: Run) -> None:
        result = run("score", "--format", "jsonl", "-", stdin=b"piped text")
        assert json.loads(result.stdout)["input"] == "-"
        assert json.loads(result.stdout)["title"] == "piped text"

    def test_order_holds_over_many_inputs(self, run: Run, tmp_path: Path) -> None:
        for number in range(30):
            (tmp_path / f"{number:02}.txt").write_text(f"text {number}", encoding="utf-8")
        result = run("score", "--format", "jsonl", tmp_path)
        titles = [json.loads(line)["title"] for line in result.stdout.splitlines()]
        assert titles == [f"text {number}" for number in range(30)]

    def test_batch_size_reaches_the_scorer(
        self, run: Run, scorer: FakeScorer, article: Path
    ) -> None:
        run("score", "--batch-size", 5, article)
        assert scorer.batch_sizes == [5]


class TestBadInputs:
    def test_each_is_named_and_the_rest_written(self, run: Run, folder: Path) -> None:
        result = run("score", "--format", "jsonl", folder, folder / "missing.txt")
        assert result.exit_code == 1
        errors = result.stderr.splitlines()
        assert len(errors) == 3
        for name, line in zip(("binary", "empty", "missing"), errors, strict=True):
            assert line.startswith(f"error: {folder / name}.txt: ")
        written = [Path(json.loads(line)["input"]).stem for line in result.stdout.splitlines()]
        assert written == ["one", "three", "two"]

    def test_json_array_is_whole_when_some_fail(self, run: Run, folder: Path) -> None:
        result = run("score", "--format", "json", folder)
        assert result.exit_code == 1
        assert len(json.loads(result.stdout)) == 3

    @pytest.mark.parametrize("form", ["table", "tree", "json", "jsonl", "prov"])
    def test_nothing_is_written_when_all_fail(self, run: Run, folder: Path, form: str) -> None:
        result = run("score", "--format", form, folder / "empty.txt", folder / "binary.txt")
        assert result.exit_code == 1
        assert result.stdout == ""
        assert len(result.stderr.splitlines()) == 2

    def test_one_text_refused_by_the_scorer_fails_alone(self, run: Run, folder: Path) -> None:
        (folder / "three.txt").write_text("refuse me", encoding="utf-8")
        names = [folder / f"{name}.txt" for name in ("one", "three", "two")]
        result = run("score", "--format", "jsonl", *names)
        assert result.exit_code == 1
        assert result.stderr == f"error: {names[1]}: too odd\n"
        assert [json.loads(line)["title"] for line in result.stdout.splitlines()] == [
            "text one",
            "text two",
        ]

    def test_model_is_not_loaded_when_nothing_can_be_read(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise AssertionError("loaded")

        monkeypatch.setattr("attribution.cli.main.load_scorer", fail)
        assert run("score", tmp_path / "missing.txt").exit_code == 1

    def test_escape_sequences_in_a_name_do_not_reach_the_terminal(self, run: Run) -> None:
        result = run("score", "\x1b[31mred.txt")
        assert result.stderr == "error: red.txt: no such file or folder\n"


class TestOutput:
    def test_is_written_to_the_file(self, run: Run, article: Path, tmp_path: Path) -> None:
        target = tmp_path / "report.json"
        result = run("score", "--format", "json", "--output", target, article)
        assert (result.exit_code, result.stdout) == (0, "")
        assert Report.from_json(target.read_text(encoding="utf-8")).title == "text one"

    def test_dash_is_standard_output(self, run: Run, article: Path) -> None:
        assert run("score", "--format", "jsonl", "-o", "-", article).stdout.count("\n") == 1

    def test_old_file_stays_when_scoring_breaks_off(
        self, run: Run, article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(texts: list[str], *, batch_size: int) -> list[Report]:
            raise RuntimeError("out of order")

        monkeypatch.setattr("attribution.cli.main.load_scorer", lambda *_: broken)
        target = tmp_path / "report.json"
        target.write_text("old", encoding="utf-8")
        before = sorted(tmp_path.iterdir())
        result = run("score", "--format", "json", "--output", target, article)
        assert isinstance(result.exception, RuntimeError)
        assert target.read_text(encoding="utf-8") == "old"
        assert sorted(tmp_path.iterdir()) == before

    def test_old_file_stays_when_every_input_fails(self, run: Run, folder: Path) -> None:
        target = folder / "reports.jsonl"
        target.write_text("old", encoding="utf-8")
        run("score", "--format", "jsonl", "--output", target, folder / "empty.txt")
        assert target.read_text(encoding="utf-8") == "old"

    def test_mode_of_the_old_file_is_kept(self, run: Run, article: Path, tmp_path: Path) -> None:
        target = tmp_path / "report.json"
        target.touch(mode=0o600)
        run("score", "--output", target, article)
        assert target.stat().st_mode & 0o777 == 0o600

    def test_link_is_followed(self, run: Run, article: Path, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "real.txt")
        run("score", "--output", tmp_path / "link", article)
        assert "Sourcing transparency" in (tmp_path / "real.txt").read_text(encoding="utf-8")
        assert (tmp_path / "link").is_symlink()


class TestGraphFolder:
    def test_every_input_gets_a_file_of_its_name(self, run: Run, folder: Path) -> None:
        graphs = folder / "graphs"
        graphs.mkdir()
        result = run("score", "--format", "graphml", "--output", graphs, folder)
        assert (result.exit_code, result.stdout) == (1, "")
        assert len(result.stderr.splitlines()) == 2
        written = {path.name: nx.read_graphml(path).graph["input"] for path in graphs.iterdir()}
        assert written == {
            f"{name}.graphml": str(folder / f"{name}.txt") for name in ("one", "two", "three")
        }

    def test_inputs_of_one_name_are_told_apart_by_numbers(self, run: Run, tmp_path: Path) -> None:
        graphs = tmp_path / "graphs"
        graphs.mkdir()
        for name in ("x/a.txt", "y/A.txt", "z/a.md"):
            (tmp_path / name).parent.mkdir()
            (tmp_path / name).write_text("text", encoding="utf-8")
        run("score", "-f", "graphml", "-o", graphs, *(tmp_path / name for name in "xyz"))
        assert sorted(path.name for path in graphs.iterdir()) == [
            "A.txt-2.graphml", "a.md.graphml", "a.txt.graphml"
        ]  # fmt: skip

    def test_standard_input_has_a_name(self, run: Run, tmp_path: Path) -> None:
        run("score", "-f", "graphml", "-o", tmp_path, "-", stdin=b"text")
        assert [path.name for path in tmp_path.iterdir()] == ["stdin.graphml"]

    @pytest.mark.parametrize("output", [[], ["--output", "graphs.graphml"]])
    def test_several_inputs_without_a_folder_are_refused(
        self, run: Run, scorer: FakeScorer, folder: Path, output: list[str]
    ) -> None:
        result = run("score", "--format", "graphml", *output, folder)
        assert result.exit_code == 2
        assert "one graph" in result.stderr
        assert scorer.batch_sizes == []

    def test_input_is_never_written_over(self, run: Run, tmp_path: Path) -> None:
        source = tmp_path / "a.graphml"
        source.write_text("text", encoding="utf-8")
        assert run("score", "-f", "graphml", "-o", tmp_path, source).exit_code == 2
        assert source.read_text(encoding="utf-8") == "text"

    def test_missing_networkx_is_told_before_scoring(
        self, run: Run, scorer: FakeScorer, article: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "networkx", None)
        result = run("score", "--format", "graphml", article)
        assert result.exit_code == 2
        assert "pip install" in result.stderr
        assert scorer.batch_sizes == []


class TestUsage:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["score"],
            ["score", "--format", "no-such-format", "x"],
            ["score", "--batch-size", "0", "x"],
            ["score", "--no-such-option", "x"],
            ["no-such-command"],
        ],
    )
    def test_wrong_calls_exit_2(self, run: Run, arguments: list[str]) -> None:
        assert run(*arguments).exit_code == 2

    @pytest.mark.parametrize("target", [".", "missing/report.json", "one.txt"])
    def test_output_that_cannot_be_is_refused_before_scoring(
        self, run: Run, scorer: FakeScorer, folder: Path, target: str
    ) -> None:
        result = run("score", "--output", folder / target, folder)
        assert result.exit_code == 2
        assert "--output" in result.stderr
        assert scorer.batch_sizes == []

    def test_a_folder_that_is_missing_is_not_taken_for_a_file(
        self, run: Run, article: Path, tmp_path: Path
    ) -> None:
        result = run("score", "--format", "html", "--output", f"{tmp_path}/pages/", article)
        assert result.exit_code == 2
        assert "create it first" in " ".join(result.stderr.split())
        assert not (tmp_path / "pages").exists()

    @pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder nobody writes to")
    def test_output_that_the_system_refuses_is_named_as_it_was_given(
        self, run: Run, article: Path
    ) -> None:
        result = run("score", "--output", "/proc/report.json", article)
        told = f"{result.stderr} {result.exception}"  # root is not refused before it writes
        assert result.exit_code != 0
        assert "/proc/report.json" in told
        assert ".part" not in told

    def test_model_that_cannot_be_loaded_exits_2_and_is_named(
        self, run: Run, article: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def missing(model: str, *_: object) -> None:
            raise ModelError(f"{model}: no such model")

        monkeypatch.setattr("attribution.cli.main.load_scorer", missing)
        result = run("score", "--model", "nowhere", article)
        assert result.exit_code == 2
        assert "nowhere: no such model" in result.stderr

    def test_version(self, run: Run) -> None:
        result = run("--version")
        assert (result.exit_code, result.stdout) == (0, f"attribution {__version__}\n")

    def test_help_shows_examples(self, run: Run) -> None:
        result = run("score", "--help")
        assert result.exit_code == 0
        assert "attribution score --format jsonl" in result.stdout


class TestInstalledCommand:
    """In a process of its own, where standard output is a real pipe."""

    def test_narrow_encoding_gets_replacements_and_no_error(
        self, tmp_path: Path, example_report: Report
    ) -> None:
        (tmp_path / "a.txt").write_text("x", encoding="utf-8")
        saved = tmp_path / "report.json"
        saved.write_text(example_report.to_json(), encoding="utf-8")
        program = (
            "import sys, pathlib, attribution.cli.main as cli\n"
            "from attribution.types import Report\n"
            "report = Report.from_json(pathlib.Path(sys.argv.pop()).read_text())\n"
            "cli.load_scorer = lambda *_: lambda texts, batch_size: [report] * len(texts)\n"
            "cli.main()\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, "score", str(tmp_path / "a.txt"), str(saved)],
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert b"?We found a crack" in done.stdout
