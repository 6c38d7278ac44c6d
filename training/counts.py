"""What the open corpus holds, counted: ``python -m training.counts`` prints its tables."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.readers.articles import read_articles
from training.readers.gold import GoldArticle
from training.readers.polnear import read_layer

__all__ = ["Counts", "count", "desk_table", "layer_table", "main"]

CORPUS = Path(__file__).resolve().parent / "corpus" / "articles"
#: The row of the desks that have one article each.
_SINGLE_DESKS = "others"


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts over some articles.

    ``claims`` have their cue and source tagged where the text has them; ``partial`` ones are known
    by their content alone. ``relayed`` claims have an intermediary, ``unnamed`` ones an unnamed
    source, ``uncued`` ones no cue. ``resolved`` articles have their sources labelled.
    """

    articles: int
    resolved: int
    words: int
    sources: int
    claims: int
    partial: int
    relayed: int
    unnamed: int
    uncued: int


def count(articles: Sequence[GoldArticle]) -> Counts:
    """Count what these articles hold. Words are what stands between white space."""
    claims = [claim for article in articles for claim in article.claims if not claim.partial]
    unnamed = {
        (article.doc, source.id)
        for article in articles
        for source in article.sources
        if source.type in ("unnamed_person", "unnamed_group")
    }
    return Counts(
        articles=len(articles),
        resolved=sum(article.resolved for article in articles),
        words=sum(len(article.text.split()) for article in articles),
        sources=sum(len(article.sources) for article in articles),
        claims=len(claims),
        partial=sum(claim.partial for article in articles for claim in article.claims),
        relayed=sum(bool(claim.via) for article in articles for claim in article.claims),
        unnamed=sum(
            (article.doc, claim.source) in unnamed
            for article in articles
            for claim in article.claims
        ),
        uncued=sum(not claim.cue for claim in claims),
    )


def desk_table(folder: Path = CORPUS) -> str:
    """The written articles by split and desk, as a Markdown table."""
    rows = [
        "| split | desk | articles | words | sources | claims | with an intermediary "
        "| from unnamed sources | without a cue |",
        "| --- | --- |" + " ---: |" * 7,
    ]
    for split in ("train", "dev"):
        articles = read_articles(folder / split)
        sizes = Counter(article.desk for article in articles)
        groups: dict[str, list[GoldArticle]] = {
            desk: [] for desk, size in sorted(sizes.items()) if size > 1
        }
        for article in articles:
            desk = article.desk if sizes[article.desk] > 1 else _SINGLE_DESKS
            groups.setdefault(desk, []).append(article)
        rows.extend(_row(split, desk, group) for desk, group in groups.items())
        rows.append(_row(split, "all", articles))
    rows.append(_row("continuations", "all", read_articles(folder / "continuations")))
    return "\n".join(rows)


def _row(split: str, desk: str, articles: Sequence[GoldArticle]) -> str:
    found = count(articles)
    cells = (found.articles, found.words, found.sources, found.claims, found.relayed)
    numbers = " | ".join(f"{cell:,}" for cell in (*cells, found.unnamed, found.uncued))
    return f"| {split} | {desk} | {numbers} |"


def layer_table(folder: Path = CORPUS.parent / "provenance") -> str:
    """The provenance layer by split, as a Markdown table."""
    rows = [
        "| split | articles | sources | attributions | missed | continuation "
        "| with an intermediary | SHA-256 of the file |",
        "| --- |" + " ---: |" * 6 + " --- |",
    ]
    for split in ("train", "dev"):
        path = folder / f"{split}.jsonl"
        records = list(read_layer(path).values())
        groups: dict[str, list[dict[str, Any]]] = {
            "attributions": [item for one in records for item in one["attributions"].values()],
            "missed": [item for one in records for item in one["missed"]],
            "continuation": [item for one in records for item in one["continuation"]],
        }
        relayed = sum(bool(item["via"]) for group in groups.values() for item in group)
        sources = sum(len(one["sources"]) for one in records)
        sizes = (len(records), sources, *map(len, groups.values()), relayed)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        rows.append(f"| {split} | {' | '.join(f'{size:,}' for size in sizes)} | `{digest}` |")
    return "\n".join(rows)


def main() -> None:
    """Command line of the module."""
    print(f"{desk_table()}\n\n{layer_table()}")


if __name__ == "__main__":
    main()
