"""Stage 3b: which words a quotation has, and how much of them somebody is heard to say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from attribution.features import CAPITALISED, EncodedArticle
from attribution.roles import WordRange

__all__ = [
    "begins_at",
    "is_heard",
    "is_labelled",
    "outer_quotations",
    "share_heard",
    "words_within",
]

Floats = NDArray[np.float32]


def outer_quotations(article: EncodedArticle) -> list[tuple[range, bool]]:
    """The words of every quotation that stands in no other, and whether it has a closing mark."""
    document = article.document
    found = [
        (document.words_in(quote.span), quote.closed)
        for quote in document.quotes
        if not quote.depth
    ]
    return [(words, closed) for words, closed in found if words]


def is_labelled(article: EncodedArticle, words: range) -> bool:
    """Whether words begin with capitalised ones and a colon: "ROE: We have no money."."""
    document = article.document
    for word in words:
        if article.features[word, 0] < CAPITALISED:
            return word > words.start and document.words[word].of(document.text) == ":"
    return False


def is_heard(article: EncodedArticle, heard: Floats, words: range) -> bool:
    """Whether these words, punctuation apart, are somebody's rather than the author's."""
    return share_heard(article, heard, words) > 0.5


def share_heard(article: EncodedArticle, heard: Floats, words: range) -> float:
    """How much of these words, punctuation apart, is heard."""
    lettered = [word for word in words if article.document.lettered[word]]
    return float(heard[lettered].mean()) if lettered else 0.0


def words_within(pieces: Sequence[WordRange], words: range) -> int:
    """How many of the words lie in the pieces."""
    return sum(
        max(0, min(last + 1, words.stop) - max(first, words.start)) for first, last in pieces
    )


def begins_at(parts: NDArray[np.int64], word: int) -> bool:
    """Whether a new part (a sentence, a paragraph) begins with the word, or the text is over."""
    return word in (0, len(parts)) or bool(parts[word] != parts[word - 1])
