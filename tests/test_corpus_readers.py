"""What a corpus's files are read as: every kind, columns by name, all ways to be no article."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from corpus_tables import (
    TABLES,
    read,
    reason_of,
    write_csv,
    write_dataset,
    write_lines,
    write_parquet,
)
from hypothesis import given
from hypothesis import strategies as st

from attribution.corpus.plan import make_plan
from attribution.corpus.readers import Kind
from attribution.corpus.records import BadRecord, Columns, Raw, Record, day_of
from attribution.corpus.source import find_source
from attribution.errors import InputError
from corpora import articles, write_jsonl

Write = Callable[[Path, list[dict[str, object]]], Path]


class TestKinds:
    @pytest.mark.parametrize("write", TABLES)
    def test_tables_give_their_rows_in_order(self, tmp_path: Path, write: Write) -> None:
        rows = articles(7)
        found = read(write(tmp_path, rows))
        assert [(r.id, r.text, r.title, r.publisher, r.date) for r in found] == [
            (r["id"], r["text"], r["title"], r["publisher"], r["date"]) for r in rows
        ]

    @pytest.mark.parametrize("write", TABLES)
    def test_without_an_id_file_and_row_are_the_id(self, tmp_path: Path, write: Write) -> None:
        path = write(tmp_path, [{"text": "one"}, {"text": "two"}])
        assert [record.id for record in read(path)] == [f"{path.name}#1", f"{path.name}#2"]

    def test_a_folder_of_texts_is_read_by_path_with_the_path_as_id(self, tmp_path: Path) -> None:
        (tmp_path / "b").mkdir()
        for name in ("b/two.md", "one.txt", ".hidden.txt", "table.doc"):
            (tmp_path / name).write_text(f"text of {name}\r\n", encoding="utf-8", newline="")
        found = read(tmp_path)
        assert [record.id for record in found] == ["b/two.md", "one.txt"]
        assert found[1].text == "text of one.txt\r\n"

    def test_a_folder_of_pages_and_documents_is_read_as_by_score(self, tmp_path: Path) -> None:
        pytest.importorskip("trafilatura")
        words = "The pier is closed until divers have looked at it, the warden said on Monday."
        page = f"<html><head><title>Pier shut</title></head><body><article>{f'<p>{words}</p>' * 5}"
        (tmp_path / "a.html").write_text(f"{page}</article></body></html>", encoding="utf-8")
        (tmp_path / "b.docx").write_bytes(b"PK no document")
        (tmp_path / "c.md").write_text(f"# Pier shut\n\n**{words}**", encoding="utf-8")
        one, bad, other = read(tmp_path)
        assert isinstance(one, Record)
        assert isinstance(bad, BadRecord)
        assert isinstance(other, Record)
        assert (one.id, one.title, other.id, other.text) == ("a.html", "Pier shut", "c.md", words)
        assert one.text.startswith(words)
        assert (bad.where, bad.reason) == ("b.docx", "unreadable")

    def test_a_folder_of_tables_is_one_corpus(self, tmp_path: Path) -> None:
        write_jsonl(tmp_path / "b.jsonl", [{"text": "two"}])
        write_jsonl(tmp_path / "a.ndjson", [{"text": "one"}])
        assert [record.text for record in read(tmp_path)] == ["one", "two"]

    @pytest.mark.parametrize("kind", [None, "jsonl"])
    def test_a_compressed_file_is_refused(self, tmp_path: Path, kind: Kind | None) -> None:
        (tmp_path / "news.jsonl.gz").write_bytes(gzip.compress(b'{"text": "one"}\n'))
        with pytest.raises(InputError, match="unpack it first"):
            find_source(tmp_path / "news.jsonl.gz", kind=kind)

    def test_a_folder_of_several_kinds_asks_which(self, tmp_path: Path) -> None:
        write_jsonl(tmp_path / "a.jsonl", [{"text": "one"}])
        (tmp_path / "README.md").write_text("about these data", encoding="utf-8")
        with pytest.raises(InputError, match="choose with --kind: jsonl, text"):
            find_source(tmp_path)
        assert [record.text for record in read(find_source(tmp_path, kind="jsonl"))] == ["one"]

    def test_a_file_of_unknown_suffix_can_be_named_a_kind(self, tmp_path: Path) -> None:
        path = write_jsonl(tmp_path / "news.json", [{"text": "one"}])
        with pytest.raises(InputError, match="say with --kind"):
            find_source(path)
        assert [record.text for record in read(find_source(path, kind="jsonl"))] == ["one"]

    def test_tab_separated_values(self, tmp_path: Path) -> None:
        (tmp_path / "a.tsv").write_text("id\ttext\n7\tone, two\n", encoding="utf-8")
        assert read(tmp_path / "a.tsv") == [Record("a.tsv#1", "7", "one, two")]

    def test_line_ends_inside_a_csv_field_stay_as_they_are(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes(b'text\r\n"one\r\ntwo\n"\r\n')
        assert read(tmp_path / "a.csv")[0].text == "one\r\ntwo\n"

    def test_a_csv_field_may_be_long(self, tmp_path: Path) -> None:
        limit = csv.field_size_limit()
        (tmp_path / "a.csv").write_text("text\n" + "word " * 50_000, encoding="utf-8")
        assert len(read(tmp_path / "a.csv")[0].text) == 250_000
        assert csv.field_size_limit() == limit

    @pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
    def test_a_byte_order_mark_is_no_part_of_the_first_record(
        self, tmp_path: Path, name: str
    ) -> None:
        body = "text\none\n" if name == "a.csv" else '{"text": "one"}\n'
        (tmp_path / name).write_text(body, encoding="utf-8-sig")
        assert read(tmp_path / name)[0].text == "one"

    def test_several_splits_must_be_named(self, tmp_path: Path) -> None:
        from datasets import Dataset, DatasetDict

        DatasetDict(train=Dataset.from_dict({"text": ["one"]})).save_to_disk(tmp_path / "d")
        with pytest.raises(InputError, match="name the folder of one"):
            find_source(tmp_path / "d")
        assert [record.text for record in read(tmp_path / "d" / "train")] == ["one"]

    def test_nothing_there(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="no such file"):
            find_source(tmp_path / "nowhere")
        with pytest.raises(InputError, match=r"no \.txt.* files in this folder"):
            find_source(tmp_path)


class TestColumns:
    def test_usual_names_in_any_case(self) -> None:
        names = ["URL", "Headline", "Body", "Outlet", "Published_At"]
        assert Columns().find(names) == {
            "id": "URL",
            "title": "Headline",
            "text": "Body",
            "publisher": "Outlet",
            "date": "Published_At",
        }

    def test_the_likeliest_of_several_is_taken(self) -> None:
        assert Columns().find(["content", "text"])["text"] == "text"

    def test_named_columns_come_first_and_are_no_second_column(self) -> None:
        found = Columns(title="text", text="body").find(["text", "body", "content"])
        assert found == {"title": "text", "text": "body"}

    @pytest.mark.parametrize("write", [write_csv, write_parquet, write_dataset])
    def test_a_table_without_text_is_refused(self, tmp_path: Path, write: Write) -> None:
        path = write(tmp_path, [{"id": "1", "words": "one"}])
        with pytest.raises(InputError, match=r"no column for the text .*: 'id', 'words'"):
            read(path)
        assert read(path, text="words")[0].text == "one"

    def test_lines_without_any_text_are_refused_at_once(self, tmp_path: Path) -> None:
        path = write_lines(tmp_path, [{"id": "1", "words": "one"}, {"id": "2", "words": "two"}])
        with pytest.raises(InputError, match=r"no record has a text; .*among .*: 'id', 'words'"):
            make_plan(find_source(path), 8)

    def test_one_line_with_a_text_is_enough_of_a_corpus(self, tmp_path: Path) -> None:
        path = write_lines(tmp_path, [{"words": "one"}, {"text": "two"}])
        assert make_plan(find_source(path), 8).records == 2

    def test_a_publisher_may_be_an_object_with_a_name(self, tmp_path: Path) -> None:
        path = write_lines(tmp_path, [{"text": "one", "publisher": {"id": 3, "name": "The Gull"}}])
        assert read(path)[0].publisher == "The Gull"  # type: ignore[union-attr]

    def test_a_publisher_without_its_name_is_none(self, tmp_path: Path) -> None:
        path = write_lines(tmp_path, [{"text": "one", "source": {"id": 3, "name": None}}])
        assert read(path)[0].publisher is None  # type: ignore[union-attr]

    @pytest.mark.parametrize("write", [write_parquet, write_dataset])
    def test_bytes_are_read_as_text(self, tmp_path: Path, write: Write) -> None:
        row = {
            "id": b"a7",
            "text": "Zoë said no.".encode(),
            "title": b" ",
            "publisher": b"The Gull",
        }
        (record,) = read(write(tmp_path, [row]))
        assert isinstance(record, Record)
        assert (record.id, record.text) == ("a7", "Zoë said no.")
        assert (record.title, record.publisher) == (None, "The Gull")

    @pytest.mark.parametrize(
        ("row", "detail"),
        [
            ({"id": b"a7", "text": b"Zo\xeb said no."}, "the text is not UTF-8: byte 2"),
            ({"id": b"a7", "text": b"one", "title": b"\xff"}, "the title is not UTF-8: byte 0"),
        ],
    )
    def test_bytes_that_are_no_text_are_a_bad_record(
        self, tmp_path: Path, row: dict[str, object], detail: str
    ) -> None:
        path = write_parquet(tmp_path, [row])
        assert read(path) == [BadRecord("news.parquet#1", "a7", "undecodable", detail)]

    def test_a_named_column_that_no_record_has_is_refused(self, tmp_path: Path) -> None:
        path = write_lines(tmp_path, [{"text": "one"}])
        with pytest.raises(InputError, match="no record has a field 'printed'"):
            make_plan(find_source(path, Columns(date="printed")), 8)

    def test_numbers_and_dates_become_text(self, tmp_path: Path) -> None:
        row = {"id": 7, "text": "one", "date": dt.datetime(2026, 11, 3, 9, 30), "title": "  "}
        (record,) = read(write_parquet(tmp_path, [row]))
        assert record == Record("news.parquet#1", "7", "one", date="2026-11-03T09:30:00")

    @pytest.mark.parametrize(
        "date",
        ["2026-11-03", "2026-11-03T23:59:59Z", "2026-11-03 10:00", "Tue, 3 Nov 2026 09:00:00 GMT"],
    )
    def test_days_are_read_from_iso_and_mail_dates(self, date: str) -> None:
        assert day_of(date) == dt.date(2026, 11, 3)

    @pytest.mark.parametrize("date", [None, "", "2026-11", "1793700000", "soon", "2026-13-45"])
    def test_no_day_is_guessed(self, date: str | None) -> None:
        assert day_of(date) is None

    @given(st.text())
    def test_any_text_has_a_day_or_none(self, date: str) -> None:
        assert day_of(date) is None or isinstance(day_of(date), dt.date)


class TestBadRecords:
    def line(self, tmp_path: Path, line: bytes) -> Path:
        path = tmp_path / "a.jsonl"
        path.write_bytes(line)
        return path

    @pytest.mark.parametrize("text", ['""', '" \\n"', '"\\u200b\\ufeff"'])
    def test_empty(self, tmp_path: Path, text: str) -> None:
        path = self.line(tmp_path, b'{"text": %s}' % text.encode())
        assert reason_of(path)[0] == "empty"

    @pytest.mark.parametrize("fields", ["{}", '{"text": null}', '{"text": NaN}', '{"id": 3}'])
    def test_no_text(self, tmp_path: Path, fields: str) -> None:
        assert reason_of(self.line(tmp_path, fields.encode()))[0] == "no_text"

    @pytest.mark.parametrize(("number", "found"), [("3.0", "3"), ("3", "3"), ("NaN", None)])
    def test_whole_numbers_of_a_column_with_gaps_are_ids(
        self, number: str, found: str | None
    ) -> None:
        fields = json.loads(f'{{"text": "one", "id": {number}, "date": NaN}}')
        read = Columns().read(Raw("in.jsonl:1", fields))
        assert isinstance(read, Record)
        assert (read.id, read.date) == (found or "in.jsonl:1", None)

    @pytest.mark.parametrize(
        ("fields", "detail"),
        [
            ('{"text": 3}', "the text is of type int"),
            ('{"text": "one", "id": [1]}', "the id is of type list"),
            ('{"text": "one", "id": true}', "the id is of type bool"),
            ('{"text": "one", "title": {}}', "the title is of type dict"),
            ('{"text": "one", "date": 1.5}', "the date is of type float"),
        ],
    )
    def test_wrong_type(self, tmp_path: Path, fields: str, detail: str) -> None:
        assert reason_of(self.line(tmp_path, fields.encode())) == ("wrong_type", detail)

    @pytest.mark.parametrize("line", [b"{", b"[1]", b"3", b'"text"', b"[" * 100_000])
    def test_malformed_json(self, tmp_path: Path, line: bytes) -> None:
        assert reason_of(self.line(tmp_path, line))[0] == "malformed"

    @pytest.mark.parametrize("deep", [100, 900, 990, 100_000])
    def test_json_nested_too_deep_is_told_whoever_reads_it(self, tmp_path: Path, deep: int) -> None:
        line = b'{"text": "so [{", "more": ' + b"[" * deep + b"]" * deep + b"}"
        told = ("malformed", "nested more than 100 deep")
        assert reason_of(self.line(tmp_path, line)) == told

    def test_brackets_in_a_text_are_no_nesting(self, tmp_path: Path) -> None:
        path = self.line(tmp_path, json.dumps({"text": '"[{\\' * 200}).encode())
        assert [record.text for record in read(path)] == ['"[{\\' * 200]

    def test_undecodable_json(self, tmp_path: Path) -> None:
        path = self.line(tmp_path, b'{"text": "caf\xe9"}\n')
        assert reason_of(path) == ("undecodable", "not UTF-8: byte 13 of the line")

    def test_undecodable_csv(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes(b"text\ncaf\xe9\nplain\n")
        bad, good = read(tmp_path / "a.csv")
        assert (bad.where, bad.reason) == ("a.csv#1", "undecodable")
        assert good.text == "plain"

    @pytest.mark.parametrize("row", ["one", "one,two,three", 'one,"tw"o', 'one,"two'])
    def test_malformed_csv(self, tmp_path: Path, row: str) -> None:
        (tmp_path / "a.csv").write_text(f"id,text\n{row}", encoding="utf-8")
        assert reason_of(tmp_path / "a.csv")[0] == "malformed"

    def test_an_open_quotation_mark_takes_no_later_article_in_silence(self, tmp_path: Path) -> None:
        rows = 'id,text\n1,"open\n2,"two"\n3,"three"\n'
        (tmp_path / "a.csv").write_text(rows, encoding="utf-8")
        found = read(tmp_path / "a.csv")
        assert found[0].reason == "malformed"
        assert found[-1] == Record("a.csv#2", "3", "three")

    @pytest.mark.parametrize(
        ("data", "reason"),
        [(b"\n\t", "empty"), (b"caf\xe9", "undecodable"), (b"%PDF-", "undecodable")],
    )
    def test_text_files(self, tmp_path: Path, data: bytes, reason: str) -> None:
        (tmp_path / "a.txt").write_bytes(data)
        assert reason_of(tmp_path / "a.txt")[0] == reason

    def test_a_file_that_cannot_be_read_is_one_error_among_the_rest(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").symlink_to(tmp_path / "gone")
        (tmp_path / "b.txt").write_text("words", encoding="utf-8")
        bad, good = read(tmp_path)
        assert (bad.where, bad.reason, bad.detail) == (
            "a.txt",
            "unreadable",
            "No such file or directory",
        )
        assert good.text == "words"

    def test_a_row_of_parquet_that_is_not_utf8_fails_alone(self, tmp_path: Path) -> None:
        texts = pa.array([b"one", b"t\xffwo", b"three"], pa.binary()).view(pa.string())
        path = tmp_path / "news.parquet"
        pq.write_table(pa.table({"id": ["a", "b", "c"], "text": texts}), path)
        first, second, third = read(path)
        assert isinstance(second, BadRecord)
        assert (second.where, second.reason) == ("news.parquet#2", "undecodable")
        assert [record.text for record in (first, third)] == ["one", "three"]

    def test_a_damaged_parquet_file_is_unreadable(self, tmp_path: Path) -> None:
        path = write_parquet(tmp_path, articles(9))
        path.write_bytes(path.read_bytes()[:-20])
        assert reason_of(path)[0] == "unreadable"

    def test_lone_surrogates_stay_in_the_text_and_leave_the_id(self, tmp_path: Path) -> None:
        (record,) = read(self.line(tmp_path, b'{"id": "x\\ud800", "text": "one \\udc00"}'))
        assert (record.id, record.text) == ("x\ufffd", "one \udc00")

    def test_blank_lines_are_no_records(self, tmp_path: Path) -> None:
        path = self.line(tmp_path, b'\n{"text": "one"}\n  \n{"text": "two"}')
        assert [record.where for record in read(path)] == ["a.jsonl#2", "a.jsonl#4"]
