"""Pull quotes: short paragraphs whose words stand in the article once more.

Papers set them large between paragraphs. On a page they are marks of design; in a text they would
be claims and sentences counted twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from attribution.types import Span

__all__ = ["pull_quotes"]

#: Words of a pull quote: fewer recur by chance ("Not so fast."), more are set as a block.
_LEAST, _MOST = 6, 60
#: Places that are looked at for one opening, those in the longest paragraphs: bounds the time.
_PLACES = 20
_WORDS = re.compile(r"\w+(?:['’]\w+)*")
#: Who is quoted, set below or behind a pull quote: "– Ada Roe, harbour master".
_SIGNED = re.compile(r"\s*[-–—―] ?[A-Z][^.!?\n]{2,80}$")


def pull_quotes(text: str, parts: Sequence[Span]) -> tuple[Span, ...]:
    """Paragraphs that another, longer one holds word for word.

    Args:
        text: An article.
        parts: Its paragraphs, in order.

    Returns:
        Those of six to sixty words, without a signature behind a dash. Equal paragraphs are none: a
        text that is printed twice is twice as long.
    """
    words = [tuple(_WORDS.findall(part.of(text).casefold())) for part in parts]
    openings: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    short = [place for place, said in enumerate(words) if _LEAST <= len(said) <= _MOST]
    wanted = {words[place][:_LEAST] for place in short}
    for place in sorted(range(len(words)), key=lambda place: -len(words[place])):
        said = words[place]
        for at in range(len(said) - _LEAST + 1):
            if (opening := said[at : at + _LEAST]) in wanted:
                places = openings.setdefault(opening, [])
                if len(places) < _PLACES:
                    places.append((place, at))
    return tuple(
        parts[place]
        for place in short
        if _recurs(place, _unsigned(text, parts[place]), words, openings)
    )


def _unsigned(text: str, part: Span) -> tuple[str, ...]:
    return tuple(_WORDS.findall(_SIGNED.sub("", part.of(text)).casefold()))


def _recurs(
    place: int,
    said: tuple[str, ...],
    words: Sequence[tuple[str, ...]],
    openings: dict[tuple[str, ...], list[tuple[int, int]]],
) -> bool:
    if len(said) < _LEAST:
        return False
    return any(
        words[other][at : at + len(said)] == said and len(words[other]) > len(words[place])
        for other, at in openings.get(said[:_LEAST], ())
        if other != place
    )
