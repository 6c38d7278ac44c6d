"""The service against its own OpenAPI description, by schemathesis."""

from __future__ import annotations

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("schemathesis")

import schemathesis
from hypothesis import HealthCheck, settings
from starlette.types import Receive, Scope, Send

from attribution.service.app import create_app
from attribution.service.pool import ScoringPool
from attribution.service.settings import Settings
from serving import until
from tiny_model import tiny_scorer

#: Limits are in words in the description, as what is beyond them is valid and answered 413: so
#: many articles that no generated request has more.
ENOUGH = 1000
POOL = ScoringPool(tiny_scorer, Settings(allowed_hosts=("testserver",), max_articles=ENOUGH))
APP = create_app(POOL)


async def answering(scope: Scope, receive: Receive, send: Send) -> None:
    """The application without its lifespan: schemathesis ends that again and again."""
    while scope["type"] == "lifespan":
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return
    await APP(scope, receive, send)


DESCRIPTION = schemathesis.openapi.from_dict(APP.openapi())
DESCRIPTION.app = answering


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    POOL.start()
    until(lambda: POOL.state == "ready")


@pytest.mark.slow
@DESCRIPTION.parametrize()
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_answers_are_as_described(case: schemathesis.Case) -> None:
    case.call_and_validate()
