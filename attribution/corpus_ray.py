"""Scores the chunks of a corpus on Ray Data: several processes of one machine, or of a cluster.

Ray Data carries the numbers of the chunks, not the articles: every worker reads its chunk from the
input and puts its shard in place itself, with the code of the one-process engine. So input, model
and output must lie under the same paths on all machines. A chunk that Ray hands out a second time,
after a machine was lost, is scored again into the same bytes.

Ray is imported only when the engine runs.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from attribution.corpus_plan import Chunk, ChunkReader
from attribution.corpus_shards import Counts
from attribution.corpus_work import Job, Tick, load_scorer, score_chunk
from attribution.errors import AttributionError, CorpusError, MissingExtraError

__all__ = ["RayEngine", "load_ray"]

#: Most blocks of chunk numbers. One a chunk reports progress soonest; millions would choke Ray.
_BLOCKS = 10_000


class RayEngine:
    """Workers under Ray, each with a model of its own.

    Args:
        workers: Their number; None: one for each core that Ray has.
        address: Of a cluster, or ``auto`` for the one this machine is in; None: Ray is started
            here, and stopped again, unless the caller has started it already.
    """

    def __init__(self, workers: int | None = None, address: str | None = None) -> None:
        self._workers = workers
        self._address = address

    def run(self, job: Job, chunks: Sequence[Chunk], tick: Tick) -> Iterator[Counts]:
        """As :class:`attribution.corpus_work.Engine`.

        Raises:
            CorpusError: A worker failed, or there is no cluster at the address.
            MissingExtraError: Ray is not installed.
        """
        ray = load_ray()
        if not chunks:
            return
        started = not ray.is_initialized()
        if started:
            try:
                ray.init(self._address, logging_level=logging.WARNING, log_to_driver=False)
            except (ConnectionError, ValueError, RuntimeError) as error:
                raise CorpusError(f"Ray at {self._address or 'this machine'}: {error}") from error
        try:
            yield from self._run(ray, job, chunks, tick)
        finally:
            if started:
                ray.shutdown()

    def _run(
        self, ray: ModuleType, job: Job, chunks: Sequence[Chunk], tick: Tick
    ) -> Iterator[Counts]:
        ray.data.DataContext.get_current().enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.WARNING)
        workers = self._workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
        done = ray.data.from_items(
            [{"at": at} for at in range(len(chunks))],
            override_num_blocks=min(len(chunks), _BLOCKS),
        ).map(
            _Worker,
            fn_constructor_args=(job, list(chunks)),
            compute=ray.data.ActorPoolStrategy(size=min(workers, len(chunks))),
            num_cpus=1,
        )
        try:
            for row in done.iter_rows():
                reasons = {name: count for name, count in row["reasons"].items() if count}
                counts = Counts(row["scored"], reasons)
                tick(counts.read)
                yield counts
        except ray.exceptions.RayError as error:
            raise CorpusError(_told(error)) from error


class _Worker:
    """Scores the chunks it is handed, in a process of Ray's."""

    def __init__(self, job: Job, chunks: list[Chunk]) -> None:
        self._job = job
        self._chunks = chunks
        self._reader = ChunkReader(job.source)
        self._scorer = load_scorer(job.options.model)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        chunk = self._chunks[row["at"]]
        counts = score_chunk(self._job, self._scorer, self._reader, chunk, lambda _: None)
        return {"scored": counts.scored, "reasons": dict(counts.reasons)}


def _told(error: BaseException) -> str:
    """What a worker said, without the trace that Ray wraps it in."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, AttributionError):
            return str(inner)
        inner = getattr(inner, "cause", None) or inner.__cause__
    return f"a worker failed: {' '.join(str(error).split())}"


def load_ray() -> ModuleType:
    """Ray, with ``ray.data``.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise MissingExtraError("ray", "ray") from error
    return ray
