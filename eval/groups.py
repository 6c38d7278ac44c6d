"""Figures of parts of a set: by publisher and article length, by source type, speech and kind.

Publisher and length divide the articles, so that every measure has a figure for each part. The
other three divide the gold claims. A predicted claim that is no gold claim is in no such group: so
they have no precision and no F1, but how many of their claims were found, and what is right of
those.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase
from typing import Any

from eval.alignment import Alignment
from eval.bootstrap import Figure, figures
from eval.counts import Share, Tally
from eval.labels import LABELLINGS, Labelling
from eval.measures import measure_aligned
from eval.provenance import measure_provenance
from eval.resolution import measure_resolution
from eval.spans import measure_spans
from eval.words import Words
from training.readers.gold import GoldArticle, GoldClaim

__all__ = ["GROUPS", "Group", "by_length", "by_publisher", "find_groups"]

#: What a set can be divided by: its articles, or (by their labels) its gold claims.
GROUPS = ("publisher", "length", *LABELLINGS)

_THIRDS = 3
_LEAST_ARTICLES = 2
#: What is judged of the found claims of a group, each as over the whole set.
_JUDGED = ("partial", "mention", "speech", "kind", "type", "name", "chain_found")


@dataclass(frozen=True, slots=True)
class Group:
    """The articles that a group lies in, by number, and its figures by measure."""

    articles: int
    figures: Mapping[str, Figure]

    def to_dict(self) -> dict[str, Any]:
        """The group as plain data."""
        plain = {name: figure.to_dict() for name, figure in self.figures.items()}
        return {"articles": self.articles, "figures": plain}


def find_groups(
    alignments: Sequence[Alignment], by: str, *, letters: bool = False
) -> dict[str, Group]:
    """The groups of a set with their figures.

    Intervals are over resamples of a group's articles where articles are divided, of all articles
    where claims are.

    Args:
        alignments: the reports laid over the gold articles of the set.
        by: one of ``GROUPS``.
        letters: call publishers by letters, in the order of their names.

    Returns:
        Groups by label: publishers by name, lengths from short to long, labels of claims in the
        order of the report schema. Groups without an article or a claim are left out.

    Raises:
        ValueError: there is no such division.
    """
    if by in LABELLINGS:
        return _claim_groups(alignments, by)
    articles = [alignment.article for alignment in alignments]
    if by == "publisher":
        parts = by_publisher(articles, letters=letters)
    elif by == "length":
        parts = by_length(articles)
    else:
        raise ValueError(f"{by!r} is none of {', '.join(GROUPS)}")
    tallies = [measure_aligned(alignment) for alignment in alignments]
    return {
        label: Group(len(places), figures([tallies[place] for place in places]))
        for label, places in parts.items()
    }


def by_publisher(articles: Sequence[GoldArticle], *, letters: bool = False) -> dict[str, list[int]]:
    """Places of each publisher's articles, by name or letter; those without one are left out."""
    found: dict[str, list[int]] = {}
    for place, article in enumerate(articles):
        if article.publisher:
            found.setdefault(article.publisher, []).append(place)
    return {
        _letter(number) if letters else name: found[name]
        for number, name in enumerate(sorted(found))
    }


def _letter(number: int) -> str:
    """A to Z, then A2 to Z2."""
    turn, place = divmod(number, len(ascii_uppercase))
    return ascii_uppercase[place] + (str(turn + 1) if turn else "")


def by_length(articles: Sequence[GoldArticle]) -> dict[str, list[int]]:
    """Places of the short, middling and long articles, by the words of the shortest and longest.

    Six articles or more make three groups, four or five make two, fewer make one. Articles of one
    length stay together, so that groups may differ in size, or be fewer.
    """
    lengths = [len(Words(article.text)) for article in articles]
    number = max(1, min(_THIRDS, len(lengths) // _LEAST_ARTICLES))
    ranked = sorted(lengths)
    bounds = [ranked[len(ranked) * cut // number] for cut in range(1, number)]
    parts: dict[int, list[int]] = {}
    for place, length in enumerate(lengths):
        parts.setdefault(bisect_right(bounds, length), []).append(place)
    return {
        _range([lengths[place] for place in places]): places for _, places in sorted(parts.items())
    }


def _range(lengths: Sequence[int]) -> str:
    shortest, longest = min(lengths), max(lengths)
    return f"{shortest} words" if shortest == longest else f"{shortest} to {longest} words"


def _claim_groups(alignments: Sequence[Alignment], by: str) -> dict[str, Group]:
    found = {}
    for label in LABELLINGS[by].labels:
        parts = [_only(alignment, LABELLINGS[by], label) for alignment in alignments]
        articles = sum(bool(part.gold or part.partial) for part in parts)
        if articles:
            found[label] = Group(articles, figures([_measure_claims(part) for part in parts]))
    return found


def _only(alignment: Alignment, labelling: Labelling, label: str) -> Alignment:
    """The alignment with the gold claims of one label alone, and no prediction but theirs.

    Claims and sources stay paired as in the whole.
    """

    def wanted(claim: GoldClaim) -> bool:
        return labelling.gold(alignment.article, claim) == label

    pairs = tuple(pair for pair in alignment.pairs if wanted(pair.gold))
    return replace(
        alignment,
        predicted=tuple(pair.predicted for pair in pairs),
        gold=tuple(filter(wanted, alignment.gold)),
        partial=tuple(filter(wanted, alignment.partial)),
        pairs=pairs,
        partial_pairs=tuple(pair for pair in alignment.partial_pairs if wanted(pair.gold)),
    )


def _measure_claims(part: Alignment) -> dict[str, Tally]:
    """``found``, the recall of ``attribution``, and what the measures say of the found claims."""
    tallies = {**measure_spans(part), **measure_resolution(part), **measure_provenance(part)}
    judged = {name: tallies[name] for name in _JUDGED}
    return {"found": Share(len(part.pairs), len(part.gold)), **judged}
