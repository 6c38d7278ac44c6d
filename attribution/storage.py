"""Model weights on disk: safetensors files, each small enough for a git repository.

Two layouts. Floating point in one file is ``model.safetensors``, as transformers writes it.
Several files, and int8 always, are ``model-00001-of-0000N.safetensors`` with the standard
``model.safetensors.index.json``, whose metadata name the precision under ``storage``.

In int8, a matrix ``x`` (an embedding, too) is stored as ``x.int8`` and ``x.scale``: whole numbers
from -127 to 127 and, in half precision, a factor for every 64 of them in a row, their product being
the weight. A factor for a whole row would be twice as far off, for the sake of 3% of the bytes. The
names are not the model's, so that a reader which knows nothing of factors misses the weight
instead of taking the numbers for it. All else is in half precision. A product fits in float32
without rounding, so reading gives the same bits everywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from attribution.errors import ModelError

__all__ = [
    "Precision",
    "count_weights",
    "load_weights",
    "read_weights",
    "weight_files",
    "write_weights",
]

Precision = Literal["fp32", "fp16", "int8"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
#: Most bytes of tensors in one file; hosts of git repositories refuse files of 100 MB.
MAX_FILE = 90_000_000
_OURS = re.compile(r"model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?")
_CODES, _SCALE = ".int8", ".scale"
_LARGEST = 127
_BLOCK = 64  # columns that share a factor
_LISTED = 3  # names in an error


def write_weights(
    state: Mapping[str, Tensor],
    folder: Path,
    precision: Precision = "fp16",
    *,
    max_file: int = MAX_FILE,
) -> None:
    """Write a state dict; weights that an earlier call left in the folder are replaced.

    Args:
        state: tensors by name, none sharing memory. Whole numbers are kept as they are.
        folder: an existing folder.
        precision: ``fp32``, ``fp16`` or ``int8``.
        max_file: most bytes of tensors in one file; a larger tensor has a file of its own.

    Raises:
        ValueError: an unknown precision, or a value too large for half precision.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"storage is {', '.join(PRECISIONS)}, not {precision!r}")
    from huggingface_hub import split_torch_state_dict_into_shards

    stored = dict(_stored(state, precision))
    split = split_torch_state_dict_into_shards(stored, max_shard_size=max_file)
    shards = split.filename_to_tensors
    if precision == "int8" and not split.is_sharded:
        shards = {"model-00001-of-00001.safetensors": list(stored)}
    for file, names in shards.items():
        # A running reader may have mapped the old file: replace it, never write into it.
        partial = folder / f"{file}.part"
        # One key of metadata only: safetensors writes several in random order.
        save_file({name: stored[name] for name in names}, partial, metadata={"format": "pt"})
        partial.replace(folder / file)
    for path in folder.iterdir():
        if _OURS.fullmatch(path.name) and path.name not in shards:
            path.unlink()
    if WEIGHTS not in shards:
        index = {
            "metadata": {**split.metadata, "storage": precision},
            "weight_map": {name: file for file, names in shards.items() for name in names},
        }
        (folder / INDEX).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


def _stored(state: Mapping[str, Tensor], precision: Precision) -> Iterator[tuple[str, Tensor]]:
    for name, tensor in state.items():
        values = tensor.detach().cpu().contiguous()
        parts = {name: values}
        if values.is_floating_point():
            if precision == "int8" and values.ndim == 2:
                parts[name + _CODES], parts[name + _SCALE] = _quantised(parts.pop(name).float())
            else:
                parts[name] = values.float() if precision == "fp32" else values.half()
        if not all(part.isfinite().all() for part in parts.values()):
            raise ValueError(f"{name} cannot be stored as {precision}: it would not be finite")
        yield from parts.items()


def _quantised(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Codes (rows, columns) of a matrix and their factors (rows, blocks).

    No value is off by more than half its block's factor.
    """
    parts = [_quantised_block(part) for part in weight.split(_BLOCK, dim=1)]
    return torch.cat([codes for codes, _ in parts], 1), torch.stack([row for _, row in parts], 1)


def _quantised_block(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Codes of a block and its factors (rows)."""
    peak = weight.abs().amax(1)
    scale = (peak / _LARGEST).half()
    # A factor that was rounded down would cut the block's largest value: take the next number.
    short = scale.float() * _LARGEST < peak
    scale = torch.where(short, (scale.view(torch.int16) + 1).view(torch.half), scale)
    divisor = scale.float().masked_fill(scale == 0, 1.0).unsqueeze(1)
    return (weight / divisor).round().to(torch.int8), scale


def weight_files(folder: Path) -> dict[Path, set[str] | None]:
    """The files that hold a folder's weights, in order, with the names in each by the index.

    Without an index it is one file and no names. Raises ModelError naming a missing file, an
    unusable index, or a folder that holds weights in both layouts.
    """
    plain, index = folder / WEIGHTS, folder / INDEX
    if not index.is_file():
        if not plain.is_file():
            raise ModelError(f"{plain} is missing from the model folder")
        return {plain: None}
    held = _by_file(index)
    for file in sorted(held):
        if not (folder / file).is_file():
            raise ModelError(f"{folder / file} is missing from the model folder ({INDEX} names it)")
    if plain.is_file() and WEIGHTS not in held:
        raise ModelError(f"{folder} holds weights twice: {WEIGHTS} and those of {INDEX}")
    return {folder / file: held[file] for file in sorted(held)}


def _by_file(index: Path) -> dict[str, set[str]]:
    held: dict[str, set[str]] = {}
    try:
        content: dict[str, Any] = json.loads(index.read_text(encoding="utf-8"))
        precision = content.get("metadata", {}).get("storage", "fp32")
        if precision not in PRECISIONS:
            raise ValueError(f"unknown storage {precision!r}")
        for name, file in content["weight_map"].items():
            if not _OURS.fullmatch(file):
                raise ValueError(f"{file!r} is not a name for a file of weights")
            held.setdefault(file, set()).add(name)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{index} is not an index of weights to be read: {error}") from error
    return held


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A safetensors file, mapped and not read. Raises ModelError naming a damaged one."""
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{path} is not a readable safetensors file: {error}") from error


@dataclass(frozen=True)
class _Weight:
    """One tensor as stored, mapped from its file, with its factors if it has any."""

    file: Path
    name: str
    values: Tensor
    scale: Tensor | None

    def fill(self, target: Tensor) -> None:
        """Write the weight into a tensor in float32, whole numbers into one of whole numbers."""
        stored = self.values.is_floating_point() or self.scale is not None
        if stored != target.is_floating_point():
            raise ModelError(f"{self.file} holds {self.name} as {self.values.dtype}")
        target.copy_(self.values)
        if self.scale is not None:
            blocks = target.split(_BLOCK, dim=1)
            for block, factors in zip(blocks, self.scale.float().unbind(1), strict=True):
                block.mul_(factors.unsqueeze(1))


def _weights(folder: Path) -> Iterator[_Weight]:
    """All weights, file by file: a file's memory is given back before the next is opened."""
    files = weight_files(folder)
    scales: dict[str, Tensor] = {}
    names: set[str] = set()
    for path, listed in files.items():
        with _opened(path) as file:
            here = set(file.keys())
            if listed is not None and here != listed:
                some = ", ".join(sorted(here ^ listed)[:_LISTED])
                raise ModelError(f"{path} and {INDEX} do not belong together: {some}")
            names |= here
            for key in here:
                if key.endswith(_SCALE):
                    scales[key.removesuffix(_SCALE)] = file.get_tensor(key).clone()
    for path in files:
        with _opened(path) as file:
            for key in sorted(file.keys()):
                if key.endswith(_SCALE) and key.removesuffix(_SCALE) + _CODES in names:
                    continue
                values, name, scale = file.get_tensor(key), key.removesuffix(_CODES), None
                if key.endswith(_CODES):
                    scale = scales.get(name)
                    wanted = (len(values), -(-values.shape[-1] // _BLOCK))
                    if scale is None or scale.shape != wanted:
                        raise ModelError(f"{path} holds {key} without its factors")
                yield _Weight(path, name, values, scale)


@torch.no_grad()
def load_weights(module: nn.Module, folder: Path) -> None:
    """Fill a float32 module with a folder's weights, in place; never maps two files at once.

    Raises ModelError: a file is missing or damaged, or the weights are not those of this module.
    """
    targets = module.state_dict()
    misfits: list[str] = []
    for weight in _weights(folder):
        target = targets.pop(weight.name, None)
        if target is None:
            misfits.append(f"unexpected {weight.name}")
        elif target.shape != weight.values.shape:
            found, expected = list(weight.values.shape), list(target.shape)
            misfits.append(f"size mismatch for {weight.name}: {found}, expected {expected}")
        else:
            weight.fill(target)
    misfits += [f"missing {name}" for name in targets]
    if misfits:
        some = "; ".join(misfits[:_LISTED])
        raise ModelError(f"the weights in {folder} are not this model's ({len(misfits)}): {some}")


def read_weights(folder: Path) -> dict[str, Tensor]:
    """A folder's weights as a state dict in float32. Raises ModelError naming a bad file."""
    state: dict[str, Tensor] = {}
    for weight in _weights(folder):
        stored = weight.values.dtype
        dtype = torch.float32 if weight.scale is not None or stored.is_floating_point else stored
        state[weight.name] = torch.empty(weight.values.shape, dtype=dtype)
        weight.fill(state[weight.name])
    return state


def count_weights(folder: Path) -> int:
    """How many numbers a model has; factors do not count. Raises ModelError."""
    return sum(weight.values.numel() for weight in _weights(folder))
