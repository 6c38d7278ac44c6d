"""The tables of the ablation in docs/recipe.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval import recipe_doc
from eval.pages import between, update

MEASURES = ("sentences", "attribution", "exact_source", "exact_cue", "exact_content", "mention")


def figures(value: float, difference: tuple[float, float, float]) -> dict[str, Any]:
    middle, low, high = difference
    apart = {"value": middle, "interval": [low, high], "n": 9}
    figure = {"value": value, "interval": [value, value], "n": 9, "difference": apart}
    return {"written": dict.fromkeys(MEASURES, figure)}


def ablation(difference: tuple[float, float, float]) -> dict[str, Any]:
    nothing = (0.0, 0.0, 0.0)
    return {
        "date": "2031-05-06T07:08:09+00:00",
        "commit": "0123456789abcdef-dirty",
        "machine": {"cores": 4, "processor": "any"},
        "rows": {
            "reference": {"says": "the recipe itself", "corpora": figures(0.75, nothing)},
            "less": {"says": "without it", "corpora": figures(0.7, difference)},
        },
    }


def test_the_recipe_has_its_figures_and_a_change_its_points_with_their_interval():
    page = recipe_doc.render(ablation((-0.012, -0.034, 0.005)))
    assert "| the recipe | .750 | .750 |" in page
    assert "| without it | -1.2 (-3.4 to +0.5) |" in page


def test_below_the_tables_stands_what_they_are_of():
    last = recipe_doc.render(ablation((0.0, 0.0, 0.0))).splitlines()[-1]
    assert last.startswith("The recipe: the recipe itself.")
    assert last.endswith(
        "until 2031-05-06 on 4 cores (any), last at commit `0123456789ab` with changes."
    )


@pytest.mark.parametrize("difference", [(-0.02, -0.03, -0.01), (0.02, 0.01, 0.03)])
def test_points_whose_interval_leaves_out_0_are_bold(difference: tuple[float, float, float]):
    assert f"**{100 * difference[0]:+.1f}**" in recipe_doc.render(ablation(difference))


def between_markers(page: str, begin: str, end: str) -> str:
    return page.partition(begin)[2].partition(end)[0]


def test_every_table_has_a_place_of_its_own_in_the_document(tmp_path: Path):
    page = tmp_path / "recipe.md"
    names = [*recipe_doc.ABLATIONS, *recipe_doc.OTHERS]
    page.write_text("\n".join("".join(recipe_doc.markers(name)) for name in names), "utf-8")
    results = recipe_doc.ROOT / "eval" / "results"
    assert recipe_doc.main(["--document", str(page), "--results", str(results)]) == 0
    written = page.read_text(encoding="utf-8")
    of_its_own = {
        "ablation": "without the word-shape feature",
        "ablation-2": "two epochs",
        "asked": "CofeNet's format",
        "depth": "the first six layers",
        "curve": "one annotator against another",
        "publishers": "each by its model",
        "storage": "stored in",
        "tried": "`halfway`",
    }
    for name in names:
        begin, end = recipe_doc.markers(name)
        told = {other: of_its_own[other] in between_markers(written, begin, end) for other in names}
        assert told == {other: other == name for other in names}


def test_the_projects_document_has_its_figures():
    assert recipe_doc.main(["--check"]) == 0


class TestUpdate:
    @pytest.fixture
    def files(self, tmp_path: Path) -> tuple[Path, Path]:
        page, results = tmp_path / "page.md", tmp_path / "results.json"
        page.write_text("before <a> old <b> after", encoding="utf-8")
        results.write_text(json.dumps({"n": 7}), encoding="utf-8")
        return page, results

    def run(self, files: tuple[Path, Path], *, check: bool, key: str = "n") -> int:
        return update(*files, ("<a>", "<b>"), lambda found: f"n = {found[key]}", check=check)

    def test_a_page_out_of_date_is_found_then_written(self, files: tuple[Path, Path]):
        assert self.run(files, check=True) == 1
        assert "old" in files[0].read_text(encoding="utf-8")
        assert self.run(files, check=False) == 0
        assert files[0].read_text(encoding="utf-8") == "before <a>\n\nn = 7\n\n<b> after"
        assert self.run(files, check=True) == 0

    def test_results_without_what_the_page_wants_are_named(
        self, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
    ):
        assert self.run(files, check=False, key="m") == 1
        assert "KeyError" in capsys.readouterr().err

    def test_a_page_without_markers_is_refused(self):
        with pytest.raises(ValueError, match="lacks the markers"):
            between("no markers", "<a>", "<b>", "text")
