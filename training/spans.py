"""Span figures of an encoder alone: claims decoded, sources not resolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerFast

from attribution.analyze import unresolved
from attribution.encode import encode_words
from attribution.features import EncodedArticle, encode_article
from attribution.model import AttributionModel
from attribution.segment import segment
from attribution.types import ModelInfo, Report, Transparency
from eval.alignment import Alignment, align
from eval.counts import Tally
from eval.spans import measure_spans
from training.readers.articles import read_articles
from training.readers.gold import GoldArticle
from training.readers.polnear import read_polnear
from training.settings import DataSettings

__all__ = [
    "SPAN_MEASURES",
    "Encoded",
    "dev_corpora",
    "encoded",
    "span_alignment",
    "span_tallies",
]

SPAN_MEASURES = (
    "sentences",
    "attribution",
    "exact_source",
    "exact_cue",
    "exact_content",
    "mention",
    "speech",
)
#: An article with its words' states.
Encoded = tuple[GoldArticle, EncodedArticle, torch.Tensor]


def dev_corpora(
    data: DataSettings, model: AttributionModel, tokenizer: PreTrainedTokenizerFast
) -> dict[str, list[Encoded]]:
    """The dev articles by corpus, read by the encoder; PolNeAR's where its folder is set."""
    written = read_articles(Path(data.articles).parent / "dev") if data.articles else []
    layer = Path(data.layer).parent / "dev.jsonl" if data.layer else None
    polnear = read_polnear(data.polnear, "dev", layer) if data.polnear else []
    corpora = {"polnear": polnear, "written": written}
    return {name: encoded(model, tokenizer, golds) for name, golds in corpora.items() if golds}


def encoded(
    model: AttributionModel, tokenizer: PreTrainedTokenizerFast, golds: Sequence[GoldArticle]
) -> list[Encoded]:
    """Gold articles with what the encoder says of their words."""
    special = (tokenizer.pad_token_id, tokenizer.cls_token_id, tokenizer.sep_token_id)
    articles = [encode_article(segment(gold.text), tokenizer) for gold in golds]
    return list(zip(golds, articles, encode_words(model, articles, special), strict=True))


def span_tallies(model: AttributionModel, corpus: Sequence[Encoded]) -> list[Mapping[str, Tally]]:
    """Counts of the span measures, one mapping an article."""
    return [measure_spans(span_alignment(model, *item)) for item in corpus]


def span_alignment(
    model: AttributionModel, gold: GoldArticle, article: EncodedArticle, words: torch.Tensor
) -> Alignment:
    """The decoded claims of one article laid over its gold claims; claim n is decoding's nth."""
    found = unresolved(model, article, words)
    report = Report(
        text=gold.text,
        title=None,
        sentences=found.sentences,
        sources=found.sources,
        claims=found.claims,
        transparency=Transparency(0.0),
        model=ModelInfo("", ""),
    )
    return align(report, gold)
