"""Confusion tables as heat maps: one SVG file a system, without any other file or a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from attribution.columns import storable
from eval.confusion import NOT_FOUND
from eval.labels import LABELLINGS
from eval.table import TITLES

__all__ = ["confusion_svg", "write_plots"]

_TEMPLATE = "confusion.svg.jinja"
#: Lengths in pixels: a cell, the row labels, a table's title, the height of a letter of a slanting
#: column label, what is left around.
_CELL_WIDTH, _CELL_HEIGHT = 58, 32
_LEFT, _TITLE, _LETTER = 160, 44, 5
_MARGIN, _HEAD, _BETWEEN = 24, 66, 30
_COLUMNS = 1 + max(len(labelling.labels) for labelling in LABELLINGS.values())
#: At the right there is room for a row's n, which the last slanting label leans over.
_WIDTH = _LEFT + _CELL_WIDTH * _COLUMNS + 66 + 2 * _MARGIN


@dataclass(frozen=True, slots=True)
class _Cell:
    """One number at its place; ``share`` of its row is its shade, ``form`` its colour."""

    x: int
    y: int
    count: int
    share: float
    form: str
    told: str


@dataclass(frozen=True, slots=True)
class _Panel:
    """One table, ``y`` below the top: its title, its labels with their places, its cells.

    ``top`` is where the cells begin within it.
    """

    title: str
    y: int
    top: int
    height: int
    columns: tuple[tuple[int, str], ...]
    rows: tuple[tuple[int, str, int], ...]
    cells: tuple[_Cell, ...]


def confusion_svg(title: str, tables: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """Heat maps below each other as one SVG image.

    A cell's shade is its share of the row. Colours follow the reader's setting, light or dark.

    Args:
        title: of the whole.
        tables: each table's title, and the table as in the results file.
    """
    panels: list[_Panel] = []
    y = _HEAD
    for name, table in tables:
        panels.append(_panel(name, table, y))
        y += panels[-1].height + _BETWEEN
    return (
        _template()
        .get_template(_TEMPLATE)
        .render(
            title=title,
            panels=panels,
            width=_WIDTH,
            height=y + _MARGIN,
            cell_width=_CELL_WIDTH,
            cell_height=_CELL_HEIGHT,
            left=_LEFT + _MARGIN,
            margin=_MARGIN,
        )
    )


def write_plots(results: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write ``confusion-SYSTEM.svg`` into a folder, made if need be, for every system.

    Args:
        results: what ``python -m eval.run`` writes, with confusion tables.
        folder: where to write.

    Returns:
        The files written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    systems: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for corpus, part in results["corpora"].items():
        for system, result in part["systems"].items():
            systems.setdefault(system, []).extend(
                (f"{TITLES[corpus]}, {results['split']}: {LABELLINGS[by].title}", table)
                for by, table in result["confusion"].items()
            )
    paths = []
    for system, tables in systems.items():
        paths.append(folder / f"confusion-{system}.svg")
        svg = confusion_svg(f"{system}: which label was taken for which", tables)
        paths[-1].write_text(svg, encoding="utf-8")
    return paths


def _panel(title: str, table: Mapping[str, Any], y: int) -> _Panel:
    columns, rows = table["predicted"], table["gold"]
    left, top = _LEFT + _MARGIN, _TITLE + _LETTER * max(map(len, columns))
    return _Panel(
        title=title,
        y=y,
        top=top,
        height=top + _CELL_HEIGHT * len(rows),
        columns=tuple(
            (left + _CELL_WIDTH * place + _CELL_WIDTH // 2, _spoken(label))
            for place, label in enumerate(columns)
        ),
        rows=tuple(
            (top + _CELL_HEIGHT * place, _spoken(label), sum(counts))
            for place, (label, counts) in enumerate(zip(rows, table["counts"], strict=True))
        ),
        cells=tuple(_cells(table, left, top)),
    )


def _cells(table: Mapping[str, Any], left: int, top: int) -> Iterator[_Cell]:
    for row, (gold, counts) in enumerate(zip(table["gold"], table["counts"], strict=True)):
        n = sum(counts)
        for column, (told, count) in enumerate(zip(table["predicted"], counts, strict=True)):
            share = count / n if n else 0.0
            yield _Cell(
                x=left + _CELL_WIDTH * column,
                y=top + _CELL_HEIGHT * row,
                count=count,
                share=round(share, 4),
                form="right" if told == gold else "missed" if told == NOT_FOUND else "wrong",
                told=f"gold {_spoken(gold)}, predicted {_spoken(told)}: {count} of {n}",
            )


def _spoken(label: str) -> str:
    return label.replace("_", " ")


@cache
def _template() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        # Names of files and models may hold what XML cannot.
        finalize=lambda value: storable(value) if isinstance(value, str) else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
