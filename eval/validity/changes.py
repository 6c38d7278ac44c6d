"""Edits of an article that should move its score in a known way, or not at all.

Each takes a gold article and a source of chance, and gives the article with other words and with
gold labels that fit them, or None where the article has no place for it. The prose stays plain:
no edit is made where it would leave a sentence that no newspaper would print.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import dropwhile, pairwise
from pathlib import Path

from attribution.segment import segment
from attribution.types import Span
from attribution.wordclasses import PRONOUNS
from training.augment.cues import Verbs, change_tense, swap_speakers
from training.augment.edits import Edit, apply_edits, claim_spans, paragraphs
from training.readers.gold import GoldArticle, GoldClaim

__all__ = ["add_background", "print_twice", "reorder", "reword"]

#: One sentence of background for so many of the article.
BACKGROUND_EVERY = 10
#: Paragraphs of so many characters are running text.
RUNNING = 100
_FIRST_WORD = re.compile(r"[^\W\d_]+")


def add_background(article: GoldArticle, rng: random.Random) -> GoldArticle | None:
    """The article with sentences in the author's own voice put in as paragraphs.

    A tenth as many as it has, at least one. None stands inside a quotation, between a claim and
    its continuation, or before a paragraph that tells by "he" or "she" whom it means.
    """
    text = article.text
    gaps = [(one, other) for one, other in pairwise(_body(text)) if _free(article, one, other)]
    if not gaps:
        return None
    wanted = max(1, round(len(segment(text).sentences) / BACKGROUND_EVERY))
    chosen = rng.sample(_background(), min(wanted, len(_background())))
    places = rng.choices(gaps, k=len(chosen))
    edits = []
    for gap in sorted(set(places)):
        sentences = [line for line, place in zip(chosen, places, strict=True) if place == gap]
        edits.append(_paragraph(text, gap, " ".join(sentences)))
    return apply_edits(article, None, edits)[0]


def _body(text: str) -> list[Span]:
    """The paragraphs from the first that is running text on: no headline, byline or place."""
    found = paragraphs(text)
    return list(dropwhile(lambda paragraph: len(paragraph) < RUNNING, found))


def _paragraph(text: str, gap: tuple[Span, Span], words: str) -> Edit:
    """A paragraph put in behind another one, with the article's own blank lines."""
    before, after = gap
    return Edit(before.end, before.end, text[before.end : after.start] + words)


def _free(article: GoldArticle, before: Span, after: Span) -> bool:
    """True when the text between two paragraphs is nobody's speech, and the second can do alone."""
    return _stands_alone(article, after) and not any(
        claim.content[0].start < before.end and claim.content[-1].end > after.start
        for claim in article.claims
    )


def _stands_alone(article: GoldArticle, paragraph: Span) -> bool:
    """True when a paragraph itself tells who speaks in it.

    It opens with no pronoun and no quotation; a pronoun or nothing at all as source of a claim
    comes only after other words for the same source.
    """
    first = _FIRST_WORD.match(paragraph.of(article.text))
    if first is None or first.group().lower() in PRONOUNS:
        return False
    told: set[str] = set()
    for claim in sorted(article.claims, key=_start):
        if not paragraph.contains(Span(_start(claim), _start(claim))):
            continue
        words = " ".join(piece.of(article.text) for piece in claim.source_mention)
        if words and words.lower() not in PRONOUNS:
            told.add(claim.source or "")
        elif claim.source is None or claim.source not in told:
            return False
    return True


def _start(claim: GoldClaim) -> int:
    """Where a claim's source is named, or its content begins."""
    return (claim.source_mention or claim.content)[0].start


@cache
def _background() -> tuple[str, ...]:
    path = Path(__file__).parent / "background.txt"
    return tuple(path.read_text(encoding="utf-8").splitlines())


def reorder(article: GoldArticle, rng: random.Random) -> GoldArticle | None:
    """The article with two neighbouring paragraphs in the other order.

    None of them is the first, neither they nor the next one lean on a paragraph before, and no
    source speaks in both.
    """
    parts = _body(article.text)[1:]
    pairs = [
        (first, second)
        for number, (first, second) in enumerate(pairwise(parts))
        if all(_stands_alone(article, part) for part in parts[number : number + 3])
        and not (_linked(article, first) or _linked(article, second))
        and not _speakers(article, first) & _speakers(article, second)
    ]
    if not pairs:
        return None
    first, second = rng.choice(pairs)
    edits = [
        Edit(first.start, first.end, second.of(article.text), moved=second),
        Edit(second.start, second.end, first.of(article.text), moved=first),
    ]
    return _in_order(apply_edits(article, None, edits)[0])


def _speakers(article: GoldArticle, paragraph: Span) -> set[str]:
    """The sources that a paragraph's claims come from."""
    return {
        claim.source
        for claim in article.claims
        if claim.source and any(paragraph.overlaps(piece) for piece in claim.content)
    }


def _linked(article: GoldArticle, paragraph: Span) -> bool:
    """True when a claim stands partly in the paragraph and partly outside."""
    return any(
        len({paragraph.contains(span) for span in claim_spans(claim)}) > 1
        for claim in article.claims
    )


def _in_order(article: GoldArticle) -> GoldArticle:
    """The article with its claims, and their pieces, in text order."""
    claims = [replace(claim, content=tuple(sorted(claim.content))) for claim in article.claims]
    return replace(article, claims=tuple(sorted(claims, key=lambda claim: claim.content[0])))


def reword(article: GoldArticle, rng: random.Random, verbs: Verbs) -> GoldArticle | None:
    """The article with its reporting verbs in another tense or on the other side of the speaker."""
    swapped, _ = swap_speakers(article, None, verbs, rng)
    changed, _ = change_tense(swapped, None, verbs, rng)
    return None if changed.text == article.text else changed


def print_twice(article: GoldArticle, _rng: random.Random) -> GoldArticle | None:
    """The article, and behind it the same once more: twice as long, and nothing new."""
    gap = "\n\n"
    body = article.text.rstrip()
    shift = len(body) + len(gap)
    again = tuple(_shifted(claim, shift) for claim in article.claims)
    return replace(article, text=body + gap + article.text, claims=(*article.claims, *again))


def _shifted(claim: GoldClaim, shift: int) -> GoldClaim:
    return replace(
        claim,
        id=f"{claim.id}-again",
        content=_moved(claim.content, shift),
        cue=_moved(claim.cue, shift),
        source_mention=_moved(claim.source_mention, shift),
        via_mentions={key: _moved(spans, shift) for key, spans in claim.via_mentions.items()},
    )


def _moved(spans: Sequence[Span], shift: int) -> tuple[Span, ...]:
    return tuple(_each(spans, shift))


def _each(spans: Sequence[Span], shift: int) -> Iterator[Span]:
    for span in spans:
        yield Span(span.start + shift, span.end + shift)
