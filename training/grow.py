"""A trained model with other labels or windows, so that training can go on from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from attribution.configuration import AttributionConfig, impossible
from attribution.model import BIO, CLAIM_LAYERS, WITHOUT_ENDS, AttributionModel
from attribution.transformer import Transformer

__all__ = ["GROWING", "grown"]

#: Settings of a trained model that further training may change: its labels and its windows.
GROWING = frozenset({"span_ends", "tag_layers", "max_pieces", "context"})


def grown(model: AttributionModel, changes: Mapping[str, Any]) -> AttributionModel:
    """The same model with other windows or more labels; those start out as the old ones say.

    New flat tags (``tag_layers``) start untrained. With ``span_ends`` the last word of a span
    scores like an inner one, the only word like a first one, as a model without them reads.

    Args:
        model: a trained model.
        changes: settings of ``GROWING``, of its configuration.

    Raises:
        ValueError: another setting, fewer labels than the model has, or windows that it cannot
            read.
    """
    if unknown := sorted(changes.keys() - GROWING):
        raise ValueError(f"a trained model keeps its {', '.join(unknown)}")
    if wrong := impossible(changes):
        raise ValueError(f"not a possible value of {', '.join(wrong)}")
    config = AttributionConfig(**{**vars(model.config), **changes})
    _check_windows(config, model.encoder)
    if config.tag_layers < model.config.tag_layers or config.span_ends < model.config.span_ends:
        raise ValueError("a trained model keeps the labels that it has")
    other = AttributionModel(config)
    weights = model.state_dict()
    for name, fresh in other.state_dict().items():
        if name.startswith("tags."):
            weights[name] = torch.cat([weights[name], fresh[len(weights[name]) :]])
        elif name.startswith("pair_out.") and len(fresh) > len(weights[name]):
            weights[name] = _with_ends(weights[name])
    other.load_state_dict(weights)
    return other.eval()


def _check_windows(config: AttributionConfig, encoder: nn.Module) -> None:
    """Raises ValueError where windows are more than an encoder reads, or never come to an end."""
    if config.context >= config.max_pieces:
        raise ValueError(f"windows of {config.max_pieces} cannot repeat {config.context} pieces")
    both_ends = 2
    if isinstance(encoder, Transformer) and config.max_pieces + both_ends > encoder.longest:
        raise ValueError(f"the encoder reads windows of {encoder.longest - both_ends} at most")


def _with_ends(rows: Tensor) -> Tensor:
    """Rows of the pair scores' last layer: the roles' with ends, then those of via mentions."""
    roles = 1 + 2 * len(CLAIM_LAYERS)
    if len(rows) != roles + len(BIO):
        raise ValueError(f"{len(rows)} rows are no pair scores without ends")
    return torch.cat([rows[list(WITHOUT_ENDS)], rows[roles:]])
