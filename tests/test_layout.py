"""Headline, byline, dateline, date and captions: recognised by form, and nothing else taken."""

from __future__ import annotations

from itertools import pairwise
from textwrap import fill

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.inputs.article import ArticleText, Facts, as_written, set_apart
from attribution.layout import Layout, byline_names, read_layout

BODY = "The east pier was shut on Monday, the harbour board said."
WIRE = f"""Pier shut after crack found
By Ada Roe, The Quay Post
3 November 2026

HALVARD, Nov. 3 (Quay Press) - {BODY}

The crack in the pier, seen from a boat. (Photo: Ben Oduya/Quay Pictures)

“It is long,” said Mara Lind, the chief diver."""


class TestPlainText:
    def test_all_parts_of_an_article(self) -> None:
        article = as_written(WIRE)
        assert article == ArticleText(
            text=WIRE,
            title="Pier shut after crack found",
            byline="Ada Roe",
            dateline="HALVARD, Nov. 3 (Quay Press)",
            publisher="The Quay Post",
            date="3 November 2026",
            captions=("The crack in the pier, seen from a boat. (Photo: Ben Oduya/Quay Pictures)",),
            layout=read_layout(WIRE),
        )

    def test_layout_says_where_they_stand(self) -> None:
        assert [span.of(WIRE) for span in read_layout(WIRE).spans] == [
            "Pier shut after crack found",
            "By Ada Roe, The Quay Post",
            "3 November 2026",
            "HALVARD, Nov. 3 (Quay Press) -",
            "The crack in the pier, seen from a boat. (Photo: Ben Oduya/Quay Pictures)",
        ]

    def test_markdown_title_is_without_its_marks(self) -> None:
        text = f"# Pier shut\n\n## What divers saw\n\n{BODY}"
        assert (as_written(text).title, as_written(text).text) == ("Pier shut", text)

    @given(st.text(max_size=200))
    def test_text_stays_what_it_is(self, text: str) -> None:
        assert as_written(text).text == text

    @given(st.lists(st.sampled_from([*WIRE.splitlines(), BODY, ""]), max_size=12))
    def test_spans_lie_in_the_text_and_apart(self, lines: list[str]) -> None:
        text = "\n".join(lines)
        spans = read_layout(text).spans
        assert all(span.of(text).strip() for span in spans)
        assert all(a.end <= b.start for a, b in pairwise(spans))


class TestTitle:
    @pytest.mark.parametrize(
        "line",
        [
            "Pier shut after crack found",
            "“No money” for pier, says board",
            "Who will pay for the pier?",
            "Pier shut in the U.S.",
        ],
    )
    def test_first_line_that_is_no_sentence(self, line: str) -> None:
        text = f"{line}\n\n{BODY}"
        layout = read_layout(text)
        assert layout.title is not None
        assert layout.title.of(text) == line

    @pytest.mark.parametrize(
        "text",
        [
            BODY,
            f"{BODY}\n\n{BODY}",
            f"“It is long.”\n\n{BODY}",
            f"OPINION\n\n{BODY}",
            f"By our own staff\n\n{BODY}",
            f"HALVARD — {BODY}",
            "Pier shut after crack found",
            "",
        ],
    )
    def test_articles_without_a_headline(self, text: str) -> None:
        assert read_layout(text).title is None


class TestByline:
    @pytest.mark.parametrize(
        ("line", "names"),
        [
            ("By Ada Roe", "Ada Roe"),
            ("BY ADA ROE", "ADA ROE"),
            ("By Ada Roe, The Quay Post", "Ada Roe"),
            ("By Ada Roe for Quay Radio", "Ada Roe"),
            ("By Ada Roe | Quay Radio", "Ada Roe"),
            ("By Ada Roe, political editor", "Ada Roe"),
            ("By Ada Roe in Halvard", "Ada Roe"),
            ("By Ada Roe and Ben Oduya", "Ada Roe and Ben Oduya"),
            ("By Ada Roe, Ben Oduya and Cy van Moss", "Ada Roe, Ben Oduya and Cy van Moss"),
            ("Words by Ada Roe", "Ada Roe"),
            ("From Ada Roe in Halvard", "Ada Roe"),
        ],
    )
    def test_who_signs(self, line: str, names: str) -> None:
        assert byline_names(line) == names

    @pytest.mark.parametrize(
        "line",
        [
            "By noon the pier was shut",
            "By Monday the pier was shut.",
            "By Ada Roe, who was there when it broke. She saw it.",
            "From Halvard to the pier",
            "Ada Roe",
            "By " + "A" * 200,
        ],
    )
    def test_lines_that_sign_nothing(self, line: str) -> None:
        assert byline_names(line) is None


class TestDateline:
    @pytest.mark.parametrize(
        "dateline",
        [
            "HALVARD, Nov. 3 (Quay Press) -",
            "HALVARD (QP) —",
            "Halvard, Norland, 3 Nov. 2026 (Quay Press) --",
            "HALVARD, Norland —",
            "HALVARD, Nov. 3 –",
            "PORT HALVARD --",
        ],
    )
    def test_place_date_and_agency_before_the_first_sentence(self, dateline: str) -> None:
        article = as_written(f"{dateline} {BODY}")
        assert article.dateline == dateline.rstrip(" -–—")

    @pytest.mark.parametrize(
        "text",
        [
            f"EXCLUSIVE – {BODY}",
            "The board — It met on Monday — was told.",
            "The board (QHB) - it met on Monday - was told.",
            "NATO-led divers found a crack.",
        ],
    )
    def test_dashes_that_end_none(self, text: str) -> None:
        assert read_layout(text).dateline is None


class TestCaptions:
    @pytest.mark.parametrize(
        "caption",
        [
            "FILE - Mara Lind at the pier in May. (QP Photo/Ben Oduya)",
            "The pier on Monday. Photograph: Ben Oduya/Quay Pictures",
            "The pier on Monday. REUTERS/Ben Oduya",
            "The pier on Monday [Ben Oduya/Quay Pictures]",
            "Ben Oduya/Getty Images.",
            "Photo by Ben Oduya",
            "Image credit: Ben Oduya",
            "Pictured: the pier on Monday",
        ],
    )
    def test_pictures_are_captioned_in_these_ways(self, caption: str) -> None:
        assert as_written(f"{BODY}\n\n{caption}\n\n{BODY}").captions == (caption,)

    def test_a_caption_may_be_wrapped(self) -> None:
        caption = "The pier on Monday, seen from a boat. Photograph: Ben Oduya/Quay Pictures"
        text = "\n\n".join(
            fill(part, 60) for part in ("The board said so, and so did others, " * 9, caption, BODY)
        )
        assert caption not in text
        assert as_written(text).captions == (caption,)

    @pytest.mark.parametrize(
        "text",
        [
            "Pictured by the harbour, the board looked glad.",
            "The debt is held by a bank (Credit Suisse).",
            "She sent a photo by mail.",
            "They met at the Quay/Harbour corner.",
            "The pier on Monday. Photograph: Ben Oduya/Quay Pictures " + "It was long. " * 60,
        ],
    )
    def test_text_is_no_caption(self, text: str) -> None:
        assert read_layout(text).captions == ()


class TestCredits:
    @pytest.mark.parametrize(
        "credit",
        [
            "(Reporting by Ada Roe in Halvard; Editing by Ben Oduya)",
            "(Reporting by Quay Press's Halvard and Norland bureaus)",
            "[Writing by Ada Roe; editing by Ben Oduya]",
            "Additional reporting by Ada Roe in Halvard",
            "Translated by Ada Roe.",
            "Reporting by Ada Roe and Ben Oduya. Editing by Cy van Moss.",
        ],
    )
    def test_who_reported_and_edited(self, credit: str) -> None:
        article = as_written(f"{BODY}\n\n{credit}")
        assert article.credits == (credit,)
        assert set_apart(f"{BODY}\n\n{credit}", Facts()).text == BODY

    @pytest.mark.parametrize(
        "text",
        [
            "Reported by police on Monday, the crack was long.",
            "Written by hand, the note said so.",
            "Reporting by the board is due on Monday.",
            "Edited by Ada Roe, the note was read out on Monday.",
        ],
    )
    def test_sentences_are_no_credit(self, text: str) -> None:
        assert as_written(f"{BODY}\n\n{text}").credits == ()


class TestHeadings:
    @pytest.mark.parametrize("heading", ["What divers saw", "HALVARD", "12.4%", "Who pays"])
    def test_short_paragraphs_without_an_end_are_no_sentences(self, heading: str) -> None:
        text = f"{BODY}\n\n{heading}\n\nDivers had looked at it."
        layout = read_layout(text)
        assert [span.of(text) for span in layout.headings] == [heading]
        assert layout.uncounted == layout.headings
        assert layout.spans == ()

    @pytest.mark.parametrize(
        "paragraph",
        ["It broke.", "Did it break?", "The board said:", "“It broke”", "It " + "broke " * 12],
        ids=["stop", "question", "colon", "quotation", "long"],
    )
    def test_what_may_be_a_sentence_counts(self, paragraph: str) -> None:
        assert read_layout(f"{BODY}\n\n{paragraph}\n\n{BODY[:-1]}!").headings == ()

    def test_a_text_without_stops_has_none(self) -> None:
        assert read_layout("it broke\n\nwe saw it\n\nnobody came").headings == ()


class TestSettingApart:
    def test_body_is_left(self) -> None:
        article = set_apart(WIRE, Facts())
        assert article.text == f"{BODY}\n\n“It is long,” said Mara Lind, the chief diver."
        assert article.layout == Layout()
        assert article.byline == "Ada Roe"

    def test_headline_that_the_markup_names_is_taken_out_of_the_text(self) -> None:
        article = set_apart(f"PIER SHUT.\n\n{BODY}", Facts(title="Pier shut"))
        assert (article.title, article.text) == ("Pier shut", BODY)

    def test_other_headlines_stay_when_the_markup_names_one(self) -> None:
        text = f"What divers saw at the pier\n\n{BODY}"
        assert set_apart(text, Facts(title="Pier shut")).text == text

    def test_what_the_markup_says_goes_first(self) -> None:
        facts = Facts("A", "B", "C", "2026-11-03", ("D",))
        article = set_apart(WIRE, facts)
        assert (article.title, article.byline, article.publisher) == ("A", "B", "C")
        assert article.date == "2026-11-03"
        assert article.captions[0] == "D"

    def test_text_of_captions_alone_is_kept(self) -> None:
        assert set_apart("Photo by Ben Oduya", Facts()).text == "Photo by Ben Oduya"
