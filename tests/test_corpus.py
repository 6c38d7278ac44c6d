"""Runs over a corpus: what they write, what adds up, and whose failure costs what."""

from __future__ import annotations

import datetime as dt
import json
import logging
import socket
import warnings
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attribution.corpus.ray_engine import RayEngine, check_address
from attribution.corpus.run import score_corpus
from attribution.corpus.shards import Counts
from attribution.corpus.work import CorpusOptions
from attribution.errors import CorpusError
from attribution.transparency import WEIGHTS
from attribution.types import Report
from corpora import OPTIONS, FakeScorer, errors, files_of, table, write_jsonl

pytestmark = pytest.mark.usefixtures("corpus_scorer")


class TestOutput:
    def test_three_tables_and_the_errors_in_parts_of_one_chunk(
        self, tmp_path: Path, news: Path
    ) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        assert sorted(files_of(tmp_path / "out")) == [
            *(f"articles/part-0000{n}.parquet" for n in range(3)),
            *(f"claims/part-0000{n}.parquet" for n in range(3)),
            "errors/part-00001.jsonl",
            "errors/part-00002.jsonl",
            "manifest.json",
            *(f"sources/part-0000{n}.parquet" for n in range(3)),
        ]

    def test_rows_of_articles_are_the_good_records_in_order(
        self, tmp_path: Path, news: Path
    ) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        rows = table(tmp_path / "out", "articles")
        assert [row["article_id"] for row in rows] == [f"a{n}" for n in (0, 1, 2, 3, 4, 6, 7)]
        second = rows[1]
        report = Report.from_json(str(second.pop("report")))
        assert report.title == "Title 1"
        assert second == {
            "article_id": "a1",
            "where": "news.jsonl#2",
            "title": "Title 1",
            "publisher": "Harbour Times",
            "date": "2026-02-15",
            "day": dt.date(2026, 2, 15),
            "score": report.transparency.score,
            **{f"component_{name}": report.transparency.components[name].value for name in WEIGHTS},
            "characters": len("Quay Echo > Ada Birch: the pilot is ill 1"),
            "sentence_count": 1,
            "claim_count": 1,
            "source_count": 2,
        }

    def test_rows_of_claims_say_who_and_through_whom(self, tmp_path: Path, news: Path) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        assert table(tmp_path / "out", "claims")[1] == {
            "article_id": "a1",
            "publisher": "Harbour Times",
            "day": dt.date(2026, 2, 15),
            "claim_id": "c1",
            "content": "the pilot is ill 1",
            "cue": ":",
            "source_mention": None,
            "source_id": "s2",
            "source_name": "Ada Birch",
            "source_type": "named_person",
            "role": "",
            "anonymity_granted": False,
            "speech": "indirect",
            "kind": "statement",
            "chain": ["Quay Echo", "Ada Birch"],
            "confidence": 0.5,
        }

    def test_rows_of_sources_count_claims_and_relays(self, tmp_path: Path, news: Path) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        rows = table(tmp_path / "out", "sources")
        found = [(row["name"], row["claim_count"], row["relayed_count"]) for row in rows[:4]]
        assert found == [
            ("Ada Birch", 1, 0),
            ("Quay Echo", 0, 1),
            ("Ada Birch", 1, 0),
            ("a deckhand", 1, 0),
        ]

    def test_errors_say_where_and_why(self, tmp_path: Path, news: Path) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        found = [(e["where"], e["id"], e["reason"]) for e in errors(tmp_path / "out")]
        assert found == [
            ("news.jsonl#6", "a5", "empty"),
            ("news.jsonl#9", None, "malformed"),
            ("news.jsonl#10", "a0", "duplicate_id"),
        ]

    def test_tables_are_compressed_with_zstd(self, tmp_path: Path, news: Path) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        part = pq.read_metadata(tmp_path / "out" / "articles" / "part-00000.parquet")
        assert part.row_group(0).column(0).compression == "ZSTD"

    def test_a_publisher_stands_in_where_a_record_names_none(
        self, tmp_path: Path, news: Path
    ) -> None:
        score_corpus(news, tmp_path / "out", CorpusOptions(publisher="The Gull", chunk_size=4))
        rows = table(tmp_path / "out", "articles")
        assert [row["publisher"] for row in rows[:3]] == ["Quay Post", "Harbour Times", "The Gull"]

    def test_names_in_the_input_are_never_paths(self, tmp_path: Path) -> None:
        rows = [{"id": "../../evil", "text": "Ada: x", "publisher": "/etc"}]
        source = write_jsonl(tmp_path / "news.jsonl", rows)
        score_corpus(source, tmp_path / "out", OPTIONS)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["news.jsonl", "out"]
        assert table(tmp_path / "out", "articles")[0]["article_id"] == "../../evil"

    def test_lone_surrogates_are_replaced_in_columns_and_kept_in_the_report(
        self, tmp_path: Path
    ) -> None:
        rows = [{"text": "Ada \ud800: it rains \udc00", "title": "\ud800"}]
        score_corpus(write_jsonl(tmp_path / "a.jsonl", rows), tmp_path / "out")
        (claim,) = table(tmp_path / "out", "claims")
        (article,) = table(tmp_path / "out", "articles")
        assert (claim["source_name"], claim["content"]) == ("Ada \ufffd", "it rains \ufffd")
        assert Report.from_json(str(article["report"])).text == "Ada \ud800: it rains \udc00"


class TestFailures:
    def test_a_text_that_the_scorer_refuses_is_the_only_one_lost(self, tmp_path: Path) -> None:
        rows = [{"text": "one"}, {"text": "refuse me"}, {"text": "three"}]
        source = write_jsonl(tmp_path / "a.jsonl", rows)
        summary = score_corpus(source, tmp_path / "out")
        assert summary.total == Counts(2, {"refused": 1})
        assert errors(tmp_path / "out")[0]["detail"] == "InputError: too odd"

    def test_so_is_one_that_breaks_the_scorer(self, tmp_path: Path) -> None:
        rows = [{"text": "break me"}, {"text": "two"}]
        summary = score_corpus(write_jsonl(tmp_path / "a.jsonl", rows), tmp_path / "out")
        assert summary.total == Counts(1, {"failed": 1})
        assert errors(tmp_path / "out")[0]["detail"] == "ZeroDivisionError: a bug"

    @pytest.mark.parametrize("error", [MemoryError, OSError])
    def test_what_the_machine_lacks_is_no_article_s_fault(
        self, tmp_path: Path, news: Path, corpus_scorer: FakeScorer, error: type[Exception],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        def fail(*arguments: object, **options: object) -> list[Report]:
            raise error

        monkeypatch.setattr(FakeScorer, "__call__", fail)
        with pytest.raises(error):
            score_corpus(news, tmp_path / "out", OPTIONS)
        assert table(tmp_path / "out", "articles") == []


class TestCounts:
    def test_of_a_first_run(self, tmp_path: Path, news: Path) -> None:
        summary = score_corpus(news, tmp_path / "out", OPTIONS)
        reasons = {"duplicate_id": 1, "empty": 1, "malformed": 1}
        assert summary.to_dict() == {
            "run": {"read": 10, "scored": 7, "errors": 3, "skipped": 0},
            "total": {"read": 10, "scored": 7, "errors": 3, "reasons": reasons},
        }
        written = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
        assert written == summary.to_dict()

    def test_of_a_second_run(self, tmp_path: Path, news: Path, corpus_scorer: FakeScorer) -> None:
        first = score_corpus(news, tmp_path / "out", OPTIONS)
        corpus_scorer.calls.clear()
        second = score_corpus(news, tmp_path / "out", OPTIONS)
        assert second.to_dict()["run"] == {"read": 10, "scored": 0, "errors": 0, "skipped": 10}
        assert second.total == first.total
        assert corpus_scorer.calls == []

    def test_ticks_count_every_record(self, tmp_path: Path, news: Path) -> None:
        ticks: list[int] = []
        score_corpus(news, tmp_path / "out", OPTIONS, tick=ticks.append)
        assert sum(ticks) == 10

    record = st.one_of(
        st.fixed_dictionaries(
            {"text": st.sampled_from(["Ada: x", "", None, 3, "refuse me", "break me"])},
            optional={"id": st.sampled_from(["a", "b", 1, [], None])},
        ),
        st.sampled_from([3, [], "words"]),
    )

    @given(records=st.lists(record, min_size=1, max_size=12), size=st.integers(1, 5))
    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_add_up_whatever_the_records(
        self, tmp_path_factory: pytest.TempPathFactory, records: list[object], size: int
    ) -> None:
        folder = tmp_path_factory.mktemp("counts")
        source = write_jsonl(folder / "a.jsonl", records)
        summary = score_corpus(source, folder / "out", CorpusOptions(chunk_size=size))
        ids = [row["article_id"] for row in table(folder / "out", "articles")]
        found = errors(folder / "out")
        assert len(ids) + len(found) == len(records) == summary.total.read
        assert (len(ids), len(found)) == (summary.total.scored, summary.total.errors)
        assert len(set(ids)) == len(ids)
        places = [row["where"] for row in table(folder / "out", "articles")]
        places += [error["where"] for error in found]
        assert sorted(places) == sorted(f"a.jsonl#{n}" for n in range(1, len(records) + 1))


class TestEngines:
    def test_a_run_has_the_engine_that_its_model_names(
        self, tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attribution.engines.fastest", lambda model: model)
        monkeypatch.setattr("attribution.scorer.default_engine", lambda model: f"that of {model}")
        score_corpus(news, tmp_path / "out", OPTIONS)
        manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["options"]["encoder_engine"] == "that of small"

    def test_a_named_engine_comes_first(self, tmp_path: Path, news: Path) -> None:
        score_corpus(news, tmp_path / "out", replace(OPTIONS, encoder_engine="torch-bf16"))
        manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["options"]["encoder_engine"] == "torch-bf16"


class TestRay:
    @pytest.mark.parametrize(("quiet", "level"), [(True, logging.ERROR), (False, logging.WARNING)])
    def test_quiet_keeps_its_warnings_back(
        self, monkeypatch: pytest.MonkeyPatch, quiet: bool, level: int
    ) -> None:
        seen: list[object] = []

        def init(address: str | None, *, logging_level: int, log_to_driver: bool) -> None:
            warnings.warn("of Ray's own", FutureWarning, stacklevel=1)
            seen.extend((logging_level, log_to_driver))
            raise ValueError("enough")

        for name in ("RAY_worker_niceness", "RAY_BACKEND_LOG_LEVEL"):
            monkeypatch.setenv(name, "error")
        ray = SimpleNamespace(is_initialized=lambda: False, init=init)
        monkeypatch.setattr("attribution.corpus.ray_engine.load_ray", lambda: ray)
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            with pytest.raises(CorpusError, match="enough"):
                list(RayEngine(quiet=quiet).run(None, [None], print))  # type: ignore[arg-type, list-item]
        assert seen == [level, False]
        assert bool(heard) is not quiet


class TestAddress:
    def test_where_nothing_answers_is_refused_at_once(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            check_address(f"127.0.0.1:{port}")
            check_address(f"ray://127.0.0.1:{port}")
        with pytest.raises(CorpusError, match=f"no Ray at 127.0.0.1:{port}"):
            check_address(f"127.0.0.1:{port}")

    @pytest.mark.parametrize("address", [None, "auto", "local"])
    def test_names_are_left_to_ray(self, address: str | None) -> None:
        check_address(address)


def test_the_package_offers_it() -> None:
    import attribution

    assert attribution.score_corpus is score_corpus
    assert attribution.CorpusOptions is CorpusOptions
