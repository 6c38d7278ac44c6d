"""Test and retest: the same article, typed a little differently, should get the same score."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from eval.systems import Run
from eval.validity.relations import NEARLY
from eval.validity.resampling import Table, figure, spearman
from training.augment.marks import restyle
from training.augment.surface import add_noise, wrap_lines
from training.readers.gold import GoldArticle

__all__ = ["EDITS", "retest"]

Edit = Callable[[GoldArticle, random.Random], GoldArticle]

#: Edits that change no word: another style of quotation marks, the traces of scraping, wrapping.
EDITS: Mapping[str, Edit] = {
    "quotation marks": lambda article, rng: restyle(article, None, rng)[0],
    "spaces and dashes": lambda article, rng: add_noise(article, None, rng)[0],
    "wrapped lines": lambda article, rng: wrap_lines(article, None, rng)[0],
}


def retest(
    run: Run,
    articles: Sequence[GoldArticle],
    before: Sequence[float],
    samples: int,
    *,
    batch: int = 16,
) -> dict[str, Any]:
    """How the scores of articles and of their edited versions agree, by kind of edit.

    Args:
        run: reads articles.
        articles: the articles; one that an edit leaves as it is is left out.
        before: their scores as they are, by ``run``.
        samples: resamples of the articles for the intervals.
        batch: edited articles read together.

    Returns:
        For every edit ``spearman``, ``difference`` (mean absolute, points), ``within`` (share of
        the articles that move by ``NEARLY`` points or less) and ``limit``, the difference that 95%
        of repeated readings stay under if differences are normal (Bland and Altman, 1986).
    """
    found = {}
    for name, edit in EDITS.items():
        rows: list[tuple[float, float]] = []
        edited = [
            (score, changed)
            for article, score in zip(articles, before, strict=True)
            if (changed := edit(article, random.Random(f"{article.doc} {name}"))).text
            != article.text
        ]
        for start in range(0, len(edited), batch):
            group = edited[start : start + batch]
            reports = run([changed for _, changed in group])
            rows += [
                (score, report.transparency.score)
                for (score, _), report in zip(group, reports, strict=True)
            ]
        found[name] = _figures(np.array(rows).reshape(-1, 2), samples)
    return found


def _figures(table: Table, samples: int) -> dict[str, Any]:
    return {
        "spearman": figure(table, spearman, samples=samples),
        "difference": figure(table, _difference, samples=samples),
        "within": figure(table, _within, samples=samples),
        "limit": figure(table, _limit, samples=samples),
    }


def _difference(table: Table) -> float:
    return float(np.abs(table[:, 0] - table[:, 1]).mean())


def _within(table: Table) -> float:
    return float((np.abs(table[:, 0] - table[:, 1]) <= NEARLY).mean())


def _limit(table: Table) -> float:
    return float(1.96 * np.sqrt(np.square(table[:, 0] - table[:, 1]).mean()))
