"""Targets: articles as documents, read as the command line reads them, and scored."""

from __future__ import annotations

import runpy
import zipfile
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from attribution.errors import InputError
from attribution.inputs.article import ArticleText
from attribution.inputs.read import read_article
from attribution.segment import segment
from eval.fuzz import seeds
from eval.fuzz.checks import check_made
from eval.fuzz.target import Target

__all__ = ["DOCUMENTS", "scorer_of"]

_TINY = Path(__file__).parents[2] / "tests" / "tiny_model.py"

#: Texts are cut for the models: what they do with a few sentences they do with many.
_CHARACTERS = 160
#: One in so many is read or scored a second time, and must come out the same.
_AGAIN = 8
_READING = ("attribution.inputs.read", "attribution.inputs.article", "attribution.layout")
_SCORING = (
    "attribution.segment", "attribution.features", "attribution.encode", "attribution.decode",
    "attribution.analyze", "attribution.resolve", "attribution.provenance",
    "attribution.transparency", "attribution.scorer",
)  # fmt: skip
_MARKS = ("“", "”", "‘", "\u2028", "\ufeff", "\u200b", "\u0301", "𝕳", "שלום", "\r\n", "\n\n")
_TEXT_WORDS = (*(mark.encode() for mark in _MARKS), b"\x00", b"\xff\xfe", b"said", b"told", b'"')
_MARKDOWN_WORDS = (
    *_TEXT_WORDS, b"# ", b"> ", b"---\n", b"```", b"![", b"](", b"**", b"|-", b"<!--", b"    ",
    b"title: ", b"* ", b"1. ", b"[a]: ", b"<div>", b"&#0;", b"\\\n",
)  # fmt: skip
_HTML_WORDS = (
    b"<p>", b"</p>", b"<!--", b"-->", b"<div>", b"<table>", b"<li>", b"<br>", b"<![CDATA[",
    b"<script>", b"&#0;", b"&lt;", b"<html", b"<?xml", b"charset=", b"<article>", b"<figcaption>",
    b"<meta ", b"content=", b"article:published_time", b"2026-11-03", b"<svg>", b"<template>",
    b"<meta charset=undefined>", b"<meta charset=punycode>", b"<meta charset=utf-7>", b" a=b" * 50,
)  # fmt: skip
_MHTML_WORDS = (
    b"Content-Type:", b"boundary=", b"charset=", b"base64", b"quoted-printable", b"--b",
    b"charset=undefined", b"charset=punycode", b"charset=utf-7",
)  # fmt: skip
_WORD_WORDS = (
    b"<w:p>", b"</w:p>", b"<w:r>", b"<w:t>", b"</w:t>", b"<w:sdt>", b"<w:pPr>", b"<!DOCTYPE ",
    b"<!ENTITY ", b"&a;", b"xml:space", b"<w:txbxContent>", b'w:val="Caption"', b"\xff",
    b"<w:p/>", b"<w:p/>" * 50, b'w:styleId="', b'w:default="1"', b'Target="',
)  # fmt: skip
_PDF_WORDS = (
    b"obj", b"endobj", b"stream", b"endstream", b"xref", b"trailer", b"/Length", b"/Filter",
    b"/FlateDecode", b"/Kids", b"/Parent", b"/Contents", b"0 R", b"<<", b">>", b"BT", b"ET", b"Tj",
    b"TJ", b"Tf", b"cm", b"/ObjStm", b"/XRef", b"/Encrypt", b"-1", b"99999999999",
)  # fmt: skip


def _read(data: bytes, suffix: str) -> ArticleText | None:
    """The article, None if it is refused. Some are read twice, with the same outcome."""
    outcomes: list[ArticleText | str] = []
    for _ in range(1 if crc32(data) % _AGAIN else 2):
        try:
            outcomes.append(read_article(data, "input", suffix))
        except InputError as error:
            outcomes.append(str(error))
    first = outcomes[0]
    assert first == outcomes[-1], "read twice, it gives two articles"
    if isinstance(first, str):
        return None
    assert first.text.strip(), "an article without text"
    for span in first.layout.spans:
        assert 0 <= span.start < span.end <= len(first.text), f"{span} is no stretch of the text"
    document = segment(first.text)
    for sentence in document.sentences:
        assert 0 <= sentence.start < sentence.end <= len(first.text)
    return first


@cache
def scorer_of(model: str) -> Any:
    """A scorer, kept: ``tiny`` for the random model of the tests, else one of the package."""
    if model == "tiny":
        return runpy.run_path(str(_TINY))["tiny_scorer"]()
    from attribution.scorer import Scorer

    return Scorer.from_pretrained(model)


def _score(data: bytes, model: str) -> bool:
    article = _read(data, ".txt")
    if article is None:
        return False
    text = article.text[:_CHARACTERS]
    if not text.strip():
        return False
    report = scorer_of(model)(text, publisher=article.publisher)
    check_made(report, text)
    if crc32(data) % _AGAIN == 0:
        beside = scorer_of(model)([seeds.ARTICLE, text], publisher=[None, article.publisher])[1]
        _check_alike(report, beside)
    return True


def _check_alike(one: Any, other: Any) -> None:
    """The same report, but for the last digits of its figures, in which company may show."""
    assert (one.sentences, one.sources) == (other.sentences, other.sources)
    for mine, theirs in zip(one.claims, other.claims, strict=True):
        assert abs(mine.confidence - theirs.confidence) < 1e-3
        assert (mine.content, mine.cue, mine.chain) == (theirs.content, theirs.cue, theirs.chain)


def _score_tiny(data: bytes) -> bool:
    return _score(data, "tiny")


def _score_small(data: bytes) -> bool:
    return _score(data, "small")


def _texts() -> list[bytes]:
    return [
        seeds.ARTICLE.encode(),
        b"The pier is closed, the warden said.",
        '“No,” he told the Echo. ‘I don\'t know,’ she added: "Never."'.encode(),
        seeds.ARTICLE[:90].encode("utf-16"),
        b"{\\rtf1 The pier is closed.}",
    ]


def _docx(data: bytes) -> bool:
    return _read(data, ".docx") is not None


def _docx_parts(data: bytes) -> bool:
    """An input is a part's number, and what stands in it."""
    names = tuple(seeds.WORD_PARTS)
    name = names[data[0] % len(names)] if data else names[0]
    parts = {**seeds.WORD_PARTS, name: data[1:]}
    return _docx(seeds.docx_of(seeds.WORD_XML.encode(), parts=parts))


def _docx_xml(data: bytes) -> bool:
    return _docx(seeds.docx_of(data))


DOCUMENTS = (
    Target(
        "text",
        "plain text, read",
        lambda data: _read(data, ".txt") is not None,
        _texts,
        (*_READING, "attribution.segment", "attribution.paragraphs", "attribution.publisher"),
        share=160,
        words=_TEXT_WORDS,
    ),
    Target(
        "markdown",
        "Markdown, read",
        lambda data: _read(data, ".md") is not None,
        lambda: [seeds.MARKDOWN.encode(), b"# A headline of four words\n\nThe pier is closed."],
        (*_READING, "attribution.inputs.markdown", "attribution.segment"),
        share=60,
        words=_MARKDOWN_WORDS,
    ),
    Target(
        "unknown",
        "standard input: any kind, known by how it begins",
        lambda data: _read(data, "") is not None,
        lambda: [*_texts(), seeds.PAGE.encode(), seeds.pdf(), seeds.mhtml("<p>The pier.</p>")],
        (*_READING, "attribution.inputs.html"),
        share=30,
        words=(*_TEXT_WORDS, *_HTML_WORDS, b"PK\x03\x04", b"%PDF-", b"MIME-Version:"),
    ),
    Target(
        "score-tiny",
        "plain text, scored by a small random model",
        _score_tiny,
        _texts,
        _SCORING,
        share=20,
        words=_TEXT_WORDS,
        longest=240,
    ),
    Target(
        "score-small",
        "plain text, scored by the bundled model small",
        _score_small,
        _texts,
        _SCORING,
        share=2,
        words=_TEXT_WORDS,
        longest=240,
    ),
    Target(
        "html",
        "web pages",
        lambda data: _read(data, ".html") is not None,
        lambda: [seeds.PAGE.encode(), b"<p>The pier is closed, the warden said.", b"<html>"],
        ("attribution.inputs.html", "attribution.inputs.tags", "attribution.inputs.article"),
        share=30,
        words=_HTML_WORDS,
        longest=1200,
    ),
    Target(
        "mhtml",
        "web pages saved as one file",
        lambda data: _read(data, ".mhtml") is not None,
        lambda: [seeds.mhtml(seeds.PAGE), seeds.mhtml("<p>The pier is closed.</p>")],
        ("attribution.inputs.html",),
        share=15,
        words=_MHTML_WORDS,
        longest=1500,
    ),
    Target(
        "docx",
        "Word documents: the archive",
        _docx,
        lambda: [
            seeds.docx_of(seeds.WORD_XML.encode()),
            seeds.docx_of(seeds.WORD_XML.encode(), compression=zipfile.ZIP_DEFLATED),
        ],
        ("attribution.inputs.docx",),
        share=15,
        words=(b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\x08\x00", b"\xff\xff\xff\xff"),
        longest=5000,
    ),
    Target(
        "docx-xml",
        "Word documents: the XML in an archive that is whole",
        _docx_xml,
        lambda: [seeds.WORD_XML.encode()],
        ("attribution.inputs.docx",),
        share=95,
        words=_WORD_WORDS,
        longest=1200,
    ),
    Target(
        "docx-parts",
        "Word documents: styles, relations and types in an archive that is whole",
        _docx_parts,
        lambda: [bytes([number]) + part for number, part in enumerate(seeds.WORD_PARTS.values())],
        ("attribution.inputs.docx",),
        share=50,
        words=_WORD_WORDS,
        longest=1200,
    ),
    Target(
        "pdf",
        "PDF files",
        lambda data: _read(data, ".pdf") is not None,
        lambda: [seeds.pdf(), seeds.pdf(("1", "A line that ends with a hyphen-", "ated word."))],
        ("attribution.inputs.pdf",),
        share=70,
        words=_PDF_WORDS,
        longest=1500,
    ),
)
