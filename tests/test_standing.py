"""The article's own words on a source: found, given to their source, joined to a role."""

from __future__ import annotations

import numpy as np
import pytest

from attribution.descriptions import LAYERS, Description
from attribution.entities import Entity
from attribution.features import encode_article
from attribution.mentions import Mention, MentionTable
from attribution.resolve import Cluster
from attribution.segment import segment
from attribution.standing import (
    OWNER_FEATURES,
    assign,
    owner_features,
    owner_thresholds,
    role_of,
    title_of,
)
from attribution.tabular import Classifier
from attribution.types import SOURCE_TYPES
from scenes import locate, table
from scenes import mention as scene_mention
from tiny_model import encode, tiny_tokenizer

TEXT = "Ada Roe, a nurse who saw it, spoke. Chief clerk Lu Poe, chief clerk of the port, did not."
ARTICLE = encode_article(segment(TEXT), tiny_tokenizer())
TOKENS = [word.of(TEXT) for word in ARTICLE.document.words]


def words(phrase: str) -> tuple[int, int]:
    parts = phrase.split()
    first = next(i for i in range(len(TOKENS)) if TOKENS[i : i + len(parts)] == parts)
    return first, first + len(parts) - 1


def mention(phrase: str) -> Mention:
    first, last = words(phrase)
    name = (Entity(first, last, "PERSON"),)
    return Mention(first, last, "source", 0, "name", name, tuple(phrase.split()))


MENTIONS = (mention("Ada Roe"), mention("Lu Poe"))
TABLE = MentionTable(
    MENTIONS, np.zeros((2, 4), np.float32), np.zeros((2, 2), np.float32), np.full((2, 8), 0.125)
)
CLUSTERS = [Cluster([0]), Cluster([1])]
HALF = dict.fromkeys(LAYERS, 0.5)
TYPES = np.full((2, len(SOURCE_TYPES)), 0.125, dtype=np.float32)


def described(phrase: str, layer: str = "justification") -> Description:
    assert layer in LAYERS
    return Description(layer, *words(phrase), 1.0)


def features(phrase: str) -> dict[int, dict[str, float]]:
    """Features by name of the description with each source."""
    numbers, rows = owner_features(ARTICLE, TABLE, CLUSTERS, TYPES, described(phrase))
    return {
        int(number): dict(zip(OWNER_FEATURES, row.tolist(), strict=True))
        for number, row in zip(numbers, rows, strict=True)
    }


def by_feature(name: str) -> Classifier:
    """Probability near 1 where the feature is 1, near 0 where it is 0."""
    weight = np.zeros((len(OWNER_FEATURES), 1), dtype=np.float32)
    weight[OWNER_FEATURES.index(name)] = 20.0
    ones = np.ones(len(OWNER_FEATURES), dtype=np.float32)
    return Classifier(0 * ones, ones, (weight,), (np.array([-10.0], dtype=np.float32),))


class TestFeatures:
    def test_words_behind_a_comma_follow_their_mention(self) -> None:
        found = features("nurse who saw it")
        assert found[0]["before"] == 1
        assert found[0]["words_apart"] < found[1]["words_apart"]
        assert (found[0]["rank"], found[1]["rank"] > 0) == (0, True)

    def test_a_title_stands_next_to_the_name_it_is_in_front_of(self) -> None:
        found = features("Chief clerk")
        assert found[1]["next_after"] == 1
        assert found[0]["next_after"] == 0

    def test_only_a_mark_between_name_and_words_is_told_apart(self) -> None:
        assert features("chief clerk of the port")[1]["mark_before"] == 1
        assert features("nurse who saw it")[0]["mark_before"] == 0

    def test_another_sentence_is_told_apart(self) -> None:
        found = features("nurse who saw it")
        assert (found[0]["same_sentence"], found[1]["same_sentence"]) == (1, 0)


class TestAssignment:
    def assigned(self, phrase: str, feature: str) -> list[int]:
        owners = assign(
            ARTICLE, TABLE, CLUSTERS, TYPES, [described(phrase)], by_feature(feature), HALF
        )
        return list(owners)

    def test_the_likeliest_source_gets_the_words(self) -> None:
        assert self.assigned("nurse who saw it", "same_sentence") == [0]
        assert self.assigned("Chief clerk", "next_after") == [1]

    @pytest.mark.parametrize("layer", LAYERS)
    def test_each_layer_has_a_threshold_of_its_own(self, layer: str) -> None:
        items = [described("Chief clerk", name) for name in LAYERS]
        strict = {**HALF, layer: 1.1}
        scorer = by_feature("next_after")
        found = assign(ARTICLE, TABLE, CLUSTERS, TYPES, items, scorer, strict)
        assert found == {1: [item for item in items if item.layer != layer]}

    def test_words_that_are_likely_nobodys_are_given_to_nobody(self) -> None:
        assert self.assigned("nurse who saw it", "next_after") == []


class TestRole:
    def test_the_longest_words_come_first_and_hold_shorter_ones(self) -> None:
        items = [described(phrase, "role") for phrase in ("Chief clerk", "chief clerk of the port")]
        assert role_of(ARTICLE, items) == "chief clerk of the port"

    def test_different_roles_are_joined(self) -> None:
        items = [described(phrase, "role") for phrase in ("nurse", "Chief clerk")]
        assert role_of(ARTICLE, items) == "nurse, Chief clerk"

    def test_justifications_are_no_role(self) -> None:
        assert role_of(ARTICLE, [described("nurse")]) == ""


class TestOwnerThresholds:
    def test_each_layer_has_its_own(self) -> None:
        settings = {"role_owner_threshold": 0.2, "justification_owner_threshold": 0.4}
        assert owner_thresholds(settings) == {"role": 0.2, "justification": 0.4}

    def test_older_models_have_one_for_both(self) -> None:
        assert owner_thresholds({"owner_threshold": 0.3}) == {"role": 0.3, "justification": 0.3}

    def test_one_that_is_missing_is_named(self) -> None:
        with pytest.raises(KeyError, match="justification_owner_threshold"):
            owner_thresholds({"role_owner_threshold": 0.2})


class TestNounPhrase:
    def given(self, text: str, phrase: str, marked: tuple[int, int]) -> str:
        """What becomes of the marked words of a mention."""
        article = encode_article(segment(text), tiny_tokenizer())
        found = table([scene_mention(article, phrase)])
        description = Description("role", *marked, 1.0)
        owners = assign(
            article, found, [Cluster([0])], TYPES[:1], [description], by_feature("inside"), HALF
        )
        return article.document.cover(*owners[0][0].words).of(text)

    def test_the_rest_of_it_is_taken_in(self) -> None:
        assert self.given("One port clerk said so.", "One port clerk", (1, 1)) == "port clerk"

    def test_not_what_stands_behind_a_preposition(self) -> None:
        text = "A clerk of the port said so."
        assert self.given(text, "A clerk of the port", (1, 1)) == "clerk"


def test_words_inside_others_of_their_layer_are_given_once() -> None:
    items = [described("nurse who saw it"), described("nurse")]
    found = assign(ARTICLE, TABLE, CLUSTERS, TYPES, items, by_feature("same_sentence"), HALF)
    assert found[0] == items[:1]


class TestOwnName:
    def test_at_an_edge_it_is_left_out(self) -> None:
        given = assign(
            ARTICLE, TABLE, CLUSTERS, TYPES, [described("clerk Lu")], by_feature("overlaps"), HALF
        )
        assert [[item.words for item in items] for items in given.values()] == [[words("clerk")]]


class TestTitle:
    @pytest.mark.parametrize(
        ("text", "ground", "title"),
        [
            ("The harbour secretary, Ada Roe, has left.", "secretary", "harbour secretary"),
            ("The man who sacked Ada Roe has left.", "sacked", ""),
            ("The blow to secretary Ada Roe was hard.", "secretary", ""),
        ],
    )
    def test_is_a_ground_in_front_of_the_name(self, text: str, ground: str, title: str) -> None:
        article = encode(text)
        item = Description("justification", *locate(article, ground), 1.0)
        name = scene_mention(article, "Ada Roe", person="Ada Roe")
        assert title_of(article, [name], [item]) == title
