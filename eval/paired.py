"""By how much models differ from the bundled one: ``python -m eval.paired FOLDER [FOLDER ...]``.

Measures the models in one run on the dev articles of both corpora and on the written articles of
claims that go on, which have taught nothing and chosen no threshold. Prints each figure of the
first model and the others' differences from it, article by article. An interval that leaves out 0
says that a difference, looked at alone, is more than chance; of twenty, one does so by chance, and
what another seed of the training would change is in none.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from attribution.errors import AttributionError
from eval import bootstrap
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

__all__ = ["compared", "main"]

SCHEMA = "attribution.paired/1"


def compared(systems: Sequence[System], articles: Sequence[GoldArticle]) -> dict[str, Any]:
    """Figures of each system by measure, with the difference from the first system.

    Args:
        systems: at least one.
        articles: what they are measured on, at least one.
    """
    own = {system.name: _tallies(system, articles) for system in systems}
    first = own[systems[0].name]
    return {name: bootstrap.compared(tallies, first) for name, tallies in own.items()}


def _tallies(system: System, articles: Sequence[GoldArticle]) -> list[Mapping[str, Tally]]:
    reports = system.run(articles)
    return [measure(*pair) for pair in zip(reports, articles, strict=True)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    models = [options.to, *options.model]
    names = [_name(model) for model in models]
    if len(set(names)) < len(names):
        parser.error(f"two models of one name: {', '.join(names)}")
    if options.limit is not None and options.limit < 1:
        parser.error("--limit is 1 at least")
    try:
        if options.json:
            options.json.parent.mkdir(parents=True, exist_ok=True)
        systems = [
            replace(system, name=name)
            for system, name in zip(systems_of(models, baselines=False), names, strict=True)
        ]
        corpora = read_corpora("both", "dev", options.polnear, options.limit)
        corpora["continuations"] = read_articles(ARTICLES)[: options.limit]
        found = {name: compared(systems, articles) for name, articles in tqdm(corpora.items())}
    except (AttributionError, OSError, ValueError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    for line in _lines(found):
        print(line)
    if options.json:
        results = {
            "schema": SCHEMA,
            **circumstances(ROOT),
            "limit": options.limit,
            "articles": {name: len(articles) for name, articles in corpora.items()},
            "corpora": found,
        }
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print(f"written to {options.json}", file=sys.stderr)
    return 0


def _name(model: str) -> str:
    """What a model is called: its folder, or the run whose folder ``model`` it is."""
    path = Path(model)
    return path.parent.name if path.name == "model" and path.parent.name else path.name


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    """A line a corpus and measure: the first model's figure, then the others' points."""
    for corpus, systems in found.items():
        first, *others = systems.values()
        for item in MEASURES:
            if first[item.key]["value"] is not None:
                cells = (points(system[item.key]["difference"]) for system in others)
                yield "  ".join([corpus, item.label, shown(first[item.key]), *cells])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.paired", description=__doc__)
    parser.add_argument("model", nargs="+", help="bundled model or folder, each of another name")
    parser.add_argument("--to", default="small", metavar="MODEL", help="what they differ from")
    parser.add_argument("--limit", type=int, metavar="N", help="first N articles of each kind")
    add_polnear(parser)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures here")
    return parser


if __name__ == "__main__":
    sys.exit(main())
