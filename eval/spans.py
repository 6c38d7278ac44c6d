"""Span measures: are the attributed sentences, the claims and their parts found?

Sentences are the report's sentences for both sides, words are runs of word characters. Where the
gold standard has no nested claims (PolNeAR), predicted claims inside another predicted claim are
left out of everything here; gold claims known by their first words alone are no part of it, and
predictions that hit only such claims are neither right nor wrong (see :mod:`eval.alignment`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attribution.types import Claim, Span
from eval.alignment import Alignment
from eval.counts import Counts, Share, Tally, matching_counts
from eval.words import Words
from training.readers.gold import GoldClaim

__all__ = ["measure_spans"]


def measure_spans(alignment: Alignment) -> dict[str, Tally]:
    """Counts of one article.

    - ``sentences``: sentence detection. A sentence is attributed when a content word of a claim
      lies in it. A sentence with words of partial gold claims alone is not judged.
    - ``statements``: the same over claims of kind statement, in articles where kinds are labelled.
      A sentence with claims of unlabelled kind alone is not judged.
    - ``exact_source``, ``exact_cue``, ``exact_content``: the word set of a predicted role equals
      that of a gold role, one to one.
    - ``attribution``: claims matched one to one at IoU .5 of content words.
    - ``mention``: share of matched claims with a gold source mention whose predicted source
      mention shares a word with it. ``speech``, ``kind``: share with the right form and kind.
    - ``partial``: share of the partial gold claims (nested and continued ones) found.
    """
    pairs = alignment.pairs
    judged = [pair for pair in pairs if pair.gold.source_mention]
    overlapping = sum(
        bool(
            _mention_words(alignment.words, pair.predicted)
            & alignment.words.within(pair.gold.source_mention)
        )
        for pair in judged
    )
    forms = [pair for pair in pairs if pair.gold.speech]
    kinds = [pair for pair in pairs if pair.gold.kind]
    return {
        "sentences": _sentences(alignment),
        "statements": _statements(alignment),
        **_exact(alignment),
        "attribution": Counts(len(pairs), len(alignment.predicted), len(alignment.gold)),
        "mention": Share(overlapping, len(judged)),
        "speech": Share(
            sum(pair.predicted.speech == pair.gold.speech for pair in forms), len(forms)
        ),
        "kind": Share(sum(pair.predicted.kind == pair.gold.kind for pair in kinds), len(kinds)),
        "partial": Share(len(alignment.partial_pairs), len(alignment.partial)),
    }


def _mention_words(words: Words, claim: Claim) -> frozenset[int]:
    return words.within([claim.source_mention] if claim.source_mention else [])


def _sentences(alignment: Alignment) -> Counts:
    return _count_sentences(
        alignment,
        predicted=alignment.report.claims,
        gold=alignment.gold,
        unjudged=alignment.partial,
    )


def _statements(alignment: Alignment) -> Counts:
    if not alignment.article.resolved:
        return Counts()
    unknown = [claim for claim in alignment.gold if claim.kind is None]
    return _count_sentences(
        alignment,
        predicted=[claim for claim in alignment.predicted if claim.kind == "statement"],
        gold=[claim for claim in alignment.gold if claim.kind == "statement"],
        unjudged=[*alignment.partial, *unknown],
    )


def _count_sentences(
    alignment: Alignment,
    *,
    predicted: Iterable[Claim],
    gold: Sequence[GoldClaim],
    unjudged: Sequence[GoldClaim],
) -> Counts:
    words = alignment.words
    sentences = [words.within([sentence.span]) for sentence in alignment.report.sentences]

    def touched(claims: Iterable[Claim | GoldClaim]) -> set[int]:
        pieces: list[Span] = [piece for claim in claims for piece in claim.content]
        content = words.within(pieces)
        return {number for number, sentence in enumerate(sentences) if sentence & content}

    true = touched(gold)
    found = touched(predicted) - (touched(unjudged) - true)
    return Counts(len(found & true), len(found), len(true))


def _exact(alignment: Alignment) -> dict[str, Tally]:
    words = alignment.words
    predicted = [
        _roles(
            words,
            source=[claim.source_mention] if claim.source_mention else [],
            cue=[claim.cue] if claim.cue else [],
            content=claim.content,
        )
        for claim in alignment.predicted
    ]
    gold = [
        _roles(words, source=claim.source_mention, cue=claim.cue, content=claim.content)
        for claim in alignment.gold
    ]
    return {
        f"exact_{role}": matching_counts(
            (claim[role] for claim in predicted if claim[role]),
            (claim[role] for claim in gold if claim[role]),
        )
        for role in ("source", "cue", "content")
    }


def _roles(
    words: Words, *, source: Sequence[Span], cue: Sequence[Span], content: Sequence[Span]
) -> dict[str, frozenset[int]]:
    """Word sets of a claim's roles; a role without a word has an empty one and is not judged.

    A report gives source mention and cue as one span each. A gold one in pieces is therefore
    taken from its first to its last word, on either side without the words of the claim's source
    and content in between ("did the minister say" has the cue "did say").
    """
    sets = {"source": Words.stretch(words.within(source)), "content": words.within(content)}
    stretch = Words.stretch(words.within(cue))
    return {**sets, "cue": (stretch - sets["source"] - sets["content"]) or stretch}
