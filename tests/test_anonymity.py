"""Fitting whether a text says that a source was granted anonymity."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from attribution.characterize import ANONYMITY_SIZE, anonymity_features
from attribution.resolve import Cluster
from attribution.types import SourceType
from scenes import mention, table
from tiny_model import encode
from training.anonymity import anonymity_rows, fit_anonymity, unseen_chances
from training.readers.gold import GoldSource
from training.scored import Scored

GRANTED = "A clerk, who asked not to be named, said the {} was shut."
PLAIN = "A clerk in the old town hall said the {} was shut."
THINGS = ("pier", "road", "school", "mill", "bank", "yard", "bridge", "lake")


def scored(text: str, granted: bool, kind: SourceType = "unnamed_person") -> Scored:
    article = encode(text)
    found = table([mention(article, "A clerk")])
    gold = SimpleNamespace(sources=(GoldSource("s1", "a clerk", kind, "", granted),))
    example = SimpleNamespace(article=article)
    return Scored(gold, example, torch.zeros(0), (), (), found, ("s1",))


def articles() -> Sequence[Scored]:
    return [
        scored(text.format(thing), text is GRANTED) for thing in THINGS for text in (GRANTED, PLAIN)
    ]


def test_it_learns_the_words_that_grant_anonymity() -> None:
    classifier, threshold, reached = fit_anonymity(articles())
    assert classifier.size == ANONYMITY_SIZE
    assert reached == 1.0
    for text, expected in ((GRANTED, True), (PLAIN, False)):
        fresh = scored(text.format("harbour"), expected)
        row = anonymity_features(fresh.example.article, fresh.table, Cluster([0]))
        assert (classifier.probabilities(row[None])[0] >= threshold) == expected


def test_only_unnamed_sources_are_learned_from() -> None:
    named = [scored(PLAIN.format("pier"), False, kind="named_person")]
    rows, labels, groups = anonymity_rows([*articles(), *named])
    assert rows.shape == (16, ANONYMITY_SIZE)
    assert labels.sum() == 8
    assert groups.tolist() == list(range(16))


@pytest.mark.parametrize("text", [GRANTED, PLAIN])
def test_without_both_kinds_there_is_nothing_to_learn(text: str) -> None:
    alike = [scored(text.format(thing), text is GRANTED) for thing in THINGS]
    with pytest.raises(ValueError, match="with and without"):
        fit_anonymity(alike)


@pytest.mark.parametrize("granted", [1, 2, 3])
def test_few_articles_that_grant_it_are_enough(granted: int) -> None:
    alike = [scored(PLAIN.format(thing), False) for thing in THINGS]
    some = [scored(GRANTED.format(thing), True) for thing in THINGS[:granted]]
    classifier, threshold, reached = fit_anonymity([*some, *alike])
    assert classifier.size == ANONYMITY_SIZE
    assert (threshold, reached) == ((0.5, 0.0) if granted == 1 else (threshold, 1.0))


class Memory:
    """A classifier that gives the rows of articles it was fitted on 1, and all others 0."""

    def fit(self, rows: csr_matrix, labels: np.ndarray) -> None:
        assert set(labels.tolist()) == {0, 1}
        self.seen = set(rows.toarray()[:, 0].tolist())

    def predict_proba(self, rows: csr_matrix) -> np.ndarray:
        chances = [float(row in self.seen) for row in rows.toarray()[:, 0].tolist()]
        return np.array([[1 - chance, chance] for chance in chances])


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1)), min_size=1, max_size=30))
def test_no_article_is_judged_by_a_fit_that_saw_it(drawn: list[tuple[int, int]]) -> None:
    groups, labels = np.array(drawn).T
    rows = csr_matrix(groups[:, None] + 1.0)
    chances = unseen_chances(Memory(), rows, labels, groups)
    judged = chances[~np.isnan(chances)]
    assert (judged == 0).all()
    if any(len(set(groups[labels == label].tolist())) < 2 for label in (0, 1)):
        assert len(judged) == 0
