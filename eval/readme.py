"""Write the figures of eval/results/dev.json into the README, between two markers.

python -m eval.readme           # write
python -m eval.readme --check   # exit 1 when the README's figures are out of date
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.circumstances import short_commit
from eval.corpora import ROOT
from eval.pages import update
from eval.table import TITLES, shown
from eval.targets import MEASURES

__all__ = ["BEGIN", "END", "main", "measured_row", "names_of", "render"]

BEGIN = "<!-- figures: written by python -m eval.readme -->"
END = "<!-- end of figures -->"
_BASELINES = {"rules": "dependency rules", "textacy": "textacy"}
_NONE: Mapping[str, Any] = {"value": None, "interval": None, "n": 0}
_NOTE = (
    "n is what was judged: one number where it is the same for all systems, else (of the claims"
    " that each has found) one each, in the order of the columns. A dash: not attempted."
)


def render(results: Mapping[str, Any]) -> str:
    """The results as Markdown: what was measured, then a table a corpus."""
    parts = []
    models = results["models"]
    for corpus, part in results["corpora"].items():
        resolved = part["resolved"]
        labelled = "" if resolved == part["articles"] else f", {resolved} of them with sources"
        speeds = (
            f"`{name}` {part['systems'][name]['articles_per_second']:.1f} articles a second"
            for name in models
        )
        parts.append(
            f"**{TITLES[corpus]}, {results['split']}** ({part['articles']} articles{labelled}):"
            f" {', '.join(speeds)}"
        )
        parts.append("\n".join(_rows(part["systems"], models)))
    parts.append(_NOTE)
    measured = next(iter(results["corpora"].values()))["systems"]
    releases = (f"`{name}` release {measured[name]['model']['version']}" for name in models)
    machine = results["machine"]
    parts.append(
        f"Models: {', '.join(releases)}; measured {results['date'][:10]} on"
        f" {machine['cores']} cores ({machine['processor']}), commit"
        f" {short_commit(results['commit'])}. Intervals: 95%, bootstrap over articles."
    )
    return "\n\n".join(parts)


def _rows(systems: Mapping[str, Any], models: Sequence[str]) -> list[str]:
    """A row a measure."""
    columns, head = names_of(systems, models)
    rows = head("measure")
    for measure in MEASURES:
        figures = [systems[name]["figures"].get(measure.key, _NONE) for name in columns]
        rows += measured_row(measure.label, figures, len(models))
    errors = [systems[name].get("calibration", _NONE) for name in columns]
    return rows + measured_row("calibration error (lower is better)", errors, len(models))


def names_of(
    systems: Iterable[str], models: Sequence[str]
) -> tuple[list[str], Callable[[str], list[str]]]:
    """The systems in the order of a table's columns, and what makes the table's first two lines.

    Models stand first, each with a column for its intervals, then the baselines, then n.
    """
    baselines = [name for name in _BASELINES if name in systems]
    titles = [title for name in models for title in (f"`{name}`", "95% interval")]
    titles += [*(_BASELINES[name] for name in baselines), "n"]

    def head(first: str) -> list[str]:
        return [f"| {' | '.join([first, *titles])} |", f"| --- |{' ---: |' * len(titles)}"]

    return [*models, *baselines], head


def measured_row(label: str, figures: Sequence[Mapping[str, Any]], models: int) -> list[str]:
    """The row of one measure; none where the first system has no figure.

    Args:
        label: the measure's.
        figures: a column each, models first.
        models: how many of them are models, whose intervals are shown.
    """
    if figures[0]["value"] is None:
        return []
    cells = [label]
    for place, figure in enumerate(figures):
        cells += [shown(figure), _interval(figure)][: 2 if place < models else 1]
    return [f"| {' | '.join([*cells, _judged(figures)])} |"]


def _interval(figure: Mapping[str, Any]) -> str:
    if figure["interval"] is None:
        return "–"
    return " to ".join(shown({"value": bound}) for bound in figure["interval"])


def _judged(figures: Sequence[Mapping[str, Any]]) -> str:
    """The number of what was judged, one for all systems or one each in their order."""
    numbers = [None if figure["value"] is None else figure["n"] for figure in figures]
    if len(set(numbers) - {None}) == 1:
        return str(numbers[0])
    return " / ".join("–" if number is None else str(number) for number in numbers)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.readme", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--readme", type=Path, default=ROOT / "README.md")
    parser.add_argument("--results", type=Path, default=ROOT / "eval" / "results" / "dev.json")
    options = parser.parse_args(arguments)
    return update(options.readme, options.results, (BEGIN, END), render, check=options.check)


if __name__ == "__main__":
    sys.exit(main())
