"""Web pages: body, metadata and captions apart; hostile pages end soon."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from email.message import EmailMessage
from encodings.aliases import aliases
from random import Random

import pytest

from attribution.errors import InputError
from attribution.inputs.html import is_html, is_mhtml, read_html, read_mhtml
from attribution.inputs.tags import MAX_TAGS, too_much_markup

LEDE = "The east pier was shut on Monday after divers found a crack, the harbour board said."
QUOTE = "“We found a crack as long as a bus,” said Mara Lind, the chief diver of the board."
LAST = "The ferry company said that it had been told on Sunday night, and sails from the west."
CAPTION = "The pier on Monday, with the crack in view."
PAGE = f"""<!doctype html><html lang="en"><head><title>Pier shut after crack found | Quay</title>
<meta property="og:site_name" content="The Quay Post"><meta name="author" content="Ada Roe">
<meta property="og:title" content="Pier shut after crack found">
<meta property="article:published_time" content="2026-11-03T08:00:00Z"></head><body>
<nav><a href="/">Home</a> <a href="/news">News of the harbour</a></nav>
<article><h1>Pier shut after crack found</h1><p class="byline">By Ada Roe</p>
<figure><img src="a.jpg" alt="A grey pier in rain">
<figcaption>{CAPTION} <span class="credit">Photograph: Ben Oduya</span></figcaption></figure>
<p>HALVARD, Nov. 3 (Quay Press) - {LEDE}</p>
<h2>What divers saw</h2>
<p>{QUOTE.replace("Mara Lind", "<b>Mara</b> <a href='/lind'>Lind</a>")}</p>
<div class="image"><img src="b.jpg"><p class="wp-caption-text">A boat at the west pier.</p></div>
<p>{LAST}</p></article>
<aside><h3>Most read</h3><figure><figcaption>Ten ways to cook herring</figcaption></figure></aside>
<footer><p>© 2026 The Quay Post. All rights reserved.</p></footer>
<script>var a = "<p>Not text.</p>"</script></body></html>"""


#: Codecs that ``encodings.aliases`` does not name.
OTHER_CODECS = (
    "undefined", "punycode", "idna", "unicode_escape", "raw_unicode_escape", "utf-8-sig", "cp874",
)  # fmt: skip


class TestArticle:
    def test_body_is_the_text_its_paragraphs_parted_by_blank_lines(self) -> None:
        assert read_html(PAGE.encode(), "a").text.split("\n\n") == [
            LEDE,
            "What divers saw",
            QUOTE,
            LAST,
        ]

    def test_the_rest_stands_beside_it(self) -> None:
        article = read_html(PAGE.encode(), "a")
        assert article.title == "Pier shut after crack found"
        assert article.byline == "Ada Roe"
        assert article.dateline == "HALVARD, Nov. 3 (Quay Press)"
        assert article.publisher == "The Quay Post"
        assert article.date == "2026-11-03"
        assert article.captions == (
            f"{CAPTION} Photograph: Ben Oduya",
            "A boat at the west pier.",
        )

    def test_picture_without_caption_gives_its_description(self) -> None:
        page = PAGE.replace("figcaption", "small").replace("<h3>Most read</h3>", "")
        assert "A grey pier in rain" in read_html(page.encode(), "a").captions

    def test_dateline_names_the_publisher_where_the_page_does_not(self) -> None:
        page = f"<html><body><p>HALVARD, Nov. 3 (Quay Press) - {LEDE}</p><p>{LAST}</p>"
        article = read_html(page.encode(), "a")
        assert (article.publisher, article.text) == ("Quay Press", f"{LEDE}\n\n{LAST}")

    def test_line_break_parts_lines(self) -> None:
        page = f"<html><body><p>{LEDE}<br>{QUOTE}<br><br>{LAST}</p>"
        assert read_html(page.encode(), "a").text == f"{LEDE}\n{QUOTE}\n{LAST}"


class TestEncoding:
    def test_page_names_its_own(self) -> None:
        page = PAGE.replace("<head>", '<head><meta charset="iso-8859-2">').replace("Lind", "Čapek")
        page = page.translate({0x201C: '"', 0x201D: '"', 0xA9: "(c)"})
        assert "Mara Čapek" in read_html(page.encode("iso-8859-2"), "a").text

    def test_server_goes_first(self) -> None:
        page = PAGE.replace("<head>", '<head><meta charset="utf-8">').encode("utf-16-le")
        assert QUOTE in read_html(page, "a", charset="utf-16-le").text

    def test_page_without_one_is_utf8_else_windows_1252(self) -> None:
        for encoding in ("utf-8", "windows-1252"):
            assert QUOTE in read_html(PAGE.encode(encoding), "a").text

    def test_unknown_name_is_passed_over(self) -> None:
        assert QUOTE in read_html(PAGE.encode(), "a", charset="x-no-such").text

    @pytest.mark.parametrize("encoding", ["gb18030", "shift_jis", "euc-kr", "koi8-u", "big5"])
    def test_what_a_browser_knows_is_read(self, encoding: str) -> None:
        word = {"koi8-u": "Міст закрито"}.get(encoding, "中文")
        word = "한국" if encoding == "euc-kr" else word
        page = f'<html><head><meta charset="{encoding}"></head><body><p>{LEDE} {word}</p>'
        assert word in read_html(page.encode(encoding), "a").text

    @pytest.mark.parametrize("encoding", sorted({*aliases.values(), *OTHER_CODECS}))
    def test_no_codec_of_python_raises_another_error(self, encoding: str) -> None:
        page = PAGE.replace("<head>", f"<head><meta charset={encoding}>").encode()
        for given in (None, encoding):
            with suppress(InputError):
                assert read_html(page, "a", charset=given).text

    @pytest.mark.parametrize("encoding", ["unicode_escape", "utf-7", "raw_unicode_escape"])
    def test_codec_that_no_browser_knows_is_passed_over(self, encoding: str) -> None:
        page = PAGE.replace("Mara", r"\u004dara +AE0-ara").encode()
        assert r"\u004dara +AE0-ara" in read_html(page, "a", charset=encoding).text.replace(
            "\n", ""
        )

    def test_name_that_is_none_is_passed_over(self) -> None:
        for name in ("utf-8\0", "\udcff", "", " ", "é" * 50):
            assert QUOTE in read_html(PAGE.encode(), "a", charset=name).text


class TestSavedPage:
    def saved(self) -> bytes:
        message = EmailMessage()
        message["MIME-Version"] = "1.0"
        message.set_content(PAGE, subtype="html", cte="quoted-printable")
        message.add_related(b"\x89PNG", "image", "png", cid="<a>")
        return message.as_bytes()

    def test_one_file_page_gives_the_article_of_the_page(self) -> None:
        assert is_mhtml(self.saved())
        assert read_mhtml(self.saved(), "a") == read_html(PAGE.encode(), "a")

    @pytest.mark.parametrize("encoding", OTHER_CODECS)
    def test_codec_of_a_part_raises_no_other_error(self, encoding: str) -> None:
        saved = self.saved().replace(b'charset="utf-8"', f'charset="{encoding}"'.encode())
        assert encoding.encode() in saved
        assert QUOTE in read_mhtml(saved, "a").text

    def test_archive_without_a_page_is_named(self) -> None:
        with pytest.raises(InputError, match=r"a\.mht: a web archive without a page"):
            read_mhtml(b"MIME-Version: 1.0\n\nNo page.", "a.mht")

    def test_mail_and_text_are_no_pages(self) -> None:
        assert not is_html(b"The tag <html> begins a page.")
        assert not is_mhtml(b"The type multipart/related is for pages.")


def bomb(levels: int = 12) -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, levels))
    return (
        f'<!DOCTYPE html [<!ENTITY e0 "laugh">{entities}]><html><body><p>{LEDE}</p>'
        f"<p>&e{levels - 1};</p></body></html>"
    ).encode()


HOSTILE = {
    "entities": bomb(),
    "external entity": b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><p>&x;</p>',
    "deep": b"<html><body>" + b"<div>" * 50_000 + LEDE.encode(),
    "deep tables": b"<html><body>" + b"<table><tr><td>" * 5_000 + LEDE.encode(),
    "open tags": b"<html><body>" + b"<p><b>" * 4_000 + LEDE.encode(),
    "attributes": b"<html><body><p " + b"a=b " * 200_000 + b">" + LEDE.encode(),
    "comment": b"<html><!--" + b"-<!" * 300_000,
    "nul": b"<html>\0<body><p>\0" + LEDE.encode() + b"\0</p>",
    "long word": b"<html><body><p>" + b"a" * 1_000_000,
}


class TestHostilePages:
    @pytest.mark.parametrize("kind", sorted(HOSTILE))
    def test_end_soon_without_the_network(self, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*arguments: object, **named: object) -> None:
            raise AssertionError("opened a socket")

        monkeypatch.setattr(socket, "socket", refuse)
        start = time.process_time()
        try:
            text = read_html(HOSTILE[kind], "a").text
        except InputError as error:
            text = str(error)
        assert len(text) < 1_100_000
        assert "root:" not in text
        assert time.process_time() - start < 30

    @pytest.mark.parametrize("count", [40_000, 300_000])
    def test_tag_with_many_attributes_is_refused_at_once(self, count: int) -> None:
        tag = f"<p {' '.join(f'a{number}=1' for number in range(count))}>x</p>"
        page = PAGE.replace("<nav>", f"{tag}<nav>").encode()
        start = time.process_time()
        with pytest.raises(InputError, match=r"a\.html: a tag with more than 200 attributes; save"):
            read_html(page, "a.html")
        assert time.process_time() - start < 1

    def test_many_attributes_in_all_are_refused(self) -> None:
        tag = f"<p {' '.join(f'a{number}' for number in range(150))}>x</p>"
        page = PAGE.replace("<nav>", f"{tag * 1_400}<nav>").encode()
        with pytest.raises(InputError, match=r"a\.html: 2100\d\d attributes, more than 200000"):
            read_html(page, "a.html")

    def test_too_many_tags_are_refused_before_parsing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("lxml.html.document_fromstring", None)
        with pytest.raises(InputError, match=r"a\.html: more than 200000 tags; save"):
            read_html(b"<html><body>" + b"<p>" * MAX_TAGS, "a.html")

    @pytest.mark.parametrize("key", ["class", "id", "src", "data-x"])
    def test_long_value_is_passed_over_at_once(self, key: str) -> None:
        picture = f'<div {key}="{"photo-" * 1_000_000}">x</div>'
        page = PAGE.replace("<article>", f"<article>{picture}").encode()
        start = time.process_time()
        assert LAST in read_html(page, "a").text
        assert time.process_time() - start < 2

    def test_picture_in_an_attribute_is_no_long_tag(self) -> None:
        picture = f'<img alt="a > b" src="data:image/png;base64,{"A+/=" * 500_000}">'
        page = PAGE.replace("<article>", f"<article>{picture}").encode()
        assert read_html(page, "a").text == read_html(PAGE.encode(), "a").text

    def test_comments_in_a_row_are_looked_through_at_once(self) -> None:
        start = time.process_time()
        assert not is_html(b"<!-- a -->" * 400 + b"no page")
        assert is_html(b"<!-- a - b -- c --->\n" * 100 + b"<html>")
        assert time.process_time() - start < 1

    def test_control_characters_are_taken_out(self) -> None:
        page = PAGE.replace("</p>", "&#1;&#31; indeed.</p>").replace("<p>", "&#8;<p>")
        page = page.replace("<figcaption>", "<figcaption>&#2;")
        article = read_html(page.encode(), "a.html")
        assert "indeed." in article.text
        assert all(char.isprintable() or char.isspace() for char in article.text)

    @pytest.mark.parametrize("error", [IndexError("x"), AssertionError("x"), RuntimeError("x")])
    def test_errors_of_the_library_are_told_as_ours(
        self, error: Exception, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*arguments: object, **named: object) -> None:
            raise error

        monkeypatch.setattr("trafilatura.bare_extraction", fail)
        with pytest.raises(InputError, match=r"a\.html: cannot be read as a web page"):
            read_html(PAGE.encode(), "a.html")

    def test_too_many_elements_are_refused(self) -> None:
        page = b"<html><body>" + b"<i>a</i>" * 20_001
        with pytest.raises(InputError, match=r"a\.html: 20003 elements, more than 20000"):
            read_html(page, "a.html")

    def test_too_many_bytes_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("attribution.inputs.html.MAX_BYTES", 10)
        with pytest.raises(InputError, match=r"a\.html: larger than"):
            read_html(PAGE.encode(), "a.html")

    def test_page_without_text_is_named(self) -> None:
        with pytest.raises(InputError, match=r"a\.html: no article found"):
            read_html(b"<html><body><script>1</script></body></html>", "a.html")


#: What parts markup from text, for pages put together at random.
PIECES = (
    "< <p <b </p </ > /> \" ' = \n / <!-- --> --!> <!--> <! <? <![CDATA[ ]]> <svg> <template> - x "
    "\f <!DOCTYPE&html <script </script> </script& <script/> <style> </style> <title> </title> "
    "<xmp> <textarea> </textarea> <iframe> </iframe> <noscript> </noscript> </xmp> <plaintext> "
    "<a&href= </SCRIPT> <Script> </scriptx>"
)


class TestMarkup:
    @pytest.mark.parametrize(
        "page",
        [
            '<p a="b c d e > f g h" i>',
            "<p a='b c d e'/i>",
            "<p a=b=c=d=e i = 'f g h'>",
            "<script>if (a<b) { c d e f g }</script>",
            "<!-- <p a b c d> -->",
            "<title>a <b c d e f</title>",
            "a < b c d e f g h",
        ],
    )
    def test_what_is_no_attribute_is_not_counted(self, page: str) -> None:
        assert too_much_markup(page.encode(), 5) is None

    @pytest.mark.parametrize(
        "before",
        [
            "",
            "<!-->",
            "<!--->",
            "</>",
            "</p a='>'>",
            "<!x <!-- >",
            "<script></script x='>'>",
            "<p>",
        ],
    )
    def test_attributes_are_counted_behind_odd_markup(self, before: str) -> None:
        page = before + "<p a b c d e f>"
        assert too_much_markup(page.encode(), 5) == "a tag with more than 5 attributes"

    def test_no_tag_has_more_attributes_than_were_counted(self) -> None:
        from lxml import html

        random = Random(1)
        pieces = [piece.replace("&", " ") for piece in PIECES.split(" ")]
        for _ in range(5_000):
            made = [
                f" a{number}" if random.random() < 0.4 else random.choice(pieces)
                for number in range(random.randint(1, 14))
            ]
            page = f"<html><body>{''.join(made)}>t".encode()
            tree = html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8"))
            if max(len(element.attrib) for element in tree.iter("*")) > 2:
                assert too_much_markup(page, 2), page

    @pytest.mark.parametrize(
        "piece",
        ["<", "<!--", "<p ", "<p a", '<p a="', "</", "<script>", "</scrip", "a   ", "<p a= "],
    )
    def test_time_grows_with_the_length(self, piece: str) -> None:
        start = time.process_time()
        too_much_markup(b"<p>" + piece.encode() * (2_000_000 // len(piece)))
        too_much_markup(b"<p " + piece.encode() * (2_000_000 // len(piece)))
        assert time.process_time() - start < 3
