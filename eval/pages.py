"""Figures written into pages of the documentation, each table between two markers of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
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
    results: Path | Sequence[Path],
    markers: tuple[str, str],
    render: Callable[..., str],
    *,
    check: bool,
) -> int:
    """Write a file of results into a page, or only compare the two; faults go to standard error.

    Args:
        page: the page.
        results: JSON; a sequence for what is told from several files.
        markers: between which the page has them.
        render: from what is in each file of ``results`` to Markdown.
        check: write nothing.

    Returns:
        An exit code, 1 where something cannot be read, or is not there or out of date.
    """
    files = [results] if isinstance(results, Path) else results
    try:
        found: list[Mapping[str, Any]] = [json.loads(f.read_text(encoding="utf-8")) for f in files]
        old = page.read_text(encoding="utf-8")
        wanted = between(old, *markers, render(*found))
    except (OSError, ValueError, KeyError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    if wanted == old:
        return 0
    if check:
        print(f"{page}: figures are not those of {', '.join(map(str, files))}", file=sys.stderr)
        return 1
    page.write_text(wanted, encoding="utf-8")
    return 0
