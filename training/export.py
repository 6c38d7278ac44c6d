"""The written articles as a ``datasets`` dataset: ``python -m training.export FOLDER``.

Writes one Parquet file a split (train, dev), a row an article: text, sources, claims with
character offsets. ``datasets.load_dataset("parquet", data_dir=FOLDER)`` reads them, as do pandas
and DuckDB.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import datasets

from attribution.types import Span
from training.readers.articles import read_articles
from training.readers.gold import GoldArticle, GoldClaim

__all__ = ["as_dataset", "main"]

CORPUS = Path(__file__).parent / "corpus" / "articles"
_SPANS = datasets.List({"start": datasets.Value("int32"), "end": datasets.Value("int32")})
_TEXT = datasets.Value("string")
FEATURES = datasets.Features(
    {
        "doc": _TEXT,
        "title": _TEXT,
        "publisher": _TEXT,
        "text": _TEXT,
        "sources": datasets.List(
            {
                "id": _TEXT,
                "name": _TEXT,
                "type": _TEXT,
                "role": _TEXT,
                "anonymity_granted": datasets.Value("bool"),
            }
        ),
        "claims": datasets.List(
            {
                "id": _TEXT,
                "content": _SPANS,
                "cue": _SPANS,
                "source_mention": _SPANS,
                "chain": datasets.List(_TEXT),
                "kind": _TEXT,
                "speech": _TEXT,
            }
        ),
    }
)


def as_dataset(articles: Iterable[GoldArticle]) -> datasets.Dataset:
    """One row an article, by ``FEATURES``; offsets count characters of ``text``."""
    return datasets.Dataset.from_list([_row(article) for article in articles], features=FEATURES)


def _row(article: GoldArticle) -> dict[str, Any]:
    return {
        "doc": article.doc,
        "title": article.title,
        "publisher": article.publisher,
        "text": article.text,
        "sources": [
            {
                "id": source.id,
                "name": source.name,
                "type": source.type,
                "role": source.role,
                "anonymity_granted": source.anonymity_granted,
            }
            for source in article.sources
        ],
        "claims": [_claim(claim) for claim in article.claims],
    }


def _claim(claim: GoldClaim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "content": _spans(claim.content),
        "cue": _spans(claim.cue),
        "source_mention": _spans(claim.source_mention),
        "chain": [*(claim.via or ()), claim.source],
        "kind": claim.kind,
        "speech": claim.speech,
    }


def _spans(spans: Iterable[Span]) -> list[dict[str, int]]:
    return [{"start": span.start, "end": span.end} for span in spans]


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m training.export")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    for split in ("train", "dev"):
        as_dataset(read_articles(CORPUS / split)).to_parquet(folder / f"{split}.parquet")


if __name__ == "__main__":
    main()
