"""PDF files: the article of a PDF that has text.

pypdf (BSD-3-Clause) gives the pieces of text in the order in which the file draws them, with place
and size. That order is the reading order in what word processors and page make-up write, columns
too: a generated page of two columns came out right. pdfminer.six sorts boxes by their place and
read the right column of that page before the left; it also brings cryptography and its
dependencies. From place and size come lines, paragraphs, the headline, and headers and footers.
"""

from __future__ import annotations

import io
import logging
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from types import ModuleType
from typing import Any

from attribution.errors import InputError, MissingExtraError
from attribution.inputs.article import ArticleText, Facts, set_apart

__all__ = ["MAX_BYTES", "Line", "join_lines", "read_pdf"]

MAX_BYTES, MAX_PAGES = 50_000_000, 100
#: Seconds to read a file for; a page of text takes a hundredth.
TIME_LIMIT = 60.0
#: Bytes that the text of a page, and of all, is read from, unpacked. Most megabytes take
#: a second, the worst five, and pypdf cannot be stopped within one stream.
MAX_OF_PAGE, MAX_CONTENT = 10_000_000, 50_000_000
#: A line this much larger than the body is a headline, a gap this much larger than usual parts
#: paragraphs, an indent of this share of the size too.
_HEADLINE, _GAP, _INDENT = 1.3, 1.3, 0.8
_LEAST_WORDS = 2
#: Shares of the page's height where headers and footers stand.
_MARGIN = 0.08
_PAGE_NUMBER = re.compile(r"(?:page )?\d{1,4}(?: ?(?:of|/) ?\d{1,4})?", re.I)
_ENDS_SENTENCE = re.compile(r"[.?!…:][\"'”’»)\]]*$")
#: Where an object lies in memory, as pypdf's messages have it: another place each time.
_PLACE = re.compile(r", \d{6,}(?=\))| at 0x[0-9a-fA-F]+")
#: A word is begun at its start only, else a long one takes the square of its length.
_WITH_HYPHEN, _WORD_BEFORE = re.compile(r"\b\w+-\w+"), re.compile(r"\b\w+-$")
_LONGEST_WORD = 100
_HYPHENATED = re.compile(r"(?<=[^\W\d_])-$")


@dataclass(frozen=True)
class Line:
    """A line of a page: its text, where it begins, its size, and the page with its height."""

    text: str
    x: float
    y: float
    size: float
    page: int
    height: float


class _OutOfTimeError(Exception):
    """Raised from within pypdf when a file takes too long."""


class _TooLargeError(Exception):
    """There is more to read text from than a file of text has."""


def read_pdf(data: bytes, name: str) -> ArticleText:
    """The article of a PDF file.

    Args:
        data: The file.
        name: What error messages call it.

    Returns:
        The article. Its title is set larger than the text; headers, footers and page numbers are
        left out; words divided at line ends are joined. The file's properties are not used.

    Raises:
        InputError: It is damaged, protected, too large or too slow to read, has no text, or pypdf
            is not installed.
    """
    if len(data) > MAX_BYTES:
        raise InputError(
            f"{name}: larger than {MAX_BYTES // 10**6} MB; cut out the article's pages"
        )
    pypdf = _load(name)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(f"{name}: protected by a password; save a copy without one")
        count = len(reader.pages)
        if count > MAX_PAGES:
            raise InputError(
                f"{name}: {count} pages, more than {MAX_PAGES}; cut out the article's pages"
            )
        lines = list(_read_lines(reader))
    except InputError:
        raise
    except _OutOfTimeError:
        raise InputError(
            f"{name}: not read after {TIME_LIMIT:.0f} seconds; save its text as .txt"
        ) from None
    except _TooLargeError as error:
        raise InputError(f"{name}: {error}; save its text as .txt") from None
    except pypdf.errors.DependencyError as error:
        raise InputError(f"{name}: encrypted; save a copy without protection") from error
    except Exception as error:  # pypdf lets through whatever a damaged file leads to
        reason = _PLACE.sub("", str(error)) or type(error).__name__
        raise InputError(f"{name}: cannot be read as a PDF: {reason}") from error
    if not any(char.isalpha() for line in lines for char in line.text):
        raise InputError(
            f"{name}: no text in it, only pictures of {count} page(s); make it readable with OCR "
            "first, for instance with: ocrmypdf"
        )
    title, rest = _headline(_without_margins(lines))
    return set_apart("\n\n".join(join_lines(rest)), Facts(title=title))


def _load(name: str) -> ModuleType:
    try:
        import pypdf
        import pypdf.errors
    except ImportError as error:
        raise InputError(f"{name}: {MissingExtraError('pypdf', 'pdf')}") from error
    # Python prints warnings of libraries on standard error where nobody listens to them.
    logging.getLogger("pypdf").addHandler(logging.NullHandler())
    return pypdf


def _read_lines(reader: Any) -> Iterator[Line]:
    deadline = time.monotonic() + TIME_LIMIT

    def check(*_: object) -> None:
        if time.monotonic() > deadline:
            raise _OutOfTimeError

    total = 0
    for number, page in enumerate(reader.pages):
        # pypdf passes over errors within a form: the time is looked at here once more.
        check()
        total += _content_size(page, number, check)
        if total > MAX_CONTENT:
            raise _TooLargeError(f"its pages unpack to more than {MAX_CONTENT // 10**6} MB")
        lines: list[Line] = []
        collect = _collector(lines, number, float(page.mediabox.height))
        page.extract_text(visitor_text=collect, visitor_operand_before=check)
        collect("\n", [0.0] * 6, [0.0] * 6, None, 0.0)
        yield from lines
    check()


def _content_size(page: Any, number: int, check: Callable[[], None]) -> int:
    """Bytes of what the text of a page is read from, unpacked.

    Raises:
        _TooLargeError: They are too many.
        _OutOfTimeError: From ``check``, which is called before each stream.
    """
    size = 0
    for stream in _streams(page, check):
        with suppress(Exception):  # what cannot be unpacked is told when its text is read
            size += len(stream.get_data())
        if size > MAX_OF_PAGE:
            raise _TooLargeError(
                f"page {number + 1} unpacks to more than {MAX_OF_PAGE // 10**6} MB"
            )
    return size


def _streams(page: Any, check: Callable[[], None]) -> Iterator[Any]:
    """A page's content as often as it is named, the forms it may draw, the maps of its fonts."""
    from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

    contents = _resolved(page.get("/Contents"))
    found = map(_resolved, contents) if isinstance(contents, ArrayObject) else [contents]
    yield from (part for part in found if isinstance(part, StreamObject))
    seen: set[int] = set()
    holders = [page]
    while holders:
        for item in _resources(holders.pop()):
            check()
            if id(item) in seen or not isinstance(item, DictionaryObject):
                continue
            seen.add(id(item))
            characters = _resolved(item.get("/ToUnicode"))
            if isinstance(characters, StreamObject):
                yield characters
            if isinstance(item, StreamObject) and item.get("/Subtype") != "/Image":
                yield item
                holders.append(item)


def _resources(holder: Any) -> Iterator[Any]:
    """The fonts, forms and pictures that a page or form names."""
    from pypdf.generic import DictionaryObject

    resources = _resolved(holder.get_inherited("/Resources"))
    for kind in ("/Font", "/XObject"):
        named = _resolved(resources.get(kind)) if isinstance(resources, DictionaryObject) else None
        if isinstance(named, DictionaryObject):
            yield from map(_resolved, named.values())


def _resolved(item: Any) -> Any:
    return item.get_object() if item is not None else None


def _collector(lines: list[Line], page: int, height: float) -> Callable[..., None]:
    """A visitor for pypdf that puts pieces together to lines."""
    pieces: list[str] = []
    start: list[tuple[float, float, float]] = []

    def collect(text: str, cm: Sequence[float], tm: Sequence[float], _: Any, size: float) -> None:
        for index, piece in enumerate(re.split(r"(?<=\n)", text)):
            if piece.strip() and not start:
                # A second line in one piece has no place of its own: that of the first, lower.
                x, y = _place(cm, tm)
                scale = math.hypot(tm[2], tm[3]) * math.hypot(cm[2], cm[3])
                start.append((x, y - index * size * scale, size * scale))
            pieces.append(piece)
            if piece.endswith("\n"):
                words = " ".join("".join(pieces).split())
                if words and start:
                    lines.append(Line(words, *start[0], page, height))
                pieces.clear()
                start.clear()

    return collect


def _place(cm: Sequence[float], tm: Sequence[float]) -> tuple[float, float]:
    return (
        tm[4] * cm[0] + tm[5] * cm[2] + cm[4],
        tm[4] * cm[1] + tm[5] * cm[3] + cm[5],
    )


def _without_margins(lines: Sequence[Line]) -> list[Line]:
    """The lines without page numbers, and without what stands small, or on many pages, at an edge.

    Returns all lines if nothing else would be left.
    """
    body = _body_size(lines)
    pages = len({line.page for line in lines})
    often = Counter(text for text, _ in {(_masked(line), line.page) for line in lines})

    def is_margin(line: Line) -> bool:
        edge = not _MARGIN < line.y / (line.height or 1) < 1 - _MARGIN
        running = pages > 1 and 2 * often[_masked(line)] > pages
        small = line.size < 0.95 * body
        return edge and bool(running or small or _PAGE_NUMBER.fullmatch(line.text))

    return [line for line in lines if not is_margin(line)] or list(lines)


def _masked(line: Line) -> str:
    return re.sub(r"\d+", "0", line.text)


def _body_size(lines: Iterable[Line]) -> float:
    """The size that most characters are set in."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0]


def _headline(lines: Sequence[Line]) -> tuple[str | None, list[Line]]:
    """The lines set largest, when they are on the first page and larger than the text."""
    largest = max(line.size for line in lines)
    first = next(index for index, line in enumerate(lines) if line.size > largest - 0.5)
    last = first
    while last + 1 < len(lines) and lines[last + 1].size > largest - 0.5:
        last += 1
    alone = largest < _HEADLINE * _body_size(lines) or lines[first].page != lines[0].page
    if alone or last - first >= len(lines) - 1:
        return None, list(lines)
    title = " ".join(line.text for line in lines[first : last + 1])
    if len(title.split()) < _LEAST_WORDS:  # an initial, a page's name
        return None, list(lines)
    return title, [*lines[:first], *lines[last + 1 :]]


def join_lines(lines: Sequence[Line]) -> Iterator[str]:
    """Paragraphs of a page's lines, by gaps, indents and sizes.

    A paragraph goes on in the next column or page when its last line ends within a sentence. A
    word divided at a line's end loses its hyphen, unless it has one elsewhere in the file.
    """
    steps = [
        round(a.y - b.y, 1)
        for a, b in pairwise(lines)
        if a.page == b.page and 0 < a.y - b.y < 3 * a.size
    ]
    usual = Counter(steps).most_common(1)[0][0] if steps else 0.0
    hyphened = {word for line in lines for word in _WITH_HYPHEN.findall(line.text.lower())}
    done: list[str] = []  # what the lines to come do not change, so that it is not copied for each
    text = ""
    before: Line | None = None
    for line in lines:
        if before is not None and _parts(before, line, usual, text):
            yield "".join([*done, text])
            done, text = [], ""
        text = _append(text, line.text, hyphened)
        if len(text) > 10 * _LONGEST_WORD:
            done.append(text[:-_LONGEST_WORD])
            text = text[-_LONGEST_WORD:]
        before = line
    if text:
        yield "".join([*done, text])


def _parts(before: Line, line: Line, usual: float, text: str) -> bool:
    step = before.y - line.y
    if abs(before.size - line.size) > 0.05 * max(before.size, line.size):
        return True
    ended = _ENDS_SENTENCE.search(text[-8:]) is not None
    if before.page != line.page or step <= 0:
        return ended
    if not ended and line.text[0].islower():
        return False  # the sentence goes on, below a picture or in the next frame
    return step > _GAP * usual or (ended and line.x - before.x > _INDENT * line.size)


def _append(text: str, line: str, hyphened: set[str]) -> str:
    text = text.replace("\u00ad", "") if text.endswith("\u00ad") else f"{text} " if text else ""
    if line and text.endswith("- ") and _HYPHENATED.search(text[:-1]) and line[0].islower():
        text = text[:-1]
        whole = _WORD_BEFORE.search(text[-_LONGEST_WORD:])
        rest = re.match(r"\w+", line)
        if not (whole and rest and (whole.group() + rest.group()).lower() in hyphened):
            text = text[:-1]
    return text + line
