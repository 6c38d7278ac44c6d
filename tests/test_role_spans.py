"""Where an article states a source's role."""

from __future__ import annotations

from training.role_spans import role_ranges

WORDS = (
    "Water will be cut , said Anna Brask , the chief executive of Nordre Water , on Monday . "
    "The mayor 's deputy , Tor Vik , a retired pilot , was not told . The pilot of a boat was ."
).split()


def stated(role: str, *mentions: str) -> list[str]:
    ranges = [(WORDS.index(name), WORDS.index(name) + 1) for name in mentions]
    return [" ".join(WORDS[first : last + 1]) for first, last in role_ranges(WORDS, ranges, role)]


def test_a_role_in_the_texts_own_words_is_found_whole() -> None:
    assert stated("chief executive of Nordre Water", "Anna") == ["chief executive of Nordre Water"]


def test_parts_after_a_comma_may_stand_apart() -> None:
    assert stated("mayor's deputy, retired pilot", "Tor") == ["mayor 's deputy", "retired pilot"]


def test_words_in_another_order_are_found() -> None:
    assert stated("pilot, retired", "Tor") == ["retired pilot"]


def test_the_stretch_next_to_the_mention_counts() -> None:
    assert role_ranges(WORDS, [(WORDS.index("Tor"), WORDS.index("Vik"))], "pilot") == [
        (WORDS.index("pilot"), WORDS.index("pilot"))
    ]


def test_a_role_in_other_words_is_not_found() -> None:
    assert stated("head of the utility", "Anna") == []
