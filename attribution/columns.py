"""A report as flat rows, for tables: one row an article, a claim, a source.

What a table of a hundred thousand articles is asked for (who said it, of which type, through whom)
stands in columns of its own; everything else is in the report, which the article's row carries as
JSON. Plain dicts, so that Parquet (:mod:`attribution.corpus.shards`) and ``datasets``
(:meth:`attribution.scorer.Scorer.map_fn`) take them alike. The columns: ``docs/corpus.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attribution.transparency import WEIGHTS
from attribution.types import Report, Span

__all__ = ["article_row", "claim_rows", "map_batch", "source_rows", "storable"]

#: Between the pieces of a content that its cue interrupts.
_GAP = " … "
_SURROGATE = re.compile("[\ud800-\udfff]")
#: Scores a list of texts; keyword: their publishers.
Score = Callable[..., Sequence[Report]]


def storable(text: str) -> str:
    """The text with U+FFFD for every lone surrogate, which has no UTF-8 and so no place in a table.

    As long as before, so that offsets hold.
    """
    return _SURROGATE.sub("\ufffd", text)


def article_row(report: Report) -> dict[str, Any]:
    """Score, components, counts, publisher and the whole report of one article.

    Returns:
        ``score``, ``component_NAME`` for each component of the score, ``publisher`` (as given, or
        as the text says), ``characters``, ``sentence_count``, ``claim_count``, ``source_count``
        and ``report``, the report as JSON.
    """
    return {
        "score": report.transparency.score,
        **{f"component_{name}": value for name, value in _components(report).items()},
        "publisher": None if report.publisher is None else storable(report.publisher),
        "characters": len(report.text),
        "sentence_count": len(report.sentences),
        "claim_count": len(report.claims),
        "source_count": len(report.sources),
        "report": report.to_json(),
    }


def claim_rows(report: Report) -> list[dict[str, Any]]:
    """A row for each claim, in the report's order, with what is known of its origin.

    Returns:
        Rows with ``claim_id``, ``content`` (pieces joined by an ellipsis), ``cue``,
        ``source_mention`` (None where the text has no such words), ``source_id``,
        ``source_name``, ``source_type``, ``role``, ``anonymity_granted``, ``speech``, ``kind``,
        ``chain`` (names, from the article outward, the origin last) and ``confidence``.
    """
    known = {source.id: source for source in report.sources}
    rows = []
    for claim in report.claims:
        origin = known[claim.source]
        rows.append(
            {
                "claim_id": claim.id,
                "content": storable(_GAP.join(piece.of(report.text) for piece in claim.content)),
                "cue": _words(report, claim.cue),
                "source_mention": _words(report, claim.source_mention),
                "source_id": claim.source,
                "source_name": storable(origin.name),
                "source_type": origin.type,
                "role": storable(origin.role),
                "anonymity_granted": origin.anonymity_granted,
                "speech": claim.speech,
                "kind": claim.kind,
                "chain": [storable(known[key].name) for key in claim.chain],
                "confidence": claim.confidence,
            }
        )
    return rows


def source_rows(report: Report) -> list[dict[str, Any]]:
    """A row for each source, origins and intermediaries, in the report's order.

    Returns:
        Rows with ``source_id``, ``name``, ``type``, ``role``, ``anonymity_granted``,
        ``mentions`` (their words), ``claim_count`` (claims it is the origin of) and
        ``relayed_count`` (claims it passed on).
    """
    return [
        {
            "source_id": source.id,
            "name": storable(source.name),
            "type": source.type,
            "role": storable(source.role),
            "anonymity_granted": source.anonymity_granted,
            "mentions": [storable(words.of(report.text)) for words in source.mentions],
            "claim_count": sum(claim.source == source.id for claim in report.claims),
            "relayed_count": sum(source.id in claim.via for claim in report.claims),
        }
        for source in report.sources
    ]


def map_batch(batch: Mapping[str, Sequence[Any]], score: Score) -> dict[str, list[Any]]:
    """Score a batch of columns, as ``datasets.Dataset.map(batched=True)`` hands it over.

    Args:
        batch: ``text``, and ``publisher`` where there is one: a column of strings or None.
        score: Scores a list of texts, as ``Scorer.__call__`` does.

    Returns:
        ``score``, ``components`` (a dict), ``report`` (JSON) and ``claims`` (rows as of
        :func:`claim_rows`), each as long as the batch. A row whose text is None or blank has None
        in all of them.

    Raises:
        KeyError: The batch has no column ``text``.
    """
    if "text" not in batch:
        columns = ", ".join(map(repr, batch)) or "none"
        raise KeyError(f"no column 'text' among {columns}: see Dataset.rename_column")
    texts = batch["text"]
    outlets = batch.get("publisher", [None] * len(texts))
    at = [number for number, text in enumerate(texts) if text is not None and not _blank(text)]
    reports: dict[int, Report] = {}
    if at:
        given = [outlets[n] if isinstance(outlets[n], str) else None for n in at]
        scored = score([texts[n] for n in at], publisher=given)
        reports = dict(zip(at, scored, strict=True))
    found = [reports.get(number) for number in range(len(texts))]
    return {
        "score": [report and report.transparency.score for report in found],
        "components": [report and _components(report) for report in found],
        "report": [report and report.to_json() for report in found],
        "claims": [None if report is None else claim_rows(report) for report in found],
    }


def _blank(text: object) -> bool:
    return isinstance(text, str) and not text.strip()


def _components(report: Report) -> dict[str, float]:
    parts = report.transparency.components
    return {name: parts[name].value for name in _named(parts)}


def _named(parts: Iterable[str]) -> list[str]:
    """The names of the components in the order of their weights, whatever the report's order."""
    present = set(parts)
    return [name for name in WEIGHTS if name in present]


def _words(report: Report, span: Span | None) -> str | None:
    return None if span is None else storable(span.of(report.text))
