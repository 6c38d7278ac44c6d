"""A report as W3C provenance: PROV-O in JSON-LD.

What a claim went through is told in tellings. A telling is the claim as one source of its chain
gave it; the article's claim derives from the telling nearest to it, this one from the next, and
the last is the origin's. So who said a thing and who passed it on stay apart, while PROV's
``wasAttributedTo`` by itself knows no order. Terms: https://www.w3.org/TR/prov-o/ and schema.org;
what neither has is in a namespace of our own.
"""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote

from attribution.columns import storable
from attribution.independence import independence
from attribution.types import SCHEMA, Claim, Report, Source, SourceType

__all__ = ["TERMS", "Names", "to_prov"]

TERMS = "urn:attribution:terms#"

_LINKS = (
    "prov:hadPrimarySource",
    "prov:used",
    "prov:wasAssociatedWith",
    "prov:wasAttributedTo",
    "prov:wasDerivedFrom",
    "prov:wasGeneratedBy",
    "prov:wasQuotedFrom",
    "schema:isPartOf",
)
_CONTEXT: dict[str, Any] = {
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "attribution": TERMS,
    **{name: {"@type": "@id"} for name in _LINKS},
    # JSON-LD would make whole numbers integers.
    "attribution:confidence": {"@type": "xsd:double"},
    "attribution:transparency": {"@type": "xsd:double"},
}
# Classes by source type; a document is made, all others act. Nobody is no agent.
_CLASSES: dict[SourceType, list[str]] = {
    "named_person": ["prov:Agent", "prov:Person"],
    "named_organization": ["prov:Agent", "prov:Organization"],
    "media_outlet": ["prov:Agent", "prov:Organization"],
    "document": ["prov:Entity", "schema:CreativeWork"],
    "unnamed_person": ["prov:Agent", "prov:Person"],
    "unnamed_group": ["prov:Agent"],
    "author": ["prov:Agent"],
}

_HERE = "here"  # the prefix of what belongs to this report
_Node = dict[str, Any]


def to_prov(report: Report, *, name: str | None = None) -> dict[str, Any]:
    """The report as PROV-O in JSON-LD 1.1.

    Args:
        report: Any report.
        name: What the input is called; stored as ``attribution:input`` of the report's entity.

    Returns:
        A JSON-LD document with one ``@context`` and one ``@graph``: the article, its claims, their
        tellings, the sources in chains, and the report with the scoring and the model that made
        it. IRIs are URNs: the article's is made from its text, all others from the report (prefix
        ``here``), so one report always gives the same document, and documents can be put together.
        Texts that are empty are left out; in texts, characters that XML forbids are U+FFFD.

    Raises:
        KeyError: A chain has a source that the report lacks.
    """
    names = Names(report)
    sources = {source.id: source for source in report.sources}
    used = dict.fromkeys(key for claim in report.claims for key in claim.chain)
    nodes = [_article(report, names)]
    for claim in report.claims:
        nodes.append(_claim(report, claim, names))
        nodes += _tellings(claim, sources, names)
    named = (sources[key] for key in used if sources[key].type != "unspecified")
    nodes += [_source(report, source, names) for source in named]
    nodes += _making(report, name, names)
    context = {**_CONTEXT, _HERE: f"{names.report}#"}
    return {"@context": context, "@graph": [_without_empty(node) for node in nodes]}


class Names:
    """The names of one report's things.

    ``article`` and ``report`` are IRIs; all others are the report's with something behind it, here
    with the prefix ``here`` for the report's part (:meth:`full` gives the IRI).
    """

    scoring, model = f"{_HERE}:scoring", f"{_HERE}:model"

    def __init__(self, report: Report) -> None:
        self.article = f"urn:attribution:text:{_digest(report.text)}"
        self.report = f"urn:attribution:report:{_digest(report.to_json())}"

    def claim(self, claim: Claim) -> str:
        return f"{_HERE}:claim/{_escaped(claim.id)}"

    def telling(self, claim: Claim, source_id: str) -> str:
        return f"{_HERE}:telling/{_escaped(claim.id)}/{_escaped(source_id)}"

    def source(self, source_id: str) -> str:
        return f"{_HERE}:source/{_escaped(source_id)}"

    def full(self, name: str) -> str:
        """The IRI that a name with the prefix stands for."""
        return f"{self.report}#{name.removeprefix(f'{_HERE}:')}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _escaped(key: str) -> str:
    return quote(key, safe="", errors="surrogatepass")


def _article(report: Report, names: Names) -> _Node:
    authors = [source.id for source in report.sources if source.type == "author"]
    used = {key for claim in report.claims for key in claim.chain}
    return {
        "@id": names.article,
        "@type": ["prov:Entity", "schema:Article"],
        "schema:headline": report.title or "",
        "schema:publisher": report.publisher or "",
        "prov:wasDerivedFrom": [names.telling(claim, claim.chain[0]) for claim in report.claims],
        "prov:wasAttributedTo": [names.source(key) for key in authors if key in used],
    }


def _claim(report: Report, claim: Claim, names: Names) -> _Node:
    origin = names.telling(claim, claim.chain[-1])
    return {
        "@id": names.claim(claim),
        "@type": ["prov:Entity", "attribution:Claim"],
        "schema:identifier": claim.id,
        "schema:isPartOf": names.article,
        "prov:value": " … ".join(piece.of(report.text) for piece in claim.content),
        "prov:wasDerivedFrom": names.telling(claim, claim.chain[0]),
        "prov:hadPrimarySource": origin,
        "prov:wasQuotedFrom": origin if claim.speech == "direct" else "",
        "attribution:kind": claim.kind,
        "attribution:speech": claim.speech,
        "attribution:confidence": claim.confidence,
    }


def _tellings(claim: Claim, sources: dict[str, Source], names: Names) -> list[_Node]:
    """The claim as each source of its chain gave it, the one nearest to the article first."""
    nodes = []
    for key, further in zip(claim.chain, (*claim.chain[1:], None), strict=True):
        made_from = [names.telling(claim, further)] if further is not None else []
        attributed = ""
        if sources[key].type == "document":
            made_from.append(names.source(key))
        elif sources[key].type != "unspecified":
            attributed = names.source(key)
        nodes.append(
            {
                "@id": names.telling(claim, key),
                "@type": ["prov:Entity", "attribution:Telling"],
                "prov:wasAttributedTo": attributed,
                "prov:wasDerivedFrom": made_from,
            }
        )
    return nodes


def _source(report: Report, source: Source, names: Names) -> _Node:
    return {
        "@id": names.source(source.id),
        "@type": _CLASSES[source.type],
        "schema:identifier": source.id,
        "schema:name": source.name,
        "attribution:sourceType": source.type,
        "attribution:role": source.role,
        "attribution:justification": [
            storable(" ".join(words.of(report.text).split())) for words in source.justification
        ],
        "attribution:anonymityGranted": source.anonymity_granted,
    }


def _making(report: Report, name: str | None, names: Names) -> list[_Node]:
    """The report itself, and how and by which model it was made."""
    found = independence(report)
    return [
        {
            "@id": names.report,
            "@type": "prov:Entity",
            "prov:wasDerivedFrom": names.article,
            "prov:wasGeneratedBy": names.scoring,
            "prov:wasAttributedTo": names.model,
            "attribution:input": name or "",
            "attribution:schema": SCHEMA,
            "attribution:transparency": report.transparency.score,
            "attribution:origins": found.origins,
            "attribution:independentSources": found.channels,
        },
        {
            "@id": names.scoring,
            "@type": "prov:Activity",
            "prov:used": names.article,
            "prov:wasAssociatedWith": names.model,
        },
        {
            "@id": names.model,
            "@type": ["prov:Agent", "prov:SoftwareAgent"],
            "schema:name": report.model.name,
            "schema:softwareVersion": report.model.version,
        },
    ]


def _without_empty(node: _Node) -> _Node:
    kept = {
        key: storable(value) if isinstance(value, str) else value for key, value in node.items()
    }
    return {key: value for key, value in kept.items() if value not in ("", [])}
