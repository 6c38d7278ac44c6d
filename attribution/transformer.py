"""Stage 2b: the encoders that the package runs itself, BERT and MPNet.

The same values as transformers gives, without importing it, which takes seconds; its names for the
weights, so that either reads what the other wrote. Any other encoder is one of transformers'
(:func:`build_encoder`), and slower to load.

MPNet (Song et al., 2020) adds a learned bias by relative position to its attention scores. Mask and
bias are the same in every layer, so they are added once and handed to torch's fused kernel, which
has no gradient for them: the bias (32 x heads numbers) keeps its pretrained values in training,
also where training takes other ways than the kernel (:func:`_attended`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn

__all__ = ["Encoder", "Shape", "States", "Transformer", "build_encoder"]


class States(NamedTuple):
    """What an encoder returns: a state (B, L, hidden) for each word piece."""

    last_hidden_state: Tensor


class Encoder(Protocol):
    """Reads word pieces that are embedded already; called as transformers' encoders are.

    This is the seam between the model and whatever runs its encoder, see
    :mod:`attribution.engines`.
    """

    def get_input_embeddings(self) -> nn.Embedding:
        """The table of word pieces."""

    def __call__(self, *, inputs_embeds: Tensor, attention_mask: Tensor) -> States:
        """States of pieces (B, L, hidden), with their mask (B, L), 1 for pieces, 0 for padding."""


@dataclass(frozen=True)
class Shape:
    """Sizes of an encoder, named as in transformers' configurations."""

    model_type: str
    vocab_size: int = 30522
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    relative_attention_num_buckets: int = 32
    layer_norm_eps: float = 1e-12
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1

    def __post_init__(self) -> None:
        for field in fields(self)[1:]:
            value, whole = getattr(self, field.name), isinstance(field.default, int)
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                raise ValueError(f"the encoder's {field.name} is no number: {value!r}")
            if value < whole:
                raise ValueError(f"the encoder's {field.name} is {value!r}")
        if self.hidden_size % self.num_attention_heads:
            raise ValueError("the encoder's width cannot be divided among its heads")


#: Layers are made before a file of weights is looked at: a number without bound would take forever.
_MOST_LAYERS = 200
#: Where the layers of each kind keep their parts.
_PARTS: Mapping[str, Mapping[str, str]] = {
    "bert": {
        "query": "attention.self.query",
        "key": "attention.self.key",
        "value": "attention.self.value",
        "context": "attention.output.dense",
        "attended": "attention.output.LayerNorm",
        "wide": "intermediate.dense",
        "narrow": "output.dense",
        "output": "output.LayerNorm",
    },
    "mpnet": {
        "query": "attention.attn.q",
        "key": "attention.attn.k",
        "value": "attention.attn.v",
        "context": "attention.attn.o",
        "attended": "attention.LayerNorm",
        "wide": "intermediate.dense",
        "narrow": "output.dense",
        "output": "output.LayerNorm",
    },
}
#: MPNet's positions begin after its number for padding, 1.
_FIRST_POSITION = {"bert": 0, "mpnet": 2}
_MOST_DISTANT = 128


class Transformer(nn.Module):
    """A BERT or MPNet encoder without pooler: an :class:`Encoder`."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        width, norm = shape.hidden_size, shape.layer_norm_eps
        self.embeddings = nn.Module()
        self.embeddings.word_embeddings = nn.Embedding(shape.vocab_size, width)
        self.embeddings.position_embeddings = nn.Embedding(shape.max_position_embeddings, width)
        if shape.model_type == "bert":
            self.embeddings.token_type_embeddings = nn.Embedding(shape.type_vocab_size, width)
        self.embeddings.LayerNorm = nn.LayerNorm(width, norm)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList(Layer(shape) for _ in range(shape.num_hidden_layers))
        if shape.model_type == "mpnet":
            self.encoder.relative_attention_bias = nn.Embedding(
                shape.relative_attention_num_buckets, shape.num_attention_heads
            )
            self.encoder.relative_attention_bias.weight.requires_grad_(False)

    def get_input_embeddings(self) -> nn.Embedding:
        return self.embeddings.word_embeddings  # type: ignore[return-value]

    def forward(self, inputs_embeds: Tensor, attention_mask: Tensor) -> States:
        """See :class:`Encoder`."""
        states = self.placed(inputs_embeds)
        mask = self.attention_scores(attention_mask, states.dtype)
        for layer in self.layers:
            states = layer(states, mask)
        return States(states)

    @property
    def layers(self) -> list[Layer]:
        """From the first on."""
        return list(self.encoder.layer)  # type: ignore[arg-type]

    @property
    def longest(self) -> int:
        """Most pieces that it reads at once, first and last token counted."""
        return self.shape.max_position_embeddings - _FIRST_POSITION[self.shape.model_type]

    def placed(self, embedded: Tensor) -> Tensor:
        """What the first layer reads: pieces (B, L, hidden) with their positions, normalised."""
        parts: Any = self.embeddings
        if embedded.shape[1] > self.longest:
            raise ValueError(f"the encoder reads at most {self.longest} pieces at once")
        table = parts.position_embeddings.weight[_FIRST_POSITION[self.shape.model_type] :]
        embedded = embedded + table[: embedded.shape[1]]
        if self.shape.model_type == "bert":
            embedded = embedded + parts.token_type_embeddings.weight[0]
        dropout = self.shape.hidden_dropout_prob
        return nn.functional.dropout(parts.LayerNorm(embedded), dropout, self.training)

    def attention_scores(self, mask: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """What every layer adds to its attention scores: (B or 1, heads or 1, L or 1, L)."""
        bias = None
        if self.shape.model_type == "mpnet":
            places = torch.arange(mask.shape[1], device=mask.device)
            table: Any = self.encoder.relative_attention_bias
            bias = table(self._buckets(places[None, :] - places[:, None]))
            bias = bias.permute(2, 0, 1)[None].to(dtype)
            if bool(mask.all()):
                return bias.contiguous()
        added = (1 - mask[:, None, None, :]).to(dtype) * torch.finfo(dtype).min
        return added if bias is None else added + bias

    def _buckets(self, distance: Tensor) -> Tensor:
        """MPNet's classes of distances: near ones one by one, further ones together."""
        side = self.shape.relative_attention_num_buckets // 2
        exact = max(1, side // 2)
        far = distance.abs().clamp(min=1)
        steps = torch.log(far.float() / exact) / math.log(_MOST_DISTANT / exact) * (side - exact)
        grouped = (exact + steps.long()).clamp(max=side - 1)
        return (distance > 0) * side + torch.where(distance.abs() < exact, distance.abs(), grouped)


class Layer(nn.Module):
    """Attention and feed-forward network, each with what it read added to it and normalised."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        width, inner = shape.hidden_size, shape.intermediate_size
        for part, path in _PARTS[shape.model_type].items():
            place: nn.Module = self
            *outer, name = path.split(".")
            for step in outer:
                if step not in place._modules:
                    place.add_module(step, nn.Module())
                place = place.get_submodule(step)
            if part in ("attended", "output"):
                place.add_module(name, nn.LayerNorm(width, shape.layer_norm_eps))
            elif part == "wide":
                place.add_module(name, nn.Linear(width, inner))
            else:
                place.add_module(name, nn.Linear(inner if part == "narrow" else width, width))

    def part(self, name: str) -> Any:
        """A linear layer or normalisation, by its name in ``_PARTS``."""
        return self.get_submodule(_PARTS[self.shape.model_type][name])

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """From states (B, L, hidden) and what is added to attention scores, to states."""
        shape = self.shape
        heads = (*states.shape[:2], shape.num_attention_heads, -1)
        query, key, value = (
            self.part(name)(states).view(heads).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        dropout = shape.attention_probs_dropout_prob if self.training else 0.0
        context = _attended(query, key, value, mask.to(query.dtype), dropout)
        states = self._added("context", "attended", context.transpose(1, 2).flatten(2), states)
        wide = nn.functional.gelu(self.part("wide")(states))
        return self._added("narrow", "output", wide, states)

    def _added(self, linear: str, norm: str, inner: Tensor, outer: Tensor) -> Tensor:
        out = self.part(linear)(inner)
        out = nn.functional.dropout(out, self.shape.hidden_dropout_prob, self.training)
        return self.part(norm)(out + outer)


def _attended(query: Tensor, key: Tensor, value: Tensor, mask: Tensor, dropout: float) -> Tensor:
    """Attention of (B, heads, L, size), scores with ``mask`` added.

    Training in bfloat16 on a processor multiplies the matrices itself: the backward pass of torch's
    fused kernel is slower there than those of two products on the processor's matrix units.
    """
    attend = nn.functional.scaled_dot_product_attention
    on_processor = query.device.type == "cpu" and query.dtype == torch.bfloat16
    if not (on_processor and torch.is_grad_enabled()):
        return attend(query, key, value, attn_mask=mask, dropout_p=dropout)
    scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5 + mask
    shares = nn.functional.dropout(scores.softmax(-1), dropout, dropout > 0)
    return shares @ value


def build_encoder(settings: Mapping[str, Any]) -> nn.Module:
    """An encoder without weights of its own yet, an :class:`Encoder`.

    Args:
        settings: ``model_type`` and sizes, as in transformers' configurations. Others than BERT
            and MPNet come from transformers, and may need settings that only it knows.

    Raises:
        ValueError: a setting is missing or wrong.
    """
    kind = settings.get("model_type")
    if not isinstance(kind, str):
        raise ValueError("the encoder has no model_type")
    layers = settings.get("num_hidden_layers", 0)
    if isinstance(layers, int) and layers > _MOST_LAYERS:
        raise ValueError(f"the encoder has more than {_MOST_LAYERS} layers")
    plain = (
        settings.get("hidden_act", "gelu") == "gelu"
        and settings.get("position_embedding_type", "absolute") == "absolute"
        and not settings.get("is_decoder")
    )
    if kind in _PARTS and plain:
        known = {field.name for field in fields(Shape)}
        defaults = {"vocab_size": 30527} if kind == "mpnet" else {}
        return Transformer(
            Shape(**defaults | {name: settings[name] for name in known & settings.keys()})
        )
    from transformers import AutoConfig, AutoModel

    others = {name: value for name, value in settings.items() if name != "model_type"}
    config = AutoConfig.for_model(kind, **others)
    found: nn.Module = AutoModel.from_config(config, add_pooling_layer=False)
    return found
