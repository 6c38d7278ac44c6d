"""Stage 3a: which words are source, content, cue and intermediary of each claim.

Scores of the words around every predicate, and the best labels in which every span begins and
ends.
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
#: The first, inner, last and only words of spans among ROLE_LABELS, in the order of the roles.
FIRST, INNER, LAST, ONLY = (slice(at, None, 4) for at in (1, 2, 3, 4))
_ROLES = len(ROLE_LABELS) // 4
#: The state that a label comes from: 0 outside all spans, 1 to 3 inside a span of that role.
_ORIGIN = np.zeros(len(ROLE_LABELS), dtype=np.int64)
_ORIGIN[INNER] = _ORIGIN[LAST] = np.arange(1, _ROLES + 1)


@dataclass(frozen=True)
class PredicateScores:
    """Scores of N predicates over K columns of words around each.

    ``columns`` (N, K) are word indices, clipped at the article's ends, where ``outside`` is True;
    ``roles`` (N, K, 13) and ``via`` (N, K, 3) are log-probabilities; ``kind``, ``speech`` are
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
    """Best label sequences (N, K) of ``ROLE_LABELS`` in which spans are whole, and their certainty.

    A span has a first, then inner words, then a last one, or an only one; what the last column
    cuts off has no last. The predicate itself, in column ``BEFORE``, begins the cue, or the
    content where there is no cue. Every piece of content costs ``piece_cost``, a source or cue
    half of it, so that content falls into pieces only for a reason. Certainty is the geometric
    mean probability of the labelled words.
    """
    scores = scores.copy()
    role = np.where(uncued, "content", "cue")
    rows = np.arange(len(scores))
    own = scores[:, BEFORE].copy()
    scores[:, BEFORE] = IMPOSSIBLE
    for at in "BS":
        label = np.array([ROLE_LABELS.index(f"{at}-{name}") for name in role], dtype=np.int64)
        scores[rows, BEFORE, label] = own[rows, label]
    paths = _trace(*_best_labels(scores, piece_cost))
    chosen = np.take_along_axis(scores, paths[..., None], 2)[..., 0]
    labelled = paths > 0
    certainty = (chosen * labelled).sum(1) / np.maximum(labelled.sum(1), 1)
    return paths, np.exp(certainty)


def _best_labels(scores: Floats, piece_cost: float) -> tuple[NDArray[np.int64], Floats]:
    """For each column and state (K, 4, N) the label on the best path there; the last scores (4, N).

    States: 0 outside all spans, 1 to 3 inside a span of that role.
    """
    steps = scores.transpose(1, 2, 0)
    costs = np.zeros((len(ROLE_LABELS), 1), dtype=np.float32)
    costs[FIRST] = costs[ONLY] = piece_cost / 2
    for at in "BS":
        costs[ROLE_LABELS.index(f"{at}-content")] = piece_cost
    steps = steps - costs
    _, labels, size = steps.shape
    # Of the labels that lead from state 0 to state 0 the best one, whatever came before.
    numbers = np.arange(labels)
    apart = np.concatenate([numbers[:1], numbers[ONLY]])
    stays = steps[:, apart]
    stay = apart[stays.argmax(1)]
    closes = np.concatenate([stays.max(1)[:, None], steps[:, LAST]], axis=1)
    begins, goes_on = (np.ascontiguousarray(steps[:, which]) for which in (FIRST, INNER))
    best = np.full((_ROLES + 1, size), IMPOSSIBLE, dtype=np.float32)
    best[0] = 0.0
    outside, inside = best[0], best[1:]
    for closing, begun, gone_on in zip(closes, begins, goes_on, strict=True):
        # In place: what led here is compared for all columns at once afterwards.
        closing += best
        begun += outside
        gone_on += inside
        closing.max(0, out=outside)
        np.maximum(begun, gone_on, out=inside)
    closed = closes.argmax(1)
    ended = np.where(closed == 0, stay, numbers[LAST][closed - 1])
    inner = np.where(goes_on > begins, numbers[INNER][:, None], numbers[FIRST][:, None])
    return np.concatenate([ended[:, None], inner], axis=1), best


def _trace(came: NDArray[np.int64], best: Floats) -> NDArray[np.int64]:
    """The labels (N, K) of the paths that end best, from their last column back."""
    columns, _, size = came.shape
    place = np.arange(size)
    state = best.argmax(0)
    paths = np.empty((columns, size), dtype=np.int64)
    for column in range(columns - 1, -1, -1):
        paths[column] = came[column, state, place]
        state = _ORIGIN[paths[column]]
    return np.ascontiguousarray(paths.T)


def role_spans(path: NDArray[np.int64], columns: NDArray[np.int64]) -> dict[str, list[WordRange]]:
    """Word ranges by role."""
    spans: dict[str, list[WordRange]] = {"source": [], "content": [], "cue": []}
    for place in np.flatnonzero(path):
        label = ROLE_LABELS[path[place]]
        word = int(columns[place])
        pieces = spans[label[2:]]
        if label[0] in "BS" or not pieces:
            pieces.append((word, word))
        else:
            pieces[-1] = (pieces[-1][0], word)
    return spans
