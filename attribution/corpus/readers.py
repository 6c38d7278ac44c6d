"""Reads one file of a corpus record by record: text, JSON lines, CSV, Parquet, ``datasets``.

Every reader streams, and can begin in the middle, at a place that it gave out before. So any
worker can read any part of a corpus, and a run that goes on after a kill need not be told what was
read. Reading twice gives the same records.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO, Literal

from attribution.corpus.records import BadRecord, Columns, Raw, Reason
from attribution.errors import InputError
from attribution.extras import load_extra, load_pyarrow
from attribution.inputs.read import SUFFIXES, decode, read_article
from attribution.paragraphs import is_blank

__all__ = ["READERS", "File", "Found", "Kind", "Part"]

Kind = Literal["text", "jsonl", "csv", "parquet", "datasets"]
#: Records of a column store that are in memory at once.
_ROWS = 256
#: Longest line of JSON and longest field of CSV, in bytes: a missing line end or quotation mark
#: must not make one record of a whole file.
_LONGEST = 1 << 26
#: Brackets of JSON within each other.
_DEEPEST = 100
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.S)
_BRACKETS = re.compile(rb"[\[\]{}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
#: Offset (bytes or rows) and row number of what comes next, and what was read.
Found = tuple[int, int, Raw | BadRecord]


@dataclass(frozen=True, slots=True)
class File:
    """A file to read; ``name`` is its path below the input, and part of its records' ids."""

    path: str
    name: str
    kind: Kind
    size: int


@dataclass(frozen=True, slots=True)
class Part:
    """A file from one of its records on."""

    file: File
    offset: int
    row: int
    columns: Columns


def _read_text(part: Part) -> Iterator[Found]:
    if part.offset:
        return
    file = part.file
    data = Path(file.path).read_bytes()
    try:
        yield 1, 1, Raw(file.name, {"id": file.name, **_fields(data, file)})
    except InputError as error:
        empty = is_blank(data.decode("utf-8", "replace"))
        detail = str(error).removeprefix(f"{file.name}: ")
        reason: Reason = "undecodable" if _is_plain(file) else "unreadable"
        yield 1, 1, BadRecord(file.name, None, "empty" if empty else reason, detail)


def _is_plain(file: File) -> bool:
    return _suffix(file) not in SUFFIXES or _suffix(file) == ".txt"


def _suffix(file: File) -> str:
    return Path(file.name).suffix.lower()


def _fields(data: bytes, file: File) -> dict[str, str | None]:
    if _is_plain(file):
        return {"text": decode(data, file.name)}
    article = read_article(data, file.name, _suffix(file))
    return {name: getattr(article, name) for name in ("text", "title", "publisher", "date")}


def _read_jsonl(part: Part) -> Iterator[Found]:
    name, row = part.file.name, part.row
    with open(part.file.path, "rb") as stream:
        stream.seek(part.offset)
        while line := stream.readline(_LONGEST):
            row += 1
            where = f"{name}#{row}"
            if len(line) == _LONGEST and not line.endswith(b"\n"):
                _skip_line(stream)
                detail = f"a line of more than {_LONGEST} bytes"
                yield stream.tell(), row, BadRecord(where, None, "malformed", detail)
                continue
            if row == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            if line.strip():
                yield stream.tell(), row, _from_json(where, line)


def _skip_line(stream: BinaryIO) -> None:
    while (rest := stream.readline(_LONGEST)) and not rest.endswith(b"\n"):
        pass


def _from_json(where: str, line: bytes) -> Raw | BadRecord:
    # How deep the parser gets depends on who calls it; a record must read the same every time.
    if _depth(line) > _DEEPEST:
        return BadRecord(where, None, "malformed", f"nested more than {_DEEPEST} deep")
    try:
        fields = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return BadRecord(where, None, "undecodable", f"not UTF-8: byte {error.start} of the line")
    except (ValueError, RecursionError) as error:
        return BadRecord(where, None, "malformed", f"not JSON: {error}")
    if not isinstance(fields, dict):
        return BadRecord(where, None, "malformed", f"a JSON {type(fields).__name__}, no object")
    return Raw(where, fields)


def _depth(line: bytes) -> int:
    """How many brackets of a line of JSON are open at once; 0 where there are too few to matter."""
    if line.count(b"[") + line.count(b"{") <= _DEEPEST:
        return 0
    steps = (1 if mark in b"[{" else -1 for mark in _BRACKETS.findall(_STRING.sub(b"", line)))
    return max(accumulate(steps), default=0)


def _read_csv(part: Part) -> Iterator[Found]:
    file, row = part.file, part.row
    # strict: a quotation mark in the wrong place would otherwise swallow the articles behind it.
    form: dict[str, Any] = {
        "strict": True,
        "delimiter": "\t" if file.path.lower().endswith(".tsv") else ",",
    }
    with open(file.path, "rb") as stream:
        rows = csv.reader(_lines(stream), **form)
        try:
            header = _next_row(rows) or []
        except csv.Error as error:
            raise InputError(f"{file.name}: its first line is no CSV: {error}") from error
        part.columns.require(header, file.name)
        if len(set(header)) < len(header):
            raise InputError(f"{file.name}: two columns of one name in its header")
        if part.offset:
            stream.seek(part.offset)
            rows = csv.reader(_lines(stream), **form)
        while True:
            row += 1
            where = f"{file.name}#{row}"
            try:
                cells = _next_row(rows)
            except csv.Error as error:
                yield stream.tell(), row, BadRecord(where, None, "malformed", f"no CSV: {error}")
                continue
            if cells is None:
                return
            if cells:  # no cell at all: a blank line
                yield stream.tell(), row, _from_cells(where, header, cells)


def _from_cells(where: str, header: list[str], cells: list[str]) -> Raw | BadRecord:
    if any(map(_SURROGATE.search, cells)):
        return BadRecord(where, None, "undecodable", "bytes that are not UTF-8")
    if len(cells) != len(header):
        detail = f"{len(cells)} fields where the header has {len(header)}"
        return BadRecord(where, None, "malformed", detail)
    return Raw(where, dict(zip(header, cells, strict=True)))


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Lines as text. Bytes that are none come out as lone surrogates, for one record's sake."""
    first = stream.tell() == 0
    while line := stream.readline():
        if first:
            line, first = line.removeprefix(codecs.BOM_UTF8), False
        yield line.decode("utf-8", "surrogateescape")


def _next_row(rows: Iterator[list[str]]) -> list[str] | None:
    """The next row; None behind the last. Fields may be as long as articles are.

    The limit is one of the whole process, so it is raised for this call only.
    """
    before = csv.field_size_limit(_LONGEST)
    try:
        return next(rows, None)
    finally:
        csv.field_size_limit(before)


def _read_parquet(part: Part) -> Iterator[Found]:
    name, offset = part.file.name, part.offset
    pa = load_pyarrow()
    try:
        with pa.parquet.ParquetFile(part.file.path) as table:
            found = part.columns.require(table.schema_arrow.names, name)
            passed = 0
            for group in range(table.num_row_groups):
                size = table.metadata.row_group(group).num_rows
                # A group is read from its first row even if it begins before the offset: so the
                # batches, and where a damaged one ends the reading, are always the same.
                if passed + size > offset:
                    batches = table.iter_batches(
                        _ROWS, row_groups=[group], columns=sorted(found.values())
                    )
                    at = passed
                    for batch in batches:
                        for fields in _rows_of(batch):
                            at += 1
                            if at > offset:
                                yield at, at, _from_row(f"{name}#{at}", fields)
                passed += size
    except (pa.ArrowException, UnicodeDecodeError) as error:  # the latter for names of columns
        raise OSError(f"not readable as Parquet: {' '.join(str(error).split())}") from error


def _rows_of(batch: Any) -> Iterator[Mapping[str, object] | None]:
    """The rows of a batch; None for one with bytes that are not UTF-8."""
    try:
        rows: list[Mapping[str, object] | None] = batch.to_pylist()
    except UnicodeDecodeError:
        if batch.num_rows == 1:
            yield None
            return
        rows = [row for at in range(batch.num_rows) for row in _rows_of(batch.slice(at, 1))]
    yield from rows


def _from_row(where: str, fields: Mapping[str, object] | None) -> Raw | BadRecord:
    if fields is None:
        return BadRecord(where, None, "undecodable", "bytes that are not UTF-8")
    return Raw(where, fields)


def _read_datasets(part: Part) -> Iterator[Found]:
    name = part.file.name
    datasets = load_extra("datasets", extra="train")
    try:
        table = datasets.load_from_disk(part.file.path)
    except (OSError, ValueError) as error:
        raise InputError(f"{name}: no data set of the library 'datasets': {error}") from error
    if not isinstance(table, datasets.Dataset):
        raise InputError(f"{name}: several splits; name the folder of one of them")
    found = part.columns.require(table.column_names, name)
    table = table.with_format(None, columns=sorted(found.values()))
    for start in range(part.offset, len(table), _ROWS):
        batch = table[start : start + _ROWS]
        for at, values in enumerate(zip(*batch.values(), strict=True), start + 1):
            yield at, at, Raw(f"{name}#{at}", dict(zip(batch, values, strict=True)))


#: Begins at a record and yields each with the place where the next one begins.
READERS: Mapping[Kind, Callable[[Part], Iterator[Found]]] = {
    "text": _read_text,
    "jsonl": _read_jsonl,
    "csv": _read_csv,
    "parquet": _read_parquet,
    "datasets": _read_datasets,
}
