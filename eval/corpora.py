"""Which gold articles a command measures on: its options, and reading them."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from training.readers.articles import read_articles
from training.readers.gold import GoldArticle
from training.readers.justification import justified, read_justifications
from training.readers.polnear import read_polnear

__all__ = ["CORPUS", "ROOT", "add_corpora", "add_polnear", "read_corpora"]

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "training" / "corpus"


def add_corpora(parser: argparse.ArgumentParser) -> None:
    """Add the options ``split``, ``corpus``, ``polnear`` and ``limit``."""
    parser.add_argument("--split", choices=("dev", "train"), default="dev")
    parser.add_argument("--corpus", choices=("polnear", "written", "both"), default="both")
    add_polnear(parser)
    parser.add_argument("--limit", type=int, metavar="N", help="first N articles of each corpus")


def add_polnear(parser: argparse.ArgumentParser) -> None:
    """Add the option ``polnear``; its default is the environment variable, else ../shared."""
    parser.add_argument(
        "--polnear",
        type=Path,
        metavar="DIR",
        default=Path(os.environ.get("POLNEAR", ROOT.parent / "shared" / "data" / "polnear")),
        help="PolNeAR in its own layout (default: $POLNEAR, or ../shared/data/polnear)",
    )


def read_corpora(
    wanted: str, split: str, polnear: Path, limit: int | None = None
) -> dict[str, list[GoldArticle]]:
    """The gold articles by corpus. ``both`` does without PolNeAR when it is not there.

    Raises:
        FileNotFoundError: PolNeAR was asked for by name and is not there.
    """
    corpora = {}
    if wanted in ("polnear", "both"):
        try:
            layer = CORPUS / "provenance" / f"{split}.jsonl"
            corpora["polnear"] = read_polnear(polnear, split, layer=layer)[:limit]
        except FileNotFoundError as error:
            if wanted == "polnear":
                raise
            print(f"measuring the written articles only: {error}", file=sys.stderr)
    if wanted in ("written", "both"):
        corpora["written"] = read_articles(CORPUS / "articles" / split)[:limit]
    labels = read_justifications(CORPUS / "justification" / f"{split}.jsonl")
    return {name: justified(articles, labels) for name, articles in corpora.items()}
