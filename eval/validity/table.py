"""Prints the figures of the score's validity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

__all__ = ["print_validity"]


def print_validity(results: Mapping[str, Any], console: Console) -> None:
    """Print all figures as tables; the same as in the results file."""
    for table in (
        _relations(results["relations"]),
        *(_agreement(name, part) for name, part in results["agreement"].items()),
        *(_doses(name, part) for name, part in results["doses"].items()),
        _retest(results["retest"]),
        _company(results["company"]),
        _publishers(results["publishers"]),
        _sensitivity(results["sensitivity"]),
    ):
        console.print(table)


def _relations(found: Mapping[str, Any]) -> Table:
    title = (
        f"Relations: to be broken in under {found['target']:.0%} of the edits "
        f"(nearly the same: within {found['tolerance']:g} points)"
    )
    head = ("relation", "n", "broken", "95% interval", "unmoved", "median move", "by gold labels")
    rows = [
        (
            name,
            str(row["n"]),
            *_figure(row["violations"], "{:.1%}"),
            str(row["unmoved"]),
            _number(row["median_move"], "{:+.2f}"),
            _number(row["gold_violations"]["value"], "{:.1%}"),
        )
        for name, row in [*found["by"].items(), ("all", found["all"])]
    ]
    rows.append(("mean of the relations", "", _number(found["mean"], "{:.1%}"), "", "", "", ""))
    return _table(title, head, rows)


def _agreement(name: str, found: Mapping[str, Any]) -> Table:
    n = found["spearman"]["n"]
    rows: list[tuple[str, ...]] = [
        ("rank correlation (Spearman)", *_figure(found["spearman"], "{:.3f}"), ">= .85"),
        ("mean absolute error, points", *_figure(found["error"], "{:.2f}"), "< 6"),
        ("bias, points", *_figure(found["bias"], "{:+.2f}"), ""),
        ("gold score in the interval", *_figure(found["covered"], "{:.1%}"), ""),
        ("width of the interval, points", *_figure(found["width"], "{:.1f}"), ""),
    ]
    rows += [
        (f"error of {component}", *_figure(row, "{:.3f}"), "")
        for component, row in found["components"].items()
    ]
    title = f"Score of the model's reading against the gold standard's: {name}, {n} articles"
    return _table(title, ("measure", "value", "95% interval", "target"), rows)


def _doses(name: str, found: Mapping[str, Any]) -> Table:
    rows = [
        (f"{share} more background", *_figure(row, "{:+.2f}"), str(row["n"]))
        for share, row in found["background"].items()
    ]
    rows += [
        ("second half left out", *_figure(found["half"], "{:+.2f}"), str(found["half"]["n"])),
        ("… in either direction", *_figure(found["half_apart"], "{:.2f}"), ""),
    ]
    rows += [
        (f"excerpt of {size} sentences, either way", *_figure(row, "{:.2f}"), str(row["n"]))
        for size, row in found["excerpts"].items()
    ]
    title = f"By gold labels, moves of the score in points: {name}"
    return _table(title, ("edit", "mean move", "95% interval", "n"), rows)


def _retest(found: Mapping[str, Any]) -> Table:
    head = ("edit", "n", "rank correlation", "mean difference", "within tolerance", "95% limit")
    rows = [
        (
            name,
            str(row["difference"]["n"]),
            _number(row["spearman"]["value"], "{:.3f}"),
            " ".join(_figure(row["difference"], "{:.2f}")),
            " ".join(_figure(row["within"], "{:.1%}")),
            _number(row["limit"]["value"], "{:.2f}"),
        )
        for name, row in found.items()
    ]
    return _table("Test and retest: edits that change no word", head, rows)


def _company(found: Mapping[str, Any]) -> Table:
    rows = [
        (corpus, name, *_figure(row, "{:+.2f}"))
        for corpus, part in found.items()
        for name, row in part.items()
    ]
    head = ("corpus", "aspect", "rank correlation", "95% interval")
    return _table("What the score goes with", head, rows)


def _publishers(found: Mapping[str, Any]) -> Table:
    rows = [(name, str(row["n"]), *_figure(row, "{:.1f}")) for name, row in found.items()]
    return _table("Publishers", ("publisher", "articles", "mean score", "95% interval"), rows)


def _sensitivity(found: Mapping[str, Any]) -> Table:
    rows = []
    for name, part in found.items():
        for kind in ("around", "any"):
            spread = part[kind]["range"]
            span = "" if spread is None else f"{spread[0]:.2f} to {spread[1]:.2f}"
            middle = _number(part[kind]["median"], "{:.2f}")
            rows.append((f"{name} ({part['n']})", f"weights drawn, {kind}", middle, span))
        rows += [
            (f"{name} ({part['n']})", f"without {component}", _number(tau, "{:.2f}"), "")
            for component, tau in part["without"].items()
        ]
    head = ("order of", "weights", "Kendall's tau", "95% of draws")
    return _table("Other weights: what becomes of the order", head, rows)


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(title=title, title_justify="left")
    for number, name in enumerate(head):
        table.add_column(name, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    return table


def _figure(figure: Mapping[str, Any], form: str) -> tuple[str, str]:
    ends = figure["interval"]
    span = "" if ends is None else f"{form.format(ends[0])} to {form.format(ends[1])}"
    return _number(figure["value"], form), span


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
