"""Whether a person is "he" or "she" follows from all pronouns, not from the first alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from attribution.doubts import Reading
from attribution.linking import LINK_FEATURES, Pairing
from attribution.mentions import Mention
from attribution.resolve import resolve
from scenes import mention, rule, table, words_of
from tiny_model import encode

#: By the encoder's own scores of antecedents.
BY_SCORE = rule(LINK_FEATURES, -9.0, {"antecedent": 1.0})


def sources(
    text: str, words: list[str], links: dict[tuple[int, int], float]
) -> list[list[str | None]]:
    """The words of each source's mentions, capitalised ones being persons' names.

    Args:
        text: the article.
        words: its mentions in text order, a repeated one at its next place.
        links: the score of a mention (first number) with an earlier one (second).
    """
    article = encode(text)
    seen: dict[str, int] = {}
    made: list[Mention] = []
    for item in words:
        seen[item] = seen.get(item, 0) + 1
        names = {"person": item} if item.istitle() and len(item) > 3 else {}
        made.append(mention(article, item, occurrence=seen[item], **names))
    antecedent = np.zeros((len(made), len(made)), dtype=np.float32)
    for place, score in links.items():
        antecedent[place] = score
    found = table(made, antecedent)
    return [
        [words_of(article, made[member].words) for member in cluster.members]
        for cluster in resolve(article, found, BY_SCORE, 0.5)
    ]


TEXT = "Roe asked Poe why. Then he said no. But she knew, as she said."
WORDS = ["Roe", "Poe", "he", "she", "she"]


def test_the_first_pronoun_goes_to_the_other_when_all_later_ones_then_fit_better() -> None:
    links = {(2, 0): 12.0, (2, 1): 11.5, (3, 0): 12.0, (4, 0): 12.0, (4, 3): 12.0, (3, 1): 8.0}
    assert sources(TEXT, WORDS, links) == [["Roe", "she", "she"], ["Poe", "he"]]


def test_the_first_pronoun_stays_where_no_other_source_fits_it() -> None:
    links = {(2, 0): 12.0, (2, 1): 2.0, (3, 0): 12.0, (4, 0): 12.0, (3, 1): 10.0, (4, 1): 10.0}
    assert sources(TEXT, WORDS, links)[0] == ["Roe", "he"]


def test_the_first_pronoun_stays_where_the_later_ones_fit_the_other_as_well() -> None:
    links = {(2, 0): 12.0, (2, 1): 11.5, (3, 1): 12.0, (4, 1): 12.0, (3, 0): 8.0, (4, 0): 8.0}
    assert sources(TEXT, WORDS, links) == [["Roe", "he"], ["Poe", "she", "she"]]


def test_the_first_pronoun_goes_to_nobody_when_the_later_ones_have_no_other_owner() -> None:
    text = "Roe asked why. Then he said no. But she knew, as she said."
    links = {(1, 0): 11.0, (2, 0): 12.0, (3, 0): 12.0, (3, 2): 12.0}
    assert sources(text, ["Roe", "he", "she", "she"], links) == [["Roe", "she", "she"], ["he"]]


def test_nobody_changes_without_a_pronoun_that_the_change_gives_him() -> None:
    text = "Roe asked Poe why. Then he said no."
    links = {(2, 0): 10.0, (2, 1): 9.9}
    assert sources(text, ["Roe", "Poe", "he"], links) == [["Roe", "he"], ["Poe"]]


def test_a_form_of_address_is_not_doubted() -> None:
    text = "Mr Roe asked Poe why. Then he said no. But she knew, as she said."
    article = encode(text)
    words = ["Mr Roe", "Poe", "he", "she"]
    made = [mention(article, item, **({"person": item.split()[-1]} if item[0].isupper() else {}))
            for item in words]  # fmt: skip
    reading = Reading(Pairing(article, table(made)), BY_SCORE, np.array([0, 1, 0, 1]))
    doubted = {row for row, _ in reading.others()}
    assert 0 not in doubted


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.floats(0, 14)), max_size=12))
def test_no_person_is_he_and_she_whatever_the_scores(links: list[tuple[int, int, float]]) -> None:
    scores = {(max(a, b), min(a, b)): score for a, b, score in links if a != b}
    for source in sources(TEXT, WORDS, scores):
        assert not {"he", "she"} <= set(source)
