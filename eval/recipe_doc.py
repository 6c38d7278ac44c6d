"""Write the figures of the ablations in eval/results into docs/recipe.md.

python -m eval.recipe_doc           # write
python -m eval.recipe_doc --check   # exit 1 when the document's figures are out of date
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.corpora import ROOT
from eval.pages import update
from eval.table import TITLES, shown
from training.ablate import REFERENCE

__all__ = ["ABLATIONS", "main", "markers", "render"]

#: Files of results, without ending; the document has each between markers of its own.
ABLATIONS = ("ablation", "ablation-2")
#: Columns, by measure.
_COLUMNS = {
    "sentences": "sentences",
    "attribution": "attribution",
    "exact_source": "source",
    "exact_cue": "cue",
    "exact_content": "content",
    "mention": "mention",
}


def markers(name: str) -> tuple[str, str]:
    """Between which the document has the tables of one file of results."""
    return f"<!-- {name}: written by python -m eval.recipe_doc -->", f"<!-- end of {name} -->"


def render(results: Mapping[str, Any]) -> str:
    """A table a corpus: the recipe's own figures, then by how many points each change moves them.

    Points whose interval leaves out 0 are bold.
    """
    rows = results["rows"]
    corpora = rows[REFERENCE]["corpora"]
    tables = ["\n".join(_table(corpus, rows)) for corpus in corpora]
    machine = results["machine"]
    measured = (
        f"Dev articles, F1 of the encoder's claims; in brackets the 95% interval, bootstrap over"
        f" articles, of a difference between the same articles. Trained and measured until"
        f" {results['date'][:10]} on {machine['cores']} cores ({machine['processor']})."
    )
    return "\n\n".join([*tables, measured])


def _table(corpus: str, rows: Mapping[str, Any]) -> Iterator[str]:
    """The rows of one corpus: the reference, then the changes in their order."""
    yield f"| {TITLES[corpus]} | {' | '.join(_COLUMNS.values())} |"
    yield f"| --- |{' ---: |' * len(_COLUMNS)}"
    values = rows[REFERENCE]["corpora"][corpus]
    yield f"| the recipe | {' | '.join(shown(values[measure]) for measure in _COLUMNS)} |"
    for name, row in rows.items():
        if name != REFERENCE:
            cells = (_points(row["corpora"][corpus][measure]["difference"]) for measure in _COLUMNS)
            yield f"| {row['says']} | {' | '.join(cells)} |"


def _points(difference: Mapping[str, Any]) -> str:
    """A difference in points with its interval."""
    low, high = (100 * bound for bound in difference["interval"])
    value = f"{100 * difference['value']:+.1f}"
    sure = low > 0 or high < 0
    return f"{f'**{value}**' if sure else value} ({low:+.1f} to {high:+.1f})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.recipe_doc", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--document", type=Path, default=ROOT / "docs" / "recipe.md")
    parser.add_argument("--results", type=Path, default=ROOT / "eval" / "results")
    options = parser.parse_args(arguments)
    codes = [
        update(
            options.document,
            options.results / f"{name}.json",
            markers(name),
            render,
            check=options.check,
        )
        for name in ABLATIONS
    ]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
