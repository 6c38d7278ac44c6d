"""Clients that ask the service without a pause: errors, latency, and the memory of its process.

    python -m eval.service_load --minutes 10 --clients 4

Starts ``attribution serve`` on a free port of this machine, sends the written training articles,
every fifth from the page's form, and stops it. Linux only: memory is read from /proc. Exits 1 when
an answer was not 200 or the memory grew in the second half.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import urlencode, urlsplit

from eval.circumstances import circumstances
from eval.corpora import CORPUS, ROOT
from training.readers.articles import read_articles

__all__ = ["Load", "latencies", "main", "memory", "resident", "run", "served"]

SCHEMA = "attribution.service-load/1"
#: Growth of the memory over the second half that is let pass, as a share.
TOLERANCE = 0.02
_COMMAND = [sys.executable, "-c", "from attribution.cli.main import main; main()", "serve"]
_SAMPLE_SECONDS, _FORM_EVERY, _PATIENCE = 0.5, 5, 600.0
#: With fewer samples (two minutes) the process is still warming up.
_JUDGED = 240


@dataclass
class Load:
    """What was seen: statuses, seconds of the answers that were 200, and megabytes over time."""

    statuses: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """Answers that were not 200, failed connections with them."""
        return self.statuses.total() - self.statuses["200"]


@contextmanager
def served(model: str, timeout: float) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A service of its own process, ready, and its address; stopped by SIGTERM at the end.

    Raises:
        RuntimeError: It ended before it was ready; the message has its last words.
    """
    command = [*_COMMAND, "--port", "0", "--model", model, "--timeout", str(timeout)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        log = process.stderr
        try:
            address, lines = "", deque[str](maxlen=5)
            while not lines or " ready: " not in lines[-1]:
                if not (line := log.readline()):
                    raise RuntimeError(f"the service ended: {''.join(lines)}")
                address = address or line.split()[-1]
                lines.append(line)
            Thread(target=deque, args=(log, 0), daemon=True).start()  # read, so that it never fills
            yield process, address
            process.send_signal(signal.SIGTERM)
            process.wait(_PATIENCE)
        finally:
            process.kill()


def run(address: str, pid: int, texts: Sequence[str], clients: int, seconds: float) -> Load:
    """Ask for so long, with so many clients at the same time.

    Args:
        address: Where the service is.
        pid: Its process.
        texts: Sent one after the other, again and again.
        clients: How many ask at the same time, each without a pause.
        seconds: After which no client asks any more.
    """
    load, over, counting = Load(), Event(), Lock()
    numbers = count()
    end = time.monotonic() + seconds

    def ask() -> None:
        connection = HTTPConnection(urlsplit(address).netloc, timeout=_PATIENCE)
        while time.monotonic() < end:
            number = next(numbers)
            started = time.perf_counter()
            status = _ask(connection, texts[number % len(texts)], form=not number % _FORM_EVERY)
            with counting:
                load.statuses[status] += 1
            if status == "200":
                load.seconds.append(time.perf_counter() - started)
        connection.close()

    def watch() -> None:
        load.megabytes.append(resident(pid))
        while not over.wait(_SAMPLE_SECONDS):
            load.megabytes.append(resident(pid))

    watcher = Thread(target=watch)
    askers = [Thread(target=ask) for _ in range(clients)]
    for thread in (watcher, *askers):
        thread.start()
    for thread in askers:
        thread.join()
    over.set()
    watcher.join()
    return load


def _ask(connection: HTTPConnection, text: str, *, form: bool) -> str:
    path, body = "/v1/report", json.dumps({"text": text})
    headers = {"Content-Type": "application/json"}
    if form:
        path, body = "/report", urlencode({"text": text})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException) as error:
        connection.close()
        return type(error).__name__
    return str(answer.status)


def resident(pid: int) -> float:
    """Megabytes of a process in memory."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(f"process {pid} has ended")


def memory(megabytes: Sequence[float]) -> dict[str, float | bool]:
    """Resident memory at the start, in the middle and at the end, each the median of a tenth.

    Args:
        megabytes: Samples at equal distances.

    Returns:
        ``start``, ``middle``, ``end`` and ``peak``; ``growth``, of the end over the middle, as a
        share; ``grew``: whether that is more than the tolerance, after two minutes or more.
    """
    tenth = max(1, len(megabytes) // 10)
    half = len(megabytes) // 2
    start, middle, end = (
        median(part)
        for part in (megabytes[:tenth], megabytes[half : half + tenth], megabytes[-tenth:])
    )
    growth = end / middle - 1
    return {
        "start": round(start, 1),
        "middle": round(middle, 1),
        "end": round(end, 1),
        "peak": round(max(megabytes), 1),
        "growth": round(growth, 4),
        "grew": growth > TOLERANCE and len(megabytes) >= _JUDGED,
    }


def latencies(seconds: Sequence[float]) -> dict[str, float]:
    """Percentiles of the answers' seconds; empty when there are fewer than two."""
    if len(seconds) < 2:
        return {}
    cuts = quantiles(seconds, n=100, method="inclusive")
    found = {"p50": cuts[49], "p90": cuts[89], "p95": cuts[94], "p99": cuts[98]}
    return {name: round(value, 3) for name, value in {**found, "max": max(seconds)}.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    texts = [article.text for article in read_articles(options.articles)]
    seconds = options.minutes * 60
    with served(options.model, options.timeout) as (process, address):
        idle = resident(process.pid)
        load = run(address, process.pid, texts, options.clients, seconds)
    results: dict[str, Any] = {
        "schema": SCHEMA,
        **circumstances(ROOT),
        "load_average": [round(value, 2) for value in os.getloadavg()],
        "model": Path(options.model).name,
        "clients": options.clients,
        "minutes": options.minutes,
        "timeout": options.timeout,
        "articles": len(texts),
        "answers": load.statuses.total(),
        "statuses": dict(load.statuses.most_common()),
        "errors": load.errors,
        "answers_per_second": round(load.statuses.total() / seconds, 2),
        "seconds": latencies(load.seconds),
        "megabytes": {"idle": round(idle, 1), **memory(load.megabytes)},
        "exit_status": process.returncode,
    }
    text = json.dumps(results, indent=1) + "\n"
    options.json.write_text(text, encoding="utf-8")
    print(text, end="")
    print(f"written to {options.json}", file=sys.stderr)
    wrong = load.errors or results["megabytes"]["grew"] or process.returncode
    return 1 if wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.service_load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--model", default="small", help="bundled model or folder")
    parser.add_argument(
        "--timeout", type=float, default=60.0, help="of the service, in seconds (default 60)"
    )
    parser.add_argument(
        "--articles",
        type=Path,
        default=CORPUS / "articles" / "train",
        metavar="DIR",
        help="written articles (default: those for training)",
    )
    parser.add_argument(
        "--json", type=Path, metavar="OUT", default=ROOT / "eval" / "results" / "service.json"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
