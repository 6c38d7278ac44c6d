"""Fitting whose a description is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from attribution.characterize import type_features
from attribution.standing import OWNER_FEATURES, Description
from attribution.tabular import Classifier
from attribution.types import SOURCE_TYPES, Span
from scenes import rule
from tagged import gold
from tiny_model import tiny_classifier, tiny_model, tiny_tokenizer
from training import owners
from training.owners import best_description_thresholds, gold_descriptions, owner_table
from training.readers.justification import justified
from training.scored import Scored, gold_clusters, score_article

TEXT = gold().text
SPAN = (TEXT.index("Nobody"), TEXT.index("Nobody") + len("Nobody spoke"))


def seen() -> Scored:
    """The ferry article; "Nobody spoke" is Brask's justification and her deputy's."""
    words = {"s1": (Span(*SPAN),), "s3": (Span(*SPAN),)}
    (made,) = justified([gold()], {"wires-01": words})
    found = score_article(tiny_model(), tiny_tokenizer(), made)
    assert found is not None
    return found


def type_scorer(scored: Scored) -> Classifier:
    cluster = next(iter(gold_clusters(scored).values()))
    return tiny_classifier(len(type_features(scored.table, cluster)), len(SOURCE_TYPES), 1)


def test_words_that_hold_for_two_sources_are_described_once_with_both() -> None:
    found = gold_descriptions(seen())
    owners = [sources for (layer, _), sources in found.items() if layer == "justification"]
    assert owners == [{"s1", "s3"}]


def test_every_near_source_is_an_option_and_the_described_ones_are_right() -> None:
    scored = seen()
    rows, labels = owner_table([scored], type_scorer(scored)).arrays()
    assert rows.shape == (len(labels), len(OWNER_FEATURES))
    described = rows[:, OWNER_FEATURES.index("is_role")] == 0
    assert labels[described].sum() == 2
    assert (labels[described] == 0).any()


def test_the_threshold_that_leaves_wrong_words_out_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Below .45 the whole first sentence is marked, from there on the right two words alone."""
    scored = seen()
    (right,) = [words for layer, words in gold_descriptions(scored) if layer == "justification"]

    def find(*arguments: Any) -> list[Description]:
        marked = arguments[3]["justification"]
        last = right[1] if marked > 0.45 else right[1] + 4
        return [Description("justification", right[0], last, 1.0)]

    monkeypatch.setattr(owners, "find_descriptions", find)
    nearest = rule(OWNER_FEATURES, 0.0, {"nearest_speaks": 6.0, "rank": -1.0})
    thresholds, reached = best_description_thresholds(
        tiny_model(), [scored], nearest, type_scorer(scored)
    )
    assert thresholds["justification_threshold"] == pytest.approx(0.8)
    assert thresholds["justification_owner_threshold"] == pytest.approx(0.7)
    assert "role_owner_threshold" in thresholds
    # One of the two sources gets both words: precision 1, recall .5.
    assert reached["justification_dev_f1"] == pytest.approx(2 / 3)


def test_an_unlabelled_article_is_not_judged_on_justifications() -> None:
    scored = seen()
    sources = tuple(replace(source, justification=None) for source in scored.gold.sources)
    bare = replace(scored, gold=replace(scored.gold, sources=sources))
    assert not [layer for layer, _ in gold_descriptions(bare) if layer == "justification"]
    assert owner_table([bare], type_scorer(bare)).rows == []
