"""Draws a report for the terminal: sentences, sources, provenance, score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from rich.console import RenderableType
from rich.text import Text

from attribution.outputs.notices import model_of
from attribution.outputs.terminal import View, draw, heading, printable, titled_table
from attribution.outputs.tree import provenance
from attribution.types import Claim, Report, Sentence, Source, Span, Transparency

__all__ = ["printable", "to_table"]


def to_table(report: Report, *, color: bool | None = None, width: int | None = None) -> str:
    """Draw a report with tables and a provenance tree.

    Args:
        report: What to draw.
        color: Whether to colour by source; None asks the terminal.
        width: Columns to fill, at least 40; None asks the terminal.

    Returns:
        The drawing, ending with a line end, with ANSI colour codes if colour is on.
    """
    view = View(report)
    parts: list[RenderableType] = heading(report)
    for part in (_sentences(view), _sources(view), provenance(view), _score(view)):
        parts += [part, ""]
    model = printable(f"Model: {model_of(report)}")
    parts.append(Text(model, style="dim"))
    return draw(parts, color=color, width=width)


def _sentences(view: View) -> RenderableType:
    table = titled_table("Sentences")
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


def _attribution_lines(view: View, claims: Iterable[Claim]) -> list[Text]:
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


def _sentence_text(view: View, sentence: Sentence, claims: list[Claim]) -> Text:
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


def _sources(view: View) -> RenderableType:
    if not view.report.sources:
        return Text("No sources.")
    origins = Counter(claim.source for claim in view.report.claims)
    relays = Counter(key for claim in view.report.claims for key in claim.via)
    table = titled_table("Sources")
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


def _points(result: Transparency) -> str:
    """The score with its interval, and a warning when it means little."""
    points = f"{result.score:.0f} of 100"
    if result.interval is not None:
        low, high = result.interval
        points += f" ({low:.0f} to {high:.0f})"
    if result.too_little:
        return f"{points}, too little text to judge"
    if result.percentile is None:
        return points
    return f"{points}, higher than {result.percentile:.0f}% of the reference articles"


def _score(view: View) -> RenderableType:
    result = view.report.transparency
    table = titled_table(f"Sourcing transparency: {_points(result)}")
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
