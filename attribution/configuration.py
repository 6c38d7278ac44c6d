"""Configuration of the attribution model: its encoder, its head sizes, its decoding settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from transformers import AutoConfig, PretrainedConfig

__all__ = ["FEATURES", "AttributionConfig"]

#: Surface features of a word: its shape, its quotation state, the boundary before it.
FEATURES = ("shape", "quote", "boundary")


class AttributionConfig(PretrainedConfig):
    """Settings of an :class:`~attribution.model.AttributionModel`, saved with its weights.

    Args:
        encoder: configuration of the encoder as a dict with ``model_type``, or a config object.
        pair_size: width of the predicate-word scorer.
        mention_size: width of the mention embedding used for resolution.
        head_dropout: dropout on word states before the heads, in training.
        max_pieces: most word pieces in a window, special tokens not counted.
        context: word pieces a window repeats from the one before.
        span_ends: whether the pair scores know the last and only words of spans; without, a last
            word scores like an inner one and an only word like a first one (BIO).
        tag_layers: how many of ``TAG_LAYERS`` the flat tags have, from the first on.
        features: surface features in use, of ``FEATURES``; None for all of them.
        cue_threshold: least probability at which a word opens a claim with a cue.
        uncued_threshold: the same for a claim without a cue.
        source_threshold: least probability at which a claim with a cue gets a source that its best
            path lacks.
        flat_weight: weight of the flat tags beside the pair scores in decoding.
        piece_cost: cost, in log probability, of a piece of content; sources, cues: half.
        confidence_weights: constant and weights that make confidences probabilities, see
            ``attribution.confidence``; None for raw ones.
        release: version of these weights, shown in reports.
    """

    model_type = "attribution"

    def __init__(
        self,
        encoder: dict[str, Any] | PretrainedConfig | None = None,
        pair_size: int = 192,
        mention_size: int = 128,
        head_dropout: float = 0.1,
        max_pieces: int = 510,
        context: int = 96,
        span_ends: bool = True,
        tag_layers: int = 5,
        features: Sequence[str] | None = None,
        cue_threshold: float = 0.5,
        uncued_threshold: float = 0.5,
        source_threshold: float = 0.1,
        flat_weight: float = 0.5,
        piece_cost: float = 1.0,
        confidence_weights: Sequence[float] | None = None,
        release: str = "0",
        **kwargs: Any,
    ) -> None:
        if encoder is None:
            encoder = {"model_type": "bert"}
        if isinstance(encoder, PretrainedConfig):
            encoder = encoder.to_dict()
        self.encoder = encoder
        self.pair_size = pair_size
        self.mention_size = mention_size
        self.head_dropout = head_dropout
        self.max_pieces = max_pieces
        self.context = context
        self.span_ends = span_ends
        self.tag_layers = tag_layers
        self.features = list(FEATURES if features is None else features)
        self.cue_threshold = cue_threshold
        self.uncued_threshold = uncued_threshold
        self.source_threshold = source_threshold
        self.flat_weight = flat_weight
        self.piece_cost = piece_cost
        self.confidence_weights = None if confidence_weights is None else list(confidence_weights)
        self.release = release
        super().__init__(**kwargs)

    def encoder_config(self) -> PretrainedConfig:
        """The encoder's own configuration object."""
        settings = dict(self.encoder)
        return AutoConfig.for_model(settings.pop("model_type"), **settings)
