"""How a model or baseline reads gold articles: each with its publisher, as a user would say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from attribution.types import Report
from eval.baselines import Baseline
from training.readers.gold import GoldArticle

__all__ = ["Run", "baseline_run", "model_run"]

Run = Callable[[Sequence[GoldArticle]], list[Report]]


def model_run(model: str | Path) -> Run:
    """The reports of a bundled model or a model folder.

    Raises:
        ModelError: there is no such model, or its folder is not complete.
    """
    from attribution.scorer import Scorer

    scorer = Scorer.from_pretrained(model, engine="torch")  # the same figures everywhere

    def run(articles: Sequence[GoldArticle]) -> list[Report]:
        publishers = [article.publisher or None for article in articles]
        return scorer([article.text for article in articles], publisher=publishers)

    return run


def baseline_run(baseline: Baseline) -> Run:
    """The reports of a baseline."""
    return lambda articles: [
        baseline(article.text, article.publisher or None) for article in articles
    ]
