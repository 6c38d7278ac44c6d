"""The marks around each run of the article, and the provenance drawing."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

from hypothesis import given, settings

from attribution.outputs.html.drawing import DRAWN, HEIGHT, Drawing, draw, steps_of
from attribution.outputs.html.text import MARKS, Run, article_of
from attribution.outputs.html.view import look_at
from attribution.types import Claim, Report, Sentence, Span
from pages import long_report
from strategies import Article, articles, reports


def runs(report: Report) -> list[Run]:
    passages = [passage for block in article_of(look_at(report)) for passage in block.passages]
    return [run for passage in passages for run in passage.runs]


def told(report: Report, *contents: tuple[int, int] | tuple[tuple[int, int], ...]) -> Report:
    """The report with one claim of its first source for each content, given by offsets."""
    claims = []
    for number, content in enumerate(contents, start=1):
        pieces = content if isinstance(content[0], tuple) else (content,)
        spans = tuple(Span(*piece) for piece in pieces)  # type: ignore[misc]
        key = report.sources[0].id
        claims.append(
            Claim(f"c{number}", spans, None, None, key, "direct", "statement", (key,), 0.5)
        )
    return replace(report, text="abcdefghij", sentences=(), claims=tuple(claims))


def marks(report: Report) -> list[tuple[str, list[int]]]:
    return [(run.text, [mark.claim.number for mark in run.marks]) for run in runs(report)]


class TestRuns:
    def test_a_claim_inside_another_is_the_inner_mark(self, example_report: Report) -> None:
        report = told(example_report, (3, 6), (0, 9))
        assert marks(report) == [("abc", [2]), ("def", [2, 1]), ("ghi", [2]), ("j", [])]

    def test_claims_that_overlap_share_a_run(self, example_report: Report) -> None:
        report = told(example_report, (0, 6), (4, 10))
        assert marks(report) == [("abcd", [1]), ("ef", [1, 2]), ("ghij", [2])]

    def test_content_in_pieces_ends_with_the_last(self, example_report: Report) -> None:
        report = told(example_report, ((0, 2), (5, 7)))
        assert marks(report) == [("ab", [1]), ("cde", []), ("fg", [1]), ("hij", [])]
        assert [len(run.ends) for run in runs(report)] == [0, 0, 1, 0]

    def test_of_claims_that_end_together_the_inner_comes_first(
        self, example_report: Report
    ) -> None:
        ends = runs(told(example_report, (0, 10), (5, 10)))[-1].ends
        assert [claim.number for claim in ends] == [2, 1]

    def test_only_the_innermost_of_very_many_are_marked(self, example_report: Report) -> None:
        report = told(example_report, *((0, 10 - n) for n in range(9)))
        innermost = runs(report)[0].marks
        assert [mark.claim.number for mark in innermost] == list(range(10 - MARKS, 10))
        assert [mark.depth for mark in innermost] == list(range(MARKS))[::-1]

    def test_a_sentence_opens_once(self, example_report: Report) -> None:
        report = replace(
            told(example_report, (2, 4)),
            text="abcdef\n\nghij",
            sentences=(Sentence(Span(0, 12), "none"),),
        )
        passages = [passage for block in article_of(look_at(report)) for passage in block.passages]
        assert [(item.sentence, item.opens) for item in passages] == [(1, True), (1, False)]

    def test_offsets_beyond_the_text_are_cut(self, example_report: Report) -> None:
        assert marks(told(example_report, (-5, 99))) == [("abcdefghij", [1])]

    @given(reports())
    @settings(max_examples=60)
    def test_every_claim_ends_once_where_there_is_text(self, report: Report) -> None:
        ends = [claim.number for run in runs(report) for claim in run.ends]
        expected = range(1, len(report.claims) + 1) if report.text.split() else ()
        assert sorted(ends) == list(expected)


def overlap(drawing: Drawing) -> bool:
    return any(
        one.x == other.x and abs(one.y - other.y) < HEIGHT
        for one, other in combinations(drawing.boxes, 2)
    )


class TestDrawing:
    @given(articles())
    @settings(max_examples=60)
    def test_no_two_boxes_overlap_and_all_lie_inside(self, made: Article) -> None:
        drawing = draw(look_at(made.report()))
        assert not overlap(drawing)
        for box in drawing.boxes:
            assert box.x + box.width <= drawing.width
            assert box.y + HEIGHT <= drawing.height

    @given(articles())
    @settings(max_examples=60)
    def test_every_step_of_a_chain_is_one_line(self, made: Article) -> None:
        drawing = draw(look_at(made.report()))
        steps: dict[tuple[str, str], set[int]] = {}
        for number, claim in enumerate(made.claims, start=1):
            for step in pairwise(("article", *claim.chain)):
                steps.setdefault(step, set()).add(number)
        drawn = sorted(sorted(edge.claims) for edge in drawing.edges)
        assert drawn == sorted(sorted(claims) for claims in steps.values())

    @given(articles())
    @settings(max_examples=40)
    def test_list_has_every_claim_once(self, made: Article) -> None:
        view = look_at(made.report())
        waiting, found = [steps_of(view)], []
        while waiting:
            step = waiting.pop()
            found += [claim.number for claim in step.claims]
            waiting += step.further.values()
        assert sorted(found) == [claim.number for claim in view.claims]

    def test_article_origins_and_what_lies_between_stand_in_columns(
        self, example_report: Report
    ) -> None:
        boxes = {box.key: box for box in draw(look_at(example_report)).boxes}
        assert boxes[0].x < boxes[2].x < boxes[1].x == boxes[3].x == boxes[4].x

    def test_a_source_with_more_claims_has_a_larger_dot(self, example_report: Report) -> None:
        boxes = {box.key: box for box in draw(look_at(example_report)).boxes}
        assert boxes[1].radius > boxes[3].radius

    def test_small_sources_share_a_box_where_there_are_very_many(self) -> None:
        view = look_at(long_report(2000, 120, 100))
        drawing = draw(view)
        assert len(drawing.boxes) <= DRAWN + 3
        assert drawing.left_out == 100 - DRAWN
        assert not overlap(drawing)
        assert {number for box in drawing.boxes if box.key < 0 for number in box.claims}
