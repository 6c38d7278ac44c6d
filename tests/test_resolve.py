"""Mentions to sources."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.features import EncodedArticle
from attribution.linking import (
    LINK_FEATURES,
)
from attribution.resolve import resolve
from scenes import clusters, mention, rule, table, zero
from tiny_model import encode, tiny_classifier

TEXT = (
    "Ottoline Brask said the quay was shut. She told the Skerrin Echo that Brask had tried. "
    "Ingrid Brask said it was late. The deckhand agreed, the Echo reported."
)
ALWAYS = rule(LINK_FEATURES, 9.0, {})


@pytest.fixture(scope="module")
def article() -> EncodedArticle:
    return encode(TEXT)


class TestClusters:
    def test_no_mentions_give_no_sources(self, article: EncodedArticle) -> None:
        assert clusters(article, ALWAYS) == []

    def test_below_the_threshold_everyone_is_a_source(self, article: EncodedArticle) -> None:
        never = rule(LINK_FEATURES, -9.0, {})
        found = clusters(
            article, never, mention(article, "Ottoline Brask"), mention(article, "She")
        )
        assert found == [["Ottoline Brask"], ["She"]]

    def test_a_pronoun_joins_when_the_scorer_says_so(self, article: EncodedArticle) -> None:
        pronouns = rule(LINK_FEATURES, -5.0, {"mention_form_pronoun": 9.0})
        found = clusters(
            article,
            pronouns,
            mention(article, "Ottoline Brask", person="Ottoline Brask"),
            mention(article, "She"),
            mention(article, "The deckhand"),
        )
        assert found == [["Ottoline Brask", "She"], ["The deckhand"]]

    @pytest.mark.parametrize("words", ["Mr Brask", "The chairman Brask", "the harbour chairman"])
    def test_she_is_nobody_whom_the_text_calls_a_man(self, words: str) -> None:
        made = encode(f"Then {words} left. She said so.")
        names = {"person": "Brask"} if "Brask" in words else {}
        found = clusters(made, ALWAYS, mention(made, words, **names), mention(made, "She"))
        assert found == [[words], ["She"]]

    def test_one_pronoun_that_went_wrong_does_not_outweigh_a_noun(self) -> None:
        made = encode("The spokeswoman left. She said he knew. Then he sat down. She said so.")
        pronouns = [
            mention(made, word, occurrence=time)
            for word, time in (("She", 1), ("he", 1), ("he", 2), ("She", 2))
        ]
        found = clusters(made, ALWAYS, mention(made, "The spokeswoman"), *pronouns)
        assert found == [["The spokeswoman", "She", "She"], ["he", "he"]]

    def test_the_same_paper_has_been_named_before(self) -> None:
        made = encode(
            "The Skerrin Echo was late. The same newspaper said so. The other one did not."
        )
        found = clusters(
            made,
            rule(LINK_FEATURES, -2.0, {}),
            mention(made, "The Skerrin Echo", organization="Skerrin Echo"),
            mention(made, "The same newspaper"),
            mention(made, "The other one"),
        )
        assert found == [["The Skerrin Echo", "The same newspaper"], ["The other one"]]

    def test_a_surname_joins_its_full_name(self, article: EncodedArticle) -> None:
        found = clusters(
            article,
            ALWAYS,
            mention(article, "Ottoline Brask", person="Ottoline Brask"),
            mention(article, "Brask", occurrence=2, person="Brask"),
        )
        assert found == [["Ottoline Brask", "Brask"]]

    def test_a_continuation_takes_the_best_candidate_even_below_the_threshold(
        self, article: EncodedArticle
    ) -> None:
        found = clusters(
            article,
            rule(LINK_FEATURES, -4.0, {"mentions_apart": -1.0}),
            mention(article, "Ottoline Brask"),
            mention(article, "She"),
            zero(article, "Ingrid", 0, cued=False),
        )
        assert found == [["Ottoline Brask"], ["She", "Ingrid"]]

    def test_two_full_names_never_share_a_source(self, article: EncodedArticle) -> None:
        found = clusters(
            article,
            ALWAYS,
            mention(article, "Ottoline Brask", person="Ottoline Brask"),
            mention(article, "Ingrid Brask", person="Ingrid Brask"),
        )
        assert found == [["Ottoline Brask"], ["Ingrid Brask"]]

    def test_not_even_through_a_surname_between_them(self, article: EncodedArticle) -> None:
        found = clusters(
            article,
            ALWAYS,
            mention(article, "Ottoline Brask", person="Ottoline Brask"),
            mention(article, "Brask", occurrence=2, person="Brask"),
            mention(article, "Ingrid Brask", person="Ingrid Brask"),
        )
        assert found == [["Ottoline Brask", "Brask"], ["Ingrid Brask"]]

    @pytest.mark.parametrize("text", ["Ada Roe and Lu Poe met. Ada Roe left.",
                                      "Ada Roe left. Ada Roe and Lu Poe met."])  # fmt: skip
    def test_a_pair_of_people_and_one_of_them_are_two(self, text: str) -> None:
        article = encode(text)
        pair = mention(article, "Ada Roe and Lu Poe", person=("Ada Roe", "Lu Poe"))
        alone = mention(article, "Ada Roe", occurrence=1 if pair.first else 2, person="Ada Roe")
        assert len(clusters(article, ALWAYS, pair, alone)) == 2

    def test_a_pair_named_again_by_surnames_is_the_same_pair(self) -> None:
        article = encode("Ada Roe and Lu Poe met. Roe and Poe left.")
        found = clusters(
            article,
            ALWAYS,
            mention(article, "Ada Roe and Lu Poe", person=("Ada Roe", "Lu Poe")),
            mention(article, "Roe and Poe", person=("Roe", "Poe")),
        )
        assert found == [["Ada Roe and Lu Poe", "Roe and Poe"]]

    def test_a_pronoun_joins_somebody_at_a_low_score_and_a_description_does_not(
        self, article: EncodedArticle
    ) -> None:
        found = clusters(
            article,
            rule(LINK_FEATURES, -2.0, {}),
            mention(article, "Ottoline Brask"),
            mention(article, "She"),
            mention(article, "The deckhand"),
        )
        assert found == [["Ottoline Brask", "She"], ["The deckhand"]]

    def test_a_surname_in_the_headline_joins_the_name_that_follows(self) -> None:
        article = encode("Brask leaves. Ottoline Brask said so. Ware agreed.")
        found = clusters(
            article,
            rule(LINK_FEATURES, -9.0, {}),
            mention(article, "Brask", person="Brask"),
            mention(article, "Ottoline Brask", person="Ottoline Brask"),
            mention(article, "Ware", person="Ware"),
        )
        assert found == [["Brask", "Ottoline Brask"], ["Ware"]]

    def test_a_surname_of_two_people_joins_neither(self) -> None:
        article = encode("Brask leaves. Ottoline Brask said so. Ingrid Brask agreed.")
        found = clusters(
            article,
            rule(LINK_FEATURES, -9.0, {}),
            mention(article, "Brask", person="Brask"),
            mention(article, "Ottoline Brask", person="Ottoline Brask"),
            mention(article, "Ingrid Brask", person="Ingrid Brask"),
        )
        assert found == [["Brask"], ["Ottoline Brask"], ["Ingrid Brask"]]

    def test_the_best_candidate_wins(self, article: EncodedArticle) -> None:
        scores = np.zeros((3, 3), dtype=np.float32)
        scores[2] = [4.0, 1.0, 0.0]
        found = clusters(
            article,
            rule(LINK_FEATURES, 0.0, {"antecedent": 1.0, "mention_form_name": -9.0}),
            mention(article, "Ottoline Brask", person="Ottoline Brask"),
            mention(article, "Skerrin Echo", organization="Skerrin Echo"),
            mention(article, "The deckhand"),
            antecedent=scores,
        )
        assert found == [["Ottoline Brask", "The deckhand"], ["Skerrin Echo"]]

    def test_the_next_best_is_taken_where_the_best_has_another_name(
        self, article: EncodedArticle
    ) -> None:
        scores = np.zeros((3, 3), dtype=np.float32)
        scores[2] = [1.0, 4.0, 0.0]
        found = clusters(
            article,
            rule(LINK_FEATURES, 0.0, {"antecedent": 1.0, "mentions_apart": -0.1}),
            mention(article, "Ottoline Brask"),
            mention(article, "Skerrin Echo", organization="Skerrin Echo"),
            mention(article, "Ingrid Brask", person="Ingrid Brask"),
            antecedent=scores - 0.5 * np.eye(3, k=-1, dtype=np.float32) * [[0], [9], [0]],
        )
        assert found == [["Ottoline Brask", "Ingrid Brask"], ["Skerrin Echo"]]

    def test_an_acronym_may_join_the_name_it_stands_for(self) -> None:
        article = encode("The Skerrin Harbour Board met. SHB said no. NTO said yes.")
        found = clusters(
            article,
            ALWAYS,
            mention(article, "Skerrin Harbour Board", organization="Skerrin Harbour Board"),
            mention(article, "SHB", organization="SHB"),
            mention(article, "NTO", organization="NTO"),
        )
        assert found == [["Skerrin Harbour Board", "SHB"], ["NTO"]]

    @given(st.integers(0, 50), st.floats(0, 1))
    def test_every_mention_is_in_exactly_one(self, seed: int, threshold: float) -> None:
        article = encode(TEXT)
        names = ("Ottoline Brask", "She", "Skerrin Echo", "Ingrid Brask", "it", "The deckhand")
        mentions = table([mention(article, name) for name in names])
        scorer = tiny_classifier(len(LINK_FEATURES), 1, seed)
        found = resolve(article, mentions, scorer, threshold)
        members = [member for cluster in found for member in cluster.members]
        assert sorted(members) == list(range(len(names)))
        assert all(cluster.members == sorted(cluster.members) for cluster in found)
