"""The benchmark: its engines, what it takes from measurements, and that it runs."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from attribution.encode import encode_words
from attribution.scorer import Scorer
from attribution.types import Report
from eval.bench.__main__ import SCHEMA, main
from eval.bench.engines import ENGINES, REFERENCE, Engine, Setting, missing
from eval.bench.exported import GraphEncoder
from eval.bench.measuring import Worker, WorkerError, estimate
from eval.bench.profile import ENCODER, STAGES, Stopwatch, profile, shares
from eval.bench.quality import as_gold, choose, quality
from eval.bench.roofline import attention_operations, counted_operations, roofline
from eval.bench.scaling import exponent, long_text
from eval.bench.table import print_bench
from tiny_model import SAMPLE, encode, special

SHORT = "The chair said the ferry will stop."
#: Least cosine of a word's state and the reference's: the tiny model's weights are random and
#: large, so that int8 is far off.
LEAST_ALIKE = {
    REFERENCE: 1.0,
    "torch-bf16": 0.999,
    "torch-int8": 0.98,
    "onnx-fp32": 1.0,
    "onnx-int8": 0.95,
    "onnx-int8-plain": 0.95,
    "openvino": 0.99,
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where engines of the tiny model are built, each once."""
    return tmp_path_factory.mktemp("engines")


def loaded(name: str, folder: Path, cache: Path) -> Scorer:
    engine = ENGINES[name]
    if missing(engine):
        pytest.skip(f"needs {', '.join(missing(engine))}")
    setting = Setting(str(folder), cache, 1)
    engine.build(setting)
    return engine.load(setting)


def states(scorer: Scorer) -> torch.Tensor:
    """Of the words of a long text, which needs several windows, and of a short one."""
    articles = [encode(SAMPLE), encode(SHORT)]
    return torch.cat(encode_words(scorer.model, articles, special(), batch_size=3))


class TestEngines:
    @pytest.mark.parametrize("name", LEAST_ALIKE)
    def test_give_what_the_reference_gives(
        self, name: str, scorer_folder: Path, cache: Path
    ) -> None:
        found, expected = (
            states(loaded(engine, scorer_folder, cache)) for engine in (name, REFERENCE)
        )
        alike = torch.nn.functional.cosine_similarity(found, expected, dim=-1)
        assert alike.min() > LEAST_ALIKE[name] - 1e-4

    def test_in_float32_give_the_same_claims(self, scorer_folder: Path, cache: Path) -> None:
        found, expected = (
            loaded(engine, scorer_folder, cache)(SAMPLE) for engine in ("onnx-fp32", REFERENCE)
        )
        assert len(expected.claims) > 1
        assert [replace(claim, confidence=0) for claim in found.claims] == [
            replace(claim, confidence=0) for claim in expected.claims
        ]
        assert found.model == expected.model

    def test_outside_torch_hold_no_second_encoder(self, scorer_folder: Path, cache: Path) -> None:
        encoder = loaded("onnx-fp32", scorer_folder, cache).model.encoder
        assert isinstance(encoder, GraphEncoder)
        assert not [name for name, _ in encoder.named_parameters() if ".layer." in name]

    def test_what_is_not_installed_is_named(self) -> None:
        engine = Engine("fast", lambda setting: None, lambda setting: None, ("json", "no_such"))  # type: ignore[arg-type,return-value]
        assert missing(engine) == ["no_such"]

    def test_the_reference_comes_first(self) -> None:
        assert next(iter(ENGINES)) == REFERENCE
        assert all(name == engine.name for name, engine in ENGINES.items())


class TestEstimate:
    def test_is_the_geometric_mean(self) -> None:
        assert estimate([1.0, 4.0])["value"] == 2.0

    def test_one_value_has_no_interval(self) -> None:
        assert estimate([3.0]) == {"value": 3.0, "interval": None, "n": 1}

    def test_interval_is_that_of_students_t(self) -> None:
        # log values -1, 0, 1: mean 0, standard error 1 / sqrt(3), t of 2 degrees 4.3027
        low, high = estimate([0.36787944, 1.0, 2.71828183])["interval"]
        assert (low, high) == pytest.approx((0.0834, 11.9908), abs=1e-3)

    @given(st.lists(st.floats(0.01, 100), min_size=2, max_size=6))
    def test_the_value_lies_in_its_interval(self, values: list[float]) -> None:
        found = estimate(values)
        assert found["interval"][0] <= found["value"] <= found["interval"][1]
        assert min(values) - 1e-4 <= found["value"] <= max(values) + 1e-4


class TestQuality:
    def test_a_report_agrees_with_itself(self, example_report: Report) -> None:
        gold = [as_gold(example_report)]
        found = quality([example_report], [example_report], gold, samples=10)
        assert (found["cost"], found["same"]) == (0.0, 1)
        values = {name: figure["value"] for name, figure in found["agreement"].items()}
        assert {value for value in values.values() if value is not None} == {1.0}
        assert values["attribution"] == values["chain_all"] == 1.0

    def test_a_lost_claim_costs_points_of_f1(self, example_report: Report) -> None:
        fewer = replace(example_report, claims=example_report.claims[:-1])
        found = quality([fewer], [example_report], [as_gold(example_report)], samples=10)
        # 3 of 4 claims: F1 6/7
        assert found["lost"]["attribution"]["points"] == pytest.approx(100 / 7, abs=0.01)
        assert found["cost"] >= found["lost"]["attribution"]["points"]
        assert found["same"] == 0

    def test_an_engine_that_is_better_on_gold_costs_nothing(self, example_report: Report) -> None:
        fewer = replace(example_report, claims=example_report.claims[:-1])
        found = quality([example_report], [fewer], [as_gold(example_report)], samples=10)
        assert found["lost"]["attribution"]["points"] < 0
        assert found["cost"] <= 0

    def test_other_confidences_are_no_other_report(self, example_report: Report) -> None:
        claims = [replace(claim, confidence=0.5) for claim in example_report.claims]
        other = replace(example_report, claims=tuple(claims))
        found = quality([other], [example_report], [as_gold(example_report)], samples=10)
        assert found["same"] == 1


def row(speed: float, cost: float, *worse: str) -> dict[str, Any]:
    return {
        "articles_per_second": {"value": speed},
        "quality": {"cost": cost, "worse": list(worse)},
    }


class TestChoice:
    def test_is_the_fastest_within_the_tolerance(self) -> None:
        engines = {"a": row(1.0, 0.0), "b": row(2.0, 0.3), "c": row(9.0, 0.31)}
        assert choose(engines) == "b"

    def test_not_one_whose_chains_are_worse_beyond_chance(self) -> None:
        assert choose({"a": row(1.0, 0.0), "b": row(2.0, 0.0, "via")}) == "a"

    def test_leaves_out_what_failed(self) -> None:
        assert choose({"a": row(1.0, 0.0), "b": {"error": "no"}}) == "a"

    def test_of_nothing_is_none(self) -> None:
        assert choose({"a": {"error": "no"}}) is None


class TestLength:
    @pytest.mark.parametrize("power", [1, 2])
    def test_exponent_is_the_power_that_time_grows_with(self, power: int) -> None:
        rows = [{"kilobytes": size, "seconds": 0.3 * size**power} for size in (10, 100, 1000)]
        assert exponent(rows) == power

    def test_exponent_leaves_out_what_is_shorter_than_ten_kilobytes(self) -> None:
        rows = [{"kilobytes": size, "seconds": float(size)} for size in (10, 100)]
        assert exponent([{"kilobytes": 1, "seconds": 8.0}, *rows]) == 1

    def test_one_length_has_no_exponent(self) -> None:
        assert exponent([{"kilobytes": 10, "seconds": 1.0}]) is None

    @given(st.integers(1, 400), st.lists(st.text("ab “”é", min_size=1), min_size=1, max_size=3))
    def test_long_text_has_so_many_bytes_but_for_a_cut_character(
        self, size: int, articles: list[str]
    ) -> None:
        assert size - 3 < len(long_text(size, articles).encode()) <= size


@pytest.fixture(scope="module")
def found(scorer_folder: Path) -> dict[str, float]:
    return profile(Scorer.from_pretrained(scorer_folder), [(SAMPLE, None), (SHORT, "Echo")])


class TestProfile:
    def test_time_inside_counts_for_the_inner_stage_alone(self) -> None:
        now = [0.0]
        watch = Stopwatch(lambda: now[0])

        def spend(seconds: float) -> None:
            now[0] += seconds

        inner = watch.timed("inner", lambda: spend(3.0))

        def both() -> None:
            spend(1.0)
            inner()
            spend(0.5)

        watch.timed("outer", both)()
        inner()
        assert dict(watch.seconds) == {"inner": 6.0, "outer": 1.5}

    def test_a_stage_that_fails_leaves_the_others_right(self) -> None:
        now = [0.0]
        watch = Stopwatch(lambda: now[0])

        def fail() -> None:
            now[0] += 1.0
            raise ValueError("broken")

        inner = watch.timed("inner", fail)

        def caught() -> None:
            now[0] += 2.0
            with pytest.raises(ValueError, match="broken"):
                inner()

        watch.timed("outer", caught)()
        assert dict(watch.seconds) == {"inner": 1.0, "outer": 2.0}

    def test_every_stage_takes_time(self, found: dict[str, float]) -> None:
        assert {ENCODER, *(stage for stage, _ in STAGES)} < set(found)
        assert all(seconds > 0 for seconds in found.values())

    def test_shares_add_up(self, found: dict[str, float]) -> None:
        assert sum(shares(found).values()) == pytest.approx(1.0, abs=0.01)

    def test_nothing_stays_wrapped(self, scorer_folder: Path) -> None:
        import attribution.scorer as module

        before = module.segment
        scorer = Scorer.from_pretrained(scorer_folder)
        profile(scorer, [(SHORT, None)])
        assert module.segment is before
        assert "forward" not in vars(scorer.model)


def test_rivals_in_batches_say_what_they_say_one_by_one() -> None:
    pytest.importorskip("spacy")
    from eval.baselines import BaselineUnavailableError, load_baseline

    try:
        rules = load_baseline("rules")
    except BaselineUnavailableError as error:
        pytest.skip(str(error))
    together = list(rules.many([SAMPLE, SHORT], [None, None]))
    assert together == [rules(SAMPLE), rules(SHORT)]
    assert together[0].claims


@pytest.mark.slow
def test_a_process_that_fails_says_why(tmp_path: Path) -> None:
    spec = {"kind": "engine", "name": REFERENCE, "model": str(tmp_path / "none"), "cache": "x"}
    with (
        Worker({**spec, "threads": 1}, 1) as worker,
        pytest.raises(WorkerError, match="no model"),
    ):
        worker.answer()


class TestRoofline:
    def test_operations_are_counted_article_by_article(self, scorer_folder: Path) -> None:
        scorer = Scorer.from_pretrained(scorer_folder, engine="torch")
        once = counted_operations(scorer, [(SAMPLE, None)])
        assert counted_operations(scorer, [(SAMPLE, None)] * 2) == 2 * once
        assert once > counted_operations(scorer, [(SHORT, None)]) > 0

    def test_attention_is_two_products_of_every_pair_of_tokens(self) -> None:
        batch, heads, tokens, size = 3, 2, 8, 4
        shape = (batch, heads, tokens, size)
        pairs = batch * heads * tokens * tokens
        assert attention_operations(shape, shape, shape) == 2 * (2 * pairs * size)

    def test_operations_and_rate_bound_the_speed(self, scorer_folder: Path) -> None:
        found = roofline(Scorer.from_pretrained(scorer_folder, engine="torch"), [(SAMPLE, None)])
        assert found["least_seconds"] * found["most_articles_per_second"] == pytest.approx(1)
        assert found["gigaflops_per_article"] / found["gigaflops_per_second"] == pytest.approx(
            found["least_seconds"]
        )

    def test_without_an_article_there_is_none(self, scorer_folder: Path) -> None:
        with pytest.raises(ValueError, match="no article"):
            roofline(Scorer.from_pretrained(scorer_folder, engine="torch"), [])


@pytest.fixture(scope="module")
def results(
    scorer_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], Path]:
    """A whole run over one article, each system in its own process."""
    path = tmp_path_factory.mktemp("bench") / "bench.json"
    options = ["--model", str(scorer_folder), "--corpus", "written", "--articles", "1"]
    options += ["--engines", "torch-bf16", "--repeat", "1", "--threads", "1", "--json", str(path)]
    parts = ("engines", "profile", "roofline", "memory")
    assert main([*options, "--endure", "2", "--only", *parts]) == 0
    return json.loads(path.read_text()), path


@pytest.mark.slow
class TestRun:
    def test_engines_have_speed_quality_and_memory(self, results: Any) -> None:
        engines = results[0]["engines"]["models"]["tiny"]["engines"]
        assert list(engines) == [REFERENCE, "torch-bf16"]
        for engine in engines.values():
            assert engine["articles_per_second"]["value"] > 0
            assert 0 < engine["load_seconds"] < engine["first_report_seconds"]
            assert engine["peak_megabytes"] >= engine["loaded_megabytes"] > 0
        assert engines[REFERENCE]["quality"]["cost"] == 0
        assert engines[REFERENCE]["ratio"]["value"] == 1

    def test_every_part_says_when_and_on_what_it_was_measured(self, results: Any) -> None:
        assert set(results[0]) == {"schema", "engines", "profile", "roofline", "memory"}
        for part in ("engines", "profile", "roofline", "memory"):
            measured = results[0][part]["measured"]
            assert (measured["corpus"], measured["articles"]) == ("written", 1)
            assert measured["date"]

    def test_memory_is_sampled_over_all_articles(self, results: Any) -> None:
        memory = results[0]["memory"]["models"]["tiny"]
        assert memory["articles"] == 2
        assert memory["megabytes"]["peak"] > 0

    def test_another_run_keeps_the_parts_that_it_does_not_measure(
        self, results: Any, scorer_folder: Path
    ) -> None:
        earlier, path = results
        options = ["--model", str(scorer_folder), "--corpus", "written", "--articles", "1"]
        options += ["--repeat", "1", "--threads", "1", "--json", str(path)]
        assert main([*options, "--only", "profile"]) == 0
        now = json.loads(path.read_text())
        assert now["engines"] == earlier["engines"]
        assert now["profile"] != earlier["profile"]

    def test_all_parts_are_printed(self, results: Any) -> None:
        console = Console(file=io.StringIO(), width=200)
        print_bench(results[0], console)
        printed = console.file.getvalue()  # type: ignore[attr-defined]
        titles = ("Share of the wall time", "What the processor allows", "Memory of one process")
        for words in ("torch-bf16", *titles):
            assert words in printed


def test_what_failed_is_printed_with_its_reason() -> None:
    failed = {"error": "first line\nnot installed: openvino"}
    results = {
        "schema": SCHEMA,
        "engines": {
            "models": {
                "small": {"engines": {"openvino": failed}, "chosen": None, "command": failed}
            }
        },
        "rivals": {"against": "rules", "systems": {"rules": failed}},
        "scaling": {"models": {"small": {"engine": REFERENCE, **failed}}},
        "profile": {"models": {"small": [{"engine": REFERENCE, **failed}]}},
        "memory": {"models": {"small": {"engine": REFERENCE, **failed}}},
    }
    console = Console(file=io.StringIO(), width=200)
    print_bench(results, console)
    assert console.file.getvalue().count("not installed: openvino") == 4  # type: ignore[attr-defined]


def test_no_article_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "bench.json"
    assert main(["--corpus", "written", "--articles", "0", "--json", str(target)]) == 1
    assert "no article" in capsys.readouterr().err
    assert not target.exists()


def test_rounds_over_no_article_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--timed", "0"])
    assert stopped.value.code == 2
    assert "--timed" in capsys.readouterr().err
