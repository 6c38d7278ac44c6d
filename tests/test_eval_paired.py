"""Models against each other, article by article."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from attribution.types import Report
from eval import paired
from eval.corpora import CORPUS
from eval.gold_report import gold_report
from eval.run import System
from training.readers.articles import read_articles
from training.readers.gold import GoldArticle

ARTICLES = read_articles(CORPUS / "articles" / "dev")[:4]


def right(articles: Sequence[GoldArticle]) -> list[Report]:
    return [gold_report(article) for article in articles]


def without_first_claims(articles: Sequence[GoldArticle]) -> list[Report]:
    return [replace(report, claims=report.claims[1:]) for report in right(articles)]


def test_the_first_system_differs_from_itself_by_nothing() -> None:
    found = paired.compared([System("right", right)], ARTICLES)["right"]
    assert found["attribution"]["value"] == 1.0
    assert found["attribution"]["difference"]["value"] == 0.0


def test_a_system_that_finds_less_is_below_the_first_beyond_chance() -> None:
    systems = [System("right", right), System("less", without_first_claims)]
    found = paired.compared(systems, ARTICLES)["less"]["attribution"]
    assert found["difference"]["value"] == pytest.approx(found["value"] - 1.0, abs=1e-4)
    assert found["difference"]["interval"][1] < 0


def test_the_command_says_how_far_a_model_is_from_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    systems = [System("model", right), System("model", without_first_claims)]
    monkeypatch.setattr(paired, "systems_of", lambda models, baselines: systems)
    target = tmp_path / "new" / "paired.json"
    options = ["--to", "runs/best/model", "--limit", "3", "--polnear", str(tmp_path / "none")]
    assert paired.main(["runs/less/model", *options, "--json", str(target)]) == 0
    found = json.loads(target.read_text(encoding="utf-8"))
    assert found["articles"] == {"written": 3, "continuations": 3}
    for figures in found["corpora"].values():
        assert list(figures) == ["best", "less"]
        assert figures["less"]["attribution"]["difference"]["interval"][1] < 0
    points = 100 * found["corpora"]["written"]["less"]["attribution"]["difference"]["value"]
    line = f"written  attribution F1 at IoU .5  1.000  **{points:+.1f}**"
    assert line in capsys.readouterr().out


def test_models_of_folders_are_measured(scorer_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(scorer_folder, tmp_path / "other" / "model")
    options = ["--to", str(scorer_folder), "--limit", "1", "--polnear", str(tmp_path / "none")]
    target = tmp_path / "paired.json"
    assert paired.main([str(tmp_path / "other/model"), *options, "--json", str(target)]) == 0
    written = json.loads(target.read_text(encoding="utf-8"))["corpora"]["written"]
    assert list(written) == [scorer_folder.name, "other"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["runs/a/model", "--to", "elsewhere/a/model"], "two models of one name"),
        (["base", "--limit", "0"], "--limit is 1 at least"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        paired.main(arguments)
    assert message in capsys.readouterr().err


def test_a_model_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert paired.main([str(tmp_path / "nothing")]) == 1
    assert "nothing" in capsys.readouterr().err
