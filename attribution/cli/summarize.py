"""The command ``attribution summarize OUTPUT``.

Exit codes: 0 done, 2 the command was called wrongly. The table goes to standard output.
"""

from __future__ import annotations

import csv
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attribution.cli.options import NoColor, Quiet
from attribution.cli.progress import waiting
from attribution.corpus.summary import KEYS, summarize
from attribution.errors import AttributionError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SUMMARIZE_EXAMPLES", "summarize_corpus"]

SUMMARIZE_EXAMPLES = """
Examples:

  attribution summarize scored/

  attribution summarize --by publisher,month --format csv scored/ > months.csv
"""


class _Formats(str, Enum):
    table = "table"
    csv = "csv"
    parquet = "parquet"


def summarize_corpus(
    output: Annotated[
        Path,
        typer.Argument(
            metavar="OUTPUT", help="The output folder of 'attribution corpus'.", show_default=False
        ),
    ],
    by: Annotated[
        str | None,
        typer.Option(
            help=f"What to group by, with commas between: {', '.join(KEYS)}.",
            show_default="everything in one",
        ),
    ] = None,
    output_format: Annotated[
        _Formats, typer.Option("--format", "-f", help="parquet goes to a pipe or file.")
    ] = _Formats.table,
    top: Annotated[int, typer.Option(min=0, help="How many of the most used sources.")] = 3,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Count articles and claims of a scored corpus: scores, anonymity, intermediaries, sources."""
    keys: list[Any] = [part.strip() for part in by.split(",")] if by else []
    try:
        with waiting(1, quiet=quiet, no_color=no_color).during("Counting"):
            table = summarize(output, keys, top)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--by") from error
    except AttributionError as error:
        raise typer.BadParameter(str(error)) from error
    if not (output / "summary.json").exists():  # written when all is done
        typer.echo("note: the run is not finished; this counts what is done so far", err=True)
    if output_format is _Formats.table:
        typer.echo(_drawn(table, color=False if no_color else None), nl=False)
    elif output_format is _Formats.csv:
        _write_csv(table)
    elif sys.stdout.isatty():
        raise typer.BadParameter("Parquet is not for a terminal: use > FILE", param_hint="--format")
    else:
        from pyarrow.parquet import write_table

        write_table(table, typer.get_binary_stream("stdout"))


def _drawn(table: pa.Table, *, color: bool | None) -> str:
    """The table as text for a terminal."""
    from rich import box
    from rich.table import Table

    from attribution.outputs.terminal import draw, printable

    groups = [name for name in table.column_names if name in KEYS]
    drawing = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for name in groups:
        drawing.add_column(name, overflow="fold")
    for name in ("articles", "score", "95% interval", "claims", "anonymous", "relayed"):
        drawing.add_column(name, justify="right", no_wrap=True)
    drawing.add_column("top sources", overflow="fold")
    for row in table.to_pylist():
        low, high = row["score_low"], row["score_high"]
        cells = [
            *(_NOTHING if row[name] is None else row[name] for name in groups),
            f"{row['articles']:,}",
            f"{row['score']:.1f}",
            _NOTHING if low is None else f"{low:.1f} to {high:.1f}",
            f"{row['claims']:,}",
            _percent(row["anonymous_share"]),
            _percent(row["relayed_share"]),
            _listed(row["top_sources"]),
        ]
        drawing.add_row(*map(printable, cells))
    return draw([drawing], color=color)


_NOTHING = "–"


def _percent(share: float | None) -> str:
    return _NOTHING if share is None else f"{share:.1%}"


def _listed(sources: list[dict[str, Any]]) -> str:
    return ", ".join(f"{source['name']} ({source['claims']})" for source in sources)


def _write_csv(table: pa.Table) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(table.column_names)
    for row in table.to_pylist():
        writer.writerow([*list(row.values())[:-1], _listed(row["top_sources"])])
