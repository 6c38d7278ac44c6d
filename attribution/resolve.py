"""Stage 4b: mentions to sources - a learned link scorer and one left-to-right pass.

Every mention is offered the clusters before it. A small classifier scores (mention, candidate)
pairs on the encoder's antecedent score, string agreement, forms, distances and pronoun agreement;
the mention joins the cluster of its best candidate if the score passes a threshold, else it
begins a new one. Two different full names never share a cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from attribution.features import EncodedArticle
from attribution.mentions import (
    DEFINITE,
    FORMS,
    INDEFINITE,
    PRONOUNS,
    Mention,
    MentionTable,
    head_name,
)
from attribution.tabular import Classifier

__all__ = [
    "LINK_FEATURES",
    "Cluster",
    "Pairing",
    "candidates_of",
    "link_features",
    "resolve",
]

Floats = NDArray[np.float32]

_ROLES = ("source", "via", "zero", "entity")
_RECENT = 50
_SOURCE_REACH = 11
_PRONOUN_THRESHOLD = 0.05

_STATIC = (
    *(f"form_{form}" for form in FORMS),
    *(f"role_{role}" for role in _ROLES),
    "person",
    "organization",
    "singular_pronoun",
    "plural_pronoun",
    "neuter_pronoun",
    "first_person",
    "type_person",
    "type_group",
)
LINK_FEATURES: tuple[str, ...] = (
    "antecedent",
    "antecedent_rank",
    "cosine",
    "type_agreement",
    *(f"mention_{name}" for name in _STATIC),
    *(f"candidate_{name}" for name in _STATIC),
    "words_apart",
    "sentences_apart",
    "paragraphs_apart",
    "mentions_apart",
    "same_sentence",
    "same_quotation",
    "candidate_in_first_paragraph",
    "same_words",
    "same_last_word",
    "shared_words",
    "mention_within_candidate",
    "candidate_within_mention",
    "shared_name",
    "mention_last_in_name",
    "acronym",
    "cluster_size",
    "cluster_pronoun_same",
    "cluster_pronoun_other",
    "cluster_last_source",
)


@dataclass
class Cluster:
    """Mentions (indices into the table, in text order) of one source."""

    members: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Strings:
    """A mention's words prepared for comparison."""

    words: tuple[str, ...]
    content: frozenset[str]
    name: frozenset[str]
    initials: str


@dataclass(frozen=True)
class Pairing:
    """The mentions of an article, with all that pair features need computed once.

    ``static`` (m, _STATIC) are the features of single mentions, ``units`` (m, hidden) their mean
    states at length one, ``last_source`` the source mention before each, if any is near.
    """

    table: MentionTable
    strings: Sequence[_Strings]
    static: Floats
    units: Floats
    first: NDArray[np.int64]
    pronouns: Sequence[int | None]
    last_source: Sequence[int | None]

    @classmethod
    def of(cls, table: MentionTable) -> Pairing:
        """Prepare the mentions of ``table``, at least one."""
        mentions = table.mentions
        lengths = np.linalg.norm(table.means, axis=1, keepdims=True)
        return cls(
            table=table,
            strings=[_strings(mention) for mention in mentions],
            static=np.array(
                [_static_features(m, t) for m, t in zip(mentions, table.types, strict=True)],
                dtype=np.float32,
            ),
            units=table.means / np.maximum(lengths, 1e-6),
            first=np.array([mention.first for mention in mentions]),
            pronouns=[_pronoun_group(mention) for mention in mentions],
            last_source=_last_sources(mentions),
        )


def _last_sources(mentions: Sequence[Mention]) -> list[int | None]:
    """For each mention the latest source mention among the ``_SOURCE_REACH`` before it."""
    found: list[int | None] = []
    latest: int | None = None
    for row, mention in enumerate(mentions):
        found.append(latest if latest is not None and row - latest <= _SOURCE_REACH else None)
        if mention.role == "source":
            latest = row
    return found


def resolve(
    article: EncodedArticle, table: MentionTable, scorer: Classifier, threshold: float
) -> list[Cluster]:
    """Cluster the mentions of an article; every mention is in exactly one cluster."""
    clusters: list[Cluster] = []
    owner: list[int] = []
    if not table.mentions:
        return clusters
    pairing = Pairing.of(table)
    for row in range(len(table.mentions)):
        candidates = candidates_of(pairing, row)
        choice = None
        if candidates:
            features = link_features(article, pairing, row, candidates, clusters, owner)
            scores = scorer.probabilities(features)
            least = min(threshold, _least_score(pairing, row))
            for place in np.argsort(-scores):
                if scores[place] < least:
                    break
                target = owner[candidates[place]]
                if _compatible(pairing.strings, row, clusters[target]):
                    choice = target
                    break
        if choice is None:
            choice = len(clusters)
            clusters.append(Cluster())
        clusters[choice].members.append(row)
        owner.append(choice)
    return clusters


def _least_score(pairing: Pairing, row: int) -> float:
    """Threshold of mentions that cannot stand alone; 1 for all others.

    What goes on without a cue goes on from somebody, and "he" and "she" have an owner.
    """
    if pairing.table.mentions[row].form == "continuation":
        return 0.0
    return _PRONOUN_THRESHOLD if pairing.pronouns[row] in (0, 1) else 1.0


def candidates_of(pairing: Pairing, row: int) -> list[int]:
    """Recent mentions, and any earlier one that shares a content word."""
    mine = pairing.strings[row].content
    return [
        other
        for other in range(row)
        if row - other <= _RECENT or not mine.isdisjoint(pairing.strings[other].content)
    ]


def _compatible(strings: Sequence[_Strings], row: int, cluster: Cluster) -> bool:
    """False when the mention and the cluster carry names of which neither holds the other."""
    mine = strings[row].name
    if not mine:
        return True
    return all(
        not other.name
        or mine <= other.name
        or other.name <= mine
        or _is_acronym(strings[row], other)
        for other in (strings[member] for member in cluster.members)
    )


def _is_acronym(one: _Strings, other: _Strings) -> bool:
    """True when one's only name word is made of the other's initial capitals."""
    return any(
        len(short.name) == 1 and len(long.initials) > 1 and long.initials in short.name
        for short, long in ((one, other), (other, one))
    )


def _strings(mention: Mention) -> _Strings:
    words = tuple(token.lower() for token in mention.tokens if token[0].isalnum())
    content = frozenset(
        word for word in words if word not in DEFINITE | INDEFINITE and word not in PRONOUNS
    )
    name: frozenset[str] = frozenset()
    head = head_name(mention)
    if head:
        inner = mention.tokens[head.first - mention.first : head.last - mention.first + 1]
        name = frozenset(token.lower() for token in inner if token[0].isalnum() and len(token) > 1)
    initials = "".join(token[0].lower() for token in mention.tokens if token[0].isupper())
    return _Strings(words, content, name, initials)


def link_features(
    article: EncodedArticle,
    pairing: Pairing,
    row: int,
    candidates: Sequence[int],
    clusters: Sequence[Cluster],
    owner: Sequence[int],
) -> Floats:
    """Features (candidates, LINK_FEATURES) of mention ``row`` with each earlier candidate."""
    table = pairing.table
    places = np.array(candidates)
    scores = table.antecedent[row, places]
    ranks = np.empty(len(places))
    ranks[np.argsort(-scores)] = np.arange(len(places))
    joined = [_cluster_features(pairing, row, clusters[owner[other]]) for other in candidates]
    compared = [_string_features(pairing.strings[row], pairing.strings[c]) for c in candidates]
    columns = [
        scores[:, None],
        np.log1p(ranks)[:, None],
        (pairing.units[places] @ pairing.units[row])[:, None],
        (table.types[places] @ table.types[row])[:, None],
        np.broadcast_to(pairing.static[row], (len(places), pairing.static.shape[1])),
        pairing.static[places],
        _distance_features(article, pairing.first, row, places),
        np.array(compared),
        np.array(joined),
    ]
    return np.concatenate(columns, axis=1).astype(np.float32)


def _static_features(mention: Mention, types: Floats) -> list[float]:
    """What a mention brings to any pair, by the names in ``_STATIC``."""
    group = _pronoun_group(mention)
    names = {entity.type for entity in mention.names}
    return [
        *(float(mention.form == form) for form in FORMS),
        *(float(mention.role == role) for role in _ROLES),
        float("PERSON" in names),
        float("ORGANIZATION" in names),
        float(group in (0, 1)),
        float(group == 2),
        float(group == 3),
        float(group in (4, 5)),
        float(types[0] + types[4]),
        float(types[5]),
    ]


def _string_features(mine: _Strings, other: _Strings) -> list[float]:
    shared = mine.content & other.content
    return [
        float(bool(mine.words) and mine.words == other.words),
        float(bool(mine.words and other.words) and mine.words[-1] == other.words[-1]),
        len(shared) / max(1, min(len(mine.content), len(other.content))),
        float(bool(mine.content) and mine.content <= other.content),
        float(bool(other.content) and other.content <= mine.content),
        float(bool(mine.name & other.name)),
        float(bool(mine.words) and mine.words[-1] in other.name),
        float(_is_acronym(mine, other)),
    ]


def _distance_features(
    article: EncodedArticle, first: NDArray[np.int64], row: int, places: NDArray[np.int64]
) -> Floats:
    here, there = first[row], first[places]
    sentences = article.sentence[here] - article.sentence[there]
    quote = article.quote[here]
    return np.stack(
        [
            np.log1p(here - there),
            np.log1p(sentences),
            np.log1p(article.paragraph[here] - article.paragraph[there]),
            np.log1p(row - places),
            sentences == 0,
            (article.quote[there] == quote) & (quote >= 0),
            article.paragraph[there] == 0,
        ],
        axis=1,
    )


def _cluster_features(pairing: Pairing, row: int, cluster: Cluster) -> list[float]:
    mine = pairing.pronouns[row]
    known = {pairing.pronouns[member] for member in cluster.members} - {None}
    last_source = pairing.last_source[row]
    return [
        float(np.log1p(len(cluster.members))),
        float(mine is not None and mine in known),
        float(mine is not None and bool(known - {mine})),
        float(last_source is not None and last_source in cluster.members),
    ]


def _pronoun_group(mention: Mention) -> int | None:
    return PRONOUNS.get(mention.tokens[0].lower()) if mention.form == "pronoun" else None
