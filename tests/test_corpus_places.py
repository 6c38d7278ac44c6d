"""Where in its files a corpus finds its records, and how they are planned into chunks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from corpus_tables import TABLES, read, write_lines
from hypothesis import given
from hypothesis import strategies as st

from attribution.corpus.plan import ChunkReader, make_plan
from attribution.corpus.source import find_source
from attribution.errors import CorpusError, InputError
from corpora import articles, write_jsonl

Write = Callable[[Path, list[dict[str, object]]], Path]


class TestPlaces:
    """Reading may begin at any record; what follows is the same."""

    @pytest.mark.parametrize("write", TABLES)
    def test_reading_goes_on_from_every_place(self, tmp_path: Path, write: Write) -> None:
        source = find_source(write(tmp_path, articles(8)))
        everything = list(source.records())
        for number, (place, _) in enumerate(everything, 1):
            assert list(source.records(place)) == everything[number:]

    def test_across_files_and_bad_records(self, tmp_path: Path) -> None:
        write_jsonl(tmp_path / "a.jsonl", [{"text": "one"}, 3])
        (tmp_path / "b.jsonl").symlink_to(tmp_path / "gone")
        write_jsonl(tmp_path / "c.jsonl", [{"text": ""}, {"text": "four"}])
        source = find_source(tmp_path)
        everything = list(source.records())
        assert len(everything) == 5
        for number, (place, _) in enumerate(everything, 1):
            assert list(source.records(place)) == everything[number:]

    @given(st.lists(st.sampled_from(['"a', 'b"', "c,d", '"e"', '"f","g"', "", '"']), max_size=8))
    def test_in_broken_csv(
        self, tmp_path_factory: pytest.TempPathFactory, lines: list[str]
    ) -> None:
        path = tmp_path_factory.mktemp("broken") / "a.csv"
        path.write_text("\n".join(["id,text", *lines]), encoding="utf-8", newline="")
        source = find_source(path)
        everything = list(source.records())
        for number, (place, _) in enumerate(everything, 1):
            assert list(source.records(place)) == everything[number:]


class TestPlan:
    def test_chunks_have_so_many_records_in_order(self, tmp_path: Path) -> None:
        source = find_source(write_lines(tmp_path, articles(10)))
        plan = make_plan(source, 4)
        assert [(chunk.number, chunk.count) for chunk in plan.chunks] == [(0, 4), (1, 4), (2, 2)]
        assert plan.records == 10

    def test_chunks_are_read_in_any_order(self, tmp_path: Path) -> None:
        source = find_source(write_lines(tmp_path, articles(10)))
        everything = read(source)
        reader = ChunkReader(source)
        for chunk in reversed(make_plan(source, 4).chunks):
            first = 4 * chunk.number
            assert reader.read(chunk) == everything[first : first + 4]

    def test_an_id_is_the_first_scorable_record_s(self, tmp_path: Path) -> None:
        rows = [{"id": "x", "text": ""}, {"id": "x", "text": "one"}, {"id": "x", "text": "two"}]
        source = find_source(write_lines(tmp_path, rows))
        (chunk,) = make_plan(source, 8).chunks
        found = ChunkReader(source).read(chunk)
        assert [getattr(record, "reason", "good") for record in found] == [
            "empty",
            "good",
            "duplicate_id",
        ]

    def test_ids_are_compared_across_chunks(self, tmp_path: Path) -> None:
        rows = [{"id": number % 3, "text": "one"} for number in range(5)]
        chunks = make_plan(find_source(write_lines(tmp_path, rows)), 2).chunks
        assert [chunk.duplicates for chunk in chunks] == [(), (1,), (0,)]

    def test_an_input_that_changes_meanwhile_is_noticed(self, tmp_path: Path) -> None:
        rows = articles(6)
        path = write_lines(tmp_path, rows)
        source = find_source(path)
        chunks = make_plan(source, 3).chunks
        write_lines(tmp_path, [*rows[:5], {**rows[5], "title": "Title 9"}])
        reader = ChunkReader(source)
        assert len(reader.read(chunks[0])) == 3
        with pytest.raises(CorpusError, match="changed while it was being read"):
            reader.read(chunks[1])

    def test_a_corpus_without_records_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="no record"):
            make_plan(find_source(write_lines(tmp_path, [])), 4)

    @pytest.mark.parametrize("field", ["id", "text", "title", "publisher", "date"])
    def test_the_digest_changes_with_every_field(self, tmp_path: Path, field: str) -> None:
        rows = articles(3)
        before = make_plan(find_source(write_lines(tmp_path, rows)), 2).digest
        rows[2] = {**rows[2], field: "2026-12-24"}
        assert make_plan(find_source(write_lines(tmp_path, rows)), 2).digest != before
