"""Web pages: the article of an HTML file or a saved page, without what a site puts around it.

trafilatura (Apache-2.0; Barbaresi 2021, https://aclanthology.org/2021.acl-demo.15) finds the body
and the metadata. Captions and credits are taken out of the page first, by their markup. Parsing
opens no file and no connection: lxml reads HTML without entities of its own and without DTDs.
"""

from __future__ import annotations

import codecs
import email
import email.policy
import logging
import re
from collections.abc import Iterable, Iterator
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from attribution.errors import InputError, MissingExtraError
from attribution.inputs.article import ArticleText, Facts, set_apart
from attribution.inputs.tags import too_much_markup

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["MAX_BYTES", "is_html", "is_mhtml", "read_html", "read_mhtml"]

MAX_BYTES = 20_000_000
#: Elements that make text. News pages have a few thousand; at this number extraction takes up to
#: half a minute, and it grows faster than they do.
MAX_ELEMENTS = 20_000
#: Attributes of them all. trafilatura looks through them some ten times; news pages have ten
#: thousand or so.
MAX_ATTRIBUTES = 200_000
_STARTS = re.compile(
    # A comment has one end only, else so many comments in a row could be divided in 2**n ways.
    rb"\s*(?:<\?xml[^>]*>\s*|<!--(?:[^-]|-(?!->))*-->\s*)*<(?:!doctype\s+html|html)\b",
    re.I,
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Where a page says its encoding (HTML standard, "prescan a byte stream").
_HEAD = 1024
#: The encodings of the Encoding Standard, by Python's names. Python knows others, of which some
#: raise always, some unescape the text, and some take the square of its length.
_ENCODINGS = frozenset(
    "ascii utf-8 utf-16 utf-16-le utf-16-be "
    "iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9 "
    "iso8859-10 iso8859-11 iso8859-13 iso8859-14 iso8859-15 iso8859-16 tis-620 "
    "cp866 cp874 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 "
    "koi8-r koi8-u mac-roman mac-cyrillic "
    "gb2312 gbk gb18030 big5 big5hkscs euc_jp iso2022_jp shift_jis cp932 euc_kr cp949".split()
)
_CAPTION_CLASS = re.compile(
    r"(?:^|[\s_-])(?:fig)?caption(?:[\s_-]?text)?(?:$|\s)|(?:photo|image|picture)[_-]?credits?\b",
    re.I,
)
_ASIDE = frozenset("nav aside footer".split())
_SILENT = ("script", "style", "noscript", "template", "svg", "iframe", "object")
_BLOCKS = frozenset("p head quote item list table row cell code".split())
#: What a page may bring as ``&#1;`` and lxml gives out but does not take back.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CAPTION = 1_000
#: Characters of an attribute. Longer ones are data, which classes and names are not looked for in.
_LONGEST_VALUE = 5_000
_LEAST_ALT_WORDS = 3


def is_html(data: bytes) -> bool:
    """True when bytes begin as an HTML document does."""
    start = data[:4096]
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            start = start[len(mark) :]
            start = start.replace(b"\0", b"") if encoding == "utf-16" else start
    return _STARTS.match(start) is not None


def is_mhtml(data: bytes) -> bool:
    """True when bytes begin as a page that a browser saved as one file (RFC 2557)."""
    head = data[:4096].lower()
    return b"multipart/related" in head and re.search(rb"^mime-version:", head, re.M) is not None


def read_html(
    data: bytes, name: str, *, charset: str | None = None, address: str | None = None
) -> ArticleText:
    """The article of a web page.

    Args:
        data: The page.
        name: What error messages call it.
        charset: Its encoding, where a server said so. None: as the page says, else UTF-8, else
            Windows-1252.
        address: Where it came from; trafilatura reads site and date from it if nothing better.

    Returns:
        The article; title, authors, site and date from the page's metadata.

    Raises:
        InputError: The page is too large, has too many tags, elements or attributes, or holds no
            article; or trafilatura is not installed.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"{name}: larger than {MAX_BYTES // 10**6} MB; save the article alone")
    trafilatura = _load(name)
    tree = _parse(_decode(data, charset), name)
    captions = tuple(_take_captions(tree))
    try:
        found = trafilatura.bare_extraction(
            tree,
            url=address,
            with_metadata=True,
            include_comments=False,
            include_formatting=True,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except Exception as error:  # trafilatura lets through whatever a strange page leads to
        raise InputError(f"{name}: cannot be read as a web page: {error}") from error
    text = "\n\n".join(_paragraphs(found.body)) if found is not None else ""
    if not text.strip():
        raise InputError(
            f"{name}: no article found in this page; save its text as .txt and score that"
        )
    return set_apart(text, _facts(found, captions))


def read_mhtml(data: bytes, name: str) -> ArticleText:
    """The article of a page saved as one file (.mhtml); raises as :func:`read_html`."""
    if len(data) > MAX_BYTES:
        raise InputError(f"{name}: larger than {MAX_BYTES // 10**6} MB; save the page as HTML only")
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        part = next((p for p in message.walk() if p.get_content_type() == "text/html"), None)
        page = part.get_payload(decode=True) if isinstance(part, EmailMessage) else None
        charset = part.get_content_charset() if part is not None else None
    except (ValueError, LookupError, RecursionError) as error:
        raise InputError(f"{name}: a damaged web archive: {error}") from error
    if not isinstance(page, bytes):
        raise InputError(f"{name}: a web archive without a page; save the page as HTML")
    return read_html(page, name, charset=charset)


def _load(name: str) -> ModuleType:
    try:
        import trafilatura
    except ImportError as error:
        raise InputError(f"{name}: {MissingExtraError('trafilatura', 'html')}") from error
    for logger in ("trafilatura", "htmldate", "courlan"):
        # Python prints warnings of libraries on standard error where nobody listens to them.
        logging.getLogger(logger).addHandler(logging.NullHandler())
    return trafilatura


def _decode(data: bytes, charset: str | None) -> str:
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    said = _CHARSET.search(data[:_HEAD])
    named = (marked, charset, said.group(1).decode("ascii") if said else None, "utf-8")
    for encoding in filter(None, named):
        try:
            if codecs.lookup(encoding).name in _ENCODINGS:
                return data.decode(encoding)
        except (LookupError, ValueError):  # UnicodeError is a ValueError; so is a NUL in a name
            continue
    return data.decode("windows-1252", "replace")


def _parse(page: str, name: str) -> Any:
    from lxml import etree, html

    # libxml2 stops at a NUL, and wants the bytes when a page names its encoding.
    source = page.replace("\0", "").encode("utf-8", "replace")
    if too_much := too_much_markup(source):
        raise InputError(f"{name}: {too_much}; save the article alone")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(source, parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise InputError(f"{name}: cannot be read as a web page: {error}") from error
    _take_controls(tree)
    for element in list(tree.iter(*_SILENT)):
        if element.get("type") != "application/ld+json" and element.getparent() is not None:
            element.drop_tree()
    _check_size(tree, name)
    _take_long_values(tree)
    return tree


def _check_size(tree: Any, name: str) -> None:
    count = sum(1 for _ in tree.iter())
    if count > MAX_ELEMENTS:
        raise InputError(
            f"{name}: {count} elements, more than {MAX_ELEMENTS}; save the article alone"
        )
    attributes = sum(len(element.attrib) for element in tree.iter())
    if attributes > MAX_ATTRIBUTES:
        raise InputError(
            f"{name}: {attributes} attributes, more than {MAX_ATTRIBUTES}; save the article alone"
        )


def _take_controls(tree: Any) -> None:
    """Take control characters out of a page: text that has any cannot be moved in the tree."""
    for element in tree.iter():
        if element.text and _CONTROL.search(element.text):
            element.text = _CONTROL.sub("", element.text)
        if element.tail and _CONTROL.search(element.tail):
            element.tail = _CONTROL.sub("", element.tail)


def _take_long_values(tree: Any) -> None:
    """Take out the attributes of a page that are longer than any that is read."""
    for element in tree.iter():
        for key, value in element.attrib.items():
            if len(value) > _LONGEST_VALUE:
                del element.attrib[key]


def _take_captions(tree: Any) -> Iterator[str]:
    """Take captions and credits out of a page; what stands for its pictures, in its order."""
    seen: set[str] = set()
    for element in list(tree.iter("figure", "figcaption", "div", "p", "span", "small", "cite")):
        if element.getroottree().getroot() is not tree:
            continue  # stood in one that was taken out
        caption = _caption(element)
        if caption is None:
            continue
        beside = any(parent.tag in _ASIDE for parent in element.iterancestors())
        if element.tag != "figure":
            element.drop_tree()
        if caption and not beside and caption not in seen:
            seen.add(caption)
            yield caption


def _caption(element: Any) -> str | None:
    """The words of a caption, or None when an element is none."""
    if element.tag == "figure":
        described = next(element.iter("figcaption"), None) is None
        pictures = [" ".join(img.get("alt", "").split()) for img in element.iter("img")]
        alt = next((alt for alt in pictures if len(alt.split()) >= _LEAST_ALT_WORDS), None)
        return alt if described else None
    names = f"{element.get('class', '')} {element.get('id', '')}"
    if element.tag != "figcaption" and not _CAPTION_CLASS.search(names.strip()):
        return None
    words = " ".join(" ".join(element.itertext()).split())
    return words if len(words) <= _LONGEST_CAPTION else None


def _paragraphs(body: Any) -> Iterable[str]:
    """The blocks of trafilatura's tree as paragraphs; a line break stays a line break."""
    found: list[list[str]] = [[]]

    def walk(element: Any) -> None:
        block = element.tag in _BLOCKS
        if block:
            found.append([])
        if element.tag == "lb":
            found[-1].append("\n")
        found[-1].append(_spaces(element.text))
        for child in element:
            walk(child)
            found[-1].append(_spaces(child.tail))
        if block:
            found.append([])

    walk(body)
    for pieces in found:
        lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
        text = "\n".join(lines).strip()
        if text:
            yield text


def _spaces(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _facts(found: Any, captions: tuple[str, ...]) -> Facts:
    publisher = (found.sitename or "").lstrip("@").strip()
    return Facts(
        title=found.title or None,
        byline=(found.author or "").replace("; ", ", ") or None,
        publisher=publisher or None,
        date=found.date or None,
        captions=captions,
    )
