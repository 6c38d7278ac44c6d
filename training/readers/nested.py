"""Reader of the nested claims: claims inside claims of PolNeAR's train articles, with all spans.

PolNeAR leaves them out, and the provenance layer knows a few by their content alone. Format and
rules: training/corpus/provenance/NESTED.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from attribution.segment import segment, speech_of
from attribution.types import Span
from training.readers.gold import GoldArticle, GoldClaim, GoldSource

__all__ = ["read_nested", "with_nested"]

Record = Mapping[str, Any]


def read_nested(path: str | Path) -> dict[str, Record]:
    """The records by article name.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a line is not JSON with a ``doc``; the message names file and line.
    """
    found: dict[str, Record] = {}
    with Path(path).open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                record = json.loads(line)
                found[record["doc"]] = record
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}, line {number}: {error!r}") from error
    return found


def with_nested(
    articles: Sequence[GoldArticle], records: Mapping[str, Record]
) -> list[GoldArticle]:
    """The articles with their nested claims; those without a record as they are.

    An article with a record counts as ``nested``: what it has no label for is no claim. Claims
    that the layer knows in part are replaced by the record's whole ones.

    Raises:
        ValueError: a claim is of a source that the article lacks.
    """
    return [
        _with_record(article, records[article.doc])
        if article.resolved and article.doc in records
        else article
        for article in articles
    ]


def _with_record(article: GoldArticle, record: Record) -> GoldArticle:
    sources = (*article.sources, *(GoldSource(**item) for item in record["sources"]))
    known = {source.id for source in sources}
    replaced = {item["missed"] for item in record["claims"] if item["missed"]}
    document = segment(article.text)
    added = []
    for number, item in enumerate(record["claims"], start=1):
        for name in (item["source"], *item["via"]):
            if name not in known:
                raise ValueError(f"{article.doc}: nested claim {number} has no source {name}")
        content = _spans(item["content"])
        added.append(
            GoldClaim(
                id=f"nested{number}",
                content=content,
                cue=_spans(item["cue"]),
                source_mention=_spans(item["mention"]),
                source=item["source"],
                via=tuple(item["via"]),
                kind=item["kind"],
                speech=speech_of(document, content),
            )
        )
    kept = [claim for claim in article.claims if claim.id not in replaced]
    claims = sorted((*kept, *added), key=lambda claim: claim.content[0].start)
    return replace(article, claims=tuple(claims), sources=sources, nested=True)


def _spans(pairs: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in pairs)
