"""The threads that score: how many articles are taken on, and what becomes of one that is late.

A thread that scores cannot be stopped from outside. So an article that is late gives its place
back only when its scoring ends: the answer goes out in time, and the service never works on more
than it was allowed to. How long that can take is bounded by the size of an article.
"""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Lock
from typing import Any, Literal, Protocol

from attribution.errors import InputError
from attribution.inputs.article import described
from attribution.service.article import Article
from attribution.service.problems import RefusedError
from attribution.service.settings import Settings
from attribution.types import ModelInfo, Report

__all__ = ["Place", "ScoringPool", "State", "TextScorer", "where"]

State = Literal["loading", "ready", "stopping", "failed"]

_LOG = logging.getLogger(__name__)
#: Seconds after which a client may ask again while the model is being loaded.
_LOADING = 5.0
#: Weight of the last article in the mean time of an article.
_SMOOTHING = 0.2
_WARM_UP = "The pier is closed, the warden said."


class TextScorer(Protocol):
    """What the service needs of ``attribution.scorer.Scorer``."""

    info: ModelInfo

    def __call__(
        self, texts: str, *, title: str | None = None, publisher: str | None = None
    ) -> Report: ...


class ScoringPool:
    """Loads the model on a thread and scores there; counts who is in, and refuses when full.

    It belongs to no event loop: any may use it.

    Args:
        load: Makes the scorer. Called once, on the first scoring thread.
        settings: The limits.
    """

    def __init__(self, load: Callable[[], TextScorer], settings: Settings) -> None:
        self.settings = settings
        self.failure: BaseException | None = None
        self._load = load
        self._scorer: TextScorer | None = None
        self._state: State = "loading"
        self._started = False
        self._taken = 0
        self._at_work = 0
        self._mean_seconds = 1.0
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="scoring")

    @property
    def state(self) -> State:
        """``ready`` when articles are taken on."""
        return self._state

    @property
    def taken(self) -> int:
        """Places that are taken: articles that wait or are being scored."""
        return self._taken

    @property
    def at_work(self) -> int:
        """Threads that are scoring or loading the model."""
        return self._at_work

    @property
    def model(self) -> ModelInfo:
        """Name and version of the model. Raises RefusedError, 503, when it is not there."""
        return self._ready().info

    def start(self, failed: Callable[[], None] = lambda: None) -> None:
        """Begin to load the model, if that has not begun.

        Args:
            failed: Called, on a thread of the pool, when the model cannot be loaded; the reason is
                then in ``failure``.
        """
        if not self._started:
            self._started = True
            self._threads.submit(self._begin, failed)

    def stop(self) -> None:
        """Take no more articles on. Those that have a place are still scored."""
        self._state = "stopping"

    def close(self) -> None:
        """Take no more articles on, and drop those that wait. What is being scored goes on."""
        self.stop()
        self._threads.shutdown(wait=False, cancel_futures=True)

    @contextmanager
    def place(self) -> Iterator[Place]:
        """A place for one request.

        Raises:
            RefusedError: 503 when the model is not there, 429 when all places are taken.
        """
        scorer = self._ready()
        with self._lock:
            if self._taken >= self.settings.places:
                raise RefusedError(
                    429, "Too many articles at the same time.", retry_after=self._until_free()
                )
            self._taken += 1
        place = Place(self, scorer)
        try:
            yield place
        finally:
            place.leave()

    def _begin(self, failed: Callable[[], None]) -> None:
        try:
            with self._working():
                scorer = self._load()
                # What is made on first use is made now, before several threads ask for it.
                scorer(_WARM_UP)
        except BaseException as error:
            self.failure = error
            self._state = "failed"
            failed()
        else:
            self._scorer = scorer
            _LOG.info("ready: model %s, release %s", scorer.info.name, scorer.info.version)
            if self._state == "loading":
                self._state = "ready"

    def _ready(self) -> TextScorer:
        if self._state == "stopping":
            raise RefusedError(503, "The service is stopping.", retry_after=_LOADING)
        if self._state == "failed":
            raise RefusedError(503, "The model could not be loaded.", retry_after=_LOADING)
        if self._scorer is None:
            raise RefusedError(503, "The model is being loaded.", retry_after=_LOADING)
        return self._scorer

    def _until_free(self) -> float:
        """Seconds until all that have a place may be done."""
        expected = self._mean_seconds * self._taken / self.settings.concurrency
        return min(expected, self.settings.timeout)

    @contextmanager
    def _working(self) -> Iterator[None]:
        with self._lock:
            self._at_work += 1
        try:
            yield
        finally:
            with self._lock:
                self._at_work -= 1

    def submit(self, work: Callable[[], str]) -> Future[str]:
        """Run something on a scoring thread. For :class:`Place`."""
        return self._threads.submit(self._timed, work)

    def free(self) -> None:
        """Give a place back. For :class:`Place`."""
        with self._lock:
            self._taken -= 1

    def _timed(self, work: Callable[[], str]) -> str:
        started = time.perf_counter()
        with self._working():
            result = work()
        with self._lock:
            seconds = time.perf_counter() - started
            self._mean_seconds += _SMOOTHING * (seconds - self._mean_seconds)
        return result


class _LeftError(Exception):
    """Nobody waits for the articles any more. Nobody sees this either."""


class Place:
    """One request's place in the service. See :meth:`ScoringPool.place`."""

    def __init__(self, pool: ScoringPool, scorer: TextScorer) -> None:
        self._pool = pool
        self._scorer = scorer
        self._work: Future[str] | None = None
        self._left = Event()

    async def score(
        self,
        articles: Sequence[Article],
        write: Callable[[Sequence[Report]], str],
        gone: Callable[[], Coroutine[None, None, None]],
    ) -> str:
        """Score articles one after the other and write their reports, on a scoring thread.

        Args:
            articles: What to score. Those not begun when the place is left are not scored.
            write: Makes what is sent from the reports.
            gone: Ends when nobody waits for the answer any more.

        Returns:
            What ``write`` made.

        Raises:
            RefusedError: 503 when it took too long or the service stops, 422 when the scorer
                refuses the text, 500 when it fails, 400 when the client has gone.
        """

        def work() -> str:
            return write([self._report(article) for article in articles])

        try:
            self._work = self._pool.submit(work)
        except RuntimeError:  # closed since the place was taken
            raise RefusedError(503, "The service is stopping.", retry_after=_LOADING) from None
        outcome = asyncio.wrap_future(self._work)
        outcome.add_done_callback(_seen)
        leaving = asyncio.ensure_future(gone())
        either: set[asyncio.Future[Any]] = {outcome, leaving}
        try:
            done, _ = await asyncio.wait(
                either,
                timeout=self._pool.settings.timeout,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            leaving.cancel()
        if outcome in done:
            return _result(outcome)
        if leaving in done:
            raise RefusedError(400, "The client has gone.", close=True)
        raise RefusedError(
            503,
            f"{'Not scored' if len(articles) > 1 else 'The article was not scored'} within "
            f"{self._pool.settings.timeout:g} seconds.",
            retry_after=self._pool.settings.timeout,
        )

    def _report(self, article: Article) -> Report:
        if self._left.is_set():
            raise _LeftError
        found = article.read()
        report = self._scorer(found.text, title=found.title, publisher=found.publisher)
        return described(report, found)

    def leave(self) -> None:
        """Give the place back: now, or when the scoring thread is done with its article."""
        self._left.set()
        pool, work = self._pool, self._work
        self._work = None  # an exception in it has a way back here, and would keep the article
        if work is None:
            pool.free()
        else:
            work.cancel()  # nothing happens if it has begun
            work.add_done_callback(lambda _: pool.free())


def _seen(outcome: asyncio.Future[str]) -> None:
    """Look at an outcome that nobody waits for; asyncio would log an error with its message."""
    if not outcome.cancelled():
        outcome.exception()


def _result(outcome: asyncio.Future[str]) -> str:
    if outcome.cancelled():
        raise RefusedError(503, "The service is stopping.", retry_after=_LOADING)
    error = outcome.exception()
    if error is None:
        return outcome.result()
    if isinstance(error, InputError):
        raise RefusedError(422, "The text cannot be scored.")
    _LOG.error("scoring failed: %s", where(error))
    raise RefusedError(500, "The article could not be scored.")


def where(error: BaseException) -> str:
    """What went wrong and in which line, without the message: that may hold words of the article.

    Args:
        error: As it was caught.
    """
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name}, {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
