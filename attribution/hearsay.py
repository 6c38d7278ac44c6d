"""Stage 3c: claims that name nobody, whoever their subject is - "is said to", "reportedly"."""

from __future__ import annotations

from dataclasses import replace

from attribution.drafts import ClaimDraft, joined, with_content
from attribution.features import EncodedArticle
from attribution.roles import WordRange
from attribution.wordclasses import BE, HEARSAY, HEARSAY_ADVERBS

__all__ = ["without_subject"]


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
