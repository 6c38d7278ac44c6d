"""The service with a scorer that does as its article says, and ways to talk to it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Event

from fastapi import FastAPI
from starlette.testclient import TestClient

from attribution.errors import InputError
from attribution.service.app import create_app
from attribution.service.pool import ScoringPool, TextScorer
from attribution.service.settings import LOOPBACK_HOSTS, Settings
from attribution.types import ModelInfo, Report

#: Words that must appear nowhere but in the answer.
SECRET = "the walrus is in the vault"
PATIENCE = 30.0


@dataclass
class FakeScorer:
    """Gives one report for every text; "wait" in a text waits for ``go``, "fail" fails."""

    report: Report
    info: ModelInfo = field(default_factory=lambda: ModelInfo("fake", "7"))
    go: Event = field(default_factory=Event)
    texts: list[str] = field(default_factory=list)

    def __call__(
        self, texts: str, *, title: str | None = None, publisher: str | None = None
    ) -> Report:
        self.texts.append(texts)
        if "wait" in texts:
            assert self.go.wait(PATIENCE)
        if "fail" in texts:
            raise KeyError(texts)
        if "refuse" in texts:
            raise InputError(texts)
        return replace(self.report, title=title, publisher=publisher)

    def count(self, text: str) -> int:
        return self.texts.count(text)


@dataclass
class Served:
    """A running service and a client of it."""

    client: TestClient
    pool: ScoringPool


@contextmanager
def serving(scorer: TextScorer, **limits: object) -> Iterator[Served]:
    """A service that is ready."""
    pool = ScoringPool(lambda: scorer, Settings(**limits))
    with client_of(pool) as client:
        until(lambda: pool.state == "ready")
        yield Served(client, pool)


@contextmanager
def client_of(pool: ScoringPool) -> Iterator[TestClient]:
    """A client of a service that may not be ready."""
    with TestClient(create_app(pool), base_url=f"http://{LOOPBACK_HOSTS[0]}") as client:
        yield client


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def send(
    app: FastAPI,
    parts: Iterable[bytes],
    *,
    ends: bool = True,
    leaves: Callable[[], bool] = lambda: False,
    **headers: str,
) -> int | None:
    """Send a report request part by part, as a client that can go away or stall.

    Args:
        app: The application; its lifespan is not run.
        parts: The body. An iterator is read as the application asks for more.
        ends: Whether the last part is marked as such; if not, no more comes.
        leaves: Becomes true when the client goes away.
        headers: Further headers.

    Returns:
        The status of the answer, or None when there was none.
    """
    named = {"host": "localhost", "content-type": "application/json", **headers}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/v1/report",
        "raw_path": b"/v1/report",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": [
            (name.replace("_", "-").encode(), text.encode()) for name, text in named.items()
        ],
    }
    left = iter(parts)
    statuses: list[int] = []

    async def receive() -> dict[str, object]:
        part = next(left, None)
        if part is not None:
            return {"type": "http.request", "body": part, "more_body": True}
        nonlocal ends
        if ends:
            ends = False
            return {"type": "http.request", "body": b"", "more_body": False}
        while not leaves():
            await asyncio.sleep(0.005)
        return {"type": "http.disconnect"}

    async def answered(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(int(str(message["status"])))

    asyncio.run(app(scope, receive, answered))
    return statuses[0] if statuses else None
