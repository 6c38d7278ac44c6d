"""What the HTML report calls things, and which characters reach a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from attribution.columns import storable
from attribution.types import Source, SourceType, Speech

__all__ = [
    "FORMS",
    "SIGNS",
    "TYPES",
    "Sign",
    "counted",
    "one_line",
    "plural",
    "shortened",
    "shown",
    "sign_of",
]

#: A sign beside sources that have no name.
Sign = Literal["unnamed", "anonymous", "nobody"]

SIGNS: Mapping[Sign, str] = {
    "unnamed": "not named",
    "anonymous": "not named, anonymity explained",
    "nobody": "nobody in particular",
}
TYPES: Mapping[SourceType, str] = {
    "named_person": "person",
    "named_organization": "organisation",
    "media_outlet": "news outlet",
    "document": "document",
    "unnamed_person": "unnamed person",
    "unnamed_group": "unnamed group",
    "author": "the article's author",
    "unspecified": "nobody in particular",
}
FORMS: Mapping[Speech, str] = {
    "direct": "all in quotation marks",
    "indirect": "in the article's own words",
    "mixed": "partly in quotation marks",
}

# White space for Python, and so for the paragraphs of a text, but not for XML.
_SEPARATORS = re.compile("[\x0b\x0c\x1c-\x1f]")


def shown(text: str) -> str:
    """The text as a page may hold it: in UTF-8, and the same after an HTML parser has read it.

    Separators among the control characters become a space; other characters that XML 1.0 forbids,
    lone surrogates too, become U+FFFD.
    """
    return storable(_SEPARATORS.sub(" ", text))


def one_line(text: str) -> str:
    """The same, with white space of any length as one space and none at the ends."""
    return shown(" ".join(text.split()))


def shortened(text: str, length: int) -> str:
    """The text on one line, cut at a space and with three dots where it is longer than that."""
    line = one_line(text)
    if len(line) <= length:
        return line
    return line[: length - 1].rsplit(" ", 1)[0] + "…"


def counted(number: int, noun: str) -> str:
    """A number and what is counted: ``1 claim``, ``2 claims``."""
    return f"{number} {plural(number, noun)}"


def plural(number: int, noun: str) -> str:
    """The noun as it stands after a number."""
    return noun if number == 1 else f"{noun}s"


def sign_of(source: Source) -> Sign | None:
    """The sign that a source without a name has."""
    if source.anonymity_granted:
        return "anonymous"
    if source.type in ("unnamed_person", "unnamed_group"):
        return "unnamed"
    return "nobody" if source.type == "unspecified" else None
