"""What a source is called, and its role, in the article's words."""

from __future__ import annotations

import pytest

from attribution.mentions import Mention
from attribution.naming import describe, name_and_role
from attribution.types import SourceType
from scenes import mention, zero
from tiny_model import encode


def named(
    text: str, *mentions: tuple[str, dict[str, str]], source_type: SourceType = "named_person"
) -> tuple[str, str]:
    """Name and role of a source whose mentions are (words, names inside them)."""
    article = encode(text)
    return name_and_role(
        article, [mention(article, words, **names) for words, names in mentions], source_type
    )


class TestName:
    def test_the_fullest_name_wins_wherever_it_stands(self) -> None:
        found = named(
            "Brask left. Ottoline Brask said so.",
            ("Brask", {"person": "Brask"}),
            ("Ottoline Brask", {"person": "Ottoline Brask"}),
        )
        assert found == ("Ottoline Brask", "")

    def test_of_equals_the_first_wins(self) -> None:
        found = named(
            "Ottoline Brask and Tilly Brask.",
            ("Ottoline Brask", {"person": "Ottoline Brask"}),
            ("Tilly Brask", {"person": "Tilly Brask"}),
        )
        assert found[0] == "Ottoline Brask"

    def test_white_space_in_a_name_is_folded(self) -> None:
        found = named(
            "Ottoline\r\nBrask left.", ("Ottoline\r\nBrask", {"person": "Ottoline Brask"})
        )
        assert found[0] == "Ottoline Brask"

    def test_a_person_is_named_by_the_person_in_the_mention(self) -> None:
        found = named(
            "Skerrin Echo reporter Ottoline Brask agreed.",
            (
                "Skerrin Echo reporter Ottoline Brask",
                {"organization": "Skerrin Echo", "person": "Ottoline Brask"},
            ),
        )
        assert found == ("Ottoline Brask", "Skerrin Echo reporter")

    def test_an_outlet_is_named_without_its_article(self) -> None:
        words = ("the Skerrin Echo", {"organization": "Skerrin Echo"})
        assert named("It was in the Skerrin Echo.", words, source_type="media_outlet") == (
            "Skerrin Echo",
            "",
        )

    def test_an_unnamed_source_has_its_fullest_description(self) -> None:
        found = named(
            "A tired old deckhand spoke. He left. The deckhand came back.",
            ("A tired old deckhand", {}),
            ("He", {}),
            ("The deckhand", {}),
            source_type="unnamed_person",
        )
        assert found == ("A tired old deckhand", "")

    def test_a_pronoun_is_a_name_only_when_there_is_nothing_else(self) -> None:
        assert named("He left.", ("He", {}), source_type="unnamed_person") == ("He", "")

    def test_unspecified_is_its_own_name(self) -> None:
        assert named("He left.", ("He", {}), source_type="unspecified") == ("unspecified", "")

    def test_a_source_without_words_is_called_by_its_type(self) -> None:
        article = encode("He left.")
        assert name_and_role(article, [zero(article, "left", 0)], "author") == ("author", "")


class TestDescription:
    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("a deckhand who asked not to be named", "a deckhand"),
            ("a deckhand, who is 34", "a deckhand"),
            ("a deckhand, now retired", "a deckhand"),
            ("the owner of the ferry", "the owner of the ferry"),
            ("those who left", "those"),
        ],
    )
    def test_relative_clauses_and_appositions_are_left_out(self, words: str, expected: str) -> None:
        article = encode(f"Then {words} spoke.")
        assert describe(article, mention(article, words)) == expected


class TestRole:
    BRASK = {"person": "Ottoline Brask"}  # noqa: RUF012

    def test_from_the_title_before_the_name(self) -> None:
        text = "harbour chair Ottoline Brask"
        assert named(f"So {text} said.", (text, self.BRASK)) == ("Ottoline Brask", "harbour chair")

    def test_from_the_apposition_after_the_name(self) -> None:
        text = "Ottoline Brask, chair of the harbour board"
        assert named(f"So {text}, said.", (text, self.BRASK))[1] == "chair of the harbour board"

    def test_from_brackets_after_the_name(self) -> None:
        text = "Ottoline Brask (harbour chair)"
        assert named(f"So {text} said.", (text, self.BRASK))[1] == "harbour chair"

    def test_ends_before_a_relative_clause(self) -> None:
        text = "Ottoline Brask, the harbour chair, who sails"
        assert named(f"So {text}, said.", (text, self.BRASK))[1] == "the harbour chair"

    def test_the_articles_before_a_title_are_left_out(self) -> None:
        text = "the chair Ottoline Brask"
        assert named(f"So {text} said.", (text, self.BRASK))[1] == "chair"

    def test_comes_from_any_mention(self) -> None:
        found = named(
            "Ottoline Brask left. Chairwoman Brask said so.",
            ("Ottoline Brask", self.BRASK),
            ("Chairwoman Brask", {"person": "Brask"}),
        )
        assert found == ("Ottoline Brask", "Chairwoman")

    def test_is_empty_when_the_text_gives_none(self) -> None:
        assert named("Ottoline Brask left.", ("Ottoline Brask", self.BRASK))[1] == ""

    def test_a_second_name_in_the_apposition_belongs_to_the_role(self) -> None:
        article = encode("Ottoline Brask, sister of Tilly Ware, said so.")
        words = "Ottoline Brask, sister of Tilly Ware"
        first = mention(article, words, person="Ottoline Brask")
        second = mention(article, words, person="Tilly Ware")
        both = Mention(
            first.first,
            first.last,
            "source",
            0,
            "name",
            (*first.names, *second.names),
            first.tokens,
        )
        found = name_and_role(article, [both], "named_person")
        assert found == ("Ottoline Brask", "sister of Tilly Ware")

    def test_only_persons_have_one(self) -> None:
        text = "local newspaper Skerrin Echo"
        words = (text, {"organization": "Skerrin Echo"})
        assert named(f"So the {text} said.", words, source_type="media_outlet")[1] == ""
