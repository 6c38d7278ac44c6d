"""Stage 4f: the sources of the report - name, type, role, justification, anonymity.

Puts together what characterize (type, anonymity), naming (name) and standing (role,
justification) say of each resolved source.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from attribution.characterize import anonymity_features, is_part, states_anonymity
from attribution.descriptions import LAYERS, Description, find_descriptions
from attribution.features import EncodedArticle
from attribution.mentions import Mention, MentionTable, own_names
from attribution.model import AttributionModel
from attribution.naming import beyond_name, name_and_role, person_names
from attribution.resolve import Cluster
from attribution.standing import assign, owner_thresholds, role_of, title_of
from attribution.tabular import Resolver
from attribution.types import SOURCE_TYPES, Source, SourceType

__all__ = ["Cast", "completions", "portray"]

Floats = NDArray[np.float32]
#: Part of the classifier's threshold that is enough where the text states anonymity; chosen on the
#: written train articles by cross-validation.
_CONSENT = 0.5
_UNNAMED = ("unnamed_person", "unnamed_group")
_NAMED = ("named_person", "named_organization", "media_outlet")


@dataclass(frozen=True)
class Cast:
    """The resolved sources of an article: mentions, clusters, (clusters, 8) type probabilities."""

    table: MentionTable
    clusters: Sequence[Cluster]
    types: Floats

    def mentions_of(self, number: int) -> list[Mention]:
        return [self.table.mentions[member] for member in self.clusters[number].members]

    def type_of(self, number: int) -> SourceType:
        return SOURCE_TYPES[int(self.types[number].argmax())]


def portray(
    model: AttributionModel,
    resolver: Resolver,
    article: EncodedArticle,
    words: Tensor,
    cast: Cast,
    order: Sequence[int],
) -> list[Source]:
    """The sources ``order``, numbered from s1 on.

    Args:
        model: the encoder with its heads.
        resolver: the classifiers that came with it.
        article: the article.
        words: (n, hidden) word states.
        cast: all its sources.
        order: numbers of the clusters that claims come from or through.
    """
    people = completions(article, cast, order)
    granted = _granted(resolver, article, cast)
    described = _described(model, resolver, article, words, cast)
    return [
        _source(
            article,
            cast,
            number,
            f"s{place}",
            granted=number in granted,
            people=people[number],
            described=None if described is None else described.get(number, []),
        )
        for place, number in enumerate(order, start=1)
    ]


def completions(
    article: EncodedArticle, cast: Cast, order: Sequence[int]
) -> dict[int, frozenset[str]]:
    """By source of ``order``, the names of persons that its surname alone is completed from.

    All in the article, but those of another of these sources alone: who it is was told apart, and
    two sources of one name would be one to the reader. Nor those that come later than the source's
    first two mentions: papers give a whole name first, and then it is a relative's.
    """
    first_told: dict[str, int] = {}
    for mention in cast.table.mentions:
        for name in person_names(article, [mention]):
            first_told.setdefault(name, int(article.paragraph[mention.first]))
    alone = {
        number: person_names(
            article, [item for item in cast.mentions_of(number) if len(own_names(item)) == 1]
        )
        for number in order
        if cast.type_of(number) == "named_person"
    }

    def known(number: int) -> frozenset[str]:
        told = sorted(int(article.paragraph[item.first]) for item in cast.mentions_of(number))
        latest = told[min(1, len(told) - 1)]
        return frozenset(name for name, at in first_told.items() if at <= latest)

    return {
        number: known(number).difference(
            *(names for other, names in alone.items() if other != number)
        )
        for number in order
    }


def _described(
    model: AttributionModel,
    resolver: Resolver,
    article: EncodedArticle,
    words: Tensor,
    cast: Cast,
) -> dict[int, list[Description]] | None:
    """Descriptions by source; None for weights that were never taught any."""
    if "owner" not in resolver.classifiers:
        return None
    thresholds = {layer: resolver.settings[f"{layer}_threshold"] for layer in LAYERS}
    found = find_descriptions(model, article, words, thresholds, cast.table.mentions)
    return assign(
        article,
        cast.table,
        cast.clusters,
        cast.types,
        found,
        resolver.classifiers["owner"],
        owner_thresholds(resolver.settings),
    )


def _granted(resolver: Resolver, article: EncodedArticle, cast: Cast) -> set[int]:
    """The sources that anonymity was granted to, by themselves or as one of a group.

    "Two aides asked not to be named. ... The other said": one of the nameless several of whom the
    text spoke last has what they were granted.
    """
    granted = {
        number
        for number in range(len(cast.clusters))
        if _anonymity_granted(resolver, article, cast, number)
    }
    owner = {row: number for number, item in enumerate(cast.clusters) for row in item.members}
    several: int | None = None
    for row, mention in enumerate(cast.table.mentions):
        kind = cast.type_of(owner[row])
        if kind == "unnamed_group":
            several = owner[row]
        elif kind == "unnamed_person" and several in granted and is_part(mention):
            granted.add(owner[row])
    return granted


def _anonymity_granted(
    resolver: Resolver, article: EncodedArticle, cast: Cast, number: int
) -> bool:
    """Anonymity needs a nameless source, words that state it, and the classifier's consent."""
    cluster = cast.clusters[number]
    unnamed = cast.type_of(number) in _UNNAMED
    if not unnamed or not states_anonymity(article, cast.table, cluster):
        return False
    features = anonymity_features(article, cast.table, cluster)
    score = resolver.classifiers["anonymity"].probabilities(features[None])[0]
    return bool(score >= _CONSENT * resolver.settings["anonymity_threshold"])


def _source(
    article: EncodedArticle,
    cast: Cast,
    number: int,
    identifier: str,
    *,
    granted: bool,
    people: Collection[str],
    described: Sequence[Description] | None,
) -> Source:
    mentions = cast.mentions_of(number)
    kind = cast.type_of(number)
    name, role = name_and_role(article, mentions, kind, people)
    document = article.document
    if described is not None:
        # What stands around a name, or what a description says, is surer than what is marked.
        marked = role_of(article, described)
        stated = kind in ("named_person", "unnamed_person")
        role = (role or marked) if stated else (marked or role)
        if kind == "named_person" and not role:
            role = title_of(article, mentions, described)
        if not _tells_more(role, kind, name):
            role = ""
    spans = {document.cover(*mention.words) for mention in _apart(mentions)}
    grounds = {
        ground
        for item in described or ()
        if item.layer == "justification"
        and _tells_more((ground := document.cover(*item.words)).of(document.text), kind, name)
    }
    return Source(
        identifier, name, kind, role, granted, tuple(sorted(spans)), tuple(sorted(grounds))
    )


def _apart(mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions with words, without names and intermediaries that overlap a longer one.

    A claim's own source mention always stays: the claim points to it.
    """
    worded = [mention for mention in mentions if mention.tokens]
    kept: list[Mention] = []
    for mention in sorted(worded, key=lambda item: (item.role != "source", -len(item.tokens))):
        free = all(mention.last < other.first or other.last < mention.first for other in kept)
        if free or mention.role == "source":
            kept.append(mention)
    return kept


def _tells_more(text: str, kind: SourceType, name: str) -> bool:
    """False for what repeats the source's own name."""
    if kind in _NAMED:
        return beyond_name(text, name)
    return kind in _UNNAMED or text.lower() != name.lower()
