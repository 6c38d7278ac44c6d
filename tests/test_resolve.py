"""Mentions to sources."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.features import EncodedArticle
from attribution.mentions import Entity, Mention, collect_mentions, form_of
from attribution.resolve import (
    LINK_FEATURES,
    Cluster,
    Pairing,
    candidates_of,
    link_features,
    resolve,
)
from attribution.tabular import Classifier
from scenes import Script, draft, mention, rule, table, words_of, zero
from tiny_model import encode, tiny_classifier

TEXT = (
    "Ottoline Brask said the quay was shut. She told the Skerrin Echo that Brask had tried. "
    "Ingrid Brask said it was late. The deckhand agreed, the Echo reported."
)
ALWAYS = rule(LINK_FEATURES, 9.0, {})


@pytest.fixture(scope="module")
def article() -> EncodedArticle:
    return encode(TEXT)


def clusters(
    article: EncodedArticle,
    scorer: Classifier,
    *mentions: Mention,
    antecedent: np.ndarray | None = None,
) -> list[list[str | None]]:
    """The words of the mentions of each source."""
    found = table(mentions, antecedent)
    return [
        [words_of(article, found.mentions[member].words) for member in cluster.members]
        for cluster in resolve(article, found, scorer, 0.5)
    ]


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


class TestFeatures:
    def features(
        self, article: EncodedArticle, *mentions: Mention, row: int = 1
    ) -> dict[str, float]:
        """Features of a mention with the first one, by name; each is a source of its own."""
        pairing = Pairing.of(table(mentions))
        single = [Cluster([number]) for number in range(len(mentions))]
        owner = list(range(len(mentions)))
        values = link_features(article, pairing, row, [0], single, owner)
        assert values.shape == (1, len(LINK_FEATURES))
        return dict(zip(LINK_FEATURES, values[0].tolist(), strict=True))

    def test_names_say_what_the_words_share(self, article: EncodedArticle) -> None:
        found = self.features(
            article,
            mention(article, "Ottoline Brask", person="Ottoline Brask"),
            mention(article, "Brask", occurrence=2, person="Brask"),
        )
        assert found["same_words"] == 0
        assert found["same_last_word"] == 1
        assert found["shared_words"] == 1
        assert found["mention_within_candidate"] == 1
        assert found["candidate_within_mention"] == 0
        assert found["shared_name"] == 1

    def test_forms_are_those_of_mention_and_candidate(self, article: EncodedArticle) -> None:
        found = self.features(
            article,
            mention(article, "Ottoline Brask", person="Ottoline Brask"),
            mention(article, "She"),
        )
        assert found["mention_form_pronoun"] == found["candidate_form_name"] == 1
        assert found["candidate_form_pronoun"] == found["mention_form_name"] == 0
        assert found["mention_singular_pronoun"] == 1
        assert found["candidate_person"] == 1

    def test_distances_grow_with_the_words_between(self, article: EncodedArticle) -> None:
        first, near, far = (
            mention(article, "Ottoline Brask"),
            mention(article, "She"),
            mention(article, "The deckhand"),
        )
        close = self.features(article, first, near, far, row=1)
        distant = self.features(article, first, near, far, row=2)
        for name in ("words_apart", "sentences_apart", "mentions_apart"):
            assert close[name] < distant[name]
        assert close["same_sentence"] == 0

    def test_a_recent_mention_is_a_candidate(self, article: EncodedArticle) -> None:
        pairing = Pairing.of(table([mention(article, "She"), mention(article, "The deckhand")]))
        assert candidates_of(pairing, 1) == [0]

    def test_an_old_mention_is_one_only_when_it_shares_a_word(self) -> None:
        article = encode("Brask spoke. Ware spoke. " + "He spoke. " * 50 + "Brask left.")
        older = [mention(article, "Brask"), mention(article, "Ware")]
        pronouns = [mention(article, "He", occurrence=number) for number in range(1, 51)]
        pairing = Pairing.of(table([*older, *pronouns, mention(article, "Brask", occurrence=2)]))
        assert candidates_of(pairing, 52) == [0, *range(2, 52)]


class TestMentions:
    @pytest.mark.parametrize(
        ("words", "form"),
        [
            ("She", "pronoun"),
            ("the outlet", "definite"),
            ("his wife", "definite"),
            ("a deckhand", "indefinite"),
            ("12 sailors", "indefinite"),
            ("Skerrin Echo", "name"),
            ("officials", "bare"),
        ],
    )
    def test_form_by_words(self, words: str, form: str) -> None:
        assert form_of(words.split(), ()) == form

    def test_a_mention_that_holds_a_name_is_a_name(self) -> None:
        assert form_of(["the", "Echo"], [Entity(1, 1, "ORGANIZATION")]) == "name"

    def test_claims_bring_sources_via_and_zero_mentions(self, article: EncodedArticle) -> None:
        drafts = [
            draft(article, Script(("the quay was shut",), "said", "Ottoline Brask")),
            draft(article, Script(("Brask had tried",), "told", via=("the Skerrin Echo",))),
        ]
        found = collect_mentions(article, drafts, [])
        assert [(item.role, item.claim, words_of(article, item.words)) for item in found] == [
            ("source", 0, "Ottoline Brask"),
            ("zero", 1, "told"),
            ("via", 1, "the Skerrin Echo"),
        ]

    def test_a_claim_that_continues_has_a_form_of_its_own(self, article: EncodedArticle) -> None:
        cued, bare = Script(("the quay was shut",), "said"), Script(("it was late",))
        found = collect_mentions(article, [draft(article, cued), draft(article, bare)], [])
        assert [item.form for item in found] == ["zero", "continuation"]

    def test_names_outside_every_other_mention_are_entities(self, article: EncodedArticle) -> None:
        drafts = [draft(article, Script(("the quay was shut",), "said", "Ottoline Brask"))]
        inside, outside = mention(article, "Brask"), mention(article, "Ingrid Brask")
        entities = [
            Entity(inside.first, inside.last, "PERSON"),
            Entity(outside.first, outside.last, "PERSON"),
        ]
        found = collect_mentions(article, drafts, entities)
        assert [(item.role, words_of(article, item.words)) for item in found] == [
            ("source", "Ottoline Brask"),
            ("entity", "Ingrid Brask"),
        ]
        assert found[0].names == (entities[0],)

    def test_one_source_mention_of_two_claims_is_one(self, article: EncodedArticle) -> None:
        said = Script(("the quay was shut",), "said", "Ottoline Brask")
        told = Script(("Brask had tried",), "told", "Ottoline Brask")
        found = collect_mentions(article, [draft(article, said), draft(article, told)], [])
        assert len(found) == 1

    def test_a_zero_mention_has_no_words(self, article: EncodedArticle) -> None:
        found = collect_mentions(article, [draft(article, Script(("it was late",)))], [])
        assert found == [zero(article, "it was late", 0, cued=False)]
