"""Targets: corpora, read record by record as ``attribution corpus`` reads them, and scored."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any
from unittest.mock import patch

from attribution.corpus.plan import ChunkReader, make_plan
from attribution.corpus.records import BadRecord, Columns, day_of
from attribution.corpus.source import find_source
from attribution.errors import InputError
from eval.fuzz.checks import check_made
from eval.fuzz.documents import scorer_of
from eval.fuzz.target import LONGEST_JSON, Target, work_folder

__all__ = ["TABLES"]

_COLUMNS = ("attribution.corpus.readers", "attribution.corpus.records", "attribution.corpus.plan")
_ROWS = (
    {"id": "a1", "text": "The pier is closed, the warden said.", "date": "2026-11-03"},
    {"id": "a2", "text": "“No,” he added.", "publisher": "Quay Post", "title": "A title"},
    {"id": "../../a3", "text": "Nobody knows.", "date": "Tue, 03 Nov 2026 10:00:00 GMT"},
)
_JSON_WORDS = (
    b'"text"', b'"id"', b'"date"', b'"publisher"', b"null", b"NaN", b"1e999", b"[[[[[[[[",
    b"\\ud800", b"\\u0000", b"\xff", b"\n", b"{}", b'"\\ud83d\\ude00"', b"true", b"../",
)  # fmt: skip
_CSV_WORDS = (
    b'"',
    b'""',
    b",",
    b"\r\n",
    b"\n",
    b"\t",
    b"text",
    b"id",
    b"\xff",
    b"\x00",
    b"\xef\xbb\xbf",
)


def _read(data: bytes, suffix: str) -> bool:
    """Read a file as a corpus: every record is an article or has a reason, at every reading.

    Reading can begin at every place that the first reading gave out, and gives the same then.
    """
    path = work_folder() / f"news{suffix}"
    path.write_bytes(data)
    try:
        source = find_source(path, Columns())
        plan = make_plan(source, chunk_size=2)
    except InputError:
        return False
    reader = ChunkReader(source)
    chunks = [reader.read(chunk) for chunk in plan.chunks]
    for chunk, records in reversed(list(zip(plan.chunks, chunks, strict=True))):
        assert ChunkReader(source).read(chunk) == records, "another reading gives other records"
    found = [record for records in chunks for record in records]
    good = [record for record in found if not isinstance(record, BadRecord)]
    assert len({record.id for record in good}) == len(good), "an id twice"
    for record in good:
        assert record.text.strip()
        day_of(record.date)
        json.dumps([record.id, record.title, record.publisher]).encode("ascii")
    return bool(good)


def _score(data: bytes) -> bool:
    """Score a corpus of JSON lines into tables; twice, the second time nothing is left to do."""
    from attribution.corpus import run, work

    source, output = work_folder() / "scored.jsonl", work_folder() / "scored"
    source.write_bytes(data)
    shutil.rmtree(output, ignore_errors=True)
    options = work.CorpusOptions(chunk_size=2)
    # One model for all, and no digest of its files each time.
    with (
        patch.object(work, "load_scorer", lambda *_: scorer_of("tiny")),
        patch.object(run, "digest_of", lambda _: None),
    ):
        return _scored(source, output, options)


def _scored(source: Path, output: Path, options: Any) -> bool:
    from attribution.corpus import run

    try:
        summary = run.score_corpus(source, output, options)
    except InputError:
        return False
    assert summary.total.reasons.get("failed", 0) == 0, "scoring failed on a record"
    again = run.score_corpus(source, output, options)
    assert again.total == summary.total
    assert again.run.read == 0
    _check_tables(output)
    return summary.total.scored > 0


def _check_tables(output: Path) -> None:
    from pyarrow.parquet import read_table

    from attribution.types import Report

    for part in sorted((output / "articles").glob("part-*.parquet")):
        for row in read_table(part).to_pylist():
            report = Report.from_json(row["report"])
            check_made(report, report.text)
    places = {path.resolve().parent.parent for path in output.glob("*/*")}
    assert places <= {output.resolve()}, "a file outside of the output folder"


def _jsonl() -> list[bytes]:
    return [
        "".join(json.dumps(row) + "\n" for row in _ROWS).encode(),
        b'{"text": 5}\n[]\n{"text":""}',
    ]


def _csv() -> list[bytes]:
    return [
        b'id,text,date\na1,"The pier, it is said, is closed.",2026-11-03\na2,"two\nlines",\n',
        b"\xef\xbb\xbftext\r\nThe pier.\r\n",
    ]


def _parquet() -> list[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    found: list[bytes] = []
    for options in ({"compression": "none", "use_dictionary": False}, {"compression": "snappy"}):
        target = io.BytesIO()
        table: Any = pa.table({"id": ["a1", "a2"], "text": ["The pier is closed.", "He said no."]})
        pq.write_table(table, target, write_statistics=False, **options)
        found.append(target.getvalue())
    return found


TABLES = (
    Target(
        "jsonl",
        "corpora as JSON lines, read",
        lambda data: _read(data, ".jsonl"),
        _jsonl,
        _COLUMNS,
        share=90,
        json=True,
        words=_JSON_WORDS,
        longest=LONGEST_JSON,
    ),
    Target(
        "csv",
        "corpora as CSV, read",
        lambda data: _read(data, ".csv"),
        _csv,
        _COLUMNS,
        share=90,
        words=_CSV_WORDS,
    ),
    Target(
        "tsv",
        "corpora as tab-separated values, read",
        lambda data: _read(data, ".tsv"),
        lambda: [seed.replace(b",", b"\t") for seed in _csv()],
        _COLUMNS,
        share=20,
        words=_CSV_WORDS,
    ),
    Target(
        "parquet",
        "corpora as Parquet, read",
        lambda data: _read(data, ".parquet"),
        _parquet,
        _COLUMNS,
        share=50,
        words=(b"PAR1", b"\x00", b"\xff\xff\xff\x7f", b"\x15\x04"),
        longest=2000,
    ),
    Target(
        "corpus",
        "corpora as JSON lines, scored into tables by a small random model",
        _score,
        _jsonl,
        ("attribution.corpus.run", "attribution.corpus.shards", "attribution.corpus.work"),
        share=1,
        json=True,
        words=_JSON_WORDS,
        longest=300,
    ),
)
