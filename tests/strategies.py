"""Hypothesis strategies: reports over any text, and small articles that tests can edit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import get_args

from hypothesis import strategies as st

from attribution.transparency import assess
from attribution.types import (
    KINDS,
    SOURCE_TYPES,
    Claim,
    Component,
    ModelInfo,
    Report,
    Sentence,
    Source,
    SourceType,
    Span,
    Speech,
    Status,
    Transparency,
)

IDENTIFIED: tuple[SourceType, ...] = (
    "named_person",
    "named_organization",
    "media_outlet",
    "document",
)
HIDDEN: tuple[SourceType, ...] = ("unnamed_person", "unnamed_group", "unspecified")

# Any code point, lone surrogates and control characters too.
any_text = st.text(st.characters(exclude_categories=()), max_size=40)
fractions = st.floats(0, 1)


def spans(text: str) -> st.SearchStrategy[Span]:
    offset = st.integers(0, len(text))
    return st.tuples(offset, offset).map(lambda pair: Span(min(pair), max(pair)))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Reports over any text, with ids that refer to each other."""
    text = draw(any_text)
    span = spans(text)
    pieces = st.lists(span, max_size=3).map(lambda found: tuple(sorted(found)))
    ids = [f"s{number}" for number in range(1, draw(st.integers(1, 4)) + 1)]
    sources = tuple(
        Source(
            key,
            draw(any_text),
            draw(st.sampled_from(SOURCE_TYPES)),
            draw(any_text),
            draw(st.booleans()),
            draw(pieces),
        )
        for key in ids
    )
    claims = []
    for number in range(draw(st.integers(0, 4))):
        chain = tuple(draw(st.permutations(ids))[: draw(st.integers(1, len(ids)))])
        claims.append(
            Claim(
                id=f"c{number}",
                content=draw(pieces) or (draw(span),),
                cue=draw(st.none() | span),
                source_mention=draw(st.none() | span),
                source=chain[-1],
                speech=draw(st.sampled_from(get_args(Speech))),
                kind=draw(st.sampled_from(KINDS)),
                chain=chain,
                confidence=draw(fractions),
            )
        )
    ids_of_claims = st.sampled_from([claim.id for claim in claims]) if claims else st.nothing()
    names = st.lists(ids_of_claims, unique=True)
    sentence = st.builds(Sentence, span, st.sampled_from(get_args(Status)), names.map(tuple))
    component = st.builds(Component, fractions, fractions, any_text)
    ends = st.tuples(st.floats(0, 100), st.floats(0, 100)).map(lambda pair: (min(pair), max(pair)))
    return Report(
        text=text,
        title=draw(st.none() | any_text),
        sentences=tuple(draw(st.lists(sentence, max_size=4))),
        sources=sources,
        claims=tuple(claims),
        transparency=Transparency(
            draw(st.floats(0, 100)),
            draw(st.dictionaries(any_text, component, max_size=3)),
            draw(st.none() | ends),
            draw(st.booleans()),
        ),
        model=ModelInfo(draw(any_text), draw(any_text)),
        byline=draw(st.none() | any_text),
        captions=tuple(draw(st.lists(any_text, max_size=2))),
        notices=draw(st.sampled_from([(), ("maybe_not_english",)])),
    )


@dataclass(frozen=True)
class Article:
    """An article as the score sees it: sentence ``i`` is ``spans[i]``, claims point into them."""

    text: str
    spans: tuple[Span, ...]
    sources: tuple[Source, ...]
    claims: tuple[Claim, ...]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(self._sentence(span) for span in self.spans)

    def _sentence(self, span: Span) -> Sentence:
        inside = [
            claim for claim in self.claims if any(span.overlaps(piece) for piece in claim.content)
        ]
        speeches = {claim.speech for claim in inside if claim.kind == "statement"}
        status: Status = "none" if not speeches else "mixed"
        if len(speeches) == 1:
            status = speeches.pop()
        return Sentence(span, status, tuple(claim.id for claim in inside))

    def assess(self) -> Transparency:
        return assess(self.text, self.sentences, self.sources, self.claims)

    def report(self) -> Report:
        return Report(
            self.text,
            None,
            self.sentences,
            self.sources,
            self.claims,
            self.assess(),
            ModelInfo("test", "1"),
        )

    def with_source(self, source_id: str, **changes: object) -> Article:
        changed = tuple(
            replace(source, **changes) if source.id == source_id else source
            for source in self.sources
        )
        return replace(self, sources=changed)

    def without_claim(self, claim_id: str) -> Article:
        return replace(self, claims=tuple(c for c in self.claims if c.id != claim_id))

    def with_claim(self, claim: Claim) -> Article:
        return replace(self, claims=tuple(claim if c.id == claim.id else c for c in self.claims))

    def through(self, claim_id: str, intermediary: Source, position: int) -> Article:
        """The same article with one more step in a claim's chain, before its origin."""
        claim = next(c for c in self.claims if c.id == claim_id)
        at = min(position, len(claim.chain) - 1)
        chain = (*claim.chain[:at], intermediary.id, *claim.chain[at:])
        known = {source.id for source in self.sources}
        added = () if intermediary.id in known else (intermediary,)
        article = replace(self, sources=self.sources + added)
        return article.with_claim(replace(claim, chain=chain))


def article(
    sentences: int, types: dict[str, SourceType], claims: list[tuple[int, str]], **changes: object
) -> Article:
    """An article of equal sentences with one indirect statement for each (sentence, source id)."""
    words = "Some words."
    spans = tuple(Span(i * 12, i * 12 + len(words)) for i in range(sentences))
    return Article(
        text=" ".join([words] * sentences),
        spans=spans,
        sources=tuple(Source(key, key.upper(), kind) for key, kind in types.items()),
        claims=tuple(
            replace(
                Claim(f"c{n}", (spans[at],), None, None, key, "indirect", "statement", (key,), 0.9),
                **changes,
            )
            for n, (at, key) in enumerate(claims, start=1)
        ),
    )


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """Articles with up to 12 sentences and 10 claims of every kind, nested and relayed ones too."""
    count = draw(st.integers(1, 12))
    ids = [f"s{number}" for number in range(1, draw(st.integers(1, 6)) + 1)]
    made = article(count, {key: draw(st.sampled_from(SOURCE_TYPES)) for key in ids}, [])
    for key in ids:
        made = made.with_source(key, anonymity_granted=draw(st.booleans()))
    claims = []
    for number in range(draw(st.integers(0, 10))):
        chain = tuple(draw(st.permutations(ids))[: draw(st.integers(1, min(3, len(ids))))])
        first = draw(st.integers(0, count - 1))
        content = made.spans[first : first + draw(st.integers(1, 3))]
        speech = draw(st.sampled_from(get_args(Speech)))
        kind = draw(st.sampled_from(("statement", *KINDS)))
        sure = draw(st.sampled_from((0.3, 0.9, 1.0)))
        claims.append(
            Claim(f"c{number}", content, None, None, chain[-1], speech, kind, chain, sure)
        )
    return replace(made, claims=tuple(claims))
