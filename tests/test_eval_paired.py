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


def test_the_command_writes_every_kind_of_article_and_prints_its_points(
    scorer_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other, target = tmp_path / "other", tmp_path / "paired.json"
    shutil.copytree(scorer_folder, other)
    options = ["--to", str(scorer_folder), "--limit", "1", "--polnear", str(tmp_path / "none")]
    assert paired.main([str(other), *options, "--json", str(target)]) == 0
    found = json.loads(target.read_text(encoding="utf-8"))
    assert found["articles"] == {"written": 1, paired.CONTINUATIONS: 1}
    for systems in found["corpora"].values():
        assert list(systems) == [scorer_folder.name, "other"]
        assert systems["other"]["sentences"]["difference"]["value"] in (0.0, None)
    assert "written  sentence detection F1" in capsys.readouterr().out


def test_two_models_of_one_name_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        paired.main(["runs/a/model", "--to", "runs/b/model"])
    assert "two models of one name" in capsys.readouterr().err


def test_a_model_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert paired.main([str(tmp_path / "nothing")]) == 1
    assert "nothing" in capsys.readouterr().err
