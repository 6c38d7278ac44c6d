"""What storing a model in fewer bits costs: the command on a tiny model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from eval.storage_cost import main, stored_in
from tagged import FERRY
from tiny_model import tiny_model, tiny_tokenizer


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    tiny_model().save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings whose dev data is one written article."""
    for split in ("train", "dev"):
        (tmp_path / split).mkdir()
    (tmp_path / "dev" / "wires-01.txt").write_text(FERRY, encoding="utf-8")
    values = yaml.safe_load(Path("configs/small.yaml").read_text(encoding="utf-8"))
    values["data"] = {"polnear": "", "layer": "", "articles": str(tmp_path / "train")}
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


def test_fewer_bits_make_smaller_files(model: Path, tmp_path: Path) -> None:
    sizes = [stored_in(name, model, tmp_path / name) for name in ("fp32", "fp16", "int8")]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3


def test_the_same_bits_cost_nothing(model: Path, config: Path, tmp_path: Path) -> None:
    target = tmp_path / "storage.json"
    options = ["--model", str(model), "--config", str(config), "--json", str(target)]
    assert main(options) == 0
    found = json.loads(target.read_text())["stored"]
    assert set(found) == {"fp32", "fp16", "int8"}
    costs = {
        figure["difference"]["value"] for figure in found["fp32"]["corpora"]["written"].values()
    }
    assert costs == {0.0, None}  # None: of no claim's source can be told whether it is right
