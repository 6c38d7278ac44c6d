"""Systems in processes of their own, side by side: start, first report, passes in turn, memory.

All systems of a comparison stay loaded and take turns, pass by pass, so that what slows the machine
for a while slows all of them, and ratios between them can be taken pass by pass.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from attribution.types import Report
from eval.corpora import ROOT

__all__ = [
    "Measured",
    "Worker",
    "WorkerError",
    "command_seconds",
    "estimate",
    "side_by_side",
    "written",
]

_LAST_LINES = 6


class WorkerError(RuntimeError):
    """A system's process ended before it was asked to; the message has its last words."""


class Worker:
    """One system in a process of its own; to be used in a ``with`` statement.

    Args:
        spec: what :mod:`eval.bench.worker` is to load.
        threads: of every library in the process.

    Raises:
        WorkerError: it could not be loaded.
    """

    def __init__(self, spec: Mapping[str, Any], threads: int) -> None:
        self.spec = spec
        self._errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115  # __exit__ does
        limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
        self.started = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "eval.bench.worker", json.dumps(spec)],
            cwd=ROOT,
            env={**os.environ, **limits},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the process by closing what it reads."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
        self._errors.close()

    def answer(self) -> dict[str, Any]:
        """The next answer. Raises WorkerError when there is none."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            last = self._errors.read().splitlines()[-_LAST_LINES:]
            raise WorkerError(f"{self.spec['name']}: " + "\n".join(last))
        return dict(json.loads(line))

    def ask(self, do: str, **request: Any) -> dict[str, Any]:
        """A request, and the answer to it. Raises WorkerError."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # its last words say more
            self._process.stdin.write(json.dumps({"do": do, **request}) + "\n")
            self._process.stdin.flush()
        return self.answer()


@dataclass
class Measured:
    """What one system showed.

    Attributes:
        load: seconds from the start of its process until it was loaded.
        first: seconds from the start of its process until its first report.
        loaded: megabytes in memory when it was loaded.
        peak: most megabytes in memory until the end.
        seconds: of every pass over the articles.
        reports: of the articles.
        error: why there is nothing of this.
    """

    load: float = 0.0
    first: float = 0.0
    loaded: float = 0.0
    peak: float = 0.0
    seconds: list[float] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    error: str = ""


def side_by_side(
    specs: Mapping[str, Mapping[str, Any]],
    articles: Sequence[tuple[str, str | None]],
    *,
    repeat: int,
    threads: int,
    timed: int | None = None,
) -> dict[str, Measured]:
    """All systems on the same articles, one after the other in every round.

    Args:
        specs: of the systems, by name.
        articles: texts with their publishers.
        repeat: rounds, after one pass over all articles that is not timed.
        threads: of each system.
        timed: articles of a round, from the first on; None for all.
    """
    found: dict[str, Measured] = {}
    with ExitStack() as stack:
        path = stack.enter_context(written(articles))
        round_path = stack.enter_context(written(articles[:timed]))
        workers: dict[str, Worker] = {}
        for name, spec in specs.items():
            found[name] = Measured()
            try:
                workers[name] = stack.enter_context(Worker(spec, threads))
                _start(workers[name], found[name], path)
            except WorkerError as error:
                found[name] = Measured(error=str(error))
                workers.pop(name, None)
        for turn in range(repeat):
            # Back and forth, so that no system always follows the same one.
            for name in sorted(workers, reverse=bool(turn % 2)):
                found[name].seconds.append(
                    workers[name].ask("pass", articles=str(round_path))["seconds"]
                )
        for name, worker in workers.items():
            found[name].peak = worker.ask("memory")["peak"]
    return found


@contextmanager
def written(articles: Sequence[tuple[str, str | None]]) -> Iterator[Path]:
    """Articles in a file for workers to read, in a folder of its own, gone at the end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "articles.json"
        path.write_text(json.dumps(articles), encoding="utf-8")
        yield path


def _start(worker: Worker, measured: Measured, articles: Path) -> None:
    """Load, first report, and a first pass whose reports are kept."""
    ready = worker.answer()
    measured.load = ready["at"] - worker.started
    measured.loaded = ready["now"]
    first = worker.ask("first", articles=str(articles))
    measured.first = first["at"] - worker.started
    reports = articles.with_name("reports.jsonl")
    worker.ask("reports", articles=str(articles), to=str(reports))
    lines = reports.read_text(encoding="utf-8").splitlines()
    measured.reports = [Report.from_json(line) for line in lines]


def estimate(values: Sequence[float]) -> dict[str, Any]:
    """The geometric mean of positive values and its 95% interval, by Student's t on logarithms.

    Args:
        values: at least one; of one value there is no interval.

    Returns:
        ``value``; ``interval``: low and high, or None; ``n``.
    """
    logs = [math.log(value) for value in values]
    mean = fmean(logs)
    interval = None
    if len(logs) > 1:
        from scipy.stats import t

        reach = float(t.ppf(0.975, len(logs) - 1)) * stdev(logs) / math.sqrt(len(logs))
        interval = [round(math.exp(mean - reach), 4), round(math.exp(mean + reach), 4)]
    return {"value": round(math.exp(mean), 4), "interval": interval, "n": len(logs)}


def command_seconds(model: str, text: str) -> float:
    """Seconds that ``attribution score`` takes for one article, from start to end.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "article.txt"
        path.write_text(text, encoding="utf-8")
        code = "from attribution.cli.main import main; main()"
        start = time.monotonic()
        subprocess.run(
            [sys.executable, "-c", code, "score", "--model", model, str(path)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=True,
        )
        return time.monotonic() - start
