"""Tiny gold articles and reports, built by quoting the words of their spans."""

from __future__ import annotations

from dataclasses import replace

from attribution.types import Claim, Report, Source, Span
from eval.gold_report import gold_report
from training.readers.gold import GoldArticle, GoldClaim, GoldSource

TEXT = (
    "Ines Varga said the bridge was safe. She added that trains would run on Sunday. "
    "Nobody moved. According to the Lind Gazette, the mayor told aides he would resign."
)
VARGA = GoldSource("s1", "Ines Varga", "named_person", "engineer")
MAYOR = GoldSource("s2", "the mayor", "unnamed_person")
GAZETTE = GoldSource("s3", "Lind Gazette", "media_outlet")


def span(words: str, text: str = TEXT) -> Span:
    """The first place of ``words`` in ``text``."""
    start = text.index(words)
    return Span(start, start + len(words))


def spans(*pieces: str, text: str = TEXT) -> tuple[Span, ...]:
    return tuple(span(piece, text) for piece in pieces)


SAFE = GoldClaim(
    id="1",
    content=spans("the bridge was safe"),
    cue=spans("said"),
    source_mention=spans("Ines Varga"),
    source="s1",
    via=(),
    kind="statement",
    speech="indirect",
)
TRAINS = GoldClaim(
    id="2",
    content=spans("that trains would run on Sunday"),
    cue=spans("added"),
    source_mention=spans("She"),
    source="s1",
    via=(),
    kind="statement",
    speech="indirect",
)
RESIGN = GoldClaim(
    id="3",
    content=spans("he would resign"),
    cue=spans("told aides"),
    source_mention=spans("the mayor"),
    source="s2",
    via=("s3",),
    kind="intention",
    speech="indirect",
)


def article(
    *claims: GoldClaim, text: str = TEXT, nested: bool = False, resolved: bool = True
) -> GoldArticle:
    """A gold article with these claims, all three by default."""
    return GoldArticle(
        doc="tiny",
        text=text,
        claims=claims or (SAFE, TRAINS, RESIGN),
        sources=(VARGA, MAYOR, GAZETTE),
        resolved=resolved,
        nested=nested,
    )


def perfect(gold: GoldArticle) -> Report:
    """The report that has everything right."""
    return gold_report(gold)


def with_claim(report: Report, claim_id: str, /, **changes: object) -> Report:
    """The report with some fields of one claim changed."""
    claims = tuple(
        replace(claim, **changes) if claim.id == claim_id else claim for claim in report.claims
    )
    return replace(report, claims=claims)


def without_claim(report: Report, name: str) -> Report:
    return replace(report, claims=tuple(claim for claim in report.claims if claim.id != name))


def with_source(report: Report, source_id: str, /, **changes: object) -> Report:
    """The report with some fields of one source changed, or a source of this id added."""
    known = [source.id for source in report.sources]
    if source_id not in known:
        return replace(report, sources=(*report.sources, Source(source_id, **changes)))
    sources = tuple(
        replace(source, **changes) if source.id == source_id else source
        for source in report.sources
    )
    return replace(report, sources=sources)


def extra_claim(report: Report, content: tuple[Span, ...], **fields: object) -> Report:
    """The report with one more claim, by default a statement of the first source."""
    claim = Claim(
        **{
            "id": "extra",
            "content": content,
            "cue": None,
            "source_mention": None,
            "source": "s1",
            "speech": "indirect",
            "kind": "statement",
            "chain": ("s1",),
            "confidence": 1.0,
            **fields,
        }
    )
    return replace(report, claims=(*report.claims, claim))
