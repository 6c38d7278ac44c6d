"""The claims of reports as a table: one row a claim, as CSV or Parquet.

Both forms have the columns of :class:`ClaimRow`. What is a list there is a list in Parquet and a
text with spaces in CSV. pyarrow is imported only when Parquet is asked for.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from attribution.errors import MissingExtraError
from attribution.outputs.graph import ARTICLE, storable
from attribution.types import Claim, Report, Span

__all__ = [
    "COLUMNS",
    "ClaimRow",
    "ParquetClaims",
    "chain_line",
    "claim_rows",
    "load_pyarrow",
    "to_csv",
]

PIECES = " … "
# Rows held back, so that a file has few row groups and memory stays flat.
ROWS_AT_ONCE = 5000

# What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"), behind any number of
# apostrophes, so that a guarded cell can be told from one that began with an apostrophe.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim with all that is known of it. None and empty tuples where there is nothing.

    Attributes:
        input: What the input is called.
        claim_id: The claim's id in its report.
        sentences: The numbers of the sentences it reaches into, from 1.
        content: Its pieces, joined by " … ".
        offsets: Where the pieces stand in the text, end exclusive.
        cue: The reporting words.
        source_mention: The words that name the source in this claim.
        source_id: The origin's id in the report.
        source_name: The origin's name.
        source_type: The origin's type.
        role: Its title or affiliation.
        anonymity_granted: Whether the text says that it was given anonymity.
        justification: The words that say why it can know, joined by " … ".
        speech: Direct, indirect or mixed.
        kind: Statement, belief and so on.
        chain: The names of the chain's sources, from the article outward.
        chain_ids: Their ids in the report.
        confidence: The claim's confidence.
    """

    input: str
    claim_id: str
    sentences: tuple[int, ...]
    content: str
    offsets: tuple[Span, ...]
    cue: str | None
    source_mention: str | None
    source_id: str
    source_name: str
    source_type: str
    role: str
    anonymity_granted: bool
    justification: str
    speech: str
    kind: str
    chain: tuple[str, ...]
    chain_ids: tuple[str, ...]
    confidence: float


COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(ClaimRow))


def claim_rows(report: Report, name: str) -> list[ClaimRow]:
    """The rows of a report's claims, in the report's order.

    Args:
        report: Any report.
        name: What the input is called.

    Returns:
        One row a claim. In texts, characters that XML 1.0 forbids and lone surrogates are U+FFFD,
        which leaves every offset right.

    Raises:
        KeyError: A chain has a source that the report lacks.
    """
    sentences: dict[str, list[int]] = {}
    for number, sentence in enumerate(report.sentences, start=1):
        for key in sentence.claims:
            sentences.setdefault(key, []).append(number)
    return [_row(report, claim, name, sentences.get(claim.id, ())) for claim in report.claims]


def _row(report: Report, claim: Claim, name: str, sentences: Iterable[int]) -> ClaimRow:
    source = report.source(claim.source)
    return ClaimRow(
        input=storable(name),
        claim_id=storable(claim.id),
        sentences=tuple(sentences),
        content=_words(report, claim.content),
        offsets=claim.content,
        cue=None if claim.cue is None else _words(report, (claim.cue,)),
        source_mention=(
            None if claim.source_mention is None else _words(report, (claim.source_mention,))
        ),
        source_id=storable(source.id),
        source_name=storable(source.name),
        source_type=source.type,
        role=storable(source.role),
        anonymity_granted=source.anonymity_granted,
        justification=_words(report, source.justification),
        speech=claim.speech,
        kind=claim.kind,
        chain=tuple(storable(report.source(key).name) for key in claim.chain),
        chain_ids=tuple(storable(key) for key in claim.chain),
        confidence=claim.confidence,
    )


def _words(report: Report, pieces: Iterable[Span]) -> str:
    return storable(PIECES.join(piece.of(report.text) for piece in pieces))


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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is None:
            return
        try:
            if error is None and self._waiting:
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


def load_pyarrow() -> ModuleType:
    """Import pyarrow. Raises MissingExtraError when it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError("pyarrow", "corpus") from error
    return pyarrow
