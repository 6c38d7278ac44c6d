"""Claims whose source would only be whom they are about."""

from __future__ import annotations

import pytest

from attribution.hearsay import only_receives, teller_place, without_subject
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


def receives(text: str, source: str, cue: str) -> bool:
    """Whether the source of the claim is only told."""
    article = encode(text)
    claim = draft(article, Script((), cue, source))
    assert claim.source
    assert claim.cue
    return only_receives(article, claim.source, claim.cue)


@pytest.mark.parametrize(
    ("text", "source", "cue"),
    [
        ("Bakers were told that flour ran out.", "Bakers", "were told"),
        ("Bakers have repeatedly been warned of mites.", "Bakers", "have repeatedly been warned"),
        ("Bakers, who were promised ovens, left.", "Bakers", "were promised"),
        ("Ada Brook was once asked whether bees sleep.", "Ada Brook", "asked"),
        ("She had never been told how it works.", "She", "had never been told"),
    ],
)
def test_who_is_told_is_no_teller(text: str, source: str, cue: str) -> None:
    assert receives(text, source, cue)


@pytest.mark.parametrize(
    ("text", "source", "cue"),
    [
        ("Bakers told us that flour ran out.", "Bakers", "told"),
        ("Bakers had asked for flour.", "Bakers", "had asked"),
        ("Ada Brook was quoted as saying that bees sleep.", "Ada Brook", "was quoted as saying"),
        ("Ada Brook said she was told to go.", "Ada Brook", "said she was told"),
        ("She is assured of a seat.", "She", "is assured of"),
        ("In a chat with the Gleaner, Ada Brook was asked to sing.", "the Gleaner", "was asked"),
        ("Bakers were told by the guild to wait.", "the guild", "were told"),
    ],
)
def test_who_tells_is_not_only_told(text: str, source: str, cue: str) -> None:
    assert not receives(text, source, cue)


@pytest.mark.parametrize(
    ("text", "cue", "content", "teller"),
    [
        ("Bakers were told by the guild to wait.", "were told", ("to wait",), "the guild"),
        (
            "Bakers were told by the guild to wait.",
            "were told by the guild",
            ("to wait",),
            "the guild",
        ),
        ("Bakers were told to wait by the oven.", "were told", ("to wait by the oven",), None),
        ("To wait, bakers were told by a boy.", "were told", ("To wait",), "a boy."),
        ("Bakers were told to wait.", "were told", ("to wait",), None),
    ],
)
def test_who_tells_stands_behind_by(
    text: str, cue: str, content: tuple[str, ...], teller: str | None
) -> None:
    article = encode(text)
    claim = draft(article, Script(content, cue, None))
    assert claim.cue
    place = teller_place(article, claim.cue, claim.content)
    assert words_of(article, place) == teller
