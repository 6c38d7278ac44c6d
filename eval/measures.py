"""All measures of the design brief on one article, as counts that add up over articles.

The definitions stand with the five groups: :mod:`eval.spans`, :mod:`eval.nested`,
:mod:`eval.resolution`, :mod:`eval.justification` and :mod:`eval.provenance`.
"""

from __future__ import annotations

from attribution.types import Report
from eval.alignment import Alignment, align
from eval.counts import Tally
from eval.justification import measure_justification
from eval.nested import measure_nested
from eval.provenance import measure_provenance
from eval.resolution import measure_resolution
from eval.spans import measure_spans
from training.readers.gold import GoldArticle

__all__ = ["measure", "measure_aligned"]


def measure(report: Report, article: GoldArticle) -> dict[str, Tally]:
    """Every measure's counts for one article; empty ones where the article has no such labels.

    Raises:
        ValueError: the report is not about this article's text.
    """
    return measure_aligned(align(report, article))


def measure_aligned(alignment: Alignment) -> dict[str, Tally]:
    """The same for a report that already lies over its gold article."""
    return {
        **measure_spans(alignment),
        **measure_nested(alignment),
        **measure_resolution(alignment),
        **measure_justification(alignment),
        **measure_provenance(alignment),
    }
