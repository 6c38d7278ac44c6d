"""The results as tables in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from eval.bench.engines import REFERENCE
from eval.bench.profile import ENCODER
from eval.bench.quality import TOLERANCE
from eval.bench.targets import ENCODER_SHARE, TARGETS, Target
from eval.table import shown

__all__ = ["print_bench"]


def print_bench(results: Mapping[str, Any], console: Console) -> None:
    """Print a table for each part that there is.

    Args:
        results: what ``python -m eval.bench`` writes.
        console: where to print.
    """
    for model, part in results.get("engines", {}).get("models", {}).items():
        console.print(_engines(model, part))
        _print_command(part["command"], console)
    if "rivals" in results:
        console.print(_rivals(results["rivals"]))
    for model, part in results.get("scaling", {}).get("models", {}).items():
        console.print(_scaling(model, part))
    if "profile" in results:
        console.print(_profile(results["profile"]["models"]))
    if "roofline" in results:
        console.print(_roofline(results["roofline"]["models"]))
    if "memory" in results:
        console.print(_memory(results["memory"]["models"]))


def _engines(model: str, part: Mapping[str, Any]) -> Table:
    title = f"{model}: engines (chosen: the fastest that loses at most {TOLERANCE} points of F1)"
    table = _table(title, "engine", "articles/s", f"× {REFERENCE}")
    for name in ("F1", f"F1 as {REFERENCE}", "points lost", "load s", "first report s", "peak MB"):
        table.add_column(name, justify="right")
    most = TARGETS.get(model, Target())
    for name, row in part["engines"].items():
        label = f"[bold]{name}[/bold] ←" if name == part["chosen"] else name
        if "error" in row:
            table.add_row(label, _error(row))
            continue
        found = row["quality"]
        table.add_row(
            label,
            _estimate(row["articles_per_second"]),
            _estimate(row["ratio"]),
            shown(found["gold"]["attribution"]),
            shown(found["agreement"]["attribution"]),
            _judged(found["cost"], TOLERANCE, low=True),
            f"{row['load_seconds']:.1f}",
            _judged(row["first_report_seconds"], most.first, low=True),
            _judged(row["peak_megabytes"], most.peak, low=True, digits=0),
        )
    return table


def _print_command(command: Mapping[str, Any], console: Console) -> None:
    if "error" not in command:
        console.print(f"attribution score, one article: {_estimate(command)} s")


def _rivals(part: Mapping[str, Any]) -> Table:
    against = part["against"]
    table = _table("Against rivals", "system", "articles/s", f"× {against}")
    for name in ("target", "F1", "first report s", "peak MB"):
        table.add_column(name, justify="right")
    for name, row in part["systems"].items():
        if "error" in row:
            table.add_row(name, _error(row))
            continue
        least = TARGETS.get(row["model"], Target()).ratio
        table.add_row(
            name,
            _estimate(row["articles_per_second"]),
            _estimate(row["ratio"], least) if "ratio" in row else "",
            "" if least is None else f"{least:g}",
            shown(row["gold"]["attribution"]),
            f"{row['first_report_seconds']:.1f}",
            f"{row['peak_megabytes']:.0f}",
        )
    return table


def _scaling(model: str, part: Mapping[str, Any]) -> Table:
    title = f"{model} {part['engine']}: length of a text"
    if part.get("exponent") is not None:
        title += f" (seconds grow with its power {part['exponent']:.2f})"
    table = _table(title, "kB", "seconds", "seconds per 100 kB")
    table.add_column("peak MB", justify="right")
    if "error" in part:
        table.add_row("", _error(part))
    for row in part.get("rows", ()):
        rate = 100 * row["seconds"] / row["kilobytes"]
        cells = (f"{row['seconds']:.2f}", f"{rate:.2f}", f"{row['peak']:.0f}")
        table.add_row(f"{row['kilobytes']:,}", *cells)
    return table


def _profile(models: Mapping[str, Sequence[Mapping[str, Any]]]) -> Table:
    """A row a stage, a column for each model with each of its engines."""
    parts = {
        f"{model} {part['engine']}": part["shares"]
        for model, profiles in models.items()
        for part in profiles
        if "error" not in part
    }
    table = _table("Share of the wall time", "stage", *parts)
    for stage in next(iter(parts.values()), {}):
        least = ENCODER_SHARE if stage == ENCODER else None
        table.add_row(stage, *(_percent(found[stage], least) for found in parts.values()))
    return table


def _roofline(models: Mapping[str, Mapping[str, Any]]) -> Table:
    columns = ("GFLOP an article", "GFLOP/s of matrices", "s an article, at least")
    table = _table("What the processor allows in float32", "model", *columns)
    table.add_column("articles/s, at most", justify="right")
    for model, part in models.items():
        if "error" in part:
            table.add_row(model, _error(part))
            continue
        cells = [f"{part[name]:.1f}" for name in ("gigaflops_per_article", "gigaflops_per_second")]
        cells += [f"{part['least_seconds']:.3f}", f"{part['most_articles_per_second']:.2f}"]
        table.add_row(model, *cells)
    return table


def _memory(models: Mapping[str, Mapping[str, Any]]) -> Table:
    table = _table("Memory of one process, MB", "model", "articles", "start", "middle")
    for name in ("end", "peak", "growth of the second half"):
        table.add_column(name, justify="right")
    for model, part in models.items():
        if "error" in part:
            table.add_row(model, _error(part))
            continue
        found = part["megabytes"]
        cells = [f"{found[name]:.0f}" for name in ("start", "middle", "end", "peak")]
        colour = "red" if found["grew"] else "green"
        growth = f"[{colour}]{found['growth']:+.1%}[/{colour}]"
        table.add_row(f"{model} {part['engine']}", f"{part['articles']:,}", *cells, growth)
    return table


def _table(title: str, first: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _error(row: Mapping[str, Any]) -> str:
    return f"[red]{row['error'].splitlines()[-1][:80]}[/red]" if row["error"] else "[red]–[/red]"


def _estimate(estimate: Mapping[str, Any], least: float | None = None) -> str:
    """A value with its interval, in green where it reaches what is asked, else in red."""
    text = _judged(estimate["value"], least)
    if estimate["interval"] is None:
        return text
    low, high = estimate["interval"]
    return f"{text} ({low:.2f}–{high:.2f})"


def _judged(value: float, limit: float | None, *, low: bool = False, digits: int = 2) -> str:
    text = f"{value:.{digits}f}"
    if limit is None:
        return text
    reached = value <= limit if low else value >= limit
    colour = "green" if reached else "red"
    return f"[{colour}]{text}[/{colour}]"


def _percent(share: float, least: float | None) -> str:
    text = f"{share:.1%}"
    if least is None:
        return text
    return f"[green]{text}[/green]" if share >= least else f"[red]{text}[/red]"
