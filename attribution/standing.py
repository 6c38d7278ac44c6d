"""Stage 4e: the article's own words on a source - its role, and why it can know what it says.

A small classifier over (words, source) pairs says whose the words are that descriptions found:
they stand inside a mention of the source, in front of one, or behind one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from attribution.descriptions import LAYERS, Description, Layer
from attribution.features import EncodedArticle
from attribution.mentions import Mention, MentionTable, own_names
from attribution.naming import join_roles
from attribution.resolve import Cluster
from attribution.roles import WordRange
from attribution.tabular import Classifier
from attribution.types import SOURCE_TYPES
from attribution.wordclasses import DETERMINERS, LINKING, LINKS, POSSESSIVE, PRONOUNS, TITLES
from attribution.wording import wording

__all__ = [
    "OWNER_FEATURES",
    "assign",
    "owner_features",
    "owner_thresholds",
    "role_of",
    "title_of",
]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
#: Words that end the noun phrase a stretch stands in.
_ENDS = LINKING | LINKS | DETERMINERS | frozenset(POSSESSIVE) | frozenset(PRONOUNS)
_MOST_COMPLETED = 2
#: What a title may stand behind, and how many words further.
_OPENING = DETERMINERS | frozenset("his her its their my our".split())
_MOST_BEFORE = 3
#: What leads to a name or away from it: "envoy for the", "student Dr".
_LOOSE = LINKING | LINKS | DETERMINERS | TITLES

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
            told = _without_own_name(article, table, clusters[number], whole)
            if told is not None:
                found.setdefault(number, []).append(told)
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


def _without_own_name(
    article: EncodedArticle, table: MentionTable, cluster: Cluster, description: Description
) -> Description | None:
    """A description without words of the source's own name at its edges, None if that is all.

    "Spokeswoman for the Board, Ada" before "Roe", "student Dr Ada"; a person's name alone.
    """
    own = {
        word
        for row in cluster.members
        for name in own_names(table.mentions[row])
        if name.type == "PERSON"
        for word in range(name.first, name.last + 1)
    }
    first, last = description.words
    if own.isdisjoint(range(first, last + 1)):
        return description
    plain, lettered = article.plain_words, article.document.lettered
    while first <= last and (last in own or not lettered[last] or plain[last] in _LOOSE):
        last -= 1
    while first <= last and (first in own or not lettered[first] or plain[first] in _LOOSE):
        first += 1
    return replace(description, first=first, last=last) if first <= last else None


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
    return join_roles(wording(article, *words) for words in ranges)


def title_of(
    article: EncodedArticle, mentions: Sequence[Mention], descriptions: Sequence[Description]
) -> str:
    """The ground that is a person's title: it ends in front of a name or of the comma before it.

    "The harbour secretary, Ada Roe, has left": where the name alone is the mention. It stands
    behind an article or possessive, which no verb does, with what is between them.
    """
    names = [name for item in mentions for name in own_names(item) if name.type == "PERSON"]
    plain, lettered = article.plain_words, article.document.lettered
    for item in descriptions:
        behind = item.last + 1
        between = {tuple(plain[behind : n.first]) for n in names if n.first >= behind}
        if item.layer != "justification" or between.isdisjoint(((), (",",))):
            continue
        first = item.first
        while first and lettered[first - 1] and plain[first] not in _OPENING:
            first -= 1
        added = plain[first + 1 : item.first]
        opened = plain[first] in _OPENING and article.sentence[first] == article.sentence[item.last]
        if opened and len(added) < _MOST_BEFORE and _ENDS.isdisjoint(added) and first < item.last:
            return join_roles([wording(article, first, item.last)])
    return ""
