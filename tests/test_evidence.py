"""The sentences behind the components of the score."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import assume, given

from attribution.transparency import WEIGHTS, evidence
from attribution.types import Report, SourceType
from strategies import Article, article, articles


def found(made: Article, component: str) -> dict[str, tuple[int, ...]]:
    return {ground.what: ground.sentences for ground in evidence(made.report())[component]}


def behind(made: Article, component: str) -> set[int]:
    return {number for numbers in found(made, component).values() for number in numbers}


@given(articles())
def test_every_component_has_grounds_in_the_reports_sentences(made: Article) -> None:
    grounds = evidence(made.report())
    assert list(grounds) == list(WEIGHTS)
    for ground in (ground for several in grounds.values() for ground in several):
        assert ground.sentences == tuple(sorted(set(ground.sentences)))
        assert set(ground.sentences) <= set(range(len(made.spans)))
        assert ground.sentences


@given(articles())
def test_reasons_count_the_sentences_that_are_given(made: Article) -> None:
    parts = made.assess().components
    assume(parts["attributed_sentences"].value)
    for name, pattern in (
        ("attributed_sentences", r"^(\d+) of \d+ sentence"),
        ("identified_sources", r"reach into (\d+) of"),
    ):
        told = re.search(pattern, parts[name].why)
        assert told
        assert int(told.group(1)) == len(behind(made, name))


@given(articles())
def test_a_component_without_a_sentence_behind_it_is_worth_nothing(made: Article) -> None:
    report = made.report()
    for name, grounds in evidence(report).items():
        if not grounds:
            assert report.transparency.components[name].value == 0


def test_sentences_are_counted_with_those_without_words() -> None:
    made = article(3, {"s1": "named_person"}, [(2, "s1")])
    made = replace(made, text="*********** Some words. Some words.")
    assert behind(made, "attributed_sentences") == {2}


def test_unnamed_sources_are_told_apart() -> None:
    types: dict[str, SourceType] = {
        "s1": "document", "s2": "unnamed_person", "s3": "unnamed_group", "s4": "unspecified"
    }  # fmt: skip
    made = article(5, types, [(0, "s1"), (1, "s2"), (2, "s3"), (3, "s4")])
    assert found(made.with_source("s2", anonymity_granted=True), "anonymity") == {
        "source identified": (0,),
        "unnamed, anonymity explained": (1,),
        "unnamed, no reason given": (2,),
        "nobody in particular": (3,),
    }


def test_the_most_used_source_is_told_apart() -> None:
    types: dict[str, SourceType] = {"s1": "document", "s2": "named_person", "s3": "unnamed_group"}
    made = article(4, types, [(0, "s1"), (1, "s2"), (2, "s2"), (3, "s3")])
    assert found(made, "source_spread") == {
        "from the most used source": (1, 2),
        "from other identified sources": (0,),
    }


def test_relayed_claims_are_told_apart() -> None:
    made = article(2, {"s1": "document", "s2": "media_outlet"}, [(0, "s1"), (1, "s1")])
    made = made.with_claim(replace(made.claims[1], chain=("s2", "s1")))
    assert found(made, "hearsay") == {
        "straight from the source": (0,),
        "through an intermediary": (1,),
    }


def test_a_sentence_stands_under_every_sort_it_has_a_claim_of() -> None:
    made = article(1, {"s1": "document"}, [(0, "s1"), (0, "s1")])
    first, second = made.claims
    made = replace(made, claims=(replace(first, speech="direct"), replace(second, speech="mixed")))
    assert found(made, "direct_quotation") == {"quoted in full": (0,), "quoted in part": (0,)}


def test_claims_that_the_score_passes_over_have_no_sentence(example_report: Report) -> None:
    intentions = tuple(replace(claim, kind="intention") for claim in example_report.claims)
    assert not any(evidence(replace(example_report, claims=intentions)).values())
