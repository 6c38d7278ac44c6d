"""Scores the chunks of a corpus on Ray Data: several processes of one machine, or of a cluster.

Ray Data carries the numbers of the chunks, not the articles: every worker reads its chunk from the
input and puts its shard in place itself, with the code of the one-process engine. So input, model
and output must lie under the same paths on all machines. A chunk that Ray hands out a second time,
after a machine was lost, is scored again into the same bytes.

Ray is imported only when the engine runs.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import warnings
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from attribution.corpus.plan import Chunk, ChunkReader
from attribution.corpus.shards import Counts
from attribution.corpus.work import Job, Tick, score_chunk, scorer_of
from attribution.errors import AttributionError, CorpusError
from attribution.extras import load_extra

__all__ = ["RayEngine", "Worker", "check_address", "load_ray"]

#: Most blocks of chunk numbers. One a chunk reports progress soonest; millions would choke Ray.
_BLOCKS = 10_000
#: Most characters of Ray's own errors.
_REASON = 500
#: Seconds in which a cluster must answer.
_KNOCK = 10


class RayEngine:
    """Workers under Ray, each with a model of its own.

    Args:
        workers: Their number; None: one for each core that Ray has.
        address: Of a cluster, or ``auto`` for the one this machine is in; None: Ray is started
            here, and stopped again, unless the caller has started it already.
        quiet: Whether Ray's warnings are kept back, those of what it starts here too.
    """

    def __init__(
        self, workers: int | None = None, address: str | None = None, *, quiet: bool = False
    ) -> None:
        self._workers = workers
        self._address = address
        self._level = logging.ERROR if quiet else logging.WARNING

    def run(self, job: Job, chunks: Sequence[Chunk], tick: Tick) -> Iterator[Counts]:
        """As :class:`attribution.corpus.work.Engine`.

        Raises:
            CorpusError: A worker failed, or there is no cluster at the address.
            MissingExtraError: Ray is not installed.
        """
        ray = load_ray()
        if not chunks:
            return
        started = not ray.is_initialized()
        if started:
            check_address(self._address)
            # Ray's own is 15: beside anything else that runs, its workers would get nothing.
            os.environ.setdefault("RAY_worker_niceness", "0")
            if self._level == logging.ERROR:  # its processes write past the logger
                os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "error")
            try:
                with warnings.catch_warnings():
                    if self._level == logging.ERROR:
                        warnings.simplefilter("ignore")
                    ray.init(self._address, logging_level=self._level, log_to_driver=False)
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
        workers = self._workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
        logging.getLogger("ray.data").setLevel(self._level)
        numbers = ray.data.from_items(
            [{"at": at} for at in range(len(chunks))],
            override_num_blocks=min(len(chunks), _BLOCKS),
        )
        numbers.context.enable_progress_bars = False
        # A chunk of many articles and a slow model may take longer than Ray waits for a sign.
        numbers.context.execution_no_progress_timeout_s = -1
        done = numbers.map(
            Worker,
            fn_constructor_args=(job, list(chunks)),
            compute=ray.data.ActorPoolStrategy(size=min(workers, len(chunks))),
            num_cpus=1,
        )
        try:
            for row in done.iter_rows():
                if row["error"]:
                    raise CorpusError(row["error"])
                counts = Counts(row["scored"], json.loads(row["reasons"]))
                tick(counts.read)
                yield counts
        except ray.exceptions.RayError as error:
            raise CorpusError(f"Ray: {' '.join(str(error).split())[:_REASON]}") from error


class Worker:
    """Scores the chunks it is handed, in a process of Ray's."""

    def __init__(self, job: Job, chunks: list[Chunk]) -> None:
        self._job = job
        self._chunks = chunks
        self._reader = ChunkReader(job.source)
        self._scorer = scorer_of(job.options)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """Score the chunk at ``row["at"]``; its counts, or what went wrong.

        An error goes back as a value: raised, it would reach the user inside Ray's own traces.
        """
        chunk = self._chunks[row["at"]]
        try:
            counts = score_chunk(self._job, self._scorer, self._reader, chunk, lambda _: None)
        except AttributionError as error:
            return {"scored": 0, "reasons": "{}", "error": str(error)}
        except Exception as error:
            told = f"chunk {chunk.number}: {type(error).__name__}: {error}"
            return {"scored": 0, "reasons": "{}", "error": told}
        return {"scored": counts.scored, "reasons": json.dumps(counts.reasons), "error": ""}


def check_address(address: str | None) -> None:
    """Knock at a cluster's address: Ray itself would go on knocking for ten minutes and more.

    Args:
        address: ``host:port``, with or without ``ray://``; everything else is left to Ray.

    Raises:
        CorpusError: Nothing answers there.
    """
    host, _, port = (address or "").rpartition("://")[2].rpartition(":")
    if not port.isdigit():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), _KNOCK).close()
    except (OSError, OverflowError) as error:
        raise CorpusError(f"no Ray at {address}: {error}") from error


def load_ray() -> ModuleType:
    """Ray, with ``ray.data``.

    Raises:
        MissingExtraError: It is not installed.
    """
    return load_extra("ray", "data", extra="ray")
