"""Stage 4d: what a resolved source is - its type, and whether anonymity was granted to it.

Both are small classifiers: over the encoder's type scores of the source's mentions (type), and
over states pooled from the sentences they stand in (anonymity, which papers explain in the same
sentence or the next).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from attribution.features import EncodedArticle
from attribution.mentions import FORMS, MentionTable
from attribution.resolve import Cluster
from attribution.tabular import Classifier

__all__ = ["anonymity_features", "source_types", "type_features"]

Floats = NDArray[np.float32]


def source_types(table: MentionTable, clusters: Sequence[Cluster], scorer: Classifier) -> Floats:
    """Probabilities (clusters, 8) over SOURCE_TYPES."""
    if not clusters:
        return np.zeros((0, table.types.shape[1]), dtype=np.float32)
    return scorer.probabilities(
        np.stack([type_features(table, cluster) for cluster in clusters])
    ).astype(np.float32)


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


def anonymity_features(
    article: EncodedArticle, words: Floats, table: MentionTable, cluster: Cluster, types: Floats
) -> Floats:
    """Mean states of the sentences that mention the source, and its type probabilities.

    Args:
        article: the article.
        words: (n, hidden) word states of the article.
        table: its mentions.
        cluster: the source.
        types: (8,) type probabilities of the cluster.
    """
    sentences = {
        int(article.sentence[table.mentions[member].first])
        for member in cluster.members
        if table.mentions[member].tokens
    }
    means = [
        words[
            np.searchsorted(article.sentence, number) : np.searchsorted(
                article.sentence, number, side="right"
            )
        ].mean(0)
        for number in sorted(sentences)[:4]
    ]
    pooled = np.max(means, axis=0) if means else np.zeros(words.shape[1], dtype=np.float32)
    return np.concatenate([pooled, types]).astype(np.float32)
