"""When a predicted source name counts as the gold name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.types import SOURCE_TYPES, Source, SourceType
from eval.names import name_tokens, names_equal, names_match, token_f1
from training.readers.gold import GoldSource


def match(predicted: str, gold: str, kind: SourceType) -> bool:
    return names_match(Source("s1", predicted, kind), GoldSource("s1", gold, kind))


@pytest.mark.parametrize(
    ("predicted", "gold"),
    [
        ("Ines Varga", "Ines Varga"),
        ("INES VARGA", "Ines Varga"),
        ("Dr. Ines Varga", "Ines Varga"),
        ("Ines Varga", "Prime Minister Ines Varga"),
        ("Ines K. Varga", "Ines Varga"),
        ("Ines Varga", "Ines Karola Varga"),
        ("Tomas Lind Jr.", "Tomas Lind"),
        ("Ines Varga, chief engineer of the railway", "Ines Varga"),
        ("the engineer Ines Varga", "Ines Varga"),
        ("Mr. Lind", "Lind"),
        ("J.R. Lind", "JR Lind"),
    ],
)
def test_full_name_of_a_person_matches(predicted: str, gold: str):
    assert match(predicted, gold, "named_person")


@pytest.mark.parametrize(
    ("predicted", "gold"),
    [
        ("Varga", "Ines Varga"),
        ("Ms. Varga", "Ines Varga"),
        ("Ines", "Ines Varga"),
        ("Tomas Varga", "Ines Varga"),
        ("Ines Varga's lawyer", "Ines Varga"),
        ("a spokesman for Ines Varga", "Ines Varga"),
        ("Ines Varga and Tomas Lind", "Ines Varga"),
        ("the engineer", "Ines Varga"),
        ("", "Ines Varga"),
        ("a b c d e f g h i j k l m n Ines Varga", "Ines Varga"),
    ],
)
def test_what_is_not_the_persons_full_name_does_not_match(predicted: str, gold: str):
    assert not match(predicted, gold, "named_person")


@pytest.mark.parametrize(
    ("predicted", "gold", "expected"),
    [
        ("Lind Gazette", "the Lind Gazette", True),
        ("the daily Lind Gazette", "Lind Gazette", True),
        ("the Gazette", "Lind Gazette", False),
        ("Lind Gazette's owner", "Lind Gazette", False),
        ("U.N.", "UN", True),
        ("Institute for Road Safety", "Road Safety Institute", True),
        ("Harrow Railway Board (HRB)", "the Harrow Railway Board", True),
    ],
)
def test_names_of_organisations(predicted: str, gold: str, expected: bool):
    assert match(predicted, gold, "named_organization") is expected


@pytest.mark.parametrize(
    ("predicted", "gold", "expected"),
    [
        ("the official", "a senior official", True),
        ("an aide to the mayor", "a mayor's aide", True),
        ("the neighbour", "a senior official", False),
        ("of the", "a report of the year", False),
    ],
)
def test_descriptions_match_by_their_content_words(predicted: str, gold: str, expected: bool):
    assert match(predicted, gold, "unnamed_person") is expected


@pytest.mark.parametrize("kind", ["author", "unspecified"])
def test_who_has_no_name_in_the_article_matches_by_type(kind: SourceType):
    gold = GoldSource("s1", "the article's writer", kind)
    assert names_match(Source("s1", "", kind), gold)
    assert not names_match(Source("s1", "the article's writer", "unnamed_person"), gold)


def test_strict_equality_forgives_only_case_punctuation_and_a_first_determiner():
    gold = GoldSource("s1", "the Lind Gazette", "media_outlet")
    assert names_equal(Source("s1", "Lind gazette,", "media_outlet"), gold)
    assert not names_equal(Source("s1", "daily Lind Gazette", "media_outlet"), gold)


def test_a_parenthesis_is_dropped_unless_it_is_the_whole_name():
    assert name_tokens("Railway Board (HRB)") == ("railway", "board")
    assert name_tokens("(rumours)") == ("rumours",)


def test_token_f1_by_hand():
    # {senior, official} against {official}: one shared of two and one.
    assert token_f1("a senior official", "the official") == pytest.approx(2 / 3)


@given(st.text(min_size=1), st.sampled_from(SOURCE_TYPES))
def test_every_name_with_a_word_matches_itself(name: str, kind: SourceType):
    source, gold = Source("s1", name, kind), GoldSource("s1", name, kind)
    assert names_equal(source, gold)
    if name_tokens(name):
        assert names_match(source, gold)
