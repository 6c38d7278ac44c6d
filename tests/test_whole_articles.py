"""Batches that keep the windows of an article together, and antecedents across windows."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from attribution.features import Window
from tagged import FERRY, PIER, example
from tiny_model import special, tiny_model
from tiny_training import trainer, with_loop
from training import batches as module
from training.batches import Batch, Piece, collate, epoch_batches
from training.examples import Example
from training.losses import losses, outputs
from training.settings import read_settings

#: Word pieces of the example with two windows or more.
SHORT = 24


def batches(
    articles: list[Example], budget: int, seed: int = 3, max_pieces: int = SHORT
) -> list[list[Piece]]:
    rng = random.Random(seed)
    found = epoch_batches(
        articles, max_pieces=max_pieces, budget=budget, rng=rng, whole_articles=True
    )
    return list(found)


def named(count: int, raw: str = FERRY) -> list[Example]:
    made = example(raw)
    return [replace(made, doc=f"wires-{number:02}") for number in range(count)]


def padded(batch: list[Piece]) -> int:
    lengths = [
        int(made.article.first_piece[window.end] - made.article.first_piece[window.start]) + 2
        for made, window in batch
    ]
    return max(lengths) * len(lengths)


def docs(found: list[list[Piece]]) -> list[list[str]]:
    return [[made.doc for made, _ in batch] for batch in found]


def in_order(batch: list[Piece]) -> bool:
    """Whether windows of one article stand side by side, each where the one before ends."""
    pairs = pairwise(batch)
    places = [(one[1].end, other[1].start) for one, other in pairs if one[0] is other[0]]
    following = len(batch) - len({id(made) for made, _ in batch})
    return len(places) == following and all(end == start for end, start in places)


class TestBatches:
    def test_an_article_is_in_one_batch_its_windows_in_order(self) -> None:
        found = batches(named(9), budget=400)
        assert len(found) > 1
        assert max(len(set(batch)) for batch in docs(found)) > 1
        assert Counter(doc for batch in docs(found) for doc in set(batch)) == Counter(
            made.doc for made in named(9)
        )
        assert all(map(in_order, found))

    def test_no_more_batches_wait_for_one_that_fits_than_the_limit(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert any(len(set(batch)) > 1 for batch in docs(batches(named(9), budget=400)))
        monkeypatch.setattr(module, "_MOST_WAITING", 0)
        assert all(len(set(batch)) == 1 for batch in docs(batches(named(9), budget=400)))

    def test_an_article_above_the_budget_is_torn_into_parts_as_large_as_fit(self) -> None:
        budget = 60
        found = batches(named(1), budget)
        parts = sorted(found, key=lambda batch: batch[0][1].start)
        assert len(parts) > 1
        assert max(map(len, parts)) > 1
        assert all(map(in_order, parts))
        for part, after in pairwise(parts):
            assert padded(part) <= budget < padded([*part, after[0]])

    def test_another_seed_gives_other_neighbours_in_another_order(self) -> None:
        """Of ten articles of one window each, three fit into a batch, so that one is left."""
        articles = named(10, PIER)
        budget = 3 * padded([(articles[0], Window(0, len(articles[0].article)))])
        made = [docs(batches(articles, budget, seed, budget)) for seed in (3, 3, 4, 5, 6, 7)]
        same, again, *others = made
        assert same == again
        assert {len(batch) for batch in same} == {1, 3}
        assert len({frozenset(map(frozenset, found)) for found in others}) == len(others)
        assert len({list(map(len, found)).index(1) for found in others}) > 1

    def test_training_uses_them_where_the_settings_say_so(self, config: Path) -> None:
        settings = read_settings(
            with_loop(config, whole_articles=True, max_pieces=SHORT, batch_pieces=400)
        )
        run = trainer(settings)
        for epoch in range(3):
            found = list(run._batches(epoch))
            windows = Counter(id(made) for batch in found for made, _ in batch)
            assert max(windows.values()) > 1
            assert sum(len({id(made) for made, _ in batch}) for batch in found) == len(windows)
            assert all(map(in_order, found))


class TestGroups:
    def test_windows_that_follow_each_other_are_one(self) -> None:
        made = example()
        middle = made.mentions[1].last + 1
        windows = [(made, Window(0, middle)), (made, Window(middle, len(made.article)))]
        assert collate(windows, *special()).groups == ((0, len(made.mentions)),)
        groups = collate(windows[::-1], *special()).groups
        assert groups == ((0, len(made.mentions) - 2), (len(made.mentions) - 2, len(made.mentions)))

    def test_windows_of_two_articles_are_two(self) -> None:
        first, second = named(2)
        middle = first.mentions[1].last + 1
        batch = collate(
            [(first, Window(0, middle)), (second, Window(middle, len(second.article)))], *special()
        )
        assert batch.groups == ((0, 2), (2, len(first.mentions)))

    def test_mentions_stand_where_their_words_do(self) -> None:
        made = example()
        middle = made.mentions[1].last + 1
        windows = [Window(0, middle), Window(middle, len(made.article))]
        batch = collate([(made, window) for window in windows], *special())
        width = batch.opening.shape[1]

        def words(places: torch.Tensor) -> list[int]:
            rows = (divmod(place, width) for place in places.tolist())
            return [windows[row].start + column for row, column in rows]

        assert words(batch.mention_first) == [mention.first for mention in made.mentions]
        assert words(batch.mention_last) == [mention.last for mention in made.mentions]


class TestLoss:
    """The tiny model's score of every antecedent is the same: the loss counts the choices."""

    @pytest.fixture
    def batch(self) -> Batch:
        made = example(PIER)
        clusters = [replace(mention, cluster="s1", anaphor=True) for mention in made.mentions]
        assert len(clusters) == 2
        return collate(
            [(replace(made, mentions=tuple(clusters)), Window(0, len(made.article)))], *special()
        )

    def loss(self, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> float:
        model = tiny_model()
        monkeypatch.setattr(
            model, "antecedent_logits", lambda states: torch.zeros(len(states), len(states))
        )
        return float(losses(model, batch, outputs(model, batch, batch.inputs))["antecedent"])

    def test_an_antecedent_counts_inside_its_group_alone(
        self, batch: Batch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        together = self.loss(replace(batch, groups=((0, 2),)), monkeypatch)
        apart = self.loss(replace(batch, groups=((0, 1), (1, 2))), monkeypatch)
        # Two choices for the second mention, of which one is right; alone there is none to make.
        assert together == pytest.approx(torch.log(torch.tensor(2.0)).item() / 2)
        assert apart == 0

    def test_every_group_counts(self, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
        twice = replace(
            batch,
            groups=((0, 1), (1, 3)),
            clusters=("s2", *batch.clusters),
            anaphors=(True, *batch.anaphors),
            mention_first=torch.cat([batch.mention_first[:1], batch.mention_first]),
            mention_last=torch.cat([batch.mention_last[:1], batch.mention_last]),
        )
        expected = torch.log(torch.tensor(2.0)).item() / 3
        assert self.loss(twice, monkeypatch) == pytest.approx(expected)
