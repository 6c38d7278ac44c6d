"""What a source is called, and its role, in the article's words."""

from __future__ import annotations

import pytest

from attribution.naming import name_and_role
from attribution.types import SourceType
from scenes import mention, zero
from tiny_model import encode

Names = str | tuple[str, ...]


def named(
    text: str, *mentions: tuple[str, dict[str, Names]], source_type: SourceType = "named_person"
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

    def test_a_name_in_the_text_goes_before_a_longer_run_of_capitals_in_the_headline(self) -> None:
        found = named(
            "Ottoline Brask Hammers Quay Plan\n\nThe skipper Ottoline Brask said it was late.",
            ("Ottoline Brask Hammers", {"person": "Ottoline Brask Hammers"}),
            ("The skipper Ottoline Brask", {"person": "Ottoline Brask"}),
        )
        assert found[0] == "Ottoline Brask"

    def test_a_name_in_the_text_goes_before_what_a_quotation_calls_somebody(self) -> None:
        found = named(
            "“It was Leaky Ottoline Brask,” he said. Ottoline Brask, of Skerrin, denied it.",
            ("Leaky Ottoline Brask", {"person": "Leaky Ottoline Brask"}),
            ("Ottoline Brask, of Skerrin", {"person": "Ottoline Brask"}),
        )
        assert found[0] == "Ottoline Brask"

    def test_a_name_that_only_quotations_have_in_full_is_taken_from_them(self) -> None:
        found = named(
            "“It was Ottoline Brask,” he said. Brask denied it.",
            ("Brask", {"person": "Brask"}),
            ("Ottoline Brask", {"person": "Ottoline Brask"}),
        )
        assert found[0] == "Ottoline Brask"

    def test_soft_hyphens_are_no_part_of_a_name(self) -> None:
        name = "Otto\u00adline Brask"
        assert named(f"So {name} said.", (name, {"person": name}))[0] == "Ottoline Brask"

    def test_forms_of_address_are_no_part_of_a_name(self) -> None:
        found = named(
            "So Mr Ottoline Brask said.", ("Mr Ottoline Brask", {"person": "Mr Ottoline Brask"})
        )
        assert found[0] == "Ottoline Brask"

    @pytest.mark.parametrize("name", ["Cllr Ada Roe", "Ada Roe KC", "Prof Ada Roe MP"])
    def test_short_offices_and_honours_are_no_part_of_a_name(self, name: str) -> None:
        assert named(f"So {name} said.", (name, {"person": name}))[0] == "Ada Roe"

    def test_a_short_sentence_with_a_stop_is_no_headline(self) -> None:
        found = named(
            '"Late," said Ada Roe.\n\nAda laughed at the long queue.',
            ("Ada Roe", {"person": "Ada Roe"}),
            ("Ada", {"person": "Ada"}),
        )
        assert found[0] == "Ada Roe"

    def test_a_sentence_with_a_stop_among_others_is_no_headline(self) -> None:
        found = named(
            "It was late. Ada Roe of the Skerrin Quay left.\n\nAda laughed at the queue.",
            ("Ada Roe", {"person": "Ada Roe"}),
            ("Ada", {"person": "Ada"}),
        )
        assert found[0] == "Ada Roe"

    @pytest.mark.parametrize(
        ("words", "name"),
        [
            ("a clerk who saw the fire", "a clerk who saw the fire"),
            ("several of the clerks who saw it", "several of the clerks who saw it"),
            ("a clerk who saw the fire and", "a clerk who saw the fire"),
            ("a clerk, who saw the fire", "a clerk"),
            ("a Skerrin port clerk who saw it", "a Skerrin port clerk"),
        ],
    )
    def test_one_noun_alone_keeps_its_relative_clause(self, words: str, name: str) -> None:
        found = named(f"So {words} said.", (words, {}), source_type="unnamed_person")
        assert found[0] == name

    def test_a_role_has_no_relative_clause(self) -> None:
        words = "a clerk who saw the fire"
        assert named(f"So {words} said.", (words, {}), source_type="unnamed_person")[1] == "clerk"

    def test_bodies_in_a_list_are_all_named(self) -> None:
        words = "Quorra, Brask Unison and Skerrin"
        names: Names = ("Quorra", "Brask Unison", "Skerrin")
        found = named(
            f"So {words} said.", (words, {"organization": names}), source_type="unnamed_group"
        )
        assert found[0] == words

    def test_a_possessive_that_ends_the_mention_leaves_it_its_name(self) -> None:
        found = named("So Ada Roe's claim.", ("Ada Roe's", {"person": "Ada Roe"}))
        assert found[0] == "Ada Roe"

    def test_an_organisation_goes_by_the_name_in_its_apposition_behind_an_article(self) -> None:
        words = "their union, the Brask Unison"
        found = named(
            f"So {words} said.",
            (words, {"organization": "Brask Unison"}),
            source_type="named_organization",
        )
        assert found[0] == "Brask Unison"

    def test_an_organisation_goes_by_the_name_in_its_apposition(self) -> None:
        found = named(
            "The clerks' union, Quorra, said so.",
            ("The clerks' union, Quorra", {"organization": "Quorra"}),
            source_type="named_organization",
        )
        assert found[0] == "Quorra"

    def test_a_programme_of_an_outlet_is_named_whole(self) -> None:
        found = named(
            'So she told Quay Radio\'s "Harbour Hour."',
            ("Quay Radio", {"organization": "Quay Radio"}),
            source_type="media_outlet",
        )
        assert found[0] == 'Quay Radio\'s "Harbour Hour"'

    @pytest.mark.parametrize(
        ("words", "name"), [("broadcaster TV Quay", "TV Quay"), ("The Quay", "Quay")]
    )
    def test_an_outlet_has_the_capitalised_words_before_its_name(
        self, words: str, name: str
    ) -> None:
        found = named(
            f"{words} said so.", (words, {"organization": "Quay"}), source_type="media_outlet"
        )
        assert found[0] == name

    def test_a_programme_is_named_whole_where_only_its_last_word_is_known(self) -> None:
        found = named(
            'So she told Quay Radio\'s "Late Harbour Hour" twice.',
            (
                "Quay Radio's \"Late Harbour Hour",
                {"organization": ("Quay Radio", "Hour")},
            ),
            source_type="media_outlet",
        )
        assert found[0] == 'Quay Radio\'s "Late Harbour Hour"'

    def test_a_programme_behind_its_station_is_named_with_it(self) -> None:
        found = named(
            "She told Quay TV's Harbour Hour so.",
            ("Quay TV's Harbour Hour", {"organization": ("Quay TV", "Harbour Hour")}),
            source_type="media_outlet",
        )
        assert found[0] == "Quay TV's Harbour Hour"

    @pytest.mark.parametrize(
        ("words", "names", "name"),
        [
            ("Quay TV host Lu Poe", {"organization": "Quay TV", "person": "Lu Poe"}, "Quay TV"),
            ("Quay TV's Lu Poe", {"organization": "Quay TV", "person": "Lu Poe"}, "Quay TV"),
            ("Quay TV's Late Tide", {"organization": ("Quay TV", "Late Tide")}, None),
        ],
    )
    def test_an_intermediary_is_named_without_who_speaks_for_it(
        self, words: str, names: dict[str, Names], name: str | None
    ) -> None:
        article = encode(f"She told {words} so.")
        told = mention(article, words, "via", **names)
        assert name_and_role(article, [told], "media_outlet")[0] == (name or words)

    def test_an_outlet_goes_by_its_name_before_a_longer_description(self) -> None:
        found = named(
            "The Quay Post wrote so. A long Post article agreed.",
            ("The Quay Post", {"organization": "Quay Post"}),
            ("A long Post article", {"organization": "Post"}),
            source_type="media_outlet",
        )
        assert found[0] == "Quay Post"

    def test_a_name_that_the_entities_lack_runs_on_over_capitals(self) -> None:
        found = named(
            "In a talk with Harbour Today Europe she said it was late.",
            ("Harbour Today", {}),
            source_type="media_outlet",
        )
        assert found[0] == "Harbour Today Europe"

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

    def test_a_person_described_by_anothers_name_has_their_own(self) -> None:
        words = ("Roe spokeswoman Lu Poe", {"person": ("Roe", "Lu Poe")})
        assert named("Roe spokeswoman Lu Poe agreed.", words) == ("Lu Poe", "Roe spokeswoman")

    @pytest.mark.parametrize(
        "people", [("Ada Roe", "Lu Poe"), ("Ada Roe", "Lu Poe", "Jo Doe")], ids=len
    )
    def test_people_in_a_list_are_named_together(self, people: tuple[str, ...]) -> None:
        words = " and ".join([", ".join(people[:-1]), people[-1]])
        assert named(f"So {words} agreed.", (words, {"person": people}))[0] == words

    def test_a_sister_in_an_apposition_is_not_named(self) -> None:
        text = "Ada Roe, sister of Lu Poe and Jo Doe"
        found = named(f"So {text}, left.", (text, {"person": ("Ada Roe", "Lu Poe", "Jo Doe")}))
        assert found == ("Ada Roe", "sister of Lu Poe and Jo Doe")

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
        assert found[0] == "A tired old deckhand"

    def test_a_pronoun_is_a_name_only_when_there_is_nothing_else(self) -> None:
        assert named("He left.", ("He", {}), source_type="unnamed_person") == ("He", "")

    def test_an_author_is_not_named_by_words_for_himself(self) -> None:
        found = named("Ours is a small town.", ("Ours", {}), source_type="author")
        assert found == ("author", "")

    def test_unspecified_is_its_own_name(self) -> None:
        assert named("He left.", ("He", {}), source_type="unspecified") == ("unspecified", "")

    def test_a_source_without_words_is_called_by_its_type(self) -> None:
        article = encode("He left.")
        assert name_and_role(article, [zero(article, "left", 0)], "author") == ("author", "")


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
        assert named(f"So {text}, said.", (text, self.BRASK))[1] == "harbour chair"

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

    @pytest.mark.parametrize(
        ("words", "role"),
        [
            ("the minister of ports, Mr. Ottoline Brask", "minister of ports"),
            ("Sen. Ottoline Brask (D-Ore.)", "Sen. (D-Ore.)"),
            ("Rep. Ottoline Brask of Skerrin", "Rep., of Skerrin"),
            ("Ottoline Brask (Q.H.), head of the caucus", "Q.H., head of the caucus"),
            ("Ottoline Brask, 61, a retired skipper", "retired skipper"),
            ("Ottoline Brask, a skipper who sails", "skipper"),
            ("Ottoline Brask, 61", ""),
        ],
    )
    def test_from_title_brackets_and_apposition_together(self, words: str, role: str) -> None:
        assert named(f"So {words}, said.", (words, self.BRASK))[1] == role

    def test_the_bracket_of_one_in_a_list_is_no_role_of_all(self) -> None:
        words = "Sens. Ottoline Brask (D-Ore.) and Lu Poe (R-Me.)"
        people: dict[str, Names] = {"person": ("Ottoline Brask", "Lu Poe")}
        assert named(f"So {words}, said.", (words, people))[1] == "Sens."

    def test_no_form_of_address_is_one(self) -> None:
        words = "Mr. Ottoline Brask"
        assert named(f"So {words} said.", (words, self.BRASK))[1] == ""

    def test_a_nameless_person_is_what_the_description_says(self) -> None:
        words = ("a port official", {})
        assert named("So a port official said.", words, source_type="unnamed_person") == (
            "a port official",
            "port official",
        )

    def test_is_empty_when_the_text_gives_none(self) -> None:
        assert named("Ottoline Brask left.", ("Ottoline Brask", self.BRASK))[1] == ""

    def test_a_second_name_in_the_apposition_belongs_to_the_role(self) -> None:
        words = "Ottoline Brask, sister of Tilly Ware"
        both = {"person": ("Ottoline Brask", "Tilly Ware")}
        found = named(f"{words}, said so.", (words, both))
        assert found == ("Ottoline Brask", "sister of Tilly Ware")

    def test_only_persons_have_one(self) -> None:
        text = "local newspaper Skerrin Echo"
        words = (text, {"organization": "Skerrin Echo"})
        assert named(f"So the {text} said.", words, source_type="media_outlet")[1] == ""


def test_honours_behind_a_name_are_no_role() -> None:
    text = "Ottoline Brask, KC"
    assert named(f"{text}, said so.", (text, {"person": "Ottoline Brask"})) == (
        "Ottoline Brask",
        "",
    )


def test_a_nameless_source_is_called_without_its_possessive() -> None:
    text = "a district judge's"
    assert named(f"So {text} ruling said.", (text, {}), source_type="unnamed_person")[0] == (
        "a district judge"
    )


def test_part_of_a_group_has_no_role_by_that() -> None:
    found = named(
        "So one of the clerks said.", ("one of the clerks", {}), source_type="unnamed_person"
    )
    assert found == ("one of the clerks", "")


def test_quotation_marks_are_no_part_of_a_nameless_role() -> None:
    words = "“a senior clerk of the port”"
    found = named(f"So {words} said.", (words, {}), source_type="unnamed_person")
    assert found[1] == "senior clerk of the port"
