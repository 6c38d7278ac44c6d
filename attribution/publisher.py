"""Stage 5, before chains: which source is the outlet that prints the article.

An article's own outlet is never an intermediary ("told the Post" in the Post). The caller names
it, or it is read from where outlets print themselves: a dateline's parenthesis, a byline, a
copyright line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, pairwise, product

from attribution.layout import DATED_OUTLET, OUTLET, SIGNED_OUTLET, byline_names

__all__ = ["read_publisher", "same_outlet"]

_SIGN = r"(?:©|\([Cc]\)|Copyright)(?: ?(?:©|\([Cc]\)))?"
_YEARS = r"\d{4}(?:[-–]\d{2,4})?"
#: "© 2019-2024 The Quay Post", "Copyright (c) 2024 by Quay Press"; the year tells it from prose.
_COPYRIGHT = re.compile(rf"{_SIGN} ?{_YEARS},? (?:by )?(?!All [Rr]ights){OUTLET}")
#: "© The Quay Post 2024. All rights reserved.", at a line's start: "Photo (C) Lu Poe 2024" is none.
_DATED_COPYRIGHT = re.compile(rf"^ *{_SIGN} ?{OUTLET},? {_YEARS}\b", re.MULTILINE)
#: "By Ada Roe, The Quay Ledger", "By Ada Roe | Quay Ledger", "Quay Ledger" below a signature.
_SIGNED = re.compile(rf"[Bb][Yy] [A-Z][^\n,|]{{2,60}}(?:, | \| | for ){OUTLET}")
_ALONE = re.compile(OUTLET)
#: Lines at the top that may hold a byline or dateline, and characters at the end for rights.
_TOP, _END = 6, 300
_LEAST_PREFIX = 4
#: Words at an outlet's end that say what firm or service it is, and are left out when it is named.
_COMPANY = frozenset(
    "limited ltd inc incorporated corp corporation company co llc plc group holdings media news "
    "newspapers publishing publications".split()
)


def read_publisher(text: str) -> str | None:
    """The outlet that an article's text says it is printed by, or None."""
    lines = list(islice(filter(None, map(str.strip, text.splitlines())), _TOP + 1))
    for line in lines[:_TOP]:
        match = DATED_OUTLET.match(line) or SIGNED_OUTLET.match(line)
        if match:
            return match["outlet"]
    for line, following in pairwise([*lines, ""]):
        match = _SIGNED.fullmatch(line)
        if match is None and byline_names(line):
            match = _ALONE.fullmatch(following)
        if match and _is_told_of(text, match["outlet"]):
            return match["outlet"]
    end = max(0, len(text) - _END)
    match = _COPYRIGHT.search(text, end) or _DATED_COPYRIGHT.search(text, end)
    return match["outlet"] if match else None


def _is_told_of(text: str, name: str) -> bool:
    """True when a text has a name again as it has an outlet's: "told the Ledger", "The Ledger".

    So "Staff Writer" and "Halvard" behind a signature are none, whatever outlets are called.
    """
    words = re.escape(name.removeprefix("The "))
    if re.search(rf"\btold (?:[Tt]he )?{words}\b", text):
        return True
    return name.startswith("The ") and len(re.findall(rf"\b[Tt]he {words}\b", text)) > 1


def same_outlet(name: str, publisher: str) -> bool:
    """True when an outlet's name in an article stands for the article's publisher.

    Words that only say that it is a company ("Quay Post Media Limited") may be left out of either.
    The same words ("HuffPost", "huff-post"), the publisher's last words ("the Post" in the Quay
    Post), the publisher's words and more ("Quay Post Magazine"), its initials, or its words
    shortened ("quay-harb-post"). More words and shortened ones count for publishers of
    several words alone: "The Hill" is neither "Hillary" nor "Hill Street".
    """
    mine, theirs = _words(name), _words(publisher)
    if not mine or not theirs:
        return False
    return any(_same(*pair) for pair in product(*map(_with_and_without_company, (mine, theirs))))


def _with_and_without_company(words: list[str]) -> tuple[list[str], ...]:
    """The words, and what is left of them without company words at their end, if that differs."""
    end = len(words)
    while end > 1 and words[end - 1] in _COMPANY:
        end -= 1
    short = words[:end]
    return (words, short) if end < len(words) else (words,)


def _same(mine: list[str], theirs: list[str]) -> bool:
    return (
        "".join(mine) == "".join(theirs)
        or theirs[-len(mine) :] == mine
        or (len(theirs) > 1 and mine[: len(theirs)] == theirs)
        or any(_is_acronym(*pair) for pair in ((mine, theirs), (theirs, mine)))
        or any(_is_shortened(*pair) for pair in ((mine, theirs), (theirs, mine)))
    )


def _words(name: str) -> list[str]:
    words = re.findall(r"[^\W_]+", re.sub(r"['’]s\b|\.", "", name).lower())
    return words[1:] if words[:1] == ["the"] else words


def _is_acronym(short: Sequence[str], full: Sequence[str]) -> bool:
    return len(full) > 1 and list(short) == ["".join(word[0] for word in full)]


def _is_shortened(short: Sequence[str], full: Sequence[str]) -> bool:
    return len(short) == len(full) > 1 and all(
        b == a or (len(a) >= _LEAST_PREFIX and b.startswith(a))
        for a, b in zip(short, full, strict=True)
    )
