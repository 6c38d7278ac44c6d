"""The article of the page: paragraphs, sentences, and runs of characters with their marks.

Claims nest, overlap, share words and have content in pieces, and HTML elements only nest. So the
text is cut at every edge of a piece, a cue, a mention and a sentence, and each run between two
edges carries the marks of all claims that cover it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import attrgetter

from attribution.layout import read_layout
from attribution.outputs.html.view import ClaimView, View
from attribution.outputs.html.words import shown
from attribution.paragraphs import paragraphs
from attribution.types import Span

__all__ = ["MARKS", "Mark", "Paragraph", "Passage", "Run", "article_of"]

#: Marks around one run; of more claims the innermost are marked. An HTML parser nests up to 512.
MARKS = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """One claim around a run; ``depth`` counts from the innermost, 0."""

    claim: ClaimView
    depth: int


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that the same marks cover.

    ``marks`` are outermost first. ``cues`` and ``mentions`` are the numbers of the claims whose
    cue or source mention this is. ``ends`` are the claims whose content ends here, innermost first.
    """

    text: str
    marks: tuple[Mark, ...] = ()
    cues: tuple[int, ...] = ()
    mentions: tuple[int, ...] = ()
    ends: tuple[ClaimView, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """Runs in one sentence, whose number counts from 1; None between sentences.

    ``opens`` is true where the sentence begins: it may go on in another passage.
    """

    sentence: int | None
    opens: bool
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Passages; ``beside`` for what is no part of the body and has no claim, like a byline."""

    passages: tuple[Passage, ...]
    beside: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the text with what it belongs to: a claim, or a sentence, by its number."""

    start: int
    end: int
    layer: str
    number: int


def article_of(view: View) -> tuple[Paragraph, ...]:
    """The article in paragraphs.

    All characters of the text that are no white space come in order, as
    :func:`attribution.outputs.html.words.shown` has them. Every claim ends in one run, if the
    text has a paragraph.
    """
    text = view.report.text
    blocks = paragraphs(text)
    pieces = _pieces(view)
    edges = {edge for piece in pieces for edge in (piece.start, piece.end)}
    cuts = sorted(edges | {edge for block in blocks for edge in (block.start, block.end)})
    stretches = list(_stretches(cuts, pieces, blocks))
    ends = _ends(view, [stretch for _, stretch, _ in stretches])
    beside = set(read_layout(text).uncounted)
    seen: set[int] = set()
    made = []
    for place, block in groupby(stretches, key=lambda item: item[0]):
        runs = [
            (_sentence(active), _run(view, stretch, active, ends.get(stretch.start, ())))
            for _, stretch, active in block
        ]
        bare = not any(run.marks or run.ends for _, run in runs)
        made.append(Paragraph(tuple(_passages(runs, seen)), bare and blocks[place] in beside))
    return tuple(made)


def _pieces(view: View) -> list[_Piece]:
    """All stretches of the text that matter; empty ones and what lies beyond it do not."""
    found: list[tuple[Span | None, str, int]] = []
    for number, sentence in enumerate(view.report.sentences, start=1):
        found.append((sentence.span, "sentence", number))
    for number, claim in enumerate(view.report.claims, start=1):
        found += [(piece, "content", number) for piece in claim.content]
        found += [(claim.cue, "cue", number), (claim.source_mention, "mention", number)]
    size = len(view.report.text)
    clipped = (
        _Piece(max(span.start, 0), min(span.end, size), layer, number)
        for span, layer, number in found
        if span is not None
    )
    return [piece for piece in clipped if piece.start < piece.end]


def _stretches(
    cuts: Sequence[int], pieces: Iterable[_Piece], blocks: Iterable[Span]
) -> Iterator[tuple[int, Span, list[_Piece]]]:
    """What lies between two cuts: its paragraph's number, its span and the pieces that cover it."""
    waiting = sorted(pieces, key=attrgetter("start"), reverse=True)
    ahead = list(enumerate(blocks))[::-1]
    active: list[_Piece] = []
    for start, end in pairwise(cuts):
        while waiting and waiting[-1].start <= start:
            active.append(waiting.pop())
        active = [piece for piece in active if piece.end > start]
        while ahead and ahead[-1][1].end <= start:
            ahead.pop()
        if ahead and ahead[-1][1].start <= start:
            yield ahead[-1][0], Span(start, end), list(active)


def _ends(view: View, stretches: Sequence[Span]) -> dict[int, tuple[ClaimView, ...]]:
    """The claims that end in each stretch, by its start.

    A claim ends in the last stretch that is not behind its content: that is its last words, or
    the words before it when it has none.
    """
    if not stretches:
        return {}
    found: dict[int, list[tuple[int, ClaimView]]] = {}
    ordered = sorted(
        (max(piece.end for piece in claim.content), min(piece.start for piece in claim.content), n)
        for n, claim in enumerate(view.report.claims)
    )
    at = 0
    for end, start, n in ordered:
        while at + 1 < len(stretches) and stretches[at + 1].end <= end:
            at += 1
        found.setdefault(stretches[at].start, []).append((start, view.claims[n]))
    return {
        key: tuple(claim for _, claim in sorted(claims, key=lambda item: -item[0]))
        for key, claims in found.items()
    }


def _sentence(active: Iterable[_Piece]) -> int | None:
    return min((piece.number for piece in active if piece.layer == "sentence"), default=None)


def _run(view: View, stretch: Span, active: list[_Piece], ends: tuple[ClaimView, ...]) -> Run:
    numbers = {
        layer: tuple(sorted({piece.number for piece in active if piece.layer == layer}))
        for layer in ("cue", "mention")
    }
    contents = [piece for piece in active if piece.layer == "content"]
    contents.sort(key=lambda piece: (piece.start - piece.end, piece.number))
    inside_out = list(dict.fromkeys(piece.number for piece in reversed(contents)))[:MARKS]
    marks = [Mark(view.claims[number - 1], depth) for depth, number in enumerate(inside_out)]
    text = shown(stretch.of(view.report.text))
    return Run(text, tuple(reversed(marks)), numbers["cue"], numbers["mention"], ends)


def _passages(runs: Iterable[tuple[int | None, Run]], seen: set[int]) -> Iterator[Passage]:
    """The runs of a paragraph in passages; ``seen`` are the sentences that began before."""
    for sentence, group in groupby(runs, key=lambda item: item[0]):
        opens = sentence is not None and sentence not in seen
        if sentence is not None:
            seen.add(sentence)
        yield Passage(sentence, opens, tuple(run for _, run in group))
