"""Write figures in eval/results into docs/recipe.md: the ablations, and what they are held against.

python -m eval.recipe_doc           # write
python -m eval.recipe_doc --check   # exit 1 when the document's figures are out of date
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.asked import SPANS, asked, curve, publishers, storage, tried
from eval.circumstances import short_commit
from eval.corpora import ROOT
from eval.pages import update
from eval.table import TITLES, points, shown
from eval.targets import ASKED
from training.ablate import REFERENCE

__all__ = ["ABLATIONS", "OTHERS", "main", "markers", "render"]

#: Files of results, without ending; the document has each between markers of its own.
ABLATIONS = ("ablation", "ablation-2", "depth")
_COFENET = tuple(f"cofenet-{model}" for model in ASKED)
#: The document's other tables: by the name in their markers, the files they are told from and how.
OTHERS: Mapping[str, tuple[tuple[str, ...], Callable[..., str]]] = {
    "asked": (("dev", "annotators", *_COFENET), asked),
    "curve": (("ablation-2", "annotators"), curve),
    "publishers": (("publishers",), publishers),
    "storage": (("storage-base",), storage),
    "tried": (("paired",), tried),
}


def markers(name: str) -> tuple[str, str]:
    """Between which the document has the tables of one file of results."""
    return f"<!-- {name}: written by python -m eval.recipe_doc -->", f"<!-- end of {name} -->"


def render(results: Mapping[str, Any]) -> str:
    """A table a corpus: the recipe's own figures, then by how many points each change moves them.

    Points whose interval leaves out 0 are bold. Below the tables: what they are of.
    """
    rows = results["rows"]
    corpora = rows[REFERENCE]["corpora"]
    tables = ["\n".join(_table(corpus, rows)) for corpus in corpora]
    machine = results["machine"]
    measured = (
        f"The recipe: {rows[REFERENCE]['says']}. F1 of the encoder's claims on the dev articles;"
        f" mention: the share of the claims found that have the right one. In brackets the 95%"
        f" interval, bootstrap over articles, of a difference between the same articles. Trained"
        f" and measured until {results['date'][:10]} on {machine['cores']} cores"
        f" ({machine['processor']}), last at commit {short_commit(results['commit'])}."
    )
    return "\n\n".join([*tables, measured])


def _table(corpus: str, rows: Mapping[str, Any]) -> Iterator[str]:
    """The rows of one corpus: the reference, then the changes in their order."""
    yield f"| {TITLES[corpus]} | {' | '.join(SPANS.values())} |"
    yield f"| --- |{' ---: |' * len(SPANS)}"
    values = rows[REFERENCE]["corpora"][corpus]
    yield f"| the recipe | {' | '.join(shown(values[measure]) for measure in SPANS)} |"
    for name, row in rows.items():
        if name != REFERENCE:
            cells = (points(row["corpora"][corpus][measure]["difference"]) for measure in SPANS)
            yield f"| {row['says']} | {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.recipe_doc", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--document", type=Path, default=ROOT / "docs" / "recipe.md")
    parser.add_argument("--results", type=Path, default=ROOT / "eval" / "results")
    options = parser.parse_args(arguments)
    sections = {name: ((name,), render) for name in ABLATIONS} | dict(OTHERS)
    codes = [
        update(
            options.document,
            [options.results / f"{file}.json" for file in files],
            markers(name),
            told,
            check=options.check,
        )
        for name, (files, told) in sections.items()
    ]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
