"""An encoder that multiplies its matrices in bfloat16."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

__all__ = ["LoweredEncoder"]


class LoweredEncoder(nn.Module):
    """In place of an encoder. Its linear layers' weights are changed in place.

    Under autocast alone the weights would be turned into bfloat16 anew for every batch, and kept in
    float32 beside.
    """

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        for module in encoder.modules():
            if isinstance(module, nn.Linear):
                module.to(torch.bfloat16)
        self.encoder = encoder
        self.config = encoder.config

    def get_input_embeddings(self) -> Any:
        return self.encoder.get_input_embeddings()

    def forward(self, inputs_embeds: Tensor, attention_mask: Tensor) -> SimpleNamespace:
        """What the model reads of an encoder's output: ``last_hidden_state``, in float32."""
        with torch.autocast("cpu", torch.bfloat16):
            found = self.encoder(inputs_embeds=inputs_embeds, attention_mask=attention_mask)
        return SimpleNamespace(last_hidden_state=found.last_hidden_state.float())
