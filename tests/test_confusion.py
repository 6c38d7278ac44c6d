"""Confusion tables and their plot: counts by hand on the article of tiny.py, and what is drawn.

Gold: claims 1 and 2 are statements of a named person, 3 is an intention of an unnamed person, all
of them indirect.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from tiny import (
    RESIGN,
    SAFE,
    TRAINS,
    article,
    extra_claim,
    perfect,
    spans,
    with_claim,
    with_source,
    without_claim,
)

from attribution.types import KINDS, SPEECHES, Report
from eval.alignment import align
from eval.confusion import Confusion, confusion
from eval.confusion_plot import confusion_svg, write_plots
from eval.measures import measure
from training.readers.gold import GoldArticle, GoldClaim

GOLD = article()
SVG = "{http://www.w3.org/2000/svg}"


def cells(report: Report, label: str, gold: GoldArticle = GOLD) -> dict[tuple[str, str], int]:
    """The cells that are not 0, by gold and predicted label."""
    table = confusion([align(report, gold)], label).to_dict()
    return {
        (row, column): count
        for row, counts in zip(table["gold"], table["counts"], strict=True)
        for column, count in zip(table["predicted"], counts, strict=True)
        if count
    }


class TestCounts:
    def test_gold_as_prediction_is_all_on_the_diagonal(self) -> None:
        assert cells(perfect(GOLD), "type") == {
            ("named_person", "named_person"): 2,
            ("unnamed_person", "unnamed_person"): 1,
        }

    def test_a_wrong_kind_is_in_its_column(self) -> None:
        report = with_claim(perfect(GOLD), "1", kind="belief")
        assert cells(report, "kind") == {
            ("statement", "statement"): 1,
            ("statement", "belief"): 1,
            ("intention", "intention"): 1,
        }

    def test_a_wrong_type_counts_once_a_claim(self) -> None:
        report = with_source(perfect(GOLD), "s1", type="document")
        assert cells(report, "type")["named_person", "document"] == 2

    def test_a_claim_that_nobody_found_is_in_the_last_column(self) -> None:
        report = without_claim(with_claim(perfect(GOLD), "2", speech="mixed"), "3")
        assert cells(report, "speech") == {
            ("indirect", "indirect"): 1,
            ("indirect", "mixed"): 1,
            ("indirect", "not found"): 1,
        }

    def test_a_predicted_claim_that_is_none_is_in_no_table(self) -> None:
        report = extra_claim(perfect(GOLD), spans("Nobody moved"), kind="belief")
        assert cells(report, "kind") == cells(perfect(GOLD), "kind")

    def test_a_gold_claim_without_label_is_in_no_table(self) -> None:
        gold = article(replace(SAFE, kind=None, source=None, via=None), TRAINS)
        assert cells(perfect(gold), "kind", gold) == {("statement", "statement"): 1}
        assert cells(perfect(gold), "type", gold) == {("named_person", "named_person"): 1}

    def test_partial_claims_count_for_the_source_type_alone_as_in_its_measure(self) -> None:
        part = GoldClaim(
            "p", spans("Nobody moved"), source="s2", via=(), kind="belief", partial=True
        )
        gold = article(SAFE, TRAINS, RESIGN, part)
        assert cells(perfect(GOLD), "type", gold)["unnamed_person", "not found"] == 1
        assert ("belief", "not found") not in cells(perfect(GOLD), "kind", gold)

    @pytest.mark.parametrize("label", ["type", "speech", "kind"])
    def test_the_diagonal_over_what_was_found_is_the_measure(self, label: str) -> None:
        report = with_source(without_claim(perfect(GOLD), "2"), "s1", type="document")
        report = with_claim(report, "3", kind="belief", speech="direct")
        table = confusion([align(report, GOLD)], label)
        right = sum(row[place] for place, row in enumerate(table.counts))
        judged = measure(report, GOLD)[label]
        assert (right, table.n - sum(row[-1] for row in table.counts)) == (
            judged.right,
            judged.of,  # type: ignore[union-attr]
        )

    def test_articles_add_up(self) -> None:
        table = confusion([align(perfect(GOLD), GOLD)] * 2, "speech")
        assert table == Confusion(SPEECHES, ((0, 0, 0, 0), (0, 6, 0, 0), (0, 0, 0, 0)))

    def test_plain_data_names_rows_and_columns(self) -> None:
        plain = confusion([align(perfect(GOLD), GOLD)], "kind").to_dict()
        assert plain["gold"] == list(KINDS)
        assert plain["predicted"] == [*KINDS, "not found"]
        assert plain["counts"][0] == [2, 0, 0, 0, 0, 0, 0]
        assert plain["n"] == 3


HOSTILE = "</title><script>alert('&\"')</script>\x00\x1b[31m\ud800"


@pytest.fixture
def tables() -> dict[str, Any]:
    report = without_claim(with_claim(perfect(GOLD), "1", kind="belief"), "3")
    return {
        name: confusion([align(report, GOLD)], name).to_dict()
        for name in ("type", "speech", "kind")
    }


@pytest.fixture
def results(tables: dict[str, Any]) -> dict[str, Any]:
    """Results of two systems on two corpora."""
    part = {"systems": {name: {"confusion": tables} for name in ("one", "two")}}
    return {"split": "dev", "corpora": {"polnear": part, "written": part}}


class TestPlot:
    def test_every_cell_has_its_count_and_says_what_it_is(self, tables: dict[str, Any]) -> None:
        root = ElementTree.fromstring(confusion_svg("t", [("kind", tables["kind"])]))
        drawn = {
            group.findtext(f"{SVG}title"): group.findtext(f"{SVG}text")
            for group in root.iterfind(f"{SVG}g/{SVG}g")
        }
        assert len(drawn) == 6 * 7
        assert drawn["gold statement, predicted belief: 1 of 2"] == "1"
        assert drawn["gold intention, predicted not found: 1 of 1"] == "1"
        assert drawn["gold decision, predicted decision: 0 of 0"] == "0"

    def test_the_shade_is_the_share_of_the_row(self, tables: dict[str, Any]) -> None:
        root = ElementTree.fromstring(confusion_svg("t", [("kind", tables["kind"])]))
        shades = [
            (heat.get("class"), heat.get("fill-opacity"))
            for heat in root.iter(f"{SVG}rect")
            if heat.get("fill-opacity") not in (None, "0.0")
        ]
        assert shades == [("heat-right", "0.5"), ("heat-wrong", "0.5"), ("heat-missed", "1.0")]

    def test_names_are_escaped_and_characters_without_a_place_in_xml_replaced(
        self, tables: dict[str, Any]
    ) -> None:
        label = {"gold": ["<b>"], "predicted": ["<b>", "not found"], "counts": [[1, 0]]}
        svg = confusion_svg(HOSTILE, [(HOSTILE, label)])
        root = ElementTree.fromstring(svg.encode())
        assert root.findtext(f"{SVG}title") == (
            "</title><script>alert('&\"')</script>\ufffd\ufffd[31m\ufffd"
        )
        assert not list(root.iter(f"{SVG}script"))
        assert "gold <b>, predicted <b>: 1 of 1" in [it.text for it in root.iter(f"{SVG}title")]

    def test_nothing_is_fetched(self, tables: dict[str, Any]) -> None:
        svg = confusion_svg("t", [("kind", tables["kind"])])
        assert re.findall(r"(?:href|src|url\(|@import)", svg) == []
        assert re.findall(r"https?://[^\"]+", svg) == ["http://www.w3.org/2000/svg"]

    def test_everything_lies_within_the_image(self, tables: dict[str, Any]) -> None:
        root = ElementTree.fromstring(confusion_svg("t", list(tables.items())))
        width, height = float(root.get("width", 0)), float(root.get("height", 0))
        for group in root.iterfind(f"{SVG}g"):
            y = float(re.findall(r"\d+", group.get("transform", ""))[-1])
            for rect in group.iter(f"{SVG}rect"):
                x, top, wide, high = (float(rect.get(it, 0)) for it in "x y width height".split())
                assert x + wide < width
                assert y + top + high < height

    def test_numbers_are_readable_on_every_shade_in_light_and_dark(
        self, tables: dict[str, Any]
    ) -> None:
        svg = confusion_svg("t", list(tables.items()))
        light, dark = svg.split("@media")
        for style in (light, dark):
            colours = dict(re.findall(r"--(\w+): (#\w{6})", style))
            for ground in ("page", "right", "wrong", "missed"):
                assert contrast(colours["text"], colours[ground]) >= 4.5, ground
            assert contrast(colours["soft"], colours["page"]) >= 4.5


class TestFiles:
    def test_a_file_a_system_has_the_tables_of_every_corpus(
        self, results: dict[str, Any], tmp_path: Path
    ) -> None:
        paths = write_plots(results, tmp_path / "new" / "plots")
        assert [path.name for path in paths] == ["confusion-one.svg", "confusion-two.svg"]
        titles = [
            group.findtext(f"{SVG}text")
            for group in ElementTree.parse(paths[0]).getroot().iterfind(f"{SVG}g")
        ]
        assert titles == [
            f"{corpus}, dev: {label}"
            for corpus in ("PolNeAR", "Written articles")
            for label in ("source type", "speech", "kind")
        ]


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
