"""The provenance graph: what its nodes and edges say, and that GraphML keeps it."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import networkx as nx
import pytest
from hypothesis import given

from attribution.columns import storable
from attribution.errors import AttributionError, MissingExtraError, ReportFormatError
from attribution.independence import independence
from attribution.outputs.graph import ARTICLE, provenance_graph, to_graphml
from attribution.types import Report, Source
from strategies import Article, any_text, articles, reports


class TestProvenanceGraph:
    def test_edges_point_the_way_the_claims_travelled(self, example_report: Report) -> None:
        graph = provenance_graph(example_report)
        assert set(graph.edges) == {
            ("s1", "s2"), ("s2", "article"), ("s3", "article"), ("s4", "article")
        }  # fmt: skip

    def test_edge_has_its_claims_and_their_number(self, example_report: Report) -> None:
        edges = provenance_graph(example_report).edges
        assert edges["s2", "article"]["claims"] == ("c1", "c2")
        assert edges["s2", "article"]["weight"] == 2
        assert (edges["s3", "article"]["claims"], edges["s3", "article"]["weight"]) == (("c3",), 1)

    def test_edge_has_what_its_claims_say_and_are(self, example_report: Report) -> None:
        edge = provenance_graph(example_report).edges["s2", "article"]
        claims = [claim for claim in example_report.claims if claim.id in edge["claims"]]
        assert edge["contents"] == tuple(
            " … ".join(piece.of(example_report.text) for piece in claim.content) for claim in claims
        )
        assert edge["speech"] == tuple(claim.speech for claim in claims)
        assert edge["kinds"] == tuple(claim.kind for claim in claims)

    def test_source_is_described(self, example_report: Report) -> None:
        nodes = provenance_graph(example_report).nodes
        assert nodes["s1"] == {
            "kind": "origin",
            "name": "Ines Faro",
            "type": "named_person",
            "role": "engineer",
            "anonymity_granted": False,
        }
        assert nodes["s2"]["kind"] == "intermediary"
        assert nodes["s3"]["anonymity_granted"]

    def test_source_that_speaks_and_passes_on_is_both(self, example_report: Report) -> None:
        own = replace(example_report.claims[2], source="s2", chain=("s2",))
        report = replace(example_report, claims=(*example_report.claims, own))
        assert provenance_graph(report).nodes["s2"]["kind"] == "both"

    def test_article_is_a_node_with_its_title(self, example_report: Report) -> None:
        node = provenance_graph(example_report).nodes[ARTICLE]
        assert node == {"kind": "article", "title": "A crack at the weir", "publisher": None}

    def test_source_without_a_claim_is_left_out(self, example_report: Report) -> None:
        idle = Source("s9", "Nobody asked", "named_person")
        report = replace(example_report, sources=(*example_report.sources, idle))
        assert "s9" not in provenance_graph(report)

    def test_article_without_claims_stands_alone(self, example_report: Report) -> None:
        graph = provenance_graph(replace(example_report, claims=()))
        assert list(graph) == [ARTICLE]

    def test_graph_names_model_and_schema_and_counts_sources(self, example_report: Report) -> None:
        assert provenance_graph(example_report).graph == {
            "schema": "attribution.report/1",
            "model": "test",
            "model_version": "1",
            "origins": 1,
            "independent_sources": 1,
        }

    def test_is_what_the_reports_method_gives(self, example_report: Report) -> None:
        assert nx.utils.graphs_equal(example_report.graph(), provenance_graph(example_report))

    @given(reports())
    def test_every_chain_is_a_path_and_its_claim_is_on_every_step(self, report: Report) -> None:
        graph = provenance_graph(report)
        for claim in report.claims:
            for step in pairwise((*reversed(claim.chain), ARTICLE)):
                assert claim.id in graph.edges[step]["claims"]

    @given(reports())
    def test_edges_into_the_article_carry_every_claim_once(self, report: Report) -> None:
        arriving = provenance_graph(report).in_edges(ARTICLE, data="claims")
        found = [claim for _, _, claims in arriving for claim in claims]
        assert sorted(found) == sorted(claim.id for claim in report.claims)

    @given(reports())
    def test_every_step_of_every_claim_is_counted_in_a_weight(self, report: Report) -> None:
        total = provenance_graph(report).size(weight="weight")
        assert total == sum(len(claim.chain) for claim in report.claims)

    @given(reports())
    def test_every_source_leads_to_the_article(self, report: Report) -> None:
        graph = provenance_graph(report)
        assert nx.ancestors(graph, ARTICLE) == set(graph) - {ARTICLE}

    def test_source_called_like_the_article_is_refused(self, example_report: Report) -> None:
        source = Source(ARTICLE, "Clash", "document")
        claim = replace(example_report.claims[0], source=ARTICLE, chain=(ARTICLE,))
        with pytest.raises(ReportFormatError, match="'article'"):
            provenance_graph(replace(example_report, sources=(source,), claims=(claim,)))


class TestWithoutNetworkx:
    def test_error_says_what_to_install(
        self, example_report: Report, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "networkx", None)
        with pytest.raises(
            MissingExtraError, match=r"pip install 'claim-attribution\[graph\]'"
        ) as caught:
            example_report.graph()
        assert isinstance(caught.value, AttributionError)
        assert isinstance(caught.value, ImportError)

    def test_sources_are_counted_all_the_same(
        self, example_report: Report, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "networkx", None)
        assert independence(example_report).channels == 1


class TestToGraphml:
    def test_loads_again_with_attributes(self, example_report: Report) -> None:
        graph = nx.parse_graphml(to_graphml(example_report))
        assert graph.is_directed()
        assert graph.nodes["s1"]["name"] == "Ines Faro"
        assert graph.nodes["s3"]["anonymity_granted"] is True
        edge, whole = (
            made.edges["s2", "article"] for made in (graph, provenance_graph(example_report))
        )
        assert (edge["claims"], edge["weight"]) == ("c1 c2", 2)
        assert edge["contents"] == " | ".join(" ".join(one.split()) for one in whole["contents"])
        assert edge["speech"].split() == list(whole["speech"])
        assert edge["kinds"].split() == list(whole["kinds"])
        assert graph.graph["independent_sources"] == 1

    def test_truth_values_are_those_of_xml_schema(self, example_report: Report) -> None:
        values = re.findall("(?i)>(true|false)<", to_graphml(example_report))
        assert sorted(set(values)) == ["false", "true"]

    def test_empty_texts_are_left_out(self, example_report: Report) -> None:
        graph = nx.parse_graphml(to_graphml(replace(example_report, title=None)))
        assert "role" not in graph.nodes["s3"]
        assert "title" not in graph.nodes[ARTICLE]

    def test_name_of_the_input_is_kept(self, example_report: Report) -> None:
        assert nx.parse_graphml(to_graphml(example_report, name="a.txt")).graph["input"] == "a.txt"

    def test_markup_in_a_name_is_text(self, example_report: Report) -> None:
        odd = replace(example_report.sources[0], name='<data key="d0"> & ]]>')
        report = replace(example_report, sources=(odd, *example_report.sources[1:]))
        assert nx.parse_graphml(to_graphml(report)).nodes["s1"]["name"] == odd.name

    def test_forbidden_characters_are_replaced_and_white_space_is_one_space(
        self, example_report: Report
    ) -> None:
        report = replace(example_report, title="a\x00b\ud800c\r\n d")
        title = nx.parse_graphml(to_graphml(report)).nodes[ARTICLE]["title"]
        assert title == "a\ufffdb\ufffdc d"

    @given(reports())
    def test_any_report_is_ascii_and_keeps_nodes_edges_and_weights(self, report: Report) -> None:
        written = to_graphml(report)
        assert written.isascii()
        graph, read = provenance_graph(report), nx.parse_graphml(written)
        assert list(read) == list(graph)
        assert set(read.edges(data="weight")) == set(graph.edges(data="weight"))
        for step in graph.edges:
            assert tuple(read.edges[step]["claims"].split()) == graph.edges[step]["claims"]

    @given(articles())
    def test_what_is_read_is_written_the_same(self, article: Article) -> None:
        once = nx.parse_graphml(to_graphml(article.report()))
        again = nx.parse_graphml("\n".join(nx.generate_graphml(once)))
        assert nx.utils.graphs_equal(once, again)


class TestStorable:
    @given(any_text)
    def test_gives_what_xml_can_hold(self, text: str) -> None:
        kept = storable(text)
        assert len(kept) == len(text)
        ElementTree.fromstring(f"<a>{re.sub('[<&>]', ' ', kept)}</a>")

    @pytest.mark.parametrize("text", ["tab\tand\nline", "é 語 👩‍👧", "\ue000"])
    def test_leaves_all_else(self, text: str) -> None:
        assert storable(text) == text
