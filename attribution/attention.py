"""Stage 2b, inside the encoder: MPNet's attention through the fused kernel of torch.

MPNet (Song et al., 2020) adds a learned bias by relative position to its attention scores.
transformers computes them unfused; ``scaled_dot_product_attention`` with the bias as its mask
gives the same values in half the time and without a (heads, length, length) tensor a layer. Mask
and bias are the same in every layer, so they are added once. The fused kernel has no gradient for
its mask, so the bias (32 x heads numbers) keeps its pretrained values in training.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from transformers import MPNetModel
from transformers.models.mpnet.modeling_mpnet import MPNetEncoder, MPNetSelfAttention

__all__ = ["FusedAttention", "FusedLayers", "fuse_attention"]


class FusedAttention(MPNetSelfAttention):
    """Drop-in for transformers' MPNet attention, with the same parameters."""

    def forward(
        self,
        hidden_states: Tensor,
        attention_mask: Tensor | None = None,
        position_bias: Tensor | None = None,
        output_attentions: bool = False,
        **_: Any,
    ) -> tuple[Tensor, ...]:
        """As in transformers; attention probabilities are not available.

        Args:
            hidden_states: (B, L, hidden).
            attention_mask: (B, 1, 1, L), 0 for pieces and a large negative number for padding.
            position_bias: (B, heads, L, L) or None.
            output_attentions: must be false.

        Raises:
            ValueError: when attention probabilities are asked for.
        """
        if output_attentions:
            raise ValueError("fused attention has no attention probabilities to return")
        shape = (*hidden_states.shape[:-1], -1, self.attention_head_size)
        query, key, value = (
            layer(hidden_states).view(shape).transpose(1, 2) for layer in (self.q, self.k, self.v)
        )
        bias = [part for part in (attention_mask, position_bias) if part is not None]
        mask = sum(bias[1:], start=bias[0]).to(query.dtype) if bias else None
        context = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return (self.o(context.transpose(1, 2).flatten(2)),)


class FusedLayers(MPNetEncoder):
    """Drop-in for the stack of MPNet's layers, with the same parameters."""

    def compute_position_bias(self, *_: Any, **__: Any) -> None:
        """No bias beside the mask: it is in it."""

    def forward(
        self, hidden_states: Tensor, attention_mask: Tensor | None = None, **named: Any
    ) -> Any:
        """As in transformers.

        Args:
            hidden_states: (B, L, hidden).
            attention_mask: (B, 1, 1, L), 0 for pieces and a large negative number for padding.
            named: all else.
        """
        # Positions are the same in every window: (1, heads, L, L).
        bias = super().compute_position_bias(hidden_states[:1])
        mask = bias if attention_mask is None else attention_mask + bias
        return super().forward(hidden_states, mask, **named)


def fuse_attention(encoder: nn.Module) -> None:
    """Give an MPNet encoder fused attention, in place; any other encoder is left as it is."""
    if not isinstance(encoder, MPNetModel):
        return
    for module in encoder.modules():
        if type(module) is MPNetSelfAttention:
            module.__class__ = FusedAttention
        elif type(module) is MPNetEncoder:
            module.__class__ = FusedLayers
    encoder.encoder.relative_attention_bias.weight.requires_grad_(False)
