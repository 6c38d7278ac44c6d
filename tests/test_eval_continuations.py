"""Claims that go on without a cue: their articles, their passages, their figures."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tiny import span, spans, with_claim, with_source, without_claim

from attribution.types import Report
from eval import continuations
from eval.alignment import align
from eval.continuations import ARTICLES, BEGIN, END, measured
from eval.counts import Share
from eval.gold_report import gold_report
from eval.passages import PHENOMENA, Marked, measure_passages, passages_of, read_marked
from eval.run import System
from training.readers.articles import claim_rows
from training.readers.gold import GoldArticle, GoldClaim, GoldSource

TEXT = (
    "Olga Prebble said the ferry was late. It had been late all week.\n\n"
    "“We waited,” said Amit Sorley. “It rained.\n\n"
    "“Then it hailed.”\n\n"
    "The pier was built in 1902."
)
OLGA = GoldSource("s1", "Olga Prebble", "named_person")
AMIT = GoldSource("s2", "Amit Sorley", "named_person")


def claim(name: str, source: str, *content: str, cue: str = "") -> GoldClaim:
    return GoldClaim(
        id=name,
        content=spans(*content, text=TEXT),
        cue=spans(cue, text=TEXT) if cue else (),
        source=source,
        via=(),
        kind="statement",
        speech="indirect",
    )


LATE = claim("1", "s1", "the ferry was late", cue="said the")
WEEK = claim("2", "s1", "It had been late all week")
RAIN = claim("3", "s2", "“We waited,”", "“It rained.", "“Then it hailed.”", cue="said Amit")
NAMED = {"2": "paraphrase", "3": "broken"}
GOLD = GoldArticle(
    doc="ferry",
    text=TEXT,
    claims=(LATE, WEEK, RAIN),
    sources=(OLGA, AMIT),
    resolved=True,
    nested=True,
)
PERFECT = gold_report(GOLD)


def tallies(report: Report) -> dict[str, Share]:
    counted = measure_passages(align(report, GOLD), passages_of(GOLD, NAMED))
    return {name: tally for name, tally in counted.items() if isinstance(tally, Share)}


# Passages


def test_a_claim_without_a_cue_and_a_paragraph_without_one_are_passages():
    found = passages_of(GOLD, NAMED)
    assert [(one.phenomenon, one.claim.id, len(one.words)) for one in found] == [
        ("paraphrase", "2", 6),
        ("broken", "3", 3),
    ]


@pytest.mark.parametrize("named", [{"2": "paraphrase"}, {**NAMED, "1": "bare"}])
def test_every_claim_with_a_passage_must_say_what_it_is_and_no_other(named: dict[str, str]):
    with pytest.raises(ValueError, match="do not agree"):
        passages_of(GOLD, named)


def test_an_unknown_phenomenon_is_refused():
    with pytest.raises(ValueError, match="unknown phenomenon 'echo'"):
        passages_of(GOLD, {**NAMED, "3": "echo"})


# Measures


def test_a_perfect_report_has_every_passage_right():
    counted = tallies(PERFECT)
    assert counted["all.right"] == counted["all.found"] == Share(2, 2)
    assert counted["broken.right"] == counted["paraphrase.right"] == Share(1, 1)
    assert counted["uncued"] == Share(1, 1)


def test_a_passage_may_be_one_claim_with_what_it_continues():
    whole = spans("the ferry was late. It had been late all week", text=TEXT)
    report = without_claim(with_claim(PERFECT, "1", content=whole), "2")
    assert tallies(report)["paraphrase.right"] == Share(1, 1)


def test_a_passage_found_by_less_than_half_is_not_found():
    report = with_claim(PERFECT, "2", content=spans("It had", text=TEXT))
    assert tallies(report)["paraphrase.found"] == Share(0, 1)
    assert tallies(report)["paraphrase.source"] == Share(0, 0)


def test_a_passage_given_to_the_wrong_source_is_found_and_not_right():
    report = with_claim(PERFECT, "2", source="s2", chain=("s2",))
    counted = tallies(report)
    assert counted["paraphrase.found"] == Share(1, 1)
    assert counted["paraphrase.source"] == counted["paraphrase.right"] == Share(0, 1)


def test_a_passage_of_nobody_the_article_knows_is_not_right():
    report = with_source(PERFECT, "s9", name="somebody", type="unspecified", role="")
    report = with_claim(report, "2", source="s9", chain=("s9",))
    assert tallies(report)["paraphrase.right"] == Share(0, 1)


def test_the_authors_own_voice_taken_for_a_claim_counts_against_the_uncued_ones():
    extra = replace(
        PERFECT.claims[1], id="9", content=(span("The pier was built in 1902", text=TEXT),)
    )
    report = replace(PERFECT, claims=(*PERFECT.claims, extra))
    assert tallies(report)["uncued"] == Share(1, 2)


# The articles


@pytest.fixture(scope="module")
def marked() -> list[Marked]:
    return read_marked(ARTICLES)


def test_every_phenomenon_has_passages_enough(marked: list[Marked]):
    found = Counter(passage.phenomenon for one in marked for passage in one.passages)
    assert set(found) == set(PHENOMENA)
    assert min(found.values()) >= 10


def test_a_perfect_system_has_everything_right(marked: list[Marked]):
    reports = {one.article.doc: gold_report(one.article) for one in marked}
    system = System("gold", lambda articles: [reports[article.doc] for article in articles])
    figures = measured(system, marked)["figures"]
    assert {figure["value"] for figure in figures.values()} == {1.0}


def test_no_person_of_theirs_is_in_the_other_articles():
    def people(folder: str) -> set[str]:
        raw = "\n".join(
            path.read_text(encoding="utf-8") for path in (ARTICLES.parent / folder).glob("*.txt")
        )
        return set(re.findall(r"^s\d+ \| (\S+ [^|]+?) *\| named_person", raw, re.MULTILINE))

    assert len(people("continuations")) > 20
    assert people("continuations").isdisjoint(people("train") | people("dev"))


def test_no_configuration_trains_on_them():
    root = Path(continuations.ROOT)
    read = [yaml.safe_load(path.read_text("utf-8")) for path in (root / "configs").glob("*.yaml")]
    named = [one.get("data", {}).get("articles") for one in read]
    folders = {(root / folder).resolve() for folder in named if folder}
    assert folders == {ARTICLES.parent / "train"}


def test_cells_beyond_the_readers_columns_are_kept_for_who_asks():
    raw = "---\ntitle: x\nclaims:\n1 | s1 |  | statement | speech | bare\n---\nbody"
    assert claim_rows(raw) == [["1", "s1", "", "statement", "speech", "bare"]]


# The command


def test_the_tables_of_the_document_are_those_of_the_results():
    assert continuations.main(["--check"]) == 0


def test_tables_are_written_between_the_markers(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    arguments = ["--docs", str(page)]
    assert continuations.main([*arguments, "--check"]) == 1
    assert "figures are not those of" in capsys.readouterr().err
    assert continuations.main([*arguments, "--render"]) == 0
    assert continuations.main([*arguments, "--check"]) == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert all(f"| {title} |" in text for title in PHENOMENA.values())


def test_results_that_are_none_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    results = tmp_path / "results.json"
    results.write_text(json.dumps({"schema": "other"}), encoding="utf-8")
    assert continuations.main(["--render", "--results", str(results)]) == 1
    assert "KeyError" in capsys.readouterr().err
