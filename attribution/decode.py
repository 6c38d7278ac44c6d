"""Stage 3b: from scores to claims - predicates, then the spans of each claim by Viterbi.

A word opens a claim when its cue or uncued probability passes the configured threshold. For each
such word the role scores of the words around it are decoded into whole spans, so that every
claim has at most one source mention; quotations that a content enters are kept whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attribution.confidence import Evidence, probability
from attribution.features import CAPITALISED, PUNCTUATION, EncodedArticle
from attribution.model import BIO, CLAIM_LAYERS, ROLE_LABELS, TAG_LAYERS, AttributionModel
from attribution.roles import PredicateScores, WordRange, role_spans, score_predicates, viterbi
from attribution.wordclasses import DETERMINERS

__all__ = ["ClaimDraft", "decode", "via_mentions"]

Floats = NDArray[np.float32]

#: Least probability of a cue that the flat tags may still confirm.
_DOUBTFUL = 0.1
#: Words in no other claim that a doubtful cue must explain, and that make a claim on their own.
_FRESH_WORDS, _LEFT_WORDS = 3, 8
_GAP = 3


@dataclass(frozen=True)
class ClaimDraft:
    """A claim in words of the article (ranges with inclusive ends), before resolution.

    ``predicate`` is the word that opens it; ``cue`` and ``source`` are None where there is none.
    ``via`` are mentions of intermediaries in text order; ``via_scores`` are the probabilities of
    the words from ``scores_from`` on to belong to one. ``kind`` and ``speech`` are probabilities
    over KINDS and SPEECHES; ``confidence``, 0..1, follows from ``evidence``, which only decoded
    claims have.
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
    evidence: Evidence | None = None


@torch.inference_mode()
def decode(model: AttributionModel, article: EncodedArticle, words: Tensor) -> list[ClaimDraft]:
    """The claims of one article, in the order of their predicates.

    Words above the thresholds open claims. Doubtful ones do where the flat content tags hear
    somebody speak and no sure claim has those words; what even then is left without a claim is a
    continuation of its own.

    Args:
        model: the model whose states ``words`` are.
        article: the article.
        words: (n, hidden) merged word states.
    """
    if not len(article):
        return []
    opening = model.predicates(words).softmax(-1).float().cpu().numpy()
    present = _flat_presence(model, words)
    heard = np.exp(present[:, TAG_LAYERS.index("content")])
    heard = np.where(article.features[:, 0] > 1, heard, np.float32(0.0))
    predicates, uncued = _predicates(model, opening)
    certainty = opening[predicates, np.where(uncued, 2, 1)]
    read = partial(_read_claims, model, article, words, present)
    found = read(predicates, uncued, certainty)
    least = model.config.cue_threshold
    sure: list[ClaimDraft] = []
    doubtful: list[ClaimDraft] = []
    for draft in found:
        clear = draft.cue is None or opening[draft.predicate, 1] >= least
        (sure if clear else doubtful).append(draft)
    kept = _drop_doubles(article, sure)
    covered = _covered(article, kept)
    for draft in sorted(doubtful, key=lambda draft: -opening[draft.predicate, 1]):
        inside = _mask(article, draft.content)
        fresh = inside & ~covered & (heard > 0.5)
        if fresh.sum() >= _FRESH_WORDS and fresh.sum() * 2 > inside.sum():
            kept.append(draft)
            covered |= _covered(article, [draft])
    runs = _runs(article, (heard > 0.5) & ~covered, covered)
    starts = np.array([first for first, _ in runs], dtype=np.int64)
    alone = np.ones(len(runs), dtype=bool)
    halved = heard[starts] * np.float32(0.5)
    ends = dict(runs)
    for draft in read(starts, alone, halved):
        run = (draft.predicate, ends[draft.predicate])
        kept.append(_with_content(article, draft, (run,)))
    weighed = [_weighed(draft, model.config.confidence_weights) for draft in kept]
    likely = (draft for draft in weighed if draft.confidence >= model.config.confidence_threshold)
    return sorted(likely, key=lambda draft: draft.predicate)


def _read_claims(
    model: AttributionModel,
    article: EncodedArticle,
    words: Tensor,
    present: Floats,
    predicates: NDArray[np.int64],
    uncued: NDArray[np.bool_],
    certainty: Floats,
) -> list[ClaimDraft]:
    """The claims that these words open, without those that have no content.

    ``present`` is what the flat tags say of all words, see :func:`_flat_presence`.
    """
    if not len(predicates):
        return []
    scored = score_predicates(model, article, words, predicates)
    roles = _with_flat_tags(model, present, scored)
    paths, scores = viterbi(roles, uncued, piece_cost=model.config.piece_cost)
    named = present[:, TAG_LAYERS.index("source")] > np.log(0.5)
    drafts = []
    for row, predicate in enumerate(predicates):
        spans = role_spans(paths[row], scored.columns[row])
        cue = None if uncued[row] else _cue(article, int(predicate), spans["cue"])
        content = _content(article, spans["content"], cue)
        if not content:
            continue
        source = spans["source"][0] if spans["source"] else None
        if cue and not source:
            least = model.config.source_threshold
            source = _likely_source(roles[row], scored.columns[row], paths[row] == 0, least)
        source = _whole_source(article, source, named) if source else None
        evidence = Evidence(
            opening=float(certainty[row]),
            path=float(scores[row]),
            cued=cue is not None,
            sourced=source is not None,
            words=_lettered(article, content),
        )
        drafts.append(
            ClaimDraft(
                predicate=int(predicate),
                cue=cue,
                source=source,
                content=content,
                via=via_mentions(article, scored, row),
                kind=scored.kind[row],
                speech=scored.speech[row],
                confidence=evidence.product,
                scores_from=int(scored.columns[row, 0]),
                via_scores=scored.via_scores(row),
                evidence=evidence,
            )
        )
    return drafts


def _lettered(article: EncodedArticle, pieces: Sequence[WordRange]) -> int:
    """How many words with a letter or digit the pieces have."""
    lettered = article.document.lettered
    return sum(sum(lettered[first : last + 1]) for first, last in pieces)


def _with_content(
    article: EncodedArticle, draft: ClaimDraft, content: tuple[WordRange, ...]
) -> ClaimDraft:
    """The claim with another content."""
    words = _lettered(article, content)
    evidence = replace(draft.evidence, words=words) if draft.evidence else None
    return replace(draft, content=content, evidence=evidence)


def _weighed(draft: ClaimDraft, weights: Sequence[float] | None) -> ClaimDraft:
    """The claim with the probability that it is right.

    Last of all, so that which claims there are does not depend on these weights.
    """
    if draft.evidence is None:
        return draft
    return replace(draft, confidence=probability(draft.evidence, weights))


def _likely_source(
    scores: Floats, columns: NDArray[np.int64], free: NDArray[np.bool_], least: float
) -> WordRange | None:
    """The likeliest source of a claim whose best path has none, down to a probability of ``least``.

    Nine in ten cues have a source in the text, but one whose probability is spread over a few
    words loses to "no source" word by word. It goes on while it is half as likely as it began.
    ``free`` (K) are the words that the path left without a role.
    """
    first_word, inner, last_word, only = (
        scores[:, ROLE_LABELS.index(f"{at}-source")] for at in "BIES"
    )
    begins = np.logaddexp(first_word, only)
    first = int(np.where(free, begins, -np.inf).argmax())
    if not free[first] or begins[first] < np.log(least):
        return None
    odds = np.logaddexp(inner, last_word) - scores[:, 0]
    enough = begins[first] - scores[first, 0] - np.log(2)
    last = first
    while last + 1 < len(columns) and free[last + 1] and odds[last + 1] > enough:
        last += 1
    return int(columns[first]), int(columns[last])


def _whole_source(
    article: EncodedArticle, source: WordRange, named: NDArray[np.bool_]
) -> WordRange:
    """A source of one word with what the flat tags add right behind it.

    "the" is none alone: it takes in at least the next word, and the capitalised ones behind that.
    """
    first, last = source
    if first < last:
        return source
    document = article.document
    alone = document.words[first].of(document.text).lower() in DETERMINERS
    end = first + 1
    while end < len(article) and article.sentence[end] == article.sentence[first]:
        wanted = named[end] or (
            alone and (end == first + 1 or article.features[end, 0] >= CAPITALISED)
        )
        if not wanted or article.features[end, 0] == PUNCTUATION:
            break
        end += 1
    return first, end - 1


def via_mentions(
    article: EncodedArticle, scored: PredicateScores, row: int
) -> tuple[WordRange, ...]:
    """Mentions of a claim's intermediaries, in text order, none of them a bare article."""
    nothing = np.zeros(len(article), dtype=bool)
    found: list[WordRange] = []
    for span in scored.via_spans(row):
        if found and span[0] <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], span[1]))
        else:
            found.append(_whole_source(article, span, nothing))
    return tuple(found)


def _mask(article: EncodedArticle, pieces: Sequence[WordRange]) -> NDArray[np.bool_]:
    mask = np.zeros(len(article), dtype=bool)
    for first, last in pieces:
        mask[first : last + 1] = True
    return mask


def _covered(article: EncodedArticle, drafts: Sequence[ClaimDraft]) -> NDArray[np.bool_]:
    """Words that are content, cue or source of a claim."""
    pieces = [piece for draft in drafts for piece in draft.content]
    pieces += [part for draft in drafts for part in (draft.cue, draft.source) if part]
    return _mask(article, pieces)


def _runs(
    article: EncodedArticle, wanted: NDArray[np.bool_], covered: NDArray[np.bool_]
) -> list[WordRange]:
    """Stretches of wanted words within a sentence, over small gaps that nothing covers."""
    found = np.flatnonzero(wanted)
    before = np.cumsum(covered)[found]
    apart = np.diff(found) > _GAP
    apart |= np.diff(article.sentence[found]) != 0
    apart |= np.diff(before) > 0
    runs = np.split(found, np.flatnonzero(apart) + 1)
    return [(int(run[0]), int(run[-1])) for run in runs if len(run) >= _LEFT_WORDS]


def _predicates(
    model: AttributionModel, opening: Floats
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Words that may open a claim, doubtful cues included, and which of them have no cue."""
    cued = opening[:, 1] >= min(_DOUBTFUL, model.config.cue_threshold)
    bare = (opening[:, 2] >= model.config.uncued_threshold) & (opening[:, 2] > opening[:, 1])
    predicates = np.flatnonzero(cued | bare)
    return predicates, bare[predicates]


def _flat_presence(model: AttributionModel, words: Tensor) -> Floats:
    """Log-probability (n, layers) of each word to lie in a span of each of the flat layers."""
    flat = model.tags(words).unflatten(-1, (-1, len(BIO))).log_softmax(-1)
    return np.asarray(flat[..., 1:].logsumexp(-1).float().cpu().numpy())


def _with_flat_tags(model: AttributionModel, present: Floats, scored: PredicateScores) -> Floats:
    """Role scores with the flat tags' opinion added: a word in no content at all is in none.

    Only presence counts, not the edges: the flat layers hold the outermost claim alone.
    """
    weight = np.zeros((len(present), len(ROLE_LABELS)), dtype=np.float32)
    for layer, name in enumerate(CLAIM_LAYERS):
        for at in "BIES":
            label = ROLE_LABELS.index(f"{at}-{name}")
            weight[:, label] = model.config.flat_weight * present[:, layer]
    return scored.roles + weight[scored.columns]


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
    covered = np.zeros(len(article), dtype=bool)
    # By word: the confidence of the surest claim whose cue goes on there.
    surest: dict[int, float] = {}
    for draft in drafts:
        if draft.cue is None:
            continue
        for first, last in draft.content:
            covered[first : last + 1] = True
        for word in range(draft.cue[0] + 1, draft.cue[1] + 1):
            surest[word] = max(surest.get(word, 0.0), draft.confidence)
    kept = []
    for draft in drafts:
        if draft.cue is None:
            inside = np.concatenate([covered[first : last + 1] for first, last in draft.content])
            double = bool(inside.mean() > 0.5)
        else:
            double = surest.get(draft.predicate, -1.0) >= draft.confidence
        if not double:
            kept.append(draft)
    return kept
