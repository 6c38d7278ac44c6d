"""Reader of corrected reports: the JSON of ``attribution score`` as gold standard.

A record has the fields of the report schema (docs/report.md). Needed are ``text``, ``claims`` and,
of each claim, ``content``; a corrected report has them all. Of what is left out, nothing is known:
a claim without ``source`` has no label for source and intermediaries, one without ``kind`` none for
its kind. ``input`` names the record.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from attribution.segment import segment, speech_of
from attribution.types import KINDS, SOURCE_TYPES, SPEECHES, Kind, SourceType, Span, Speech
from training.readers.gold import GoldArticle, GoldClaim, GoldSource

__all__ = ["parse_report", "read_reports"]

_Label = TypeVar("_Label", Kind, SourceType, Speech)
_Record = Mapping[str, Any]


def read_reports(path: str | Path) -> list[GoldArticle]:
    """The records of a file: one a line, or, in a ``.json`` file, one or an array of them.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a record is not of this form; the message names file and record.
    """
    articles = []
    for number, raw in enumerate(_records(Path(path)), start=1):
        try:
            record = json.loads(raw) if isinstance(raw, str) else raw
            articles.append(parse_report(record, doc=f"{Path(path).stem}-{number}"))
        except KeyError as error:
            raise ValueError(f"{path}, record {number}: no {error} in it") from error
        except (ArithmeticError, AttributeError, RecursionError, TypeError, ValueError) as error:
            raise ValueError(f"{path}, record {number}: {error}") from error
    return articles


def _records(path: Path) -> Iterable[Any]:
    raw = path.read_text(encoding="utf-8")
    if path.suffix.lower() != ".json":
        # A text may hold characters that splitlines would split at.
        return (line for line in raw.split("\n") if line.strip())
    try:
        data = json.loads(raw)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"{path}: {error}") from error
    return data if isinstance(data, list) else [data]


def parse_report(record: _Record, *, doc: str) -> GoldArticle:
    """One record as a gold article.

    Args:
        record: fields of the report schema.
        doc: the article's name where the record has no ``input``.

    Raises:
        KeyError: a field that is needed is not there.
        TypeError, ValueError: a field is not as the schema has it.
    """
    text = record["text"]
    if not isinstance(text, str):
        raise ValueError("the text is no string")
    sources = tuple(_source(item, text) for item in record.get("sources", ()))
    known = {source.id for source in sources}
    document = segment(text)
    claims: list[GoldClaim] = []
    for item in record["claims"]:
        content = tuple(sorted(_span(piece, text) for piece in item["content"]))
        if not content:
            raise ValueError(f"claim {item.get('id')!r} has no content")
        source, via = _way(item, known)
        speech = item.get("speech")
        claims.append(
            GoldClaim(
                id=str(item.get("id", len(claims) + 1)),
                content=content,
                cue=tuple(_maybe(item.get("cue"), text)),
                source_mention=tuple(_maybe(item.get("source_mention"), text)),
                source=source,
                via=via,
                kind=_label(item["kind"], KINDS) if "kind" in item else None,
                speech=_label(speech, SPEECHES) if speech else speech_of(document, content),
            )
        )
    return GoldArticle(
        doc=str(record.get("input", doc)),
        text=text,
        claims=tuple(sorted(claims, key=lambda claim: claim.content[0].start)),
        sources=sources,
        publisher=record.get("publisher") or "",
        title=record.get("title"),
        resolved=all(claim.source is not None for claim in claims),
        nested=True,
    )


def _source(item: _Record, text: str) -> GoldSource:
    reasons = item.get("justification")
    return GoldSource(
        id=item["id"],
        name=item["name"],
        type=_label(item["type"], SOURCE_TYPES),
        role=item.get("role", ""),
        anonymity_granted=bool(item.get("anonymity_granted", False)),
        justification=None if reasons is None else tuple(_span(words, text) for words in reasons),
    )


def _way(item: _Record, known: set[str]) -> tuple[str | None, tuple[str, ...] | None]:
    """Source and intermediaries; without a chain the source alone is known."""
    chain = tuple(item.get("chain", ()))
    source = item.get("source", chain[-1] if chain else None)
    if chain and chain[-1] != source:
        raise ValueError(f"claim {item.get('id')!r} has another source than its chain ends with")
    if len(set(chain)) < len(chain):
        raise ValueError(f"claim {item.get('id')!r} comes through one source twice")
    for key in (*chain, *([] if source is None else [source])):
        if key not in known:
            raise ValueError(f"claim {item.get('id')!r} names an unknown source {key!r}")
    return source, chain[:-1] if chain else None


def _maybe(item: _Record | None, text: str) -> Iterator[Span]:
    if item is not None:
        yield _span(item, text)


def _span(item: Any, text: str) -> Span:
    span = Span.from_dict(item)
    if not 0 <= span.start < span.end <= len(text):
        raise ValueError(f"{span.start} to {span.end} is no stretch of the text")
    return span


def _label(name: object, known: tuple[_Label, ...]) -> _Label:
    if name not in known:
        raise ValueError(f"{name!r} is none of {', '.join(known)}")
    return name
