"""Word documents, made by python-docx: body, title and captions apart; bombs are not unpacked."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from attribution.errors import InputError
from attribution.inputs.docx import MAX_MEMBERS, is_docx, read_docx

LEDE = "The east pier was shut on Monday after divers found a crack, the harbour board said."
QUOTE = "“We found a crack as long as a bus,” said Mara Lind."


def document(*paragraphs: tuple[str, str]) -> bytes:
    made = docx.Document()
    for text, style in paragraphs:
        made.add_paragraph(text, style=style)
    return saved(made)


def saved(made: docx.document.Document) -> bytes:
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return stream.getvalue()


class TestArticle:
    def test_styles_tell_title_and_captions(self) -> None:
        article = read_docx(
            document(
                ("Pier shut.", "Title"),
                ("By Ada Roe, The Quay Post", "Normal"),
                (f"HALVARD, Nov. 3 (Quay Press) - {LEDE}", "Normal"),
                ("The pier on Monday.", "Caption"),
                ("What divers saw", "Heading 1"),
                (QUOTE, "Normal"),
                ("Photo by Ben Oduya", "Normal"),
            ),
            "a",
        )
        assert article.text == f"{LEDE}\n\nWhat divers saw\n\n{QUOTE}"
        assert article.title == "Pier shut."
        assert article.byline == "Ada Roe"
        assert article.dateline == "HALVARD, Nov. 3 (Quay Press)"
        assert article.publisher == "The Quay Post"
        assert article.captions == ("The pier on Monday.", "Photo by Ben Oduya")

    def test_headline_without_a_style_is_known_by_its_form(self) -> None:
        data = document(("Pier shut after crack found", "Normal"), (LEDE, "Normal"))
        article = read_docx(data, "a")
        assert (article.title, article.text) == ("Pier shut after crack found", LEDE)

    def test_author_of_the_file_signs_nothing(self) -> None:
        made = docx.Document()
        made.core_properties.author = "Desk 4"
        made.add_paragraph(LEDE)
        assert read_docx(saved(made), "a").byline is None

    def test_tables_are_read_where_they_stand(self) -> None:
        made = docx.Document()
        made.add_paragraph(LEDE)
        made.add_table(1, 2).cell(0, 1).text = "4.2 million crowns"
        made.add_paragraph(QUOTE)
        assert read_docx(saved(made), "a").text == f"{LEDE}\n\n4.2 million crowns\n\n{QUOTE}"

    def test_tracked_insertions_are_read_and_deletions_not(self) -> None:
        made = docx.Document()
        paragraph = made.add_paragraph("The pier ")
        for xml in (
            "<w:ins {}><w:r><w:t>was shut</w:t></w:r></w:ins>",
            "<w:del {}><w:r><w:delText>is open</w:delText></w:r></w:del>",
            "<w:hyperlink {}><w:r><w:t>, Lind said.</w:t></w:r></w:hyperlink>",
        ):
            paragraph._p.append(parse_xml(xml.format(nsdecls("w"))))
        assert read_docx(saved(made), "a").text == "The pier was shut, Lind said."

    def test_line_break_and_tab_part_words(self) -> None:
        made = docx.Document()
        made.add_paragraph("One\tand two.\nThree.")
        assert read_docx(saved(made), "a").text == "One and two.\nThree."

    def test_other_archives_are_no_word_documents(self) -> None:
        assert is_docx(document((LEDE, "Normal")))
        assert not is_docx(archive({"content.xml": b"<a/>"}))
        assert not is_docx(b"PK\x03\x04 cut off")


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
WORDS = "<w:p><w:r><w:t>The pier is closed.</w:t></w:r></w:p>"


def of_parts(body: str, styles: str | None = None) -> bytes:
    """A Word document with this body, and these styles in place of python-docx's own."""
    parts = {"word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>".encode()}
    if styles is not None:
        parts["word/styles.xml"] = f"<w:styles {W}>{styles}</w:styles>".encode()
    with zipfile.ZipFile(io.BytesIO(document((LEDE, "Normal")))) as made:
        members = {name: made.read(name) for name in made.namelist()}
    return archive({**members, **parts})


def style(name: str, more: str = "") -> str:
    return f'<w:style w:styleId="{name}" {more}><w:name w:val="{name}"/></w:style>'


def styled(name: str, text: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{name}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


class TestStyles:
    KIND = 'w:type="paragraph"'

    def test_paragraph_without_a_style_has_the_usual_one(self) -> None:
        styles = style("Caption", f'{self.KIND} w:default="1"') + style("Normal", self.KIND)
        article = read_docx(of_parts(WORDS + styled("Normal", LEDE), styles), "a")
        assert (article.text, article.captions) == (LEDE, ("The pier is closed.",))

    def test_unknown_style_is_the_usual_one(self) -> None:
        styles = style("Caption", f'{self.KIND} w:default="1"') + style("Normal", self.KIND)
        body = styled("nothing", "The pier.") + styled("Normal", LEDE)
        assert read_docx(of_parts(body, styles), "a").captions == ("The pier.",)

    def test_style_of_characters_is_none_of_paragraphs(self) -> None:
        styles = style("Title", 'w:type="character"') + style("Normal", self.KIND)
        body = styled("Title", "The pier.") + styled("Normal", LEDE)
        assert read_docx(of_parts(body, styles), "a").text == f"The pier.\n\n{LEDE}"

    def test_document_without_styles_is_read(self) -> None:
        assert read_docx(of_parts(styled("Title", LEDE), ""), "a").text == LEDE


class TestTime:
    def read(self, data: bytes, most: float) -> str:
        start = time.process_time()
        try:
            text = read_docx(data, "a.docx").text
        except InputError as error:
            text = str(error)
        assert time.process_time() - start < most
        return text

    def test_many_empty_paragraphs_are_refused_at_once(self) -> None:
        told = self.read(of_parts("<w:p/>" * 50_000 + WORDS), 3)
        assert told == "a.docx: more than 20000 paragraphs; save its text as .txt"

    def test_empty_paragraphs_take_no_time(self) -> None:
        assert self.read(of_parts("<w:p/>" * 19_000 + WORDS), 3) == "The pier is closed."

    def test_paragraphs_and_styles_do_not_multiply(self) -> None:
        styles = "".join(style(f"s{number}", 'w:type="paragraph"') for number in range(4_000))
        text = self.read(of_parts(styled("s3999", "word") * 4_000, styles), 5)
        assert text.count("word") == 4_000

    def test_many_elements_are_refused_at_once(self) -> None:
        body = "<w:p>" + "<w:r/>" * 500_000 + "</w:p>" + WORDS
        told = self.read(of_parts(body), 5)
        assert told.startswith("a.docx: 500005 elements, more than 500000; save")


class TestBadDocuments:
    @pytest.mark.parametrize(
        ("members", "reason"),
        [
            ({f"word/{n}.txt": b"" for n in range(MAX_MEMBERS + 1)}, "unpacks to 2001 parts"),
            ({"word/document.xml": b" " * 20_000_001}, "unpacks to 1 parts and 20 MB"),
            ({f"word/media/{n}.png": bytes(60_000_000) for n in "ab"}, "2 parts and 120 MB"),
        ],
        ids=["members", "xml", "media"],
    )
    def test_bombs_are_refused_by_what_they_declare(
        self, members: dict[str, bytes], reason: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        data = archive(members)

        def refuse(*arguments: object) -> None:
            raise AssertionError("unpacked")

        monkeypatch.setattr(zipfile.ZipFile, "read", refuse)
        monkeypatch.setattr(zipfile.ZipFile, "open", refuse)
        with pytest.raises(InputError, match=r"^a\.docx: unpacks to") as raised:
            read_docx(data, "a.docx")
        assert reason in str(raised.value)

    def rewritten(self, change: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(document((LEDE, "Normal")))) as made:
            members = {name: made.read(name) for name in made.namelist()}
        return archive({**members, "word/document.xml": change})

    @pytest.mark.parametrize(
        "xml",
        [
            b"no xml",
            b"<w:document/>",
            b"<a>" * 50_000,
            b'<!DOCTYPE a [<!ENTITY x "aa"><!ENTITY y "&x;&x;">]><a>&y;</a>',
        ],
        ids=["none", "no namespace", "deep", "entities"],
    )
    def test_damaged_documents_are_named(self, xml: bytes) -> None:
        with pytest.raises(InputError, match=r"^a\.docx: "):
            read_docx(self.rewritten(xml), "a.docx")

    def test_old_or_protected_document_says_what_to_do(self) -> None:
        with pytest.raises(InputError, match=r"a\.docx: an old Word .*save it as \.docx without"):
            read_docx(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.docx")

    def test_cut_off_document_is_named(self) -> None:
        data = document((LEDE, "Normal"))
        with pytest.raises(InputError, match=r"a\.docx: a damaged Word document"):
            read_docx(data[: len(data) // 2], "a.docx")

    def test_other_ways_of_packing_are_refused(self) -> None:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_BZIP2) as packed:
            packed.writestr("word/document.xml", b" " * 1000)
        with pytest.raises(InputError, match=r"a\.docx: packed in a way"):
            read_docx(target.getvalue(), "a.docx")

    def test_archive_with_damage_inside_is_named(self) -> None:
        data = bytearray(archive({"word/document.xml": bytes(range(256)) * 40}))
        middle = len(data) // 2
        data[middle : middle + 40] = bytes(40)
        with pytest.raises(InputError, match=r"a\.docx: a damaged Word document"):
            read_docx(bytes(data), "a.docx")

    def test_member_that_is_larger_than_it_says_is_not_unpacked(self) -> None:
        """The size stands in the archive's directory; what is unpacked ends there."""
        size = 30_000_000
        data = archive({"[Content_Types].xml": b" " * size})
        data = data.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
        tracemalloc.start()
        try:
            with pytest.raises(InputError, match=r"a\.docx: a damaged Word document"):
                read_docx(data, "a.docx")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < size // 2

    def test_document_without_text_says_what_to_do(self) -> None:
        with pytest.raises(InputError, match=r"a\.docx: no text .*OCR"):
            read_docx(document(("  ", "Normal")), "a.docx")
