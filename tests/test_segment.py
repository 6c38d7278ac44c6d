"""Paragraphs, sentences, words and quotations, by offsets."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from attribution.segment import Document, segment, speech_of
from attribution.types import Span
from strategies import any_text

# Dense in what the rules look at, so that random texts reach their corners.
PARTS = (
    *"aB7 .,!?'\"’‘“”„«»()-—:;_&\t\n\r\x00\u2028\u00a0",
    "\r\n", "\n\n", "\r\n\r\n", "``", "''", "...", "it's ", "U.S. ", "Mr. ", "said, ", "\ud83d",
    "\U0001f600", "שלום ", "مرحبا. ", "中文。", "e\u0301", "\u202e", "\u200b",
)  # fmt: skip
news_like = st.lists(st.sampled_from(PARTS), max_size=40).map("".join)
texts = any_text | news_like


def sentences(text: str) -> list[str]:
    return [span.of(text) for span in segment(text).sentences]


def words(text: str) -> list[str]:
    return [span.of(text) for span in segment(text).words]


def paragraphs(text: str) -> list[str]:
    return [span.of(text) for span in segment(text).paragraphs]


def quotes(text: str) -> list[str]:
    return [quote.span.of(text) for quote in segment(text).quotes]


def spans_of(text: str, *pieces: str) -> list[Span]:
    return [Span(text.index(piece), text.index(piece) + len(piece)) for piece in pieces]


class TestSentences:
    def test_a_stop_before_a_capital_ends_one(self) -> None:
        assert sentences("The pier closed. Nobody came!") == ["The pier closed.", "Nobody came!"]

    @pytest.mark.parametrize(
        "text",
        [
            "Dr. Osei met Mrs. Pell at noon.",
            "Talks in the U.S. went on.",
            "It cost 3.5 million at No. 7 Quay Street.",
        ],
    )
    def test_an_abbreviation_or_decimal_ends_none(self, text: str) -> None:
        assert sentences(text) == [text]

    @pytest.mark.parametrize("blank", ["\u00a0", "\u2009", "\u202f", "\u3000"])
    def test_a_wide_blank_behind_an_initial_is_a_blank(self, blank: str) -> None:
        plain = sentences("Plan B . Lind said so.")
        assert sentences(f"Plan B{blank}. Lind said so.") == [
            sentence.replace("B ", f"B{blank}") for sentence in plain
        ]

    def test_a_small_letter_begins_none(self) -> None:
        text = "“Is it safe?” asked the pilot. Nobody spoke."
        assert sentences(text) == ["“Is it safe?” asked the pilot.", "Nobody spoke."]

    @pytest.mark.parametrize(("opening", "closing"), ["“”", '""', "‘’"])
    def test_a_closing_mark_belongs_to_the_sentence_it_closes(
        self, opening: str, closing: str
    ) -> None:
        first, second = f"{opening}We left.{closing}", f"{opening}We came back.{closing}"
        assert sentences(f"{first} {second}") == [first, second]

    def test_two_opening_marks_belong_to_the_sentence_they_open(self) -> None:
        text = "It went on. \"'Pause' is a dear word,\" she said."
        assert sentences(text) == ["It went on.", "\"'Pause' is a dear word,\" she said."]

    def test_several_sentences_inside_one_quotation_are_kept_apart(self) -> None:
        text = "“We left. We came back,” she said."
        assert sentences(text) == ["“We left.", "We came back,” she said."]

    def test_a_paragraph_without_a_stop_is_one(self) -> None:
        assert sentences("Quay closes\n\nThe pier shut.") == ["Quay closes", "The pier shut."]


class TestParagraphs:
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_a_blank_line_parts_two(self, end: str) -> None:
        assert paragraphs(f"One here.{end}{end}Two here.") == ["One here.", "Two here."]

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_a_line_end_parts_two_where_lines_are_paragraphs(self, end: str) -> None:
        assert paragraphs(f"One here.{end}Two here.") == ["One here.", "Two here."]

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_hard_wrapped_lines_stay_together(self, end: str) -> None:
        lines = (
            "The harbour board met on Tuesday to talk about the pier, and",
            "after four hours it had agreed on nothing but the date of its",
            "next meeting.",
        )
        text = end.join(lines)
        assert paragraphs(text) == [text]
        assert sentences(text) == [text]

    def test_blanks_around_a_paragraph_lie_outside(self) -> None:
        assert paragraphs("  \t One here. \n\n   Two here.  ") == ["One here.", "Two here."]

    @pytest.mark.parametrize("text", ["", " ", "\n\r\n\t", "\u2028"])
    def test_blank_text_has_none(self, text: str) -> None:
        assert segment(text) == Document(text, (), (), (), ())


class TestWords:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("She's sure they'll go", ["She", "'s", "sure", "they", "'ll", "go"]),
            ("the boats’ owners don’t", ["the", "boats", "’", "owners", "don’t"]),
            ("the U.S. and AT&T", ["the", "U.S", ".", "and", "AT&T"]),
            ("5,000 at 10:30", ["5,000", "at", "10:30"]),
            ("vice-chair--acting", ["vice-chair", "--", "acting"]),
            ("wait... ``so''", ["wait", "...", "``", "so", "''"]),
            ("naïve Ærø 中文", ["naïve", "Ærø", "中文"]),
        ],
    )
    def test_words_by_hand(self, text: str, expected: list[str]) -> None:
        assert words(text) == expected

    def test_a_soft_hyphen_parts_no_word(self) -> None:
        assert words("Offi\u00adcials said\u00ad so") == ["Offi\u00adcials", "said", "\u00ad", "so"]

    def test_words_in_a_span_are_those_that_begin_there(self) -> None:
        document = segment("one two three")
        assert document.words_in(Span(1, 8)) == range(1, 2)
        assert document.words_in(Span(4, 9)) == range(1, 3)

    def test_cover_runs_from_the_first_word_to_the_end_of_the_last(self) -> None:
        text = "one two, three"
        assert segment(text).cover(1, 3).of(text) == "two, three"


class TestQuotations:
    @pytest.mark.parametrize(
        "text", ["“Go now,”", '"Go now,"', "‘Go now,’", "'Go now,'", "«Go now»"]
    )
    def test_marks_belong_to_the_quotation(self, text: str) -> None:
        assert quotes(f"{text} she said.") == [text]

    def test_british_single_marks_hold_double_ones(self) -> None:
        text = "‘He told me “never”, and left,’ she said."
        found = segment(text).quotes
        assert [(quote.span.of(text), quote.depth) for quote in found] == [
            ("‘He told me “never”, and left,’", 0),
            ("“never”", 1),
        ]

    def test_double_marks_hold_single_ones(self) -> None:
        text = "\"He told me 'never' twice,\" she said."
        assert quotes(text) == ["\"He told me 'never' twice,\"", "'never'"]

    @pytest.mark.parametrize(
        "text",
        [
            "The boats’ owners and the crews’ wives met.",
            "The boats' owners weren't there, and Dunn's men left.",
            "In the ’90s rock ’n’ roll was king.",
            "It was the summer of '69 and nobody's fault.",
        ],
    )
    def test_an_apostrophe_opens_none(self, text: str) -> None:
        assert quotes(text) == []

    @pytest.mark.parametrize("mark", ["‘", "'"])
    def test_single_marks_open_one_that_goes_on_in_the_next_paragraph(self, mark: str) -> None:
        text = f"Quist said: {mark}The well is dry.\n\n{mark}Nobody came."
        assert quotes(text)[0] == f"{mark}The well is dry."

    @pytest.mark.parametrize("second", ["The reeds", "‘The reeds", "'the reeds"])
    def test_an_apostrophe_before_another_paragraph_opens_none(self, second: str) -> None:
        text = f"It was the summer of '69 and rock 'n roll.\n\n{second} were high."
        assert not any(quote.startswith("'69") or "roll" in quote for quote in quotes(text))

    def test_an_apostrophe_inside_single_marks_closes_none(self) -> None:
        text = "‘It isn’t the boat’s fault,’ he said."
        assert quotes(text) == ["‘It isn’t the boat’s fault,’"]

    def test_two_in_one_sentence_are_two(self) -> None:
        assert quotes('"We go," he said, "or stay."') == ['"We go,"', '"or stay."']

    def test_over_paragraphs_each_opened_gives_one_a_paragraph_and_closes_the_last(self) -> None:
        text = "“We sailed at dawn.\n\n“By noon we were lost.\n\n“By night we were home,” he said."
        assert [(quote.span.of(text), quote.closed) for quote in segment(text).quotes] == [
            ("“We sailed at dawn.", False),
            ("“By noon we were lost.", False),
            ("“By night we were home,”", True),
        ]

    def test_over_paragraphs_in_single_marks_too(self) -> None:
        text = "‘We sailed at dawn.\n\n‘By night we were home,’ he said."
        assert [(quote.span.of(text), quote.closed) for quote in segment(text).quotes] == [
            ("‘We sailed at dawn.", False),
            ("‘By night we were home,’", True),
        ]

    def test_a_mark_never_closed_runs_to_the_end_of_its_paragraph(self) -> None:
        text = "He said “we are lost.\n\nNobody answered."
        assert quotes(text) == ["“we are lost."]

    def test_a_mark_never_opened_is_none(self) -> None:
        assert quotes("We are lost,” he said.") == []

    def test_a_second_opening_mark_replaces_one_that_was_never_closed(self) -> None:
        assert quotes("He said “we go. “We stay,” she said.") == ["“We stay,”"]

    def test_a_paragraph_of_apostrophes_is_read_in_linear_time(self) -> None:
        started = time.perf_counter()
        segment("‘a " * 10_000)
        assert time.perf_counter() - started < 10


class TestSpeech:
    def test_words_in_marks_are_direct(self) -> None:
        text = "“Go now,” she said."
        assert speech_of(segment(text), spans_of(text, "“Go now,”")) == "direct"

    def test_words_without_marks_are_indirect(self) -> None:
        text = "She said it was late."
        assert speech_of(segment(text), spans_of(text, "it was late")) == "indirect"

    def test_some_of_each_is_mixed(self) -> None:
        text = "She said it was “very late” for them."
        assert speech_of(segment(text), spans_of(text, "it was “very late” for them")) == "mixed"

    def test_all_pieces_count(self) -> None:
        text = "“Go now,” she said, and that it was late."
        found = spans_of(text, "“Go now,”", "that it was late")
        assert speech_of(segment(text), found) == "mixed"

    def test_punctuation_outside_the_marks_does_not_count(self) -> None:
        text = "She called it “absurd”."
        assert speech_of(segment(text), spans_of(text, "“absurd”.")) == "direct"

    def test_no_words_at_all_are_indirect(self) -> None:
        assert speech_of(segment("..."), []) == "indirect"


@given(texts)
def test_parts_are_in_order_and_do_not_overlap(text: str) -> None:
    document = segment(text)
    for parts in (document.paragraphs, document.sentences, document.words):
        ends = [0, *(part.end for part in parts)]
        assert all(before <= part.start for before, part in zip(ends, parts, strict=False))
        assert all(part.start < part.end <= len(text) for part in parts)


@given(texts)
def test_every_letter_and_digit_is_in_one_word_one_sentence_one_paragraph(text: str) -> None:
    document = segment(text)
    for at, char in enumerate(text):
        if char.isalnum():
            for parts in (document.words, document.sentences, document.paragraphs):
                assert sum(part.start <= at < part.end for part in parts) == 1


@given(texts)
def test_parts_have_no_blanks_at_their_ends(text: str) -> None:
    document = segment(text)
    for part in (*document.paragraphs, *document.sentences, *document.words):
        assert part.of(text) == part.of(text).strip()


@given(texts)
@example("0.A")
def test_no_word_and_no_sentence_crosses_a_border(text: str) -> None:
    document = segment(text)
    for word in document.words:
        assert sum(sentence.contains(word) for sentence in document.sentences) == 1
    for sentence in document.sentences:
        assert sum(paragraph.contains(sentence) for paragraph in document.paragraphs) == 1


@given(texts)
def test_quotations_lie_in_one_paragraph_and_nest_or_stand_apart(text: str) -> None:
    document = segment(text)
    found = [quote.span for quote in document.quotes]
    for span in found:
        assert sum(paragraph.contains(span) for paragraph in document.paragraphs) == 1
        for other in found:
            assert not span.overlaps(other) or span.contains(other) or other.contains(span)


@given(texts)
def test_depth_is_the_number_of_quotations_around(text: str) -> None:
    found = segment(text).quotes
    for quote in found:
        around = [
            other for other in found if other is not quote and other.span.contains(quote.span)
        ]
        assert quote.depth == len(around)
