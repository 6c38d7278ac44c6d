"""Where a model goes wrong on the gold articles: every difference in one class, ranked by cost.

    python -m eval.errors --split dev --examples 3
    python -m eval.errors --model base small --json eval/results/errors.json

Prints the classes of each corpus. Examples go to the terminal only, never into the JSON file: the
text of PolNeAR must not get into a file of the project.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from attribution.errors import AttributionError
from attribution.types import Report
from eval.circumstances import circumstances
from eval.corpora import ROOT, add_corpora, read_corpora
from eval.error_chains import chain_differences
from eval.error_classes import claim_differences, span_differences
from eval.error_gains import Totals, gains
from eval.error_layout import WEIGHTS, Difference, Laid
from eval.error_sources import source_differences
from eval.error_table import Case, print_classes, print_examples
from eval.systems import Run, model_run
from training.readers.gold import GoldArticle

__all__ = ["ErrorClass", "analyze", "find_differences", "main", "to_plain"]

SCHEMA = "attribution.errors/2"
_EXAMPLE_CLASSES = 20


def find_differences(report: Report, article: GoldArticle) -> list[Difference]:
    """Everything on which a report and its gold article do not agree.

    Raises:
        ValueError: the report is not about this article's text.
    """
    laid = Laid.of(report, article)
    return [
        *claim_differences(laid),
        *span_differences(laid),
        *source_differences(laid),
        *chain_differences(laid),
    ]


@dataclass(frozen=True)
class ErrorClass:
    """All cases of one class of difference."""

    name: str
    cases: tuple[Case, ...]

    @property
    def group(self) -> str:
        """The name up to the colon."""
        return self.name.partition(":")[0]

    @property
    def cost(self) -> float:
        return sum(case.difference.cost for case in self.cases)


def analyze(reports: Sequence[Report], articles: Sequence[GoldArticle]) -> list[ErrorClass]:
    """The classes of all differences, the most expensive first.

    Raises:
        ValueError: reports and articles do not belong together.
    """
    cases: dict[str, list[Case]] = {}
    for report, article in zip(reports, articles, strict=True):
        for difference in find_differences(report, article):
            cases.setdefault(difference.name, []).append(Case(report, article, difference))
    classes = [ErrorClass(name, tuple(found)) for name, found in cases.items()]
    return sorted(classes, key=lambda one: (-one.cost, -len(one.cases), one.name))


def to_plain(
    classes: Sequence[ErrorClass], reports: Sequence[Report], articles: Sequence[GoldArticle]
) -> dict[str, Any]:
    """Counts of one corpus as plain data, without a word of the articles."""
    cost = sum(one.cost for one in classes)
    laid = (Laid.of(*pair) for pair in zip(reports, articles, strict=True))
    totals = sum((Totals.of(one) for one in laid), Totals())
    groups: dict[str, list[ErrorClass]] = {}
    for one in classes:
        groups.setdefault(one.group, []).append(one)
    rows = [
        _row("group", name, [case for one in found for case in one.cases], cost, totals)
        for name, found in groups.items()
    ]
    return {
        "articles": len(articles),
        "resolved": sum(article.resolved for article in articles),
        "gold": sum(len(article.claims) for article in articles),
        "predicted": sum(len(report.claims) for report in reports),
        "cost": cost,
        "groups": sorted(rows, key=lambda row: -row["cost"]),
        "classes": [
            {**_row("class", one.name, one.cases, cost, totals), "group": one.group}
            for one in classes
        ],
    }


def _row(
    key: str, name: str, cases: Sequence[Case], total: float, totals: Totals
) -> dict[str, Any]:
    cost = sum(case.difference.cost for case in cases)
    return {
        key: name,
        "n": len(cases),
        "weights": dict(Counter(case.difference.weight for case in cases)),
        "articles": len({case.article.doc for case in cases}),
        "cost": cost,
        "share": cost / total if total else 0.0,
        "gain": gains((case.difference for case in cases), totals),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        corpora = read_corpora(options.corpus, options.split, options.polnear, options.limit)
        runs = {Path(name).name: model_run(name) for name in options.model}
    except (AttributionError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    results: dict[str, Any] = {
        "schema": SCHEMA,
        "split": options.split,
        "limit": options.limit,
        **circumstances(ROOT),
        "weights": WEIGHTS,
        "models": {name: _of_model(run, corpora, options) for name, run in runs.items()},
    }
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print(f"written to {options.json}", file=sys.stderr)
    return 0


def _of_model(
    run: Run, corpora: Mapping[str, Sequence[GoldArticle]], options: argparse.Namespace
) -> dict[str, Any]:
    """One model's counts by corpus, printed as they are made."""
    console = Console()
    found: dict[str, Any] = {"model": None, "corpora": {}}
    for corpus, articles in corpora.items():
        reports = run(articles)
        classes = analyze(reports, articles)
        part = to_plain(classes, reports, articles)
        found["model"] = reports[0].model.to_dict() if reports else None
        found["corpora"][corpus] = part
        print_classes(corpus, part, console, rows=options.rows)
        if options.examples:
            for one in classes[:_EXAMPLE_CLASSES]:
                print_examples(one.name, one.cases, console, number=options.examples)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.errors", description=__doc__)
    add_corpora(parser)
    parser.add_argument(
        "--model",
        nargs="+",
        default=["small"],
        help="bundled models or folders (default small)",
    )
    parser.add_argument(
        "--rows", type=int, default=40, metavar="N", help="classes in the table (default 40)"
    )
    parser.add_argument(
        "--examples",
        type=int,
        default=0,
        metavar="N",
        help=f"print N cases of each of the first {_EXAMPLE_CLASSES} classes, with article text",
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the counts to this file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
