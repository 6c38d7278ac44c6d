"""Stage 2b: the multi-task transformer.

One encoder pass a window; everything else reads the states of the words' first pieces:

- flat BIO tags for source, cue and content (one layer each, so that they may overlap) and for
  the words that state a source's role;
- predicates: words that open a claim, by a cue or, uncued, by its content;
- pair scores: every word against every predicate for the roles of that claim and for via
  mentions (attribution as semantic role labelling; low-rank biaffine after Dozat and Manning,
  2017). Nesting, shared sources and content in pieces fall out of it;
- kind and speech of a predicate, type of a source mention, named entities, and mention
  embeddings with antecedent scores (after Lee et al., 2017) for resolution.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from attribution.configuration import CONFIG, FEATURES, AttributionConfig
from attribution.errors import ModelError
from attribution.features import FEATURE_SIZES, RELATION_SIZES
from attribution.storage import Precision, load_weights, write_weights
from attribution.transformer import Encoder, build_encoder
from attribution.types import KINDS, SOURCE_TYPES, SPEECHES

__all__ = [
    "BIO",
    "CLAIM_LAYERS",
    "ENTITY_LABELS",
    "ROLE_LABELS",
    "TAG_LAYERS",
    "WITHOUT_ENDS",
    "AttributionModel",
]

BIO = ("O", "B", "I")
#: Layers of the flat tags, three labels each: the spans of claims, and the roles of sources.
CLAIM_LAYERS = ("source", "cue", "content")
TAG_LAYERS = (*CLAIM_LAYERS, "role", "justification")
#: Labels of a word for one predicate: first, inner, last and only word of a span of each role.
ROLE_LABELS = ("O", *(f"{at}-{role}" for role in ("source", "content", "cue") for at in "BIES"))
#: States of a word as predicate: none, first word of a cue, first word of an uncued claim.
PREDICATE_LABELS = ("O", "cue", "uncued")
ENTITY_TYPES = ("PERSON", "ORGANIZATION", "OTHER")
ENTITY_LABELS = ("O", *(f"{bio}-{kind}" for kind in ENTITY_TYPES for bio in "BI"))
#: For each of ROLE_LABELS its place among O and B, I of source, content, cue.
WITHOUT_ENDS = (0, 1, 2, 2, 1, 3, 4, 4, 3, 5, 6, 6, 5)
_ANTECEDENT_DISTANCES = 10
_PREDICATES_AT_ONCE = 2


class AttributionModel(nn.Module):
    """Encoder with attribution heads. See the module's description for the tasks.

    Attributes:
        config: the settings that it was made with.
        encoder: an :class:`~attribution.transformer.Encoder`.
    """

    def __init__(self, config: AttributionConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder: Any = build_encoder(config.encoder)
        width = self.width
        pair, mention = config.pair_size, config.mention_size
        self.features = nn.ModuleList(nn.Embedding(size, width) for size in FEATURE_SIZES)
        self.dropout = nn.Dropout(config.head_dropout)
        self.tags = nn.Linear(width, config.tag_layers * len(BIO))
        self.predicates = nn.Linear(width, len(PREDICATE_LABELS))
        self.entities = nn.Linear(width, len(ENTITY_LABELS))
        self.pair_predicate = nn.Linear(width, 2 * pair)
        self.pair_word = nn.Linear(width, 2 * pair)
        self.pair_relations = nn.ModuleList(nn.Embedding(size, pair) for size in RELATION_SIZES)
        labels = len(ROLE_LABELS) if config.span_ends else 1 + 2 * len(CLAIM_LAYERS)
        self.pair_out = nn.Linear(pair, labels + len(BIO))
        self.kind = _mlp(width, width // 2, len(KINDS))
        self.speech = _mlp(width, width // 2, len(SPEECHES))
        self.source_type = _mlp(2 * width, width // 2, len(SOURCE_TYPES))
        self.mention = _mlp(3 * width, width, mention)
        self.anaphor = nn.Linear(mention, mention)
        self.antecedent = nn.Linear(mention, mention)
        self.antecedent_bias = nn.Linear(mention, 1)
        self.antecedent_distance = nn.Embedding(_ANTECEDENT_DISTANCES, 1)
        self.apply(_initialise)

    @property
    def width(self) -> int:
        """Size of a word's state."""
        encoder: Encoder = self.encoder
        return encoder.get_input_embeddings().embedding_dim

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self.tags.weight.device

    @classmethod
    def from_pretrained(
        cls, folder: str | Path, *, dtype: torch.dtype = torch.float32
    ) -> AttributionModel:
        """Load a model folder, however its weights are stored; in evaluation mode.

        Unlike in transformers, the folder is local and every weight must be in it.

        Args:
            folder: the model folder; hub ids are for :class:`~attribution.scorer.Scorer`.
            dtype: what the weights are turned into once they are read as float32.

        Raises:
            ModelError: a file is missing or damaged, or does not belong to this model.
        """
        path = Path(folder)
        if not (path / CONFIG).is_file():
            raise ModelError(f"{path / CONFIG} is missing from the model folder")
        config = AttributionConfig.from_pretrained(path)
        with _Unfilled():
            model = cls(config).to(torch.float32)
        load_weights(model, path)
        return model.to(dtype).eval()

    def save_pretrained(self, folder: str | Path, *, storage: Precision = "fp32") -> None:
        """Write configuration and weights.

        Args:
            folder: where to; created if need be.
            storage: ``fp32`` keeps every bit; ``fp16`` takes half the space, ``int8`` a quarter.

        Raises:
            ValueError: ``storage`` is something else, or cannot hold a weight.
        """
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        write_weights(self.state_dict(), path, storage)
        self.config.save_pretrained(path)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, features: Tensor, first_piece: Tensor
    ) -> Tensor:
        """States of the words of a batch of windows.

        Args:
            input_ids: (B, L) word pieces with special tokens.
            attention_mask: (B, L), 1 for pieces.
            features: (B, L, 3) surface features of each piece's word, 0 for special tokens.
            first_piece: (B, W) position of each word's first piece, 0 for padding.

        Returns:
            (B, W, hidden) word states.
        """
        encoder: Encoder = self.encoder
        embedded = encoder.get_input_embeddings()(input_ids)
        for number, (name, table) in enumerate(zip(FEATURES, self.features, strict=True)):
            if name in self.config.features:
                embedded = embedded + table(features[..., number])
        states = encoder(inputs_embeds=embedded, attention_mask=attention_mask).last_hidden_state
        index = first_piece.unsqueeze(-1).expand(-1, -1, states.shape[-1])
        return self.dropout(states.gather(1, index))

    def pair_logits(
        self, words: Tensor, predicates: Tensor, columns: Tensor, relations: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Role and via scores of words for predicates.

        Args:
            words: (n, hidden) word states.
            predicates: (N) word index of each predicate.
            columns: (N, K) word indices scored for each predicate.
            relations: (N, K, 4) from :func:`attribution.features.relations`.

        Returns:
            (N, K, 13) logits over ``ROLE_LABELS`` and (N, K, 3) over BIO of via mentions.
        """
        if "quote" not in self.config.features:
            relations = relations.clone()
            relations[..., -1] = 0
        left = self.pair_predicate(words[predicates]).unsqueeze(1)
        right = self.pair_word(words)
        table, code = self._joint_relations(relations)
        # A few predicates at a time stay in the processor's cache; gradients are one graph.
        size = max(1, len(left)) if torch.is_grad_enabled() else _PREDICATES_AT_ONCE
        parts = []
        for mine, near, related in zip(
            left.split(size), columns.split(size), code.split(size), strict=True
        ):
            left_sum, left_product = mine.chunk(2, -1)
            right_sum, right_product = nn.functional.embedding(near, right).chunk(2, -1)
            # In place: new memory for every step takes longer than the steps.
            hidden = nn.functional.embedding(related, table)
            hidden += right_sum
            hidden += left_sum
            hidden.addcmul_(left_product, right_product)
            parts.append(self.pair_out(nn.functional.gelu(hidden)))
        scores = torch.cat(parts)
        roles, via = scores[..., : -len(BIO)], scores[..., -len(BIO) :]
        if not self.config.span_ends:
            roles = roles.log_softmax(-1)[..., list(WITHOUT_ENDS)]
        return roles, via

    def _joint_relations(self, relations: Tensor) -> tuple[Tensor, Tensor]:
        """One table for all relations, a row for every combination, and the rows (N, K) in it."""
        weights = [embedding.get_parameter("weight") for embedding in self.pair_relations]
        table, code = torch.zeros_like(weights[0][:1]), torch.zeros_like(relations[..., 0])
        for number, weight in enumerate(weights):
            table = (table[:, None] + weight).flatten(0, 1)
            code = code * len(weight) + relations[..., number]
        return table, code

    def mention_states(self, words: Tensor, first: Tensor, last: Tensor) -> tuple[Tensor, Tensor]:
        """Mean states (M, hidden) and embeddings (M, mention) of word ranges, ends inclusive."""
        sums = torch.cat([words.new_zeros(1, words.shape[-1]), words.cumsum(0)])
        mean = (sums[last + 1] - sums[first]) / (last - first + 1).unsqueeze(-1)
        return mean, self.mention(torch.cat([words[first], words[last], mean], dim=-1))

    def type_logits(self, mention_mean: Tensor, predicate_states: Tensor) -> Tensor:
        """Source type scores (M, 8) of mentions, each with the state of its claim's predicate."""
        return self.source_type(torch.cat([mention_mean, predicate_states], dim=-1))

    def antecedent_logits(self, embeddings: Tensor) -> Tensor:
        """Scores (M, M): how well mention j (column) serves as antecedent of mention i (row).

        Mentions are in text order. Only j < i is meaningful; 0 is the score of no antecedent.
        """
        size = embeddings.shape[-1]
        scores = self.anaphor(embeddings) @ self.antecedent(embeddings).T / size**0.5
        order = torch.arange(len(embeddings), device=embeddings.device)
        gap = (order[:, None] - order[None, :]).clamp(0, _ANTECEDENT_DISTANCES - 1)
        return (
            scores + self.antecedent_bias(embeddings).T + self.antecedent_distance(gap).squeeze(-1)
        )


def _initialise(module: nn.Module) -> None:
    """First values of a new model's weights."""
    if isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
    elif isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


class _Unfilled(TorchFunctionMode):
    """Inside it, new modules of this thread get no random values: seconds saved in a large one."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if getattr(func, "__name__", None) in ("normal_", "uniform_", "kaiming_uniform_"):
            return args[0] if args else kwargs["tensor"]
        return func(*args, **kwargs)


def _mlp(inner: int, hidden: int, outer: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inner, hidden), nn.GELU(), nn.Linear(hidden, outer))
