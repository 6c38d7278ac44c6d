"""The words that a mention describes its source by."""

from __future__ import annotations

import pytest

from attribution.wording import describe, description
from scenes import mention
from tiny_model import encode


class TestDescribe:
    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("a deckhand who asked not to be named", "a deckhand"),
            ("a deckhand, who is 34", "a deckhand"),
            ("a deckhand, now retired", "a deckhand"),
            ("the owner of the ferry", "the owner of the ferry"),
            ("those who left", "those"),
            ("Harrow,", "Harrow"),
        ],
    )
    def test_relative_clauses_and_appositions_are_left_out(self, words: str, expected: str) -> None:
        article = encode(f"Then {words} spoke.")
        assert describe(article, mention(article, words)) == expected

    def test_that_behind_of_opens_no_clause(self) -> None:
        words = "a leaked draft of that review"
        article = encode(f"So {words} said.")
        assert describe(article, mention(article, words)) == words

    @pytest.mark.parametrize("link", ["in", "during", "among", "since"])
    def test_no_preposition_ends_one(self, link: str) -> None:
        article = encode(f"Then a deckhand {link} Skerrin spoke.")
        assert describe(article, mention(article, f"a deckhand {link}")) == "a deckhand"

    def test_a_name_behind_an_article_runs_on_over_capitals(self) -> None:
        article = encode("So the 1951 Quay Convention says what we all know.")
        assert describe(article, mention(article, "the 1951 Quay")) == "the 1951 Quay Convention"

    @pytest.mark.parametrize(
        ("text", "words", "name"),
        [
            ("It came from the U.N. It was late.", "the U.N", "the U.N."),
            ("Ottoline Brask Jr. said so.", "Ottoline Brask Jr", "Ottoline Brask Jr."),
            ("So said the port. It was late.", "the port", "the port"),
        ],
    )
    def test_an_abbreviation_keeps_its_stop(self, text: str, words: str, name: str) -> None:
        article = encode(text)
        assert describe(article, mention(article, words)) == name


class TestDescription:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("He heard of some clerks who said so.", "some clerks"),
            ("It came from wealthy harbour citizens, who said so.", "wealthy harbour citizens"),
            ("Who said so?", "Who"),
        ],
    )
    def test_a_relative_pronoun_alone_is_what_it_stands_behind(self, text: str, name: str) -> None:
        pronoun = "Who" if "Who" in text else "who"
        article = encode(text)
        assert description(article, mention(article, pronoun)) == name
