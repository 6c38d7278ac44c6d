"""Stage 3d: from scores to claims - predicates, then the spans of each claim by Viterbi.

A word opens a claim when its cue or uncued probability passes the configured threshold. For each
such word the role scores of the words around it are decoded into whole spans, so that every
claim has at most one source mention; quotations that a content enters are kept whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attribution.blocks import announced, announces
from attribution.confidence import Evidence, probability
from attribution.continuations import gone_on, left_over, parted
from attribution.drafts import ClaimDraft, count_words, covered_by, joined, mask
from attribution.features import CAPITALISED, PUNCTUATION, EncodedArticle
from attribution.hearsay import only_receives, teller_place, without_subject
from attribution.model import BIO, CLAIM_LAYERS, ROLE_LABELS, TAG_LAYERS, AttributionModel
from attribution.roles import PredicateScores, WordRange, role_spans, score_predicates, viterbi
from attribution.wordclasses import DETERMINERS

__all__ = ["ClaimDraft", "decode", "via_mentions"]

Floats = NDArray[np.float32]

#: Least probability of a cue that the flat tags may still confirm.
_DOUBTFUL = 0.1
#: Words in no other claim that a doubtful cue must explain.
_FRESH_WORDS = 3
#: Least probability of a source behind "by" where the subject is only told.
_TELLER = 0.01
#: Marks that lead to content and are no part of it.
_LEADING = frozenset((":", ";", ",", "-", "--", "–", "—"))


@dataclass(frozen=True)
class _Openings:
    """Words that open claims, which of them have no cue, and how sure it is that they do.

    ``ends`` are the last words of the contents that are known, by their first.
    """

    words: NDArray[np.int64]
    uncued: NDArray[np.bool_]
    certainty: Floats
    ends: Mapping[int, int] = field(default_factory=dict)


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
    found = announced(article, read(_Openings(predicates, uncued, certainty)), heard)
    least = model.config.cue_threshold
    sure: list[ClaimDraft] = []
    doubtful: list[ClaimDraft] = []
    for draft in found:
        clear = draft.cue is None or opening[draft.predicate, 1] >= least
        (sure if clear else doubtful).append(draft)
    kept = _drop_doubles(article, sure)
    covered = covered_by(article, kept)
    for draft in sorted(doubtful, key=lambda draft: -opening[draft.predicate, 1]):
        inside = mask(article, draft.content)
        fresh = inside & ~covered & (heard > 0.5)
        if fresh.sum() >= _FRESH_WORDS and fresh.sum() * 2 > inside.sum():
            kept.append(draft)
            covered |= covered_by(article, [draft])
    kept = parted(article, kept, heard)
    likely = _likely(model, kept)
    runs = left_over(article, heard, covered_by(article, likely), covered_by(article, kept))
    starts = np.array([first for first, _ in runs], dtype=np.int64)
    alone = np.ones(len(runs), dtype=bool)
    opens = np.array(list(runs.values()), dtype=np.float32)
    likely += read(_Openings(starts, alone, opens, dict(list(runs))))
    found = [without_subject(article, draft) for draft in gone_on(article, likely, heard)]
    return sorted(_likely(model, _drop_same(found)), key=lambda draft: draft.predicate)


def _read_claims(
    model: AttributionModel,
    article: EncodedArticle,
    words: Tensor,
    present: Floats,
    openings: _Openings,
) -> list[ClaimDraft]:
    """The claims that these words open, without those that have no content and announce none.

    ``present`` is what the flat tags say of all words, see :func:`_flat_presence`.
    """
    predicates, uncued, certainty = openings.words, openings.uncued, openings.certainty
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
        last = openings.ends.get(int(predicate))
        content = _content(article, spans["content"], cue)
        if last is not None:
            content = ((int(predicate), last),)
        if not content and not (cue and announces(article, cue)):
            continue
        source = spans["source"][0] if spans["source"] else None
        if cue and not source:
            least = model.config.source_threshold
            source = _likely_source(roles[row], scored.columns[row], paths[row] == 0, least)
        if cue and source and only_receives(article, source, cue):
            place = teller_place(article, cue, content)
            source = _teller(roles[row], scored.columns[row], place) if place else None
        source = _whole_source(article, source, named) if source else None
        evidence = Evidence(
            opening=float(certainty[row]),
            path=float(scores[row]),
            cued=cue is not None,
            sourced=source is not None,
            words=count_words(article, content),
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


def _likely(model: AttributionModel, drafts: Sequence[ClaimDraft]) -> list[ClaimDraft]:
    """The claims with the probability that they are right, where that is enough."""
    weights, least = model.config.confidence_weights, model.config.confidence_threshold
    weighed = [
        replace(draft, confidence=probability(draft.evidence, weights)) if draft.evidence else draft
        for draft in drafts
    ]
    return [draft for draft in weighed if draft.confidence >= least]


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


def _teller(scores: Floats, columns: NDArray[np.int64], place: WordRange) -> WordRange | None:
    """The likeliest source in the place where it is told who told."""
    behind = (columns >= place[0]) & (columns <= place[1])
    return _likely_source(scores, columns, behind, _TELLER) if behind.any() else None


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
    """Content without pieces of bare punctuation, quotations at its edges kept whole.

    A colon or dash that leads to it stays outside.
    """
    document = article.document
    kept: list[WordRange] = []
    for first, last in pieces:
        if not any(document.lettered[first : last + 1]):
            continue
        while document.words[first].of(document.text) in _LEADING:
            first += 1
        kept.append(_whole_quotes(article, (first, last), cue))
    return joined(kept)


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


def _drop_same(drafts: Sequence[ClaimDraft]) -> list[ClaimDraft]:
    """Of the claims with the same source and content whose cues end together the surest."""
    ordered = sorted(drafts, key=lambda draft: draft.confidence)
    ends = {(draft.cue and draft.cue[1], draft.source, draft.content): draft for draft in ordered}
    return list(ends.values())


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
