"""Divides a corpus into chunks, the units of work: so many records each, by their order.

A first reading of the whole input finds where every chunk begins, which ids come twice, and a
digest of everything that was read. Against a model's few articles a second this costs next to
nothing, and it buys a progress bar that knows the end, ids checked over the whole corpus, and the
certainty that a run that goes on still has the same input before it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from attribution.corpus.records import BadRecord, Raw, Record
from attribution.corpus.source import Place, Source
from attribution.errors import CorpusError, InputError

__all__ = ["Chunk", "ChunkReader", "Plan", "make_plan"]

_DIGEST = 16
#: Records between two reports of progress.
_TICK = 1000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some records in a row.

    ``duplicates`` are the positions inside the chunk of records whose id an earlier article has.
    """

    number: int
    start: Place
    count: int
    duplicates: tuple[int, ...]
    digest: str


@dataclass(frozen=True)
class Plan:
    """All chunks of a corpus, in order, and the digest of all that was read."""

    chunks: tuple[Chunk, ...]
    digest: str

    @property
    def records(self) -> int:
        return sum(chunk.count for chunk in self.chunks)


def make_plan(
    source: Source, chunk_size: int, tick: Callable[[int], object] = lambda _: None
) -> Plan:
    """Read a corpus once and divide it.

    Args:
        source: What to read.
        chunk_size: Records in a chunk; the last one may have fewer.
        tick: Called now and then with the number of records read since the last call.

    Raises:
        InputError: There is no record at all, or a column that the caller named is in none, or
            none has a field for the text.
        MissingExtraError: A package that reads this kind is not installed.
    """
    chunks: list[Chunk] = []
    unseen = source.columns.named()
    names: list[str] | None = None  # of the first record's fields
    texts = False
    whole = hashlib.blake2b(digest_size=_DIGEST)
    with closing(_Seen()) as seen:
        building = _Building(0, Place())
        for number, (place, raw) in enumerate(source.raws(), 1):
            if isinstance(raw, Raw):
                unseen -= raw.fields.keys()
                names = list(raw.fields) if names is None else names
                texts = texts or "text" in source.columns.find(tuple(raw.fields))
            record = source.columns.read(raw) if isinstance(raw, Raw) else raw
            whole.update(building.add(record, seen))
            if building.count == chunk_size:
                chunks.append(building.chunk())
                building = _Building(len(chunks), place)
            if number % _TICK == 0:
                tick(_TICK)
        if building.count:
            chunks.append(building.chunk())
    if not chunks:
        raise InputError("there is no record in the input")
    if unseen:
        raise InputError(f"no record has a field {', '.join(map(repr, sorted(unseen)))}")
    if names is not None and not texts:  # better said once than once a record
        source.columns.require(names, "no record has a text; the first one")
    return Plan(tuple(chunks), whole.hexdigest())


class ChunkReader:
    """Reads chunks of one source. Chunks asked for in order are read in one go."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._records: Iterator[tuple[Place, Record | BadRecord]] = iter(())
        self._at: Place | None = None

    def read(self, chunk: Chunk) -> list[Record | BadRecord]:
        """The records of a chunk, in order, with its duplicates as bad records.

        Raises:
            CorpusError: The input is no longer what the plan was made from.
            InputError: As the plan's reading.
        """
        if chunk.start != self._at:
            self._records = self._source.records(chunk.start)
        self._at = None  # until all is well, the iterator is not to be trusted
        duplicates = set(chunk.duplicates)
        hashed = hashlib.blake2b(digest_size=_DIGEST)
        found: list[Record | BadRecord] = []
        place: Place | None = None
        for after, record in islice(self._records, chunk.count):
            place = after
            hashed.update(_bytes(record))
            found.append(_duplicate(record) if len(found) in duplicates else record)
        if hashed.hexdigest() != chunk.digest:
            where = found[0].where if found else "the input"
            raise CorpusError(f"{where}: the input was changed while it was being read")
        self._at = place
        return found


class _Building:
    """A chunk that is being filled."""

    def __init__(self, number: int, start: Place) -> None:
        self.count = 0
        self._number = number
        self._start = start
        self._duplicates: list[int] = []
        self._hashed = hashlib.blake2b(digest_size=_DIGEST)

    def add(self, record: Record | BadRecord, seen: _Seen) -> bytes:
        """Take a record in; gives the bytes that stand for it in digests."""
        data = _bytes(record)
        self._hashed.update(data)
        if isinstance(record, Record) and not seen.is_new(record.id):
            self._duplicates.append(self.count)
        self.count += 1
        return data

    def chunk(self) -> Chunk:
        digest = self._hashed.hexdigest()
        return Chunk(self._number, self._start, self.count, tuple(self._duplicates), digest)


class _Seen:
    """The ids so far, as digests in a temporary database that moves to the disk as it grows."""

    def __init__(self) -> None:
        self._base = sqlite3.connect("", isolation_level=None)
        self._base.execute("CREATE TABLE ids (id BLOB PRIMARY KEY) WITHOUT ROWID")
        self._base.execute("BEGIN")

    def is_new(self, key: str) -> bool:
        """True for an id's first call."""
        digest = hashlib.blake2b(key.encode(), digest_size=_DIGEST).digest()
        try:
            added = self._base.execute("INSERT OR IGNORE INTO ids VALUES (?)", (digest,))
        except sqlite3.OperationalError as error:
            detail = f"the ids cannot be kept in a temporary file (SQLITE_TMPDIR): {error}"
            raise OSError(detail) from error
        return added.rowcount == 1

    def close(self) -> None:
        self._base.close()


def _duplicate(record: Record | BadRecord) -> BadRecord:
    detail = "an earlier article has this id"
    return BadRecord(record.where, record.id, "duplicate_id", detail)


def _bytes(record: Record | BadRecord) -> bytes:
    if isinstance(record, BadRecord):
        parts = list(record.to_dict().values())
    else:
        parts = [record.where, record.id, record.text, record.title, record.publisher, record.date]
    return json.dumps(parts).encode() + b"\n"
