"""Write the figures of eval/results/dev.json into the README, between two markers.

python -m eval.readme           # write
python -m eval.readme --check   # exit 1 when the README's figures are out of date
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.table import TITLES, shown
from eval.targets import MEASURES

__all__ = ["BEGIN", "END", "between", "main", "render"]

ROOT = Path(__file__).resolve().parent.parent
BEGIN = "<!-- figures: written by python -m eval.readme -->"
END = "<!-- end of figures -->"
_BASELINES = {"rules": "dependency rules", "textacy": "textacy"}


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
    measured = next(iter(results["corpora"].values()))["systems"]
    releases = (f"`{name}` release {measured[name]['model']['version']}" for name in models)
    machine = results["machine"]
    parts.append(
        f"Models: {', '.join(releases)}; measured {results['date'][:10]} on"
        f" {machine['cores']} cores ({machine['processor']}), commit"
        f" `{(results['commit'] or 'unknown')[:12]}`. Intervals: 95%, bootstrap over articles."
    )
    return "\n\n".join(parts)


def _rows(systems: Mapping[str, Any], models: Sequence[str]) -> list[str]:
    """A row a measure: the first model with interval and n, then the others and the baselines."""
    main, *others = models
    beside = [*others, *(name for name in _BASELINES if name in systems)]
    names = [f"`{name}`" if name in models else _BASELINES[name] for name in beside]
    header = ["measure", f"`{main}`", "95% interval", "n", *names]
    rows = [f"| {' | '.join(header)} |", ("| --- | " + "---: | " * (3 + len(beside))).rstrip()]
    for measure in MEASURES:
        figure = systems[main]["figures"][measure.key]
        if figure["value"] is None:
            continue
        others_shown = (shown(systems[name]["figures"][measure.key]) for name in beside)
        rows.append(_row(measure.label, figure, others_shown))
    if error := systems[main].get("calibration"):
        errors = (systems[name].get("calibration", {"value": None}) for name in beside)
        rows.append(_row("calibration error (lower is better)", error, map(shown, errors)))
    return rows


def _row(label: str, figure: Mapping[str, Any], others: Iterable[str]) -> str:
    low, high = figure["interval"]
    interval = f"{shown({'value': low})} to {shown({'value': high})}"
    return f"| {' | '.join([label, shown(figure), interval, str(figure['n']), *others])} |"


def between(page: str, begin: str, end: str, text: str) -> str:
    """A page with ``text`` between two markers. Raises ValueError without the markers."""
    head, begins, rest = page.partition(begin)
    _, ends, tail = rest.partition(end)
    if not begins or not ends:
        raise ValueError(f"the page lacks the markers {begin!r} and {end!r}")
    return f"{head}{begin}\n\n{text}\n\n{end}{tail}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.readme", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--readme", type=Path, default=ROOT / "README.md")
    parser.add_argument("--results", type=Path, default=ROOT / "eval" / "results" / "dev.json")
    options = parser.parse_args(arguments)
    try:
        results = json.loads(options.results.read_text(encoding="utf-8"))
        readme = options.readme.read_text(encoding="utf-8")
        wanted = between(readme, BEGIN, END, render(results))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    if wanted == readme:
        return 0
    if options.check:
        print(f"{options.readme}: figures are not those of {options.results}", file=sys.stderr)
        return 1
    options.readme.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
