"""Gold articles: what every reader returns, and what training and evaluation work on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from attribution.types import Kind, SourceType, Span, Speech

__all__ = ["GoldArticle", "GoldClaim", "GoldSource"]


@dataclass(frozen=True, slots=True)
class GoldSource:
    """A resolved source of the gold standard. The name is canonical, not a span of the text.

    ``justification`` are the words that say why it can know (training/corpus/justification), None
    where nobody has looked.
    """

    id: str
    name: str
    type: SourceType
    role: str = ""
    anonymity_granted: bool = False
    justification: tuple[Span, ...] | None = None


@dataclass(frozen=True, slots=True)
class GoldClaim:
    """One gold attribution.

    ``source_mention``, ``cue`` and ``content`` are pieces in text order; the first two may be
    empty. ``source``, ``via`` and ``kind`` are None where the corpus has no such label (as apart
    from an empty ``via``: labelled, and there is no intermediary). ``via_mentions`` maps the id
    of an intermediary to its tagged words, where the corpus tags them. ``partial`` marks a claim
    that is known by (the first words of) its content alone: its cue and source were not tagged.
    """

    id: str
    content: tuple[Span, ...]
    cue: tuple[Span, ...] = ()
    source_mention: tuple[Span, ...] = ()
    source: str | None = None
    via: tuple[str, ...] | None = None
    via_mentions: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    kind: Kind | None = None
    speech: Speech | None = None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """One article with its gold claims.

    ``resolved`` tells whether sources, via and kinds are labelled (the provenance layer, the
    written articles) or only spans (the rest of PolNeAR). ``nested`` tells whether claims inside
    claims are tagged with all their spans (the written articles) or left out (PolNeAR).
    """

    doc: str
    text: str
    claims: tuple[GoldClaim, ...]
    sources: tuple[GoldSource, ...] = ()
    publisher: str = ""
    title: str | None = None
    desk: str = ""
    resolved: bool = False
    nested: bool = False
