"""PROV-O in JSON-LD: what an RDF library reads from it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from rdflib import PROV, RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import SDO

from attribution.outputs.prov import TERMS, to_prov
from attribution.types import Report, Source, SourceType
from strategies import reports

OWN = Namespace(TERMS)


def read(*documents: object) -> Graph:
    """All triples of the documents. They go through JSON as in a file."""
    return Graph().parse(data=json.dumps(documents), format="json-ld")


class Read:
    """The triples of one report, asked by the ids of the report."""

    def __init__(self, report: Report) -> None:
        self.graph = read(to_prov(report))
        self.article = self.one(None, RDF.type, SDO.Article)

    def one(self, subject: object, predicate: URIRef, value: object) -> URIRef:
        """The subject of the only such triple, or its value when the subject is given."""
        found = list(self.graph.triples((subject, predicate, value)))
        assert len(found) == 1
        return found[0][0] if subject is None else found[0][2]

    def thing(self, key: str) -> URIRef:
        return self.one(None, SDO.identifier, Literal(key))

    def follow(self, start: URIRef, *predicates: URIRef) -> URIRef:
        for predicate in predicates:
            start = self.one(start, predicate, None)
        return start


@pytest.fixture
def triples(example_report: Report) -> Read:
    return Read(example_report)


class TestToProv:
    def test_claim_is_part_of_the_article_and_has_its_words(self, triples: Read) -> None:
        claim = triples.thing("c3")
        assert (claim, RDF.type, PROV.Entity) in triples.graph
        assert triples.follow(claim, SDO.isPartOf) == triples.article
        assert triples.follow(claim, PROV.value) == Literal("repairs had been put off twice")

    def test_claim_derives_from_its_origin_through_the_intermediary(self, triples: Read) -> None:
        nearest = triples.follow(triples.thing("c1"), PROV.wasDerivedFrom)
        assert triples.follow(nearest, PROV.wasAttributedTo) == triples.thing("s2")
        further = triples.follow(nearest, PROV.wasDerivedFrom)
        assert triples.follow(further, PROV.wasAttributedTo) == triples.thing("s1")

    def test_primary_source_is_what_the_origin_told(self, triples: Read) -> None:
        claim = triples.thing("c1")
        origin = triples.follow(claim, PROV.hadPrimarySource, PROV.wasAttributedTo)
        assert origin == triples.thing("s1")

    def test_only_direct_speech_is_quoted_from_the_origin(self, triples: Read) -> None:
        origin = triples.follow(triples.thing("c2"), PROV.wasQuotedFrom, PROV.wasAttributedTo)
        assert origin == triples.thing("s1")
        assert not list(triples.graph.objects(triples.thing("c3"), PROV.wasQuotedFrom))

    def test_source_has_name_type_and_role(self, triples: Read) -> None:
        person = triples.thing("s1")
        assert triples.follow(person, SDO.name) == Literal("Ines Faro")
        assert triples.follow(person, OWN.role) == Literal("engineer")
        assert triples.follow(person, OWN.sourceType) == Literal("named_person")
        assert triples.follow(triples.thing("s3"), OWN.anonymityGranted) == Literal(True)

    @pytest.mark.parametrize(
        ("kind", "class_"),
        [
            ("named_person", PROV.Person),
            ("named_organization", PROV.Organization),
            ("media_outlet", PROV.Organization),
            ("document", PROV.Entity),
            ("unnamed_person", PROV.Person),
            ("unnamed_group", PROV.Agent),
            ("author", PROV.Agent),
        ],
    )
    def test_source_has_the_class_of_its_type(
        self, example_report: Report, kind: SourceType, class_: URIRef
    ) -> None:
        found = Read(with_type(example_report, "s1", kind))
        assert (found.thing("s1"), RDF.type, class_) in found.graph

    def test_document_is_derived_from_and_not_an_agent(self, example_report: Report) -> None:
        found = Read(with_type(example_report, "s3", "document"))
        telling = found.follow(found.thing("c3"), PROV.wasDerivedFrom)
        assert found.follow(telling, PROV.wasDerivedFrom) == found.thing("s3")
        assert (found.thing("s3"), RDF.type, PROV.Agent) not in found.graph
        assert not list(found.graph.objects(telling, PROV.wasAttributedTo))

    def test_what_nobody_is_named_for_is_attributed_to_nobody(self, example_report: Report) -> None:
        found = Read(with_type(example_report, "s3", "unspecified"))
        telling = found.follow(found.thing("c3"), PROV.wasDerivedFrom)
        assert not list(found.graph.objects(telling, PROV.wasAttributedTo))
        assert (None, SDO.identifier, Literal("s3")) not in found.graph

    def test_article_is_attributed_to_the_author_who_speaks(self, example_report: Report) -> None:
        found = Read(with_type(example_report, "s3", "author"))
        assert found.follow(found.article, PROV.wasAttributedTo) == found.thing("s3")

    def test_report_was_made_by_the_model_from_the_article(self, triples: Read) -> None:
        scoring = triples.one(None, RDF.type, PROV.Activity)
        model = triples.one(None, RDF.type, PROV.SoftwareAgent)
        made = triples.one(None, PROV.wasGeneratedBy, scoring)
        assert triples.follow(scoring, PROV.used) == triples.article
        assert triples.follow(scoring, PROV.wasAssociatedWith) == model
        assert triples.follow(made, PROV.wasAttributedTo) == model
        assert triples.follow(made, OWN.independentSources) == Literal(1)
        assert triples.follow(model, SDO.softwareVersion) == Literal("1")

    def test_name_of_the_input_is_kept(self, example_report: Report) -> None:
        found = read(to_prov(example_report, name="a.txt"))
        assert (None, OWN.input, Literal("a.txt")) in found

    def test_two_reports_in_one_store_stay_apart(self, example_report: Report) -> None:
        other = replace(example_report, text=example_report.text + "\n")
        both = read(to_prov(example_report), to_prov(other))
        assert len(both) == len(read(to_prov(example_report))) + len(read(to_prov(other)))

    def test_same_article_has_one_name_whatever_the_model(self, example_report: Report) -> None:
        model = replace(example_report.model, version="2")
        assert Read(replace(example_report, model=model)).article == Read(example_report).article

    @given(reports())
    def test_every_origin_can_be_reached_from_the_article(self, report: Report) -> None:
        found = Read(report)
        behind = set(found.graph.transitive_objects(found.article, PROV.wasDerivedFrom))
        for claim in report.claims:
            telling = found.follow(found.thing(claim.id), PROV.hadPrimarySource)
            assert telling in behind
            for key in claim.chain:
                if report.source(key).type != "unspecified":
                    source = found.thing(key)
                    tellings = set(found.graph.subjects(PROV.wasAttributedTo, source))
                    assert source in behind or tellings & behind

    @given(reports())
    def test_any_report_reads_as_whole_iris(self, report: Report) -> None:
        for triple in read(to_prov(report)):
            for term in triple:
                assert not isinstance(term, URIRef) or str(term).startswith(("urn:", "http"))
                term.n3()

    @given(reports())
    def test_the_same_report_gives_the_same_document(self, report: Report) -> None:
        assert to_prov(report) == to_prov(Report.from_dict(report.to_dict()))


def with_type(report: Report, key: str, kind: SourceType) -> Report:
    def changed(source: Source) -> Source:
        return replace(source, type=kind) if source.id == key else source

    return replace(report, sources=tuple(map(changed, report.sources)))
