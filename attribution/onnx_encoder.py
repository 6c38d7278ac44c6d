"""Stage 2b: the layers of an encoder in ONNX Runtime, most matrices multiplied in int8.

Weights have a scale a column, activations a scale a row, taken from each row as it comes: a few
word pieces have activations many times as large as the others, and one scale for all of a batch
leaves the others a few steps of the 255 (Dettmers et al., 2022, LLM.int8; Yao et al., 2022,
ZeroQuant). ONNX Runtime knows one scale a matrix alone, so every row is divided by its largest
value before the product and multiplied by it after. Rows do not depend on each other, so what an
article gives does not depend on its batch.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attribution.runtime import Floats, RuntimeEncoder
from attribution.transformer import Layer, Transformer

__all__ = ["OnnxEncoder"]

_OPSET, _FORMAT = 20, 10
#: Operators of ONNX Runtime itself.
_OWN = "com.microsoft"
#: Largest weight in whole steps. Processors without VNNI add two products in 16 bits, which only
#: up to 64 steps always fit; but more steps are nearer to the weights, and sums that do not fit
#: need four large numbers of one sign. Between both, 95 came nearest to float32.
_TOP = 95


#: What 0 becomes, of the 256 values of 8 bits without a sign: a row's values lie between -1 and 1
#: once they are divided by its largest, or by this if that is larger.
_ZERO, _LEAST = 128, 1e-6


class OnnxEncoder(RuntimeEncoder):
    """Matrices in int8 but those behind GELU, all else in float32."""

    name: ClassVar[str] = "onnx-int8"

    def start(self, encoder: Transformer) -> None:
        """See :class:`~attribution.runtime.RuntimeEncoder`."""
        runtime: Any = importlib.import_module("onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.log_severity_level = 3
        # Threads that spin while they wait would take the processor from the stages after.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        graph = _Graph(encoder).serialized()
        self._running: Any = runtime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )

    def run(self, states: Floats, mask: Floats) -> Floats:
        """See :class:`~attribution.runtime.RuntimeEncoder`."""
        length = states.shape[1]
        square = np.broadcast_to(mask, (*mask.shape[:2], length, length))
        inputs = {"states": states, "mask": np.ascontiguousarray(square)}
        found: Floats = self._running.run(None, inputs)[0]
        return found


class _Graph:
    """The layers of an encoder as nodes of an ONNX graph."""

    def __init__(self, encoder: Transformer) -> None:
        self._helper: Any = importlib.import_module("onnx.helper")
        self._arrays: Any = importlib.import_module("onnx.numpy_helper")
        self._shape = encoder.shape
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._last = self._constant(np.array([-1]))
        states = "states"
        for layer in encoder.layers:
            states = self._layer(layer, states)
        self._nodes.append(self._helper.make_node("Identity", [states], ["found"]))

    def serialized(self) -> bytes:
        """As ONNX Runtime reads it."""
        width, single = self._shape.hidden_size, 1  # TensorProto.FLOAT

        def value(name: str, *sizes: int | str) -> Any:
            return self._helper.make_tensor_value_info(name, single, sizes)

        inputs = [
            value("states", "batch", "length", width),
            value("mask", "each", "heads", "length", "length"),
        ]
        outputs = [value("found", "batch", "length", width)]
        graph = self._helper.make_graph(self._nodes, "layers", inputs, outputs, self._constants)
        versions = [self._helper.make_opsetid("", _OPSET), self._helper.make_opsetid(_OWN, 1)]
        model = self._helper.make_model(graph, opset_imports=versions, ir_version=_FORMAT)
        serialized: bytes = model.SerializeToString()
        return serialized

    def _layer(self, layer: Layer, states: str) -> str:
        parts = [layer.part(name) for name in ("query", "key", "value")]
        weights = torch.cat([part.weight for part in parts])
        bias = torch.cat([part.bias for part in parts])
        joined = self._product(states, weights)
        split = self._several("Split", [joined], 3, axis=-1, num_outputs=3)
        heads = self._shape.num_attention_heads
        inputs = [*split, self._tensor(bias), "", "mask"]
        context = self._node("MultiHeadAttention", inputs, _OWN, num_heads=heads)
        states = self._added(layer, "context", "attended", context, states)
        wide = layer.part("wide")
        product = self._product(states, wide.weight)
        active = self._node("BiasGelu", [product, self._tensor(wide.bias)], _OWN)
        return self._added(layer, "narrow", "output", active, states)

    def _added(self, layer: Layer, linear: str, norm: str, inner: str, outer: str) -> str:
        part, even = layer.part(linear), layer.part(norm)
        # Behind GELU a few values of a row are so large that the others have hardly a step left:
        # in `base` that product in int8 would make more of the error than all others.
        multiplied = self._exact if linear == "narrow" else self._product
        product = multiplied(inner, part.weight)
        inputs = [product, outer, *map(self._tensor, (even.weight, even.bias, part.bias))]
        return self._node("SkipLayerNormalization", inputs, _OWN, epsilon=even.eps)

    def _exact(self, rows: str, weight: Tensor) -> str:
        """Rows times a matrix (out, in) in float32."""
        return self._node("MatMul", [rows, self._constant(weight.detach().numpy().T)])

    def _product(self, rows: str, weight: Tensor) -> str:
        """Rows times a matrix (out, in), both in int8."""
        values = weight.detach().numpy().T
        scale = np.maximum(np.abs(values).max(0) / _TOP, np.finfo(np.float32).tiny)
        steps = self._constant(np.round(values / scale).astype(np.int8))
        largest = self._node("ReduceMax", [self._node("Abs", [rows]), self._last], keepdims=1)
        largest = self._node("Max", [largest, self._constant(np.float32(_LEAST))])
        zero = self._constant(np.uint8(_ZERO))
        step = self._constant(np.float32(1 / (255 - _ZERO)))
        even = self._node("Div", [rows, largest])
        quantised = self._node("QuantizeLinear", [even, step, zero])
        inputs = [quantised, steps, step, self._constant(scale.astype(np.float32)), zero]
        return self._node("Mul", [self._node("MatMulIntegerToFloat", inputs, _OWN), largest])

    def _node(self, kind: str, inputs: Sequence[str], domain: str = "", **settings: Any) -> str:
        return self._several(kind, inputs, 1, domain, **settings)[0]

    def _several(
        self, kind: str, inputs: Sequence[str], count: int, domain: str = "", **settings: Any
    ) -> list[str]:
        names = [f"{kind}_{len(self._nodes)}_{place}" for place in range(count)]
        node = self._helper.make_node(kind, inputs, names, domain=domain, **settings)
        self._nodes.append(node)
        return names

    def _tensor(self, tensor: Tensor) -> str:
        return self._constant(tensor.detach().numpy())

    def _constant(self, values: NDArray[Any] | np.generic) -> str:
        name = f"constant_{len(self._constants)}"
        held = self._arrays.from_array(np.asarray(values, order="C"), name)
        self._constants.append(held)
        return name
