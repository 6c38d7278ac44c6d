"""The second reading of the articles of eval.continuations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from eval import second_reading
from eval.continuations import ARTICLES, ROOT
from eval.counts import Counts, Share
from eval.passages import PHENOMENA, Marked, read_marked
from eval.second_reading import agreement, kappa, measured


@pytest.fixture(scope="module")
def ferry() -> tuple[Marked, dict[str, Any]]:
    """An article of the set, and a reading that is its tags."""
    one = next(marked for marked in read_marked(ARTICLES) if marked.article.doc == "becks")
    names = {source.id: source.name for source in one.article.sources}
    text = one.article.text
    passages = []
    for passage in one.passages:
        end = text.find("\n", passage.claim.content[-1].start)
        piece = passage.claim.content[-1]
        passages.append(
            {
                "start": piece.start,
                "end": min(piece.end, end) if end > 0 else piece.end,
                "phenomenon": passage.phenomenon,
                "source": names[passage.claim.source],
            }
        )
    cues = [
        {"start": claim.cue[0].start, "end": claim.cue[0].end, "source": names[claim.source]}
        for claim in one.article.claims
        if claim.cue
    ]
    return one, {"doc": "becks", "passages": passages, "cues": cues, "names": {}, "added": []}


def test_a_reading_that_is_the_tags_agrees_wholly(ferry: tuple[Marked, dict[str, Any]]):
    found = agreement(*ferry)
    number = len(ferry[0].passages)
    assert found["passages"] == Counts(number, number, number)
    assert found["phenomenon"] == found["source"] == Share(number, number)
    cues = len(ferry[1]["cues"])
    assert found["cues"] == Counts(cues, cues, cues)
    assert found["speaker"] == Share(cues, cues)


def test_another_source_kind_or_no_passage_is_counted(ferry: tuple[Marked, dict[str, Any]]):
    one, same = ferry
    first, second, *rest = same["passages"]
    marks = [{**first, "source": "somebody"}, {**second, "phenomenon": "block"}, *rest[1:]]
    found, number = agreement(one, {**same, "passages": marks}), len(one.passages)
    assert found["passages"] == Counts(number - 1, number - 1, number)
    assert found["source"] == found["phenomenon"] == Share(number - 2, number - 1)


def test_wordings_may_mean_one_source_and_later_claims_are_left_out(
    ferry: tuple[Marked, dict[str, Any]],
):
    one, same = ferry
    passage = one.passages[0]
    name = same["passages"][0]["source"]
    worded = [
        {**mark, "source": "them" if mark["source"] == name else mark["source"]}
        for mark in same["passages"]
    ]
    found = agreement(one, {**same, "passages": worded, "names": {"them": name}})
    number = len(one.passages)
    assert found["source"] == Share(number, number)
    less = agreement(one, {**same, "added": [passage.claim.id]})
    assert less["passages"] == Counts(number - 1, number, number - 1)


def test_kappa_takes_chance_within_each_group():
    assert kappa([[("a", "a"), ("b", "b")]]) == 1.0
    assert kappa([[("a", "a"), ("b", "a")]]) == 0.0
    assert kappa([[("a", "a")], [("b", "b")]]) is None
    assert kappa([]) is None


def test_added_claims_are_tagged_and_names_are_of_the_table():
    lines = (ARTICLES / "second.jsonl").read_text(encoding="utf-8").splitlines()
    readings = {record["doc"]: record for record in map(json.loads, lines)}
    for one in read_marked(ARTICLES):
        record = readings.pop(one.article.doc)
        assert set(record["added"]) <= {claim.id for claim in one.article.claims}
        assert set(record["names"].values()) <= {source.name for source in one.article.sources}
    assert not readings


def test_the_document_has_the_figures_of_the_two_readings(capsys: pytest.CaptureFixture[str]):
    second_reading.main([])
    found = json.loads(capsys.readouterr().out)
    assert found == measured()
    page = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    page = page.partition("### A second reading of these articles")[2].partition("\n## ")[0]
    by_kind = found["kappa"]["phenomenon"], found["kappa"]["source"]
    for row, figure in (
        ("| passages, F1 at IoU .5 | {} |", "passages"),
        (
            f"| same kind, of passages of both | {{}} (Cohen's kappa {_plain(by_kind[0])}) |",
            "phenomenon",
        ),
        (
            f"| same source, of passages of both | {{}} (kappa {_plain(by_kind[1])},"
            " chance within each article) |",
            "source",
        ),
        ("| cues, F1 | {} |", "cues"),
        ("| same speaker, of cues of both | {} |", "speaker"),
    ):
        low, high = found[figure]["interval"]
        start = row.format(_plain(found[figure]["value"]))
        assert f"{start} {_plain(low)} to {_plain(high)} | {found[figure]['n']} |" in page
    for kind in PHENOMENA:
        f1, source = found[f"passages.{kind}"], found[f"source.{kind}"]
        assert (
            f"| `{kind}` | {_plain(f1['value'])} | {f1['n']} |"
            f" {_plain(source['value'])} | {source['n']} |"
        ) in page


def _plain(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")
