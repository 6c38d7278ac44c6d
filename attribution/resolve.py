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
from attribution.mentions import DEFINITE, INDEFINITE, PRONOUNS, Mention, MentionTable
from attribution.tabular import Classifier

__all__ = [
    "LINK_FEATURES",
    "Cluster",
    "candidates_of",
    "link_features",
    "prepare_strings",
    "resolve",
]

Floats = NDArray[np.float32]

_FORMS = ("pronoun", "name", "definite", "indefinite", "bare", "zero")
_ROLES = ("source", "via", "zero", "entity")
_RECENT = 50

LINK_FEATURES: tuple[str, ...] = (
    "antecedent",
    "antecedent_rank",
    "cosine",
    "type_agreement",
    *(f"mention_{form}" for form in _FORMS),
    *(f"candidate_{form}" for form in _FORMS),
    *(f"mention_role_{role}" for role in _ROLES),
    *(f"candidate_role_{role}" for role in _ROLES),
    "same_words",
    "same_last_word",
    "shared_words",
    "mention_within_candidate",
    "candidate_within_mention",
    "shared_name",
    "mention_last_in_name",
    "acronym",
    "words_apart",
    "sentences_apart",
    "paragraphs_apart",
    "mentions_apart",
    "same_sentence",
    "same_quotation",
    "candidate_in_first_paragraph",
    "candidate_person",
    "candidate_organization",
    "mention_person",
    "mention_organization",
    "cluster_size",
    "cluster_pronoun_same",
    "cluster_pronoun_other",
    "cluster_last_source",
    "pronoun_group",
    "plural_pronoun",
    "neuter_pronoun",
    "first_person",
    "type_person",
    "type_group",
    "candidate_type_person",
    "candidate_type_group",
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


def resolve(
    article: EncodedArticle, table: MentionTable, scorer: Classifier, threshold: float
) -> list[Cluster]:
    """Cluster the mentions of an article; every mention is in exactly one cluster."""
    clusters: list[Cluster] = []
    owner: list[int] = []
    strings = [_strings(mention) for mention in table.mentions]
    for row in range(len(table.mentions)):
        candidates = candidates_of(table, strings, row)
        choice = None
        if candidates:
            features = link_features(article, table, strings, row, candidates, clusters, owner)
            scores = scorer.probabilities(features)
            for place in np.argsort(-scores):
                if scores[place] < threshold:
                    break
                target = owner[candidates[place]]
                if _compatible(table, strings, row, clusters[target]):
                    choice = target
                    break
        if choice is None:
            choice = len(clusters)
            clusters.append(Cluster())
        clusters[choice].members.append(row)
        owner.append(choice)
    return clusters


def candidates_of(table: MentionTable, strings: Sequence[_Strings], row: int) -> list[int]:
    """Recent mentions, and any earlier one that shares a content word."""
    mine = strings[row].content
    return [
        other
        for other in range(row)
        if row - other <= _RECENT or (mine and mine & strings[other].content)
    ]


def _compatible(
    table: MentionTable, strings: Sequence[_Strings], row: int, cluster: Cluster
) -> bool:
    """False when the mention and the cluster carry names of which neither holds the other."""
    mine = strings[row].name
    if not mine:
        return True
    for member in cluster.members:
        other = strings[member].name
        if other and not (mine <= other or other <= mine or _is_acronym(strings, row, member)):
            return False
    return True


def _is_acronym(strings: Sequence[_Strings], row: int, other: int) -> bool:
    short, long = sorted((strings[row], strings[other]), key=lambda item: len("".join(item.words)))
    token = "".join(short.name)
    return len(token) > 1 and token == long.initials


def _strings(mention: Mention) -> _Strings:
    words = tuple(token.lower() for token in mention.tokens if token[0].isalnum())
    content = frozenset(
        word for word in words if word not in DEFINITE | INDEFINITE and word not in PRONOUNS
    )
    name: frozenset[str] = frozenset()
    if mention.names:
        head = mention.names[0]
        inner = mention.tokens[head.first - mention.first : head.last - mention.first + 1]
        name = frozenset(token.lower() for token in inner if token[0].isalnum() and len(token) > 1)
    initials = "".join(token[0].lower() for token in mention.tokens if token[0].isupper())
    return _Strings(words, content, name, initials)


def prepare_strings(table: MentionTable) -> list[_Strings]:
    """Comparison strings of all mentions of a table."""
    return [_strings(mention) for mention in table.mentions]


def link_features(
    article: EncodedArticle,
    table: MentionTable,
    strings: Sequence[_Strings],
    row: int,
    candidates: Sequence[int],
    clusters: Sequence[Cluster],
    owner: Sequence[int],
) -> Floats:
    """Features (candidates, LINK_FEATURES) of mention ``row`` with each earlier candidate."""
    places = np.array(candidates)
    scores = table.antecedent[row, places]
    ranks = np.empty(len(places))
    ranks[np.argsort(-scores)] = np.arange(len(places))
    means = table.means
    norms = np.linalg.norm(means[places], axis=1) * np.linalg.norm(means[row]) + 1e-6
    common = _mention_features(table, row)
    rows = []
    for place, candidate in enumerate(candidates):
        cluster = clusters[owner[candidate]]
        rows.append(
            [
                scores[place],
                np.log1p(ranks[place]),
                float(means[candidate] @ means[row] / norms[place]),
                float(table.types[candidate] @ table.types[row]),
                *_one_hot(_FORMS, table.mentions[row].form),
                *_one_hot(_FORMS, table.mentions[candidate].form),
                *_one_hot(_ROLES, table.mentions[row].role),
                *_one_hot(_ROLES, table.mentions[candidate].role),
                *_string_features(strings, row, candidate),
                *_distance_features(article, table, row, candidate),
                *_name_features(table, candidate),
                *_name_features(table, row),
                *_cluster_features(table, row, cluster),
                *common,
                *_type_features(table, candidate),
            ]
        )
    return np.array(rows, dtype=np.float32)


def _one_hot(values: Sequence[str], value: str) -> list[float]:
    return [float(value == other) for other in values]


def _string_features(strings: Sequence[_Strings], row: int, candidate: int) -> list[float]:
    mine, other = strings[row], strings[candidate]
    shared = mine.content & other.content
    return [
        float(bool(mine.words) and mine.words == other.words),
        float(bool(mine.words and other.words) and mine.words[-1] == other.words[-1]),
        len(shared) / max(1, min(len(mine.content), len(other.content))),
        float(bool(mine.content) and mine.content <= other.content),
        float(bool(other.content) and other.content <= mine.content),
        float(bool(mine.name & other.name)),
        float(bool(mine.words) and mine.words[-1] in other.name),
        float(_is_acronym(strings, row, candidate)),
    ]


def _distance_features(
    article: EncodedArticle, table: MentionTable, row: int, candidate: int
) -> list[float]:
    here, there = table.mentions[row].first, table.mentions[candidate].first
    sentences = article.sentence[here] - article.sentence[there]
    quote = article.quote[here]
    return [
        float(np.log1p(here - there)),
        float(np.log1p(sentences)),
        float(np.log1p(article.paragraph[here] - article.paragraph[there])),
        float(np.log1p(row - candidate)),
        float(sentences == 0),
        float(quote >= 0 and quote == article.quote[there]),
        float(article.paragraph[there] == 0),
    ]


def _name_features(table: MentionTable, index: int) -> list[float]:
    types = {entity.type for entity in table.mentions[index].names}
    return [float("PERSON" in types), float("ORGANIZATION" in types)]


def _cluster_features(table: MentionTable, row: int, cluster: Cluster) -> list[float]:
    mine = _pronoun_group(table.mentions[row])
    groups = [_pronoun_group(table.mentions[member]) for member in cluster.members]
    known = [group for group in groups if group is not None]
    sources = [
        index
        for index in range(row - 1, max(-1, row - 12), -1)
        if table.mentions[index].role == "source"
    ]
    return [
        float(np.log1p(len(cluster.members))),
        float(mine is not None and mine in known),
        float(mine is not None and any(group != mine for group in known)),
        float(bool(sources) and sources[0] in cluster.members),
    ]


def _pronoun_group(mention: Mention) -> int | None:
    return PRONOUNS.get(mention.tokens[0].lower()) if mention.form == "pronoun" else None


def _mention_features(table: MentionTable, row: int) -> list[float]:
    group = _pronoun_group(table.mentions[row])
    return [
        float(group in (0, 1)),
        float(group == 2),
        float(group == 3),
        float(group in (4, 5)),
        *_type_features(table, row),
    ]


def _type_features(table: MentionTable, index: int) -> list[float]:
    types = table.types[index]
    return [float(types[0] + types[4]), float(types[5])]
