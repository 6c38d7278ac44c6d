"""Claim attribution and source tracing in news articles.

``Scorer`` is loaded on first use, so that importing the package does not import torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attribution._version import __version__
from attribution.errors import AttributionError, InputError, ModelError, ReportFormatError
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
    from attribution.scorer import Scorer

__all__ = [
    "AttributionError",
    "Claim",
    "Component",
    "InputError",
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
]


def __getattr__(name: str) -> Any:
    if name == "Scorer":
        from attribution.scorer import Scorer

        return Scorer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
