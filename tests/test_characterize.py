"""What a resolved source is: its type and whether it was granted anonymity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from attribution.characterize import (
    ANONYMITY_SIZE,
    anonymity_features,
    is_part,
    source_types,
    states_anonymity,
    type_features,
)
from attribution.mentions import FORMS
from attribution.resolve import Cluster
from attribution.types import SOURCE_TYPES
from scenes import mention, rule, table, type_rows, zero
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
    """The source's sentence explains anonymity, or the next one does."""

    def features(self, text: str, words: str = "a clerk") -> np.ndarray:
        article = encode(text)
        found = table([mention(article, words)])
        return anonymity_features(article, found, Cluster([0]))

    def test_are_word_sequences_that_are_there_or_not(self) -> None:
        found = self.features("It was late, said a clerk.")
        assert found.shape == (ANONYMITY_SIZE,)
        assert set(np.unique(found)) == {0, 1}

    def test_case_numbers_and_far_sentences_make_no_difference(self) -> None:
        near = "At 3 p.m. a clerk, who asked not to be named, spoke. It rained."
        one = self.features(near + " Nothing else was said.")
        other = self.features(
            near.replace("3", "9").replace("rained", "RAINED") + " All went home."
        )
        np.testing.assert_array_equal(one, other)

    @pytest.mark.parametrize(
        "other",
        [
            "A clerk asked to be named. It rained.",
            "A clerk asked not to be named. It snowed.",
            "Not a clerk asked to be named. It rained.",
        ],
    )
    def test_words_of_the_sentence_and_the_next_make_one(self, other: str) -> None:
        this = self.features("A clerk asked not to be named. It rained.", "A clerk")
        words = "a clerk" if "a clerk" in other else "A clerk"
        assert (this != self.features(other, words)).any()

    def test_all_mentions_of_a_source_count(self) -> None:
        article = encode("A clerk spoke. Nothing moved. It was cold. She asked for anonymity.")
        found = table([mention(article, "A clerk"), mention(article, "She")])
        one = anonymity_features(article, found, Cluster([0]))
        both = anonymity_features(article, found, Cluster([0, 1]))
        assert (both >= one).all()
        assert both.sum() > one.sum()

    def test_a_source_without_words_has_those_of_its_claims_sentence(self) -> None:
        found = anonymity_features(ARTICLE, table([zero(ARTICLE, "left", 0)]), Cluster([0]))
        assert found.any()


def test_whom_a_description_gives_a_name_is_a_named_person() -> None:
    article = encode("A roofer waved. The roofer, Lu Poe, slept.")
    roofer, poe = (
        mention(article, "A roofer"),
        mention(article, "The roofer, Lu Poe", person="Lu Poe"),
    )
    found = replace(table([roofer, poe]), types=type_rows("unnamed_person", "unnamed_person"))
    size = len(type_features(found, Cluster([0, 1])))
    first = rule([str(number) for number in range(size)], 0.0, {})
    columns = np.zeros((size, len(SOURCE_TYPES)), dtype=np.float32)
    columns[: len(SOURCE_TYPES)] = 9 * np.eye(len(SOURCE_TYPES))  # as the head says
    scorer = replace(first, weights=(columns,), biases=(np.zeros(len(SOURCE_TYPES), np.float32),))
    types = [
        SOURCE_TYPES[place]
        for place in source_types(found, [Cluster([0, 1]), Cluster([0])], scorer).argmax(1)
    ]
    assert types == ["named_person", "unnamed_person"]


@pytest.mark.parametrize("words", ["Roe aides", "Roe's lawyer"])
def test_whom_a_persons_name_only_describes_is_no_named_person(words: str) -> None:
    article = encode(f"{words} said so.")
    found = table([mention(article, words, person="Roe")])
    scorer = tiny_classifier(len(type_features(found, Cluster([0]))), len(SOURCE_TYPES), 0)
    bias = 9.0 * (np.arange(len(SOURCE_TYPES)) == SOURCE_TYPES.index("named_person"))
    scorer = replace(scorer, biases=(*scorer.biases[:-1], bias.astype(np.float32)))
    types = source_types(found, [Cluster([0])], scorer)
    assert SOURCE_TYPES[int(types[0].argmax())] not in ("named_person", "author", "unspecified")
    assert types.sum() == pytest.approx(1.0)


class TestStatedAnonymity:
    def stated(self, text: str, *words: str) -> bool:
        article = encode(text)
        found = table([mention(article, item) for item in words])
        return states_anonymity(article, found, Cluster(list(range(len(words)))))

    @pytest.mark.parametrize(
        "statement",
        [
            ", who spoke on condition of anonymity, said so.",
            ", who asked not to be named, said so.",
            ", who declined to give her name, said so.",
            ", whose name has been changed, said so.",
            " said so. She was not authorised to speak to reporters.",
            " said so. The paper withheld his identity.",
        ],
    )
    def test_words_that_state_it_stand_near_the_source(self, statement: str) -> None:
        assert self.stated(f"A clerk{statement}", "A clerk")

    @pytest.mark.parametrize(
        "text",
        [
            "A clerk said so. The pier is shut.",
            "A clerk said so. The pier is shut. Her friend asked not to be named.",
            "Her friend asked not to be named. A clerk said so.",
        ],
    )
    def test_not_without_such_words_or_far_from_them(self, text: str) -> None:
        assert not self.stated(text, "A clerk")

    @pytest.mark.parametrize("other", ["One diver", "A second clerk", "Another", "3 divers"])
    def test_a_next_sentence_that_opens_with_somebody_new_tells_of_them(self, other: str) -> None:
        text = f"Clerks said so. {other}, who spoke on condition of anonymity, agreed."
        assert not self.stated(text, "Clerks")

    def test_a_next_sentence_with_another_nameless_source_tells_of_it(self) -> None:
        text = "Clerks doubt it. The pier is shut, said the diver, who asked not to be named."
        article = encode(text)
        clerks, diver = mention(article, "Clerks"), mention(article, "the diver")
        found = table([clerks, diver])
        found = replace(found, types=type_rows("unnamed_group", "unnamed_person"))
        assert not states_anonymity(article, found, Cluster([0]))
        assert states_anonymity(article, found, Cluster([1]))

    def test_an_outlet_may_say_that_it_withholds_the_name(self) -> None:
        text = "The Echo cites clerks. The paper said it was withholding their names."
        article = encode(text)
        found = table([mention(article, "clerks"), mention(article, "The paper")])
        found = replace(found, types=type_rows("unnamed_group", "media_outlet"))
        assert states_anonymity(article, found, Cluster([0]))

    @pytest.mark.parametrize(
        "text",
        [
            "A clerk refused to name the man who sold it.",
            "A clerk said so. The board has not named its buyer.",
        ],
    )
    def test_not_where_somebody_elses_name_is_kept_back(self, text: str) -> None:
        assert not self.stated(text, "A clerk")

    def test_a_name_is_the_own_one_where_its_use_is_agreed_on(self) -> None:
        assert self.stated("A clerk asked that we do not name her.", "A clerk")

    @pytest.mark.parametrize(
        ("words", "stated"),
        [("The clerk", True), ("The port's clerk", False), ("Its clerk", False)],
    )
    def test_a_possessive_may_tell_of_somebody_new(self, words: str, *, stated: bool) -> None:
        text = f"A diver would give only her first name. {words} said so."
        assert self.stated(text, words) is stated

    @pytest.mark.parametrize(
        ("words", "part"), [("The other", True), ("one of the clerks", True), ("A clerk", False)]
    )
    def test_one_of_several_is_told_by_its_first_words(self, words: str, *, part: bool) -> None:
        assert is_part(mention(encode(f"So {words} said."), words)) is part

    def test_words_before_count_for_a_source_that_is_pointed_back_to(self) -> None:
        text = "Two clerks asked not to be named. One of them said so."
        assert self.stated(text, "One of them")


def test_a_person_called_by_the_full_name_is_no_nameless_person() -> None:
    article = encode("Ada Roe, who heads the union, said so.")
    words = mention(article, "Ada Roe, who heads the union", person="Ada Roe")
    found = table([words])
    scorer = tiny_classifier(len(type_features(found, Cluster([0]))), len(SOURCE_TYPES), 0)
    types = source_types(found, [Cluster([0])], scorer)
    assert types[0, SOURCE_TYPES.index("unnamed_person")] == 0.0
    assert types.sum() == pytest.approx(1.0)
