"""Uncued passages: reported words in a paragraph that holds no cue of their claim.

The articles in training/corpus/articles/continuations name, in a sixth column of their table of
claims, in which way a claim goes on without a cue. A claim over several paragraphs has a passage
in each of them that its cue is not in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from attribution.segment import segment
from attribution.types import Claim
from eval.alignment import Alignment
from eval.counts import Share, Tally
from eval.words import Words
from training.readers.articles import claim_rows, read_articles
from training.readers.gold import GoldArticle, GoldClaim

__all__ = ["PHENOMENA", "Marked", "Passage", "measure_passages", "passages_of", "read_marked"]

#: What a passage can be, with its name for readers.
PHENOMENA: Mapping[str, str] = {
    "broken": "quotation over several paragraphs",
    "dialogue": "two speakers in turn",
    "block": "block quotation after a colon",
    "bare": "bare quotation",
    "answer": "answer in an interview",
    "paraphrase": "paraphrase that goes on",
}
_COLUMN = 5
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Passage:
    """One uncued stretch of a gold claim: its words by number, and what it is."""

    phenomenon: str
    claim: GoldClaim
    words: frozenset[int]


@dataclass(frozen=True, slots=True)
class Marked:
    """A gold article with its uncued passages."""

    article: GoldArticle
    passages: tuple[Passage, ...]


def read_marked(folder: str | Path) -> list[Marked]:
    """The articles of a folder with their passages, by file name.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: an article is not well-formed, or a claim's phenomenon is not known, is missing
            or stands with a claim without an uncued passage.
    """
    marked = []
    for article in read_articles(folder):
        raw = (Path(folder) / f"{article.doc}.txt").read_text(encoding="utf-8")
        named = {row[0]: row[_COLUMN] for row in claim_rows(raw) if len(row) > _COLUMN}
        marked.append(Marked(article, passages_of(article, named)))
    return marked


def passages_of(article: GoldArticle, named: Mapping[str, str]) -> tuple[Passage, ...]:
    """The article's uncued passages.

    Args:
        article: the gold article.
        named: phenomenon by claim id.

    Raises:
        ValueError: as in :func:`read_marked`.
    """
    document, words = segment(article.text), Words(article.text)

    def paragraph(start: int) -> int:
        return document.index_of(document.paragraphs, start)

    found = []
    for claim in article.claims:
        cued = {paragraph(piece.start) for piece in claim.cue}
        parts: dict[int, frozenset[int]] = defaultdict(frozenset)
        for piece in claim.content:
            parts[paragraph(piece.start)] |= words.within([piece])
        uncued = [part for place, part in sorted(parts.items()) if place not in cued]
        if bool(uncued) != (claim.id in named):
            raise ValueError(f"{article.doc}: claim {claim.id} and its phenomenon do not agree")
        if uncued and named[claim.id] not in PHENOMENA:
            raise ValueError(f"{article.doc}: unknown phenomenon {named[claim.id]!r}")
        found += [Passage(named[claim.id], claim, part) for part in uncued]
    return tuple(found)


def measure_passages(alignment: Alignment, passages: Sequence[Passage]) -> dict[str, Tally]:
    """Counts of one article, for all passages and for each phenomenon (``all.found``, …).

    - ``found``: share of the passages of whose words one predicted claim has half.
    - ``source``: of the found ones, share whose predicted claim has the right source.
    - ``right``: share found with the right source.
    - ``uncued``: share of the predicted claims without a cue of whose words half are content of
      gold claims. The rest is the article's own voice, taken for somebody's words.
    """
    tallies: dict[str, Tally] = {}
    for name in ("all", *PHENOMENA):
        mine = [passage for passage in passages if name in ("all", passage.phenomenon)]
        holders = [(passage, _holder(alignment, passage)) for passage in mine]
        found = [(passage, claim) for passage, claim in holders if claim is not None]
        right = sum(
            alignment.sources.get(claim.source) == passage.claim.source for passage, claim in found
        )
        tallies[f"{name}.found"] = Share(len(found), len(mine))
        tallies[f"{name}.source"] = Share(right, len(found))
        tallies[f"{name}.right"] = Share(right, len(mine))
    return {**tallies, "uncued": _reported(alignment)}


def _holder(alignment: Alignment, passage: Passage) -> Claim | None:
    """The predicted claim that has most of the passage's words, the smallest of equals."""
    best: tuple[int, int] = (0, 0)
    holder = None
    for claim in alignment.report.claims:
        content = alignment.words.within(claim.content)
        shared = len(content & passage.words)
        if shared >= _HALF * len(passage.words) and (shared, -len(content)) > best:
            best, holder = (shared, -len(content)), claim
    return holder


def _reported(alignment: Alignment) -> Share:
    gold = frozenset[int]().union(
        *(alignment.words.within(claim.content) for claim in alignment.gold)
    )
    judged = [
        content
        for claim in alignment.report.claims
        if claim.cue is None and (content := alignment.words.within(claim.content))
    ]
    return Share(sum(len(one & gold) >= _HALF * len(one) for one in judged), len(judged))
