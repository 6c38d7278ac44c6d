"""Several annotators of one article, each in turn judged by each other one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from marked import FOUR, flat

from eval.annotators import agreement
from eval.bootstrap import figures
from training.spans import SPAN_MEASURES

ARTICLE = flat(FOUR)
LESS = replace(ARTICLE, claims=ARTICLE.claims[1:])


def test_annotators_who_agree_have_every_figure_at_one() -> None:
    found = figures([agreement([ARTICLE, ARTICLE])], samples=2)
    assert set(found) == set(SPAN_MEASURES)
    assert {figure.value for figure in found.values()} == {1.0}


def test_a_claim_that_one_annotator_lacks_costs_precision_one_way_and_recall_the_other() -> None:
    found = figures([agreement([ARTICLE, LESS])], samples=2)["attribution"]
    share = len(LESS.claims) / len(ARTICLE.claims)
    precision, recall = (found.parts[name].value for name in ("precision", "recall"))
    assert precision == recall == pytest.approx(2 * share / (1 + share), abs=1e-4)


def test_three_annotators_are_six_comparisons() -> None:
    two = agreement([ARTICLE, ARTICLE])["attribution"]
    three = agreement([ARTICLE, ARTICLE, ARTICLE])["attribution"]
    assert three == two + two + two
