"""Fit whether a text says that an unnamed source asked for or was given anonymity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold

from attribution.characterize import ANONYMITY_SIZE, anonymity_features
from attribution.tabular import Classifier
from training.scored import Scored, gold_clusters

__all__ = ["anonymity_rows", "fit_anonymity", "unseen_chances"]

Rows = tuple[csr_matrix, NDArray[np.int64], NDArray[np.int64]]

_UNNAMED = ("unnamed_person", "unnamed_group")
#: Inverse strength of the penalty, and parts of the cross-validation; chosen on train articles.
_STRENGTH, _PARTS = 0.3, 5


def anonymity_rows(articles: Sequence[Scored]) -> Rows:
    """Features of every unnamed gold source, its label, and the number of its article."""
    rows, labels, groups = [], [], []
    for number, item in enumerate(articles):
        clusters = gold_clusters(item)
        for source in item.gold.sources:
            if source.type in _UNNAMED and source.id in clusters:
                found = anonymity_features(item.example.article, item.table, clusters[source.id])
                rows.append(csr_matrix(found))
                labels.append(int(source.anonymity_granted))
                groups.append(number)
    columns = vstack(rows, format="csr") if rows else csr_matrix((0, ANONYMITY_SIZE))
    return columns, np.array(labels, dtype=np.int64), np.array(groups, dtype=np.int64)


def fit_anonymity(articles: Sequence[Scored]) -> tuple[Classifier, float, float]:
    """A logistic regression over word sequences, its threshold, and the F1 that chose it.

    The threshold is chosen by cross-validation over the articles, not on the dev articles: these
    have too few sources to whom anonymity was granted. It is .5, with an F1 of 0, where there are
    too few articles for that.

    Raises:
        ValueError: the articles have no source with, or none without, granted anonymity.
    """
    rows, labels, groups = anonymity_rows(articles)
    if len(set(labels.tolist())) < 2:
        raise ValueError("anonymity needs unnamed sources with and without it to learn from")
    model = LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=500)
    chances = unseen_chances(model, rows, labels, groups)
    judged = ~np.isnan(chances)
    threshold, reached = 0.5, 0.0
    for candidate in np.arange(0.1, 0.91, 0.05):
        granted = chances[judged] >= candidate
        f1 = float(f1_score(labels[judged], granted, zero_division=0.0)) if judged.any() else 0.0
        threshold, reached = max(
            (threshold, reached), (float(candidate), f1), key=lambda item: item[1]
        )
    model.fit(rows, labels)
    ones = np.ones(ANONYMITY_SIZE, dtype=np.float32)
    classifier = Classifier(
        np.zeros_like(ones),
        ones,
        (model.coef_.T.astype(np.float32),),
        (model.intercept_.astype(np.float32),),
    )
    return classifier, threshold, reached


def unseen_chances(
    model: LogisticRegression,
    rows: csr_matrix,
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Probability of every row by a fit on other articles, NaN for what such a fit cannot judge.

    The parts have the same share of either label as far as whole articles allow; there are no more
    of them than articles with the rarer label. Where the rest has one label alone, it judges none.
    """
    chances = np.full(len(labels), np.nan)
    parts = min(_PARTS, *(len(set(groups[labels == label].tolist())) for label in (0, 1)))
    if parts < 2:
        return chances
    for rest, part in StratifiedGroupKFold(parts).split(rows, labels, groups):
        if len(part) and len(set(labels[rest].tolist())) == 2:
            model.fit(rows[rest], labels[rest])
            chances[part] = model.predict_proba(rows[part])[:, 1]
    return chances
