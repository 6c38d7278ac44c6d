"""Several articles in one request: what they come to, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

pytest.importorskip("fastapi")

from attribution.types import Report
from serving import SECRET, FakeScorer, Served, serving, until

JSON = {"content-type": "application/json"}


@pytest.fixture
def scorer(example_report: Report) -> FakeScorer:
    return FakeScorer(example_report)


@pytest.fixture
def served(scorer: FakeScorer) -> Iterator[Served]:
    with serving(scorer, max_characters=60, max_articles=3) as running:
        yield running


def batch(*texts: str) -> dict[str, list[dict[str, str]]]:
    return {"articles": [{"text": text} for text in texts]}


def test_reports_stand_in_the_order_of_the_articles(
    served: Served, scorer: FakeScorer, example_report: Report
) -> None:
    sent = {"articles": [{"text": "A", "title": "One", "publisher": "Echo"}, {"text": "B"}]}
    answer = served.client.post("/v1/reports", json=sent)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    expected = [
        replace(example_report, title="One", publisher="Echo"),
        replace(example_report, title=None, publisher=None),
    ]
    assert answer.json() == {"reports": [report.to_dict() for report in expected]}
    assert scorer.texts[-2:] == ["A", "B"]


def test_several_articles_take_one_place(scorer: FakeScorer) -> None:
    with serving(scorer, queue=0) as served:
        assert served.client.post("/v1/reports", json=batch("A", "B", "C")).is_success
        until(lambda: served.pool.taken == 0)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (batch("A", "B", "C", "D"), "There are 4 articles; the limit is 3."),
        (batch("x" * 40, "y" * 40), "The texts have 80 characters together; the limit is 60."),
    ],
)
def test_too_much_is_refused_and_says_what_to_do(
    served: Served, scorer: FakeScorer, sent: object, told: str
) -> None:
    before = len(scorer.texts)
    answer = served.client.post("/v1/reports", json=sent)
    assert (answer.status_code, answer.json()["detail"]) == (
        413,
        f"{told} Send them in several requests.",
    )
    assert len(scorer.texts) == before


@pytest.mark.parametrize(
    ("sent", "pointer", "detail"),
    [
        ({"articles": []}, "#/articles", "is empty"),
        ({}, "#/articles", "is missing"),
        (batch("A", " "), "#/articles/1/text", "is empty"),
        ({"articles": [{"text": "A", "author": "B"}]}, "#/articles/0/author", "is not known"),
    ],
)
def test_one_that_is_no_article_refuses_all_and_is_named(
    served: Served, scorer: FakeScorer, sent: object, pointer: str, detail: str
) -> None:
    before = len(scorer.texts)
    answer = served.client.post("/v1/reports", json=sent)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": pointer, "detail": detail}]
    assert len(scorer.texts) == before


def test_as_much_as_is_allowed_fits_however_it_is_escaped(scorer: FakeScorer) -> None:
    cat, name = "\U0001f408", "\U0001f408" * 1_000
    articles = [{"text": cat * 100, "title": name, "publisher": name}] * 5
    with serving(scorer, max_characters=500, max_articles=5) as served:
        body = json.dumps({"articles": articles})
        assert served.client.post("/v1/reports", content=body, headers=JSON).is_success


def test_larger_body_is_refused(served: Served) -> None:
    parts = (b" " * 10_000 for _ in range(20))
    answer = served.client.post("/v1/reports", content=parts, headers=JSON)
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")


def test_articles_not_begun_in_time_are_never_scored(scorer: FakeScorer) -> None:
    with serving(scorer, timeout=0.2, queue=0) as served:
        assert served.client.post("/v1/reports", json=batch("wait", "B")).status_code == 503
        scorer.go.set()
        until(lambda: served.pool.taken == 0)
    assert (scorer.count("wait"), scorer.count("B")) == (1, 0)


def test_failure_repeats_nothing_of_the_article(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    answer = served.client.post("/v1/reports", json=batch("A", f"fail: {SECRET}"))
    assert answer.status_code == 500
    assert SECRET not in answer.text + caplog.text
