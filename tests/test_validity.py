"""The validity of the score: relations, agreement with gold, repetition, rankings, the command."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from attribution import counted
from attribution.transparency import WEIGHTS
from attribution.types import Report, Span
from eval.validity import __main__ as command
from eval.validity.agreement import agreement
from eval.validity.dose import doses
from eval.validity.gold_score import read_gold
from eval.validity.rankings import company, publishers, sensitivity
from eval.validity.relations import NEARLY, SEEN, Case, Relation, check, relations, summary
from eval.validity.resampling import figure, mean, spearman
from eval.validity.retest import retest
from eval.validity.table import print_validity
from training.augment.cues import learn_verbs
from training.readers.articles import read_articles
from training.readers.gold import GoldArticle, GoldClaim, GoldSource
from validity import weir

DEV = Path(__file__).parent.parent / "training" / "corpus" / "articles" / "dev"


@cache
def articles() -> tuple[GoldArticle, ...]:
    return tuple(read_articles(DEV)[:5])


@cache
def gold() -> tuple[Report, ...]:
    return tuple(read_gold(articles()))


def scores(reports: Sequence[Report]) -> list[float]:
    return [report.transparency.score for report in reports]


def scored(*values: float) -> list[Report]:
    """Reports with these scores."""
    (report,) = read_gold([weir()])
    return [
        replace(report, transparency=replace(report.transparency, score=value)) for value in values
    ]


class TestGold:
    def test_sentences_have_the_claims_whose_content_they_hold(self) -> None:
        (report,) = read_gold([weir()])
        held = {
            report.text[sentence.span.start : sentence.span.end]: sentence.claims
            for sentence in report.sentences
        }
        assert held["Boats lie along both banks."] == ()
        assert held["A council worker said repairs had been put off twice."] == ("2",)

    def test_status_is_that_of_reported_speech(self) -> None:
        (report,) = read_gold([weir()])
        assert [sentence.status for sentence in report.sentences] == [
            "none", "indirect", "indirect", "indirect", "none", "none", "indirect", "none", "direct"
        ]  # fmt: skip

    def test_a_claim_in_two_pieces_stands_in_a_sentence_once(self) -> None:
        for report in gold():
            for sentence in report.sentences:
                assert len(set(sentence.claims)) == len(sentence.claims)


class TestRelations:
    @pytest.mark.parametrize(
        ("direction", "before", "after", "broken"),
        [
            ("up", 50, 50.1, False),
            ("up", 50, 50, True),
            ("down", 50, 49.9, False),
            ("down", 50, 50, True),
            ("not up", 50, 50 + SEEN, False),
            ("not up", 50, 50.1 + SEEN, True),
            ("same", 50, 50 - NEARLY, False),
            ("same", 50, 49.9 - NEARLY, True),
            ("same", 50, 50.1 + NEARLY, True),
        ],
    )
    def test_broken(self, direction: Any, before: float, after: float, broken: bool) -> None:
        relation = Relation("any", lambda article, rng: None, direction)
        assert relation.broken(before, after) is broken

    def test_a_perfect_reading_keeps_them_all(self) -> None:
        wanted = relations(learn_verbs(articles()))
        cases = check(read_gold, articles(), scores(gold()), wanted)
        found = summary(cases, wanted)
        assert found["all"]["n"] > 25
        for name, row in found["by"].items():
            assert row["n"], name
            assert row["violations"]["value"] == row["gold_violations"]["value"] == 0, name

    def test_edits_that_need_labels_are_not_made_without(self) -> None:
        bare = [replace(article, resolved=False) for article in articles()[:2]]
        wanted = relations(learn_verbs(articles()))
        cases = check(read_gold, bare, [0.0, 0.0], wanted)
        assert cases
        assert not any(case.relation.labelled or case.gold for case in cases)

    def test_the_rate_of_violations_comes_with_n_and_interval(self) -> None:
        relation = Relation("any", lambda article, rng: None, "down")
        cases = [Case(relation, str(n), 50, 51 if n == 0 else 49, None) for n in range(20)]
        row = summary(cases, [relation])["by"]["any"]
        assert row["violations"]["value"] == 0.05
        low, high = row["violations"]["interval"]
        assert 0 < low < 0.05 < high < 0.3
        assert row["gold_violations"] == {"value": None, "interval": None, "n": 0}
        assert row["median_move"] == -1


class TestAgreement:
    def test_gold_agrees_with_itself(self) -> None:
        found = agreement(gold(), gold(), samples=20)
        assert found["spearman"]["value"] == 1
        assert found["error"]["value"] == found["bias"]["value"] == 0
        assert found["covered"]["value"] == 1

    def test_error_bias_and_coverage_are_those_of_the_scores(self) -> None:
        read = [
            replace(report, transparency=replace(report.transparency, interval=(40.0, 60.0)))
            for report in scored(50, 50, 50)
        ]
        found = agreement(read, scored(52, 45, 80), samples=20)
        assert found["error"]["value"] == pytest.approx((2 + 5 + 30) / 3, abs=1e-4)
        assert found["bias"]["value"] == pytest.approx((-2 + 5 - 30) / 3, abs=1e-4)
        assert found["covered"]["value"] == pytest.approx(2 / 3, abs=1e-4)
        assert found["width"]["value"] == 20


class TestDoses:
    def test_more_background_moves_the_score_more_and_always_down(self) -> None:
        found = doses(gold(), 20)["background"]
        moves = [row["value"] for row in found.values()]
        assert moves == sorted(moves, reverse=True)
        assert moves[0] < 0

    def test_long_excerpts_are_nearer_to_their_article_than_short_ones(self) -> None:
        found = doses(gold(), 20)["excerpts"]
        assert found["3"]["value"] > found["15"]["value"] > 0
        assert found["3"]["n"] == 5

    def test_an_article_of_one_make_loses_nothing_with_its_second_half(self) -> None:
        text = " ".join(["Anglers said the fish had gone."] * 8)
        claims = tuple(
            GoldClaim(str(n), (Span(32 * n + 13, 32 * n + 30),), source="s1", kind="statement")
            for n in range(8)
        )
        even = GoldArticle("even-1", text, claims, (GoldSource("s1", "Anglers", "unnamed_group"),))
        assert doses(read_gold([even]), 5)["half"]["value"] == 0


class TestRetest:
    def test_a_reader_who_sees_words_alone_gives_the_same_score(self) -> None:
        found = retest(lambda group: scored(*[50.0] * len(group)), articles(), [50.0] * 5, 20)
        for row in found.values():
            assert row["difference"]["value"] == row["limit"]["value"] == 0
            assert row["within"]["value"] == 1

    def test_differences_are_measured_in_points(self) -> None:
        found = retest(lambda group: scored(*[54.0] * len(group)), articles(), [50.0] * 5, 20)
        assert found["wrapped lines"]["difference"]["value"] == 4
        assert found["wrapped lines"]["within"]["value"] == 0
        assert found["wrapped lines"]["limit"]["value"] == pytest.approx(1.96 * 4)


class TestRankings:
    def test_publishers_are_letters_with_mean_and_interval_highest_first(self) -> None:
        outlets = ["The Quay Post"] * 3 + ["Estuary Post"] * 3 + ["Rare Post"]
        found = publishers(scored(60, 62, 64, 70, 72, 74, 99), outlets, 50)
        assert list(found) == ["A", "B"]
        assert found["A"]["value"] == 72
        assert found["A"]["n"] == 3
        assert found["B"]["value"] == 62

    def test_publishers_are_named_on_demand(self) -> None:
        found = publishers(scored(1, 2, 3), ["The Quay Post"] * 3, 5, names=True)
        assert list(found) == ["The Quay Post"]

    def test_company_knows_what_the_score_follows(self) -> None:
        found = company(gold(), 20)
        assert set(found) == {
            "sentences", "share of sentences without a claim",
            "share of claims from identified sources", "claims",
        }  # fmt: skip
        assert found["share of sentences without a claim"]["value"] < 0

    def test_the_default_weights_leave_the_order(self) -> None:
        found = sensitivity(gold(), ["one"] * 5, draws=20)["articles"]
        assert found["n"] == 5
        assert set(found["without"]) == set(WEIGHTS)
        assert found["around"]["median"] >= found["any"]["range"][0]
        assert -1 <= found["any"]["range"][0] <= found["any"]["range"][1] <= 1

    def test_too_few_publishers_have_no_order(self) -> None:
        found = sensitivity(gold(), ["one"] * 5, draws=5)["publishers"]
        assert (found["n"], found["around"]) == (1, {"median": None, "range": None})


class TestResampling:
    def test_interval_holds_the_value(self) -> None:
        found = figure(np.arange(30.0)[:, None], mean, samples=200)
        low, high = found["interval"]
        assert low < found["value"] == 14.5 < high

    def test_equal_values_have_no_rank_correlation(self) -> None:
        assert figure(np.ones((5, 2)), spearman)["value"] is None

    def test_two_rows_have_no_interval(self) -> None:
        assert figure(np.ones((2, 1)), mean) == {"value": 1.0, "interval": None, "n": 2}


class TestCommand:
    @pytest.fixture
    def written(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(command, "model_run", lambda model: read_gold)
        path = tmp_path / "results" / "validity.json"
        options = ["--corpus", "written", "--limit", "3", "--samples", "10", "--json", str(path)]
        assert command.main(options) == 0
        return path

    def test_writes_and_prints_every_figure(
        self, written: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        results = json.loads(written.read_text(encoding="utf-8"))
        assert results["schema"] == command.SCHEMA
        assert results["articles"] == {"written": 3}
        assert results["agreement"]["written"]["error"]["value"] == 0
        console = Console(file=io.StringIO(), width=200)
        print_validity(results, console)
        printed = console.file.getvalue()  # type: ignore[attr-defined]
        for part in ("length alone", "rank correlation", "wrapped lines", "without anonymity"):
            assert part in printed

    def test_broken_relations_are_told_on_demand(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(
            command, "model_run", lambda model: lambda group: scored(*[50.0] * len(group))
        )
        options = ["--corpus", "written", "--limit", "1", "--samples", "5", "--broken"]
        assert command.main(options) == 0
        err = capsys.readouterr().err
        assert "broken: hiding a named source lowers it: british-18: 50.00 -> 50.00" in err
        assert "length alone" not in err

    def test_another_sureness_can_be_tried_and_is_kept_to_the_run(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        seen = []

        def run(group: Sequence[GoldArticle]) -> list[Any]:
            seen.append(counted.SURE)
            return scored(*[50.0] * len(group))

        monkeypatch.setattr(command, "model_run", lambda model: run)
        usual, out = counted.SURE, tmp_path / "v.json"
        options = ["--corpus", "written", "--limit", "1", "--samples", "5", "--json", str(out)]
        assert command.main([*options, "--sure", "0.25"]) == 0
        assert set(seen) == {0.25}
        assert usual == counted.SURE
        assert json.loads(out.read_text(encoding="utf-8"))["sure"] == 0.25

    def test_a_missing_model_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert command.main(["--model", "no-such", "--corpus", "written", "--limit", "1"]) == 1
        assert "no-such" in capsys.readouterr().err
