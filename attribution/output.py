"""Writes reports to standard output or a file, in the formats of the command line.

``json`` writes one report as schema ``attribution.report/1`` has it. Where reports of several
inputs stand together (a ``json`` array, ``jsonl``), each has one key more, ``input``, with the
name of its input; ``Report.from_dict`` reads both.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Literal

from attribution.render import printable, to_table
from attribution.types import Report

__all__ = ["ReportWriter", "open_output"]


class ReportWriter:
    """Writes reports one by one as they come. Used as a context manager.

    Args:
        write: Takes the text to write.
        form: ``table``, ``json`` or ``jsonl``.
        several: Whether there may be more than one report: makes ``json`` an array, and heads
            every table with the name of its input.
        color: Whether tables are coloured; None asks the terminal.
    """

    def __init__(
        self,
        write: Callable[[str], object],
        form: Literal["table", "json", "jsonl"],
        *,
        several: bool,
        color: bool | None = None,
    ) -> None:
        self._write = write
        self._form = form
        self._several = several
        self._color = color
        self._written = 0

    def __enter__(self) -> ReportWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # An array cut short by an error stays open: nobody should take it for the whole.
        if error is None and self._form == "json" and self._several and self._written:
            self._write("\n]\n")

    def add(self, name: str, report: Report) -> None:
        """Write the report of the input called ``name``."""
        if self._form == "table":
            heading = f"== {printable(name)} ==\n\n" if self._several else ""
            gap = "\n" if self._written else ""
            self._write(gap + heading + to_table(report, color=self._color))
        elif self._form == "jsonl":
            self._write(_named(name, report, indent=None) + "\n")
        elif self._several:
            self._write((",\n" if self._written else "[\n") + _named(name, report, indent=2))
        else:
            self._write(report.to_json(indent=2) + "\n")
        self._written += 1


def _named(name: str, report: Report, *, indent: int | None) -> str:
    return json.dumps({"input": name, **report.to_dict()}, indent=indent)


@contextmanager
def open_output(path: Path | None) -> Iterator[Callable[[str], object]]:
    """Open where the reports go.

    A file appears, or replaces the one there was, only when the block ends without an error and
    something was written. Until then the text is kept beside it.

    Args:
        path: The file, or None for standard output.

    Yields:
        A function that writes text.

    Raises:
        OSError: The file cannot be written.
    """
    if path is None:
        yield _write_to_stdout
        return
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():  # a pipe or a device: there is nothing to replace
        with target.open("w", encoding="utf-8") as stream:
            yield stream.write
        return
    part = target.with_name(f".attribution-{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream.write
        if part.stat().st_size:
            if target.exists():
                shutil.copymode(target, part)
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _write_to_stdout(text: str) -> None:
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        # A terminal or pipe that knows fewer characters than the article: better a replacement
        # character than no report. JSON is ASCII and never comes here.
        encoding = sys.stdout.encoding
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()
