"""Stage 4e: the article's own words on a source - its role, and why it can know what it says.

Two flat layers of the encoder mark the words (``role``: title or affiliation; ``justification``:
office, presence, closeness, access, expertise, see training/corpus/justification/GUIDE.md). A
small classifier over (words, source) pairs says whose they are: they stand inside a mention of
the source, in front of one, or behind one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attribution.features import EncodedArticle
from attribution.mentions import MentionTable
from attribution.model import TAG_LAYERS, AttributionModel
from attribution.naming import join_roles
from attribution.resolve import Cluster
from attribution.roles import WordRange
from attribution.tabular import Classifier
from attribution.types import SOURCE_TYPES
from attribution.wordclasses import (
    DETERMINERS,
    INDEFINITE,
    LINKS,
    POSSESSIVE,
    PREPOSITIONS,
    PRONOUNS,
    RANKS,
    TITLES,
)

__all__ = [
    "LAYERS",
    "OWNER_FEATURES",
    "Description",
    "Layer",
    "assign",
    "find_descriptions",
    "owner_features",
    "owner_thresholds",
    "role_of",
]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
#: Words that describe nobody when they stand alone: "of Mr", "and the".
_EMPTY = DETERMINERS | LINKS | PREPOSITIONS | TITLES | {"#", "per", "cent", "percent"}
#: Words that end the noun phrase a stretch stands in.
_ENDS = PREPOSITIONS | LINKS | DETERMINERS | frozenset(POSSESSIVE) | frozenset(PRONOUNS)
_MOST_COMPLETED = 2
Layer = Literal["role", "justification"]
LAYERS: tuple[Layer, ...] = get_args(Layer)

#: A source is a candidate when one of its mentions stands this near, in words.
_NEAR = 60
_MARKS = frozenset(",(-–—")

OWNER_FEATURES: tuple[str, ...] = (
    "is_role",
    "length",
    "inside",
    "holds",
    "overlaps",
    "before",
    "after",
    "next_before",
    "next_after",
    "mark_before",
    "mark_after",
    "words_apart",
    "mentions_between",
    "same_sentence",
    "sentences_apart",
    "rank",
    "nearest_is_name",
    "nearest_is_pronoun",
    "nearest_speaks",
    "nearest_is_first",
    "mentions",
    *(f"type_{name}" for name in SOURCE_TYPES),
)


@dataclass(frozen=True, slots=True)
class Description:
    """Words first..last that say what a source is or why it can know. ``score`` lies in 0..1."""

    layer: Layer
    first: int
    last: int
    score: float

    @property
    def words(self) -> WordRange:
        return self.first, self.last


@torch.inference_mode()
def find_descriptions(
    model: AttributionModel,
    article: EncodedArticle,
    words: Tensor,
    thresholds: Mapping[Layer, float],
) -> list[Description]:
    """The marked stretches of both layers, in text order of each.

    Args:
        model: the encoder with its heads; a model without one of the layers finds none in it.
        article: the article.
        words: (n, hidden) word states.
        thresholds: least probability of a marked word, by layer.
    """
    if not len(words):
        return []
    tags = model.tags(words).unflatten(-1, (-1, 3)).float().softmax(-1).cpu().numpy()
    found: list[Description] = []
    for layer in LAYERS:
        column = TAG_LAYERS.index(layer)
        if column < tags.shape[1]:
            stretches = _stretches(article, tags[:, column], thresholds[layer])
            found.extend(Description(layer, *item) for item in stretches)
    return found


def _stretches(
    article: EncodedArticle, tags: Floats, threshold: float
) -> list[tuple[int, int, float]]:
    """(first, last, mean probability) of the runs of marked words within sentences."""
    marked = 1 - tags[:, 0]
    found: list[tuple[int, int, float]] = []
    start: int | None = None
    for word in range(len(marked) + 1):
        on = word < len(marked) and marked[word] >= threshold
        begins = on and (
            start is None
            or tags[word, 1] > max(tags[word, 2], tags[word, 0])
            or article.sentence[word] != article.sentence[word - 1]
        )
        if start is not None and (not on or begins):
            if (item := _trimmed(article, start, word - 1)) is not None:
                found.append((*item, float(marked[item[0] : item[1] + 1].mean())))
            start = None
        if begins:
            start = word
    return found


def _trimmed(article: EncodedArticle, first: int, last: int) -> WordRange | None:
    """The range without marks and titles at its edges.

    None when no word in it describes anybody: articles, prepositions, titles, numbers alone, or
    the rest of a part ("of them" in "one of them").
    """
    plain = article.plain_words
    lettered = [word for word in range(first, last + 1) if article.document.lettered[word]]
    while len(lettered) > 1 and _leads_to_name(plain, *lettered[-2:]):
        del lettered[-1]
    if _EMPTY.issuperset(plain[word] for word in lettered):
        return None
    part = plain[lettered[0]] == "of" and first > 0 and plain[first - 1] in {*INDEFINITE, "#"}
    return None if part else (lettered[0], lettered[-1])


def _leads_to_name(plain: Sequence[str], before: int, last: int) -> bool:
    """True for a last word that only leads to a name: "doctor Mr", "deputy, Cllr"."""
    apart = plain[before + 1 : last] == [","]
    return plain[last] in TITLES or (apart and plain[last] in RANKS)


def assign(
    article: EncodedArticle,
    table: MentionTable,
    clusters: Sequence[Cluster],
    types: Floats,
    descriptions: Sequence[Description],
    scorer: Classifier,
    thresholds: Mapping[Layer, float],
) -> dict[int, list[Description]]:
    """Descriptions by source: each goes to its likeliest source, or to none.

    Args:
        article: the article.
        table: its mentions.
        clusters: its sources.
        types: (clusters, 8) type probabilities.
        descriptions: what was found.
        scorer: over ``OWNER_FEATURES``.
        thresholds: least probability of a source's owning a description, by layer.
    """
    found: dict[int, list[Description]] = {}
    for description in descriptions:
        numbers, rows = owner_features(article, table, clusters, types, description)
        if not len(numbers):
            continue
        scores = scorer.probabilities(rows)
        if scores.max() >= thresholds[description.layer]:
            number = int(numbers[scores.argmax()])
            whole = _completed(article, table, clusters[number], description)
            found.setdefault(number, []).append(whole)
    return {number: _outermost(items) for number, items in found.items()}


def _completed(
    article: EncodedArticle, table: MentionTable, cluster: Cluster, description: Description
) -> Description:
    """A description inside a mention with the one or two words that end its noun phrase.

    "cabinet" in "one cabinet minister" goes on to "minister", but never into a name.
    """
    last = description.last
    words, lettered = article.plain_words, article.document.lettered
    for mention in (table.mentions[row] for row in cluster.members):
        inside = mention.first <= description.first and last <= mention.last
        if not inside or not mention.tokens or (mention.form == "name" and not mention.names):
            continue
        named = {word for name in mention.names for word in range(name.first, name.last + 1)}
        end = last
        while end < mention.last and lettered[end + 1] and words[end + 1] not in _ENDS:
            if end + 1 in named:
                break
            end += 1
        if end - last <= _MOST_COMPLETED:
            last = end
    return replace(description, last=last)


def _outermost(descriptions: Sequence[Description]) -> list[Description]:
    """The descriptions that lie in no other of their layer."""
    return [
        item
        for place, item in enumerate(descriptions)
        if not any(
            other.layer == item.layer
            and other.first <= item.first
            and item.last <= other.last
            and (other.words != item.words or before < place)
            for before, other in enumerate(descriptions)
            if before != place
        )
    ]


def owner_thresholds(settings: Mapping[str, float]) -> dict[Layer, float]:
    """By layer, the least probability of a source's owning a description, from a model's settings.

    Models fitted before the layers had one each have ``owner_threshold`` for both.

    Raises:
        KeyError: a layer has none; the key is what is missing.
    """
    names = {layer: f"{layer}_owner_threshold" for layer in LAYERS}
    shared = "owner_threshold" in settings
    return {
        layer: settings["owner_threshold" if shared and name not in settings else name]
        for layer, name in names.items()
    }


def owner_features(
    article: EncodedArticle,
    table: MentionTable,
    clusters: Sequence[Cluster],
    types: Floats,
    description: Description,
) -> tuple[Ints, Floats]:
    """Numbers (n) of the sources near a description, and their features (n, OWNER_FEATURES)."""
    worded = [row for row, mention in enumerate(table.mentions) if mention.tokens]
    apart = {row: _apart(table.mentions[row].words, description.words) for row in worded}
    nearest: list[tuple[int, int]] = []
    for number, cluster in enumerate(clusters):
        near = [row for row in cluster.members if apart.get(row, _NEAR + 1) <= _NEAR]
        if near:
            nearest.append((number, min(near, key=lambda row: (apart[row], row))))
    ranks = np.argsort(np.argsort([apart[row] for _, row in nearest], kind="stable"))
    rows = [
        _pair(article, table, clusters[number], row, description, apart, int(rank))
        + types[number].tolist()
        for (number, row), rank in zip(nearest, ranks, strict=True)
    ]
    numbers = np.array([number for number, _ in nearest], dtype=np.int64)
    return numbers, np.array(rows, dtype=np.float32).reshape(len(rows), len(OWNER_FEATURES))


def _apart(mention: WordRange, words: WordRange) -> int:
    """Words between two ranges, 0 when they touch or overlap."""
    return max(0, mention[0] - words[1] - 1, words[0] - mention[1] - 1)


def _pair(
    article: EncodedArticle,
    table: MentionTable,
    cluster: Cluster,
    row: int,
    description: Description,
    apart: Mapping[int, int],
    rank: int,
) -> list[float]:
    """What a description has in common with a source's nearest mention."""
    mention, (first, last) = table.mentions[row], description.words
    inside = mention.first <= first and last <= mention.last
    holds = first <= mention.first and mention.last <= last
    overlaps = first <= mention.last and mention.first <= last
    before, after = mention.last < first, last < mention.first
    low, high = (mention.last, first) if before else (last, mention.first)
    between = range(low + 1, high) if before or after else range(0)
    tokens = [article.document.words[word].of(article.document.text) for word in between]
    marks = bool(tokens) and _only_marks(tokens)
    sentences = abs(int(article.sentence[mention.first]) - int(article.sentence[first]))
    worded = [place for place in cluster.members if place in apart]
    return [
        float(description.layer == "role"),
        float(np.log1p(last - first)),
        float(inside),
        float(holds),
        float(overlaps),
        float(before),
        float(after),
        float(before and not tokens),
        float(after and not tokens),
        float(before and marks),
        float(after and marks),
        float(np.log1p(apart[row])),
        float(np.log1p(_between(table, between, apart))),
        float(sentences == 0),
        float(np.log1p(sentences)),
        float(np.log1p(rank)),
        float(mention.form == "name"),
        float(mention.form == "pronoun"),
        float(mention.role == "source"),
        float(row == worded[0]),
        float(np.log1p(len(worded))),
    ]


def _only_marks(tokens: Sequence[str]) -> bool:
    return all(token in _MARKS for token in tokens)


def _between(table: MentionTable, words: range, rows: Collection[int]) -> int:
    """Number of mentions that lie wholly among the words."""
    return sum(
        table.mentions[row].first in words and table.mentions[row].last in words for row in rows
    )


def role_of(article: EncodedArticle, descriptions: Sequence[Description]) -> str:
    """A source's role in the article's words, as :func:`join_roles` joins them."""
    ranges = sorted(item.words for item in descriptions if item.layer == "role")
    return join_roles(article.document.cover(*words).of(article.document.text) for words in ranges)
