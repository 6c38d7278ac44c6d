"""Reading articles: which files an argument stands for, and what is wrong with a bad one."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.errors import InputError
from attribution.inputs.article import ArticleText
from attribution.inputs.read import SUFFIXES, Input, decode, find_inputs, read_article, read_inputs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two levels of text files, out of order, with other and hidden files among them."""
    for name in ("b.txt", "a/z.md", "a/C.TXT", "notes.csv", ".hidden.txt", ".git/x.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"text of {name}", encoding="utf-8")
    return tmp_path


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    piped = io.TextIOWrapper(io.BytesIO(b"piped\r\ntext"))
    monkeypatch.setattr("sys.stdin", piped)


def texts_of(*arguments: str) -> list[tuple[str, str]]:
    outcomes = list(read_inputs(arguments))
    return [(name, item.text) for name, item in outcomes if isinstance(item, ArticleText)]


def error_of(argument: str) -> str:
    (_, outcome), *further = read_inputs([argument])
    assert not further
    assert isinstance(outcome, InputError)
    return str(outcome)


class TestFindInputs:
    def test_folder_gives_its_text_files_sorted(self, folder: Path) -> None:
        found = [Path(item.name).relative_to(folder) for item in find_inputs([str(folder)])]
        assert [path.as_posix() for path in found] == ["a/C.TXT", "a/z.md", "b.txt"]

    def test_file_is_taken_whatever_its_suffix(self, folder: Path) -> None:
        path = str(folder / "notes.csv")
        assert texts_of(path) == [(path, "text of notes.csv")]

    def test_arguments_keep_their_order(self, folder: Path) -> None:
        names = [str(folder / name) for name in ("b.txt", "a/z.md", "b.txt")]
        assert [item.name for item in find_inputs(names)] == names

    def test_dash_reads_standard_input(self, stdin: None) -> None:
        assert texts_of("-") == [("-", "piped\r\ntext")]

    def test_standard_input_cannot_be_read_twice(self, stdin: None) -> None:
        (_, first), (_, second) = read_inputs(["-", "-"])
        assert isinstance(first, ArticleText)
        assert str(second) == "-: standard input can be read only once"

    def test_missing_path_is_named(self, tmp_path: Path) -> None:
        path = str(tmp_path / "nowhere.txt")
        assert error_of(path) == f"{path}: no such file or folder"

    def test_empty_name_is_shown_as_such(self) -> None:
        assert error_of("") == "'': no such file or folder"

    def test_folder_without_text_files_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "image.png").write_bytes(b"")
        assert error_of(str(tmp_path)) == (
            f"{tmp_path}: no .txt, .md, .markdown, .html, .htm, .xhtml, .mhtml, .mht, .docx or "
            ".pdf files in this folder"
        )

    def test_file_that_vanishes_before_it_is_read_is_named(self, folder: Path) -> None:
        (found,) = find_inputs([str(folder / "b.txt")])
        (folder / "b.txt").unlink()
        with pytest.raises(InputError, match=r"b\.txt: cannot be read: No such file"):
            found.read()

    def test_bad_input_does_not_stop_the_next(self, folder: Path) -> None:
        found = texts_of(str(folder / "missing"), str(folder / "b.txt"))
        assert found == [(str(folder / "b.txt"), "text of b.txt")]

    def test_folder_gives_documents_whichever_extras_are_installed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in ("trafilatura", "docx", "pypdf"):
            monkeypatch.setitem(sys.modules, module, None)
        for suffix in SUFFIXES:
            (tmp_path / f"a{suffix}").write_bytes(b"")
        assert len(find_inputs([str(tmp_path)])) == len(SUFFIXES)

    def test_what_a_browser_saves_beside_a_page_is_no_input(self, tmp_path: Path) -> None:
        for name in ("story.html", "story_files/frame.html", "other_files/b.html"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(b"")
        found = [
            Path(item.name).relative_to(tmp_path).as_posix()
            for item in find_inputs([str(tmp_path)])
        ]
        assert found == ["other_files/b.html", "story.html"]

    def test_address_without_leave_names_the_option(self) -> None:
        assert error_of("https://quay.example/a") == (
            "https://quay.example/a: the network is off; allow it with --allow-network, or save "
            "the page and score it"
        )

    def test_address_with_leave_is_one(self) -> None:
        (found,) = find_inputs(["https://quay.example/a"], allow_network=True)
        assert found == Input("https://quay.example/a", address=True)


#: The least zip archive: the record that ends it.
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)
PAGE = b"<!doctype html><html><body><p>The pier is shut, the board said.</p></body></html>"


class TestKinds:
    @given(st.binary(max_size=300), st.sampled_from(["", PAGE.decode(), "<html>", "From: a\n"]))
    def test_text_file_is_kept_byte_for_byte(self, data: bytes, start: str) -> None:
        text = start + data.decode("utf-8", "ignore").replace("\0", "") + "x"
        known = ("%PDF-", "PK\x03\x04", "\ufeff", "\x1f\x8b", "{\\rtf")
        if not text.startswith(known):
            assert read_article(text.encode(), "a.txt", ".txt").text == text

    @pytest.mark.parametrize(
        "data", [PAGE, b" \n<HTML lang=en>" + PAGE[15:], b"\xef\xbb\xbf<!-- a -->" + PAGE]
    )
    def test_piped_page_is_known_by_how_it_begins(self, data: bytes) -> None:
        assert read_article(data, "-").text == "The pier is shut, the board said."

    def test_piped_text_with_markup_further_down_is_text(self) -> None:
        text = "See <html>\n" + PAGE.decode()
        assert read_article(text.encode(), "-").text == text

    def test_suffix_makes_a_page_of_a_fragment(self) -> None:
        article = read_article(b"<p>The pier is <b>shut</b>, the board said.</p>", "a", ".html")
        assert article.text == "The pier is shut, the board said."

    @pytest.mark.parametrize("suffix", [".html", ".mhtml", ".docx", ".pdf"])
    def test_empty_documents_are_named(self, suffix: str) -> None:
        with pytest.raises(InputError, match=f"^void{suffix}: "):
            read_article(b"", f"void{suffix}", suffix)

    @pytest.mark.parametrize(
        ("suffix", "extra"), [(".html", "html"), (".docx", "docx"), (".pdf", "pdf")]
    )
    def test_missing_extra_is_told_with_what_installs_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, extra: str
    ) -> None:
        for module in ("trafilatura", "docx", "pypdf"):
            monkeypatch.setitem(sys.modules, module, None)
        path = tmp_path / f"story{suffix}"
        start = {".docx": EMPTY_ZIP, ".pdf": b"%PDF-1.7"}.get(suffix, PAGE)
        path.write_bytes(start)
        (tmp_path / "next.txt").write_text("text", encoding="utf-8")
        outcomes = dict(read_inputs([str(path), str(tmp_path / "next.txt")]))
        assert str(outcomes[str(path)]).startswith(f"{path}: ")
        assert f"pip install 'claim-attribution[{extra}]'" in str(outcomes[str(path)])
        assert isinstance(outcomes[str(tmp_path / "next.txt")], ArticleText)

    @pytest.mark.parametrize("suffix", [".html", ".mht", ".docx", ".pdf"])
    def test_file_over_the_limit_is_refused_before_it_is_parsed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
    ) -> None:
        kinds = ("html", "mhtml", "docx", "pdf")
        monkeypatch.setattr("attribution.inputs.read._MOST_BYTES", dict.fromkeys(kinds, 5_000_000))
        path = tmp_path / f"big{suffix}"
        with path.open("wb") as stream:
            stream.truncate(5_000_001)
        assert error_of(str(path)).startswith(f"{path}: larger than 5 MB; ")

    def test_rich_text_is_named(self) -> None:
        with pytest.raises(InputError, match="an RTF document, not plain text"):
            read_article(b"{\\rtf1 The pier}", "a.rtf", ".rtf")


class TestDecode:
    @pytest.mark.parametrize("text", ["a\r\nb\rc\n", "\tnaïve “quote”\u2028\x1b[31m", "שלום 🦦"])
    def test_text_is_kept_as_it_is(self, text: str) -> None:
        assert decode(text.encode(), "x") == text

    @given(st.text(min_size=1).filter(lambda text: text[0].isalnum() and "\0" not in text))
    def test_utf8_round_trip(self, text: str) -> None:
        assert decode(text.encode(), "x") == text

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
    def test_byte_order_mark_is_taken_off(self, encoding: str) -> None:
        assert decode("Čapek\r\nsaid".encode(encoding), "x") == "Čapek\r\nsaid"

    def test_big_endian_mark_is_understood(self) -> None:
        assert decode(b"\xfe\xff" + "ok".encode("utf-16-be"), "x") == "ok"

    def test_other_encoding_names_byte_and_line_and_says_what_to_do(self) -> None:
        with pytest.raises(InputError) as raised:
            decode("first\nMs Côté said".encode("latin-1"), "story.txt")
        assert str(raised.value) == (
            "story.txt: not UTF-8 text: byte 10 (0xF4, line 2) is not valid; convert it, "
            "for instance with: iconv -f WINDOWS-1252 -t UTF-8"
        )

    def test_damage_behind_a_mark_is_counted_from_the_first_byte(self) -> None:
        with pytest.raises(InputError, match="marked as UTF-8, but byte 4 is not valid UTF-8"):
            decode(b"\xef\xbb\xbfa\xff", "x")

    def test_cut_off_utf16_is_named(self) -> None:
        with pytest.raises(InputError, match=r"marked as UTF-16, but byte 4 .* cut off"):
            decode("ab".encode("utf-16")[:-1], "x")

    def test_lone_surrogate_is_not_valid_utf8(self) -> None:
        with pytest.raises(InputError, match="byte 1 "):
            decode("a\ud800".encode("utf-8", "surrogatepass"), "x")

    def test_nul_byte_means_binary(self) -> None:
        with pytest.raises(InputError, match=r"data\.txt: binary file \(byte 3 is NUL\)"):
            decode(b"abc\0def", "data.txt")

    @pytest.mark.parametrize(
        ("start", "kind"),
        [(b"%PDF-1.7\n", "PDF"), (b"PK\x03\x04", "zip archive"), (b"\x89PNG\r\n", "image")],
    )
    def test_known_binary_formats_are_named(self, start: bytes, kind: str) -> None:
        with pytest.raises(InputError, match=f"x: this is an? {kind}.*extract its text"):
            decode(start + b"more", "x")

    @pytest.mark.parametrize("data", [b"", b" \r\n\t", "\u00a0\u200b".encode(), b"\xef\xbb\xbf"])
    def test_nothing_but_white_space_is_empty(self, data: bytes) -> None:
        with pytest.raises(InputError, match="void: empty"):
            decode(data, "void")
