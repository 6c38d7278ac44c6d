"""Claims whose source would only be whom they are about."""

from __future__ import annotations

import pytest

from attribution.hearsay import without_subject
from scenes import Script, draft, words_of
from tiny_model import encode


def read(text: str, source: str, cue: str, *content: str) -> tuple[str | None, str | None, list]:
    """Source, cue and content of the claim once it is looked at."""
    article = encode(text)
    found = without_subject(article, draft(article, Script(content, cue, source)))
    pieces = [words_of(article, piece) for piece in found.content]
    return words_of(article, found.source), words_of(article, found.cue), pieces


@pytest.mark.parametrize("cue", ["is said", "was widely believed", "has been alleged"])
def test_the_subject_of_hearsay_is_content(cue: str) -> None:
    source, _, content = read(f"Ada Brook {cue} to be ill.", "Ada Brook", cue, "to be ill")
    assert source is None
    assert content == ["Ada Brook", "to be ill"]


def test_it_is_part_of_the_cue() -> None:
    source, cue, content = read("It is feared that ice came.", "It", "is feared", "that ice came")
    assert (source, cue, content) == (None, "It is feared", ["that ice came"])


def test_an_adverb_alone_has_no_source() -> None:
    text = "The guild reportedly sold the hall."
    assert read(text, "The guild", "reportedly", "sold the hall")[0] is None


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("The curator has said that ice came.", "has said"),
        ("The curator is convinced that ice came.", "is convinced"),
        ("The curator was quoted as saying that ice came.", "was quoted as saying"),
        ("The curator apparently believed that ice came.", "apparently believed"),
        ("The curator is thinking that ice came.", "is thinking"),
    ],
)
def test_who_says_it_stays(text: str, cue: str) -> None:
    assert read(text, "The curator", cue, "that ice came")[:2] == ("The curator", cue)


def test_who_stands_behind_by_stays() -> None:
    text = "Ice is expected by the harbour office."
    assert read(text, "the harbour office", "is expected", "Ice")[0] == "the harbour office"
