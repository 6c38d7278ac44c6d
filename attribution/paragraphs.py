"""Stage 1, first step: the paragraphs of a text, by character offsets.

A blank line parts two paragraphs. Whether a single line end does too depends on the text: where
every paragraph is one line it does, in hard-wrapped text (wire copy, e-mail) it does not. Wrapped
text shows itself: a line ends where the next word would not have fitted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from attribution.types import Span

__all__ = ["is_blank", "paragraphs", "strip"]

_BLANK_LINE = re.compile(r"(?:\r\n|\r(?!\n)|\n)[^\S\r\n]*[\r\n]\s*")
_LINE_END = re.compile(r"\r\n|[\r\n\u2028\u2029]")
#: Widths that text is wrapped at.
_WIDTHS = range(24, 101)
#: Lines of a block that is taken for wrapped by itself, without a common width.
_TYPED = range(50, 101)
#: A wrapped text has so many full lines, and at least half of its lines that others follow are.
_LEAST_FULL = 3
#: The share of lines that may be longer than the width: addresses, a headline.
_LONGER = 0.05
_FIRST_WORD = re.compile(r"\S+")
_ENDS_SENTENCE = re.compile(r"[.?!…:][\"'”’»)\]]*$")
#: Lines that go on no other: a byline under a headline, an item of a list.
_STARTS_ANEW = re.compile(r"(?:By|BY) [A-Z]|[•*] ")


def is_blank(text: str) -> bool:
    """True when no character of the text is visible: white space, joiners, marks, controls."""
    return not any(char.isprintable() and not char.isspace() for char in text)


def paragraphs(text: str) -> tuple[Span, ...]:
    """The paragraphs of any text in order, without the white space around them."""
    blocks = [lines for start, end in _blocks(text) if (lines := _lines(text, start, end))]
    width = _wrap_width(text, blocks)
    return tuple(paragraph for lines in blocks for paragraph in _joined(text, lines, width))


def strip(text: str, start: int, end: int) -> Span | None:
    """The part of ``text[start:end]`` without white space around it, None when nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if end > start else None


def _blocks(text: str) -> Iterable[tuple[int, int]]:
    """What stands between blank lines; the white space before a line belongs to it."""
    start = 0
    for gap in _BLANK_LINE.finditer(text):
        yield start, gap.start()
        start = _line_start(text, gap.end())
    yield start, len(text)


def _lines(text: str, start: int, end: int) -> list[Span]:
    ends = [(match.start(), match.end()) for match in _LINE_END.finditer(text, start, end)]
    found = []
    for stop, following in [*ends, (end, end)]:
        line = strip(text, start, stop)
        if line:
            found.append(line)
        start = following
    return found


def _line_start(text: str, at: int) -> int:
    """Where the line of ``at`` begins, when only white space stands before it there."""
    while at and text[at - 1].isspace() and not _LINE_END.match(text[at - 1]):
        at -= 1
    return at


def _wrap_width(text: str, blocks: Sequence[Sequence[Span]]) -> int | None:
    """The width that a text is wrapped at, None when it is not.

    Wrapped are texts in which most lines that others follow are full, and most of these end
    within a sentence: lists and one-line paragraphs have lines of all lengths that end sentences.
    """
    lengths = sorted(_length(text, line) for lines in blocks if len(lines) > 1 for line in lines)
    if not lengths:
        return None
    width = lengths[int((len(lengths) - 1) * (1 - _LONGER))]
    pairs = [pair for lines in blocks for pair in pairwise(lines)]
    full = [line for line, following in pairs if _is_full(text, line, following, width)]
    inside = sum(not _ENDS_SENTENCE.search(line.of(text)[-5:]) for line in full)
    wrapped = (
        width in _WIDTHS
        and len(full) >= _LEAST_FULL
        and 2 * len(full) >= len(pairs)
        and 2 * inside >= len(full)
    )
    return width if wrapped else None


def _joined(text: str, lines: Sequence[Span], width: int | None) -> Iterable[Span]:
    typed = len(lines) > 2 and all(len(line) in _TYPED for line in lines[:-1])
    start = lines[0].start
    for line, following in pairwise(lines):
        full = typed or (width is not None and _is_full(text, line, following, width))
        if not full or _parts(text, line, following):
            yield Span(start, line.end)
            start = following.start
    yield Span(start, lines[-1].end)


def _is_full(text: str, line: Span, following: Span, width: int) -> bool:
    word = _FIRST_WORD.match(text, following.start, following.end)
    return word is not None and _length(text, line) + 1 + len(word.group()) > width


def _parts(text: str, line: Span, following: Span) -> bool:
    """True when a line begins a paragraph by its look: indented, a byline, an item of a list."""
    if _indent(text, following) > _indent(text, line):
        return True
    anew = _STARTS_ANEW.match(text, following.start, following.end)
    return anew is not None and not _ENDS_SENTENCE.search(line.of(text)[-5:])


def _length(text: str, line: Span) -> int:
    return len(line) + _indent(text, line)


def _indent(text: str, line: Span) -> int:
    return line.start - _line_start(text, line.start)
