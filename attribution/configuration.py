"""Configuration of the attribution model: its encoder, its head sizes, its decoding settings."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

__all__ = ["CONFIG", "FEATURES", "AttributionConfig", "impossible"]

CONFIG = "config.json"
#: Surface features of a word: its shape, its quotation state, the boundary before it.
FEATURES = ("shape", "quote", "boundary")


#: Least and greatest value of every setting that is a number.
_RANGES: Mapping[str, tuple[float, float]] = {
    "pair_size": (1, 65_536),
    "mention_size": (1, 65_536),
    "head_dropout": (0, 1),
    "max_pieces": (1, 1_000_000),
    "context": (0, 1_000_000),
    "tag_layers": (1, 64),
    "cue_threshold": (0, 1),
    "uncued_threshold": (0, 1),
    "source_threshold": (0, 1),
    "flat_weight": (0, 1_000),
    "piece_cost": (-1_000, 1_000),
    "confidence_threshold": (0, 1),
}
#: Types of the settings that are neither numbers nor lists.
_KINDS: Mapping[str, type] = {"encoder": dict, "span_ends": bool, "release": str, "engine": str}
_WHOLE = frozenset(("pair_size", "mention_size", "max_pieces", "context", "tag_layers"))


class AttributionConfig:
    """Settings of an :class:`~attribution.model.AttributionModel`, saved with its weights.

    Args:
        encoder: configuration of the encoder: a dict with ``model_type`` and the settings that
            transformers has for it, or a config object of transformers.
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
        confidence_threshold: least confidence of a claim; without ``confidence_weights``, 0.
        release: version of these weights, shown in reports.
        engine: what ``auto`` stands for where it is installed: the engine that was measured to
            lose next to nothing with these weights (docs/engines.md).
    """

    model_type: ClassVar[str] = "attribution"

    def __init__(
        self,
        encoder: Mapping[str, Any] | Any | None = None,
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
        confidence_threshold: float = 0.0,
        release: str = "0",
        engine: str = "torch",
    ) -> None:
        if encoder is None:
            encoder = {"model_type": "bert"}
        self.encoder: dict[str, Any] = dict(
            encoder if isinstance(encoder, Mapping) else encoder.to_dict()
        )
        self.encoder.pop("_name_or_path", None)  # a folder of the machine that trained it
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
        self.confidence_threshold = confidence_threshold
        self.release = release
        self.engine = engine

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> AttributionConfig:
        """Read the settings of a model folder. Those that this version does not know are left out.

        Raises:
            OSError: there is no such file.
            ValueError: it does not hold the settings of a model of this kind.
        """
        path = Path(folder) / CONFIG
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or found.get("model_type") != cls.model_type:
            raise ValueError(f"{path} is not the configuration of an attribution model")
        if not isinstance(found.get("encoder"), dict):
            raise ValueError(f"{path} does not say what the encoder is")
        known = vars(cls()).keys()
        settings = {name: value for name, value in found.items() if name in known}
        if wrong := impossible(settings):
            raise ValueError(f"{path}: not a possible value of {', '.join(wrong)}")
        return cls(**settings)

    def save_pretrained(self, folder: str | Path) -> None:
        """Write the settings into a folder, created if need be."""
        path = Path(folder) / CONFIG
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            json.dumps(self.to_dict(), indent=2, sort_keys=True) + "\n", encoding="utf-8"
        )

    def to_dict(self) -> dict[str, Any]:
        """All settings, as they are saved."""
        return {
            "architectures": ["AttributionModel"],
            "model_type": self.model_type,
            **vars(self),
        }


def impossible(settings: Mapping[str, Any]) -> list[str]:
    """Names of the settings, all known ones, that have no type or range the model can use."""
    return sorted(name for name, value in settings.items() if not _fits(name, value))


def _fits(name: str, value: object) -> bool:
    """True when a setting read from a file has the type and range that the model can use."""
    if name in _RANGES:
        low, high = _RANGES[name]
        number = type(value) is int or (type(value) is float and name not in _WHOLE)
        return number and low <= value <= high  # type: ignore[operator]
    if name == "confidence_weights":
        return value is None or _is_list(value, _is_finite)
    if name == "features":
        return _is_list(value, FEATURES.__contains__)
    return isinstance(value, _KINDS[name])


def _is_list(value: object, fits: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and all(map(fits, value))


def _is_finite(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]
