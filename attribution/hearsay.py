"""Stage 3c: claims that name nobody, whoever their subject is - "is said to", "reportedly"."""

from __future__ import annotations

from dataclasses import replace

from attribution.drafts import ClaimDraft, joined, with_content
from attribution.features import EncodedArticle
from attribution.roles import WordRange
from attribution.wordclasses import AUXILIARIES, BE, HEARSAY, HEARSAY_ADVERBS, RECEIVING

__all__ = ["only_receives", "teller_place", "without_subject"]

#: What may stand between a subject and its verb, besides auxiliaries and adverbs.
_LINKS = frozenset(("who", "which", "that", ","))


def without_subject(article: EncodedArticle, draft: ClaimDraft) -> ClaimDraft:
    """The claim without a source that is only the subject of its hearsay.

    Whom somebody "is said to" have met, or has "reportedly" left, tells nothing: the subject is
    part of the content. An "it" in front ("it is feared") is part of the cue.
    """
    source, cue = draft.source, draft.cue
    if not source or not cue or source[0] > cue[0]:
        return draft
    said = [article.plain_words[word] for word in range(cue[0], cue[1] + 1)]
    if not (_passive(said) or (len(said) == 1 and said[0] in HEARSAY_ADVERBS)):
        return draft
    evidence = replace(draft.evidence, sourced=False) if draft.evidence else None
    nobody = replace(draft, source=None, evidence=evidence)
    if source[1] == cue[0] - 1 and article.plain_words[source[0] : cue[0]] == ["it"]:
        return replace(nobody, cue=(source[0], cue[1]))
    return with_content(article, nobody, joined([*draft.content, _beside(article, source)]))


def only_receives(article: EncodedArticle, source: WordRange, cue: WordRange) -> bool:
    """Whether the source of a claim is the subject of "was told" and the like.

    It hears what is said, and somebody else says it. "He was quoted as saying" is not meant, nor
    a source that is not right in front of the verb ("according to him, we were told").
    """
    verb = _received(article, cue)
    words = article.plain_words
    return (
        verb is not None
        and words[verb : cue[1] + 1] != ["assured", "of"]
        and source[1] < verb
        and article.sentence[source[0]] == article.sentence[verb]
        and all(_is_light(word) or word in _LINKS for word in words[source[1] + 1 : verb])
    )


def teller_place(
    article: EncodedArticle, cue: WordRange, content: tuple[WordRange, ...]
) -> WordRange | None:
    """The words behind "by" that tell who told ("was told by a nurse that"), None without.

    They end where the content begins; with content elsewhere, with the sentence.
    """
    verb, words = _received(article, cue), article.plain_words
    if verb is None:
        return None
    end = int(article.sentence.searchsorted(article.sentence[verb], side="right"))
    starts = [first for first, _ in content if cue[1] < first < end]
    end = min([*starts, end])
    place = next((at for at in range(verb + 1, end) if words[at] == "by"), None)
    if place is None or place + 1 >= end or (not starts and place > cue[1] + 1):
        return None
    return place + 1, end - 1


def _received(article: EncodedArticle, cue: WordRange) -> int | None:
    """The participle of a cue that is a form of "be" and "told" or the like."""
    words = article.plain_words
    for at in range(cue[0], cue[1] + 1):
        if words[at] in RECEIVING:
            first = at
            while first > 0 and _is_light(words[first - 1]):
                first -= 1
            return at if not BE.isdisjoint(words[first:at]) else None
        if not _is_light(words[at]):
            break
    return None


def _is_light(word: str) -> bool:
    """Whether a word is an auxiliary or an adverb of a verb."""
    return word in BE or word in AUXILIARIES or word.endswith("ly")


def _passive(words: list[str]) -> bool:
    """Whether a cue is a form of "be" and what is said, adverbs between: "is widely thought to"."""
    kept = [word for word in words if word not in ("to", "that")]
    said = bool(kept) and kept[-1] in HEARSAY
    forms = [at for at, word in enumerate(kept) if word in BE]
    return said and bool(forms) and all(word.endswith("ly") for word in kept[forms[-1] + 1 : -1])


def _beside(article: EncodedArticle, source: WordRange) -> WordRange:
    """The source's words without commas at its edges."""
    first, last = source
    lettered = article.document.lettered
    while first < last and not lettered[first]:
        first += 1
    while last > first and not lettered[last]:
        last -= 1
    return first, last
