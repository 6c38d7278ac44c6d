"""How an article is sourced, as numbers by name: for tables, models and statistics.

Plain numbers from one report. ``docs/integrations.md`` has the same list, for scikit-learn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from attribution.independence import independence
from attribution.transparency import UNNAMED_TYPES, WEIGHTS
from attribution.types import KINDS, SOURCE_TYPES, SPEECHES, Claim, Report, Source

__all__ = ["FEATURES", "sourcing_features"]


def _described() -> dict[str, str]:
    """Every feature with what it is, in order."""
    shares = {
        **{f"type_{name}": f"whose origin is of type {name}" for name in SOURCE_TYPES},
        **{f"speech_{name}": f"in {name} speech" for name in SPEECHES},
        **{f"kind_{name}": f"of kind {name}" for name in KINDS},
        "via": "that came through an intermediary",
        "uncued": "without reporting words of their own: a quotation or report that goes on",
        "anonymity_granted": "from an unnamed origin whose anonymity the text explains",
        "anonymity_unexplained": "from an unnamed origin without a reason",
        "role": "whose origin's title or affiliation the text gives",
        "justified": "whose origin the text says why it can know",
    }
    return {
        "score": "sourcing transparency, 0 to 100",
        **{f"component_{name}": f"component {name} of the score, 0 to 1" for name in WEIGHTS},
        "characters": "length of the text",
        "sentences": "number of sentences",
        "claims": "number of claims",
        "claims_per_sentence": "claims divided by sentences",
        "sources": "number of sources: origins and intermediaries",
        "origins": "number of identified origins (attribution.independence)",
        "independent_sources": "number of independent sources (attribution.independence)",
        "chain_mean": "mean number of sources in a claim's chain",
        "chain_max": "number of sources in the longest chain",
        "top_source_share": "share of the claims that the most used origin gives",
        "confidence_mean": "mean confidence of the claims",
        **{f"{name}_count": f"number of claims {which}" for name, which in shares.items()},
        **{f"{name}_share": f"share of the claims {which}" for name, which in shares.items()},
    }


#: Every feature's name and what it is, in the order of :func:`sourcing_features`.
FEATURES: Mapping[str, str] = MappingProxyType(_described())


def sourcing_features(report: Report) -> dict[str, float]:
    """The numbers that describe how an article is sourced.

    Args:
        report: Any report.

    Returns:
        A number for each name in ``FEATURES``, in its order. Shares and means are 0 in an article
        without claims.

    Raises:
        KeyError: The report lacks a component of the score, or a source that a claim names.
    """
    counts = _counts(report)
    total = len(report.claims)
    parts = report.transparency.components
    found = independence(report)
    lengths = [len(claim.chain) for claim in report.claims]
    used = Counter(claim.source for claim in report.claims)
    values: dict[str, float] = {
        "score": report.transparency.score,
        **{f"component_{name}": parts[name].value for name in WEIGHTS},
        "characters": len(report.text),
        "sentences": len(report.sentences),
        "claims": total,
        "claims_per_sentence": total / max(1, len(report.sentences)),
        "sources": len(report.sources),
        "origins": found.origins,
        "independent_sources": found.channels,
        "chain_mean": _mean(lengths),
        "chain_max": max(lengths, default=0),
        "top_source_share": max(used.values(), default=0) / max(1, total),
        "confidence_mean": _mean([claim.confidence for claim in report.claims]),
        **{f"{name}_count": count for name, count in counts.items()},
        **{f"{name}_share": count / max(1, total) for name, count in counts.items()},
    }
    return {name: float(values[name]) for name in FEATURES}


def _counts(report: Report) -> dict[str, int]:
    """How many claims have each property, by the property's name; 0 is said, too."""
    known = {source.id: source for source in report.sources}
    found = Counter(
        name for claim in report.claims for name in _properties(claim, known[claim.source])
    )
    names = (name.removesuffix("_count") for name in FEATURES if name.endswith("_count"))
    return {name: found[name] for name in names}


def _properties(claim: Claim, origin: Source) -> Iterable[str]:
    yield f"type_{origin.type}"
    yield f"speech_{claim.speech}"
    yield f"kind_{claim.kind}"
    if claim.via:
        yield "via"
    if claim.cue is None:
        yield "uncued"
    if origin.type in UNNAMED_TYPES:
        yield "anonymity_granted" if origin.anonymity_granted else "anonymity_unexplained"
    if origin.role:
        yield "role"
    if origin.justification:
        yield "justified"


def _mean(values: list[int] | list[float]) -> float:
    return sum(values) / max(1, len(values))
