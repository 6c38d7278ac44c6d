"""Spans, and the round trip of reports through plain data and JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import attribution
from attribution import errors
from attribution.errors import AttributionError, ReportFormatError
from attribution.types import SCHEMA, Report, Span
from strategies import any_text, reports, spans


class TestSpan:
    @given(any_text.flatmap(lambda text: st.tuples(st.just(text), spans(text))))
    def test_length_is_that_of_its_words(self, drawn: tuple[str, Span]) -> None:
        text, span = drawn
        assert len(span) == len(span.of(text))

    @pytest.mark.parametrize(
        ("other", "overlaps"),
        [(Span(0, 2), False), (Span(0, 3), True), (Span(4, 9), True), (Span(5, 9), False)],
    )
    def test_overlaps_when_a_character_is_shared(self, other: Span, overlaps: bool) -> None:
        assert Span(2, 5).overlaps(other) is overlaps
        assert other.overlaps(Span(2, 5)) is overlaps

    @pytest.mark.parametrize(
        ("other", "contained"), [(Span(2, 5), True), (Span(3, 4), True), (Span(1, 4), False)]
    )
    def test_contains_what_lies_wholly_inside(self, other: Span, contained: bool) -> None:
        assert Span(2, 5).contains(other) is contained


class TestReport:
    @given(reports())
    def test_survives_plain_data(self, report: Report) -> None:
        assert Report.from_dict(report.to_dict()) == report

    @given(reports(), st.none() | st.integers(0, 4))
    def test_survives_json(self, report: Report, indent: int | None) -> None:
        # JSON itself makes one character of a high and a low surrogate that stand side by side.
        assume(json.loads(json.dumps(report.to_dict())) == report.to_dict())
        assert Report.from_json(report.to_json(indent=indent)) == report

    def test_lone_surrogate_survives_json(self, example_report: Report) -> None:
        data = example_report.to_dict()
        data["text"] += "a\ud800b\x00\u202e"
        report = Report.from_dict(data)
        assert Report.from_json(report.to_json()) == report

    @given(reports())
    def test_json_is_ascii(self, report: Report) -> None:
        assert report.to_json().isascii()

    def test_plain_data_names_the_schema_first(self, example_report: Report) -> None:
        assert next(iter(example_report.to_dict().items())) == ("schema", SCHEMA)

    def test_plain_data_has_the_keys_of_the_schema(self, example_report: Report) -> None:
        data = example_report.to_dict()
        assert list(data) == [
            "schema", "model", "title", "publisher", "byline", "dateline", "date",
            "captions", "credits", "notices", "text", "sentences", "sources", "claims",
            "transparency",
        ]  # fmt: skip
        assert set(data["sentences"][0]) == {"start", "end", "status", "claims"}
        assert set(data["sources"][0]) == {
            "id", "name", "type", "role", "anonymity_granted", "mentions", "justification"
        }  # fmt: skip
        assert set(data["claims"][0]) == {
            "id", "content", "cue", "source_mention", "source", "speech", "kind", "chain",
            "confidence",
        }  # fmt: skip
        assert set(data["transparency"]) == {
            "score", "components", "interval", "too_little", "percentile"
        }  # fmt: skip

    def test_keys_that_others_added_are_ignored(self, example_report: Report) -> None:
        assert Report.from_dict({"input": "a.txt", **example_report.to_dict()}) == example_report

    def test_reports_of_release_0_1_have_no_interval(self, example_report: Report) -> None:
        data = example_report.to_dict()
        for name in ("interval", "too_little", "percentile"):
            del data["transparency"][name]
        score = Report.from_dict(data).transparency
        assert (score.interval, score.too_little, score.percentile) == (None, False, None)
        assert score.score == example_report.transparency.score

    def test_via_is_the_chain_without_its_origin(self, example_report: Report) -> None:
        assert example_report.claims[0].via == ("s2",)
        assert example_report.claims[2].via == ()

    def test_source_finds_by_id(self, example_report: Report) -> None:
        assert example_report.source("s2").name == "Estuary Post"
        with pytest.raises(KeyError, match="s9"):
            example_report.source("s9")


class TestReportFormatError:
    @pytest.mark.parametrize("data", [None, [], "text", {}, {"schema": "attribution.report/0"}])
    def test_names_the_schema_it_expected(self, data: Any) -> None:
        with pytest.raises(ReportFormatError, match=SCHEMA):
            Report.from_dict(data)

    @pytest.mark.parametrize("key", ["text", "title", "sentences", "sources", "claims", "model"])
    def test_names_a_missing_part(self, example_report: Report, key: str) -> None:
        data = example_report.to_dict()
        del data[key]
        with pytest.raises(ReportFormatError, match=key):
            Report.from_dict(data)

    @pytest.mark.parametrize(
        ("key", "broken"),
        [
            ("sentences", [{"start": 0}]),
            ("sources", 5),
            ("claims", ["c1"]),
            ("transparency", {"score": 1, "components": []}),
            ("transparency", {"score": "much", "components": {}}),
            ("transparency", {"score": 1, "components": {}, "interval": [1]}),
            ("sentences", [{"start": float("inf"), "end": 1, "status": "none", "claims": []}]),
        ],
    )
    def test_is_raised_for_parts_of_another_shape(
        self, example_report: Report, key: str, broken: Any
    ) -> None:
        with pytest.raises(ReportFormatError, match="not an attribution report"):
            Report.from_dict({**example_report.to_dict(), key: broken})

    @pytest.mark.parametrize("text", ["", "{", "[1, 2", "\ud800"])
    def test_is_raised_for_what_is_no_json(self, text: str) -> None:
        with pytest.raises(ReportFormatError, match="not JSON"):
            Report.from_json(text)

    @pytest.mark.parametrize("text", ["[" * 100_000, "1" * 5_000, '{"a": ' * 50_000])
    def test_is_raised_for_json_that_python_does_not_read(self, text: str) -> None:
        with pytest.raises(ReportFormatError, match="not JSON"):
            Report.from_json(text)

    @pytest.mark.parametrize(
        ("way", "wrong", "told"),
        [
            (("text",), 5, "report.text is of type int, not string"),
            (("title",), ["a"], "report.title is of type list"),
            (("publisher",), 5, "report.publisher is of type int"),
            (("model", "name"), None, "report.model.name is of type NoneType"),
            (("sentences", 0, "end"), 10**6, "sentence 0 does not lie in the text"),
            (("sentences", 0, "start"), 0.5, "start is of type float, not integer"),
            (("sentences", 0, "start"), -1, "start is out of range"),
            (("sentences", 0, "start"), "0", "start is of type str"),
            (("sentences", 0, "status"), "told", "status is none of none, direct"),
            (("sentences", 0, "claims"), ["c99"], "sentence 0 names a claim that is not there"),
            (("sources", 0, "id"), "", "id is empty"),
            (("sources", 1, "id"), "s1", "two sources have one id"),
            (("sources", 0, "anonymity_granted"), "no", "is of type str, not boolean"),
            (("sources", 0, "mentions", 0, "end"), 10**6, "mentions of source 's1'"),
            (("claims", 1, "id"), "c1", "two claims have one id"),
            (("claims", 0, "content"), [], "content has 0 items"),
            (("claims", 0, "cue", "end"), 10**6, "claim 'c1' does not lie in the text"),
            (("claims", 0, "confidence"), float("nan"), "confidence is of type float"),
            (("claims", 0, "confidence"), 1.5, "confidence is out of range"),
            (("claims", 0, "chain"), ["s1", "s1"], "chain has an item twice"),
            (("claims", 0, "chain"), ["s9"], "claim 'c1' names a source that is not there"),
            (("claims", 0, "source"), "s3", "another source than its chain ends with"),
            (("transparency", "score"), 101, "score is out of range"),
            (("transparency", "interval"), [90, 10], "interval ends at 10, before it begins"),
            (("transparency", "components"), [], "components is of type list"),
            (("transparency", "interval"), [1], "interval has 1 items"),
        ],
    )
    def test_is_raised_for_what_nothing_could_be_made_of(
        self, example_report: Report, way: tuple[Any, ...], wrong: object, told: str
    ) -> None:
        data = json.loads(example_report.to_json())
        part = data
        for key in way[:-1]:
            part = part[key]
        part[way[-1]] = wrong
        with pytest.raises(ReportFormatError, match=f"not an attribution report: .*{told}"):
            Report.from_dict(data)

    def test_is_caught_as_the_packages_own_error(self) -> None:
        with pytest.raises(AttributionError):
            Report.from_dict({})


def test_every_error_can_be_caught_by_its_name_in_the_package() -> None:
    assert set(errors.__all__) <= set(attribution.__all__)
    assert all(getattr(attribution, name) is getattr(errors, name) for name in errors.__all__)
