"""Write the scores that reports are compared with: ``python -m eval.validity.reference``.

Scores PolNeAR's train articles whose sources are labelled, by their gold labels and the default
weights, into attribution/reference.json. To be run after every change to the score.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from attribution.reference import REFERENCE_FILE
from eval.corpora import add_polnear, read_corpora
from eval.validity.gold_score import read_gold

__all__ = ["main"]

_ABOUT = (
    "Sourcing transparency scores, by gold labels and the default weights, of news articles about "
    "US politics by seven US publishers, 2016. Reports say how many of them score lower."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.validity.reference", description=__doc__)
    add_polnear(parser)
    parser.add_argument("--output", type=Path, default=REFERENCE_FILE, metavar="FILE")
    options = parser.parse_args(arguments)
    try:
        articles = read_corpora("polnear", "train", options.polnear, None)["polnear"]
    except (FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    reports = read_gold([article for article in articles if article.resolved])
    scores = [report.transparency for report in reports]
    kept = sorted(round(score.score, 2) for score in scores if not score.too_little)
    record = {"about": _ABOUT, "articles": len(kept), "scores": kept}
    options.output.write_text(json.dumps(record) + "\n", encoding="utf-8")
    print(f"{len(kept)} articles, middle half {kept[len(kept) // 4]} to {kept[-len(kept) // 4]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
