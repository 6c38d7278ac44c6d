"""Tries inputs on one target, in a process of its own.

A process each, because libFuzzer ends the process that it runs in, and because a native crash
(of lxml, of Arrow) must end no more than one piece.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eval.fuzz.trial import Trial

__all__ = ["main"]

#: What atheris instruments: the project, and the readers written in Python that it calls.
_INSTRUMENTED = ["attribution", "training", "docx", "pypdf", "trafilatura"]
#: Seconds of wall time after which libFuzzer ends a process: for what no signal interrupts.
_STUCK = 600
_MEGABYTES = 6000
#: Inputs that the measure of coverage runs.
_REPLAYED = 200
#: Inputs that are kept of a run by hypothesis, for the measure of coverage.
_SAMPLED = 400
#: Share of the inputs of JSON that are made by changing values.
_BY_VALUE = 0.7


def main(arguments: list[str]) -> None:
    """``ENGINE TARGET COUNT SEED CORPUS OUT``: do it and write OUT, JSON."""
    engine, name, count, seed, corpus, out = arguments
    run = _atheris if engine == "atheris" else _hypothesis
    run(name, int(count), int(seed), Path(corpus), Path(out))


def _atheris(name: str, count: int, seed: int, corpus: Path, out: Path) -> None:
    import atheris

    with atheris.instrument_imports(include=_INSTRUMENTED):
        from eval.fuzz.targets import TARGETS
    from eval.fuzz.mutate import changed_json
    from eval.fuzz.trial import Trial

    target = TARGETS[name]
    for number, data in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(data)
    trial = Trial(target)

    def try_one(data: bytes) -> None:
        trial.try_input(data)
        if trial.inputs == count:
            _write(out, trial, corpus)
            _clean()
            os._exit(0)

    words = corpus.parent / f"{name}.dict"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words), encoding="ascii")

    def change(data: bytes, longest: int, number: int) -> bytes:
        random = Random(number)
        if random.random() < _BY_VALUE:
            return changed_json(data, random, longest)[:longest]
        return bytes(atheris.Mutate(data, longest))

    atheris.Setup(
        [
            sys.argv[0],
            str(corpus),
            f"-dict={words}",
            f"-max_len={target.longest}",
            "-len_control=0",
            f"-seed={seed}",
            f"-timeout={_STUCK}",
            f"-rss_limit_mb={_MEGABYTES}",
            f"-artifact_prefix={corpus.parent}/",
        ],
        try_one,
        **({"custom_mutator": change} if target.json else {}),
    )
    atheris.Fuzz()


def _hypothesis(name: str, count: int, seed: int, corpus: Path, out: Path) -> None:
    import hypothesis

    from eval.fuzz.mutate import inputs
    from eval.fuzz.targets import TARGETS
    from eval.fuzz.trial import Trial

    trial = Trial(TARGETS[name])

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(inputs(TARGETS[name]))
    def try_all(data: bytes) -> None:
        trial.try_input(data)
        if trial.inputs % max(1, count // _SAMPLED) == 0:
            (corpus / f"{trial.inputs:07d}").write_bytes(data)

    try_all()
    _write(out, trial, corpus)


def _write(out: Path, trial: Trial, corpus: Path) -> None:
    """The trial's figures, with the lines that its inputs reach."""
    from eval.fuzz.lines import measure_lines
    from eval.fuzz.trial import replayed

    found = trial.to_dict()
    lines = measure_lines(trial.target, replayed(trial.target, corpus, _REPLAYED))
    out.write_text(json.dumps({**found, "coverage": lines}), encoding="utf-8")


def _clean() -> None:
    """What an ordinary end of the process would do."""
    import shutil

    from eval.fuzz.target import work_folder

    shutil.rmtree(work_folder(), ignore_errors=True)


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    main(sys.argv[1:])
