"""Corrected reports and brat folders as gold standard, for eval.run and training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from attribution.outputs.brat import to_brat
from attribution.types import Report
from eval import run
from strategies import reports
from training.readers.brat import parse_brat
from training.readers.corrected import read_corrected
from training.readers.reports import parse_report, read_reports

BARE: dict[str, Any] = {
    "text": "“No,” he said. It rained.",
    "sources": [{"id": "s1", "name": "X", "type": "document"}],
    "claims": [{"content": [{"start": 0, "end": 5}]}],
}


def written(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def has_spans_that_gold_cannot_hold(report: Report) -> bool:
    spans = [span for claim in report.claims for span in (*claim.content, claim.cue,
             claim.source_mention) if span is not None]  # fmt: skip
    return any(not len(span) for span in spans)


class TestReports:
    def test_a_report_of_the_command_line_is_a_gold_file(
        self, tmp_path: Path, example_report: Report
    ) -> None:
        record = {"input": "weir.txt", **example_report.to_dict()}
        (gold,) = read_reports(written(tmp_path / "gold.jsonl", record))
        assert (gold.doc, gold.title, gold.text) == (
            "weir.txt", example_report.title, example_report.text,
        )  # fmt: skip
        first, wanted = gold.claims[0], example_report.claims[0]
        assert (first.content, first.cue) == (wanted.content, (wanted.cue,))
        assert (first.source, first.via, first.kind) == ("s1", ("s2",), "statement")
        assert gold.sources[2].anonymity_granted
        assert (gold.resolved, gold.nested) == (True, True)

    @pytest.mark.parametrize("several", [False, True])
    def test_a_json_file_is_one_report_or_an_array(
        self, tmp_path: Path, example_report: Report, several: bool
    ) -> None:
        path = tmp_path / "gold.json"
        data = example_report.to_dict()
        path.write_text(json.dumps([data, data] if several else data, indent=2), encoding="utf-8")
        assert [gold.doc for gold in read_reports(path)] == ["gold-1", "gold-2"][: 1 + several]

    def test_what_is_left_out_is_not_known(self) -> None:
        gold = parse_report(BARE, doc="a")
        (claim,) = gold.claims
        assert (claim.source, claim.via, claim.kind) == (None, None, None)
        assert gold.sources[0].justification is None
        assert not gold.resolved

    def test_speech_that_is_left_out_is_read_from_the_marks(self) -> None:
        assert parse_report(BARE, doc="a").claims[0].speech == "direct"

    def test_a_source_without_chain_leaves_the_way_unknown(self) -> None:
        claims = [{**BARE["claims"][0], "source": "s1"}]
        (claim,) = parse_report({**BARE, "claims": claims}, doc="a").claims
        assert (claim.source, claim.via) == ("s1", None)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"content": []}, "has no content"),
            ({"content": [{"start": 3, "end": 99}]}, "3 to 99 is no stretch of the text"),
            ({"source": "s9"}, "unknown source 's9'"),
            ({"source": "s1", "chain": ["s1", "s2"]}, "another source than its chain"),
            ({"chain": ["s1", "s1"]}, "through one source twice"),
            ({"kind": "gossip"}, "'gossip' is none of statement"),
            ({"speech": "loud"}, "'loud' is none of direct"),
            ({"content": None}, "NoneType"),
        ],
    )
    def test_the_error_names_the_record_and_the_fault(
        self, tmp_path: Path, change: dict[str, Any], message: str
    ) -> None:
        bad = {**BARE, "claims": [{**BARE["claims"][0], **change}]}
        path = written(tmp_path / "gold.jsonl", BARE, bad)
        with pytest.raises(ValueError, match=rf"gold\.jsonl, record 2: .*{message}"):
            read_reports(path)

    @pytest.mark.parametrize("raw", ["{", "[]", '{"text": "x"}', '{"text": 1, "claims": []}'])
    def test_what_is_no_record_is_refused(self, tmp_path: Path, raw: str) -> None:
        path = tmp_path / "gold.jsonl"
        path.write_text(raw, encoding="utf-8")
        with pytest.raises(ValueError, match="record 1"):
            read_reports(path)

    @given(reports())
    def test_any_report_whose_spans_have_words_is_gold(self, report: Report) -> None:
        if has_spans_that_gold_cannot_hold(report):
            with pytest.raises(ValueError, match="no stretch of the text"):
                parse_report(json.loads(report.to_json()), doc="a")
            return
        gold = {c.id: c for c in parse_report(json.loads(report.to_json()), doc="a").claims}
        for claim in report.claims:
            found = gold[claim.id]
            assert (found.content, found.kind, found.speech) == (
                claim.content, claim.kind, claim.speech,
            )  # fmt: skip
            assert (*(found.via or ()), found.source) == claim.chain


class TestEvaluation:
    @pytest.fixture(params=["brat", "jsonl"])
    def gold(self, request: pytest.FixtureRequest, tmp_path: Path, example_report: Report) -> Path:
        if request.param == "jsonl":
            return written(tmp_path / "gold.jsonl", example_report.to_dict())
        made = to_brat(example_report)
        folder = tmp_path / "gold"
        folder.mkdir()
        (folder / "a.txt").write_bytes(made.text.encode())
        (folder / "a.ann").write_bytes(made.annotations.encode())
        return folder

    def test_a_report_measured_on_its_own_correction_is_right(
        self, gold: Path, example_report: Report
    ) -> None:
        articles = read_corrected(gold)
        system = run.System("copy", lambda given: [example_report] * len(given), is_model=True)
        figures = run.evaluate(system, articles, "gold")["figures"]
        for measure in (
            "sentences",
            "attribution",
            "exact_cue",
            "name",
            "type",
            "chain_all",
            "kind",
        ):
            assert figures[measure]["value"] == 1.0, measure
        assert figures["attribution"]["n"] == len(example_report.claims)

    def test_run_measures_these_articles_and_no_others(
        self, gold: Path, example_report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(run, "model_run", lambda model: lambda given: [example_report])
        out = tmp_path / "out.json"
        arguments = ["--gold", str(gold), "--model", "copy", "--no-baselines", "--json", str(out)]
        assert run.main(arguments) == 0
        results = json.loads(out.read_text(encoding="utf-8"))
        assert list(results["corpora"]) == ["gold"]
        assert (results["split"], results["corpora"]["gold"]["articles"]) == (gold.name, 1)

    def test_what_cannot_be_read_is_told(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = written(tmp_path / "gold.jsonl", {"text": "x"})
        arguments = ["--gold", str(path), "--model", "none", "--no-baselines"]
        assert run.main(arguments) == 1
        assert "record 1: no 'claims' in it" in capsys.readouterr().err


class TestTraining:
    def test_a_corrected_article_gives_a_training_example(self, example_report: Report) -> None:
        from tiny_model import tiny_tokenizer
        from training.examples import build_example

        made = to_brat(example_report)
        gold = parse_brat(made.text, made.annotations, doc="a")
        labelled = build_example(gold, tiny_tokenizer())
        assert len(labelled.predicates) == len(example_report.claims)


@pytest.mark.parametrize(
    "line",
    ["[" * 200_000, '{"text": "so", "claims": [{"content": [{"start": 1e999, "end": 2}]}]}'],
    ids=["nested", "infinite"],
)
def test_a_record_that_python_stumbles_over_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(ValueError, match="record 1"):
        read_reports(path)
