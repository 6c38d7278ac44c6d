"""Fitting the network for a description's owner into a model folder that has the others."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from attribution.tabular import load_classifiers
from training import resolution

OWNER_SETTINGS = {
    "role_threshold",
    "role_owner_threshold",
    "justification_threshold",
    "justification_owner_threshold",
}
QUAY = """---
title: Two speak
publisher: The Quay Post
sources:
s1 | Ottoline Brask | named_person | chair of the board | no
s2 | Piet Lorne | named_person | master of the ferry | no
claims:
1 | s1 | | statement | speech
2 | s2 | | statement | speech
---
<src c=1>Ottoline Brask, chair of the board,</src> <cue c=1>said</cue> <con c=1>it was late</con>.
<con c=2>“It was not,”</con> <cue c=2>said</cue> <src c=2>Piet Lorne, master of the ferry</src>.
"""


@pytest.fixture
def folder(config: Path, scorer_folder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model's folder; the settings' train and dev articles tell of roles."""
    for split, size in (("articles", 12), ("dev", 2)):
        (tmp_path / split).mkdir(exist_ok=True)
        for number in range(size):
            (tmp_path / split / f"quay-{number:02}.txt").write_text(QUAY, encoding="utf-8")
    return Path(shutil.copytree(scorer_folder, tmp_path / "copy"))


def test_only_the_owner_is_fitted_and_the_others_stay(config: Path, folder: Path) -> None:
    path = folder / "resolution.safetensors"
    before, thresholds = load_classifiers(path)
    resolution.main([str(config), "--model", str(folder), "--only", "owner"])
    after, settings = load_classifiers(path)
    for name in before.keys() - {"owner"}:
        for old, new in zip(before[name].weights, after[name].weights, strict=True):
            np.testing.assert_array_equal(old, new, err_msg=name)
    assert "owner" in after
    assert settings.keys() == thresholds.keys() | OWNER_SETTINGS
    assert settings["link_threshold"] == thresholds["link_threshold"]
