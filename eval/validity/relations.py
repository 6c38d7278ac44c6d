"""Metamorphic relations: how the score must answer to an edit of the article.

Nobody can say what an article's score should be, but everybody can say that it must fall when a
named source is hidden (Chen, Cheung and Yiu, "Metamorphic testing", 1998; the directional and
invariance tests of Ribeiro et al., "Beyond accuracy: behavioral testing of NLP models with
CheckList", ACL 2020, are the same idea).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from scipy.stats import binomtest

from eval.systems import Run
from eval.validity.changes import add_background, print_twice, reorder, reword
from eval.validity.gold_score import read_gold
from eval.validity.sources import (
    add_intermediary,
    drop_attribution,
    hide_source,
    name_source,
)
from training.augment.cues import Verbs
from training.readers.gold import GoldArticle

__all__ = ["NEARLY", "SEEN", "TARGET", "Case", "Relation", "check", "relations", "summary"]

#: Points that a score may move where it should stay: half the error it may have against gold.
NEARLY = 3.0
#: Points that change what is printed, the score being shown in whole numbers.
SEEN = 0.5
#: What the rate of violations over all edits must stay under, and so the mean of the relations'.
TARGET = 0.05

Change = Callable[[GoldArticle, random.Random], GoldArticle | None]
Direction = Literal["up", "down", "not up", "same"]


@dataclass(frozen=True)
class Relation:
    """An edit, and which way the score must go.

    ``up`` and ``down`` are broken by no movement, too; ``not up`` by a rise that shows in whole
    points; ``same`` by a move of more than ``NEARLY``. ``labelled`` edits need resolved sources.
    """

    name: str
    change: Change
    direction: Direction
    labelled: bool = False

    def broken(self, before: float, after: float) -> bool:
        """True when scores before and after the edit, 0..100, break the relation."""
        move = after - before
        if self.direction == "up":
            return move <= 0
        if self.direction == "down":
            return move >= 0
        if self.direction == "not up":
            return move > SEEN
        return abs(move) > NEARLY


def relations(verbs: Verbs) -> tuple[Relation, ...]:
    """All relations. ``verbs`` are the reporting verbs, as learned from training articles."""
    return (
        Relation("naming an unnamed source raises it", name_source, "up", labelled=True),
        Relation("hiding a named source lowers it", hide_source, "down", labelled=True),
        Relation("dropping an attribution lowers it", drop_attribution, "down", labelled=True),
        Relation("an intermediary does not raise it", add_intermediary, "not up", labelled=True),
        Relation("other reporting words leave it", partial(reword, verbs=verbs), "same"),
        Relation("another order of paragraphs leaves it", reorder, "same"),
        Relation("the author's background leaves it", add_background, "same"),
        Relation("length alone leaves it", print_twice, "same"),
    )


@dataclass(frozen=True, slots=True)
class Case:
    """One edited article with its scores: as the system reads it, and by the gold labels.

    ``gold`` is None where sources are not labelled.
    """

    relation: Relation
    doc: str
    before: float
    after: float
    gold: tuple[float, float] | None


def check(
    run: Run,
    articles: Sequence[GoldArticle],
    before: Sequence[float],
    wanted: Sequence[Relation],
    *,
    batch: int = 16,
) -> list[Case]:
    """Edit every article by every relation that it has a place for, and score what comes out.

    Args:
        run: reads articles.
        articles: the articles.
        before: their scores as they are, by ``run``.
        wanted: the relations.
        batch: edited articles read together.
    """
    edited: list[tuple[Relation, int, GoldArticle]] = []
    for relation in wanted:
        for number, article in enumerate(articles):
            if article.resolved or not relation.labelled:
                rng = random.Random(f"{article.doc} {relation.name}")
                changed = relation.change(article, rng)
                if changed is not None and changed.text != article.text:
                    edited.append((relation, number, changed))
    gold = {number: _gold(article) for number, article in enumerate(articles) if article.resolved}
    cases = []
    for start in range(0, len(edited), batch):
        group = edited[start : start + batch]
        reports = run([changed for _, _, changed in group])
        for (relation, number, changed), report in zip(group, reports, strict=True):
            pair = (gold[number], _gold(changed)) if number in gold else None
            score = report.transparency.score
            doc = articles[number].doc
            cases.append(Case(relation, doc, before[number], score, pair))
    return cases


def _gold(article: GoldArticle) -> float:
    return read_gold([article])[0].transparency.score


def summary(cases: Sequence[Case], wanted: Sequence[Relation]) -> dict[str, Any]:
    """Every relation's rate of violations, as the system reads and by gold labels, and all's.

    ``mean`` is the mean of the relations' rates: no relation counts for more by more edits.
    """
    rows = {
        relation.name: _row([case for case in cases if case.relation.name == relation.name])
        for relation in wanted
    }
    rates = [row["violations"]["value"] for row in rows.values() if row["n"]]
    return {
        "tolerance": NEARLY,
        "seen": SEEN,
        "target": TARGET,
        "all": _row(cases),
        "mean": round(float(np.mean(rates)), 4) if rates else None,
        "by": rows,
    }


def _row(cases: Sequence[Case]) -> dict[str, Any]:
    moves = np.array([case.after - case.before for case in cases])
    broken = [case.relation.broken(case.before, case.after) for case in cases]
    told = [case.relation.broken(*case.gold) for case in cases if case.gold is not None]
    return {
        "n": len(cases),
        "violations": _rate(sum(broken), len(broken)),
        "unmoved": int(np.sum(np.abs(moves) < 1e-9)),
        "median_move": round(float(np.median(moves)), 3) if len(moves) else None,
        "gold_violations": _rate(sum(told), len(told)),
    }


def _rate(broken: int, of: int) -> dict[str, Any]:
    """A rate with its 95% interval (Wilson, 1927), None without a case."""
    if not of:
        return {"value": None, "interval": None, "n": 0}
    low, high = binomtest(int(broken), of).proportion_ci(method="wilson")
    return {
        "value": round(broken / of, 4),
        "interval": [round(float(low), 4), round(float(high), 4)],
        "n": of,
    }
