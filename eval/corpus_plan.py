"""What a hundred million articles take, from measured figures: ``python -m eval.corpus_plan``.

Reads eval/results/corpus.json (``python -m eval.corpus_load``) and writes the table of
docs/corpus.md, between two markers; ``--check`` only compares. One worker a core, as measured on
two; prices are an assumption, to be given with ``--price``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.corpora import ROOT
from eval.pages import update

__all__ = ["BEGIN", "END", "main", "render"]

BEGIN = "<!-- plan: written by python -m eval.corpus_plan -->"
END = "<!-- end of plan -->"
_HOURS = 24.0


def render(results: Mapping[str, Any], articles: int, cores: int, price: float) -> str:
    """The plan as a Markdown table.

    Args:
        results: as ``eval.corpus_load`` writes them, with the parts engines and reading.
        articles: to be scored.
        cores: of a machine.
        price: of a core for an hour, in dollars.
    """
    engines, reading = results["engines"], results["reading"]
    rate = engines["articles_per_second"]["ray-2"] / 2
    core_hours = articles / rate / 3600
    machines = -(-core_hours // (cores * _HOURS))
    read_hours = articles / reading["records_per_second"] / 3600
    size = reading["input_megabytes"] / reading["records"]
    rows = [
        ("articles a second and core, Ray on two workers, start included", f"{rate:.2f}"),
        ("core hours", f"{core_hours:,.0f}"),
        (f"machines of {cores} cores, to be done in {_HOURS:.0f} hours", f"{machines:,.0f}"),
        (f"cost at ${price:.3f} for a core's hour", f"${core_hours * price:,.0f}"),
        ("input, JSONL", f"{articles * size / 1e6:.2f} TB"),
        ("output, Parquet", f"{articles * engines['bytes_per_article'] / 1e12:.2f} TB"),
        ("first reading, one process", f"{read_hours:.1f} hours"),
        ("the same, cut into 100 inputs read at the same time", f"{0.6 * read_hours:.1f} minutes"),
    ]
    machine, date = results["engines"]["measured"]["machine"], engines["measured"]["date"][:10]
    lines = [f"| {articles:,} articles, `{engines['measured']['model']}` | |", "| --- | ---: |"]
    lines += [f"| {name} | {value} |" for name, value in rows]
    lines += ["", f"Measured {date} on {machine['cores']} cores ({machine['processor']})."]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.corpus_plan", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--articles", type=int, default=100_000_000)
    parser.add_argument("--cores", type=int, default=64, help="of a machine")
    parser.add_argument("--price", type=float, default=0.04, help="dollars for a core's hour")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs" / "corpus.md")
    parser.add_argument("--results", type=Path, default=ROOT / "eval" / "results" / "corpus.json")
    options = parser.parse_args(arguments)

    def plan(results: Mapping[str, Any]) -> str:
        return render(results, options.articles, options.cores, options.price)

    return update(options.docs, options.results, (BEGIN, END), plan, check=options.check)


if __name__ == "__main__":
    sys.exit(main())
