"""Stage 2b: what runs the encoder: torch, torch with bfloat16, OpenVINO or ONNX Runtime in int8.

An engine takes the encoder of a loaded model and returns what stands in for it, an
:class:`~attribution.transformer.Encoder`; heads and all later stages stay as they are. Which engine
``auto`` stands for is said by the model, and was measured: see docs/engines.md.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn

from attribution.errors import MissingExtraError
from attribution.onnx_encoder import OnnxEncoder
from attribution.openvino_encoder import OpenVinoEncoder
from attribution.transformer import States

__all__ = ["ENGINES", "Engine", "EngineName", "fastest", "resolve_engine", "run_with"]

EngineName = Literal["auto", "torch", "torch-bf16", "openvino", "onnx-int8"]


@dataclass(frozen=True)
class Engine:
    """One way to run an encoder.

    Attributes:
        take: from an encoder in evaluation mode, whose weights it may change or take over, to what
            stands in for it.
        packages: what must be installed beside torch.
        extra: of this package, that installs them.
    """

    take: Callable[[nn.Module], nn.Module]
    packages: tuple[str, ...] = ()
    extra: str = ""

    @property
    def missing(self) -> list[str]:
        """Packages that are not installed."""
        return [name for name in self.packages if importlib.util.find_spec(name) is None]


def resolve_engine(name: str, *, model: str = "torch", device: str | torch.device = "cpu") -> str:
    """The engine that a name stands for on this machine.

    Args:
        name: of ``EngineName``.
        model: the engine that the model's configuration names for ``auto``.
        device: where the model is to run; elsewhere than on the CPU there is torch alone.

    Raises:
        ValueError: there is no engine of this name, or not on this device.
        MissingExtraError: its package is not installed.
    """
    if name not in get_args(EngineName):
        raise ValueError(f"engine is {', '.join(get_args(EngineName))}, not {name!r}")
    on_cpu = torch.device(device).type == "cpu"
    if name == "auto":
        return fastest(model) if on_cpu else "torch"
    if not on_cpu and name != "torch":
        raise ValueError(f"engine {name!r} runs on the CPU alone, not on {device}")
    if missing := ENGINES[name].missing:
        raise MissingExtraError(missing[0], ENGINES[name].extra)
    return name


def fastest(model: str) -> str:
    """The engine that a model names, where it is known and installed; else torch."""
    return model if model in ENGINES and not ENGINES[model].missing else "torch"


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


#: By name.
ENGINES: Mapping[str, Engine] = {
    "openvino": Engine(OpenVinoEncoder, ("openvino",), "openvino"),
    "onnx-int8": Engine(OnnxEncoder, ("onnx", "onnxruntime"), "onnx"),
    "torch-bf16": Engine(LoweredEncoder),
    "torch": Engine(lambda encoder: encoder),
}
