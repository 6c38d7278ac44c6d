"""Every difference between a report and its gold article in exactly one class: claims and spans.

The classes of sources and chains are in :mod:`eval.error_sources`. How to read them and what they
cost: docs/evaluation.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from attribution.types import Span
from eval.error_edges import content_words, cue_words, sign_between
from eval.error_forms import form_of
from eval.error_layout import HALF, Difference, Laid, Parts, covered, is_nested, nearest
from eval.words import Words

__all__ = ["claim_differences", "span_differences"]

_EXCHANGED = "exchanged with the source"


def claim_differences(laid: Laid) -> Iterator[Difference]:
    """Gold claims that nobody found, partial ones too, and predicted claims that are none."""
    found = {pair.gold.id for pair in laid.alignment.found}
    for claim in (*laid.alignment.gold, *laid.alignment.partial):
        if claim.id not in found:
            gold = laid.gold[claim.id]
            name = _missed_partial(laid, gold) if claim.partial else _missed(laid, gold)
            yield Difference(name, "claim", "claim", claim.id, None, laid.places(gold.content))
    for predicted in laid.spurious:
        places = laid.places(predicted.content)
        name = _spurious(laid, predicted)
        yield Difference(name, "claim", "claim", None, predicted.id, places)


def _missed(laid: Laid, gold: Parts) -> str:
    if absorber := laid.absorber(gold):
        whole = _mostly(gold.cue, absorber.content)
        how = "swallowed with its cue by" if whole else "merged into"
        return f"missed: {how} another claim, {_told(gold)}"
    if any(Words.iou(gold.content, one.content) >= HALF for one in laid.left_out):
        return f"missed: found only inside another predicted claim, {_told(gold)}"
    if same := nearest(gold, [one for one in laid.spurious if _same_cue(gold, one)]):
        return _misjudged(laid, gold, same)
    if other := nearest(gold, laid.spurious):
        around = covered(gold, other) >= HALF
        return f"missed: a claim {'around' if around else 'inside'} it taken, {_told(gold)}"
    if any(gold.cue & one.cue for one in laid.spurious):
        return "missed: cue found, content elsewhere"
    return f"missed: {form_of(laid.page, gold, tuple(laid.gold.values()))}"


def _missed_partial(laid: Laid, gold: Parts) -> str:
    if is_nested(gold, laid.full):
        return "missed: partial gold claim, nested"
    paraphrase = gold.speech == "indirect"
    return f"missed: partial gold claim, {'paraphrase' if paraphrase else 'quotation'}"


def _spurious(laid: Laid, predicted: Parts) -> str:
    if host := laid.host(predicted):
        if Words.iou(predicted.content, host.content) >= HALF:
            return f"spurious: second claim on one content, {_told(predicted)}"
        inside = _mostly(predicted.cue, host.content)
        how = "with a cue inside" if inside else "split off"
        return f"spurious: {how} another claim, {_told(predicted)}"
    if sum(covered(gold, predicted) >= HALF for gold in laid.missed) > 1:
        return "spurious: several claims in one"
    if same := nearest(predicted, [one for one in laid.missed if _same_cue(predicted, one)]):
        return _misjudged(laid, same, predicted)
    if other := nearest(predicted, laid.missed):
        inside = covered(predicted, other) >= HALF
        where = "inside" if inside else "around"
        return f"spurious: a claim {where} a missed one, {_told(predicted)}"
    if any(predicted.cue & one.cue for one in laid.missed):
        return "spurious: cue right, content elsewhere"
    return f"spurious: {form_of(laid.page, predicted, laid.judged)}"


def _misjudged(laid: Laid, gold: Parts, predicted: Parts) -> str:
    """Class of a missed and a spurious claim of one cue: that of their worst edge."""
    side, words, edge = max(_sides(gold, predicted), key=lambda found: len(found[1]))
    label = content_words(laid.page, words, edge, _named(gold, predicted))
    return f"content {_how(side, words, gold)}: {label}"


def _told(claim: Parts) -> str:
    quoted = claim.speech == "direct"
    return f"{'cued' if claim.cue else 'uncued'} {'quotation' if quoted else 'paraphrase'}"


def _same_cue(claim: Parts, other: Parts) -> bool:
    return bool(claim.cue & other.cue) or not (claim.cue or other.cue)


def span_differences(laid: Laid) -> Iterator[Difference]:
    """What is wrong about content, cue, form and kind of the fully tagged claims found."""
    for pair in laid.alignment.pairs:
        gold, predicted = laid.gold[pair.gold.id], laid.predicted[pair.predicted.id]
        yield from _content(laid, gold, predicted)
        yield from _cue(laid, gold, predicted)
        places = laid.places(gold.content)
        for facet, mine, theirs in (
            ("speech", pair.predicted.speech, pair.gold.speech),
            ("kind", pair.predicted.kind, pair.gold.kind),
        ):
            if theirs and mine != theirs:
                name = f"{facet}: {mine} for {theirs}"
                yield Difference(name, facet, "rest", gold.id, predicted.id, places)


def _content(laid: Laid, gold: Parts, predicted: Parts) -> Iterator[Difference]:
    """What is wrong with the content, at its beginning, at its end and inside."""
    for side, words, edge in _sides(gold, predicted):
        if words:
            weight, label = _edge(laid, gold, predicted, words, edge)
            name = f"content {_how(side, words, gold)}: {label}"
            places = laid.places(words)
            yield Difference(name, f"content {side}", weight, gold.id, predicted.id, places)
        elif side != "inside":
            yield from _signs(laid, gold, predicted, side)


def _sides(gold: Parts, predicted: Parts) -> Iterator[tuple[str, frozenset[int], int]]:
    """The words that differ at the beginning, at the end and inside, with the word beside them.

    The three have no word in common and are all words that differ.
    """
    differing = gold.content ^ predicted.content
    first = max(min(gold.content), min(predicted.content))
    last = min(max(gold.content), max(predicted.content))
    yield "begins", frozenset(word for word in differing if word < first), first
    yield "ends", frozenset(word for word in differing if word > last), last
    yield "inside", frozenset(word for word in differing if first <= word <= last), first


def _named(gold: Parts, predicted: Parts) -> dict[str, frozenset[int]]:
    """The words of the other roles, on either side."""
    return {"cue": gold.cue | predicted.cue, "source mention": gold.mention | predicted.mention}


def _how(side: str, words: frozenset[int], gold: Parts) -> str:
    missing = len(words & gold.content)
    if side == "inside":
        return {0: "has more inside", len(words): "has less inside"}.get(missing, "differs inside")
    return f"{side} {'late' if bool(missing) == (side == 'begins') else 'early'}"


def _edge(
    laid: Laid, gold: Parts, predicted: Parts, words: frozenset[int], edge: int
) -> tuple[str, str]:
    """Weight and label of differing words; free of cost when a merged or split claim has them."""
    merged = (one.content for one in laid.missed if laid.absorber(one) is predicted)
    split = (one.content for one in laid.spurious if laid.host(one) is gold)
    if _mostly(words, frozenset[int]().union(*merged, *split)):
        return "follows", "words of a merged or split claim"
    added = words - gold.content
    others = (one.content for one in laid.gold.values() if not one.content > gold.content)
    if _mostly(added, frozenset[int]().union(*others)):
        return "edge", "words of another gold claim"
    return "edge", content_words(laid.page, words, edge, _named(gold, predicted))


def _signs(laid: Laid, gold: Parts, predicted: Parts, side: str) -> Iterator[Difference]:
    """Quotation marks, stops and the like at an end whose word is right."""
    if side == "begins":
        word = laid.page.spans[min(gold.content)].start
        ends = [Span(parts.span.start, word) for parts in (gold, predicted)]
    else:
        word = laid.page.spans[max(gold.content)].end
        ends = [Span(word, parts.span.end) for parts in (gold, predicted)]
    theirs, mine = (end.of(laid.page.text).strip() for end in ends)
    if mine != theirs:
        name = f"content {side} with other punctuation: {sign_between(mine, theirs)}"
        places = (Span(min(end.start for end in ends), max(end.end for end in ends)),)
        yield Difference(name, f"content {side}", "rest", gold.id, predicted.id, places)


def _cue(laid: Laid, gold: Parts, predicted: Parts) -> Iterator[Difference]:
    """What is wrong with the cue; free of cost where its words are another role's on one side."""
    missing, added = gold.cue - predicted.cue, predicted.cue - gold.cue
    if not missing and not added:
        return
    weight = "edge"
    if not gold.cue or not predicted.cue:
        name = f"cue {'not found' if gold.cue else 'given to a claim without one'}: {_told(gold)}"
    elif missing == gold.cue:
        label = _wrong_cue(gold, predicted)
        weight = "follows" if label == _EXCHANGED else weight
        name = f"cue wrong: {label}"
    else:
        elsewhere = missing & (predicted.content | predicted.mention)
        elsewhere |= added & (gold.content | gold.mention)
        if _mostly(missing | added, elsewhere):
            weight, label = "follows", "words of another role"
        elif missing and added:
            label = "words lost and added"
        else:
            label = cue_words(laid.page, missing or added)
        name = f"cue {_size(missing, added)}: {label}"
    yield Difference(name, "cue", weight, gold.id, predicted.id, laid.places(missing | added))


def _size(missing: frozenset[int], added: frozenset[int]) -> str:
    if missing and added:
        return "shifted"
    return "cut short" if missing else "too long"


def _wrong_cue(gold: Parts, predicted: Parts) -> str:
    if gold.cue & predicted.mention and gold.mention & predicted.cue:
        return _EXCHANGED
    if predicted.cue & gold.content:
        return "a word of the content"
    return "left in the content" if gold.cue & predicted.content else "other words"


def _mostly(words: frozenset[int], of: frozenset[int]) -> bool:
    return bool(words) and len(words & of) >= HALF * len(words)
