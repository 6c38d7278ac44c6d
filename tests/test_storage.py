"""Weights on disk: precisions, shards, damage."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import MPNetConfig

from attribution import storage as module
from attribution.configuration import AttributionConfig
from attribution.errors import ModelError
from attribution.model import AttributionModel
from attribution.scorer import Scorer
from attribution.storage import (
    count_weights,
    load_weights,
    read_weights,
    weight_files,
    write_weights,
)
from tiny_model import HIDDEN, SAMPLE, tiny_model, tiny_scorer, tiny_tokenizer
from training import card
from training.settings import Settings
from training.train import Trainer

SMALL = 6_000
PLAIN, INDEX = "model.safetensors", "model.safetensors.index.json"


@pytest.fixture
def state() -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in tiny_model().state_dict().items()} | {
        "steps": torch.tensor([3, 2**40])
    }


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with int8 weights in several files. Copy it before changing it."""
    folder = tmp_path_factory.mktemp("sharded") / "tiny"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write_weights, "__kwdefaults__", {"max_file": SMALL})
        tiny_scorer().save_pretrained(folder, storage="int8")
    return folder


@pytest.fixture
def folder(shards: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shards, tmp_path / "copy"))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def change_index(folder: Path, change: Callable[[dict[str, dict[str, object]]], object]) -> None:
    path = folder / INDEX
    values = json.loads(path.read_text(encoding="utf-8"))
    change(values)
    path.write_text(json.dumps(values), encoding="utf-8")


def same(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


class TestRoundTrip:
    def test_fp32_keeps_every_bit(self, state: dict[str, Tensor], tmp_path: Path) -> None:
        write_weights(state, tmp_path, "fp32")
        assert names(tmp_path) == [PLAIN]
        assert same(read_weights(tmp_path), state)

    def test_fp16_is_half_precision_in_one_plain_file(
        self, state: dict[str, Tensor], tmp_path: Path
    ) -> None:
        write_weights(state, tmp_path, "fp16")
        assert names(tmp_path) == [PLAIN]
        halved = {
            name: tensor.half() if tensor.is_floating_point() else tensor
            for name, tensor in state.items()
        }
        assert same(load_file(tmp_path / PLAIN), halved)
        found = read_weights(tmp_path)
        assert found["kind.0.weight"].dtype == torch.float32
        assert torch.equal(found["kind.0.weight"], state["kind.0.weight"].half().float())
        assert torch.equal(found["steps"], state["steps"])

    def test_int8_quantises_matrices_and_halves_the_rest(
        self, state: dict[str, Tensor], tmp_path: Path
    ) -> None:
        write_weights(state, tmp_path, "int8")
        file = "model-00001-of-00001.safetensors"
        assert names(tmp_path) == [file, INDEX]
        assert json.loads((tmp_path / INDEX).read_text())["metadata"]["storage"] == "int8"
        stored, found = load_file(tmp_path / file), read_weights(tmp_path)
        assert found.keys() == state.keys()
        for name, tensor in state.items():
            if tensor.ndim != 2:
                expected = tensor.half().float() if tensor.is_floating_point() else tensor
                assert torch.equal(found[name], expected)
                continue
            codes, scale = stored[f"{name}.int8"], stored[f"{name}.scale"]
            assert name not in stored
            assert (codes.dtype, codes.shape) == (torch.int8, tensor.shape)
            blocks = -(-tensor.shape[1] // 64)
            assert (scale.dtype, scale.shape) == (torch.float16, (len(tensor), blocks))
            assert found[name].dtype == torch.float32
            factors = scale.float().repeat_interleave(64, 1)[:, : tensor.shape[1]]
            assert torch.equal(found[name], codes.float() * factors)
            assert (found[name] - tensor).abs().max() < 0.005 * tensor.abs().max()

    @pytest.mark.parametrize("precision", module.PRECISIONS)
    def test_shards_hold_what_one_file_holds(
        self, state: dict[str, Tensor], tmp_path: Path, precision: module.Precision
    ) -> None:
        one, many = tmp_path / "one", tmp_path / "many"
        for path, size in ((one, 10**9), (many, SMALL)):
            path.mkdir()
            write_weights(state, path, precision, max_file=size)
        files = list(weight_files(many))
        assert len(files) > 2
        assert [path.name for path in files] == [
            f"model-{number:05}-of-{len(files):05}.safetensors"
            for number in range(1, len(files) + 1)
        ]
        assert {*names(many)} == {INDEX, *(path.name for path in files)}
        for path in files:
            stored = load_file(path)
            size = sum(tensor.nbytes for tensor in stored.values())
            assert size <= SMALL or len(stored) == 1
        assert same(read_weights(many), read_weights(one))

    @pytest.mark.parametrize("precision", module.PRECISIONS)
    def test_written_twice_it_is_the_same_bytes(
        self, state: dict[str, Tensor], tmp_path: Path, precision: module.Precision
    ) -> None:
        write_weights(state, tmp_path, precision, max_file=SMALL)
        first = content(tmp_path)
        write_weights(state, tmp_path, precision, max_file=SMALL)
        assert content(tmp_path) == first

    def test_what_int8_gave_is_stored_in_int8_without_loss(
        self, state: dict[str, Tensor], tmp_path: Path
    ) -> None:
        write_weights(state, tmp_path, "int8")
        first = read_weights(tmp_path)
        write_weights(first, tmp_path, "int8")
        assert same(read_weights(tmp_path), first)

    def test_the_last_writing_is_what_is_read(
        self, state: dict[str, Tensor], tmp_path: Path
    ) -> None:
        (tmp_path / "notes.safetensors").write_text("not ours")
        for precision, size in (("int8", SMALL), ("fp32", 10**9), ("int8", 10**9), ("fp16", SMALL)):
            write_weights(state, tmp_path, precision, max_file=size)
            assert same(
                read_weights(tmp_path), read_weights(self.alone(tmp_path, state, precision))
            )
        assert "notes.safetensors" in names(tmp_path)

    def alone(self, folder: Path, state: dict[str, Tensor], precision: module.Precision) -> Path:
        target = folder / "alone" / precision
        target.mkdir(parents=True, exist_ok=True)
        write_weights(state, target, precision)
        return target

    def test_shards_that_transformers_wrote_are_read(self, tmp_path: Path) -> None:
        encoder = tiny_model().encoder
        encoder.save_pretrained(tmp_path, max_shard_size=SMALL)
        assert len(weight_files(tmp_path)) > 2
        assert same(read_weights(tmp_path), encoder.state_dict())

    def test_row_factors_are_not_counted_as_weights(
        self, state: dict[str, Tensor], tmp_path: Path
    ) -> None:
        expected = sum(tensor.numel() for tensor in state.values())
        for precision in module.PRECISIONS:
            write_weights(state, tmp_path, precision, max_file=SMALL)
            assert count_weights(tmp_path) == expected

    def test_a_weight_called_scale_is_no_row_factor(self, tmp_path: Path) -> None:
        state = {"norm.scale": torch.ones(3), "norm.weight": torch.ones(3, 2)}
        write_weights(state, tmp_path, "int8")
        found = read_weights(tmp_path)
        assert found.keys() == state.keys()
        assert torch.equal(found["norm.scale"], state["norm.scale"])


class TestPrecision:
    values = st.floats(-1e4, 1e4, width=32)
    rows = st.lists(
        st.lists(values, min_size=5, max_size=5)
        | st.lists(st.floats(-(2**-14), 2**-14, width=32), min_size=5, max_size=5),
        min_size=1,
        max_size=6,
    )

    @given(rows)
    def test_no_value_is_off_by_more_than_half_its_rows_factor(
        self, rows: list[list[float]]
    ) -> None:
        weight = torch.tensor(rows)
        codes, scale = module._quantised(weight)
        assert codes.dtype == torch.int8
        assert scale.dtype == torch.float16
        assert codes.abs().max() <= 127
        # In double precision, so that the test adds no rounding of its own.
        factors, exact = scale.double(), weight.double()
        off = (codes.double() * factors - exact).abs()
        assert (off <= factors / 2 * (1 + 1e-6)).all()
        # The factor is the smallest that half precision has for the row's largest value.
        peak = exact.abs().amax(1) / 127
        assert (factors[:, 0] <= peak * (1 + 2**-10) + 2**-24).all()

    @given(rows)
    def test_reading_multiplies_without_rounding(self, rows: list[list[float]]) -> None:
        codes, scale = module._quantised(torch.tensor(rows))
        found = torch.empty(codes.shape)
        module._Weight(Path("x"), "x", codes, scale).fill(found)
        assert torch.equal(found.double(), codes.double() * scale.double())

    def test_an_outlier_spoils_its_own_block_alone(self) -> None:
        weight = torch.full((1, 150), 0.01)
        weight[0, 100] = 50.0
        codes, scale = module._quantised(weight)
        assert scale.shape == (1, 3)
        found = torch.empty(weight.shape)
        module._Weight(Path("x"), "x", codes, scale).fill(found)
        off = (found - weight).abs()[0]
        assert off[:64].max() < 1e-4
        assert off[128:].max() < 1e-4
        assert off[64:100].max() > 1e-3

    def test_a_row_of_zeros_stays_one(self) -> None:
        codes, scale = module._quantised(torch.tensor([[0.0, 0.0], [1.0, -2.0]]))
        assert codes[0].tolist() == [0, 0]
        assert scale[0] == 0

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e7])
    @pytest.mark.parametrize("precision", ["fp16", "int8"])
    @pytest.mark.parametrize("shape", [(2,), (2, 2)])
    def test_what_half_precision_cannot_hold_is_refused(
        self, tmp_path: Path, value: float, precision: module.Precision, shape: tuple[int, ...]
    ) -> None:
        if (precision, len(shape), value) == ("int8", 2, 1e7):
            value = 1e8  # a row's factor is a 127th of it
        weight = torch.ones(shape)
        weight[0] = value
        with pytest.raises(ValueError, match=f"head cannot be stored as {precision}"):
            write_weights({"head": weight}, tmp_path, precision)
        assert names(tmp_path) == []

    def test_an_unknown_precision_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="storage is fp32, fp16, int8, not 'int4'"):
            write_weights({}, tmp_path, "int4")


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
            settings=SimpleNamespace(storage=storage),
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


def tiny_mpnet() -> AttributionModel:
    encoder = MPNetConfig(
        vocab_size=50,
        hidden_size=HIDDEN,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=HIDDEN,
        max_position_embeddings=40,
    )
    torch.manual_seed(6)
    return AttributionModel(AttributionConfig(encoder, pair_size=8, mention_size=8)).eval()
