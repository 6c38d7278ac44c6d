"""Word documents: the article of a DOCX file.

python-docx (MIT) opens the package and names the styles. mammoth, the other kept library, turns a
document into HTML, which would have to be read once more, and gives no style names of its own. Of
a paragraph the text elements are read, not python-docx's ``Paragraph.text``: that leaves out
tracked insertions and content controls.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from attribution.errors import InputError, MissingExtraError
from attribution.inputs.article import ArticleText, Facts, set_apart

__all__ = ["MAX_BYTES", "is_docx", "read_docx"]

MAX_BYTES = 50_000_000
#: Limits of what a file may unpack to, checked before anything is unpacked.
MAX_MEMBERS, MAX_UNPACKED, MAX_XML = 2_000, 100_000_000, 20_000_000
#: Paragraphs of the body, empty ones too, and elements within them: what time to read grows with.
#: A novel has some five thousand paragraphs.
MAX_PARAGRAPHS, MAX_ELEMENTS = 20_000, 500_000
#: Open Packaging Conventions (ECMA-376-2) allow these. zipfile bounds what it unpacks of no other.
_COMPRESSION = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PIECE = 65_536
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
#: Not read: what was deleted or moved away, copies for old programs, text boxes.
_LEFT_OUT = {f"{_W}del", f"{_W}moveFrom", f"{_W}txbxContent", _FALLBACK}
#: The styles that are looked for, by the names that stand in a file.
_TITLE, _CAPTION = ("Title",), ("caption", "Caption")
_SIGNS = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def is_docx(data: bytes) -> bool:
    """True when bytes are a zip archive that holds a Word document."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def read_docx(data: bytes, name: str) -> ArticleText:
    """The article of a Word document.

    Args:
        data: The file.
        name: What error messages call it.

    Returns:
        The article. The paragraph in the style Title is its title, paragraphs in the style Caption
        are captions; the rest is recognised as in plain text. Headers, footers, notes, comments
        and text boxes are left out, and so are tracked deletions. The document's properties are
        not used: author and dates in them are those of the file.

    Raises:
        InputError: It is damaged, protected, or too large, holds no text, or python-docx is not
            installed.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"{name}: larger than {MAX_BYTES // 10**6} MB; save its text as .txt")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(
            f"{name}: an old Word document (.doc), or one with a password; "
            "save it as .docx without a password"
        )
    _check(data, name)
    docx = _load(name)
    try:
        document = docx.Document(io.BytesIO(data))
        paragraphs = list(_paragraphs(document))
    except _TooLongError as error:
        raise InputError(f"{name}: {error}; save its text as .txt") from None
    except Exception as error:  # python-docx lets through what lxml, zipfile and zlib raise
        raise InputError(f"{name}: cannot be read as a Word document: {error}") from error
    titles = [text for text, style in paragraphs if style in _TITLE]
    captions = tuple(text for text, style in paragraphs if style in _CAPTION)
    body = "\n\n".join(text for text, style in paragraphs if style not in _TITLE + _CAPTION)
    if not body:
        raise InputError(f"{name}: no text in this document; scanned pages need OCR first")
    title = " ".join(" ".join(titles).split())
    return set_apart(body, Facts(title=title or None, captions=captions))


def _check(data: bytes, name: str) -> None:
    """Refuse archives that unpack to too much, by what they declare and by what they hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise InputError(f"{name}: a damaged Word document: {error}; save it anew") from error
    size = sum(member.file_size for member in members)
    xml = max((m.file_size for m in members if m.filename.endswith((".xml", ".rels"))), default=0)
    if len(members) > MAX_MEMBERS or size > MAX_UNPACKED or xml > MAX_XML:
        raise InputError(
            f"{name}: unpacks to {len(members)} parts and {size / 10**6:.0f} MB, which is too much "
            "for an article; save its text as .txt"
        )
    if any(member.compress_type not in _COMPRESSION for member in members):
        raise InputError(f"{name}: packed in a way that Word does not read; save it anew")
    try:
        _unpack(data)
    except Exception as error:  # whatever zipfile and zlib raise on damage
        raise InputError(f"{name}: a damaged Word document: {error}; save it anew") from error


def _unpack(data: bytes) -> None:
    """Unpack every part once, and throw it away.

    Piece by piece zipfile stops at the size that a part declares, and then finds its checksum
    wrong. Asked for a part as a whole, as python-docx does, it unpacks all that is there first.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            with archive.open(member) as part:
                while part.read(_PIECE):
                    pass


def _load(name: str) -> ModuleType:
    try:
        import docx
    except ImportError as error:
        raise InputError(f"{name}: {MissingExtraError('python-docx', 'docx')}") from error
    return docx


class _TooLongError(Exception):
    """A document with more in it than is read."""


@dataclass(frozen=True)
class _Styles:
    """Names of a document's styles of paragraphs by their ids, and of the one that is usual."""

    names: Mapping[str, str]
    usual: str

    def name_of(self, style: str | None) -> str:
        return self.usual if style is None else self.names.get(style, self.usual)


def _styles(document: Any) -> _Styles:
    """The styles, gone through once. python-docx goes through all of them for each paragraph."""
    names: dict[str, str] = {}
    usual = ""
    for style in document.styles.element.iterchildren(f"{_W}style"):
        if style.get(f"{_W}type", "paragraph") != "paragraph":
            continue
        named = style.find(f"{_W}name")
        name = "" if named is None else named.get(f"{_W}val", "")
        names.setdefault(style.get(f"{_W}styleId", ""), name)
        if style.get(f"{_W}default", "0") in ("1", "true", "on"):
            usual = name
    return _Styles(names, usual)


def _paragraphs(document: Any) -> Iterator[tuple[str, str]]:
    """Text and style of every paragraph of the body that has text, those of tables too.

    Raises:
        _TooLongError: There are too many paragraphs, or elements in them.
    """
    styles = _styles(document)
    count = 0
    for element in _counted(document.element.body):
        if element.tag == f"{_W}p":
            count += 1
            if count > MAX_PARAGRAPHS:
                raise _TooLongError(f"more than {MAX_PARAGRAPHS} paragraphs")
            lines = (" ".join(line.split()) for line in "".join(_pieces(element)).split("\n"))
            text = "\n".join(filter(None, lines))
            if text:
                yield text, styles.name_of(element.style)


def _counted(body: Any) -> Iterator[Any]:
    """What is kept of a body, as long as it has no more elements than may be, kept or not."""
    count = sum(1 for _ in body.iter())
    if count > MAX_ELEMENTS:
        raise _TooLongError(f"{count} elements, more than {MAX_ELEMENTS}")
    return _kept(body)


def _pieces(paragraph: Any) -> Iterator[str]:
    for element in _kept(paragraph):
        if element.tag == f"{_W}t":
            yield element.text or ""
        else:
            yield _SIGNS.get(element.tag, "")


def _kept(element: Any) -> Iterator[Any]:
    """Everything below an element in order, paragraphs without what is in them."""
    for child in element:
        if child.tag not in _LEFT_OUT:
            yield child
            if child.tag != f"{_W}p":
                yield from _kept(child)
