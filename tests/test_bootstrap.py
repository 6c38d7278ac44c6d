"""Figures and their intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.bootstrap import figures
from eval.counts import Counts, Share


def test_the_figure_is_that_of_the_summed_counts():
    figure = figures([{"x": Counts(1, 1, 2)}, {"x": Counts(1, 3, 2)}])["x"]
    assert figure.value == pytest.approx(0.5)
    assert figure.parts["precision"].value == pytest.approx(0.5)
    assert figure.parts["recall"].value == pytest.approx(0.5)
    assert (figure.n, figure.parts["precision"].n) == (4, 4)


def test_a_share_has_no_parts_and_its_n_is_what_was_judged():
    figure = figures([{"x": Share(3, 4)}])["x"]
    assert (figure.value, figure.n, figure.parts) == (0.75, 4, {})


def test_articles_that_are_alike_leave_no_doubt():
    figure = figures([{"x": Share(1, 2)}] * 5)["x"]
    assert (figure.low, figure.high) == (0.5, 0.5)


def test_two_unlike_articles_span_the_whole_range():
    # One quarter of the resamples draw the right article twice, one quarter the wrong one.
    figure = figures([{"x": Share(1, 1)}, {"x": Share(0, 1)}])["x"]
    assert (figure.low, figure.value, figure.high) == (0.0, 0.5, 1.0)


def test_the_interval_narrows_with_more_articles():
    few = [{"x": Share(number % 2, 1)} for number in range(10)]
    narrow, wide = figures(few * 20)["x"], figures(few)["x"]
    assert narrow.high - narrow.low < wide.high - wide.low


def test_the_same_seed_gives_the_same_interval():
    rows = [{"x": Share(number % 3, 3)} for number in range(12)]
    assert figures(rows, seed=7) == figures(rows, seed=7)
    assert figures(rows, seed=7) != figures(rows, seed=8)


def test_what_was_not_annotated_has_no_figure():
    figure = figures([{"x": Counts(0, 3, 0), "y": Share()}])
    assert figure["x"].to_dict() == {
        "value": None,
        "interval": None,
        "n": 0,
        "precision": {"value": None, "interval": None, "n": 3},
        "recall": {"value": None, "interval": None, "n": 0},
    }
    assert figure["y"].value is None


def test_resamples_without_an_annotated_article_are_left_out():
    figure = figures([{"x": Share(1, 1)}, {"x": Share()}])["x"]
    assert (figure.low, figure.high) == (1.0, 1.0)


def test_no_article_gives_no_figure():
    assert figures([]) == {}


tallies = st.builds(
    lambda right, more: {"x": Share(right, right + more)}, st.integers(0, 9), st.integers(0, 9)
)


@given(st.lists(tallies, min_size=1, max_size=8))
def test_the_interval_lies_within_the_articles_own_figures(rows):
    figure = figures(rows, samples=50)["x"]
    own = [row["x"].value for row in rows if row["x"].value is not None]
    if figure.value is None:
        assert not own
    else:
        assert min(own) - 1e-9 <= figure.low <= figure.high <= max(own) + 1e-9
