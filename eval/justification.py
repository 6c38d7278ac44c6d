"""Justification measures: are the words found that say why a source can know?"""

from __future__ import annotations

from eval.alignment import Alignment
from eval.counts import Counts, Tally

__all__ = ["measure_justification"]


def measure_justification(alignment: Alignment) -> dict[str, Tally]:
    """Counts of one article; empty where nobody has labelled justifications.

    Judged are the sources of found claims, each pair of predicted and gold source once.

    - ``justification``: F1 of the words, by their place in the text.
    - ``justified``: F1 over sources that have a justification; one is right when the words found
      share a word with the gold ones.
    """
    words, sources = Counts(), Counts()
    gold = {item.id: item for item in alignment.article.sources if item.justification is not None}
    pairs = {
        (pair.predicted.source, pair.gold.source)
        for pair in alignment.found
        if pair.gold.source in gold
    }
    for mine, theirs in pairs:
        found = alignment.words.within(alignment.report.source(mine).justification)
        wanted = alignment.words.within(gold[theirs or ""].justification or ())
        words += Counts(len(found & wanted), len(found), len(wanted))
        sources += Counts(int(bool(found & wanted)), int(bool(found)), int(bool(wanted)))
    return {"justification": words, "justified": sources}
