"""Run every measure on the model and the baselines, with n and intervals.

    python -m eval.run --split dev

Writes a JSON file (eval/results/<split>.json) and prints a table. PolNeAR is read from a folder
in its own layout; without it only the written articles are measured. With --gold the articles are
your own: a folder of corrected brat files, or a JSONL file of corrected reports; then there are
figures by group and confusion tables, too.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from attribution.errors import AttributionError
from eval.alignment import align
from eval.baselines import (
    BASELINES,
    NOT_ATTEMPTED,
    BaselineUnavailableError,
    load_baseline,
)
from eval.bootstrap import figures
from eval.calibration import calibration, judgements
from eval.circumstances import circumstances
from eval.confusion import confusion
from eval.confusion_plot import write_plots
from eval.corpora import ROOT, add_corpora, read_corpora
from eval.counts import Counts, Tally
from eval.groups import GROUPS, find_groups
from eval.guard import bundled_models
from eval.labels import LABELLINGS
from eval.measures import measure_aligned
from eval.systems import Run, baseline_run, model_run
from eval.table import print_results
from eval.targets import CALIBRATION_TARGET, TARGETS, THROUGHPUT_TARGET
from training.readers.corrected import read_corrected
from training.readers.gold import GoldArticle

__all__ = ["System", "evaluate", "main", "systems_of"]

RESULTS = ROOT / "eval" / "results"
SCHEMA = "attribution.eval/1"


@dataclass(frozen=True)
class System:
    """Something that makes reports: a model or a baseline.

    Only a model's confidences are meant as probabilities. ``not_attempted`` are the measures by
    which it is not judged, since it does not try.
    """

    name: str
    run: Run
    is_model: bool = False
    not_attempted: frozenset[str] = frozenset()


def evaluate(
    system: System,
    articles: Sequence[GoldArticle],
    corpus: str,
    *,
    by: Sequence[str] = (),
    tables: bool = False,
) -> dict[str, Any]:
    """One system's figures over one corpus, as plain data, by desk too where desks are known.

    Args:
        system: what is measured.
        articles: what it is measured on, at least one.
        corpus: the key of the corpus, for its targets. PolNeAR's publishers get letters.
        by: which of ``eval.groups.GROUPS`` to have figures by.
        tables: whether to have confusion tables.
    """
    system.run(articles[:1])  # first use loads things; that is not what an article costs
    start = time.perf_counter()
    reports = system.run(articles)
    seconds = time.perf_counter() - start
    alignments = [align(*pair) for pair in zip(reports, articles, strict=True)]
    tallies = [
        {**measure_aligned(alignment), **dict.fromkeys(system.not_attempted, Counts())}
        for alignment in alignments
    ]
    model = reports[0].model
    result: dict[str, Any] = {
        "model": model.to_dict(),
        "articles_per_second": round(len(articles) / seconds, 2),
        "figures": _plain(tallies, TARGETS.get(corpus, {})),
    }
    if system.is_model:
        judged = [judgements(alignment) for alignment in alignments]
        result["calibration"] = {**calibration(judged).to_dict(), "target": CALIBRATION_TARGET}
    desks = sorted({article.desk for article in articles if article.desk})
    if desks:
        result["desks"] = {
            desk: _plain(
                [
                    row
                    for row, article in zip(tallies, articles, strict=True)
                    if article.desk == desk
                ]
            )
            for desk in desks
        }
    if by:
        result["groups"] = {
            name: {
                label: group.to_dict()
                for label, group in find_groups(
                    alignments, name, letters=corpus == "polnear"
                ).items()
            }
            for name in by
        }
    if tables:
        result["confusion"] = {name: confusion(alignments, name).to_dict() for name in LABELLINGS}
    return result


def _plain(
    tallies: Sequence[Mapping[str, Tally]], targets: Mapping[str, float] | None = None
) -> dict[str, Any]:
    plain = {}
    for name, figure in figures(tallies).items():
        plain[name] = figure.to_dict()
        if targets and name in targets:
            plain[name]["target"] = targets[name]
    return plain


def systems_of(models: Sequence[str], *, baselines: bool) -> list[System]:
    """The models of these names or folders, then the baselines whose libraries are installed.

    Raises:
        ModelError: there is no such model, or its folder is not complete.
    """
    systems = [
        System(Path(model).name, model_run(model), is_model=True)
        for model in models
        if model != "none"
    ]
    for name in BASELINES if baselines else ():
        try:
            baseline = load_baseline(name)
        except BaselineUnavailableError as error:
            print(f"without the baseline {name}: {error}", file=sys.stderr)
            continue
        systems.append(System(name, baseline_run(baseline), not_attempted=NOT_ATTEMPTED))
    return systems


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    options = _completed(_parser().parse_args(arguments))
    try:
        if options.gold:
            corpora = {"gold": read_corrected(options.gold)[: options.limit]}
        else:
            corpora = read_corpora(options.corpus, options.split, options.polnear, options.limit)
        systems = systems_of(options.model, baselines=options.baselines)
        if options.plots:  # better to fail now than when all is measured
            options.plots.mkdir(parents=True, exist_ok=True)
    except (AttributionError, OSError, ValueError) as error:
        print(f"error: {_reason(error)}", file=sys.stderr)
        return 1
    if not systems or not any(corpora.values()):
        print("nothing to measure: no system or no article", file=sys.stderr)
        return 1
    results = _results(options, corpora, systems)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    desks = options.desk or "desk" in options.by
    print_results(results, Console(), desks=desks, bins=options.bins, confusion=options.confusion)
    written = [options.json, *(write_plots(results, options.plots) if options.plots else ())]
    for path in written:
        print(f"written to {path}", file=sys.stderr)
    return 0


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _results(
    options: argparse.Namespace,
    corpora: Mapping[str, Sequence[GoldArticle]],
    systems: Sequence[System],
) -> dict[str, Any]:
    """What the results file holds."""
    by = [name for name in GROUPS if name in options.by]
    tables = bool(options.confusion or options.plots)
    return {
        "schema": SCHEMA,
        "split": options.gold.name if options.gold else options.split,
        "limit": options.limit,
        **circumstances(ROOT),
        "throughput_target": THROUGHPUT_TARGET,
        "models": [system.name for system in systems if system.is_model],
        "corpora": {
            corpus: {
                "articles": len(articles),
                "resolved": sum(article.resolved for article in articles),
                "systems": {
                    system.name: evaluate(system, articles, corpus, by=by, tables=tables)
                    for system in systems
                },
            }
            for corpus, articles in corpora.items()
            if articles
        },
    }


def _completed(options: argparse.Namespace) -> argparse.Namespace:
    """The options with the defaults that hang on whether the articles are the user's own."""
    own = options.gold is not None
    if options.by is None:
        options.by = [*GROUPS, "desk"] if own else []
    if options.confusion is None:
        options.confusion = own
    if options.json is None:
        options.json = RESULTS / ("gold.json" if own else f"{options.split}.json")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.run", description=__doc__)
    add_corpora(parser)
    parser.add_argument(
        "--model",
        nargs="+",
        default=bundled_models(),
        help="bundled models or folders, the main one first, or none (default: all bundled ones)",
    )
    parser.add_argument(
        "--gold",
        type=Path,
        metavar="PATH",
        help="measure on these articles only: a folder of brat files (.txt, .ann), or a .jsonl or "
        ".json file of reports, as corrected by people",
    )
    parser.add_argument("--no-baselines", dest="baselines", action="store_false")
    parser.add_argument(
        "--json", type=Path, metavar="OUT", help="default eval/results/SPLIT.json, or gold.json"
    )
    parser.add_argument("--desk", action="store_true", help="print the written articles by desk")
    parser.add_argument(
        "--by",
        nargs="*",
        choices=(*GROUPS, "desk"),
        help="figures by group (default: with --gold all, else none; without a name: none)",
    )
    parser.add_argument(
        "--confusion",
        action=argparse.BooleanOptionalAction,
        help="print which source type, speech and kind was taken for which (default: with --gold)",
    )
    parser.add_argument(
        "--plots", type=Path, metavar="DIR", help="draw the same, as DIR/confusion-SYSTEM.svg"
    )
    parser.add_argument("--bins", action="store_true", help="print how often a confidence is right")
    return parser


if __name__ == "__main__":
    sys.exit(main())
