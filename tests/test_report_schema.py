"""The published JSON schema of reports: it fits what the library writes, and nothing less."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, get_args

import pytest
from hypothesis import given

from attribution.report_schema import report_schema
from attribution.types import KINDS, SCHEMA, SOURCE_TYPES, Report, Speech, Status
from strategies import reports
from tiny_model import SAMPLE, tiny_scorer

jsonschema = pytest.importorskip("jsonschema")

SCHEMA_OF_REPORTS = report_schema()


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object with named fields in a schema."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without room for the fields of later releases."""
    schema = deepcopy(schema)
    for part in objects(schema):
        part["additionalProperties"] = False
    return schema


VALIDATOR = jsonschema.Draft202012Validator(closed(SCHEMA_OF_REPORTS))


def test_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA_OF_REPORTS)


@given(reports())
def test_any_report_follows_it(report: Report) -> None:
    VALIDATOR.validate(report.to_dict())


def test_made_report_follows_it(example_report: Report) -> None:
    VALIDATOR.validate(json.loads(example_report.to_json()))


def test_report_of_a_model_follows_it() -> None:
    report = tiny_scorer()(SAMPLE, title="Ferry")
    assert report.claims
    VALIDATOR.validate(report.to_dict())


def test_name_of_the_input_is_allowed(example_report: Report) -> None:
    VALIDATOR.validate({"input": "a.txt", **example_report.to_dict()})


def test_fields_of_later_releases_are_allowed(example_report: Report) -> None:
    open_to_more = jsonschema.Draft202012Validator(SCHEMA_OF_REPORTS)
    open_to_more.validate({**example_report.to_dict(), "later": 1})


def test_names_the_values_of_the_types() -> None:
    parts = SCHEMA_OF_REPORTS["$defs"]
    claim, source = parts["Claim"]["properties"], parts["Source"]["properties"]
    assert SCHEMA_OF_REPORTS["properties"]["schema"]["const"] == SCHEMA
    assert claim["kind"]["enum"] == list(KINDS)
    assert claim["speech"]["enum"] == list(get_args(Speech))
    assert source["type"]["enum"] == list(SOURCE_TYPES)
    assert parts["Sentence"]["properties"]["status"]["enum"] == list(get_args(Status))


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every field of every object in a report."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*way, key)
            yield from places(item, (*way, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from places(item, (*way, number))


def test_no_field_may_be_missing(example_report: Report) -> None:
    whole = example_report.to_dict()
    free = set(whole["transparency"]["components"])
    for *way, last in places(whole):
        if last in free:
            continue
        lacking = deepcopy(whole)
        part = lacking
        for key in way:
            part = part[key]
        del part[last]
        assert not VALIDATOR.is_valid(lacking), (*way, last)


@pytest.mark.parametrize(
    ("way", "wrong"),
    [
        (("schema",), "attribution.report/2"),
        (("title",), 1),
        (("sentences", 0, "start"), -1),
        (("sentences", 0, "status"), "reported"),
        (("sources", 0, "type"), "person"),
        (("sources", 0, "anonymity_granted"), "no"),
        (("claims", 0, "content"), []),
        (("claims", 0, "chain"), []),
        (("claims", 0, "chain"), ["s1", "s1"]),
        (("claims", 0, "confidence"), 1.5),
        (("claims", 0, "cue"), {"start": 1}),
        (("transparency", "score"), 101),
        (("transparency", "interval"), [1]),
        (("transparency", "interval", 0), -1),
        (("transparency", "too_little"), None),
    ],
)
def test_wrong_values_are_refused(
    example_report: Report, way: tuple[Any, ...], wrong: object
) -> None:
    report = example_report.to_dict()
    part: Any = report
    for key in way[:-1]:
        part = part[key]
    part[way[-1]] = wrong
    assert not VALIDATOR.is_valid(report)
