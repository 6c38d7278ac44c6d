"""Runs over a corpus: what a kill leaves, and that the same bytes come out in the end."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from attribution.corpus.plan import Chunk
from attribution.corpus.ray_engine import Worker
from attribution.corpus.records import BadRecord
from attribution.corpus.run import open_corpus, score_corpus
from attribution.corpus.shards import Counts, Shards
from attribution.corpus.work import CorpusOptions, Job, LocalEngine, Tick
from attribution.errors import CorpusError
from attribution.types import Report
from corpora import OPTIONS, FakeScorer, articles, errors, files_of, write_jsonl

pytestmark = pytest.mark.usefixtures("corpus_scorer")


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

    def test_a_full_disk_leaves_nothing_half_written(
        self, tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with open_corpus(news, tmp_path / "out", OPTIONS) as run:
            monkeypatch.setattr("os.fsync", full)
            with pytest.raises(OSError, match="No space left"):
                run.score()
            assert not list((tmp_path / "out" / ".partial").iterdir())

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
        self, tmp_path: Path, news: Path, corpus_scorer: FakeScorer
    ) -> None:
        score_corpus(news, tmp_path / "out", OPTIONS)
        groups = list(corpus_scorer.calls)
        corpus_scorer.calls.clear()
        (tmp_path / "out" / "articles" / "part-00001.parquet").unlink()
        score_corpus(news, tmp_path / "out", OPTIONS)
        assert corpus_scorer.calls == [groups[1]]

    def test_many_chunks_have_names_that_sort_as_numbers(self, tmp_path: Path) -> None:
        shards = Shards(tmp_path, "mark", 100_001)
        names = [shards.path("articles", number).name for number in (9, 99_999, 100_000)]
        assert names == ["part-000009.parquet", "part-099999.parquet", "part-100000.parquet"]
