"""The service: its routes.

An article is read and parsed, takes a place in the service, and is scored and written there, on
another thread. So a slow sender holds no place, and who is refused one gets the text back. See
docs/service.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from attribution._version import __version__
from attribution.outputs.html.page import to_html
from attribution.service.article import (
    article_schema,
    batch_from_json,
    batch_schema,
    form_schema,
    from_form,
    from_json,
    read_form,
)
from attribution.service.body import check_type, read_body
from attribution.service.guard import Guard
from attribution.service.openapi import complete, problems, reference
from attribution.service.page import PAGE_POLICY, start_page
from attribution.service.pool import ScoringPool
from attribution.service.problems import RefusedError, answer, problem_of
from attribution.types import SCHEMA, Report

__all__ = ["create_app"]

#: The report's page has a policy of its own, which allows its one script and one style sheet by
#: their hashes; both hold. What a page cannot forbid for itself is forbidden here.
_REPORT_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_JSON, _FORM, _HTML = "application/json", "application/x-www-form-urlencoded", "text/html"
#: Where refusals are never pages, whatever a browser asks for.
_FOR_PROGRAMS = ("/v1/", "/healthz", "/openapi.json")
_REPORTS = {
    "type": "object",
    "properties": {"reports": {"type": "array", "items": reference("Report")}},
    "required": ["reports"],
    "additionalProperties": False,
}
_SENDING = (400, 408, 413, 415, 421, 422, 429, 500, 503)


class Health(BaseModel):
    """The service takes articles on."""

    status: Literal["ready"]
    articles: int = Field(ge=0, description="Waiting or being scored.")


class ServiceModel(BaseModel):
    """The model that scores, and the limits of the service."""

    name: str
    version: str = Field(description="The release of its weights.")
    package: str = Field(description="The release of the package.")
    report_schema: str = Field(description="The schema of the reports.")
    max_characters: int = Field(ge=1, description="Most characters of a request's articles.")
    max_articles: int = Field(ge=1, description="Most articles of a request.")
    timeout: float = Field(gt=0, description="Seconds for one request, waiting included.")


def create_app(pool: ScoringPool) -> FastAPI:
    """The service as an ASGI application.

    Args:
        pool: Scores the articles. Started with the application and closed with it.

    Returns:
        The application, with the pool's settings as its limits.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pool.start()
        yield
        pool.close()

    app = FastAPI(
        title="attribution",
        version=__version__,
        description="Claim attribution and source tracing in English news articles.",
        docs_url=None,  # FastAPI's pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    _add_state(app, pool)
    _add_reports(app, pool)
    _add_pages(app, pool)
    app.add_exception_handler(HTTPException, _refuse(pool))
    _add_schemas(app)
    paths = {path for route in app.routes if (path := getattr(route, "path", None))}
    app.add_middleware(Guard, hosts=pool.settings.allowed_hosts, paths=paths)
    return app


def _add_schemas(app: FastAPI) -> None:
    made = app.openapi

    def openapi() -> dict[str, Any]:
        return app.openapi_schema or complete(made())

    app.openapi = openapi  # type: ignore[method-assign]


def _add_state(app: FastAPI, pool: ScoringPool) -> None:
    @app.get("/healthz", summary="Whether articles are taken on", responses=problems(421, 503))
    async def healthz() -> Health:
        _ = pool.model
        return Health(status="ready", articles=pool.taken)

    @app.get("/v1/model", summary="Model and limits", responses=problems(421, 503))
    async def model() -> ServiceModel:
        return ServiceModel(
            name=pool.model.name,
            version=pool.model.version,
            package=__version__,
            report_schema=SCHEMA,
            max_characters=pool.settings.max_characters,
            max_articles=pool.settings.max_articles,
            timeout=pool.settings.timeout,
        )


def _add_reports(app: FastAPI, pool: ScoringPool) -> None:
    settings = pool.settings

    @app.post(
        "/v1/report",
        summary="Score an article",
        response_class=Response,
        responses={
            200: {
                "description": "The report.",
                "content": {_JSON: {"schema": reference("Report")}},
            },
            **problems(*_SENDING),
        },
        openapi_extra=_takes(_JSON, article_schema(settings)),
    )
    async def report(request: Request) -> Response:
        check_type(request, _JSON)
        article = from_json(await read_body(request, settings), settings)
        with pool.place() as place:
            body = await place.score([article], _only, lambda: _gone(request))
        return Response(body, media_type=_JSON)

    @app.post(
        "/v1/reports",
        summary="Score several articles",
        response_class=Response,
        responses={
            200: {
                "description": "The reports, in the order of the articles.",
                "content": {_JSON: {"schema": _REPORTS}},
            },
            **problems(*_SENDING),
        },
        openapi_extra=_takes(_JSON, batch_schema(settings)),
    )
    async def reports(request: Request) -> Response:
        check_type(request, _JSON)
        body = await read_body(request, settings, settings.max_batch_bytes)
        articles = batch_from_json(body, settings)
        with pool.place() as place:
            text = await place.score(articles, _all, lambda: _gone(request))
        return Response(text, media_type=_JSON)


def _only(reports: Sequence[Report]) -> str:
    (report,) = reports
    return report.to_json()


def _all(reports: Sequence[Report]) -> str:
    return f'{{"reports": [{", ".join(report.to_json() for report in reports)}]}}'


def _as_page(reports: Sequence[Report]) -> str:
    (report,) = reports
    return to_html(report)


def _add_pages(app: FastAPI, pool: ScoringPool) -> None:
    settings = pool.settings

    @app.get(
        "/",
        summary="The page to paste an article into",
        response_class=HTMLResponse,
        responses=problems(421),
    )
    async def start() -> HTMLResponse:
        page = _page(start_page(settings), PAGE_POLICY)
        page.headers["Cache-Control"] = "no-cache"  # with no-store, going back empties the form
        return page

    @app.post(
        "/report",
        summary="Score an article from the page",
        response_class=HTMLResponse,
        responses={
            200: {"description": "The report as a page."},
            **problems(403, *_SENDING, page=True),
        },
        openapi_extra=_takes(_FORM, form_schema(settings)),
    )
    async def page(request: Request) -> HTMLResponse:
        _check_site(request)
        check_type(request, _FORM)
        request.state.fields = read_form(await read_body(request, settings))
        article = from_form(request.state.fields, settings)
        with pool.place() as place:
            body = await place.score([article], _as_page, lambda: _gone(request))
        return _page(body, _REPORT_POLICY)


def _takes(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema}}}}


def _page(body: str, policy: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(body, status, {"Content-Security-Policy": policy})


def _check_site(request: Request) -> None:
    """Refuse a form that a page of another site sends: browsers send forms anywhere.

    Raises:
        RefusedError: 403.
    """
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise RefusedError(403, "The form was sent from a page of another site.")


async def _gone(request: Request) -> None:
    """Ends when the client has gone. The body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _refuse(pool: ScoringPool) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def refuse(request: Request, error: Exception) -> Response:
        """Answer a refusal: browsers get the page again, with what was typed, others JSON."""
        assert isinstance(error, HTTPException)
        problem = problem_of(error)
        headers = dict(error.headers or {})
        for_people = not request.url.path.startswith(_FOR_PROGRAMS)
        if not (for_people and _HTML in request.headers.get("accept", "")):
            return answer(problem, headers)
        typed = getattr(request.state, "fields", None)
        page = _page(start_page(pool.settings, typed, problem), PAGE_POLICY, problem.status)
        page.headers.update(headers)
        return page

    return refuse
