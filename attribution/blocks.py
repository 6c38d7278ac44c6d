"""Stage 3c: paragraphs quoted without marks, because a colon at the end of the one before says so.

"In a letter to staff, Mara Quist wrote:" announces the next paragraph, and those that go on.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from attribution.drafts import ClaimDraft, joined, mask, with_content
from attribution.features import EncodedArticle
from attribution.quoted import is_heard, is_labelled, outer_quotations, share_heard, words_within
from attribution.roles import WordRange
from attribution.segment import OPENING, STRAIGHT

__all__ = ["announced", "announced_by_nobody", "announces"]

Floats = NDArray[np.float32]

#: Least share of an announced paragraph that must be heard: the colon and the cue say it, too.
_ANNOUNCED = 0.3
#: What a line of a list, or of a quotation in plain text, may begin with.
_BULLETS = frozenset(">-–—*•·")
#: What sentences end with.
_STOPS = frozenset(".!?…")
#: How the turns of questions and answers may begin.
_TURNS = (["Q", "."], ["A", "."])


def announces(article: EncodedArticle, cue: WordRange) -> bool:
    """Whether a cue is in the last sentence of a paragraph that ends in a colon, before others."""
    return _announcing(article, int(article.paragraph[cue[0]])) == int(article.sentence[cue[0]])


def announced(
    article: EncodedArticle, drafts: Sequence[ClaimDraft], heard: Floats
) -> list[ClaimDraft]:
    """The claims with the paragraphs that they announce, and without those that have no content.

    Of several that could announce a paragraph the surest does.

    Args:
        article: the article.
        drafts: claims; those whose cue announces something may be without content.
        heard: for every word the probability that it is somebody's, 0 for punctuation.
    """
    found: dict[int, ClaimDraft] = {}
    for draft in sorted(drafts, key=_opening):
        if _has_nothing_yet(article, draft, heard):
            found[int(article.paragraph[draft.predicate])] = draft
    longer, reporting = {}, _reporting(article, drafts, heard)
    for place, draft in found.items():
        block = _block(article, heard, place + 1, reporting)
        if not block:
            continue
        begun = words_within(draft.content, block[0]) > 0
        if begun or share_heard(article, heard, block[0]) > _ANNOUNCED:
            later = [piece for piece in draft.content if piece[0] >= block[0].start]
            pieces = joined([*later, *((words.start, words.stop - 1) for words in block)])
            longer[id(draft)] = with_content(article, draft, pieces)
    kept = [longer.get(id(draft), draft) for draft in drafts]
    return [draft for draft in kept if draft.content]


def announced_by_nobody(article: EncodedArticle, heard: Floats) -> list[range]:
    """Paragraphs that are heard behind a colon, with those that go on ("From the transcript:")."""
    found = []
    for place in range(len(article.document.paragraphs) - 1):
        if _announcing(article, place) is not None:
            block = _block(article, heard, place + 1, frozenset())
            quoted = block and article.quote[block[0].start] >= 0
            if block and not quoted and is_heard(article, heard, block[0]):
                found += block
    return found


def _announcing(article: EncodedArticle, place: int) -> int | None:
    """The last sentence of a paragraph that ends in a colon and is not the last, else None."""
    paragraphs, text = article.document.paragraphs, article.document.text
    words = article.document.words_in(paragraphs[place])
    if not words or place + 1 == len(paragraphs):
        return None
    ends = article.document.words[words[-1]].of(text) == ":"
    return int(article.sentence[words[-1]]) if ends else None


def _has_nothing_yet(article: EncodedArticle, draft: ClaimDraft, heard: Floats) -> bool:
    """Whether a cue announces something, and its sentence has none of the claim's content.

    What nobody is heard to say in front of the cue is no content: "One of them, Ada Roe, wrote:".
    """
    if draft.cue is None or not announces(article, draft.cue):
        return False
    sentence = article.sentence[draft.predicate]
    inside = mask(article, draft.content) & (article.sentence == sentence)
    own = np.flatnonzero(inside & np.array(article.document.lettered))
    return not len(own) or bool(own[-1] < draft.cue[0] and heard[own].mean() <= 0.5)


def _reporting(
    article: EncodedArticle, drafts: Sequence[ClaimDraft], heard: Floats
) -> frozenset[int]:
    """The paragraphs with a sure cue that is nobody's word: they report by themselves."""
    return frozenset(
        int(article.paragraph[draft.predicate])
        for draft in drafts
        if draft.cue and _opening(draft) > 0.5 and heard[draft.predicate] <= 0.5
    )


def _block(
    article: EncodedArticle, heard: Floats, place: int, reporting: frozenset[int]
) -> list[range]:
    """The words of the paragraphs from this one on that a colon before it announces.

    A first paragraph that opens with a quotation is announced as far as that goes, and nothing
    behind it. None are those that report by themselves, announce something or are a speaker's
    turn. Later ones must be heard, end as sentences do, and begin with the bullet of the first.
    """
    document, block = article.document, list[range]()
    bullet: str | None = None
    for number in range(place, len(document.paragraphs)):
        words = document.words_in(document.paragraphs[number])
        mark = _bullet(article, words)
        bullet = mark if bullet is None else bullet
        if mark != bullet or number in reporting or _announcing(article, number) is not None:
            break
        words = words[len(mark) :]
        if mark and not words:
            continue
        if not words or _is_turn(article, words):
            break
        if document.words[words[0]].of(document.text) in OPENING + STRAIGHT:
            first = [quoted for quoted, _ in outer_quotations(article) if quoted[0] == words[0]]
            return block or first[:1]
        if block and not (_is_sentences(article, words) and is_heard(article, heard, words)):
            break
        block.append(words)
    return block


def _bullet(article: EncodedArticle, words: range) -> str:
    """The bullet that a paragraph begins with, empty without."""
    mark = article.document.words[words[0]].of(article.document.text) if words else ""
    return mark if mark in _BULLETS else ""


def _is_turn(article: EncodedArticle, words: range) -> bool:
    """Whether a paragraph is a speaker's turn: "ROE: Yes.", "Q. Yes?"."""
    text, all_words = article.document.text, article.document.words
    label = [all_words[word].of(text) for word in words[:2]]
    return label in _TURNS or is_labelled(article, words)


def _is_sentences(article: EncodedArticle, words: range) -> bool:
    """Whether a stop is behind the last word with a letter or digit."""
    text, document = article.document.text, article.document
    lettered = [word for word in words if document.lettered[word]]
    ends = range(lettered[-1] + 1, words.stop) if lettered else range(0)
    return any(document.words[word].of(text) in _STOPS for word in ends)


def _opening(draft: ClaimDraft) -> float:
    """How sure it is that a claim opens with its first word."""
    return draft.evidence.opening if draft.evidence else draft.confidence
