"""The way every claim took, as one graph: article, intermediaries and origins.

An edge points the way a claim travelled: from its origin over the intermediaries to the article.
So an article's edges are what flows into it, a source's successors are whom it told, and flow and
cut algorithms work as they stand. PROV's ``wasDerivedFrom`` points the other way, from what was
made to what it was made of (:mod:`attribution.outputs.prov`).

networkx is imported only when a graph is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from types import ModuleType
from typing import TYPE_CHECKING, Any

from attribution.columns import storable
from attribution.errors import ReportFormatError
from attribution.extras import load_extra
from attribution.independence import independence
from attribution.types import SCHEMA, Claim, Report

if TYPE_CHECKING:
    import networkx

__all__ = ["ARTICLE", "load_networkx", "provenance_graph", "to_graphml"]

ARTICLE = "article"

_BOOLEAN_KEY = re.compile(r'<key id="(\w+)" [^>]*attr\.type="boolean"')


def provenance_graph(report: Report) -> networkx.DiGraph[str]:
    """The article and the sources of its claims, with an edge for every step claims took.

    Args:
        report: Any report.

    Returns:
        A directed graph. Nodes: ``"article"`` (``kind``, ``title``, ``publisher``) and the id of
        every source in some claim's chain (``kind``: ``origin``, ``intermediary`` or ``both``;
        ``name``, ``type``, ``role``, ``anonymity_granted``). Edges, the way the claims travelled:
        ``claims``, the ids in the report's order, ``contents``, ``speech`` and ``kinds``, what
        these claims say and are, in the same order, and ``weight``, their number. A claim's chain,
        read backward and with the article behind it, is a path. Graph attributes: ``schema``,
        ``model``, ``model_version``, ``origins`` and ``independent_sources``.

    Raises:
        KeyError: A chain has a source that the report lacks.
        MissingExtraError: networkx is not installed.
        ReportFormatError: A source in a chain has the id ``article``.
    """
    graph: networkx.DiGraph[str] = load_networkx().DiGraph(**_about(report))
    graph.add_node(ARTICLE, kind="article", title=report.title, publisher=report.publisher)
    known = {source.id: source for source in report.sources}
    origins = {claim.chain[-1] for claim in report.claims}
    relays = {key for claim in report.claims for key in claim.via}
    for key in dict.fromkeys(key for claim in report.claims for key in claim.chain):
        if key == ARTICLE:
            raise ReportFormatError(f"a source has the id {ARTICLE!r}, the article's own node")
        source = known[key]
        kind = "both" if key in origins & relays else "origin" if key in origins else "intermediary"
        graph.add_node(
            key,
            kind=kind,
            name=source.name,
            type=source.type,
            role=source.role,
            anonymity_granted=source.anonymity_granted,
        )
    carried: dict[tuple[str, str], list[Claim]] = {}
    for claim in report.claims:
        for step in _steps(claim):
            carried.setdefault(step, []).append(claim)
    for (teller, told), claims in carried.items():
        graph.add_edge(
            teller,
            told,
            claims=tuple(claim.id for claim in claims),
            contents=tuple(
                " … ".join(piece.of(report.text) for piece in claim.content) for claim in claims
            ),
            speech=tuple(claim.speech for claim in claims),
            kinds=tuple(claim.kind for claim in claims),
            weight=len(claims),
        )
    return graph


def _about(report: Report) -> dict[str, str | int]:
    found = independence(report)
    return {
        "schema": SCHEMA,
        "model": report.model.name,
        "model_version": report.model.version,
        "origins": found.origins,
        "independent_sources": found.channels,
    }


def _steps(claim: Claim) -> Iterable[tuple[str, str]]:
    """The claim's way in pairs (who told, who was told), the last of them to the article."""
    return pairwise((*reversed(claim.chain), ARTICLE))


def to_graphml(report: Report, *, name: str | None = None) -> str:
    """The provenance graph as GraphML, for Gephi, yEd, Cytoscape, igraph or networkx.

    Args:
        report: Any report.
        name: What the input is called; stored as the graph's ``input``.

    Returns:
        One graph with the attributes of :func:`provenance_graph`, in ASCII, ending with a line
        end. ``claims``, ``speech`` and ``kinds`` have spaces between, ``contents`` has " | ", to be
        read and not parsed. White space in texts is one space, characters that XML 1.0 forbids are
        U+FFFD, and empty texts are left out.

    Raises:
        KeyError, MissingExtraError, ReportFormatError: As for :func:`provenance_graph`.
    """
    nx = load_networkx()
    graph = provenance_graph(report)
    named = graph.graph if name is None else {**graph.graph, "input": name}
    flat = nx.DiGraph(**_flat(named))
    for key, data in graph.nodes(data=True):
        flat.add_node(_one_line(key), **_flat(data))
    for teller, told, data in graph.edges(data=True):
        flat.add_edge(_one_line(teller), _one_line(told), **_flat(data))
    return _lower_booleans("\n".join(nx.generate_graphml(flat))) + "\n"


def _lower_booleans(graphml: str) -> str:
    """The document with its truth values as XML Schema writes them; networkx writes "True"."""
    for key in _BOOLEAN_KEY.findall(graphml):
        data = re.compile(rf'(<data key="{key}">)(True|False)(?=</data>)')
        graphml = data.sub(lambda match: match[1] + match[2].lower(), graphml)
    return graphml


def _flat(data: dict[str, Any]) -> dict[str, str | int | bool]:
    """The attributes as GraphML's types have them, without those that say nothing."""
    flat: dict[str, str | int | bool] = {}
    for key, value in data.items():
        between = " | " if key == "contents" else " "
        text = between.join(value) if isinstance(value, tuple) else value
        kept = _one_line(text) if isinstance(text, str) else text
        if kept is not None and kept != "":
            flat[key] = kept
    return flat


def _one_line(text: str) -> str:
    return storable(" ".join(text.split()))


def load_networkx() -> ModuleType:
    """Import networkx. Raises MissingExtraError when it is not installed."""
    return load_extra("networkx", extra="graph")
