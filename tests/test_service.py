"""The service's JSON endpoints: what they answer, and what they refuse."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

pytest.importorskip("fastapi")

from attribution import __version__
from attribution.report_schema import report_schema
from attribution.types import Report
from serving import SECRET, FakeScorer, Served, serving

PROBLEM = "application/problem+json"


@pytest.fixture
def scorer(example_report: Report) -> FakeScorer:
    return FakeScorer(example_report)


@pytest.fixture
def served(scorer: FakeScorer) -> Iterator[Served]:
    with serving(scorer, max_characters=200) as running:
        yield running


class TestReport:
    def test_is_the_report_as_the_library_writes_it(
        self, served: Served, example_report: Report
    ) -> None:
        answer = served.client.post("/v1/report", json={"text": "A text."})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.text == replace(example_report, title=None).to_json()

    def test_text_reaches_the_scorer_unchanged(self, served: Served, scorer: FakeScorer) -> None:
        text = " “One.”\r\n\tTwo\u2028\U0001f408\x00 "
        served.client.post("/v1/report", json={"text": text})
        assert scorer.texts[-1] == text

    def test_title_and_publisher_are_passed_on(self, served: Served) -> None:
        sent = {"text": "A text.", "title": "Weir shut", "publisher": "Echo"}
        report = served.client.post("/v1/report", json=sent).json()
        assert (report["title"], report["publisher"]) == ("Weir shut", "Echo")

    def test_without_a_title_the_headline_of_the_text_is_taken(self, served: Served) -> None:
        text = "Harbour closes after crane fire\n\nThe port will stay shut, the board said.\n"
        report = served.client.post("/v1/report", json={"text": text}).json()
        assert report["title"] == "Harbour closes after crane fire"

    def test_markdown_is_analysed_without_its_marks_where_it_is_named(
        self, served: Served, scorer: FakeScorer
    ) -> None:
        text = "# Weir shut after crane fire\n\nThe **port** will stay shut."
        served.client.post("/v1/report", json={"text": text})
        assert scorer.texts[-1] == text
        report = served.client.post("/v1/report", json={"text": text, "format": "markdown"}).json()
        assert scorer.texts[-1] == "The port will stay shut."
        assert report["title"] == "Weir shut after crane fire"

    def test_what_stands_around_the_body_is_in_the_report(self, served: Served) -> None:
        text = "By Ada Roe\n\n3 May 2026\n\nHALVARD (QP) - The port will stay shut, it said."
        report = served.client.post("/v1/report", json={"text": text}).json()
        assert (report["byline"], report["dateline"]) == ("Ada Roe", "HALVARD (QP)")
        assert report["date"] == "3 May 2026"

    def test_null_and_empty_names_count_as_not_given(self, served: Served) -> None:
        sent = {"text": "A text.", "title": None, "publisher": ""}
        report = served.client.post("/v1/report", json=sent).json()
        assert (report["title"], report["publisher"]) == (None, None)

    def test_character_set_may_be_named(self, served: Served) -> None:
        kind = {"content-type": 'Application/JSON; charset="UTF-8"'}
        assert served.client.post("/v1/report", content=b'{"text": "A"}', headers=kind).is_success

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            (b"", "#"),
            (b"{", "#"),
            (b'{"text": "caf\xe9"}', "#"),
            (b"[" * 5_000, "#"),
            (b"[]", "#"),
            (b"{}", "#/text"),
            (b'{"text": null}', "#/text"),
            (b'{"text": 7}', "#/text"),
            (b'{"text": ""}', "#/text"),
            (rb'{"text": " \r\n\u00a0\u2003\ufeff\u0000"}', "#/text"),
            (b'{"text": "A", "title": ["B"]}', "#/title"),
            (b'{"text": "A", "publisher": "%s"}' % (b"x" * 1_001), "#/publisher"),
            (b'{"text": "A", "a/b": 1}', "#/a~1b"),
        ],
    )
    def test_what_is_no_article_is_refused(self, served: Served, body: bytes, pointer: str) -> None:
        kind = {"content-type": "application/json"}
        answer = served.client.post("/v1/report", content=body, headers=kind)
        assert answer.status_code == 422
        assert [part["pointer"] for part in answer.json()["errors"]] == [pointer]

    @pytest.mark.parametrize("escape", [r"\ud800", r"\udfff", r"\udc00\ud800"])
    def test_lone_surrogates_are_refused(self, served: Served, escape: str) -> None:
        kind = {"content-type": "application/json"}
        body = f'{{"text": "A {escape}"}}'
        assert served.client.post("/v1/report", content=body, headers=kind).status_code == 422

    @pytest.mark.parametrize(
        "headers",
        [
            {"content-type": "text/plain"},
            {"content-type": "application/x-www-form-urlencoded"},
            {"content-type": "application/json; charset=latin-1"},
            {"content-type": "application/json", "content-encoding": "gzip"},
            {},
        ],
    )
    def test_other_types_of_content_are_refused(
        self, served: Served, headers: dict[str, str]
    ) -> None:
        answer = served.client.post("/v1/report", content=b'{"text": "A"}', headers=headers)
        assert answer.status_code == 415

    def test_text_that_the_scorer_refuses_is_refused(self, served: Served) -> None:
        answer = served.client.post("/v1/report", json={"text": "refuse this"})
        assert answer.status_code == 422
        assert "refuse this" not in answer.text

    def test_failure_of_the_scorer_is_answered_without_its_message(self, served: Served) -> None:
        answer = served.client.post("/v1/report", json={"text": f"fail: {SECRET}"})
        assert answer.status_code == 500
        assert SECRET not in answer.text
        assert served.client.post("/v1/report", json={"text": "A"}).status_code == 200

    def test_failure_anywhere_is_answered(
        self, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attribution.service.app.from_json", lambda *_: 1 / 0)
        answer = served.client.post("/v1/report", json={"text": "A"})
        assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM)


class TestState:
    def test_health_tells_that_articles_are_taken(self, served: Served) -> None:
        assert served.client.get("/healthz").json() == {"status": "ready", "articles": 0}

    def test_model_has_name_release_and_limits(self, served: Served) -> None:
        assert served.client.get("/v1/model").json() == {
            "name": "fake",
            "version": "7",
            "package": __version__,
            "report_schema": "attribution.report/1",
            "max_characters": 200,
            "max_articles": 32,
            "timeout": 60.0,
        }


class TestEveryAnswer:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/nothing", 404),
            ("GET", "/v1/report", 405),
            ("DELETE", "/healthz", 405),
            ("POST", "/v1/report", 415),
        ],
    )
    def test_refusals_are_problem_details(
        self, served: Served, method: str, path: str, status: int
    ) -> None:
        answer = served.client.request(method, path)
        problem = answer.json()
        assert answer.headers["content-type"] == PROBLEM
        assert (answer.status_code, problem["status"]) == (status, status)
        assert set(problem) == {"type", "title", "status", "detail"}

    def test_refused_methods_name_those_that_are_allowed(self, served: Served) -> None:
        assert served.client.get("/v1/report").headers["allow"] == "POST"

    @pytest.mark.parametrize("path", ["/", "/healthz", "/openapi.json", "/nothing", "/report"])
    def test_has_headers_that_keep_browsers_safe(self, served: Served, path: str) -> None:
        headers = served.client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == ("no-cache" if path == "/" else "no-store")

    def test_has_no_cookies_and_lets_no_other_site_read(self, served: Served) -> None:
        headers = served.client.get("/v1/model", headers={"origin": "https://example.org"}).headers
        assert not {"set-cookie", "access-control-allow-origin"} & set(headers)

    @pytest.mark.parametrize("host", ["example.org", "127.0.0.1.example.org", "localhost.", ""])
    def test_other_host_names_are_refused(self, served: Served, host: str) -> None:
        answer = served.client.get("/", headers={"host": host})
        assert (answer.status_code, answer.headers["content-type"]) == (421, PROBLEM)

    @pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1:8000", "[::1]:8000"])
    def test_names_of_this_machine_are_answered(self, served: Served, host: str) -> None:
        assert served.client.get("/", headers={"host": host}).status_code == 200

    def test_any_host_is_answered_where_none_is_set(self, scorer: FakeScorer) -> None:
        with serving(scorer, allowed_hosts=()) as served:
            assert served.client.get("/", headers={"host": "example.org"}).status_code == 200


class TestLog:
    def test_has_route_and_status_but_no_word_of_the_article(
        self, served: Served, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        for text in (SECRET, f"fail: {SECRET}", f"refuse: {SECRET}", SECRET * 100):
            served.client.post("/v1/report", json={"text": text})
            served.client.post("/report", data={"text": text, SECRET: "a"})
        served.client.post("/v1/report", content=f'{{"text": "{SECRET}')
        served.client.get(f"/{SECRET}", params={"text": SECRET})
        served.client.get("/healthz", params={"text": SECRET})
        ours = [r.getMessage() for r in caplog.records if r.name.startswith("attribution")]
        assert any(line.startswith("POST /v1/report 200 ") for line in ours)
        assert any("scoring failed: KeyError in __call__" in line for line in ours)
        assert not any(SECRET in json.dumps(line) or "walrus" in line for line in ours)


class TestDescription:
    def test_report_is_that_of_the_published_schema(self, served: Served) -> None:
        schemas = served.client.get("/openapi.json").json()["components"]["schemas"]
        published = report_schema()
        assert schemas["Report"]["required"] == published["required"]
        assert set(published["$defs"]) < set(schemas)
        assert "$defs" not in json.dumps(schemas)

    def test_limit_stands_in_the_request(self, served: Served) -> None:
        paths = served.client.get("/openapi.json").json()["paths"]
        body = paths["/v1/report"]["post"]["requestBody"]["content"]["application/json"]
        assert "At most 200 characters" in body["schema"]["properties"]["text"]["description"]

    def test_every_refusal_has_problem_details(self, served: Served) -> None:
        paths = served.client.get("/openapi.json").json()["paths"]
        refusals = [
            response
            for path in paths.values()
            for operation in path.values()
            for status, response in operation["responses"].items()
            if status >= "400"
        ]
        assert refusals
        assert all(PROBLEM in response["content"] for response in refusals)

    @pytest.mark.parametrize("path", ["/docs", "/redoc"])
    def test_no_page_that_loads_scripts_from_elsewhere(self, served: Served, path: str) -> None:
        assert served.client.get(path).status_code == 404
