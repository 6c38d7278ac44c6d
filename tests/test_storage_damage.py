"""Weights on disk that are damaged, missing or of another model."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from attribution.errors import ModelError
from attribution.scorer import Scorer
from attribution.storage import (
    load_weights,
    read_weights,
    weight_files,
    write_weights,
)
from stored import INDEX, PLAIN, change_index


@pytest.fixture
def folder(shards: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shards, tmp_path / "copy"))


class TestDamage:
    def first(self, folder: Path) -> Path:
        return next(iter(weight_files(folder)))

    def test_a_missing_shard_is_named(self, folder: Path) -> None:
        shard = self.first(folder)
        shard.unlink()
        with pytest.raises(ModelError, match=f"{shard} is missing"):
            Scorer.from_pretrained(folder)

    @pytest.mark.parametrize("keep", [0, 5, 600, -1])
    def test_a_truncated_shard_is_named(self, folder: Path, keep: int) -> None:
        shard = list(weight_files(folder))[1]
        shard.write_bytes(shard.read_bytes()[:keep])
        with pytest.raises(ModelError, match=f"{shard} is not a readable safetensors file"):
            Scorer.from_pretrained(folder)

    def test_an_unknown_precision_is_named(self, folder: Path) -> None:
        change_index(folder, lambda index: index["metadata"].update(storage="int4"))
        with pytest.raises(ModelError, match=f"{INDEX} .*unknown storage 'int4'"):
            Scorer.from_pretrained(folder)

    @pytest.mark.parametrize(
        "text", ["", "{", "[]", "{}", '{"metadata": null}', '{"weight_map": 3}']
    )
    def test_an_unusable_index_is_named(self, folder: Path, text: str) -> None:
        (folder / INDEX).write_text(text, encoding="utf-8")
        with pytest.raises(ModelError, match=f"{folder / INDEX} is not an index"):
            Scorer.from_pretrained(folder)

    @pytest.mark.parametrize(
        "file", ["../model.safetensors", "/etc/passwd", "resolution.safetensors", 7]
    )
    def test_an_index_that_leads_elsewhere_is_refused(self, folder: Path, file: object) -> None:
        change_index(folder, lambda index: index["weight_map"].update({"kind.0.bias": file}))
        with pytest.raises(ModelError, match=f"{folder / INDEX} is not an index"):
            Scorer.from_pretrained(folder)

    def test_a_shard_of_another_model_is_named(self, folder: Path) -> None:
        one, other = list(weight_files(folder))[:2]
        shutil.copy(one, other)
        with pytest.raises(ModelError, match=f"{other} and {INDEX} do not belong together"):
            Scorer.from_pretrained(folder)

    def test_no_weights_at_all_are_named(self, folder: Path) -> None:
        for path in weight_files(folder):
            path.unlink()
        (folder / INDEX).unlink()
        with pytest.raises(ModelError, match=f"{folder / PLAIN} is missing"):
            Scorer.from_pretrained(folder)

    def test_two_layouts_in_one_folder_are_refused(self, folder: Path, scorer_folder: Path) -> None:
        shutil.copy(scorer_folder / PLAIN, folder)
        with pytest.raises(ModelError, match=f"{folder} holds weights twice"):
            Scorer.from_pretrained(folder)

    def test_whole_numbers_are_not_taken_for_weights(
        self, scorer_folder: Path, tmp_path: Path
    ) -> None:
        folder = Path(shutil.copytree(scorer_folder, tmp_path / "copy"))
        tensors = load_file(folder / PLAIN)
        tensors["kind.0.weight"] = tensors["kind.0.weight"].to(torch.int8)
        save_file(tensors, folder / PLAIN, metadata={"format": "pt"})
        with pytest.raises(ModelError, match=r"kind\.0\.weight as torch\.int8"):
            Scorer.from_pretrained(folder)

    @pytest.mark.parametrize("scale", [None, torch.ones(3).half(), torch.ones(2, 2).half()])
    def test_codes_without_their_factors_are_named(
        self, tmp_path: Path, scale: Tensor | None
    ) -> None:
        tensors = {"x.int8": torch.ones(2, 2, dtype=torch.int8), "y": torch.ones(2)}
        if scale is not None:
            tensors["x.scale"] = scale
        save_file(tensors, tmp_path / PLAIN)
        with pytest.raises(ModelError, match=rf"{PLAIN} holds x\.int8 without its factors"):
            read_weights(tmp_path)

    def test_misfits_are_listed_in_short(self, tmp_path: Path) -> None:
        write_weights({"weight": torch.ones(2, 3), "gain": torch.ones(1)}, tmp_path, "int8")
        with pytest.raises(ModelError) as caught:
            load_weights(nn.Linear(2, 2), tmp_path)
        assert str(caught.value) == (
            f"the weights in {tmp_path} are not this model's (3): unexpected gain; "
            "size mismatch for weight: [2, 3], expected [2, 2]; missing bias"
        )
