"""The results file as tables in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from attribution.outputs.html.words import counted
from attribution.outputs.terminal import printable
from eval.labels import LABELLINGS
from eval.targets import MEASURES

__all__ = ["TITLES", "points", "print_results", "shown"]

TITLES = {
    "polnear": "PolNeAR",
    "written": "Written articles",
    "gold": "Gold articles",
    "continuations": "Claims that go on",
}
_DESK_COLUMNS = {
    "sentences": "sentences",
    "attribution": "attribution",
    "name": "name",
    "same_source": "same source",
    "via": "via",
    "chain_found": "chain",
}
# Columns of the tables of groups, by measure. Under the first figure stands its interval, under the
# others their n.
_ARTICLE_COLUMNS = {
    "attribution": "attribution",
    "sentences": "sentences",
    "name": "name",
    "same_source": "same\nsource",
    "via": "via",
    "chain_found": "chain",
}
_CLAIM_COLUMNS = {
    "found": "found",
    "mention": "mention",
    "speech": "speech",
    "kind": "kind",
    "type": "type",
    "name": "name",
    "chain_found": "chain",
}


def print_results(
    results: Mapping[str, Any],
    console: Console,
    *,
    desks: bool = False,
    bins: bool = False,
    confusion: bool = False,
) -> None:
    """Print a table a corpus, and one for each way in which it was divided into groups.

    Args:
        results: what ``python -m eval.run`` writes.
        console: where to print.
        desks: print the model's main figures a desk, too.
        bins: print the reliability table behind the calibration error, too.
        confusion: print which label was taken for which, where the results have it.
    """
    for corpus, part in results["corpora"].items():
        title = f"{TITLES[corpus]}, {_safe(results['split'])}: {part['articles']} articles"
        if part["resolved"] != part["articles"]:
            title += f" ({part['resolved']} with sources labelled)"
        console.print(_corpus_table(title, part["systems"]))
        for name, system in part["systems"].items():
            if desks and "desks" in system:
                console.print(_desk_table(f"{name}, by desk", system["desks"]))
            if bins and "calibration" in system:
                console.print(_bin_table(f"{name}, by confidence", system["calibration"]["bins"]))
            for by, groups in system.get("groups", {}).items():
                _print_groups(name, by, groups, part["articles"], console)
            if confusion:
                for by, table in system["confusion"].items():
                    console.print(_confusion_table(name, by, table))


def shown(figure: Mapping[str, Any]) -> str:
    """A figure as text, a dash for one that has no value: ``.812``."""
    return "–" if figure["value"] is None else _text(figure["value"])


def points(difference: Mapping[str, Any]) -> str:
    """A difference in points with its interval, bold where that leaves out 0; a dash for none."""
    if difference["value"] is None:
        return "–"
    low, high = (100 * bound for bound in difference["interval"])
    value = f"{100 * difference['value']:+.1f}"
    sure = low > 0 or high < 0
    return f"{f'**{value}**' if sure else value} ({low:+.1f} to {high:+.1f})"


def _text(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def _corpus_table(title: str, systems: Mapping[str, Any]) -> Table:
    """A row a measure; the first system with interval and n, the others by their figure alone."""
    table = Table(title=title, title_justify="left")
    table.add_column("measure", no_wrap=True)
    table.add_column("target", justify="right")
    for order, name in enumerate(systems):
        table.add_column(name, justify="right")
        if order == 0:
            table.add_column("95% interval", justify="right", style="dim", no_wrap=True)
            table.add_column("n", justify="right", style="dim")
    for measure in MEASURES:
        first, *others = (system["figures"][measure.key] for system in systems.values())
        target = first.get("target")
        cells = [_coloured(first, target), _interval(first), str(first["n"])]
        cells += [_coloured(other, target) for other in others]
        table.add_row(measure.label, "" if target is None else _text(target), *cells)
    # The model stands first where there is one.
    if error := next(iter(systems.values())).get("calibration"):
        table.add_row(
            "calibration error (ECE)",
            f"< {_text(error['target'])}",
            _coloured(error, error["target"], low=True),
            _interval(error),
            str(error["n"]),
        )
    speeds = [f"{system['articles_per_second']:.1f}" for system in systems.values()]
    table.add_row("articles a second", "", speeds[0], "", "", *speeds[1:])
    return table


def _coloured(figure: Mapping[str, Any], target: float | None, *, low: bool = False) -> str:
    """The figure in green where it reaches its target, or stays under it (``low``), else in red."""
    if target is None or figure["value"] is None:
        return shown(figure)
    reached = figure["value"] < target if low else figure["value"] >= target
    colour = "green" if reached else "red"
    return f"[{colour}]{shown(figure)}[/{colour}]"


def _interval(figure: Mapping[str, Any]) -> str:
    if figure["interval"] is None:
        return ""
    low, high = figure["interval"]
    return f"{_text(low)}–{_text(high)}"


def _desk_table(title: str, desks: Mapping[str, Any]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("desk", no_wrap=True)
    table.add_column("claims", justify="right", style="dim")
    for label in _DESK_COLUMNS.values():
        table.add_column(label, justify="right", no_wrap=True)
    for desk, row in desks.items():
        table.add_row(
            desk, str(row["attribution"]["n"]), *(shown(row[key]) for key in _DESK_COLUMNS)
        )
    return table


def _bin_table(title: str, bins: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("confidence", no_wrap=True)
    table.add_column("claims", justify="right", style="dim")
    table.add_column("mean confidence", justify="right", no_wrap=True)
    table.add_column("share right", justify="right", no_wrap=True)
    for row in bins:
        shares = [shown({"value": row[key]}) for key in ("confidence", "right")]
        table.add_row(f"{row['from']:.1f}–{row['to']:.1f}", str(row["n"]), *shares)
    return table


def _print_groups(
    system: str, by: str, groups: Mapping[str, Any], articles: int, console: Console
) -> None:
    divided = LABELLINGS[by].title if by in LABELLINGS else by
    if not groups:
        console.print(f"{_safe(system)}, by {divided}: nothing in the set has one\n")
        return
    columns = _CLAIM_COLUMNS if by in LABELLINGS else _ARTICLE_COLUMNS
    table = Table(
        title=f"{_safe(system)}, by {divided}",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        collapse_padding=True,
        pad_edge=False,
    )
    table.add_column(divided)
    table.add_column("claims", justify="right", style="dim")
    for place, label in enumerate(columns.values()):
        table.add_column(f"{label}\n[dim]{'n' if place else '95%'}[/dim]", justify="right")
    for label, group in groups.items():
        main, *others = (group["figures"][key] for key in columns)
        called = label.replace("_", " ") if by in LABELLINGS else label
        cells = [f"{shown(main)}\n[dim]{_interval(main)}[/dim]"]
        cells += [f"{shown(figure)}\n[dim]{figure['n']}[/dim]" for figure in others]
        articles_told = counted(group["articles"], "article")
        table.add_row(f"{_safe(called)}\n[dim]{articles_told}[/dim]", str(main["n"]), *cells)
    console.print(table)
    known = sum(group["articles"] for group in groups.values())
    if by == "publisher" and known < articles:
        console.print(f"{articles - known} of {articles} articles name no publisher\n")


def _confusion_table(system: str, by: str, confusion: Mapping[str, Any]) -> Table:
    """Rows and columns of the labels that are there; a column has the number of its label's row."""
    gold, counts = confusion["gold"], confusion["counts"]
    used = [
        place
        for place in range(len(gold))
        if sum(counts[place]) or any(row[place] for row in counts)
    ]
    title = f"{_safe(system)}, confusion of {LABELLINGS[by].title}"
    table = Table(title=title, title_justify="left")
    table.add_column("gold ↓  predicted →", no_wrap=True)
    for number in range(1, len(used) + 1):
        table.add_column(str(number), justify="right", no_wrap=True)
    table.add_column(confusion["predicted"][-1], justify="right", no_wrap=True)
    table.add_column("n", justify="right", style="dim", no_wrap=True)
    for number, row in enumerate(used, start=1):
        cells = [_count(counts[row][column], right=column == row) for column in used]
        label = f"{number} {gold[row].replace('_', ' ')}"
        table.add_row(label, *cells, _count(counts[row][-1]), str(sum(counts[row])))
    return table


def _count(count: int, *, right: bool = False) -> str:
    style = "bold green" if right else "" if count else "dim"
    return f"[{style}]{count}[/{style}]" if style else str(count)


def _safe(text: str) -> str:
    """A name that somebody else has given, without what a terminal or rich would act on."""
    return escape(printable(text))
