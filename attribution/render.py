"""Draws a report for the terminal: sentences, sources, provenance, score.

Colour tells sources apart but never alone: every coloured word also stands beside the id of its
source. Article text is untrusted, so everything printed goes through :func:`printable`.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import StringIO
from itertools import pairwise

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from attribution.types import Claim, Report, Sentence, Source, Span

__all__ = ["printable", "to_table"]

# Readable on dark and on light backgrounds; told apart by id once they repeat.
PALETTE = ("cyan", "magenta", "green", "yellow", "blue", "red", "bright_cyan", "bright_magenta")
MIN_WIDTH = 40
PLAIN_WIDTH = 100
QUOTED_CLAIMS = 3
QUOTED_LENGTH = 60

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


def to_table(report: Report, *, color: bool | None = None, width: int | None = None) -> str:
    """Draw a report with tables and a provenance tree.

    Args:
        report: What to draw.
        color: Whether to colour by source. None asks the terminal: no colour when standard
            output is none, when ``NO_COLOR`` is set or when ``TERM`` is ``dumb``.
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
    view = _View(report)
    if report.title:
        console.print(Text(printable(report.title), style="bold"))
    for part in (_sentences(view), _sources(view), _provenance(view), _score(view)):
        console.print(part)
        console.print()
    model = printable(f"Model: {report.model.name} {report.model.version}")
    console.print(Text(model, style="dim"))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


@dataclass
class _View:
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
        style = self.styles[source_id]
        text = Text().append(printable(source_id), f"bold {style}")
        return text.append(" " + printable(self.sources[source_id].name), style)

    def words(self, span: Span) -> str:
        return printable(span.of(self.report.text))


def _table(title: str) -> Table:
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )


def _sentences(view: _View) -> RenderableType:
    table = _table("Sentences")
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("Status", no_wrap=True)
    table.add_column("Source", ratio=2)
    table.add_column("Text", ratio=5)
    for number, sentence in enumerate(view.report.sentences, start=1):
        status = "-" if sentence.status == "none" else sentence.status
        claims = [view.claims[key] for key in sentence.claims]
        named = Text("\n").join(_attribution_lines(view, claims))
        table.add_row(str(number), status, named, _sentence_text(view, sentence, claims))
    return table


def _attribution_lines(view: _View, claims: Iterable[Claim]) -> list[Text]:
    """One line for each way the sentence's claims came in: source, intermediaries, kind."""
    lines: dict[tuple[tuple[str, ...], str], Text] = {}
    for claim in claims:
        line = view.label(claim.source)
        for source_id in reversed(claim.via):
            line.append(" via ").append_text(view.label(source_id))
        if claim.kind != "statement":
            line.append(f" ({claim.kind})")
        lines.setdefault((claim.chain, claim.kind), line)
    return list(lines.values())


def _sentence_text(view: _View, sentence: Sentence, claims: list[Claim]) -> Text:
    """The sentence with its reported words coloured; with several sources, tagged with ids too."""
    several = len({claim.source for claim in claims}) > 1
    span = sentence.span
    starts: dict[int, list[str]] = {}
    ends: dict[int, list[str]] = {}
    for claim in claims:
        for piece in claim.content:
            start, end = max(piece.start, span.start), min(piece.end, span.end)
            if start < end:
                starts.setdefault(start, []).append(claim.source)
                ends.setdefault(end, []).insert(0, claim.source)
    cuts = sorted({span.start, span.end, *starts, *ends})
    line = Text()
    open_sources: list[str] = []
    for start, end in pairwise(cuts):
        for source_id in starts.get(start, []):
            open_sources.append(source_id)
            if several:
                line.append(f"[{printable(source_id)}: ", view.styles[source_id])
        stretch = Span(start, end).of(view.report.text)
        style = view.styles[open_sources[-1]] if open_sources else ""
        line.append(_with_outer_spaces(stretch), style)
        for source_id in ends.get(end, []):
            open_sources.remove(source_id)
            if several:
                line.append("]", view.styles[source_id])
    return line


def _with_outer_spaces(stretch: str) -> str:
    """The stretch made printable, keeping one space at an end that had white space."""
    words = printable(stretch)
    if not words:
        return " " if stretch else ""
    return " " * stretch[0].isspace() + words + " " * stretch[-1].isspace()


def _sources(view: _View) -> RenderableType:
    if not view.report.sources:
        return Text("No sources.")
    origins = Counter(claim.source for claim in view.report.claims)
    relays = Counter(key for claim in view.report.claims for key in claim.via)
    table = _table("Sources")
    table.add_column("Source", ratio=3)
    table.add_column("Type", ratio=2)
    table.add_column("Role", ratio=3)
    table.add_column("Anonymity", ratio=2)
    table.add_column("Claims", justify="right", no_wrap=True)
    table.add_column("Relayed", justify="right", no_wrap=True)
    for source in view.report.sources:
        table.add_row(
            view.label(source.id),
            source.type.replace("_", " "),
            Text(printable(source.role)),
            _anonymity(source),
            str(origins[source.id]),
            str(relays[source.id]),
        )
    return table


def _anonymity(source: Source) -> str:
    if source.anonymity_granted:
        return "explained"
    return "unexplained" if source.type in ("unnamed_person", "unnamed_group") else "-"


@dataclass
class _Step:
    """A node of the provenance tree: the claims that end here and the ways that lead on."""

    claims: list[Claim] = field(default_factory=list)
    further: dict[str, _Step] = field(default_factory=dict)


def _provenance(view: _View) -> RenderableType:
    tree = Tree(Text("Provenance: this article", style="bold"))
    root = _Step()
    for claim in view.report.claims:
        step = root
        for source_id in claim.chain:
            step = step.further.setdefault(source_id, _Step())
        step.claims.append(claim)
    if not root.further:
        tree.add(Text("no claims"))
    _grow(view, tree, root)
    return tree


def _grow(view: _View, tree: Tree, step: _Step) -> None:
    for source_id, further in step.further.items():
        label = view.label(source_id)
        if further.claims:
            label.append_text(_claims_in_brief(view, further.claims))
        else:
            label.append(" (intermediary)")
        _grow(view, tree.add(label), further)


def _claims_in_brief(view: _View, claims: list[Claim]) -> Text:
    noun = "claim" if len(claims) == 1 else "claims"
    brief = Text(f": {len(claims)} {noun}")
    for claim in claims[:QUOTED_CLAIMS]:
        words = " ... ".join(view.words(piece) for piece in claim.content)
        brief.append("\n- " + _shortened(words))
    if len(claims) > QUOTED_CLAIMS:
        brief.append(f"\n- and {len(claims) - QUOTED_CLAIMS} more")
    return brief


def _shortened(words: str) -> str:
    if len(words) <= QUOTED_LENGTH:
        return words
    return words[:QUOTED_LENGTH].rsplit(" ", 1)[0] + " ..."


def _score(view: _View) -> RenderableType:
    result = view.report.transparency
    table = _table(f"Sourcing transparency: {result.score:.0f} of 100")
    table.add_column("Component", no_wrap=True)
    table.add_column("Value", justify="right", no_wrap=True)
    table.add_column("Weight", justify="right", no_wrap=True)
    table.add_column("Why", ratio=1)
    for name, part in result.components.items():
        table.add_row(
            Text(printable(name.replace("_", " "))),
            f"{part.value:.2f}",
            f"{part.weight:.2f}",
            Text(printable(part.why)),
        )
    return table


def _terminal_has_color() -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()
