"""The numbers that describe how an article is sourced."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings

from attribution.integrations.sourcing import FEATURES, sourcing_features
from attribution.transparency import WEIGHTS, assess
from attribution.types import KINDS, SOURCE_TYPES, SPEECHES, Report, Span
from strategies import reports


def scored(report: Report) -> Report:
    parts = (report.text, report.sentences, report.sources, report.claims)
    return replace(report, transparency=assess(*parts))


class TestExample:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("sentences", 5),
            ("claims", 4),
            ("claims_per_sentence", 0.8),
            ("sources", 4),
            ("origins", 1),
            ("independent_sources", 1),
            ("type_named_person_count", 2),
            ("type_named_person_share", 0.5),
            ("type_media_outlet_count", 0),  # it relays, and is no claim's origin
            ("type_unnamed_group_share", 0.25),
            ("speech_direct_count", 2),
            ("speech_mixed_share", 0),
            ("kind_statement_share", 0.75),
            ("kind_belief_count", 1),
            ("via_count", 2),
            ("via_share", 0.5),
            ("chain_mean", 1.5),
            ("chain_max", 2),
            ("uncued_count", 1),
            ("anonymity_granted_count", 1),
            ("anonymity_unexplained_count", 1),
            ("role_share", 0.5),
            ("justified_count", 0),
            ("top_source_share", 0.5),
            ("confidence_mean", 0.905),
        ],
    )
    def test_the_feature_is_what_a_reader_counts(
        self, example_report: Report, name: str, value: float
    ) -> None:
        assert sourcing_features(example_report)[name] == pytest.approx(value)

    def test_score_and_components_are_the_reports(self, example_report: Report) -> None:
        found, made = sourcing_features(example_report), example_report.transparency
        assert found["score"] == made.score
        for name in WEIGHTS:
            assert found[f"component_{name}"] == made.components[name].value

    def test_an_origin_with_a_justification_is_counted(self, example_report: Report) -> None:
        first, *others = example_report.sources
        told = replace(first, justification=(Span(0, 3),))
        found = sourcing_features(replace(example_report, sources=(told, *others)))
        assert (found["justified_count"], found["justified_share"]) == (2, 0.5)

    def test_an_article_without_claims_has_zeros(self, example_report: Report) -> None:
        bare = scored(replace(example_report, claims=(), sources=(), sentences=()))
        found = sourcing_features(bare)
        assert {name for name, value in found.items() if value} == {"characters"}


@settings(max_examples=40)
@given(reports())
def test_every_feature_is_there_in_order_and_a_finite_number(report: Report) -> None:
    found = sourcing_features(scored(report))
    assert list(found) == list(FEATURES)
    assert all(isinstance(value, float) and math.isfinite(value) for value in found.values())


@settings(max_examples=40)
@given(reports())
def test_shares_of_one_kind_add_up_to_one_or_to_nothing(report: Report) -> None:
    found = sourcing_features(scored(report))
    for kind, names in (("type", SOURCE_TYPES), ("speech", SPEECHES), ("kind", KINDS)):
        total = sum(found[f"{kind}_{name}_share"] for name in names)
        assert total == pytest.approx(1.0 if report.claims else 0.0)


@settings(max_examples=40)
@given(reports())
def test_shares_are_counts_among_the_claims(report: Report) -> None:
    found = sourcing_features(scored(report))
    for name in (name.removesuffix("_count") for name in FEATURES if name.endswith("_count")):
        assert found[f"{name}_share"] * found["claims"] == pytest.approx(found[f"{name}_count"])


def test_every_feature_says_what_it_is() -> None:
    assert len(set(FEATURES.values())) == len(FEATURES)
