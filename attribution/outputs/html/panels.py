"""What stands around the article on the page: the score in words and the table of numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from attribution.counted import count
from attribution.independence import independence
from attribution.outputs.html.words import one_line, plural
from attribution.transparency import Ground, evidence
from attribution.types import Component, Report

__all__ = ["Score", "ScoreRow", "figures", "score_of", "score_rows"]

_NAMES = {
    "attributed_sentences": "Attributed sentences",
    "identified_sources": "Identified sources",
    "anonymity": "Openness about unnamed sources",
    "source_spread": "Spread over sources",
    "hearsay": "First hand rather than relayed",
    "direct_quotation": "Direct quotation",
}


@dataclass(frozen=True, slots=True)
class Score:
    """The score in whole points; ``range`` and ``place`` are interval and percentile in words."""

    points: str
    range: str
    too_little: bool
    place: str


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A component of the score; ``value`` is 0 to 100, the points are its part of the score.

    ``grounds`` are the sentences behind it, numbered from 1.
    """

    name: str
    value: int
    points: str
    most: str
    why: str
    grounds: tuple[Ground, ...]


def score_of(report: Report) -> Score:
    """The score of a report, as the page says it."""
    result = report.transparency
    ends = result.interval
    words = "" if ends is None else f"{_points(ends[0])} to {_points(ends[1])}"
    place = ""
    if result.percentile is not None:
        place = f"higher than {_points(result.percentile)}% of the reference articles"
    return Score(_points(result.score), words, result.too_little, place)


def _points(number: float) -> str:
    return f"{number:.0f}" if math.isfinite(number) else "–"


def score_rows(report: Report) -> tuple[ScoreRow, ...]:
    """The components of the score, with the sentences behind each."""
    parts = report.transparency.components
    total = math.fsum(part.weight for part in parts.values())
    grounds = evidence(report)
    return tuple(
        _row(name, part, 100 * part.weight / total if total else 0.0, grounds.get(name, ()))
        for name, part in parts.items()
    )


def _row(name: str, part: Component, most: float, grounds: tuple[Ground, ...]) -> ScoreRow:
    value = min(max(part.value, 0.0), 1.0) if math.isfinite(part.value) else 0.0
    return ScoreRow(
        name=_NAMES.get(name) or one_line(name.replace("_", " ")).capitalize(),
        value=round(100 * value),
        points=f"{most * value:.1f}",
        most=f"{most:.0f}",
        why=one_line(part.why),
        grounds=tuple(
            Ground(ground.what, tuple(number + 1 for number in ground.sentences))
            for ground in grounds
        ),
    )


def figures(report: Report) -> tuple[tuple[str, str], ...]:
    """The numbers at the head of the page, each with what it counts."""
    found = independence(report)
    counted = count(report.text, report.sentences, report.sources, report.claims)
    sentences, reporting = len(counted.by_sentence), sum(map(bool, counted.by_sentence))
    claims, sources = len(report.claims), len(report.sources)
    return (
        (str(claims), plural(claims, "claim")),
        (str(sources), plural(sources, "source")),
        (f"{found.channels} of {found.origins}", "identified origins are independent"),
        (f"{reporting} of {sentences}", "sentences report what a source says or thinks"),
    )
