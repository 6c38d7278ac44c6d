"""Training settings: YAML read into typed, checked dataclasses."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

__all__ = [
    "DataSettings",
    "LoopSettings",
    "Settings",
    "encoder_folder",
    "fold_folder",
    "read_settings",
]


@dataclass(frozen=True)
class DataSettings:
    """Where the training data is; an empty ``polnear`` trains on the written articles alone."""

    polnear: str
    layer: str
    articles: str
    article_repeat: int = 1
    limit: int | None = None


@dataclass(frozen=True)
class LoopSettings:
    """Optimisation. Rates are per step of ``batch_pieces`` word pieces, padding counted.

    ``mask`` is the share of word pieces hidden from the encoder, anew every step, which keeps a
    small model from learning articles by heart. ``folds`` encoders, each trained for
    ``fold_epochs`` without a part of the resolved articles, read that part for
    ``training.resolution``.
    """

    epochs: float
    max_pieces: int
    batch_pieces: int
    encoder_rate: float
    head_rate: float
    weight_decay: float
    warmup: float
    clip: float
    checkpoint_minutes: float
    threads: int
    precision: str = "fp32"
    mask: float = 0.0
    folds: int = 0
    fold_epochs: float = 0.0

    def __post_init__(self) -> None:
        if self.precision not in ("fp32", "bf16"):
            raise ValueError(f"precision is fp32 or bf16, not {self.precision}")
        if not 0 <= self.mask <= 1:
            raise ValueError(f"mask is a share from 0 to 1, not {self.mask}")


@dataclass(frozen=True)
class Settings:
    """One training run."""

    name: str
    release: str
    encoder: str
    output: str
    run: str
    seed: int
    data: DataSettings
    training: LoopSettings


def read_settings(path: str | Path) -> Settings:
    """Read a YAML file. Raises ValueError naming the file on unknown or missing keys."""
    try:
        values: dict[str, Any] = dict(yaml.safe_load(Path(path).read_text(encoding="utf-8")))
        data = DataSettings(**values.pop("data"))
        loop = LoopSettings(**values.pop("training"))
        settings = Settings(**values, data=data, training=loop)
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise ValueError(f"{path}: {error}") from error
    if polnear := os.environ.get("POLNEAR"):
        data = dataclasses.replace(data, polnear=polnear)
        settings = dataclasses.replace(settings, data=data)
    return settings


def fold_folder(settings: Settings, fold: int) -> Path:
    """Run folder of the helper model that never sees one fold; its weights are in ``model``."""
    return Path(settings.run) / f"fold{fold}"


def encoder_folder(name: str) -> str:
    """A local folder as it is; a Python package's ``model`` folder; else a hub id, unchanged."""
    if Path(name).is_dir():
        return name
    package = importlib.util.find_spec(name) if name.isidentifier() else None
    if package and package.submodule_search_locations:
        folder = Path(package.submodule_search_locations[0]) / "model"
        if folder.is_dir():
            return str(folder)
    return name
