"""Quotation marks: other styles of them, and quotations that lack one."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from attribution.types import Span
from training.augment.edits import Edit, Silver, apply_edits, paragraphs
from training.readers.gold import GoldArticle

__all__ = ["STYLES", "Quotation", "Style", "lose_marks", "quotations", "restyle", "restyle_edits"]


@dataclass(frozen=True, slots=True)
class Style:
    """Marks of outer and inner quotations, the apostrophe, and how often to draw the style."""

    outer: tuple[str, str]
    inner: tuple[str, str]
    apostrophe: str
    weight: float


@dataclass(frozen=True, slots=True)
class Quotation:
    """The marks around a quotation; ``closing`` is None when the next paragraph goes on."""

    opening: Span
    closing: Span | None
    depth: int


STYLES = (
    Style(('"', '"'), ("'", "'"), "'", 4),
    Style(("“", "”"), ("‘", "’"), "’", 4),
    Style(("'", "'"), ('"', '"'), "'", 2),
    Style(("‘", "’"), ("“", "”"), "’", 3),
    Style(("«", "»"), ("“", "”"), "’", 0.5),
    Style(("„", "“"), ("‚", "‘"), "’", 0.3),
    Style(("„", "”"), ("‚", "’"), "’", 0.3),
)

#: One mark is lost, and another for each so many quotations; the opening one more rarely.
_FOR_EACH_LOST = 15
_OPENING_LOST = 0.4

_MARK = re.compile("''|``|[\"“”„«»'‘’‚‹›]")
#: Marks that belong together, by one of them.
_FAMILY = {
    **dict.fromkeys("'‘’‚‹›", "'"),
    **dict.fromkeys("“”„", "“"),
    **dict.fromkeys("«»", "«"),
    "``": "''",
}
_APOSTROPHES = frozenset("'‘’")
_OPENING, _CLOSING = frozenset(("“", "„", "«", "‚", "‹", "``")), frozenset("”»›")
_BEFORE_OPENING = re.compile(r"[\s(\[{/—–\-\"“„«'‘]")
_BEFORE_CLOSING = re.compile(r"[\w.,;:!?…)\]—–\-\"”»'’%$€£]")
_LATER_CLOSING = re.compile(r"\S(['’])(?![^\W_])")
_DECADE = re.compile(r"\d")


def restyle(
    article: GoldArticle, silver: Silver | None, rng: random.Random
) -> tuple[GoldArticle, Silver | None]:
    """The article with all quotation marks and apostrophes in another style."""
    first, second = rng.choices(STYLES, [style.weight for style in STYLES], k=2)
    edits = list(restyle_edits(article.text, first)) or restyle_edits(article.text, second)
    return apply_edits(article, silver, edits)


def restyle_edits(text: str, style: Style) -> Iterator[Edit]:
    """Edits that put the marks of a style in the place of the text's own.

    Marks without a partner change only within their kind, single or double.
    """
    paired: set[int] = set()
    for quotation in quotations(text):
        marks = style.inner if quotation.depth % 2 else style.outer
        for place, mark in zip((quotation.opening, quotation.closing), marks, strict=True):
            if place is not None:
                paired.add(place.start)
                if place.of(text) != mark:
                    yield Edit(place.start, place.end, mark)
    for match in _MARK.finditer(text):
        mark = match.group()
        if match.start() in paired:
            continue
        if mark in _APOSTROPHES:
            new = style.apostrophe
        elif mark in ('"', "“", "”") and style.outer[0] in ('"', "“"):
            new = style.outer[0 if _opens(text, match.start(), match.end()) else 1]
        else:
            continue
        if mark != new:
            yield Edit(*match.span(), new)


def lose_marks(
    article: GoldArticle, silver: Silver | None, rng: random.Random
) -> tuple[GoldArticle, Silver | None]:
    """The article with a few quotations short of a mark; speech there becomes unknown.

    Where one mark is missing the others of its paragraph may pair differently, so all claims with
    content in the paragraph lose their speech label.
    """
    marks = [
        item.opening if rng.random() < _OPENING_LOST else item.closing
        for item in quotations(article.text)
        if item.closing and item.depth == 0
    ]
    lost = rng.sample(marks, min(len(marks), 1 + len(marks) // _FOR_EACH_LOST))
    parts = paragraphs(article.text)
    around = [part for part in parts if any(part.contains(mark) for mark in lost)]
    claims = tuple(
        replace(claim, speech=None)
        if any(piece.overlaps(part) for piece in claim.content for part in around)
        else claim
        for claim in article.claims
    )
    edits = [Edit(mark.start, mark.end, "") for mark in lost]
    return apply_edits(replace(article, claims=claims), silver, edits)


def quotations(text: str) -> list[Quotation]:
    """The quotations of a text by their opening marks; marks without a partner are in none."""
    found: list[Quotation] = []
    parts = paragraphs(text)
    for index, part in enumerate(parts):
        following = parts[index + 1] if index + 1 < len(parts) else None
        goes_on = following is not None and bool(_MARK.match(text, following.start))
        found.extend(_pairs(text, part, goes_on))
    return found


def _pairs(text: str, part: Span, goes_on: bool) -> Sequence[Quotation]:
    """Quotations of one paragraph, matched with a stack."""
    stack: list[tuple[Span, str]] = []
    found: list[Quotation] = []
    for match in _MARK.finditer(text, part.start, part.end):
        place = Span(*match.span())
        family = _FAMILY.get(match.group(), match.group())
        single = family == "'"
        families = [item for _, item in stack]
        # Scraped texts close a curly mark with a straight one.
        partner = "“" if family == '"' and '"' not in families else family
        if partner in families and _closes(text, place, part, single):
            level = len(families) - 1 - families[::-1].index(partner)
            found.append(Quotation(stack[level][0], place, level))
            del stack[level:]
        elif _opens(text, *match.span(), part) and (not single or _has_end(text, place, part)):
            if family in families and not single:
                del stack[families.index(family) :]
            stack.append((place, family))
    if goes_on and stack and stack[0][1] != "'":
        found.append(Quotation(stack[0][0], None, 0))
    return sorted(found, key=lambda item: item.opening)


def _opens(text: str, start: int, end: int, part: Span | None = None) -> bool:
    """True when a mark can open a quotation: free before it, a word behind it."""
    mark = text[start:end]
    if mark in _OPENING:
        return True
    if mark in _CLOSING or (mark == "’"):
        return False
    first = start == (part.start if part else 0)
    free = first or bool(_BEFORE_OPENING.match(text, start - 1))
    return free and end < (part.end if part else len(text)) and not text[end].isspace()


def _closes(text: str, place: Span, part: Span, single: bool) -> bool:
    """True when a mark can close a quotation: a word or stop before it, free behind it."""
    mark = place.of(text)
    if mark in ("”", "»", "›"):
        return True
    if mark in ("„", "«", "‹", "‚", "``") or not _BEFORE_CLOSING.match(text, place.start - 1):
        return False
    after = text[place.end : place.end + 1] if place.end < part.end else " "
    if not single:
        return mark != "“" or after.isspace() or not after.isalnum()
    if after.isalnum() or mark == "‘":
        return False
    # "the workers' rights": a plural's apostrophe, if the quotation can still close further on.
    plural = text[place.start - 1] == "s" and re.match(r" [a-z]", text[place.end : place.end + 2])
    return not (plural and _has_end(text, place, part))


def _has_end(text: str, place: Span, part: Span) -> bool:
    """True when a single mark behind this one, in the paragraph, can close its quotation."""
    if _DECADE.match(text, place.end):
        return False
    return _LATER_CLOSING.search(text, place.end, min(part.end + 1, len(text))) is not None
