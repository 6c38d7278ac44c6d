"""Paragraphs: what parts them, and that hard-wrapped text reads as if it were not."""

from __future__ import annotations

import textwrap
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.paragraphs import paragraphs
from attribution.segment import segment

STORY = (
    "HALVARD, Nov. 3 (Quay Press) - The east pier was shut on Monday after divers found a crack "
    "as long as a bus, the harbour board said in a statement that it sent to reporters at noon.",
    "“We found it by chance,” said Mara Lind, the chief diver. “Nobody had looked there since the "
    "storm of 2019.” She asked for a week to look at the rest of the piles before anybody decides.",
    "The ferry company said it had been told on Sunday night. Its boats will leave from the west "
    "pier until further notice, and tickets stay valid.",
    "A spokesman for the town declined to comment on the cost of the repair, which the board had "
    "put at 4.2 million crowns in its budget for the year, according to minutes seen by the Quay "
    "Press. The minutes do not say who pays.",
)
# Longer than a line: where every line ends a sentence, nothing tells wrapped text from a list.
_sentence = st.lists(st.integers(4, 11), min_size=20, max_size=24).map(
    lambda sizes: " ".join("a" * size for size in sizes).capitalize() + "."
)
_paragraph = st.lists(_sentence, min_size=3, max_size=4).map(" ".join)


def wrapped(width: int, indent: str, gap: str, parts: tuple[str, ...] = STORY) -> str:
    return gap.join(
        textwrap.fill(
            part,
            width,
            initial_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for part in parts
    )


def sentences(text: str) -> list[str]:
    return [" ".join(span.of(text).split()) for span in segment(text).sentences]


class TestWireCopy:
    @pytest.mark.parametrize("width", [24, 32, 40, *range(60, 81, 4)])
    def test_wrapped_copy_gives_the_sentences_of_unwrapped(self, width: int) -> None:
        assert sentences(wrapped(width, "", "\n\n")) == sentences("\n\n".join(STORY))

    @pytest.mark.parametrize("width", [24, 32, 40, *range(60, 81, 4)])
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_so_do_paragraphs_told_by_their_indent(self, width: int, end: str) -> None:
        text = wrapped(width, "     ", "\n").replace("\n", end)
        assert sentences(text) == sentences("\n\n".join(STORY))
        assert len(paragraphs(text)) == len(STORY)

    @given(st.lists(_paragraph, min_size=3, max_size=3), st.integers(60, 80))
    def test_wrapping_any_text_changes_no_paragraph(self, parts: list[str], width: int) -> None:
        text = wrapped(width, "", "\n\n", tuple(parts))
        assert [" ".join(span.of(text).split()) for span in paragraphs(text)] == parts

    def test_headline_and_byline_stay_apart(self) -> None:
        headline = "Pier shut after crack found, board says"
        text = f"{headline}\nBy Ada Roe\n\n" + wrapped(66, "", "\n\n")
        found = [span.of(text) for span in paragraphs(text)]
        assert found[:2] == [headline, "By Ada Roe"]
        assert len(found) == 2 + len(STORY)

    def test_headline_of_full_width_stays_apart_from_its_byline(self) -> None:
        headline = "Pier shut after crack found by divers, harbour board says"
        text = f"{headline}\nBy Ada Roe\n\n{wrapped(60, '', chr(10) * 2)}"
        assert paragraphs(text)[0].of(text) == headline


class TestUnwrapped:
    def test_a_line_is_a_paragraph_where_lines_end_sentences(self) -> None:
        lines = [
            "The east pier was shut on Monday, the harbour board said.",
            "Divers had found a crack on Sunday, and it is a long one.",
            "Nobody had looked at the piles since the storm, they say.",
            "The board meets again on Friday at noon to look at costs.",
        ]
        text = "\n".join([*lines, "Short one."])
        # Lines of a typewriter's length are joined, as they always were: nothing shows they end.
        assert len(paragraphs(text)) == 1
        short = "\n".join(line[:40].rsplit(" ", 1)[0] + "." for line in lines)
        assert len(paragraphs(short)) == len(lines)

    def test_a_list_of_short_lines_is_kept(self) -> None:
        text = "What we know\n\nPier shut\nFerries moved west\nRepair to be paid by town\nNo date"
        assert len(paragraphs(text)) == 5

    @given(st.text(st.sampled_from("ab. \n\r\t\u2028"), max_size=60))
    def test_paragraphs_hold_all_ink_and_nothing_else(self, text: str) -> None:
        found = paragraphs(text)
        assert "".join("".join(span.of(text).split()) for span in found) == "".join(text.split())
        assert all(span.of(text) == span.of(text).strip() != "" for span in found)
        assert all(a.end <= b.start for a, b in pairwise(found))
