"""Two reports side by side."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given

from attribution.compare.comparison import Comparison, Numbers
from attribution.compare.reports import compare
from attribution.compare.table import to_compare_table
from attribution.types import (
    Claim,
    Component,
    ModelInfo,
    Report,
    Source,
    SourceType,
    Span,
    Transparency,
)
from strategies import reports

LINES = {
    "dam": "The dam is safe",
    "dam2": "The dam is quite safe now",
    "toll": "nine workers were taken to hospital",
    "vote": "no vote was held in secret",
}


def report(*claims: tuple[str, str], score: float = 50, **sources: Source | str) -> Report:
    """A report with a claim for each (line, chain "near far"); sources are given by type."""
    text = ""
    made = []
    for number, (line, chain) in enumerate(claims, start=1):
        start = len(text)
        text += LINES.get(line, line) + ". "
        span = Span(start, len(text) - 2)
        ids = tuple(chain.split())
        made.append(
            Claim(f"c{number}", (span,), None, None, ids[-1], "indirect", "statement", ids, 0.9)
        )
    known = tuple(
        item if isinstance(item, Source) else Source(key, key.title(), item)
        for key, item in sources.items()
    )
    parts = {"identification": Component(score / 100, 1.0, "why")}
    shown = Transparency(score, parts)
    return Report(text, None, (), known, tuple(made), shown, ModelInfo("test", "1"))


def changes(found: Comparison) -> dict[str, tuple[str, ...]]:
    return {pair.b.id: pair.changes for pair in found.claims_changed}


class TestClaims:
    def test_claims_gained_and_lost(self) -> None:
        one = report(("dam", "ada"), ("toll", "ada"), ada="named_person")
        other = report(("dam", "ada"), ("vote", "ada"), ada="named_person")
        found = compare(one, other)
        assert [claim.id for claim in found.claims_lost] == ["c2"]
        assert [claim.id for claim in found.claims_gained] == ["c2"]
        assert found.claims_changed == ()

    def test_a_claim_in_slightly_other_words_is_the_same(self) -> None:
        one = report(("dam", "ada"), ada="named_person")
        other = report(("dam2", "ada"), ada="named_person")
        assert changes(compare(one, other)) == {"c1": ("content",)}

    def test_another_origin(self) -> None:
        known = {"ada": "named_person", "ben": "named_person"}
        found = compare(report(("dam", "ada"), **known), report(("dam", "ben"), **known))
        assert changes(found) == {"c1": ("source",)}

    def test_another_way_from_the_same_origin(self) -> None:
        known = {"ada": "named_person", "post": "media_outlet"}
        found = compare(report(("dam", "ada"), **known), report(("dam", "post ada"), **known))
        assert changes(found) == {"c1": ("chain",)}

    def test_the_order_of_intermediaries_counts(self) -> None:
        known = {"ada": "named_person", "post": "media_outlet", "echo": "media_outlet"}
        one, other = (
            report(("dam", "post echo ada"), **known),
            report(("dam", "echo post ada"), **known),
        )
        assert changes(compare(one, other)) == {"c1": ("chain",)}

    def test_another_form_and_kind(self) -> None:
        one = report(("dam", "ada"), ada="named_person")
        claim = replace(one.claims[0], speech="direct", kind="belief")
        assert changes(compare(one, replace(one, claims=(claim,)))) == {"c1": ("speech", "kind")}

    def test_an_origin_under_its_full_name_is_no_other_origin(self) -> None:
        one = report(("dam", "roe"), roe=Source("roe", "Roe", "named_person"))
        other = report(("dam", "roe"), roe=Source("roe", "Ada Roe", "named_person"))
        assert changes(compare(one, other)) == {}

    def test_the_same_words_twice_are_paired_by_their_sources(self) -> None:
        known = {"ada": "named_person", "ben": "named_person"}
        one = report(("dam", "ada"), ("dam", "ben"), **known)
        other = report(("toll", "ada"), ("dam", "ben"), ("dam", "ada"), **known)
        assert changes(compare(one, other)) == {}

    def test_a_claim_inside_another_is_not_taken_for_it(self) -> None:
        one = report(("dam", "ada"), ada="named_person")
        outer = replace(one.claims[0], id="c2")
        inner = replace(one.claims[0], content=(Span(0, 7),))
        both = replace(one, claims=(outer, inner))
        assert compare(one, both).claims[0].b.id == "c2"


class TestSources:
    def found(self, one: Source, other: Source, line: str = "dam") -> Comparison:
        return compare(
            report(("dam", one.id), **{one.id: one}), report((line, other.id), **{other.id: other})
        )

    @pytest.mark.parametrize(
        ("one", "other"), [("Roe", "Ada Roe"), ("the Quay Press", "Quay Press"), ("X Y", "Y X")]
    )
    def test_a_name_within_a_name_is_the_same_source_renamed(self, one: str, other: str) -> None:
        found = self.found(
            Source("s1", one, "named_person"), Source("s1", other, "named_person"), "vote"
        )
        assert [pair.changes for pair in found.sources_changed] == [("name",)]
        assert found.sources_lost == found.sources_gained == ()

    def test_the_same_name_with_another_type_is_retyped(self) -> None:
        found = self.found(Source("s1", "Tide", "document"), Source("s1", "Tide", "media_outlet"))
        assert [pair.changes for pair in found.sources_changed] == [("type",)]

    def test_a_nameless_source_that_gets_a_name_is_the_same(self) -> None:
        found = self.found(
            Source("s1", "an official", "unnamed_person", "", True),
            Source("s4", "Ada Roe", "named_person", "mayor"),
        )
        (pair,) = found.sources_changed
        assert pair.changes == ("name", "type", "role", "anonymity_granted")
        assert changes(found) == {}

    def test_two_names_are_two_people_though_their_claims_are_one(self) -> None:
        found = self.found(Source("s1", "Ada", "named_person"), Source("s1", "Ben", "named_person"))
        assert [source.name for source in found.sources_lost] == ["Ada"]
        assert [source.name for source in found.sources_gained] == ["Ben"]
        assert changes(found) == {"c1": ("source",)}

    def test_an_intermediary_is_known_by_its_place_in_the_chain(self) -> None:
        ada = Source("ada", "Ada", "named_person")
        found = compare(
            report(("dam", "x ada"), x=Source("x", "a Tide poll", "document"), ada=ada),
            report(("dam", "x ada"), x=Source("x", "Tide", "named_organization"), ada=ada),
        )
        assert [pair.changes for pair in found.sources_changed] == [("name", "type")]
        assert changes(found) == {}

    def test_a_nameless_source_with_a_minority_of_the_claims_is_another(self) -> None:
        nameless = Source("x", "an official", "unnamed_person")
        ada, ben = (Source(key, key.title(), "named_person") for key in ("ada", "ben"))
        one = report(("dam", "x"), ("toll", "ben"), ("vote", "ben"), x=nameless, ben=ben)
        other = report(("dam", "ada"), ("toll", "ada"), ("vote", "ada"), ada=ada)
        assert compare(one, other).sources == ()

    @pytest.mark.parametrize("kind", ["named_person", "unnamed_person"])
    def test_nobody_is_never_renamed(self, kind: SourceType) -> None:
        found = self.found(
            Source("s1", "unspecified", "unspecified"), Source("s1", "the mayor", kind)
        )
        assert [source.name for source in found.sources_lost] == ["unspecified"]

    def test_a_short_name_of_another_type_is_another_source_without_a_claim(self) -> None:
        found = self.found(
            Source("s1", "Roe", "named_person"), Source("s1", "Roe Tribune", "media_outlet"), "vote"
        )
        assert found.sources == ()


class TestWhole:
    def test_scores_stand_side_by_side(self) -> None:
        one = report(("dam", "ada"), score=40, ada="named_person")
        other = report(("dam", "ada"), score=60, ada="named_person")
        found = compare(one, other)
        assert found.score == Numbers(40, 60)
        assert found.components["identification"].difference == pytest.approx(0.2)

    def test_a_component_that_one_report_lacks_has_no_difference(self) -> None:
        one = report(score=40)
        other = replace(one, transparency=Transparency(40))
        assert compare(one, other).components["identification"].difference is None

    def test_sentences_in_both(self, example_report: Report) -> None:
        shorter = replace(example_report, sentences=example_report.sentences[1:])
        assert compare(example_report, shorter).same_sentences == pytest.approx(2 * 4 / 9)

    @given(reports())
    def test_a_report_does_not_differ_from_itself(self, report: Report) -> None:
        found = compare(report, report)
        assert not found
        assert found.same_sentences == 1
        assert [pair.a for pair in found.claims] == list(report.claims)
        assert all(pair.a == pair.b for pair in (*found.claims, *found.sources))

    @given(reports(), reports())
    def test_the_other_way_round_is_the_mirror(self, one: Report, other: Report) -> None:
        there, back = compare(one, other), compare(other, one)
        assert (there.claims_lost, there.claims_gained) == (back.claims_gained, back.claims_lost)
        assert there.sources_lost == back.sources_gained
        assert there.sources_gained == back.sources_lost
        for ours, theirs in ((there.claims, back.claims), (there.sources, back.sources)):
            mirrored = Counter((pair.b, pair.a, pair.changes) for pair in theirs)
            assert Counter((pair.a, pair.b, pair.changes) for pair in ours) == mirrored
        assert there.same_sentences == back.same_sentences
        assert there.score == Numbers(back.score.b, back.score.a)
        assert bool(there) == bool(back)

    @given(reports(), reports())
    def test_everything_is_in_both_or_in_one(self, one: Report, other: Report) -> None:
        found = compare(one, other)
        assert Counter((*found.claims_lost, *(pair.a for pair in found.claims))) == Counter(
            one.claims
        )
        assert Counter((*found.sources_gained, *(pair.b for pair in found.sources))) == Counter(
            other.sources
        )


class TestMirrorOfLikeReports:
    """Claims and sources that are much alike, so that pairs compete."""

    def test_likeness_does_not_depend_on_which_comes_first(self) -> None:
        # difflib finds 10 of 14 words in common one way round, 8 the other.
        one, other = (
            report((line, "ada"), ada="named_person") for line in ("a b c t i d e", "a b c d i e t")
        )
        assert len(compare(one, other).claims) == len(compare(other, one).claims)

    @pytest.mark.parametrize("turn", range(4))
    def test_order_is_mirrored(self, turn: int) -> None:
        known = {"ada": "named_person", "ben": "named_person", "roe": "unnamed_person"}
        claims = [("dam", "ada"), ("dam2", "ben"), ("dam", "ben"), ("dam", "roe")]
        one = report(*claims, **known)
        other = report(*claims[turn:], *claims[:turn], **dict(reversed(known.items())))
        pairs = {(pair.a.id, pair.b.id) for pair in compare(one, other).claims}
        assert pairs == {(pair.b.id, pair.a.id) for pair in compare(other, one).claims}
        assert len(pairs) == 4


class TestJson:
    def test_it_names_what_changed_in_words(self) -> None:
        known = {"ada": "named_person", "post": "media_outlet"}
        one = report(("dam", "ada"), ("toll", "ada"), score=40, **known)
        other = report(("dam", "post ada"), score=60, **known)
        data = compare(one, other).to_dict()
        assert data["schema"] == "attribution.comparison/1"
        (changed,) = data["claims"]["changed"]
        assert changed["changes"] == ["chain"]
        assert (changed["a"]["chain"], changed["b"]["chain"]) == (["Ada"], ["Post", "Ada"])
        assert [claim["content"] for claim in data["claims"]["lost"]] == [LINES["toll"]]
        assert data["score"] == {"a": 40, "b": 60, "difference": 20}
        assert (data["a"]["claims"], data["b"]["claims"]) == (2, 1)

    @given(reports(), reports())
    def test_any_comparison_is_json(self, one: Report, other: Report) -> None:
        data = compare(one, other).to_dict()
        assert json.loads(json.dumps(data)) == data


class TestTable:
    def drawn(self, one: Report, other: Report) -> str:
        return to_compare_table(compare(one, other), ("a.txt", "b.txt"), color=False, width=110)

    def test_signs_tell_lost_gained_and_changed(self) -> None:
        known = {"ada": "named_person", "post": "media_outlet"}
        one = report(("dam", "ada"), ("toll", "ada"), **known)
        other = report(("dam", "post ada"), ("vote", "ada"), **known)
        shown = {line.split()[0]: line for line in self.drawn(one, other).splitlines()
                 if line.strip()[:2] in ("- ", "+ ", "~ ")}  # fmt: skip
        assert LINES["toll"] in shown["-"]
        assert LINES["vote"] in shown["+"]
        assert LINES["dam"] in shown["~"]

    def test_scores_stand_with_their_intervals(self, example_report: Report) -> None:
        def scored(low: float, high: float) -> Report:
            score = replace(example_report.transparency, interval=(low, high))
            return replace(example_report, transparency=score)

        line = next(
            line
            for line in self.drawn(scored(40.2, 60), scored(50, 70)).splitlines()
            if "interval" in line
        )
        assert line.split() == ["its", "interval", "40", "to", "60", "50", "to", "70"]

    def test_equal_reports_say_so(self, example_report: Report) -> None:
        assert "No differences in sources, claims or score." in self.drawn(
            example_report, example_report
        )

    @given(reports(), reports())
    def test_nothing_harmful_reaches_the_terminal(self, one: Report, other: Report) -> None:
        drawn = self.drawn(one, other)
        drawn.encode("utf-8")
        assert not any(char < " " and char != "\n" for char in drawn)
