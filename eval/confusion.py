"""Which label was taken for which: gold claims by their own label and the predicted one.

A gold claim is in the table of a label when it has that label. What was predicted for it is the
label of the claim paired with it (see :mod:`eval.alignment`), or nothing: it was not found. So a
row's sum is the number of its gold claims, and the diagonal over what was found is the measure of
the same name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eval.alignment import Alignment
from eval.labels import LABELLINGS

__all__ = ["NOT_FOUND", "Confusion", "confusion"]

NOT_FOUND = "not found"


@dataclass(frozen=True, slots=True)
class Confusion:
    """A row for each gold label, a column for each predicted one, and a last one: not found.

    Rows and columns are in the order of ``labels``.
    """

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def n(self) -> int:
        """How many gold claims have the label."""
        return sum(map(sum, self.counts))

    def to_dict(self) -> dict[str, Any]:
        """Plain data: ``gold`` names the rows of ``counts``, ``predicted`` its columns."""
        return {
            "gold": list(self.labels),
            "predicted": [*self.labels, NOT_FOUND],
            "counts": [list(row) for row in self.counts],
            "n": self.n,
        }


def confusion(alignments: Sequence[Alignment], label: str) -> Confusion:
    """The confusion table of a set.

    Args:
        alignments: the reports laid over the gold articles of the set.
        label: one of ``eval.labels.LABELLINGS``. Partial gold claims count where the measure of
            this name judges them: for source types.
    """
    labelling = LABELLINGS[label]
    cells: Counter[tuple[str, str]] = Counter()
    for alignment in alignments:
        pairs = alignment.found if labelling.partial else alignment.pairs
        predicted = {pair.gold.id: pair.predicted for pair in pairs}
        for claim in (*alignment.gold, *(alignment.partial if labelling.partial else ())):
            gold = labelling.gold(alignment.article, claim)
            if gold is None:
                continue
            mine = predicted.get(claim.id)
            told = NOT_FOUND if mine is None else labelling.predicted(alignment.report, mine)
            cells[gold, told] += 1
    columns = (*labelling.labels, NOT_FOUND)
    return Confusion(
        labelling.labels,
        tuple(tuple(cells[row, column] for column in columns) for row in labelling.labels),
    )
