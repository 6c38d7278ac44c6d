"""How many sources are independent: what counts, and that the number is the smallest."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import combinations, pairwise

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.independence import Independence, independence, independent_sources
from attribution.outputs.graph import ARTICLE, provenance_graph
from attribution.transparency import INFORMING_KINDS
from attribution.types import KINDS, SOURCE_TYPES, Report, Source, SourceType
from strategies import IDENTIFIED, Article, article, articles


def count(*chains: str, types: dict[str, SourceType] | None = None) -> Independence:
    """The count for statements with these chains, each a letter a source, the article's first."""
    known = {key: "named_person" for chain in chains for key in chain} | (types or {})
    made = article(1, known, [(0, chain[-1]) for chain in chains])
    claims = zip(made.claims, chains, strict=True)
    relayed = tuple(replace(claim, chain=tuple(chain)) for claim, chain in claims)
    return independence(replace(made, claims=relayed).report())


def counted_chains(report: Report) -> set[frozenset[str]]:
    return {
        frozenset(claim.chain)
        for claim in report.claims
        if claim.kind in INFORMING_KINDS and report.source(claim.source).type in IDENTIFIED
    }


class TestIndependence:
    @pytest.mark.parametrize(
        ("chains", "origins", "channels"),
        [
            pytest.param(["a", "b"], 2, 2, id="two people who speak to the article are two"),
            pytest.param(["a", "a", "a"], 1, 1, id="one who speaks often is one"),
            pytest.param(["xa", "ya"], 1, 1, id="two outlets that relay one activist are one"),
            pytest.param(["xa", "xb"], 2, 1, id="one outlet that relays two is one"),
            pytest.param(["xa", "yb"], 2, 2, id="two outlets with a source each are two"),
            pytest.param(["x", "xa"], 2, 1, id="whoever speaks and passes on is one with both"),
            pytest.param(["xy", "yx"], 2, 1, id="two who have it from each other are one"),
            pytest.param(["xa", "xb", "b"], 2, 2, id="another way around the outlet counts"),
            pytest.param(["xna", "ynb"], 2, 1, id="a bottleneck may stand further back"),
            pytest.param(["ab", "bc", "cd", "de", "ea"], 5, 3, id="a ring is searched through"),
            pytest.param([], 0, 0, id="nobody is none"),
        ],
    )
    def test_counts(self, chains: list[str], origins: int, channels: int) -> None:
        assert count(*chains) == Independence(origins, channels)

    @pytest.mark.parametrize("kind", SOURCE_TYPES)
    def test_origins_are_the_identified_types(self, kind: SourceType) -> None:
        assert count("a", types={"a": kind}).origins == (kind in IDENTIFIED)

    def test_intermediary_alone_does_not_count(self) -> None:
        assert count("xa", types={"x": "media_outlet", "a": "unnamed_person"}).channels == 0

    def test_intermediary_that_nobody_names_still_joins(self) -> None:
        assert count("xa", "xb", types={"x": "unnamed_group"}) == Independence(2, 1)

    @pytest.mark.parametrize("kind", KINDS)
    def test_claims_that_inform_count(self, kind: str) -> None:
        report = article(1, {"a": "named_person"}, [(0, "a")], kind=kind).report()
        assert independent_sources(report) == (kind in INFORMING_KINDS)

    @given(articles())
    def test_is_the_smallest_set_that_stands_in_every_chain(self, article: Article) -> None:
        report = article.report()
        chains, sources = counted_chains(report), [source.id for source in report.sources]
        smallest = next(
            size
            for size in range(len(sources) + 1)
            if any(
                all(chain & set(chosen) for chain in chains)
                for chosen in combinations(sources, size)
            )
        )
        assert independence(report).channels == smallest

    @given(articles())
    def test_is_bounded_by_origins_and_by_what_is_next_to_the_article(
        self, article: Article
    ) -> None:
        report = article.report()
        found = independence(report)
        assert found.channels <= found.origins
        assert found.channels <= provenance_graph(report).in_degree(ARTICLE)
        assert (found.channels == 0) == (found.origins == 0)

    @given(articles())
    def test_is_no_more_than_a_minimum_vertex_cut_of_the_graph(self, article: Article) -> None:
        chains = counted_chains(article.report())
        kept = [claim for claim in article.claims if frozenset(claim.chain) in chains]
        split = nx.DiGraph()
        split.add_nodes_from(["start", ARTICLE])
        for claim in kept:
            way = [*reversed(claim.chain)]
            split.add_edge("start", (way[0], "in"))
            for key in way:
                split.add_edge((key, "in"), (key, "out"), capacity=1)
            for teller, told in pairwise(way):
                split.add_edge((teller, "out"), (told, "in"))
            split.add_edge((way[-1], "out"), ARTICLE)
        cut, _ = nx.minimum_cut(split, "start", ARTICLE)
        assert independence(article.report()).channels <= cut

    @given(articles(), st.data())
    def test_one_more_intermediary_never_raises_it(
        self, article: Article, data: st.DataObject
    ) -> None:
        if not article.claims:
            return
        claim = data.draw(st.sampled_from(article.claims))
        others = [source for source in article.sources if source.id not in claim.chain]
        new = Source("new", "New", "media_outlet")
        through = data.draw(st.sampled_from([*others, new]))
        longer = article.through(claim.id, through, data.draw(st.integers(0, 3)))
        assert independent_sources(longer.report()) <= independent_sources(article.report())

    def test_a_knot_too_large_to_search_is_bounded_in_little_time(self) -> None:
        ring = [chr(0x4E00 + number) for number in range(60)]
        chains = [ring[i] + ring[i - step] for i in range(60) for step in (1, 7, 11)]
        began = time.monotonic()
        found = count(*chains)
        assert time.monotonic() - began < 20
        assert 30 <= found.channels <= found.origins == 60
