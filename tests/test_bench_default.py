"""The engine that a model names agrees with what was measured."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from attribution.configuration import AttributionConfig
from attribution.scorer import BUNDLED, default_engine
from eval.bench import default
from eval.bench.default import FEWEST, main, measured_default, weights_digest
from eval.corpora import ROOT
from eval.guard import bundled_models


def row(speed: float, cost: float, worse: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "articles_per_second": {"value": speed},
        "quality": {"cost": cost, "worse": list(worse)},
    }


def results(weights: str | None = None, articles: int = FEWEST, **rows: Any) -> dict[str, Any]:
    named = {name.replace("_", "-"): found for name, found in rows.items()}
    part = {"engines": {"torch": row(2.0, 0.0), **named}}
    if weights is not None:
        part["weights"] = weights  # type: ignore[assignment]
    return {"engines": {"measured": {"articles": articles}, "models": {"tiny": part}}}


@pytest.mark.parametrize("model", bundled_models())
def test_bundled_models_name_what_was_measured(model: str) -> None:
    text = (ROOT / "eval" / "results" / "bench.json").read_text(encoding="utf-8")
    assert default_engine(model) == measured_default(json.loads(text), model, BUNDLED / model)


@pytest.mark.parametrize(
    ("rows", "engine"),
    [
        ({}, "torch"),
        ({"onnx_int8": row(3.0, 0.3)}, "onnx-int8"),
        ({"onnx_int8": row(3.0, 0.31)}, "torch"),
        ({"onnx_int8": row(3.0, 0.0, ("via",))}, "torch"),
        ({"onnx_int8": row(1.9, 0.0)}, "torch"),
        ({"onnx_int8": row(3.0, 0.0), "openvino": row(3.1, 0.0)}, "openvino"),
        ({"onnx_int8": row(3.0, 0.0), "onnx_fp32": row(4.0, 0.0)}, "onnx-int8"),  # a candidate
        ({"onnx_int8": {"error": "not installed"}}, "torch"),
    ],
)
def test_it_is_the_fastest_of_the_package_that_costs_little(
    rows: dict[str, Any], engine: str, scorer_folder: Path
) -> None:
    assert measured_default(results(**rows), "tiny", scorer_folder) == engine


@pytest.mark.parametrize("found", [{}, {"engines": {"models": {}}}])
def test_a_model_that_was_not_measured_has_torch(found: Any, scorer_folder: Path) -> None:
    assert measured_default(found, "tiny", scorer_folder) == "torch"


def test_a_few_articles_decide_nothing(scorer_folder: Path) -> None:
    few = results(articles=FEWEST - 1, onnx_int8=row(3.0, 0.0))
    assert measured_default(few, "tiny", scorer_folder) == "torch"


@pytest.mark.parametrize(("same", "engine"), [(True, "onnx-int8"), (False, "torch")])
def test_figures_of_other_weights_decide_nothing(
    same: bool, engine: str, scorer_folder: Path
) -> None:
    weights = weights_digest(scorer_folder) if same else "0" * 64
    found = results(weights, onnx_int8=row(3.0, 0.0))
    assert measured_default(found, "tiny", scorer_folder) == engine


def test_a_model_on_a_hub_has_no_digest() -> None:
    assert weights_digest("somebody/something") is None


def test_the_command_writes_the_engine_and_changes_nothing_else(
    scorer_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(scorer_folder, tmp_path / "tiny")
    before = AttributionConfig.from_pretrained(tmp_path / "tiny").to_dict()
    measured = tmp_path / "bench.json"
    measured.write_text(json.dumps(results(onnx_int8=row(3.0, 0.0))), encoding="utf-8")
    monkeypatch.setattr(default, "BUNDLED", tmp_path)
    monkeypatch.setattr(default, "bundled_models", lambda: ["tiny"])
    assert main(["--json", str(measured)]) == 0
    after = AttributionConfig.from_pretrained(tmp_path / "tiny").to_dict()
    assert after == {**before, "engine": "onnx-int8"}
