"""Draws which changes an article gets, and makes them one after the other."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import Protocol

from training.augment.cues import change_tense, learn_verbs, swap_speakers
from training.augment.edits import Silver, claim_spans, name_spans
from training.augment.learning import read_lexicon
from training.augment.marks import lose_marks, restyle
from training.augment.renaming import rename
from training.augment.surface import add_noise, change_dateline, wrap_lines
from training.readers.gold import GoldArticle

__all__ = ["AugmentSettings", "Augmenter"]

Annotated = tuple[GoldArticle, Silver | None]


class _Change(Protocol):
    """One kind of change of an article and its silver labels."""

    def __call__(
        self, article: GoldArticle, silver: Silver | None, *, rng: random.Random
    ) -> Annotated: ...


@dataclass(frozen=True)
class AugmentSettings:
    """How probable each change of an article is; 0 switches it off.

    ``names``: other persons, places, organisations, outlets. ``order``: "…, she said" or "…, said
    she". ``tense``: "said" or "says". ``dateline``: one is added, removed or restyled. ``marks``:
    another style of quotation marks. ``lost_marks``: a few quotations lack a mark. ``wrap``: lines
    of a typewriter's length. ``noise``: blanks, dashes, ellipses and line ends of scraped text.
    """

    names: float = 0.0
    order: float = 0.0
    tense: float = 0.0
    dateline: float = 0.0
    marks: float = 0.0
    lost_marks: float = 0.0
    wrap: float = 0.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if not 0 <= value <= 1:
                raise ValueError(f"{item.name} is a probability from 0 to 1, not {value}")


class Augmenter:
    """Changes articles and keeps their labels.

    Names, verbs and parts of datelines come from the articles it is made with, so give it training
    articles alone.
    """

    def __init__(
        self,
        articles: Iterable[GoldArticle],
        silver: Mapping[str, Silver],
        settings: AugmentSettings,
    ) -> None:
        known = list(articles)
        lexicon = read_lexicon(known, silver)
        verbs = learn_verbs(known)
        # Names come first, as silver entities are whole there; line ends change after wrapping.
        self._changes: tuple[tuple[float, _Change], ...] = (
            (settings.names, partial(rename, lexicon=lexicon)),
            (settings.order, partial(swap_speakers, verbs=verbs)),
            (settings.tense, partial(change_tense, verbs=verbs)),
            (settings.dateline, partial(change_dateline, pool=lexicon.pool)),
            (settings.marks, restyle),
            (settings.lost_marks, lose_marks),
            (settings.wrap, wrap_lines),
            (settings.noise, add_noise),
        )

    def __call__(
        self, article: GoldArticle, silver_record: Silver | None, rng: random.Random
    ) -> Annotated:
        """The article and its silver record after the changes that chance brings.

        A change that would lose a span or the name of a source in the text is left out. Without
        any change, article and record are those given.
        """
        current = article, silver_record
        names: list[int] | None = None
        for probability, change in self._changes:
            if rng.random() >= probability:
                continue
            names = _name_counts(article) if names is None else names
            changed = change(*current, rng=rng)
            if _has_all_spans(changed[0]) and _name_counts(changed[0]) == names:
                current = changed
        return current


def _name_counts(article: GoldArticle) -> list[int]:
    """How often the text has each source's name."""
    return [len(name_spans(article.text, source.name)) for source in article.sources]


def _has_all_spans(article: GoldArticle) -> bool:
    return all(span.end > span.start for claim in article.claims for span in claim_spans(claim))
