"""Stage 4b, first half: what a mention has in common with each source found before it.

Evidence is gathered mention by mention (encoder scores, words, forms, places) and pooled over the
mentions of a source, so that the scorer in resolve sees one row a (mention, source) pair.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from attribution.features import EncodedArticle
from attribution.mentions import FORMS, Mention, MentionTable, own_names
from attribution.wordclasses import DEFINITE, INDEFINITE, PRONOUNS, TITLES

__all__ = [
    "LINK_FEATURES",
    "Pairing",
    "candidates_of",
    "compatible",
    "fullest_name",
    "link_features",
    "name_words",
    "namesakes",
    "pronoun_group",
]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Name = tuple[str, ...]

_ROLES = ("source", "via", "zero", "entity")
#: A mention is compared with this many before it, and with all that share a word with it.
_RECENT = 60

_STATIC = (
    *(f"form_{form}" for form in FORMS),
    *(f"role_{role}" for role in _ROLES),
    "person",
    "organization",
    "several",
    "singular_pronoun",
    "plural_pronoun",
    "neuter_pronoun",
    "first_person",
    "quoted",
    "type_person",
    "type_group",
    "type_organization",
    "type_text",
    "type_nobody",
)
_PAIRED = (
    "antecedent",
    "cosine",
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
    "same_quotation",
    "source_in_first_paragraph",
    "same_pronoun",
    "other_pronoun",
)
_PLACED = (
    "antecedent_mean",
    "antecedent_last",
    "antecedent_rank",
    "type_agreement",
    "words_apart",
    "sentences_apart",
    "paragraphs_apart",
    "mentions_apart",
    "sources_apart",
    "same_sentence",
    "mentions",
    "claims",
    "spoke_last",
    "spoke_before_last",
    "claims_since",
)
#: Best over the source's mentions, then once a source, then the mention's own and the source's.
LINK_FEATURES: tuple[str, ...] = (
    *_PAIRED,
    *_PLACED,
    *(f"mention_{name}" for name in _STATIC),
    *(f"source_{name}" for name in _STATIC),
)


@dataclass(frozen=True)
class _Strings:
    """A mention's words prepared for comparison. ``names`` are its own names, one a person."""

    words: tuple[str, ...]
    content: frozenset[str]
    names: tuple[Name, ...]
    initials: str


@dataclass(frozen=True)
class Pairing:
    """The mentions of an article, with all that pair features need computed once.

    ``static`` (m, _STATIC) are the features of single mentions, ``units`` (m, hidden) their mean
    states at length one, ``claims`` the claims' mentions (sources and zeros) before each.
    """

    article: EncodedArticle
    table: MentionTable

    @cached_property
    def strings(self) -> list[_Strings]:
        return [_strings(mention) for mention in self.table.mentions]

    @cached_property
    def wording(self) -> list[int]:
        """A number for every mention; those whose words and names are the same share it."""
        numbers: dict[_Strings, int] = {}
        return [numbers.setdefault(strings, len(numbers)) for strings in self.strings]

    @cached_property
    def holders(self) -> dict[str, list[int]]:
        """For every content word the mentions that have it, in text order."""
        found: dict[str, list[int]] = {}
        for row, strings in enumerate(self.strings):
            for word in strings.content:
                found.setdefault(word, []).append(row)
        return found

    @cached_property
    def _comparisons(self) -> dict[tuple[int, int], list[float]]:
        """What :meth:`compared` has worked out, by the numbers of both wordings."""
        return {}

    def compared(self, row: int, places: Ints) -> Floats:
        """What the words of a mention share with those of others: one row of ``_compare`` each.

        Mentions repeat each other ("he", "the board"), so each pair of wordings is compared once.
        """
        wording, known, mine = self.wording, self._comparisons, self.wording[row]
        rows = []
        for place in places.tolist():
            pair = (mine, wording[place])
            if pair not in known:
                known[pair] = _compare(self.strings[row], self.strings[place])
            rows.append(known[pair])
        return np.array(rows, dtype=np.float32)

    @cached_property
    def first(self) -> Ints:
        return np.array([mention.first for mention in self.table.mentions])

    @cached_property
    def units(self) -> Floats:
        lengths = np.linalg.norm(self.table.means, axis=1, keepdims=True)
        return np.asarray(self.table.means / np.maximum(lengths, 1e-6))

    @cached_property
    def pronouns(self) -> Ints:
        """Class of each mention that is a pronoun, -1 for others."""
        groups = [pronoun_group(mention) for mention in self.table.mentions]
        return np.array([-1 if group is None else group for group in groups], dtype=np.int64)

    @cached_property
    def speaks(self) -> NDArray[np.bool_]:
        """Whether the mention stands for the source of a claim."""
        return np.array([mention.role in ("source", "zero") for mention in self.table.mentions])

    @cached_property
    def static(self) -> Floats:
        quoted = self.article.quote[self.first] >= 0
        return np.array(
            [
                _static_features(mention, types, bool(inside))
                for mention, types, inside in zip(
                    self.table.mentions, self.table.types, quoted, strict=True
                )
            ],
            dtype=np.float32,
        )


def candidates_of(pairing: Pairing, row: int) -> Ints:
    """Recent mentions, and any earlier one that shares a content word."""
    near = max(0, row - _RECENT)
    far: set[int] = set()
    for word in pairing.strings[row].content if near else ():
        holders = pairing.holders[word]
        far.update(holders[: bisect_left(holders, near)])
    return np.array([*sorted(far), *range(near, row)], dtype=np.int64)


def compatible(pairing: Pairing, row: int, members: Sequence[int]) -> bool:
    """False when the mention and the source carry names of which neither holds the other.

    A pair of people and one of them are two sources.
    """
    mine = pairing.strings[row]
    return not mine.names or all(
        not other.names or _same_names(mine, other)
        for other in (pairing.strings[member] for member in members)
    )


def fullest_name(pairing: Pairing, members: Sequence[int]) -> int | None:
    """Of a source's mentions the one with the most words in its own names, if any has one."""
    named = [member for member in members if pairing.strings[member].names]
    return max(named, key=lambda row: name_words(pairing, row), default=None)


def name_words(pairing: Pairing, row: int) -> int:
    """Number of words in a mention's own names."""
    return sum(map(len, pairing.strings[row].names))


def namesakes(pairing: Pairing, one: int, other: int) -> bool:
    """True when one mention's name is the other's, its end, or its acronym.

    "Roe" and "Lu Poe Roe", "the Post" and "the Quay Post"; not "the Senate" and "the Senate
    committee".
    """
    left, right = pairing.strings[one], pairing.strings[other]
    short, long = sorted((left.names, right.names), key=lambda names: sum(map(len, names)))
    if not _each_within(short, long):
        return _is_acronym(left, right)
    # Family names stand first in some languages, so any one word of a person's name will do.
    persons = pairing.static[[one, other], _STATIC.index("person")].all()
    return all(
        a[-1] == b[-1] or bool(persons and len(a) == 1) for a, b in zip(short, long, strict=True)
    )


def link_features(
    pairing: Pairing, row: int, places: Ints, owner: Sequence[int]
) -> tuple[Ints, Floats]:
    """Features of mention ``row`` with each source that the mentions ``places`` belong to.

    Args:
        pairing: the article's mentions.
        row: the mention to be linked.
        places: earlier mentions it is compared with, in text order, at least one.
        owner: source of every mention before ``row``.

    Returns:
        (n) source numbers and (n, LINK_FEATURES) features.
    """
    owners = np.array([owner[place] for place in places])
    sources, which = np.unique(owners, return_inverse=True)
    paired = _paired(pairing, row, places)
    best = np.full((len(sources), paired.shape[1]), -np.inf, dtype=np.float32)
    np.maximum.at(best, which, paired)
    traits = np.zeros((len(sources), len(_STATIC)), dtype=np.float32)
    np.maximum.at(traits, which, pairing.static[places])
    placed = _placed(pairing, row, places, owner, sources, which)
    mine = np.broadcast_to(pairing.static[row], traits.shape)
    return sources, np.concatenate([best, placed, mine, traits], axis=1).astype(np.float32)


def _paired(pairing: Pairing, row: int, places: Ints) -> Floats:
    """(places, _PAIRED): the mention with each earlier one."""
    article, first = pairing.article, pairing.first
    quote = article.quote[first[row]]
    mine, others = pairing.pronouns[row], pairing.pronouns[places]
    return np.column_stack(
        [
            pairing.table.antecedent[row, places],
            pairing.units[places] @ pairing.units[row],
            pairing.compared(row, places),
            (article.quote[first[places]] == quote) & (quote >= 0),
            article.paragraph[first[places]] == 0,
            (mine >= 0) & (others == mine),
            (mine >= 0) & (others >= 0) & (others != mine),
        ]
    ).astype(np.float32)


def _placed(
    pairing: Pairing,
    row: int,
    places: Ints,
    owner: Sequence[int],
    sources: Ints,
    which: Ints,
) -> Floats:
    """(sources, _PLACED): where each source stands, seen from the mention."""
    article, first, table = pairing.article, pairing.first, pairing.table
    antecedent = table.antecedent[row, places]
    count = np.bincount(which, minlength=len(sources))
    best = np.full(len(sources), -np.inf, dtype=np.float32)
    np.maximum.at(best, which, antecedent)
    last = np.zeros(len(sources), dtype=np.int64)
    np.maximum.at(last, which, places)
    types = np.zeros((len(sources), table.types.shape[1]), dtype=np.float32)
    np.add.at(types, which, table.types[places])
    spoken = np.array(owner[:row], dtype=np.int64)[pairing.speaks[:row]]
    latest = spoken[-1] if len(spoken) else -1
    others = spoken[spoken != latest]
    before = others[-1] if len(others) else -1
    here, there = first[row], first[last]
    sentences = article.sentence[here] - article.sentence[there]
    claims = np.bincount(spoken, minlength=int(sources.max()) + 1)[sources]
    return np.column_stack(
        [
            np.bincount(which, weights=antecedent, minlength=len(sources)) / count,
            table.antecedent[row, last],
            np.log1p(_ranks(-best)),
            (types / count[:, None]) @ table.types[row],
            np.log1p(here - there),
            np.log1p(sentences),
            np.log1p(article.paragraph[here] - article.paragraph[there]),
            np.log1p(row - last),
            np.log1p(_ranks(-last)),
            sentences == 0,
            np.log1p(count),
            np.log1p(claims),
            sources == latest,
            sources == before,
            np.log1p(_claims_since(spoken, sources)),
        ]
    ).astype(np.float32)


def _ranks(values: NDArray[np.generic]) -> Ints:
    """Place of each value in ascending order."""
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ranks


def _claims_since(spoken: Ints, sources: Ints) -> Ints:
    """Claims since each source last spoke; as many as there are when it never did."""
    found = np.full(len(sources), len(spoken), dtype=np.int64)
    heard, since = np.unique(spoken[::-1], return_index=True)
    known = np.isin(sources, heard)
    found[known] = since[np.searchsorted(heard, sources[known])]
    return found


def _static_features(mention: Mention, types: Floats, quoted: bool) -> list[float]:
    """What a mention brings to any pair, by the names in ``_STATIC``; types as in SOURCE_TYPES."""
    group = pronoun_group(mention)
    names = own_names(mention)
    kinds = {entity.type for entity in names}
    return [
        *(float(mention.form == form) for form in FORMS),
        *(float(mention.role == role) for role in _ROLES),
        float("PERSON" in kinds),
        float("ORGANIZATION" in kinds),
        float(len(names) > 1),
        float(group in (0, 1)),
        float(group == 2),
        float(group == 3),
        float(group in (4, 5)),
        float(quoted),
        float(types[0] + types[4]),
        float(types[5]),
        float(types[1] + types[2]),
        float(types[3]),
        float(types[6] + types[7]),
    ]


def _strings(mention: Mention) -> _Strings:
    words = tuple(_plain(token) for token in mention.tokens if token[0].isalnum())
    content = frozenset(
        word for word in words if word not in DEFINITE | INDEFINITE and word not in PRONOUNS
    )
    names = []
    for entity in own_names(mention):
        inner = mention.tokens[entity.first - mention.first : entity.last - mention.first + 1]
        plain = [_plain(token) for token in inner if token[0].isalnum() and len(token) > 1]
        name = tuple(word for word in plain if word not in TITLES)
        if name:
            names.append(name)
    # Of the name's words alone: "the Quay Harbour Board (QHB)" begins with q, h and b.
    head = own_names(mention)[:1]
    spelt = [
        token
        for entity in head
        for token in mention.tokens[entity.first - mention.first : entity.last - mention.first + 1]
        if token[0].isupper() and not (len(token) > 1 and token.isupper())
    ]
    initials = "".join(token[0].lower() for token in spelt)
    return _Strings(words, content, tuple(names), initials)


def _plain(token: str) -> str:
    return token.lower().replace("’", "'")


def _compare(mine: _Strings, other: _Strings) -> list[float]:
    """What two mentions' words share, by the names in ``_PAIRED`` from "same_words" on."""
    shared = mine.content & other.content
    known = bool(mine.names and other.names)
    return [
        float(bool(mine.words) and mine.words == other.words),
        float(bool(mine.words and other.words) and mine.words[-1] == other.words[-1]),
        len(shared) / max(1, min(len(mine.content), len(other.content))),
        float(bool(mine.content) and mine.content <= other.content),
        float(bool(other.content) and other.content <= mine.content),
        float(known and mine.names == other.names),
        float(known and _each_within(mine.names, other.names)),
        float(known and _each_within(other.names, mine.names)),
        float(bool(mine.words) and any(mine.words[-1] in name for name in other.names)),
        float(_is_acronym(mine, other)),
    ]


def _same_names(mine: _Strings, other: _Strings) -> bool:
    return (
        _each_within(mine.names, other.names)
        or _each_within(other.names, mine.names)
        or _is_acronym(mine, other)
    )


def _each_within(short: Sequence[Name], long: Sequence[Name]) -> bool:
    """As many names on both sides, and every name of one inside its fellow of the other."""
    return len(short) == len(long) and all(
        set(a) <= set(b) for a, b in zip(short, long, strict=True)
    )


def _is_acronym(one: _Strings, other: _Strings) -> bool:
    """True when one's only name word is made of the other's initial capitals."""
    return any(
        len(short.names) == 1
        and len(short.names[0]) == 1
        and len(long.initials) > 1
        and long.initials in short.names[0]
        for short, long in ((one, other), (other, one))
    )


def pronoun_group(mention: Mention) -> int | None:
    """Number of the pronoun's class in PRONOUNS, None for other mentions."""
    return PRONOUNS.get(mention.tokens[0].lower()) if mention.form == "pronoun" else None
