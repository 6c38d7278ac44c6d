"""The command line: ``attribution score INPUT...``.

Exit codes: 0 everything was scored, 1 some inputs failed (each is named on standard error and
the rest is written), 2 the command was called wrongly. Reports go to standard output or the file
given, everything else to standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from attribution._version import __version__
from attribution.cli.compare import COMPARE_EXAMPLES, compare
from attribution.cli.corpus import CORPUS_EXAMPLES, corpus
from attribution.cli.model import ArticleScorer, load_scorer
from attribution.cli.options import BatchSize, Model, Network, NoColor, Publisher
from attribution.cli.output import check_form
from attribution.cli.serve import SERVE_EXAMPLES, serve
from attribution.cli.summarize import SUMMARIZE_EXAMPLES, summarize_corpus
from attribution.errors import InputError, ModelError

if TYPE_CHECKING:
    from attribution.inputs.article import ArticleText
    from attribution.inputs.read import Input
    from attribution.types import Report

__all__ = ["app", "load_scorer", "main"]

EXAMPLES = """
Examples:

  attribution score article.txt

  attribution score --format json article.txt > report.json

  attribution score --format jsonl --output reports.jsonl articles/

  attribution score --format csv --output claims.csv articles/

  attribution score --format html --output report.html article.txt

  attribution score --format graphml --output graphs/ articles/

  curl -s https://example.org/story.html | attribution score -

  attribution score --allow-network https://example.org/story.html
"""
# Articles handed to the scorer together. Small, so that memory stays flat over any number of
# inputs and reports come out while the rest is still being read.
ARTICLES_AT_ONCE = 8
PROGRESS_FROM = 3

app = typer.Typer(
    name="attribution",
    no_args_is_help=True,
    help="Claim attribution and source tracing in news articles.",
    epilog="Run 'attribution score --help' for options and examples.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("compare", epilog=COMPARE_EXAMPLES)(compare)
app.command("corpus", epilog=CORPUS_EXAMPLES)(corpus)
app.command("serve", epilog=SERVE_EXAMPLES)(serve)
app.command("summarize", epilog=SUMMARIZE_EXAMPLES)(summarize_corpus)


class Format(str, Enum):
    """How reports are written."""

    table = "table"
    tree = "tree"
    html = "html"
    json = "json"
    jsonl = "jsonl"
    prov = "prov"
    graphml = "graphml"
    csv = "csv"
    parquet = "parquet"
    webanno = "webanno"
    brat = "brat"


def main() -> None:
    """Run the command line and exit."""
    app()


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"attribution {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Claim attribution and source tracing in news articles."""


@app.command(epilog=EXAMPLES)
def score(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT",
            help="Files (text, Markdown, HTML, saved pages, DOCX, PDF), folders (every such file "
            "in them and below), addresses with --allow-network, or - for standard input.",
            show_default=False,
        ),
    ],
    output_format: Annotated[
        Format,
        typer.Option(
            "--format",
            "-f",
            help="table: for reading. tree: of that, where the claims come from. html: a page for "
            "a browser; for several inputs, a file each and an index. json: one report, "
            "or an array of them for a folder or several inputs. jsonl: one report a line. In "
            "arrays and lines every report has the name of its input as 'input'. prov: W3C PROV-O "
            "as JSON-LD, an array like json. graphml: one graph; for several inputs, a file each. "
            "csv, parquet: one table, a row a claim. webanno: W3C Web Annotations as JSON-LD, an "
            "array like json. brat: stand-off for correction, two files an input.",
        ),
    ] = Format.table,
    model: Model = "small",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Write to this file, replaced only when all is done; with html and graphml also "
            "to a folder that exists, with brat only to one. parquet needs it.",
            show_default="standard output",
        ),
    ] = None,
    publisher: Publisher = None,
    weights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Weights of the score's components, as JSON: see docs/score.md.",
            show_default="the package's score.json",
        ),
    ] = None,
    allow_network: Network = False,
    batch_size: BatchSize = 8,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress bar; errors are still shown.")
    ] = False,
    no_color: NoColor = False,
) -> None:
    """Find who says what in news articles, through whom, and score how openly they show it."""
    from attribution.inputs.read import STDIN, find_inputs
    from attribution.outputs.write import open_reports

    chosen = None if weights is None else _weights_or_refuse(weights)
    found = find_inputs(inputs, allow_network=allow_network)
    target = None if output is None or str(output) == STDIN else output
    several = len(inputs) > 1 or any(os.path.isdir(name) for name in inputs)
    names = [item.name for item in found]
    check_form(output_format.value, target, names, several=several)
    show_progress = not quiet and bool(target or not sys.stdout.isatty())
    failed = False
    color = False if no_color or target else None
    with (
        open_reports(target, output_format.value, names, several=several, color=color) as reports,
        _progress(len(found), show_progress) as advance,
    ):
        for item, outcome in _score_each(found, model, batch_size, publisher, chosen):
            if isinstance(outcome, InputError):
                failed = True
                _complain(outcome)
            else:
                reports.add(item.name, outcome)
            advance()
    if failed:
        raise typer.Exit(1)


def _score_each(
    found: Sequence[Input],
    model: str,
    batch_size: int,
    publisher: str | None = None,
    weights: Mapping[str, float] | None = None,
) -> Iterator[tuple[Input, Report | InputError]]:
    """Score the inputs in order, a few at a time; the model is loaded at the first readable one."""
    scorer: ArticleScorer | None = None
    for start in range(0, len(found), ARTICLES_AT_ONCE):
        outcomes: dict[int, Report | InputError] = {}
        articles: dict[int, ArticleText] = {}
        group = found[start : start + ARTICLES_AT_ONCE]
        for index, item in enumerate(group):
            try:
                articles[index] = item.read()
            except InputError as error:
                outcomes[index] = error
        if articles:
            scorer = scorer or _load_or_refuse(model, weights)
            names = [group[index].name for index in articles]
            outlets = [publisher or article.publisher for article in articles.values()]
            scored = _score_together(scorer, names, list(articles.values()), outlets, batch_size)
            outcomes.update(zip(articles, scored, strict=True))
        for index, item in enumerate(group):
            yield item, outcomes[index]


def _weights_or_refuse(path: Path) -> dict[str, float]:
    from attribution.weighting import load_weights

    try:
        return load_weights(path)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--weights") from error


def _load_or_refuse(model: str, weights: Mapping[str, float] | None = None) -> ArticleScorer:
    try:
        return load_scorer(model) if weights is None else load_scorer(model, weights)
    except ModelError as error:
        raise typer.BadParameter(str(error), param_hint="--model") from error


def _score_together(
    scorer: ArticleScorer,
    names: Sequence[str],
    articles: Sequence[ArticleText],
    outlets: Sequence[str | None],
    batch_size: int,
) -> Sequence[Report | InputError]:
    """Score several articles in one call; if the scorer refuses one, only that one fails."""
    run = partial(scorer, publisher=outlets) if any(outlets) else scorer
    try:
        reports = run([article.text for article in articles], batch_size=batch_size)
    except InputError as error:
        if len(articles) == 1:
            return [InputError(f"{names[0]}: {error}")]
    else:
        return [
            replace(report, title=article.title) if article.title else report
            for report, article in zip(reports, articles, strict=True)
        ]
    return [
        _score_together(scorer, [name], [article], [outlet], batch_size)[0]
        for name, article, outlet in zip(names, articles, outlets, strict=True)
    ]


def _complain(error: InputError) -> None:
    from attribution.outputs.text import printable

    typer.echo(f"error: {printable(str(error))}", err=True)


@contextmanager
def _progress(total: int, wanted: bool) -> Iterator[Callable[[], None]]:
    """A progress bar on standard error, if that is a terminal and there is something to wait for.

    Not when the reports themselves go to the terminal: bar and reports would overwrite each other.
    """
    if not wanted or total < PROGRESS_FROM or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, redirect_stdout=False, transient=True) as progress:
        task = progress.add_task("Scoring", total=total)
        yield lambda: progress.advance(task)
