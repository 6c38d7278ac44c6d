"""The load script of the service: what it counts as an error, and what as growth."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

from eval.service_load import Load, latencies, main, memory


def test_answers_other_than_200_are_errors() -> None:
    load = Load()
    load.statuses.update({"200": 5, "429": 2, "TimeoutError": 1})
    assert load.errors == 3


@pytest.mark.parametrize(
    ("megabytes", "growth", "grew"),
    [
        ([300.0] * 400, 0.0, False),
        ([100.0] * 200 + [300.0] * 200, 0.0, False),  # before the middle it may warm up
        ([300.0] * 240 + [303.0] * 160, 0.01, False),
        ([300.0] * 240 + [315.0] * 160, 0.05, True),
        ([300.0] * 24 + [315.0] * 16, 0.05, False),  # too short a run
        ([300.0], 0.0, False),
    ],
)
def test_growth_is_that_of_the_second_half(
    megabytes: list[float], growth: float, grew: bool
) -> None:
    found = memory(megabytes)
    assert (found["growth"], found["grew"]) == (growth, grew)


def test_one_peak_is_no_growth_but_is_reported() -> None:
    found = memory([300.0] * 250 + [500.0] + [300.0] * 149)
    assert (found["peak"], found["grew"]) == (500.0, False)


def test_percentiles_lie_in_the_right_order() -> None:
    found = latencies([number / 100 for number in range(1, 102)])
    assert found == {"p50": 0.51, "p90": 0.91, "p95": 0.96, "p99": 1.0, "max": 1.01}


def test_too_few_answers_have_no_percentiles() -> None:
    assert latencies([1.0]) == {}


@pytest.mark.slow
def test_runs_against_a_real_service(scorer_folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "load.json"
    options = ["--minutes", "0.05", "--clients", "2", "--model", str(scorer_folder)]
    main([*options, "--timeout", "300", "--json", str(target)])
    results = json.loads(target.read_text())
    assert results["statuses"] == {"200": results["answers"]}
    assert results["exit_status"] == 0
    assert results["megabytes"]["start"] > 0
