"""The claims of reports as a table: one row a claim, as CSV or Parquet.

Both forms have the columns of :class:`attribution.columns.ClaimRow`. What is a list there is a
list in Parquet and a text with spaces in CSV. pyarrow is imported only when Parquet is asked for.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import astuple, fields
from pathlib import Path
from types import ModuleType
from typing import Any

from attribution.columns import ClaimRow
from attribution.extras import load_pyarrow
from attribution.outputs.graph import ARTICLE
from attribution.types import Span

__all__ = ["COLUMNS", "ParquetClaims", "chain_line", "to_csv"]

# Rows held back, so that a file has few row groups and memory stays flat.
ROWS_AT_ONCE = 5000

# What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"), behind any number of
# apostrophes, so that a guarded cell can be told from one that began with an apostrophe.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")


COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(ClaimRow))


def chain_line(names: Iterable[str]) -> str:
    """The names of a chain's sources as one line: "article < Quay Press < Ada Roe"."""
    return " < ".join((ARTICLE, *names))


def to_csv(rows: Iterable[ClaimRow], *, header: bool = True) -> str:
    """Rows as CSV by RFC 4180, line ends CR LF, for UTF-8.

    A chain is a line as of :func:`chain_line`. Other lists have spaces between their items, a span
    is ``start-end``, truth is ``true`` or ``false``, and what is not there is empty.

    A spreadsheet takes a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end for
    a formula, and article text may begin so: such a cell gets an apostrophe in front, and so does
    one that begins with apostrophes and then such a character. To undo the guard, take one
    apostrophe off every cell that begins with apostrophes and then such a character.

    Args:
        rows: What to write.
        header: Whether the names of the columns come first.
    """
    target = io.StringIO()
    writer = csv.writer(target)
    if header:
        writer.writerow(COLUMNS)
    for row in rows:
        cells = {column: getattr(row, column) for column in COLUMNS}
        cells["chain"] = chain_line(row.chain)
        writer.writerow(map(_cell, cells.values()))
    return target.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        items = (f"{item.start}-{item.end}" if isinstance(item, Span) else item for item in value)
        value = " ".join(map(str, items))
    elif value is None or isinstance(value, bool):
        value = "" if value is None else str(value).lower()
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    return str(value)


class ParquetClaims:
    """Writes rows to one Parquet file. Used as a context manager.

    Args:
        path: The file; it is made, or written over, at the first :meth:`add`.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """

    def __init__(self, path: Path) -> None:
        self._arrow = load_pyarrow()
        self._path = path
        self._schema = _schema(self._arrow)
        self._file: Any = None
        self._waiting: list[ClaimRow] = []

    def __enter__(self) -> ParquetClaims:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        if self._file is None:
            return
        try:
            if kind is None and self._waiting:
                self._flush()
        finally:
            self._file.close()

    def add(self, rows: Iterable[ClaimRow]) -> None:
        """Write more rows, or make the file with none. Raises OSError when it cannot."""
        if self._file is None:
            self._file = self._arrow.parquet.ParquetWriter(self._path, self._schema)
        self._waiting.extend(rows)
        if len(self._waiting) >= ROWS_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        rows = [dict(zip(COLUMNS, astuple(row), strict=True)) for row in self._waiting]
        for row in rows:
            row["offsets"] = [{"start": start, "end": end} for start, end in row["offsets"]]
        self._file.write_table(self._arrow.Table.from_pylist(rows, schema=self._schema))
        self._waiting = []


def _schema(arrow: ModuleType) -> Any:
    span = arrow.struct([("start", arrow.int32()), ("end", arrow.int32())])
    special = {
        "sentences": arrow.list_(arrow.int32()),
        "offsets": arrow.list_(span),
        "anonymity_granted": arrow.bool_(),
        "chain": arrow.list_(arrow.string()),
        "chain_ids": arrow.list_(arrow.string()),
        "confidence": arrow.float64(),
    }
    return arrow.schema([(column, special.get(column, arrow.string())) for column in COLUMNS])
