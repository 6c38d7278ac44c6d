"""What of a text is analysed: all but headlines, bylines, captions, credits and pull quotes.

They are no part of the article's own text. Left in, a byline's name would be taken for the source
of what the first paragraph reports, and a pull quote would be a claim twice. An article of plain
text is so read like the same one in a web page, of which nothing else is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from attribution.analyze import Findings
from attribution.layout import read_layout
from attribution.paragraphs import strip
from attribution.types import Sentence, Span

__all__ = ["Body", "body_of", "restored"]


@dataclass(frozen=True)
class Body:
    """The text that is analysed, and where its stretches and what was cut stand in the whole."""

    text: str
    kept: tuple[Span, ...]
    cut: tuple[Span, ...] = ()

    def places(self, whole: str, span: Span) -> tuple[Span, ...]:
        """Where a span of the body stands in the whole text: in pieces where something was cut."""
        found, start = [], 0
        for piece in self.kept:
            first, last = max(span.start - start, 0), min(span.end - start, len(piece))
            if first < last:
                found.append(Span(piece.start + first, piece.start + last))
            start += len(piece)
        if len(found) < 2:
            return tuple(found) or (span,)
        return tuple(filter(None, (strip(whole, piece.start, piece.end) for piece in found)))


def body_of(text: str) -> Body:
    """The body of a text; the whole text where nothing would be left."""
    layout = read_layout(text)
    around = {*layout.captions, *layout.credits, *layout.pull_quotes, layout.byline, layout.date}
    if layout.title:  # with the marks before it that Markdown has
        around.add(Span(text.rfind("\n", 0, layout.title.start) + 1, layout.title.end))
    around.update(span for span in layout.headings if _has_small_word(span.of(text)))
    cut = tuple(sorted(span for span in around if span))
    kept = tuple(_between(text, cut))
    body = "".join(piece.of(text) for piece in kept)
    return Body(body, kept, cut) if body.strip() else Body(text, (Span(0, len(text)),))


def _has_small_word(heading: str) -> bool:
    """False for what may be a name: a speaker's over what he says, a signature."""
    return any(word.islower() for word in heading.split())


def _between(text: str, cut: tuple[Span, ...]) -> Iterator[Span]:
    """What stands between the cut paragraphs, which go with the white space behind them."""
    start = 0
    for span in cut:
        if span.start > start:
            yield Span(start, span.start)
        start = span.end
        while start < len(text) and text[start].isspace():
            start += 1
    if start < len(text):
        yield Span(start, len(text))


def restored(whole: str, body: Body, found: Findings) -> Findings:
    """What was found in a body, by offsets into the whole text, where what was cut has no claims.

    Args:
        whole: The text that the body was made of.
        body: From :func:`body_of`.
        found: Sentences, sources and claims by offsets into the body.
    """
    if not body.cut:
        return found

    def all_of(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        return tuple(piece for span in spans for piece in body.places(whole, span))

    def one(span: Span) -> Span:
        return body.places(whole, span)[0]

    sentences = [replace(item, span=one(item.span)) for item in found.sentences]
    sentences += [Sentence(span, "none", ()) for span in body.cut]
    return Findings(
        tuple(sorted(sentences, key=lambda item: item.span)),
        tuple(
            replace(
                source,
                mentions=all_of(source.mentions),
                justification=all_of(source.justification),
            )
            for source in found.sources
        ),
        tuple(
            replace(
                claim,
                content=all_of(claim.content),
                cue=claim.cue and one(claim.cue),
                source_mention=claim.source_mention and one(claim.source_mention),
            )
            for claim in found.claims
        ),
    )
