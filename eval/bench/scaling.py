"""How time and memory grow with a text's length: 1, 10, 100 and 1,000 kB of written articles."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

from eval.bench.measuring import Worker
from eval.corpora import CORPUS
from training.readers.articles import read_articles

__all__ = ["SIZES", "exponent", "long_text", "scaling"]

#: In thousands of bytes.
SIZES = (1, 10, 100, 1000)
_BYTES = 1000


def long_text(size: int, articles: Sequence[str]) -> str:
    """Articles one after the other, again from the first if need be, cut to so many bytes."""
    pieces: list[str] = []
    length, number = 0, 0
    while length < size:
        pieces.append(articles[number % len(articles)])
        length += len(pieces[-1].encode()) + 2
        number += 1
    return "\n\n".join(pieces).encode()[:size].decode("utf-8", "ignore")


def scaling(
    spec: Mapping[str, Any], *, threads: int, repeat: int, sizes: Sequence[int] = SIZES
) -> dict[str, Any]:
    """Seconds and memory of texts of growing length, in one process, short ones first.

    Args:
        spec: of the engine.
        threads: of the engine.
        repeat: passes over each text; the median counts.
        sizes: in thousands of bytes, growing.

    Returns:
        ``rows``: ``kilobytes``, ``seconds``, ``peak`` megabytes so far; ``exponent``: seconds grow
        with the length to its power, by least squares over the sizes from 10 kB on (all of them,
        when these are fewer than two). 1 is linear.

    Raises:
        WorkerError: the process ended.
    """
    articles = [
        article.text
        for split in ("dev", "train")
        for article in read_articles(CORPUS / "articles" / split)
    ]
    rows = []
    with tempfile.TemporaryDirectory() as folder, Worker(spec, threads) as worker:
        worker.answer()
        path = Path(folder) / "text.json"
        for size in sizes:
            path.write_text(json.dumps([[long_text(size * _BYTES, articles), None]]))
            worker.ask("first", articles=str(path))
            taken = [worker.ask("pass", articles=str(path))["seconds"] for _ in range(repeat)]
            peak = worker.ask("memory")["peak"]
            rows.append({"kilobytes": size, "seconds": round(median(taken), 4), "peak": peak})
    return {"rows": rows, "exponent": exponent(rows)}


def exponent(rows: Sequence[Mapping[str, float]]) -> float | None:
    """The slope of log seconds over log length; None for fewer than two sizes."""
    long = [row for row in rows if row["kilobytes"] >= 10]
    points = [
        (math.log(row["kilobytes"]), math.log(row["seconds"]))
        for row in (long if len(long) > 1 else rows)
    ]
    if len(points) < 2:
        return None
    across, up = (fmean(axis) for axis in zip(*points, strict=True))
    spread = sum((x - across) ** 2 for x, _ in points)
    return round(sum((x - across) * (y - up) for x, y in points) / spread, 3)
