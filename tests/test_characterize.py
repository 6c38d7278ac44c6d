"""What a resolved source is: its type and whether it was granted anonymity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from attribution.characterize import anonymity_features, source_types, type_features
from attribution.mentions import FORMS
from attribution.resolve import Cluster
from attribution.types import SOURCE_TYPES
from scenes import mention, table, type_rows, zero
from tiny_model import encode, tiny_classifier

TEXT = "A deckhand, who asked not to be named, spoke. He left. Brask stayed."
ARTICLE = encode(TEXT)
DECKHAND, BRASK = Cluster([0, 1]), Cluster([2])
FACTS = 3 * len(SOURCE_TYPES)  # after the head's type probabilities, pooled three ways


@pytest.fixture
def mentions():
    found = table(
        [
            mention(ARTICLE, "A deckhand", claim=0),
            mention(ARTICLE, "He", claim=1),
            mention(ARTICLE, "Brask", "via", person="Brask"),
        ]
    )
    return replace(found, types=type_rows("unnamed_person", "author", "named_person"))


class TestTypeFeatures:
    def test_begin_with_the_heads_probabilities_pooled(self, mentions) -> None:
        mean, best, everywhere = type_features(mentions, DECKHAND)[:FACTS].reshape(3, -1)
        expected = mentions.types[:2]
        assert mean.tolist() == everywhere.tolist() == expected.mean(0).tolist()
        assert best.tolist() == expected.max(0).tolist()

    def test_a_name_by_the_way_counts_only_over_all_mentions(self) -> None:
        found = table([mention(ARTICLE, "A deckhand"), mention(ARTICLE, "He", "entity")])
        found = replace(found, types=type_rows("unnamed_person", "author"))
        mean, _, everywhere = type_features(found, Cluster([0, 1]))[:FACTS].reshape(3, -1)
        assert mean.tolist() == found.types[0].tolist()
        assert everywhere.tolist() == found.types.mean(0).tolist()

    def test_a_source_of_no_claim_is_known_by_all_its_mentions(self) -> None:
        found = table([mention(ARTICLE, "A deckhand", "via"), mention(ARTICLE, "He", "entity")])
        found = replace(found, types=type_rows("unnamed_person", "author"))
        mean, _, everywhere = type_features(found, Cluster([0, 1]))[:FACTS].reshape(3, -1)
        assert mean.tolist() == everywhere.tolist() == found.types.mean(0).tolist()

    def test_do_not_look_at_states(self, mentions) -> None:
        other = replace(mentions, means=mentions.means * 7)
        assert (type_features(other, DECKHAND) == type_features(mentions, DECKHAND)).all()

    def test_tell_names_and_parts_played(self, mentions) -> None:
        person, organization, via, source, _ = type_features(mentions, BRASK)[FACTS : FACTS + 5]
        assert (person, organization, via, source) == (1, 0, 1, 0)
        person, organization, via, source, _ = type_features(mentions, DECKHAND)[FACTS : FACTS + 5]
        assert (person, organization, via, source) == (0, 0, 0, 1)

    def test_end_with_the_share_of_each_form(self, mentions) -> None:
        shares = dict(zip(FORMS, type_features(mentions, DECKHAND)[FACTS + 5 :], strict=True))
        assert shares.pop("indefinite") == shares.pop("pronoun") == 0.5
        assert not any(shares.values())


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
