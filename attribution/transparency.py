"""How openly an article shows where its reports come from, as a score of 0 to 100 with reasons.

Every component is a value in 0..1 where 1 is the transparent end, and the score is their weighted
mean. All but one are shares of the article's *sentences*, each judged by its best claim. Shares of
the *claims* would be the obvious choice, but they reward the wrong edits: deleting "officials
said" and stating the same words as fact would raise the share of claims from named sources, and a
long article with one attribution would score as well as one that attributes everything.

It follows, for every component and so for any weights, that

* naming an unnamed source, or explaining why it is not named, never lowers the score;
* dropping an attribution never raises it;
* adding an intermediary to a chain never raises it.

The author's own voice is neutral: a claim by the author counts like no claim at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from attribution.types import (
    Claim,
    Component,
    Kind,
    Sentence,
    Source,
    SourceType,
    Speech,
    Transparency,
)

__all__ = ["WEIGHTS", "assess"]

WEIGHTS: Mapping[str, float] = {
    # The two questions every reader asks first: is it attributed, and can I find who said it?
    "attributed_sentences": 0.25,
    "identified_sources": 0.25,
    # Grades what is left when nobody is named; lighter, as a named source earns it as well.
    "anonymity": 0.15,
    # Several voices let a reader compare, but a sound article may rest on one good document.
    "source_spread": 0.15,
    # A relayed claim is still attributed: the loss is one of distance, not of openness.
    "hearsay": 0.10,
    # Quoted words can be checked, but honest paraphrase is no fault.
    "direct_quotation": 0.10,
}

# Kinds that pass on information on somebody's authority. Intentions, attitudes and decisions tell
# about the source itself, and the text seldom says how the article knows of them.
INFORMING_KINDS: frozenset[Kind] = frozenset({"statement", "belief", "perception"})

IDENTIFIED_TYPES: frozenset[SourceType] = frozenset(
    {"named_person", "named_organization", "media_outlet", "document"}
)
UNNAMED_TYPES: frozenset[SourceType] = frozenset({"unnamed_person", "unnamed_group"})

# How well a reader can place a source. A reason for anonymity is worth more than half: somebody
# weighed it. A bare "officials" still says more than a passive that hides everybody.
EXPLAINED_ANONYMITY = 0.6
UNEXPLAINED_ANONYMITY = 0.25

# Quoting in full is no goal, so a third of the sentences in quotation earns the full value.
QUOTATION_TARGET = 1 / 3
QUOTATION_CREDIT: Mapping[Speech, float] = {"direct": 1.0, "mixed": 0.5, "indirect": 0.0}

# So many further sources halve what the spread still lacks: one gives .29, two .5, four .75.
SPREAD_HALVING = 2


@dataclass(frozen=True)
class _Evidence:
    """What the components are computed from: the claims that count, and where they stand."""

    by_sentence: tuple[tuple[Claim, ...], ...]
    reported: tuple[bool, ...]
    claims: tuple[Claim, ...]
    sources: Mapping[str, Source]

    def type_of(self, claim: Claim) -> SourceType:
        return self.sources[claim.source].type

    def share(self, credit: Callable[[Claim], float]) -> float:
        """Mean over all sentences of the best credit among the sentence's claims, 0 without one."""
        best = (max(map(credit, claims), default=0.0) for claims in self.by_sentence)
        return math.fsum(best) / len(self.by_sentence)


def assess(
    text: str, sentences: Sequence[Sentence], sources: Sequence[Source], claims: Sequence[Claim]
) -> Transparency:
    """Score the sourcing transparency of one article.

    Args:
        text: The article.
        sentences: Its sentences with status and claim ids. Those without a letter or digit
            (rules, ornaments) are left out of every share.
        sources: All sources that the claims' chains refer to.
        claims: All claims. Statements, beliefs and perceptions count; only statements make a
            sentence attributed or quoted.

    Returns:
        The score with one component for each name in ``WEIGHTS``. Without a claim that counts,
        the score and every value are 0.

    Raises:
        KeyError: A claim refers to a source that ``sources`` lacks.
    """
    evidence = _gather(text, sentences, sources, claims)
    if not evidence.claims or not evidence.by_sentence:
        why = _why_nothing(evidence, claims)
        parts = {name: Component(0.0, weight, why) for name, weight in WEIGHTS.items()}
        return Transparency(0.0, parts)
    parts = {}
    for name, weight in WEIGHTS.items():
        value, why = _MEASURES[name](evidence)
        parts[name] = Component(value, weight, why)
    total = math.fsum(part.value * part.weight for part in parts.values())
    return Transparency(100 * total / math.fsum(WEIGHTS.values()), parts)


def _gather(
    text: str, sentences: Sequence[Sentence], sources: Sequence[Source], claims: Sequence[Claim]
) -> _Evidence:
    known = {source.id: source for source in sources}
    counted = {
        claim.id: claim
        for claim in claims
        if claim.kind in INFORMING_KINDS and known[claim.source].type != "author"
    }
    worded = [item for item in sentences if any(map(str.isalnum, item.span.of(text)))]
    by_sentence = tuple(
        tuple(counted[key] for key in item.claims if key in counted) for item in worded
    )
    reported = tuple(
        item.status != "none" and any(claim.kind == "statement" for claim in found)
        for item, found in zip(worded, by_sentence, strict=True)
    )
    return _Evidence(by_sentence, reported, tuple(counted.values()), known)


def _why_nothing(evidence: _Evidence, claims: Sequence[Claim]) -> str:
    if not evidence.by_sentence:
        return "The text has no sentence with words in it, so there is nothing to attribute."
    among = _count(len(evidence.by_sentence), "sentence")
    if not claims:
        return f"No claim is attributed to any source in {among}."
    return (
        f"In {among} nobody is reported as saying, believing or perceiving anything: "
        f"{_count(len(claims), 'claim')} found, all in the author's own voice or about what a "
        "source intends, decides or favours."
    )


def _attributed_sentences(evidence: _Evidence) -> tuple[float, str]:
    attributed, total = sum(evidence.reported), len(evidence.reported)
    why = f"{attributed} of {_count(total, 'sentence')} report what a source says."
    return attributed / total, why


def _identified_sources(evidence: _Evidence) -> tuple[float, str]:
    def identified(claim: Claim) -> bool:
        return evidence.type_of(claim) in IDENTIFIED_TYPES

    claims = sum(map(identified, evidence.claims))
    sentences = sum(any(map(identified, found)) for found in evidence.by_sentence)
    why = (
        f"{claims} of {_count(len(evidence.claims), 'claim')} come from a named person, "
        f"organisation, outlet or document; they reach into {sentences} of "
        f"{_count(len(evidence.by_sentence), 'sentence')}."
    )
    return evidence.share(identified), why


def _anonymity(evidence: _Evidence) -> tuple[float, str]:
    def openness(claim: Claim) -> float:
        source = evidence.sources[claim.source]
        if source.type in IDENTIFIED_TYPES:
            return 1.0
        if source.type in UNNAMED_TYPES:
            return EXPLAINED_ANONYMITY if source.anonymity_granted else UNEXPLAINED_ANONYMITY
        return 0.0

    graded = [openness(claim) for claim in evidence.claims]
    why = (
        f"Of {_count(len(graded), 'claim')}, {graded.count(EXPLAINED_ANONYMITY)} come from "
        f"unnamed sources whose anonymity is explained, {graded.count(UNEXPLAINED_ANONYMITY)} "
        f"from unnamed sources without a reason, and {graded.count(0.0)} from nobody in "
        "particular. Sentences without a claim earn nothing here."
    )
    return evidence.share(openness), why


def _source_spread(evidence: _Evidence) -> tuple[float, str]:
    """Number of identified origins, each counted by how much it is used.

    An origin's first claim gives it half its weight, the second a quarter and so on, a relayed
    claim less. So with the same number of claims an even spread scores higher than one dominant
    voice, and more text from the same voices soon adds nothing. Unnamed origins add nothing: a
    reader cannot tell whether two of them are one.
    """
    used: dict[str, float] = {}
    claims: dict[str, int] = {}
    for claim in evidence.claims:
        if evidence.type_of(claim) in IDENTIFIED_TYPES:
            used[claim.source] = used.get(claim.source, 0.0) + _closeness(claim)
            claims[claim.source] = claims.get(claim.source, 0) + 1
    effective = math.fsum(1 - 0.5**amount for amount in used.values())
    why = f"{_count(len(used), 'identified source')} of claims"
    if used:
        name = evidence.sources[max(claims, key=claims.__getitem__)].name
        top = _count(max(claims.values()), "claim")
        why += f"; the most used, {name}, gives {top} of {len(evidence.claims)}"
    return 1 - 0.5 ** (effective / SPREAD_HALVING), why + "."


def _hearsay(evidence: _Evidence) -> tuple[float, str]:
    lengths = [len(claim.chain) for claim in evidence.claims]
    relayed = sum(length > 1 for length in lengths)
    why = (
        f"{relayed} of {_count(len(lengths), 'claim')} reached the article through an "
        f"intermediary; chains are {math.fsum(lengths) / len(lengths):.1f} steps long on average "
        f"and {max(lengths)} at most. Sentences without a claim earn nothing here."
    )
    return evidence.share(_closeness), why


def _direct_quotation(evidence: _Evidence) -> tuple[float, str]:
    def quoted(claim: Claim) -> float:
        return QUOTATION_CREDIT[claim.speech] if claim.kind == "statement" else 0.0

    statements = [claim.speech for claim in evidence.claims if claim.kind == "statement"]
    share = evidence.share(quoted)
    why = (
        f"Of {_count(len(statements), 'statement')}, {statements.count('direct')} are quoted in "
        f"full and {statements.count('mixed')} in part, which makes {share:.0%} of the sentences "
        f"quotation; {QUOTATION_TARGET:.0%} earns the full value."
    )
    return min(1.0, share / QUOTATION_TARGET), why


def _closeness(claim: Claim) -> float:
    """1 when the article has the claim from its origin, less with every intermediary."""
    return 1 / max(1, len(claim.chain))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_MEASURES: Mapping[str, Callable[[_Evidence], tuple[float, str]]] = {
    "attributed_sentences": _attributed_sentences,
    "identified_sources": _identified_sources,
    "anonymity": _anonymity,
    "source_spread": _source_spread,
    "hearsay": _hearsay,
    "direct_quotation": _direct_quotation,
}
