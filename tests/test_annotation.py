"""Web Annotations in JSON-LD: what an RDF library reads from them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from rdflib import PROV, RDF, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SDO

from attribution.columns import storable
from attribution.outputs.annotation import CONTEXT, to_annotations
from attribution.outputs.prov import TERMS, to_prov
from attribution.types import Report
from strategies import reports

OA = Namespace("http://www.w3.org/ns/oa#")
AS = Namespace("http://www.w3.org/ns/activitystreams#")
OWN = Namespace(TERMS)


def link(name: str) -> dict[str, str]:
    return {"@type": "@id", "@id": name}


# The terms that are used here, as http://www.w3.org/ns/anno.jsonld has them: tests have no network.
ANNO: dict[str, Any] = {
    "oa": str(OA),
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdf": str(RDF),
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "as": str(AS),
    "id": {"@type": "@id", "@id": "@id"},
    "type": {"@type": "@id", "@id": "@type"},
    **{name: f"oa:{name}" for name in (
        "Annotation", "SpecificResource", "TextualBody", "TextPositionSelector",
        "TextQuoteSelector", "classifying", "describing", "tagging",
        "start", "end", "exact", "prefix", "suffix",
    )},
    "Software": "as:Application",
    "AnnotationCollection": "as:OrderedCollection",
    "AnnotationPage": "as:OrderedCollectionPage",
    "body": link("oa:hasBody"),
    "target": link("oa:hasTarget"),
    "source": link("oa:hasSource"),
    "selector": link("oa:hasSelector"),
    "creator": link("dcterms:creator"),
    "partOf": link("as:partOf"),
    "first": link("as:first"),
    "items": {**link("as:items"), "@container": "@list"},
    "motivation": {"@type": "@vocab", "@id": "oa:motivatedBy"},
    "purpose": {"@type": "@vocab", "@id": "oa:hasPurpose"},
    "value": "rdf:value",
    "name": "foaf:name",
    "label": "rdfs:label",
    "total": "as:totalItems",
    "startIndex": "as:startIndex",
}  # fmt: skip


def read(report: Report, name: str | None = None) -> Graph:
    document = to_annotations(report, name=name)
    named, own = document["@context"]
    assert named == CONTEXT
    document["@context"] = [ANNO, own]
    return Graph().parse(data=json.dumps(document), format="json-ld")


class Read:
    """The triples of one report's annotations, asked by the claims' ids."""

    def __init__(self, report: Report) -> None:
        self.graph = read(report)

    def claim(self, key: str) -> Any:
        claims = set(self.graph.subjects(RDF.type, OWN.Claim))
        return next(c for c in claims if (c, SDO.identifier, Literal(key)) in self.graph)

    def annotation(self, key: str) -> Any:
        return self.graph.value(None, OA.hasBody, self.claim(key))

    def follow(self, start: Any, *path: URIRef) -> Any:
        for step in path:
            (start,) = self.graph.objects(start, step)
        return start

    def selectors(self, key: str, kind: URIRef) -> list[Any]:
        targets = self.graph.objects(self.annotation(key), OA.hasTarget)
        found = [s for target in targets for s in self.graph.objects(target, OA.hasSelector)]
        return [selector for selector in found if (selector, RDF.type, kind) in self.graph]


@pytest.fixture
def triples(example_report: Report) -> Read:
    return Read(example_report)


class TestToAnnotations:
    def test_claims_are_items_of_a_collection_in_their_order(self, triples: Read) -> None:
        (page,) = triples.graph.subjects(RDF.type, AS.OrderedCollectionPage)
        items = list(Collection(triples.graph, triples.follow(page, AS["items"])))
        assert items == [triples.annotation(key) for key in ("c1", "c2", "c3", "c4")]
        (whole,) = triples.graph.subjects(RDF.type, AS.OrderedCollection)
        assert triples.follow(whole, AS.totalItems) == Literal(4)
        assert triples.follow(whole, AS.first) == page

    def test_target_is_the_content_by_position(self, example_report: Report, triples: Read) -> None:
        (where,) = triples.selectors("c3", OA.TextPositionSelector)
        span = example_report.claims[2].content[0]
        assert triples.follow(where, OA.start) == Literal(span.start)
        assert triples.follow(where, OA.end) == Literal(span.end)

    def test_target_is_the_content_by_its_words_and_those_around(self, triples: Read) -> None:
        (quote,) = triples.selectors("c3", OA.TextQuoteSelector)
        assert triples.follow(quote, OA.exact) == Literal("repairs had been put off twice")
        before = "A council worker, who asked not to be named, said "
        assert str(triples.follow(quote, OA.prefix)) == before[-32:]
        assert str(triples.follow(quote, OA.suffix)) == ". Anglers fear the worst."
        (quote,) = triples.selectors("c1", OA.TextQuoteSelector)
        assert str(triples.follow(quote, OA.suffix)) == " engineer Ines Faro told the Est"

    def test_bodies_say_the_source_in_words_and_tag_kind_and_form(self, triples: Read) -> None:
        bodies = [
            (triples.follow(body, OA.hasPurpose), str(triples.follow(body, RDF.value)))
            for body in triples.graph.objects(triples.annotation("c1"), OA.hasBody)
            if (body, RDF.type, OA.TextualBody) in triples.graph
        ]
        assert sorted(bodies) == [
            (OA.describing, "article < Estuary Post < Ines Faro (statement, direct)"),
            (OA.tagging, "direct"),
            (OA.tagging, "statement"),
        ]

    def test_claim_has_its_chain_in_order(self, triples: Read) -> None:
        chain = Collection(triples.graph, triples.follow(triples.claim("c1"), OWN.chain))
        assert [str(triples.follow(step, SDO.name)) for step in chain] == [
            "Estuary Post", "Ines Faro",
        ]  # fmt: skip
        assert chain[1] == triples.follow(triples.claim("c1"), OWN.source)

    def test_claim_has_kind_speech_confidence_and_words(self, triples: Read) -> None:
        claim = triples.claim("c3")
        assert triples.follow(claim, OWN.kind) == Literal("statement")
        assert triples.follow(claim, OWN.speech) == Literal("indirect")
        assert triples.follow(claim, OWN.confidence).toPython() == 0.95
        assert triples.follow(claim, OWN.cue) == Literal("said")
        assert triples.follow(claim, OWN.sourceMention) == Literal("A council worker")

    def test_it_names_what_prov_names(self, example_report: Report, triples: Read) -> None:
        prov = Graph().parse(data=json.dumps(to_prov(example_report)), format="json-ld")
        assert (triples.claim("c1"), RDF.type, PROV.Entity) in prov
        source = triples.follow(triples.claim("c1"), OWN.source)
        assert (source, RDF.type, PROV.Person) in prov
        (article,) = set(triples.graph.objects(None, OA.hasSource))
        assert (article, RDF.type, SDO.Article) in prov

    def test_name_of_the_input_is_kept(self, example_report: Report) -> None:
        assert (None, OWN.input, Literal("a.txt")) in read(example_report, "a.txt")

    @given(reports())
    def test_every_piece_of_every_content_is_a_target(self, report: Report) -> None:
        items = to_annotations(report)["first"]["items"]
        for claim, item in zip(report.claims, items, strict=True):
            for piece, target in zip(claim.content, item["target"], strict=True):
                where, quote = target["selector"]
                assert (where["start"], where["end"]) == (piece.start, piece.end)
                around = quote["prefix"] + quote["exact"] + quote["suffix"]
                start = piece.start - len(quote["prefix"])
                assert around == storable(report.text)[start : start + len(around)]
                assert quote["exact"] == storable(piece.of(report.text))

    @given(reports())
    def test_any_report_reads_as_rdf_with_whole_iris(self, report: Report) -> None:
        graph = read(report)
        assert len(set(graph.subjects(RDF.type, OA.Annotation))) == len(report.claims)
        for triple in graph:
            for term in triple:
                assert not isinstance(term, URIRef) or str(term).startswith(("urn:", "http"))
