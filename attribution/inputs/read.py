"""Reads the articles named on the command line: files, folders, standard input and addresses.

Plain text is kept exactly as it was written, line ends included, so that offsets into a report's
text are offsets into the file's. Only a byte order mark is taken off: it says how the bytes are to
be read and is no part of the text. Of Markdown, web pages, Word documents and PDFs the article's
body is the text (:mod:`attribution.inputs.markdown`, ``html``, ``docx``, ``pdf``).
"""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from attribution.errors import InputError
from attribution.inputs import docx, html, markdown, pdf
from attribution.inputs.article import ArticleText, as_written
from attribution.inputs.fetch import fetch, is_address

__all__ = ["SUFFIXES", "Input", "decode", "find_inputs", "read_article", "read_inputs"]

Kind = Literal["text", "markdown", "html", "mhtml", "docx", "pdf"]

#: What a file is by the end of its name. Files of other names are known by how they begin.
_KINDS: dict[str, Kind] = {
    ".txt": "text",
    **dict.fromkeys(markdown.MARKDOWN_SUFFIXES, "markdown"),
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".mhtml": "mhtml",
    ".mht": "mhtml",
    ".docx": "docx",
    ".pdf": "pdf",
}
#: What a folder's files are taken by.
SUFFIXES = tuple(_KINDS)
STDIN = "-"
_MOST_BYTES: dict[Kind, int] = {
    "html": html.MAX_BYTES,
    "mhtml": html.MAX_BYTES,
    "docx": docx.MAX_BYTES,
    "pdf": pdf.MAX_BYTES,
}
#: Bytes that tell what an input is.
_START = 4096

# UTF-32 stands first: its little-endian mark begins with that of UTF-16.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
# Kinds of file that people hand over in place of their text.
_SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document, or one with a password"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
)
# Characters without ink that str.strip() leaves: zero-width space and joiners, a stray mark.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True)
class Input:
    """One article to read: its name as shown to the user, and the error if it cannot be read.

    An ``address`` is fetched when it is read.
    """

    name: str
    error: InputError | None = None
    address: bool = False

    def read(self) -> ArticleText:
        """The article.

        Raises:
            InputError: It is missing, unreadable, of another kind or encoding, damaged, too large
                or empty; or it needs an extra that is not installed.
        """
        if self.error is not None:
            raise self.error
        if self.address:
            page = fetch(self.name)
            if page.kind == "html":
                return html.read_html(
                    page.data, self.name, charset=page.charset, address=page.address
                )
            return read_article(page.data, self.name)
        shown = "standard input" if self.name == STDIN else self.name
        try:
            if self.name == STDIN:
                return read_article(_read(sys.stdin.buffer, "", shown), shown)
            with Path(self.name).open("rb") as stream:
                suffix = Path(self.name).suffix.lower()
                return read_article(_read(stream, suffix, shown), shown, suffix)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise InputError(f"{shown}: cannot be read: {reason}") from error


def find_inputs(arguments: Iterable[str], *, allow_network: bool = False) -> list[Input]:
    """Turn command-line arguments into the inputs they stand for, in order, without reading them.

    Args:
        arguments: Files, folders, addresses, or ``-`` for standard input. A folder stands for the
            files in it and below whose names end in one of ``SUFFIXES``, sorted by path, whichever
            extras are installed; hidden ones are left out, and so is the folder of pictures and
            frames (``story_files``) that a browser saves beside a page (``story.html``).
        allow_network: Whether addresses may be fetched.

    Returns:
        One input for each article. An argument that names none (a missing path, a folder without
        such files, standard input for a second time, an address where the network is not allowed)
        gives an input that carries the error.
    """
    found: list[Input] = []
    for argument in arguments:
        if argument == STDIN and any(item.name == STDIN for item in found):
            found.append(_failed(argument, "standard input can be read only once"))
        elif is_address(argument):
            off = "the network is off; allow it with --allow-network, or save the page and score it"
            found.append(Input(argument, address=True) if allow_network else _failed(argument, off))
        elif argument != STDIN and not os.path.exists(argument):
            found.append(_failed(argument, "no such file or folder"))
        elif argument != STDIN and os.path.isdir(argument):
            inside = _files(argument)
            reason = f"no {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]} files in this folder"
            found.extend(inside or [_failed(argument, reason)])
        else:
            found.append(Input(argument))
    return found


def read_inputs(
    arguments: Iterable[str], *, allow_network: bool = False
) -> Iterator[tuple[str, ArticleText | InputError]]:
    """Read the inputs that the arguments stand for, one at a time.

    Args:
        arguments: As for :func:`find_inputs`.
        allow_network: As for :func:`find_inputs`.

    Yields:
        The input's name with its article, or with the error that says why it has none.
    """
    for item in find_inputs(arguments, allow_network=allow_network):
        try:
            yield item.name, item.read()
        except InputError as error:
            yield item.name, error


def read_article(data: bytes, name: str, suffix: str = "") -> ArticleText:
    """Read one article of any kind.

    Args:
        data: Its bytes.
        name: What error messages call it.
        suffix: The end of its name, ``.html``; decides where the bytes leave it open.

    Raises:
        InputError: As :meth:`Input.read`.
    """
    if not data.strip():
        raise InputError(f"{name}: empty: there is no text in it")
    kind = _kind(data, suffix)
    if kind == "html":
        return html.read_html(data, name)
    if kind == "mhtml":
        return html.read_mhtml(data, name)
    if kind == "docx":
        return docx.read_docx(data, name)
    if kind == "pdf":
        return pdf.read_pdf(data, name)
    text = decode(data, name)
    # Without a name that says what it is, what looks like Markdown was written as Markdown.
    if kind == "markdown" or (not suffix and markdown.is_markdown(text)):
        return markdown.read_markdown(text, name)
    return as_written(text)


def _kind(start: bytes, suffix: str) -> Kind:
    """What an input is: a PDF or Word document by its bytes, text by its name, else by its bytes.

    A .txt file that begins like a web page is text: somebody wants the page's source.
    """
    if start.startswith(b"%PDF-"):
        return "pdf"
    if docx.is_docx(start):
        return "docx"
    if suffix in _KINDS:
        return _KINDS[suffix]
    if html.is_html(start):
        return "html"
    return "mhtml" if html.is_mhtml(start) else "text"


def _read(stream: IO[bytes], suffix: str, name: str) -> bytes:
    """All bytes of a text; of other kinds no more than they may have."""
    start = stream.read(_START)
    # A zip archive is known by its end only: until then it is taken for a Word document.
    kind = "docx" if start.startswith(b"PK\x03\x04") else _kind(start, suffix)
    most = _MOST_BYTES.get(kind)
    if most is None:
        return start + stream.read()
    data = start + stream.read(max(0, most + 1 - len(start)))
    if len(data) > most:
        raise InputError(f"{name}: larger than {most // 10**6} MB; save the article's text as .txt")
    return data


def decode(data: bytes, name: str) -> str:
    """Decode an article: UTF-8, or UTF-16 and UTF-32 with a byte order mark.

    Args:
        data: The bytes of the article.
        name: What error messages call it.

    Returns:
        The text, without the byte order mark, line ends as they are.

    Raises:
        InputError: The bytes are no text, of another encoding, or hold nothing but white space.
    """
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise InputError(f"{name}: this is {kind}, not plain text; extract its text first")
    encoding = next((by for mark, by in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in data:
        raise InputError(
            f"{name}: binary file (byte {data.index(0)} is NUL); plain text in UTF-8 is needed"
        )
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(_undecodable(data, name, encoding, error)) from error
    if not text.strip().strip(_INVISIBLE):
        raise InputError(f"{name}: empty: there is no text in it")
    return text


def _undecodable(data: bytes, name: str, encoding: str, error: UnicodeDecodeError) -> str:
    if encoding != "utf-8":
        # The decoder counts from behind a UTF-8 mark, a user from the first byte of the file.
        position = error.start + (len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0)
        label = encoding.removesuffix("-sig").upper()
        return (
            f"{name}: marked as {label}, but byte {position} is not valid {label}; "
            "the file is damaged or cut off"
        )
    line = data.count(b"\n", 0, error.start) + 1
    return (
        f"{name}: not UTF-8 text: byte {error.start} (0x{data[error.start]:02X}, line {line}) is "
        "not valid; convert it, for instance with: iconv -f WINDOWS-1252 -t UTF-8"
    )


def _files(folder: str) -> list[Input]:
    found: list[Input] = []

    def unreadable(error: OSError) -> None:
        found.append(_failed(str(error.filename), f"cannot be read: {error.strerror}"))

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        pages = {
            os.path.splitext(name)[0] for name in names if name.lower().endswith((".html", ".htm"))
        }
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and name.removesuffix("_files") not in pages - {name}
        ]
        found += [
            Input(os.path.join(parent, name))
            for name in names
            if name.lower().endswith(SUFFIXES) and not name.startswith(".")
        ]
    return sorted(found, key=lambda item: item.name)


def _failed(name: str, reason: str) -> Input:
    return Input(name, InputError(f"{name or repr(name)}: {reason}"))
