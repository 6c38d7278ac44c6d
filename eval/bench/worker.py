"""One system in a process of its own: what it does when :mod:`eval.bench.measuring` asks.

    python -m eval.bench.worker SPEC

SPEC is JSON: ``kind`` (``engine``, ``rival`` or ``build``) and what that kind needs. Requests and
replies are lines of JSON on standard input and output. What libraries print goes to standard error.
Nothing is imported before it is needed: the time and memory of imports belong to the system.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from attribution.scorer import Scorer
    from attribution.types import Report

__all__ = ["System", "main", "megabytes"]

#: A text and the outlet that prints it, None when nobody says.
Article = tuple[str, str | None]


class System:
    """A loaded engine or rival: articles in, reports out.

    Attributes:
        scorer: the scorer that the engine was put into; None for a rival.
    """

    def __init__(
        self, read: Callable[[Sequence[Article]], Sequence[Report]], scorer: Scorer | None = None
    ) -> None:
        self.read = read
        self.scorer = scorer


def load(spec: Mapping[str, Any]) -> System:
    """The system of a specification."""
    if spec["kind"] == "rival":
        from eval.bench.rivals import load_rival

        return System(load_rival(spec["name"]))
    from eval.bench.engines import ENGINES, Setting

    scorer = ENGINES[spec["name"]].load(_setting(spec, Setting))

    def read(articles: Sequence[Article]) -> Sequence[Report]:
        texts = [text for text, _ in articles]
        return scorer(texts, publisher=[publisher for _, publisher in articles])

    return System(read, scorer)


def _setting(spec: Mapping[str, Any], kind: Callable[..., Any]) -> Any:
    return kind(spec["model"], Path(spec["cache"]), spec["threads"])


def _articles(path: str) -> list[Article]:
    rows = json.loads(Path(path).read_text(encoding="utf-8"))
    return [(text, publisher) for text, publisher in rows]


def _first(system: System, request: Mapping[str, Any]) -> dict[str, Any]:
    """The report of the first article, as JSON."""
    (report,) = system.read(_articles(request["articles"])[:1])
    report.to_json()
    return {"at": time.monotonic()}


def _reports(system: System, request: Mapping[str, Any]) -> dict[str, Any]:
    """All reports, into a file of JSON lines."""
    reports = system.read(_articles(request["articles"]))
    lines = (report.to_json(indent=None) + "\n" for report in reports)
    Path(request["to"]).write_text("".join(lines), encoding="utf-8")
    return {}


def _pass(system: System, request: Mapping[str, Any]) -> dict[str, Any]:
    """Seconds for all articles, JSON included."""
    articles = _articles(request["articles"])
    start, used = time.perf_counter(), time.process_time()
    for report in system.read(articles):
        report.to_json()
    return {"seconds": time.perf_counter() - start, "processor": time.process_time() - used}


def _profile(system: System, request: Mapping[str, Any]) -> dict[str, Any]:
    """Seconds by stage."""
    from eval.bench.profile import profile

    assert system.scorer is not None
    return {"seconds": profile(system.scorer, _articles(request["articles"]))}


def _roofline(system: System, request: Mapping[str, Any]) -> dict[str, Any]:
    """The least time an article can take."""
    from eval.bench.roofline import roofline

    assert system.scorer is not None
    return dict(roofline(system.scorer, _articles(request["articles"])))


def _endure(system: System, request: Mapping[str, Any]) -> dict[str, Any]:
    """Megabytes in memory after every few of so many articles."""
    articles, samples = _articles(request["articles"]), []
    for start in range(0, request["count"], request["every"]):
        some = range(start, min(start + request["every"], request["count"]))
        system.read([articles[number % len(articles)] for number in some])
        samples.append(megabytes("VmRSS"))
    return {"megabytes": samples}


def _memory(system: System, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    return {"peak": megabytes("VmHWM"), "now": megabytes("VmRSS")}


_TASKS: Mapping[str, Callable[[System, Mapping[str, Any]], dict[str, Any]]] = {
    "first": _first,
    "reports": _reports,
    "pass": _pass,
    "profile": _profile,
    "roofline": _roofline,
    "endure": _endure,
    "memory": _memory,
}


def megabytes(field: str) -> float:
    """A figure of this process from /proc: ``VmRSS`` (now) or ``VmHWM`` (most so far).

    The most of ``getrusage`` is no less than that of the process that started this one.
    """
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise OSError(f"/proc/self/status has no {field}")


def _build(spec: Mapping[str, Any]) -> dict[str, Any]:
    from eval.bench.engines import ENGINES, Setting

    start = time.perf_counter()
    ENGINES[spec["name"]].build(_setting(spec, Setting))
    return {"seconds": round(time.perf_counter() - start, 1)}


def main(arguments: Sequence[str], requests: TextIO, replies: TextIO) -> None:
    """Serve until the requests end."""
    spec = json.loads(arguments[0])

    def reply(content: Mapping[str, Any]) -> None:
        replies.write(json.dumps(content) + "\n")
        replies.flush()

    if spec["kind"] == "build":
        reply(_build(spec))
        return
    _limit_threads(spec)
    system = load(spec)
    reply({"at": time.monotonic(), **_memory(system, {})})
    for line in requests:
        request = json.loads(line)
        reply(_TASKS[request["do"]](system, request))


def _limit_threads(spec: Mapping[str, Any]) -> None:
    if spec["kind"] == "engine":
        import torch

        torch.set_num_threads(spec["threads"])


if __name__ == "__main__":
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    main(sys.argv[1:], sys.stdin, channel)
