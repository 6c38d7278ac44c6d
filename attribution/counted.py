"""What of an article the score counts: the claims, where they stand, and what each is worth.

A credit is a number in 0..1 for one claim, 1 the transparent end. A share is the mean over all
sentences of the best credit among the sentence's claims; :func:`earned` turns shares into values
of the score's components.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from attribution.layout import read_layout
from attribution.types import Claim, Kind, Sentence, Source, SourceType, Speech

__all__ = [
    "BEST_CREDITS",
    "EXPLAINED_ANONYMITY",
    "IDENTIFIED_TYPES",
    "INFORMING_KINDS",
    "UNEXPLAINED_ANONYMITY",
    "UNNAMED_TYPES",
    "Counted",
    "attribution_credit",
    "count",
    "earned",
    "spread_of",
    "sureness",
]

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: A number, or an array of them.
_Number = TypeVar("_Number", float, "NDArray[np.float64]")

# Kinds that pass on information on somebody's authority. Intentions, attitudes and decisions tell
# about the source itself, and the text seldom says how the article knows of them.
INFORMING_KINDS: frozenset[Kind] = frozenset({"statement", "belief", "perception"})

IDENTIFIED_TYPES: frozenset[SourceType] = frozenset(
    {"named_person", "named_organization", "media_outlet", "document"}
)
UNNAMED_TYPES: frozenset[SourceType] = frozenset({"unnamed_person", "unnamed_group"})

# A person's name alone does not tell a reader who speaks: title, affiliation or ground do. A
# little less only, as a name is what can be looked up.
NAME_ALONE = 0.9

# How well a reader can place a source. A reason for anonymity counts: somebody weighed it. A bare
# "officials" still says more than a passive that hides everybody. As shares earn ever less, these
# are far below 1: where half of the sentences are attributed, to unnamed sources alone, the
# component is .66 with reasons and .37 without, against .92 for identified sources.
EXPLAINED_ANONYMITY = 0.3
UNEXPLAINED_ANONYMITY = 0.1

QUOTATION_CREDIT: Mapping[Speech, float] = {"direct": 1.0, "mixed": 0.5, "indirect": 0.0}

# Share of the sentences that earns half of what all of them would. Where it is small, background
# in the author's voice costs little: see docs/score.md.
HALF_SHARE = 0.1

# A claim that is less likely than this to be one counts for less, in proportion: so that a claim
# that is found or missed by a hair moves the score by little. See docs/score.md.
SURE = 0.6

# What a sentence with one attribution lacks; every further one leaves this part of the rest.
FURTHER = 0.25


@dataclass(frozen=True)
class Counted:
    """The claims that count, by sentence.

    ``numbers`` are the places of the sentences that count among all sentences.
    """

    numbers: tuple[int, ...]
    by_sentence: tuple[tuple[Claim, ...], ...]
    claims: tuple[Claim, ...]
    sources: Mapping[str, Source]

    def type_of(self, claim: Claim) -> SourceType:
        """The type of the claim's origin."""
        return self.sources[claim.source].type

    def identified(self, claim: Claim) -> bool:
        """True for a claim from a named person, organisation, outlet or document."""
        return self.type_of(claim) in IDENTIFIED_TYPES

    def described(self, claim: Claim) -> bool:
        """True when the text says who the claim's origin is, beyond a name, or why it can know."""
        source = self.sources[claim.source]
        return bool(source.role or source.justification)

    def identification(self, claim: Claim) -> float:
        """1 for a fully identified origin, less for a person's name alone, 0 for no name."""
        if not self.identified(claim):
            return 0.0
        bare = self.type_of(claim) == "named_person" and not self.described(claim)
        return NAME_ALONE if bare else 1.0

    def openness(self, claim: Claim) -> float:
        """How well a reader can place the claim's origin, named or not."""
        if self.identified(claim):
            return 1.0
        if self.type_of(claim) in UNNAMED_TYPES:
            explained = self.sources[claim.source].anonymity_granted
            return EXPLAINED_ANONYMITY if explained else UNEXPLAINED_ANONYMITY
        return 0.0

    def closeness(self, claim: Claim) -> float:
        """1 when the article has the claim from its origin, less with every intermediary."""
        return 1 / max(1, len(claim.chain))

    def quotation(self, claim: Claim) -> float:
        """How much of a statement stands in quotation marks."""
        return QUOTATION_CREDIT[claim.speech] if claim.kind == "statement" else 0.0

    def presence(self, claim: Claim) -> float:
        """How much an origin counts as a source of its own by this claim."""
        return self.identification(claim) * self.closeness(claim)

    def share(self, credit: Callable[[Claim], float]) -> float:
        """Mean over all sentences of the best credit among the sentence's claims, 0 without one.

        Claims that are not sure get a part of their credit.
        """
        best = (
            max((sureness(claim) * credit(claim) for claim in claims), default=0.0)
            for claims in self.by_sentence
        )
        return math.fsum(best) / len(self.by_sentence)


#: Components that are a share of the sentences, each with the credit that it takes the best of.
BEST_CREDITS: Mapping[str, Callable[[Counted, Claim], float]] = {
    "identified_sources": Counted.identification,
    "anonymity": Counted.openness,
    "hearsay": Counted.closeness,
    "direct_quotation": Counted.quotation,
}


def count(
    text: str, sentences: Sequence[Sentence], sources: Sequence[Source], claims: Sequence[Claim]
) -> Counted:
    """Sort out what counts.

    Left out are sentences without a letter or digit, those of headline, headings, byline, date
    line, captions, credits and pull quotes as :func:`attribution.layout.read_layout` recognises
    them, claims that stand in such sentences only, claims in the author's own voice, and claims of
    a kind that is not in ``INFORMING_KINDS``. So an article of plain text and the same one in a
    web page, of which the body alone is read, score alike.

    Raises:
        KeyError: A claim refers to a source that ``sources`` lacks.
    """
    known = {source.id: source for source in sources}
    counted = {
        claim.id: claim
        for claim in claims
        if claim.kind in INFORMING_KINDS and known[claim.source].type != "author"
    }
    around = read_layout(text).uncounted
    numbers = tuple(
        number
        for number, item in enumerate(sentences)
        if any(map(str.isalnum, item.span.of(text)))
        and not any(span.contains(item.span) for span in around)
    )
    by_sentence = tuple(
        tuple(counted[key] for key in sentences[number].claims if key in counted)
        for number in numbers
    )
    in_body = {claim.id for found in by_sentence for claim in found}
    placed = {key for sentence in sentences for key in sentence.claims}
    kept = tuple(c for key, c in counted.items() if key in in_body or key not in placed)
    return Counted(numbers, by_sentence, kept, known)


def sureness(claim: Claim) -> float:
    """How much a claim counts, 0..1: in full when it is as likely as ``SURE`` to be one."""
    return min(1.0, claim.confidence / SURE)


def earned(share: _Number) -> _Number:
    """The value, 0..1, that a share of the sentences earns: much for the first, ever less for more.

    Rises from 0 to 1 with the share; ``HALF_SHARE`` earns a little more than half.
    """
    return (1 + HALF_SHARE) * share / (share + HALF_SHARE)


def attribution_credit(claims: _Number) -> _Number:
    """What a sentence with so many attributions counts for: 0, then 3/4, 15/16 and so on."""
    return 1.0 - FURTHER**claims


def spread_of(sources: _Number) -> _Number:
    """The value, 0..1, of so many identified sources: each halves what is missing."""
    return 1.0 - 0.5**sources
