"""The output of a corpus run: Parquet tables in shards, one shard of each a chunk.

A chunk is done when its shard in ``articles`` is there. That file is put in place last, by a
rename, after its siblings and the errors file, and each is on the disk before the next one is
renamed. So a kill at any moment leaves a chunk either done or to be done again; doing it again
writes the same bytes over what is there already.
"""

from __future__ import annotations

import json
import os
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attribution.columns import article_row, plain_claim_rows, source_rows, storable
from attribution.corpus.records import BadRecord, Record, day_of
from attribution.errors import CorpusError
from attribution.extras import load_pyarrow
from attribution.transparency import WEIGHTS
from attribution.types import Report

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "ERRORS",
    "PARTIAL",
    "TABLES",
    "Counts",
    "Shards",
    "made_by_runs",
    "replace_file",
]

#: The tables, that of the articles last: it is the mark of a chunk that is done.
TABLES = ("sources", "claims", "articles")
ERRORS = "errors"
PARTIAL = ".partial"
_RUN = b"attribution.run"
_DIGITS = 5


@dataclass(frozen=True)
class Counts:
    """What became of some records: scored, or wrong for a reason."""

    scored: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        return sum(self.reasons.values())

    @property
    def read(self) -> int:
        return self.scored + self.errors

    def __add__(self, other: Counts) -> Counts:
        reasons = Counter(self.reasons) + Counter(other.reasons)
        return Counts(self.scored + other.scored, dict(sorted(reasons.items())))


@cache
def _schemas() -> dict[str, pa.Schema]:
    pa = load_pyarrow()
    text, flag, number = pa.string(), pa.bool_(), pa.int32()
    columns: dict[str, list[tuple[str, Any]]] = {
        "articles": [
            ("article_id", text), ("where", text), ("title", text), ("publisher", text),
            ("date", text), ("day", pa.date32()), ("score", pa.float64()),
            *((f"component_{name}", pa.float64()) for name in WEIGHTS),
            ("characters", number), ("sentence_count", number), ("claim_count", number),
            ("source_count", number), ("report", pa.large_string()),
        ],
        "claims": [
            ("article_id", text), ("publisher", text), ("day", pa.date32()), ("claim_id", text),
            ("content", text), ("cue", text), ("source_mention", text), ("source_id", text),
            ("source_name", text), ("source_type", text), ("role", text),
            ("anonymity_granted", flag), ("speech", text), ("kind", text),
            ("chain", pa.list_(text)), ("confidence", pa.float64()),
        ],
        "sources": [
            ("article_id", text), ("source_id", text), ("name", text), ("type", text),
            ("role", text), ("anonymity_granted", flag), ("mentions", pa.list_(text)),
            ("claim_count", number), ("relayed_count", number),
        ],
    }  # fmt: skip
    return {name: pa.schema(fields) for name, fields in columns.items()}


class Shards:
    """The shards in one folder.

    Args:
        folder: The output folder of the run.
        run: The run's own mark. A shard of another run is not taken for one of this.
        chunks: Number of chunks, which decides how many digits the names have.
    """

    def __init__(self, folder: Path, run: str, chunks: int) -> None:
        self.folder = folder
        self._run = run
        self._digits = max(_DIGITS, len(str(chunks - 1)))

    def path(self, table: str, number: int) -> Path:
        """Where the part of a table, or of the errors, with this number lies."""
        suffix = "jsonl" if table == ERRORS else "parquet"
        return self.folder / table / f"part-{number:0{self._digits}}.{suffix}"

    def write(
        self,
        number: int,
        scored: Sequence[tuple[Record, Report]],
        errors: Sequence[BadRecord],
    ) -> Counts:
        """Put the outcome of a chunk in place, all of it or nothing.

        Args:
            number: The chunk's.
            scored: Its articles with their reports, in the order of the input.
            errors: Its other records. Without any, there is no errors file.

        Returns:
            The number of each.

        Raises:
            OSError: The output cannot be written.
        """
        pending: list[tuple[Path, Path]] = []
        try:
            if not errors:  # an earlier try, killed before it was done, may have left some
                self.path(ERRORS, number).unlink(missing_ok=True)
            else:
                lines = "".join(json.dumps(record.to_dict()) + "\n" for record in errors)
                pending.append((self._partial(lines.encode()), self.path(ERRORS, number)))
            rows = _rows(scored)
            pending.extend(
                (self._parquet(name, rows[name]), self.path(name, number)) for name in TABLES
            )
            for part, target in pending:
                os.replace(part, target)
                _sync(target.parent)
        except BaseException:
            for part, _ in pending:
                part.unlink(missing_ok=True)
            raise
        return Counts(len(scored), dict(Counter(record.reason for record in errors)))

    def is_done(self, number: int) -> bool:
        """Whether a chunk's articles are in place."""
        return self.path("articles", number).exists()

    def counts(self, number: int, expected: int) -> Counts | None:
        """What a chunk came to; None if it is not done.

        Raises:
            CorpusError: Its files are of another run, damaged, or not all there.
        """
        target = self.path("articles", number)
        if not self.is_done(number):
            return None
        pa = load_pyarrow()
        try:
            metadata = pa.parquet.read_metadata(target)
            reasons = self._reasons(number)
        except (OSError, ValueError, KeyError, pa.ArrowException) as error:
            raise CorpusError(f"{target}: damaged; delete it and run again: {error}") from error
        if (metadata.metadata or {}).get(_RUN) != self._run.encode():
            raise CorpusError(f"{target}: of another run; delete it and run again")
        found = Counts(metadata.num_rows, reasons)
        missing = [name for name in TABLES if not self.path(name, number).exists()]
        if found.read != expected or missing:
            what = f"{found.read} of {expected} records, without {', '.join(missing) or 'errors'}"
            raise CorpusError(f"{target}: does not add up ({what}); delete it and run again")
        return found

    def _reasons(self, number: int) -> dict[str, int]:
        path = self.path(ERRORS, number)
        if not path.exists():
            return {}
        with path.open(encoding="ascii") as stream:
            return dict(Counter(json.loads(line)["reason"] for line in stream))

    def _parquet(self, name: str, rows: Iterable[Mapping[str, Any]]) -> Path:
        pa = load_pyarrow()
        schema = _schemas()[name].with_metadata({_RUN: self._run.encode()})
        sink = pa.BufferOutputStream()
        table = pa.Table.from_pylist(list(rows), schema=schema)
        pa.parquet.write_table(table, sink, compression="zstd")
        return self._partial(sink.getvalue())

    def _partial(self, data: Any) -> Path:
        """The data in a file of its own, safely on the disk."""
        path = self.folder / PARTIAL / f"{os.getpid()}-{secrets.token_hex(8)}"
        try:
            with path.open("xb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        except BaseException:  # on a full disk, what is left of it would be in the way
            path.unlink(missing_ok=True)
            raise
        return path


def _rows(scored: Iterable[tuple[Record, Report]]) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for record, report in scored:
        key = {"article_id": record.id}
        about = {"where": storable(record.where), "title": record.title, "date": record.date}
        article = {**key, **about, **article_row(report), "day": day_of(record.date)}
        # Repeated with every claim, so that claims can be counted by outlet and month unjoined.
        origin = {**key, "publisher": article["publisher"], "day": article["day"]}
        rows["articles"].append(article)
        rows["claims"] += [{**origin, **row} for row in plain_claim_rows(report)]
        rows["sources"] += [{**key, **row} for row in source_rows(report)]
    return rows


def replace_file(target: Path, text: str) -> None:
    """Write a small file so that it is there with all of its text, or not at all."""
    part = target.parent / PARTIAL / f"{os.getpid()}-{secrets.token_hex(8)}"
    with part.open("x", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, target)
    _sync(target.parent)


def _sync(folder: Path) -> None:
    """Bring a folder's renames to the disk, where the system has a way to."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def made_by_runs(folder: Path) -> Iterator[Path]:
    """All shards in an output folder, those that mark a chunk as done first."""
    for name in (*reversed(TABLES), ERRORS):
        for pattern in ("part-*.parquet", "part-*.jsonl"):
            yield from sorted((folder / name).glob(pattern))
