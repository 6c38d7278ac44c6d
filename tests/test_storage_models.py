"""Weights on disk: models, scorers and training runs that are written and read."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from transformers import MPNetConfig

from attribution.configuration import AttributionConfig
from attribution.errors import ModelError
from attribution.model import AttributionModel
from attribution.scorer import Scorer
from attribution.storage import (
    read_weights,
    weight_files,
)
from stored import same
from tiny_model import SAMPLE, tiny_encoder, tiny_model, tiny_scorer, tiny_tokenizer
from training import card
from training.settings import Settings
from training.train import Trainer


def tiny_mpnet() -> AttributionModel:
    encoder = tiny_encoder(MPNetConfig, max_position_embeddings=40)
    torch.manual_seed(6)
    return AttributionModel(AttributionConfig(encoder, pair_size=8, mention_size=8)).eval()


class TestModels:
    @pytest.mark.parametrize("encoder", ["bert", "mpnet"])
    def test_a_loaded_model_reads_like_the_saved_one(self, tmp_path: Path, encoder: str) -> None:
        model = tiny_model() if encoder == "bert" else tiny_mpnet()
        model.save_pretrained(tmp_path)
        loaded = AttributionModel.from_pretrained(tmp_path)
        assert not loaded.training
        assert same(loaded.state_dict(), model.state_dict())
        assert {name: weight.requires_grad for name, weight in loaded.named_parameters()} == {
            name: weight.requires_grad for name, weight in model.named_parameters()
        }
        assert same(dict(loaded.named_buffers()), dict(model.named_buffers()))
        pieces = torch.randint(5, 40, (2, 9), generator=torch.Generator().manual_seed(3))
        batch = (
            pieces,
            torch.ones_like(pieces),
            torch.ones(2, 9, 3).long(),
            torch.ones(2, 4).long(),
        )
        with torch.no_grad():
            assert torch.equal(loaded(*batch), model(*batch))

    def test_loading_draws_no_random_numbers(self, scorer_folder: Path) -> None:
        torch.manual_seed(1)
        AttributionModel.from_pretrained(scorer_folder)
        found = torch.rand(1)
        torch.manual_seed(1)
        assert found == torch.rand(1)

    def test_a_new_model_after_loading_is_random_again(self, scorer_folder: Path) -> None:
        AttributionModel.from_pretrained(scorer_folder)
        assert same(tiny_model().state_dict(), tiny_model().state_dict())
        assert nn.Linear(3, 3).weight.std() > 0

    def test_weights_are_float32_unless_asked_otherwise(self, shards: Path) -> None:
        kinds = {weight.dtype for weight in AttributionModel.from_pretrained(shards).parameters()}
        assert kinds == {torch.float32}
        half = AttributionModel.from_pretrained(shards, dtype=torch.bfloat16)
        assert {weight.dtype for weight in half.parameters()} == {torch.bfloat16}

    def test_what_is_no_folder_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"config\.json is missing"):
            AttributionModel.from_pretrained(tmp_path / "nowhere")

    def test_a_reader_without_factors_does_not_take_the_codes_for_weights(
        self, shards: Path
    ) -> None:
        stored = {name for path in weight_files(shards) for name in load_file(path)}
        matrices = {name for name, weight in tiny_model().state_dict().items() if weight.ndim == 2}
        assert matrices
        assert not stored & matrices


class TestScorer:
    def test_int8_in_shards_scores_as_its_own_weights_do(self, shards: Path) -> None:
        """The same claims as from the dequantised weights in fp32: layouts change nothing."""
        loaded = Scorer.from_pretrained(shards)
        expected = tiny_scorer()
        expected.model.load_state_dict(read_weights(shards))
        assert loaded(SAMPLE).claims == expected(SAMPLE).claims
        assert loaded(SAMPLE).claims

    def test_int8_finds_nearly_the_claims_of_fp32(self, shards: Path) -> None:
        """Random weights are a hard case: their scores are close to one another."""
        found, expected = Scorer.from_pretrained(shards)(SAMPLE), tiny_scorer()(SAMPLE)
        ours = {(claim.content, claim.cue) for claim in found.claims}
        theirs = {(claim.content, claim.cue) for claim in expected.claims}
        assert len(ours & theirs) >= 0.5 * len(theirs) > 1

    def test_saved_again_it_gives_the_same(self, shards: Path, tmp_path: Path) -> None:
        scorer = Scorer.from_pretrained(shards)
        for storage in ("fp32", "int8"):
            scorer.save_pretrained(tmp_path / "tiny", storage=storage)
            assert Scorer.from_pretrained(tmp_path / "tiny")(SAMPLE) == scorer(SAMPLE)

    def test_states_are_close(self, shards: Path) -> None:
        model, loaded = tiny_model(), AttributionModel.from_pretrained(shards)
        pieces = torch.randint(5, 40, (2, 30), generator=torch.Generator().manual_seed(3))
        batch = (
            pieces,
            torch.ones_like(pieces),
            torch.zeros(2, 30, 3).long(),
            torch.arange(30).repeat(2, 1),
        )
        with torch.no_grad():
            off = np.abs((loaded(*batch) - model(*batch)).numpy())
        assert off.max() < 0.1


class TestTraining:
    @pytest.mark.parametrize(("storage", "factors"), [("fp16", False), ("int8", True)])
    def test_export_stores_as_the_settings_say(
        self, tmp_path: Path, storage: str, factors: bool
    ) -> None:
        run = SimpleNamespace(
            model=tiny_model(),
            tokenizer=tiny_tokenizer(),
            settings=SimpleNamespace(storage=storage, encoder="nowhere"),
        )
        Trainer.export(run, tmp_path / "output")
        stored = {name for path in weight_files(tmp_path / "output") for name in load_file(path)}
        assert ("tags.weight.scale" in stored) == factors
        assert (tmp_path / "output" / "tokenizer.json").is_file()
        config = json.loads((tmp_path / "output" / "config.json").read_text(encoding="utf-8"))
        assert config["architectures"] == ["AttributionModel"]
        AttributionModel.from_pretrained(tmp_path / "output")

    def test_settings_know_two_precisions(self) -> None:
        given = {"name": "", "release": "", "encoder": "", "output": "", "run": "", "seed": 1}
        parts = {"data": None, "training": None}
        assert Settings(**given, **parts).storage == "fp16"
        assert Settings(**given, **parts, storage="int8").storage == "int8"
        with pytest.raises(ValueError, match="storage is fp16 or int8, not fp32"):
            Settings(**given, **parts, storage="fp32")

    def test_the_card_lists_every_file_and_counts_weights_alone(self, shards: Path) -> None:
        text = card._model(shards)
        parameters = sum(weight.numel() for weight in tiny_model().parameters())
        assert f"| parameters of the transformer | {parameters:,} |" in text
        assert all(f"| `{path.name}` | " in text for path in weight_files(shards))
