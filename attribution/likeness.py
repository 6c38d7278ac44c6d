"""Stage 4b, before linking: what the words and names of two mentions have in common.

An article repeats few wordings ("he", "the board"), so all pairs of them are compared at once, as
arrays: one by one, comparing words takes half of the time of linking. A pair takes six bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from attribution.entities import Entity
from attribution.mentions import Mention, own_names
from attribution.wordclasses import DEFINITE, INDEFINITE, PRONOUNS, TITLES

__all__ = ["COMPARED", "Likeness", "Name", "Wording", "compare", "wording_of"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Name = tuple[str, ...]

#: What a mention and another share, as numbers from 0 to 1. All but one are 0 or 1.
COMPARED = (
    "same_words",
    "same_last_word",
    "shared_words",
    "words_within_source",
    "source_within_words",
    "same_name",
    "name_within_source",
    "source_within_name",
    "last_word_in_name",
    "acronym",
)
_SHARED = COMPARED.index("shared_words")
_FLAGS = (*COMPARED[:_SHARED], *COMPARED[_SHARED + 1 :])
#: Further flags: as many names, each with its words in its fellow of the other; one source can have
#: both, as a name of one holds that of the other, or one has none.
_WITHIN, _FITS = "within", "fits"
_BIT = {name: np.uint16(1 << place) for place, name in enumerate((*_FLAGS, _WITHIN, _FITS))}
_BITS = np.array([_BIT[name] for name in _FLAGS], dtype=np.uint16)
_COLUMNS = [COMPARED.index(name) for name in _FLAGS]
_ARTICLES = DEFINITE | INDEFINITE


@dataclass(frozen=True)
class Wording:
    """A mention's words prepared for comparison.

    ``content`` are its words without articles and pronouns, ``names`` its own names, one a person
    (without one the single word that only a name can be), ``initials`` the capitals that an
    acronym of the first name has.
    """

    words: tuple[str, ...]
    content: frozenset[str]
    names: tuple[Name, ...]
    initials: str


@dataclass(frozen=True)
class Likeness:
    """All pairs of the mentions of an article.

    Attributes:
        number: (m) of every mention the number of its wording; equal wordings share one.
        shared: (w, w) content words that two wordings share, as a part of the shorter one's.
        flags: (w, w) what a wording (row) has in common with another (column), a bit each.
    """

    number: Ints
    shared: Floats
    flags: NDArray[np.uint16]

    def compared(self, rows: int | Ints, places: Ints) -> Floats:
        """Features (places, COMPARED) of mentions, one or as many, each with another."""
        pairs = self.number[rows], self.number[places]
        found = np.empty((len(places), len(COMPARED)), dtype=np.float32)
        found[:, _SHARED] = self.shared[pairs]
        found[:, _COLUMNS] = (self.flags[pairs][:, None] & _BITS) != 0
        return found

    def sharing(self, row: int, before: int) -> Ints:
        """Those of the first mentions, ``before`` of them, that share a content word with it."""
        return np.flatnonzero(self.shared[self.number[row], self.number[:before]])

    def fits(self, row: int, places: Sequence[int] | slice) -> Bools:
        """Whether one source can have the mention and each of the others.

        A name of one holds that of the other, or one has none. A pair of people and one of them
        are two sources.
        """
        return (self.flags[self.number[row], self.number[places]] & _BIT[_FITS]) != 0

    def within(self, one: int, other: int) -> bool:
        """Whether both have as many names, each of the one with its words in the other's."""
        return self._has(_WITHIN, one, other)

    def acronym(self, one: int, other: int) -> bool:
        """Whether the only name word of either is made of the other's initials."""
        return self._has("acronym", one, other)

    def _has(self, flag: str, one: int, other: int) -> bool:
        return bool(self.flags[self.number[one], self.number[other]] & _BIT[flag])


def wording_of(mention: Mention) -> Wording:
    """The words of a mention, in small letters."""
    words = tuple(_plain(token) for token in mention.tokens if token[0].isalnum())
    content = frozenset(word for word in words if word not in _ARTICLES and word not in PRONOUNS)
    own = own_names(mention)
    names = []
    for entity in own:
        inner = _inside(mention, entity)
        plain = [_plain(token) for token in inner if token[0].isalnum() and len(token) > 1]
        name = tuple(word for word in plain if word not in TITLES)
        if name:
            names.append(name)
    if mention.form == "name" and not mention.names and _is_proper(mention):
        names.append(words)
    # Of the name's words alone: "the Quay Harbour Board (QHB)" begins with q, h and b.
    spelt = [
        token
        for entity in own[:1]
        for token in _inside(mention, entity)
        if token[0].isupper() and not (len(token) > 1 and token.isupper())
    ]
    initials = "".join(token[0].lower() for token in spelt)
    return Wording(words, content, tuple(names), initials)


def _is_proper(mention: Mention) -> bool:
    """Whether a mention without a recognised name is one word that only a name can be.

    It has a capital inside: "L'Équipe", "ProRail". "Police" may be any, "Ex-Mayor" in a headline.
    """
    (word, *more) = mention.tokens
    return not more and any(
        (left.islower() or left in "'’") and right.isupper() for left, right in pairwise(word)
    )


def _inside(mention: Mention, entity: Entity) -> tuple[str, ...]:
    return mention.tokens[entity.first - mention.first : entity.last - mention.first + 1]


def _plain(token: str) -> str:
    return token.lower().replace("’", "'")


def compare(wordings: Sequence[Wording]) -> Likeness:
    """What all mentions of an article share, by their wordings."""
    numbers: dict[Wording, int] = {}
    number = np.array([numbers.setdefault(item, len(numbers)) for item in wordings], np.int64)
    distinct = list(numbers)
    flags = np.zeros((len(distinct), len(distinct)), dtype=np.uint16)
    shared = _set_words(flags, distinct)
    _set_names(flags, distinct)
    return Likeness(number, shared, flags)


def _set(flags: NDArray[np.uint16], name: str, found: Bools) -> None:
    flags |= found * _BIT[name]


def _set_words(flags: NDArray[np.uint16], distinct: Sequence[Wording]) -> Floats:
    """The flags of words; returns the part of the words that is shared."""
    worded = np.array([bool(item.words) for item in distinct], dtype=bool)
    both = worded[:, None] & worded
    held = _held([item.content for item in distinct], {})
    shared = held @ held.T
    size = held.sum(1)
    inside = (shared == size[:, None]) & (size > 0)[:, None]
    _set(flags, "same_words", both & _equal([item.words for item in distinct]))
    _set(flags, "same_last_word", both & _equal([item.words[-1:] for item in distinct]))
    _set(flags, "words_within_source", inside)
    _set(flags, "source_within_words", inside.T)
    shared /= np.maximum(1, np.minimum(size[:, None], size))
    return shared


def _set_names(flags: NDArray[np.uint16], distinct: Sequence[Wording]) -> None:
    """The flags of names, and whether they fit."""
    named = np.array([bool(item.names) for item in distinct], dtype=bool)
    known = named[:, None] & named
    within, holds = _names(distinct)
    acronym = _acronyms(distinct)
    _set(flags, "same_name", known & _equal([item.names for item in distinct]))
    _set(flags, "name_within_source", known & within)
    _set(flags, "source_within_name", known & within.T)
    _set(flags, "last_word_in_name", holds)
    _set(flags, "acronym", acronym)
    _set(flags, _WITHIN, within)
    _set(flags, _FITS, ~known | within | within.T | acronym)


def _names(distinct: Sequence[Wording]) -> tuple[Bools, Bools]:
    """Whether names lie within the other's, and whether the last word is in one of them."""
    words: dict[str, int] = {}
    count = np.array([len(item.names) for item in distinct], dtype=np.int64)
    within = count[:, None] == count
    for place in range(count.max(initial=0)):
        held = _held(
            [item.names[place] if place < len(item.names) else () for item in distinct], words
        )
        inside = held @ held.T == held.sum(1)[:, None]
        within &= inside | (count <= place)[:, None]
    everything = _held([[word for name in item.names for word in name] for item in distinct], words)
    last = _held([item.words[-1:] for item in distinct], words)
    width = everything.shape[1]
    return within, last[:, :width] @ everything.T > 0


def _acronyms(distinct: Sequence[Wording]) -> Bools:
    """Whether the only name word of one is the other's initials, whichever is which."""
    numbers: dict[str, int] = {}
    alone = [
        item.names[0][0] if len(item.names) == 1 and len(item.names[0]) == 1 else None
        for item in distinct
    ]
    spelt = [item.initials if len(item.initials) > 1 else None for item in distinct]
    short, long = (
        np.array(
            [none if word is None else numbers.setdefault(word, len(numbers)) for word in words],
            dtype=np.int64,
        )
        for words, none in ((alone, -1), (spelt, -2))
    )
    found = short[:, None] == long
    return found | found.T


def _held(groups: Sequence[Iterable[str]], columns: dict[str, int]) -> Floats:
    """(groups, columns): 1 where a group has a word. Words without a column are given one."""
    places = [
        (row, columns.setdefault(word, len(columns)))
        for row, group in enumerate(groups)
        for word in group
    ]
    held = np.zeros((len(groups), len(columns)), dtype=np.float32)
    if places:
        held[tuple(np.array(places).T)] = 1.0
    return held


def _equal(things: Sequence[tuple[object, ...]]) -> Bools:
    """(things, things): whether two are the same."""
    numbers: dict[object, int] = {}
    mine = np.array([numbers.setdefault(item, len(numbers)) for item in things], dtype=np.int64)
    return mine[:, None] == mine
