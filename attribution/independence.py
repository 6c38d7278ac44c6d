"""How many of the sources behind an article are independent of each other."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from itertools import combinations

from attribution.transparency import IDENTIFIED_TYPES, INFORMING_KINDS
from attribution.types import Report

__all__ = ["Independence", "independence", "independent_sources"]

# A knot of so many sources is searched through, 65,536 sets at most. What people write leaves
# knots of a few sources, if any.
SEARCHED = 16

_Chain = frozenset[str]


@dataclass(frozen=True, slots=True)
class Independence:
    """How many sources stand behind an article.

    ``origins`` is the number of identified origins, ``channels`` that of independent sources:
    see :func:`independence`.
    """

    origins: int
    channels: int


def independent_sources(report: Report) -> int:
    """The number of independent sources of an article: :attr:`Independence.channels`."""
    return independence(report).channels


def independence(report: Report) -> Independence:
    """Count the identified origins of an article, and how many independent sources they make.

    Counted are the claims that the transparency score counts (statements, beliefs, perceptions),
    as far as their origin is a named person, organisation, outlet or document: a reader cannot
    tell whether two unnamed sources are one, and the author is no source of the article.

    ``channels`` is the smallest number of sources, origins and intermediaries alike, without
    which no counted claim would have reached the article: the size of a minimum hitting set of
    the chains. So two outlets that relay one activist are one, one outlet that relays two
    activists is one, two outlets that have it from each other are one, and two activists who
    speak to the article are two. It is at most the number of origins and at most the number of
    sources next to the article, 0 only without a counted claim, and one more intermediary in a
    chain never raises it.

    A minimum vertex cut of the graph (Menger, 1927) would be easier to compute, but it also counts
    ways that no claim took, stitched together from the steps of several: two outlets that have it
    from each other would be two. A minimum hitting set is hard in general (R. M. Karp,
    "Reducibility among combinatorial problems", 1972); articles are small, and two reductions
    leave little or nothing to search (K. Weihe, "Covering trains by stations", 1998). Where more
    than 16 sources are left that all hang together, ``channels`` is an upper bound.

    Args:
        report: Any report.

    Returns:
        Both numbers, ``channels`` never the larger.

    Raises:
        KeyError: A claim's origin is a source that the report lacks.
    """
    types = {source.id: source.type for source in report.sources}
    chains = [
        claim.chain
        for claim in report.claims
        if claim.kind in INFORMING_KINDS and types[claim.chain[-1]] in IDENTIFIED_TYPES
    ]
    origins, nearest = {chain[-1] for chain in chains}, {chain[0] for chain in chains}
    fewest = _fewest({frozenset(chain) for chain in chains})
    return Independence(len(origins), min(len(origins), len(nearest), fewest))


def _fewest(chains: Set[_Chain]) -> int:
    """How many sources at least are needed for every chain to have one of them."""
    total = 0
    waiting = _knots(chains)
    while waiting:
        taken, left = _reduced(waiting.pop())
        total += taken
        for knot in _knots(left):
            sources = sorted(frozenset().union(*knot))
            if len(sources) <= SEARCHED:
                total += _searched(knot, sources)
                continue
            busiest = max(sources, key=lambda source: sum(source in chain for chain in knot))
            total += 1
            waiting += _knots({chain for chain in knot if busiest not in chain})
    return total


def _knots(chains: Iterable[_Chain]) -> list[set[_Chain]]:
    """The chains in groups that share no source."""
    knots: list[tuple[set[str], set[_Chain]]] = []
    for chain in chains:
        joined = (set(chain), {chain})
        apart = []
        for sources, knot in knots:
            if sources.isdisjoint(chain):
                apart.append((sources, knot))
            else:
                joined = (joined[0] | sources, joined[1] | knot)
        knots = [*apart, joined]
    return [knot for _, knot in knots]


def _reduced(chains: Set[_Chain]) -> tuple[int, set[_Chain]]:
    """How many sources are needed for certain, and the chains that these leave open.

    A chain that holds another is hit with it, a chain of one source needs that source, and a
    source is not needed if another stands in all its chains.
    """
    taken = 0
    while True:
        shortest = {chain for chain in chains if not any(other < chain for other in chains)}
        alone = {chain for chain in shortest if len(chain) == 1}
        taken += len(alone)
        chains = shortest - alone
        for source in sorted(frozenset().union(*chains)):
            common = frozenset.intersection(*(chain for chain in chains if source in chain))
            if len(common) > 1:
                chains = {chain - {source} for chain in chains}
        if chains == shortest:
            return taken, set(chains)


def _searched(chains: Set[_Chain], sources: list[str]) -> int:
    """The same as :func:`_fewest`, by trying; all chains hold two sources or more."""
    return next(
        size
        for size in range(1, len(sources))
        if any(
            all(not chain.isdisjoint(chosen) for chain in chains)
            for chosen in combinations(sources, size)
        )
    )
