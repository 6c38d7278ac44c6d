"""For people to read: what notices say, who signs an article, which model made a report."""

from __future__ import annotations

from collections.abc import Mapping

from attribution.types import Notice, Report

__all__ = ["NOTICES", "around", "model_of", "notices_of"]

NOTICES: Mapping[Notice, str] = {
    "maybe_not_english": "The text does not read as English, the one language that the model "
    "knows. What was found in it means little.",
}


def notices_of(report: Report) -> tuple[str, ...]:
    """The notices of a report, each as a sentence or two."""
    return tuple(NOTICES[notice] for notice in report.notices)


def around(report: Report) -> tuple[str, ...]:
    """Byline, dateline and date of an article, those that it has."""
    signed = f"By {report.byline}" if report.byline else None
    return tuple(filter(None, (signed, report.dateline, report.date)))


def model_of(report: Report) -> str:
    """The model that made a report, with the engine if it is another than torch."""
    model = report.model
    engine = "" if model.engine == "torch" else f", {model.engine}"
    return f"{model.name} {model.version}{engine}"
