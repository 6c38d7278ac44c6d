"""Tries inputs on one target: time limit, what became of each, and the slowest of them."""

from __future__ import annotations

import base64
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from eval.fuzz.target import Target

__all__ = ["LIMIT", "HangError", "Trial", "limited"]

#: Seconds of processor time for one input. Other programs of the machine do not count.
LIMIT = 10.0
#: Most bytes of an input that are kept with a defect.
_KEPT = 6000
_PROJECT = ("attribution", "training")


class HangError(Exception):
    """An input took longer than the limit."""


def _hang(_number: int, _frame: FrameType | None) -> None:
    raise HangError(f"longer than {LIMIT:g} seconds")


@contextmanager
def limited(seconds: float = LIMIT) -> Iterator[None]:
    """Raises HangError in a block that takes longer than this, in processor time."""
    before = signal.signal(signal.SIGPROF, _hang)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_PROF, 0)
            # Drops a signal that is on its way, which would end the process once nobody handles it.
            signal.signal(signal.SIGPROF, signal.SIG_IGN)
        finally:
            signal.signal(signal.SIGPROF, before)


@dataclass
class Trial:
    """What became of a target's inputs so far."""

    target: Target
    accepted: int = 0
    refused: int = 0
    failed: int = 0
    hung: int = 0
    slowest: float = 0.0
    slowest_input: bytes = b""
    defects: dict[str, dict[str, Any]] = field(default_factory=dict)
    started: float = field(default_factory=time.process_time)

    @property
    def inputs(self) -> int:
        return self.accepted + self.refused + self.failed + self.hung

    def try_input(self, data: bytes) -> None:
        """Try one input. Raises nothing: defects are counted, one of each kind is kept."""
        began = time.process_time()
        try:
            with limited():
                if self.target.check(data):
                    self.accepted += 1
                else:
                    self.refused += 1
        except HangError as error:
            self.hung += 1
            self._keep(error, data)
        except Exception as error:
            self.failed += 1
            self._keep(error, data)
        took = time.process_time() - began
        # The first ones load models and libraries.
        if took > self.slowest and self.inputs > len(self.target.seeds()):
            self.slowest, self.slowest_input = took, data

    def _keep(self, error: Exception, data: bytes) -> None:
        kind = f"{type(error).__name__} in {_place(error)}"
        found = self.defects.setdefault(
            kind,
            {
                "error": f"{type(error).__name__}: {error}"[:400],
                "count": 0,
                "input": base64.b64encode(data[:_KEPT]).decode(),
            },
        )
        found["count"] += 1

    def to_dict(self) -> dict[str, Any]:
        """Counts, defects by kind, and the slowest input, as plain data."""
        return {
            "inputs": self.inputs,
            "accepted": self.accepted,
            "refused": self.refused,
            "crashes": self.failed,
            "hangs": self.hung,
            "defects": self.defects,
            "slowest": {
                "seconds": round(self.slowest, 3),
                "bytes": len(self.slowest_input),
                "input": base64.b64encode(self.slowest_input[:_KEPT]).decode(),
            },
            "processor_seconds": round(time.process_time() - self.started, 1),
        }


def _place(error: BaseException) -> str:
    """The last line of the project's own that the error went through."""
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        path = Path(frame.filename)
        if any(name in path.parts for name in _PROJECT):
            return f"{path.name}:{frame.name}"
    return f"{Path(frames[-1].filename).name}:{frames[-1].name}" if frames else "?"


def replayed(target: Target, folder: Path, most: int) -> Iterator[bytes]:
    """Inputs to go through once more: the seeds and what lies in a folder, the smallest first."""
    yield from target.seeds()
    paths = sorted(folder.glob("*"), key=lambda path: (path.stat().st_size, path.name))
    step = max(1, len(paths) // most)
    for path in paths[::step]:
        yield path.read_bytes()
