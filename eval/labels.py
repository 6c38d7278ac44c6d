"""The labels of a claim that groups and confusion tables go by: source type, speech, kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from attribution.types import KINDS, SOURCE_TYPES, SPEECHES, Claim, Report
from training.readers.gold import GoldArticle, GoldClaim

__all__ = ["LABELLINGS", "Labelling"]


@dataclass(frozen=True, slots=True)
class Labelling:
    """One label of a claim.

    Attributes:
        title: its name for readers.
        labels: what it can be, in the order of the report schema.
        gold: the label of a gold claim of an article, None where nobody has given one.
        predicted: the label of a claim of a report.
        partial: whether partial gold claims are judged on it, as the measure of its name does.
    """

    title: str
    labels: tuple[str, ...]
    gold: Callable[[GoldArticle, GoldClaim], str | None]
    predicted: Callable[[Report, Claim], str]
    partial: bool = False


def _gold_type(article: GoldArticle, claim: GoldClaim) -> str | None:
    return next((source.type for source in article.sources if source.id == claim.source), None)


LABELLINGS: Mapping[str, Labelling] = {
    "type": Labelling(
        "source type",
        SOURCE_TYPES,
        gold=_gold_type,
        predicted=lambda report, claim: report.source(claim.source).type,
        partial=True,
    ),
    "speech": Labelling(
        "speech",
        SPEECHES,
        gold=lambda _, claim: claim.speech,
        predicted=lambda _, claim: claim.speech,
    ),
    "kind": Labelling(
        "kind",
        KINDS,
        gold=lambda _, claim: claim.kind,
        predicted=lambda _, claim: claim.kind,
    ),
}
