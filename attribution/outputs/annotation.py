"""A report as W3C Web Annotations: one annotation a claim, in JSON-LD.

Model and terms: https://www.w3.org/TR/annotation-model/ and the context that it names. The context
is named only, never fetched. What the model has no term for is in the namespace of
:mod:`attribution.outputs.prov`, whose IRIs are used here too: both documents of one report can be
put together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attribution.columns import storable
from attribution.outputs.claims_table import chain_line
from attribution.outputs.prov import TERMS, Names
from attribution.types import Claim, Report, Source, Span

__all__ = ["CONTEXT", "to_annotations"]

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
# Characters of text around a quotation that make it findable where offsets no longer hold.
AROUND = 32

_OWN_TERMS: dict[str, Any] = {
    "attribution": TERMS,
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "attribution:chain": {"@container": "@list"},
    # JSON-LD would make whole numbers integers.
    "attribution:confidence": {"@type": "xsd:double"},
}

_Node = dict[str, Any]


def to_annotations(report: Report, *, name: str | None = None) -> _Node:
    """The claims of a report as Web Annotations.

    Args:
        report: Any report.
        name: What the input is called; stored as ``attribution:input`` of the collection.

    Returns:
        An ``AnnotationCollection`` with one ``AnnotationPage``. Each annotation's targets are the
        pieces of the claim's content, each as a position and as a quotation with the 32 characters
        before and behind it. Its bodies are a line to read, the claim's kind and form of speech as
        tags, and the claim as data: kind, speech, confidence, cue, source mention, source, and the
        chain's sources from the article outward. In texts, characters that XML 1.0 forbids and
        lone surrogates are U+FFFD, which leaves every offset right.

    Raises:
        KeyError: A chain has a source that the report lacks.
    """
    names = Names(report)
    page = {
        "id": names.full("annotations/page1"),
        "type": "AnnotationPage",
        "partOf": names.full("annotations"),
        "startIndex": 0,
        "items": [_annotation(report, claim, names) for claim in report.claims],
    }
    return {
        "@context": [CONTEXT, _OWN_TERMS],
        "id": names.full("annotations"),
        "type": "AnnotationCollection",
        **_said({"label": report.title, "attribution:input": name}),
        "total": len(report.claims),
        "first": page,
    }


def _annotation(report: Report, claim: Claim, names: Names) -> _Node:
    names_in_chain = (report.source(key).name for key in claim.chain)
    line = f"{chain_line(names_in_chain)} ({claim.kind}, {claim.speech})"
    model = {
        "id": names.full(names.model),
        "type": "Software",
        **_said({"name": report.model.name, "schema:softwareVersion": report.model.version}),
    }
    return {
        "id": names.full(names.claim(claim)).replace("#claim/", "#annotation/"),
        "type": "Annotation",
        "motivation": "classifying",
        "creator": model,
        "body": [
            {"type": "TextualBody", "purpose": "describing", "value": storable(line)},
            {"type": "TextualBody", "purpose": "tagging", "value": claim.kind},
            {"type": "TextualBody", "purpose": "tagging", "value": claim.speech},
            _claim(report, claim, names),
        ],
        "target": [_target(report.text, piece, names.article) for piece in claim.content],
    }


def _claim(report: Report, claim: Claim, names: Names) -> _Node:
    words = {
        "attribution:cue": _words(report, claim.cue),
        "attribution:sourceMention": _words(report, claim.source_mention),
    }
    return {
        "id": names.full(names.claim(claim)),
        "type": "attribution:Claim",
        "schema:identifier": storable(claim.id),
        "attribution:kind": claim.kind,
        "attribution:speech": claim.speech,
        "attribution:confidence": claim.confidence,
        **_said(words),
        "attribution:source": _source(report.source(claim.source), names),
        "attribution:chain": [_source(report.source(key), names) for key in claim.chain],
    }


def _source(source: Source, names: Names) -> _Node:
    # Nobody has no name of its own: that one report has two unnamed origins does not make them one.
    named = {} if source.type == "unspecified" else {"id": names.full(names.source(source.id))}
    return {
        **named,
        **_said({"schema:identifier": source.id, "schema:name": source.name}),
        "attribution:sourceType": source.type,
        **_said({"attribution:role": source.role}),
        "attribution:anonymityGranted": source.anonymity_granted,
    }


def _target(text: str, piece: Span, article: str) -> _Node:
    quoted = {
        "exact": piece.of(text),
        "prefix": text[max(piece.start - AROUND, 0) : piece.start],
        "suffix": text[piece.end : piece.end + AROUND],
    }
    return {
        "type": "SpecificResource",
        "source": article,
        "selector": [
            {"type": "TextPositionSelector", "start": piece.start, "end": piece.end},
            {
                "type": "TextQuoteSelector",
                **{key: storable(value) for key, value in quoted.items()},
            },
        ],
    }


def _words(report: Report, span: Span | None) -> str:
    return "" if span is None else span.of(report.text)


def _said(texts: Mapping[str, str | None]) -> dict[str, str]:
    """The texts that say something."""
    return {key: storable(text) for key, text in texts.items() if text}
