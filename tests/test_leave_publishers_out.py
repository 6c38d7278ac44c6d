"""Leaving each publisher of PolNeAR's out: which model reads whose dev articles."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from attribution.outputs.brat import to_brat
from attribution.types import Report
from tiny_model import MAX_PIECES
from tiny_training import write_table
from training.ablate import articles_hash, read_table, row_settings
from training.publishers import main
from training.spans import SPAN_MEASURES

#: Dev articles by publisher; the file's name begins with it, as PolNeAR's do.
DEV = {"post": ("post_1",), "ledger": ("ledger_1", "ledger_2")}


def write_polnear(root: Path, split: str, names: Sequence[str], report: Report) -> None:
    """The same article under each of these names, in PolNeAR's layout."""
    made = to_brat(report)
    for folder, suffix, content in (
        ("text", "txt", made.text),
        ("attributions", "ann", made.annotations),
    ):
        (root / split / folder).mkdir(parents=True)
        for name in names:
            (root / split / folder / f"{name}.{suffix}").write_bytes(content.encode())


@pytest.fixture
def table(config: Path, tmp_path: Path, example_report: Report) -> Path:
    """A table of no rows whose recipe learns from a tiny PolNeAR of two publishers."""
    root = tmp_path / "polnear"
    write_polnear(root, "train", ["post_9", "ledger_9"], example_report)
    write_polnear(root, "dev", [name for names in DEV.values() for name in names], example_report)
    windows = {"max_pieces": MAX_PIECES, "context": 8}
    return write_table(config, {}, {"data": {"polnear": str(root)}, "model": windows})


@pytest.fixture
def results(table: Path, tmp_path: Path) -> dict[str, Any]:
    output = tmp_path / "publishers.json"
    main([str(table), "--output", str(output)])
    return dict(json.loads(output.read_text(encoding="utf-8")))


def test_each_publisher_is_read_by_a_model_that_learned_from_the_others(
    results: dict[str, Any], tmp_path: Path
):
    assert set(results["publishers"]) == set(DEV)
    for publisher in DEV:
        learned = json.loads((tmp_path / f"rows/without-{publisher}/learned.json").read_text())
        assert learned["settings"]["data"]["held_out"] == publisher


def test_all_together_are_the_dev_articles_of_each_read_once(results: dict[str, Any]):
    assert set(results["all"]) == set(SPAN_MEASURES)
    claims = {name: figures["attribution"]["n"] for name, figures in results["publishers"].items()}
    assert claims["ledger"] == 2 * claims["post"] > 0
    assert results["all"]["attribution"]["n"] == sum(claims.values())


def test_the_results_say_which_table_and_articles_they_are_of(results: dict[str, Any], table: Path):
    made = read_table(table)
    assert (results["table"], results["common"]) == ("table.yaml", made["common"])
    assert results["articles"] == articles_hash(row_settings(made, "reference"))


def test_the_projects_figures_are_of_the_second_rounds_recipe_and_articles():
    folder = Path(__file__).parent.parent / "eval" / "results"
    found, ablation = (
        json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("publishers", "ablation-2")
    )
    for key in ("table", "common", "articles"):
        assert found[key] == ablation[key], key
