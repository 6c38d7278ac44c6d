"""What makes a page of HTML take long to parse, counted before it is parsed.

libxml2 compares every attribute of a tag with all the others: forty thousand on one tag take it ten
seconds. The tags are found as the HTML standard tells them from text (section "Tokenization"), and
as libxml2 does from version 2.14 on, so that neither a ``>`` in a quoted value nor a tag in a
comment or script leads the count astray. A value may be as long as it likes: pictures stand in one.
"""

from __future__ import annotations

import re

__all__ = ["MAX_OF_ONE_TAG", "MAX_TAGS", "too_much_markup"]

#: Attributes of one tag. Those of news pages have some ten.
MAX_OF_ONE_TAG = 200
#: Tags of a page, those of drawings, which are not read, among them.
MAX_TAGS = 200_000
_SPACE = rb"\t\n\f\r "
_ATTRIBUTE = (
    rb"[%(s)s/]*[^%(s)s/>][^%(s)s/>=]*"
    rb"(?:[%(s)s]*=[%(s)s]*(?:\"[^\"]*\"?|'[^']*'?|[^%(s)s>\"'][^%(s)s>]*)?)?"
) % {b"s": _SPACE}
#: No part can fail once it has begun, so nothing is gone through twice.
_MARKUP = (
    rb"<!--(?:-?>|.*?(?:--!?>|\Z))"  # a comment
    rb"|<[!?][^>]*|</(?![a-zA-Z])[^>]*"  # what is read as one
    rb"|<(?P<end>/?)(?P<name>[a-zA-Z][^%(s)s/>]*)(?:%(attribute)s){0,%(most)d}"
    rb"(?P<rest>[%(s)s/]*)"
)
#: Elements that hold characters alone, tags or not, up to their end tag.
_RAW = frozenset(b"script style title textarea xmp iframe noembed noframes".split())


def _pattern(most: int) -> re.Pattern[bytes]:
    parts = {b"s": _SPACE, b"attribute": _ATTRIBUTE, b"most": most}
    return re.compile(_MARKUP % parts, re.S)


_WITHIN = _pattern(MAX_OF_ONE_TAG)
_ENDS = {name: re.compile(rb"</%s(?=[%s/>])" % (name, _SPACE), re.I) for name in _RAW}


def too_much_markup(page: bytes, most: int = MAX_OF_ONE_TAG) -> str | None:
    """Look for a tag with too many attributes, and count the tags.

    Args:
        page: In an encoding that has ASCII as it is; without NUL, which libxml2 does not take.
        most: Attributes that a tag may have.

    Returns:
        What is too much, for an error message; None when nothing is. The time grows with the
        length of the page, whatever is in it.
    """
    pattern = _WITHIN if most == MAX_OF_ONE_TAG else _pattern(most)
    tags = at = 0
    while token := pattern.search(page, at):
        at = token.end()
        if token["name"] is None:
            continue
        tags += 1
        if page[at : at + 1] not in (b">", b""):
            return f"a tag with more than {most} attributes"
        if tags > MAX_TAGS:
            return f"more than {MAX_TAGS} tags"
        # libxml2 takes <script/> for an element without content; the standard does not.
        if not token["end"] and not token["rest"].endswith(b"/"):
            at = _behind_raw(page, at, token["name"].lower())
    return None


def _behind_raw(page: bytes, at: int, name: bytes) -> int:
    """Where an element that holds characters alone ends; where it begins when it is no such one."""
    if name == b"plaintext":
        return len(page)
    if name not in _ENDS:
        return at
    end = _ENDS[name].search(page, at)
    return end.start() if end else len(page)
