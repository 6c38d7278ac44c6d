"""Reading articles: which files an argument stands for, and what is wrong with a bad one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.errors import InputError
from attribution.inputs import decode, find_inputs, read_inputs


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
        assert list(read_inputs([path])) == [(path, "text of notes.csv")]

    def test_arguments_keep_their_order(self, folder: Path) -> None:
        names = [str(folder / name) for name in ("b.txt", "a/z.md", "b.txt")]
        assert [item.name for item in find_inputs(names)] == names

    def test_dash_reads_standard_input(self, stdin: None) -> None:
        assert list(read_inputs(["-"])) == [("-", "piped\r\ntext")]

    def test_standard_input_cannot_be_read_twice(self, stdin: None) -> None:
        (_, first), (_, second) = read_inputs(["-", "-"])
        assert first == "piped\r\ntext"
        assert str(second) == "-: standard input can be read only once"

    def test_missing_path_is_named(self, tmp_path: Path) -> None:
        path = str(tmp_path / "nowhere.txt")
        assert error_of(path) == f"{path}: no such file or folder"

    def test_empty_name_is_shown_as_such(self) -> None:
        assert error_of("") == "'': no such file or folder"

    def test_folder_without_text_files_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "image.png").write_bytes(b"")
        assert error_of(str(tmp_path)) == f"{tmp_path}: no .txt or .md files in this folder"

    def test_file_that_vanishes_before_it_is_read_is_named(self, folder: Path) -> None:
        (found,) = find_inputs([str(folder / "b.txt")])
        (folder / "b.txt").unlink()
        with pytest.raises(InputError, match=r"b\.txt: cannot be read: No such file"):
            found.read()

    def test_bad_input_does_not_stop_the_next(self, folder: Path) -> None:
        outcomes = dict(read_inputs([str(folder / "missing"), str(folder / "b.txt")]))
        assert outcomes[str(folder / "b.txt")] == "text of b.txt"


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
