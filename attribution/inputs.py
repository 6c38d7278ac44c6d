"""Reads the articles named on the command line: files, folders and standard input.

The text is kept exactly as it was written, line ends included, so that offsets into a report's
text are offsets into the file's. Only a byte order mark is taken off: it says how the bytes are
to be read and is no part of the text.
"""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from attribution.errors import InputError

__all__ = ["SUFFIXES", "Input", "decode", "find_inputs", "read_inputs"]

SUFFIXES = (".txt", ".md")
STDIN = "-"

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
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
)
# Characters without ink that str.strip() leaves: zero-width space and joiners, a stray mark.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True)
class Input:
    """One article to read: its name as shown to the user, and the error if it cannot be read."""

    name: str
    error: InputError | None = None

    def read(self) -> str:
        """The article's text.

        Raises:
            InputError: It is missing, unreadable, binary, in another encoding, or empty.
        """
        if self.error is not None:
            raise self.error
        shown = "standard input" if self.name == STDIN else self.name
        try:
            data = sys.stdin.buffer.read() if self.name == STDIN else Path(self.name).read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise InputError(f"{shown}: cannot be read: {reason}") from error
        return decode(data, shown)


def find_inputs(arguments: Iterable[str]) -> list[Input]:
    """Turn command-line arguments into the inputs they stand for, in order, without reading them.

    Args:
        arguments: Files, folders, or ``-`` for standard input. A folder stands for the text files
            in it and below (``.txt``, ``.md``), sorted by path; hidden ones are left out.

    Returns:
        One input for each article. An argument that names none (a missing path, a folder without
        text files, standard input for a second time) gives an input that carries the error.
    """
    found: list[Input] = []
    for argument in arguments:
        if argument == STDIN and any(item.name == STDIN for item in found):
            found.append(_failed(argument, "standard input can be read only once"))
        elif argument != STDIN and not os.path.exists(argument):
            found.append(_failed(argument, "no such file or folder"))
        elif argument != STDIN and os.path.isdir(argument):
            inside = _text_files(argument)
            reason = f"no {' or '.join(SUFFIXES)} files in this folder"
            found.extend(inside or [_failed(argument, reason)])
        else:
            found.append(Input(argument))
    return found


def read_inputs(arguments: Iterable[str]) -> Iterator[tuple[str, str | InputError]]:
    """Read the inputs that the arguments stand for, one at a time.

    Args:
        arguments: As for :func:`find_inputs`.

    Yields:
        The input's name with its text, or with the error that says why it has none.
    """
    for item in find_inputs(arguments):
        try:
            yield item.name, item.read()
        except InputError as error:
            yield item.name, error


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


def _text_files(folder: str) -> list[Input]:
    found: list[Input] = []

    def unreadable(error: OSError) -> None:
        found.append(_failed(str(error.filename), f"cannot be read: {error.strerror}"))

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            Input(os.path.join(parent, name))
            for name in names
            if name.lower().endswith(SUFFIXES) and not name.startswith(".")
        ]
    return sorted(found, key=lambda item: item.name)


def _failed(name: str, reason: str) -> Input:
    return Input(name, InputError(f"{name or repr(name)}: {reason}"))
