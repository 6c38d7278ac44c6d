"""The option --weights, of every command that scores: weights of one's own for the score."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from attribution.cli.main import app
from attribution.corpus.run import score_corpus
from attribution.corpus.work import CorpusOptions
from attribution.errors import CorpusError
from attribution.types import Report
from attribution.weighting import COMPONENTS, WEIGHTS, WEIGHTS_FILE
from corpora import FakeScorer, articles, write_jsonl

EQUAL = dict.fromkeys(COMPONENTS, 1 / 6)
Given = list[Mapping[str, float] | None]


@pytest.fixture
def given(example_report: Report, monkeypatch: pytest.MonkeyPatch) -> Given:
    """The weights that models are loaded with."""
    seen: Given = []

    def load(model: str, weights: Mapping[str, float] | None, engine: str) -> object:
        seen.append(weights)
        return lambda texts, **options: [example_report] * len(texts)

    monkeypatch.setattr("attribution.cli.main.load_scorer", load)
    monkeypatch.setattr("attribution.cli.compare.load_scorer", load)
    return seen


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "one.txt"
    path.write_text("Some words.", encoding="utf-8")
    return path


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A file that makes all components weigh the same."""
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"weights": dict.fromkeys(COMPONENTS, 2)}), encoding="utf-8")
    return path


def run(*arguments: object, command: str = "score") -> tuple[int, str]:
    result = CliRunner().invoke(app, [command, *map(str, arguments)])
    return result.exit_code, " ".join(result.stderr.replace("│", " ").split())


def test_a_file_of_weights_reaches_the_scorer(mine: Path, article: Path, given: Given) -> None:
    assert run("--weights", mine, article)[0] == 0
    assert given == [pytest.approx(EQUAL)]


def test_the_packages_own_file_can_be_given(article: Path, given: Given) -> None:
    assert run("--weights", WEIGHTS_FILE, article)[0] == 0
    assert given == [WEIGHTS]


def test_without_the_option_the_scorer_has_its_default(article: Path, given: Given) -> None:
    assert run(article)[0] == 0
    assert given == [None]


@pytest.mark.parametrize("command", ["score", "compare", "corpus", "serve"])
def test_a_wrong_file_is_wrong_usage_and_says_why(
    tmp_path: Path, article: Path, given: Given, command: str
) -> None:
    path = tmp_path / "wrong.json"
    path.write_text('{"weights": {"anonymity": 1}}', encoding="utf-8")
    inputs = {"score": [article], "serve": []}.get(command, [article, article])
    code, told = run("--weights", path, *inputs, command=command)
    assert code == 2
    assert "--weights" in told
    assert "no weight for attributed_sentences" in told
    assert given == []


class TestCompare:
    def test_weights_reach_the_scorer(self, mine: Path, article: Path, given: Given) -> None:
        assert run("--weights", mine, article, article, command="compare")[0] == 0
        assert given == [pytest.approx(EQUAL)]

    def test_a_report_is_scored_anew_without_a_model(
        self, tmp_path: Path, mine: Path, given: Given, example_report: Report
    ) -> None:
        report, out = tmp_path / "a.json", tmp_path / "out.json"
        report.write_text(example_report.to_json(), encoding="utf-8")
        options = ("--format", "json", "--output", out)
        assert run("--weights", mine, *options, report, report, command="compare")[0] == 0
        parts = example_report.transparency.components.values()
        expected = 100 * sum(part.value for part in parts) / len(COMPONENTS)
        assert json.loads(out.read_text(encoding="utf-8"))["score"]["a"] == pytest.approx(expected)
        assert given == []

    def test_reports_of_different_weights_are_warned_of(
        self, tmp_path: Path, mine: Path, example_report: Report
    ) -> None:
        one, other = tmp_path / "a.json", tmp_path / "b.json"
        one.write_text(example_report.to_json(), encoding="utf-8")
        data = example_report.to_dict()
        data["transparency"]["components"]["anonymity"]["weight"] = 0.9
        other.write_text(json.dumps(data), encoding="utf-8")
        assert "different weights" in run(one, other, command="compare")[1]
        assert run("--weights", mine, one, other, command="compare") == (0, "")


class TestCorpus:
    def test_weights_reach_the_scorer_and_the_manifest(
        self, tmp_path: Path, mine: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pytest.importorskip("pyarrow")
        seen = []

        def load(model: str, weights: tuple[tuple[str, float], ...], engine: str) -> FakeScorer:
            seen.append(dict(weights))
            return FakeScorer()

        monkeypatch.setattr("attribution.corpus.work.load_scorer", load)
        news, out = write_jsonl(tmp_path / "news.jsonl", articles(2)), tmp_path / "out"
        assert run("--weights", mine, news, out, command="corpus") == (0, "")
        assert seen[-1] == pytest.approx(EQUAL)
        manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["options"]["weights"] == pytest.approx(EQUAL)

    def test_a_run_with_other_weights_is_another_run(
        self, tmp_path: Path, corpus_scorer: FakeScorer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pytest.importorskip("pyarrow")
        monkeypatch.setattr("attribution.corpus.work.load_scorer", lambda *_: corpus_scorer)
        news, out = write_jsonl(tmp_path / "news.jsonl", articles(2)), tmp_path / "out"
        score_corpus(news, out)
        with pytest.raises(CorpusError, match=r"options \(weights\)"):
            score_corpus(news, out, CorpusOptions(weights=EQUAL))


def test_weights_reach_the_scorer_of_the_service(
    mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("uvicorn")
    seen: Given = []

    def serve(
        load: Callable[[], object], settings: object, listener: socket.socket, **_: object
    ) -> None:
        load()
        listener.close()

    monkeypatch.setattr("attribution.service.server.serve", serve)
    monkeypatch.setattr(
        "attribution.scorer.Scorer.from_pretrained",
        lambda model, weights, **_: seen.append(weights),
    )
    assert run("--port", 0, "--weights", mine, command="serve")[0] == 0
    assert seen == [pytest.approx(EQUAL)]
