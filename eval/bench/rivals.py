"""What users would pick instead: textacy's direct quotations, and rules over spaCy's parse.

Both are the baselines of :mod:`eval.baselines`. All of their stages count, as all of ours do:
parse, claims, sources, report as JSON. Articles are parsed in batches, the fastest that spaCy has
in one process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attribution.types import Report
from eval.baselines import load_baseline

__all__ = ["AGAINST", "RIVALS", "load_rival"]

RIVALS = ("rules", "textacy")
#: The rival that the models' speed is held against.
AGAINST = "rules"


def load_rival(name: str) -> Callable[[Sequence[tuple[str, str | None]]], list[Report]]:
    """A rival as a function from texts with their publishers to reports.

    Raises:
        BaselineUnavailableError: a library that it needs is not installed.
    """
    baseline = load_baseline(name)

    def read(articles: Sequence[tuple[str, str | None]]) -> list[Report]:
        texts = [text for text, _ in articles]
        return list(baseline.many(texts, [publisher for _, publisher in articles]))

    return read
