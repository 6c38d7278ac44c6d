"""Runs over a corpus: inputs and outputs that are refused."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from attribution.corpus.run import open_corpus, score_corpus
from attribution.corpus.work import CorpusOptions
from attribution.errors import CorpusError, InputError
from corpora import OPTIONS, FakeScorer, articles, files_of, write_jsonl

pytestmark = pytest.mark.usefixtures("corpus_scorer")


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
        monkeypatch.setattr("attribution.corpus.work.load_scorer", lambda *_: FakeScorer("2"))
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

    def test_it_is_told_before_the_input_is_read(self, tmp_path: Path, news: Path) -> None:
        read: list[int] = []
        with (
            open_corpus(news, tmp_path / "out", OPTIONS),
            pytest.raises(CorpusError, match="another run is writing"),
            open_corpus(news, tmp_path / "out", OPTIONS, tick=read.append),
        ):
            pass
        assert read == []

    def test_ids_that_find_no_room_on_the_disk(
        self, tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Full:
            def execute(self, query: str, values: object = None) -> None:
                if query.startswith("INSERT"):
                    raise sqlite3.OperationalError("database or disk is full")

            def close(self) -> None:
                pass

        monkeypatch.setattr("sqlite3.connect", lambda *_, **__: Full())
        with pytest.raises(OSError, match=r"SQLITE_TMPDIR.*disk is full"):
            score_corpus(news, tmp_path / "out", OPTIONS)

    def test_a_folder_with_the_name_of_a_bundled_model_is_not_the_model(
        self, tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "small").mkdir()
        monkeypatch.chdir(tmp_path)
        with open_corpus(news, tmp_path / "out", OPTIONS) as run:
            assert run.job.options.model == "small"

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
