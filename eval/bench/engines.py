"""The engines that are measured: those of the package, and candidates that are not in it.

Only what runs the encoder differs: the heads and all stages around them are the same. An engine's
files, if it has any, are written once by ``build``, which is no part of what is measured; ``load``
is what a user would wait for.
"""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from attribution.engines import EngineName
    from attribution.scorer import Scorer

__all__ = ["ENGINES", "REFERENCE", "Engine", "Setting", "missing", "suited", "users_engine"]

REFERENCE = "torch"


@dataclass(frozen=True)
class Setting:
    """A model to be run, where its engines' files lie, and on how many threads it runs."""

    model: str
    cache: Path
    threads: int


def _nothing(_: Setting) -> None:
    """Built from the model's own folder while it loads."""


@dataclass(frozen=True)
class Engine:
    """One way to run the encoder.

    ``needs`` are the modules that must be installed; ``build`` writes what ``load`` reads.
    """

    name: str
    load: Callable[[Setting], Scorer]
    build: Callable[[Setting], None] = _nothing
    needs: tuple[str, ...] = ()


def missing(engine: Engine) -> list[str]:
    """The modules that an engine needs and that are not installed."""
    return [name for name in engine.needs if importlib.util.find_spec(name) is None]


def users_engine(model: str) -> str:
    """The engine that a user of this environment gets who asks for none."""
    from attribution.engines import resolve_engine
    from attribution.scorer import default_engine

    return resolve_engine("auto", model=default_engine(model))


def suited() -> list[str]:
    """The engines that make sense on this processor: in software bfloat16 is many times slower."""
    from attribution.runtime import has_bfloat16

    return [name for name in ENGINES if has_bfloat16() or name != "torch-bf16"]


def _product(name: str) -> Callable[[Setting], Scorer]:
    """As a user gets it."""

    def load(setting: Setting) -> Scorer:
        from attribution.scorer import Scorer

        return Scorer.from_pretrained(setting.model, engine=cast("EngineName", name))

    return load


def _torch_int8(setting: Setting) -> Scorer:
    """Weights in int8 a row, activations quantised batch by batch."""
    import torch

    scorer = _product("torch")(setting)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated; its successor on CPUs needs a compiler
        scorer.model.encoder = torch.ao.quantization.quantize_dynamic(
            scorer.model.encoder, {torch.nn.Linear}, torch.qint8
        )
    return scorer


def _export(setting: Setting) -> None:
    from eval.bench.exported import export

    if not (setting.cache / _ONNX_FP32).is_file():
        export(setting.model, setting.cache / _ONNX_FP32)


def _quantise(setting: Setting) -> None:
    """Weights in int8 a column, activations with one scale a batch."""
    _export(setting)
    if (setting.cache / _ONNX_INT8).is_file():
        return
    quantization = importlib.import_module("onnxruntime.quantization")
    quantization.quantize_dynamic(
        setting.cache / _ONNX_FP32,
        setting.cache / _ONNX_INT8,
        weight_type=quantization.QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Gemm"],
    )


def _onnx(graph: str) -> Callable[[Setting], Scorer]:
    def load(setting: Setting) -> Scorer:
        from eval.bench.exported import load_around

        return load_around(setting.model, setting.cache / graph, setting.threads)

    return load


_ONNX_FP32, _ONNX_INT8 = "fp32.onnx", "int8.onnx"
_ONNX = ("onnx", "onnxscript", "onnxruntime")

#: All engines by name; the first is what the others are held against.
ENGINES: Mapping[str, Engine] = {
    engine.name: engine
    for engine in (
        Engine(REFERENCE, _product("torch")),
        Engine("torch-bf16", _product("torch-bf16")),
        Engine("openvino", _product("openvino"), needs=("openvino",)),
        Engine("onnx-int8", _product("onnx-int8"), needs=("onnx", "onnxruntime")),
        Engine("torch-int8", _torch_int8),
        Engine("onnx-fp32", _onnx(_ONNX_FP32), _export, _ONNX),
        Engine("onnx-int8-plain", _onnx(_ONNX_INT8), _quantise, _ONNX),
    )
}
