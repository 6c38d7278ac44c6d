"""Weights on disk: precisions and shards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from torch import Tensor

from attribution import storage as module
from attribution.storage import (
    count_weights,
    read_weights,
    weight_files,
    write_weights,
)
from stored import INDEX, PLAIN, SMALL, content, names, same
from tiny_model import tiny_model, transformers_encoder


@pytest.fixture
def state() -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in tiny_model().state_dict().items()} | {
        "steps": torch.tensor([3, 2**40])
    }


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
        encoder = transformers_encoder(tiny_model())
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
