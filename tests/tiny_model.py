"""A two-layer random model with a vocabulary of its own: a working Scorer in milliseconds."""

from __future__ import annotations

from functools import cache
from typing import TypeVar

import numpy as np
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from transformers import (
    AutoConfig,
    AutoModel,
    BertConfig,
    PretrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from attribution.characterize import ANONYMITY_SIZE
from attribution.configuration import AttributionConfig
from attribution.features import EncodedArticle, encode_article
from attribution.intermediaries import CARRY_FEATURES, VIA_FEATURES
from attribution.linking import LINK_FEATURES
from attribution.mentions import FORMS
from attribution.model import BIO, AttributionModel
from attribution.scorer import Scorer
from attribution.segment import segment
from attribution.standing import OWNER_FEATURES
from attribution.tabular import Classifier, Resolver
from attribution.types import SOURCE_TYPES

SAMPLE = (
    "The ferry to Skerrin Island will stop on Friday, the harbour board said. “We have no money,” "
    "its chair, Ottoline Brask, told the Skerrin Echo. “And we have no pilot.”\n\n"
    "She added that the winter had been hard. According to a deckhand, who asked not to be named, "
    "Brask's deputy said he would leave. Nobody on the quay was surprised."
)
HIDDEN = 32
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
#: Longest window, in word pieces: short, so that texts of a few sentences need several.
MAX_PIECES = 48

_Config = TypeVar("_Config", bound=PretrainedConfig)


@cache
def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """Word pieces of the sample: its words whole, and every letter, digit and mark of ASCII."""
    letters = sorted({chr(code) for code in range(33, 127)} | set("“”‘’—"))
    words = sorted(set(SAMPLE.lower().replace(",", " ").replace(".", " ").split()))
    pieces = dict.fromkeys([*_SPECIAL, *letters, *(f"##{char}" for char in letters), *words])
    vocab = {piece: number for number, piece in enumerate(pieces)}
    backend = Tokenizer(WordPiece(vocab, unk_token="[UNK]"))
    backend.normalizer = BertNormalizer(lowercase=True)
    backend.pre_tokenizer = BertPreTokenizer()
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )


def special() -> tuple[int, int, int]:
    """Ids of the padding, first and last token."""
    tokenizer = tiny_tokenizer()
    return tokenizer.pad_token_id, tokenizer.cls_token_id, tokenizer.sep_token_id


def encode(text: str) -> EncodedArticle:
    return encode_article(segment(text), tiny_tokenizer())


def tiny_encoder(kind: type[_Config] = BertConfig, **changes: int) -> _Config:
    """Settings of an encoder of two narrow layers, without dropout."""
    sizes = {
        "vocab_size": 50,
        "hidden_size": HIDDEN,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 2 * HIDDEN,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
    }
    return kind(**{**sizes, **changes})


def tiny_model(
    seed: int = 12, encoder: PretrainedConfig | None = None, **settings: object
) -> AttributionModel:
    """Random weights, large enough to be decided; low thresholds, so that claims come out."""
    torch.manual_seed(seed)
    sizes = {"vocab_size": len(tiny_tokenizer()), "max_position_embeddings": MAX_PIECES + 2}
    encoder = encoder or tiny_encoder(**sizes)
    config = AttributionConfig(
        encoder,
        **{
            "pair_size": 16,
            "mention_size": 16,
            "max_pieces": MAX_PIECES,
            "context": 12,
            "cue_threshold": 0.5,
            "uncued_threshold": 0.5,
            "release": "test",
            **settings,
        },
    )
    model = AttributionModel(config).eval()
    with torch.no_grad():
        model.predicates.bias.copy_(torch.tensor([0.8, 0.4, 0.0]))
        model.entities.bias[0] = 1.0
        model.pair_out.weight.mul_(2.0)
        model.pair_out.bias[-len(BIO)] = 4.0
    return model


def transformers_encoder(model: AttributionModel) -> PreTrainedModel:
    """The encoder of a model as transformers has it, with the same weights."""
    settings = dict(model.config.encoder)
    config = AutoConfig.for_model(settings.pop("model_type"), **settings)
    encoder = AutoModel.from_config(config, add_pooling_layer=False).eval()
    encoder.load_state_dict(model.encoder.state_dict())
    return encoder


def tiny_classifier(inputs: int, outputs: int, seed: int) -> Classifier:
    """A random network with one hidden layer."""
    rng = np.random.default_rng(seed)

    def random(*shape: int) -> np.ndarray:
        return rng.normal(0, 0.5, shape).astype(np.float32)

    return Classifier(
        mean=random(inputs),
        scale=np.ones(inputs, dtype=np.float32),
        weights=(random(inputs, 8), random(8, outputs)),
        biases=(random(8), random(outputs)),
    )


def tiny_resolver() -> Resolver:
    """Random classifiers of the sizes that the stages feed them."""
    types = len(SOURCE_TYPES)
    cluster = 3 * types + 5 + len(FORMS)  # type head pooled three ways, five facts, forms
    return Resolver(
        {
            "link": tiny_classifier(len(LINK_FEATURES), 1, 1),
            "type": tiny_classifier(cluster, types, 2),
            "anonymity": tiny_classifier(ANONYMITY_SIZE, 1, 3),
            "via": tiny_classifier(len(VIA_FEATURES), 1, 4),
            "carry": tiny_classifier(len(CARRY_FEATURES), 1, 5),
            "owner": tiny_classifier(len(OWNER_FEATURES), 1, 6),
        },
        {
            "link_threshold": 0.4,
            "via_threshold": 0.8,
            "anonymity_threshold": 0.5,
            "role_threshold": 0.6,
            "role_owner_threshold": 0.3,
            "justification_threshold": 0.6,
            "justification_owner_threshold": 0.3,
        },
    )


def tiny_scorer(seed: int = 12) -> Scorer:
    return Scorer(tiny_model(seed), tiny_tokenizer(), tiny_resolver(), "tiny")
