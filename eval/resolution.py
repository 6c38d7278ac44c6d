"""Resolution measures: is the claim's source the right entity, rightly named and described?

All of them judge the found claims of articles whose sources are labelled, partial gold claims
included, and count by claim: a source with many claims weighs as much as a reader meets it.
"""

from __future__ import annotations

from itertools import combinations

from attribution.types import Source
from eval.alignment import Alignment, Pair, entity_of
from eval.counts import Counts, Share, Tally, matching_counts
from eval.names import content_tokens, names_equal, names_match
from training.readers.gold import GoldSource

__all__ = ["measure_resolution"]


def measure_resolution(alignment: Alignment) -> dict[str, Tally]:
    """Counts of one article.

    - ``name``: share of found claims whose source's predicted name matches the gold name (see
      :func:`eval.names.names_match`). ``name_strict``: the same with equality of normalised words.
    - ``type``: share with the right source type.
    - ``role``: F1 of the words of the source's title or affiliation.
    - ``anonymity``: F1 over claims whose source was granted anonymity.
    - ``same_source``: F1 over pairs of found claims that share their source.
    """
    pairs = _resolved_pairs(alignment)
    sources = [(predicted, gold) for _, predicted, gold in pairs]
    return {
        "name": Share(sum(names_match(mine, gold) for mine, gold in sources), len(sources)),
        "name_strict": Share(sum(names_equal(mine, gold) for mine, gold in sources), len(sources)),
        "type": Share(sum(mine.type == gold.type for mine, gold in sources), len(sources)),
        "role": sum((_role_words(mine, gold) for mine, gold in sources), Counts()),
        "anonymity": Counts(
            sum(mine.anonymity_granted and gold.anonymity_granted for mine, gold in sources),
            sum(mine.anonymity_granted for mine, _ in sources),
            sum(gold.anonymity_granted for _, gold in sources),
        ),
        "same_source": _same_source(pairs),
    }


_Resolved = tuple[Pair, Source, GoldSource]


def _resolved_pairs(alignment: Alignment) -> list[_Resolved]:
    gold = {source.id: source for source in alignment.article.sources}
    return [
        (pair, alignment.report.source(pair.predicted.source), gold[pair.gold.source])
        for pair in alignment.found
        if pair.gold.source in gold
    ]


def _role_words(predicted: Source, gold: GoldSource) -> Counts:
    return matching_counts(
        content_tokens(predicted.role).elements(), content_tokens(gold.role).elements()
    )


def _same_source(pairs: list[_Resolved]) -> Counts:
    right = predicted = gold = 0
    for (_, mine, theirs), (_, other_mine, other_theirs) in combinations(pairs, 2):
        together = entity_of(mine) == entity_of(other_mine)
        truly = entity_of(theirs) == entity_of(other_theirs)
        right += together and truly
        predicted += together
        gold += truly
    return Counts(right, predicted, gold)
