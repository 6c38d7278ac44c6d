"""Long texts: cut into sections that are analysed one by one, and put together again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from attribution.analyze import Findings
from attribution.naming import join_roles
from attribution.types import Claim, Sentence, Source, Span

__all__ = ["SECTION", "merge", "sections"]

#: A text longer than this many characters is read in sections, so that memory stays flat.
SECTION = 60_000


def sections(text: str) -> Iterator[tuple[int, int]]:
    """Cuts of a long text, at the last paragraph, line, or space before the limit."""
    start = 0
    while len(text) - start > SECTION:
        limit = start + SECTION
        cut = next(
            (
                found + len(mark)
                for mark in ("\n\n", "\n", ". ", " ")
                if (found := text.rfind(mark, start + SECTION // 2, limit)) > 0
            ),
            limit,
        )
        yield start, cut
        start = cut
    yield start, len(text)


def merge(parts: Sequence[tuple[Findings, int]]) -> Findings:
    """Findings of the sections of one text; sources of one name and type become one.

    Such a source has the roles, mentions and justifications of all sections, and was granted
    anonymity if any of them says so. Unnamed sources stay apart: two that share a description need
    not be the same.
    """
    if len(parts) == 1:
        return parts[0][0]
    sentences: list[Sentence] = []
    claims: list[Claim] = []
    sources: dict[tuple[str, ...], Source] = {}
    for findings, offset in parts:
        ids: dict[str, str] = {}
        for source in findings.sources:
            key: tuple[str, ...] = (source.name.casefold(), source.type)
            if source.type.startswith("unnamed"):
                key = (str(offset), source.id)
            known = sources.get(key) or replace(
                source, id=f"s{len(sources) + 1}", role="", mentions=(), justification=()
            )
            sources[key] = _joined(known, source, offset)
            ids[source.id] = known.id
        names = {claim.id: f"c{len(claims) + n}" for n, claim in enumerate(findings.claims, 1)}
        claims.extend(
            replace(
                claim,
                id=names[claim.id],
                content=tuple(_shift(piece, offset) for piece in claim.content),
                cue=claim.cue and _shift(claim.cue, offset),
                source_mention=claim.source_mention and _shift(claim.source_mention, offset),
                source=ids[claim.source],
                chain=_chain([ids[link] for link in claim.chain]),
            )
            for claim in findings.claims
        )
        sentences.extend(
            replace(
                sentence,
                span=_shift(sentence.span, offset),
                claims=tuple(names[claim] for claim in sentence.claims),
            )
            for sentence in findings.sentences
        )
    return Findings(tuple(sentences), tuple(sources.values()), tuple(claims))


def _joined(known: Source, source: Source, offset: int) -> Source:
    """A source of earlier sections with what a further one has of it."""

    def together(one: Sequence[Span], other: Sequence[Span]) -> tuple[Span, ...]:
        return tuple(sorted((*one, *(_shift(span, offset) for span in other))))

    return replace(
        known,
        role=_both_roles(known.role, source.role),
        anonymity_granted=known.anonymity_granted or source.anonymity_granted,
        mentions=together(known.mentions, source.mentions),
        justification=together(known.justification, source.justification),
    )


def _both_roles(one: str, other: str) -> str:
    if not one or other in ("", one):
        return one or other
    return join_roles([*one.split(", "), *other.split(", ")])


def _chain(links: Sequence[str]) -> tuple[str, ...]:
    """A chain without repeats, its origin last."""
    return (*dict.fromkeys(link for link in links[:-1] if link != links[-1]), links[-1])


def _shift(span: Span, offset: int) -> Span:
    return Span(span.start + offset, span.end + offset)
