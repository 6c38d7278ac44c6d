"""What an engine costs: its reports against the reference's, and both against gold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attribution.types import Report
from eval.bootstrap import difference, figures
from eval.counts import Tally
from eval.measures import measure
from training.readers.gold import GoldArticle, GoldClaim, GoldSource

__all__ = ["SPANS", "TOLERANCE", "as_gold", "choose", "quality"]

#: The measures that decide: F1 over all claims or sentences of the articles, so that a few claims
#: that flip by chance do not.
SPANS = ("sentences", "exact_source", "exact_cue", "exact_content", "attribution")
#: Most points of F1 that the default engine may lose.
TOLERANCE = 0.3
#: Measures of what is made of the claims, each right or wrong as a whole: the default engine may
#: not be worse beyond chance, but by how much it is, depends on a few claims that flip.
RESOLVED = ("name", "same_source", "via", "chain_found")


def as_gold(report: Report, doc: str = "") -> GoldArticle:
    """A report taken for the truth, claims inside claims too."""
    claims = tuple(
        GoldClaim(
            id=claim.id,
            content=claim.content,
            cue=(claim.cue,) if claim.cue else (),
            source_mention=(claim.source_mention,) if claim.source_mention else (),
            source=claim.source,
            via=claim.via,
            kind=claim.kind,
            speech=claim.speech,
        )
        for claim in report.claims
    )
    sources = tuple(
        GoldSource(
            source.id,
            source.name,
            source.type,
            source.role,
            source.anonymity_granted,
            source.justification,
        )
        for source in report.sources
    )
    return GoldArticle(doc, report.text, claims, sources, resolved=True, nested=True)


def quality(
    reports: Sequence[Report],
    reference: Sequence[Report],
    articles: Sequence[GoldArticle],
    *,
    samples: int = 1000,
) -> dict[str, Any]:
    """Figures of an engine's reports, as plain data.

    Args:
        reports: of the engine.
        reference: of the reference, on the same articles.
        articles: the gold articles.
        samples: resamples of the articles behind each interval.

    Returns:
        ``gold``: every measure against gold. ``agreement``: every measure with the reference's
        reports for gold. ``lost``: for each of ``SPANS`` and ``RESOLVED`` what it is below the
        reference's on gold, in points, with its interval (paired bootstrap; negative where the
        engine is better). ``cost``: the largest loss of ``SPANS``. ``worse``: those of
        ``RESOLVED`` that are worse beyond chance. ``same``: how many reports are the same but for
        the figures in them.
    """
    mine, theirs = (_tallies(some, articles) for some in (reports, reference))
    truth = [as_gold(report) for report in reference]
    apart = difference(theirs, mine, samples=samples)
    lost: dict[str, Any] = {}
    for name in (*SPANS, *RESOLVED):
        figure = apart[name]
        if figure.value is not None and figure.low is not None and figure.high is not None:
            interval = [round(100 * figure.low, 2), round(100 * figure.high, 2)]
            lost[name] = {"points": round(100 * figure.value, 2), "interval": interval}
    return {
        "gold": _plain(mine, samples),
        "agreement": _plain(_tallies(reports, truth), samples),
        "lost": lost,
        "cost": max((lost[name]["points"] for name in SPANS if name in lost), default=0.0),
        "worse": [name for name in RESOLVED if name in lost and lost[name]["interval"][0] > 0],
        "same": sum(_bare(a) == _bare(b) for a, b in zip(reports, reference, strict=True)),
    }


def choose(engines: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The fastest engine that costs no more than the tolerance and resolves as well.

    None when none was measured.
    """
    within = {
        name: row["articles_per_second"]["value"]
        for name, row in engines.items()
        if "error" not in row
        and row["quality"]["cost"] <= TOLERANCE
        and not row["quality"]["worse"]
    }
    return max(within, key=within.__getitem__, default=None)


def _tallies(
    reports: Sequence[Report], articles: Sequence[GoldArticle]
) -> list[Mapping[str, Tally]]:
    return [measure(*pair) for pair in zip(reports, articles, strict=True)]


def _plain(tallies: Sequence[Mapping[str, Tally]], samples: int) -> dict[str, Any]:
    return {name: item.to_dict() for name, item in figures(tallies, samples=samples).items()}


def _bare(report: Report) -> tuple[object, ...]:
    """What a report says, without confidences."""
    claims = [{**claim.to_dict(), "confidence": None} for claim in report.claims]
    return claims, report.sources
