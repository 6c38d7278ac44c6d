"""Stage 4b: whose turn it is in a dialogue, where a line does not say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from attribution.linking import Pairing

__all__ = ["speaker_by_turns"]

Ints = NDArray[np.int64]


def speaker_by_turns(pairing: Pairing, row: int, owner: Sequence[int] | Ints) -> int | None:
    """The source of a line that is a quotation and nothing else, between two who take turns.

    It is whoever spoke before the last, when the two paragraphs before open with quotations of
    two different sources. None where they do not, and for other mentions.

    Args:
        pairing: the article's mentions.
        row: the mention that stands for the line's source.
        owner: source of every mention before ``row``.
    """
    article, mention = pairing.article, pairing.table.mentions[row]
    place = int(article.paragraph[mention.first])
    if mention.form != "continuation" or not _is_line(pairing, mention.first):
        return None
    last, before = (_speaker(pairing, row, place - back, owner) for back in (1, 2))
    return before if last is not None and before != last else None


def _is_line(pairing: Pairing, first: int) -> bool:
    """Whether the word opens a quotation, with both marks, that is a paragraph."""
    article = pairing.article
    document, number = article.document, article.quote[first]
    if number < 0 or not document.quotes[number].closed:
        return False
    paragraph = document.paragraphs[article.paragraph[first]]
    return (
        document.quotes[number].span == paragraph and document.words[first].start == paragraph.start
    )


def _speaker(pairing: Pairing, row: int, place: int, owner: Sequence[int] | Ints) -> int | None:
    """The only source of the claims in a paragraph that opens with a quotation, else None.

    Claims inside quotations do not count: they are what the speaker says of others.
    """
    article, found = pairing.article, set()
    for earlier in range(row - 1, -1, -1):
        first = int(pairing.first[earlier])
        if article.paragraph[first] < place:
            break
        opens = first == 0 or article.paragraph[first - 1] < place
        if (
            article.paragraph[first] == place
            and pairing.speaks[earlier]
            and (article.quote[first] < 0 or opens)
        ):
            found.add(int(owner[earlier]))
    opening = article.paragraph.searchsorted(place)
    quoted = place >= 0 and article.quote[opening] >= 0
    return found.pop() if quoted and len(found) == 1 else None
