"""What is fuzzed: one way in, what may come of an input, and what must hold."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["LONGEST_JSON", "Target", "work_folder"]

#: Most bytes of JSON, where no more are needed: twice as deep as Python 3.11 reads.
LONGEST_JSON = 3_000


@cache
def work_folder() -> Path:
    """A folder for the files of this process, in memory where there is one; gone at its end."""
    memory = Path("/dev/shm")
    base = memory if os.access(memory, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="attribution-fuzz-", dir=base))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@dataclass(frozen=True)
class Target:
    """One way in.

    Attributes:
        name: What the command calls it.
        about: What is read, in a few words.
        check: Takes the bytes of one input. True: it was accepted, and all that must hold held;
            False: it was refused with a documented error. Whatever it raises is a defect.
        seeds: Small inputs, good ones above all, from which others are made.
        modules: Modules of the project of which the lines that were reached are counted.
        share: The part of a run's inputs that are this one's, beside the others' shares.
        words: Pieces that the format is made of, to put in.
        longest: Most bytes of an input.
        json: Whether the input is JSON, so that some are made by changing values in it.
    """

    name: str
    about: str
    check: Callable[[bytes], bool]
    seeds: Callable[[], Sequence[bytes]]
    modules: tuple[str, ...]
    share: int
    words: tuple[bytes, ...] = ()
    longest: int = 600
    json: bool = False
