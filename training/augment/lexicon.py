"""Which words of the training articles are names, of what, and for whom.

Nothing here lists names. A word counts as a name when the articles hardly ever have it in lower
case; what kind of name it is follows from the gold sources and the silver entities.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from attribution.wordclasses import DETERMINERS, TITLES

__all__ = ["WORD", "Lexicon", "NamePool", "Words", "name_parts", "person_words", "without_the"]

#: A word of letters with inner apostrophes, without a possessive or verb ending.
WORD = re.compile(r"[^\W\d_]+(?:['’](?!(?i:s|ll|re|ve|d|m)\b)[^\W\d_]+)*")
_STOPPED = re.compile(r"\b([A-Z]\w{1,4})\.")
_CALENDAR = frozenset(
    name.casefold()
    for names in (calendar.month_name, calendar.month_abbr, calendar.day_name, calendar.day_abbr)
    for name in names
)
#: Share of a word's occurrences in lower case from which it is an ordinary word.
_ORDINARY = 0.05
#: Share of a short word's occurrences before a full stop from which it is an abbreviation.
_SHORTENED = 0.7


@dataclass(frozen=True)
class Words:
    """Counts of words in some texts: in lower case, capitalised, and short ones before a stop."""

    lower: Counter[str] = field(default_factory=Counter)
    upper: Counter[str] = field(default_factory=Counter)
    stopped: Counter[str] = field(default_factory=Counter)

    def add(self, text: str) -> None:
        for word, number in Counter(WORD.findall(text)).items():
            (self.lower if word.islower() else self.upper)[word.casefold()] += number
        self.stopped.update(word.casefold() for word in _STOPPED.findall(text))

    def is_name(self, word: str) -> bool:
        """True for a capitalised word that is hardly ever an ordinary word, title or date."""
        folded = word.casefold()
        return (
            len(word) > 2
            and word[0].isupper()
            and not word.isupper()
            and folded not in _CALENDAR
            and folded not in TITLES
            and self.lower[folded] <= _ORDINARY * self.upper[folded]
            and self.stopped[folded] <= _SHORTENED * self.upper[folded]
        )


@dataclass(frozen=True)
class NamePool:
    """Names to draw from, each list sorted so that equal seeds give equal draws.

    ``first`` is by gender: 1 for sure "he", -1 for sure "she", 0 for all. ``places`` do not follow
    "the"; ``acronyms`` are by whether they do. ``distinctive`` are the words of organisations and
    outlets that are names themselves; ``bodies`` are names made of ordinary words, by their last;
    ``outlets`` are short names of outlets.
    """

    first: Mapping[int, Sequence[str]]
    last: Sequence[str]
    places: Sequence[str]
    acronyms: Mapping[bool, Sequence[str]]
    distinctive: Sequence[str]
    bodies: Mapping[str, Sequence[str]]
    outlets: Sequence[str]


@dataclass(frozen=True)
class Lexicon:
    """Words of the training articles and the names among them.

    ``kinds`` counts how often silver entities of a kind hold a word; ``genders`` has 1 for first
    names of "he" and -1 for those of "she", by the best evidence there is; ``surnames`` are last
    words of persons' names; ``organizations`` are the names that gold sources give organisations
    and outlets; ``definite`` are the names of places and organisations that mostly follow "the".
    """

    words: Words
    kinds: Mapping[str, Mapping[str, int]]
    genders: Mapping[str, int]
    surnames: frozenset[str]
    organizations: frozenset[str]
    definite: frozenset[str]
    pool: NamePool

    def mostly(self, word: str) -> str | None:
        """The kind of silver entity that most often holds the word."""
        counts = self.kinds.get(word)
        return max(sorted(counts), key=lambda kind: counts[kind]) if counts else None


def person_words(name: str) -> list[str]:
    """Words of a person's name, without titles, initials, and what follows a comma or bracket.

    Empty when it is no plain name: a longer word of it has no capital.
    """
    words = [word for word in re.split(r"[,(]", name)[0].split() if word[-1] != "."]
    while len(words) > 1 and words[0].casefold() in TITLES:
        del words[0]
    plain = all(word[0].isupper() or len(word) < 5 for word in words)
    return words if plain and words and words[-1][0].isupper() and len(words) <= 5 else []


def name_parts(word: str) -> list[str]:
    """A name's word cut at hyphens, typewriter apostrophes throughout."""
    return [part.replace("’", "'") for part in WORD.findall(word)]


def without_the(name: str) -> str:
    """An organisation's name without its determiner, blanks single."""
    words = name.split()
    return " ".join(words[1:] if len(words) > 1 and words[0].lower() in DETERMINERS else words)
