"""What stands around the body (headline, byline, captions) does not count in the score."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attribution.segment import segment
from attribution.transparency import assess, evidence
from attribution.types import Claim, ModelInfo, Report, Sentence, Source, Span, Transparency

BODY = (
    "The east pier was shut on Monday, the harbour board said.\n\n"
    "Nobody was hurt, it said. The ferry ran late all week."
)
HEADLINE = "Pier shut after divers find a crack, board says"
BOARD = Source("s1", "the harbour board", "named_organization")


def report(text: str, *claimed: str) -> Report:
    """A report of the text with a claim by the board for each stretch of it."""
    claims = tuple(
        Claim(
            id=f"c{number}",
            content=(Span(text.index(words), text.index(words) + len(words)),),
            cue=None,
            source_mention=None,
            source="s1",
            speech="indirect",
            kind="statement",
            chain=("s1",),
            confidence=1.0,
        )
        for number, words in enumerate(claimed, start=1)
    )
    sentences = tuple(
        Sentence(span, "none", tuple(c.id for c in claims if span.contains(c.content[0])))
        for span in segment(text).sentences
    )
    score = assess(text, sentences, (BOARD,), claims)
    return Report(text, None, sentences, (BOARD,), claims, score, ModelInfo("by hand", "1"))


@pytest.mark.parametrize(
    "around",
    [
        f"{HEADLINE}\n\n{{}}",
        f"{HEADLINE}\n\nBy Ada Roe\n\nNovember 3, 2026\n\n{{}}",
        "{}\n\nPhoto: The pier on Monday. (Photo by Ben Oduya)",
    ],
    ids=["headline", "byline and date", "caption"],
)
def test_it_leaves_the_score(around: str) -> None:
    claims = ("The east pier was shut on Monday", "Nobody was hurt")
    assert report(around.format(BODY), *claims).transparency == report(BODY, *claims).transparency


def test_a_claim_of_the_headline_alone_does_not_count() -> None:
    found = report(f"{HEADLINE}\n\n{BODY}", "Pier shut after divers find a crack")
    assert found.transparency.score == 0


def test_a_dateline_takes_no_sentence_out() -> None:
    text = f"HALVARD, Nov. 3 (Quay Press) - {BODY}"
    found = report(text, "The east pier was shut on Monday", "Nobody was hurt")
    assert "2 of 3 sentences" in found.transparency.components["attributed_sentences"].why


def test_grounds_name_sentences_by_their_place_in_the_report() -> None:
    found = report(f"{HEADLINE}\n\n{BODY}", "Nobody was hurt")
    (ground,) = evidence(found)["attributed_sentences"]
    assert ground.sentences == (2,)


def test_a_claim_in_no_sentence_still_counts() -> None:
    found = report(BODY, "Nobody was hurt")
    bare = tuple(replace(sentence, claims=()) for sentence in found.sentences)
    score = assess(found.text, bare, found.sources, found.claims)
    assert isinstance(score, Transparency)
    assert score.components["source_spread"].value == pytest.approx(0.5)
