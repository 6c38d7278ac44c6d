"""Writes reports to standard output or a file, in the formats of the command line.

``json`` writes one report as schema ``attribution.report/1`` has it. Where reports of several
inputs stand together (a ``json`` array, ``jsonl``), each has one key more, ``input``, with the
name of its input; ``Report.from_dict`` reads both. ``prov`` is one JSON-LD document, or an array of
them, which is a JSON-LD document too. ``graphml`` is one graph a file.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Literal

from attribution.graph import to_graphml
from attribution.prov import to_prov
from attribution.render import printable, to_table
from attribution.tree import to_tree
from attribution.types import Report

__all__ = ["Form", "GraphFolder", "ReportWriter", "open_output", "open_reports"]

Form = Literal["table", "tree", "json", "jsonl", "prov", "graphml"]


class ReportWriter:
    """Writes reports one by one as they come. Used as a context manager.

    Args:
        write: Takes the text to write.
        form: How to write them. ``graphml`` is for one report; several go to a
            :class:`GraphFolder`.
        several: Whether there may be more than one report: makes ``json`` and ``prov`` an array,
            and heads every table or tree with the name of its input.
        color: Whether tables and trees are coloured; None asks the terminal.
    """

    def __init__(
        self,
        write: Callable[[str], object],
        form: Form,
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
        if error is None and self._form in ("json", "prov") and self._several and self._written:
            self._write("\n]\n")

    def add(self, name: str, report: Report) -> None:
        """Write the report of the input called ``name``."""
        if self._form in ("table", "tree"):
            heading = f"== {printable(name)} ==\n\n" if self._several else ""
            gap = "\n" if self._written else ""
            to_drawing = to_table if self._form == "table" else to_tree
            self._write(gap + heading + to_drawing(report, color=self._color))
        elif self._form == "jsonl":
            self._write(_named(name, report, indent=None) + "\n")
        elif self._form == "graphml":
            self._write(to_graphml(report, name=name))
        elif self._several:
            self._write((",\n" if self._written else "[\n") + self._json(name, report))
        else:
            self._write(self._json(name, report) + "\n")
        self._written += 1

    def _json(self, name: str, report: Report) -> str:
        if self._form == "prov":
            return json.dumps(to_prov(report, name=name), indent=2)
        return _named(name, report, indent=2) if self._several else report.to_json(indent=2)


def _named(name: str, report: Report, *, indent: int | None) -> str:
    return json.dumps({"input": name, **report.to_dict()}, indent=indent)


class GraphFolder:
    """Writes reports as GraphML into a folder, a file for each input.

    The file is called by the input's name without folder and suffix, ``stdin`` for ``-``. Inputs
    that would share a file are told apart by numbers, from the second on: ``a``, ``a-2``.

    Args:
        folder: Where the files go. It must exist.
        names: The names of all inputs.
    """

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self.targets: dict[str, Path] = {}
        taken: set[str] = set()
        for name in dict.fromkeys(names):
            stem = "stdin" if name == "-" else Path(name).stem
            numbered = (f"{stem}-{number}" for number in itertools.count(2))
            # Some file systems take names that differ in case for one.
            free = next(
                item for item in itertools.chain([stem], numbered) if item.casefold() not in taken
            )
            taken.add(free.casefold())
            self.targets[name] = folder / f"{free}.graphml"

    def add(self, name: str, report: Report) -> None:
        """Write the report of the input called ``name``."""
        with open_output(self.targets[name]) as write:
            write(to_graphml(report, name=name))


@contextmanager
def open_reports(
    target: Path | None,
    form: Form,
    names: Iterable[str],
    *,
    several: bool,
    color: bool | None = None,
) -> Iterator[ReportWriter | GraphFolder]:
    """Open what takes the reports: a folder of graphs if ``target`` is a folder, else one file.

    Args:
        target: File or folder, or None for standard output.
        form: How to write them; into a folder, ``graphml``.
        names: The names of all inputs.
        several: As for :class:`ReportWriter`.
        color: As for :class:`ReportWriter`.

    Yields:
        What ``add(name, report)`` is called on for every report.

    Raises:
        OSError: The output cannot be written.
    """
    if target is not None and target.is_dir():
        yield GraphFolder(target, names)
        return
    with (
        open_output(target) as write,
        ReportWriter(write, form, several=several, color=color) as reports,
    ):
        yield reports


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
