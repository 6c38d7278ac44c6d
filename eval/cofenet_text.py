"""An article's text put together again from CofeNet's tokens, with the place of every token."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from attribution.types import Span

__all__ = ["Article", "Instance", "join_instances"]

_DOUBLE = ("``", "''")
_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}
_STICKS_LEFT = re.compile(r"[.,;:!?%)\]}’]+|\.{2,}|'|n['’]t|['’](?:s|re|ve|ll|d|m|em)", re.I)
_STICKS_RIGHT = re.compile(r"[(\[{$#£€`‘]|[A-Z]{1,2}\$")


@dataclass(frozen=True, slots=True)
class Instance:
    """One line of the file: a paragraph's tokens with their gold labels."""

    id: str
    tokens: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """The instances of one article, its text, and per instance the span of each token in it."""

    text: str
    instances: tuple[Instance, ...]
    tokens: tuple[tuple[Span, ...], ...]


def join_instances(instances: Sequence[Instance]) -> Article:
    """Put an article's text together: a paragraph an instance, tokens spaced as in print.

    Quotation marks become curly ones. The file writes many opening marks as ``''``, so which
    mark opens is worked out from their order in the paragraph.
    """
    text, rows = "", []
    for number, instance in enumerate(instances):
        text += "\n\n" if number else ""
        spans = []
        glued = True
        for token, left, right in _printed(instance.tokens):
            text += "" if glued or left else " "
            spans.append(Span(len(text), len(text) + len(token)))
            text += token
            glued = right
        rows.append(tuple(spans))
    return Article(text, tuple(instances), tuple(rows))


def _printed(tokens: Sequence[str]) -> Iterator[tuple[str, bool, bool]]:
    """Each token as printed, and whether it sticks to the one before and to the one after."""
    opens = _opening_marks(tokens)
    single_open = False
    for at, token in enumerate(tokens):
        if token in _DOUBLE:
            yield ("“", False, True) if at in opens else ("”", True, False)
        elif token == "'''":
            single_open = False
            yield "’”", True, False
        elif token == "`":
            single_open = True
            yield "‘", False, True
        elif token == "'" and single_open:
            single_open = False
            yield "’", True, False
        else:
            plain = _BRACKETS.get(token, token)
            sticks_left = _STICKS_LEFT.fullmatch(plain) is not None
            yield plain, sticks_left, _STICKS_RIGHT.fullmatch(plain) is not None


def _opening_marks(tokens: Sequence[str]) -> set[int]:
    """Places of the double marks that open a quotation.

    `````` always opens. ``''`` opens when no quotation is open, but for two cases: the last
    token of a paragraph closes, and so does a first mark after a comma or stop when the
    paragraph's marks are odd in number (its opening mark stands in the paragraph before).
    """
    marks = [at for at, token in enumerate(tokens) if token in _DOUBLE]
    opens: set[int] = set()
    is_open = False
    for order, at in enumerate(marks):
        closes_earlier = (
            order == 0 and at > 0 and len(marks) % 2 == 1 and tokens[at - 1] in {",", ".", "?", "!"}
        )
        closing = is_open or closes_earlier or (at > 0 and at == len(tokens) - 1)
        if tokens[at] == "``" or not closing:
            opens.add(at)
            is_open = True
        else:
            is_open = False
    return opens
