"""Draws a comparison for the terminal: sources, claims, score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import RenderableType
from rich.text import Text

from attribution.compare.comparison import ClaimChange, ClaimPair, Comparison, Numbers, content
from attribution.outputs.terminal import draw, printable, titled_table
from attribution.types import Claim, Report, Source

__all__ = ["to_compare_table"]

LOST, GAINED, CHANGED = "red", "green", "yellow"
_Row = tuple[str, str, str]
#: What of a claim changed, in the words of the report's page.
_CHANGES: Mapping[ClaimChange, str] = {
    "content": "words",
    "source": "source",
    "chain": "way",
    "speech": "form",
    "kind": "kind",
}


def to_compare_table(
    comparison: Comparison,
    names: tuple[str, str],
    *,
    color: bool | None = None,
    width: int | None = None,
) -> str:
    """Draw a comparison.

    Args:
        comparison: What to draw.
        names: What the two inputs are called.
        color: Whether to colour lost, gained and changed; None asks the terminal. Each stands
            beside a sign that says it too.
        width: Columns to fill, at least 40; None asks the terminal.

    Returns:
        The drawing, ending with a line end, with ANSI colour codes if colour is on.
    """
    reports = (comparison.a, comparison.b)
    parts: list[RenderableType] = [
        Text(f"{side}: {printable(name)}{_size(report)}")
        for side, name, report in zip("AB", names, reports, strict=True)
    ]
    parts.append(Text(f"Sentences in both, word for word: {comparison.same_sentences:.0%}"))
    if not comparison:
        parts.append(Text("No differences in sources, claims or score."))
    parts += ["", *_section("Sources", "Source", _source_rows(comparison))]
    parts += _section("Claims", "Claim", _claim_rows(comparison))
    parts.append(_scores(comparison))
    return draw(parts, color=color, width=width)


def _size(report: Report) -> str:
    return f" ({len(report.sources)} sources, {len(report.claims)} claims)"


def _section(title: str, noun: str, rows: Iterable[_Row]) -> list[RenderableType]:
    """Rows of (sign, what, how it differs); - is in A alone, + in B alone, ~ in both."""
    table = titled_table(f"{title}: - only in A, + only in B, ~ changed from A to B")
    table.add_column("", no_wrap=True)
    table.add_column(noun, ratio=3)
    table.add_column("Attribution" if noun == "Claim" else "Type, role", ratio=3)
    for sign, what, how in rows:
        style = {"-": LOST, "+": GAINED, "~": CHANGED}[sign]
        table.add_row(Text(sign, style), Text(what), Text(how))
    if not table.row_count:
        return [Text(f"{title}: no differences."), ""]
    return [table, ""]


def _source_rows(comparison: Comparison) -> Iterable[_Row]:
    for sign, sources in (("-", comparison.sources_lost), ("+", comparison.sources_gained)):
        for source in sources:
            yield sign, printable(source.name), _about(source)
    for pair in comparison.sources_changed:
        names = _from_to(printable(pair.a.name), printable(pair.b.name))
        yield "~", names, _from_to(_about(pair.a), _about(pair.b))


def _about(source: Source) -> str:
    granted = "anonymity granted" if source.anonymity_granted else ""
    parts = (source.type.replace("_", " "), printable(source.role), granted)
    return ", ".join(part for part in parts if part)


def _claim_rows(comparison: Comparison) -> Iterable[_Row]:
    for claim in comparison.claims_lost:
        yield "-", _content(comparison.a, claim), _attribution(comparison.a, claim)
    for claim in comparison.claims_gained:
        yield "+", _content(comparison.b, claim), _attribution(comparison.b, claim)
    for pair in comparison.claims_changed:
        yield "~", _contents(comparison, pair), _attributions(comparison, pair)


def _content(report: Report, claim: Claim) -> str:
    return printable(content(report, claim))


def _contents(comparison: Comparison, pair: ClaimPair) -> str:
    return _from_to(_content(comparison.a, pair.a), _content(comparison.b, pair.b))


def _attribution(report: Report, claim: Claim) -> str:
    names = [printable(report.source(key).name) for key in reversed(claim.chain)]
    return f"{' via '.join(names)} ({claim.kind}, {claim.speech})"


def _attributions(comparison: Comparison, pair: ClaimPair) -> str:
    changes = ", ".join(_CHANGES[change] for change in pair.changes)
    one, other = _attribution(comparison.a, pair.a), _attribution(comparison.b, pair.b)
    return f"{changes} changed: {_from_to(one, other)}"


def _from_to(one: str, other: str) -> str:
    return one if one == other else f"{one} → {other}"


def _scores(comparison: Comparison) -> RenderableType:
    table = titled_table("Sourcing transparency")
    table.add_column("Component", no_wrap=True)
    for name in ("A", "B", "Difference"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_row("score, of 100", *_figures(comparison.score, digits=0))
    ends = [_ends(report) for report in (comparison.a, comparison.b)]
    if any(ends):
        table.add_row("its interval", *ends, "")
    for name, numbers in comparison.components.items():
        table.add_row(Text(printable(name.replace("_", " "))), *_figures(numbers, digits=2))
    return table


def _ends(report: Report) -> str:
    ends = report.transparency.interval
    return "" if ends is None else f"{ends[0]:.0f} to {ends[1]:.0f}"


def _figures(numbers: Numbers, *, digits: int) -> tuple[str, str, str]:
    # Nothing added to what is rounded leaves no minus before nothing.
    shown = [
        "-" if value is None else f"{round(value, digits) + 0.0:{sign}.{digits}f}"
        for value, sign in ((numbers.a, ""), (numbers.b, ""), (numbers.difference, "+"))
    ]
    return shown[0], shown[1], shown[2]
