"""Stage 4b, second half: mentions to sources, from left to right.

Every mention is offered the sources found before it. A small network scores each (mention,
source) pair against the fixed score of being a new source, as antecedent ranking does (Lee et
al., 2017; entity-level as in Clark and Manning, 2016); the best one above the threshold wins. Two
different names never share a source, nor "they" and "he", and what must have an owner (a pronoun, a
quotation that goes on) gets the best one there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from attribution.doubts import Reading
from attribution.features import EncodedArticle
from attribution.gender import pronoun_group
from attribution.linking import LINK_FEATURES, Pairing, options_features
from attribution.mentions import MentionTable
from attribution.namesakes import (
    Agreement,
    clashing,
    compatible,
    fullest_name,
    in_front,
    introduced,
    namesakes,
)
from attribution.tabular import Scorer
from attribution.turns import speaker_by_turns

__all__ = ["Cluster", "choose", "options_of", "resolve"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_PRONOUN_THRESHOLD = 0.05
#: Numbers of their classes in PRONOUNS.
_FIRST_AND_SECOND = (4, 5, 6)


@dataclass
class Cluster:
    """Mentions (indices into the table, in text order) of one source."""

    members: list[int] = field(default_factory=list)


def resolve(
    article: EncodedArticle, table: MentionTable, scorer: Scorer, threshold: float
) -> list[Cluster]:
    """Cluster the mentions of an article; every mention is in exactly one cluster.

    Where the pronouns of a source do not agree in the end, a second pass keeps apart what is not
    one: by then it is known who is a "he" or "she", wherever in the text that is said.
    """
    if not table.mentions:
        return []
    pairing = Pairing(article, table)
    clusters = _linked(pairing, scorer, threshold)
    agreement = Agreement.after(pairing, _owners(clusters))
    if agreement.broken(_owners(clusters)):
        unforeseen = _linked(pairing, scorer, threshold, Agreement.without_foresight(pairing))
        clusters = _linked(pairing, scorer, threshold, agreement)
        clusters = _of_couples(pairing, scorer, clusters, unforeseen)
    best = Reading(pairing, scorer, _owners(clusters))
    for row, agreement in best.others():
        changed = _linked(pairing, scorer, threshold, agreement)
        reading = Reading(pairing, scorer, _owners(changed))
        if reading.better(best, row) and not agreement.broken(reading.owner):
            best, clusters = reading, changed
    return clusters


def _of_couples(
    pairing: Pairing, scorer: Scorer, joined: list[Cluster], apart: list[Cluster]
) -> list[Cluster]:
    """Of two readings the second where one name is two persons', "Lu Poe ... he" and "Mrs Poe".

    The first takes the form of address for the truth, and so leaves a "he" to nobody.
    """
    one, other = (Reading(pairing, scorer, _owners(found)) for found in (joined, apart))
    return apart if other.parts_a_couple(one) else joined


def _owners(clusters: Sequence[Cluster]) -> Ints:
    """The number of every mention's cluster."""
    owner = np.zeros(sum(len(cluster.members) for cluster in clusters), dtype=np.int64)
    for number, cluster in enumerate(clusters):
        owner[cluster.members] = number
    return owner


def _linked(
    pairing: Pairing, scorer: Scorer, threshold: float, agreement: Agreement | None = None
) -> list[Cluster]:
    """One pass over the mentions, within the agreement if there is one."""
    clusters: list[Cluster] = []
    owner = np.zeros(len(pairing.table.mentions), dtype=np.int64)
    for row in range(len(owner)):
        sources, features = options_of(pairing, row, owner[:row])
        if agreement is not None:
            fits = ~np.isin(sources, agreement.against(row, owner[:row]))
            sources, features = sources[fits], features[fits]
        choice = introduced(pairing, row, owner)
        behind = in_front(pairing, row)
        if behind is not None:
            choice = int(owner[behind])
        if choice is None or choice not in sources:
            choice = speaker_by_turns(pairing, row, owner[:row])
        if choice is None:
            choice = choose(pairing, row, sources, features, scorer, threshold)
        if choice is None:
            choice = len(clusters)
            clusters.append(Cluster())
        clusters[choice].members.append(row)
        owner[row] = choice
    return _join_namesakes(pairing, clusters, agreement)


def choose(
    pairing: Pairing,
    row: int,
    sources: Ints,
    features: Floats,
    scorer: Scorer,
    threshold: float,
) -> int | None:
    """The source that mention ``row`` joins, None when it is a new one."""
    if not len(sources):
        return None
    scores = scorer.probabilities(features)
    best = int(scores.argmax())
    joins = scores[best] >= min(threshold, _least_score(pairing, row))
    return int(sources[best]) if joins else None


def _join_namesakes(
    pairing: Pairing, clusters: Sequence[Cluster], agreement: Agreement | None
) -> list[Cluster]:
    """The sources with each one joined to the only other whose name holds its own.

    A headline has the surname before the text has the name; where two bear the name it stays apart.
    """
    kept = dict(enumerate(clusters))
    names = {number: fullest_name(pairing, item.members) for number, item in kept.items()}
    named = {number: row for number, row in names.items() if row is not None}
    for number, row in list(named.items()):
        same = [
            other
            for other, name in named.items()
            if other != number
            and pairing.name_words[name] >= pairing.name_words[row]
            and namesakes(pairing, row, name)
            and (agreement is None or agreement.holds(kept[number].members + kept[other].members))
        ]
        alike = all(namesakes(pairing, named[same[0]], named[other]) for other in same[1:])
        if not same or not alike:
            continue
        if not all(
            compatible(pairing, member, kept[same[0]].members) for member in kept[number].members
        ):
            continue
        joined = kept[same[0]]
        joined.members = sorted((*joined.members, *kept.pop(number).members))
        del named[number]
        named[same[0]] = max(named[same[0]], row, key=pairing.name_words.__getitem__)
    return list(kept.values())


def options_of(pairing: Pairing, row: int, owner: Sequence[int] | Ints) -> tuple[Ints, Floats]:
    """The sources that mention ``row`` may join, with their features (n, LINK_FEATURES).

    ``owner`` has the source of every mention before.
    """
    if not row:
        return np.zeros(0, dtype=np.int64), np.zeros((0, len(LINK_FEATURES)), dtype=np.float32)
    sources, features = options_features(pairing, row, owner)
    taken = np.zeros(row, dtype=bool)  # there are at most as many sources as mentions
    taken[clashing(pairing, row, owner)] = True
    fits = ~taken[sources]
    return sources[fits], features[fits]


def _least_score(pairing: Pairing, row: int) -> float:
    """Threshold of mentions that cannot stand alone; 1 for all others.

    What goes on without a cue goes on from somebody, and pronouns have an owner, but for "I", "we"
    and "you", who may be the author or the reader. "The same paper" has been named, too.
    """
    mention = pairing.table.mentions[row]
    if mention.form == "continuation":
        return 0.0
    group = pronoun_group(mention)
    same = tuple(token.lower() for token in mention.tokens[:2]) == ("the", "same")
    return 1.0 if group in (None, *_FIRST_AND_SECOND) and not same else _PRONOUN_THRESHOLD
