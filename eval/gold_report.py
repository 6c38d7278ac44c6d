"""A gold article as the report a perfect system would write: the measures' upper bound."""

from __future__ import annotations

from attribution.segment import segment
from attribution.types import Claim, ModelInfo, Report, Sentence, Source, Span, Transparency
from training.readers.gold import GoldArticle, GoldClaim

__all__ = ["gold_report"]

_NOBODY = Source("unlabelled", "", "unspecified")


def gold_report(article: GoldArticle) -> Report:
    """The article's gold claims in the report's form.

    A source mention or cue in pieces becomes one span from its first to its last character, since
    a report has one span for each. Unlabelled parts get neutral values: no measure looks at them.
    """
    claims = tuple(_claim(claim) for claim in article.claims)
    sentences = tuple(Sentence(span, "none") for span in segment(article.text).sentences)
    sources = tuple(
        Source(
            source.id,
            source.name,
            source.type,
            source.role,
            source.anonymity_granted,
            justification=source.justification or (),
        )
        for source in article.sources
    )
    return Report(
        text=article.text,
        title=article.title,
        sentences=sentences,
        sources=(*sources, _NOBODY),
        claims=claims,
        transparency=Transparency(0.0),
        model=ModelInfo("gold", "1"),
    )


def _claim(claim: GoldClaim) -> Claim:
    source = claim.source if claim.source is not None else _NOBODY.id
    return Claim(
        id=claim.id,
        content=claim.content,
        cue=_whole(claim.cue),
        source_mention=_whole(claim.source_mention),
        source=source,
        speech=claim.speech or "indirect",
        kind=claim.kind or "statement",
        chain=(*(claim.via or ()), source),
        confidence=1.0,
    )


def _whole(pieces: tuple[Span, ...]) -> Span | None:
    return Span(pieces[0].start, pieces[-1].end) if pieces else None
