"""What stands around an article is not analysed, and the report's offsets are the text's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.analyze import Findings
from attribution.body import body_of, restored
from attribution.types import Claim, Sentence, Source, Span

LEDE = "The pier is closed, the warden said."
SAID = "“Nobody told the crews about it in time,” said Mara Lind, the chief diver."
PARTS = {
    "byline": "By Ada Roe",
    "date": "3 November 2026",
    "caption": "FILE - The pier in May. (QP Photo/Ben Oduya)",
    "credit": "(Reporting by Ada Roe; Editing by Ben Oduya)",
    "subheading": "What the divers saw",
    "pull quote": "Nobody told the crews about it in time",
}


@pytest.mark.parametrize("marks", ["", "# "])
def test_a_headline_is_cut_with_its_marks(marks: str) -> None:
    text = f"{marks}Pier shut after crack found\n\n{LEDE}\n\n{SAID}"
    assert body_of(text).text == f"{LEDE}\n\n{SAID}"


@pytest.mark.parametrize("part", PARTS)
def test_what_stands_around_the_body_is_cut(part: str) -> None:
    body = body_of(f"{LEDE}\n\n{PARTS[part]}\n\n{SAID}")
    assert body.text == f"{LEDE}\n\n{SAID}"


@pytest.mark.parametrize(
    "text",
    [
        LEDE,
        f"{LEDE}\n\nMara Lind\n\n{SAID}",
        "By Ada Roe",
        " \n",
    ],
    ids=["body alone", "a name", "nothing else", "blank"],
)
def test_else_the_text_stays_whole(text: str) -> None:
    assert body_of(text).text == text


@given(st.lists(st.sampled_from([LEDE, SAID, *PARTS.values(), "", "  "]), max_size=10))
def test_every_character_of_the_body_is_that_of_its_place(lines: list[str]) -> None:
    text = "\n\n".join(lines)
    body = body_of(text)
    for at, char in enumerate(body.text):
        (place,) = body.places(text, Span(at, at + 1))
        assert place.of(text) == char
    assert "".join(piece.of(text) for piece in body.kept) == body.text


def test_findings_are_placed_in_the_whole_text_and_what_was_cut_has_no_claims() -> None:
    text = f"By Ada Roe\n\n{LEDE}\n\n{PARTS['caption']}\n\n{SAID}"
    body = body_of(text)

    def span(words: str) -> Span:
        start = body.text.index(words)
        return Span(start, start + len(words))

    across = Span(span("closed").start, span("Nobody").end)
    claim = Claim("c1", (across,), span("said"), span("the warden"), "s1", "indirect",
                  "statement", ("s1",), 0.9)  # fmt: skip
    source = Source("s1", "the warden", "unnamed_person", mentions=(span("the warden"),))
    sentences = (Sentence(span(LEDE), "indirect", ("c1",)), Sentence(span(SAID), "none", ()))
    found = restored(text, body, Findings(sentences, (source,), (claim,)))
    assert [item.span.of(text) for item in found.sentences] == [
        "By Ada Roe", LEDE, PARTS["caption"], SAID
    ]  # fmt: skip
    assert [item.claims for item in found.sentences] == [(), ("c1",), (), ()]
    assert found.sources[0].mentions[0].of(text) == "the warden"
    assert [piece.of(text) for piece in found.claims[0].content] == [
        "closed, the warden said.", "“Nobody"
    ]  # fmt: skip
    assert found.claims[0].cue is not None
    assert found.claims[0].cue.of(text) == "said"
