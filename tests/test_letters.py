"""Whose the words of a page of letters are."""

from __future__ import annotations

import numpy as np
import pytest

from attribution.letters import sign_letters
from attribution.resolve import Cluster
from attribution.types import SOURCE_TYPES, SourceType
from scenes import mention, table, type_rows, words_of
from tiny_model import encode

FIRST = "I like the pier.\n\nOttoline Brask.\n\nSkerrin"
SECOND = "We do not.\n\nTilly Ware."


def owners(
    text: str, *said: tuple[str, SourceType], signers: tuple[str, ...]
) -> dict[str, tuple[str, str]]:
    """By what is said: whose mention it shares a source with, and of which type that is.

    All authors are one source at first, as resolution gives it.
    """
    article = encode(text)
    found = table(
        [
            *(mention(article, words) for words, _ in said),
            *(mention(article, name, "entity", person=name) for name in signers),
        ]
    )
    texts = [words_of(article, item.words) or "" for item in found.mentions]
    kinds = dict(said)
    authors = [row for row, words in enumerate(texts) if kinds.get(words) == "author"]
    others = [row for row in range(len(texts)) if row not in authors]
    clusters = [Cluster(authors), *(Cluster([row]) for row in others)]
    types = type_rows("author", *(kinds.get(texts[row], "unspecified") for row in others))
    clusters, types = sign_letters(article, found, clusters, types)
    return {
        texts[member]: (
            " ".join(texts[row] for row in cluster.members if texts[row] in signers),
            SOURCE_TYPES[int(np.argmax(kind))],
        )
        for cluster, kind in zip(clusters, types, strict=True)
        for member in cluster.members
        if texts[member] not in signers
    }


NAMES = ("Ottoline Brask", "Tilly Ware")


def test_every_letter_is_its_signers() -> None:
    text = f"Letters\n\n{FIRST}\n\n{SECOND}"
    assert owners(text, ("I", "author"), ("We", "author"), signers=NAMES) == {
        "I": ("Ottoline Brask", "named_person"),
        "We": ("Tilly Ware", "named_person"),
    }


def test_an_account_signs_too_and_its_words_stay_the_authors() -> None:
    text = f"Letters\n\n{FIRST}\n\nWe do not.\n\n@harbour_watch"
    assert owners(text, ("I", "author"), ("We", "author"), signers=NAMES[:1]) == {
        "I": ("Ottoline Brask", "named_person"),
        "We": ("", "author"),
    }


def test_others_whom_a_letter_quotes_keep_their_words() -> None:
    text = f"Letters\n\n{FIRST}\n\n{SECOND}"
    said = (("I", "author"), ("We", "unnamed_group"))
    assert owners(text, *said, signers=NAMES)["We"] == ("", "unnamed_group")


@pytest.mark.parametrize(
    "text",
    [
        f"Letters\n\n{FIRST}\n\nWe do not say so about Tilly Ware.",
        f"Letters\n\n{FIRST}\n\n{SECOND}\n\nThe board meets again in the autumn of next year.",
    ],
    ids=["one signature", "the text goes on"],
)
def test_a_name_on_a_line_of_its_own_signs_no_letter_elsewhere(text: str) -> None:
    found = owners(text, ("I", "author"), ("We", "author"), signers=NAMES)
    assert set(found.values()) == {("", "author")}
