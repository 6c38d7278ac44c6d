"""One record of a corpus: an article with what is known about it, or the reason why it is none.

A record is never dropped in silence. Whatever cannot be scored becomes a :class:`BadRecord`, which
goes to the errors file of its chunk.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Literal

from attribution.columns import storable
from attribution.errors import InputError
from attribution.paragraphs import is_blank

__all__ = ["BadRecord", "Columns", "Raw", "Reason", "Record", "day_of"]

Reason = Literal[
    "duplicate_id",  # an earlier article has this id
    "empty",  # the text has no visible character
    "failed",  # scoring raised an error that this package does not know
    "malformed",  # no JSON object; a CSV row with more or fewer fields than the header
    "no_text",  # the record has no text, or null
    "refused",  # the scorer refused the text
    "undecodable",  # the bytes are no text in a known encoding
    "unreadable",  # the file, or the rest of it, cannot be read
    "wrong_type",  # a field is neither text nor what can stand for it
]

# Names under which corpora usually have these columns, the likeliest first; case is ignored.
_USUAL: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "article", "article_text", "full_text", "maintext"),
    "id": ("id", "article_id", "doc_id", "uuid", "guid", "url"),
    "title": ("title", "headline"),
    "publisher": ("publisher", "outlet", "publication", "source_name", "source", "site_name"),
    "date": ("date", "published", "published_at", "publish_date", "date_published",
             "publication_date", "pub_date", "datepublished", "date_publish"),
}  # fmt: skip
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:$|[Tt ])")


@dataclass(frozen=True, slots=True)
class Raw:
    """Fields of one record as they stand in the input, and where that is."""

    where: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Record:
    """One article. ``where`` is its file and row; ``date`` is as given, ISO for a date object."""

    where: str
    id: str
    text: str
    title: str | None = None
    publisher: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class BadRecord:
    """What cannot be scored: where it stands, its id if it has one, and why."""

    where: str
    id: str | None
    reason: Reason
    detail: str

    def to_dict(self) -> dict[str, str | None]:
        return {"where": self.where, "id": self.id, "reason": self.reason, "detail": self.detail}


class _FieldError(Exception):
    """A field's value has no place in its column. The message says which and why."""

    def __init__(self, message: str, reason: Reason = "wrong_type") -> None:
        super().__init__(message)
        self.reason: Reason = reason


@dataclass(frozen=True)
class Columns:
    """Which field of the input is the text, the id and so on; None: found by its usual name."""

    text: str | None = None
    id: str | None = None
    title: str | None = None
    publisher: str | None = None
    date: str | None = None

    def named(self) -> set[str]:
        """The names that the caller gave."""
        return {name for field in fields(self) if (name := getattr(self, field.name)) is not None}

    def find(self, names: Sequence[str]) -> dict[str, str]:
        """Which of the input's columns is which, without those that it lacks."""
        return _find(self, tuple(names))

    def require(self, names: Sequence[str], where: str) -> dict[str, str]:
        """As :meth:`find`, for an input whose columns are known before its records.

        Raises:
            InputError: There is no column for the text.
        """
        found = self.find(names)
        if "text" not in found:
            wanted = "no column for the text" if self.text is None else f"no column {self.text!r}"
            among = ", ".join(map(repr, names)) or "none"
            raise InputError(f"{where}: {wanted} (--text-column) among its columns: {among}")
        return found

    def read(self, raw: Raw) -> Record | BadRecord:
        """The article in a record's fields. Without an id of its own, ``where`` is its id."""
        columns = self.find(tuple(raw.fields))
        values = {field: raw.fields[name] for field, name in columns.items()}
        given = None
        try:
            given = _plain("id", values.get("id"))
            text = _decoded("text", values.get("text"))
            if text is None or text != text:  # NaN, as pandas writes a gap
                return BadRecord(raw.where, given, "no_text", "no text in this record")
            if not isinstance(text, str):
                raise _FieldError(f"the text is of type {type(text).__name__}")
            if is_blank(text):
                return BadRecord(raw.where, given, "empty", "no visible character in the text")
            rest = {name: _plain(name, values.get(name)) for name in ("title", "publisher", "date")}
        except _FieldError as error:
            return BadRecord(raw.where, given, error.reason, str(error))
        return Record(raw.where, given or storable(raw.where), text, **rest)


@lru_cache(maxsize=256)
def _find(columns: Columns, names: tuple[str, ...]) -> dict[str, str]:
    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(name.casefold(), name)
    found: dict[str, str] = {}
    taken = columns.named()
    for field, usual in _USUAL.items():
        chosen: str | None = getattr(columns, field)
        if chosen is not None:
            if chosen in names:
                found[field] = chosen
            continue
        usable = (folded[name] for name in usual if name in folded)
        likeliest = next((name for name in usable if name not in taken), None)
        if likeliest is not None:
            found[field] = likeliest
    return found


def _plain(field: str, value: object) -> str | None:
    """A value as text. Blank counts as absent: CSV knows no other way to say so.

    pandas makes floats of a column of whole numbers with gaps, and NaN of the gaps. Feeds and
    schema.org have a publisher as an object with a name.
    """
    value = _decoded(field, value)
    if field == "publisher" and isinstance(value, Mapping) and "name" in value:
        value = _decoded(field, value["name"])
    if value is None or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str):
        return storable(value) if value.strip() else None
    if isinstance(value, dt.date):  # a datetime too
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise _FieldError(f"the {field} is of type {type(value).__name__}")


def _decoded(field: str, value: object) -> object:
    """A value, as text if it is bytes: Parquet files of other tools have text columns so."""
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        detail = f"the {field} is not UTF-8: byte {error.start}"
        raise _FieldError(detail, "undecodable") from error


def day_of(date: str | None) -> dt.date | None:
    """The day that a date names: ISO 8601 with a full day, or as in e-mail and RSS (RFC 2822).

    None for everything else, a bare month or a time stamp in seconds too: a guess would end up in
    somebody's table by month.
    """
    if not date:
        return None
    date = date.strip()
    try:
        if match := _ISO.match(date):
            return dt.date.fromisoformat(match[1])
        return parsedate_to_datetime(date).date()
    except (ValueError, IndexError, OverflowError):
        return None
