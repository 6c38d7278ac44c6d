"""The service's page: the form, the report it leads to, and what it shows of a refusal."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

pytest.importorskip("fastapi")

from starlette.responses import Response

from attribution.types import Report
from serving import FakeScorer, Served, serving

jsonschema = pytest.importorskip("jsonschema")

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def scorer(example_report: Report) -> FakeScorer:
    return FakeScorer(example_report)


@pytest.fixture
def served(scorer: FakeScorer) -> Iterator[Served]:
    with serving(scorer, max_characters=50) as running:
        yield running


def post(served: Served, headers: dict[str, str] = BROWSER, **fields: str) -> Response:
    return served.client.post("/report", data=fields, headers=headers)


class Page(HTMLParser):
    """The elements of a page, and the text in each kind of element."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag

    def handle_data(self, data: str) -> None:
        self.texts[self._open] = self.texts.get(self._open, "") + data

    def values(self, tag: str, name: str) -> list[str | None]:
        return [found[name] for kind, found in self.elements if kind == tag and name in found]


class TestForm:
    def test_every_field_has_a_label(self, served: Served) -> None:
        page = Page(served.client.get("/").text)
        named = page.values("textarea", "id") + page.values("input", "id")
        assert named == ["text", "title", "publisher"]
        assert page.values("label", "for") == named

    def test_needs_no_script_and_fetches_nothing(self, served: Served) -> None:
        page = Page(served.client.get("/").text)
        assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.elements}

    def test_policy_allows_its_own_style_sheet(self, served: Served) -> None:
        answer = served.client.get("/")
        style = re.search("<style>(.*)</style>", answer.text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]

    def test_long_text_is_not_cut_by_the_browser(self, served: Served) -> None:
        assert Page(served.client.get("/").text).values("textarea", "maxlength") == []


class TestReport:
    def test_is_a_page_of_the_report(self, served: Served) -> None:
        answer = post(served, text="A text.", title="Weir <shut>", publisher="")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "Weir &lt;shut&gt;" in answer.text
        assert "Ines Faro" in answer.text

    def test_browser_s_line_ends_are_made_ours(self, served: Served, scorer: FakeScorer) -> None:
        post(served, text="One.\r\n\r\nTwo.")
        assert scorer.texts[-1] == "One.\n\nTwo."

    def test_pasted_markdown_is_read_as_markdown(self, served: Served, scorer: FakeScorer) -> None:
        post(served, text="# Weir shut\r\n\r\nThe **port** will stay shut.")
        assert scorer.texts[-1] == "The port will stay shut."

    def test_policy_forbids_frames_and_other_places(self, served: Served) -> None:
        policy = post(served, text="A text.").headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy

    def test_policy_of_the_page_itself_allows_hashes_only(self, served: Served) -> None:
        page = Page(post(served, text="A text.").text)
        (policy,) = [
            found["content"]
            for tag, found in page.elements
            if found.get("http-equiv") == "Content-Security-Policy"
        ]
        assert "'sha256-" in policy
        assert "unsafe" not in policy


class TestRefusal:
    def test_browser_gets_the_form_back_with_what_was_typed(self, served: Served) -> None:
        typed = "</textarea><b>&amp;" * 5
        answer = post(served, text=typed, title='"><i>', publisher="E")
        page = Page(answer.text)
        assert answer.status_code == 413
        assert page.texts["textarea"].strip() == typed
        assert page.values("input", "value") == ['"><i>', "E"]
        assert not {"b", "i"} & {tag for tag, _ in page.elements}

    def test_text_comes_back_when_the_service_is_full(
        self, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(served.pool, "_taken", served.pool.settings.places)
        answer = post(served, text="A long paste.")
        assert answer.status_code == 429
        assert "A long paste." in Page(answer.text).texts["textarea"]

    def test_reason_is_announced(self, served: Served) -> None:
        page = Page(post(served, text="").text)
        assert ("p", {"role": "alert"}) in page.elements
        assert "text: is empty" in " ".join(page.texts.values())

    def test_program_gets_problem_details(self, served: Served) -> None:
        answer = post(served, {"accept": "*/*"}, text="")
        assert answer.headers["content-type"] == "application/problem+json"

    def test_json_endpoints_never_answer_with_a_page(self, served: Served) -> None:
        answer = served.client.get("/v1/nothing", headers=BROWSER)
        assert answer.headers["content-type"] == "application/problem+json"

    def test_unknown_address_leads_back_to_the_form(self, served: Served) -> None:
        answer = served.client.get("/nothing", headers=BROWSER)
        assert answer.status_code == 404
        assert "textarea" in {tag for tag, _ in Page(answer.text).elements}

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_form_of_another_site_is_refused(
        self, served: Served, scorer: FakeScorer, site: str
    ) -> None:
        answer = post(served, {"sec-fetch-site": site}, text="A text.")
        assert answer.status_code == 403
        assert scorer.count("A text.") == 0

    def test_own_form_is_not(self, served: Served) -> None:
        assert post(served, {"sec-fetch-site": "same-origin"}, text="A text.").status_code == 200

    @pytest.mark.parametrize(
        "body",
        [
            b"text=caf%E9",
            b"text=A%ED%A0%80",
            b"text=caf\xe9",
            b"text=A&text=B",
            b"text=A&more=B",
            b"text=%20%0D%0A",
            b"title=A",
            b"",
            b"&".join(b"f%d=A" % number for number in range(9)),
        ],
    )
    def test_what_is_no_article_is_refused(self, served: Served, body: bytes) -> None:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        assert served.client.post("/report", content=body, headers=kind).status_code == 422

    def test_field_left_empty_is_not_given(self, served: Served) -> None:
        answer = post(served, text="A text.", title="", publisher="", format="")
        assert answer.status_code == 200

    def test_form_is_described_with_fields_left_empty(self, served: Served) -> None:
        described = served.client.get("/openapi.json").json()["paths"]["/report"]["post"]
        schema = described["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
        form = {"text": "A text.", "title": "", "publisher": "", "format": ""}
        assert list(jsonschema.Draft202012Validator(schema).iter_errors(form)) == []

    def test_file_upload_is_refused(self, served: Served) -> None:
        assert served.client.post("/report", files={"text": b"A"}).status_code == 415
