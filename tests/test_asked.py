"""The tables that stand beside the ablation: goals, data, publishers, storage, what was tried."""

from __future__ import annotations

from typing import Any

import pytest

from eval import asked
from eval.targets import ANNOTATORS, ASKED, MEASURES, PUBLISHER_DROP


def figure(value: float, **more: Any) -> dict[str, Any]:
    return {"value": value, "interval": [value - 0.01, value + 0.01], "n": 50, **more}


def rows_of(table: str) -> dict[str, list[str]]:
    """The cells of each row of a table by what its first cell says."""
    lines = [line.strip("|").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    cells = {first.strip(): [cell.strip() for cell in rest] for first, *rest in lines}
    return {label: rest for label, rest in cells.items() if label != "---"}


class TestAsked:
    def table(self, above: float) -> dict[str, list[str]]:
        """Everything reached with ``above`` to spare."""
        agreement = {"figures": dict.fromkeys(asked.SPANS, figure(0.5))}
        cofenet = [
            {role: {"F1": goal + above, **figure(goal + above)} for role, goal in goals.items()}
            for goals in (ASKED[name]["cofenet"] for name in ASKED)
        ]
        corpora = {
            corpus: {
                "systems": {
                    name: {
                        "figures": {
                            key: figure(goal + above) for key, goal in ASKED[name][corpus].items()
                        },
                        "calibration": figure(0.03 - above, perfect=0.02),
                    }
                    for name in ASKED
                }
            }
            for corpus in ("polnear", "written")
        }
        return rows_of(asked.asked({"corpora": corpora}, agreement, *cofenet))

    def test_every_figure_asked_of_a_model_has_a_row(self):
        figures = sum(len(goals) for goals in ASKED["small"].values())
        header, calibration_errors = 1, 2
        assert len(self.table(0.02)) == header + figures + calibration_errors

    def test_what_is_reached_is_plain_and_what_is_missed_is_bold(self):
        label = "PolNeAR: attribution F1 at IoU .5"
        assert self.table(0.01)[label][:2] == [".790", ".800"]
        assert self.table(-0.01)[label][:2] == [".790", "**.780**"]

    def test_a_calibration_error_is_missed_when_it_is_higher(self):
        label = "Written articles: calibration error (by chance alone .020 / .020)"
        assert self.table(0.01)[label][:2] == ["< .030", ".020"]
        assert self.table(-0.01)[label][:2] == ["< .030", "**.040**"]

    def test_what_is_just_reached_is_reached_but_an_error_must_stay_under(self):
        table = self.table(0.0)
        assert table["PolNeAR: attribution F1 at IoU .5"][1] == ".790"
        error = "Written articles: calibration error (by chance alone .020 / .020)"
        assert table[error][1] == "**.030**"

    def test_annotators_stand_beside_the_figures_of_their_corpus_alone(self):
        table = self.table(0.01)
        assert table["PolNeAR: sentence detection F1"][-1] == ".500"
        assert table["Written articles: sentence detection F1"][-1] == "–"
        published = f"{ANNOTATORS['cue']:.3f}".removeprefix("0")
        assert table["CofeNet's format: cue, exact F1"][-1] == published


def test_figures_of_which_nothing_was_judged_are_dashes():
    nothing = {"value": None, "interval": None, "n": 0}
    known = {"value": 0.5, "interval": [0.4, 0.6], "n": 9}
    rows = {
        name: {"says": name, "corpora": {"polnear": dict.fromkeys(asked.SPANS, figures)}}
        for name, figures in zip(asked.CURVE, (nothing, known, known), strict=True)
    }
    agreement = {"figures": dict.fromkeys(asked.SPANS, known)}
    table = rows_of(asked.curve({"rows": rows}, agreement))
    assert table["polnear-quarter"][0] == "–"
    assert table["points from a quarter to half"][0] == "–"


def test_the_curve_tells_what_twice_the_articles_bring():
    rows = {
        name: {"says": name, "corpora": {"polnear": dict.fromkeys(asked.SPANS, figure(value))}}
        for name, value in zip(asked.CURVE, (0.6, 0.65, 0.68), strict=True)
    }
    table = rows_of(
        asked.curve({"rows": rows}, {"figures": dict.fromkeys(asked.SPANS, figure(0.7))})
    )
    assert table["polnear-half"][0] == ".650 (.640 to .660)"
    assert table["all of PolNeAR's articles"][0] == ".680 (.670 to .690)"
    assert table["points from a quarter to half"][0] == "+5.0"
    assert table["points from half to all"][0] == "+3.0"
    assert table["one annotator against another"][0] == ".700 (.690 to .710)"


@pytest.mark.parametrize(("beyond", "verdict"), [(-0.01, "stays under"), (0.01, "misses")])
def test_the_publishers_table_says_whether_the_drop_stays_under_what_was_asked(
    beyond: float, verdict: str
):
    drop = PUBLISHER_DROP + beyond
    apart = {"value": -drop, "interval": [-drop - 0.02, -drop + 0.02], "n": 9}
    left_out = dict.fromkeys(asked.SPANS, figure(0.7, difference=apart))
    page = asked.publishers({"publishers": {"gazette": left_out}, "all": left_out})
    assert rows_of(page)["gazette"][1].startswith(".700, **-")
    assert f"falls by {100 * drop:.1f} points, which {verdict}" in page


def row(value: float, low: float, high: float, n: int = 9) -> dict[str, Any]:
    """A figure of .5 that differs from another by this, with this interval."""
    apart = {"value": value, "interval": [low, high], "n": 3}
    return {"value": 0.5, "interval": [0.4, 0.6], "n": n, "difference": apart}


MEASURED = {
    "date": "2031-05-06T07:08:09+00:00",
    "commit": "0123456789abcdef-dirty",
    "machine": {"cores": 4, "processor": "any"},
}


class TestStorage:
    def test_the_first_precision_has_figures_and_the_others_points(self):
        stored = {
            "fp32": {
                "megabytes": 449.6,
                "corpora": {"written": dict.fromkeys(asked.SPANS, row(0, 0, 0))},
            },
            "int8": {
                "megabytes": 112.4,
                "corpora": {"written": dict.fromkeys(asked.SPANS, row(-0.02, -0.03, -0.01))},
            },
        }
        found = rows_of(asked.storage({**MEASURED, "stored": stored}))
        assert found["`fp32`"] == ["450", "Written articles", *[".500"] * len(asked.SPANS)]
        assert found["`int8`"][0] == "112"
        assert found["`int8`"][2:] == ["**-2.0** (-3.0 to -1.0)"] * len(asked.SPANS)


class TestTried:
    def results(self) -> dict[str, Any]:
        """A model that is ahead on one kind of articles and behind, within chance, on another."""
        nothing = {"value": None, "interval": None, "n": 0}
        empty = {**nothing, "difference": nothing}
        keys = [measure.key for measure in MEASURES]

        def systems(apart: dict[str, Any], n: int) -> dict[str, Any]:
            own, other = dict.fromkeys(keys, empty), dict.fromkeys(keys, empty)
            return {
                "small": own | {"via": row(0.0, 0.0, 0.0, n)},
                "other": other | {"via": apart},
            }

        corpora = {
            "polnear": systems(row(0.04, 0.01, 0.07), 7),
            "continuations": systems(row(-0.05, -0.11, 0.02), 8),
        }
        return {**MEASURED, "articles": {"polnear": 84, "continuations": 20}, "corpora": corpora}

    def test_each_kind_of_articles_has_a_table_of_what_was_judged(self):
        tables = asked.tried(self.results()).split("\n\n")
        polnear, goes_on = (rows_of(table) for table in tables[:2])
        assert polnear["PolNeAR, 84 articles"] == ["`small`", "n", "`other`"]
        assert polnear["via F1"] == [".500", "7", "**+4.0** (+1.0 to +7.0)"]
        assert goes_on["Claims that go on, 20 articles"] == ["`small`", "n", "`other`"]
        assert goes_on["via F1"] == [".500", "8", "-5.0 (-11.0 to +2.0)"]
        assert len(polnear) == len(goes_on) == 2

    def test_below_stands_how_many_differences_leave_out_0(self):
        last = asked.tried(self.results()).splitlines()[-1]
        assert last.startswith("Of 2 differences 1 have an interval that leaves out 0;")
        assert last.endswith("on 4 cores (any), commit `0123456789ab` with changes.")
