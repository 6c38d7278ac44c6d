"""The model card and the tables in the data card: every number from where it belongs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from safetensors.numpy import save_file

from attribution.tabular import Classifier, save_classifiers
from eval import run
from eval.gold_report import gold_report
from eval.run import System
from training import card as module
from training.card import main
from training.counts import CORPUS, count, desk_table, layer_table
from training.data import data_hash
from training.readers.articles import read_articles

LOOP = {
    "epochs": 3.5,
    "max_pieces": 510,
    "batch_pieces": 3072,
    "encoder_rate": 1.5e-4,
    "head_rate": 1e-3,
    "weight_decay": 0.01,
    "warmup": 0.06,
    "clip": 1.0,
    "checkpoint_minutes": 4,
    "threads": 2,
}
CARD = "---\nlicense: apache-2.0\nlibrary_name: makers\n---\n# Tiny-Encoder\nText.\n"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """Two written articles in a folder of their own."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for path in sorted((CORPUS / "dev").glob("*.txt"))[:2]:
        shutil.copy(path, folder)
    return folder


@pytest.fixture
def config(tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished run: base encoder, model folder, log and configuration."""
    monkeypatch.delenv("POLNEAR", raising=False)
    monkeypatch.setattr(module, "RESULTS", tmp_path / "none.json")
    encoder, output, log = tmp_path / "encoder", tmp_path / "tiny", tmp_path / "run/log.jsonl"
    for folder in (encoder, output, log.parent):
        folder.mkdir()
    (encoder / "README.md").write_text(CARD, encoding="utf-8")
    (encoder / "tokenizer_config.json").write_text('{"do_lower_case": true}', encoding="utf-8")
    log.write_text('{"step": 20, "seconds": 90}\n{"step": 40, "seconds": 5400}\n', encoding="utf-8")
    save_file({"weight": np.zeros((3, 4), np.float32)}, output / "model.safetensors")
    ones = np.ones(2, np.float32)
    link = Classifier(ones, ones, (np.ones((2, 1), np.float32),), (np.ones(1, np.float32),))
    save_classifiers({"link": link}, {"via_threshold": 0.35}, output / "resolution.safetensors")
    stored = {"model_type": "attribution", "encoder": {"model_type": "bert"}, "release": "7"}
    stored |= {"context": 64, "uncued_threshold": 0.4}
    (output / "config.json").write_text(json.dumps(stored), encoding="utf-8")
    settings: dict[str, Any] = {
        "name": "tiny",
        "release": "7",
        "encoder": str(encoder),
        "output": str(output),
        "run": str(log.parent),
        "seed": 23,
        "data": {"polnear": "", "layer": "", "articles": str(articles), "article_repeat": 2},
        "training": LOOP,
    }
    path = tmp_path / "tiny.yaml"
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return path


@pytest.fixture
def results(tmp_path: Path, articles: Path) -> Path:
    """Figures of a system that has everything right, called tiny 7."""
    gold = read_articles(articles)
    reports = {article.text: gold_report(article) for article in gold}
    measured = run.evaluate(
        System("model", lambda gold: [reports[article.text] for article in gold], is_model=True),
        gold,
        "written",
    )
    measured["model"] = {"name": "tiny", "version": "7"}
    part = {"articles": 2, "resolved": 2, "systems": {"model": measured}}
    whole = {
        "split": "dev",
        "models": ["model"],
        "date": "2031-05-06T07:08:09+00:00",
        "commit": "0123456789abcdef",
        "machine": {"processor": "a processor", "cores": 2},
        "limit": None,
        "corpora": {"written": part},
    }
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def test_the_card_has_what_the_run_has(config: Path, results: Path, articles: Path, tmp_path: Path):
    assert main([str(config), "--results", str(results)]) == 0
    text = (tmp_path / "tiny" / "README.md").read_text(encoding="utf-8")
    gold = read_articles(articles)
    found = count(gold)
    for expected in (
        "# attribution, model `tiny`, release 7",
        "base_model: makers/Tiny-Encoder",
        "licence apache-2.0",
        "| seed | 23 |",
        "| steps | 40 |",
        "| hours | 1.50 |",
        "| `training.epochs` | 3.5 |",
        "| parameters of the transformer | 12 |",
        "| window | 510 word pieces, 64 of them repeated |",
        "| `uncued_threshold` | 0.4 |",
        "| `via_threshold` | 0.35 |",
        f"| written articles, train | 2 | 2 | {found.words:,} | {found.claims} |",
        data_hash(gold),
        "| sentence detection F1 | 1.000 |",
        "The encoder is uncased.",
    ):
        assert expected in text
    assert "US politics" not in text


def test_steps_and_hours_outlive_the_log_in_the_card(config: Path, tmp_path: Path):
    assert main([str(config)]) == 0
    (tmp_path / "run" / "log.jsonl").unlink()
    assert main([str(config)]) == 0
    text = (tmp_path / "tiny" / "README.md").read_text(encoding="utf-8")
    assert "| steps | 40 |\n| hours | 1.50 |" in text


def test_what_was_learned_from_may_stay_when_the_articles_are_others_by_now(
    config: Path, results: Path, articles: Path, tmp_path: Path
):
    assert main([str(config)]) == 0
    learned_from = data_hash(read_articles(articles))
    next(articles.glob("*.txt")).unlink()
    config.write_text(config.read_text(encoding="utf-8").replace("seed: 23", "seed: 24"), "utf-8")
    assert main([str(config), "--results", str(results), "--keep-training"]) == 0
    text = (tmp_path / "tiny" / "README.md").read_text(encoding="utf-8")
    assert learned_from in text
    assert "| seed | 23 |" in text
    assert "| sentence detection F1 | 1.000 |" in text
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Intended use",
        "## Figures",
        "## Training data",
        "## Training",
        "## Model",
        "## Limits and known failures",
        "## Origin and licence",
    ]


@pytest.mark.parametrize("written_before", [False, True])
def test_nothing_can_stay_without_a_card_of_these_very_weights(
    written_before: bool, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    if written_before:
        assert main([str(config)]) == 0
        save_file({"weight": np.ones((3, 4), np.float32)}, tmp_path / "tiny/model.safetensors")
    assert main([str(config), "--keep-training"]) == 1
    assert "no earlier card of these very weights" in capsys.readouterr().err


def test_without_results_the_card_says_so(config: Path, tmp_path: Path):
    assert main([str(config)]) == 0
    assert "Not measured yet" in (tmp_path / "tiny" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"limit": 5}, "first 5 articles only"),
        ({"version": "8"}, "about model tiny 8, not tiny 7"),
    ],
)
def test_figures_of_something_else_are_refused(
    change: dict[str, Any],
    message: str,
    config: Path,
    results: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
):
    whole = json.loads(results.read_text(encoding="utf-8"))
    if "limit" in change:
        whole.update(change)
    else:
        whole["corpora"]["written"]["systems"]["model"]["model"].update(change)
    results.write_text(json.dumps(whole), encoding="utf-8")
    assert main([str(config), "--results", str(results)]) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "tiny" / "README.md").exists()


def test_weights_of_another_release_are_refused(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "tiny" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"release": "6"}))
    assert main([str(config)]) == 1
    assert "holds release 6, the configuration says 7" in capsys.readouterr().err


def test_a_missing_model_is_named(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "tiny" / "resolution.safetensors").unlink()
    assert main([str(config)]) == 1
    assert "resolution.safetensors is missing" in capsys.readouterr().err


@pytest.mark.parametrize("table", [desk_table, layer_table])
def test_the_data_card_has_the_counts_of_the_corpus(table: Callable[[], str]):
    text = (CORPUS.parent / "README.md").read_text(encoding="utf-8")
    assert table() in text, "put the output of python -m training.counts into the data card"
