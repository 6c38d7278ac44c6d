"""Gold articles as scored reports: what the score would be if every claim were read right."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from attribution.segment import segment
from attribution.transparency import assess
from attribution.types import Claim, Report, Sentence, Status
from eval.gold_report import gold_report
from training.readers.gold import GoldArticle

__all__ = ["read_gold"]


def read_gold(articles: Sequence[GoldArticle]) -> list[Report]:
    """The articles' gold claims as reports with a score, as a perfect model would make them.

    Claims of which the gold standard has the first words alone count for the sentence that these
    stand in.
    """
    return [_scored(article) for article in articles]


def _scored(article: GoldArticle) -> Report:
    report = gold_report(article)
    sentences = _sentences(article.text, report.claims)
    score = assess(article.text, sentences, report.sources, report.claims)
    return replace(report, sentences=sentences, transparency=score)


def _sentences(text: str, claims: Sequence[Claim]) -> tuple[Sentence, ...]:
    """Every sentence with the claims that have a word of content in it, as in a report."""
    document = segment(text)
    starts = [sentence.start for sentence in document.sentences]
    held: list[dict[str, Claim]] = [{} for _ in starts]
    for claim in claims:
        for piece in claim.content:
            for index in document.words_in(piece):
                if document.lettered[index]:
                    place = max(0, bisect_right(starts, document.words[index].start) - 1)
                    held[place][claim.id] = claim
    return tuple(
        Sentence(span, _status(list(found.values())), tuple(found))
        for span, found in zip(document.sentences, held, strict=True)
    )


def _status(claims: Sequence[Claim]) -> Status:
    speeches = {claim.speech for claim in claims if claim.kind == "statement"}
    if not speeches:
        return "none"
    return speeches.pop() if len(speeches) == 1 else "mixed"
