"""What two reports have in common and what not: what :mod:`attribution.compare.reports` gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from attribution.types import Claim, Report, Source

__all__ = [
    "COMPARISON_SCHEMA",
    "ClaimChange",
    "ClaimPair",
    "Comparison",
    "Numbers",
    "SourceChange",
    "SourcePair",
    "content",
]

COMPARISON_SCHEMA = "attribution.comparison/1"

ClaimChange = Literal["content", "source", "chain", "speech", "kind"]
SourceChange = Literal["name", "type", "role", "anonymity_granted"]


@dataclass(frozen=True, slots=True)
class ClaimPair:
    """One claim in both reports, and what is different (:mod:`attribution.compare.reports`)."""

    a: Claim
    b: Claim
    changes: tuple[ClaimChange, ...]


@dataclass(frozen=True, slots=True)
class SourcePair:
    """One source in both reports, and which of its fields differ."""

    a: Source
    b: Source
    changes: tuple[SourceChange, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A figure of both reports; None where a report lacks it."""

    a: float | None
    b: float | None

    @property
    def difference(self) -> float | None:
        """How much larger b's is."""
        return None if self.a is None or self.b is None else self.b - self.a


@dataclass(frozen=True)
class Comparison:
    """What ``compare`` finds. ``lost`` is in ``a`` alone, ``gained`` in ``b`` alone.

    ``claims`` and ``sources`` are all that stand in both, with and without changes, in the order of
    ``a``. ``same_sentences`` is the share of sentences that stand in both, word for word and in the
    same order.
    """

    a: Report
    b: Report
    same_sentences: float
    claims: tuple[ClaimPair, ...]
    claims_lost: tuple[Claim, ...]
    claims_gained: tuple[Claim, ...]
    sources: tuple[SourcePair, ...]
    sources_lost: tuple[Source, ...]
    sources_gained: tuple[Source, ...]
    score: Numbers
    components: dict[str, Numbers]

    @property
    def claims_changed(self) -> tuple[ClaimPair, ...]:
        """The claims in both that differ in something."""
        return tuple(pair for pair in self.claims if pair.changes)

    @property
    def sources_changed(self) -> tuple[SourcePair, ...]:
        """The sources in both that differ in something."""
        return tuple(pair for pair in self.sources if pair.changes)

    def __bool__(self) -> bool:
        """Whether there is any difference in claims, sources or score."""
        found = (self.claims_lost, self.claims_gained, self.claims_changed)
        named = (self.sources_lost, self.sources_gained, self.sources_changed)
        figures = (self.score, *self.components.values())
        return any((*found, *named)) or any(figure.a != figure.b for figure in figures)

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain data, by schema ``attribution.comparison/1``."""
        return {
            "schema": COMPARISON_SCHEMA,
            "a": _about(self.a),
            "b": _about(self.b),
            "same_sentences": self.same_sentences,
            "sources": {
                "lost": [_plain_source(source) for source in self.sources_lost],
                "gained": [_plain_source(source) for source in self.sources_gained],
                "changed": [
                    {
                        "a": _plain_source(pair.a),
                        "b": _plain_source(pair.b),
                        "changes": list(pair.changes),
                    }
                    for pair in self.sources_changed
                ],
            },
            "claims": {
                "lost": [_plain_claim(self.a, claim) for claim in self.claims_lost],
                "gained": [_plain_claim(self.b, claim) for claim in self.claims_gained],
                "changed": [
                    {
                        "a": _plain_claim(self.a, pair.a),
                        "b": _plain_claim(self.b, pair.b),
                        "changes": list(pair.changes),
                    }
                    for pair in self.claims_changed
                ],
            },
            "score": _plain_numbers(self.score),
            "components": {name: _plain_numbers(each) for name, each in self.components.items()},
        }


def content(report: Report, claim: Claim) -> str:
    """A claim's words, white space folded, pieces joined by " … "."""
    return " … ".join(" ".join(piece.of(report.text).split()) for piece in claim.content)


def _about(report: Report) -> dict[str, Any]:
    return {
        "title": report.title,
        "publisher": report.publisher,
        "model": report.model.to_dict(),
        "sources": len(report.sources),
        "claims": len(report.claims),
    }


def _plain_source(source: Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "name": source.name,
        "type": source.type,
        "role": source.role,
        "anonymity_granted": source.anonymity_granted,
    }


def _plain_claim(report: Report, claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "content": content(report, claim),
        "source": report.source(claim.source).name,
        "chain": [report.source(key).name for key in claim.chain],
        "speech": claim.speech,
        "kind": claim.kind,
    }


def _plain_numbers(numbers: Numbers) -> dict[str, float | None]:
    return {"a": numbers.a, "b": numbers.b, "difference": numbers.difference}
