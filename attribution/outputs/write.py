"""Writes reports to standard output or a file, in the formats of the command line.

``json`` writes one report as schema ``attribution.report/1`` has it. Where reports of several
inputs stand together (a ``json`` array, ``jsonl``), each has one key more, ``input``, with the
name of its input; ``Report.from_dict`` reads both. ``prov`` and ``webanno`` are one JSON-LD
document, or an array of them, which is a JSON-LD document too. ``csv`` and ``parquet`` are one
table of the claims of all inputs. ``graphml`` is one graph a file, ``html`` one page, ``brat`` two
files an input.
"""

from __future__ import annotations

import itertools
import json
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol

from attribution.columns import claim_rows
from attribution.outputs.annotation import to_annotations
from attribution.outputs.brat import CONFIGURATION, to_brat
from attribution.outputs.claims_table import ParquetClaims, to_csv
from attribution.outputs.graph import to_graphml
from attribution.outputs.html.page import Entry, entry_of, to_html, to_index
from attribution.outputs.prov import to_prov
from attribution.outputs.text import printable, to_table
from attribution.outputs.tree import to_tree
from attribution.types import Report

__all__ = [
    "FOLDER_FORMS",
    "Form",
    "ReportFolder",
    "ReportWriter",
    "open_output",
    "open_reports",
]

Form = Literal[
    "table",
    "tree",
    "html",
    "json",
    "jsonl",
    "prov",
    "graphml",
    "csv",
    "parquet",
    "webanno",
    "brat",
]
_ARRAYS = ("json", "prov", "webanno")


class Reports(Protocol):
    """What takes the reports of all inputs."""

    def add(self, name: str, report: Report) -> None:
        """Write the report of the input called ``name``."""


class ReportWriter:
    """Writes reports one by one as they come. Used as a context manager.

    Args:
        write: Takes the text to write.
        form: How to write them. ``graphml`` and ``html`` are for one report; several go to a
            :class:`ReportFolder`, as ``brat`` always does. ``parquet`` is not written as text.
        several: Whether there may be more than one report: makes ``json``, ``prov`` and ``webanno``
            an array, and heads every table or tree with the name of its input.
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

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        # An array cut short by an error stays open: nobody should take it for the whole.
        if kind is None and self._form in _ARRAYS and self._several and self._written:
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
        elif self._form == "html":
            self._write(to_html(report, name=name))
        elif self._form == "csv":
            self._write(to_csv(claim_rows(report, name), header=not self._written))
        elif self._several:
            self._write((",\n" if self._written else "[\n") + self._json(name, report))
        else:
            self._write(self._json(name, report) + "\n")
        self._written += 1

    def _json(self, name: str, report: Report) -> str:
        if self._form == "prov":
            return json.dumps(to_prov(report, name=name), indent=2)
        if self._form == "webanno":
            return json.dumps(to_annotations(report, name=name), indent=2)
        return _named(name, report, indent=2) if self._several else report.to_json(indent=2)


def _named(name: str, report: Report, *, indent: int | None) -> str:
    return json.dumps({"input": name, **report.to_dict()}, indent=indent)


def _graphml_files(report: Report, name: str) -> dict[str, str]:
    return {".graphml": to_graphml(report, name=name)}


def _html_files(report: Report, name: str) -> dict[str, str]:
    return {".html": to_html(report, name=name)}


def _brat_files(report: Report, _name: str) -> dict[str, str]:
    article = to_brat(report)
    return {".txt": article.text, ".ann": article.annotations}


#: The formats of which a folder takes files for each input, with these files' suffixes.
FOLDER_FORMS: dict[str, tuple[str, ...]] = {
    "graphml": (".graphml",),
    "html": (".html",),
    "brat": (".txt", ".ann"),
}
_FILES = {"graphml": _graphml_files, "html": _html_files, "brat": _brat_files}
_INDEX = "index"


class ReportFolder:
    """Writes reports into a folder, a file or two for each input.

    The files are called by the input's name without folder and suffix, ``stdin`` for ``-``; with
    the suffix where two inputs differ in that alone: ``a.docx``, ``a.txt``. Inputs that would still
    share a file are told apart by numbers, from the second on: ``a``, ``a-2``. For brat,
    the folder gets an ``annotation.conf`` if it has none; for html, :meth:`finish` writes an
    ``index.html`` that links to all pages.

    Args:
        folder: Where the files go. It must exist.
        form: One of :data:`FOLDER_FORMS`.
        names: The names of all inputs.
    """

    def __init__(self, folder: Path, form: Form, names: Iterable[str]) -> None:
        self._folder = folder
        self._form = form
        self._stems: dict[str, str] = {}
        self._entries: list[Entry] = []
        taken = {_INDEX} if form == "html" else set()
        inputs = dict.fromkeys(names)
        kinds: dict[str, set[str]] = {}
        for path in map(Path, inputs):
            kinds.setdefault(path.stem.casefold(), set()).add(path.suffix)
        for name in inputs:
            stem = "stdin" if name == "-" else Path(name).stem
            if len(kinds[Path(name).stem.casefold()]) > 1:
                stem = Path(name).name
            numbered = (f"{stem}-{number}" for number in itertools.count(2))
            # Some file systems take names that differ in case for one.
            free = next(
                item for item in itertools.chain([stem], numbered) if item.casefold() not in taken
            )
            taken.add(free.casefold())
            self._stems[name] = free

    def targets(self) -> list[Path]:
        """The files that are written."""
        stems = [*self._stems.values(), *([_INDEX] if self._form == "html" else [])]
        suffixes = FOLDER_FORMS[self._form]
        return [self._folder / f"{stem}{end}" for stem in stems for end in suffixes]

    def add(self, name: str, report: Report) -> None:
        """Write the report of the input called ``name``."""
        for suffix, text in _FILES[self._form](report, name).items():
            target = self._folder / f"{self._stems[name]}{suffix}"
            with open_output(target) as write:
                write(text)
            if not text:  # brat needs the file of an article without claims, too
                target.write_text("", encoding="utf-8")
        configuration = self._folder / "annotation.conf"
        if self._form == "brat" and not configuration.exists():
            configuration.write_text(CONFIGURATION, encoding="utf-8")
        if self._form == "html":
            self._entries.append(entry_of(report, name, f"{self._stems[name]}.html"))

    def finish(self) -> None:
        """Write what is about all reports, if there is any."""
        if self._entries:
            with open_output(self._folder / f"{_INDEX}.html") as write:
                write(to_index(self._entries))


class _ParquetTable:
    """Writes the claims of all reports into one Parquet file."""

    def __init__(self, claims: ParquetClaims) -> None:
        self._claims = claims

    def add(self, name: str, report: Report) -> None:
        self._claims.add(claim_rows(report, name))


@contextmanager
def open_reports(
    target: Path | None,
    form: Form,
    names: Iterable[str],
    *,
    several: bool,
    color: bool | None = None,
) -> Iterator[Reports]:
    """Open what takes the reports: files in a folder if ``target`` is a folder, else one file.

    Args:
        target: File or folder, or None for standard output.
        form: How to write them; into a folder, one of :data:`FOLDER_FORMS`.
        names: The names of all inputs.
        several: As for :class:`ReportWriter`.
        color: As for :class:`ReportWriter`.

    Yields:
        What ``add(name, report)`` is called on for every report.

    Raises:
        MissingExtraError: A package that the form needs is not installed.
        OSError: The output cannot be written.
        ValueError: The form has no place at this target.
    """
    if target is not None and target.is_dir() and form in FOLDER_FORMS:
        folder = ReportFolder(target, form, names)
        yield folder
        folder.finish()
        return
    if form == "brat":
        raise ValueError("brat needs a folder")
    if form == "parquet":
        if target is None:
            raise ValueError("parquet needs a file")
        with _replacing(target) as part, ParquetClaims(part) as claims:
            yield _ParquetTable(claims)
        return
    with (
        open_output(target, exact=form in ("csv", "html")) as write,
        ReportWriter(write, form, several=several, color=color) as reports,
    ):
        yield reports


@contextmanager
def open_output(path: Path | None, *, exact: bool = False) -> Iterator[Callable[[str], object]]:
    """Open where the reports go.

    A file appears, or replaces the one there was, only when the block ends without an error and
    something was written. Until then the text is kept beside it.

    Args:
        path: The file, or None for standard output.
        exact: Write UTF-8 and line ends as they are to standard output too, whatever is usual
            there.

    Yields:
        A function that writes text.

    Raises:
        OSError: The file cannot be written.
    """
    if path is None:
        yield _write_bytes_to_stdout if exact else _write_to_stdout
        return
    with (
        _replacing(path) as part,
        part.open("w", encoding="utf-8", newline="\n") as stream,
    ):
        yield stream.write


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A file to write into, which takes the place of ``path`` if the block ends without an error.

    It does not if nothing was written. A pipe or a device is written to itself.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():  # there is nothing to replace
        yield target
        return
    # A name that nobody can foresee, and put a link in its place.
    part = target.with_name(f".attribution-{secrets.token_hex(8)}.part")
    try:
        try:
            yield part
        except OSError as error:
            if error.filename == str(part):  # the user has named another file
                error.filename = str(path)
            raise
        if part.exists() and part.stat().st_size:
            if target.exists():
                shutil.copymode(target, part)
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _write_bytes_to_stdout(text: str) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8"))
    sys.stdout.buffer.flush()


def _write_to_stdout(text: str) -> None:
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        # A terminal or pipe that knows fewer characters than the article: better a replacement
        # character than no report. JSON is ASCII and never comes here.
        encoding = sys.stdout.encoding
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()
