"""Which model a command scores with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, cast

import typer

from attribution.errors import MissingExtraError

if TYPE_CHECKING:
    from attribution.engines import EngineName
    from attribution.types import Report

__all__ = ["ArticleScorer", "load_scorer"]


class ArticleScorer(Protocol):
    """What a command needs of ``attribution.scorer.Scorer``."""

    def __call__(
        self,
        texts: list[str],
        *,
        publisher: str | Sequence[str | None] | None = None,
        batch_size: int,
    ) -> list[Report]: ...


def load_scorer(
    model: str, weights: Mapping[str, float] | None = None, engine: str = "auto"
) -> ArticleScorer:
    """Load a model. Imports torch, so it is called only once the arguments are known to be right.

    Args:
        model: ``small`` for the bundled model, or the folder of another one.
        weights: Of the score's components, None: the default ones.
        engine: What runs the encoder.

    Raises:
        ModelError: The model is missing, incomplete or of another version.
        typer.BadParameter: The engine is not installed.
    """
    from attribution.scorer import Scorer

    try:
        scorer: ArticleScorer = Scorer.from_pretrained(
            model, engine=cast("EngineName", engine), weights=weights
        )
    except MissingExtraError as error:
        raise typer.BadParameter(str(error), param_hint="--engine") from error
    return scorer
