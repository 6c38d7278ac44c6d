"""The commands of the evaluation: the run, its tables, the README's figures."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from attribution.types import Report
from eval import readme, run
from eval.baselines import NOT_ATTEMPTED
from eval.corpora import read_corpora
from eval.gold_report import gold_report
from eval.readme import BEGIN, END
from eval.run import System
from eval.table import print_results
from eval.targets import MEASURES, TARGETS
from training.readers.articles import read_articles
from training.readers.gold import GoldArticle

DEV = Path(__file__).parent.parent / "training/corpus/articles/dev"


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """Results of a system that has everything right, on three articles."""
    articles = read_articles(DEV)[:3]
    reports = {article.text: gold_report(article) for article in articles}
    perfect = System(
        "model", lambda gold: [reports[article.text] for article in gold], is_model=True
    )
    return {
        "split": "dev",
        "models": ["model"],
        "date": "2031-05-06T07:08:09+00:00",
        "commit": "0123456789abcdef",
        "machine": {"processor": "a processor", "cores": 2},
        "corpora": {
            "written": {
                "articles": 3,
                "resolved": 3,
                "systems": {"model": run.evaluate(perfect, articles, "written")},
            }
        },
    }


def test_every_measure_has_a_figure_with_n_and_interval(results: dict[str, Any]):
    figures = results["corpora"]["written"]["systems"]["model"]["figures"]
    assert set(figures) == {measure.key for measure in MEASURES}
    assert figures["sentences"]["value"] == 1.0
    assert figures["sentences"]["interval"] == [1.0, 1.0]
    assert figures["sentences"]["n"] > 0


def test_figures_to_be_reached_stand_beside_the_measured_ones(results: dict[str, Any]):
    figures = results["corpora"]["written"]["systems"]["model"]["figures"]
    found = {name: figure["target"] for name, figure in figures.items() if "target" in figure}
    assert found == TARGETS["written"]


def test_written_articles_are_measured_by_desk(results: dict[str, Any]):
    desks = results["corpora"]["written"]["systems"]["model"]["desks"]
    assert set(desks) == {article.desk for article in read_articles(DEV)[:3]}


def test_the_table_names_every_measure(results: dict[str, Any]):
    console = Console(file=io.StringIO(), width=80)
    print_results(results, console, desks=True)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(measure.label in printed for measure in MEASURES)
    assert "by desk" in printed


def test_both_corpora_do_without_polnear(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    corpora = read_corpora("both", "dev", tmp_path, limit=1)
    assert list(corpora) == ["written"]
    assert "no PolNeAR dev compartment" in capsys.readouterr().err


def test_polnear_asked_for_by_name_must_be_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    arguments = ["--corpus", "polnear", "--polnear", str(tmp_path), "--model", "none"]
    assert run.main([*arguments, "--no-baselines"]) == 1
    assert "no PolNeAR dev compartment" in capsys.readouterr().err


def test_a_run_without_any_system_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "out.json"
    arguments = ["--corpus", "written", "--model", "none", "--no-baselines", "--json", str(out)]
    assert run.main(arguments) == 1
    assert "nothing to measure" in capsys.readouterr().err
    assert not out.exists()


@pytest.fixture
def files(tmp_path: Path, results: dict[str, Any]) -> list[str]:
    """A README with markers and a results file, as arguments of the command."""
    (tmp_path / "README.md").write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    (tmp_path / "dev.json").write_text(json.dumps(results), encoding="utf-8")
    return ["--readme", str(tmp_path / "README.md"), "--results", str(tmp_path / "dev.json")]


def test_figures_are_written_between_the_markers(files: list[str], tmp_path: Path):
    assert readme.main(files) == 0
    written = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert written.startswith(f"before\n{BEGIN}\n")
    assert written.endswith(f"{END}\nafter\n")
    assert "| sentence detection F1 | 1.000 | 1.000 to 1.000 |" in written
    assert "\nold\n" not in written


def test_each_model_has_its_interval_and_each_system_its_n(results: dict[str, Any]):
    other = json.loads(json.dumps(results["corpora"]["written"]["systems"]["model"]))
    other["figures"]["speech"].update(value=0.5, interval=[0.25, 0.75], n=7)
    part = results["corpora"]["written"]
    both = {**part, "systems": {**part["systems"], "second": other}}
    page = readme.render({**results, "models": ["model", "second"], "corpora": {"written": both}})
    n = other["figures"]["kind"]["n"]
    assert f"| speech right | 1.000 | 1.000 to 1.000 | .500 | .250 to .750 | {n} / 7 |" in page
    assert f"| kind right | 1.000 | 1.000 to 1.000 | 1.000 | 1.000 to 1.000 | {n} |" in page


def test_what_a_system_does_not_attempt_is_a_dash(results: dict[str, Any]):
    articles = read_articles(DEV)[:3]
    reports = {article.text: gold_report(article) for article in articles}
    rules = System(
        "rules",
        lambda gold: [reports[article.text] for article in gold],
        not_attempted=frozenset(("speech",)),
    )
    figures = run.evaluate(rules, articles, "written")["figures"]
    assert figures["speech"]["value"] is None
    part = results["corpora"]["written"]
    both = {**part, "systems": {**part["systems"], "rules": {"figures": figures}}}
    page = readme.render({**results, "corpora": {"written": both}})
    n = part["systems"]["model"]["figures"]["speech"]["n"]
    assert f"| speech right | 1.000 | 1.000 to 1.000 | – | {n} |" in page


def test_what_the_baselines_do_not_attempt_are_measures():
    assert {measure.key for measure in MEASURES} >= NOT_ATTEMPTED


def test_check_fails_until_the_figures_are_written(
    files: list[str], capsys: pytest.CaptureFixture[str]
):
    assert readme.main([*files, "--check"]) == 1
    assert "figures are not those of" in capsys.readouterr().err
    assert readme.main(files) == 0
    assert readme.main([*files, "--check"]) == 0


def test_a_readme_without_markers_is_left_alone(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "README.md").write_text("no markers\n", encoding="utf-8")
    assert readme.main(files) == 1
    assert "lacks the markers" in capsys.readouterr().err
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "no markers\n"


# Groups and confusion tables of a held-out set. The set is made by hand: two articles of two claims
# each, one of a named person (statement, indirect) and one of an unnamed group (belief, indirect).
# The system takes the group for an organisation, and in the second article misses the person.

FIRST = "Ada Roe said the pier was shut. Critics fear that it will stay so."
SECOND = "Ada Roe said the harbour was open. Critics fear that it will not stay so for long."
HOSTILE = "Quay [/b]\x1b[31m</svg> & Sons"
BRAT = """T1\tSource 0 7\tAda Roe
T2\tCue 8 12\tsaid
T3\tContent {0}\t{1}
E1\tAttribution:T2 Source:T1 Content:T3
T4\tnamed_person 0 7\tAda Roe
R1\tOrigin Arg1:E1 Arg2:T4
T5\tSource {2}\tCritics
T6\tCue {3}\tfear
T7\tContent {4}\t{5}
E2\tAttribution:T6 Source:T5 Content:T7
A1\tKind E2 belief
T8\tunnamed_group {2}\tCritics
R2\tOrigin Arg1:E2 Arg2:T8
"""


def place(text: str, words: str) -> dict[str, int]:
    start = text.index(words)
    return {"start": start, "end": start + len(words)}


def record(text: str, shut: str, stay: str, **more: str) -> dict[str, Any]:
    """An article as people correct it in JSON: contents, cues, sources and kinds."""
    told = {"source": "s1", "chain": ["s1"], "kind": "statement", "speech": "indirect"}
    feared = {"source": "s2", "chain": ["s2"], "kind": "belief", "speech": "indirect"}
    return {
        "text": text,
        "sources": [
            {"id": "s1", "name": "Ada Roe", "type": "named_person"},
            {"id": "s2", "name": "Critics", "type": "unnamed_group"},
        ],
        "claims": [
            {"content": [place(text, shut)], "source_mention": place(text, "Ada Roe"), **told},
            {"content": [place(text, stay)], "source_mention": place(text, "Critics"), **feared},
        ],
        **more,
    }


def corrected_reports(folder: Path) -> Path:
    path = folder / "held-out.jsonl"
    records = (
        record(FIRST, "the pier was shut", "that it will stay so", publisher=HOSTILE),
        record(SECOND, "the harbour was open", "that it will not stay so for long"),
    )
    path.write_text("".join(json.dumps(it) + "\n" for it in records), encoding="utf-8")
    return path


def corrected_brat(folder: Path) -> Path:
    path = folder / "held-out"
    path.mkdir()
    for name, text, shut, stay in (
        ("a", FIRST, "the pier was shut", "that it will stay so"),
        ("b", SECOND, "the harbour was open", "that it will not stay so for long"),
    ):
        stretches = {
            words: "{start} {end}".format(**place(text, words))
            for words in (shut, "Critics", "fear", stay)
        }
        annotations = BRAT.format(
            stretches[shut], shut, stretches["Critics"], stretches["fear"], stretches[stay], stay
        )
        (path / f"{name}.txt").write_text(text, encoding="utf-8")
        (path / f"{name}.ann").write_text(annotations, encoding="utf-8")
    (path / "metadata.tsv").write_text(f"filename\tpublisher\na\t{HOSTILE}\n", encoding="utf-8")
    return path


def mistaken(articles: Sequence[GoldArticle]) -> list[Report]:
    """Reports with the two faults."""
    reports = []
    for article in articles:
        report = gold_report(article)
        sources = [
            replace(it, type="named_organization" if it.type == "unnamed_group" else it.type)
            for it in report.sources
        ]
        claims = report.claims[1:] if article.text == SECOND else report.claims
        reports.append(replace(report, sources=tuple(sources), claims=claims))
    return reports


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Runs the command on the mistaken system; gives what it wrote."""
    monkeypatch.setattr(run, "model_run", lambda model: mistaken)
    monkeypatch.setenv("COLUMNS", "80")

    def measure(*arguments: str) -> dict[str, Any]:
        out = tmp_path / "out.json"
        common = ["--model", "fake", "--no-baselines", "--json", str(out)]
        assert run.main([*arguments, *common]) == 0
        corpora = json.loads(out.read_text(encoding="utf-8"))["corpora"]
        return next(iter(corpora.values()))["systems"]["fake"]  # type: ignore[no-any-return]

    return measure


@pytest.mark.parametrize("write", [corrected_reports, corrected_brat])
def test_a_held_out_set_is_measured_by_every_group(measured: Any, write: Any, tmp_path: Path):
    groups = measured("--gold", str(write(tmp_path)))["groups"]
    found = {
        by: {
            label: (group["figures"]["found"]["value"], group["figures"]["found"]["n"])
            for label, group in groups[by].items()
        }
        for by in ("type", "speech", "kind")
    }
    assert found == {
        "type": {"named_person": (0.5, 2), "unnamed_group": (1.0, 2)},
        "speech": {"indirect": (0.75, 4)},
        "kind": {"statement": (0.5, 2), "belief": (1.0, 2)},
    }
    right = {label: group["figures"]["type"] for label, group in groups["type"].items()}
    assert (right["named_person"]["value"], right["named_person"]["n"]) == (1.0, 1)
    assert (right["unnamed_group"]["value"], right["unnamed_group"]["n"]) == (0.0, 2)
    # One publisher is known, and two articles are one group of length.
    assert groups["publisher"][HOSTILE]["articles"] == 1
    assert groups["publisher"][HOSTILE]["figures"]["attribution"]["recall"]["value"] == 1.0
    assert list(groups["publisher"]) == [HOSTILE]
    assert groups["length"]["14 to 17 words"]["figures"]["attribution"]["n"] == 4


@pytest.mark.parametrize("write", [corrected_reports, corrected_brat])
def test_a_held_out_set_has_confusion_tables(measured: Any, write: Any, tmp_path: Path):
    tables = measured("--gold", str(write(tmp_path)))["confusion"]
    types = tables["type"]
    rows = dict(zip(types["gold"], types["counts"], strict=True))
    assert dict(zip(types["predicted"], rows["named_person"], strict=True))["not found"] == 1
    group = dict(zip(types["predicted"], rows["unnamed_group"], strict=True))
    assert (group["named_organization"], group["unnamed_group"]) == (2, 0)
    assert {name: table["n"] for name, table in tables.items()} == {
        "type": 4,
        "speech": 4,
        "kind": 4,
    }


def test_groups_and_tables_of_a_held_out_set_are_printed_whole(
    measured: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    measured("--gold", str(corrected_reports(tmp_path)))
    printed = capsys.readouterr().out
    for by in ("publisher", "length", "source type", "speech", "kind"):
        assert f"fake, by {by}" in printed
    assert "1 of 2 articles name no publisher" in printed
    assert "confusion of source type" in printed
    assert "│ 1 named person       │ 1 │ 0 │ 0 │         1 │ 2 │" in printed
    assert "│ 3 unnamed group      │ 0 │ 2 │ 0 │         0 │ 2 │" in printed
    cut_short = [
        it for it in printed.splitlines() if "…" in it and "with an intermediary" not in it
    ]
    assert cut_short == []


def test_a_publisher_is_printed_without_what_a_terminal_would_act_on(
    measured: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    measured("--gold", str(corrected_reports(tmp_path)), "--by", "publisher")
    printed = capsys.readouterr().out
    assert "[/b]" in printed
    assert "\x1b" not in printed


def test_a_set_without_publishers_says_so(
    measured: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "one.jsonl"
    one = record(SECOND, "the harbour was open", "that it will not stay so for long")
    path.write_text(json.dumps(one), encoding="utf-8")
    assert measured("--gold", str(path), "--by", "publisher")["groups"] == {"publisher": {}}
    assert "fake, by publisher: nothing in the set has one" in capsys.readouterr().out


def test_only_the_groups_asked_for_are_measured(measured: Any, tmp_path: Path):
    path = str(corrected_reports(tmp_path))
    assert list(measured("--gold", path, "--by", "kind", "length")["groups"]) == ["length", "kind"]
    assert "groups" not in measured("--gold", path, "--by")


def test_tables_can_be_left_out(measured: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    arguments = ["--gold", str(corrected_reports(tmp_path)), "--no-confusion"]
    assert "confusion" not in measured(*arguments)
    assert "confusion" not in capsys.readouterr().out


def test_the_tables_are_drawn(measured: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    plots = tmp_path / "plots"
    arguments = ["--gold", str(corrected_reports(tmp_path)), "--no-confusion"]
    assert measured(*arguments, "--plots", str(plots))["confusion"]["type"]["n"] == 4
    root = ElementTree.parse(plots / "confusion-fake.svg").getroot()
    titles = [element.text for element in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "gold unnamed group, predicted named organization: 2 of 2" in titles
    assert f"written to {plots / 'confusion-fake.svg'}" in capsys.readouterr().err


def test_a_place_where_nothing_can_be_drawn_is_told_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(run, "model_run", lambda model: mistaken)
    path, out = corrected_reports(tmp_path), tmp_path / "out.json"
    arguments = ["--gold", str(path), "--model", "fake", "--no-baselines", "--json", str(out)]
    assert run.main([*arguments, "--plots", str(path)]) == 1
    assert "File exists" in capsys.readouterr().err
    assert not out.exists()


def test_the_built_in_articles_have_groups_and_tables_only_when_asked(measured: Any):
    built_in = ["--corpus", "written", "--limit", "1"]
    assert set(measured(*built_in)) == {
        "model", "articles_per_second", "figures", "calibration", "desks",
    }  # fmt: skip
    asked = measured(*built_in, "--by", "type", "--confusion")
    assert list(asked["groups"]) == ["type"]
    assert list(asked["confusion"]) == ["type", "speech", "kind"]


def test_publishers_of_polnear_are_letters():
    articles = [replace(read_articles(DEV)[0], publisher=name) for name in ("x", "w")]
    system = System("copy", lambda gold: [gold_report(article) for article in gold])
    found = {
        corpus: list(
            run.evaluate(system, articles, corpus, by=["publisher"])["groups"]["publisher"]
        )
        for corpus in ("polnear", "gold")
    }
    assert found == {"polnear": ["A", "B"], "gold": ["w", "x"]}


def test_desks_are_printed_as_a_group_too(measured: Any, capsys: pytest.CaptureFixture[str]):
    measured("--corpus", "written", "--limit", "1", "--by", "desk")
    assert "fake, by desk" in capsys.readouterr().out
