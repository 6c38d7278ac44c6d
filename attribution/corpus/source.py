"""What a corpus is made of: the files that a path stands for, and their records in one order.

Files are taken in order of their paths, so that every reading gives the same records.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from attribution.corpus.readers import READERS, File, Kind, Part
from attribution.corpus.records import BadRecord, Columns, Raw, Record
from attribution.errors import InputError
from attribution.inputs.read import SUFFIXES

__all__ = ["Place", "Source", "find_source"]

_SUFFIXES: Mapping[str, Kind] = {
    **dict.fromkeys(SUFFIXES, "text"), ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv",
    ".tsv": "csv", ".parquet": "parquet",
}  # fmt: skip
_PACKED = frozenset((".gz", ".bz2", ".xz", ".zst", ".zip"))


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a record begins: number of the file, bytes or rows before it, and rows before it."""

    file: int = 0
    offset: int = 0
    row: int = 0


_BEGINNING = Place()
_USUAL_COLUMNS = Columns()


@dataclass(frozen=True)
class Source:
    """The files of a corpus in reading order, and which of their columns is what."""

    files: tuple[File, ...]
    columns: Columns = _USUAL_COLUMNS

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def raws(self, start: Place = _BEGINNING) -> Iterator[tuple[Place, Raw | BadRecord]]:
        """The records as they stand in the files.

        Args:
            start: Where to begin: a place that this method yielded.

        Yields:
            Each record with the place where the next one begins.

        Raises:
            InputError: A table has no column for the text.
            MissingExtraError: A package that reads this kind is not installed.
        """
        for number in range(start.file, len(self.files)):
            file = self.files[number]
            first = start if number == start.file else _BEGINNING
            part = Part(file, first.offset, first.row, self.columns)
            try:
                for offset, row, raw in READERS[file.kind](part):
                    yield Place(number, offset, row), raw
            except OSError as error:
                reason = error.strerror or str(error) or type(error).__name__
                # Behind the file's end: who begins here goes on with the next one.
                yield Place(number + 1), BadRecord(file.name, None, "unreadable", reason)

    def records(self, start: Place = _BEGINNING) -> Iterator[tuple[Place, Record | BadRecord]]:
        """As :meth:`raws`, with the fields read as articles."""
        for place, raw in self.raws(start):
            yield place, self.columns.read(raw) if isinstance(raw, Raw) else raw


def find_source(
    path: str | Path, columns: Columns = _USUAL_COLUMNS, kind: Kind | None = None
) -> Source:
    """The files that a path stands for.

    Args:
        path: A file, a folder (all files of one kind in it and below, hidden ones left out), or
            the folder of a ``datasets`` data set as ``save_to_disk`` writes it.
        columns: Which column is what.
        kind: How to read the files; None: by their suffix.

    Raises:
        InputError: There is nothing to read there, or files of several kinds and no ``kind``.
    """
    root = Path(path)
    if not root.exists():
        raise InputError(f"{path}: no such file or folder")
    if root.is_file():
        return Source((_file(root, root.name, _kind_of(root, kind)),), columns)
    if (root / "dataset_dict.json").is_file():
        raise InputError(f"{path}: several splits of a data set; name the folder of one of them")
    if kind == "datasets" or (kind is None and (root / "state.json").is_file()):
        size = sum(part.stat().st_size for part in root.glob("*.arrow"))
        name = Path(os.path.realpath(root)).name
        return Source((File(os.path.realpath(root), name, "datasets", size),), columns)
    return Source(tuple(_files(root, kind)), columns)


def _kind_of(path: Path, kind: Kind | None) -> Kind:
    kind = kind or _SUFFIXES.get(path.suffix.lower())
    if path.suffix.lower() in _PACKED:
        raise InputError(f"{path}: compressed; unpack it first, chunks are read from its middle")
    if kind is None:
        known = ", ".join(_SUFFIXES)
        raise InputError(f"{path}: not one of {known}; say with --kind how to read it")
    return kind


def _files(root: Path, kind: Kind | None) -> list[File]:
    def refuse(error: OSError) -> None:
        raise InputError(f"{error.filename}: cannot be read: {error.strerror}") from error

    found: list[File] = []
    for parent, folders, names in os.walk(root, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            by_suffix = _SUFFIXES.get(os.path.splitext(name)[1].lower())
            if by_suffix is None or name.startswith(".") or kind not in (None, by_suffix):
                continue
            path = Path(parent, name)
            found.append(_file(path, path.relative_to(root).as_posix(), by_suffix))
    kinds = sorted({file.kind for file in found})
    if not found:
        wanted = [suffix for suffix, by in _SUFFIXES.items() if kind in (None, by)]
        raise InputError(f"{root}: no {', '.join(wanted)} files in this folder")
    if len(kinds) > 1:
        raise InputError(f"{root}: files of several kinds; choose with --kind: {', '.join(kinds)}")
    return sorted(found, key=lambda file: file.name)


def _file(path: Path, name: str, kind: Kind) -> File:
    size = path.stat().st_size if path.exists() else 0  # a dangling link fails when it is read
    return File(os.path.abspath(path), name, kind, size)
