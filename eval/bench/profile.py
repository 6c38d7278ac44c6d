"""Where the time goes: the share of each stage in the wall time of scoring articles.

The functions that the stages are made of are wrapped while articles are scored. A function's time
is its own: what wrapped functions inside it take is theirs. Nothing is encoded ahead meanwhile:
times of two threads would not add up to the whole.
"""

from __future__ import annotations

import importlib
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

if TYPE_CHECKING:
    from attribution.scorer import Scorer

__all__ = ["ENCODER", "STAGES", "Stopwatch", "profile", "shares"]

ENCODER = "encoder"
_JSON, _REST = "report as JSON", "everything else"
#: Stage, and the functions that it is made of: where each is looked up, and its name there.
STAGES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("publisher, sections", (("scorer", "_publishers"), ("scorer", "sections"))),
    ("segment", (("scorer", "segment"),)),
    ("tokenise, features", (("scorer", "encode_articles"),)),
    ("batches, windows merged", (("scorer", "encode_words"),)),
    ("role scores (network)", (("decode", "score_predicates"),)),
    ("decode", (("analyze", "decode"),)),
    (
        "mentions",
        (("analyze", "find_entities"), ("analyze", "collect_mentions"), ("analyze", "tabulate")),
    ),
    ("resolve", (("analyze", "resolve"), ("analyze", "source_types"))),
    ("chains", (("analyze", "find_chains"),)),
    ("names, roles", (("analyze", "portray"),)),
    ("claims, sentences", (("scorer", "analyze"), ("scorer", "merge"))),
    ("score", (("scorer", "assess"),)),
)


class Stopwatch:
    """Seconds by stage. ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.clock = clock
        self._inner = [0.0]

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its own time counted for the stage."""

        def run(*arguments: Any, **named: Any) -> Any:
            start = self.clock()
            self._inner.append(0.0)
            try:
                return function(*arguments, **named)
            finally:
                whole = self.clock() - start
                self.seconds[stage] += whole - self._inner.pop()
                self._inner[-1] += whole

        return run


def profile(
    scorer: Scorer,
    articles: Sequence[tuple[str, str | None]],
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Seconds by stage for scoring articles, reports as JSON included; their sum is the whole.

    Args:
        scorer: with any engine. Articles are scored once before, untimed.
        articles: texts with their publishers.
        clock: gives seconds.

    Raises:
        AttributeError: a function of ``STAGES`` is no more where it is looked up.
    """
    texts, publishers = [text for text, _ in articles], [outlet for _, outlet in articles]
    scorer(texts, publisher=publishers)
    watch = Stopwatch(clock)
    with ExitStack() as stack:
        for stage, functions in STAGES:
            for module_name, name in functions:
                module = importlib.import_module(f"attribution.{module_name}")
                wrapped = watch.timed(stage, getattr(module, name))
                stack.enter_context(patch.object(module, name, wrapped))
        stack.enter_context(patch("attribution.scorer.ahead", lambda items: (x for x in items)))
        encoder = watch.timed(ENCODER, scorer.model.forward)
        stack.enter_context(patch.object(scorer.model, "forward", encoder))
        start = clock()
        reports = scorer(texts, publisher=publishers)
        to_json = watch.timed(_JSON, lambda: [report.to_json() for report in reports])
        to_json()
        whole = clock() - start
    order = [ENCODER, *(stage for stage, _ in STAGES), _JSON]
    found = {stage: watch.seconds[stage] for stage in order}
    return {**found, _REST: max(0.0, whole - sum(found.values()))}


def shares(seconds: dict[str, float]) -> dict[str, float]:
    """Each stage's share, 0..1, of the whole."""
    whole = sum(seconds.values())
    return {stage: round(value / whole, 4) for stage, value in seconds.items()}
