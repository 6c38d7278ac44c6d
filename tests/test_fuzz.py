"""Fuzzing: a short share of it over every way in, and the command that does the rest."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

pytest.importorskip("docx")
pytest.importorskip("fastapi")
pytest.importorskip("jsonschema")
pytest.importorskip("pyarrow")
pytest.importorskip("pypdf")
pytest.importorskip("trafilatura")

from eval.fuzz import __main__ as command
from eval.fuzz import trial as module
from eval.fuzz.lines import measure_lines
from eval.fuzz.mutate import changed_json, inputs
from eval.fuzz.target import Target
from eval.fuzz.targets import TARGETS
from eval.fuzz.trial import HangError, Trial, limited

#: Inputs of a target here. Those that score or load a model take longer.
FEW, FEWER = 20, 2
SLOW = {"score-tiny", "corpus", "model-config", "model-index", "model-classifiers"}
FORM = "The target that is fuzzed in tests of fuzzing itself"


@pytest.mark.parametrize("name", sorted(TARGETS.keys() - {"score-small"}))
def test_no_input_of_a_few_breaks_a_way_in(name: str) -> None:
    target = TARGETS[name]

    @settings(
        max_examples=FEWER if name in SLOW else FEW,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs(target))
    def try_all(data: bytes) -> None:
        with limited():
            target.check(data)

    try_all()


@pytest.mark.parametrize("name", sorted(TARGETS.keys() - {"score-small"} - SLOW))
def test_a_good_seed_is_accepted(name: str) -> None:
    target = TARGETS[name]
    assert target.check(target.seeds()[0])
    assert len(target.seeds()[0]) <= target.longest


NESTED = sorted(name for name, target in TARGETS.items() if target.json and name not in SLOW)


@pytest.mark.parametrize("name", NESTED)
@pytest.mark.parametrize("piece", [b"[", b'{"text":'])
def test_json_nested_without_end_is_refused(name: str, piece: bytes) -> None:
    assert not TARGETS[name].check(piece * (200_000 // len(piece)))


def test_json_is_nested_deeper_than_python_reads() -> None:
    target = TARGETS["report"]
    deep = 0
    for number in range(500):
        data = changed_json(target.seeds()[1], Random(number), target.longest)
        try:
            json.loads(data)
        except RecursionError:
            deep += 1
        except ValueError:
            deep += data.endswith(b"[" * 800)
    assert deep > 0


def test_seeds_of_the_parts_of_word_documents_are_all_accepted() -> None:
    target = TARGETS["docx-parts"]
    assert all(target.check(seed) for seed in target.seeds())


def made(check: object, *seeds: bytes) -> Target:
    modules = ("attribution.weighting",)
    return Target("made", FORM, check, lambda: seeds or (b"seed",), modules, share=1)  # type: ignore[arg-type]


class TestTrial:
    def test_counts_what_becomes_of_inputs(self) -> None:
        trial = Trial(made(lambda data: data == b"good"))
        for data in (b"good", b"bad", b"good"):
            trial.try_input(data)
        found = trial.to_dict()
        assert (found["inputs"], found["accepted"], found["refused"]) == (3, 2, 1)
        assert found["crashes"] == found["hangs"] == 0

    def test_keeps_one_input_of_each_kind_of_defect(self) -> None:
        def check(data: bytes) -> bool:
            raise KeyError(data) if data.isdigit() else IndexError(data)

        trial = Trial(made(check))
        for data in (b"1", b"2", b"x"):
            trial.try_input(data)
        assert trial.failed == 3
        assert sorted(kind.split()[0] for kind in trial.defects) == ["IndexError", "KeyError"]
        assert sorted(part["count"] for part in trial.defects.values()) == [1, 2]

    def test_what_takes_too_long_is_a_hang(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def check(data: bytes) -> bool:
            while True:
                pass

        monkeypatch.setattr(module, "limited", lambda: limited(0.05))
        trial = Trial(made(check))
        trial.try_input(b"x")
        assert (trial.hung, trial.failed) == (1, 0)

    def test_a_block_within_its_limit_is_let_be(self) -> None:
        with limited(5.0):
            time.sleep(0.01)
        with pytest.raises(HangError):
            self.last(0.02)

    def test_a_signal_that_comes_late_ends_no_process(self) -> None:
        """It is held back until nobody waits for it any more, in a process of its own."""
        code = (
            "import os, signal\n"
            "from eval.fuzz.trial import limited\n"
            "with limited(5.0):\n"
            "    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPROF])\n"
            "    os.kill(os.getpid(), signal.SIGPROF)\n"
            "signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGPROF])\n"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

    @limited(0.02)
    def last(self, seconds: float) -> None:
        end = time.process_time() + 100 * seconds
        while time.process_time() < end:
            pass


class TestLines:
    def test_lines_are_those_that_the_inputs_reach(self) -> None:
        from attribution.weighting import checked_weights

        def check(data: bytes) -> bool:
            if data == b"run":
                with pytest.raises(ValueError, match="no weight"):
                    checked_weights({})
            return True

        nothing = measure_lines(made(check), [b"stay"])
        something = measure_lines(made(check), [b"run"])
        assert nothing["lines"] == 0
        assert 0 < something["lines"] < something["of_lines"] == nothing["of_lines"]


class TestCommand:
    @pytest.mark.slow
    def test_writes_figures_by_target(self, tmp_path: Path) -> None:
        out = tmp_path / "fuzz.json"
        options = ["--inputs", "60", "--engine", "hypothesis", "--json", str(out)]
        assert command.main([*options, "--targets", "weights", "brat"]) == 0
        assert command.main([*options, "--targets", "weights", "--add"]) == 0
        found = json.loads(out.read_text())
        parts = found["targets"]
        assert found["inputs"] == sum(part["inputs"] for part in parts.values()) > 100
        assert parts["weights"]["inputs"] > parts["brat"]["inputs"]
        assert found["crashes"] == found["hangs"] == 0
        assert parts["weights"]["coverage"]["lines"] > 0
        assert parts["brat"]["slowest"]["seconds"] >= 0

    def test_a_defect_is_told_and_exits_with_1(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def broken(name: str, count: int, **options: object) -> dict[str, object]:
            defect = {"error": "KeyError: 'text'", "count": 2, "input": ""}
            counts = {"inputs": 9, "accepted": 0, "refused": 7, "crashes": 2, "hangs": 0}
            more = {"slowest": None, "coverage": {}, "processor_seconds": 0.1}
            return {**counts, **more, "engine": "none", "defects": {"KeyError in read": defect}}

        monkeypatch.setattr(command, "fuzz_target", broken)
        assert command.main(["--targets", "weights"]) == 1
        assert "weights: 2 x KeyError in read" in capsys.readouterr().out

    def test_a_process_that_ends_of_itself_is_a_crash(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(command, "_run", lambda *_: ({}, "Segmentation fault"))
        found = command.fuzz_target("weights", 5, engine="atheris", seed=1)
        assert found["crashes"] == 1
        assert "Segmentation fault" in found["defects"]["the process ended"]["error"]

    def test_one_input_is_tried_again(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "input"
        path.write_bytes(b"no weights")
        assert command.main(["--replay", str(path), "--targets", "weights"]) == 0
        assert capsys.readouterr().out == "weights: refused\n"

    def test_an_unknown_target_is_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert command.main(["--targets", "nothing"]) == 2
        assert "no target nothing" in capsys.readouterr().err


@given(st.data())
def test_inputs_stay_below_the_longest(data: st.DataObject) -> None:
    target = replace(TARGETS["csv"], longest=50)
    assert len(data.draw(inputs(target))) <= 50
