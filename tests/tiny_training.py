"""Training runs on two small articles, for tests."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import yaml

from tagged import FERRY, PIER, example
from tiny_model import MAX_PIECES, tiny_tokenizer
from training.examples import Example
from training.settings import Settings
from training.train import Trainer


def write_config(path: Path, values: object) -> Path:
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


def write_articles(folder: Path) -> Path:
    """Two tagged articles in a folder of their own."""
    folder.mkdir()
    (folder / "wires-01.txt").write_text(FERRY, encoding="utf-8")
    (folder / "wires-02.txt").write_text(PIER, encoding="utf-8")
    return folder


def write_settings(folder: Path, encoder: Path, articles: Path) -> Path:
    """Settings that train on a folder of articles and write into the first folder."""
    return write_config(folder / "tiny.yaml", {
        "name": "tiny", "release": "9", "encoder": str(encoder),
        "output": str(folder / "output"), "run": str(folder / "run"), "seed": 5,
        "data": {"polnear": "", "layer": "", "articles": str(articles)},
        "training": {
            "epochs": 20, "max_pieces": MAX_PIECES, "batch_pieces": 120, "encoder_rate": 0.003,
            "head_rate": 0.01, "weight_decay": 0.01, "warmup": 0.1, "clip": 1.0,
            "checkpoint_minutes": 60, "threads": 1,
        },
    })  # fmt: skip


def with_loop(path: Path, **loop: object) -> Path:
    """The settings with some of the training section changed."""
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    values["training"].update(loop)
    return write_config(path, values)


def write_table(config: Path, rows: Mapping[str, object], common: object = None) -> Path:
    """A table of ``training.ablate`` on the settings of one epoch, with one dev article."""
    folder = config.parent
    values = {
        "config": with_loop(config, epochs=1).name,
        "output": str(folder / "ablation.json"),
        "run": str(folder / "rows"),
        "says": "the recipe",
        "common": common or {},
        "rows": dict(rows),
    }
    (folder / "dev").mkdir()
    shutil.copy(folder / "articles" / "wires-01.txt", folder / "dev")
    return write_config(folder / "table.yaml", values)


def trainer(settings: Settings) -> Trainer:
    made: Sequence[Example] = [example(), example(PIER)]
    return Trainer(settings, tiny_tokenizer(), lambda _: made)


def weights(folder: Path) -> dict[str, np.ndarray]:
    from safetensors.numpy import load_file

    return load_file(folder / "model.safetensors")
