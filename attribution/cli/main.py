"""The command line: ``attribution score INPUT...``.

Exit codes: 0 everything was scored, 1 some inputs failed (each is named on standard error and
the rest is written), 2 the command was called wrongly. Reports go to standard output or the file
given, everything else to standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from attribution._version import __version__
from attribution.cli.compare import COMPARE_EXAMPLES, compare
from attribution.cli.corpus import CORPUS_EXAMPLES, corpus
from attribution.cli.model import ArticleScorer, load_scorer
from attribution.cli.options import (
    BatchSize,
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
from attribution.cli.output import check_form
from attribution.cli.progress import Waiting, waiting
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
    try:
        app()
    except OSError as error:  # a full disk, above all
        _give_up(error)


def _give_up(error: OSError) -> NoReturn:
    """Say what the system refused, and exit with 1."""
    with suppress(OSError, ValueError):  # what is left in the buffer would fail once more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    reason = error.strerror or type(error).__name__
    _complain(InputError(f"{error.filename or 'the output'}: {reason}"))
    sys.exit(1)


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
            parser=path_to_write,
            metavar="PATH",
        ),
    ] = None,
    publisher: Publisher = None,
    weights: Weights = None,
    allow_network: Network = False,
    batch_size: BatchSize = 8,
    engine: EngineOption = Engines.auto,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Find who says what in news articles, through whom, and score how openly they show it."""
    from attribution.inputs.read import STDIN, find_inputs
    from attribution.outputs.write import open_reports

    chosen = weights_or_refuse(weights)
    found = find_inputs(inputs, allow_network=allow_network)
    target = None if output is None or str(output) == STDIN else output
    several = len(inputs) > 1 or any(os.path.isdir(name) for name in inputs)
    names = [item.name for item in found]
    check_form(output_format.value, target, names, several=several)
    failed = False
    color = False if no_color or target else None
    typed = STDIN in inputs and sys.stdin.isatty()  # a bar would write over what is being typed
    bar = waiting(len(found), quiet=quiet or typed, no_color=no_color)
    load = partial(_load_or_refuse, model, chosen, engine)
    with open_reports(target, output_format.value, names, several=several, color=color) as reports:
        for item, outcome in _score_each(found, load, batch_size, publisher, bar):
            if isinstance(outcome, InputError):
                failed = True
                _complain(outcome)
            else:
                _warn(item.name, outcome)
                reports.add(item.name, outcome)
            bar.advance()
    if failed:
        raise typer.Exit(1)


def _score_each(
    found: Sequence[Input],
    load: Callable[[], ArticleScorer],
    batch_size: int,
    publisher: str | None,
    bar: Waiting,
) -> Iterator[tuple[Input, Report | InputError]]:
    """Score the inputs in order, a few at a time; the model is loaded at the first readable one."""
    scorer: ArticleScorer | None = None
    for start in range(0, len(found), ARTICLES_AT_ONCE):
        outcomes: dict[int, Report | InputError] = {}
        articles: dict[int, ArticleText] = {}
        group = found[start : start + ARTICLES_AT_ONCE]
        with bar.during("Reading"):
            for index, item in enumerate(group):
                try:
                    articles[index] = item.read()
                except InputError as error:
                    outcomes[index] = error
        if articles and scorer is None:
            with bar.during("Loading the model"):
                scorer = load()
        if articles and scorer is not None:
            names = [group[index].name for index in articles]
            outlets = [publisher or article.publisher for article in articles.values()]
            with bar.during("Scoring"):
                scored = _score_together(
                    scorer, names, list(articles.values()), outlets, batch_size
                )
            outcomes.update(zip(articles, scored, strict=True))
        for index, item in enumerate(group):
            yield item, outcomes[index]


def _load_or_refuse(
    model: str, weights: Mapping[str, float] | None, engine: Engines
) -> ArticleScorer:
    try:
        return load_scorer(model, weights, engine.value)
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
    from attribution.inputs.article import described

    run = partial(scorer, publisher=outlets) if any(outlets) else scorer
    try:
        reports = run([article.text for article in articles], batch_size=batch_size)
    except InputError as error:
        if len(articles) == 1:
            return [InputError(f"{names[0]}: {error}")]
    else:
        return list(map(described, reports, articles))
    return [
        _score_together(scorer, [name], [article], [outlet], batch_size)[0]
        for name, article, outlet in zip(names, articles, outlets, strict=True)
    ]


def _warn(name: str, report: Report) -> None:
    """Say on standard error what makes a report doubtful: a table of numbers has no room for it."""
    from attribution.outputs.notices import notices_of
    from attribution.outputs.text import printable

    for notice in notices_of(report):
        typer.echo(f"warning: {printable(name)}: {notice}", err=True)


def _complain(error: InputError) -> None:
    from attribution.outputs.text import printable

    typer.echo(f"error: {printable(str(error))}", err=True)
