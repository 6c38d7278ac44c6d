"""Provenance measures: is the way of the claim into the article right?

Intermediaries and origins are compared as entities, by the one-to-one mapping of predicted to
gold sources that :func:`eval.alignment.align` works out. Partial gold claims are included: their
chain is labelled.
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.alignment import Alignment, Pair, entity_of
from eval.counts import Counts, Share, Tally

__all__ = ["measure_provenance"]


def measure_provenance(alignment: Alignment) -> dict[str, Tally]:
    """Counts of one article.

    - ``via``: P, R and F1 over (claim, intermediary) pairs of the found claims.
    - ``chain_found``: share of found claims whose whole chain is right, origin included.
    - ``chain_all``: share of all gold claims found with the right chain.
    - ``chain_via_found``, ``chain_via_all``: the same over claims that have an intermediary.
    """
    entities = {source.id: entity_of(source) for source in alignment.article.sources}
    labelled = [
        claim
        for claim in (*alignment.gold, *alignment.partial)
        if claim.source in entities and claim.via is not None
    ]
    wanted = {
        claim.id: [entities[name] for name in (*(claim.via or ()), claim.source or "")]
        for claim in labelled
    }
    pairs = [pair for pair in alignment.found if pair.gold.id in wanted]
    right = {pair.gold.id for pair in pairs if _chain(alignment, pair) == wanted[pair.gold.id]}
    indirect = {name for name, chain in wanted.items() if len(chain) > 1}
    found = {pair.gold.id for pair in pairs}
    return {
        "via": sum(
            (_via(_chain(alignment, pair)[:-1], wanted[pair.gold.id][:-1]) for pair in pairs),
            Counts(),
        ),
        "chain_found": Share(len(right), len(found)),
        "chain_all": Share(len(right), len(wanted)),
        "chain_via_found": Share(len(right & indirect), len(found & indirect)),
        "chain_via_all": Share(len(right & indirect), len(indirect)),
    }


def _chain(alignment: Alignment, pair: Pair) -> list[str | None]:
    """The predicted chain in gold entities; None for a source that is no gold source."""
    return [alignment.sources.get(name) for name in pair.predicted.chain]


def _via(predicted: Sequence[str | None], gold: Sequence[str]) -> Counts:
    return Counts(len(set(predicted) & set(gold)), len(predicted), len(gold))
