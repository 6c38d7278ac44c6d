"""Reader of the justification labels: why a source can know, as spans of the article.

Format and rules: training/corpus/justification/GUIDE.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from attribution.types import Span
from training.readers.gold import GoldArticle

__all__ = ["Justifications", "justified", "read_justifications"]

#: Spans by source id; a source that is not there has none.
Justifications = Mapping[str, tuple[Span, ...]]


def read_justifications(path: str | Path) -> dict[str, Justifications]:
    """The labels by article name.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a line is not a record of the format; the message names file and line.
    """
    found: dict[str, Justifications] = {}
    with Path(path).open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                record = json.loads(line)
                found[record["doc"]] = {
                    item["source"]: tuple(Span(*pair) for pair in item["spans"])
                    for item in record["justifications"]
                }
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}, line {number}: {error!r}") from error
    return found


def justified(
    articles: Sequence[GoldArticle], labels: Mapping[str, Justifications]
) -> list[GoldArticle]:
    """The articles with their sources' justifications; those without labels as they are.

    Raises:
        ValueError: a label is of a source that its article lacks, or lies outside the text.
    """
    return [
        _justified(article, labels[article.doc]) if article.doc in labels else article
        for article in articles
    ]


def _justified(article: GoldArticle, label: Justifications) -> GoldArticle:
    if not article.resolved:
        return article
    known = {source.id for source in article.sources}
    for identifier, spans in label.items():
        if identifier not in known:
            raise ValueError(f"{article.doc} has no source {identifier}")
        if any(not 0 <= span.start < span.end <= len(article.text) for span in spans):
            raise ValueError(f"{article.doc}: a justification of {identifier} is not in the text")
    return replace(
        article,
        sources=tuple(
            replace(source, justification=label.get(source.id, ())) for source in article.sources
        ),
    )
