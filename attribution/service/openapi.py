"""The service's OpenAPI description: the parts that FastAPI does not make by itself."""

from __future__ import annotations

from typing import Any

from attribution.report_schema import report_schema
from attribution.service.problems import PROBLEM_TYPE, Problem

__all__ = ["complete", "problems", "reference"]

_REASONS = {
    400: "The body did not come in whole, or the client has gone.",
    403: "The form was sent from a page of another site.",
    408: "The body did not come in time.",
    413: "The body or the text is too large.",
    415: "Another media type or character set, or a compressed body.",
    421: "The Host header names another machine.",
    422: "No article: malformed, of wrong types, or empty.",
    429: "All places are taken.",
    500: "The service failed.",
    503: "The model is being loaded, the article took too long, or the service stops.",
}
_RETRIED = (429, 503)
_COMPONENTS = "#/components/schemas/"


def reference(name: str) -> dict[str, str]:
    """A reference to a schema of the description."""
    return {"$ref": f"{_COMPONENTS}{name}"}


def problems(*statuses: int, page: bool = False) -> dict[int | str, dict[str, Any]]:
    """Responses that refuse a request, for FastAPI's ``responses``.

    Args:
        statuses: Which may be answered.
        page: Whether a browser gets them as a page.
    """
    return {status: _problem(status, page) for status in sorted(statuses)}


def _problem(status: int, page: bool) -> dict[str, Any]:
    content: dict[str, Any] = {PROBLEM_TYPE: {"schema": reference("Problem")}}
    if page:
        content["text/html"] = {"schema": {"type": "string"}}
    response: dict[str, Any] = {"description": _REASONS[status], "content": content}
    if status in _RETRIED:
        response["headers"] = {
            "Retry-After": {
                "description": "Seconds until another try may do.",
                "schema": {"type": "integer", "minimum": 1},
            }
        }
    return response


def complete(description: dict[str, Any]) -> dict[str, Any]:
    """Add the schemas of reports and problems to a description.

    Args:
        description: What FastAPI made; changed in place.

    Returns:
        The same.
    """
    schemas = description.setdefault("components", {}).setdefault("schemas", {})
    schemas |= _lifted("Problem", Problem.model_json_schema())
    schemas |= _lifted("Report", report_schema())
    return description


def _lifted(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A schema and those it defines, side by side as OpenAPI has them."""
    parts = schema.pop("$defs", {}) | {name: schema}
    for key in ("$schema", "$id"):
        schema.pop(key, None)
    moved: dict[str, Any] = _moved(parts)
    return moved


def _moved(value: Any) -> Any:
    """The same with references to where the definitions are now."""
    if isinstance(value, list):
        return [_moved(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: item.replace("#/$defs/", _COMPONENTS) if key == "$ref" else _moved(item)
        for key, item in value.items()
    }
