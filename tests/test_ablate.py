"""Ablations: settings laid over settings, and differences with their intervals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eval.bootstrap import difference
from eval.counts import Counts, Share
from training.ablate import REFERENCE, compared, merged, read_table, row_settings
from training.settings import settings_from
from training.spans import SPAN_MEASURES

ROOT = Path(__file__).parent.parent


def test_a_change_replaces_only_what_it_names() -> None:
    values = {"seed": 1, "training": {"mask": 0.1, "epochs": 2}}
    assert merged(values, {"training": {"mask": 0.0}}) == {
        "seed": 1,
        "training": {"mask": 0.0, "epochs": 2},
    }


def test_the_projects_rows_are_sound_settings() -> None:
    table = read_table(ROOT / "configs" / "ablation.yaml")
    reference = settings_from(table["common"])
    for name, row in table["rows"].items():
        assert row["says"], name
        assert row.get("weights", REFERENCE) in (REFERENCE, *table["rows"]), name
        changed = row_settings(table, name, row["change"], row.get("weights"))
        assert replace(changed, run=reference.run, output=reference.output) != reference, name


BETTER = [{"f": Counts(8, 10, 10)}, {"f": Counts(9, 10, 10)}]
WORSE = [{"f": Counts(6, 10, 10)}, {"f": Counts(7, 10, 10)}]


class TestDifference:
    def test_is_the_difference_of_the_figures(self) -> None:
        assert difference(BETTER, WORSE)["f"].value == pytest.approx(0.2)

    def test_resamples_both_sides_alike(self) -> None:
        figure = difference(BETTER, WORSE)["f"]
        assert (figure.low, figure.high) == pytest.approx((0.2, 0.2))

    def test_is_nothing_where_nothing_was_judged(self) -> None:
        assert difference([{"f": Share()}], [{"f": Share()}])["f"].value is None

    def test_needs_the_same_articles(self) -> None:
        with pytest.raises(ValueError, match="2 and 1 articles"):
            difference(BETTER, WORSE[:1])


def test_a_row_is_shown_beside_the_reference() -> None:
    tallies = [dict.fromkeys(SPAN_MEASURES, Counts(5, 10, 10))]
    found = compared({"written": tallies}, {"written": tallies})
    assert found["written"]["attribution"]["value"] == 0.5
    assert found["written"]["attribution"]["difference"]["value"] == 0.0
