"""Stage 3b: claims in words, as they leave decoding, and what is counted over their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from attribution.confidence import Evidence
from attribution.features import EncodedArticle
from attribution.roles import WordRange

__all__ = ["ClaimDraft", "count_words", "covered_by", "joined", "mask", "with_content"]

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class ClaimDraft:
    """A claim in words of the article (ranges with inclusive ends), before resolution.

    ``predicate`` is the word that opens it; ``cue`` and ``source`` are None where there is none.
    ``via`` are mentions of intermediaries in text order; ``via_scores`` are the probabilities of
    the words from ``scores_from`` on to belong to one. ``kind`` and ``speech`` are probabilities
    over KINDS and SPEECHES; ``confidence``, 0..1, follows from ``evidence``, which only decoded
    claims have.
    """

    predicate: int
    cue: WordRange | None
    source: WordRange | None
    content: tuple[WordRange, ...]
    via: tuple[WordRange, ...]
    kind: Floats
    speech: Floats
    confidence: float
    scores_from: int
    via_scores: Floats
    evidence: Evidence | None = None


def count_words(article: EncodedArticle, pieces: Sequence[WordRange]) -> int:
    """How many words with a letter or digit the pieces have."""
    lettered = article.document.lettered
    return sum(sum(lettered[first : last + 1]) for first, last in pieces)


def with_content(
    article: EncodedArticle, draft: ClaimDraft, content: tuple[WordRange, ...]
) -> ClaimDraft:
    """The claim with another content."""
    words = count_words(article, content)
    evidence = replace(draft.evidence, words=words) if draft.evidence else None
    return replace(draft, content=content, evidence=evidence)


def mask(article: EncodedArticle, pieces: Sequence[WordRange]) -> NDArray[np.bool_]:
    """For every word whether it lies in one of the pieces."""
    found = np.zeros(len(article), dtype=bool)
    for first, last in pieces:
        found[first : last + 1] = True
    return found


def covered_by(article: EncodedArticle, drafts: Sequence[ClaimDraft]) -> NDArray[np.bool_]:
    """Words that are content, cue or source of a claim."""
    pieces = [piece for draft in drafts for piece in draft.content]
    pieces += [part for draft in drafts for part in (draft.cue, draft.source) if part]
    return mask(article, pieces)


def joined(pieces: Sequence[WordRange]) -> tuple[WordRange, ...]:
    """The pieces in text order, those that share words as one."""
    merged: list[WordRange] = []
    for first, last in sorted(pieces):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)
