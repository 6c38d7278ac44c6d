"""Where the claims come from, as a drawing: article, intermediaries and origins in columns.

The way of the claims is laid out as a tree, from the article outward; a source stands where the
tree meets it first, and further ways to it are edges only. Coordinates are CSS pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from attribution.outputs.html.view import ClaimView, SourceView, View
from attribution.outputs.html.words import Sign, counted

__all__ = ["DRAWN", "Box", "Drawing", "Edge", "Step", "draw", "steps_of"]

#: So many sources are drawn, those with the most claims; the others share a box.
DRAWN = 24

ARTICLE_WIDTH, WIDTH, HEIGHT = 132, 248, 44
GAP, ROW, TOP, MARGIN = 84, 56, 34, 8
_SMALLEST, _LARGEST = 4.0, 13.0  # radius of the dot that stands for a box's claims
_ROOM = 25  # characters in a box's first line; a sign takes four

_ARTICLE, _MORE_RELAYS, _MORE_ORIGINS = 0, -1, -2  # other boxes have their source's number


@dataclass(frozen=True, slots=True)
class Box:
    """The article or a source; ``x`` and ``y`` are its upper left corner.

    ``radius`` is that of its dot, whose area goes by its claims. ``claims`` are the numbers of the
    claims that pass through it. ``label`` and ``name`` are what is written on it, ``told`` what it
    says in full.
    """

    key: int
    x: float
    y: float
    width: int
    label: str
    name: str
    below: str
    told: str
    colour: str
    sign: Sign | None
    radius: float
    claims: tuple[int, ...]

    @property
    def middle(self) -> float:
        return self.y + HEIGHT / 2


@dataclass(frozen=True, slots=True)
class Edge:
    """A step that claims took, as an SVG path of some width."""

    path: str
    width: float
    claims: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that is drawn; ``columns`` are headings with the places where they stand."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    columns: tuple[tuple[float, str], ...]
    left_out: int


@dataclass
class Step:
    """A source on the way outward from the article, for the tree and the list in words."""

    source: SourceView | None
    claims: list[ClaimView] = field(default_factory=list)
    further: dict[int, Step] = field(default_factory=dict)


def steps_of(view: View) -> Step:
    """The tree of all ways from the article, which is its root, to the origins."""
    root = Step(None)
    for claim in view.claims:
        step = root
        for source in reversed(claim.way):
            step = step.further.setdefault(source.number, Step(source))
        step.claims.append(claim)
    return root


def draw(view: View) -> Drawing:
    """Lay out the ways of all claims. Without a claim, the article stands alone."""
    kept = {source.number for source in view.ranked()[:DRAWN]}
    left_out = sum(source.carried > 0 for source in view.sources if source.number not in kept)
    ways = {claim.number: tuple(_outward(claim, kept)) for claim in view.claims}
    columns = _columns(list(ways.values()))
    rows = _apart(_rows(list(ways.values()), columns), columns)
    deepest = max(columns.values(), default=0)
    boxes = {key: _box(view, key, columns[key], rows[key], ways) for key in rows}
    carried: dict[tuple[int, int], list[int]] = {}
    for number, way in ways.items():
        for pair in pairwise((_ARTICLE, *way)):
            carried.setdefault(pair, []).append(number)
    most = max(map(len, carried.values()), default=1)
    edges = tuple(
        Edge(_path(boxes[near], boxes[far]), round(1.5 + 5 * len(claims) / most, 1), tuple(claims))
        for (near, far), claims in carried.items()
    )
    width = _left(deepest) + (WIDTH if deepest else ARTICLE_WIDTH) + MARGIN
    height = TOP + (max(rows.values()) + 1) * ROW
    return Drawing(width, height, tuple(boxes.values()), edges, tuple(_headings(deepest)), left_out)


def _outward(claim: ClaimView, kept: set[int]) -> Iterator[int]:
    """The claim's way from the article outward; sources that are not drawn become one."""
    last = None
    for source in reversed(claim.way):
        other = _MORE_ORIGINS if source is claim.source else _MORE_RELAYS
        key = source.number if source.number in kept else other
        if key != last:
            yield key
        last = key


def _columns(ways: Sequence[tuple[int, ...]]) -> dict[int, int]:
    """Intermediaries stand at their farthest place in a way, all other origins at the far end."""
    columns = {_ARTICLE: 0}
    for way in ways:
        for place, key in enumerate(way[:-1], start=1):
            columns[key] = max(place, columns.get(key, 0))
    last = max(columns.values()) + 1
    for way in ways:
        columns.setdefault(way[-1], last)
    return columns


def _rows(ways: Sequence[tuple[int, ...]], columns: dict[int, int]) -> dict[int, float]:
    """A row for each box, as the tree has them: in the middle of what was met behind it first."""
    further: dict[int, dict[int, None]] = {}
    for way in ways:
        for near, far in pairwise((_ARTICLE, *way)):
            further.setdefault(near, {})[far] = None
    rows: dict[int, float] = {}
    met = {_ARTICLE}
    free = 0

    def place(key: int) -> None:
        nonlocal free
        first = free
        # Relays first: the lines to the other origins then run below all intermediaries.
        for other in sorted(further.get(key, ()), key=lambda other: other not in further):
            if other not in met:
                met.add(other)
                place(other)
        free = max(free, first + 1)
        rows[key] = (first + free - 1) / 2

    place(_ARTICLE)
    return {key: rows[key] for key in columns}


def _apart(rows: dict[int, float], columns: dict[int, int]) -> dict[int, float]:
    """The rows, with boxes of one column moved down where they would overlap."""
    moved: dict[int, float] = {}
    lowest: dict[int, float] = {}
    for key in sorted(rows, key=lambda key: rows[key]):
        column = columns[key]
        moved[key] = max(rows[key], lowest.get(column, -1.0) + 1)
        lowest[column] = moved[key]
    return moved


def _left(column: int) -> float:
    return MARGIN + (ARTICLE_WIDTH + GAP + (column - 1) * (WIDTH + GAP) if column else 0)


def _headings(deepest: int) -> Iterator[tuple[float, str]]:
    yield _left(0), "This article"
    if deepest > 1:
        yield _left(1), "Intermediaries"
    if deepest:
        yield _left(deepest), "Origins"


def _box(view: View, key: int, column: int, row: float, ways: dict[int, tuple[int, ...]]) -> Box:
    claims = tuple(n for n, way in ways.items() if key == _ARTICLE or key in way)
    most = max((source.carried for source in view.sources), default=1)
    label, name, below, colour, sign = _writing(view, key, claims)
    return Box(
        key=key,
        x=_left(column),
        y=TOP + row * ROW,
        width=WIDTH if column else ARTICLE_WIDTH,
        label=label,
        name=_fitting(name, _ROOM - len(label) - (4 if sign else 0)),
        below=below,
        told=" ".join(filter(None, (label, name))) + f": {below}",
        colour=colour,
        sign=sign,
        radius=_radius(len(claims), most),
        claims=claims,
    )


def _fitting(name: str, room: int) -> str:
    return name if len(name) <= room else name[: room - 1].rstrip() + "…"


def _radius(claims: int, most: int) -> float:
    """By the claims of a box, as against those of the source with the most; no more than fits."""
    share = min(1.0, claims / max(most, 1))
    return round(max(_SMALLEST, _LARGEST * math.sqrt(share)), 1)


def _writing(
    view: View, key: int, claims: tuple[int, ...]
) -> tuple[str, str, str, str, Sign | None]:
    """Label, name, the line below it, colour and sign of a box."""
    if key == _ARTICLE:
        return "", "This article", counted(len(claims), "claim"), "k-article", None
    if key < _ARTICLE:
        name = "more relays" if key == _MORE_RELAYS else "more origins"
        below = f"{counted(len(claims), 'claim')}; all are in the list"
        return "", name, below, "k-none", None
    source = view.sources[key - 1]
    return source.label, source.name, source.amount, source.colour, source.sign


def _path(near: Box, far: Box) -> str:
    """From the right of one box to the left of the next; around it where that lies behind."""
    x, y, half = near.x + near.width, near.middle, GAP / 2
    if far.x >= x:
        curve = f"C{x + half:g},{y:g} {x + half:g},{far.middle:g} {x + GAP:g},{far.middle:g}"
        return f"M{x:g},{y:g} {curve} H{far.x:g}"
    end = far.x + far.width
    bulge = max(x, end) + half
    return f"M{x:g},{y:g} C{bulge:g},{y:g} {bulge:g},{far.middle:g} {end:g},{far.middle:g}"
