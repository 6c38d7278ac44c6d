"""How openly an article shows where its reports come from, as a score of 0 to 100 with reasons.

Every component is a value in 0..1 where 1 is the transparent end, and the score is their weighted
mean. All but one come from shares of the article's *sentences*, each judged by its best claim.
Shares of the *claims* would be the obvious choice, but they reward the wrong edits: deleting
"officials said" and stating the same words as fact would raise the share of claims from named
sources. Shares of the sentences make the author's background count, as nothing tells it from
claims whose attribution was dropped; so a component rises fast with the first sentences and ever
less with more (:func:`attribution.counted.earned`), which keeps that small and bounded. Claims of
which a model is unsure count for less (:func:`attribution.counted.sureness`).

It follows, for every component and so for any weights, that

* naming an unnamed source, or explaining why it is not named, never lowers the score;
* dropping an attribution never raises it;
* adding an intermediary to a chain never raises it;
* more text of the same make, be it much or little, changes nothing.

The author's own voice is neutral: a claim by the author counts like no claim at all.
docs/score.md has the components' grounds in the profession's rules, and the trade-offs.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

from attribution.certainty import interval
from attribution.counted import (
    BEST_CREDITS,
    EXPLAINED_ANONYMITY,
    IDENTIFIED_TYPES,
    INFORMING_KINDS,
    UNEXPLAINED_ANONYMITY,
    UNNAMED_TYPES,
    Counted,
    attribution_credit,
    count,
    earned,
    spread_of,
    sureness,
)
from attribution.reference import percentile
from attribution.types import Claim, Component, Report, Sentence, Source, Speech, Transparency
from attribution.weighting import COMPONENTS, WEIGHTS

__all__ = [
    "IDENTIFIED_TYPES",
    "INFORMING_KINDS",
    "MINIMUM_SENTENCES",
    "UNNAMED_TYPES",
    "WEIGHTS",
    "Ground",
    "assess",
    "evidence",
]

# Fewer sentences than this are too few to judge: see docs/score.md.
MINIMUM_SENTENCES = 10


@dataclass(frozen=True, slots=True)
class Ground:
    """Sentences that stand behind a component of the score.

    ``what`` says what is found in them, ``sentences`` are their places, from 0, among the
    report's sentences.
    """

    what: str
    sentences: tuple[int, ...]


def assess(
    text: str,
    sentences: Sequence[Sentence],
    sources: Sequence[Source],
    claims: Sequence[Claim],
    weights: Mapping[str, float] = WEIGHTS,
) -> Transparency:
    """Score the sourcing transparency of one article.

    Args:
        text: The article.
        sentences: Its sentences with claim ids. Those without a letter or digit (rules,
            ornaments), and headline, byline, date line and captions where they are recognised,
            are left out of every share.
        sources: All sources that the claims' chains refer to.
        claims: All claims. Statements, beliefs and perceptions count; only statements count as
            quoted.
        weights: A weight for every component, with sum 1: the default ones, or as
            :func:`attribution.weighting.checked_weights` makes them.

    Returns:
        The score with one component for each name in ``weights``, its interval, whether the text is
        too short to judge, and its place among the reference articles. Without a claim that counts,
        the score and every value are 0 and there is no interval.

    Raises:
        KeyError: A claim refers to a source that ``sources`` lacks, or a component has no weight.
    """
    counted = count(text, sentences, sources, claims)
    too_little = len(counted.by_sentence) < MINIMUM_SENTENCES
    if not counted.claims or not counted.by_sentence:
        why = _why_nothing(counted, claims)
        nothing = {name: Component(0.0, weights[name], why) for name in COMPONENTS}
        place = _place(0.0, weights, too_little=too_little)
        return Transparency(0.0, nothing, too_little=too_little, percentile=place)
    parts = {
        name: Component(_value(name, counted), weights[name], _REASONS[name](counted))
        for name in COMPONENTS
    }
    total = math.fsum(part.value * part.weight for part in parts.values())
    score = min(100.0, max(0.0, 100 * total))
    return Transparency(
        score,
        parts,
        interval(counted, weights, score),
        too_little=too_little,
        percentile=_place(score, weights, too_little=too_little),
    )


def _place(score: float, weights: Mapping[str, float], *, too_little: bool) -> float | None:
    """Where the score lies among the reference articles, if it can be compared with them."""
    return None if too_little or weights != WEIGHTS else percentile(score)


def evidence(report: Report) -> dict[str, tuple[Ground, ...]]:
    """The sentences behind each component of the score.

    Args:
        report: Any report. Its claims are looked at anew; its score is not.

    Returns:
        For each component, one ground for every sort of claim that the component's reason tells
        of. A sentence stands under each sort that it has a claim of; sorts without a sentence are
        left out.

    Raises:
        KeyError: A claim refers to a source that the report lacks.
    """
    found = count(report.text, report.sentences, report.sources, report.claims)
    sorts = _sorts(found)
    grounds = {
        name: tuple(Ground(what, _holding(found, belongs)) for what, belongs in sorts[name].items())
        for name in COMPONENTS
    }
    return {name: tuple(item for item in grounds[name] if item.sentences) for name in COMPONENTS}


def _value(name: str, counted: Counted) -> float:
    if name == "source_spread":
        return spread_of(math.fsum(_presences(counted).values()))
    if name == "attributed_sentences":
        told = math.fsum(
            attribution_credit(math.fsum(map(sureness, found))) for found in counted.by_sentence
        )
        return earned(told / len(counted.by_sentence))
    credit = BEST_CREDITS[name]
    return earned(counted.share(lambda claim: credit(counted, claim)))


def _presences(counted: Counted) -> dict[str, float]:
    """How much every identified origin counts as a source, by its best claim.

    How often it speaks makes no difference, so that more text from the same voices adds nothing.
    Unnamed origins are left out: a reader cannot tell whether two of them are one.
    """
    presences: dict[str, float] = {}
    for claim in filter(counted.identified, counted.claims):
        presence = sureness(claim) * counted.presence(claim)
        presences[claim.source] = max(presences.get(claim.source, 0.0), presence)
    return presences


def _holding(counted: Counted, belongs: Callable[[Claim], bool]) -> tuple[int, ...]:
    """The sentences with a claim that belongs."""
    holds = (any(map(belongs, claims)) for claims in counted.by_sentence)
    return tuple(compress(counted.numbers, holds))


def _sorts(counted: Counted) -> dict[str, dict[str, Callable[[Claim], bool]]]:
    """The sorts of claims that the components tell apart, under what is said of them."""
    identified, openness = counted.identified, counted.openness
    used = _claims_by_origin(counted)
    top = max(used, key=used.__getitem__, default=None)

    def statement(claim: Claim, speech: Speech) -> bool:
        return claim.kind == "statement" and claim.speech == speech

    return {
        "attributed_sentences": {"report what a source says or thinks": lambda _: True},
        "identified_sources": {
            "fully identified": lambda claim: counted.identification(claim) == 1.0,
            "a person's name alone": lambda claim: 0.0 < counted.identification(claim) < 1.0,
        },
        "anonymity": {
            "source identified": identified,
            "unnamed, anonymity explained": lambda claim: openness(claim) == EXPLAINED_ANONYMITY,
            "unnamed, no reason given": lambda claim: openness(claim) == UNEXPLAINED_ANONYMITY,
            "nobody in particular": lambda claim: openness(claim) == 0.0,
        },
        "source_spread": {
            "from the most used source": lambda claim: claim.source == top,
            "from other identified sources": lambda claim: (
                identified(claim) and claim.source != top
            ),
        },
        "hearsay": {
            "straight from the source": lambda claim: len(claim.chain) <= 1,
            "through an intermediary": lambda claim: len(claim.chain) > 1,
        },
        "direct_quotation": {
            "quoted in full": lambda claim: statement(claim, "direct"),
            "quoted in part": lambda claim: statement(claim, "mixed"),
        },
    }


def _claims_by_origin(counted: Counted) -> dict[str, int]:
    """How many claims every identified origin gives."""
    return Counter(claim.source for claim in counted.claims if counted.identified(claim))


def _why_nothing(counted: Counted, claims: Sequence[Claim]) -> str:
    if not counted.by_sentence:
        return "The text has no sentence with words in it, so there is nothing to attribute."
    among = _count(len(counted.by_sentence), "sentence")
    if not claims:
        return f"No claim is attributed to any source in {among}."
    return (
        f"In {among} nobody is reported as saying, believing or perceiving anything: "
        f"{_count(len(claims), 'claim')} found, all in the author's own voice or about what a "
        "source intends, decides or favours."
    )


def _why_attributed(counted: Counted) -> str:
    attributed, total = sum(map(bool, counted.by_sentence)), len(counted.by_sentence)
    why = f"{attributed} of {_count(total, 'sentence')} report what a source says or thinks."
    return why + _unsure(counted.claims)


def _why_identified(counted: Counted) -> str:
    named = [claim for claim in counted.claims if counted.identified(claim)]
    sentences = sum(any(map(counted.identified, found)) for found in counted.by_sentence)
    why = (
        f"{len(named)} of {_count(len(counted.claims), 'claim')} come from a named person, "
        f"organisation, outlet or document; they reach into {sentences} of "
        f"{_count(len(counted.by_sentence), 'sentence')}."
    )
    bare = sum(counted.identification(claim) < 1 for claim in named)
    give = "gives" if bare == 1 else "give"
    why += f" {bare} of them {give} a person's name and nothing more." if bare else ""
    return why + _unsure(named)


def _why_anonymity(counted: Counted) -> str:
    graded = [counted.openness(claim) for claim in counted.claims]
    return (
        f"Of {_count(len(graded), 'claim')}, {graded.count(EXPLAINED_ANONYMITY)} come from "
        f"unnamed sources whose anonymity is explained, {graded.count(UNEXPLAINED_ANONYMITY)} "
        f"from unnamed sources without a reason, and {graded.count(0.0)} from nobody in "
        f"particular.{_unsure(counted.claims)}"
    )


def _why_spread(counted: Counted) -> str:
    used = _claims_by_origin(counted)
    why = f"{_count(len(used), 'identified source')} of claims"
    if used:
        name = counted.sources[max(used, key=used.__getitem__)].name
        top = _count(max(used.values()), "claim")
        why += f"; the most used, {name}, gives {top} of {len(counted.claims)}"
    by_sureness = sorted(counted.claims, key=sureness)
    surest = {claim.source: claim for claim in by_sureness if claim.source in used}
    return f"{why}.{_unsure(surest.values(), 'of their surest claims')}"


def _why_hearsay(counted: Counted) -> str:
    lengths = [len(claim.chain) for claim in counted.claims]
    relayed = sum(length > 1 for length in lengths)
    return (
        f"{relayed} of {_count(len(lengths), 'claim')} reached the article through an "
        f"intermediary; chains are {math.fsum(lengths) / len(lengths):.1f} steps long on average "
        f"and {max(lengths)} at most.{_unsure(counted.claims)}"
    )


def _why_quotation(counted: Counted) -> str:
    statements = [claim.speech for claim in counted.claims if claim.kind == "statement"]
    quoted = (max(map(counted.quotation, found), default=0.0) for found in counted.by_sentence)
    share = math.fsum(quoted) / len(counted.by_sentence)
    return (
        f"Of {_count(len(statements), 'statement')}, {statements.count('direct')} are quoted in "
        f"full and {statements.count('mixed')} in part, which makes {share:.0%} of the sentences "
        f"quotation.{_unsure([c for c in counted.claims if counted.quotation(c) > 0])}"
    )


def _unsure(claims: Collection[Claim], among: str = "of these claims") -> str:
    """How many claims count in part only, and for how many they count together."""
    parts = [part for part in map(sureness, claims) if part < 1]
    if not parts:
        return ""
    are, count = ("is", "counts") if len(parts) == 1 else ("are", "count")
    whole = math.fsum(parts)
    return f" {len(parts)} {among} {are} unsure and {count} in part, as {whole:.1f}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_REASONS: Mapping[str, Callable[[Counted], str]] = {
    "attributed_sentences": _why_attributed,
    "identified_sources": _why_identified,
    "anonymity": _why_anonymity,
    "source_spread": _why_spread,
    "hearsay": _why_hearsay,
    "direct_quotation": _why_quotation,
}
