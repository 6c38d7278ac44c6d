"""Whether plain data has the form of a report: by ``report.schema.json``, and what it cannot say.

A report may come from anywhere, and what draws and compares reports relies on them. So nothing is
made of data in which a value has another type, an offset lies outside of the text, or an id leads
nowhere. The schema file is the one statement of the form; of JSON Schema, what it uses is known
here, and a library for all of it is not needed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from attribution.errors import ReportFormatError
from attribution.report_schema import report_schema

__all__ = ["check_report_form"]

#: Fields that reports of release 0.1 lack.
_LATER = frozenset(
    "publisher byline dateline date captions credits notices "
    "justification interval too_little percentile".split()
)
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: _is_number(value),
    "integer": lambda value: _is_number(value) and value == int(value),
}
_SPANS = ("cue", "source_mention")


def check_report_form(data: Mapping[str, Any]) -> None:
    """Refuse what is no report.

    Args:
        data: A report as plain data. Fields that the schema does not know are let pass.

    Raises:
        ReportFormatError: Something is missing, of another type or out of its range; an offset is
            outside of the text; or an id is there twice or leads nowhere. The message says where.
    """
    problem = next(_problems(data, _schema(), "report"), None) or next(_broken(data), None)
    if problem:
        raise ReportFormatError(f"not an attribution report: {problem}")


@cache
def _schema() -> dict[str, Any]:
    return report_schema()


def _is_number(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _problems(value: Any, schema: Mapping[str, Any], place: str) -> Iterator[str]:
    """What of a value is not as the schema has it."""
    if "$ref" in schema:
        schema = _schema()["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if "anyOf" in schema:
        tried = [next(_problems(value, part, place), None) for part in schema["anyOf"]]
        if all(tried):
            yield str(tried[0])
        return
    types = schema.get("type", [])
    allowed = [types] if isinstance(types, str) else types
    if allowed and not any(_TYPES[name](value) for name in allowed):
        yield f"{place} is of type {type(value).__name__}, not {' or '.join(allowed)}"
    elif "const" in schema and value != schema["const"]:
        yield f"{place} is not {schema['const']!r}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{place} is none of {', '.join(schema['enum'])}"
    elif isinstance(value, dict):
        yield from _in_object(value, schema, place)
    elif isinstance(value, list):
        yield from _in_array(value, schema, place)
    elif _is_number(value) and not (
        schema.get("minimum", -math.inf) <= value <= schema.get("maximum", math.inf)
    ):
        yield f"{place} is out of range"
    elif isinstance(value, str) and len(value) < schema.get("minLength", 0):
        yield f"{place} is empty"


def _in_object(value: Mapping[str, Any], schema: Mapping[str, Any], place: str) -> Iterator[str]:
    missing = [key for key in schema.get("required", ()) if key not in value and key not in _LATER]
    if missing:
        yield f"{place} has no {missing[0]}"
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", {})
    for key, item in value.items():
        part = known.get(key, others)
        if isinstance(part, dict) and part:
            yield from _problems(item, part, f"{place}.{key}")


def _in_array(value: list[Any], schema: Mapping[str, Any], place: str) -> Iterator[str]:
    least, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)
    if not least <= len(value) <= most:
        yield f"{place} has {len(value)} items"
    for number, item in enumerate(value):
        yield from _problems(item, schema.get("items", {}), f"{place}[{number}]")
    if schema.get("uniqueItems") and len(set(map(repr, value))) < len(value):
        yield f"{place} has an item twice"


def _broken(data: Mapping[str, Any]) -> Iterator[str]:
    """Offsets and ids that hold nowhere. The data has the form that the schema asks for."""
    end = len(data["text"])
    for place, span in _spans(data):
        if not span["start"] <= span["end"] <= end:
            yield f"{place} does not lie in the text of {end} characters"
    low, high = data["transparency"].get("interval") or (0, 0)
    if low > high:
        yield f"report.transparency.interval ends at {high}, before it begins"
    sources = [source["id"] for source in data["sources"]]
    claims = [claim["id"] for claim in data["claims"]]
    for what, ids in (("sources", sources), ("claims", claims)):
        if len(set(ids)) < len(ids):
            yield f"two {what} have one id"
    for claim in data["claims"]:
        if not {claim["source"], *claim["chain"]} <= set(sources):
            yield f"claim {claim['id']!r} names a source that is not there"
        elif claim["chain"][-1] != claim["source"]:
            yield f"claim {claim['id']!r} has another source than its chain ends with"
    for number, sentence in enumerate(data["sentences"]):
        if not set(sentence["claims"]) <= set(claims):
            yield f"sentence {number} names a claim that is not there"


def _spans(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, float]]]:
    for number, sentence in enumerate(data["sentences"]):
        yield f"sentence {number}", sentence
    for source in data["sources"]:
        for key in ("mentions", "justification"):
            for span in source.get(key, ()):
                yield f"{key} of source {source['id']!r}", span
    for claim in data["claims"]:
        spans = [claim[key] for key in _SPANS if claim[key] is not None]
        for span in (*claim["content"], *spans):
            yield f"claim {claim['id']!r}", span
