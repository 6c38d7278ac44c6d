"""Fitting the scorer that links mentions to sources."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from attribution.linking import LINK_FEATURES
from attribution.mentions import Mention
from attribution.resolve import resolve
from scenes import mention, rule, table
from tiny_model import encode
from training import linker
from training.linker import Choice, _loss, best_link_threshold, choices, fit_linker
from training.scored import Scored

ALWAYS = rule(LINK_FEATURES, 9.0, {})
NEVER = rule(LINK_FEATURES, -9.0, {})


def scored(words: str, names: Sequence[str | None], roles: Sequence[str] = ()) -> Scored:
    """An article of these words, each a mention that stands for the source of its name."""
    article = encode(" ".join(f"{word} spoke." for word in words.split()))
    seen: list[str] = []
    mentions: list[Mention] = []
    for number, word in enumerate(words.split()):
        seen.append(word)
        role = roles[number] if roles else "source"
        mentions.append(mention(article, word, role, occurrence=seen.count(word)))
    example = SimpleNamespace(article=article)
    return Scored(None, example, torch.zeros(0), (), (), table(mentions), tuple(names))


def rights(found: Sequence[Choice]) -> list[list[bool]]:
    return [choice.right.tolist() for choice in found]


class TestChoices:
    def test_the_gold_source_is_right_and_nobody_when_it_is_new(self) -> None:
        found = choices(scored("Brask Ware Brask Lund Ware", "abaab"))
        assert rights(found) == [[False], [True, False], [True, False], [False, True]]
        assert all(choice.features.shape[1] == len(LINK_FEATURES) for choice in found)

    def test_a_mention_of_nobody_known_is_no_choice_and_stands_alone(self) -> None:
        found = choices(scored("Brask Ware Brask", ("a", None, "a")))
        assert rights(found) == [[True, False]]

    def test_a_name_by_the_way_weighs_less(self) -> None:
        found = choices(scored("Brask Ware Lund", "aba", ("source", "source", "entity")))
        assert found[1].weight < found[0].weight == 1

    def test_a_scorer_goes_on_after_its_own_decisions(self) -> None:
        article = scored("Brask Ware Lund Brask", "abba")
        assert rights(choices(article, ALWAYS)) == [[False], [True], [True]]
        apart = rights(choices(article, NEVER))
        assert apart == [[False], [False, True], [True, False, False]]

    def test_of_sources_mixed_up_the_purest_are_right(self) -> None:
        """Brask and Ware joined by mistake; Lund of Ware's source apart."""
        mistaken = rule(LINK_FEATURES, 1.0, {"mentions_apart": 1.0, "mentions": -2.0})
        found = choices(scored("Brask Ware Lund Ware", "abbb"), mistaken)
        assert rights(found)[-2:] == [[True], [False, True]]


class TestLoss:
    def loss(self, *found: tuple[list[float], list[bool], float]) -> float:
        """Of choices whose options have these scores, which are right, and their weight."""
        network = nn.Sequential(nn.Linear(1, 1))
        with torch.no_grad():
            network[0].weight.fill_(1.0)
            network[0].bias.zero_()
        batch = [
            Choice(np.array(scores, dtype=np.float32)[:, None], np.array(right), weight)
            for scores, right, weight in found
        ]
        return _loss(network, batch, np.zeros(1), np.ones(1)).item()

    def test_all_right_options_share_the_probability(self) -> None:
        scores, right = [1.0, 2.0, -1.0], [True, True, False]
        total = 1 + np.exp(scores).sum()
        expected = np.log(total) - np.log(np.exp(1) + np.exp(2))
        assert self.loss((scores, right, 1.0)) == pytest.approx(expected, abs=1e-5)

    def test_a_new_source_is_right_when_no_option_is(self) -> None:
        expected = np.log(1 + np.exp(0.5) + np.exp(-2))
        found = self.loss(([0.5, -2.0], [False, False], 1.0))
        assert found == pytest.approx(expected, abs=1e-5)

    def test_choices_count_by_their_weight_whatever_their_options(self) -> None:
        one, other = ([3.0], [True], 1.0), ([1.0, 0.0, 2.0], [False, True, False], 0.25)
        expected = (self.loss(one) + 0.25 * self.loss(other)) / 1.25
        assert self.loss(one, other) == pytest.approx(expected, abs=1e-5)

    def test_standardised_features_are_scored(self) -> None:
        network = nn.Sequential(nn.Linear(1, 1))
        plain = Choice(np.array([[2.0]], dtype=np.float32), np.array([True]), 1.0)
        moved = Choice(np.array([[11.0]], dtype=np.float32), np.array([True]), 1.0)
        expected = _loss(network, [plain], np.zeros(1), np.ones(1)).item()
        found = _loss(network, [moved], np.array([5.0]), np.array([3.0])).item()
        assert found == pytest.approx(expected, abs=1e-5)


class TestFit:
    def test_it_learns_that_equal_words_are_one_source(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(linker, "_BATCH", 16)
        words = "Brask Ware Brask Lund Ware Lund Brask Holm Ware Holm Brask Lund"
        article = scored(words, words.split())
        scorer = fit_linker([article] * 30, seed=3)
        fresh = scored("Roe Poe Roe Doe Poe Doe Roe", "abacbca")
        found = resolve(fresh.example.article, fresh.table, scorer, 0.5)
        assert [cluster.members for cluster in found] == [[0, 2, 6], [1, 4], [3, 5]]

    def test_the_same_seed_gives_the_same_scorer(self) -> None:
        article = scored("Brask Ware Brask Ware", "abab")
        one, other = (fit_linker([article], seed=3) for _ in range(2))
        assert one.size == len(LINK_FEATURES)
        for mine, right in zip(one.weights, other.weights, strict=True):
            np.testing.assert_array_equal(mine, right)


class TestThreshold:
    """A scorer that gives the same words a higher score than others."""

    def test_the_one_that_tells_sources_apart_is_taken(self) -> None:
        scorer = rule(LINK_FEATURES, -0.8, {"same_words": 0.9})  # .31 and .52
        threshold, f1 = best_link_threshold(scorer, [scored("Brask Ware Brask Ware", "abab")])
        assert 0.31 < threshold <= 0.52
        assert f1 == 1.0

    def test_joining_everybody_costs_precision(self) -> None:
        _, f1 = best_link_threshold(ALWAYS, [scored("Brask Ware Brask", "aba")])
        assert f1 == pytest.approx(2 * 1 / (3 + 1))
