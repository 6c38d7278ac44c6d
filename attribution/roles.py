"""Stage 3a: which words are source, content, cue and intermediary of each claim.

Scores of the words around every predicate, and the best labels under BIO constraints.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attribution.features import EncodedArticle, relations
from attribution.model import ROLE_LABELS, AttributionModel

__all__ = [
    "AFTER",
    "BEFORE",
    "IMPOSSIBLE",
    "PredicateScores",
    "WordRange",
    "role_spans",
    "score_predicates",
    "viterbi",
]

WordRange = tuple[int, int]
Floats = NDArray[np.float32]

#: Words scored before and after a predicate; no content of the corpora reaches further.
BEFORE, AFTER = 128, 208
IMPOSSIBLE = -1e4
#: The B and the I labels among ROLE_LABELS; each I stands right behind its B.
_BEGIN, _INSIDE = slice(1, None, 2), slice(2, None, 2)


@dataclass(frozen=True)
class PredicateScores:
    """Scores of N predicates over K columns of words around each.

    ``columns`` (N, K) are word indices, clipped at the article's ends, where ``outside`` is True;
    ``roles`` (N, K, 7) and ``via`` (N, K, 3) are log-probabilities; ``kind``, ``speech`` are
    probabilities.
    """

    columns: NDArray[np.int64]
    outside: NDArray[np.bool_]
    roles: Floats
    via: Floats
    kind: Floats
    speech: Floats

    def via_scores(self, row: int) -> Floats:
        """Probability of each word inside the article to belong to a via mention."""
        return (1.0 - np.exp(self.via[row, :, 0]))[~self.outside[row]]

    def via_spans(self, row: int) -> tuple[WordRange, ...]:
        """Via mentions of one claim, in text order."""
        labels = self.via[row].argmax(-1)
        labels[self.outside[row]] = 0
        spans: list[WordRange] = []
        for place in np.flatnonzero(labels):
            word = int(self.columns[row, place])
            # Two intermediaries never stand side by side, so what does is one.
            if spans and spans[-1][1] == word - 1:
                spans[-1] = (spans[-1][0], word)
            else:
                spans.append((word, word))
        return tuple(spans)


@torch.inference_mode()
def score_predicates(
    model: AttributionModel,
    article: EncodedArticle,
    words: Tensor,
    predicates: NDArray[np.int64],
) -> PredicateScores:
    """All that the heads say about the claims that these words open."""
    wanted = predicates[:, None] + np.arange(-BEFORE, AFTER)
    columns = np.clip(wanted, 0, len(article) - 1)
    outside = wanted != columns
    roles, via = _pair_scores(model, article, words, predicates, columns)
    roles[outside] = IMPOSSIBLE
    roles[outside, 0] = 0.0
    openers = words[torch.from_numpy(predicates)]
    return PredicateScores(
        columns,
        outside,
        roles,
        via,
        model.kind(openers).softmax(-1).float().cpu().numpy(),
        model.speech(openers).softmax(-1).float().cpu().numpy(),
    )


def _pair_scores(
    model: AttributionModel,
    article: EncodedArticle,
    words: Tensor,
    predicates: NDArray[np.int64],
    columns: NDArray[np.int64],
) -> tuple[Floats, Floats]:
    """Role and via log-probabilities."""
    # Words far from every predicate need no projection: number the others from 0.
    near = np.zeros(len(article), dtype=bool)
    near[columns] = True
    place = np.cumsum(near) - 1
    roles, via = model.pair_logits(
        words[torch.from_numpy(near).to(words.device)],
        torch.from_numpy(place[predicates]).to(words.device),
        torch.from_numpy(place[columns]).to(words.device),
        torch.from_numpy(relations(article, predicates, columns)).to(words.device),
    )
    return (
        roles.log_softmax(-1).float().cpu().numpy(),
        via.log_softmax(-1).float().cpu().numpy(),
    )


def viterbi(
    scores: Floats, uncued: NDArray[np.bool_], *, piece_cost: float = 0.0
) -> tuple[NDArray[np.int64], Floats]:
    """Best label sequences (N, K) of ``ROLE_LABELS`` under BIO constraints, and their certainty.

    The predicate itself, in column ``BEFORE``, is the first word of the cue, or of the content
    where there is no cue. Every piece of content costs ``piece_cost``, a source or cue half of it,
    so that content falls into pieces only for a reason. Certainty is the geometric mean
    probability of the labelled words.
    """
    scores = scores.copy()
    first = np.where(uncued, ROLE_LABELS.index("B-content"), ROLE_LABELS.index("B-cue"))
    rows = np.arange(len(scores))
    own = scores[rows, BEFORE, first]
    scores[:, BEFORE] = IMPOSSIBLE
    scores[rows, BEFORE, first] = own
    paths = _trace(_best_scores(scores, piece_cost))
    chosen = np.take_along_axis(scores, paths[..., None], 2)[..., 0]
    labelled = paths > 0
    certainty = (chosen * labelled).sum(1) / np.maximum(labelled.sum(1), 1)
    return paths, np.exp(certainty)


def _best_scores(scores: Floats, piece_cost: float) -> Floats:
    """Score (K, 7, N) of the best path that ends in each label of each column.

    ``I`` follows only ``B`` or ``I`` of its own role, which is the label before it or itself;
    everything else may follow anything. So two maxima a column do for all pairs of labels.
    """
    steps = np.ascontiguousarray(scores.transpose(1, 2, 0))
    costs = np.zeros((len(ROLE_LABELS), 1), dtype=np.float32)
    costs[_BEGIN] = -piece_cost / 2
    costs[ROLE_LABELS.index("B-content")] = -piece_cost
    best = np.empty_like(steps)
    best[0] = steps[0]
    best[0, _INSIDE] += IMPOSSIBLE
    for before, now, step in zip(best, best[1:], steps[1:], strict=False):
        np.add(np.maximum.reduce(before), costs, out=now)
        np.maximum(before[_BEGIN], before[_INSIDE], out=now[_INSIDE])
        now += step
    return best


def _trace(best: Floats) -> NDArray[np.int64]:
    """The labels (N, K) of the paths that end best, from their last column back."""
    columns, labels, size = best.shape
    rows = np.arange(size)
    # For every label of a column, where in the column before (flat: label, row) it comes from.
    origin = np.empty((columns - 1, labels, size), dtype=np.int64)
    origin[:] = best[:-1].argmax(1)[:, None]
    origin[:, _INSIDE] = np.arange(labels)[_BEGIN][:, None]
    origin[:, _INSIDE] += best[:-1, _INSIDE] > best[:-1, _BEGIN]
    origin *= size
    origin += rows
    paths = np.empty((columns, size), dtype=np.int64)
    paths[-1] = best[-1].argmax(0) * size + rows
    for step in range(columns - 1, 0, -1):
        origin[step - 1].take(paths[step], out=paths[step - 1])
    return np.ascontiguousarray(paths.T) // size


def role_spans(path: NDArray[np.int64], columns: NDArray[np.int64]) -> dict[str, list[WordRange]]:
    """Word ranges by role."""
    spans: dict[str, list[WordRange]] = {"source": [], "content": [], "cue": []}
    for place in np.flatnonzero(path):
        label = ROLE_LABELS[path[place]]
        word = int(columns[place])
        pieces = spans[label[2:]]
        if label[0] == "B" or not pieces:
            pieces.append((word, word))
        else:
            pieces[-1] = (pieces[-1][0], word)
    return spans
