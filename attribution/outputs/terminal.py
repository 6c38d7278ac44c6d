"""Puts text on a terminal: what may be printed, in which colours, how wide.

Colour tells sources apart but never alone: every coloured word also stands beside the id of its
source. Article text is untrusted, so everything printed goes through :func:`printable`.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import StringIO

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from attribution.outputs.notices import around, notices_of
from attribution.types import Claim, Report, Source, Span

__all__ = ["View", "draw", "heading", "printable", "titled_table"]

# Readable on dark and on light backgrounds; told apart by id once they repeat.
PALETTE = ("cyan", "magenta", "green", "yellow", "blue", "red", "bright_cyan", "bright_magenta")
MIN_WIDTH = 40
PLAIN_WIDTH = 100

# An escape sequence goes as a whole; left without its escape it would litter the text.
_ESCAPES = re.compile(
    # cursor and colour, then window titles and links, then everything shorter
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]P_^X]|[\x9d\x90\x9f\x9e\x98])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
# Marks that reorder the rest of the line; right-to-left letters need none of them.
_REORDERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Make any text safe to print on one line of a terminal.

    Escape sequences and marks that reorder a line are taken out, white space of any length
    becomes one space, other control characters and lone surrogates become U+FFFD.
    """
    text = _REORDERING.sub("", _ESCAPES.sub("", text))
    text = " ".join(text.split())
    return "".join(
        "\ufffd" if unicodedata.category(char) in ("Cc", "Cs") else char for char in text
    )


def draw(
    parts: Iterable[RenderableType], *, color: bool | None = None, width: int | None = None
) -> str:
    """Draw parts below each other.

    Args:
        parts: What rich can print.
        color: Whether to colour. None asks the terminal: no colour when standard output is none,
            when ``NO_COLOR`` is set or when ``TERM`` is ``dumb``.
        width: Columns to fill, at least 40. None asks the terminal, with 100 where there is none.

    Returns:
        The drawing, ending with a line end, with ANSI colour codes if colour is on.
    """
    color = _terminal_has_color() if color is None else color
    if width is None:
        width = shutil.get_terminal_size((PLAIN_WIDTH, 0)).columns
    stream = StringIO()
    console = Console(
        file=stream,
        width=max(width, MIN_WIDTH),
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        legacy_windows=False,
        force_interactive=False,
        force_jupyter=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for part in parts:
        console.print(part)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def heading(report: Report) -> list[RenderableType]:
    """Title, signature and notices of a report, those that it has."""
    lines: list[RenderableType] = []
    if report.title:
        lines.append(Text(printable(report.title), style="bold"))
    if signature := around(report):
        lines.append(Text(printable(" · ".join(signature)), style="dim"))
    lines += [Text(f"Notice: {notice}", style="bold yellow") for notice in notices_of(report)]
    return lines


def titled_table(title: str) -> Table:
    """A table without columns yet, its title above it on the left."""
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )


@dataclass
class View:
    """A report with what drawing it needs: look-ups, and a colour for each source."""

    report: Report
    sources: dict[str, Source] = field(init=False)
    claims: dict[str, Claim] = field(init=False)
    styles: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.sources = {source.id: source for source in self.report.sources}
        self.claims = {claim.id: claim for claim in self.report.claims}
        self.styles = {
            source.id: PALETTE[index % len(PALETTE)]
            for index, source in enumerate(self.report.sources)
        }

    def label(self, source_id: str) -> Text:
        """Id and name of a source, in its colour."""
        style = self.styles[source_id]
        text = Text().append(printable(source_id), f"bold {style}")
        return text.append(" " + printable(self.sources[source_id].name), style)

    def words(self, span: Span) -> str:
        """The article's words of a span, printable."""
        return printable(span.of(self.report.text))


def _terminal_has_color() -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()
