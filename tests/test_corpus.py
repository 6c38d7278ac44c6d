"""Runs over a corpus: what they write, what adds up, what is refused, and what a kill leaves."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attribution.corpus.plan import Chunk
from attribution.corpus.ray_engine import Worker, check_address
from attribution.corpus.records import BadRecord
from attribution.corpus.run import open_corpus, score_corpus
from attribution.corpus.shards import Counts, Shards
from attribution.corpus.work import CorpusOptions, Job, LocalEngine, Tick
from attribution.errors import CorpusError, InputError
from attribution.transparency import WEIGHTS
from attribution.types import Report
from corpora import FakeScorer, articles, errors, files_of, table, write_jsonl

OPTIONS = CorpusOptions(chunk_size=4)


@pytest.fixture(autouse=True)
def scorer(monkeypatch: pytest.MonkeyPatch) -> FakeScorer:
    fake = FakeScorer()
    monkeypatch.setattr("attribution.corpus.run.load_scorer", lambda model: fake)
    monkeypatch.setattr("attribution.corpus.work.load_scorer", lambda model: fake)
    monkeypatch.setattr("attribution.corpus.ray_engine.load_scorer", lambda model: fake)
    monkeypatch.setattr("attribution.corpus.run.digest_of", lambda model: f"files of {model}")
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # takes most of the time
    return fake


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Ten records, three of them bad: in chunks of four, one of each kind of chunk."""
    rows: list[object] = [*articles(10)]
    rows[5] = {"id": "a5", "text": " "}
    rows[8] = "no object"
    rows[9] = {"id": "a0", "text": "again"}
    return write_jsonl(tmp_path / "news.jsonl", rows)


@pytest.fixture
def undisturbed(tmp_path: Path, news: Path) -> dict[str, bytes]:
    score_corpus(news, tmp_path / "undisturbed", OPTIONS)
    return files_of(tmp_path / "undisturbed")


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
        self, tmp_path: Path, news: Path, scorer: FakeScorer, error: type[Exception],
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

    def test_of_a_second_run(self, tmp_path: Path, news: Path, scorer: FakeScorer) -> None:
        first = score_corpus(news, tmp_path / "out", OPTIONS)
        scorer.calls.clear()
        second = score_corpus(news, tmp_path / "out", OPTIONS)
        assert second.to_dict()["run"] == {"read": 10, "scored": 0, "errors": 0, "skipped": 10}
        assert second.total == first.total
        assert scorer.calls == []

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


class TestRefusals:
    def test_another_input(self, tmp_path: Path, news: Path) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        write_jsonl(news, articles(9))
        with pytest.raises(CorpusError, match=r"differs in its input \(bytes, records, digest\)"):
            score_corpus(news, tmp_path / "out", OPTIONS)

    def test_an_input_of_the_same_size(self, tmp_path: Path, news: Path) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        news.write_bytes(news.read_bytes().replace(b"ferry", b"yacht"))
        with pytest.raises(CorpusError, match=r"differs in its input \(digest\)"):
            score_corpus(news, tmp_path / "out", OPTIONS)

    def test_another_model(
        self, tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        monkeypatch.setattr("attribution.corpus.run.load_scorer", lambda model: FakeScorer("2"))
        with pytest.raises(CorpusError, match=r"differs in its model \(version\)"):
            score_corpus(news, tmp_path / "out", OPTIONS)

    def test_other_weights_under_the_same_name(
        self, tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        monkeypatch.setattr("attribution.corpus.run.digest_of", lambda model: "others")
        with pytest.raises(CorpusError, match=r"differs in its model \(sha256\)"):
            score_corpus(news, tmp_path / "out", OPTIONS)

    @pytest.mark.parametrize(
        "options",
        [
            CorpusOptions(chunk_size=3),
            CorpusOptions(chunk_size=4, batch_size=2),
            CorpusOptions(chunk_size=4, publisher="The Gull"),
        ],
    )
    def test_other_options(self, tmp_path: Path, news: Path, options: CorpusOptions) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        with pytest.raises(CorpusError, match=r"differs in its options \("):
            score_corpus(news, tmp_path / "out", options)

    def test_the_same_input_elsewhere_is_no_other_input(self, tmp_path: Path, news: Path) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        (tmp_path / "moved").mkdir()
        moved = news.rename(tmp_path / "moved" / news.name)
        assert score_corpus(moved, tmp_path / "out", OPTIONS).skipped == 10

    def test_overwrite_leaves_nothing_of_the_run_before(self, tmp_path: Path, news: Path) -> None:
        score_corpus(news, tmp_path / "out", CorpusOptions(chunk_size=1))
        score_corpus(news, tmp_path / "out", OPTIONS, overwrite=True)
        score_corpus(news, tmp_path / "new", OPTIONS)
        assert files_of(tmp_path / "out") == files_of(tmp_path / "new")

    def test_overwrite_of_the_same_run_goes_on(self, tmp_path: Path, news: Path) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        assert score_corpus(news, tmp_path / "out", OPTIONS, overwrite=True).skipped == 10

    @pytest.mark.parametrize("overwrite", [False, True])
    @pytest.mark.parametrize("name", ["thesis.doc", "articles/part-00000.parquet"])
    def test_a_folder_that_is_no_run_s(
        self, tmp_path: Path, news: Path, name: str, overwrite: bool
    ) -> None:
        theirs = tmp_path / "out" / name
        theirs.parent.mkdir(parents=True)
        theirs.write_text("mine", encoding="utf-8")
        with pytest.raises(CorpusError, match="choose a new folder"):
            score_corpus(news, tmp_path / "out", OPTIONS, overwrite=overwrite)
        assert theirs.read_text(encoding="utf-8") == "mine"

    def test_an_output_inside_the_input(self, tmp_path: Path, news: Path) -> None:
        with pytest.raises(CorpusError, match="may not be inside the input"):
            score_corpus(tmp_path, tmp_path / "out", OPTIONS)

    def test_a_file_as_output(self, tmp_path: Path, news: Path) -> None:
        with pytest.raises(CorpusError, match="this is a file"):
            score_corpus(news, write_jsonl(tmp_path / "out", []), OPTIONS)

    def test_a_folder_that_another_run_is_writing_into(self, tmp_path: Path, news: Path) -> None:
        with (
            open_corpus(news, tmp_path / "out", OPTIONS),
            pytest.raises(CorpusError, match="another run is writing"),
        ):
            score_corpus(news, tmp_path / "out", OPTIONS)
        assert score_corpus(news, tmp_path / "out", OPTIONS).total.read == 10

    def test_an_input_without_records_makes_no_folder(self, tmp_path: Path) -> None:
        source = write_jsonl(tmp_path / "a.jsonl", [])
        with pytest.raises(InputError):
            score_corpus(source, tmp_path / "out", OPTIONS)
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize(
        ("name", "data", "message"),
        [
            ("articles/part-00001.parquet", b"", "damaged"),
            ("articles/part-00001.parquet", b"PAR1 and more PAR1", "damaged"),
            ("errors/part-00001.jsonl", b"{", "damaged"),
            ("errors/part-00001.jsonl", b"", "does not add up"),
            ("claims/part-00001.parquet", None, "does not add up .*without claims"),
        ],
    )
    def test_a_damaged_output_is_noticed_and_named(
        self, tmp_path: Path, news: Path, name: str, data: bytes | None, message: str
    ) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        before = files_of(tmp_path / "out")
        if data is None:
            (tmp_path / "out" / name).unlink()
        else:
            (tmp_path / "out" / name).write_bytes(data)
        with pytest.raises(CorpusError, match=f"part-00001.parquet: {message}"):
            score_corpus(news, tmp_path / "out", OPTIONS)
        (tmp_path / "out" / "articles" / "part-00001.parquet").unlink()  # as the message says
        score_corpus(news, tmp_path / "out", OPTIONS)
        assert files_of(tmp_path / "out") == before

    def test_a_part_of_another_run_is_not_taken_for_one_of_this(
        self, tmp_path: Path, news: Path
    ) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        other = CorpusOptions(chunk_size=4, publisher="The Gull")
        score_corpus(news, tmp_path / "other", other)
        part = Path("articles", "part-00000.parquet")
        os.replace(tmp_path / "other" / part, tmp_path / "out" / part)
        with pytest.raises(CorpusError, match="of another run"):
            score_corpus(news, tmp_path / "out", OPTIONS)


class Stop(BaseException):
    """What a kill is made of here: nothing in the library catches it."""


class TestInterruptions:
    def test_after_any_rename(
        self,
        tmp_path: Path,
        news: Path,
        undisturbed: dict[str, bytes],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        replace, done = os.replace, 0

        def stop_after(number: int) -> None:
            def replace_and_stop(source: Path, target: Path) -> None:
                nonlocal done
                replace(source, target)
                done += 1
                if done == number:
                    raise Stop

            monkeypatch.setattr(os, "replace", replace_and_stop)

        # The manifest, three tables a chunk, two files of errors; the summary is the last.
        for number in range(1, 1 + 3 * 3 + 2 + 1):
            output, done = tmp_path / f"after-{number}", 0
            stop_after(number)
            with pytest.raises(Stop):
                score_corpus(news, output, OPTIONS)
            monkeypatch.setattr(os, "replace", replace)
            summary = score_corpus(news, output, OPTIONS)
            assert files_of(output) == undisturbed
            assert summary.run.read + summary.skipped == summary.total.read == 10

    def test_before_any_rename(
        self,
        tmp_path: Path,
        news: Path,
        undisturbed: dict[str, bytes],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Stopped once before each of the renames in turn, one run is stopped twelve times."""
        replace, stopped = os.replace, set[str]()

        def stop_first(source: Path, target: Path) -> None:
            name = Path(target).relative_to(tmp_path).as_posix()
            if name not in stopped:
                stopped.add(name)
                raise Stop
            replace(source, target)

        monkeypatch.setattr(os, "replace", stop_first)
        for _ in range(len(undisturbed) + 1):
            with pytest.raises(Stop):
                score_corpus(news, tmp_path / "out", OPTIONS)
        score_corpus(news, tmp_path / "out", OPTIONS)
        assert files_of(tmp_path / "out") == undisturbed

    def test_what_a_kill_leaves_half_written_is_removed(
        self, tmp_path: Path, news: Path, undisturbed: dict[str, bytes]
    ) -> None:
        left = tmp_path / "out" / ".partial" / "1-abc"
        left.parent.mkdir(parents=True)
        left.write_bytes(b"half")
        score_corpus(news, tmp_path / "out", OPTIONS)
        assert files_of(tmp_path / "out") == undisturbed
        assert not (tmp_path / "out" / ".partial").exists()

    def test_an_overwrite_that_is_stopped_is_the_old_run_or_the_new_one(
        self, tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = CorpusOptions(chunk_size=2)
        score_corpus(news, tmp_path / "out", other)
        before = files_of(tmp_path / "out")

        def stop(*arguments: object) -> None:
            raise Stop

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", stop)  # the old shards are gone, no new manifest yet
            with pytest.raises(Stop):
                score_corpus(news, tmp_path / "out", OPTIONS, overwrite=True)
        with pytest.raises(CorpusError, match=r"differs in its options \("):
            score_corpus(news, tmp_path / "out", OPTIONS)
        score_corpus(news, tmp_path / "out", other)
        assert files_of(tmp_path / "out") == before

    def test_errors_of_a_try_that_was_killed_do_not_stay(
        self, tmp_path: Path, example_report: Report
    ) -> None:
        shards = Shards(tmp_path, "mark", 1)
        for name in ("articles", "claims", "sources", "errors", ".partial"):
            (tmp_path / name).mkdir()
        shards.write(0, [], [BadRecord("a#1", None, "failed", "once only")])
        shards.write(0, [], [])
        assert errors(tmp_path) == []


class TestSafety:
    def test_every_file_and_its_name_are_on_the_disk_before_the_next_is_named(
        self, tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        replace, synced, unsynced = os.replace, set[int](), list[Path]()

        def sync(descriptor: int) -> None:
            found = os.fstat(descriptor).st_ino
            synced.add(found)
            unsynced[:] = [folder for folder in unsynced if folder.stat().st_ino != found]

        def check(source: Path, target: Path) -> None:
            assert Path(source).stat().st_ino in synced
            assert unsynced == []
            replace(source, target)
            unsynced.append(Path(target).parent)

        monkeypatch.setattr(os, "fsync", sync)
        monkeypatch.setattr(os, "replace", check)
        score_corpus(news, tmp_path / "out", OPTIONS)
        assert len(synced) > 10
        assert unsynced == []

    def test_the_articles_of_a_chunk_are_named_last(
        self, tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        replace, named = os.replace, list[str]()

        def note(source: Path, target: Path) -> None:
            named.append(Path(target).relative_to(tmp_path / "out").as_posix())
            replace(source, target)

        monkeypatch.setattr(os, "replace", note)
        score_corpus(news, tmp_path / "out", OPTIONS)
        of_second = [name for name in named if "part-00001" in name]
        assert len(of_second) == 4
        assert of_second[-1] == "articles/part-00001.parquet"


class Backwards:
    """An engine that takes the chunks in another order, the last one twice."""

    def run(self, job: Job, chunks: list[Chunk], tick: Tick) -> Iterator[Counts]:
        for counts in LocalEngine().run(job, chunks[-1:], tick):
            assert counts.read > 0
        yield from LocalEngine().run(job, chunks[::-1], tick)


class TestSameBytes:
    def test_in_any_order_of_chunks(
        self, tmp_path: Path, news: Path, undisturbed: dict[str, bytes]
    ) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS, engine=Backwards())
        assert files_of(tmp_path / "out") == undisturbed

    def test_by_a_worker_of_ray(
        self, tmp_path: Path, news: Path, undisturbed: dict[str, bytes]
    ) -> None:
        with open_corpus(news, tmp_path / "out", OPTIONS) as run:
            worker = Worker(run.job, list(run.plan.chunks))
            rows = [worker({"at": at}) for at in (2, 0, 1)]
            assert [(row["scored"], row["reasons"], row["error"]) for row in rows] == [
                (0, '{"malformed": 1, "duplicate_id": 1}', ""),
                (4, "{}", ""),
                (3, '{"empty": 1}', ""),
            ]
            run.score()
        assert files_of(tmp_path / "out") == undisturbed

    def test_a_worker_of_ray_hands_errors_back_as_words(self, tmp_path: Path, news: Path) -> None:
        with open_corpus(news, tmp_path / "out", OPTIONS) as run:
            worker = Worker(run.job, list(run.plan.chunks))
            write_jsonl(news, articles(3))
            changed = "news.jsonl#1: the input was changed while it was being read"
            assert worker({"at": 0})["error"] == changed

    def test_the_scorer_sees_the_same_groups_whatever_is_done_already(
        self, tmp_path: Path, news: Path, scorer: FakeScorer
    ) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        groups = list(scorer.calls)
        scorer.calls.clear()
        (tmp_path / "out" / "articles" / "part-00001.parquet").unlink()
        score_corpus(news, tmp_path / "out", OPTIONS)
        assert scorer.calls == [groups[1]]

    def test_many_chunks_have_names_that_sort_as_numbers(self, tmp_path: Path) -> None:
        shards = Shards(tmp_path, "mark", 100_001)
        names = [shards.path("articles", number).name for number in (9, 99_999, 100_000)]
        assert names == ["part-000009.parquet", "part-099999.parquet", "part-100000.parquet"]


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
