"""The measures as a metric of the ``evaluate`` library.

    metric = evaluate.load("eval/metric.py")  # from the checkout's folder
    metric.compute(predictions=reports, references=corrected)

A figure is what ``python -m eval.run --gold`` has for it; ``docs/evaluation.md`` defines them all.
The library copies this file elsewhere before it imports it, and takes the first class of a metric
that it finds in it: so imports are absolute, and ``evaluate`` is imported whole.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import datasets
import evaluate

from attribution.types import Report
from eval.bootstrap import Figure, figures
from eval.measures import measure
from training.readers.reports import parse_report

__all__ = ["Attribution"]

_DESCRIPTION = "Claim attribution in news articles: claims, sources, and the chains between them."
_INPUTS = """
Args:
    predictions: reports: `attribution.Report`, dicts of the schema `attribution.report/1`, or JSON.
    references: likewise, on the same texts in the same order, as people have corrected them. Of
        a dict, `text`, `claims` and each claim's `content` are needed; what is left out is not
        judged.
    intervals: add n and a 95% bootstrap interval over articles to every figure.

Returns:
    A flat dict of floats, 0 to 1, by the keys of docs/evaluation.md: an F1 (`attribution`, with
    `attribution_precision` and `attribution_recall`) or a share (`chain_found`). NaN where nothing
    was there to judge. With `intervals` also `KEY_n`, `KEY_low`, `KEY_high`.
"""


class Attribution(evaluate.Metric):
    """The project's measures over predicted and corrected reports.

    Reports go through the library's cache as JSON: they have no fixed columns.
    """

    def _info(self) -> evaluate.MetricInfo:
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation="",
            inputs_description=_INPUTS,
            features=datasets.Features({"predictions": text, "references": text}),
            license="Apache-2.0",
        )

    def add(self, *, prediction: Any = None, reference: Any = None, **kwargs: Any) -> None:
        """Add one pair of reports.

        Raises:
            TypeError: one of them is no report.
        """
        super().add(prediction=_json(prediction), reference=_json(reference), **kwargs)

    def add_batch(
        self,
        *,
        predictions: Sequence[Any] | None = None,
        references: Sequence[Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Add several pairs of reports.

        Raises:
            TypeError: one of them is no report.
            ValueError: there are not as many predictions as references.
        """
        super().add_batch(
            predictions=[_json(report) for report in predictions or ()],
            references=[_json(report) for report in references or ()],
            **kwargs,
        )

    def _compute(
        self, *, predictions: Sequence[str], references: Sequence[str], intervals: bool = False
    ) -> dict[str, float]:
        """The figures.

        Raises:
            ReportFormatError: a prediction is not a whole report.
            ValueError: a reference is not as the schema has it, or on another text.
            KeyError: a reference lacks a field that is needed.
        """
        tallies = [
            measure(
                Report.from_json(mine), parse_report(json.loads(theirs), doc=f"reference {number}")
            )
            for number, (mine, theirs) in enumerate(zip(predictions, references, strict=True))
        ]
        flat: dict[str, float] = {}
        for key, figure in figures(tallies).items():
            flat.update(_flat(key, figure, intervals=intervals))
        return flat


def _json(report: Any) -> str:
    if isinstance(report, Report):
        return report.to_json()
    if isinstance(report, Mapping):
        return json.dumps(report)
    if isinstance(report, str):
        return report
    raise TypeError(f"expected a report, a dict or JSON, found {type(report).__name__}")


def _flat(key: str, figure: Figure, *, intervals: bool) -> dict[str, float]:
    flat = {key: _number(figure.value)}
    if intervals:
        flat[f"{key}_n"] = float(figure.n)
        flat[f"{key}_low"], flat[f"{key}_high"] = _number(figure.low), _number(figure.high)
    for name, part in figure.parts.items():
        flat.update(_flat(f"{key}_{name}", part, intervals=intervals))
    return flat


def _number(value: float | None) -> float:
    return math.nan if value is None else value
