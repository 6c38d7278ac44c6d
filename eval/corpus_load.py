"""A corpus under load: speed by engine, kills at random moments, memory over many articles.

    python -m eval.corpus_load                       # all parts, about an hour
    python -m eval.corpus_load --only engines kills  # some of them, the others' figures stay

Runs ``attribution corpus`` in processes of their own on articles that are repeated as often as
need be. Linux only: memory is read from /proc. Exits 1 when an output differs from that of an
undisturbed run, or the memory grew.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from attribution.corpus.plan import make_plan
from attribution.corpus.source import find_source
from eval.circumstances import circumstances
from eval.corpora import ROOT, add_polnear, read_corpora
from eval.service_load import memory, resident
from training.readers.gold import GoldArticle

__all__ = ["Corpus", "digest", "main"]

SCHEMA = "attribution.corpus-load/1"
PARTS = ("reading", "engines", "kills", "memory")
_COMMAND = [sys.executable, "-c", "from attribution.cli.main import main; main()", "corpus"]
_SAMPLE_SECONDS = 0.5
#: Workers of Ray that are compared, each on one thread.
_WORKERS = (1, 2)


@dataclass(frozen=True)
class Corpus:
    """An input file, where outputs go, the model, and the records in a chunk."""

    input: Path
    outputs: Path
    records: int
    model: str
    chunk: int

    def command(self, output: str, *options: str) -> list[str]:
        """The command line that scores the input into a folder of this name."""
        target = str(self.outputs / output)
        fixed = ["--quiet", "--model", self.model, "--chunk-size", str(self.chunk)]
        return [*_COMMAND, *fixed, *options, str(self.input), target]

    def seconds(self, output: str, *options: str) -> float:
        """Score the input, and how long that took from the process's start to its end.

        Raises:
            subprocess.CalledProcessError: the command failed.
        """
        started = time.monotonic()
        subprocess.run(self.command(output, *options), check=True, env=_one_thread())
        return time.monotonic() - started


def write_input(
    articles: Sequence[GoldArticle], count: int, path: Path, characters: int | None = None
) -> None:
    """So many records in JSONL, the articles again and again, each with an id of its own.

    Args:
        articles: at least one.
        count: of the records.
        path: where to.
        characters: so many of each article, from its beginning; None: all.
    """
    with path.open("w", encoding="utf-8") as file:
        for number, article in enumerate(islice(cycle(articles), count)):
            record = {
                "id": f"{number}",
                "text": article.text[:characters],
                "publisher": article.publisher,
            }
            file.write(json.dumps(record) + "\n")


def digest(folder: Path) -> str:
    """SHA-256 of all that an output folder holds, but its summary, which tells of the run."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "summary.json" and not path.name.startswith("."):
            found.update(f"{path.relative_to(folder)}\n".encode())
            found.update(path.read_bytes())
    return found.hexdigest()


def measure_engines(corpus: Corpus, _: argparse.Namespace) -> dict[str, Any]:
    """Articles a second of one process and of Ray, one thread each, and whether bytes agree."""
    found: dict[str, Any] = {"records": corpus.records}
    seconds = {"local": corpus.seconds("local")}
    for workers in _WORKERS:
        options = ["--engine", "ray", "--workers", str(workers)]
        seconds[f"ray-{workers}"] = corpus.seconds(f"ray-{workers}", *options)
    found["seconds"] = {name: round(value, 1) for name, value in seconds.items()}
    found["articles_per_second"] = {
        name: round(corpus.records / value, 2) for name, value in seconds.items()
    }
    found["two_over_one"] = round(seconds["ray-1"] / seconds["ray-2"], 2)
    found["same_bytes"] = len({digest(corpus.outputs / name) for name in seconds}) == 1
    written = (path.stat().st_size for path in (corpus.outputs / "local").rglob("*.parquet"))
    found["bytes_per_article"] = round(sum(written) / corpus.records)
    return found


def measure_kills(corpus: Corpus, options: argparse.Namespace) -> dict[str, Any]:
    """Kill a run at random moments, let it end, and compare it with an undisturbed one.

    Together the moments leave half of the work undone, so that all kills fall before its end.
    """
    whole = corpus.seconds("undisturbed")
    rng = random.Random(options.seed)
    killed = 0
    after: list[float] = []
    while killed < options.kills:
        process = subprocess.Popen(corpus.command("killed"), env=_one_thread())
        wait = rng.uniform(0, whole / options.kills)
        try:
            process.wait(wait)
            break  # it is done: nothing is left to kill
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
            after.append(round(wait, 2))
    corpus.seconds("killed")
    same = digest(corpus.outputs / "killed") == digest(corpus.outputs / "undisturbed")
    return {
        "records": corpus.records,
        "kills": killed,
        "seconds_before_each": after,
        "undisturbed_seconds": round(whole, 1),
        "same_bytes": same,
    }


def measure_memory(corpus: Corpus, _: argparse.Namespace) -> dict[str, Any]:
    """Resident memory of one process while it scores the input."""
    megabytes: list[float] = []
    started = time.monotonic()
    with subprocess.Popen(corpus.command("endured")) as process:
        while process.poll() is None:
            try:
                megabytes.append(resident(process.pid))
            except (FileNotFoundError, ProcessLookupError):
                break
            time.sleep(_SAMPLE_SECONDS)
    seconds = time.monotonic() - started
    return {
        "records": corpus.records,
        "exit_status": process.returncode,
        "seconds": round(seconds, 1),
        "articles_per_second": round(corpus.records / seconds, 2),
        "megabytes": memory(megabytes),
    }


def measure_reading(corpus: Corpus, _: argparse.Namespace) -> dict[str, Any]:
    """Records a second of the first reading, which counts, finds ids twice and takes a digest."""
    started = time.monotonic()
    plan = make_plan(find_source(corpus.input), corpus.chunk)
    seconds = time.monotonic() - started
    return {
        "records": plan.records,
        "input_megabytes": round(corpus.input.stat().st_size / 1e6, 1),
        "seconds": round(seconds, 2),
        "records_per_second": round(plan.records / seconds),
    }


_MEASURE: Mapping[str, Callable[[Corpus, argparse.Namespace], dict[str, Any]]] = {
    "engines": measure_engines,
    "kills": measure_kills,
    "memory": measure_memory,
    "reading": measure_reading,
}


def _one_thread() -> dict[str, str]:
    """The environment of a process that leaves the other cores alone."""
    return {**os.environ, "OMP_NUM_THREADS": "1"}


def _wrong(part: Mapping[str, Any]) -> bool:
    return (
        part.get("same_bytes") is False
        or bool(part.get("exit_status"))
        or bool(part.get("megabytes", {}).get("grew"))
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        corpora = read_corpora(options.corpus, "dev", options.polnear)
    except (FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    name, articles = next(iter(corpora.items()))
    results: dict[str, Any] = {"schema": SCHEMA}
    if options.json.is_file():
        results = json.loads(options.json.read_text(encoding="utf-8"))
    for part in options.only:
        count = options.endure if part in ("memory", "reading") else options.records
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "articles.jsonl"
            characters = options.characters if part == "memory" else None
            write_input(articles, count, path, characters)
            corpus = Corpus(path, Path(folder), count, options.model, options.chunk)
            results[part] = {
                "measured": {
                    **circumstances(ROOT),
                    "load_average": [round(value, 2) for value in os.getloadavg()],
                    "corpus": name,
                    "model": Path(options.model).name,
                    "chunk": options.chunk,
                    "characters": characters,
                },
                **_MEASURE[part](corpus, options),
            }
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    measured = {part: results[part] for part in options.only}
    print(json.dumps(measured, indent=1))
    print(f"written to {options.json}", file=sys.stderr)
    return 1 if any(map(_wrong, measured.values())) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval.corpus_load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to measure")
    parser.add_argument("--model", default="small", help="bundled model or folder")
    parser.add_argument("--records", type=int, default=252, metavar="N", help="of engines, kills")
    parser.add_argument(
        "--endure", type=int, default=10_000, metavar="N", help="of memory, reading"
    )
    parser.add_argument(
        "--characters", type=int, metavar="N", help="of each article in memory (default: all)"
    )
    parser.add_argument("--kills", type=int, default=10, metavar="N")
    parser.add_argument("--chunk", type=int, default=12, metavar="N", help="records in a chunk")
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--corpus", choices=("polnear", "written", "both"), default="both")
    add_polnear(parser)
    parser.add_argument(
        "--json", type=Path, metavar="OUT", default=ROOT / "eval" / "results" / "corpus.json"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
