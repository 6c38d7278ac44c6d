"""Claims that no cue of the article's own voice brings in: nested and continued ones, apart.

A nested claim lies inside another gold claim's content and must be predicted itself. A continued
one has no cue and goes on with words of a source that is known already; it may be one claim with
what it continues. In articles whose nested claims are tagged in full (the written ones) all gold
claims are looked at, elsewhere (PolNeAR) those of the provenance layer alone.
"""

from __future__ import annotations

from eval.alignment import Alignment
from eval.counts import Share, Tally
from training.readers.gold import GoldClaim

__all__ = ["measure_nested"]

_HALF = 0.5


def measure_nested(alignment: Alignment) -> dict[str, Tally]:
    """Counts of one article.

    - ``nested``: share of the nested gold claims found.
    - ``continued``: share of the other gold claims without a cue that are found, or of whose
      content words one predicted claim has half.
    - ``nested_continued``: both together.
    """
    words = alignment.words
    judged = alignment.gold if alignment.article.nested else alignment.partial
    whole = {claim.id: words.within(claim.content) for claim in alignment.gold}
    found = {pair.gold.id for pair in alignment.found}
    predicted = [words.within(claim.content) for claim in alignment.report.claims]
    nested, continued = Share(), Share()
    for claim in judged:
        mine = words.within(claim.content)
        if any(mine < other for name, other in whole.items() if name != claim.id):
            nested += Share(int(claim.id in found), 1)
        elif _is_continuation(claim):
            covered = any(len(mine & other) >= _HALF * len(mine) for other in predicted)
            continued += Share(int(claim.id in found or covered), 1)
    return {"nested": nested, "continued": continued, "nested_continued": nested + continued}


def _is_continuation(claim: GoldClaim) -> bool:
    """The layer's partial claims have no cue in any case: their names tell them apart."""
    return claim.id.startswith("continuation") if claim.partial else not claim.cue
