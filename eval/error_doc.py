"""Write the most costly error classes of eval/results/errors.json into docs/errors.md.

python -m eval.error_doc           # write
python -m eval.error_doc --check   # exit 1 when the document's figures are out of date
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.circumstances import short_commit
from eval.corpora import ROOT
from eval.pages import update
from eval.table import TITLES

__all__ = ["BEGIN", "END", "main", "ranked", "render"]

BEGIN = "<!-- classes: written by python -m eval.error_doc -->"
END = "<!-- end of classes -->"
_ROWS = 20


def ranked(results: Mapping[str, Any], rows: int = _ROWS) -> list[str]:
    """The names of the most costly classes: by their cost to the first model, all corpora added."""
    first = next(iter(results["models"].values()))
    cost: dict[str, float] = {}
    for part in first["corpora"].values():
        for row in part["classes"]:
            cost[row["class"]] = cost.get(row["class"], 0.0) + row["cost"]
    return sorted(cost, key=lambda name: (-cost[name], name))[:rows]


def render(results: Mapping[str, Any]) -> str:
    """The table as Markdown: a row a class; for each model count, share of all cost, and gains."""
    models = list(results["models"])
    header = ["", "class"]
    for name in models:
        header += [f"`{name}` n", "share", "attribution", "source"]
    rows = [f"| {' | '.join(header)} |", f"| ---: | --- |{' ---: |' * 4 * len(models)}"]
    for place, name in enumerate(ranked(results), start=1):
        cells = [str(place), name]
        for model in models:
            cells += _cells(results["models"][model]["corpora"], name)
        rows.append(f"| {' | '.join(cells)} |")
    corpora = next(iter(results["models"].values()))["corpora"]
    judged = "; ".join(
        f"{TITLES[name]}: {part['articles']} articles, {part['resolved']} of them with sources,"
        f" {part['gold']} gold claims"
        for name, part in corpora.items()
    )
    releases = (
        f"`{name}` release {results['models'][name]['model']['version']}" for name in models
    )
    measured = (
        f"{judged}. Models: {', '.join(releases)}; measured {results['date'][:10]}, commit"
        f" {short_commit(results['commit'])}."
    )
    return "\n".join(rows) + "\n\n" + measured


def _cells(corpora: Mapping[str, Any], name: str) -> list[str]:
    """Count, share of the cost, and the gains by corpus, of one class for one model."""
    found = [{row["class"]: row for row in part["classes"]}.get(name) for part in corpora.values()]
    rows = [row for row in found if row]
    cost = sum(part["cost"] for part in corpora.values())
    share = sum(row["cost"] for row in rows) / cost if cost else 0.0
    cells = [str(sum(row["n"] for row in rows)), f"{share:.1%}"]
    gains = (
        " / ".join(f"{row['gain'][figure] if row else 0:.2f}" for row in found)
        for figure in ("attribution", "source")
    )
    return [*cells, *gains]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.error_doc", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--document", type=Path, default=ROOT / "docs" / "errors.md")
    parser.add_argument("--results", type=Path, default=ROOT / "eval" / "results" / "errors.json")
    options = parser.parse_args(arguments)
    return update(options.document, options.results, (BEGIN, END), render, check=options.check)


if __name__ == "__main__":
    sys.exit(main())
