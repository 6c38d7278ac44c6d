"""Whether confidences are probabilities: what is judged, the error, the printed line."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from tiny import SAFE, TRAINS, article, extra_claim, perfect, span, spans, with_claim

from attribution.types import Report
from eval import run
from eval.alignment import align
from eval.calibration import BINS, Calibration, Judgement, calibration, judgements
from eval.run import System
from eval.table import print_results
from eval.targets import CALIBRATION_TARGET
from training.readers.gold import GoldArticle, GoldClaim


def right(report: Report, gold: GoldArticle) -> dict[str, bool]:
    """Whether each judged claim is right, by its id."""
    return {judged.claim: judged.right for judged in judgements(align(report, gold))}


def claims(*pairs: tuple[float, bool]) -> list[Judgement]:
    return [Judgement(f"c{n}", *pair) for n, pair in enumerate(pairs)]


class TestJudgements:
    GOLD = article()

    def test_a_perfect_report_is_all_right(self) -> None:
        assert right(perfect(self.GOLD), self.GOLD) == {"1": True, "2": True, "3": True}

    def test_confidences_are_the_reports(self) -> None:
        report = with_claim(perfect(self.GOLD), "2", confidence=0.25)
        found = {judged.claim: judged.confidence for judged in judgements(align(report, self.GOLD))}
        assert found == {"1": 1.0, "2": 0.25, "3": 1.0}

    @pytest.mark.parametrize(
        ("words", "expected"), [("Varga", True), ("She", False), (None, False)]
    )
    def test_the_source_mention_must_share_a_word(self, words: str | None, expected: bool) -> None:
        report = with_claim(perfect(self.GOLD), "1", source_mention=words and span(words))
        assert right(report, self.GOLD)["1"] is expected

    @pytest.mark.parametrize("words", ["Ines Varga", None])
    def test_a_gold_claim_without_source_mention_asks_for_none(self, words: str | None) -> None:
        bare = GoldClaim("1", content=SAFE.content, cue=SAFE.cue)
        gold = article(bare)
        report = with_claim(perfect(gold), "1", source_mention=words and span(words))
        assert right(report, gold) == {"1": True}

    @pytest.mark.parametrize(
        ("words", "expected"), [("the bridge", True), ("bridge", False), ("Nobody moved", False)]
    )
    def test_half_of_the_content_must_be_shared(self, words: str, expected: bool) -> None:
        report = with_claim(perfect(self.GOLD), "1", content=spans(words))
        assert right(report, self.GOLD)["1"] is expected

    def test_of_two_claims_on_one_gold_claim_one_is_right(self) -> None:
        twice = extra_claim(
            perfect(self.GOLD), SAFE.content, source_mention=span("Ines Varga"), cue=span("said")
        )
        assert right(twice, self.GOLD) == {"1": True, "2": True, "3": True, "extra": False}

    def test_what_hits_only_a_partial_claim_is_not_judged(self) -> None:
        partial = GoldClaim("2", content=TRAINS.content, partial=True)
        gold = article(SAFE, partial)
        assert right(perfect(gold), gold) == {"1": True}


class TestError:
    def test_it_is_the_mean_distance_of_confidence_and_share_right(self) -> None:
        found = calibration(
            [claims((0.9, True), (0.92, False)), claims((0.3, False), (0.34, True))]
        )
        expected = (2 * abs(0.91 - 0.5) + 2 * abs(0.32 - 0.5)) / 4
        assert found.error.value == pytest.approx(expected)
        assert found.error.n == 4

    def test_too_sure_and_too_unsure_in_one_bin_make_up_for_each_other(self) -> None:
        assert calibration([claims((0.52, True), (0.54, True), (0.53, False))]).error.value == (
            pytest.approx(2 / 3 - 0.53)
        )

    @pytest.mark.parametrize(
        ("confidence", "place"), [(0.0, 0), (0.0999, 0), (0.1, 1), (0.7, 7), (0.9, 9), (1.0, 9)]
    )
    def test_a_confidence_lies_in_the_bin_it_begins(self, confidence: float, place: int) -> None:
        bins = calibration([claims((confidence, True))]).bins
        assert [bin_.n for bin_ in bins] == [int(number == place) for number in range(BINS)]
        assert (bins[place].confidence, bins[place].right) == (confidence, 1.0)

    def test_a_bin_without_claims_has_no_shares(self) -> None:
        first = calibration([claims((0.95, True))]).bins[0]
        assert (first.low, first.high, first.n, first.confidence, first.right) == (
            0.0, 0.1, 0, None, None,
        )  # fmt: skip

    def test_articles_that_are_alike_leave_no_doubt(self) -> None:
        figure = calibration([claims((0.8, True), (0.8, False))] * 4).error
        assert figure.low == pytest.approx(0.3)
        assert figure.high == pytest.approx(0.3)

    def test_articles_without_claims_take_part(self) -> None:
        figure = calibration([claims((1.0, True)), [], claims((1.0, False))]).error
        assert (figure.value, figure.n) == (0.5, 2)
        assert figure.low == 0.0

    @pytest.mark.parametrize("articles", [[], [[]]])
    def test_without_claims_there_is_no_figure(self, articles: list[list[Judgement]]) -> None:
        plain = calibration(articles).to_dict()
        assert (plain["value"], plain["interval"], plain["n"]) == (None, None, 0)
        assert plain["perfect"] is None
        assert len(plain["bins"]) == BINS

    def test_confidences_that_are_right_get_what_is_called_perfect(self) -> None:
        rng = np.random.default_rng(3)
        chances = rng.uniform(0.3, 1.0, (200, 10))
        hits = rng.random(chances.shape) < chances
        rows = [claims(*zip(p, h, strict=True)) for p, h in zip(chances, hits, strict=True)]
        found = calibration(rows, samples=200)
        assert found.error.value == pytest.approx(found.perfect, abs=0.01)
        assert 0.01 < (found.perfect or 0) < 0.04

    def test_sure_claims_leave_nothing_to_chance(self) -> None:
        assert calibration([claims((1.0, True), (0.0, False))]).perfect == 0.0

    @given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
    def test_any_confidences_have_an_error_between_0_and_1(
        self, pairs: list[tuple[float, bool]]
    ) -> None:
        found: Calibration = calibration([claims(*pairs)], samples=5)
        assert 0 <= (found.error.value or 0) <= 1
        assert sum(bin_.n for bin_ in found.bins) == len(pairs)


class TestRun:
    GOLD = article()

    def results(self, *names: str) -> dict[str, Any]:
        report = with_claim(perfect(self.GOLD), "1", confidence=0.35)
        systems = {
            name: run.evaluate(
                System(name, lambda _: [report], is_model=name == "model"), [self.GOLD], "written"
            )
            for name in names
        }
        return {
            "split": "dev",
            "corpora": {"written": {"articles": 1, "resolved": 1, "systems": systems}},
        }

    def printed(self, results: dict[str, Any], **options: bool) -> str:
        console = Console(file=io.StringIO(), width=100)
        print_results(results, console, **options)
        return console.file.getvalue()  # type: ignore[attr-defined]

    def test_the_model_alone_is_judged(self) -> None:
        systems = self.results("model", "rules")["corpora"]["written"]["systems"]
        assert "calibration" not in systems["rules"]
        found = systems["model"]["calibration"]
        assert (found["value"], found["n"]) == (pytest.approx(0.65 / 3, abs=1e-4), 3)
        assert found["target"] == CALIBRATION_TARGET
        assert found["bins"][3] == {
            "from": 0.3, "to": 0.4, "n": 1, "confidence": 0.35, "right": 1.0,
        }  # fmt: skip

    def test_it_is_one_line_of_the_table(self) -> None:
        printed = self.printed(self.results("model", "rules"))
        (line,) = (line for line in printed.splitlines() if "ECE" in line)
        assert "< .030" in line
        assert ".217" in line
        assert "by confidence" not in printed

    def test_a_baseline_alone_has_no_such_line(self) -> None:
        assert "ECE" not in self.printed(self.results("rules"), bins=True)

    def test_bins_are_printed_when_asked_for(self) -> None:
        printed = self.printed(self.results("model"), bins=True)
        assert "by confidence" in printed
        assert any(line.split()[1:8:2] == ["0.3–0.4", "1", ".350", "1.000"]
                   for line in printed.splitlines())  # fmt: skip
