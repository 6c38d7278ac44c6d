"""Claim attribution and source tracing in news articles.

``Scorer`` is loaded on first use, so that importing the package does not import torch; so is
``score_corpus``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attribution._version import __version__
from attribution.errors import (
    AttributionError,
    CorpusError,
    InputError,
    MissingExtraError,
    ModelError,
    ReportFormatError,
)
from attribution.types import (
    Claim,
    Component,
    ModelInfo,
    Report,
    Sentence,
    Source,
    Span,
    Transparency,
)

if TYPE_CHECKING:
    from attribution.corpus.run import score_corpus
    from attribution.corpus.work import CorpusOptions
    from attribution.scorer import Scorer

__all__ = [
    "AttributionError",
    "Claim",
    "Component",
    "CorpusError",
    "CorpusOptions",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "ModelInfo",
    "Report",
    "ReportFormatError",
    "Scorer",
    "Sentence",
    "Source",
    "Span",
    "Transparency",
    "__version__",
    "score_corpus",
]


def __getattr__(name: str) -> Any:
    if name == "Scorer":
        from attribution.scorer import Scorer

        return Scorer
    if name == "CorpusOptions":
        from attribution.corpus.work import CorpusOptions

        return CorpusOptions
    if name == "score_corpus":
        from attribution.corpus.run import score_corpus

        return score_corpus
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
