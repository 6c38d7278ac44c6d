"""What the terminal shows of a report, and that no text can corrupt it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from attribution.outputs.terminal import printable
from attribution.outputs.text import to_table
from attribution.outputs.tree import to_tree
from attribution.types import Claim, Report, Sentence, Source, Span
from strategies import any_text, reports

COLOR_CODE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def drawn(example_report: Report) -> str:
    return to_table(example_report, color=False, width=110)


def line_with(words: str, drawing: str) -> str:
    return next(line for line in drawing.splitlines() if words in line)


def squeezed(drawing: str) -> str:
    return " ".join(drawing.split())


class TestToTable:
    def test_begins_with_the_title(self, drawn: str) -> None:
        assert drawn.startswith("A crack at the weir\n")

    def test_signature_and_notices_follow_the_title(self, example_report: Report) -> None:
        report = replace(
            example_report,
            byline="Ada\x1b[2J Roe",
            date="3 May 2026",
            notices=("maybe_not_english",),
        )
        for drawing in (to_table(report, color=False), to_tree(report, color=False)):
            lines = drawing.splitlines()
            assert lines[1] == "By Ada Roe · 3 May 2026"
            assert lines[2].startswith("Notice: The text does not read as English")

    def test_sentence_shows_status_source_and_intermediary(self, drawn: str) -> None:
        line = line_with("We found a crack", drawn)
        assert line.split()[:2] == ["2", "direct"]
        assert "s1 Ines Faro via s2 Estuary Post" in line

    def test_sentence_in_the_articles_own_voice_has_a_dash(self, drawn: str) -> None:
        assert line_with("will stay shut", drawn).split()[:3] == ["1", "-", "The"]

    def test_kind_is_told_where_it_is_no_statement(self, drawn: str) -> None:
        assert "s4 Anglers (belief)" in line_with("fear the worst", drawn)

    def test_source_shows_type_role_anonymity_and_claims(self, drawn: str) -> None:
        table = drawn[drawn.index("Sources\n") : drawn.index("Provenance")]
        assert re.search(r"s1 Ines Faro +named person +engineer +- +2 +0$", table, re.M)
        assert re.search(r"s2 Estuary Post +media outlet +- +0 +2$", table, re.M)
        assert re.search(r"s3 A council worker +unnamed person +explained +1 +0$", table, re.M)
        assert re.search(r"s4 Anglers +unnamed group +unexplained +1 +0$", table, re.M)

    def test_provenance_tree_leads_from_article_over_intermediary_to_claims(
        self, drawn: str
    ) -> None:
        start = drawn.index("Provenance: this article")
        assert drawn[start:].splitlines()[:5] == [
            "Provenance: this article",
            "├── s2 Estuary Post (intermediary)",
            "│   └── s1 Ines Faro: 2 claims",
            "│       - “We found a crack as long as a bus,”",
            "│       - “Nobody should walk on it.”",
        ]

    def test_provenance_tree_ends_with_the_number_of_independent_sources(self, drawn: str) -> None:
        assert "\nIndependent sources: 1 (identified origins: 1)\n" in drawn

    def test_provenance_tree_counts_the_claims_it_leaves_out(self, example_report: Report) -> None:
        many = tuple(replace(example_report.claims[2], id=f"c{n}") for n in range(5))
        report = replace(example_report, claims=many, sentences=())
        drawing = to_table(report, color=False, width=110)
        assert "s3 A council worker: 5 claims" in drawing
        assert drawing.count("- repairs had been put off twice") == 3
        assert "- and 2 more" in drawing

    def test_score_shows_every_component_with_its_reason(
        self, example_report: Report, drawn: str
    ) -> None:
        result = example_report.transparency
        assert f"Sourcing transparency: {result.score:.0f} of 100" in drawn
        for name, part in result.components.items():
            row = line_with(name.replace("_", " "), drawn)
            assert f"{part.value:.2f}" in row
            assert f"{part.weight:.2f}" in row
        assert "4 of 5 sentences report what a source says or thinks." in squeezed(drawn)

    def test_score_stands_with_its_interval(self, example_report: Report) -> None:
        score = replace(example_report.transparency, interval=(41.2, 52.7), too_little=False)
        drawing = to_table(replace(example_report, transparency=score), color=False)
        assert f"Sourcing transparency: {score.score:.0f} of 100 (41 to 53)\n" in drawing

    def test_score_of_a_short_text_comes_with_a_warning(self, drawn: str) -> None:
        assert "of 100" in line_with("too little text to judge", drawn)

    def test_score_stands_with_its_place_among_the_reference(self, example_report: Report) -> None:
        score = replace(example_report.transparency, too_little=False, percentile=30.6)
        drawing = to_table(replace(example_report, transparency=score), color=False)
        assert "higher than 31% of the reference articles" in squeezed(drawing)

    def test_report_without_claims_says_so(self, example_report: Report) -> None:
        sentences = tuple(replace(s, status="none", claims=()) for s in example_report.sentences)
        bare = replace(example_report, sources=(), claims=(), sentences=sentences)
        drawing = to_table(bare, color=False)
        assert "No sources." in drawing
        assert "no claims" in drawing

    def test_sentence_with_several_sources_marks_whose_words_are_whose(
        self, example_report: Report
    ) -> None:
        text = "Ana said Bo had lied."
        sources = (Source("s1", "Ana", "named_person"), Source("s2", "Bo", "named_person"))
        outer = Claim("c1", (Span(9, 20),), None, None, "s1", "indirect", "statement", ("s1",), 1.0)
        inner = replace(outer, id="c2", content=(Span(12, 20),), source="s2", chain=("s1", "s2"))
        report = replace(
            example_report,
            text=text,
            sources=sources,
            claims=(outer, inner),
            sentences=(Sentence(Span(0, 21), "indirect", ("c1", "c2")),),
        )
        drawing = to_table(report, color=False, width=110)
        assert "Ana said [s1: Bo [s2: had lied]]." in drawing

    def test_color_adds_nothing_but_color(self, example_report: Report, drawn: str) -> None:
        colored = to_table(example_report, color=True, width=110)
        assert COLOR_CODE.search(colored)
        without = COLOR_CODE.sub("", colored)
        assert [line.rstrip() for line in without.splitlines()] == drawn.splitlines()

    def test_words_and_label_of_a_source_have_one_color(self, example_report: Report) -> None:
        colored = to_table(example_report, color=True, width=110)
        words = re.search(r"\x1b\[([0-9;]+)m“We found", colored)
        label = re.search(r"\x1b\[([0-9;]+)m Ines Faro", colored)
        assert words
        assert label
        assert words[1] == label[1]

    def test_no_color_in_the_environment_is_obeyed(
        self, example_report: Report, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.delenv("NO_COLOR", raising=False)
        assert COLOR_CODE.search(to_table(example_report))
        monkeypatch.setenv("NO_COLOR", "1")
        assert not COLOR_CODE.search(to_table(example_report))

    @pytest.mark.parametrize("width", [40, 72, 200])
    def test_no_line_is_wider_than_asked(self, example_report: Report, width: int) -> None:
        drawing = to_table(example_report, color=False, width=width)
        assert max(cell_len(line) for line in drawing.splitlines()) <= width

    def test_rich_markup_in_the_text_is_printed_as_it_is(self, example_report: Report) -> None:
        report = replace(example_report, title="[red]Bold[/red] :smile: [/]")
        assert "[red]Bold[/red] :smile: [/]" in to_table(report, color=True).splitlines()[0]

    @given(reports(), st.booleans(), st.integers(1, 150))
    def test_any_report_can_be_drawn_and_encoded(
        self, report: Report, color: bool, width: int
    ) -> None:
        drawing = to_table(report, color=color, width=width)
        drawing.encode("utf-8")
        left = COLOR_CODE.sub("", drawing).replace("\n", "")
        assert not [char for char in left if unicodedata.category(char) == "Cc"]


class TestToTree:
    def test_is_the_tree_of_the_table_under_the_title(
        self, example_report: Report, drawn: str
    ) -> None:
        title, _, tree = to_tree(example_report, color=False, width=110).partition("\n")
        assert title == "A crack at the weir"
        assert tree.startswith("Provenance: this article\n")
        assert tree.endswith("(identified origins: 1)\n")
        assert tree in drawn

    def test_report_without_claims_says_so(self, example_report: Report) -> None:
        drawing = to_tree(replace(example_report, claims=()), color=False)
        assert "no claims" in drawing
        assert "Independent sources: 0" in drawing

    @given(reports(), st.booleans())
    def test_any_report_can_be_drawn_and_encoded(self, report: Report, color: bool) -> None:
        to_tree(report, color=color, width=80).encode("utf-8")


class TestPrintable:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("\x1b[31mred\x1b[0m", "red"),
            ("\x1b]0;title\x07after", "after"),
            ("\x1b]8;;http://a.b\x1b\\link\x1b]8;;\x1b\\", "link"),
            ("\x9b2Jcleared", "cleared"),
            ("bell\x07 back\x08space", "bell\ufffd back\ufffdspace"),
            ("abc\u202edef", "abcdef"),
            ("lone \ud800 surrogate", "lone \ufffd surrogate"),
            (" two\r\nlines\tand \u2028 more ", "two lines and more"),
            ("שלום עולם", "שלום עולם"),
            ("👩‍👩‍👧 family", "👩‍👩‍👧 family"),
        ],
    )
    def test_shows(self, text: str, shown: str) -> None:
        assert printable(text) == shown

    @given(any_text)
    def test_leaves_nothing_that_moves_the_cursor(self, text: str) -> None:
        kinds = {unicodedata.category(char) for char in printable(text)}
        assert not kinds & {"Cc", "Cs", "Zl", "Zp"}

    @given(any_text)
    def test_twice_changes_no_more_than_once(self, text: str) -> None:
        assert printable(printable(text)) == printable(text)
