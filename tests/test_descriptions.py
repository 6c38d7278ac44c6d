"""The words that state a role or a ground: which are marked, and where they begin and end."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from attribution.descriptions import LAYERS, Layer, find_descriptions
from attribution.features import encode_article
from attribution.mentions import Mention
from attribution.model import TAG_LAYERS
from attribution.segment import segment
from scenes import locate, mention
from tiny_model import tiny_model, tiny_tokenizer

TEXT = "Ada Roe, a nurse who saw it, spoke. Chief clerk Lu Poe, chief clerk of the port, did not."
ARTICLE = encode_article(segment(TEXT), tiny_tokenizer())
TOKENS = [word.of(TEXT) for word in ARTICLE.document.words]
HALF = dict.fromkeys(LAYERS, 0.5)


def words(phrase: str) -> tuple[int, int]:
    return locate(ARTICLE, phrase)


def found(
    text: str, chances: Mapping[str, float], layer: Layer, people: tuple[str, ...] = ()
) -> list[str]:
    """Descriptions where the words of these phrases are marked with these chances."""
    article = encode_article(segment(text), tiny_tokenizer())
    tags = torch.tensor([0.98, 0.01, 0.01]).repeat(len(article), len(TAG_LAYERS), 1)
    for phrase, chance in chances.items():
        first, last = locate(article, phrase)
        tags[first : last + 1, TAG_LAYERS.index(layer)] = torch.tensor(
            [1 - chance, 0.1 * chance, 0.9 * chance]
        )
    named: list[Mention] = [mention(article, name, person=name) for name in people]
    model = tiny_model(3)
    model.tags = torch.nn.Identity()
    items = find_descriptions(model, article, tags.log().flatten(1), HALF, named)
    return [article.document.cover(*item.words).of(text) for item in items if item.layer == layer]


class TestFinding:
    @pytest.fixture
    def marked(self) -> torch.Tensor:
        return torch.randn(len(ARTICLE), 32, generator=torch.Generator().manual_seed(3))

    def test_every_stretch_begins_and_ends_with_a_word_inside_one_sentence(
        self, marked: torch.Tensor
    ) -> None:
        model = tiny_model(3)
        found = find_descriptions(model, ARTICLE, marked[:, : _hidden(model)], _low())
        assert found
        for item in found:
            assert TOKENS[item.first][0].isalnum()
            assert TOKENS[item.last][0].isalnum()
            assert ARTICLE.sentence[item.first] == ARTICLE.sentence[item.last]

    def test_nothing_is_likelier_than_certain(self, marked: torch.Tensor) -> None:
        model = tiny_model(3)
        never = dict.fromkeys(LAYERS, 1.01)
        assert find_descriptions(model, ARTICLE, marked[:, : _hidden(model)], never) == []

    def test_a_model_without_the_layers_finds_nothing(self, marked: torch.Tensor) -> None:
        model = tiny_model(3)
        model.tags = torch.nn.Linear(_hidden(model), 3 * TAG_LAYERS.index("role"))
        assert find_descriptions(model, ARTICLE, marked[:, : _hidden(model)], _low()) == []

    def test_a_word_that_is_likelier_none_opens_no_stretch_inside_another(self) -> None:
        first, last = words("nurse who saw it")
        marks = dict.fromkeys(range(first, last + 1), (0.3, 0.1, 0.6))
        marks[first + 1] = (0.5, 0.3, 0.2)
        assert self.found_in(marks) == [(first, last)]

    def test_words_that_describe_nobody_alone_are_no_description(self) -> None:
        of, _ = words("of the port")
        assert self.found_in({of: (0.1, 0.8, 0.1), of + 1: (0.1, 0.1, 0.8)}) == []
        assert self.found_in({of: (0.1, 0.8, 0.1), of + 2: (0.1, 0.8, 0.1)}) == [(of + 2, of + 2)]

    def found_in(self, marks: dict[int, tuple[float, float, float]]) -> list[tuple[int, int]]:
        """Stretches of justification where words have these chances of none, first and later."""
        chances = torch.tensor([0.98, 0.01, 0.01]).repeat(len(ARTICLE), len(TAG_LAYERS), 1)
        for word, row in marks.items():
            chances[word, TAG_LAYERS.index("justification")] = torch.tensor(row)
        model = tiny_model(3)
        model.tags = torch.nn.Identity()
        found = find_descriptions(model, ARTICLE, chances.log().flatten(1), HALF)
        return [item.words for item in found if item.layer == "justification"]


def _hidden(model: torch.nn.Module) -> int:
    return int(model.tags.in_features)  # type: ignore[union-attr]


def _low() -> dict[str, float]:
    return dict.fromkeys(LAYERS, 0.05)


class TestBesideAName:
    def test_less_is_enough_in_front_of_it(self) -> None:
        text = "They grilled port warden Lu Poe again."
        assert found(text, {"port warden": 0.2}, "role", ("Lu Poe",)) == ["port warden"]

    def test_less_is_enough_behind_its_comma(self) -> None:
        text = "Lu Poe, the warden of the port, left."
        assert found(text, {"warden of the port": 0.2}, "role", ("Lu Poe",)) == [
            "warden of the port"
        ]

    def test_elsewhere_it_is_not(self) -> None:
        text = "They grilled the port warden before Lu Poe came."
        assert found(text, {"port warden": 0.2}, "role", ("Lu Poe",)) == []

    def test_a_clause_is_no_role_by_that(self) -> None:
        text = "Lu Poe, who kept the port, left."
        assert found(text, {"who kept the port": 0.2}, "role", ("Lu Poe",)) == []

    def test_another_sentence_is_not_beside_it(self) -> None:
        text = "They grilled the warden. Lu Poe came."
        assert found(text, {"warden": 0.2}, "role", ("Lu Poe",)) == []


class TestGrounds:
    def test_articles_and_links_are_no_part_of_them(self) -> None:
        text = "She met Lu Poe and the warden of the port."
        marked = {"and the warden of": 0.9}
        assert found(text, marked, "justification") == ["warden"]

    def test_a_bracket_behind_a_name_is_cut_off(self) -> None:
        text = "Rep. Lu Poe (D-Ohio), head of the port caucus, left."
        marked = {"D-Ohio), head of the port caucus": 0.9}
        assert found(text, marked, "justification") == ["head of the port caucus"]

    def test_a_pronoun_or_a_form_of_be_alone_is_none(self) -> None:
        assert found("Lu Poe, who was late, left.", {"who was": 0.9}, "justification") == []

    def test_they_do_not_end_inside_a_name(self) -> None:
        text = "The president of the Quay Wold Society left."
        marked = {"president of the Quay": 0.9}
        assert found(text, marked, "justification") == ["president of the Quay Wold Society"]

    def test_they_end_in_front_of_a_person(self) -> None:
        text = "So Harbour Warden Lu Poe left."
        marked = {"Harbour Warden": 0.9}
        assert found(text, marked, "justification", ("Lu Poe",)) == ["Harbour Warden"]


@given(st.lists(st.floats(0.01, 0.98), min_size=len(TOKENS), max_size=len(TOKENS)))
def test_stretches_of_a_layer_never_overlap(chances: list[float]) -> None:
    tags = torch.tensor([[[1 - c, 0.3 * c, 0.7 * c]] * len(TAG_LAYERS) for c in chances])
    model = tiny_model(3)
    model.tags = torch.nn.Identity()
    people = [mention(ARTICLE, name, person=name) for name in ("Ada Roe", "Lu Poe")]
    items = find_descriptions(model, ARTICLE, tags.log().flatten(1), HALF, people)
    for layer in LAYERS:
        taken = [word for i in items if i.layer == layer for word in range(i.first, i.last + 1)]
        assert len(taken) == len(set(taken))


class TestNoGround:
    @pytest.mark.parametrize("text", ["Ada Roe (D-Ohio) spoke.", "Ada Roe (Vt.) spoke."])
    def test_a_word_that_fills_a_bracket_behind_a_name(self, text: str) -> None:
        word = "D-Ohio" if "Ohio" in text else "Vt"
        assert found(text, {word: 0.9}, "justification") == []
        assert found(text, {word: 0.9}, "role") == [word]

    def test_nor_does_one_begin_in_the_bracket(self) -> None:
        text = "Ada Roe (D-Ohio), head of the caucus, spoke."
        marked = {"(D-Ohio), head of the caucus": 0.9}
        assert found(text, marked, "justification") == ["head of the caucus"]

    def test_nor_is_what_begins_in_a_bracket(self) -> None:
        text = "Ada Roe (D-Old Quay) spoke."
        assert found(text, {"(D-Old Quay": 0.9}, "justification") == []

    def test_an_office_in_brackets_is_one(self) -> None:
        assert found("Ada Roe (goalkeeper) spoke.", {"goalkeeper": 0.9}, "justification") == [
            "goalkeeper"
        ]

    @pytest.mark.parametrize("phrase", ["leaders", "Some leaders", "others", "critics"])
    def test_a_word_for_anybody(self, phrase: str) -> None:
        assert found(f"{phrase} spoke.", {phrase: 0.9}, "justification") == []

    def test_a_number_alone_is_left_to_what_stands_behind_it(self) -> None:
        assert found("Four dispatchers spoke.", {"Four": 0.9}, "justification") == ["Four"]

    def test_such_a_word_with_another_that_tells_more_is_one(self) -> None:
        said = found("Union leaders spoke.", {"Union leaders": 0.9}, "justification")
        assert said == ["Union leaders"]


@pytest.mark.parametrize("layer", LAYERS)
def test_what_a_stroke_joins_to_a_marked_word_is_taken_in(layer: Layer) -> None:
    assert found("A 7/7 widow spoke.", {"7 widow": 0.9}, layer) == ["7/7 widow"]


@pytest.mark.parametrize("word", ["during", "after", "between", "via"])
def test_a_preposition_alone_is_no_role(word: str) -> None:
    assert found(f"She spoke {word} it.", {word: 0.9}, "role") == []
