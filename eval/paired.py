"""By how much models differ from the bundled one: ``python -m eval.paired FOLDER [FOLDER ...]``.

Measures the models in one run on the dev articles of both corpora and on the written articles of
claims that go on, on which nothing was ever chosen, and writes figures and their differences from
the first model, article by article, to eval/results/paired.json. An interval that leaves out 0 says
that a difference is more than chance; figures of two runs beside each other do not.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from attribution.errors import AttributionError
from eval.bootstrap import difference, figures
from eval.circumstances import circumstances
from eval.continuations import ARTICLES
from eval.corpora import ROOT, add_polnear, read_corpora
from eval.counts import Tally
from eval.measures import measure
from eval.run import System, systems_of
from eval.table import points, shown
from eval.targets import MEASURES
from training.readers.articles import read_articles
from training.readers.gold import GoldArticle

__all__ = ["CONTINUATIONS", "compared", "main"]

SCHEMA = "attribution.paired/1"
#: Key of the articles of claims that go on, beside those of the corpora.
CONTINUATIONS = "continuations"


def compared(systems: Sequence[System], articles: Sequence[GoldArticle]) -> dict[str, Any]:
    """Figures of each system by measure, with the difference from the first system.

    Args:
        systems: at least one.
        articles: what they are measured on, at least one.
    """
    own = {system.name: _tallies(system, articles) for system in systems}
    first = own[systems[0].name]
    result: dict[str, Any] = {}
    for name, tallies in own.items():
        values, apart = figures(tallies), difference(tallies, first)
        result[name] = {
            key: {**figure.to_dict(), "difference": apart[key].to_dict()}
            for key, figure in values.items()
        }
    return result


def _tallies(system: System, articles: Sequence[GoldArticle]) -> list[Mapping[str, Tally]]:
    reports = system.run(articles)
    return [measure(*pair) for pair in zip(reports, articles, strict=True)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.paired", description=__doc__)
    parser.add_argument("model", nargs="+", help="bundled model or folder, each of another name")
    parser.add_argument("--to", default="small", metavar="MODEL", help="what they differ from")
    parser.add_argument("--limit", type=int, metavar="N", help="first N articles of each kind")
    add_polnear(parser)
    parser.add_argument(
        "--json", type=Path, metavar="OUT", default=ROOT / "eval" / "results" / "paired.json"
    )
    options = parser.parse_args(arguments)
    names = [Path(model).name for model in (options.to, *options.model)]
    if len(set(names)) < len(names):
        parser.error(f"two models of one name: {', '.join(names)}")
    try:
        systems = systems_of([options.to, *options.model], baselines=False)
        corpora = read_corpora("both", "dev", options.polnear, options.limit)
        corpora[CONTINUATIONS] = read_articles(ARTICLES)[: options.limit]
        found = {name: compared(systems, articles) for name, articles in tqdm(corpora.items())}
    except (AttributionError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    results = {
        "schema": SCHEMA,
        **circumstances(ROOT),
        "articles": {name: len(articles) for name, articles in corpora.items()},
        "corpora": found,
    }
    for line in _lines(found):
        print(line)
    options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"written to {options.json}", file=sys.stderr)
    return 0


def _lines(found: Mapping[str, Any]) -> list[str]:
    """A line a corpus and measure: the first model's figure, then the others' points."""
    lines = []
    for corpus, systems in found.items():
        first, *others = systems.values()
        for item in MEASURES:
            if first[item.key]["value"] is not None:
                cells = [points(system[item.key]["difference"]) for system in others]
                lines.append("  ".join([corpus, item.label, shown(first[item.key]), *cells]))
    return lines


if __name__ == "__main__":
    sys.exit(main())
