"""Scores one chunk of a corpus: what every engine does, wherever it runs.

What a chunk comes to depends on the chunk, the model and the options alone. Articles are scored
in groups that are counted from the chunk's beginning, as the company an article keeps in a batch
may show in the last digits of its figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, cast

from attribution.corpus.plan import Chunk, ChunkReader
from attribution.corpus.readers import Kind
from attribution.corpus.records import BadRecord, Columns, Reason, Record
from attribution.corpus.shards import Counts, Shards
from attribution.corpus.source import Source
from attribution.errors import InputError
from attribution.types import ModelInfo, Report

if TYPE_CHECKING:
    from attribution.engines import EngineName

__all__ = [
    "CorpusOptions",
    "Engine",
    "Job",
    "LocalEngine",
    "Tick",
    "load_scorer",
    "score_chunk",
    "scorer_of",
]

#: Articles handed to the scorer together: enough for it to sort, few enough for a moving bar.
_TOGETHER = 32
#: Called with the number of records that are done since the last call.
Tick = Callable[[int], object]


class CorpusScorer(Protocol):
    """What a corpus run needs of ``attribution.scorer.Scorer``."""

    info: ModelInfo

    def __call__(
        self, texts: Sequence[str], *, publisher: Sequence[str | None], batch_size: int
    ) -> Sequence[Report]: ...


@dataclass(frozen=True)
class CorpusOptions:
    """What decides the output of a run, beside its input.

    Attributes:
        model: name of a bundled model, a folder, or a hub id.
        columns: which column of the input is what; by their usual names if not said.
        kind: how to read the input; by its suffix if not said.
        publisher: the outlet of all records that name none.
        batch_size: windows of text run through the encoder at once.
        chunk_size: records in a chunk, so in a shard. At most that many are lost to a kill.
        weights: of the score's components, None: the default ones.
        encoder_engine: what runs the encoder, see ``attribution.engines``; ``auto`` becomes what it
            stands for on the machine that begins the run.
    """

    model: str = "small"
    columns: Columns = field(default_factory=Columns)
    kind: Kind | None = None
    publisher: str | None = None
    batch_size: int = 8
    chunk_size: int = 256
    weights: Mapping[str, float] | None = None
    encoder_engine: str = "auto"


@dataclass(frozen=True)
class Job:
    """All that a worker must know to score a chunk. Can be pickled."""

    source: Source
    shards: Shards
    options: CorpusOptions


class Engine(Protocol):
    """Scores chunks, in any order and anywhere."""

    def run(self, job: Job, chunks: Sequence[Chunk], tick: Tick) -> Iterator[Counts]:
        """Score chunks and put their shards in place.

        Args:
            job: Input, output and options.
            chunks: What is to be done.
            tick: Called with the number of records done since the last call.

        Yields:
            The counts of each chunk that is done.
        """
        ...


class LocalEngine:
    """One process, one scorer, chunk by chunk."""

    def run(self, job: Job, chunks: Sequence[Chunk], tick: Tick) -> Iterator[Counts]:
        """As :class:`Engine`."""
        reader = ChunkReader(job.source)
        for chunk in chunks:
            yield score_chunk(job, scorer_of(job.options), reader, chunk, tick)


def scorer_of(options: CorpusOptions) -> CorpusScorer:
    """The scorer of a run. Raises as :func:`load_scorer`."""
    weights = None if options.weights is None else tuple(options.weights.items())
    return load_scorer(options.model, weights, options.encoder_engine)


@lru_cache(maxsize=1)
def load_scorer(
    model: str, weights: tuple[tuple[str, float], ...] | None = None, engine: str = "auto"
) -> CorpusScorer:
    """The model, kept for the next call. Imports torch.

    Args:
        model: As in :class:`CorpusOptions`.
        weights: Likewise, as pairs: what is kept must be hashable.
        engine: Likewise, its ``encoder_engine``.

    Raises:
        ModelError: The model is missing, incomplete or of another version.
        ValueError: The weights do not fit the components.
    """
    from attribution.scorer import Scorer

    scorer: CorpusScorer = Scorer.from_pretrained(
        model,
        engine=cast("EngineName", engine),
        weights=dict(weights) if weights else None,
    )
    return scorer


def score_chunk(
    job: Job, scorer: CorpusScorer, reader: ChunkReader, chunk: Chunk, tick: Tick
) -> Counts:
    """Read a chunk, score it and put its shards in place.

    Raises:
        CorpusError: The input has changed.
        OSError: The output cannot be written.
    """
    read = reader.read(chunk)
    good = [record for record in read if isinstance(record, Record)]
    outcomes: dict[str, tuple[Record, Report] | BadRecord] = {}
    tick(len(read) - len(good))
    for start in range(0, len(good), _TOGETHER):
        group = good[start : start + _TOGETHER]
        keys = [item.id for item in group]
        outcomes.update(zip(keys, _score(scorer, group, job.options), strict=True))
        tick(len(group))
    entries = [outcomes[item.id] if isinstance(item, Record) else item for item in read]
    scored = [entry for entry in entries if not isinstance(entry, BadRecord)]
    errors = [entry for entry in entries if isinstance(entry, BadRecord)]
    return job.shards.write(chunk.number, scored, errors)


def _score(
    scorer: CorpusScorer, records: Sequence[Record], options: CorpusOptions
) -> list[tuple[Record, Report] | BadRecord]:
    """Score records in one call; if it fails, one by one, so that only the culprit does."""
    try:
        reports = scorer(
            [record.text for record in records],
            publisher=[record.publisher or options.publisher for record in records],
            batch_size=options.batch_size,
        )
    except (MemoryError, OSError):
        raise  # the machine's fault, not the article's
    except Exception as error:
        if len(records) > 1:
            return [_score(scorer, [record], options)[0] for record in records]
        reason: Reason = "refused" if isinstance(error, InputError) else "failed"
        detail = f"{type(error).__name__}: {error}"
        return [BadRecord(records[0].where, records[0].id, reason, detail)]
    return [
        (record, replace(report, title=record.title, date=record.date))
        for record, report in zip(records, reports, strict=True)
    ]
