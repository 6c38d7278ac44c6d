"""Words of a text, for measuring: maximal runs of regular-expression word characters."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from attribution.types import Span

__all__ = ["Words"]

_WORD = re.compile(r"\w+")


class Words:
    """The words of one text by number, so that spans compare as sets of words.

    Spaces, punctuation and quotation marks at a span's edges thus make no difference.
    """

    def __init__(self, text: str) -> None:
        spans = [match.span() for match in _WORD.finditer(text)]
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def __len__(self) -> int:
        return len(self._starts)

    def within(self, spans: Iterable[Span]) -> frozenset[int]:
        """Numbers of the words that share at least one character with one of ``spans``."""
        found: set[int] = set()
        for span in spans:
            if len(span) > 0:
                found.update(
                    range(bisect_right(self._ends, span.start), bisect_left(self._starts, span.end))
                )
        return frozenset(found)

    @staticmethod
    def stretch(words: frozenset[int]) -> frozenset[int]:
        """Every word from the first to the last of ``words``."""
        return frozenset(range(min(words), max(words) + 1)) if words else words

    @staticmethod
    def iou(first: frozenset[int], second: frozenset[int]) -> float:
        """Intersection over union of two sets of words; 0 when both are empty."""
        union = len(first | second)
        return len(first & second) / union if union else 0.0
