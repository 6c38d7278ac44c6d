"""What holds for every report, whatever was read and whatever the model says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from attribution.report_schema import report_schema
from attribution.types import Report, Span

__all__ = ["check_foreign", "check_made", "valid_json"]


@cache
def _validator() -> Any:
    import jsonschema

    return jsonschema.Draft202012Validator(report_schema())


def valid_json(report: Report) -> None:
    """A report's JSON is JSON by the standard, follows the schema, and is read back the same."""
    text = report.to_json()

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    data = json.loads(text, parse_constant=refuse)
    error = next(_validator().iter_errors(data), None)
    assert error is None, f"the schema says: {error}"
    assert Report.from_json(text) == report, "JSON reads back another report"


def check_foreign(report: Report) -> None:
    """What holds for a report that was read from JSON of others."""
    for span in _spans(report):
        assert 0 <= span.start <= span.end <= len(report.text), f"{span} is outside of the text"
    valid_json(report)


def check_made(report: Report, text: str) -> None:
    """What holds for a report that the package made of a text."""
    assert report.text == text, "the text was changed"
    for span in _spans(report):
        assert 0 <= span.start < span.end <= len(text), f"{span} is no stretch of the text"
        words = span.of(text)
        assert words == words.strip(), f"{span} begins or ends with white space"
    sources = {source.id for source in report.sources}
    assert len(sources) == len(report.sources), "an id stands for two sources"
    assert sources == {link for claim in report.claims for link in claim.chain}
    claims = {claim.id for claim in report.claims}
    assert len(claims) == len(report.claims), "an id stands for two claims"
    assert claims >= {name for sentence in report.sentences for name in sentence.claims}
    for claim in report.claims:
        assert claim.chain[-1] == claim.source, f"{claim.id}: the chain ends elsewhere"
        assert len(set(claim.chain)) == len(claim.chain), f"{claim.id}: one source twice"
        assert all(one.end <= other.start for one, other in pairwise(claim.content))
    spans = [sentence.span for sentence in report.sentences]
    assert all(one.end <= other.start for one, other in pairwise(spans)), "sentences overlap"
    valid_json(report)


def _spans(report: Report) -> Iterator[Span]:
    for sentence in report.sentences:
        yield sentence.span
    for source in report.sources:
        yield from source.mentions
        yield from source.justification
    for claim in report.claims:
        yield from claim.content
        yield from (span for span in (claim.cue, claim.source_mention) if span is not None)
