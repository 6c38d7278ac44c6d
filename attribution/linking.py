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
from attribution.gender import gender_of, pronoun_group
from attribution.likeness import COMPARED, Likeness, Wording, compare, wording_of
from attribution.mentions import FORMS, Mention, MentionTable, own_names
from attribution.nameless import Descriptions, strangers

__all__ = [
    "LINK_FEATURES",
    "Pairing",
    "candidates_of",
    "link_features",
    "options_features",
]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_ROLES = ("source", "via", "zero", "entity")
#: A mention is compared with this many before it, and with all that share a word with it.
_RECENT = 60
_LIKELY = 0.5

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
#: Where the second, third and fourth of these begin.
_PARTS = tuple(np.cumsum([len(_PAIRED), len(_PLACED), len(_STATIC)]).tolist())
#: Of _PLACED, what the source's last mention gives, what is a mean over its mentions, and what
#: tells its place among all sources.
_OF_LAST = (
    "antecedent_last",
    "words_apart",
    "sentences_apart",
    "paragraphs_apart",
    "mentions_apart",
    "same_sentence",
)
_OF_ALL = ("antecedent_mean", "type_agreement")
_OF_ORDER = (
    "antecedent_rank",
    "sources_apart",
    "mentions",
    "claims",
    "claims_since",
    "spoke_last",
    "spoke_before_last",
)
_LAST_PLACED, _ALL_PLACED, _ORDER_PLACED = (
    [_PLACED.index(name) for name in names] for names in (_OF_LAST, _OF_ALL, _OF_ORDER)
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
    def descriptions(self) -> Descriptions:
        return Descriptions.of(self.table.mentions)

    @cached_property
    def strangers(self) -> NDArray[np.bool_]:
        """(m, m): see :func:`attribution.nameless.strangers`."""
        return strangers(self.table.mentions)

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
    def gender(self) -> Ints:
        """See :func:`attribution.gender.gender_of`."""
        said = [gender_of(self.article, mention) for mention in self.table.mentions]
        return np.array(said, dtype=np.int64)

    @cached_property
    def persons(self) -> NDArray[np.bool_]:
        """(m) whether a mention has a person's name."""
        return self._has("person")

    @cached_property
    def organizations(self) -> NDArray[np.bool_]:
        """(m) whether a mention has an organisation's name."""
        return self._has("organization")

    @cached_property
    def several(self) -> NDArray[np.bool_]:
        """(m) whether a mention names more than one."""
        return self._has("several")

    @cached_property
    def one_person(self) -> NDArray[np.bool_]:
        """(m) whether a mention is more likely one person than all else."""
        return self.static[:, _STATIC.index("type_person")] > _LIKELY

    @cached_property
    def ending(self) -> dict[int, int]:
        """By its last word the longest mention with words that ends there."""
        rows = enumerate(self.table.mentions)
        return {item.last: row for row, item in reversed(list(rows)) if item.tokens}

    def _has(self, name: str) -> NDArray[np.bool_]:
        return self.static[:, _STATIC.index(name)] > 0

    @cached_property
    def speaks(self) -> NDArray[np.bool_]:
        """Whether the mention stands for the source of a claim."""
        return np.array([mention.role in ("source", "zero") for mention in self.table.mentions])

    @cached_property
    def pairs(self) -> tuple[Ints, Ints]:
        """The mentions and the earlier ones that each is compared with, mention by mention."""
        parts = []
        for row in range(len(self.table.mentions)):
            near = max(0, row - _RECENT)
            parts.append(np.concatenate([self.likeness.sharing(row, near), np.arange(near, row)]))
        rows = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        return rows, np.concatenate([*parts, np.zeros(0, dtype=np.int64)])

    @cached_property
    def paired(self) -> Floats:
        """(pairs, _PAIRED, _OF_LAST, _OF_ALL): the features of all :attr:`pairs`."""
        return _paired(self, *self.pairs)

    def of_row(self, row: int) -> slice:
        """Which of the :attr:`pairs` are those of the mention ``row``."""
        return slice(*self._ends[row : row + 2])

    @cached_property
    def _ends(self) -> list[int]:
        rows, _ = self.pairs
        return np.searchsorted(rows, np.arange(len(self.table.mentions) + 1)).tolist()

    @cached_property
    def cosine(self) -> Floats:
        """(m, m): how alike the states of two mentions are."""
        return self.units @ self.units.T

    @cached_property
    def agreement(self) -> Floats:
        """(m, m): how well the types of two mentions agree."""
        return self.table.types @ self.table.types.T

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
    return pairing.pairs[1][pairing.of_row(row)]


def link_features(
    pairing: Pairing, row: int, places: Ints, owner: Sequence[int] | Ints
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
    return _pooled(pairing, row, places, _paired(pairing, np.array([row]), places), owner)


def options_features(
    pairing: Pairing, row: int, owner: Sequence[int] | Ints
) -> tuple[Ints, Floats]:
    """:func:`link_features` with the sources of a mention's :func:`candidates_of`, if any."""
    mine = pairing.of_row(row)
    return _pooled(pairing, row, pairing.pairs[1][mine], pairing.paired[mine], owner)


def _pooled(
    pairing: Pairing, row: int, places: Ints, paired: Floats, owner: Sequence[int] | Ints
) -> tuple[Ints, Floats]:
    """:func:`link_features` from what :func:`_paired` gives for the mentions ``places``."""
    owners = np.asarray(owner, dtype=np.int64)
    order = owners[places].argsort(kind="stable")
    places, paired = places[order], paired[order]
    mine = owners[places]
    starts = np.flatnonzero(np.diff(mine, prepend=-1))
    ends = np.append(starts[1:], len(places))
    sources = mine[starts]
    best, of_last, of_all = np.split(paired, [len(_PAIRED), -len(_OF_ALL)], axis=1)
    features = np.empty((len(sources), len(LINK_FEATURES)), dtype=np.float32)
    pooled, placed, own, traits = np.split(features, _PARTS, axis=1)
    np.maximum.reduceat(best, starts, axis=0, out=pooled)
    placed[:, _LAST_PLACED] = of_last[ends - 1]
    placed[:, _ALL_PLACED] = np.add.reduceat(of_all, starts, axis=0) / (ends - starts)[:, None]
    placed[:, _ORDER_PLACED] = _among(
        pairing, row, owners, sources, ends - starts, places[ends - 1], pooled[:, 0]
    )
    own[:] = pairing.static[row]
    np.maximum.reduceat(pairing.static[places], starts, axis=0, out=traits)
    return sources, features


def _paired(pairing: Pairing, rows: Ints, places: Ints) -> Floats:
    """(places, _PAIRED, _OF_LAST, _OF_ALL): mentions, one or as many, each with an earlier one."""
    article, first, like = pairing.article, pairing.first, pairing.likeness
    quotes, sentences, paragraphs = (
        of_word[first] for of_word in (article.quote, article.sentence, article.paragraph)
    )
    mine, others = pairing.pronouns[rows], pairing.pronouns[places]
    antecedent = pairing.table.antecedent[rows, places]
    apart = [of[rows] - of[places] for of in (first, sentences, paragraphs)]
    pronouns = (mine >= 0) & (others >= 0)
    columns = [
        (quotes[places] == quotes[rows]) & (quotes[rows] >= 0),
        paragraphs[places] == 0,
        pronouns & (others == mine),
        pronouns & (others != mine),
        antecedent,
        *np.log1p([*apart, rows - places]),
        apart[1] == 0,
        antecedent,
        pairing.agreement[rows, places],
    ]
    shared = 2 + len(COMPARED)
    found = np.empty((len(places), shared + len(columns)), dtype=np.float32)
    found[:, 0], found[:, 1] = antecedent, pairing.cosine[rows, places]
    found[:, 2:shared] = like.compared(rows, places)
    for number, column in enumerate(columns, start=shared):
        found[:, number] = column
    return found


def _among(
    pairing: Pairing, row: int, owners: Ints, sources: Ints, sizes: Ints, last: Ints, best: Floats
) -> Floats:
    """(sources, _OF_ORDER): what tells a source's place among all.

    ``sizes`` are the numbers of the sources' mentions, ``last`` their last ones and ``best`` their
    highest antecedent scores.
    """
    spoken = owners[:row][pairing.speaks[:row]]
    latest = spoken[-1] if len(spoken) else -1
    others = spoken[spoken != latest]
    claims = np.bincount(spoken, minlength=int(sources[-1]) + 1)[sources]
    found = np.empty((len(sources), len(_OF_ORDER)), dtype=np.float32)
    counts = [_ranks(-best), _ranks(-last), sizes, claims, _claims_since(spoken, sources)]
    found[:, :-2] = np.log1p(counts).T
    found[:, -2] = sources == latest
    found[:, -1] = sources == (others[-1] if len(others) else -1)
    return found


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
