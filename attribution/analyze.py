"""Stages 3 to 5 for one article: from word states to sentences, sources and claims.

This is where the stages meet; the decisions are made in decode (spans), resolve (who is who),
portrait (what a source is and is called) and provenance (through whom).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from attribution.characterize import source_types
from attribution.collecting import collect_mentions
from attribution.decode import ClaimDraft, decode
from attribution.entities import find_entities
from attribution.features import EncodedArticle
from attribution.letters import sign_letters
from attribution.mentions import (
    MentionTable,
    own_name,
    own_names,
    tabulate,
)
from attribution.model import AttributionModel
from attribution.portrait import Cast, portray
from attribution.provenance import Scene, find_chains
from attribution.publisher import same_outlet
from attribution.resolve import Cluster, resolve
from attribution.segment import Document, speech_of
from attribution.tabular import Resolver
from attribution.types import (
    KINDS,
    SOURCE_TYPES,
    SPEECHES,
    Claim,
    Sentence,
    Source,
    Span,
    Speech,
    Status,
)

__all__ = ["Findings", "analyze", "claim_origins", "own_outlets", "unresolved"]

#: Nobody in particular: all of an article's claims of these types share one source.
_SHARED_TYPES = ("unspecified", "author")


@dataclass(frozen=True)
class Findings:
    """What was found in one stretch of text; ids and offsets count within it."""

    sentences: tuple[Sentence, ...]
    sources: tuple[Source, ...]
    claims: tuple[Claim, ...]


def analyze(
    model: AttributionModel,
    resolver: Resolver,
    article: EncodedArticle,
    words: Tensor,
    publisher: str | None = None,
) -> Findings:
    """Claims, sources and sentences of one article.

    Args:
        model: the encoder with its heads.
        resolver: the classifiers that came with it.
        article: the article.
        words: (n, hidden) word states from :func:`attribution.encode.encode_words`.
        publisher: the outlet that prints the article, None when nobody says.
    """
    document = article.document
    drafts = decode(model, article, words)
    if not drafts:
        return Findings(_sentences(document, []), (), ())
    entities = find_entities(model, article, words)
    mentions = collect_mentions(article, drafts, entities)
    table = tabulate(model, words, mentions, drafts)
    clusters = resolve(
        article, table, resolver.classifiers["link"], resolver.settings["link_threshold"]
    )
    types = source_types(table, clusters, resolver.classifiers["type"])
    clusters, types = sign_letters(article, table, clusters, types)
    clusters, types = _share(clusters, _nobody(table, clusters, types), _claimed(table))
    origins = claim_origins(drafts, table, clusters)
    own = own_outlets(table, clusters, publisher)
    scene = Scene(article, drafts, table, clusters, origins, types, own)
    chains = find_chains(
        scene,
        resolver.classifiers["via"],
        resolver.classifiers["carry"],
        resolver.settings["via_threshold"],
    )
    order = list(
        dict.fromkeys(c for o, via in zip(origins, chains, strict=True) for c in (o, *via))
    )
    sources = portray(model, resolver, article, words, Cast(table, clusters, types), order)
    ids = {index: source.id for index, source in zip(order, sources, strict=True)}
    claims = [
        _claim(document, draft, number, ids[origin], tuple(ids[via] for via in chain))
        for number, (draft, origin, chain) in enumerate(
            zip(drafts, origins, chains, strict=True), start=1
        )
    ]
    return Findings(_sentences(document, claims), tuple(sources), tuple(claims))


def unresolved(model: AttributionModel, article: EncodedArticle, words: Tensor) -> Findings:
    """Spans alone: every claim with an unspecified source of its own. Used to tune decoding."""
    drafts = decode(model, article, words)
    sources = tuple(Source(f"s{n}", "", "unspecified") for n in range(1, len(drafts) + 1))
    claims = [
        _claim(article.document, draft, number, f"s{number}", ())
        for number, draft in enumerate(drafts, start=1)
    ]
    return Findings(_sentences(article.document, claims), sources, tuple(claims))


def claim_origins(
    drafts: Sequence[ClaimDraft], table: MentionTable, clusters: Sequence[Cluster]
) -> list[int]:
    """Cluster of each claim's source mention, or of its zero mention."""
    owner = {member: number for number, c in enumerate(clusters) for member in c.members}
    by_words = {
        mention.words: row for row, mention in enumerate(table.mentions) if mention.role != "zero"
    }
    zeros = {
        mention.claim: row for row, mention in enumerate(table.mentions) if mention.role == "zero"
    }
    return [
        owner[by_words[draft.source] if draft.source else zeros[number]]
        for number, draft in enumerate(drafts)
    ]


def own_outlets(
    table: MentionTable, clusters: Sequence[Cluster], publisher: str | None
) -> frozenset[int]:
    """Numbers of the clusters that a name of the publisher names."""
    if not publisher:
        return frozenset()
    return frozenset(
        number
        for number, cluster in enumerate(clusters)
        if any(
            same_outlet(own_name(mention), publisher)
            for mention in (table.mentions[member] for member in cluster.members)
            if not any(entity.type == "PERSON" for entity in own_names(mention))
        )
    )


def _claimed(table: MentionTable) -> set[int]:
    return {row for row, mention in enumerate(table.mentions) if mention.role != "entity"}


def _nobody(table: MentionTable, clusters: Sequence[Cluster], types: np.ndarray) -> np.ndarray:
    """Types with every source that no words name made unspecified, or author."""
    types = types.copy()
    allowed = [SOURCE_TYPES.index(name) for name in _SHARED_TYPES]
    for row, cluster in enumerate(clusters):
        if not any(table.mentions[member].tokens for member in cluster.members):
            best = max(allowed, key=lambda column: types[row, column])
            types[row] = 0.0
            types[row, best] = 1.0
    return types


def _share(
    clusters: Sequence[Cluster], types: np.ndarray, claimed: set[int]
) -> tuple[list[Cluster], np.ndarray]:
    """Join the claimed clusters of each shared type into the first of them."""
    kept: list[Cluster] = []
    rows: list[int] = []
    first: dict[str, Cluster] = {}
    for row, cluster in enumerate(clusters):
        name = SOURCE_TYPES[int(types[row].argmax())]
        if name in _SHARED_TYPES and claimed.intersection(cluster.members):
            if name in first:
                first[name].members.extend(cluster.members)
                continue
            first[name] = cluster
        kept.append(cluster)
        rows.append(row)
    for cluster in kept:
        cluster.members.sort()
    return kept, types[rows]


def _claim(
    document: Document, draft: ClaimDraft, number: int, source: str, via: tuple[str, ...]
) -> Claim:
    content = tuple(document.cover(*words) for words in draft.content)
    return Claim(
        id=f"c{number}",
        content=content,
        cue=document.cover(*draft.cue) if draft.cue else None,
        source_mention=document.cover(*draft.source) if draft.source else None,
        source=source,
        speech=_speech(document, draft, content),
        kind=KINDS[int(draft.kind.argmax())],
        chain=(*via, source),
        confidence=round(min(max(draft.confidence, 0.0), 1.0), 4),
    )


def _speech(document: Document, draft: ClaimDraft, content: Sequence[Span]) -> Speech:
    """By the quotation marks; where one is missing, as the model reads it."""
    broken = any(
        quote.span.overlaps(piece)
        for quote in document.quotes
        if not quote.closed
        for piece in content
    )
    return SPEECHES[int(draft.speech.argmax())] if broken else speech_of(document, content)


def _sentences(document: Document, claims: Sequence[Claim]) -> tuple[Sentence, ...]:
    """Every sentence with the claims that have a word of content in it, and its status."""
    holders: list[list[Claim]] = [[] for _ in document.sentences]
    for claim in claims:
        lettered = (
            index
            for piece in claim.content
            for index in document.words_in(piece)
            if document.lettered[index]
        )
        for place in dict.fromkeys(map(document.sentence_of.__getitem__, lettered)):
            holders[place].append(claim)
    return tuple(
        Sentence(span, _status(held), tuple(dict.fromkeys(claim.id for claim in held)))
        for span, held in zip(document.sentences, holders, strict=True)
    )


def _status(claims: Sequence[Claim]) -> Status:
    speeches = {claim.speech for claim in claims if claim.kind == "statement"}
    if not speeches:
        return "none"
    return speeches.pop() if len(speeches) == 1 else "mixed"
