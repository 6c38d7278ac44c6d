"""Small documents of every kind, from which inputs are made. The words are the project's own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

__all__ = [
    "ARTICLE",
    "MARKDOWN",
    "PAGE",
    "WORD_PARTS",
    "WORD_XML",
    "docx_of",
    "mhtml",
    "pdf",
]

ARTICLE = (
    "HALVARD, Nov. 3 (Quay Press) - The ferry will stop on Friday, the harbour board said.\n\n"
    "“We have no money,” its chair, Ottoline Brask, told the Skerrin Echo. “And no pilot.”\n"
    "According to a deckhand, who asked not to be named, Brask's deputy would leave.\n"
)
MARKDOWN = (
    "---\ntitle: The pier\n---\n# The pier at Hallam is shut\n\nBy Ada Roe\n\n"
    "*The pier* is [closed](http://example.org), the warden said.\n\n> “Nobody knows,” she added.\n"
)
PAGE = (
    '<!doctype html><html><head><meta charset="utf-8"><title>The pier is shut</title>'
    '<meta name="author" content="Ada Roe"></head><body><nav><a href="/">Home</a></nav><article>'
    "<h1>The pier is shut</h1><figure><img src=a.jpg alt='The pier at low tide'>"
    "<figcaption>Photo: Ben Oduya</figcaption></figure>"
    "<p>The pier at Hallam is closed, the warden said on Friday in a short note to the town.</p>"
    "<p>“Nobody knows when it opens,”<br>she added, and the board would not say more on it.</p>"
    '</article><script type="application/ld+json">{"@type": "NewsArticle", "headline": "The pier"}'
    "</script></body></html>"
)
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
WORD_XML = (
    f'<?xml version="1.0"?><w:document {_W}><w:body>'
    '<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>The pier is shut</w:t></w:r></w:p>'
    "<w:p><w:r><w:t>The pier is closed, the warden</w:t><w:br/><w:tab/></w:r>"
    "<w:ins><w:r><w:t> said.</w:t></w:r></w:ins><w:del><w:r><w:t>not</w:t></w:r></w:del></w:p>"
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>A table.</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    "</w:body></w:document>"
)
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override '
    'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELATIONS = (
    f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" '
    f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_DOCUMENT_RELATIONS = (
    f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" '
    f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
_STYLES = (
    f'<?xml version="1.0"?><w:styles {_W}><w:style w:type="paragraph" w:styleId="Title">'
    '<w:name w:val="Title"/></w:style></w:styles>'
)


#: What a Word document has beside ``word/document.xml``.
WORD_PARTS: Mapping[str, bytes] = {
    "[Content_Types].xml": _TYPES.encode(),
    "_rels/.rels": _RELATIONS.encode(),
    "word/_rels/document.xml.rels": _DOCUMENT_RELATIONS.encode(),
    "word/styles.xml": _STYLES.encode(),
}


def docx_of(
    document: bytes,
    *,
    compression: int = zipfile.ZIP_STORED,
    parts: Mapping[str, bytes] = WORD_PARTS,
) -> bytes:
    """A Word document with this ``word/document.xml`` and other parts, by default all it needs."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, data in {**parts, "word/document.xml": document}.items():
            archive.writestr(zipfile.ZipInfo(name), data, compression)
    return target.getvalue()


def mhtml(page: str) -> bytes:
    """A page as a browser saves it in one file."""
    return (
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; type=text/html; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"{page}\r\n--b--\r\n"
    ).encode()


def pdf(
    lines: tuple[str, ...] = ("The pier is closed, the warden said.", "Nobody knows."),
) -> bytes:
    """A PDF of one page with lines of text, nothing in it compressed."""
    drawn = "".join(
        f"BT /F1 11 Tf 72 {700 - 14 * number} Td ({line}) Tj ET\n"
        for number, line in enumerate(lines)
    )
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        "/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(drawn)}>>stream\n{drawn}endstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    data = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj{body}endobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    return (
        data
        + (
            f"xref\n0 {count}\n0000000000 65535 f \n{table}"
            f"trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{len(data)}\n%%EOF\n"
        ).encode()
    )
