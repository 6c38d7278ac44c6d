"""Measure the validity of the transparency score.

    python -m eval.validity --model small --json eval/results/validity.json

Reads the dev articles and edited versions of them, several hundred in all, with the model. Scores
by gold labels need no model and are measured beside it. PolNeAR is read from a folder in its own
layout; without it only the written articles are measured.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from attribution import counted
from attribution.errors import AttributionError
from attribution.transparency import WEIGHTS
from eval.circumstances import circumstances
from eval.corpora import CORPUS, ROOT, add_corpora, read_corpora
from eval.systems import Run, model_run
from eval.validity.agreement import agreement
from eval.validity.dose import doses
from eval.validity.gold_score import read_gold
from eval.validity.rankings import company, publishers, sensitivity
from eval.validity.relations import Case, check, relations, summary
from eval.validity.retest import retest
from eval.validity.table import print_validity
from training.augment.cues import learn_verbs
from training.readers.articles import read_articles
from training.readers.gold import GoldArticle

__all__ = ["main", "validity"]

SCHEMA = "attribution.validity/1"


def validity(
    run: Run,
    corpora: Mapping[str, Sequence[GoldArticle]],
    *,
    samples: int = 1000,
    names: bool = False,
    tell: Callable[[Case], None] | None = None,
) -> dict[str, Any]:
    """Every figure, as plain data.

    Args:
        run: reads articles.
        corpora: gold articles by corpus.
        samples: resamples for the intervals.
        names: call publishers by name.
        tell: called with every edit that breaks its relation, if given.
    """
    articles = [article for group in corpora.values() for article in group]
    reports = run(articles)
    scores = [report.transparency.score for report in reports]
    wanted = relations(learn_verbs(read_articles(CORPUS / "articles" / "train")))
    outlets = [article.publisher for article in articles]
    cases = check(run, articles, scores, wanted)
    for case in cases if tell else ():
        if tell and case.relation.broken(case.before, case.after):
            tell(case)
    by_doc = {article.doc: report for article, report in zip(articles, reports, strict=True)}
    labelled = {name: [a for a in group if a.resolved] for name, group in corpora.items()}
    groups = {**labelled, "both": [a for group in labelled.values() for a in group]}
    return {
        "weights": dict(WEIGHTS),
        "articles": {name: len(group) for name, group in corpora.items()},
        "relations": summary(cases, wanted),
        "agreement": {
            name: agreement([by_doc[a.doc] for a in group], read_gold(group), samples)
            for name, group in groups.items()
            if group
        },
        "doses": {
            name: doses(read_gold(group), samples) for name, group in labelled.items() if group
        },
        "retest": retest(run, articles, scores, samples),
        "company": {
            name: company([by_doc[a.doc] for a in group], samples)
            for name, group in corpora.items()
        },
        "publishers": publishers(reports, outlets, samples, names=names),
        "sensitivity": sensitivity(reports, outlets),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        corpora = read_corpora(options.corpus, options.split, options.polnear, options.limit)
        run = model_run(options.model)
    except (AttributionError, FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    tell = _tell if options.broken else None
    with _sure_from(options.sure):
        found = validity(run, corpora, samples=options.samples, names=options.names, tell=tell)
    results = {
        "schema": SCHEMA,
        "model": options.model,
        "split": options.split,
        "limit": options.limit,
        "sure": options.sure,
        **circumstances(ROOT),
        **found,
    }
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print(f"written to {options.json}", file=sys.stderr)
    print_validity(results, Console())
    return 0


@contextmanager
def _sure_from(confidence: float) -> Iterator[None]:
    """Scores meanwhile count a claim in full from this confidence on."""
    usual, counted.SURE = counted.SURE, confidence
    try:
        yield
    finally:
        counted.SURE = usual


def _tell(case: Case) -> None:
    moved = f"{case.before:.2f} -> {case.after:.2f}"
    print(f"broken: {case.relation.name}: {case.doc}: {moved}", file=sys.stderr)


def _chance(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text}: more than 0, at most 1")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval.validity",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_corpora(parser)
    parser.add_argument("--model", default="small", help="a bundled model, or a folder")
    parser.add_argument(
        "--sure",
        type=_chance,
        default=counted.SURE,
        metavar="P",
        help="confidence from which a claim counts in full (default: the score's own)",
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures to this file")
    parser.add_argument(
        "--samples", type=int, default=1000, metavar="N", help="bootstrap resamples"
    )
    parser.add_argument(
        "--broken", action="store_true", help="print every edit that breaks its relation"
    )
    parser.add_argument(
        "--names", action="store_true", help="name the publishers; else they are letters"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
