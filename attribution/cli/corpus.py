"""The command ``attribution corpus INPUT OUTPUT``.

Exit codes as of ``attribution score``: 0 all records were scored, 1 some were not (each is in the
errors files), 2 the command was called wrongly, 130 it was interrupted. Counts go to standard
output, progress to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from attribution.cli.options import (
    BatchSize,
    EncoderEngineOption,
    Engines,
    Model,
    NoColor,
    Quiet,
    Weights,
    weights_or_refuse,
)
from attribution.errors import AttributionError, CorpusError, InputError, ModelError

if TYPE_CHECKING:
    from rich.progress import Progress

    from attribution.corpus.readers import Kind
    from attribution.corpus.run import Summary
    from attribution.corpus.work import Engine

__all__ = ["CORPUS_EXAMPLES", "corpus"]

CORPUS_EXAMPLES = """
Examples:

  attribution corpus articles.jsonl scored/

  attribution corpus --text-column body --date-column printed news.parquet scored/

  attribution corpus --engine ray --workers 8 articles/ scored/

Run again after an interruption, the same command goes on where it was.
"""
# Seconds over which the pace is taken: chunks of a slow model come minutes apart.
_PACE_OVER = 600
_GOES_ON = "What was done is kept; run the same command to go on."
# The exit code of a shell for what SIGINT stopped.
_INTERRUPTED = 130


class _Engines(str, Enum):
    local = "local"
    ray = "ray"


class _Kinds(str, Enum):
    text = "text"
    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"
    datasets = "datasets"


def _column(what: str) -> Any:
    return typer.Option(
        help=f"The column or field with {what}.", metavar="NAME", show_default="by its usual name"
    )


def corpus(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT",
            help="A .jsonl, .csv, .tsv or .parquet file, a folder of such files or of articles "
            "(.txt, .md, .html, .docx, .pdf, as for 'attribution score'), or the folder of a data "
            "set of the library 'datasets'.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Argument(
            metavar="OUTPUT",
            help="A folder for the tables; created if need be. If it holds a part of this very "
            "run, the run goes on.",
            show_default=False,
        ),
    ],
    engine: Annotated[
        _Engines, typer.Option(help="local: this process. ray: several, with Ray Data.")
    ] = _Engines.local,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes, with Ray.", show_default="one for each core"),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(help="Ray cluster, or auto.", show_default="Ray is started on this machine"),
    ] = None,
    model: Model = "small",
    text_column: Annotated[str | None, _column("the text")] = None,
    id_column: Annotated[str | None, _column("the id; else file and row")] = None,
    title_column: Annotated[str | None, _column("the title")] = None,
    publisher_column: Annotated[str | None, _column("the outlet that prints the article")] = None,
    date_column: Annotated[str | None, _column("the date")] = None,
    kind: Annotated[
        _Kinds | None, typer.Option(help="How to read the input.", show_default="by its suffix")
    ] = None,
    publisher: Annotated[
        str | None,
        typer.Option(
            help="The outlet of all records that name none.", show_default="read from each text"
        ),
    ] = None,
    weights: Weights = None,
    encoder_engine: EncoderEngineOption = Engines.auto,
    batch_size: BatchSize = 8,
    chunk_size: Annotated[
        int, typer.Option(min=1, help="Records in a shard; a kill loses at most that many.")
    ] = 256,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the output of another run.")
    ] = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Score a whole corpus into Parquet tables; killed at any moment, it goes on when run again."""
    from attribution.corpus.records import Columns
    from attribution.corpus.run import open_corpus
    from attribution.corpus.work import CorpusOptions

    columns = Columns(text_column, id_column, title_column, publisher_column, date_column)
    options = CorpusOptions(
        model,
        columns,
        cast("Kind | None", kind and kind.value),
        publisher,
        batch_size,
        chunk_size,
        weights_or_refuse(weights),
        encoder_engine.value,
    )
    chosen = _engine(engine, workers, address, quiet=quiet)
    with _usage_errors(), _progress(not quiet, no_color) as bar:
        reading = bar.add_task("Reading", total=None)
        with open_corpus(
            source,
            output,
            options,
            overwrite=overwrite,
            tick=lambda count: bar.advance(reading, count),
        ) as run:
            bar.remove_task(reading)
            total = run.plan.records
            scoring = bar.add_task("Scoring", total=total, completed=run.done)
            with _stopped(output):
                summary = run.score(chosen, lambda count: bar.advance(scoring, count))
    _tell(summary, output)
    if summary.total.errors:
        raise typer.Exit(1)


def _engine(engine: _Engines, workers: int | None, address: str | None, *, quiet: bool) -> Engine:
    if engine is _Engines.local:
        for name, value in (("--workers", workers), ("--address", address)):
            if value is not None:
                raise typer.BadParameter("Only with --engine ray.", param_hint=name)
        from attribution.corpus.work import LocalEngine

        return LocalEngine()
    from attribution.corpus.ray_engine import RayEngine, load_ray

    with _usage_errors():
        load_ray()
    return RayEngine(workers, address, quiet=quiet)


def _printable(told: Exception | Path) -> str:
    from attribution.outputs.terminal import printable

    return printable(str(told))


@contextmanager
def _usage_errors() -> Iterator[None]:
    try:
        yield
    except ModelError as error:
        raise typer.BadParameter(_printable(error), param_hint="--model") from error
    except InputError as error:
        raise typer.BadParameter(_printable(error), param_hint="INPUT") from error
    except CorpusError as error:
        raise typer.BadParameter(_printable(error), param_hint="OUTPUT") from error
    except (AttributionError, OSError) as error:
        raise typer.BadParameter(_printable(error)) from error


@contextmanager
def _stopped(output: Path) -> Iterator[None]:
    """Say what stopped a run that had begun: no usage error, and nothing that was done is lost."""
    try:
        yield
    except (CorpusError, OSError) as error:
        # A full disk is told without the name of what was being written.
        nameless = isinstance(error, OSError) and error.filename is None
        where = f"{_printable(output)}: " if nameless else ""
        typer.echo(f"error: {where}{_printable(error)}", err=True)
        typer.echo(_GOES_ON, err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt as error:
        typer.echo(f"Stopped. {_GOES_ON}", err=True)
        raise typer.Exit(_INTERRUPTED) from error


@contextmanager
def _progress(wanted: bool, no_color: bool) -> Iterator[Progress]:
    """A progress bar with pace and time left on standard error, if that is a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Pace(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text("" if speed is None else f"{speed:.1f} articles/s", "progress.data.speed")

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Pace(),
        TimeRemainingColumn(),
        console=Console(stderr=True, no_color=no_color or None),
        redirect_stdout=False,
        transient=True,
        speed_estimate_period=_PACE_OVER,
        disable=not wanted or not sys.stderr.isatty(),
    ) as progress:
        yield progress


def _tell(summary: Summary, output: Path) -> None:
    counts = summary.to_dict()["run"]
    typer.echo(
        "{read} read = {scored} scored + {errors} errors + {skipped} done before".format(**counts)
    )
    if summary.total.errors:
        from attribution.outputs.terminal import printable

        reasons = ", ".join(f"{name} {count}" for name, count in summary.total.reasons.items())
        typer.echo(f"errors in {printable(str(output / 'errors'))}: {reasons}")
