"""An article as an input gives it: the text that is analysed, and what stood around it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from attribution.layout import Layout, byline_names, read_layout
from attribution.paragraphs import paragraphs
from attribution.publisher import read_publisher
from attribution.types import Report, Span

__all__ = ["ArticleText", "Facts", "as_written", "described", "set_apart"]


@dataclass(frozen=True)
class ArticleText:
    """The text of an article, and title, signature, captions and credits beside it.

    ``text`` is what is analysed. Of plain text it is the whole text as it was written, and
    ``layout`` says where in it the rest stands; of other kinds of input it is the body alone, and
    ``layout`` is empty. ``byline`` is who signs, without "By" and outlet; ``dateline`` is without
    the dash that ends it; ``date`` is as written, from a web page YYYY-MM-DD.
    """

    text: str
    title: str | None = None
    byline: str | None = None
    dateline: str | None = None
    publisher: str | None = None
    date: str | None = None
    captions: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    layout: Layout = field(default_factory=Layout)


@dataclass(frozen=True)
class Facts:
    """What a document says of itself, by markup or metadata; None or empty where it does not."""

    title: str | None = None
    byline: str | None = None
    publisher: str | None = None
    date: str | None = None
    captions: tuple[str, ...] = ()


def as_written(text: str) -> ArticleText:
    """An article of plain text, unchanged, with what is recognised in it beside it."""
    return _article(text, text, read_layout(text), Facts())


def described(report: Report, article: ArticleText) -> Report:
    """The report of an article's text, with what stood around it in the input."""
    return replace(
        report,
        title=article.title or report.title,
        byline=article.byline,
        dateline=article.dateline,
        date=article.date,
        captions=article.captions,
        credits=article.credits,
    )


def set_apart(text: str, facts: Facts) -> ArticleText:
    """An article of extracted text, with what is not its body taken out.

    Args:
        text: Paragraphs parted by blank lines.
        facts: What the document's own markup says. It goes before what the text looks like.

    Returns:
        The body, and what was taken out. A text that would be left empty keeps everything.
    """
    layout = read_layout(text)
    taken = list(layout.spans)
    if facts.title:
        # The headline stands in the metadata and again over the text, which may be no headline
        # by its form: the one that says the same is taken out, and no other.
        taken = [span for span in taken if span != layout.title]
        first = next(iter(paragraphs(text)), None)
        if first and _letters(first.of(text)) == _letters(facts.title):
            taken.append(first)
    body = _without(text, taken)
    if not body:
        return _article(text, text, Layout(), facts)
    return _article(text, body, layout, facts, kept=Layout())


def _article(
    text: str, body: str, layout: Layout, facts: Facts, kept: Layout | None = None
) -> ArticleText:
    def words(span: Span | None) -> str | None:
        return " ".join(span.of(text).split()) if span else None

    byline, dateline = words(layout.byline), words(layout.dateline)
    captions = dict.fromkeys([*facts.captions, *filter(None, map(words, layout.captions))])
    return ArticleText(
        text=body,
        title=facts.title or words(layout.title),
        byline=facts.byline or (byline_names(byline) if byline else None),
        dateline=dateline.rstrip(" -–—") if dateline else None,
        publisher=facts.publisher or read_publisher(text),
        date=facts.date or words(layout.date),
        captions=tuple(captions),
        credits=tuple(filter(None, map(words, layout.credits))),
        layout=layout if kept is None else kept,
    )


def _without(text: str, spans: Iterable[Span]) -> str:
    kept, start = [], 0
    for span in sorted(spans):
        kept.append(text[start : span.start])
        start = max(start, span.end)
        while start < len(text) and text[start].isspace():
            start += 1
    return "".join([*kept, text[start:]]).strip()


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
