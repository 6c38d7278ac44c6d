"""Figures written into pages of the documentation, each table between two markers of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

__all__ = ["between", "update"]


def between(page: str, begin: str, end: str, text: str) -> str:
    """A page with ``text`` between two markers. Raises ValueError without the markers."""
    head, begins, rest = page.partition(begin)
    _, ends, tail = rest.partition(end)
    if not begins or not ends:
        raise ValueError(f"the page lacks the markers {begin!r} and {end!r}")
    return f"{head}{begin}\n\n{text}\n\n{end}{tail}"


def update(
    page: Path,
    results: Path,
    markers: tuple[str, str],
    render: Callable[[Mapping[str, Any]], str],
    *,
    check: bool,
) -> int:
    """Write a file of results into a page, or only compare the two; faults go to standard error.

    Args:
        page: the page.
        results: JSON.
        markers: between which the page has them.
        render: from what is in ``results`` to Markdown.
        check: write nothing.

    Returns:
        An exit code, 1 where something cannot be read, or is not there or out of date.
    """
    try:
        found = json.loads(results.read_text(encoding="utf-8"))
        old = page.read_text(encoding="utf-8")
        wanted = between(old, *markers, render(found))
    except (OSError, ValueError, KeyError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    if wanted == old:
        return 0
    if check:
        print(f"{page}: figures are not those of {results}", file=sys.stderr)
        return 1
    page.write_text(wanted, encoding="utf-8")
    return 0
