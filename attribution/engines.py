"""Stage 2b: what runs the encoder: torch, torch with bfloat16, or OpenVINO.

An engine takes the encoder of a loaded model and returns what stands in for it, an
:class:`~attribution.transformer.Encoder`; heads and all later stages stay as they are. OpenVINO's
graph is built from the weights in memory when a model is loaded, in about a second, so nothing is
exported or kept on disk. Which engine ``auto`` stands for was measured with
``python -m eval.bench``: see docs/engines.md.
"""

from __future__ import annotations

import importlib
import importlib.util
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import torch
from torch import Tensor, nn

from attribution.errors import MissingExtraError, ModelError
from attribution.transformer import Layer, States, Transformer

__all__ = ["ENGINES", "Engine", "EngineName", "has_bfloat16", "resolve_engine", "run_with"]

EngineName = Literal["auto", "torch", "torch-bf16", "openvino"]


@dataclass(frozen=True)
class Engine:
    """One way to run an encoder.

    Attributes:
        take: from an encoder in evaluation mode, whose weights it may change or take over, to what
            stands in for it.
        package: what must be installed beside torch.
        default: whether ``auto`` may take it on a processor that multiplies in bfloat16.
    """

    take: Callable[[nn.Module], nn.Module]
    package: str | None = None
    default: bool = True

    @property
    def installed(self) -> bool:
        return self.package is None or importlib.util.find_spec(self.package) is not None


def resolve_engine(name: str, *, device: str | torch.device = "cpu") -> str:
    """The engine that a name stands for on this machine.

    Args:
        name: of ``EngineName``.
        device: where the model is to run; elsewhere than on the CPU there is torch alone.

    Raises:
        ValueError: there is no engine of this name, or not on this device.
        MissingExtraError: its package is not installed.
    """
    if name not in get_args(EngineName):
        raise ValueError(f"engine is {', '.join(get_args(EngineName))}, not {name!r}")
    on_cpu = torch.device(device).type == "cpu"
    if name == "auto":
        candidates = ENGINES if on_cpu and has_bfloat16() else {}
        fit = (key for key, one in candidates.items() if one.default and one.installed)
        return next(fit, "torch")
    if not on_cpu and name != "torch":
        raise ValueError(f"engine {name!r} runs on the CPU alone, not on {device}")
    if not ENGINES[name].installed:
        raise MissingExtraError(str(ENGINES[name].package), str(ENGINES[name].package))
    return name


def has_bfloat16() -> bool:
    """Whether this processor multiplies in bfloat16; without, it is slower than float32."""
    capabilities: Callable[[], Mapping[str, Any]] = getattr(torch.cpu, "get_capabilities", dict)
    found = capabilities()
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))


def run_with(name: str, encoder: nn.Module) -> nn.Module:
    """Give an encoder to an engine.

    Args:
        name: as :func:`resolve_engine` returns it.
        encoder: in evaluation mode, on the CPU unless the engine is torch.

    Raises:
        ModelError: the engine does not know this kind of encoder, or cannot be started.
    """
    return ENGINES[name].take(encoder)


class LoweredEncoder(nn.Module):
    """Multiplies its matrices in bfloat16, with their weights stored in it; all else in float32."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        for module in encoder.modules():
            if isinstance(module, nn.Linear):
                module.to(torch.bfloat16)
        self.inner = encoder

    def get_input_embeddings(self) -> nn.Embedding:
        words: Any = self.inner
        return words.get_input_embeddings()

    def forward(self, inputs_embeds: Tensor, attention_mask: Tensor) -> States:
        """See :class:`~attribution.transformer.Encoder`."""
        # Autocast alone would turn the weights into bfloat16 anew for every batch.
        with torch.autocast("cpu", torch.bfloat16):
            found = self.inner(inputs_embeds=inputs_embeds, attention_mask=attention_mask)
        return States(found.last_hidden_state.float())


class OpenVinoEncoder(nn.Module):
    """A BERT or MPNet encoder whose layers OpenVINO runs; its tables stay in torch.

    In bfloat16 where the processor has it, else in float32. Thread-safe: every call has an
    inference request to itself. Pickled as the encoder that it was made from.

    Raises:
        ModelError: another kind of encoder.
    """

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        if not isinstance(encoder, Transformer):
            raise ModelError(f"openvino runs BERT and MPNet, not {type(encoder).__name__}")
        self.inner = encoder
        self._start()

    def get_input_embeddings(self) -> nn.Embedding:
        return self.inner.get_input_embeddings()

    def forward(self, inputs_embeds: Tensor, attention_mask: Tensor) -> States:
        """See :class:`~attribution.transformer.Encoder`."""
        states = self.inner.placed(inputs_embeds)
        mask = self.inner.attention_scores(attention_mask)
        with self._lock:
            request = self._idle.pop() if self._idle else self._compiled.create_infer_request()
        found = request.infer([states.detach().numpy(), mask.detach().numpy()])[0]
        with self._lock:
            self._idle.append(request)
        return States(torch.from_numpy(found))

    def _start(self) -> None:
        openvino: Any = importlib.import_module("openvino")
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),
            "INFERENCE_PRECISION_HINT": "bf16" if has_bfloat16() else "f32",
        }
        self._compiled = openvino.Core().compile_model(_graph(self.inner), "CPU", settings)
        self._lock = threading.Lock()
        self._idle: list[Any] = []

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_compiled": None, "_lock": None, "_idle": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._start()


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


#: By name, the fastest on a processor with bfloat16 first.
ENGINES: Mapping[str, Engine] = {
    "openvino": Engine(OpenVinoEncoder, "openvino"),
    "torch-bf16": Engine(LoweredEncoder, default=False),
    "torch": Engine(lambda encoder: encoder),
}
