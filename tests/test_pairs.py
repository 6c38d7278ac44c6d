"""What a mention has in common with the sources before it, and with which it is compared."""

from __future__ import annotations

import numpy as np
import pytest

from attribution.features import EncodedArticle
from attribution.linking import (
    LINK_FEATURES,
    Pairing,
    candidates_of,
    link_features,
)
from attribution.mentions import (
    Mention,
)
from attribution.namesakes import clashing, compatible, namesakes
from scenes import mention, rule, table
from tiny_model import encode

TEXT = (
    "Ottoline Brask said the quay was shut. She told the Skerrin Echo that Brask had tried. "
    "Ingrid Brask said it was late. The deckhand agreed, the Echo reported."
)
ALWAYS = rule(LINK_FEATURES, 9.0, {})


@pytest.fixture(scope="module")
def article() -> EncodedArticle:
    return encode(TEXT)


class TestFeatures:
    def features(
        self,
        article: EncodedArticle,
        *mentions: Mention,
        row: int = 1,
        owner: tuple[int, ...] | None = None,
        antecedent: np.ndarray | None = None,
    ) -> list[dict[str, float]]:
        """Features of a mention with each source before it, by name.

        Without ``owner`` each mention is a source of its own.
        """
        pairing = Pairing(article, table(mentions, antecedent))
        owner = owner or tuple(range(row))
        sources, values = link_features(pairing, row, np.arange(row), owner)
        assert sources.tolist() == sorted(set(owner))
        assert values.shape == (len(sources), len(LINK_FEATURES))
        return [dict(zip(LINK_FEATURES, found, strict=True)) for found in values.tolist()]

    def test_names_say_what_the_words_share(self, article: EncodedArticle) -> None:
        (found,) = self.features(
            article,
            mention(article, "Ottoline Brask", person="Ottoline Brask"),
            mention(article, "Brask", occurrence=2, person="Brask"),
        )
        assert (found["same_words"], found["same_last_word"], found["shared_words"]) == (0, 1, 1)
        assert (found["words_within_source"], found["source_within_words"]) == (1, 0)
        assert (found["name_within_source"], found["source_within_name"]) == (1, 0)
        assert (found["same_name"], found["last_word_in_name"]) == (0, 1)

    def test_curly_and_straight_apostrophes_are_equal(self) -> None:
        article = encode("O’Roe’s deputy spoke. O'Roe's deputy left.")
        (found,) = self.features(
            article, mention(article, "O’Roe’s deputy"), mention(article, "O'Roe's deputy")
        )
        assert found["same_words"] == found["words_within_source"] == 1

    def test_a_pair_shares_no_name_with_one_of_them(self) -> None:
        article = encode("Ada Roe and Lu Poe met. Roe left.")
        (found,) = self.features(
            article,
            mention(article, "Ada Roe and Lu Poe", person=("Ada Roe", "Lu Poe")),
            mention(article, "Roe", occurrence=2, person="Roe"),
        )
        assert found["source_several"] == 1
        assert found["mention_several"] == found["name_within_source"] == 0

    def test_forms_are_those_of_mention_and_source(self, article: EncodedArticle) -> None:
        (found,) = self.features(
            article,
            mention(article, "Ottoline Brask", person="Ottoline Brask"),
            mention(article, "She"),
        )
        assert found["mention_form_pronoun"] == found["source_form_name"] == 1
        assert found["source_form_pronoun"] == found["mention_form_name"] == 0
        assert found["mention_singular_pronoun"] == 1
        assert found["source_person"] == 1

    def test_distances_grow_with_the_words_between(self, article: EncodedArticle) -> None:
        mentions = [mention(article, words) for words in ("Ottoline Brask", "She", "The deckhand")]
        (close,) = self.features(article, *mentions, row=1)
        distant, _ = self.features(article, *mentions, row=2)
        for name in ("words_apart", "sentences_apart", "mentions_apart", "sources_apart"):
            assert close[name] < distant[name]
        assert close["same_sentence"] == 0

    def test_a_source_brings_the_best_of_its_mentions(self, article: EncodedArticle) -> None:
        (found,) = self.features(
            article,
            mention(article, "Ottoline Brask", person="Ottoline Brask"),
            mention(article, "She"),
            mention(article, "Brask", occurrence=2, person="Brask"),
            row=2,
            owner=(0, 0),
        )
        assert found["name_within_source"] == 1
        assert found["source_form_name"] == found["source_form_pronoun"] == 1
        assert found["mentions"] == pytest.approx(np.log(3))

    def test_the_encoders_scores_are_pooled_over_a_sources_mentions(
        self, article: EncodedArticle
    ) -> None:
        scores = np.zeros((4, 4), dtype=np.float32)
        scores[3] = [4.0, 1.0, 2.0, 0.0]
        names = ("Ottoline Brask", "She", "Ingrid Brask", "The deckhand")
        brask, she = self.features(
            article,
            *(mention(article, words) for words in names),
            row=3,
            owner=(0, 1, 0),
            antecedent=scores,
        )
        columns = ("antecedent", "antecedent_mean", "antecedent_last", "antecedent_rank")
        assert [brask[name] for name in columns] == [4, 3, 2, 0]
        assert [she[name] for name in columns] == pytest.approx([1, 1, 1, np.log(2)])

    def test_tell_who_spoke_last_and_who_before(self, article: EncodedArticle) -> None:
        brask, echo, ingrid = self.features(
            article,
            mention(article, "Ottoline Brask"),
            mention(article, "Skerrin Echo", "entity"),
            mention(article, "Ingrid Brask"),
            mention(article, "The deckhand"),
            row=3,
        )
        assert [source["spoke_last"] for source in (brask, echo, ingrid)] == [0, 0, 1]
        assert [source["spoke_before_last"] for source in (brask, echo, ingrid)] == [1, 0, 0]
        assert echo["claims"] == 0 < brask["claims"]
        assert ingrid["claims_since"] < brask["claims_since"] < echo["claims_since"]


class TestCandidates:
    def test_a_recent_mention_is_one(self, article: EncodedArticle) -> None:
        mentions = table([mention(article, "She"), mention(article, "The deckhand")])
        assert candidates_of(Pairing(article, mentions), 1).tolist() == [0]

    def test_an_old_mention_is_one_only_when_it_shares_a_word(self) -> None:
        article = encode("Brask spoke. Ware spoke. " + "He spoke. " * 60 + "Brask left.")
        older = [mention(article, "Brask"), mention(article, "Ware")]
        pronouns = [mention(article, "He", occurrence=number) for number in range(1, 61)]
        mentions = table([*older, *pronouns, mention(article, "Brask", occurrence=2)])
        assert candidates_of(Pairing(article, mentions), 62).tolist() == [0, *range(2, 62)]

    def test_a_mention_without_a_name_fits_any_source(self, article: EncodedArticle) -> None:
        mentions = table(
            [
                mention(article, "Ottoline Brask", person="Ottoline Brask"),
                mention(article, "Ingrid Brask", person="Ingrid Brask"),
                mention(article, "The deckhand"),
            ]
        )
        pairing = Pairing(article, mentions)
        assert compatible(pairing, 2, [0])
        assert compatible(pairing, 2, [1])
        assert not compatible(pairing, 1, [0])

    @pytest.mark.parametrize(
        ("word", "fits"), [("L'Onda", False), ("ProQuay", False), ("Police", True)]
    )
    def test_an_unrecognised_name_is_told_by_a_capital_inside(
        self, word: str, *, fits: bool
    ) -> None:
        article = encode(f"The Skerrin Echo wrote. {word} agreed.")
        echo = mention(article, "Skerrin Echo", organization="Skerrin Echo")
        pairing = Pairing(article, table([echo, mention(article, word)]))
        assert compatible(pairing, 1, [0]) is fits

    def test_a_first_name_fits_a_full_name_with_a_surname_behind(self) -> None:
        article = encode("Ottoline Brask sat. Brask spoke. Ottoline left. Ingrid Brask came.")
        names = ("Ottoline Brask", "Brask", "Ottoline", "Ingrid Brask")
        found = [
            mention(article, name, occurrence=2 if name == "Brask" else 1, person=name)
            for name in names[:2]
        ]
        found.append(mention(article, "Ottoline", occurrence=2, person="Ottoline"))
        found.append(mention(article, "Ingrid Brask", person="Ingrid Brask"))
        pairing = Pairing(article, table(found))
        assert compatible(pairing, 2, [0, 1])
        assert clashing(pairing, 2, [0, 0]).tolist() == []
        assert set(clashing(pairing, 3, [0, 0, 0]).tolist()) == {0}


class TestNamesakes:
    def same(self, text: str, one: Mention, other: Mention) -> bool:
        return namesakes(Pairing(encode(text), table([one, other])), 0, 1)

    @pytest.mark.parametrize(
        ("long", "short", "expected"),
        [
            ("Skerrin Quay Post", "Post", True),
            ("Skerrin Quay Post", "Skerrin", False),
            ("Skerrin Quay Post", "SQP", True),
            ("Skerrin Quay Post", "NTO", False),
        ],
    )
    def test_a_body_is_known_by_its_last_word_or_its_initials(
        self, long: str, short: str, *, expected: bool
    ) -> None:
        text = f"The {long} wrote. The {short} agreed."
        article = encode(text)
        occurrence = 2 if short in long else 1
        one = mention(article, long, organization=long)
        other = mention(article, short, occurrence=occurrence, organization=short)
        assert self.same(text, one, other) is expected

    @pytest.mark.parametrize(
        ("text", "role", "expected"),
        [
            ("Radio Halvard wrote. The ferry left Halvard.", "entity", False),
            ("Radio Halvard wrote. So said the Halvard.", "entity", True),
            ("Radio Halvard wrote. Halvard agreed.", "source", True),
        ],
    )
    def test_a_town_is_not_the_station_that_bears_its_name(
        self, text: str, role: str, *, expected: bool
    ) -> None:
        article = encode(text)
        one = mention(article, "Radio Halvard", organization="Radio Halvard")
        other = mention(article, "Halvard", role, occurrence=2, organization="Halvard")
        assert self.same(text, one, other) is expected

    def test_a_person_is_known_by_any_one_word_of_the_name(self) -> None:
        text = "Brask Ottoline met Ware. Brask agreed."
        article = encode(text)
        one = mention(article, "Brask Ottoline", person="Brask Ottoline")
        other = mention(article, "Brask", occurrence=2, person="Brask")
        assert self.same(text, one, other)
