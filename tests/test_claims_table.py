"""The table of claims: what csv and pyarrow read of it."""

from __future__ import annotations

import csv
import io
import re
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from attribution.columns import ClaimRow, claim_rows, storable
from attribution.errors import MissingExtraError
from attribution.outputs import claims_table
from attribution.outputs.claims_table import COLUMNS, ParquetClaims, to_csv
from attribution.types import Report, Span
from strategies import reports

START = st.sampled_from(
    ["", "'", "''", "=", "'=", "''@", "-", "+", "@", "\t", "\r", "\n", "＝", "x"]
)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def unguarded(cell: str) -> str:
    """The inverse of the guard, as docs/formats.md states it."""
    return re.sub("^'('*[=+\\-@\t\r\n＝＋－＠])", r"\1", cell)


def written(path: Path, *groups: list[ClaimRow]) -> list[dict[str, object]]:
    with ParquetClaims(path) as table:
        for rows in groups:
            table.add(rows)
    return pyarrow.parquet.read_table(path).to_pylist()


@pytest.fixture
def rows(example_report: Report) -> list[ClaimRow]:
    return claim_rows(example_report, "weir.txt")


@pytest.fixture
def row(rows: list[ClaimRow]) -> ClaimRow:
    return rows[0]


class TestRows:
    def test_a_row_says_who_said_what_and_through_whom(
        self, example_report: Report, row: ClaimRow
    ) -> None:
        assert (row.input, row.claim_id, row.sentences) == ("weir.txt", "c1", (2,))
        assert row.content == "“We found a crack as long as a bus,”"
        assert [span.of(example_report.text) for span in row.offsets] == [row.content]
        assert (row.cue, row.source_mention) == ("told", "engineer Ines Faro")
        assert (row.source_id, row.source_name, row.source_type) == (
            "s1", "Ines Faro", "named_person",
        )  # fmt: skip
        assert (row.role, row.anonymity_granted) == ("engineer", False)
        assert (row.speech, row.kind, row.confidence) == ("direct", "statement", 0.97)
        assert row.chain == ("Estuary Post", "Ines Faro")
        assert row.chain_ids == ("s2", "s1")

    def test_a_quotation_that_goes_on_has_no_cue_and_no_mention(self, rows: list[ClaimRow]) -> None:
        assert (rows[1].cue, rows[1].source_mention) == (None, None)

    def test_pieces_are_joined_by_an_ellipsis(self, example_report: Report) -> None:
        claim = replace(example_report.claims[0], content=(Span(0, 3), Span(4, 8)))
        (row,) = claim_rows(replace(example_report, claims=(claim,)), "x")
        assert row.content == "The … weir"

    def test_justification_is_in_the_articles_words(self, example_report: Report) -> None:
        known = replace(example_report.sources[0], justification=(Span(4, 8), Span(12, 21)))
        report = replace(example_report, sources=(known, *example_report.sources[1:]))
        assert claim_rows(report, "x")[0].justification == "weir … Ottermout"

    @given(reports())
    def test_every_claim_has_a_row(self, report: Report) -> None:
        rows = claim_rows(report, "x")
        assert [row.claim_id for row in rows] == [claim.id for claim in report.claims]
        assert [row.offsets for row in rows] == [claim.content for claim in report.claims]


class TestCsv:
    def test_columns_are_named_even_without_rows(self) -> None:
        assert to_csv([]).splitlines() == [",".join(COLUMNS)]

    def test_lines_end_as_in_rfc_4180(self, rows: list[ClaimRow]) -> None:
        assert to_csv(rows).count("\r\n") == len(rows) + 1

    def test_a_reader_finds_what_the_row_says(self, row: ClaimRow) -> None:
        (cells,) = read(to_csv([row]))
        assert cells["content"] == row.content
        assert cells["chain"] == "article < Estuary Post < Ines Faro"
        assert cells["chain_ids"] == "s2 s1"
        assert cells["offsets"] == f"{row.offsets[0].start}-{row.offsets[0].end}"
        assert (cells["sentences"], cells["anonymity_granted"]) == ("2", "false")
        assert float(cells["confidence"]) == row.confidence

    def test_what_is_not_there_is_empty(self, rows: list[ClaimRow]) -> None:
        assert read(to_csv(rows))[1]["cue"] == ""

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
    def test_no_cell_is_a_formula(self, row: ClaimRow, start: str) -> None:
        (cells,) = read(to_csv([replace(row, content=f'{start}HYPERLINK("x")')]))
        assert cells["content"] == f'\'{start}HYPERLINK("x")'

    @given(START, st.text(st.characters(exclude_categories=["Cs"])))
    def test_the_guard_can_be_undone(self, start: str, rest: str) -> None:
        row = ClaimRow("", "", (), start + rest, (), None, None, "", "", "", "", False, "", "", "",
                       (), (), 0.0)  # fmt: skip
        (cells,) = read(to_csv([row]))
        assert unguarded(cells["content"]) == start + rest
        assert not re.match("[=+\\-@\t\r\n]", cells["content"])

    @given(reports())
    def test_any_report_reads_as_its_rows(self, report: Report) -> None:
        found = read(to_csv(claim_rows(report, "a.txt")))
        assert [unguarded(cells["claim_id"]) for cells in found] == [c.id for c in report.claims]
        for cells, claim in zip(found, report.claims, strict=True):
            words = " … ".join(piece.of(report.text) for piece in claim.content)
            assert unguarded(cells["content"]) == storable(words)
            assert unguarded(cells["source_name"]) == storable(report.source(claim.source).name)
        to_csv(claim_rows(report, "a.txt")).encode("utf-8")


class TestParquet:
    def test_lists_are_lists(self, tmp_path: Path, rows: list[ClaimRow]) -> None:
        found = written(tmp_path / "claims.parquet", rows)[0]
        assert tuple(found) == COLUMNS
        assert found["chain"] == ["Estuary Post", "Ines Faro"]
        assert found["offsets"] == [{"start": span.start, "end": span.end}
                                    for span in rows[0].offsets]  # fmt: skip
        assert found["sentences"] == [2]
        assert found["anonymity_granted"] is False

    def test_what_is_not_there_is_null(self, tmp_path: Path, rows: list[ClaimRow]) -> None:
        assert written(tmp_path / "claims.parquet", rows)[1]["cue"] is None

    def test_rows_of_many_inputs_are_one_table_of_few_groups(
        self, tmp_path: Path, rows: list[ClaimRow], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(claims_table, "ROWS_AT_ONCE", 10)
        path = tmp_path / "claims.parquet"
        assert len(written(path, *[rows] * 6)) == 24
        assert pyarrow.parquet.ParquetFile(path).num_row_groups == 2

    def test_no_rows_are_a_table_too(self, tmp_path: Path) -> None:
        assert written(tmp_path / "claims.parquet", []) == []

    def test_no_report_is_no_file(self, tmp_path: Path) -> None:
        with ParquetClaims(tmp_path / "claims.parquet"):
            pass
        assert list(tmp_path.iterdir()) == []

    @given(report=reports())
    @example(report=None)
    def test_it_says_the_same_as_csv(
        self, tmp_path_factory: pytest.TempPathFactory, report: Report | None
    ) -> None:
        rows = [] if report is None else claim_rows(report, "a\ud800.txt")
        path = tmp_path_factory.mktemp("parquet") / "claims.parquet"
        found = written(path, rows)
        assert [line["content"] for line in found] == [row.content for row in rows]
        assert [line["source_name"] for line in found] == [row.source_name for row in rows]
        assert [tuple(line["chain_ids"]) for line in found] == [row.chain_ids for row in rows]

    def test_missing_pyarrow_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        with pytest.raises(MissingExtraError, match="pip install"):
            ParquetClaims(tmp_path / "claims.parquet")
