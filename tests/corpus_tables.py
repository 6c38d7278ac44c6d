"""Files of every kind that a corpus is read from, and what is read from them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from attribution.corpus.records import BadRecord, Columns, Record
from attribution.corpus.source import Source, find_source
from corpora import write_jsonl

Write = Callable[[Path, list[dict[str, object]]], Path]


def write_csv(folder: Path, rows: list[dict[str, object]]) -> Path:
    path = folder / "news.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_parquet(folder: Path, rows: list[dict[str, object]]) -> Path:
    path = folder / "news.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=3)
    return path


def write_lines(folder: Path, rows: list[dict[str, object]]) -> Path:
    return write_jsonl(folder / "news.jsonl", rows)


def write_dataset(folder: Path, rows: list[dict[str, object]]) -> Path:
    from datasets import Dataset

    Dataset.from_list(rows).save_to_disk(folder / "news")
    return folder / "news"


TABLES = [write_csv, write_parquet, write_lines, write_dataset]


def read(source: Path | Source, **columns: str) -> list[Record | BadRecord]:
    found = source if isinstance(source, Source) else find_source(source, Columns(**columns))
    return [record for _, record in found.records()]


def reason_of(source: Path) -> tuple[str, str]:
    (record,) = read(source)
    assert isinstance(record, BadRecord)
    return record.reason, record.detail
