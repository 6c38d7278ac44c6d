"""The service's limits, one test each: size, time, number, and what is held how long."""

from __future__ import annotations

import json
import weakref
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

pytest.importorskip("fastapi")

from starlette.responses import Response

from attribution.errors import ModelError
from attribution.service.article import Article, from_json
from attribution.service.pool import ScoringPool
from attribution.service.settings import Settings
from attribution.types import Report
from serving import FakeScorer, Served, client_of, send, serving, until
from tiny_model import SAMPLE, tiny_scorer

JSON = {"content-type": "application/json"}


@pytest.fixture
def scorer(example_report: Report) -> Iterator[FakeScorer]:
    made = FakeScorer(example_report)
    yield made
    made.go.set()


@pytest.fixture
def others() -> Iterator[ThreadPoolExecutor]:
    """Further clients."""
    with ThreadPoolExecutor(4) as threads:
        yield threads


def post(served: Served, text: str = "A text.") -> Response:
    return served.client.post("/v1/report", json={"text": text})


def later(others: ThreadPoolExecutor, served: Served, text: str) -> Future[Response]:
    return others.submit(post, served, text)


class TestSize:
    def test_longest_text_is_scored(self, scorer: FakeScorer) -> None:
        with serving(scorer, max_characters=10) as served:
            assert post(served, "x" * 10).status_code == 200

    def test_longer_text_is_refused(self, scorer: FakeScorer) -> None:
        with serving(scorer, max_characters=10) as served:
            answer = post(served, "x" * 11)
        assert (answer.status_code, answer.json()["title"]) == (413, "Content Too Large")
        assert scorer.count("x" * 11) == 0

    def test_longest_text_fits_however_it_is_escaped(self, scorer: FakeScorer) -> None:
        text, name = "\U0001f408" * 5_000, "\U0001f408" * 1_000
        body = json.dumps({"text": text, "title": name, "publisher": name})
        with serving(scorer, max_characters=5_000) as served:
            assert served.client.post("/v1/report", content=body, headers=JSON).is_success
            form = {"text": text, "title": name, "publisher": name}
            assert served.client.post("/report", data=form).is_success

    @pytest.mark.parametrize("declared", [{}, {"content-length": "9"}])
    def test_larger_body_is_refused_whatever_its_headers_say(
        self, scorer: FakeScorer, declared: dict[str, str]
    ) -> None:
        with serving(scorer, max_characters=10) as served:
            parts = (b" " * 10_000 for _ in range(10))
            headers = JSON | declared
            answer = served.client.post("/v1/report", content=parts, headers=headers)
        assert (answer.status_code, answer.headers["connection"]) == (413, "close")

    def test_reading_ends_when_far_more_comes_than_allowed(self, scorer: FakeScorer) -> None:
        with serving(scorer, max_characters=10) as served:
            parts = iter([b" " * 1_000_000] * 100)
            assert send(served.client.app, parts) == 413
        assert len(list(parts)) > 80

    def test_client_that_asks_before_sending_is_refused_at_once(self, scorer: FakeScorer) -> None:
        with serving(scorer, max_characters=10) as served:
            parts = iter([b" "])
            headers = {"expect": "100-continue", "content_length": "9000000"}
            assert send(served.client.app, parts, **headers) == 413
        assert list(parts) == [b" "]


class TestTime:
    def test_late_article_is_answered_in_time_and_keeps_its_place(self, scorer: FakeScorer) -> None:
        with serving(scorer, timeout=0.1, queue=0) as served:
            answer = post(served, "wait")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert post(served).status_code == 429
            scorer.go.set()
            until(lambda: served.pool.taken == 0)
            assert post(served).status_code == 200

    def test_article_that_waits_too_long_is_never_scored(
        self, scorer: FakeScorer, others: ThreadPoolExecutor
    ) -> None:
        with serving(scorer, timeout=0.5, queue=1) as served:
            first = later(others, served, "wait")
            until(lambda: scorer.count("wait") == 1)
            assert post(served, "second").status_code == 503
            until(lambda: served.pool.taken == 1)
            scorer.go.set()
            first.result()
            assert post(served, "third").status_code == 200
        assert scorer.count("second") == 0

    def test_body_that_does_not_come_is_not_waited_for(self, scorer: FakeScorer) -> None:
        with serving(scorer, receive_timeout=0.1) as served:
            assert send(served.client.app, [b'{"text": '], ends=False) == 408

    def test_body_that_breaks_off_is_not_scored(self, scorer: FakeScorer) -> None:
        with serving(scorer) as served:
            part = b'{"text": "A"}'
            status = send(served.client.app, [part], ends=False, leaves=lambda: True)
        assert status == 400
        assert scorer.count("A") == 0

    def test_slow_sender_holds_no_place(
        self, scorer: FakeScorer, others: ThreadPoolExecutor
    ) -> None:
        left = Event()
        with serving(scorer, queue=0) as served:
            app = served.client.app
            slow = others.submit(send, app, [b"{"], ends=False, leaves=left.is_set)
            assert post(served).status_code == 200
            left.set()
            assert slow.result() == 400

    def test_article_whose_client_has_gone_is_not_scored(
        self, scorer: FakeScorer, others: ThreadPoolExecutor
    ) -> None:
        with serving(scorer, queue=1) as served:
            first = later(others, served, "wait")
            until(lambda: scorer.count("wait") == 1)
            body = b'{"text": "second"}'
            send(served.client.app, [body], leaves=lambda: served.pool.taken == 2)
            assert served.pool.taken == 1
            scorer.go.set()
            assert first.result().status_code == 200
        assert scorer.count("second") == 0


class TestNumber:
    def test_articles_beyond_the_queue_are_refused(
        self, scorer: FakeScorer, others: ThreadPoolExecutor
    ) -> None:
        with serving(scorer, queue=1) as served:
            taken = [later(others, served, "wait") for _ in range(2)]
            until(lambda: served.pool.taken == 2)
            answer = post(served)
            assert answer.status_code == 429
            assert int(answer.headers["retry-after"]) >= 1
            scorer.go.set()
            assert [future.result().status_code for future in taken] == [200, 200]

    def test_page_and_json_share_the_places(
        self, scorer: FakeScorer, others: ThreadPoolExecutor
    ) -> None:
        with serving(scorer, queue=0) as served:
            first = later(others, served, "wait")
            until(lambda: served.pool.taken == 1)
            assert served.client.post("/report", data={"text": "A"}).status_code == 429
            scorer.go.set()
            first.result()

    def test_so_many_as_allowed_are_scored_at_once(
        self, scorer: FakeScorer, others: ThreadPoolExecutor
    ) -> None:
        with serving(scorer, concurrency=2, queue=0) as served:
            taken = [later(others, served, "wait") for _ in range(2)]
            until(lambda: scorer.count("wait") == 2)
            scorer.go.set()
            assert all(future.result().is_success for future in taken)

    def test_articles_scored_at_once_have_the_reports_they_have_alone(
        self, others: ThreadPoolExecutor
    ) -> None:
        scorer = tiny_scorer()
        texts = [SAMPLE, SAMPLE[200:], SAMPLE[:200], SAMPLE.upper()]
        with serving(scorer, concurrency=4) as served:
            answers = [later(others, served, text) for text in texts * 2]
            reports = [future.result().json() for future in answers]
        assert reports == [scorer(text).to_dict() for text in texts * 2]

    def test_other_answers_do_not_wait_for_scoring(
        self, scorer: FakeScorer, others: ThreadPoolExecutor
    ) -> None:
        with serving(scorer, queue=0) as served:
            first = later(others, served, "wait")
            until(lambda: served.pool.taken == 1)
            assert served.client.get("/healthz").json()["articles"] == 1
            assert served.client.get("/").status_code == 200
            scorer.go.set()
            first.result()

    def test_refused_article_frees_its_place(self, scorer: FakeScorer) -> None:
        with serving(scorer, queue=0) as served:
            for text in ("", "refuse", "fail"):
                post(served, text)
                until(lambda: served.pool.taken == 0)
            assert post(served).status_code == 200


class TestReadiness:
    @pytest.mark.parametrize("path", ["/healthz", "/v1/model"])
    def test_not_ready_while_the_model_is_loaded(self, scorer: FakeScorer, path: str) -> None:
        loading = Event()
        pool = ScoringPool(lambda: scorer if loading.wait(30) else None, Settings())
        with client_of(pool) as client:
            answer = client.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert client.post("/v1/report", json={"text": "A"}).status_code == 503
            loading.set()
            until(lambda: pool.state == "ready")
            assert client.get(path).status_code == 200

    def test_page_is_there_while_the_model_is_loaded(self, scorer: FakeScorer) -> None:
        loading = Event()
        pool = ScoringPool(lambda: scorer if loading.wait(30) else None, Settings())
        with client_of(pool) as client:
            assert client.get("/").status_code == 200
            loading.set()

    def test_model_that_cannot_be_loaded_is_told(self) -> None:
        told = Event()

        def load() -> FakeScorer:
            raise ModelError("no such model")

        pool = ScoringPool(load, Settings())
        pool.start(failed=told.set)
        with client_of(pool) as client:
            until(told.is_set)
            assert client.get("/healthz").status_code == 503
        assert str(pool.failure) == "no such model"

    def test_no_article_is_taken_once_the_service_stops(self, scorer: FakeScorer) -> None:
        with serving(scorer) as served:
            served.pool.stop()
            answer = post(served)
        assert (answer.status_code, answer.json()["detail"]) == (503, "The service is stopping.")

    def test_article_that_was_taken_is_scored_after_the_stop(
        self, scorer: FakeScorer, others: ThreadPoolExecutor
    ) -> None:
        with serving(scorer) as served:
            first = later(others, served, "wait")
            until(lambda: scorer.count("wait") == 1)
            served.pool.stop()
            scorer.go.set()
            assert first.result().status_code == 200

    def test_article_that_waits_is_answered_when_the_pool_closes(
        self, scorer: FakeScorer, others: ThreadPoolExecutor
    ) -> None:
        with serving(scorer) as served:
            taken = [later(others, served, "wait"), later(others, served, "wait too")]
            until(lambda: served.pool.taken == 2 and len(scorer.texts) == 2)
            served.pool.close()
            scorer.go.set()
            assert sorted(future.result().status_code for future in taken) == [200, 503]


class TestSettings:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"max_characters": 0},
            {"timeout": 0.0},
            {"timeout": float("nan")},
            {"concurrency": 0},
            {"receive_timeout": -1.0},
            {"queue": -1},
        ],
    )
    def test_limits_that_let_nothing_through_are_refused(self, wrong: dict[str, float]) -> None:
        with pytest.raises(ValueError, match=next(iter(wrong))):
            Settings(**wrong)


class TestMemory:
    @pytest.mark.parametrize("text", ["A", "fail", "refuse"])
    def test_article_is_not_kept_once_it_is_answered(
        self, example_report: Report, monkeypatch: pytest.MonkeyPatch, text: str
    ) -> None:
        seen: list[weakref.ref[Article]] = []

        def watched(body: bytes, settings: Settings) -> Article:
            article = from_json(body, settings)
            seen.append(weakref.ref(article))
            return article

        monkeypatch.setattr("attribution.service.app.from_json", watched)
        with serving(FakeScorer(example_report)) as served:
            for _ in range(5):
                post(served, text)
            assert len(seen) == 5
            until(lambda: not any(article() for article in seen))
