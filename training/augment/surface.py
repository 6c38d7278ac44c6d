"""The look of an article: datelines, and the traces that scraping leaves in a text."""

from __future__ import annotations

import calendar
import random
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from attribution.types import Span
from training.augment.edits import Edit, Silver, apply_edits, claim_spans, name_spans, paragraphs
from training.augment.lexicon import NamePool
from training.readers.gold import GoldArticle

__all__ = ["DATELINE", "add_noise", "change_dateline", "wrap_lines"]

_DASHES = (" — ", " – ", " - ", " -- ", ": ")
#: Place in capitals, at times a region and a date, at times an agency; then a dash.
DATELINE = re.compile(
    r"(?P<place>[^\W\d_a-z]{3}[^\W\d_a-z .'’/-]*[^\W\d_a-z.])"
    r"(?P<rest>(?:, [^\W\d_a-z][\w. ]{1,20}){0,2})"
    r"(?P<agency> \([^()\n]{2,30}\))?(?P<dash>\s*(?:—|–|--|-)\s+)"
)
#: Paragraphs of so many characters are running text, not headlines and bylines.
_RUNNING = 100
_REMOVED, _AGENCY, _DATE, _TITLE_CASE = 0.4, 0.5, 0.4, 0.2
_WIDTHS = (60, 66, 72, 78, 90)
#: Line ends in a wrapped paragraph, at least: two lines would read as two paragraphs.
_LEAST_ENDS = 2
_BLANK_LINE = 2

_SPACE = re.compile(r"(?<=\S) (?=\S)")
#: Between sentences; behind a short capitalised word the stop may be an abbreviation's.
_SENTENCE_GAP = re.compile(
    r"(?<=[.!?][\"”’'»])(?= [A-Z“\"‘«])"
    r"|(?<=\w[.!?])(?<!\b[A-Z]\.)(?<!\b[A-Z]\w\.)(?<!\b[A-Z]\w\w\.)(?= [A-Z“\"‘«])"
)
_DASH = re.compile(r"(?<=[^\s—–-])(?:( ?)(—|--)( ?)|( )([–-])( ))(?=[^\s—–-])")
_SPACED_DASHES = ("—", " — ", " -- ", "--", " – ", " - ")
_ELLIPSIS = re.compile(r"…|(?<!\.)\.\.\.(?!\.)")


def change_dateline(
    article: GoldArticle, silver: Silver | None, pool: NamePool, rng: random.Random
) -> tuple[GoldArticle, Silver | None]:
    """The article with a new dateline, or with its own removed or restyled.

    The parts of a new one are made up from the names of the training articles, and enter the
    silver entities.
    """
    text = article.text
    for part in paragraphs(text):
        match = DATELINE.match(text, part.start, part.end)
        if match:
            return _changed(article, silver, match, rng)
        if len(part) >= _RUNNING and "\n" not in part.of(text):
            return _with_dateline(article, silver, part.start, pool, rng)
    return article, silver


def _changed(
    article: GoldArticle, silver: Silver | None, match: re.Match[str], rng: random.Random
) -> tuple[GoldArticle, Silver | None]:
    whole = Span(*match.span())
    spans = [span for claim in article.claims for span in claim_spans(claim)]
    spans += [span for item in article.sources for span in name_spans(article.text, item.name)]
    if rng.random() < _REMOVED and not any(span.overlaps(whole) for span in spans):
        return apply_edits(article, silver, [Edit(whole.start, whole.end, "")])
    edits = [Edit(*match.span("dash"), rng.choice(_DASHES[:4]))]
    if rng.random() < _TITLE_CASE and not any(span.overlaps(whole) for span in spans):
        edits.append(Edit(*match.span("place"), match["place"].title()))
    if not re.search(r"\d", match["rest"]) and rng.random() < _DATE:
        edits.append(Edit(match.end("rest"), match.end("rest"), f", {_date(rng)}"))
    return apply_edits(article, silver, edits)


def _with_dateline(
    article: GoldArticle, silver: Silver | None, at: int, pool: NamePool, rng: random.Random
) -> tuple[GoldArticle, Silver | None]:
    parts = _dateline(article.text, pool, rng)
    line = "".join(piece for piece, _ in parts)
    changed, record = apply_edits(article, silver, [Edit(at, at, line)] if line else [])
    if record is None:
        return changed, None
    entities = []
    for piece, kind in parts:
        if kind:
            entities.append([at, at + len(piece), kind])
        at += len(piece)
    return changed, {**record, "ner": sorted([*record["ner"], *entities])}


def _dateline(text: str, pool: NamePool, rng: random.Random) -> Sequence[tuple[str, str | None]]:
    """Pieces of a made-up dateline with their kind of entity; empty without names."""
    place = rng.choice(pool.places) if pool.places else ""
    if not place or place in text:
        return ()
    place = place if rng.random() < _TITLE_CASE else place.upper()
    parts: list[tuple[str, str | None]] = [(place, "LOCATION")]
    if rng.random() < _DATE:
        parts.append((f", {_date(rng)}", None))
    if pool.outlets and rng.random() < _AGENCY:
        agency = rng.choice(pool.outlets)
        if agency not in text:
            parts += [(" (", None), (agency, "ORGANIZATION"), (")", None)]
    return [*parts, (rng.choice(_DASHES), None)]


def _date(rng: random.Random) -> str:
    number, day = rng.randint(1, 12), rng.randint(1, 28)
    month = calendar.month_name[number]
    short = calendar.month_abbr[number]
    short += "." if short != month else ""
    return rng.choice((f"{month} {day}", f"{short} {day}", f"{day} {month}"))


def add_noise(
    article: GoldArticle, silver: Silver | None, rng: random.Random
) -> tuple[GoldArticle, Silver | None]:
    """The article with one to three kinds of noise: blanks, dashes, ellipses, line ends."""
    kinds = (_hard_blanks, _doubled_blanks, _other_dashes, _other_ellipses, _carriage_returns)
    for kind in rng.sample(kinds, rng.randint(1, 3)):
        article, silver = apply_edits(article, silver, kind(article.text, rng))
    return article, silver


def _hard_blanks(text: str, rng: random.Random) -> Iterator[Edit]:
    """A few blanks that do not break."""
    blanks = [match.start() for match in _SPACE.finditer(text)]
    for at in sorted(rng.sample(blanks, len(blanks) // rng.choice((20, 50, 100)))):
        yield Edit(at, at + 1, "\u00a0")


def _doubled_blanks(text: str, rng: random.Random) -> Iterator[Edit]:
    """Two blanks between sentences, as typists leave them, or here and there."""
    pattern, share = rng.choice(((_SENTENCE_GAP, 1.0), (_SPACE, 0.02)))
    for match in pattern.finditer(text):
        if rng.random() < share:
            yield Edit(match.start(), match.start(), " ")


def _other_dashes(text: str, rng: random.Random) -> Iterator[Edit]:
    """All dashes in one other form; a hyphen or dash within a word is none.

    Blanks have edits of their own, so that a span that ends at a dash takes none along.
    """
    dash = rng.choice(_SPACED_DASHES)
    blank = " " if dash[0] == " " else ""
    for match in _DASH.finditer(text):
        first = 1 if match.start(1) >= 0 else 4
        for group, new in zip(range(first, first + 3), (blank, dash.strip(), blank), strict=True):
            if match[group] != new:
                yield Edit(*match.span(group), new)


def _other_ellipses(text: str, rng: random.Random) -> Iterator[Edit]:
    """Three full stops for the sign, the sign for three full stops, or three apart."""
    new = rng.choice(("…", "...", ". . ."))
    for match in _ELLIPSIS.finditer(text):
        if match.group() != new:
            yield Edit(*match.span(), new)


def _carriage_returns(text: str, _rng: random.Random) -> Iterator[Edit]:
    """Line ends as other systems write them."""
    if "\r" not in text:
        for match in re.finditer("\n", text):
            yield Edit(*match.span(), "\r\n")


def wrap_lines(
    article: GoldArticle, silver: Silver | None, rng: random.Random
) -> tuple[GoldArticle, Silver | None]:
    """The article with its longer paragraphs hard-wrapped, and blank lines around them."""
    text, width = article.text, rng.choice(_WIDTHS)
    parts = paragraphs(text)
    edits = []
    for part in parts:
        breaks = list(_breaks(text, part, width))
        if len(breaks) >= _LEAST_ENDS:
            edits += [Edit(at, at + 1, "\n") for at in breaks]
    for part, following in pairwise(parts):
        if text.count("\n", part.end, following.start) < _BLANK_LINE:
            edits.append(Edit(part.end, following.start, "\n\n"))
    return apply_edits(article, silver, edits)


def _breaks(text: str, part: Span, width: int) -> Iterator[int]:
    """Offsets of the blanks at which lines of at most so many characters end."""
    start = part.start if "\n" not in part.of(text) else part.end
    while part.end - start > width:
        at = text.rfind(" ", start, start + width + 1)
        if at <= start:
            return
        yield at
        start = at + 1
