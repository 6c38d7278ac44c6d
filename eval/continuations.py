"""How well claims without a cue are found: ``python -m eval.continuations``.

Measures models and baselines on training/corpus/articles/continuations, writes
eval/results/continuations.json and from it the tables of docs/evaluation.md, between two markers.
``--render`` only writes the tables, ``--check`` only compares them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attribution.errors import AttributionError
from eval.alignment import align
from eval.bootstrap import figures
from eval.circumstances import circumstances
from eval.corpora import CORPUS, ROOT
from eval.guard import bundled_models
from eval.measures import measure_aligned
from eval.pages import update
from eval.passages import PHENOMENA, Marked, measure_passages, read_marked
from eval.readme import measured_row, names_of
from eval.run import System, systems_of

__all__ = ["ARTICLES", "BEGIN", "END", "main", "measured", "render"]

ARTICLES = CORPUS / "articles" / "continuations"
BEGIN = "<!-- continuations: written by python -m eval.continuations -->"
END = "<!-- end of continuations -->"
SCHEMA = "attribution.continuations/1"
_ALL = ("sentences", "attribution", "mention", "speech", "same_source", "chain_found")
_ROWS = {
    "all.found": "uncued passages found",
    "all.source": "… right source, found ones",
    "all.right": "… found with the right source",
    "uncued": "claims predicted without a cue that are reported words",
    "sentences": "sentence detection F1, all claims",
    "attribution": "attribution F1 at IoU .5, all claims",
}


def measured(system: System, marked: Sequence[Marked]) -> dict[str, Any]:
    """One system's figures as plain data: those of the passages, and some over all claims."""
    reports = system.run([one.article for one in marked])
    tallies = []
    for report, one in zip(reports, marked, strict=True):
        alignment = align(report, one.article)
        claims = measure_aligned(alignment)
        passages = measure_passages(alignment, one.passages)
        tallies.append({**passages, **{name: claims[name] for name in _ALL}})
    plain = {name: figure.to_dict() for name, figure in figures(tallies).items()}
    return {"model": reports[0].model.to_dict(), "figures": plain}


def render(results: Mapping[str, Any]) -> str:
    """The results as Markdown: a table over all passages, and one by phenomenon."""
    systems, models = results["systems"], results["models"]
    columns, head = names_of(systems, models)
    tables = {
        "measure": _ROWS,
        "found with the right source": _by_phenomenon("right"),
        "found, whatever the source": _by_phenomenon("found"),
    }
    parts = [
        "\n".join([*head(title), *_rows(systems, columns, rows, len(models))])
        for title, rows in tables.items()
    ]
    machine = results["machine"]
    parts.append(
        f"{results['articles']} articles; measured {results['date'][:10]} on {machine['cores']}"
        f" cores ({machine['processor']})."
    )
    return "\n\n".join(parts)


def _by_phenomenon(figure: str) -> dict[str, str]:
    return {f"{key}.{figure}": title for key, title in PHENOMENA.items()}


def _rows(
    systems: Mapping[str, Any], columns: Sequence[str], titles: Mapping[str, str], models: int
) -> list[str]:
    rows: list[str] = []
    for key, title in titles.items():
        rows += measured_row(title, [systems[name]["figures"][key] for name in columns], models)
    return rows


def _measure(options: argparse.Namespace) -> None:
    """Measure and write the results file."""
    marked = read_marked(ARTICLES)
    systems = systems_of(options.model, baselines=options.baselines)
    results = {
        "schema": SCHEMA,
        **circumstances(ROOT),
        "articles": len(marked),
        "models": [system.name for system in systems if system.is_model],
        "systems": {system.name: measured(system, marked) for system in systems},
    }
    options.results.parent.mkdir(parents=True, exist_ok=True)
    options.results.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"written to {options.results}", file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    if not (options.render or options.check):
        try:
            _measure(options)
        except (AttributionError, OSError, ValueError) as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            return 1

    def tables(results: Mapping[str, Any]) -> str:
        rendered = render(results)
        if not options.check:
            print(rendered)
        return rendered

    return update(options.docs, options.results, (BEGIN, END), tables, check=options.check)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.continuations", description=__doc__)
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--render", action="store_true", help="measure nothing, write the tables")
    only.add_argument("--check", action="store_true", help="measure and write nothing, compare")
    parser.add_argument(
        "--model", nargs="+", default=bundled_models(), help="bundled models or folders"
    )
    parser.add_argument("--no-baselines", dest="baselines", action="store_false")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs" / "evaluation.md")
    parser.add_argument(
        "--results", type=Path, default=ROOT / "eval" / "results" / "continuations.json"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
