"""Whose a bare line of a dialogue is."""

from __future__ import annotations

import pytest

from attribution.features import EncodedArticle
from attribution.linking import LINK_FEATURES, Pairing
from attribution.resolve import resolve
from attribution.turns import speaker_by_turns
from scenes import mention, rule, table, zero
from tiny_model import encode

NEVER = rule(LINK_FEATURES, -9.0, {})
DIALOGUE = "“Rain,” said Mara.\n\n“Sun,” said Ivo.\n\n“Rain again.”\n\n“Never.”"


def owners(article: EncodedArticle, *lines: str) -> list[int]:
    """The source of each mention of a dialogue of Mara and Ivo, by number."""
    found = table(
        [
            mention(article, "Mara", claim=0, person="Mara"),
            mention(article, "Ivo", claim=1, person="Ivo"),
            *(zero(article, line, 2 + at, cued=False) for at, line in enumerate(lines)),
        ]
    )
    clusters = resolve(article, found, NEVER, 0.5)
    return [
        next(number for number, one in enumerate(clusters) if row in one.members)
        for row in range(len(found.mentions))
    ]


def turn(text: str, *, owner: tuple[int, int] = (0, 1)) -> int | None:
    """Whose the line "Rain again" is, after one of Mara and one of Ivo."""
    article = encode(text)
    mark = text[text.index("Rain again") - 1]
    found = table(
        [
            mention(article, "Mara", claim=0, person="Mara"),
            mention(article, "Ivo", claim=1, person="Ivo"),
            zero(article, f"{mark}Rain again", 2, cued=False),
        ]
    )
    return speaker_by_turns(Pairing(article, found), 2, owner)


@pytest.mark.parametrize("marks", ["“”", '""', "‘’", "''"])
def test_lines_take_turns(marks: str) -> None:
    text = DIALOGUE.replace("“", marks[0]).replace("”", marks[1])
    lines = (f"{marks[0]}Rain again", f"{marks[0]}Never")
    assert owners(encode(text), *lines) == [0, 1, 0, 1]


def test_one_speaker_takes_none() -> None:
    assert turn(DIALOGUE, owner=(0, 0)) is None


def test_a_paragraph_between_ends_them() -> None:
    assert turn("“Rain,” said Mara.\n\n“Sun,” said Ivo.\n\nThey walked.\n\n“Rain again.”") is None


def test_a_paragraph_that_opens_otherwise_is_no_turn() -> None:
    assert turn("“Rain,” said Mara.\n\nIvo said: “Sun.”\n\n“Rain again.”") is None


def test_a_line_with_more_than_a_quotation_is_none() -> None:
    assert turn("“Rain,” said Mara.\n\n“Sun,” said Ivo.\n\n“Rain again.” It was.") is None


def test_a_quotation_that_is_open_is_none() -> None:
    assert turn("“Rain,” said Mara.\n\n“Sun,” said Ivo.\n\n“Rain again.") is None


def test_a_mention_inside_a_quotation_is_no_speaker() -> None:
    assert turn("“Rain, Mara says,” he said.\n\n“Sun,” said Ivo.\n\n“Rain again.”") is None
