"""Where an article states the role of a source: labels for the flat layer of roles.

The corpora give a role as words ("chief executive of Pure Supply"), mostly in the order of the
text, at times put together from two places or with a word changed. The words that state it are
looked for around the mentions of the source.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

__all__ = ["role_ranges"]

Range = tuple[int, int]
#: Words before and after a mention in which its role is looked for.
_AROUND = 30
#: Share of a role's words that a stretch must have, and most words it may have beside them.
_LEAST_SHARE, _SPARE = 0.75, 2
#: Words of so few letters join others; they say little of a role themselves.
_SHORT = 2


def role_ranges(words: Sequence[str], mentions: Sequence[Range], role: str) -> list[Range]:
    """Word ranges (ends inclusive) that state a role, in text order; empty when none is found.

    Args:
        words: the article's words.
        mentions: word ranges that name the source.
        role: the role as the corpus has it; parts after commas may stand apart.
    """
    lowered = [word.lower() for word in words]
    whole = _best(lowered, mentions, role)
    if whole:
        return [whole]
    parts = (_best(lowered, mentions, part) for part in re.split(r"[,;]", role))
    return sorted({part for part in parts if part})


def _best(words: Sequence[str], mentions: Sequence[Range], role: str) -> Range | None:
    """The stretch that has most of the role's words, fewest others, and the nearest mention."""
    wanted = Counter(re.findall(r"\w+", re.sub(r"['’]s\b", "", role.lower())))
    size = sum(number for word, number in wanted.items() if _counts(word))
    if not size:
        return None
    found: list[tuple[float, int, Range]] = []
    for first, last in mentions:
        here = range(max(0, first - _AROUND), min(len(words), last + 1 + _AROUND))
        for start in here:
            if words[start] not in wanted or not _counts(words[start]):
                continue
            if first <= start <= last and size > last - first + 1:
                continue
            # A stretch from before a mention stops there: what is behind it stands apart.
            stop = first if start < first else here.stop
            stretch = _stretch(words, start, stop, wanted)
            score, end = max(stretch, default=(0.0, start))
            if score >= _LEAST_SHARE * size:
                distance = min(abs(start - last), abs(first - end))
                found.append((score, -distance, (start, end)))
    return max(found)[2] if found else None


def _counts(word: str) -> bool:
    return len(word) > _SHORT


def _stretch(
    words: Sequence[str], start: int, stop: int, wanted: Counter[str]
) -> list[tuple[float, int]]:
    """(matched words less half the others, last word) of stretches that end on a wanted word."""
    left = wanted.copy()
    matched, spare = 0, 0
    ends = []
    for at in range(start, stop):
        word = words[at]
        if left[word] > 0:
            left[word] -= 1
            matched += _counts(word)
            ends.append((matched - 0.5 * spare, at))
        elif word[0].isalnum() and _counts(word):
            spare += 1
            if spare > _SPARE:
                break
    return ends
