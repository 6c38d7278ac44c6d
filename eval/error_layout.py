"""A report laid over its gold article, and one difference between the two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from attribution.segment import Document, segment, speech_of
from attribution.types import Claim, Kind, Report, Span, Speech
from eval.alignment import Alignment, align
from eval.words import Words
from training.readers.gold import GoldArticle, GoldClaim

__all__ = [
    "HALF",
    "WEIGHTS",
    "Difference",
    "Laid",
    "Page",
    "Parts",
    "covered",
    "is_nested",
    "nearest",
]

#: Cost of one item. ``claim``: missed, spurious or with the wrong source. ``edge``: the right
#: claim's content, cue or mention differs in words. ``chain``: a wrong intermediary or order.
#: ``rest``: all else. ``follows``: the consequence of a difference that is counted already.
WEIGHTS = {"claim": 1.0, "edge": 0.5, "chain": 0.5, "rest": 0.25, "follows": 0.0}
#: From here on a claim counts as covered by another.
HALF = 0.5
# The words of eval.words.
_WORD = re.compile(r"\w+")
_MOST_HEADLINE_WORDS = 40


@dataclass(frozen=True)
class Page:
    """An article's text with what the labels look at, by number of the word."""

    text: str
    document: Document
    words: Words
    spans: tuple[Span, ...]
    tokens: tuple[str, ...]
    headline_end: int
    _places: dict[int, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, article: GoldArticle) -> Page:
        """The article's page. A text without a title of its own begins with its headline."""
        spans = tuple(Span(*match.span()) for match in _WORD.finditer(article.text))
        tokens = tuple(span.of(article.text).casefold() for span in spans)
        block, blank, _ = article.text.partition("\n\n")
        is_headline = article.title is None and len(block.split()) <= _MOST_HEADLINE_WORDS
        end = len(block) if blank and is_headline else 0
        document = segment(article.text)
        return cls(article.text, document, Words(article.text), spans, tokens, end)

    def sentence(self, word: int) -> int:
        """Number of the word's sentence."""
        return self._place(word)[0]

    def paragraph(self, word: int) -> int:
        """Number of the word's paragraph."""
        return self._place(word)[1]

    def before(self, word: int) -> str:
        """The characters between the word before and this one."""
        start = self.spans[word - 1].end if word else 0
        return self.text[start : self.spans[word].start]

    def tokens_of(self, words: Iterable[int]) -> list[str]:
        """The words themselves, in text order and lower case."""
        return [self.tokens[word] for word in sorted(words)]

    def _place(self, word: int) -> tuple[int, int]:
        if word not in self._places:
            start = self.spans[word].start
            self._places[word] = (
                self.document.index_of(self.document.sentences, start),
                self.document.index_of(self.document.paragraphs, start),
            )
        return self._places[word]


@dataclass(frozen=True, slots=True)
class Parts:
    """A claim's words by role, alike for gold and predicted claims.

    A mention or cue in pieces counts from its first to its last word, a cue without the words of
    mention and content, as in :mod:`eval.spans`.
    """

    id: str
    content: frozenset[int]
    cue: frozenset[int]
    mention: frozenset[int]
    speech: Speech
    kind: Kind | None
    span: Span

    @classmethod
    def of(cls, page: Page, claim: Claim | GoldClaim) -> Parts:
        if isinstance(claim, Claim):
            cues = [claim.cue] if claim.cue else []
            mentions = [claim.source_mention] if claim.source_mention else []
        else:
            cues, mentions = list(claim.cue), list(claim.source_mention)
        content = page.words.within(claim.content)
        mention = Words.stretch(page.words.within(mentions))
        cue = Words.stretch(page.words.within(cues))
        return cls(
            id=claim.id,
            content=content,
            cue=(cue - mention - content) or cue,
            mention=mention,
            speech=claim.speech or speech_of(page.document, claim.content),
            kind=claim.kind,
            span=Span(claim.content[0].start, claim.content[-1].end),
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing on which report and gold article do not agree.

    Attributes:
        name: its class, ``group: what exactly``.
        facet: what was compared; with the two claims' ids it is unique in an article.
        weight: a key of :data:`WEIGHTS`.
        gold: id of the gold claim, None for a spurious one.
        predicted: id of the predicted claim, None for a missed one.
        places: the words it is about.
    """

    name: str
    facet: str
    weight: str
    gold: str | None
    predicted: str | None
    places: tuple[Span, ...]

    @property
    def cost(self) -> float:
        return WEIGHTS[self.weight]


@dataclass(frozen=True)
class Laid:
    """A report laid over its article: the alignment, and every claim's words by role.

    ``predicted`` has the claims that the span measures judge and those found for a partial gold
    claim.
    """

    alignment: Alignment
    page: Page
    gold: dict[str, Parts]
    predicted: dict[str, Parts]

    @classmethod
    def of(cls, report: Report, article: GoldArticle) -> Laid:
        """Match the two and look up the words.

        Raises:
            ValueError: the report is not about this article's text.
        """
        alignment = align(report, article)
        page = Page.of(article)
        judged = {claim.id: claim for claim in alignment.predicted}
        judged.update((pair.predicted.id, pair.predicted) for pair in alignment.found)
        return cls(
            alignment=alignment,
            page=page,
            gold={c.id: Parts.of(page, c) for c in (*alignment.gold, *alignment.partial)},
            predicted={name: Parts.of(page, claim) for name, claim in judged.items()},
        )

    @cached_property
    def gold_of(self) -> dict[str, str]:
        """The fully tagged gold claim by the predicted claim paired with it."""
        return {pair.predicted.id: pair.gold.id for pair in self.alignment.pairs}

    @cached_property
    def predicted_of(self) -> dict[str, str]:
        """The other way round."""
        return {pair.gold.id: pair.predicted.id for pair in self.alignment.pairs}

    @cached_property
    def full(self) -> tuple[Parts, ...]:
        """The fully tagged gold claims."""
        return tuple(self.gold[claim.id] for claim in self.alignment.gold)

    @cached_property
    def judged(self) -> tuple[Parts, ...]:
        """The predicted claims that are right or wrong."""
        return tuple(self.predicted[claim.id] for claim in self.alignment.predicted)

    @cached_property
    def missed(self) -> tuple[Parts, ...]:
        """The fully tagged gold claims without a partner."""
        return tuple(claim for claim in self.full if claim.id not in self.predicted_of)

    @cached_property
    def spurious(self) -> tuple[Parts, ...]:
        """The judged predicted claims without a partner."""
        return tuple(claim for claim in self.judged if claim.id not in self.gold_of)

    @cached_property
    def left_out(self) -> tuple[Parts, ...]:
        """The predicted claims that nothing judges (see :class:`eval.alignment.Alignment`)."""
        words = self.page.words
        return tuple(
            Parts.of(self.page, claim)
            for claim in self.alignment.report.claims
            if claim.id not in self.predicted and words.within(claim.content)
        )

    def absorber(self, gold: Parts) -> Parts | None:
        """The predicted claim that a missed claim is a second part of, with another gold claim."""
        best = nearest(gold, self.judged)
        if best is None or covered(gold, best) < HALF or is_nested(gold, self.full):
            return None
        others = (claim for claim in self.full if claim.id != gold.id)
        shared = best.id in self.gold_of or any(covered(one, best) >= HALF for one in others)
        return best if shared else None

    def host(self, predicted: Parts) -> Parts | None:
        """The gold claim, found under another prediction, that a spurious one is a piece of."""
        best = nearest(predicted, self.full)
        if best is None or covered(predicted, best) < HALF or best.id not in self.predicted_of:
            return None
        partner = self.predicted[self.predicted_of[best.id]]
        return None if predicted.content < partner.content else best

    def places(self, words: Iterable[int]) -> tuple[Span, ...]:
        """The words as places in the text, neighbours joined."""
        found: list[Span] = []
        last = -2
        for word in sorted(words):
            start = found.pop().start if word == last + 1 else self.page.spans[word].start
            found.append(Span(start, self.page.spans[word].end))
            last = word
        return tuple(found)


def nearest(claim: Parts, others: Sequence[Parts]) -> Parts | None:
    """The one of ``others`` with the most content words of ``claim``, None when none has any."""
    best = max(others, key=lambda other: len(claim.content & other.content), default=None)
    return best if best and claim.content & best.content else None


def covered(claim: Parts, other: Parts) -> float:
    """Share of the claim's content words that are also the other's."""
    return len(claim.content & other.content) / len(claim.content)


def is_nested(claim: Parts, others: Iterable[Parts]) -> bool:
    """True when the claim's content lies inside a larger one."""
    return any(claim.content < other.content for other in others)
