"""Stage 3c: what goes on without a cue - later paragraphs, and words in no claim.

A quotation whose closing mark is missing goes on in the next paragraph where that opens with a
mark. A quotation that is a paragraph of its own begins anew: somebody else may speak.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from attribution.blocks import announced_by_nobody
from attribution.drafts import ClaimDraft, joined, with_content
from attribution.features import CAPITALISED, EncodedArticle
from attribution.quoted import begins_at, is_heard, is_labelled, outer_quotations, words_within
from attribution.roles import WordRange
from attribution.wordclasses import PRONOUNS

__all__ = ["gone_on", "left_over", "parted"]

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

#: Heard words that make a claim on their own, and the words that may lie between them unheard.
_LEFT_WORDS, _GAP = 8, 3
#: What sentences end with, or break off with.
_STOPS = frozenset(".!?…-–—")


def left_over(
    article: EncodedArticle, heard: Floats, covered: Mask, touched: Mask
) -> dict[WordRange, float]:
    """What no claim covers and somebody is heard to say: claims without a cue, in text order.

    Quotations that are whole sentences, however short, but no headings, paragraphs that a colon
    announces, and stretches of other words. With each, how sure it is that a claim opens there: a
    stretch is half as sure as it is heard, as it has no marks to say so, too.

    Args:
        article: the article.
        heard: for every word the probability that it is somebody's, 0 for punctuation.
        covered: the words that belong to a claim.
        touched: those and the words of claims too unlikely to be kept, which leave no stretches.
    """
    taken = covered.copy()
    found = {}
    for quoted, _ in outer_quotations(article):
        begins = begins_at(article.sentence, quoted.start) or _is_turn(article, quoted)
        whole = begins and begins_at(article.sentence, quoted.stop)
        inside = slice(quoted.start, quoted.stop)
        free = not taken[inside].any() and not _is_heading(article, quoted)
        if whole and free and is_heard(article, heard, quoted):
            found[quoted.start, quoted.stop - 1] = float(heard[inside].max())
            taken[inside] = True
    for words in announced_by_nobody(article, heard):
        inside = slice(words.start, words.stop)
        if not taken[inside].any():
            found[words.start, words.stop - 1] = float(heard[inside].max())
            taken[inside] = True
    taken |= touched
    for first, last in _stretches(article, (heard > 0.5) & ~taken, taken):
        found[first, last] = float(heard[first]) / 2
    return dict(sorted(found.items()))


def parted(
    article: EncodedArticle, drafts: Sequence[ClaimDraft], heard: Floats
) -> list[ClaimDraft]:
    """The claims without what is somebody else's turn in a dialogue.

    When one has answered another, each in a paragraph that opens with a quotation, the bare
    quotations in the paragraphs that follow are no more of the answer.
    """
    bare = [words for words in _bare_paragraphs(article) if is_heard(article, heard, words)]
    turns = _turns(article, drafts)
    kept = []
    for draft in drafts:
        content, place = draft.content, article.paragraph[draft.predicate]
        if turns.get(place) is draft and _answers(article, draft, turns.get(place - 1)):
            for words in bare:
                if article.paragraph[words.start] > place:
                    content = _without(content, words)
        kept.append(with_content(article, draft, content))
    return kept


def _turns(article: EncodedArticle, drafts: Sequence[ClaimDraft]) -> dict[int, ClaimDraft]:
    """By paragraph the claim with cue and source whose content is the quotation that opens it."""
    found = {}
    for quoted, _ in outer_quotations(article):
        said = [draft for draft in drafts if draft.source and words_within(draft.content, quoted)]
        if said and begins_at(article.paragraph, quoted.start):
            place = int(article.paragraph[quoted.start])
            found[place] = max(said, key=lambda draft: words_within(draft.content, quoted))
    return found


def _answers(article: EncodedArticle, draft: ClaimDraft, other: ClaimDraft | None) -> bool:
    """Whether the sources of two claims have no word in common and neither is a pronoun."""
    if other is None or not draft.source or not other.source:
        return False
    mine, others = (
        {article.plain_words[word] for word in range(first, last + 1)}
        for first, last in (draft.source, other.source)
    )
    pronouns = any(len(words) == 1 and not words.isdisjoint(PRONOUNS) for words in (mine, others))
    return not pronouns and mine.isdisjoint(others)


def gone_on(
    article: EncodedArticle, drafts: Sequence[ClaimDraft], heard: Floats
) -> list[ClaimDraft]:
    """The claims with the paragraphs in which their open quotations go on.

    The quotation belongs to the claim that has most of it. A later paragraph that another claim's
    cue introduces stays with that one.
    """
    kept = list(drafts)
    for opened, later in _later_paragraphs(article):
        if not is_heard(article, heard, later):
            continue
        owner = max(kept, key=lambda draft: words_within(draft.content, opened), default=None)
        if owner is None or not words_within(owner.content, opened):
            continue
        others = [
            draft
            for draft in kept
            if draft is not owner and words_within(draft.content, later) * 2 > len(later)
        ]
        if any(draft.cue and draft.cue[0] not in later for draft in others):
            continue
        longer = joined([*owner.content, (later.start, later.stop - 1)])
        second = [id(draft) for draft in kept if draft is not owner and _inside(draft, later)]
        kept = [
            with_content(article, owner, longer) if draft is owner else draft
            for draft in kept
            if id(draft) not in second
        ]
    return kept


def _later_paragraphs(article: EncodedArticle) -> list[tuple[range, range]]:
    """The quotations whose paragraph ends before their closing mark, with what they go on in.

    That is the quotation which opens the next paragraph, but not with a speaker's label, as in a
    transcript. In text order, so that a third paragraph comes after the second.
    """
    outer = outer_quotations(article)
    pairs = []
    for (opened, closed), (later, _) in pairwise(outer):
        number = article.paragraph[later.start]
        follows = number == article.paragraph[opened.start] + 1
        opens = begins_at(article.paragraph, later.start)
        if not closed and follows and opens and not is_labelled(article, later[1:]):
            pairs.append((opened, later))
    return pairs


def _bare_paragraphs(article: EncodedArticle) -> list[range]:
    """The quotations, with both marks, that are paragraphs of their own and begin anew.

    Those behind a colon do not: they are what it announces. Nor does the last paragraph of a
    quotation that was open.
    """
    text, words = article.document.text, article.document.words
    begun = {later.start for _, later in _later_paragraphs(article)}
    found = []
    for quoted, closed in outer_quotations(article):
        first, end = quoted.start, quoted.stop
        alone = begins_at(article.paragraph, first) and begins_at(article.paragraph, end)
        announced = first > 0 and words[first - 1].of(text) == ":"
        if closed and alone and first not in begun and not announced:
            found.append(quoted)
    return found


def _is_turn(article: EncodedArticle, quoted: range) -> bool:
    """Whether a quotation stands behind a speaker's label (`Roe: "No."`) and nothing else."""
    start = int(article.paragraph.searchsorted(article.paragraph[quoted.start]))
    label = range(start, quoted.start)
    return (
        len(label) > 1
        and is_labelled(article, label)
        and not (article.features[label[:-1], 0] < CAPITALISED).any()
    )


def _is_heading(article: EncodedArticle, quoted: range) -> bool:
    """Whether a quotation ends as no sentence does, or has capitals in half of its words.

    Its first word left out, and in two at least.
    """
    text, words = article.document.text, article.document.words
    lettered = [word for word in quoted if article.document.lettered[word]]
    if not lettered:
        return True
    ends = "".join(words[word].of(text) for word in quoted[lettered[-1] + 1 - quoted.start :])
    capital = article.features[lettered[1:], 0] >= CAPITALISED
    return _STOPS.isdisjoint(ends) or bool(capital.sum() > 1 and capital.mean() >= 0.5)


def _inside(draft: ClaimDraft, words: range) -> bool:
    """Whether a claim without cue lies mostly in these words."""
    size = sum(last - first + 1 for first, last in draft.content)
    return draft.cue is None and words_within(draft.content, words) * 2 > size


def _without(pieces: Sequence[WordRange], words: range) -> tuple[WordRange, ...]:
    """The pieces without these words."""
    kept = []
    for first, last in pieces:
        parts = ((first, min(last, words.start - 1)), (max(first, words.stop), last))
        kept += [part for part in parts if part[0] <= part[1]]
    return tuple(kept)


def _stretches(article: EncodedArticle, wanted: Mask, covered: Mask) -> list[WordRange]:
    """Stretches of wanted words within a sentence, over small gaps that nothing covers."""
    found = np.flatnonzero(wanted)
    before = np.cumsum(covered)[found]
    apart = np.diff(found) > _GAP
    apart |= np.diff(article.sentence[found]) != 0
    apart |= np.diff(before) > 0
    runs = np.split(found, np.flatnonzero(apart) + 1)
    return [(int(run[0]), int(run[-1])) for run in runs if len(run) >= _LEFT_WORDS]
