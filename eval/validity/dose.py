"""How much of a thing moves the score by how much: background, length, shortness.

By gold labels alone, so that what is measured is the formula and not a model's reading.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from attribution.transparency import assess
from attribution.types import Report, Sentence
from eval.validity.resampling import figure, mean

__all__ = ["EXCERPTS", "SHARES", "doses"]

#: Background that is added, as a share of the article's sentences.
SHARES = (0.1, 0.25, 0.5, 1.0)
#: Lengths of excerpts, in sentences; an article gives one when it is twice as long.
EXCERPTS = (3, 5, 8, 10, 12, 15)


def doses(reports: Sequence[Report], samples: int) -> dict[str, Any]:
    """What moves the gold scores of some articles, in points.

    Args:
        reports: of the gold standard (:func:`eval.validity.gold_score.read_gold`).
        samples: resamples of the articles.

    Returns:
        ``background``: by share, the mean move when so many sentences in the author's own voice
        are added. ``half``: the mean move when the second half of an article is left out, and
        ``half_apart`` its mean size. ``excerpts``: by number of sentences, the mean distance of an
        excerpt's score from its article's.
    """
    background = {
        f"{share:.0%}": _mean([_with_background(report, share) for report in reports], samples)
        for share in SHARES
    }
    halves = [_part(report, 0, len(report.sentences) // 2) for report in reports]
    return {
        "background": background,
        "half": _mean(halves, samples),
        "half_apart": _mean([abs(move) for move in halves], samples),
        "excerpts": {str(size): _mean(_excerpts(reports, size), samples) for size in EXCERPTS},
    }


def _mean(moves: Sequence[float], samples: int) -> dict[str, Any]:
    return figure(np.array(moves).reshape(-1, 1), mean, samples=samples)


def _with_background(report: Report, share: float) -> float:
    """The move of the score when a share of sentences without claims is added."""
    worded = [item for item in report.sentences if any(map(str.isalnum, item.span.of(report.text)))]
    added = [Sentence(worded[0].span, "none")] * max(1, round(share * len(worded)))
    sentences = (*report.sentences, *added)
    score = assess(report.text, sentences, report.sources, report.claims).score
    return score - report.transparency.score


def _part(report: Report, start: int, stop: int) -> float:
    """The move of the score when only the sentences from ``start`` to ``stop`` are left."""
    sentences = report.sentences[start:stop]
    held = {key for sentence in sentences for key in sentence.claims}
    claims = [claim for claim in report.claims if claim.id in held]
    score = assess(report.text, sentences, report.sources, claims).score
    return score - report.transparency.score


def _excerpts(reports: Sequence[Report], size: int) -> list[float]:
    """How far excerpts of so many sentences are from their articles, one an article."""
    rng = random.Random(size)
    return [
        abs(_part(report, start, start + size))
        for report in reports
        if len(report.sentences) >= 2 * size
        for start in [rng.randrange(len(report.sentences) - size + 1)]
    ]
