"""What the benchmark must show: speed against a rival, start, memory, the encoder's share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["ENCODER_SHARE", "TARGETS", "Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """Of one model, on two cores.

    ``ratio``: articles a second, as a multiple of the rule extractor's, at least. ``first``:
    seconds from the start of a process to its first report, ``peak``: megabytes, both at most; None
    where nothing is asked.
    """

    ratio: float | None = None
    first: float | None = None
    peak: float | None = None


TARGETS: Mapping[str, Target] = {"small": Target(3.0, 2.0, 900.0), "base": Target(0.7)}
#: Least share of the wall time that the encoder takes.
ENCODER_SHARE = 0.7
