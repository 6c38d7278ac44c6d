"""Stage 4b, first half: whether two mentions can have one name, so that they may be one source."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from attribution.linking import Pairing
from attribution.wordclasses import DEFINITE

__all__ = ["clashing", "compatible", "fullest_name", "namesakes"]

Ints = NDArray[np.int64]


def compatible(pairing: Pairing, row: int, members: Sequence[int]) -> bool:
    """False when the mention and the source carry names of which neither holds the other.

    A pair of people and one of them are two sources.
    """
    return bool(pairing.likeness.fits(row, members).all())


def clashing(pairing: Pairing, row: int, owner: Sequence[int] | Ints) -> Ints:
    """The sources of the mentions before, with repeats, that it cannot be a mention of.

    They are not :func:`compatible` with it, or most of what they are called says "he" and it "she".
    """
    sources = np.array(owner[:row], dtype=np.int64)
    clash = ~pairing.likeness.fits(row, slice(row))
    if pairing.gender[row]:
        says = np.bincount(sources, weights=pairing.gender[:row])[sources]
        clash |= says * pairing.gender[row] < 0
    return sources[clash]


def fullest_name(pairing: Pairing, members: Sequence[int]) -> int | None:
    """Of a source's mentions the one with the most words in its own names, if any has one."""
    named = [member for member in members if pairing.wordings[member].names]
    return max(named, key=pairing.name_words.__getitem__, default=None)


def namesakes(pairing: Pairing, one: int, other: int) -> bool:
    """True when one mention's name is the other's, its end, or its acronym.

    "Roe" and "Lu Poe Roe", "the Post" and "the Quay Post"; not "the Senate" and "the Senate
    committee", nor "Halvard" and "Radio Halvard".
    """
    lengths = pairing.name_words
    first, second = (one, other) if lengths[one] <= lengths[other] else (other, one)
    if not pairing.likeness.within(first, second):
        return pairing.likeness.acronym(first, second)
    short, long = pairing.wordings[first].names, pairing.wordings[second].names
    # Family names stand first in some languages, so any one word of a person's name will do.
    persons = bool(pairing.persons[[one, other]].all())
    if not persons and lengths[first] == 1 < lengths[second] and _is_bare(pairing, first):
        return False
    return all(
        a[-1] == b[-1] or (persons and len(a) == 1) for a, b in zip(short, long, strict=True)
    )


def _is_bare(pairing: Pairing, row: int) -> bool:
    """True for a name in passing without an article, as a town has: it says nothing, nor passes on.

    Outlets and bodies are shortened to their last word with an article ("the Post").
    """
    mention = pairing.table.mentions[row]
    document = pairing.article.document
    before = document.words[max(0, mention.first - 1) : mention.first + 1]
    told = {word.of(document.text).lower() for word in before}
    return mention.role == "entity" and not told & DEFINITE
