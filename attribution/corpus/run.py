"""Scores a whole corpus into a folder of Parquet tables; a run may be killed and goes on later.

The output folder: ``manifest.json`` (what the run is), the tables ``articles``, ``claims`` and
``sources`` and the ``errors``, each in parts of one chunk (:mod:`attribution.corpus.shards`), and
``summary.json``. None of it holds a time or a path of this machine: the same input and model give
the same files, whichever engine ran and however often it was interrupted. Only what
``summary.json`` says of the last run differs.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from attribution._version import __version__
from attribution.corpus.plan import Plan, make_plan
from attribution.corpus.shards import (
    ERRORS,
    PARTIAL,
    TABLES,
    Counts,
    Shards,
    made_by_runs,
    replace_file,
)
from attribution.corpus.source import Source, find_source
from attribution.corpus.work import (
    CorpusOptions,
    Engine,
    Job,
    LocalEngine,
    Tick,
    scorer_of,
)
from attribution.errors import CorpusError
from attribution.extras import load_pyarrow
from attribution.weighting import checked_weights

__all__ = ["MANIFEST", "CorpusRun", "Summary", "digest_of", "open_corpus", "score_corpus"]

MANIFEST = "manifest.json"
SUMMARY = "summary.json"
_FORMAT = "attribution.corpus/1"


@dataclass(frozen=True)
class Summary:
    """The counts of a run and of its output.

    Attributes:
        run: what this run scored, and its errors.
        skipped: records of chunks that were done before.
        total: what the output holds now.
    """

    run: Counts
    skipped: int
    total: Counts

    def to_dict(self) -> dict[str, Any]:
        """``run``: read = scored + errors + skipped. ``total``: read = scored + errors."""
        return {
            "run": {
                "read": self.run.read + self.skipped,
                "scored": self.run.scored,
                "errors": self.run.errors,
                "skipped": self.skipped,
            },
            "total": {
                "read": self.total.read,
                "scored": self.total.scored,
                "errors": self.total.errors,
                "reasons": dict(self.total.reasons),
            },
        }


@dataclass(frozen=True)
class CorpusRun:
    """A run that may begin: its plan is made, and its output folder fits it.

    ``done`` are the records of chunks that earlier runs have done.
    """

    plan: Plan
    job: Job
    done: int

    def score(self, engine: Engine | None = None, tick: Tick = lambda _: None) -> Summary:
        """Score what is not yet done.

        Args:
            engine: Where the work is done; None: in this process.
            tick: Called with the number of records that are done since the last call.

        Raises:
            CorpusError: The input changes meanwhile, or the output does not add up.
            OSError: The output cannot be written.
        """
        shards = self.job.shards
        missing = [chunk for chunk in self.plan.chunks if not shards.is_done(chunk.number)]
        run = sum((engine or LocalEngine()).run(self.job, missing, tick), start=Counts())
        total = _add_up(shards, self.plan)
        if total.read != self.plan.records:
            raise CorpusError(f"{shards.folder}: {total.read} of {self.plan.records} records done")
        summary = Summary(run, self.plan.records - run.read, total)
        replace_file(shards.folder / SUMMARY, json.dumps(summary.to_dict(), indent=2) + "\n")
        return summary


def score_corpus(
    source: str | Path,
    output: str | Path,
    options: CorpusOptions | None = None,
    *,
    engine: Engine | None = None,
    overwrite: bool = False,
    tick: Tick = lambda _: None,
) -> Summary:
    """Score all articles of a corpus into a folder of Parquet tables.

    Called again after an interruption with the same arguments, it goes on where it was.

    Args:
        source: A file (.jsonl, .csv, .tsv, .parquet), a folder of such files or of text files
            (.txt, .md), or the folder of a ``datasets`` data set.
        output: The folder to write; created if need be.
        options: Model, columns, sizes.
        engine: Where the work is done; None: in this process. For several:
            ``attribution.corpus.ray_engine.RayEngine``.
        overwrite: Replace the output of another run, if there is one.
        tick: Called with the number of records that are done since the last call.

    Returns:
        The counts.

    Raises:
        CorpusError: The output is of another input, model or option; or what :class:`CorpusRun`
            raises.
        InputError: There is nothing to read.
        MissingExtraError: A package that this needs is not installed.
        ModelError: The model cannot be loaded.
        OSError: The output cannot be written.
        ValueError: The weights do not fit the components.
    """
    with open_corpus(source, output, options, overwrite=overwrite) as run:
        return run.score(engine, tick)


@contextmanager
def open_corpus(
    source: str | Path,
    output: str | Path,
    options: CorpusOptions | None = None,
    *,
    overwrite: bool = False,
    tick: Tick = lambda _: None,
) -> Iterator[CorpusRun]:
    """Read the input once, and make or check the output folder. Arguments as :func:`score_corpus`.

    No other run can open the folder until the block ends.

    Args:
        source: As for :func:`score_corpus`.
        output: As for :func:`score_corpus`.
        options: As for :func:`score_corpus`.
        overwrite: As for :func:`score_corpus`.
        tick: Called with the number of records read since the last call.

    Raises:
        AttributionError: As :func:`score_corpus`.
    """
    load_pyarrow()
    options = options or CorpusOptions()
    if _is_folder(options.model):  # so that workers elsewhere find it
        options = replace(options, model=os.path.abspath(options.model))
    if options.weights is not None:
        options = replace(options, weights=checked_weights(options.weights))
    options = replace(options, encoder_engine=_engine(options))
    found = find_source(source, options.columns, options.kind)
    folder = Path(os.path.abspath(output))
    _check_folder(folder, Path(source))
    if folder.is_dir():
        with _locked(folder):  # told before the input is read, which may take long
            pass
    plan = make_plan(found, options.chunk_size, tick)
    manifest = json.dumps(_manifest(found, plan, options), indent=2) + "\n"
    mark = hashlib.blake2b(manifest.encode(), digest_size=16).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        _settle(folder, manifest, overwrite)
        shards = Shards(folder, mark, len(plan.chunks))
        yield CorpusRun(plan, Job(found, shards, options), _add_up(shards, plan).read)
        with suppress(OSError):  # a worker that was given up may have left something
            (folder / PARTIAL).rmdir()


def _is_folder(model: str) -> bool:
    """Whether a model is a folder and not a bundled one, whose name some folder may have too."""
    from attribution.scorer import BUNDLED

    return not (BUNDLED / model / "config.json").is_file() and Path(model).is_dir()


def _engine(options: CorpusOptions) -> str:
    """The engine that the whole run has, wherever its workers are: figures differ with it."""
    from attribution.engines import resolve_engine
    from attribution.scorer import default_engine

    name = options.encoder_engine
    model = default_engine(options.model) if name == "auto" else "torch"
    return resolve_engine(name, model=model)


def _manifest(source: Source, plan: Plan, options: CorpusOptions) -> dict[str, Any]:
    info = scorer_of(options).info
    # Columns and kind are in the digest: it is of the records as they were read.
    names = ("publisher", "batch_size", "chunk_size", "weights", "encoder_engine")
    settings = {name: getattr(options, name) for name in names}
    return {
        "format": _FORMAT,
        "attribution": __version__,
        "model": {**info.to_dict(), "sha256": digest_of(options.model)},
        "input": {
            "files": len(source.files),
            "bytes": source.size,
            "records": plan.records,
            "digest": plan.digest,
        },
        "options": settings,
    }


def digest_of(model: str) -> str | None:
    """SHA-256 of a model folder's files; None for a model on a hub, which its version names."""
    from attribution.scorer import BUNDLED

    bundled = BUNDLED / model
    folder = bundled if (bundled / "config.json").is_file() else Path(model)
    if not folder.is_dir():
        return None
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in (".json", ".safetensors", ".txt"):
            with path.open("rb") as stream:
                for block in iter(lambda: stream.read(1 << 20), b""):
                    whole.update(block)
    return whole.hexdigest()


def _check_folder(folder: Path, source: Path) -> None:
    """Refuse a folder that is no run's, or that a second reading of the input would find."""
    if Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(source)):
        raise CorpusError(f"{folder}: the output may not be inside the input")
    if folder.exists() and not folder.is_dir():
        raise CorpusError(f"{folder}: the output is a folder, and this is a file")
    if folder.is_dir() and not (folder / MANIFEST).exists():
        ours = {*TABLES, ERRORS, PARTIAL}
        others = sorted(path.name for path in folder.iterdir() if path.name not in ours)
        if others:
            raise CorpusError(f"{folder}: holds other files ({others[0]}); choose a new folder")


def _settle(folder: Path, manifest: str, overwrite: bool) -> None:
    """Make the folder ready: this run's manifest in it, and nothing of any other run."""
    for name in (*TABLES, ERRORS, PARTIAL):
        (folder / name).mkdir(exist_ok=True)
    for left in (folder / PARTIAL).iterdir():
        left.unlink()
    path = folder / MANIFEST
    before = path.read_text(encoding="utf-8") if path.exists() else None
    if before == manifest:
        return
    if before is None and (strangers := list(made_by_runs(folder))):
        raise CorpusError(f"{strangers[0]}: a part without a {MANIFEST}; choose a new folder")
    if before is not None and not overwrite:
        changed = ", ".join(_differences(before, manifest))
        raise CorpusError(
            f"{folder}: holds a run that differs in its {changed}; "
            "choose a new folder, or replace it with --overwrite"
        )
    # Shards first: a kill in between leaves the old manifest, which still refuses the new run.
    for shard in made_by_runs(folder):
        shard.unlink()
    (folder / SUMMARY).unlink(missing_ok=True)
    replace_file(path, manifest)


def _differences(before: str, now: str) -> list[str]:
    """In which parts two manifests differ, as ``input (records)``."""
    try:
        old = json.loads(before)
    except ValueError:
        return ["manifest (damaged)"]
    found = []
    for name, value in json.loads(now).items():
        other = old.get(name)
        if isinstance(value, dict) and isinstance(other, dict):
            keys = [key for key in value if value[key] != other.get(key)]
            if keys:
                found.append(f"{name} ({', '.join(keys)})")
        elif value != other:
            found.append(name)
    return found or ["manifest"]


def _add_up(shards: Shards, plan: Plan) -> Counts:
    found = (shards.counts(chunk.number, chunk.count) for chunk in plan.chunks)
    return sum((counts for counts in found if counts is not None), start=Counts())


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other runs out. The system takes the lock back however the process ends."""
    try:
        import fcntl
    except ImportError:  # Windows: nothing is broken without it, but two runs do the work twice
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CorpusError(f"{folder}: another run is writing into this folder") from error
        except OSError:
            pass  # a file system without locks
        yield
    finally:
        os.close(descriptor)
