"""Refusals, and how they are answered: problem details for HTTP APIs (RFC 9457)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

__all__ = ["PROBLEM_TYPE", "InvalidPart", "Problem", "RefusedError", "answer", "problem_of"]

PROBLEM_TYPE = "application/problem+json"
#: As RFC 9110 has them; Python before 3.13 has older words.
_PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}


class InvalidPart(BaseModel):
    """One thing that is wrong in a request's body."""

    pointer: str = Field(description="JSON pointer to the field; # for the body as a whole.")
    detail: str


class Problem(BaseModel):
    """Why a request was refused."""

    type: str = Field(default="about:blank", description="No more specific than the status.")
    title: str = Field(description="The status in words.")
    status: int = Field(ge=400, le=599)
    detail: str
    errors: list[InvalidPart] = Field(
        default_factory=list, description="With status 422: what is wrong."
    )


class RefusedError(HTTPException):
    """A request is answered with a problem.

    Args:
        status: The HTTP status, 400 or above.
        detail: Why, for people; never words of the article.
        retry_after: Seconds until another try may do.
        errors: What is wrong in the body.
        close: Whether to close the connection after the answer.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        retry_after: float | None = None,
        errors: Sequence[InvalidPart] = (),
        close: bool = False,
    ) -> None:
        headers = {}
        if retry_after is not None:
            headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
        if close:
            headers["Connection"] = "close"
        super().__init__(status, detail, headers)
        self.errors = tuple(errors)


def problem_of(error: HTTPException) -> Problem:
    """The problem details of a refusal, ours or the framework's."""
    return Problem(
        title=_PHRASES.get(error.status_code) or HTTPStatus(error.status_code).phrase,
        status=error.status_code,
        detail=error.detail,
        errors=list(getattr(error, "errors", ())),
    )


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """A problem as a response. ASCII, like reports, so that any text survives."""
    body = json.dumps({"type": problem.type, **problem.model_dump(exclude_defaults=True)})
    return Response(body, problem.status, headers, PROBLEM_TYPE)
