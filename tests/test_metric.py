"""The measures as a metric of the evaluate library, loaded by the library from its file."""

from __future__ import annotations

import json
import math
import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("evaluate")

import evaluate

from attribution.errors import ReportFormatError
from attribution.types import Report
from eval import run
from eval.metric import Attribution
from eval.targets import MEASURES
from training.readers.reports import parse_report

SCRIPT = Path(__file__).parent.parent / "eval" / "metric.py"


@pytest.fixture
def metric(tmp_path: Path) -> Attribution:
    return Attribution(cache_dir=str(tmp_path))


def poorer(report: Report) -> Report:
    """One claim is missing, another has no intermediary."""
    first, *others, last = report.claims
    sentences = tuple(
        replace(sentence, claims=tuple(key for key in sentence.claims if key != last.id))
        for sentence in report.sentences
    )
    claims = (replace(first, chain=(first.source,)), *others)
    return replace(report, claims=claims, sentences=sentences)


def compute(metric: Any, predictions: list[Any], references: list[Any], **kwargs: Any) -> Any:
    return metric.compute(predictions=predictions, references=references, **kwargs)


class TestLoading:
    @pytest.fixture
    def _offline(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*given: object) -> None:
            raise AssertionError(f"it wants the network: {given}")

        monkeypatch.setattr(socket, "getaddrinfo", refuse)
        monkeypatch.setattr(evaluate.config, "HF_MODULES_CACHE", str(tmp_path / "modules"))
        monkeypatch.setattr(sys, "path", [*sys.path])

    @pytest.mark.usefixtures("_offline")
    def test_the_library_loads_it_from_its_file_without_a_network(
        self, tmp_path: Path, example_report: Report
    ) -> None:
        loaded = evaluate.load(str(SCRIPT), cache_dir=str(tmp_path))
        assert (type(loaded).__name__, loaded.name, loaded.module_type) == (
            "Attribution", "attribution", "metric",
        )  # fmt: skip
        assert compute(loaded, [example_report], [example_report])["attribution"] == 1.0


class TestFigures:
    def test_a_report_against_itself_is_right(
        self, metric: Attribution, example_report: Report
    ) -> None:
        found = compute(metric, [example_report], [example_report])
        judged = {key: value for key, value in found.items() if not math.isnan(value)}
        assert set(judged.values()) == {1.0}
        assert {"attribution", "chain_all", "via_recall", "sentences_precision"} <= set(judged)

    def test_what_is_wrong_lowers_its_figures_alone(
        self, metric: Attribution, example_report: Report
    ) -> None:
        found = compute(metric, [poorer(example_report)], [example_report])
        assert found["attribution_recall"] == 3 / 4
        assert found["attribution_precision"] == found["speech"] == 1.0
        assert found["via_recall"] == 1 / 2
        assert (found["chain_found"], found["chain_all"]) == (2 / 3, 1 / 2)

    def test_figures_are_those_of_eval_run(
        self, metric: Attribution, example_report: Report
    ) -> None:
        gold = parse_report(example_report.to_dict(), doc="a")
        mine = poorer(example_report)
        system = run.System("copy", lambda given: [mine] * len(given))
        expected = run.evaluate(system, [gold], "gold")["figures"]
        found = compute(metric, [mine], [example_report], intervals=True)
        for measure in MEASURES:
            figure = expected[measure.key]
            assert found[f"{measure.key}_n"] == figure["n"]
            if figure["value"] is None:
                assert math.isnan(found[measure.key])
            else:
                low, high = found[f"{measure.key}_low"], found[f"{measure.key}_high"]
                assert round(found[measure.key], 4) == figure["value"]
                assert [round(low, 4), round(high, 4)] == figure["interval"]

    def test_figures_are_flat_floats(self, metric: Attribution, example_report: Report) -> None:
        found = compute(metric, [example_report], [example_report], intervals=True)
        assert all(type(value) is float for value in found.values())

    def test_counts_are_summed_over_articles(
        self, metric: Attribution, example_report: Report
    ) -> None:
        bare = tuple(replace(sentence, claims=()) for sentence in example_report.sentences)
        bad = replace(example_report, claims=(), sentences=bare)
        found = compute(metric, [example_report, bad], [example_report, example_report])
        assert found["attribution"] == 2 * 4 / (4 + 8)

    def test_what_a_reference_leaves_out_is_not_judged(
        self, metric: Attribution, example_report: Report
    ) -> None:
        known = {"content": [{"start": 53, "end": 89}]}
        reference = {"text": example_report.text, "claims": [known]}
        found = compute(metric, [example_report], [reference])
        assert found["attribution_recall"] == 1.0
        assert math.isnan(found["chain_all"])
        assert math.isnan(found["kind"])


class TestInput:
    def test_reports_come_as_objects_dicts_or_json(
        self, metric: Attribution, example_report: Report
    ) -> None:
        mine = poorer(example_report)
        expected = compute(metric, [mine], [example_report])
        forms = [(mine.to_dict(), example_report.to_dict())]
        forms += [(mine.to_json(), json.dumps(example_report.to_dict()))]
        for prediction, reference in forms:
            assert compute(metric, [prediction], [reference]) == pytest.approx(
                expected, nan_ok=True
            )

    def test_pairs_can_be_added_one_by_one_and_in_batches(
        self, metric: Attribution, example_report: Report
    ) -> None:
        mine = poorer(example_report)
        metric.add(prediction=mine, reference=example_report)
        metric.add_batch(predictions=[mine, mine.to_dict()], references=[example_report] * 2)
        expected = compute(Attribution(keep_in_memory=True), [mine] * 3, [example_report] * 3)
        assert metric.compute() == pytest.approx(expected, nan_ok=True)

    def test_what_is_no_report_is_refused(
        self, metric: Attribution, example_report: Report
    ) -> None:
        with pytest.raises(TypeError, match="expected a report, a dict or JSON, found int"):
            compute(metric, [5], [example_report])

    def test_an_incomplete_prediction_is_refused(
        self, metric: Attribution, example_report: Report
    ) -> None:
        with pytest.raises(ReportFormatError, match="expected schema"):
            compute(metric, [{"text": example_report.text}], [example_report])

    def test_a_reference_on_another_text_is_named_by_its_place(
        self, metric: Attribution, example_report: Report
    ) -> None:
        other = {"text": "Nobody spoke.", "claims": []}
        with pytest.raises(ValueError, match="reference 1: the report is about another text"):
            compute(metric, [example_report] * 2, [example_report, other])

    def test_as_many_references_as_predictions_are_needed(
        self, metric: Attribution, example_report: Report
    ) -> None:
        with pytest.raises(ValueError, match="Mismatch in the number"):
            compute(metric, [example_report] * 2, [example_report])
