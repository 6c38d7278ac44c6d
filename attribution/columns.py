"""A report as flat rows, for tables: one row an article, a claim, a source.

What a table of a hundred thousand articles is asked for (who said it, of which type, through whom)
stands in columns of its own; everything else is in the report, which the article's row carries as
JSON. Plain dicts, so that Parquet (:mod:`attribution.corpus.shards`) and ``datasets``
(:meth:`attribution.scorer.Scorer.map_fn`) take them alike; their columns: ``docs/corpus.md``. A
table of the claims alone has more columns (:class:`ClaimRow`, ``docs/formats.md``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attribution.paragraphs import is_blank
from attribution.transparency import WEIGHTS
from attribution.types import Claim, Report, Span

__all__ = [
    "ClaimRow",
    "article_row",
    "claim_rows",
    "map_batch",
    "plain_claim_rows",
    "source_rows",
    "storable",
]

_PIECES = " … "
#: What XML 1.0 (section 2.2, Char) has no place for, and what is no Unicode scalar value, so that
#: it has no UTF-8 either.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: The columns of a claim that stand beside an article's own.
_PLAIN = (
    "claim_id", "content", "cue", "source_mention", "source_id", "source_name", "source_type",
    "role", "anonymity_granted", "speech", "kind", "chain", "confidence",
)  # fmt: skip
#: Scores a list of texts; keyword: their publishers.
Score = Callable[..., Sequence[Report]]


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim with all that is known of it. None and empty tuples where there is nothing.

    Attributes:
        input: What the input is called.
        claim_id: The claim's id in its report.
        sentences: The numbers of the sentences it reaches into, from 1.
        content: Its pieces, joined by " … ".
        offsets: Where the pieces stand in the text, end exclusive.
        cue: The reporting words.
        source_mention: The words that name the source in this claim.
        source_id: The origin's id in the report.
        source_name: The origin's name.
        source_type: The origin's type.
        role: Its title or affiliation.
        anonymity_granted: Whether the text says that it was given anonymity.
        justification: The words that say why it can know, joined by " … ".
        speech: Direct, indirect or mixed.
        kind: Statement, belief and so on.
        chain: The names of the chain's sources, from the article outward.
        chain_ids: Their ids in the report.
        confidence: The claim's confidence.
    """

    input: str
    claim_id: str
    sentences: tuple[int, ...]
    content: str
    offsets: tuple[Span, ...]
    cue: str | None
    source_mention: str | None
    source_id: str
    source_name: str
    source_type: str
    role: str
    anonymity_granted: bool
    justification: str
    speech: str
    kind: str
    chain: tuple[str, ...]
    chain_ids: tuple[str, ...]
    confidence: float


def storable(text: str) -> str:
    """The text with U+FFFD for every character that XML 1.0 forbids, lone surrogates too.

    As long as before, so that offsets hold.
    """
    return _UNSTORABLE.sub("\ufffd", text)


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


def claim_rows(report: Report, name: str) -> list[ClaimRow]:
    """The rows of a report's claims, in the report's order.

    Args:
        report: Any report.
        name: What the input is called.

    Returns:
        One row a claim. In texts, characters that XML 1.0 forbids and lone surrogates are U+FFFD,
        which leaves every offset right.

    Raises:
        KeyError: A chain has a source that the report lacks.
    """
    sentences: dict[str, list[int]] = {}
    for number, sentence in enumerate(report.sentences, start=1):
        for key in sentence.claims:
            sentences.setdefault(key, []).append(number)
    return [_row(report, claim, name, sentences.get(claim.id, ())) for claim in report.claims]


def _row(report: Report, claim: Claim, name: str, sentences: Iterable[int]) -> ClaimRow:
    source = report.source(claim.source)
    return ClaimRow(
        input=storable(name),
        claim_id=storable(claim.id),
        sentences=tuple(sentences),
        content=_words(report, claim.content),
        offsets=claim.content,
        cue=None if claim.cue is None else _words(report, (claim.cue,)),
        source_mention=(
            None if claim.source_mention is None else _words(report, (claim.source_mention,))
        ),
        source_id=storable(source.id),
        source_name=storable(source.name),
        source_type=source.type,
        role=storable(source.role),
        anonymity_granted=source.anonymity_granted,
        justification=_words(report, source.justification),
        speech=claim.speech,
        kind=claim.kind,
        chain=tuple(storable(report.source(key).name) for key in claim.chain),
        chain_ids=tuple(storable(key) for key in claim.chain),
        confidence=claim.confidence,
    )


def _words(report: Report, pieces: Iterable[Span]) -> str:
    return storable(_PIECES.join(piece.of(report.text) for piece in pieces))


def plain_claim_rows(report: Report) -> list[dict[str, Any]]:
    """The claims for a table that stands beside those of the articles and the sources.

    Returns:
        For each claim, in the report's order, ``claim_id``, ``content``, ``cue``,
        ``source_mention``, ``source_id``, ``source_name``, ``source_type``, ``role``,
        ``anonymity_granted``, ``speech``, ``kind``, ``chain`` (a list) and ``confidence``, as
        :class:`ClaimRow` has them.
    """
    return [
        {column: getattr(row, column) for column in _PLAIN} | {"chain": list(row.chain)}
        for row in claim_rows(report, "")
    ]


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
        :func:`plain_claim_rows`), each as long as the batch. A row whose text is None or blank
        has None in all of them.

    Raises:
        KeyError: The batch has no column ``text``.
        TypeError: It is a single row, as ``map`` without ``batched=True`` hands it over.
    """
    if "text" not in batch:
        columns = ", ".join(map(repr, batch)) or "none"
        raise KeyError(f"no column 'text' among {columns}: see Dataset.rename_column")
    texts = batch["text"]
    if isinstance(texts, str):
        raise TypeError("map_fn takes columns: dataset.map(scorer.map_fn, batched=True)")
    outlets = batch.get("publisher", [None] * len(texts))
    at = [number for number, text in enumerate(texts) if not _is_absent(text)]
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
        "claims": [None if report is None else plain_claim_rows(report) for report in found],
    }


def _is_absent(text: object) -> bool:
    return text is None or (isinstance(text, str) and is_blank(text))


def _components(report: Report) -> dict[str, float]:
    parts = report.transparency.components
    return {name: parts[name].value for name in _named(parts)}


def _named(parts: Iterable[str]) -> list[str]:
    """The names of the components in the order of their weights, whatever the report's order."""
    present = set(parts)
    return [name for name in WEIGHTS if name in present]
