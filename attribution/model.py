"""Stage 2b: the multi-task transformer.

One encoder pass a window; everything else reads the states of the words' first pieces:

- flat BIO tags for source, cue and content (one layer a role, so that roles may overlap);
- predicates: words that open a claim, by a cue or, uncued, by its content;
- pair scores: every word against every predicate for the roles of that claim and for via
  mentions (attribution as semantic role labelling; low-rank biaffine after Dozat and Manning,
  2017). Nesting, shared sources and content in pieces fall out of it;
- kind and speech of a predicate, type of a source mention, named entities, and mention
  embeddings with antecedent scores (after Lee et al., 2017) for resolution.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn
from transformers import AutoModel, PreTrainedModel

from attribution.configuration import AttributionConfig
from attribution.features import FEATURE_SIZES, RELATION_SIZES
from attribution.types import KINDS, SOURCE_TYPES, SPEECHES

__all__ = ["BIO", "ENTITY_LABELS", "ROLE_LABELS", "TAG_LAYERS", "AttributionModel"]

BIO = ("O", "B", "I")
#: Layers of the flat tags, three labels each.
TAG_LAYERS = ("source", "cue", "content")
#: Labels of a word for one predicate.
ROLE_LABELS = ("O", "B-source", "I-source", "B-content", "I-content", "B-cue", "I-cue")
#: States of a word as predicate: none, first word of a cue, first word of an uncued claim.
PREDICATE_LABELS = ("O", "cue", "uncued")
ENTITY_TYPES = ("PERSON", "ORGANIZATION", "OTHER")
ENTITY_LABELS = ("O", *(f"{bio}-{kind}" for kind in ENTITY_TYPES for bio in "BI"))
_ANTECEDENT_DISTANCES = 10
_PREDICATES_AT_ONCE = 2


class AttributionModel(PreTrainedModel):
    """Encoder with attribution heads. See the module's description for the tasks."""

    config_class = AttributionConfig
    _supports_sdpa: ClassVar[bool] = True

    def __init__(self, config: AttributionConfig) -> None:
        super().__init__(config)
        encoder_config = config.encoder_config()
        self.encoder = AutoModel.from_config(encoder_config, add_pooling_layer=False)
        width = encoder_config.hidden_size
        pair, mention = config.pair_size, config.mention_size
        self.features = nn.ModuleList(nn.Embedding(size, width) for size in FEATURE_SIZES)
        self.dropout = nn.Dropout(config.head_dropout)
        self.tags = nn.Linear(width, len(TAG_LAYERS) * len(BIO))
        self.predicates = nn.Linear(width, len(PREDICATE_LABELS))
        self.entities = nn.Linear(width, len(ENTITY_LABELS))
        self.pair_predicate = nn.Linear(width, 2 * pair)
        self.pair_word = nn.Linear(width, 2 * pair)
        self.pair_relations = nn.ModuleList(nn.Embedding(size, pair) for size in RELATION_SIZES)
        self.pair_out = nn.Linear(pair, len(ROLE_LABELS) + len(BIO))
        self.kind = _mlp(width, width // 2, len(KINDS))
        self.speech = _mlp(width, width // 2, len(SPEECHES))
        self.source_type = _mlp(2 * width, width // 2, len(SOURCE_TYPES))
        self.mention = _mlp(3 * width, width, mention)
        self.anaphor = nn.Linear(mention, mention)
        self.antecedent = nn.Linear(mention, mention)
        self.antecedent_bias = nn.Linear(mention, 1)
        self.antecedent_distance = nn.Embedding(_ANTECEDENT_DISTANCES, 1)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)
        elif isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        else:
            super()._init_weights(module)

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
        embedded = self.encoder.get_input_embeddings()(input_ids)
        for number, table in enumerate(self.features):
            embedded = embedded + table(features[..., number])
        states = self.encoder(
            inputs_embeds=embedded, attention_mask=attention_mask
        ).last_hidden_state
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
            (N, K, 7) logits over ``ROLE_LABELS`` and (N, K, 3) over BIO of via mentions.
        """
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
            hidden = nn.functional.embedding(related, table) + right_sum + left_sum
            hidden = hidden + left_product * right_product
            parts.append(self.pair_out(nn.functional.gelu(hidden)))
        scores = torch.cat(parts)
        return scores[..., : len(ROLE_LABELS)], scores[..., len(ROLE_LABELS) :]

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


def _mlp(inner: int, hidden: int, outer: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inner, hidden), nn.GELU(), nn.Linear(hidden, outer))
