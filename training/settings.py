"""Training settings: YAML read into typed, checked dataclasses."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from attribution.storage import Precision
from training.augment import AugmentSettings

__all__ = [
    "DataSettings",
    "LoopSettings",
    "Settings",
    "bare",
    "encoder_folder",
    "fold_folder",
    "read_settings",
    "read_values",
    "settings_from",
]


@dataclass(frozen=True)
class DataSettings:
    """Where the training data is, and which part of it is used.

    ``layer``, ``justification`` and ``nested`` are files of labels over them. An empty
    ``polnear`` trains on the written articles alone, empty ``articles`` on PolNeAR alone.
    ``annotators`` is ``first``, or ``all``: an article of several annotators is then seen in
    every annotator's version, which makes their disagreement a soft label. Articles of the
    ``held_out`` publisher are left out. ``corrected`` are articles of the user's own, a folder of
    brat files or a file of reports, seen ``corrected_repeat`` times an epoch.
    """

    polnear: str
    layer: str
    articles: str
    justification: str = ""
    nested: str = ""
    article_repeat: int = 1
    corrected: str = ""
    corrected_repeat: int = 1
    annotators: str = "first"
    held_out: str = ""
    limit: int | None = None

    def __post_init__(self) -> None:
        if self.annotators not in ("first", "all"):
            raise ValueError(f"annotators is first or all, not {self.annotators}")


@dataclass(frozen=True)
class LoopSettings:
    """Optimisation. Rates are per step of ``batch_pieces`` word pieces, padding counted.

    ``whole_articles``: the windows of an article are in one batch, unless they are more than
    ``batch_pieces``, so that antecedents of mentions are learned across windows, as they are read.
    ``mask`` is the share of word pieces hidden from the encoder, anew every step, which keeps a
    small model from learning articles by heart. ``crf``: the roles of a claim are learned as one
    sequence, not word by word. ``loss_weights`` replace those of ``training.losses``.
    ``teacher`` is the folder of a trained model whose probabilities make up ``teacher_share`` of
    the objective. ``folds`` encoders, each trained for ``fold_epochs`` without a part of the
    resolved articles, read that part for ``training.resolution``.
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
    whole_articles: bool = False
    crf: bool = False
    loss_weights: Mapping[str, float] = field(default_factory=dict)
    teacher: str = ""
    teacher_share: float = 0.5
    folds: int = 0
    fold_epochs: float = 0.0

    def __post_init__(self) -> None:
        if self.precision not in ("fp32", "bf16"):
            raise ValueError(f"precision is fp32 or bf16, not {self.precision}")
        if not 0 <= self.mask <= 1:
            raise ValueError(f"mask is a share from 0 to 1, not {self.mask}")


@dataclass(frozen=True)
class Settings:
    """One training run.

    ``encoder`` may be the folder of a trained model: training then goes on from its heads too.
    ``start`` is the file of the settings that it was trained by; helper models, which must not have
    seen their fold, begin with that file's encoder.
    ``augment`` are changes of the articles, anew every epoch. ``model`` are settings of
    :class:`~attribution.configuration.AttributionConfig`; ``layers`` is how many of the encoder's
    layers are kept, from the first on, 0 for all. ``storage`` is the precision of the weights in
    the model folder, fp16 or int8.
    """

    name: str
    release: str
    encoder: str
    output: str
    run: str
    seed: int
    data: DataSettings
    training: LoopSettings
    augment: AugmentSettings | None = None
    model: Mapping[str, Any] = field(default_factory=dict)
    layers: int = 0
    start: str = ""
    storage: Precision = "fp16"

    def __post_init__(self) -> None:
        if self.storage not in ("fp16", "int8"):
            raise ValueError(f"storage is fp16 or int8, not {self.storage}")


def read_settings(path: str | Path) -> Settings:
    """Read a YAML file. Raises ValueError naming the file on unknown or missing keys."""
    try:
        return settings_from(read_values(path))
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise ValueError(f"{path}: {error}") from error


def bare(settings: Settings) -> Settings:
    """The settings by which training began with a bare encoder: these, or those of ``start``.

    Raises:
        ValueError: as :func:`read_settings`, of the file that ``start`` names.
    """
    return bare(read_settings(settings.start)) if settings.start else settings


def read_values(path: str | Path) -> dict[str, Any]:
    """A YAML file's plain values."""
    return dict(yaml.safe_load(Path(path).read_text(encoding="utf-8")))


def settings_from(values: Mapping[str, Any]) -> Settings:
    """Settings from plain values; the environment variable POLNEAR says where that corpus is.

    Where the values name none (``""``), there is none, whatever the variable says.

    Raises KeyError, TypeError or ValueError on unknown, missing or impossible values.
    """
    plain = dict(values)
    data = DataSettings(**plain.pop("data"))
    loop = LoopSettings(**plain.pop("training"))
    if data.polnear and (polnear := os.environ.get("POLNEAR")):
        data = dataclasses.replace(data, polnear=polnear)
    if augment := plain.pop("augment", None):
        plain["augment"] = AugmentSettings(**augment)
    return Settings(**plain, data=data, training=loop)


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
