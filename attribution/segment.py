"""Stage 1: paragraphs, sentences, words and quotation marks of a text, by character offsets.

Sentence boundaries come from sentencex (Wikimedia, MIT), which keeps abbreviations whole; it
never splits inside quotation marks, so it is given each paragraph with the marks blanked out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import sentencex

from attribution.paragraphs import paragraphs, strip
from attribution.types import Span, Speech

__all__ = ["Document", "Quote", "segment", "speech_of"]

OPENING = "“„‟«‘‚‹"
CLOSING = "”»’›"
STRAIGHT = "\"'＂"
SINGLE = "‘’‚‹›'"
_PAIR_OF_APOSTROPHES = re.compile(r"``|''")

# A word is a run of letters and digits with inner apostrophes, hyphens (soft ones too, which pages
# put in for breaks that do not show), ampersands; initials
# keep their inner stops (U.S), numbers their commas. A possessive or verb ending ('s, 'll), and
# every other visible character, is a word of its own.
_WORD = re.compile(
    r"[^\W_]+(?:(?:[-&\u00ad]|(?<=\d)[.,:](?=\d)|(?<=\b\w)\.(?=\w\b)|['’](?!(?:s|ll|re|ve|d|m)\b))[^\W_]+)*"
    r"|['’](?:s|ll|re|ve|d|m)\b|``|''|\.{2,}|-{2,}|[^\w\s]|_+"
)
_MARK = re.compile(f"[{OPENING}{CLOSING}{STRAIGHT}]")
#: What sentencex reads for a character that is no quotation mark: an apostrophe it could take for
#: an opening mark, and UTF-8 has no lone surrogates.
_STAND_INS = {
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    **dict.fromkeys(map(ord, "'’‘"), "x"),
    **dict.fromkeys(map(ord, '“”"\r\n'), " "),
    # It cuts behind the first byte of a wide blank that follows an initial, and panics.
    **dict.fromkeys((code for code in range(0x80, 0x3001) if chr(code).isspace()), " "),
}


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation: its span with the marks, and whether its closing mark stands in the text.

    A quotation that runs over several paragraphs gives one Quote a paragraph; only the last is
    ``closed``. ``depth`` is 0 for a quotation that stands in no other.
    """

    span: Span
    closed: bool
    depth: int


@dataclass(frozen=True)
class Document:
    """A text cut into its parts. Every tuple is in text order; paragraphs do not overlap."""

    text: str
    paragraphs: tuple[Span, ...]
    sentences: tuple[Span, ...]
    words: tuple[Span, ...]
    quotes: tuple[Quote, ...]

    @cached_property
    def _word_starts(self) -> list[int]:
        return [word.start for word in self.words]

    @cached_property
    def lettered(self) -> list[bool]:
        """For every word, whether it is one: not punctuation or a sign."""
        return [self.text[word.start].isalnum() for word in self.words]

    @cached_property
    def sentence_of(self) -> list[int]:
        """For every word, the number of the last sentence that begins no later, 0 without."""
        starts = [sentence.start for sentence in self.sentences]
        return [max(0, bisect_right(starts, start) - 1) for start in self._word_starts]

    @cached_property
    def quoted(self) -> list[bool]:
        """For every word, whether it stands in quotation marks, or is one of them."""
        found = [False] * len(self.words)
        for quote in self.quotes:
            for index in self.words_in(quote.span):
                found[index] = found[index] or self.words[index].end <= quote.span.end
        return found

    def words_in(self, span: Span) -> range:
        """Indices of the words that begin inside ``span``."""
        starts = self._word_starts
        return range(bisect_right(starts, span.start - 1), bisect_right(starts, span.end - 1))

    def cover(self, first: int, last: int) -> Span:
        """The span from the start of word ``first`` to the end of word ``last``, inclusive."""
        return Span(self.words[first].start, self.words[last].end)

    @staticmethod
    def index_of(parts: Sequence[Span], offset: int) -> int:
        """Index of the last of ``parts`` that starts at or before ``offset``, 0 when none does."""
        return max(0, bisect_right(parts, offset, key=lambda part: part.start) - 1)


def segment(text: str) -> Document:
    """Cut ``text`` into paragraphs, sentences, words and quotations; any text is accepted."""
    parts = paragraphs(text)
    words = tuple(Span(*match.span()) for match in _WORD.finditer(text))
    sentences: list[Span] = []
    quotes: list[Quote] = []
    for index, paragraph in enumerate(parts):
        following = parts[index + 1] if index + 1 < len(parts) else None
        next_mark = text[following.start] if following is not None else ""
        marks = _marks(text, paragraph, next_mark)
        opens_next = bool(next_mark) and next_mark in OPENING + STRAIGHT + "`"
        quotes.extend(_pair(marks, paragraph, opens_next))
        sentences.extend(_sentences(text, paragraph, {at for at, _, _ in marks}, words))
    quotes.sort(key=lambda quote: (quote.span.start, -quote.span.end))
    return Document(text, parts, tuple(sentences), words, tuple(quotes))


def speech_of(document: Document, content: Iterable[Span]) -> Speech:
    """Form of a claim's content: direct when all its words stand in quotation marks.

    Returns ``direct``, ``indirect`` (no word quoted) or ``mixed``. Words, not punctuation, count.
    """
    quoted, lettered = document.quoted, document.lettered
    found = {
        quoted[index] for piece in content for index in document.words_in(piece) if lettered[index]
    }
    return "mixed" if len(found) == 2 else "direct" if True in found else "indirect"


def _sentences(
    text: str, paragraph: Span, marks: set[int], words: Sequence[Span]
) -> Iterable[Span]:
    # One stand-in per character keeps offsets.
    blanked = list(paragraph.of(text).translate(_STAND_INS))
    for mark in marks:
        blanked[mark - paragraph.start] = " "
    start = paragraph.start
    for boundary in sentencex.get_sentence_boundaries("en", "".join(blanked)):
        end = paragraph.start + boundary["end_index"]
        # A mark right after the stop closes the sentence; blanks before the next mark do not.
        while end > start and (text[end - 1].isspace() or _opens(text, end - 1, marks)):
            end -= 1
        rest = text[end : paragraph.end].lstrip(" ”’\"')\u00a0")
        if (rest and rest[0].islower()) or _splits_word(words, end):
            continue
        span = strip(text, start, end)
        if span is not None:
            yield span
            start = end
    span = strip(text, start, paragraph.end)
    if span is not None:
        yield span


def _splits_word(words: Sequence[Span], at: int) -> bool:
    place = bisect_right(words, at, key=lambda word: word.start) - 1
    return place >= 0 and words[place].start < at < words[place].end


def _opens(text: str, at: int, marks: set[int]) -> bool:
    """True when the character is a quotation mark that stands before a word, not after one.

    So does the inner mark of two: "'Pause' is dear," he said.
    """
    if at not in marks:
        return False
    before = text[at - 1] if at else " "
    return before.isspace() or text[at] in OPENING or _opens(text, at - 1, marks)


def _marks(text: str, paragraph: Span, next_mark: str) -> list[tuple[int, str, bool]]:
    """Quotation marks of a paragraph as (offset, "open" | "close" | "either", is single).

    A single mark that nothing closes is an apostrophe, unless a line begins with it, or it stands
    before a capital and the next paragraph begins with it (``next_mark``).
    """
    found: list[tuple[int, str, bool]] = []
    singles_open = 0
    last_closing = _last_closing(text, paragraph)
    for match in _MARK.finditer(text, paragraph.start, paragraph.end):
        at, char = match.start(), match.group()
        single = char in SINGLE
        before = text[at - 1] if at > paragraph.start else " "
        after = text[at + 1] if at + 1 < paragraph.end else " "
        role = _role(char, before, after)
        if single:
            starts_line = at == 0 or text[at - 1] in "\n\r"
            goes_on = char == next_mark and after.isupper()
            if role == "open" and at + 2 > last_closing and not (starts_line or goes_on):
                continue  # no partner: an apostrophe
            if role != "open" and (role == "either" or not singles_open):
                continue
            singles_open += 1 if role == "open" else -1
        found.append((at, role, single))
    return found


def _role(char: str, before: str, after: str) -> str:
    if char in "“„‟«‹":
        return "open"
    if char in "”»›":
        return "close"
    free_before = before.isspace() or before in "([{—–-/" or before in OPENING + '"'
    free_after = after.isspace() or after in ")]}—–-.,;:!?…" or after in CLOSING + '"'
    if char == "‘":
        return "open" if not before.isalnum() else "either"
    if char == "’":
        return "close" if not after.isalnum() and not before.isspace() else "either"
    if free_before and not free_after:
        return "open"
    if free_after and not free_before:
        return "close"
    return "either"


def _last_closing(text: str, paragraph: Span) -> int:
    """Offset of the last single mark that could close a quotation, -1 when there is none."""
    for at in range(paragraph.end - 1, paragraph.start, -1):
        if text[at] in "'’" and not text[at - 1].isspace():
            after = text[at + 1] if at + 1 < paragraph.end else " "
            if not after.isalnum():
                return at
    return -1


def _pair(
    marks: Sequence[tuple[int, str, bool]], paragraph: Span, opens_next: bool
) -> Iterable[Quote]:
    """Match marks with a stack; what stays open runs to the paragraph's end."""
    stack: list[tuple[int, bool]] = []
    found: list[tuple[int, int, bool]] = []
    for at, role, single in marks:
        inside = [level for level, (_, kind) in enumerate(stack) if kind == single]
        if role == "open" or (role == "either" and not inside):
            # A second opening mark without a close: the first was never closed, drop it.
            if inside and role == "open" and not single:
                del stack[inside[-1] :]
            stack.append((at, single))
        elif inside:
            start, _ = stack[inside[-1]]
            del stack[inside[-1] :]
            found.append((start, at + 1, True))
    found.extend(
        (start, paragraph.end, False) for start, single in stack if opens_next or not single
    )
    around: list[int] = []
    for start, end, closed in sorted(found):
        while around and around[-1] <= start:
            around.pop()
        yield Quote(Span(start, end), closed, len(around))
        around.append(end)
