"""Pull quotes: what stands in the article once more is one claim, not two."""

from __future__ import annotations

import time

import pytest

from attribution.inputs.article import Facts, set_apart
from attribution.layout import read_layout
from attribution.paragraphs import paragraphs
from attribution.repeats import pull_quotes

SAID = "“Nobody told the crews about it in time,” said Mara Lind, the chief diver."
LEDE = "The east pier was shut on Monday after divers found a crack in it."


def found(*paras: str) -> list[str]:
    text = "\n\n".join(paras)
    return [span.of(text) for span in pull_quotes(text, paragraphs(text))]


@pytest.mark.parametrize(
    "quote",
    [
        "Nobody told the crews about it in time",
        "“Nobody told the crews about it in time”",
        "NOBODY TOLD THE CREWS ABOUT IT IN TIME",
        "“Nobody told the crews about it in time” – Mara Lind",
    ],
    ids=["bare", "marks", "capitals", "signed"],
)
def test_words_of_a_longer_paragraph_are_found_before_and_behind_it(quote: str) -> None:
    assert found(LEDE, quote, SAID) == [quote]
    assert found(LEDE, SAID, quote) == [quote]


@pytest.mark.parametrize(
    "paragraph",
    [
        "Nobody told the crews",
        "Nobody told the crews about it in vain",
        "The crews were not told about it in time",
    ],
    ids=["few words", "other end", "other order"],
)
def test_what_the_article_does_not_say_again_stays(paragraph: str) -> None:
    assert found(LEDE, paragraph, SAID) == []


def test_equal_paragraphs_stay() -> None:
    assert found(LEDE, SAID, LEDE) == []


def test_time_grows_with_the_length_alone() -> None:
    """A text that says one thing over and over is read as fast as any other."""
    start = time.perf_counter()
    assert found(*["one two three four five six seven"] * 5_000) == []
    assert time.perf_counter() - start < 5


def test_extracted_text_has_them_once_and_plain_text_counts_them_once() -> None:
    quote = "Nobody told the crews about it in time"
    text = f"{LEDE}\n\n{quote}\n\n{SAID}"
    assert set_apart(text, Facts()).text == f"{LEDE}\n\n{SAID}"
    assert [span.of(text) for span in read_layout(text).uncounted] == [quote]
