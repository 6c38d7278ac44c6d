"""Stage 4b, before linking: which descriptions without a name cannot be of one source.

"A senior official" and "another official" are two, whatever their words have in common: who is
told of anew has not been told of before. And whoever is told of by a person's name ("Roe's lawyer",
"the Roe campaign") is not that person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from attribution.entities import Entity
from attribution.mentions import (
    Mention,
    described_through,
    head_name,
    head_noun,
    is_before_noun,
    own_names,
)
from attribution.wordclasses import HERS, HIS, INDEFINITE, POSSESSIVE, TITLES

__all__ = ["Descriptions", "introducing", "strangers"]

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_NOTHING, _ANOTHER, _NEXT, _OTHER, _INDEFINITE = range(5)
_ORDINALS = frozenset("second third fourth fifth sixth seventh eighth ninth tenth".split())
_DESCRIBING = frozenset(("definite", "indefinite", "bare", "name"))
#: Words behind "the" that stand for a noun, or for any person's.
_ANY_NOUN = _ORDINALS | HIS | HERS | frozenset("first last latter former other source".split())
#: How many sentences before its noun may introduce whom "the analyst, Lu Poe" names.
_INTRODUCED = 8


@dataclass(frozen=True)
class Descriptions:
    """The mentions of an article by how they describe.

    Attributes:
        mentions: all mentions in text order.
        opening: (m) whether a mention tells of somebody anew, and how.
        nouns: number of each noun of theirs.
        head: (m) number of its noun, -1 for pronouns and zero mentions.
        named: (m) whether it has a name; "a Skerrin Board source" has none.
        described: (m) whether it describes and has none.
        plain: (m) whether it does so without an article.
    """

    mentions: Sequence[Mention]
    opening: Ints
    nouns: Mapping[str, int]
    head: Ints
    named: Bools
    described: Bools
    plain: Bools

    @classmethod
    def of(cls, mentions: Sequence[Mention]) -> Descriptions:
        """The descriptions among mentions."""
        numbers: dict[str, int] = {}
        named = np.array([_is_named(mention) for mention in mentions], dtype=np.bool_)
        forms = [_form(mention, own) for mention, own in zip(mentions, named, strict=True)]
        describes = np.array([form in _DESCRIBING for form in forms], dtype=np.bool_)
        plain = np.array([form in ("bare", "name") for form in forms], dtype=np.bool_)
        heads = [
            numbers.setdefault(head_noun(mention.tokens), len(numbers)) if there else -1
            for mention, there in zip(mentions, describes, strict=True)
        ]
        return cls(
            mentions,
            np.array(list(map(_opening, mentions, forms)), dtype=np.int64) * ~named,
            numbers,
            np.array(heads, dtype=np.int64),
            named,
            describes & ~named,
            describes & ~named & plain,
        )

    def barred(self, row: int, sources: Ints, same_words: Bools) -> Bools:
        """Of every mention before ``row`` whether its source cannot be the mention's.

        "Another aide" is nobody told of before; nor is "a second aide", but in the same words.
        "The other" is no nameless source that was not told of as another, and "an aide" no
        nameless source but in the same words, or where a noun of its stood without an article:
        "Aides say so. Some aides ..." Names and lone pronouns are left to the scorer.

        Args:
            row: the mention.
            sources: (row) the sources of the mentions before.
            same_words: (row) which of them have its words.
        """
        opening = self.opening[row]
        if opening == _NOTHING or not row:
            return np.zeros(row, dtype=np.bool_)
        # The same words once more, as in "two people" and "two people who saw it".
        last = np.array([mention.last for mention in self.mentions[:row]])
        fits = last >= self.mentions[row].first
        if opening == _NEXT:
            fits |= same_words
        if opening in (_ANOTHER, _NEXT):
            return ~_any(fits, sources)
        if opening == _OTHER:
            fits |= np.isin(self.opening[:row], (_ANOTHER, _NEXT, _OTHER))
        else:
            fits |= same_words | (self.plain[:row] & np.isin(self.head[:row], self._nouns(row)))
        return self._nameless(sources) & ~_any(fits, sources)

    def another_noun(self, row: int, sources: Ints, persons: Bools) -> Bools:
        """Of every mention before ``row`` whether its source is another person by the noun.

        "The judge" is no nameless source that was told of as "the lawyer", and never as a judge;
        "the woman" and "the source" may be anybody.

        Args:
            row: the mention.
            sources: (row) the sources of the mentions before.
            persons: (m) which mentions tell of one person.
        """
        told = self._definite & persons
        if not told[row] or not row:
            return np.zeros(row, dtype=np.bool_)
        nouns = self._nouns(row)
        shared = np.isin(self.head[:row], nouns)
        having = self._having[int(self.head[row])]
        shared[having[: np.searchsorted(having, row)]] = True
        return self._nameless(sources) & _any(told[:row], sources) & ~_any(shared, sources)

    @cached_property
    def _definite(self) -> Bools:
        """(m) whether a mention describes by "the" and a noun that not anybody may have."""
        says = [
            there and item.tokens[0].lower() == "the" and _tells_apart(head_noun(item.tokens))
            for item, there in zip(self.mentions, self.described.tolist(), strict=True)
        ]
        return np.array(says, dtype=np.bool_)

    @cached_property
    def _having(self) -> dict[int, Ints]:
        """For the number of each noun the mentions among whose words it is."""
        found: dict[int, list[int]] = {noun: [] for noun in self.nouns.values()}
        for row in range(len(self.mentions)):
            for noun in self._nouns(row):
                found[noun].append(row)
        return {noun: np.array(rows, dtype=np.int64) for noun, rows in found.items()}

    def introduced(self, row: int, sources: Ints, sentences: Ints) -> int | None:
        """The nameless source that a mention like "the analyst, Lu Poe" gives its name, if any.

        It is the only one of the last sentences that was told of with the noun and all words
        before it ("an analyst of the bank"), and without an article that says "the".

        Args:
            row: the mention.
            sources: (row) the sources of the mentions before.
            sentences: (m) the sentence of every mention.
        """
        mention = self.mentions[row]
        words = introducing(mention)
        if not words:
            return None
        fits = self.described[:row] & self._nameless(sources)
        fits &= sentences[:row] >= sentences[row] - _INTRODUCED
        found = {
            int(sources[place])
            for place in np.flatnonzero(fits).tolist()
            if self.mentions[place].form != "definite"
            and head_noun(self.mentions[place].tokens) == words[-1]
            and {token.lower() for token in self.mentions[place].tokens}.issuperset(words)
        }
        return found.pop() if len(found) == 1 else None

    def _nouns(self, row: int) -> list[int]:
        """Numbers of the nouns among a mention's words."""
        words = {token.lower() for token in self.mentions[row].tokens}
        return [self.nouns[word] for word in words if word in self.nouns]

    def _nameless(self, sources: Ints) -> Bools:
        """Of every mention before whether its source is described and has no name."""
        row = len(sources)
        return _any(self.described[:row], sources) & ~_any(self.named[:row], sources)


def _tells_apart(noun: str) -> bool:
    """False for a noun that anybody may have: "the woman", "the 34-year-old", "the gran-of-two"."""
    return noun.isalpha() and noun not in _ANY_NOUN


def _any(holds: Bools, sources: Ints) -> Bools:
    """Of every mention whether it holds for one of its source's."""
    return np.asarray(np.bincount(sources, weights=holds)[sources] > 0)


def _is_named(mention: Mention) -> bool:
    """Whether a mention has a name of its own that tells whom it means.

    A body's name between "a" and a noun does not: "a Skerrin Board source".
    """
    own = own_names(mention)
    if not own or own[0].type == "PERSON" or mention.tokens[0].lower() not in INDEFINITE:
        return bool(own)
    return not is_before_noun(mention, own[-1])


def _form(mention: Mention, named: bool) -> str:
    """The form, which is that of its article for a description with somebody else's name."""
    indefinite = not named and mention.tokens and mention.tokens[0].lower() in INDEFINITE
    return "indefinite" if indefinite and mention.form == "name" else mention.form


def strangers(mentions: Sequence[Mention]) -> Bools:
    """(m, m): whether one is told of by the other's name, and so is somebody else."""
    found = np.zeros((len(mentions), len(mentions)), dtype=np.bool_)
    persons = [
        (row, _name(mention, entity))
        for row, mention in enumerate(mentions)
        for entity in own_names(mention)
        if entity.type == "PERSON"
    ]
    for row, mention in enumerate(mentions):
        for name in _owners(mention):
            for other, own in persons:
                if name <= own or own <= name:
                    found[row, other] = found[other, row] = True
    return found


def _owners(mention: Mention) -> list[frozenset[str]]:
    """Names by which a mention without a person's own name tells of somebody else.

    "Roe's lawyer", "the Roe campaign", "a lawyer for Roe", "friends of the builder Roe"; "one of
    Roe" and "a letter from Roe" are left to the scorer. The name may pass for a body's there.
    """
    if mention.role == "entity" or any(item.type == "PERSON" for item in own_names(mention)):
        return []
    return [
        _name(mention, entity)
        for entity in mention.names
        if is_before_noun(mention, entity)
        or _is_possessive(mention, entity)
        or _is_anothers(mention, entity)
    ]


def _is_anothers(mention: Mention, entity: Entity) -> bool:
    """Whether a person's name stands behind a preposition that sets apart: "a lawyer for Roe"."""
    link = described_through(mention, entity)
    before = mention.tokens[entity.first - mention.first - 1].lower()
    return entity.type == "PERSON" and (
        link in ("for", "to") or (link not in ("", "by", "from") and before != link)
    )


def _is_possessive(mention: Mention, entity: Entity) -> bool:
    behind = mention.tokens[entity.last - mention.first + 1 :]
    return len(behind) > 1 and behind[0].lower() in POSSESSIVE


def _name(mention: Mention, entity: Entity) -> frozenset[str]:
    words = mention.tokens[entity.first - mention.first : entity.last - mention.first + 1]
    return frozenset(word.lower() for word in words if word[0].isalpha()) - TITLES


def _opening(mention: Mention, form: str) -> int:
    """How a mention tells of somebody anew, by its first words."""
    words = [token.lower() for token in mention.tokens]
    if words[:1] in (["yet"], ["still"]):
        del words[0]
    first, second, third = (*words[:3], "", "", "")[:3]
    if first in ("another", "others") or (first, second) == ("one", "other"):
        return _ANOTHER
    if first == "a" and second in _ORDINALS and third not in ("", "of"):
        return _NEXT
    if (first, second) == ("the", "other"):
        return _OTHER
    # "Many" alone may be many of those before.
    alone = len(words) == 1 and first != "one"
    return _INDEFINITE if form == "indefinite" and not alone else _NOTHING


def introducing(mention: Mention) -> list[str]:
    """The words between "the" and the comma before a person's name, the noun last, if it is so.

    Without a comma it may be no name: "the woman the paper calls Lu".
    """
    name = head_name(mention)
    if name is None or name.type != "PERSON" or len(own_names(mention)) > 1:
        return []
    words = [token.lower() for token in mention.tokens[: name.first - mention.first]]
    described = words[:1] == ["the"] and words[-1] == "," and all(map(str.isalpha, words[:-1]))
    return words[1:-1] if described and mention.names[0] == name else []
