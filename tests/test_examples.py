"""From gold articles to targets, batches and losses."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
import torch

from attribution.features import Window
from attribution.model import ENTITY_LABELS, ROLE_LABELS, TAG_LAYERS
from attribution.types import KINDS, SOURCE_TYPES, SPEECHES, Span
from tagged import PIER, example, gold
from tiny_model import special, tiny_encoder, tiny_tokenizer
from training.batches import Batch, collate, epoch_batches
from training.examples import IGNORE, Example, build_example
from training.losses import (
    LOSS_WEIGHTS,
    Outputs,
    losses,
    outputs,
    soft_losses,
    weighted,
)
from training.readers.gold import GoldClaim
from training.readers.justification import justified


def tokens(made: Example) -> list[str]:
    text = made.article.document.text
    return [word.of(text) for word in made.article.document.words]


def at(made: Example, word: str) -> int:
    return tokens(made).index(word)


def labelled(made: Example, labels: np.ndarray, value: int) -> list[str]:
    return [token for token, label in zip(tokens(made), labels, strict=True) if label == value]


def ranges(made: Example, *words: str) -> tuple[tuple[int, int], ...]:
    """Word ranges of stretches of single-line text."""
    found = []
    for piece in words:
        parts = piece.split()
        start = next(
            i for i in range(len(tokens(made))) if tokens(made)[i : i + len(parts)] == parts
        )
        found.append((start, start + len(parts) - 1))
    return tuple(found)


class TestTargets:
    def test_a_predicate_a_claim_at_its_first_cue_word_or_content_word(self) -> None:
        made = example()
        assert [tokens(made)[p.word] for p in made.predicates] == ["told", "promised", "“"]
        assert [p.uncued for p in made.predicates] == [False, False, True]
        assert labelled(made, made.opening, 1) == ["told", "promised"]
        assert labelled(made, made.opening, 2) == ["“"]

    def test_flat_tags_keep_the_outer_claim_whole(self) -> None:
        made = example()
        source, cue, content, *_ = made.tags.T
        assert labelled(made, source, 1) == ["Ottoline", "her"]
        assert labelled(made, source, 2) == ["Brask", "deputy"]
        assert labelled(made, cue, 1) == ["told", "promised"]
        assert labelled(made, content, 1) == ["that", "“"]
        assert "leave" in labelled(made, content, 2)

    def test_roles_of_a_predicate_are_its_own_claims(self) -> None:
        made = example()
        (source, deputy), (content, leave), (cue, promised) = (
            (role, (first, last)) for role, first, last in made.predicates[1].roles
        )
        assert (source, content, cue) == ("source", "content", "cue")
        assert (deputy, leave, promised) == ranges(made, "her deputy", "he would leave", "promised")

    def test_labels_of_a_predicate_are_its_claims(self) -> None:
        outer, inner, bare = example().predicates
        assert [KINDS[p.kind] for p in (outer, inner)] == ["statement", "intention"]
        assert [SOURCE_TYPES[p.source_type] for p in (outer, inner)] == [
            "named_person",
            "unnamed_person",
        ]
        assert SPEECHES[bare.speech] == "direct"

    def test_via_words_are_the_tagged_ones_else_the_nearest_that_name_the_intermediary(
        self,
    ) -> None:
        made = example()
        outer, inner, _ = made.predicates
        assert outer.via == ranges(made, "Skerrin Echo")
        assert inner.via == ranges(made, "Skerrin Echo", "Ottoline Brask")

    def test_an_intermediary_that_no_words_name_leaves_via_unknown(self) -> None:
        article = gold()
        article = replace(article, sources=tuple(
            replace(source, name="The Morning Tide") if source.id == "s2" else source
            for source in article.sources
        ))  # fmt: skip
        *_, bare = build_example(article, tiny_tokenizer()).predicates
        assert bare.via is None

    def test_mentions_carry_their_sources(self) -> None:
        made = example()
        found = {(m.first, m.last): (m.cluster, m.anaphor) for m in made.mentions}
        brask, echo, deputy = ranges(made, "Ottoline Brask", "Skerrin Echo", "her deputy")
        assert found == {brask: ("s1", True), echo: ("s2", True), deputy: ("s3", True)}

    def test_names_of_sources_are_entities_and_other_capitals_unknown(self) -> None:
        made = example()
        person, organization = (ENTITY_LABELS.index(f"B-{k}") for k in ("PERSON", "ORGANIZATION"))
        assert labelled(made, made.entities, person) == ["Ottoline"]
        assert labelled(made, made.entities, organization) == ["Skerrin"]
        assert labelled(made, made.entities, IGNORE) == ["Nobody", "He"]

    def test_silver_entities_replace_the_names_of_sources(self) -> None:
        text = gold(PIER).text
        start = text.index("pier")
        silver = {"ner": [[start, start + 4, "LOCATION"], [0, 4, "DATE"]], "coref": []}
        made = build_example(gold(PIER), tiny_tokenizer(), silver)
        assert labelled(made, made.entities, ENTITY_LABELS.index("B-OTHER")) == ["pier"]
        assert (made.entities == 0).sum() == len(made.article) - 1

    def test_unlabelled_claims_teach_spans_only(self) -> None:
        article = gold(PIER)
        bare = [
            replace(claim, source=None, via=None, kind=None, speech=None)
            for claim in article.claims
        ]
        made = build_example(
            replace(article, claims=tuple(bare), sources=(), resolved=False), tiny_tokenizer()
        )
        (predicate,) = made.predicates
        assert predicate.via is None
        assert predicate.kind == predicate.speech == predicate.source_type == IGNORE
        assert made.mentions == ()

    def test_where_nesting_is_not_tagged_words_in_content_weigh_less_as_non_openers(self) -> None:
        flat = build_example(replace(gold(PIER), nested=False), tiny_tokenizer(), inner_weight=0.25)
        weight = dict(zip(tokens(flat), flat.opening_weight.tolist(), strict=True))
        assert (weight["pier"], weight["said"], weight["rained"]) == (0.25, 1.0, 1.0)
        assert (example(PIER).opening_weight == 1).all()

    def test_a_partial_claim_teaches_nothing_about_its_sentence(self) -> None:
        article = gold(PIER)
        start = article.text.index("It rained")
        partial = GoldClaim("missed1", (Span(start, start + 2),), source="s1", partial=True)
        made = build_example(replace(article, claims=(*article.claims, partial)), tiny_tokenizer())
        weight = dict(zip(tokens(made), made.opening_weight.tolist(), strict=True))
        assert (weight["It"], weight["rained"], weight["said"]) == (0.0, 0.0, 1.0)
        assert (made.tags[at(made, "rained")] == IGNORE).all()
        assert len(made.predicates) == 1


def batch_of(*examples: Example) -> Batch:
    pieces = list(epoch_batches(examples, max_pieces=400, budget=10_000, rng=random.Random(0)))
    assert len(pieces) == 1
    return collate(sorted(pieces[0], key=lambda piece: piece[0].doc), *special())


class TestJustifications:
    LAYER = TAG_LAYERS.index("justification")

    def made(self, *pairs: tuple[int, int]) -> Example:
        labels = {"wires-01": {"s1": tuple(Span(*pair) for pair in pairs)}}
        return build_example(justified([gold()], labels)[0], tiny_tokenizer())

    def test_words_are_marked_from_the_first_to_the_last(self) -> None:
        begin = gold().text.index("the\nSkerrin")
        made = self.made((begin, begin + len("the\nSkerrin Echo")))
        layer = made.tags[:, self.LAYER]
        assert labelled(made, layer, 1) == ["the"]
        assert labelled(made, layer, 2) == ["Skerrin", "Echo"]

    def test_a_labelled_article_without_any_teaches_that_there_is_none(self) -> None:
        assert (self.made().tags[:, self.LAYER] == 0).all()

    def test_an_article_without_labels_teaches_nothing(self) -> None:
        assert (example().tags[:, self.LAYER] == IGNORE).all()


class TestBatches:
    def test_each_predicate_has_its_roles_over_its_own_window(self) -> None:
        made = example(PIER)
        batch = batch_of(made)
        assert batch.predicate.tolist() == [at(made, "said")]
        names = [ROLE_LABELS[label] for label in batch.roles[0].tolist()]
        assert dict(zip(tokens(made), names, strict=True))["said"] == "S-cue"
        assert names[:7] == ["B-content", *["I-content"] * 5, "E-content"]
        assert names[8:10] == ["B-source", "E-source"]

    def test_predicates_and_mentions_count_through_the_whole_batch(self) -> None:
        first, second = replace(example(PIER), doc="a"), replace(example(PIER), doc="b")
        batch = batch_of(first, second)
        width = batch.opening.shape[1]
        assert batch.predicate.tolist() == [at(first, "said"), width + at(first, "said")]
        anaphors = batch.mention_first[torch.tensor(batch.anaphors)]
        assert anaphors.tolist() == [at(first, "a"), width + at(first, "a")]
        assert batch.groups == ((0, 2), (2, 4))
        assert (batch.columns[1] >= width).all()

    def test_padding_is_ignored(self) -> None:
        short, long = replace(example(PIER), doc="a"), replace(example(), doc="b")
        batch = batch_of(short, long)
        size = len(short.article)
        assert (batch.opening[0, size:] == IGNORE).all()
        assert (batch.tags[0, size:] == IGNORE).all()
        assert (batch.roles[0, size:] == IGNORE).all()
        assert (batch.opening_weight[0, size:] == 0).all()

    @pytest.mark.parametrize("whole", [False, True])
    def test_an_epoch_sees_every_word_once(self, whole: bool) -> None:
        made = example()
        batches = epoch_batches(
            [made], max_pieces=24, budget=60, rng=random.Random(1), whole_articles=whole
        )
        windows = sorted((w.start, w.end) for batch in batches for _, w in batch)
        assert len(windows) > 2
        assert [start for start, _ in windows] == [0, *(end for _, end in windows[:-1])]
        assert windows[-1][1] == len(made.article)

    @pytest.mark.parametrize("whole", [False, True])
    def test_batches_stay_in_their_budget(self, whole: bool) -> None:
        many = [example(), example(PIER)] * 4
        for batch in epoch_batches(
            many, max_pieces=40, budget=90, rng=random.Random(2), whole_articles=whole
        ):
            lengths = [
                int(made.article.first_piece[w.end] - made.article.first_piece[w.start]) + 2
                for made, w in batch
            ]
            assert max(lengths) * len(lengths) <= 90

    def test_a_claim_cut_by_a_window_keeps_the_words_inside(self) -> None:
        made = example(PIER)
        size = at(made, "said")
        batch = collate([(made, Window(2, size + 1))], *special())
        names = [ROLE_LABELS[label] for label in batch.roles[0].tolist()]
        assert names == [*["I-content"] * 4, "E-content", "S-cue"]
        assert batch.claim_mention.tolist() == [[-1, -1]]


def losses_of(batch: Batch, **options: bool) -> dict[str, torch.Tensor]:
    model = wide_model()
    return losses(model, batch, outputs(model, batch, batch.inputs), **options)


class TestLosses:
    @pytest.fixture
    def found(self) -> dict[str, torch.Tensor]:
        return losses_of(batch_of(example()))

    def test_every_task_has_one_and_a_weight(self, found: dict[str, torch.Tensor]) -> None:
        assert set(found) == set(LOSS_WEIGHTS)
        assert all(torch.isfinite(loss) and loss > 0 for loss in found.values())

    def test_the_objective_is_their_weighted_sum(self, found: dict[str, torch.Tensor]) -> None:
        expected = sum(LOSS_WEIGHTS[name] * loss.item() for name, loss in found.items())
        assert weighted(found).item() == pytest.approx(expected, rel=1e-5)

    def test_a_batch_without_claims_has_only_the_tasks_of_words(self) -> None:
        empty = replace(gold(PIER), claims=(), sources=())
        made = build_example(empty, tiny_tokenizer())
        found = losses_of(batch_of(made))
        assert set(found) == {"tags", "entities", "opening", "antecedent"}
        assert found["antecedent"] == 0

    def test_unknown_labels_cost_nothing(self) -> None:
        article = gold(PIER)
        claims = tuple(
            replace(claim, source=None, via=None, kind=None, speech=None)
            for claim in article.claims
        )
        bare = replace(article, claims=claims, sources=(), resolved=False)
        found = losses_of(batch_of(build_example(bare, tiny_tokenizer())))
        for name in ("via", "kind", "speech", "source_type", "antecedent"):
            assert found[name] == 0
        assert found["roles"] > 0

    def test_the_roles_of_a_claim_can_be_one_sequence(self, found: dict[str, torch.Tensor]) -> None:
        sequence = losses_of(batch_of(example()), crf=True)
        assert sequence["roles"].isfinite()
        assert sequence["roles"] > 0
        assert sequence["roles"] != found["roles"]
        assert sequence["tags"] == found["tags"]


class TestSoftLosses:
    def said(self, seed: int, batch: Batch) -> Outputs:
        model = wide_model(seed)
        return outputs(model, batch, batch.inputs)

    def test_nothing_separates_a_model_from_itself(self) -> None:
        batch = batch_of(example(), example(PIER))
        found = soft_losses(self.said(0, batch), self.said(0, batch), batch)
        assert set(found) <= set(LOSS_WEIGHTS)
        assert all(loss.item() == pytest.approx(0.0, abs=1e-5) for loss in found.values())

    def test_another_model_is_some_way_off_in_every_task(self) -> None:
        batch = batch_of(example())
        found = soft_losses(self.said(0, batch), self.said(1, batch), batch)
        assert all(loss > 0 for loss in found.values())

    def test_padding_teaches_nothing(self) -> None:
        batch = batch_of(replace(example(PIER), doc="a"), replace(example(), doc="b"))
        teacher = self.said(1, batch)
        outside = (batch.opening == IGNORE).flatten()
        other = replace(teacher, opening=teacher.opening + 9 * outside[:, None] * torch.randn(3))
        student = self.said(0, batch)
        assert soft_losses(student, teacher, batch) == soft_losses(student, other, batch)


def wide_model(seed: int = 0) -> torch.nn.Module:
    """A tiny model that takes the example articles in one window."""
    from attribution.configuration import AttributionConfig
    from attribution.model import AttributionModel

    torch.manual_seed(seed)
    encoder = tiny_encoder(
        vocab_size=len(tiny_tokenizer()), num_hidden_layers=1, max_position_embeddings=420
    )
    return AttributionModel(AttributionConfig(encoder, pair_size=16, mention_size=16)).eval()
