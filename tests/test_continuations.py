"""Quotations that go on without a cue."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.continuations import gone_on, left_over, parted
from attribution.features import EncodedArticle
from scenes import Script, decoded, draft, words_of
from tiny_model import encode


def contents(article: EncodedArticle, claims: list) -> list[list[str | None]]:
    return [[words_of(article, piece) for piece in claim.content] for claim in claims]


class TestLaterParagraphs:
    """A quotation whose closing mark comes paragraphs later."""

    @pytest.mark.parametrize(
        ("opening", "closing"), [('"', '"'), ("“", "”"), ("'", "'"), ("‘", "’")]
    )
    def test_are_content_of_the_claim_that_has_its_beginning(
        self, opening: str, closing: str
    ) -> None:
        first, second, third = "The well is dry.", "Nobody came.", "We dug in May."
        text = (
            f"Mara Quist said: {opening}{first}\n\n{opening}{second}\n\n{opening}{third}{closing}"
        )
        article, claims = decoded(
            text, Script((first,), "said", "Mara Quist"), heard=(first, second, third)
        )
        assert [words_of(article, claim.source) for claim in claims] == ["Mara Quist"]
        assert contents(article, claims) == [
            [f"{opening}{first}", f"{opening}{second}", f"{opening}{third}{closing}"]
        ]

    def test_take_in_a_claim_without_cue_that_begins_there(self) -> None:
        text = 'Mara Quist said: "The well is dry.\n\n"Nobody came."'
        article, claims = decoded(
            text,
            Script(("The well is dry",), "said", "Mara Quist"),
            Script(("Nobody came",)),
            heard=("The well is dry", "Nobody came"),
        )
        assert contents(article, claims) == [['"The well is dry.', '"Nobody came."']]

    def test_with_a_cue_of_their_own_are_a_claim_of_their_own(self) -> None:
        text = 'Mara Quist said: "The well is dry.\n\n"Nobody came," Ian Sorley warned.'
        _, claims = decoded(
            text,
            Script(("The well is dry",), "said", "Mara Quist"),
            Script(("Nobody came",), "warned", "Ian Sorley"),
            heard=("The well is dry", "Nobody came"),
        )
        assert len(claims) == 2

    def test_may_hold_a_claim_with_its_cue(self) -> None:
        text = 'Mara Quist said: "The well is dry.\n\n"Sorley swore he would come."'
        article, claims = decoded(
            text,
            Script(("The well is dry",), "said", "Mara Quist"),
            Script(("he would come",), "swore", "Sorley"),
            heard=("The well is dry", "Sorley swore he would come"),
        )
        assert contents(article, claims) == [
            ['"The well is dry.', '"Sorley swore he would come."'],
            ["he would come"],
        ]

    def test_that_nobody_is_heard_to_say_are_left_alone(self) -> None:
        text = 'Mara Quist said: "The well is dry.\n\n"Follow us for more."'
        article, claims = decoded(
            text, Script(("The well is dry",), "said", "Mara Quist"), heard=("The well is dry",)
        )
        assert contents(article, claims) == [['"The well is dry.']]

    def test_with_a_label_are_another_speakers(self) -> None:
        text = 'Mara Quist said: "The well is dry.\n\n"SORLEY: Nobody came."'
        article, claims = decoded(
            text,
            Script(("The well is dry",), "said", "Mara Quist"),
            heard=("The well is dry", "Nobody came"),
        )
        assert contents(article, claims)[0] == ['"The well is dry.']

    def test_do_not_follow_a_quotation_that_is_closed(self) -> None:
        text = 'Mara Quist said: "The well is dry."\n\n"Nobody came."'
        article, claims = decoded(
            text,
            Script(("The well is dry",), "said", "Mara Quist"),
            heard=("The well is dry", "Nobody came"),
        )
        assert contents(article, claims) == [['"The well is dry."'], ['"Nobody came."']]


class TestLeftOver:
    @pytest.mark.parametrize(
        "line", ["“No.”", "‘Nobody came.’", '"We dug in May, and then again."']
    )
    def test_a_line_that_is_heard_is_a_claim_however_short(self, line: str) -> None:
        article, claims = decoded(f"The tour was over.\n\n{line}", heard=(line[1:-1],))
        assert contents(article, claims) == [[line]]
        assert claims[0].cue is claims[0].source is None

    def test_so_is_a_quotation_behind_a_sentence(self) -> None:
        article, claims = decoded("Quist shook her head. “Never again.”", heard=("Never again",))
        assert contents(article, claims) == [["“Never again.”"]]

    def test_a_quotation_inside_a_sentence_is_none(self) -> None:
        assert decoded("The band played “Never again” twice.", heard=("Never again",))[1] == []

    def test_a_line_that_is_not_heard_is_none(self) -> None:
        assert decoded("The tour was over.\n\n“Never again.”")[1] == []

    @pytest.mark.parametrize("line", ["“The Long Way Home Again.”", "‘It rained on us’"])
    def test_a_heading_is_none(self, line: str) -> None:
        assert decoded(f"The tour was over.\n\n{line}", heard=(line[1:-1],))[1] == []

    def test_a_line_that_only_an_unlikely_claim_has_is_a_claim(self) -> None:
        article = encode("The tour was over.\n\n“Never again.”")
        heard = np.array([float(article.document.lettered[word]) for word in range(len(article))])
        nobody, touched = np.zeros((2, len(article)), dtype=bool)
        touched[-4:] = True
        assert len(left_over(article, heard.astype(np.float32), nobody, touched)) == 1

    @given(st.lists(st.sampled_from(["“No.”", "He left.", "“We dug in May.", "¶"]), max_size=12))
    def test_ranges_are_in_order_and_apart_and_touch_no_claim(self, parts: list[str]) -> None:
        article = encode(" ".join(parts).replace(" ¶ ", "\n\n"))
        rng = np.random.default_rng(len(article))
        covered = rng.random(len(article)) < 0.1
        found = list(left_over(article, np.ones(len(article), np.float32), covered, covered))
        assert found == sorted(found)
        for first, last in found:
            assert first <= last
            assert not covered[first : last + 1].any()
        assert all(one[1] < two[0] for one, two in pairwise(found))


class TestParted:
    TEXT = "“It rained,” said Mara Quist.\n\n“It did not,” replied Ian Sorley.\n\n“It poured.”"

    def claims(self, second: str, other: str = "Mara Quist") -> tuple[EncodedArticle, list]:
        text = self.TEXT.replace("Ian Sorley", second).replace("Mara Quist", other)
        article = encode(text)
        scripts = [
            Script(("“It rained,”",), "said", other),
            Script(("“It did not,”", "“It poured.”"), "replied", second),
        ]
        drafts = [draft(article, script) for script in scripts]
        heard = np.array([float(word) for word in article.document.lettered], dtype=np.float32)
        return article, parted(article, drafts, heard)

    def test_a_line_behind_two_speakers_is_no_more_of_the_second(self) -> None:
        article, found = self.claims("Ian Sorley")
        assert contents(article, found) == [["“It rained,”"], ["“It did not,”"]]

    def test_it_is_where_both_have_one_name(self) -> None:
        article, found = self.claims("Quist")
        assert contents(article, found)[1] == ["“It did not,”", "“It poured.”"]

    def test_it_is_where_the_second_is_a_pronoun(self) -> None:
        article, found = self.claims("she")
        assert contents(article, found)[1] == ["“It did not,”", "“It poured.”"]


@given(st.lists(st.sampled_from(["“No.”", "He left.", "“We dug in May.", "¶"]), max_size=12))
def test_going_on_loses_no_word_of_a_claim(parts: list[str]) -> None:
    article = encode("“Go,” said Mara.\n\n" + " ".join(parts).replace(" ¶ ", "\n\n"))
    heard = np.ones(len(article), dtype=np.float32)
    (before,) = [draft(article, Script(("“Go,”",), "said", "Mara"))]
    (after,) = gone_on(article, [before], heard)
    assert set(before.content) <= set(after.content)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('Quist: "Not in June?"\n\nSorley: "Never."', 2),
        ('Quist: "Not in June?" They laughed.', 1),
        ('They say: "Not in June?"', 0),
        ('Later Quist: "Not in June?"', 1),
        ('He met Quist: "Not in June?"', 0),
    ],
)
def test_a_quotation_behind_a_speakers_label_is_a_claim(text: str, found: int) -> None:
    article = encode(text)
    heard = np.zeros(len(article), np.float32)
    for quoted in article.quote_words:
        heard[quoted.start : quoted.stop] = 1
    nobody = np.zeros(len(article), dtype=bool)
    assert len(left_over(article, heard, nobody, nobody)) == found
