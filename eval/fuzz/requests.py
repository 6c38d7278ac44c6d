"""Targets: what is sent to the service, through the whole application without a socket."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from typing import Any

from attribution.errors import InputError
from attribution.service.app import create_app
from attribution.service.pool import ScoringPool
from attribution.service.settings import Settings
from attribution.transparency import assess
from attribution.types import ModelInfo, Report, Sentence, Span
from eval.fuzz.checks import check_foreign
from eval.fuzz.target import LONGEST_JSON, Target

__all__ = ["REQUESTS"]

#: Most characters of an article here, so that the limit is met.
_MOST = 300
_REFUSED = {400, 403, 404, 405, 408, 413, 415, 421, 422, 429}
_FORM = "application/x-www-form-urlencoded"


class _Reader:
    """A scorer that finds no claim: what is tried here is what is around the scorer."""

    info = ModelInfo("none", "0")

    def __call__(
        self, texts: str, *, title: str | None = None, publisher: str | None = None
    ) -> Report:
        if not texts.strip():
            raise InputError("the text is empty")
        sentences = (Sentence(Span(0, len(texts)), "none"),)
        score = assess(texts, sentences, (), ())
        return Report(texts, title, sentences, (), (), score, self.info, publisher)


class _Application:
    """The service, with an event loop of its own for as long as the process lives."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        pool = ScoringPool(_Reader, Settings(max_characters=_MOST))
        pool.start()
        self.app = create_app(pool)
        while pool.state == "loading":
            self.loop.run_until_complete(asyncio.sleep(0.01))

    def post(self, path: str, kind: str, body: bytes, accept: str) -> tuple[int, str, bytes]:
        """Status, media type and body of the answer to a request."""
        headers = {"host": "localhost", "content-type": kind, "accept": accept}
        scope = {
            "type": "http", "http_version": "1.1", "method": "POST", "path": path,
            "raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }  # fmt: skip
        sent: list[dict[str, Any]] = []
        parts = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> dict[str, Any]:
            part = next(parts, None)
            if part is None:
                await asyncio.Event().wait()  # the client waits for the answer
            return part or {}

        async def send(message: Any) -> None:
            sent.append(dict(message))

        self.loop.run_until_complete(asyncio.wait_for(self.app(scope, receive, send), timeout=30))
        start = next(item for item in sent if item["type"] == "http.response.start")
        answer = b"".join(item.get("body", b"") for item in sent)
        kinds = dict(start["headers"]).get(b"content-type", b"").decode().partition(";")
        return int(start["status"]), kinds[0], answer


@cache
def _application() -> _Application:
    return _Application()


def _problem(status: int, kind: str, body: bytes) -> None:
    assert status in _REFUSED, f"answered {status}"
    assert kind == "application/problem+json", f"a refusal of type {kind}"
    problem = json.loads(body)
    assert problem["status"] == status
    assert problem["detail"]


def _json(data: bytes) -> bool:
    """Send an article as JSON: a report on that very text, or a refusal by RFC 9457."""
    status, kind, body = _application().post(
        "/v1/report", "application/json", data, "application/json"
    )
    if status != 200:
        _problem(status, kind, body)
        return False
    _check(Report.from_json(body.decode("ascii")), json.loads(data))
    return True


def _batch(data: bytes) -> bool:
    """Send several articles as JSON: as many reports in their order, or a refusal."""
    status, kind, body = _application().post(
        "/v1/reports", "application/json", data, "application/json"
    )
    if status != 200:
        _problem(status, kind, body)
        return False
    reports = [Report.from_dict(report) for report in json.loads(body)["reports"]]
    for report, article in zip(reports, json.loads(data)["articles"], strict=True):
        _check(report, article)
    return True


def _check(report: Report, article: dict[str, Any]) -> None:
    assert report.text == article["text"]
    assert report.title == (article.get("title") or None)
    check_foreign(report)


def _form(data: bytes) -> bool:
    """Send an article as a form: the report's page, or the form again with what was typed."""
    status, kind, body = _application().post("/report", _FORM, data, "text/html")
    assert kind == "text/html", f"answered with {kind}"
    page = body.decode("utf-8")
    assert status == 200 or status in _REFUSED, f"answered {status}"
    assert "<script>alert" not in page, "what was sent stands in the page unescaped"
    return status == 200


def _bodies() -> list[bytes]:
    article = {"text": "The pier is closed, the warden said.", "title": "A", "publisher": None}
    return [
        json.dumps(article).encode(),
        json.dumps({"text": "“Nobody knows.”\r\n"}).encode(),
        json.dumps({"text": "x" * (_MOST + 1)}).encode(),
    ]


_WORDS = (
    b'"text"', b'"title"', b'"publisher"', b"\\ud800", b"\\u0000", b"\xff", b"null", b"1e999",
    b"[[[[", b"NaN", b"{}", b'"text":"a"', b"\\u0085", b"\\u2028", b"\xef\xbb\xbf", b'"articles"',
)  # fmt: skip

REQUESTS = (
    Target(
        "service-json",
        "requests to the service, JSON",
        _json,
        _bodies,
        ("attribution.service.article", "attribution.service.app", "attribution.service.problems"),
        share=35,
        json=True,
        words=_WORDS,
        longest=LONGEST_JSON,
    ),
    Target(
        "service-batch",
        "requests to the service, several articles",
        _batch,
        lambda: [b'{"articles": [%s]}' % b", ".join(_bodies()[:2]), b'{"articles": []}'],
        ("attribution.service.article", "attribution.service.app"),
        share=20,
        json=True,
        words=_WORDS,
        longest=LONGEST_JSON,
    ),
    Target(
        "service-form",
        "requests to the service, forms",
        _form,
        lambda: [
            b"text=The+pier+is+closed%2C+the+warden+said.&title=&publisher=",
            b"text=%E2%80%9CNo%2C%E2%80%9D%0D%0A+she+said.&title=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
            b"text=" + b"x" * (_MOST + 1),
        ],
        ("attribution.service.article", "attribution.service.app", "attribution.service.page"),
        share=25,
        words=(
            b"text=",
            b"&",
            b"title=",
            b"%00",
            b"%ff",
            b"%ED%A0%80",
            b"+",
            b";",
            b"=",
            b"publisher=",
            b"%3Cscript%3Ealert(1)%3C/script%3E",
            b"%22",
            b"%E2%80%A8",
            b"\xff",
        ),
    ),
)
