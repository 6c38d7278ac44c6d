"""Whether descriptions without a name can be one source."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.linking import LINK_FEATURES
from attribution.nameless import introducing
from attribution.resolve import resolve
from attribution.tabular import Classifier
from scenes import mention, rule, table, words_of
from tiny_model import encode, tiny_classifier

#: Joins whatever it may, the nearest first.
NEAREST = rule(LINK_FEATURES, 9.0, {"mentions_apart": -1.0})
#: Joins nothing by itself.
NEVER = rule(LINK_FEATURES, -9.0, {})


def sources(
    text: str, *mentions: str, scorer: Classifier = NEAREST, person: str | None = None
) -> list[list[str | None]]:
    """The words of the mentions of each source; those that hold ``person`` have its name."""
    article = encode(text)
    seen: dict[str, int] = {}
    made = []
    for words in mentions:
        seen[words] = seen.get(words, 0) + 1
        names = {"person": person} if person and person in words else {}
        made.append(mention(article, words, occurrence=seen[words], **names))
    found = table(made)
    return [
        [words_of(article, found.mentions[member].words) for member in cluster.members]
        for cluster in resolve(article, found, scorer, 0.5)
    ]


def apart(text: str, *mentions: str) -> bool:
    """Whether every mention is a source of its own."""
    return all(len(source) == 1 for source in sources(text, *mentions))


class TestToldAnew:
    @pytest.mark.parametrize("words", ["Another pilot", "One other pilot", "Others", "Yet another"])
    def test_another_is_nobody_told_of_before(self, words: str) -> None:
        assert apart(f"A pilot waved. {words} slept.", "A pilot", words)

    def test_another_is_nobody_with_a_name(self) -> None:
        text = "Lu Poe waved. Another pilot slept."
        assert sources(text, "Lu Poe", "Another pilot", person="Lu Poe") == [
            ["Lu Poe"],
            ["Another pilot"],
        ]

    def test_another_is_never_the_same_twice(self) -> None:
        assert apart("Another pilot waved. Another pilot slept.", "Another pilot", "Another pilot")

    def test_a_second_is_not_the_first(self) -> None:
        assert apart("One baker waved. A second baker slept.", "One baker", "A second baker")

    def test_a_second_is_one_told_of_in_the_same_words(self) -> None:
        text = "A second baker waved. A second baker slept."
        assert sources(text, "A second baker", "A second baker") == [["A second baker"] * 2]

    def test_the_other_is_not_the_one(self) -> None:
        assert apart("One of them waved. The other slept.", "One of them", "The other")

    def test_the_other_may_be_another(self) -> None:
        text = "Another baker waved. The other baker slept."
        assert sources(text, "Another baker", "The other baker") == [
            ["Another baker", "The other baker"]
        ]

    def test_a_description_with_an_article_is_nobody_described_before(self) -> None:
        assert apart("The surgeon waved. A patient slept.", "The surgeon", "A patient")

    def test_it_may_be_one_described_in_the_same_words(self) -> None:
        text = "A patient waved. A patient slept."
        assert sources(text, "A patient", "A patient") == [["A patient", "A patient"]]

    def test_it_may_be_one_whose_noun_stood_without_an_article(self) -> None:
        text = "so divers say. Some divers slept."
        assert sources(text, "divers", "Some divers") == [["divers", "Some divers"]]

    def test_it_may_be_one_with_a_name(self) -> None:
        text = "Lu Poe waved. A former pilot slept."
        found = sources(text, "Lu Poe", "A former pilot", person="Lu Poe")
        assert found == [["Lu Poe", "A former pilot"]]

    def test_a_mention_inside_another_is_no_further_one(self) -> None:
        text = "So said two pilots who saw it."
        found = sources(text, "two pilots", "two pilots who saw it")
        assert found == [["two pilots", "two pilots who saw it"]]

    def test_many_alone_may_be_of_those_before(self) -> None:
        text = "The bakers waved. Many slept."
        assert sources(text, "The bakers", "Many") == [["The bakers", "Many"]]

    def test_a_definite_description_may_be_anybody(self) -> None:
        text = "A second baker waved. The second baker slept. She sat."
        assert sources(text, "A second baker", "The second baker", "She") == [
            ["A second baker", "The second baker", "She"]
        ]

    @given(
        st.integers(0, 40), st.lists(st.sampled_from(("A pilot", "He", "The pilot")), max_size=6)
    )
    def test_another_opens_its_source_whatever_came_before(
        self, seed: int, before: list[str]
    ) -> None:
        text = " ".join(f"{words} spoke." for words in (*before, "Another pilot"))
        scorer = tiny_classifier(len(LINK_FEATURES), 1, seed)
        found = sources(text, *before, "Another pilot", scorer=scorer)
        assert [source[0] for source in found if "Another pilot" in source] == ["Another pilot"]


class TestIntroduced:
    TEXT = "A roofer waved. The roofer, Lu Poe, slept."

    def test_the_noun_with_a_name_is_the_one_told_of_with_the_noun(self) -> None:
        found = sources(self.TEXT, "A roofer", "The roofer, Lu Poe", scorer=NEVER, person="Lu Poe")
        assert found == [["A roofer", "The roofer, Lu Poe"]]

    @pytest.mark.parametrize(
        ("text", "first", "second"),
        [
            ("A tiler waved. The roofer, Lu Poe, slept.", "A tiler", "The roofer, Lu Poe"),
            (
                "A roofer waved. The city roofer, Lu Poe, slept.",
                "A roofer",
                "The city roofer, Lu Poe",
            ),
            ("A roofer waved. A roofer, Lu Poe, slept.", "A roofer", "A roofer, Lu Poe"),
            (
                "A roofer waved. " + "So it went. " * 9 + "The roofer, Lu Poe, slept.",
                "A roofer",
                "The roofer, Lu Poe",
            ),
        ],
        ids=["another noun", "more words", "not definite", "far away"],
    )
    def test_anybody_else_is_not(self, text: str, first: str, second: str) -> None:
        assert len(sources(text, first, second, scorer=NEVER, person="Lu Poe")) == 2

    def test_of_two_with_the_noun_it_is_neither(self) -> None:
        text = "A roofer waved. Another roofer sang. The roofer, Lu Poe, slept."
        mentions = ("A roofer", "Another roofer", "The roofer, Lu Poe")
        assert len(sources(text, *mentions, scorer=NEVER, person="Lu Poe")) == 3

    def test_whose_name_came_before_is_that_person(self) -> None:
        text = "Lu Poe sang. A roofer waved. The roofer, Lu Poe, slept."
        article = encode(text)
        made = [
            mention(article, "Lu Poe", person="Lu Poe"),
            mention(article, "A roofer"),
            mention(article, "The roofer, Lu Poe", person="Lu Poe"),
        ]
        found = resolve(article, table(made), NEVER, 0.5)
        assert sorted(cluster.members for cluster in found) == [[0, 2], [1]]

    def test_the_words_between_are_the_description(self) -> None:
        article = encode("The chief roofer, Lu Poe, slept.")
        made = mention(article, "The chief roofer, Lu Poe", person="Lu Poe")
        assert introducing(made) == ["chief", "roofer"]

    def test_a_name_without_a_comma_may_be_none(self) -> None:
        article = encode("The roofer whom they call Lu Poe slept.")
        assert not introducing(
            mention(article, "The roofer whom they call Lu Poe", person="Lu Poe")
        )

    def test_a_body_is_not_introduced(self) -> None:
        article = encode("The union, Quay Watch, slept.")
        assert not introducing(mention(article, "The union, Quay Watch", organization="Quay Watch"))


class TestToldOfByAName:
    @pytest.mark.parametrize("words", ["Poe's lawyer", "The Poe campaign", 'Poe\'s own "Harbour"'])
    def test_whoever_is_told_of_by_a_persons_name_is_not_that_person(self, words: str) -> None:
        assert sources(f"Poe left. {words} stayed.", "Poe", words, person="Poe") == [
            ["Poe"],
            [words],
        ]

    @pytest.mark.parametrize(
        "words",
        [
            "The wife of the builder Poe",
            "A lawyer for Poe",
            "An aide to Poe",
            "A friend of the Poe",
        ],
    )
    def test_whoever_is_described_by_a_person_is_not_that_person(self, words: str) -> None:
        found = sources(f"Poe left. {words} stayed.", "Poe", words, person="Poe")
        assert found == [["Poe"], [words]]

    @pytest.mark.parametrize("words", ["A letter from Poe", "A speech by Poe", "One of Poe"])
    def test_what_comes_from_a_person_may_be_the_person(self, words: str) -> None:
        found = sources(f"Poe left. {words} stayed.", "Poe", words, person="Poe")
        assert found == [["Poe", words]]

    @pytest.mark.parametrize("full", ["Lu Poe", "Poe"])
    def test_it_is_the_same_when_the_name_comes_later(self, full: str) -> None:
        article = encode(f"The Poe campaign stayed. {full} left.")
        made = [
            mention(article, "The Poe campaign", person="Poe"),
            mention(article, full, occurrence=2 if full == "Poe" else 1, person=full),
        ]
        assert len(resolve(article, table(made), NEAREST, 0.5)) == 2

    def test_a_name_that_passes_for_a_bodys_before_a_noun_is_told_apart_too(self) -> None:
        article = encode("Lu Poe left. The Poe campaign stayed.")
        made = [
            mention(article, "Lu Poe", person="Lu Poe"),
            mention(article, "The Poe campaign", occurrence=1, organization="Poe"),
        ]
        assert len(resolve(article, table(made), NEAREST, 0.5)) == 2

    def test_a_claim_in_the_possessive_is_the_persons(self) -> None:
        assert sources("Poe left. Poe's claim stood.", "Poe", "Poe's", person="Poe") == [
            ["Poe", "Poe's"]
        ]

    def test_a_name_behind_an_office_is_the_persons(self) -> None:
        assert sources("Poe left. Mayor Poe stayed.", "Poe", "Mayor Poe", person="Poe") == [
            ["Poe", "Mayor Poe"]
        ]


def test_sources_with_a_bodys_name_before_the_noun_are_two() -> None:
    article = encode("A Quay source left. One Harbour source stayed.")
    made = [
        mention(article, "A Quay source", organization="Quay"),
        mention(article, "One Harbour source", organization="Harbour"),
    ]
    assert len(resolve(article, table(made), NEAREST, 0.5)) == 2


class TestAnotherNoun:
    @staticmethod
    def persons(*mentions: str, text: str) -> list[list[str | None]]:
        """Sources of mentions that are all likely one person each."""
        article = encode(text)
        made = [mention(article, words) for words in mentions]
        found = table(made)
        types = np.zeros_like(found.types)
        types[:, 4] = 1.0
        found = replace(found, types=types)
        return [
            [words_of(article, found.mentions[member].words) for member in cluster.members]
            for cluster in resolve(article, found, NEAREST, 0.5)
        ]

    def test_two_persons_by_the_noun_are_two(self) -> None:
        text = "The pilot waved. The baker slept."
        assert self.persons("The pilot", "The baker", text=text) == [["The pilot"], ["The baker"]]

    @pytest.mark.parametrize(
        "words",
        [
            "The woman",
            "The source",
            "The first",
            "The 34-year-old",
            "The father-of-two",
            "The harbour pilot",
        ],
    )
    def test_who_may_be_anybody_is_left_to_the_scorer(self, words: str) -> None:
        text = f"The pilot waved. {words} slept."
        assert self.persons("The pilot", words, text=text) == [["The pilot", words]]

    def test_an_introduced_person_may_be_called_by_another_noun(self) -> None:
        text = "A pilot waved. The officer slept."
        assert self.persons("A pilot", "The officer", text=text) == [["A pilot", "The officer"]]
