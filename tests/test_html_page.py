"""The HTML report: one page in which everything stands, safe with any text."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given, settings

from attribution.columns import storable
from attribution.outputs.html.page import entry_of, to_cell, to_html, to_index
from attribution.outputs.html.view import COLOURS
from attribution.outputs.html.words import shown
from attribution.types import Report, Source
from pages import HOSTILE, Page, hostile_report, long_report
from strategies import Article, articles, reports

STYLE = (files("attribution.outputs.html") / "assets" / "report.css").read_text(encoding="utf-8")


def squeezed(text: str) -> str:
    return "".join(text.split())


class TestText:
    @given(reports())
    @settings(max_examples=60)
    def test_article_reads_as_the_report_has_it(self, report: Report) -> None:
        page = Page(to_html(report))
        assert squeezed("".join(page.article)) == storable(squeezed(report.text))

    @given(articles())
    @settings(max_examples=30)
    def test_every_claim_has_one_label_and_one_entry(self, made: Article) -> None:
        page = Page(to_html(made.report()))
        numbers = [str(number) for number in range(1, len(made.claims) + 1)]
        assert sorted(str(item["data-n"]) for item in page.having(class_="ref")) == sorted(numbers)
        assert [item["id"] for item in page.having(class_="claim")] == [
            f"claim-{number}" for number in numbers
        ]

    @given(reports())
    @settings(max_examples=40)
    def test_page_is_unicode_and_its_ids_are_unique(self, report: Report) -> None:
        page = to_html(report)
        page.encode("utf-8")
        ids = [found["id"] for _, found in Page(page).tags if "id" in found]
        assert len(ids) == len(set(ids))

    def test_all_white_space_stays_white_space(self) -> None:
        spaces = [char for char in map(chr, range(sys.maxunicode + 1)) if char.isspace()]
        assert [char for char in spaces if not shown(char).isspace()] == []

    def test_paragraphs_are_kept(self, example_report: Report) -> None:
        page = to_html(example_report)
        article = page[page.index("<article") : page.index("</article")]
        assert article.count("<p ") == 3

    def test_a_hard_wrapped_line_goes_on_in_its_paragraph(self, example_report: Report) -> None:
        line = "The weir at Ottermouth will stay shut until the spring, engineers told a"
        text = "\n".join((*[line] * 5, "meeting."))
        report = replace(example_report, text=text, sentences=(), claims=(), sources=())
        assert f'<p dir="auto">{text}</p>' in to_html(report)


class TestMarks:
    def test_a_claim_is_marked_in_its_colour_and_form(self, example_report: Report) -> None:
        marks = Page(to_html(example_report)).having(class_="direct", data_n="1")
        assert marks == [{"class": "k0 direct", "data-n": "1"}]

    def test_unnamed_and_anonymous_sources_have_a_sign_in_words(
        self, example_report: Report
    ) -> None:
        labels = {
            item["data-n"]: item["aria-label"]
            for item in Page(to_html(example_report)).having(class_="ref")
        }
        assert labels["1"] == "Claim 1: S1, Ines Faro; direct statement"
        assert "not named, anonymity explained;" in str(labels["3"])
        assert "S4, Anglers, not named;" in str(labels["4"])

    def test_cue_and_source_mention_are_found_by_their_claim(self, example_report: Report) -> None:
        page = to_html(example_report)
        assert '<span class="cue" data-cue="1">told</span>' in page
        assert '<span class="who" data-who="4">Anglers</span>' in page

    def test_way_names_the_origin_first(self, example_report: Report) -> None:
        page = to_html(example_report)
        entry = page[page.index('id="claim-1"') : page.index('id="claim-2"')]
        way = re.sub(r"<[^>]+>", "", entry[entry.index("<dt>Way") : entry.index("<dt>Form")])
        assert " ".join(way.split()) == "WayS1 Ines Faro → to S2 Estuary Post → to this article"


class TestSafety:
    def test_hostile_text_makes_no_element(self, example_report: Report) -> None:
        plain = {tag for tag, _ in Page(to_html(example_report)).tags}
        page = Page(to_html(hostile_report(example_report), name=HOSTILE[3]))
        assert {tag for tag, _ in page.tags} <= plain
        assert sum(tag == "script" for tag, _ in page.tags) == 1
        assert not any(name.startswith("on") for _, found in page.tags for name in found)
        assert HOSTILE[5] in "".join(page.article)

    def test_hostile_text_makes_no_address(self, example_report: Report) -> None:
        page = Page(to_html(hostile_report(example_report)))
        addresses = [str(found["href"]) for _, found in page.tags if "href" in found]
        assert all(re.fullmatch(r"#[a-z]+(-[a-z0-9]+)?", address) for address in addresses)

    def test_policy_allows_the_pages_own_style_and_script_alone(
        self, example_report: Report
    ) -> None:
        page = to_html(example_report)
        policy = Page(page).having(http_equiv="Content-Security-Policy")[0]["content"]
        rules = dict(rule.strip().split(" ", 1) for rule in str(policy).split(";"))
        assert rules.pop("default-src") == "'none'"
        for element, rule in (("style", "style-src"), ("script", "script-src")):
            found = re.search(f"<{element}>(.*)</{element}>", page, re.DOTALL)
            assert found
            digest = hashlib.sha256(found.group(1).encode()).digest()
            assert rules.pop(rule) == f"'sha256-{base64.b64encode(digest).decode()}'"
        assert rules == {"base-uri": "'none'", "form-action": "'none'"}

    def test_nothing_is_fetched_and_no_element_has_a_style(self, example_report: Report) -> None:
        page = to_html(example_report)
        assert "url(" not in page
        assert "@import" not in page
        for _, found in Page(page).tags:
            assert not {"src", "style", "action", "srcset"} & set(found)

    def test_notebook_cell_holds_the_page_apart(self, example_report: Report) -> None:
        (frame,) = Page(example_report._repr_html_()).tags
        assert frame[0] == "iframe"
        assert frame[1]["sandbox"] == "allow-scripts"
        assert frame[1]["srcdoc"] == to_html(example_report)

    def test_hostile_text_stays_in_the_notebook_cell(self, example_report: Report) -> None:
        assert [tag for tag, _ in Page(to_cell(hostile_report(example_report))).tags] == ["iframe"]


class TestPage:
    def test_report_gives_its_page(self, example_report: Report) -> None:
        assert example_report.to_html() == to_html(example_report)

    @pytest.mark.parametrize(
        ("title", "name", "shown"),
        [
            ("Headline", "a.txt", "Headline"),
            (None, "news/a.txt", "a.txt"),
            (" ", None, "Untitled article"),
            (None, "-", "Untitled article"),
        ],
    )
    def test_title_is_the_reports_or_the_inputs_name(
        self, example_report: Report, title: str | None, name: str | None, shown: str
    ) -> None:
        page = to_html(replace(example_report, title=title), name=name)
        assert f"<h1><bdi>{shown}</bdi></h1>" in page

    def test_signature_captions_and_credits_are_told(self, example_report: Report) -> None:
        report = replace(
            example_report,
            byline="Ada <Roe>",
            dateline="HALVARD (QP)",
            date="3 May 2026",
            captions=("The weir on Monday.", example_report.text[:20]),
            credits=("(Editing by Ben Oduya)",),
        )
        page = to_html(report)
        signature = ("By Ada &lt;Roe&gt;", "HALVARD (QP)", "3 May 2026")
        assert " · ".join(f"<bdi>{part}</bdi>" for part in signature) in page
        beside = page.partition('<aside class="beside"')[2].partition("</aside>")[0]
        assert re.findall("<li><bdi>(.*?)</bdi></li>", beside) == [
            "The weir on Monday.",
            "(Editing by Ben Oduya)",
        ]

    def test_what_is_no_part_of_the_body_is_grey(self, example_report: Report) -> None:
        report = replace(example_report, text=f"{example_report.text}\n\nTranslated by Ada Roe.")
        page = to_html(report)
        assert page.count('<p dir="auto" class="around">') == 1
        assert "no part of the body, not counted" in page
        assert 'class="around"' not in to_html(example_report)

    def test_without_any_nothing_stands_for_them(self, example_report: Report) -> None:
        page = to_html(example_report)
        assert 'class="beside"' not in page
        assert 'class="notice"' not in page

    def test_a_text_in_another_language_is_told(self, example_report: Report) -> None:
        page = to_html(replace(example_report, notices=("maybe_not_english",)))
        assert "does not read as English" in page

    def test_interval_and_a_text_too_short_are_told(self, example_report: Report) -> None:
        score = replace(example_report.transparency, interval=(41.2, 52.7), too_little=True)
        page = to_html(replace(example_report, transparency=score))
        assert "of 100 (41 to 53)</span> <span>– too little text to judge</span>" in page
        plain = replace(score, interval=None, too_little=False)
        page = to_html(replace(example_report, transparency=plain))
        assert "of 100</span></p>" in page

    def test_the_place_among_the_reference_articles_is_told(self, example_report: Report) -> None:
        score = replace(example_report.transparency, percentile=30.6)
        page = to_html(replace(example_report, transparency=score))
        assert page.count("higher than 31% of the reference articles") == 2
        assert "reference articles" not in to_html(example_report)

    def test_points_of_the_components_make_the_score(self, example_report: Report) -> None:
        points = re.findall(r'<p class="points"><strong>([0-9.]+)', to_html(example_report))
        score = example_report.transparency.score
        assert sum(map(float, points)) == pytest.approx(score, abs=0.05 * len(points))

    def test_components_link_to_the_sentences_behind_them(self, example_report: Report) -> None:
        page = Page(to_html(example_report))
        linked = {str(item["href"])[1:] for item in page.having(href="#sentence-4")}
        assert linked == {"sentence-4"}
        assert page.having(id="sentence-4")

    def test_most_sources_are_folded_away_where_there_are_many(self) -> None:
        page = to_html(long_report(400, 100, 100))
        assert "<summary>88 more sources</summary>" in page
        assert len(Page(page).having(class_="source")) == 100

    def test_thousand_words_are_less_than_300_kilobytes(self) -> None:
        assert len(to_html(long_report(1000, 60, 20)).encode()) < 300_000

    def test_article_without_claims_has_a_page(self, example_report: Report) -> None:
        page = to_html(replace(example_report, claims=(), sources=(), sentences=()))
        assert "No claim was found." in page
        assert "No source was found." in page

    def test_chain_through_a_source_that_is_missing_is_refused(
        self, example_report: Report
    ) -> None:
        with pytest.raises(KeyError):
            to_html(replace(example_report, sources=example_report.sources[1:]))


class TestIndex:
    def test_it_links_to_every_page(self, example_report: Report) -> None:
        entry = entry_of(example_report, "one.txt", "a #1: <b>.html")
        page = to_index([entry])
        assert [item["href"] for item in Page(page).having(href="./a%20%231%3A%20%3Cb%3E.html")]
        assert "A crack at the weir" in page

    def test_it_tells_inputs_of_one_title_apart(self, example_report: Report) -> None:
        names = ("wire.docx", "wire.txt")
        page = to_index([entry_of(example_report, name, f"{name}.html") for name in names])
        assert all(f"<bdi>{name}</bdi>" in page for name in names)


class TestColours:
    """Contrast by WCAG 2.2, of text and of the lines that show a claim."""

    @staticmethod
    def _palettes() -> dict[str, dict[str, str]]:
        names = ("light", "dark")
        blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
        colours = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks]
        return dict(zip(names, colours, strict=True))

    @staticmethod
    def _luminance(colour: str) -> float:
        channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    @classmethod
    def _contrast(cls, one: str, other: str) -> float:
        dark, light = sorted((cls._luminance(one), cls._luminance(other)))
        return (light + 0.05) / (dark + 0.05)

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_every_ink_is_readable_on_every_ground(self, scheme: str) -> None:
        colours = self._palettes()[scheme]
        for key in (*map(str, range(COLOURS)), "none"):
            for ground in ("page", f"tint-{key}", "raised"):
                assert self._contrast(colours[f"ink-{key}"], colours[ground]) >= 4.5, (key, ground)
            assert self._contrast(colours["text"], colours[f"tint-{key}"]) >= 7, key

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_soft_text_is_readable(self, scheme: str) -> None:
        colours = self._palettes()[scheme]
        for ground in ("page", "raised", "tint-none"):
            assert self._contrast(colours["soft"], colours[ground]) >= 4.5, ground
        assert self._contrast(colours["text"], colours["lit"]) >= 7

    def test_sources_beyond_the_colours_have_labels_of_their_own(
        self, example_report: Report
    ) -> None:
        known = tuple(Source(f"s{n}", f"Name {n}", "document") for n in range(1, 2 * COLOURS))
        report = replace(example_report, sources=(*example_report.sources, *known[4:]))
        page = to_html(report)
        labels = re.findall(r'aria-pressed="false"[^>]*><span class="label[^>]*>(S\d+)<', page)
        assert len(set(labels)) == len(report.sources)
