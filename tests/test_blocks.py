"""Paragraphs that a colon announces, quoted without marks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.blocks import announced
from attribution.features import EncodedArticle
from scenes import Script, decoded, draft, words_of
from tiny_model import encode

FIRST, SECOND = "The well is dry. We dug in May.", "Nobody came to help."
WROTE = Script((), "wrote", "Mara Quist")


def contents(article: EncodedArticle, claims: list) -> list[list[str | None]]:
    return [[words_of(article, piece) for piece in claim.content] for claim in claims]


def written(*later: str, heard: tuple[str, ...], start: str = "Mara Quist wrote:") -> list:
    """The contents of the claims in paragraphs behind an announcement."""
    return contents(*decoded("\n\n".join((start, *later)), WROTE, heard=heard))


class TestTheFirstParagraph:
    def test_is_content_of_a_claim_that_has_none(self) -> None:
        article, claims = decoded(f"Mara Quist wrote:\n\n{FIRST}", WROTE, heard=(FIRST,))
        assert contents(article, claims) == [[FIRST]]
        assert words_of(article, claims[0].source) == "Mara Quist"

    def test_is_taken_in_whole_where_the_content_enters_it(self) -> None:
        script = Script(("We dug in May",), "wrote", "Mara Quist")
        text = f"Mara Quist wrote:\n\n{FIRST}"
        assert contents(*decoded(text, script, heard=("We dug in May",))) == [[FIRST]]

    @pytest.mark.parametrize("start", ["Mara Quist wrote to her staff in May:", "Quist wrote on:"])
    def test_may_be_announced_with_words_behind_the_cue(self, start: str) -> None:
        script = Script((), "wrote", "Quist")
        text = f"{start}\n\n{FIRST}"
        assert contents(*decoded(text, script, heard=(FIRST,))) == [[FIRST]]

    def test_is_not_announced_by_a_claim_with_content_in_its_sentence(self) -> None:
        script = Script(("that nobody came",), "wrote", "Quist")
        text = f"Quist wrote that nobody came:\n\n{SECOND}"
        assert contents(*decoded(text, script)) == [["that nobody came"]]

    def test_is_not_announced_by_a_cue_behind_what_is_heard(self) -> None:
        script = Script(("The well is dry",), "wrote", "Quist")
        text = f"The well is dry, Quist wrote:\n\n{SECOND}"
        assert contents(*decoded(text, script, heard=("The well is dry",))) == [["The well is dry"]]

    def test_is_announced_by_a_cue_behind_content_that_nobody_is_heard_to_say(self) -> None:
        script = Script(("One of them",), "wrote", "Quist")
        text = f"One of them, Quist, wrote:\n\n{FIRST}"
        assert contents(*decoded(text, script, heard=(FIRST,))) == [[FIRST]]

    def test_is_not_announced_by_an_earlier_sentence(self) -> None:
        assert written(SECOND, start="Mara Quist wrote. Her list:", heard=()) == []

    def test_is_not_announced_without_a_colon(self) -> None:
        assert written(SECOND, start="Mara Quist wrote.", heard=()) == []

    def test_that_nobody_is_heard_to_say_is_left_alone(self) -> None:
        assert written("Follow us for more.", heard=()) == []

    def test_with_a_report_of_its_own_is_left_alone(self) -> None:
        text = "Mara Quist wrote:\n\nNobody came, Ian Sorley warned."
        other = Script(("Nobody came",), "warned", "Ian Sorley")
        claims = contents(*decoded(text, WROTE, other, heard=("Nobody came",)))
        assert claims == [["Nobody came"]]

    def test_may_hold_a_report_that_is_heard(self) -> None:
        line = "Sorley swore he would come."
        article, claims = decoded(
            f"Mara Quist wrote:\n\n{line}",
            WROTE,
            Script(("he would come",), "swore", "Sorley"),
            heard=(line,),
        )
        assert contents(article, claims) == [[line], ["he would come"]]

    @pytest.mark.parametrize("turn", ["QUIST: The well is dry.", "Q. Is the well dry?"])
    def test_is_no_turn_of_a_transcript(self, turn: str) -> None:
        _, claims = decoded(f"Mara Quist wrote:\n\n{turn}", WROTE, heard=(turn,))
        assert not [claim for claim in claims if claim.cue]

    def test_is_no_announcement_itself(self) -> None:
        assert written("The list:", "Two wells.", heard=("The list",)) == []

    def test_that_opens_with_a_quotation_is_announced_as_far_as_that_goes(self) -> None:
        quoted = "“The well is dry.”"
        found = written(f"{quoted} She left for the coast.", heard=("The well is dry",))
        assert found == [[quoted]]


class TestLaterParagraphs:
    def test_go_on_while_they_are_heard(self) -> None:
        found = written(FIRST, SECOND, "The road is shut.", heard=(FIRST, SECOND))
        assert found == [[FIRST, SECOND]]

    def test_end_with_a_report_of_its_own(self) -> None:
        third = "Ian Sorley denied all of it."
        article, claims = decoded(
            f"Mara Quist wrote:\n\n{FIRST}\n\n{third}",
            WROTE,
            Script(("all of it",), "denied", "Ian Sorley"),
            heard=(FIRST, "all of it"),
        )
        assert contents(article, claims) == [[FIRST], ["all of it"]]

    def test_end_with_a_heading(self) -> None:
        assert written(FIRST, "What comes next", heard=(FIRST, "What comes next")) == [[FIRST]]

    def test_end_where_the_bullets_do(self) -> None:
        found = written(f"> {FIRST}", ">", f"> {SECOND}", "They left.", heard=(FIRST, SECOND))
        assert found == [[FIRST, SECOND]]

    def test_do_not_begin_behind_a_quotation(self) -> None:
        found = written("“The well is dry.”", "They left.", heard=("The well is dry",))
        assert found == [["“The well is dry.”"]]


class TestWithoutACue:
    def test_a_paragraph_behind_a_colon_is_a_claim_however_short_its_sentences(self) -> None:
        article, claims = decoded(f"From the notice:\n\n{FIRST}", heard=(FIRST,))
        assert contents(article, claims) == [[FIRST]]
        assert claims[0].cue is claims[0].source is None

    def test_it_is_none_where_nobody_is_heard(self) -> None:
        assert decoded(f"What to know:\n\n{FIRST}")[1] == []


PARTS = ["“No.”", "He left.", "Quist wrote:", "> We dug.", ">", ":", "ROE: We dug in May.", "¶"]


@given(st.lists(st.sampled_from(PARTS), max_size=14), st.sampled_from([0.0, 0.4, 1.0]))
def test_every_claim_has_content_behind_and_apart_from_its_cue(
    parts: list[str], loud: float
) -> None:
    article = encode("Mara wrote:\n\n" + " ".join(parts).replace(" ¶ ", "\n\n"))
    heard = np.full(len(article), loud, dtype=np.float32)
    before = draft(article, Script((), "wrote", "Mara"))
    for claim in announced(article, [before], heard):
        words = [word for first, last in claim.content for word in range(first, last + 1)]
        assert words == sorted(set(words))
        assert words[0] > claim.cue[1]
        assert words[-1] < len(article)
