"""Stage 4d, after types: whose the words of a page of letters are.

Readers' letters are signed below: a paragraph that is a person's name and nothing else. What their
author says in the paragraphs above, up to the signature before, is the signer's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from attribution.features import EncodedArticle
from attribution.mentions import MentionTable
from attribution.resolve import Cluster
from attribution.types import SOURCE_TYPES

__all__ = ["sign_letters"]

_ACCOUNT = re.compile(r"@\w+")
_AUTHOR = SOURCE_TYPES.index("author")
_PERSON = SOURCE_TYPES.index("named_person")
#: A page has so many signatures; nothing longer than a place or a date, in words, follows the last.
_LEAST, _LONGEST = 2, 6


def sign_letters(
    article: EncodedArticle,
    table: MentionTable,
    clusters: Sequence[Cluster],
    types: NDArray[np.float32],
) -> tuple[list[Cluster], NDArray[np.float32]]:
    """Sources and types with what the author says in signed letters given to the signers.

    Args:
        article: the article.
        table: its mentions.
        clusters: its sources.
        types: (clusters, 8) type probabilities.
    """
    signed = _signatures(article, table)
    if len(signed) < _LEAST or _goes_on(article, signed[-1][0]):
        return list(clusters), types
    types = types.copy()
    owner = {member: number for number, item in enumerate(clusters) for member in item.members}
    above = -1
    for below, row in signed:
        if row is not None:
            said = [
                member
                for number in np.flatnonzero(types.argmax(1) == _AUTHOR).tolist()
                for member in clusters[number].members
                if above < table.mentions[member].first < below
            ]
            _give(clusters, said, owner[row])
            if said:
                types[owner[row]] = np.eye(len(SOURCE_TYPES), dtype=types.dtype)[_PERSON]
        above = below
    kept = [number for number, item in enumerate(clusters) if item.members]
    return [clusters[number] for number in kept], types[kept]


def _give(clusters: Sequence[Cluster], members: Sequence[int], signer: int) -> None:
    """Move mentions to the signer's cluster."""
    for cluster in clusters:
        cluster.members = [member for member in cluster.members if member not in members]
    clusters[signer].members = sorted((*clusters[signer].members, *members))


def _signatures(article: EncodedArticle, table: MentionTable) -> list[tuple[int, int | None]]:
    """Paragraphs that are nothing but a person's name or an account: first word and mention.

    An account ("@harbour_watch") has no mention, and the first paragraph is the headline.
    """
    named = {
        mention.words: row
        for row, mention in enumerate(table.mentions)
        if any((name.first, name.last) == mention.words for name in mention.names)
    }
    persons = {
        words
        for words, row in named.items()
        if words[0] < words[1] and table.mentions[row].names[0].type == "PERSON"
    }
    document = article.document
    found: list[tuple[int, int | None]] = []
    edges = np.searchsorted(article.paragraph, np.arange(int(article.paragraph[-1]) + 2)).tolist()
    for first, end in list(pairwise(edges))[1:]:
        last = end - 1
        while last > first and not document.lettered[last]:
            last -= 1
        if (first, last) in persons:
            found.append((first, named[first, last]))
        elif last > first and _ACCOUNT.fullmatch(document.cover(first, last).of(document.text)):
            found.append((first, None))
    return found


def _goes_on(article: EncodedArticle, word: int) -> bool:
    """True when a paragraph of some length stands behind the word's."""
    sizes = np.bincount(article.paragraph)
    return bool((sizes[article.paragraph[word] + 1 :] > _LONGEST).any())
