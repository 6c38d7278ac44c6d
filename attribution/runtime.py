"""Stage 2b: an encoder whose layers are run by a library other than torch.

The library's graph is made from the weights in memory when a model is loaded, so nothing is
exported or kept on disk. What the layers read is computed in torch: word pieces with their
positions, and what is added to attention scores.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from attribution.errors import ModelError
from attribution.transformer import States, Transformer

__all__ = ["Floats", "RuntimeEncoder", "has_bfloat16"]

Floats = NDArray[np.float32]


def has_bfloat16() -> bool:
    """Whether this processor multiplies in bfloat16; without, it is slower than float32."""
    capabilities: Any = getattr(torch.cpu, "get_capabilities", dict)
    found = capabilities()
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))


class RuntimeEncoder(nn.Module):
    """A BERT or MPNet encoder whose layers a library runs; its tables stay in torch.

    Thread-safe. Pickled as the encoder that it was made from, with all its layers.

    Raises:
        ModelError: another kind of encoder.
    """

    #: What the engine is called in messages.
    name: ClassVar[str]

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        if not isinstance(encoder, Transformer):
            raise ModelError(f"{self.name} runs BERT and MPNet, not {type(encoder).__name__}")
        self.inner = encoder
        self._again: Callable[[], Transformer] | None = None
        self.start(encoder)

    def release(self, again: Callable[[], Transformer]) -> None:
        """Let go of torch's layers: the library has its own copy of their weights.

        Args:
            again: gives the encoder that this one was made from, should it be pickled.
        """
        self._again = again
        self.inner.encoder.layer = nn.ModuleList()

    def get_input_embeddings(self) -> nn.Embedding:
        return self.inner.get_input_embeddings()

    def forward(self, inputs_embeds: Tensor, attention_mask: Tensor) -> States:
        """See :class:`~attribution.transformer.Encoder`."""
        states = self.inner.placed(inputs_embeds)
        mask = self.inner.attention_scores(attention_mask)
        return States(torch.from_numpy(self.run(states.detach().numpy(), mask.detach().numpy())))

    @abstractmethod
    def start(self, encoder: Transformer) -> None:
        """Make the graph of the layers. What is kept of it goes into an attribute ``_running``."""

    @abstractmethod
    def run(self, states: Floats, mask: Floats) -> Floats:
        """The layers: from (B, L, hidden) and (B or 1, heads or 1, L or 1, L) to (B, L, hidden)."""

    def __getstate__(self) -> dict[str, Any]:
        state = {**self.__dict__, "_running": None}
        if self._again is not None:
            state["_modules"] = {**self._modules, "inner": self._again()}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.start(self.inner)
        if self._again is not None:
            self.release(self._again)
