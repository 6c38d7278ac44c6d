"""Stage 3: from scores to claims - predicates, then the spans of each claim by Viterbi.

A word opens a claim when its cue or uncued probability passes the configured threshold. For each
such word the role scores of the words around it are decoded under BIO constraints, so that every
claim has at most one source mention; quotations that a content enters are kept whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attribution.features import EncodedArticle, relations
from attribution.model import BIO, ROLE_LABELS, TAG_LAYERS, AttributionModel

__all__ = [
    "ClaimDraft",
    "PredicateScores",
    "WordRange",
    "decode",
    "score_predicates",
    "viterbi",
]

WordRange = tuple[int, int]
Floats = NDArray[np.float32]

#: Words scored before and after a predicate; no content of the corpora reaches further.
_BEFORE, _AFTER = 128, 208
_IMPOSSIBLE = -1e4


@dataclass(frozen=True)
class ClaimDraft:
    """A claim in words of the article (ranges with inclusive ends), before resolution.

    ``predicate`` is the word that opens it; ``cue`` and ``source`` are None where there is none.
    ``via`` are mentions of intermediaries in text order; ``via_scores`` are the probabilities of
    the words from ``scores_from`` on to belong to one. ``kind``
    and ``speech`` are probabilities over KINDS and SPEECHES; ``confidence`` lies in 0..1.
    """

    predicate: int
    cue: WordRange | None
    source: WordRange | None
    content: tuple[WordRange, ...]
    via: tuple[WordRange, ...]
    kind: Floats
    speech: Floats
    confidence: float
    scores_from: int
    via_scores: Floats


@torch.inference_mode()
def decode(model: AttributionModel, article: EncodedArticle, words: Tensor) -> list[ClaimDraft]:
    """The claims of one article, in the order of their predicates.

    Args:
        model: the model whose states ``words`` are.
        article: the article.
        words: (n, hidden) merged word states.
    """
    if not len(article):
        return []
    opening = model.predicates(words).softmax(-1)
    predicates, uncued, certainty = _predicates(model, opening.cpu().numpy())
    if not len(predicates):
        return []
    scored = score_predicates(model, article, words, predicates)
    roles = _with_flat_tags(model, words, scored)
    paths, scores = viterbi(roles, uncued, piece_cost=model.config.piece_cost)
    drafts = []
    for row, predicate in enumerate(predicates):
        spans = _spans(paths[row], scored.columns[row])
        cue = None if uncued[row] else _cue(article, int(predicate), spans["cue"])
        content = _content(article, spans["content"], cue)
        if not content:
            continue
        source = spans["source"][0] if spans["source"] else None
        drafts.append(
            ClaimDraft(
                predicate=int(predicate),
                cue=cue,
                source=source,
                content=content,
                via=scored.via_spans(row),
                kind=scored.kind[row],
                speech=scored.speech[row],
                confidence=float(certainty[row] * scores[row]),
                scores_from=int(scored.columns[row, 0]),
                via_scores=scored.via_scores(row),
            )
        )
    return _drop_doubles(article, drafts)


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
    wanted = predicates[:, None] + np.arange(-_BEFORE, _AFTER)
    columns = np.clip(wanted, 0, len(article) - 1)
    outside = wanted != columns
    roles, via = _pair_scores(model, article, words, predicates, columns)
    roles[outside] = _IMPOSSIBLE
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


def _predicates(
    model: AttributionModel, opening: Floats
) -> tuple[NDArray[np.int64], NDArray[np.bool_], Floats]:
    cued = opening[:, 1] >= model.config.cue_threshold
    bare = (opening[:, 2] >= model.config.uncued_threshold) & ~cued
    predicates = np.flatnonzero(cued | bare)
    uncued = bare[predicates]
    return predicates, uncued, opening[predicates, np.where(uncued, 2, 1)]


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


def _with_flat_tags(model: AttributionModel, words: Tensor, scored: PredicateScores) -> Floats:
    """Role scores with the flat tags' opinion added: a word in no content at all is in none.

    Only presence counts, not B or I: the flat layers hold the outermost claim alone.
    """
    flat = model.tags(words).unflatten(-1, (len(TAG_LAYERS), len(BIO))).log_softmax(-1)
    present = flat[..., 1:].logsumexp(-1).float().cpu().numpy()[scored.columns]
    roles = scored.roles.copy()
    for layer, name in enumerate(TAG_LAYERS):
        for bio in "BI":
            label = ROLE_LABELS.index(f"{bio}-{name}")
            roles[..., label] += model.config.flat_weight * present[..., layer]
    return roles


def viterbi(
    scores: Floats, uncued: NDArray[np.bool_], *, piece_cost: float = 0.0
) -> tuple[NDArray[np.int64], Floats]:
    """Best label sequences (N, K) of ``ROLE_LABELS`` under BIO constraints, and their certainty.

    The predicate itself, in column ``_BEFORE``, is the first word of the cue, or of the content
    where there is no cue. Every span costs ``piece_cost``, so that content falls into pieces only
    for a reason. Certainty is the geometric mean probability of the labelled words.
    """
    scores = scores.copy()
    first = np.where(uncued, ROLE_LABELS.index("B-content"), ROLE_LABELS.index("B-cue"))
    rows = np.arange(len(scores))
    own = scores[rows, _BEFORE, first]
    scores[:, _BEFORE] = _IMPOSSIBLE
    scores[rows, _BEFORE, first] = own
    allowed = _transitions(piece_cost)
    best = scores[:, 0].copy()
    best[:, [2, 4, 6]] += _IMPOSSIBLE
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
    """Log-scores (from, to): an I label only after B or I of its own role, a cost for each B."""
    table = np.zeros((len(ROLE_LABELS), len(ROLE_LABELS)), dtype=np.float32)
    for to, label in enumerate(ROLE_LABELS):
        if label.startswith("I-"):
            role = label[2:]
            for origin, before in enumerate(ROLE_LABELS):
                if before[2:] != role:
                    table[origin, to] = _IMPOSSIBLE
        elif label.startswith("B-"):
            table[:, to] = -piece_cost
    return table


def _spans(path: NDArray[np.int64], columns: NDArray[np.int64]) -> dict[str, list[WordRange]]:
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


def _cue(article: EncodedArticle, predicate: int, pieces: Sequence[WordRange]) -> WordRange:
    """From the predicate to the last piece ("quoted" ... "as saying") in its sentence."""
    sentence = article.sentence[predicate]
    lasts = [last for first, last in pieces if first >= predicate]
    same = [last for last in lasts if article.sentence[last] == sentence]
    return predicate, max(same, default=predicate)


def _content(
    article: EncodedArticle, pieces: Sequence[WordRange], cue: WordRange | None
) -> tuple[WordRange, ...]:
    """Content without pieces of bare punctuation, quotations at its edges kept whole."""
    document = article.document
    kept: list[WordRange] = []
    for first, last in pieces:
        words = range(first, last + 1)
        if not any(document.text[document.words[word].start].isalnum() for word in words):
            continue
        kept.append(_whole_quotes(article, (first, last), cue))
    merged: list[WordRange] = []
    for first, last in sorted(kept):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def _whole_quotes(article: EncodedArticle, piece: WordRange, cue: WordRange | None) -> WordRange:
    """The piece with every quotation that it covers at least half of, marks included.

    A quotation that holds the claim's cue is somebody else's words around this claim.
    """
    first, last = piece
    for words in article.quote_words:
        if words.start > last + 1 or words.stop < first:
            continue
        if cue and cue[0] in words:
            continue
        shared = min(last + 1, words.stop) - max(first, words.start)
        if shared * 2 >= len(words) - 2 and shared > 0:
            first, last = min(first, words.start), max(last, words.stop - 1)
    return first, last


def _drop_doubles(article: EncodedArticle, drafts: Sequence[ClaimDraft]) -> list[ClaimDraft]:
    """Without second readings of one claim.

    A predicate inside the cue of a surer claim is part of that cue; an uncued claim that lies
    mostly in the content of cued ones continues nothing.
    """
    cues = {draft.predicate: draft for draft in drafts if draft.cue}
    covered = np.zeros(len(article), dtype=bool)
    for draft in cues.values():
        for first, last in draft.content:
            covered[first : last + 1] = True
    kept = []
    for draft in drafts:
        if draft.cue is None:
            inside = np.concatenate([covered[first : last + 1] for first, last in draft.content])
            double = bool(inside.mean() > 0.5)
        else:
            double = any(
                other.cue is not None
                and other.cue[0] < draft.predicate <= other.cue[1]
                and other.confidence >= draft.confidence
                for other in cues.values()
            )
        if not double:
            kept.append(draft)
    return kept
