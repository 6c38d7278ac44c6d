"""Stage 4b, first half: what a mention has in common with each source found before it.

Evidence is gathered mention by mention (encoder scores, words, forms, places) and pooled over the
mentions of a source, so that the scorer in resolve sees one row a (mention, source) pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from attribution.features import EncodedArticle
from attribution.likeness import COMPARED, Likeness, Wording, compare, wording_of
from attribution.mentions import FORMS, Mention, MentionTable, own_names
from attribution.wordclasses import PRONOUNS

__all__ = [
    "LINK_FEATURES",
    "Pairing",
    "candidates_of",
    "clashing",
    "compatible",
    "fullest_name",
    "link_features",
    "namesakes",
    "pronoun_group",
]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

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
    *COMPARED,
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
class Pairing:
    """The mentions of an article, with all that pair features need computed once.

    ``static`` (m, _STATIC) are the features of single mentions, ``units`` (m, hidden) their mean
    states at length one, ``claims`` the claims' mentions (sources and zeros) before each.
    """

    article: EncodedArticle
    table: MentionTable

    @cached_property
    def wordings(self) -> list[Wording]:
        return [wording_of(mention) for mention in self.table.mentions]

    @cached_property
    def likeness(self) -> Likeness:
        return compare(self.wordings)

    @cached_property
    def name_words(self) -> list[int]:
        """Number of words in the own names of every mention."""
        return [sum(map(len, wording.names)) for wording in self.wordings]

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
    return np.concatenate([pairing.likeness.sharing(row, near), np.arange(near, row)])


def compatible(pairing: Pairing, row: int, members: Sequence[int]) -> bool:
    """False when the mention and the source carry names of which neither holds the other.

    A pair of people and one of them are two sources.
    """
    return bool(pairing.likeness.fits(row, members).all())


def clashing(pairing: Pairing, row: int, owner: Sequence[int]) -> Ints:
    """The sources of the mentions before, with repeats, that are not :func:`compatible` with it."""
    return np.array(owner[:row], dtype=np.int64)[~pairing.likeness.fits(row, slice(row))]


def fullest_name(pairing: Pairing, members: Sequence[int]) -> int | None:
    """Of a source's mentions the one with the most words in its own names, if any has one."""
    named = [member for member in members if pairing.wordings[member].names]
    return max(named, key=pairing.name_words.__getitem__, default=None)


def namesakes(pairing: Pairing, one: int, other: int) -> bool:
    """True when one mention's name is the other's, its end, or its acronym.

    "Roe" and "Lu Poe Roe", "the Post" and "the Quay Post"; not "the Senate" and "the Senate
    committee".
    """
    lengths = pairing.name_words
    first, second = (one, other) if lengths[one] <= lengths[other] else (other, one)
    if not pairing.likeness.within(first, second):
        return pairing.likeness.acronym(first, second)
    short, long = pairing.wordings[first].names, pairing.wordings[second].names
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
            pairing.likeness.compared(row, places),
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
    last = np.full(max(sources.max(), spoken.max(initial=0)) + 1, -1, dtype=np.int64)
    last[spoken] = np.arange(len(spoken))  # of several places the last one stays
    return np.where(last[sources] < 0, len(spoken), len(spoken) - 1 - last[sources])


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


def pronoun_group(mention: Mention) -> int | None:
    """Number of the pronoun's class in PRONOUNS, None for other mentions."""
    return PRONOUNS.get(mention.tokens[0].lower()) if mention.form == "pronoun" else None
