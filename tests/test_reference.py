"""Where a score lies among those of the reference articles."""

from __future__ import annotations

from attribution.reference import percentile, reference_scores
from attribution.transparency import MINIMUM_SENTENCES, WEIGHTS, assess
from attribution.weighting import checked_weights
from strategies import article


class TestPlace:
    def test_a_higher_score_has_a_higher_place(self) -> None:
        few = article(20, {"s1": "named_person"}, [(0, "s1")]).assess()
        many = article(20, {"s1": "named_person"}, [(i, "s1") for i in range(12)]).assess()
        assert few.percentile is not None
        assert many.percentile is not None
        assert 0 <= few.percentile < many.percentile <= 100

    def test_a_text_too_short_has_none(self) -> None:
        made = article(MINIMUM_SENTENCES - 1, {"s1": "named_person"}, [(0, "s1")])
        assert made.assess().percentile is None

    def test_weights_of_the_users_own_have_none(self) -> None:
        made = article(20, {"s1": "named_person"}, [(0, "s1")])
        own = checked_weights({**WEIGHTS, "hearsay": 0.5})
        assert assess(made.text, made.sentences, made.sources, made.claims, own).percentile is None

    def test_equal_scores_count_half(self) -> None:
        assert percentile(2.0, [1.0, 2.0, 2.0, 4.0]) == 50
        assert percentile(0.5, [1.0]) == 0
        assert percentile(9.0, [1.0]) == 100

    def test_the_reference_is_in_order_and_large(self) -> None:
        scores = reference_scores()
        assert list(scores) == sorted(scores)
        assert len(scores) > 400
