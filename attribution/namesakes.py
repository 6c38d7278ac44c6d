"""Stage 4b, first half: whether mentions can be one source, by their names and their pronouns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from attribution.gender import IT, THEY
from attribution.linking import Pairing
from attribution.wordclasses import DEFINITE

__all__ = [
    "Agreement",
    "clashing",
    "compatible",
    "fullest_name",
    "in_front",
    "introduced",
    "namesakes",
]

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_RELATIVE = frozenset("who whom which that".split())
#: What tells of the words right before it; "who" and "that" may tell of the sentence's subject.
_OF_THINGS = frozenset(("which",))
#: How many marks may stand between a relative pronoun and what it tells of.
_MARKS = 1


def compatible(pairing: Pairing, row: int, members: Sequence[int]) -> bool:
    """False when the mention and the source carry names of which neither holds the other.

    The source's is its fullest name: "Lu" and "Roe" are both "Lu Roe". A pair of people and one of
    them are two sources, and so are a person and whoever is told of by the person's name ("Roe's
    lawyer").
    """
    fullest = fullest_name(pairing, members)
    fits = fullest is None or bool(pairing.likeness.fits(row, [fullest])[0])
    return fits and not pairing.strangers[row, list(members)].any()


def clashing(pairing: Pairing, row: int, owner: Sequence[int] | Ints) -> Ints:
    """The sources of the mentions before, with repeats, that it cannot be a mention of.

    They are not :func:`compatible` with it, or most of what they are called says "he" and it "she",
    or it tells of somebody else (:meth:`Descriptions.barred`, :meth:`Descriptions.another_noun`).
    "Which" behind what is no mention is no source told of before.
    """
    sources = np.array(owner[:row], dtype=np.int64)
    clash = (
        ~pairing.likeness.fits(row, _fullest(pairing, sources).tolist())
        | pairing.strangers[row, :row]
    )
    if pairing.gender[row]:
        says = np.bincount(sources, weights=pairing.gender[:row])[sources]
        clash |= says * pairing.gender[row] < 0
    number = pairing.likeness.number
    told = pairing.descriptions
    clash |= told.barred(row, sources, number[:row] == number[row])
    clash |= told.another_noun(row, sources, pairing.one_person)
    clash |= _is_relative(pairing, row, _OF_THINGS) and in_front(pairing, row) is None
    return sources[clash]


def in_front(pairing: Pairing, row: int) -> int | None:
    """The mention that a relative pronoun stands right behind, the longest: "the board, which".

    In front of "who" only one with a person's name: not in "Roe is a clerk who". Where a body's
    name stands before "in" and the longest, it is the body's: "the Brask Institute in Quay, which".
    """
    mentions = pairing.table.mentions
    if not _is_relative(pairing, row, _RELATIVE):
        return None
    last = _last_word(pairing, row)
    if mentions[row].first - last > _MARKS + 1:
        return None
    found = pairing.ending.get(last)
    if found is not None:
        found = _of_place(pairing, found)
    whom = mentions[row].tokens[0] in ("who", "whom")
    return None if found is None or (whom and not pairing.persons[found]) else found


def _of_place(pairing: Pairing, row: int) -> int:
    """The body whose place a mention is, if one stands with "in" right before it, or itself."""
    at = pairing.table.mentions[row].first - 1
    body = pairing.ending.get(at - 1, row)
    return body if pairing.article.plain_words[at] == "in" and pairing.organizations[body] else row


def _last_word(pairing: Pairing, row: int) -> int:
    """The last word before a mention that is no mark."""
    lettered = pairing.article.document.lettered
    word = pairing.table.mentions[row].first - 1
    while word > 0 and not lettered[word]:
        word -= 1
    return word


def _is_relative(pairing: Pairing, row: int, words: frozenset[str]) -> bool:
    """Whether a mention is one of these pronouns, and does not open its sentence or quotation.

    Nor may a quotation end before it: "which" tells of its words.
    """
    article, mention = pairing.article, pairing.table.mentions[row]
    if not mention.first or mention.form != "pronoun" or mention.tokens[0] not in words:
        return False
    word, last = mention.first, _last_word(pairing, row)
    same = article.sentence[word] == article.sentence[last]
    return bool(same and article.quote[word] == article.quote[last])


def _fullest(pairing: Pairing, sources: Ints) -> Ints:
    """Of every mention before, given its source, that of the source with the fullest name."""
    places = np.arange(len(sources))
    order = np.lexsort((-places, np.array(pairing.name_words[: len(sources)], dtype=np.int64)))
    found = np.zeros(sources.max(initial=-1) + 1, dtype=np.int64)
    found[sources[order]] = order  # of a source's mentions the last assigned stays
    return found[sources]


@dataclass(frozen=True)
class Agreement:
    """Whether the pronouns of a source agree.

    A person whom the text calls "he" is no "she", "they" or "it", and nobody with a person's name
    is "it". Who is never called so may be "they", and so may several people, and bodies.

    ``foreseen`` (m) is above 0 for a mention of a person whom the text calls "he", be it only
    later, and below 0 for "she": "Roe left. They said no. He sat down."
    """

    pairing: Pairing
    foreseen: Ints

    @classmethod
    def after(cls, pairing: Pairing, owner: Ints) -> Agreement:
        """With the foresight of a first pass, which gave every mention the source in ``owner``."""
        gender = pairing.gender
        sums = _sums(cls.without_foresight(pairing).traits, owner)
        # Where a source is "he" and "she", pronouns do not tell which went wrong; titles do.
        sure = np.where(_is_both(sums)[owner] & (abs(gender) == 1), 0, gender)
        says = _sums(sure[:, None], owner)[:, 0] * _is_called(sums)
        # What goes on without a source may go on from the very pronoun that went wrong.
        worded = np.array([bool(mention.tokens) for mention in pairing.table.mentions], np.bool_)
        return cls(pairing, says[owner] * (worded & (pairing.pronouns < 0)))

    @classmethod
    def without_foresight(cls, pairing: Pairing) -> Agreement:
        """By what is said up to each mention alone."""
        return cls(pairing, np.zeros(len(pairing.table.mentions), dtype=np.int64))

    @cached_property
    def traits(self) -> Ints:
        """(m, 6): what is summed up over a source, see :func:`_is_called` and :func:`_at_odds`."""
        pairing, pronouns = self.pairing, self.pairing.pronouns
        says = np.where(pairing.gender, pairing.gender, self.foreseen)
        persons = pairing.persons.astype(np.int64) - pairing.organizations
        columns = (says > 0, says < 0, pairing.several, persons, pronouns == THEY, pronouns == IT)
        return np.array(columns, dtype=np.int64).T

    def holds(self, members: Sequence[int]) -> bool:
        """Whether mentions can be one source."""
        return not _at_odds(self.traits[list(members)].sum(0))

    def broken(self, owner: Ints) -> bool:
        """Whether a source is what it cannot be, given the source of every mention."""
        return bool(_at_odds(_sums(self.traits, owner)).any())

    def against(self, row: int, owner: Sequence[int] | Ints) -> Ints:
        """The sources of the mentions before that would not agree with this one."""
        sums = _sums(self.traits[:row], np.array(owner[:row], dtype=np.int64))
        return np.flatnonzero(_at_odds(sums + self.traits[row]))


def _sums(traits: Ints, owner: Ints) -> Ints:
    """(sources, traits): the sums over the mentions of each source."""
    sums = np.zeros((owner.max(initial=-1) + 1, traits.shape[1]), dtype=np.int64)
    np.add.at(sums, owner, traits)
    return sums


def _is_both(sums: Ints) -> Bools:
    """Whether sources are called "he" and "she"."""
    return np.asarray((sums[..., :2] > 0).all(-1))


def _is_called(sums: Ints) -> Bools:
    """Whether sources are one person called "he" or "she"; several people and bodies are not.

    Where a source has names of persons and of bodies, the more frequent kind counts.
    """
    he, she, several, persons = sums[..., :4].T
    return np.asarray((he + she > 0) & (several == 0) & (persons >= 0))


def _at_odds(sums: Ints) -> Bools:
    """Whether the pronouns of sources do not agree."""
    _, _, several, persons, they, it = sums.T
    named = (several == 0) & (persons > 0)
    return np.asarray(_is_both(sums) | (_is_called(sums) & (they + it > 0)) | (named & (it > 0)))


def introduced(pairing: Pairing, row: int, owner: Sequence[int] | Ints) -> int | None:
    """The nameless source before that a mention gives its name, if it does and nothing clashes.

    "An analyst said so. The analyst, Lu Poe, ..."; see :meth:`Descriptions.introduced`. A name that
    the text had before has its source.
    """
    sources = np.array(owner[:row], dtype=np.int64)
    sentences = pairing.article.sentence[pairing.first]
    found = pairing.descriptions.introduced(row, sources, sentences)
    if found is None or found in clashing(pairing, row, owner):
        return None
    known = any(
        namesakes(pairing, row, int(at)) for at in np.flatnonzero(pairing.descriptions.named[:row])
    )
    return None if known else found


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
