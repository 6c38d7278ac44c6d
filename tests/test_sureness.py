"""Claims that a model is unsure of count for less."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.counted import SURE, sureness
from strategies import Article, article, articles


def believed(made: Article, factor: float) -> Article:
    """The article with the confidence of every claim times a factor."""
    claims = tuple(replace(item, confidence=factor * item.confidence) for item in made.claims)
    return replace(made, claims=claims)


def one_claim(confidence: float) -> Article:
    made = article(12, {"s1": "named_organization"}, [(0, "s1")])
    return replace(made, claims=(replace(made.claims[0], confidence=confidence),))


@pytest.mark.parametrize(("confidence", "counts"), [(1.0, 1.0), (SURE, 1.0), (SURE / 2, 0.5)])
def test_a_claim_counts_in_full_from_a_confidence_on(confidence: float, counts: float) -> None:
    assert sureness(one_claim(confidence).claims[0]) == pytest.approx(counts)


def test_a_claim_found_by_a_hair_moves_the_score_by_little() -> None:
    nothing, hair, sure = (one_claim(confidence).assess() for confidence in (0.0, 0.01, SURE))
    assert nothing.score < hair.score < nothing.score + 0.1 * (sure.score - nothing.score)


@given(articles(), st.floats(0.0, 1.0))
def test_less_confidence_never_raises_the_score(made: Article, factor: float) -> None:
    assert believed(made, factor).assess().score <= made.assess().score + 1e-9


@given(articles())
def test_claims_that_are_sure_are_not_weighed(made: Article) -> None:
    sure = replace(made, claims=tuple(replace(item, confidence=1.0) for item in made.claims))
    enough = replace(made, claims=tuple(replace(item, confidence=SURE) for item in made.claims))
    assert sure.assess().score == pytest.approx(enough.assess().score)


def test_every_reason_tells_what_counts_in_part() -> None:
    unsure, sure = one_claim(SURE / 4).assess(), one_claim(SURE).assess()
    for name, part in unsure.components.items():
        told = part.why.removeprefix(sure.components[name].why)
        if name == "direct_quotation":  # the claim is a paraphrase
            assert told == ""
        else:
            assert told.endswith("is unsure and counts in part, as 0.2.")


def test_a_sure_claim_makes_its_source_count_in_full() -> None:
    made = article(12, {"s1": "named_organization"}, [(0, "s1"), (1, "s1")])
    first, second = made.claims
    made = replace(made, claims=(replace(first, confidence=SURE / 4), second))
    parts = made.assess().components
    assert parts["source_spread"].value == pytest.approx(0.5)
    assert "unsure" not in parts["source_spread"].why
    assert "1 of these claims is unsure" in parts["identified_sources"].why
