"""PolNeAR's annotators against each other: ``python -m eval.annotators [--split train]``.

Some articles were annotated by several people. Each version takes its turn as the prediction for
each other version, by the same span measures that models are judged by. So the figures say how far
the labels themselves agree: a model that scores higher follows the labels more closely than one
annotator follows another. Prints F1 with n and bootstrap intervals over articles.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby, permutations
from pathlib import Path

from eval.alignment import align
from eval.bootstrap import figures
from eval.corpora import add_polnear
from eval.counts import Tally, total
from eval.gold_report import gold_report
from eval.spans import measure_spans
from training.readers.gold import GoldArticle
from training.readers.polnear import read_polnear
from training.spans import SPAN_MEASURES

__all__ = ["agreement", "main"]


def agreement(versions: Sequence[GoldArticle]) -> Mapping[str, Tally]:
    """Counts of one article over all ordered pairs of its versions, ``SPAN_MEASURES`` by name."""
    summed = total(
        measure_spans(align(gold_report(one), replace(other, resolved=False)))
        for one, other in permutations(versions, 2)
    )
    return {name: summed[name] for name in SPAN_MEASURES if name in summed}


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m eval.annotators")
    parser.add_argument("--split", choices=("train", "dev"), default="train")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures here too")
    add_polnear(parser)
    options = parser.parse_args(arguments)
    articles = read_polnear(options.polnear, options.split, every_annotator=True)
    by_doc = [list(versions) for _, versions in groupby(articles, key=lambda article: article.doc)]
    tallies = [agreement(versions) for versions in by_doc if len(versions) > 1]
    found = {name: figure.to_dict() for name, figure in figures(tallies).items()}
    result = {"split": options.split, "articles": len(tallies), "figures": found}
    text = json.dumps(result, indent=1) + "\n"
    print(text, end="")
    if options.json:
        options.json.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
