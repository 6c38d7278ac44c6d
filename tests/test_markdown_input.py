"""Markdown: the article's words without its marks."""

from __future__ import annotations

import time

import pytest

from attribution.errors import InputError
from attribution.inputs.markdown import LONGEST, MAX_CHARACTERS, is_markdown, read_markdown

LEDE = "The east pier was shut on Monday after divers found a crack, the harbour board said."


def text_of(markdown: str) -> str:
    return read_markdown(markdown, "a.md").text


class TestText:
    @pytest.mark.parametrize(
        ("markdown", "text"),
        [
            ("The [Quay Press](https://example.org/a) said so.", "The Quay Press said so."),
            ("The [Quay Press][1] said so.\n\n[1]: https://x.org", "The Quay Press said so."),
            ("**Mara Lind**, *a diver*, said so.", "Mara Lind, a diver, said so."),
            ("Lind ~~denied~~ said so.", "Lind denied said so."),
            ("Lind said &mdash; twice &amp; loudly.", "Lind said — twice & loudly."),
            (r"Lind gave 3 \* 4 reasons.", "Lind gave 3 * 4 reasons."),
            ("Lind <b>said</b> so.<!-- cut -->", "Lind said so."),
            ("Read `the note` first.", "Read the note first."),
            ("Lind said\nso on Monday.", "Lind said so on Monday."),
            ("Lind said so[^1].\n\n[^1]: In a letter.", "Lind said so.\n\nIn a letter."),
            ("“One,” said Lind.\\\n“Two.”", "“One,” said Lind.\n“Two.”"),
        ],
        ids=["link", "reference", "emphasis", "struck", "entity", "escape", "html", "code", "line",
             "footnote", "break"],
    )  # fmt: skip
    def test_marks_leave_their_words(self, markdown: str, text: str) -> None:
        assert text_of(markdown) == text

    @pytest.mark.parametrize(
        "second",
        ["> Lind agreed.", "* Lind agreed.", "2. Lind agreed.", "## Lind agreed.",
         "```\nLind agreed.\n```", "    Lind agreed.", "<div>\nLind <i>agreed</i>.\n</div>"],
        ids=["quotation", "item", "number", "heading", "fence", "indented", "html"],
    )  # fmt: skip
    def test_every_block_is_a_paragraph(self, second: str) -> None:
        assert text_of(f"{LEDE}\n\n{second}") == f"{LEDE}\n\nLind agreed."

    def test_cells_of_a_table_are_paragraphs(self) -> None:
        assert text_of(f"{LEDE}\n\n| who | says |\n|--|--|\n| Lind | yes |").endswith(
            "who\n\nsays\n\nLind\n\nyes"
        )

    def test_scripts_and_comments_are_no_text(self) -> None:
        assert text_of(f"<script>\nlet a = 1\n</script>\n\n{LEDE}\n\n<!-- not this -->") == LEDE


class TestKnowing:
    @pytest.mark.parametrize(
        "text",
        [
            f"# Pier shut\n\n{LEDE}",
            f"{LEDE}\n\n## What divers saw\n\n{LEDE}",
            "The [board](https://example.org/a) said so.",
            "The **board** said so.",
            f"---\ntitle: Pier shut\n---\n{LEDE}",
        ],
        ids=["title", "heading", "link", "bold", "front matter"],
    )
    def test_its_marks_tell_markdown(self, text: str) -> None:
        assert is_markdown(text)

    @pytest.mark.parametrize(
        "text",
        [
            LEDE,
            f"---\n{LEDE}\n---\n{LEDE}",
            "We are #1, the board said. #pier",
            "It costs 3 ** 4, or 5 ** 2.",
            "“[The board] (of directors) said so.”",
            "* One.\n* Two.",
        ],
        ids=["plain", "rules", "number sign", "stars", "brackets", "list"],
    )
    def test_plain_text_has_none(self, text: str) -> None:
        assert not is_markdown(text)


class TestFacts:
    def test_front_matter_tells_title_author_publisher_and_date(self) -> None:
        article = read_markdown(
            "---\ntitle: 'Pier shut'\nauthor: Ada Roe\npublisher: The Quay Post\n"
            f"date: 2026-11-03\ntags:\n  - pier\n---\n\n{LEDE}",
            "a.md",
        )
        assert article.text == LEDE
        assert (article.title, article.byline) == ("Pier shut", "Ada Roe")
        assert (article.publisher, article.date) == ("The Quay Post", "2026-11-03")

    def test_the_first_heading_is_the_title_and_no_part_of_the_body(self) -> None:
        article = read_markdown(f"# Pier *shut*\n\nBy **Ada Roe**\n\n{LEDE}", "a.md")
        assert (article.title, article.byline, article.text) == ("Pier shut", "Ada Roe", LEDE)

    def test_a_rule_at_the_start_is_no_front_matter(self) -> None:
        assert text_of(f"---\n\n{LEDE}") == LEDE

    def test_a_picture_gives_a_caption(self) -> None:
        article = read_markdown(f"![The east pier on Monday](pier.jpg)\n\n{LEDE}", "a.md")
        assert (article.captions, article.text) == (("The east pier on Monday",), LEDE)


class TestRefusals:
    @pytest.mark.parametrize("markdown", ["---\n***\n", "![](a.jpg)", "<!-- nothing -->"])
    def test_marks_alone_are_no_article(self, markdown: str) -> None:
        with pytest.raises(InputError, match=r"a\.md: empty"):
            text_of(markdown)

    def test_too_much_is_refused_with_advice(self) -> None:
        with pytest.raises(InputError, match=r"save its text as \.txt"):
            text_of("a" * (MAX_CHARACTERS + 1))

    @pytest.mark.parametrize("mark", ["[", "*a ", "<!-- ", "a <![CDATA[", "![", "[a](", "`" * 7])
    def test_marks_without_end_take_a_bounded_time(self, mark: str) -> None:
        start = time.process_time()
        text_of("Lind said. " + mark * (4 * LONGEST // len(mark)))
        assert time.process_time() - start < 5
