"""The baselines, which need spaCy and its small English pipeline."""

from __future__ import annotations

import sys

import pytest

from attribution.types import ModelInfo, Report
from corpora import report_of
from eval import baselines
from eval.baselines import BaselineUnavailableError, load_baseline
from eval.systems import baseline_run
from training.readers.gold import GoldArticle

TEXT = (
    "Ada Brandvold, director of the harbour office, said on Monday that the old pier would close. "
    "She added that work begins in May.\n\n"
    "“It is a very sad day for us,” Brandvold said. “We loved that old pier dearly.”\n\n"
    "According to the Ferrol Gazette, the ferry is late. Nothing else moved in the bay."
)


@pytest.fixture(scope="module")
def run_rules() -> baselines.Baseline:
    pytest.importorskip("spacy")
    return _load("rules")


@pytest.fixture(scope="module")
def rules(run_rules: baselines.Baseline) -> Report:
    return run_rules(TEXT)


@pytest.fixture(scope="module")
def textacy() -> baselines.Baseline:
    pytest.importorskip("textacy")
    return _load("textacy")


def _load(name: str) -> baselines.Baseline:
    try:
        return load_baseline(name)
    except BaselineUnavailableError as error:
        pytest.skip(str(error))


def contents(report: Report) -> list[str]:
    return [" … ".join(piece.of(report.text) for piece in c.content) for c in report.claims]


def test_rules_find_the_clause_of_a_reporting_verb(rules: Report):
    assert contents(rules)[:2] == ["that the old pier would close", "that work begins in May"]


def test_rules_find_a_quotation_before_its_verb(rules: Report):
    assert "“It is a very sad day for us,”" in contents(rules)


def test_rules_give_a_bare_quotation_to_the_source_before(rules: Report):
    claim = next(c for c in rules.claims if "loved" in c.content[0].of(TEXT))
    assert (claim.cue, claim.source_mention) == (None, None)
    assert rules.source(claim.source).name == "Ada Brandvold"


def test_rules_find_according_to(rules: Report):
    claim = next(c for c in rules.claims if "ferry" in c.content[0].of(TEXT))
    assert claim.cue is not None
    assert claim.cue.of(TEXT) == "According to"
    assert rules.source(claim.source).name.endswith("Ferrol Gazette")


def test_rules_leave_other_sentences_alone(rules: Report):
    assert rules.sentences[-1].status == "none"
    assert rules.sentences[-1].claims == ()


def test_pronoun_and_surname_resolve_to_the_full_name(rules: Report):
    names = [rules.source(claim.source).name for claim in rules.claims[:3]]
    assert names == ["Ada Brandvold"] * 3


def test_a_baseline_names_no_intermediary(rules: Report):
    assert all(claim.via == () for claim in rules.claims)


def test_textacy_finds_a_quotation_with_its_speaker(textacy: baselines.Baseline):
    report = textacy("“It is a very sad day for us all,” Ada Brandvold said.")
    assert contents(report) == ["“It is a very sad day for us all,”"]
    assert report.source(report.claims[0].source).name == "Ada Brandvold"


def test_an_odd_quotation_mark_costs_textacy_its_paragraph_only(textacy: baselines.Baseline):
    odd = "“This mark is never closed.\n\n"
    report = textacy(odd + "“It is a very sad day for us all,” Ada Brandvold said.")
    assert contents(report) == ["“It is a very sad day for us all,”"]


@pytest.mark.parametrize("text", ["", "   ", "!", "No claim here."])
def test_a_text_without_claims_gives_an_empty_report(
    run_rules: baselines.Baseline, textacy: baselines.Baseline, text: str
):
    assert run_rules(text).claims == textacy(text).claims == ()


def test_a_missing_library_is_named_with_the_way_to_install_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(BaselineUnavailableError, match="need spacy: pip install"):
        load_baseline("rules")


def test_rules_take_an_outlet_behind_told_for_an_intermediary(run_rules: baselines.Baseline):
    report = run_rules("Ada Brandvold told the Ferrol Gazette that the old pier would close.")
    (claim,) = report.claims
    assert [report.source(name).name for name in claim.chain] == [
        "the Ferrol Gazette",
        "Ada Brandvold",
    ]


def test_rules_take_an_outlet_that_is_the_source_for_no_intermediary(rules: Report):
    claim = next(c for c in rules.claims if "ferry" in c.content[0].of(TEXT))
    assert len(claim.chain) == 1


def chain(report: Report, number: int) -> list[str]:
    return [report.source(name).name for name in report.claims[number].chain]


TOLD = "Ada Brandvold told the Ferrol Gazette that the old pier would close."


@pytest.mark.parametrize("publisher", ["The Ferrol Gazette", "ferrol-gazette"])
def test_rules_know_the_articles_own_outlet(run_rules: baselines.Baseline, publisher: str):
    report = run_rules(TOLD, publisher)
    assert report.publisher == publisher
    assert chain(report, 0) == ["Ada Brandvold"]


def test_rules_read_the_outlet_from_the_text_if_nobody_names_it(run_rules: baselines.Baseline):
    report = run_rules(f"{TOLD}\n\nCopyright 2031 The Ferrol Gazette")
    assert report.publisher == "The Ferrol Gazette"
    assert chain(report, 0) == ["Ada Brandvold"]


def test_a_pronoun_behind_an_intermediary_means_the_one_that_spoke(run_rules: baselines.Baseline):
    office = "The Harbour Office told the Ferrol Gazette that the old pier would close."
    report = run_rules(f"{office} It added that work begins in May.")
    assert chain(report, 0) == ["the Ferrol Gazette", "The Harbour Office"]
    assert chain(report, 1) == ["The Harbour Office"]


def test_the_evaluation_tells_a_baseline_the_publisher():
    def baseline(text: str, publisher: str | None = None) -> Report:
        return report_of(text, publisher, ModelInfo("baseline", "1"))

    printed = GoldArticle("a", "One.", (), publisher="Ferrol Gazette")
    reports = baseline_run(baseline)([printed, GoldArticle("b", "Two.", ())])
    assert [(report.text, report.publisher) for report in reports] == [
        ("One.", "Ferrol Gazette"),
        ("Two.", None),
    ]
