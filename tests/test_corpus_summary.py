"""Summaries by publisher and month, against figures worked out by hand or in plain Python."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from attribution.corpus.records import Record
from attribution.corpus.shards import Shards
from attribution.corpus.summary import Key, summarize
from attribution.errors import InputError
from attribution.types import ModelInfo
from corpora import report_of

# Text, publisher and date of each article.
ARTICLES = (
    ("Ada Birch: one", "Post", "2026-01-05"),
    ("Quay Echo > Ada Birch: two", "Post", "2026-01-31T10:00:00Z"),
    ("a deckhand: three", "Post", "2026-02-01"),
    ("Nobody spoke.", "Post", "2026-02-02"),
    ("Quay Echo > a deckhand: four", "Times", "2026-02-03"),
    ("Bo Alder: five", "Times", "last week"),
    ("Bo Alder: six", None, None),
)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """The articles in two parts, in a folder whose name is a glob pattern."""
    folder = tmp_path / "[out]*"
    for name in ("articles", "claims", "sources", "errors", ".partial"):
        (folder / name).mkdir(parents=True)
    shards = Shards(folder, "mark", 2)
    for number, part in enumerate((ARTICLES[:3], ARTICLES[3:])):
        scored = [
            (
                Record("a.jsonl#1", text, text, publisher=publisher, date=date),
                report_of(text, publisher, ModelInfo("fake", "1")),
            )
            for text, publisher, date in part
        ]
        shards.write(number, scored, [])
    return folder


def rows(output: Path, *by: Key, top: int = 3) -> list[dict[str, object]]:
    return summarize(output, by, top).to_pylist()


def test_without_groups_there_is_one_row_over_everything(output: Path) -> None:
    (row,) = rows(output)
    reports = [report_of(text, None, ModelInfo("fake", "1")) for text, *_ in ARTICLES]
    scores = [report.transparency.score for report in reports]
    mean = statistics.mean(scores)
    half = 1.959964 * statistics.stdev(scores) / len(scores) ** 0.5
    assert row["score"] == pytest.approx(mean)
    assert (row["score_low"], row["score_high"]) == pytest.approx((mean - half, mean + half))
    assert (row["articles"], row["claims"]) == (7, 6)
    assert row["anonymous_share"] == pytest.approx(2 / 6)
    assert row["relayed_share"] == pytest.approx(2 / 6)
    assert row["top_sources"] == [
        {"name": "Ada Birch", "claims": 2},
        {"name": "Bo Alder", "claims": 2},
    ]


def test_groups_by_publisher_have_those_without_one_last(output: Path) -> None:
    found = [
        (row["publisher"], row["articles"], row["claims"]) for row in rows(output, "publisher")
    ]
    assert found == [("Post", 4, 3), ("Times", 2, 2), (None, 1, 1)]


def test_shares_are_of_the_group_s_claims(output: Path) -> None:
    post, times, nobody = rows(output, "publisher")
    assert post["anonymous_share"] == pytest.approx(1 / 3)
    assert post["relayed_share"] == pytest.approx(1 / 3)
    assert (times["anonymous_share"], times["relayed_share"]) == (0.5, 0.5)
    assert (nobody["anonymous_share"], nobody["relayed_share"]) == (0.0, 0.0)


def test_groups_by_publisher_and_month(output: Path) -> None:
    found = rows(output, "publisher", "month")
    assert [(row["publisher"], row["month"], row["articles"]) for row in found] == [
        ("Post", "2026-01", 2),
        ("Post", "2026-02", 2),
        ("Times", "2026-02", 1),
        ("Times", None, 1),
        (None, None, 1),
    ]


def test_groups_by_year_in_the_order_asked_for(output: Path) -> None:
    assert list(rows(output, "year", "publisher")[0])[:3] == ["year", "publisher", "articles"]


def test_one_article_has_no_interval(output: Path) -> None:
    nobody = rows(output, "publisher")[-1]
    assert nobody["score"] is not None
    assert (nobody["score_low"], nobody["score_high"]) == (None, None)


def test_an_interval_stays_inside_the_score_s_range(output: Path) -> None:
    for row in rows(output, "month"):
        if row["score_low"] is not None:
            assert 0 <= row["score_low"] <= row["score"] <= row["score_high"] <= 100


def test_top_sources_are_named_ones_and_no_more_than_asked_for(output: Path) -> None:
    assert rows(output, top=1)[0]["top_sources"] == [{"name": "Ada Birch", "claims": 2}]
    assert rows(output, top=0)[0]["top_sources"] == []


def test_a_group_without_a_claim_has_no_shares(tmp_path: Path) -> None:
    for name in ("articles", "claims", "sources", "errors", ".partial"):
        (tmp_path / name).mkdir()
    report = report_of("Nobody spoke.", None, ModelInfo("fake", "1"))
    Shards(tmp_path, "mark", 1).write(0, [(Record("a#1", "x", "Nobody spoke."), report)], [])
    (row,) = rows(tmp_path)
    assert (row["claims"], row["anonymous_share"], row["top_sources"]) == (0, None, [])


@pytest.mark.parametrize("by", [("outlet",), ("month", "month"), ("month; DROP TABLE claims",)])
def test_other_keys_are_refused(output: Path, by: tuple[Key, ...]) -> None:
    with pytest.raises(ValueError, match="group by one or more of publisher, year, month"):
        summarize(output, by)


def test_a_folder_of_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no output of 'attribution corpus'"):
        summarize(tmp_path)


@pytest.mark.parametrize("table", ["articles", "claims"])
@pytest.mark.parametrize("number", [0, 1])
def test_a_damaged_part_is_named(output: Path, table: str, number: int) -> None:
    part = output / table / f"part-0000{number}.parquet"
    part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(InputError, match=f"cannot be read: .*{part.name}"):
        summarize(output, ["publisher"])
