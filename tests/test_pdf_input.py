"""PDF files, made by reportlab: reading order, paragraphs, headline; bad files are named."""

from __future__ import annotations

import io
import time

import pypdf
import pytest
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, FrameBreak, PageTemplate, Paragraph

from attribution.errors import InputError
from attribution.inputs.pdf import Line, join_lines, read_pdf

LEDE = (
    "The east pier was shut on Monday after divers found a crack, the harbour board said in a "
    "statement that it sent to reporters at noon."
)
BODY = [
    f"“Pile {number} has a crack as long as a bus,” said Mara Lind, the chief diver, who asked for "
    "a week to look at the rest of it. She said that the pier would stay shut until the spring, "
    "and that nobody had looked at it since the storm of 2019."
    for number in range(1, 31)
]
CAPTION = "The pier on Monday. Photograph: Ben Oduya/Quay Pictures"
STYLES = getSampleStyleSheet()


def two_columns(body: list[str], style: ParagraphStyle) -> bytes:
    """A headline across the page, two columns, and a running footer with the page's number."""
    stream = io.BytesIO()
    width, height = A4
    column = (width - 120) / 2
    head = Frame(50, height - 130, width - 100, 80)
    columns = [Frame(x, 80, column, height - 220) for x in (50, 70 + column)]

    def footer(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(50, 30, f"The Quay Post, page {document.page}")

    template = PageTemplate(frames=[head, *columns], onPage=footer)
    made = BaseDocTemplate(stream, pagesize=A4, title="draft 3", author="Desk 4")
    made.addPageTemplates(template)
    made.build(
        [
            Paragraph("Pier shut after crack found", STYLES["Title"]),
            Paragraph("By Ada Roe", STYLES["Normal"]),
            FrameBreak(),
            *(Paragraph(text, style) for text in body),
        ]
    )
    return stream.getvalue()


def drawn(*lines: str, encrypt: str | None = None) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, encrypt=encrypt)
    for number, line in enumerate(lines):
        canvas.drawString(60, 700 - 14 * number, line)
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


class TestArticle:
    def test_columns_and_pages_are_read_in_order(self) -> None:
        dateline = "HALVARD, Nov. 3 (Quay Press) - "
        body = [dateline + LEDE, *BODY[:3], CAPTION, *BODY[3:]]
        data = two_columns(body, STYLES["BodyText"])
        assert len(pypdf.PdfReader(io.BytesIO(data)).pages) > 1
        article = read_pdf(data, "a")
        assert article.text.split("\n\n") == [LEDE, *BODY]
        assert article.title == "Pier shut after crack found"
        assert article.byline == "Ada Roe"
        assert article.dateline == "HALVARD, Nov. 3 (Quay Press)"
        assert article.publisher == "Quay Press"
        assert article.captions == (CAPTION,)

    def test_indented_paragraphs_without_gaps_are_parted(self) -> None:
        indented = ParagraphStyle("a", STYLES["Normal"], firstLineIndent=14)
        article = read_pdf(two_columns([LEDE, *BODY[:4]], indented), "a")
        assert article.text.split("\n\n") == [LEDE, *BODY[:4]]

    def test_page_set_in_one_size_has_no_headline(self) -> None:
        article = read_pdf(drawn("The pier was shut on Monday,", "the board said."), "a")
        assert (article.title, article.text) == (
            None,
            "The pier was shut on Monday, the board said.",
        )


def lines(*texts: str) -> list[Line]:
    return [Line(text, 50, 700 - 12 * n, 10, 0, 800) for n, text in enumerate(texts)]


class TestLineEnds:
    @pytest.mark.parametrize(
        ("texts", "joined"),
        [
            (["on Mon-", "day noon."], "on Monday noon."),
            (["a long-", "term plan, long-term."], "a long-term plan, long-term."),
            (["on Mon\u00ad", "day noon."], "on Monday noon."),
            (["the Halvard-", "Oslo ferry."], "the Halvard- Oslo ferry."),
            (["it broke -", "nobody saw."], "it broke - nobody saw."),
            (["from 2010-", "2019."], "from 2010- 2019."),
        ],
    )
    def test_divided_words_are_joined(self, texts: list[str], joined: str) -> None:
        assert list(join_lines(lines(*texts))) == [joined]


class TestBadFiles:
    def test_password_says_what_to_do(self) -> None:
        with pytest.raises(InputError, match=r"a\.pdf: protected by a password; save a copy"):
            read_pdf(drawn("The pier was shut.", encrypt="secret"), "a.pdf")

    def test_scanned_pages_say_what_to_do(self) -> None:
        stream = io.BytesIO()
        canvas = Canvas(stream)
        canvas.rect(10, 10, 100, 100, fill=1)
        canvas.save()
        with pytest.raises(InputError, match=r"a\.pdf: no text in it.*OCR.*ocrmypdf"):
            read_pdf(stream.getvalue(), "a.pdf")

    def test_too_many_pages_are_refused(self) -> None:
        writer = pypdf.PdfWriter()
        for _ in range(101):
            writer.add_blank_page(100, 100)
        stream = io.BytesIO()
        writer.write(stream)
        with pytest.raises(InputError, match=r"a\.pdf: 101 pages, more than 100"):
            read_pdf(stream.getvalue(), "a.pdf")

    @pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"%PDF-1.7\n" + b"1 0 obj <<" * 1_000])
    def test_damaged_files_are_named(self, data: bytes) -> None:
        with pytest.raises(InputError, match=r"^a\.pdf: "):
            read_pdf(data, "a.pdf")

    def test_damage_is_told_in_the_same_words_each_time(self) -> None:
        data = (
            b"%PDF-14.\n1 0 obj<</Tyxrefpe/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages"
            b"/Kids[3 0 R]/CET\x1aBT /F1 1( Tf 7 \ntrailer<</Size 6/Root 1 0 R>>\nstartxref\n455\n"
            b"%%EOF\n"
        )
        told = []
        for _ in range(3):
            with pytest.raises(InputError) as raised:
                read_pdf(data, "a.pdf")
            told.append(str(raised.value))
        assert "IndirectObject(2, 0)" in told[0]
        assert len(set(told)) == 1

    def test_cut_off_file_is_named_or_read(self) -> None:
        data = drawn("The pier was shut on Monday.")
        outcomes = set()
        for end in range(100, len(data) + 150, 150):
            try:
                outcomes.add(read_pdf(data[:end], "a.pdf").text)
            except InputError as error:
                outcomes.add(str(error)[:7])
        assert outcomes == {"a.pdf: ", "The pier was shut on Monday."}

    def with_content(self, content: bytes) -> bytes:
        writer = pypdf.PdfWriter(io.BytesIO(drawn("The pier was shut.")))
        stream = DecodedStreamObject()
        stream.set_data(content)
        reference = writer._add_object(stream.flate_encode())
        writer.pages[0][NameObject("/Contents")] = ArrayObject([reference])
        made = io.BytesIO()
        writer.write(made)
        return made.getvalue()

    def test_bomb_is_not_unpacked(self) -> None:
        data = self.with_content(b" " * 80_000_000)
        assert len(data) < 200_000
        with pytest.raises(InputError, match=r"^a\.pdf: "):
            read_pdf(data, "a.pdf")

    def of_blanks(self, pages: int, streams: int, megabytes: int, *, form: bool = False) -> bytes:
        """Pages of a word and of blanks, drawn by themselves or in a form."""
        writer = pypdf.PdfWriter(io.BytesIO(drawn("The pier was shut.")))
        blanks = DecodedStreamObject()
        blanks.set_data(b" " * (megabytes * 1_000_000))
        packed = blanks.flate_encode()
        if form:
            packed.update({NameObject("/Subtype"): NameObject("/Form")})
        reference = writer._add_object(packed)
        page = writer.pages[0]
        if form:
            forms = DictionaryObject({NameObject("/X"): reference})
            page["/Resources"][NameObject("/XObject")] = forms
        else:
            own = page.raw_get("/Contents")
            page[NameObject("/Contents")] = ArrayObject([own, *[reference] * streams])
        for _ in range(pages - 1):
            writer.add_page(page)
        made = io.BytesIO()
        writer.write(made)
        return made.getvalue()

    @pytest.mark.parametrize("form", [False, True])
    def test_page_that_unpacks_to_too_much_is_refused_at_once(self, form: bool) -> None:
        data = self.of_blanks(3, 6, 12, form=form)
        assert len(data) < 50_000
        start = time.process_time()
        with pytest.raises(InputError, match=r"a\.pdf: page 1 unpacks to more than 10 MB; save"):
            read_pdf(data, "a.pdf")
        assert time.process_time() - start < 3

    def test_stream_counts_as_often_as_a_page_names_it(self) -> None:
        with pytest.raises(InputError, match=r"a\.pdf: page 1 unpacks to more than 10 MB"):
            read_pdf(self.of_blanks(1, 6, 2), "a.pdf")

    def test_pages_that_unpack_to_too_much_are_refused(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attribution.inputs.pdf.MAX_CONTENT", 1_500_000)
        with pytest.raises(InputError, match=r"a\.pdf: its pages unpack to more than 1 MB; save"):
            read_pdf(self.of_blanks(2, 1, 1), "a.pdf")

    def test_page_with_some_blanks_is_read(self) -> None:
        assert read_pdf(self.of_blanks(1, 1, 1), "a.pdf").text == "The pier was shut."

    def test_time_is_looked_at_between_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("attribution.inputs.pdf.TIME_LIMIT", -1.0)
        monkeypatch.setattr("pypdf.PageObject.extract_text", lambda *_, **__: "")
        with pytest.raises(InputError, match=r"a\.pdf: not read after"):
            read_pdf(drawn("The pier was shut."), "a.pdf")

    def test_many_lines_of_one_paragraph_are_joined_at_once(self) -> None:
        start = time.process_time()
        (joined,) = join_lines(lines("the") * 200_000)
        assert joined == " ".join(["the"] * 200_000)
        assert time.process_time() - start < 5

    def test_long_word_is_read_at_once(self) -> None:
        data = self.with_content(b"BT /F1 9 Tf (The " + b"a" * 200_000 + b") Tj ET")
        start = time.process_time()
        assert len(read_pdf(data, "a.pdf").text) == 200_004
        assert time.process_time() - start < 5

    def test_file_that_takes_too_long_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("attribution.inputs.pdf.TIME_LIMIT", -1.0)
        with pytest.raises(InputError, match=r"a\.pdf: not read after .*save its text as \.txt"):
            read_pdf(drawn("The pier was shut."), "a.pdf")
