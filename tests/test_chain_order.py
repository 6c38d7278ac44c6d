"""In which order those stand who passed a claim on: one for the whole article."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st
from test_provenance import ALL, MARKED, MARKED_AT_FIRST, NOBODY_AT_FIRST, OUTER, scene

from attribution.intermediaries import CARRY_FEATURES, VIA_FEATURES, Scene
from attribution.provenance import find_chains
from attribution.types import SOURCE_TYPES, SourceType
from scenes import Script, type_rows
from tiny_model import tiny_classifier

CLERK, PAPERS, ECHO = range(3)


def papers_of_an_outlet() -> Scene:
    """What a clerk said in papers that the Echo has: the papers stand nearer to the claim."""
    text = "A clerk said it was late, according to papers seen by the Echo."
    script = Script(("it was late",), "said", "A clerk", ("papers", "the Echo"))
    found = scene(text, (script,), [["A clerk"], ["papers"], ["the Echo"]], [CLERK])
    return replace(found, types=type_rows("unnamed_person", "document", "media_outlet"))


def test_an_outlet_stands_in_front_of_the_papers_it_has_seen() -> None:
    chains = find_chains(papers_of_an_outlet(), MARKED_AT_FIRST, MARKED, 0.5)
    assert chains == [(ECHO, PAPERS)]


def test_without_an_outlet_the_nearest_to_the_claim_stands_in_front() -> None:
    bodies = replace(
        papers_of_an_outlet(),
        types=type_rows("unnamed_person", "document", "named_organization"),
    )
    assert find_chains(bodies, MARKED_AT_FIRST, MARKED, 0.5) == [(PAPERS, ECHO)]


def crossing() -> Scene:
    """The board comes through the survey in two claims, the survey through the board in one."""
    text = (
        "The board said it was late, the survey found. The survey found it cold, the board said. "
        "The board said it was over, the survey found."
    )
    scripts = (
        Script(("it was late",), "said", "The board", ("the survey",)),
        Script(("it cold",), "found", "The survey", ("the board",)),
        Script(("it was over",), "said", "The board"),
    )
    found = scene(
        text, scripts, [["The board", "the board"], ["The survey", "the survey"]], [0, 1, 0]
    )
    return replace(found, types=type_rows("named_organization", "document"))


def test_of_two_sources_the_one_in_front_in_more_claims_always_is() -> None:
    assert find_chains(crossing(), MARKED_AT_FIRST, ALL, 0.5) == [(1,), (), (1,)]


def test_two_may_tell_of_each_others_words() -> None:
    text = "Brask said that Ware told him it was late. Ware added that Brask saw it was over."
    scripts = (
        Script(("that Ware told him it was late",), "said", "Brask"),
        Script(("it was late",), "told"),
        Script(("that Brask saw it was over",), "added", "Ware"),
        Script(("it was over",), "saw"),
    )
    found = scene(text, scripts, [["Brask"], ["Ware"]], [0, 1, 1, 0])
    chains = find_chains(found, NOBODY_AT_FIRST, OUTER, 0.5)
    assert chains == [(), (0,), (), (1,)]


NAMES = ("Brask", "Ware", "Echo", "Papers")


@given(
    st.lists(st.permutations(range(4)), min_size=2, max_size=5),
    st.lists(st.sampled_from(SOURCE_TYPES[:5]), min_size=4, max_size=4),
    st.integers(0, 500),
)
def test_what_is_not_nested_makes_no_circle(
    orders: list[list[int]], types: list[SourceType], seed: int
) -> None:
    told = [[f"{NAMES[number]}{at}" for number in order] for at, order in enumerate(orders)]
    text = " ".join(f"{' and '.join(names)} said {at}." for at, names in enumerate(told))
    scripts = tuple(Script((f"said {at}",), via=tuple(names[1:])) for at, names in enumerate(told))
    sources = [[f"{name}{at}" for at in range(len(told))] for name in NAMES]
    found = scene(text, scripts, sources, [order[0] for order in orders])
    first = tiny_classifier(len(VIA_FEATURES), 1, seed)
    second = tiny_classifier(len(CARRY_FEATURES), 1, seed + 1)
    chains = find_chains(replace(found, types=type_rows(*types)), first, second, 0.4)
    steps: nx.DiGraph[int] = nx.DiGraph()
    for chain, origin in zip(chains, found.origins, strict=True):
        steps.add_edges_from(pairwise((*chain, origin)))
    assert nx.is_directed_acyclic_graph(steps)
