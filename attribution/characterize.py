"""Stage 4d: what a resolved source is - its type, and whether anonymity was granted to it.

Both are small classifiers: over the encoder's type scores of the source's mentions (type), and
over the words around them (anonymity, which papers explain in the same sentence or the next).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from attribution.features import EncodedArticle
from attribution.mentions import FORMS, MentionTable
from attribution.nameless import introducing
from attribution.resolve import Cluster
from attribution.tabular import Classifier
from attribution.types import SOURCE_TYPES

__all__ = ["ANONYMITY_SIZE", "anonymity_features", "source_types", "type_features"]

Floats = NDArray[np.float32]

ANONYMITY_SIZE = 1 << 15
_NAMED, _UNNAMED = map(SOURCE_TYPES.index, ("named_person", "unnamed_person"))
#: Words behind a mention that count as its own, and most words in a sequence.
_BEHIND, _LONGEST = 12, 3


def source_types(table: MentionTable, clusters: Sequence[Cluster], scorer: Classifier) -> Floats:
    """Probabilities (clusters, 8) over SOURCE_TYPES.

    Whom "the analyst, Lu Poe" names is a named person, however often "an analyst" came before.
    """
    if not clusters:
        return np.zeros((0, table.types.shape[1]), dtype=np.float32)
    found = scorer.probabilities(
        np.stack([type_features(table, cluster) for cluster in clusters])
    ).astype(np.float32)
    for number, cluster in enumerate(clusters):
        nameless = found[number].argmax() == _UNNAMED
        if nameless and any(introducing(table.mentions[member]) for member in cluster.members):
            found[number, [_NAMED, _UNNAMED]] = found[number, [_UNNAMED, _NAMED]]
    return found


def type_features(table: MentionTable, cluster: Cluster) -> Floats:
    """Pooled head probabilities, names and forms of a cluster's mentions.

    No states: the classifier is fitted on what models say of articles they were not trained on,
    and states of different models have nothing in common.
    """
    members = cluster.members
    mentions = [table.mentions[member] for member in members]
    claimed = [
        member for member in members if table.mentions[member].role in ("source", "zero")
    ] or members
    names = {entity.type for mention in mentions for entity in mention.names}
    forms = [sum(mention.form == form for mention in mentions) / len(mentions) for form in FORMS]
    extra = [
        float("PERSON" in names),
        float("ORGANIZATION" in names),
        float(any(mention.role == "via" for mention in mentions)),
        float(any(mention.role in ("source", "zero") for mention in mentions)),
        float(np.log1p(len(mentions))),
        *forms,
    ]
    types = table.types[claimed]
    return np.concatenate(
        [types.mean(0), types.max(0), table.types[members].mean(0), extra]
    ).astype(np.float32)


def anonymity_features(article: EncodedArticle, table: MentionTable, cluster: Cluster) -> Floats:
    """Which word sequences stand where a source is mentioned, hashed (ANONYMITY_SIZE of 0 and 1).

    Sequences of one to three words (Weinberger et al., "Feature hashing for large scale multitask
    learning", 2009), apart for three places: a mention and the words behind it, its sentence, the
    sentence after. Words and not states, so that one classifier serves every encoder.
    """
    words = article.plain_words
    found = np.zeros(ANONYMITY_SIZE, dtype=np.float32)
    mentions = [table.mentions[member] for member in cluster.members]
    for mention in mentions:
        if mention.tokens:
            near = words[mention.first : mention.last + 1 + _BEHIND]
            found[_hashed("mention", near)] = 1.0
    for sentence in {int(article.sentence[mention.first]) for mention in mentions}:
        edges = np.searchsorted(article.sentence, [sentence, sentence + 1, sentence + 2])
        own, following = (words[first:last] for first, last in pairwise(edges.tolist()))
        found[_hashed("sentence", own)] = 1.0
        found[_hashed("after", following)] = 1.0
    return found


def _hashed(place: str, words: Sequence[str]) -> list[int]:
    return [
        zlib.crc32(f"{place} {' '.join(words[start : start + size])}".encode("utf-8", "replace"))
        % ANONYMITY_SIZE
        for size in range(1, _LONGEST + 1)
        for start in range(len(words) - size + 1)
    ]
