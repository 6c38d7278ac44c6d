"""What a resolved source is: its type and whether it was granted anonymity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from attribution.characterize import anonymity_features, source_types, type_features
from attribution.mentions import FORMS
from attribution.resolve import Cluster
from attribution.types import SOURCE_TYPES
from scenes import mention, table, zero
from tiny_model import encode, tiny_classifier

TEXT = "A deckhand, who asked not to be named, spoke. He left. Brask stayed."
ARTICLE = encode(TEXT)
DECKHAND, BRASK = Cluster([0, 1]), Cluster([2])
FACTS = len(SOURCE_TYPES) + 4  # after the four mean states and the head's type probabilities


@pytest.fixture
def mentions():
    found = table(
        [
            mention(ARTICLE, "A deckhand", claim=0),
            mention(ARTICLE, "He", claim=1),
            mention(ARTICLE, "Brask", "via", person="Brask"),
        ]
    )
    return replace(found, means=np.arange(12, dtype=np.float32).reshape(3, 4))


class TestTypeFeatures:
    def test_begin_with_the_mean_state_of_the_mentions(self, mentions) -> None:
        assert type_features(mentions, DECKHAND)[:4].tolist() == [2, 3, 4, 5]

    def test_tell_names_and_parts_played(self, mentions) -> None:
        person, organization, via, source, _ = type_features(mentions, BRASK)[FACTS : FACTS + 5]
        assert (person, organization, via, source) == (1, 0, 1, 0)
        person, organization, via, source, _ = type_features(mentions, DECKHAND)[FACTS : FACTS + 5]
        assert (person, organization, via, source) == (0, 0, 0, 1)

    def test_end_with_the_share_of_each_form(self, mentions) -> None:
        shares = dict(zip(FORMS, type_features(mentions, DECKHAND)[FACTS + 5 :], strict=True))
        assert shares.pop("indefinite") == shares.pop("pronoun") == 0.5
        assert not any(shares.values())

    def test_states_of_zero_mentions_count_only_when_there_are_no_others(self) -> None:
        found = table([mention(ARTICLE, "A deckhand"), zero(ARTICLE, "left", 1)])
        found = replace(found, means=np.array([[1] * 4, [3] * 4], dtype=np.float32))
        assert type_features(found, Cluster([0, 1]))[0] == 1
        assert type_features(found, Cluster([1]))[0] == 3


class TestSourceTypes:
    def test_are_probabilities_a_source(self, mentions) -> None:
        size = len(type_features(mentions, BRASK))
        scorer = tiny_classifier(size, len(SOURCE_TYPES), 0)
        found = source_types(mentions, [DECKHAND, BRASK], scorer)
        assert found.shape == (2, len(SOURCE_TYPES))
        assert found.sum(1) == pytest.approx([1, 1])

    def test_no_sources_have_none(self, mentions) -> None:
        scorer = tiny_classifier(4, len(SOURCE_TYPES), 0)
        assert source_types(mentions, [], scorer).shape == (0, len(SOURCE_TYPES))


class TestAnonymityFeatures:
    TYPES = np.eye(len(SOURCE_TYPES), dtype=np.float32)[4]

    def words(self) -> np.ndarray:
        """Word states that tell their sentence: 1, 2, 3."""
        return (ARTICLE.sentence[:, None] + 1.0) * np.ones((1, 3), dtype=np.float32)

    def test_see_the_sentences_that_mention_the_source(self, mentions) -> None:
        found = anonymity_features(ARTICLE, self.words(), mentions, DECKHAND, self.TYPES)
        assert found[:3].tolist() == [2, 2, 2]

    def test_end_with_its_type(self, mentions) -> None:
        found = anonymity_features(ARTICLE, self.words(), mentions, BRASK, self.TYPES)
        assert found[3:].tolist() == self.TYPES.tolist()

    def test_see_nothing_of_a_source_without_words(self) -> None:
        found = table([zero(ARTICLE, "left", 0)])
        features = anonymity_features(ARTICLE, self.words(), found, Cluster([0]), self.TYPES)
        assert features[:3].tolist() == [0, 0, 0]
