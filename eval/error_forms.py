"""What kind of claim a missed or invented claim is, by its surface.

No parser: paragraphs, quotation marks and short lists of words decide. The labels are parts of the
names of classes in :mod:`eval.error_classes`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from attribution.types import Kind
from attribution.wordclasses import DETERMINERS, PRONOUNS
from eval.baseline_sources import VERB_KINDS
from eval.error_layout import Page, Parts

__all__ = ["POSSESSIVES", "QUESTION_WORDS", "form_of", "word_set"]

_SPEAKER = re.compile(
    r"[\"“]?(?:(?:[A-Z][\w.'’-]*,? ?){1,6}(?:\([^()]*\) ?)?: ?\S|[QA](?:uestion|nswer)?[.:] )"
)
_MOST_FRAGMENT_WORDS = 3


def word_set(words: str) -> frozenset[str]:
    """The words between blanks."""
    return frozenset(words.split())


POSSESSIVES = word_set("his her their its my our your whose")
QUESTION_WORDS = word_set("whether if how why what who when where which")
_FIRST_PERSON = word_set("i me my mine we us our ours")
_HEDGES = word_set("allegedly apparently purportedly reportedly supposedly")
_BE = word_set("am is are was were be been being")
_FINITE = word_set(
    "am is are was were has have had do does did will would shall should can could may might must "
    "ve ll re m t didn doesn don isn wasn weren hasn haven hadn won wouldn couldn shouldn cannot"
)
# Forms of the lexicon's verbs that no ending explains.
_IRREGULAR = {
    "felt": "feel",
    "found": "find",
    "heard": "hear",
    "knew": "know",
    "known": "know",
    "meant": "mean",
    "said": "say",
    "saw": "see",
    "seen": "see",
    "sought": "seek",
    "shown": "show",
    "spoke": "speak",
    "swore": "swear",
    "thought": "think",
    "told": "tell",
    "written": "write",
    "wrote": "write",
}
_ENDINGS = (
    ("ies", "y"),
    ("ied", "y"),
    ("s", ""),
    ("es", ""),
    ("ed", ""),
    ("d", ""),
    ("ing", ""),
    ("ing", "e"),
)
_FURTHER_VERBS: dict[Kind, str] = {
    "statement": (
        "accuse address advocate apologise apologize blast brand call challenge chide concede "
        "defend demand denounce deliver discuss dismiss dispute dub echo elaborate express hail "
        "hint label lambaste liken mean mock name present question quote raise rate reiterate "
        "remind slam speak summarise summarize talk tout unveil voice wonder"
    ),
    "attitude": (
        "admire back blame condemn criticise criticize despise disapprove dislike embrace endorse "
        "enjoy hate love oppose regret reject resent respect trust"
    ),
    "intention": "attempt prepare refuse threaten try",
    "belief": "anticipate estimate perceive regard",
    "decision": "approve choose opt resolve",
}
_KINDS: dict[str, Kind] = {
    **VERB_KINDS,
    **{verb: kind for kind, verbs in _FURTHER_VERBS.items() for verb in verbs.split()},
}


def form_of(page: Page, claim: Parts, others: Collection[Parts]) -> str:
    """What kind of claim this is; ``others`` are the claims beside it, of the same side."""
    first = min(claim.content)
    if any(claim.content < other.content for other in others):
        return "nested in another claim"
    if page.spans[first].start < page.headline_end:
        return "in the headline"
    paragraph = page.document.paragraphs[page.paragraph(first)].of(page.text)
    if _SPEAKER.match(paragraph):
        return "transcript, Q&A, labelled paragraph"
    if paragraph[-1].isalnum():
        return "paragraph without a final stop"
    if not claim.cue:
        return _uncued(page, claim, others)
    return _by_cue(page, claim) or _by_content(page, claim)


def _uncued(page: Page, claim: Parts, others: Collection[Parts]) -> str:
    if claim.mention:
        return "source without a cue word (dash, colon)"
    if claim.speech == "indirect":
        return "uncued paraphrase"
    place = page.paragraph(min(claim.content))
    near = any(other.cue and page.paragraph(min(other.content)) == place for other in others)
    return "uncued quotation, beside a cued claim" if near else "uncued quotation, own paragraph"


def _by_cue(page: Page, claim: Parts) -> str | None:
    cue = set(page.tokens_of(claim.cue))
    if set(page.tokens_of(claim.mention)) & _FIRST_PERSON and len(claim.mention) == 1:
        return "first person"
    if {"according", "per"} & cue:
        return "according to"
    if _is_nominal(page, claim):
        return "nominal cue"
    if _HEDGES & cue:
        return "hedge"
    if not claim.mention:
        return "passive, no source named" if _BE & cue else "no source named"
    return None


def _is_nominal(page: Page, claim: Parts) -> bool:
    """True for "his call for", "the claim that", "a warning from": a noun reports."""
    first = min(claim.cue)
    if page.tokens[first] in DETERMINERS | POSSESSIVES:
        return True
    if first and page.tokens[first - 1] in DETERMINERS:
        return True
    if page.tokens[first] in _BE | _FINITE:
        return False
    back = first - 1
    if back > 0 and back not in claim.mention and not _is_possessive(page, back):
        back -= 1
    together = all(not page.before(word).strip(" '’") for word in range(back + 1, first + 1))
    return back >= 0 and together and _is_possessive(page, back)


def _is_possessive(page: Page, word: int) -> bool:
    if page.tokens[word] == "s" and word:
        # "he's", "that's" and the like are verbs.
        return page.tokens[word - 1] not in {*PRONOUNS, "there", "what"}
    return page.tokens[word] in POSSESSIVES


def _by_content(page: Page, claim: Parts) -> str:
    if claim.speech == "direct":
        short = len(claim.content) <= _MOST_FRAGMENT_WORDS
        return "quoted fragment with cue" if short else "direct quotation with cue"
    listed = _kind_of(page.tokens_of(claim.cue))
    kind = claim.kind or listed or "statement"
    if kind in ("attitude", "intention"):
        return "attitude or intention cue"
    if kind != "statement":
        return f"{kind} cue"
    if claim.speech == "mixed":
        return "part quotation with cue"
    if not listed:
        return "cue outside the word list"
    words = page.tokens_of(claim.content)
    if words[0] == "that":
        return "indirect with that"
    if words[0] in QUESTION_WORDS:
        return "indirect question"
    if words[0] == "to":
        return "indirect, infinitive"
    return "indirect clause without that" if _FINITE & set(words) else "indirect, no finite verb"


def _kind_of(cue: Iterable[str]) -> Kind | None:
    """The kind of claim the cue's verbs make, None when none is listed."""
    kinds = [_KINDS[lemma] for word in cue for lemma in _lemmas(word) if lemma in _KINDS]
    other = next((kind for kind in kinds if kind != "statement"), None)
    return other or ("statement" if kinds else None)


def _lemmas(word: str) -> list[str]:
    found = [_IRREGULAR.get(word, word)]
    for ending, instead in _ENDINGS:
        if word.endswith(ending):
            stem = word.removesuffix(ending) + instead
            found.append(stem)
            if len(stem) > 2 and stem[-1] == stem[-2]:
                found.append(stem[:-1])
    return found
