"""The command line: ``attribution compare A B``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from attribution.cli.model import ArticleScorer, load_scorer
from attribution.cli.options import (
    EngineOption,
    Engines,
    Model,
    Network,
    NoColor,
    Publisher,
    Quiet,
    Weights,
    path_to_write,
    weights_or_refuse,
)
from attribution.cli.output import check_output
from attribution.cli.progress import waiting
from attribution.errors import InputError, ModelError, ReportFormatError
from attribution.types import Report

if TYPE_CHECKING:
    from attribution.inputs.article import ArticleText

__all__ = ["COMPARE_EXAMPLES", "compare"]

COMPARE_EXAMPLES = """
Examples:

  attribution compare morning.txt evening.txt

  attribution compare --format json morning.json evening.json > changes.json

  attribution compare --allow-network saved.html https://example.org/story.html
"""
BATCH_SIZE = 8


class ComparisonFormat(str, Enum):
    """How a comparison is written."""

    table = "table"
    json = "json"


def compare(
    a: Annotated[
        str,
        typer.Argument(
            metavar="A",
            help="A report of 'attribution score --format json' (.json), or an input as of "
            "'attribution score': a file, - for standard input, an address.",
            show_default=False,
        ),
    ],
    b: Annotated[
        str, typer.Argument(metavar="B", help="What to compare A with.", show_default=False)
    ],
    output_format: Annotated[
        ComparisonFormat, typer.Option("--format", "-f", help="table: for reading. json: as data.")
    ] = ComparisonFormat.table,
    model: Model = "small",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Write to this file, replaced only when all is done.",
            show_default="standard output",
            parser=path_to_write,
            metavar="PATH",
        ),
    ] = None,
    publisher: Publisher = None,
    weights: Weights = None,
    allow_network: Network = False,
    engine: EngineOption = Engines.auto,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Compare two articles, or two versions of one.

    Shows sources and claims gained and lost, claims whose attribution changed, and both scores.
    """
    from attribution.compare.reports import compare as compared
    from attribution.compare.table import to_compare_table
    from attribution.inputs.read import STDIN
    from attribution.outputs.write import open_output

    chosen = weights_or_refuse(weights)
    target = None if output is None or str(output) == STDIN else output
    for name in (a, b):
        if os.path.isdir(name):
            raise typer.BadParameter(f"{name!r} is a folder; name one article in it.")
    if a == b == STDIN:
        raise typer.BadParameter("Standard input can be read only once; name a file for A or B.")
    if target:
        check_output(target, (a, b))
    typed = STDIN in (a, b) and sys.stdin.isatty()
    bar = waiting(1, quiet=quiet or typed, no_color=no_color)
    with bar.during("Reading and scoring"):
        load = partial(load_scorer, model, chosen, engine.value)
        one, other = _reports((a, b), load, publisher, chosen, allow_network=allow_network)
    _warn_of_other_weights(one, other)
    found = compared(one, other)
    if output_format is ComparisonFormat.json:
        data = found.to_dict()
        for side, name in (("a", a), ("b", b)):
            data[side] = {"input": name, **data[side]}
        text = json.dumps(data, indent=2) + "\n"
    else:
        text = to_compare_table(found, (a, b), color=False if no_color or target else None)
    with open_output(target) as write:
        write(text)


def _reports(
    names: Sequence[str],
    load: Callable[[], ArticleScorer],
    publisher: str | None,
    weights: Mapping[str, float] | None,
    *,
    allow_network: bool,
) -> list[Report]:
    """The reports of all names. Names without one go to standard error, and it exits 1."""
    from attribution.inputs.article import described

    read: list[Report | ArticleText] = []
    for name in names:
        try:
            read.append(_report_of(name) if _is_report(name) else _article_of(name, allow_network))
        except InputError as error:
            _complain(str(error))
    if len(read) < len(names):
        raise typer.Exit(1)
    scorer: ArticleScorer | None = None
    reports: list[Report] = []
    for name, item in zip(names, read, strict=True):
        if isinstance(item, Report):
            reports.append(item if weights is None else _weighed(item, weights))
            continue
        try:
            scorer = scorer or load()
            outlet = publisher or item.publisher
            (report,) = scorer([item.text], publisher=outlet, batch_size=BATCH_SIZE)
        except ModelError as error:
            raise typer.BadParameter(str(error), param_hint="--model") from error
        except InputError as error:
            _complain(f"{name}: {error}")
            raise typer.Exit(1) from error
        reports.append(described(report, item))
    return reports


def _weighed(report: Report, weights: Mapping[str, float]) -> Report:
    """A report with its score made anew: the score needs no model."""
    from attribution.transparency import assess

    score = assess(report.text, report.sentences, report.sources, report.claims, weights)
    return replace(report, transparency=score)


def _warn_of_other_weights(one: Report, other: Report) -> None:
    """Scores by different weights cannot be compared; reports that were read carry their own."""
    of_one, of_other = (
        {name: part.weight for name, part in report.transparency.components.items()}
        for report in (one, other)
    )
    if of_one != of_other:
        typer.echo(
            "warning: the two scores were made with different weights; "
            "--weights FILE makes both anew with one",
            err=True,
        )


def _is_report(name: str) -> bool:
    return name.lower().endswith(".json")


def _report_of(name: str) -> Report:
    try:
        return Report.from_json(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from error
    except (ReportFormatError, UnicodeDecodeError) as error:
        raise InputError(f"{name}: {error}") from error


def _article_of(name: str, allow_network: bool) -> ArticleText:
    from attribution.inputs.read import find_inputs

    (item,) = find_inputs([name], allow_network=allow_network)
    return item.read()


def _complain(reason: str) -> None:
    from attribution.outputs.text import printable

    typer.echo(f"error: {printable(reason)}", err=True)
