"""Draws where the claims of a report come from: the provenance tree of the terminal."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from attribution.independence import independence
from attribution.outputs.terminal import View, draw, heading
from attribution.types import Claim, Report

__all__ = ["provenance", "to_tree"]

QUOTED_CLAIMS = 3
QUOTED_LENGTH = 60


def to_tree(report: Report, *, color: bool | None = None, width: int | None = None) -> str:
    """Draw the provenance tree of a report, and below it the number of independent sources.

    Args:
        report: What to draw.
        color: Whether to colour by source; None asks the terminal.
        width: Columns to fill, at least 40; None asks the terminal.

    Returns:
        The drawing, ending with a line end, with ANSI colour codes if colour is on.
    """
    return draw([*heading(report), provenance(View(report))], color=color, width=width)


def provenance(view: View) -> RenderableType:
    """The tree from this article outward to the origins, and how many of these are independent."""
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
    return Group(tree, _counted(view.report))


def _counted(report: Report) -> Text:
    found = independence(report)
    return Text(f"Independent sources: {found.channels} (identified origins: {found.origins})")


@dataclass
class _Step:
    """A node of the provenance tree: the claims that end here and the ways that lead on."""

    claims: list[Claim] = field(default_factory=list)
    further: dict[str, _Step] = field(default_factory=dict)


def _grow(view: View, tree: Tree, step: _Step) -> None:
    for source_id, further in step.further.items():
        label = view.label(source_id)
        if further.claims:
            label.append_text(_claims_in_brief(view, further.claims))
        else:
            label.append(" (intermediary)")
        _grow(view, tree.add(label), further)


def _claims_in_brief(view: View, claims: list[Claim]) -> Text:
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
