"""A report as its page shows it: sources and claims with numbers, colours and words.

Sources and claims go by their place in the report, from 1. The report's own ids are not used on
the page: they may be anything.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from attribution.outputs.html.words import TYPES, Sign, counted, one_line, shortened, sign_of
from attribution.types import Claim, Kind, Report, Source, Span, Speech

__all__ = ["COLOURS", "ClaimView", "SourceView", "View", "look_at"]

#: So many sources have a colour of their own; then colours repeat, and the labels tell them apart.
COLOURS = 8
#: Characters of a claim's words, and of a single mention or cue, on the page outside the article.
_WORDS, _PHRASE = 280, 120


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source of the page.

    ``colour`` is a class of the style sheet; ``claims`` and ``relayed`` are how many claims
    originate from it and how many it passed on; ``grounds`` are the words that say why it can know.
    """

    number: int
    name: str
    type: str
    role: str
    sign: Sign | None
    colour: str
    claims: int
    relayed: int
    grounds: tuple[str, ...]

    @property
    def label(self) -> str:
        """Its sign in text and drawing: ``S1``."""
        return f"S{self.number}"

    @property
    def carried(self) -> int:
        """How many claims it originates or passes on."""
        return self.claims + self.relayed

    @property
    def amount(self) -> str:
        """Both numbers in words: ``2 claims, relays 1``."""
        if not self.relayed:
            return counted(self.claims, "claim")
        if not self.claims:
            return f"relays {counted(self.relayed, 'claim')}"
        return f"{counted(self.claims, 'claim')}, relays {self.relayed}"


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim of the page; ``way`` is its chain as the claim travelled, the origin first."""

    number: int
    words: str
    way: tuple[SourceView, ...]
    speech: Speech
    kind: Kind
    cue: str
    mention: str
    confidence: int

    @property
    def source(self) -> SourceView:
        return self.way[0]


@dataclass(frozen=True, slots=True)
class View:
    """All sources and claims of a page, in the report's order."""

    report: Report
    sources: tuple[SourceView, ...]
    claims: tuple[ClaimView, ...]

    def ranked(self) -> list[SourceView]:
        """The sources, those with the most claims first."""
        return sorted(self.sources, key=lambda source: -source.carried)


def look_at(report: Report) -> View:
    """Number and colour the sources and claims of a report.

    Raises:
        KeyError: A chain has a source that the report lacks.
    """
    origins = Counter(claim.source for claim in report.claims)
    relays = Counter(key for claim in report.claims for key in claim.via)
    used = sorted(report.sources, key=lambda source: -origins[source.id] - relays[source.id])
    rank = {source.id: place for place, source in enumerate(used)}
    views = {
        source.id: SourceView(
            number=number,
            name=one_line(source.name) or "(no name)",
            type=TYPES.get(source.type) or one_line(source.type),
            role=one_line(source.role),
            sign=sign_of(source),
            colour=_colour(source, rank[source.id]),
            claims=origins[source.id],
            relayed=relays[source.id],
            grounds=tuple(_phrase(report, words) for words in source.justification),
        )
        for number, source in enumerate(report.sources, start=1)
    }
    claims = tuple(
        ClaimView(
            number=number,
            words=shortened(" … ".join(piece.of(report.text) for piece in claim.content), _WORDS),
            way=_way(claim, views),
            speech=claim.speech,
            kind=claim.kind,
            cue=_phrase(report, claim.cue),
            mention=_phrase(report, claim.source_mention),
            confidence=round(100 * claim.confidence),
        )
        for number, claim in enumerate(report.claims, start=1)
    )
    return View(report, tuple(views.values()), claims)


def _colour(source: Source, rank: int) -> str:
    return "k-none" if source.type in ("unspecified", "author") else f"k{rank % COLOURS}"


def _way(claim: Claim, views: dict[str, SourceView]) -> tuple[SourceView, ...]:
    return tuple(views[key] for key in reversed(claim.chain))


def _phrase(report: Report, span: Span | None) -> str:
    return "" if span is None else shortened(span.of(report.text), _PHRASE)
