"""The command, killed for good at moments nobody chose, and run again until it is done."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpora import errors, files_of, table, write_jsonl
from tiny_model import SAMPLE

COMMAND = (
    sys.executable,
    "-c",
    "from attribution.cli.main import main; main()",
    "corpus",
    "--quiet",
)
RECORDS = 30
CHUNK = 2


def start(source: Path, output: Path, model: Path, *options: str) -> subprocess.Popen[str]:
    sizes = ("--chunk-size", str(CHUNK), "--model", str(model))
    return subprocess.Popen(
        [*COMMAND, *sizes, *options, str(source), str(output)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(run: subprocess.Popen[str]) -> str:
    stdout, stderr = run.communicate(timeout=600)
    assert run.returncode == 1, stderr  # some records are bad
    return stdout.splitlines()[0]


@pytest.fixture
def news(tmp_path: Path) -> Path:
    rows: list[object] = [
        {"id": f"a{number}", "text": f"{SAMPLE[: 60 + 5 * number]}."} for number in range(RECORDS)
    ]
    rows[7], rows[22], rows[23] = "no object", {"id": "a22"}, {"id": "a1", "text": "again"}
    return write_jsonl(tmp_path / "news.jsonl", rows)


@pytest.mark.slow
def test_killed_at_random_moments_and_run_again_it_writes_what_an_undisturbed_run_does(
    tmp_path: Path, news: Path, scorer_folder: Path
) -> None:
    undisturbed = tmp_path / "undisturbed"
    told = finish(start(news, undisturbed, scorer_folder))
    assert told == "30 read = 27 scored + 3 errors + 0 done before"

    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    output, kills = tmp_path / "killed", 0
    for done in sorted(chance.sample(range(1, RECORDS // CHUNK), 3)):
        run = start(news, output, scorer_folder)
        # Once so many chunks are in place, within the time that a chunk takes or so.
        while run.poll() is None and len(list(output.glob("articles/part-*"))) < done:
            time.sleep(0.002)
        time.sleep(chance.random() * 0.1)
        run.send_signal(signal.SIGKILL)
        kills += run.wait() == -signal.SIGKILL
        run.communicate()
    assert kills > 0
    before = len(list(output.glob("articles/part-*")))
    told = finish(start(news, output, scorer_folder))
    assert told.endswith(f"+ {before * CHUNK} done before")
    assert files_of(output) == files_of(undisturbed), f"seed {seed}"
    ids = [row["article_id"] for row in table(output, "articles")]
    assert len(ids) == len(set(ids)) == 27
    assert [error["reason"] for error in errors(output)] == ["malformed", "no_text", "duplicate_id"]


@pytest.mark.slow
def test_ray_writes_what_one_process_does(tmp_path: Path, news: Path, scorer_folder: Path) -> None:
    pytest.importorskip("ray", exc_type=ImportError)
    told = finish(start(news, tmp_path / "local", scorer_folder))
    options = ("--engine", "ray", "--workers", "2")
    assert finish(start(news, tmp_path / "ray", scorer_folder, *options)) == told
    assert files_of(tmp_path / "ray") == files_of(tmp_path / "local")
