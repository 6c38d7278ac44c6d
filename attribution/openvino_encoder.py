"""Stage 2b: the layers of an encoder in OpenVINO, in bfloat16 where the processor has it."""

from __future__ import annotations

import importlib
import threading
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from attribution.runtime import Floats, RuntimeEncoder, has_bfloat16
from attribution.transformer import Layer, Transformer

__all__ = ["OpenVinoEncoder"]


class OpenVinoEncoder(RuntimeEncoder):
    """In bfloat16 where the processor has it, else in float32."""

    name: ClassVar[str] = "openvino"

    def start(self, encoder: Transformer) -> None:
        """See :class:`~attribution.runtime.RuntimeEncoder`."""
        openvino: Any = importlib.import_module("openvino")
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),
            "INFERENCE_PRECISION_HINT": "bf16" if has_bfloat16() else "f32",
        }
        compiled = openvino.Core().compile_model(_graph(encoder), "CPU", settings)
        self._running: _Requests | None = _Requests(compiled)

    def run(self, states: Floats, mask: Floats) -> Floats:
        """See :class:`~attribution.runtime.RuntimeEncoder`."""
        if self._running is None:
            raise RuntimeError("the graph was not started")
        return self._running.answer([states, mask])


class _Requests:
    """Inference requests: every call has one to itself."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled
        self._lock = threading.Lock()
        self._idle: list[Any] = []

    def answer(self, inputs: list[Floats]) -> Floats:
        with self._lock:
            request = self._idle.pop() if self._idle else self._compiled.create_infer_request()
        found: Floats = request.infer(inputs)[0]
        with self._lock:
            self._idle.append(request)
        return found


def _graph(encoder: Transformer) -> Any:
    """The layers of an encoder, from what the first one reads and the mask to states."""
    openvino: Any = importlib.import_module("openvino")
    ops: Any = importlib.import_module("openvino.opset13")
    shape = encoder.shape
    heads, width = shape.num_attention_heads, shape.hidden_size
    split = ops.constant([0, 0, heads, width // heads], dtype="int64")
    join = ops.constant([0, 0, width], dtype="int64")
    swap = ops.constant([0, 2, 1, 3], dtype="int64")

    def weight(tensor: Tensor) -> Any:
        return ops.constant(tensor.detach().numpy(), shared_memory=True)

    def linear(states: Any, layer: Layer, name: str) -> Any:
        part = layer.part(name)
        product = ops.matmul(states, weight(part.weight), False, True)
        return ops.add(product, weight(part.bias))

    def added(inner: Any, outer: Any, layer: Layer, name: str) -> Any:
        part = layer.part(name)
        even = ops.mvn(ops.add(inner, outer), [-1], True, part.eps, "inside_sqrt")
        return ops.add(ops.multiply(even, weight(part.weight)), weight(part.bias))

    first = ops.parameter([-1, -1, width], np.float32, name="states")
    mask = ops.parameter([-1, -1, -1, -1], np.float32, name="mask")
    states = first
    for layer in encoder.layers:
        query, key, value = (
            ops.transpose(ops.reshape(linear(states, layer, name), split, True), swap)
            for name in ("query", "key", "value")
        )
        context = ops.scaled_dot_product_attention(query, key, value, mask)
        context = ops.reshape(ops.transpose(context, swap), join, True)
        states = added(linear(context, layer, "context"), states, layer, "attended")
        wide = ops.gelu(linear(states, layer, "wide"), "erf")
        states = added(linear(wide, layer, "narrow"), states, layer, "output")
    return openvino.Model([states], [first, mask], "encoder")
