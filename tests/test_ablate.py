"""Ablations: settings laid over settings, and differences with their intervals."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from eval.bootstrap import difference
from eval.counts import Counts, Share
from eval.recipe_doc import ABLATIONS
from tiny_training import with_loop, write_table
from training import ablate
from training.ablate import (
    REFERENCE,
    compared,
    main,
    measured_before,
    merged,
    read_table,
    row_settings,
    train_row,
)
from training.settings import Settings, read_settings, settings_from
from training.spans import SPAN_MEASURES

ROOT = Path(__file__).parent.parent
TABLES = ("ablation", "ablation-2", "depth")


def test_a_change_replaces_only_what_it_names() -> None:
    values = {"seed": 1, "training": {"mask": 0.1, "epochs": 2}}
    assert merged(values, {"training": {"mask": 0.0}}) == {
        "seed": 1,
        "training": {"mask": 0.0, "epochs": 2},
    }


@pytest.mark.parametrize("name", TABLES)
def test_the_projects_rows_are_sound_settings(name: str) -> None:
    table = read_table(ROOT / "configs" / f"{name}.yaml")
    reference = settings_from(table["common"])
    for name, row in table["rows"].items():
        assert row["says"], name
        assert row.get("weights", REFERENCE) in (REFERENCE, *table["rows"]), name
        changed = row_settings(table, name, row["change"], row.get("weights"))
        assert replace(changed, run=reference.run, output=reference.output) != reference, name


@pytest.mark.parametrize("name", ABLATIONS)
def test_the_projects_figures_are_of_the_settings_that_the_tables_have(name: str) -> None:
    table = read_table(ROOT / "configs" / f"{name}.yaml")
    results = json.loads((ROOT / table["output"]).read_text(encoding="utf-8"))
    changes = {REFERENCE: {}} | {row: said["change"] for row, said in table["rows"].items()}
    assert results["common"] == table["common"]
    assert {row: said["change"] for row, said in results["rows"].items()} == changes


class TestMeasuredBefore:
    TABLE: ClassVar = {
        "common": {"seed": 1},
        "rows": {"less": {"says": "less", "change": {"seed": 2}}},
    }

    def found(self, tmp_path: Path, **other: object) -> tuple[set[str], list[str]]:
        """The rows that hold and those that do not."""
        output = tmp_path / "results.json"
        rows = {"less": {"change": {"seed": 2}}, "gone": {"change": {"seed": 3}}}
        before = {"common": {"seed": 1}, "articles": "a1", "rows": rows, **other}
        output.write_text(json.dumps(before), encoding="utf-8")
        held, stale = measured_before(output, self.TABLE, "a1")
        return set(held), stale

    def test_rows_of_the_same_settings_and_articles_hold(self, tmp_path: Path) -> None:
        assert self.found(tmp_path) == ({"less"}, [])

    @pytest.mark.parametrize(
        "other",
        [
            {"articles": "b2"},
            {"articles": None},
            {"common": {"seed": 5}},
            {"rows": {"less": {"change": {"seed": 4}}}},
        ],
    )
    def test_of_other_articles_or_settings_none_holds(
        self, tmp_path: Path, other: dict[str, object]
    ) -> None:
        assert self.found(tmp_path, **other) == (set(), ["less"])

    def test_there_may_be_none(self, tmp_path: Path) -> None:
        assert measured_before(tmp_path / "none.json", self.TABLE, "a1") == ({}, [])


class TestTrainRow:
    @pytest.fixture
    def settings(self, config: Path) -> Settings:
        return read_settings(with_loop(config, epochs=1))

    def test_what_is_trained_is_not_trained_again(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        train_row(settings)
        monkeypatch.setattr(ablate, "Trainer", None)
        train_row(settings)

    def test_weights_of_which_nothing_says_what_they_learned_are_refused(
        self, settings: Settings
    ) -> None:
        train_row(settings)
        (Path(settings.run) / "learned.json").unlink()
        with pytest.raises(ValueError, match="nothing says what they learned"):
            train_row(settings)

    def test_more_threads_are_no_other_settings(self, settings: Settings) -> None:
        train_row(settings)
        train_row(replace(settings, training=replace(settings.training, threads=2)))

    def test_other_settings_in_the_same_folder_are_refused(self, settings: Settings) -> None:
        train_row(settings)
        with pytest.raises(ValueError, match="other articles or settings"):
            train_row(replace(settings, seed=settings.seed + 1))

    def test_other_articles_in_the_same_folder_are_refused(self, settings: Settings) -> None:
        train_row(settings)
        article = Path(settings.data.articles) / "wires-02.txt"
        article.write_text(article.read_text().replace("It rained", "It poured"))
        with pytest.raises(ValueError, match="other articles or settings"):
            train_row(settings)


class TestMain:
    @pytest.fixture
    def table(self, config: Path) -> Path:
        more = {"says": "two epochs", "change": {"training": {"epochs": 2}}}
        return write_table(
            config, {"more": more, "other": {"says": "another seed", "change": {"seed": 6}}}
        )

    def rows(self, tmp_path: Path) -> dict[str, dict[str, object]]:
        return json.loads((tmp_path / "ablation.json").read_text(encoding="utf-8"))["rows"]

    def test_a_row_left_out_stays_as_it_was_measured(self, table: Path, tmp_path: Path) -> None:
        main([str(table)])
        before = self.rows(tmp_path)
        main([str(table), "--only", "more"])
        after = self.rows(tmp_path)
        assert list(after) == [REFERENCE, "more", "other"]
        assert after["other"] == before["other"]

    def test_a_row_of_other_articles_is_not_thrown_away(self, table: Path, tmp_path: Path) -> None:
        main([str(table)])
        before = self.rows(tmp_path)
        article = tmp_path / "articles" / "wires-02.txt"
        article.write_text(article.read_text().replace("It rained", "It poured"))
        with pytest.raises(SystemExit, match="of other settings or articles: other"):
            main([str(table), "--only", "more"])
        assert self.rows(tmp_path) == before


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
