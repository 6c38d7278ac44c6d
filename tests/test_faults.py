"""Faults of the machine, in real processes: disks, homes, locales, networks, kills, twins."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from attribution.scorer import Scorer
from attribution.types import Report
from corpora import files_of, write_jsonl
from tiny_model import SAMPLE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="faults are made as on Linux")

COMMAND = "from attribution.cli.main import main; main()"
#: Fails every use of the network, by name or by number.
OFFLINE = """
import socket
def refuse(*arguments, **named):
    raise OSError("there is no network")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = socket.create_connection = refuse
"""
PATIENCE = 300


def run(
    *arguments: object,
    before: str = "",
    environment: Mapping[str, str] | None = None,
    largest: int | None = None,
    stdout: int = subprocess.PIPE,
) -> subprocess.CompletedProcess[bytes]:
    """The command in a process.

    Args:
        arguments: Of the command.
        before: Code that runs before it.
        environment: What differs from ours.
        largest: Most bytes of a file that it may write: behind that, the disk is as good as full.
        stdout: Where its output goes.
    """

    def limit() -> None:
        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    return subprocess.run(
        [sys.executable, "-c", before + COMMAND, *map(str, arguments)],
        env={**os.environ, "OMP_NUM_THREADS": "1", **(environment or {})},
        stdout=stdout,
        stderr=subprocess.PIPE,
        preexec_fn=limit,
        timeout=PATIENCE,
        check=False,
    )


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(SAMPLE, encoding="utf-8")
    return path


@pytest.fixture
def undisturbed(article: Path, scorer_folder: Path) -> bytes:
    done = run("score", "-f", "json", "--model", scorer_folder, article)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


def one_line(stderr: bytes) -> str:
    """The message of an error: one line, and no trace of a program that broke."""
    lines = stderr.decode().splitlines()
    assert len(lines) == 1, stderr.decode()
    return lines[0]


class TestFullDisk:
    def test_output_that_does_not_fit_is_told_and_leaves_the_old_one(
        self, article: Path, scorer_folder: Path, tmp_path: Path
    ) -> None:
        target = tmp_path / "report.json"
        target.write_text("the old report", encoding="utf-8")
        options = ("-f", "json", "-o", target, "--model", scorer_folder)
        done = run("score", *options, article, largest=2000)
        assert done.returncode == 1
        assert "error: " in one_line(done.stderr)
        assert target.read_text(encoding="utf-8") == "the old report"
        assert {path.name for path in tmp_path.iterdir()} == {"article.txt", "report.json"}

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
    @pytest.mark.parametrize("form", ["json", "table", "csv"])
    def test_standard_output_that_is_full_is_told(
        self, article: Path, scorer_folder: Path, form: str
    ) -> None:
        with open("/dev/full", "wb") as full:
            done = run("score", "-f", form, "--model", scorer_folder, article, stdout=full.fileno())
        assert done.returncode == 1
        assert one_line(done.stderr) == "error: the output: No space left on device"

    def test_a_corpus_goes_on_when_there_is_room_again(
        self, tmp_path: Path, scorer_folder: Path
    ) -> None:
        pytest.importorskip("pyarrow")
        # The shard of the last two, in which nothing repeats, is the one that does not fit.
        words = [hashlib.sha256(bytes([n % 256, n // 256])).hexdigest() for n in range(600)]
        long = [" ".join(words[start : start + 300]) for start in (0, 300)]
        texts = [*(f"Nobody knows {n}." for n in range(4)), *long]
        rows = [{"id": f"a{n}", "text": text} for n, text in enumerate(texts)]
        news = write_jsonl(tmp_path / "news.jsonl", rows)
        options = ("corpus", "--quiet", "--chunk-size", 2, "--model", scorer_folder, news)
        whole, full = tmp_path / "whole", tmp_path / "full"
        assert run(*options, whole).returncode == 0
        first, second, third = (
            max(path.stat().st_size for path in whole.glob(f"*/part-{chunk:05}.*"))
            for chunk in range(3)
        )
        done = run(*options, full, largest=(max(first, second) + third) // 2)
        assert done.returncode == 1
        assert b"What was done is kept; run the same command to go on." in done.stderr
        assert b"Traceback" not in done.stderr
        assert third > max(first, second)
        assert len(list(full.glob("articles/*"))) == 2
        again = run(*options, full)
        assert again.stdout.startswith(b"6 read = 2 scored + 0 errors + 4 done before")
        assert files_of(full) == files_of(whole)


class TestSurroundings:
    def test_a_home_that_cannot_be_written_changes_nothing(
        self, article: Path, scorer_folder: Path, undisturbed: bytes
    ) -> None:
        nowhere = dict.fromkeys(
            ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "HF_HOME", "TORCH_HOME", "TMPDIR"),
            "/proc/no-such-home",
        )
        done = run("score", "-f", "json", "--model", scorer_folder, article, environment=nowhere)
        assert (done.returncode, done.stdout) == (0, undisturbed)

    @pytest.mark.parametrize("locale", ["C", "POSIX", "xx_XX.nothing"])
    def test_a_missing_locale_changes_no_report(
        self, article: Path, scorer_folder: Path, undisturbed: bytes, locale: str, tmp_path: Path
    ) -> None:
        poor = {"LC_ALL": locale, "LANG": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        options = ("--model", scorer_folder, article)
        done = run("score", "-f", "json", *options, environment=poor)
        assert (done.returncode, done.stdout) == (0, undisturbed)
        files = [tmp_path / "rich.csv", tmp_path / "poor.csv"]
        for path, environment in zip(files, ({}, poor), strict=True):
            done = run("score", "-f", "csv", "-o", path, *options, environment=environment)
            assert done.returncode == 0
        assert files[0].read_bytes() == files[1].read_bytes()
        table = run("score", *options, environment=poor)
        assert table.returncode == 0
        assert b"Sourcing transparency" in table.stdout

    def test_without_a_network_scoring_is_the_same(
        self, article: Path, scorer_folder: Path, undisturbed: bytes
    ) -> None:
        done = run("score", "-f", "json", "--model", scorer_folder, article, before=OFFLINE)
        assert (done.returncode, done.stdout) == (0, undisturbed)

    def test_without_a_network_a_model_of_a_hub_is_told(self, article: Path) -> None:
        empty = {"HF_HOME": str(article.parent / "hub"), "HF_HUB_DISABLE_TELEMETRY": "1"}
        done = run("score", "--model", "somebody/model", article, before=OFFLINE, environment=empty)
        assert done.returncode == 2
        assert b"somebody/model" in done.stderr
        assert b"Traceback" not in done.stderr

    def test_without_a_network_an_address_fails_alone(
        self, article: Path, scorer_folder: Path
    ) -> None:
        address = "http://example.org/story.html"
        done = run(
            "score", "--allow-network", "-f", "jsonl", "--model", scorer_folder, address, article,
            before=OFFLINE,
        )  # fmt: skip
        assert done.returncode == 1
        assert one_line(done.stderr).startswith(f"error: {address}: cannot be fetched")
        assert json.loads(done.stdout)["input"] == str(article)


class TestTwins:
    def test_two_runs_of_a_corpus_into_one_folder(
        self, tmp_path: Path, scorer_folder: Path
    ) -> None:
        pytest.importorskip("pyarrow")
        rows = [{"id": f"a{n}", "text": SAMPLE[: 60 + n]} for n in range(40)]
        news = write_jsonl(tmp_path / "news.jsonl", rows)
        options = ("corpus", "--quiet", "--chunk-size", "2", "--model", str(scorer_folder))
        whole, shared = tmp_path / "whole", tmp_path / "shared"
        assert run(*options, news, whole).returncode == 0
        first = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *options, str(news), str(shared)],
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        end = time.monotonic() + PATIENCE
        while first.poll() is None and not list(shared.glob("articles/*")):
            assert time.monotonic() < end
            time.sleep(0.005)
        os.kill(first.pid, signal.SIGSTOP)  # so that it is still there when the second comes
        second = run(*options, news, shared)
        os.kill(first.pid, signal.SIGCONT)
        _, stderr = first.communicate(timeout=PATIENCE)
        assert (first.returncode, stderr) == (0, b"")
        assert second.returncode == 2
        words = " ".join(second.stderr.decode().replace("│", " ").split())
        assert "another run is writing into this folder" in words
        assert files_of(shared) == files_of(whole)

    def test_two_commands_that_write_one_file_leave_a_whole_report(
        self, article: Path, scorer_folder: Path, undisturbed: bytes, tmp_path: Path
    ) -> None:
        target = tmp_path / "report.json"
        options = ("score", "-f", "json", "-o", target, "--model", scorer_folder, article)
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(lambda _: run(*options), range(2)))
        assert [item.returncode for item in done] == [0, 0]
        assert target.read_bytes() == undisturbed
        assert {path.name for path in tmp_path.iterdir()} == {"article.txt", "report.json"}


class TestKill:
    def test_a_command_that_is_killed_leaves_the_old_file(
        self, scorer_folder: Path, tmp_path: Path
    ) -> None:
        inputs = tmp_path / "news"
        inputs.mkdir()
        for number in range(60):
            (inputs / f"{number}.txt").write_text(SAMPLE, encoding="utf-8")
        target = tmp_path / "out" / "reports.jsonl"
        target.parent.mkdir()
        target.write_text("the old reports", encoding="utf-8")
        options = ["score", "-f", "jsonl", "-o", str(target), "--model", str(scorer_folder)]
        started = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *options, str(inputs)], stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + PATIENCE
        while started.poll() is None and not any(
            path.stat().st_size for path in target.parent.glob(".attribution-*")
        ):
            assert time.monotonic() < end
            time.sleep(0.005)
        started.kill()
        assert started.wait() == -signal.SIGKILL
        assert target.read_text(encoding="utf-8") == "the old reports"


TEXTS = [SAMPLE, SAMPLE[:150], "“Nobody knew,” Brask told the Echo.", SAMPLE[100:] * 2]
#: How far a confidence may move with the articles beside it: docs/report.md.
CONFIDENCE = 1e-4


def alike(one: Report, other: Report) -> None:
    """Two reports say the same, figures within what is stated."""
    assert one.sentences == other.sentences
    assert one.sources == other.sources
    for mine, theirs in zip(one.claims, other.claims, strict=True):
        assert mine.confidence == pytest.approx(theirs.confidence, abs=CONFIDENCE)
        assert (mine.content, mine.cue, mine.source_mention) == (
            theirs.content,
            theirs.cue,
            theirs.source_mention,
        )
        assert (mine.chain, mine.kind, mine.speech) == (theirs.chain, theirs.kind, theirs.speech)
    assert one.transparency.score == pytest.approx(other.transparency.score, abs=0.01)


@pytest.fixture(scope="module")
def small() -> Scorer:
    return Scorer.from_pretrained("small")


class TestSameAnswer:
    def test_on_every_run(self, article: Path, scorer_folder: Path, undisturbed: bytes) -> None:
        for seed in ("0", "1", "random"):
            done = run(
                "score", "-f", "json", "--model", scorer_folder, article,
                environment={"PYTHONHASHSEED": seed},
            )  # fmt: skip
            assert done.stdout == undisturbed

    def test_of_the_bundled_model_in_batches_of_any_size(self, small: Scorer) -> None:
        alone = [small(text) for text in TEXTS]
        assert any(report.claims for report in alone)
        for size in (1, 2, 3, 8, 64):
            for one, other in zip(alone, small(TEXTS, batch_size=size), strict=True):
                alike(one, other)

    def test_of_the_bundled_model_to_threads_that_ask_at_once(self) -> None:
        fresh = Scorer.from_pretrained("small")
        barrier = threading.Barrier(8)

        def ask(number: int) -> Report:
            barrier.wait()
            return fresh(TEXTS[number % len(TEXTS)])

        with ThreadPoolExecutor(8) as pool:
            reports = list(pool.map(ask, range(8)))
        assert reports == [fresh(TEXTS[number % len(TEXTS)]) for number in range(8)]
