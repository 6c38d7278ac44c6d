"""The HTML report in Chromium: axe-core, keyboard, filter, phone, print, hostile text, speed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from attribution.outputs.html.page import entry_of, to_cell, to_html, to_index
from attribution.transparency import evidence
from attribution.types import Report
from pages import hostile_report, long_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium")
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
PHONE = {"width": 360, "height": 740}
PATIENCE = 200  # milliseconds that a reader takes for at once
# How long it takes to do something and to lay the page out anew: the median over some elements.
TIMED = """([selector, type]) => {
  const took = [];
  for (const element of [...document.querySelectorAll(selector)].slice(0, 7)) {
    const began = performance.now();
    element.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, detail: 1 }));
    document.body.getBoundingClientRect();
    took.push(performance.now() - began);
  }
  return took.sort((a, b) => a - b)[took.length >> 1];
}"""

Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests, ended with them."""
    api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a page, and fails if it said anything or asked for anything but itself."""
    contexts = []
    told: list[str] = []

    def open_page(page: str, **options: Any) -> Page:
        target = tmp_path / "report.html"
        target.write_text(page, encoding="utf-8")
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: told.append(message.text))
        tab.on("pageerror", lambda error: told.append(str(error)))
        tab.on("dialog", lambda dialog: (told.append(dialog.message), dialog.dismiss()))
        address = target.as_uri()
        tab.on("request", lambda asked: asked.url == address or told.append(asked.url))
        tab.goto(address)
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert told == []


@pytest.fixture
def page(opened: Open, example_report: Report) -> Page:
    return opened(to_html(example_report))


def violations(page: Page) -> str:
    """What axe-core finds against WCAG and good practice, in words."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
    found = axe().run(page)
    return "" if not found.violations_count else found.generate_report()


def shown_marks(page: Page) -> set[str]:
    return set(
        page.eval_on_selector_all(
            "article mark:not(.off)", "found => found.map((mark) => mark.dataset.n)"
        )
    )


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


class TestAccessibility:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing(self, opened: Open, scheme: str) -> None:
        page = opened(to_html(long_report(400, 30, 20)), color_scheme=scheme)
        page.evaluate(
            "for (const folded of document.querySelectorAll('details')) folded.open = true"
        )
        page.locator(".ref").first.focus()
        page.locator(".pick").first.click()
        assert violations(page) == ""

    def test_axe_finds_nothing_on_a_phone_with_the_sheet_open(
        self, opened: Open, example_report: Report
    ) -> None:
        page = opened(to_html(example_report), viewport=PHONE)
        page.locator("article mark").first.click()
        assert page.locator("#panel").is_visible()
        assert violations(page) == ""

    def test_axe_finds_nothing_in_the_index(self, opened: Open, example_report: Report) -> None:
        assert violations(opened(to_index([entry_of(example_report, "a.txt", "a.html")]))) == ""

    def test_labels_of_claims_have_names_and_roles(self, page: Page) -> None:
        name = "Claim 3: S3, A council worker, not named, anonymity explained; indirect statement"
        assert page.get_by_role("link", name=name).count() == 1
        assert page.get_by_role("button", name="S2 Estuary Post").count() == 1


class TestKeyboard:
    def test_tab_reaches_every_claim_in_reading_order(self, page: Page) -> None:
        page.locator("nav a").last.focus()
        reached = []
        for _ in range(4):
            page.keyboard.press("Tab")
            reached.append(focused(page))
        assert reached == ["ref-1", "ref-2", "ref-3", "ref-4"]

    def test_focus_shows_chain_cue_kind_and_confidence(self, page: Page) -> None:
        page.locator("#ref-1").focus()
        panel = " ".join(page.locator("#panel").inner_text().split())
        assert "S1 Ines Faro → to S2 Estuary Post → to this article" in panel
        assert "direct all in quotation marks Kind statement Cue “told” Confidence 97%" in panel

    def test_focus_marks_words_cue_and_mention(self, page: Page) -> None:
        page.locator("#ref-1").focus()
        assert page.locator("article .on:not(.ref)").all_inner_texts() == [
            "“We found a crack as long as a bus,”",
            "engineer Ines Faro",
            "told",
        ]

    def test_enter_leads_to_the_panel_and_escape_back(self, page: Page) -> None:
        page.locator("#ref-2").focus()
        page.keyboard.press("Enter")
        assert focused(page) == "panel"
        page.keyboard.press("Escape")
        assert focused(page) == "ref-2"

    def test_nodes_of_the_drawing_show_their_way(self, page: Page) -> None:
        page.locator(".node[href='#source-2']").focus()
        lit = page.eval_on_selector_all(".edge.on", "found => found.map((e) => e.dataset.claims)")
        assert lit == ["1 2", "1 2"]


class TestPointing:
    def test_pointing_shows_the_claims_around_the_innermost_first(self, opened: Open) -> None:
        report = long_report(400, 60, 10)
        page = opened(to_html(report))
        nested = page.locator("article mark mark").first
        outer = nested.evaluate("mark => mark.parentElement.closest('mark').dataset.n")
        inner = nested.get_attribute("data-n")
        nested.dispatch_event("mouseover")
        assert page.locator("#panel h3").all_inner_texts()[:2] == [
            f"Claim {inner}",
            f"Claim {outer}",
        ]

    def test_a_click_keeps_a_claim_in_view(self, page: Page) -> None:
        page.locator("article mark").first.click()
        page.locator("article mark").last.hover()
        assert page.locator("#panel h3").inner_text() == "Claim 4"
        page.locator("article p").first.hover()
        assert page.locator("#panel h3").inner_text() == "Claim 1"


class TestFilter:
    def test_choosing_a_source_hides_the_claims_of_others(self, page: Page) -> None:
        page.get_by_role("button", name="S3 A council worker").click()
        assert shown_marks(page) == {"3"}
        assert page.locator(".ref:visible").count() == 1
        assert page.locator("#claims .claim:visible").count() == 1
        assert page.get_by_role("status").inner_text() == "1 of 4 claims shown."

    def test_an_intermediary_shows_what_it_passed_on(self, page: Page) -> None:
        page.get_by_role("button", name="S2 Estuary Post").click()
        assert shown_marks(page) == {"1", "2"}

    def test_several_sources_show_the_claims_of_each(self, page: Page) -> None:
        page.get_by_role("button", name="S3 A council worker").click()
        page.get_by_role("button", name="S4 Anglers").click()
        assert shown_marks(page) == {"3", "4"}

    def test_all_claims_come_back(self, page: Page) -> None:
        page.get_by_role("button", name="S4 Anglers").press("Enter")
        page.get_by_role("button", name="Show all claims").press("Enter")
        assert shown_marks(page) == {"1", "2", "3", "4"}
        assert page.locator("[aria-pressed=true]").count() == 0
        assert page.get_by_role("status").inner_text() == ""


class TestScore:
    def test_sentences_behind_a_component_are_marked(
        self, page: Page, example_report: Report
    ) -> None:
        ground = evidence(example_report)["attributed_sentences"][0]
        page.locator(".ground summary").first.click()
        page.get_by_role("button", name="Mark in the article").first.click()
        lit = page.eval_on_selector_all(".s.lit", "found => found.map((s) => +s.dataset.s - 1)")
        assert tuple(lit) == ground.sentences
        assert page.locator(".s.lit").first.is_visible()

    def test_a_number_leads_to_its_sentence(self, page: Page) -> None:
        page.locator(".ground summary").first.click()
        page.locator("a[href='#sentence-4']:visible").first.click()
        assert page.locator(":target").inner_text().startswith("A council worker")


class TestPlaces:
    @pytest.mark.parametrize("width", [320, 360, 768])
    def test_narrow_screens_do_not_scroll_sideways(self, opened: Open, width: int) -> None:
        long = long_report(400, 30, 20)
        page = opened(to_html(long), viewport={"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    def test_sheet_of_a_phone_closes(self, opened: Open, example_report: Report) -> None:
        page = opened(to_html(example_report), viewport=PHONE, has_touch=True)
        page.locator("article mark").first.tap()
        page.get_by_role("button", name="Close").tap()
        assert not page.locator("#panel").is_visible()

    def test_print_is_light_and_without_controls(
        self, opened: Open, example_report: Report
    ) -> None:
        page = opened(to_html(example_report), color_scheme="dark")
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(255, 255, 255)"
        )
        assert not page.locator("nav").is_visible()
        assert not page.locator("#panel").is_visible()

    def test_without_scripts_a_label_leads_to_its_claim(
        self, opened: Open, example_report: Report
    ) -> None:
        page = opened(to_html(example_report), java_script_enabled=False)
        page.locator("#ref-3").click()
        assert page.url.endswith("#claim-3")
        assert page.locator("#claim-3").is_visible()
        assert page.locator(".pick:enabled").count() == 0

    def test_notebook_frame_follows_its_own_links(
        self, opened: Open, example_report: Report
    ) -> None:
        page = opened(f"<!doctype html><title>Notebook</title>{to_cell(example_report)}")
        frame = page.frames[1]
        frame.get_by_role("link", name="Score", exact=True).click()
        assert frame.evaluate("document.activeElement.id") == "score"
        assert frame.evaluate("window.scrollY") > 0
        frame.locator("#ref-1").focus()
        assert frame.locator("#panel h3").inner_text() == "Claim 1"


class TestSafety:
    @pytest.mark.parametrize("write", [to_html, to_cell])
    def test_hostile_text_does_not_run(
        self, opened: Open, example_report: Report, write: Callable[[Report], str]
    ) -> None:
        page = opened(write(hostile_report(example_report)))
        frame = page.frames[-1]
        for mark in frame.locator("article mark").all():
            mark.hover()
        for pick in frame.locator(".pick").all():
            pick.click()
        assert frame.evaluate("typeof window.hacked") == "undefined"
        assert page.evaluate("typeof window.hacked") == "undefined"
        assert frame.locator("script").count() == 1
        assert frame.locator("img, iframe, object, embed, form").count() == 0
        assert frame.locator("#panel-body").inner_text()

    def test_policy_stops_what_is_not_the_pages_own(
        self, browser: Browser, example_report: Report, tmp_path: Path
    ) -> None:
        target = tmp_path / "report.html"
        smuggled = (
            "<script>window.hacked = 1</script><img src='https://example.org/x.png'>"
            "<p id='styled' style='display: none'>words</p></article>"
        )
        target.write_text(to_html(example_report).replace("</article>", smuggled), "utf-8")
        page = browser.new_page()
        told: list[str] = []
        page.on("console", lambda message: told.append(message.text))
        page.goto(target.as_uri())
        assert page.evaluate("typeof window.hacked") == "undefined"
        assert page.locator("#styled").is_visible()
        blocked = " ".join(told)
        assert all(re.search(rule, blocked) for rule in ("script-src", "style-src", "default-src"))
        page.close()


class TestSpeed:
    @pytest.mark.parametrize(
        ("selector", "type_"),
        [("article mark", "mouseover"), ("article mark", "click"), (".pick", "click")],
    )
    def test_ten_thousand_words_answer_at_once(
        self, opened: Open, selector: str, type_: str
    ) -> None:
        page = opened(to_html(long_report(10_000, 400, 60)))
        assert page.evaluate(TIMED, [selector, type_]) < PATIENCE
