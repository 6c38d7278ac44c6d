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
            if spans and labels[place] == 2 and spans[-1][1] == word - 1:
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
    chunk: int = 64,
) -> tuple[Floats, Floats]:
    """Role and via log-probabilities, computed for ``chunk`` predicates at a time."""
    role_parts, via_parts = [], []
    for start in range(0, len(predicates), chunk):
        part = slice(start, start + chunk)
        low, high = columns[part].min(), columns[part].max() + 1
        roles, via = model.pair_logits(
            words[low:high],
            torch.from_numpy(predicates[part] - low).to(words.device),
            torch.from_numpy(columns[part] - low).to(words.device),
            torch.from_numpy(relations(article, predicates[part], columns[part])).to(words.device),
        )
        role_parts.append(roles.log_softmax(-1).float().cpu().numpy())
        via_parts.append(via.log_softmax(-1).float().cpu().numpy())
    return np.concatenate(role_parts), np.concatenate(via_parts)


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
    allowed = _transitions(piece_cost)
    best = scores[:, 0].copy()
    best[:, [2, 4, 6]] += IMPOSSIBLE
    back = np.zeros(scores.shape, dtype=np.int64)
    for step in range(1, scores.shape[1]):
        ways = best[:, :, None] + allowed[None]
        back[:, step] = ways.argmax(1)
        best = ways.max(1) + scores[:, step]
    paths = np.zeros(scores.shape[:2], dtype=np.int64)
    paths[:, -1] = best.argmax(1)
    for step in range(scores.shape[1] - 1, 0, -1):
        paths[:, step - 1] = np.take_along_axis(back[:, step], paths[:, step, None], 1)[:, 0]
    chosen = np.take_along_axis(scores, paths[..., None], 2)[..., 0]
    labelled = paths > 0
    certainty = (chosen * labelled).sum(1) / np.maximum(labelled.sum(1), 1)
    return paths, np.exp(certainty)


def _transitions(piece_cost: float) -> Floats:
    """Log-scores (from, to): I only after B or I of its own role, a cost for every B."""
    table = np.zeros((len(ROLE_LABELS), len(ROLE_LABELS)), dtype=np.float32)
    for to, label in enumerate(ROLE_LABELS):
        if label.startswith("I-"):
            role = label[2:]
            for origin, before in enumerate(ROLE_LABELS):
                if before[2:] != role:
                    table[origin, to] = IMPOSSIBLE
        elif label.startswith("B-"):
            table[:, to] = -piece_cost if label == "B-content" else -piece_cost / 2
    return table


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
