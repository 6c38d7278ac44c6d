"""The training articles and their examples."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

from tqdm import tqdm
from transformers import PreTrainedTokenizerFast

from training.examples import Example, build_example
from training.readers.articles import read_articles
from training.readers.gold import GoldArticle
from training.readers.polnear import read_polnear
from training.settings import DataSettings

__all__ = ["build_examples", "data_hash", "fold_of", "load_articles", "load_silver"]


def load_articles(settings: DataSettings) -> tuple[list[GoldArticle], list[GoldArticle]]:
    """PolNeAR's train articles (none when no folder is set) and the written train articles."""
    polnear = read_polnear(settings.polnear, "train", settings.layer) if settings.polnear else []
    written = read_articles(settings.articles)
    if settings.limit:
        polnear, written = polnear[: settings.limit], written[: settings.limit]
    return polnear, written


def load_silver(polnear: str) -> dict[str, dict[str, Any]]:
    """Automatic entities and coreference by article name; empty when the file is not there."""
    path = Path(polnear) / "corenlp.jsonl"
    if not polnear or not path.exists():
        return {}
    with path.open(encoding="utf-8") as file:
        return {record["doc"]: record for record in map(json.loads, file)}


def fold_of(doc: str, folds: int) -> int:
    """The fold, 0 to ``folds`` - 1, that an article belongs to: a fixed hash of its name."""
    return int.from_bytes(hashlib.sha256(doc.encode()).digest()[:4], "big") % folds


def build_examples(
    settings: DataSettings,
    tokenizer: PreTrainedTokenizerFast,
    seed: int,
    *,
    without: tuple[int, int] | None = None,
) -> list[Example]:
    """Training examples; written articles appear ``article_repeat`` times.

    ``without`` = (fold, folds) leaves out the resolved articles of one fold.
    """
    polnear, written = load_articles(settings)
    if without:
        fold, folds = without
        polnear, written = (
            [a for a in part if not a.resolved or fold_of(a.doc, folds) != fold]
            for part in (polnear, written)
        )
    silver = load_silver(settings.polnear)
    examples = [
        build_example(article, tokenizer, silver.get(article.doc))
        for article in tqdm([*polnear, *written], desc="examples", unit="article")
    ]
    repeated = examples + examples[len(polnear) :] * (settings.article_repeat - 1)
    random.Random(seed).shuffle(repeated)
    return repeated


def data_hash(articles: list[GoldArticle]) -> str:
    """SHA-256 over names, texts and claims, to say what a model was trained on."""
    digest = hashlib.sha256()
    for article in sorted(articles, key=lambda item: item.doc):
        digest.update(
            f"{article.doc}\0{article.text}\0{article.claims!r}".encode("utf-8", "replace")
        )
    return digest.hexdigest()
