"""Markdown: the article without its marks.

markdown-it-py (MIT) parses it by CommonMark, with tables and struck-out text. Markup that the marks
stand for is dropped as it is from a web page: names and roles stand behind ``**`` and in links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from attribution.errors import InputError
from attribution.inputs.article import ArticleText, Facts, set_apart

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["LONGEST", "MARKDOWN_SUFFIXES", "MAX_CHARACTERS", "is_markdown", "read_markdown"]

MARKDOWN_SUFFIXES = (".md", ".markdown")
MAX_CHARACTERS = 500_000
#: A longer paragraph or block of HTML keeps its marks: the time to find them grows with its square.
LONGEST = 5_000
#: Quotations and lists within each other; what stands deeper is left out.
_DEEPEST = 100
#: Front matter as site generators write it: simple lines between two of three dashes, at the start.
_FRONT = re.compile(r"---[ \t]*\r?\n(?P<lines>.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_SETTING = re.compile(r"(?P<key>[A-Za-z]+):[ \t](?P<value>.*)")
_FOOTNOTE = re.compile(r"\[\^[\w-]{1,40}\](?::[ \t]*)?")
#: What plain text does not have: a heading, a link, words in bold.
_MARKS = re.compile(
    r"^#{1,6} \S|(?<!\\)\[[^\[\]\n]{1,200}\]\((?:https?:|/|\.|#)[^\s()]{0,500}\)"
    r"|\*\*(?=\S)[^*\n]{1,200}(?<=\S)\*\*",
    re.M,
)
_LEAST_ALT_WORDS = 3
_SILENT = frozenset(("script", "style"))


def is_markdown(text: str) -> bool:
    """True for text with front matter, or a heading, link or bold words as Markdown has them."""
    front = _FRONT.match(text)
    return bool(front and _settings(front["lines"])) or _MARKS.search(text) is not None


def read_markdown(text: str, name: str) -> ArticleText:
    """The article of a Markdown file.

    Args:
        text: The file's text.
        name: What error messages call it.

    Returns:
        The article. A first heading of level one is its title; ``title``, ``author``, ``publisher``
        and ``date`` of front matter go before what the text says. Descriptions of pictures are
        captions. Every paragraph, item, quotation, cell and block of code is a paragraph.

    Raises:
        InputError: It is too long, or has no text but marks.
    """
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"{name}: longer than {MAX_CHARACTERS} characters of Markdown; save its text as .txt"
        )
    front = _FRONT.match(text)
    settings = _settings(front["lines"]) if front else {}
    tokens = _parse(text[front.end() :] if front else text)
    body = "\n\n".join(filter(None, map(str.strip, _paragraphs(tokens))))
    if not body:
        raise InputError(f"{name}: empty: there is no text in it")
    facts = Facts(
        title=settings.get("title") or _heading(tokens),
        byline=settings.get("author"),
        publisher=settings.get("publisher"),
        date=settings.get("date"),
        captions=tuple(_captions(tokens)),
    )
    return set_apart(body, facts)


def _settings(lines: str) -> dict[str, str]:
    """The simple settings of front matter; lists and blocks are left out."""
    settings = {}
    for found in filter(None, map(_SETTING.fullmatch, lines.splitlines())):
        value = found["value"].strip()
        if value[:1] in ("'", '"') and value[-1] == value[0] and len(value) > 1:
            value = value[1:-1]
        settings[found["key"].lower()] = value
    return settings


def _parse(text: str) -> list[Token]:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    links: dict[str, object] = {}
    tokens = parser.disable("inline").parse(text, links)
    for token in tokens:
        if token.type == "inline" and len(token.content) <= LONGEST:
            token.children = []
            parser.inline.parse(token.content, parser, links, token.children)
    return tokens


def _heading(tokens: Sequence[Token]) -> str | None:
    """The heading of level one that the text begins with."""
    if len(tokens) > 1 and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        return " ".join(_words(tokens[1]).split()) or None
    return None


def _paragraphs(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield _words(token)
        elif token.type in ("fence", "code_block"):
            yield token.content
        elif token.type == "html_block":
            yield _without_tags(token.content)


def _words(inline: Token) -> str:
    """The words of a paragraph, without its marks and those of footnotes (``[^1]``)."""
    return _FOOTNOTE.sub("", _unmarked(inline))


def _unmarked(inline: Token) -> str:
    if not inline.children:
        return inline.content
    pieces = []
    for token in inline.children:
        if token.type in ("text", "text_special", "code_inline"):
            pieces.append(token.content)
        elif token.type == "softbreak":
            pieces.append(" ")
        elif token.type == "hardbreak":
            pieces.append("\n")
    return "".join(pieces)


def _captions(tokens: Sequence[Token]) -> Iterator[str]:
    for inline in tokens:
        for token in inline.children or ():
            if token.type == "image" and len(token.content.split()) >= _LEAST_ALT_WORDS:
                yield " ".join(_words(token).split())


class _Text(HTMLParser):
    """Collects what stands between tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self._silent += tag in _SILENT

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data)


def _without_tags(markup: str) -> str:
    """The text of a block of HTML; a comment is none."""
    if len(markup) > LONGEST:
        return markup
    parser = _Text()
    parser.feed(markup)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.pieces).splitlines())
    return "\n".join(filter(None, lines))
