"""Stage 4a: the named entities of an article, by the entity head."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attribution.features import CAPITALISED, PUNCTUATION, EncodedArticle
from attribution.model import ENTITY_LABELS, AttributionModel
from attribution.wordclasses import TITLES, WEEKDAYS

__all__ = ["Entity", "find_entities", "in_headline_case", "runs_on"]

_INITIALS = re.compile(r"[^\W\d_a-z](?:\.[^\W\d_a-z])*")


@dataclass(frozen=True, slots=True)
class Entity:
    """A named entity: word range with inclusive ends, and its type of ENTITY_TYPES."""

    first: int
    last: int
    type: str


@torch.inference_mode()
def find_entities(model: AttributionModel, article: EncodedArticle, words: Tensor) -> list[Entity]:
    """Named entities of an article by the entity head.

    A run of labelled words is one entity, whatever its B and I; capitalised words that follow it
    directly belong to the name, but in a headline, where most words have a capital. A form of
    address alone names nobody.
    """
    if not len(words):
        return []
    labels = model.entities(words).argmax(-1).cpu().numpy()
    capital = runs_on(article)
    found: list[Entity] = []
    for word in np.flatnonzero((labels > 0) | capital).tolist():
        _, _, kind = ENTITY_LABELS[labels[word]].partition("-")
        adjacent = (
            bool(found)
            and found[-1].last == word - 1
            and article.sentence[word] == article.sentence[word - 1]
        )
        # "Quay Radio Europe": what follows a body's name is a part of it, whatever it is by itself.
        part = found and kind == "OTHER" and found[-1].type == "ORGANIZATION" and capital[word]
        if adjacent and (kind == found[-1].type or part or (not kind and capital[word])):
            found[-1] = Entity(found[-1].first, word, found[-1].type)
        elif kind and article.features[word, 0] > PUNCTUATION:
            least = found[-1].last + 1 if found else 0
            found.append(Entity(_with_initials(article, word, least), word, kind))
    return [
        entity
        for entity in (_trimmed(article, entity) for entity in found)
        if _names(article, entity)
    ]


def _names(article: EncodedArticle, entity: Entity) -> bool:
    """Whether an entity has a word that is no form of address and no mark."""
    document = article.document
    return any(
        document.lettered[word] and document.words[word].of(document.text).lower() not in TITLES
        for word in range(entity.first, entity.last + 1)
    )


def _trimmed(article: EncodedArticle, entity: Entity) -> Entity:
    """The entity without marks and symbols behind its last word."""
    last = entity.last
    while last > entity.first and article.features[last, 0] == PUNCTUATION:
        last -= 1
    return replace(entity, last=last)


def _with_initials(article: EncodedArticle, word: int, least: int) -> int:
    """The first of the initials in front of a name's first word: "G.K. Roe", "J. Roe".

    Within the sentence and not before ``least``. An initial has its stop: "A Roe aide" has none.
    """
    document = article.document
    first = word
    while first - 2 >= least and article.sentence[first - 2] == article.sentence[word]:
        initial, stop = (document.words[at].of(document.text) for at in (first - 2, first - 1))
        if stop != "." or not _INITIALS.fullmatch(initial):
            break
        first -= 2
    return first


def runs_on(article: EncodedArticle) -> NDArray[np.bool_]:
    """For each word whether it belongs to a name right before it.

    Capitalised words do, but for weekdays, and not in a headline, where most words have a capital.
    """
    capital = (article.features[:, 0] >= CAPITALISED) & ~in_headline_case(article)
    document = article.document
    for word in np.flatnonzero(capital).tolist():
        capital[word] = document.words[word].of(document.text).lower() not in WEEKDAYS
    return capital


def in_headline_case(article: EncodedArticle) -> NDArray[np.bool_]:
    """See :attr:`EncodedArticle.headline_case`."""
    return article.headline_case
