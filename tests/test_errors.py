"""The error analysis as a whole: each difference is counted once, and the command.

Claims: test_error_claims.py; spans: test_error_spans.py; sources and chains: test_error_sources.py.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marked import SAID, read, resolved
from rich.console import Console
from tiny import GAZETTE, MAYOR, TEXT, VARGA

from attribution.types import KINDS, SOURCE_TYPES, SPEECHES, Claim, Source, Span
from eval import error_doc, errors
from eval.error_gains import Totals, gains
from eval.error_layout import WEIGHTS, Difference, Laid
from eval.error_table import print_classes, print_examples
from eval.errors import analyze, find_differences, to_plain
from eval.gold_report import gold_report
from eval.measures import measure
from eval.words import Words
from training.readers.articles import read_articles
from training.readers.gold import GoldArticle, GoldClaim

DEV = Path(__file__).parent.parent / "training/corpus/articles/dev"


# Every difference once


def test_a_perfect_report_has_no_differences():
    for article in read_articles(DEV)[:4]:
        assert find_differences(gold_report(article), article) == []


def test_a_report_about_another_text_is_refused():
    with pytest.raises(ValueError, match="the report is about another text"):
        find_differences(gold_report(read(SAID)), read(f"{SAID} It rained."))


WORDS = [Span(*match.span()) for match in re.finditer(r"\w+", TEXT)]


@st.composite
def stretches(draw: st.DrawFn) -> tuple[Span, ...]:
    first = draw(st.integers(0, len(WORDS) - 1))
    last = draw(st.integers(first, min(first + 9, len(WORDS) - 1)))
    return (Span(WORDS[first].start, WORDS[last].end),)


@st.composite
def contents(draw: st.DrawFn) -> tuple[Span, ...]:
    return tuple(sorted(draw(stretches()) + draw(nothing | stretches())))


nothing = st.just(())
gold_sources = st.sampled_from(("s1", "s2", "s3"))
chains = st.lists(gold_sources, max_size=2, unique=True).map(tuple)


@st.composite
def gold_articles(draw: st.DrawFn) -> GoldArticle:
    labelled = draw(st.booleans())
    claims = []
    for number in range(draw(st.integers(1, 4))):
        partial = labelled and draw(st.booleans())
        claims.append(
            GoldClaim(
                id=str(number),
                content=draw(contents()),
                cue=() if partial else draw(nothing | stretches()),
                source_mention=() if partial else draw(nothing | stretches()),
                source=draw(gold_sources) if labelled else None,
                via=draw(chains) if labelled else None,
                kind=draw(st.sampled_from(KINDS)) if labelled else None,
                speech=None if partial else draw(st.sampled_from(SPEECHES)),
                partial=partial,
            )
        )
    nested, sources = draw(st.booleans()), (VARGA, MAYOR, GAZETTE) if labelled else ()
    return GoldArticle("tiny", TEXT, tuple(claims), sources, resolved=labelled, nested=nested)


@st.composite
def cases(draw: st.DrawFn):
    """A gold article and a report on it: its own claims, some of them changed, and further ones."""
    gold = draw(gold_articles())
    report = gold_report(gold)
    ids = ("a", "b", "c")
    named = st.sampled_from(("Ines Varga", "the mayor", "Lind Gazette", "Otto"))
    sources = [
        Source(
            name, draw(named), draw(st.sampled_from(SOURCE_TYPES)), draw(named), draw(st.booleans())
        )
        for name in ids
    ]
    claims = []
    for number in range(draw(st.integers(0, 5))):
        model = draw(st.sampled_from(report.claims))
        cue, mention = draw(nothing | stretches()), draw(nothing | stretches())
        source = draw(st.sampled_from(ids))
        claims.append(
            Claim(
                id=f"p{number}",
                content=draw(st.just(model.content) | contents()),
                cue=draw(st.just(model.cue) | st.just(cue[0] if cue else None)),
                source_mention=draw(
                    st.just(model.source_mention) | st.just(mention[0] if mention else None)
                ),
                source=source,
                speech=draw(st.sampled_from(SPEECHES)),
                kind=draw(st.sampled_from(KINDS)),
                chain=(*draw(st.lists(st.sampled_from(ids), max_size=2, unique=True)), source),
                confidence=1.0,
            )
        )
    return gold, replace(report, sources=tuple(sources), claims=tuple(claims))


@given(cases())
def test_every_wrong_item_is_counted_once_and_no_right_one(case):
    gold, report = case
    differences = find_differences(report, gold)
    keys = Counter((one.facet, one.gold, one.predicted) for one in differences)
    assert set(keys.values()) <= {1}
    facets = Counter(one.facet for one in differences)
    figures = measure(report, gold)
    claims, partial = figures["attribution"], figures["partial"]
    missed, invented = claims.gold - claims.right, claims.predicted - claims.right
    assert facets["claim"] == missed + invented + partial.of - partial.right
    for facet in ("speech", "kind"):
        assert facets[facet] == figures[facet].of - figures[facet].right
    chain = {one.gold for one in differences if one.facet == "source" or one.facet[:3] == "via"}
    assert len(chain) == figures["chain_found"].of - figures["chain_found"].right


@given(cases())
def test_the_words_of_the_differences_are_the_words_that_differ(case):
    gold, report = case
    words = Words(TEXT)
    differences = find_differences(report, gold)
    theirs = {claim.id: claim for claim in gold.claims}
    mine = {claim.id: claim for claim in report.claims}
    for pair in {(one.gold, one.predicted) for one in differences if one.gold and one.predicted}:
        if theirs[pair[0]].partial:
            continue
        sides = (theirs[pair[0]].content, mine[pair[1]].content)
        left, right = (words.within(pieces) for pieces in sides)
        places = [
            words.within(one.places)
            for one in differences
            if (one.gold, one.predicted) == pair and one.facet.startswith("content")
        ]
        assert sum(map(len, places)) == len(left ^ right)
        assert frozenset[int]().union(*places) == left ^ right


# Ranking, tables, command


def test_classes_are_ranked_by_cost_and_counts_hold_no_words():
    gold = resolved(c1="s1 | | belief")
    ours = resolved({"s4": "Tom Ebbe | named_person | cook | no"}, c2="s4 | | statement")
    reports, articles = [gold_report(ours)], [gold]
    plain = to_plain(analyze(reports, articles), reports, articles)
    assert [(row["class"], row["n"], row["cost"]) for row in plain["classes"]] == [
        ("source: wrong antecedent, pronoun", 1, WEIGHTS["claim"]),
        ("role: spurious", 2, 2 * WEIGHTS["rest"]),
        ("kind: statement for belief", 1, WEIGHTS["rest"]),
    ]
    assert plain["cost"] == 1.75
    assert sum(row["share"] for row in plain["classes"]) == pytest.approx(1)
    assert [row["group"] for row in plain["groups"]] == ["source", "role", "kind"]
    assert plain["classes"][1]["weights"] == {"rest": 2}
    assert "Ebbe" not in json.dumps(plain)


def test_the_table_shows_the_first_classes_and_sums_up_the_rest():
    gold, ours = resolved(c1="s1 | | belief"), resolved(c2="s4 | | statement")
    reports, articles = [gold_report(ours)], [gold]
    console = Console(file=io.StringIO(), width=100)
    classes = analyze(reports, articles)
    print_classes("written", to_plain(classes, reports, articles), console, rows=1)
    print_examples(classes[0].name, classes[0].cases, console, number=3)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert "source: wrong antecedent, pronoun" in printed
    assert "kind: statement for belief" not in printed
    assert "1 further classes" in printed
    assert "wires-01" in printed
    assert "She | added | it was old" in printed


def test_the_command_writes_counts_and_never_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    article = read_articles(DEV)[0]
    bare = replace(gold_report(article), claims=gold_report(article).claims[1:])
    monkeypatch.setattr(errors, "model_run", lambda name: lambda texts: [bare for _ in texts])
    out = tmp_path / "out.json"
    arguments = ["--corpus", "written", "--limit", "1", "--examples", "1", "--json", str(out)]
    assert errors.main(arguments) == 0
    printed = capsys.readouterr().out
    assert article.doc in printed
    results = json.loads(out.read_text(encoding="utf-8"))
    counts = results["models"]["small"]["corpora"]["written"]
    assert counts["articles"] == 1
    assert counts["classes"]
    assert results["weights"] == WEIGHTS
    written = out.read_text(encoding="utf-8")
    assert not any(source.name in written for source in article.sources)
    assert article.doc not in written


def test_the_command_without_polnear_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    arguments = ["--corpus", "polnear", "--polnear", str(tmp_path)]
    assert errors.main(arguments) == 1
    assert "no PolNeAR dev compartment" in capsys.readouterr().err


# What a class costs in figures, and the document


def costly(gold: str | None, predicted: str | None) -> Difference:
    return Difference("a class", "claim", "claim", gold, predicted, ())


@pytest.mark.parametrize(
    ("difference", "attribution", "source"),
    [
        (costly("1", None), 100 * (2 * 7 / 19 - 12 / 18), 0.0),
        (costly(None, "c1"), 100 * (12 / 17 - 12 / 18), 0.0),
        (costly("1", "c1"), 0.0, 25.0),
    ],
    ids=["missed", "spurious", "wrong source"],
)
def test_a_gain_is_what_the_figure_rises_by(
    difference: Difference, attribution: float, source: float
):
    found = gains([difference], Totals(right=6, predicted=8, gold=10, resolved=4))
    assert found == {"attribution": round(attribution, 2), "source": source}


def test_what_costs_less_than_a_claim_gains_nothing():
    edge = Difference("a class", "content", "edge", "1", "c1", ())
    assert gains([edge], Totals(6, 8, 10, 4)) == {"attribution": 0.0, "source": 0.0}


def test_totals_count_the_claims_of_the_figures():
    gold = resolved()
    assert Totals.of(Laid.of(gold_report(gold), gold)).resolved == len(gold.claims)


def counted(*classes: tuple[str, float]) -> dict[str, object]:
    gain = {"attribution": 1.0, "source": 0.0}
    rows = [{"class": name, "n": 1, "cost": cost, "gain": gain} for name, cost in classes]
    part = {"articles": 2, "resolved": 2, "gold": 9, "cost": 10.0, "classes": rows}
    model = {"model": {"version": "1"}, "corpora": {"written": part}}
    date = "2031-05-06T07:08:09+00:00"
    return {"date": date, "commit": "0123456789abcdef", "models": {"base": model, "small": model}}


def test_the_document_ranks_classes_by_cost():
    table = error_doc.render(counted(("edge", 2.0), ("missed", 3.0)))
    assert "| 1 | missed | 1 | 30.0% | 1.00 | 0.00 | 1 | 30.0% | 1.00 | 0.00 |" in table
    assert table.index("missed") < table.index("edge")


def test_the_command_notices_a_document_out_of_date(tmp_path: Path):
    (tmp_path / "errors.json").write_text(json.dumps(counted(("edge", 2.0))), encoding="utf-8")
    document = tmp_path / "errors.md"
    document.write_text(f"Errors\n{error_doc.BEGIN}\nold\n{error_doc.END}\nmore", encoding="utf-8")
    files = ["--document", str(document), "--results", str(tmp_path / "errors.json")]
    assert error_doc.main([*files, "--check"]) == 1
    assert error_doc.main(files) == 0
    assert error_doc.main([*files, "--check"]) == 0


def test_the_projects_document_has_its_figures_and_a_section_for_every_class():
    results = json.loads((error_doc.ROOT / "eval/results/errors.json").read_text(encoding="utf-8"))
    document = (error_doc.ROOT / "docs/errors.md").read_text(encoding="utf-8")
    assert error_doc.main(["--check"]) == 0
    assert [name for name in error_doc.ranked(results) if f"### {name}\n" not in document] == []
