"""The interval of the score: where it lies, and how wide it is."""

from __future__ import annotations

import time
from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from attribution.certainty import interval
from attribution.counted import count
from attribution.transparency import WEIGHTS
from attribution.types import SourceType
from strategies import Article, article, articles


def ends(made: Article) -> tuple[float, float]:
    found = made.assess().interval
    assert found is not None
    return found


def width(made: Article) -> float:
    low, high = ends(made)
    return high - low


def believed(made: Article, confidence: float) -> Article:
    """The article with every claim as sure as that."""
    sure = tuple(replace(claim, confidence=confidence) for claim in made.claims)
    return replace(made, claims=sure)


def long_article(claims: int) -> Article:
    """As many sentences as claims, of five sources."""
    types: dict[str, SourceType] = {f"s{n}": "named_person" for n in range(5)}
    return article(claims, types, [(n, f"s{n % 5}") for n in range(claims)])


@given(articles())
def test_the_score_lies_in_its_interval(made: Article) -> None:
    result = made.assess()
    assume(result.interval)
    low, high = ends(made)
    assert 0 <= low <= result.score <= high <= 100


@given(articles())
def test_sure_claims_leave_no_doubt(made: Article) -> None:
    result = believed(made, 1.0).assess()
    assume(result.interval)
    assert result.interval == pytest.approx((result.score, result.score))


def test_an_article_without_claims_has_no_interval() -> None:
    assert article(3, {}, []).assess().interval is None


def test_claims_that_stand_in_no_sentence_give_no_interval() -> None:
    made = article(3, {"s1": "document"}, [(0, "s1")])
    counted = count(made.text, (), made.sources, made.claims)
    assert interval(counted, WEIGHTS, 0.0) is None


def test_less_sure_claims_make_it_wider() -> None:
    made = long_article(20)
    widths = [width(believed(made, confidence)) for confidence in (0.99, 0.9, 0.7)]
    assert widths == sorted(widths)
    assert widths[0] > 0


def test_more_claims_make_it_narrower() -> None:
    assert width(believed(long_article(60), 0.8)) < width(believed(long_article(12), 0.8))


@given(articles(), st.randoms())
def test_order_of_claims_and_sources_does_not_matter(made: Article, random: Random) -> None:
    claims, sources = list(made.claims), list(made.sources)
    random.shuffle(claims)
    random.shuffle(sources)
    shuffled = replace(made, claims=tuple(claims), sources=tuple(sources)).assess()
    assert shuffled.interval == pytest.approx(made.assess().interval)


def test_weights_of_nothing_unsure_leave_no_doubt() -> None:
    made = long_article(12)
    counted = count(made.text, made.sentences, made.sources, made.claims)
    quotes = {**dict.fromkeys(WEIGHTS, 0.0), "direct_quotation": 1.0}
    assert interval(counted, quotes, 0.0) == (0.0, 0.0)


def test_a_hundred_claims_take_a_few_milliseconds() -> None:
    made = long_article(100)
    counted = count(made.text, made.sentences, made.sources, made.claims)
    times = []
    for _ in range(20):  # the best of several: the machine may be busy
        start = time.process_time()
        interval(counted, WEIGHTS, 90.0)
        times.append(time.process_time() - start)
    assert min(times) < 0.01
