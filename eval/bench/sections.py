"""The parts of the benchmark, each as plain data: engines, rivals, scaling and so on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attribution.types import Report
from eval.bench.default import weights_digest
from eval.bench.engines import ENGINES, REFERENCE, missing
from eval.bench.measuring import (
    Measured,
    Worker,
    WorkerError,
    command_seconds,
    estimate,
    side_by_side,
    written,
)
from eval.bench.profile import shares
from eval.bench.quality import choose, quality
from eval.bench.rivals import AGAINST, RIVALS
from eval.bench.scaling import scaling
from eval.bootstrap import figures
from eval.measures import measure
from eval.service_load import memory
from training.readers.gold import GoldArticle

__all__ = ["Bench"]

#: Articles between two looks at the memory.
_EVERY = 50


@dataclass(frozen=True)
class Bench:
    """What all parts share.

    Attributes:
        models: bundled models or folders, by the names they are shown under.
        engines: names of engines, the reference among them.
        articles: the gold articles that everything but scaling runs on.
        cache: where engines' folders are built, one for each model.
        repeat: rounds.
        threads: of each system.
        timed: articles of a round when systems are compared; None for all.
    """

    models: Mapping[str, str]
    engines: Sequence[str]
    articles: Sequence[GoldArticle]
    cache: Path
    repeat: int
    threads: int
    timed: int | None = None

    def compare_engines(self, model: str) -> dict[str, Any]:
        """All engines on one model: speed, F1, load time, memory; and the one to choose."""
        rows: dict[str, dict[str, Any]] = {}
        builds = {name: self._built(model, name) for name in self.engines}
        ready = [name for name, build in builds.items() if "error" not in build]
        specs = {name: self.spec(model, name) for name in ready}
        measured = self._side_by_side(specs)
        reference = measured[REFERENCE]
        for name in self.engines:
            if name not in measured:
                rows[name] = builds[name]
            elif reference.error or measured[name].error:
                rows[name] = {"error": measured[name].error or f"{REFERENCE} has failed"}
            else:
                reports = (measured[name].reports, reference.reports)
                rows[name] = {
                    **builds[name],
                    **self._speed(measured[name], reference),
                    "quality": quality(*reports, self.articles),
                }
        return {
            "weights": weights_digest(self.models[model]),
            "engines": rows,
            "chosen": choose(rows),
            "command": self._command(model),
        }

    def compare_rivals(self, engines: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """Models, each with some engines, and rivals on the same articles, in turns.

        Args:
            engines: for each model the engines it runs with.
        """
        specs: dict[str, dict[str, Any]] = {}
        rows: dict[str, dict[str, Any]] = {}
        for model, names in engines.items():
            for name in names:
                built = self._built(model, name)
                if "error" in built:
                    rows[f"{model} {name}"] = built
                else:
                    specs[f"{model} {name}"] = self.spec(model, name)
        specs |= {name: {"kind": "rival", "name": name} for name in RIVALS}
        measured = self._side_by_side(specs)
        against = measured[AGAINST]
        for name, item in measured.items():
            if item.error:
                rows[name] = {"error": item.error}
                continue
            rows[name] = {
                "model": name if name in RIVALS else name.rpartition(" ")[0],
                **self._speed(item, against),
                "gold": self._gold(item.reports),
            }
        return {"against": AGAINST, "systems": rows}

    def scale(self, model: str, engine: str) -> dict[str, Any]:
        """Seconds and memory by length of text."""
        try:
            found = scaling(self._ready(model, engine), threads=self.threads, repeat=self.repeat)
        except WorkerError as error:
            return {"engine": engine, "error": str(error)}
        return {"engine": engine, **found}

    def profile(self, model: str, engine: str) -> dict[str, Any]:
        """Share of the wall time by stage."""
        try:
            with Worker(self._ready(model, engine), self.threads) as worker:
                worker.answer()
                with written(self._texts) as path:
                    seconds = worker.ask("profile", articles=str(path))["seconds"]
        except WorkerError as error:
            return {"engine": engine, "error": str(error)}
        return {"engine": engine, "seconds": seconds, "shares": shares(seconds)}

    def bound(self, model: str) -> dict[str, Any]:
        """What the processor allows in float32, whatever the engine."""
        try:
            with Worker(self._ready(model, REFERENCE), self.threads) as worker:
                worker.answer()
                with written(self._texts) as path:
                    return dict(worker.ask("roofline", articles=str(path)))
        except WorkerError as error:
            return {"error": str(error)}

    def endure(self, model: str, engine: str, count: int) -> dict[str, Any]:
        """Memory over so many articles in one process."""
        try:
            with Worker(self._ready(model, engine), self.threads) as worker:
                worker.answer()
                with written(self._texts) as path:
                    found = worker.ask("endure", articles=str(path), count=count, every=_EVERY)
        except WorkerError as error:
            return {"engine": engine, "error": str(error)}
        return {"engine": engine, "articles": count, "megabytes": memory(found["megabytes"])}

    def spec(self, model: str, engine: str) -> dict[str, Any]:
        """What a worker needs to load an engine that is built."""
        return {
            "kind": "engine",
            "name": engine,
            "model": self.models[model],
            "cache": str(self.cache / model),
            "threads": self.threads,
        }

    @property
    def _texts(self) -> list[tuple[str, str | None]]:
        return [(article.text, article.publisher or None) for article in self.articles]

    def _side_by_side(self, specs: Mapping[str, Mapping[str, Any]]) -> dict[str, Measured]:
        return side_by_side(
            specs, self._texts, repeat=self.repeat, threads=self.threads, timed=self.timed
        )

    def _built(self, model: str, engine: str) -> dict[str, Any]:
        """Seconds that building took, or the error that says why it could not be."""
        lacking = missing(ENGINES[engine])
        if lacking:
            return {"error": f"not installed: {', '.join(lacking)}"}
        (self.cache / model).mkdir(parents=True, exist_ok=True)
        print(f"building {engine} of {model}", file=sys.stderr)
        try:
            with Worker({**self.spec(model, engine), "kind": "build"}, self.threads) as worker:
                return {"build_seconds": worker.answer()["seconds"]}
        except WorkerError as error:
            return {"error": str(error)}

    def _ready(self, model: str, engine: str) -> dict[str, Any]:
        """The specification of an engine that is now built. Raises WorkerError."""
        built = self._built(model, engine)
        if "error" in built:
            raise WorkerError(built["error"])
        return self.spec(model, engine)

    def _speed(self, measured: Measured, against: Measured) -> dict[str, Any]:
        count = len(self.articles[: self.timed])
        found = {
            "articles_per_second": estimate([count / seconds for seconds in measured.seconds]),
            "load_seconds": round(measured.load, 2),
            "first_report_seconds": round(measured.first, 2),
            "loaded_megabytes": measured.loaded,
            "peak_megabytes": measured.peak,
        }
        if not against.error:
            pairs = zip(measured.seconds, against.seconds, strict=True)
            found["ratio"] = estimate([theirs / ours for ours, theirs in pairs])
        return found

    def _gold(self, reports: Sequence[Report]) -> dict[str, Any]:
        tallies = [measure(*pair) for pair in zip(reports, self.articles, strict=True)]
        return {name: item.to_dict() for name, item in figures(tallies).items()}

    def _command(self, model: str) -> dict[str, Any]:
        """What ``attribution score`` takes for one article, each time in a new process."""
        text = self.articles[0].text
        try:
            return estimate([command_seconds(self.models[model], text) for _ in range(self.repeat)])
        except subprocess.CalledProcessError as error:
            return {"error": error.stderr.decode(errors="replace")[-300:]}
