"""The training articles and their examples."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

from tqdm import tqdm
from transformers import PreTrainedTokenizerFast

from training.augment import Augmenter, AugmentSettings
from training.examples import Example, build_example
from training.readers.articles import read_articles
from training.readers.corrected import read_corrected
from training.readers.gold import GoldArticle
from training.readers.justification import justified, read_justifications
from training.readers.nested import read_nested, with_nested
from training.readers.polnear import read_polnear
from training.settings import DataSettings

__all__ = [
    "TrainingSet",
    "data_hash",
    "fold_of",
    "load_articles",
    "load_corrected",
    "load_silver",
    "without_publisher",
]


def load_articles(settings: DataSettings) -> tuple[list[GoldArticle], list[GoldArticle]]:
    """PolNeAR's train articles and the written ones, as the settings choose them."""
    polnear = []
    if settings.polnear:
        every = settings.annotators == "all"
        polnear = read_polnear(settings.polnear, "train", settings.layer, every_annotator=every)
        polnear = without_publisher(polnear, settings.held_out)
    written = read_articles(settings.articles) if settings.articles else []
    if settings.justification:
        labels = read_justifications(settings.justification)
        polnear, written = justified(polnear, labels), justified(written, labels)
    # After the justifications: nobody has looked at those of the sources that it adds.
    if settings.nested:
        polnear = with_nested(polnear, read_nested(settings.nested))
    if settings.limit:
        polnear, written = (_sample(part, settings.limit) for part in (polnear, written))
    return polnear, written


def load_corrected(settings: DataSettings) -> list[GoldArticle]:
    """The user's own articles as people have corrected them; none if the settings name none.

    Raises:
        FileNotFoundError: there is no such folder or file.
        ValueError: there is no article in it, or one is not of its form; the message names it.
    """
    if not settings.corrected:
        return []
    articles = read_corrected(settings.corrected)
    if not articles:
        raise ValueError(f"{settings.corrected}: no corrected article in it")
    return articles


def without_publisher(articles: list[GoldArticle], publisher: str) -> list[GoldArticle]:
    """The articles that this publisher did not print; all of them if it is empty."""
    return [item for item in articles if not publisher or item.publisher != publisher]


def _sample(articles: list[GoldArticle], size: int) -> list[GoldArticle]:
    """So many articles in every version of theirs, always the same ones, of any publisher."""
    names = sorted({item.doc for item in articles}, key=_shuffled)
    chosen = set(names[:size])
    return sorted((item for item in articles if item.doc in chosen), key=lambda a: _shuffled(a.doc))


def _shuffled(doc: str) -> bytes:
    """A key that sorts articles in no order of their names, and so of their publishers."""
    return hashlib.sha256(doc.encode()).digest()


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


class TrainingSet:
    """Training examples, epoch by epoch.

    Args:
        settings: which articles; written ones appear ``article_repeat`` times and corrected ones
            ``corrected_repeat`` times, 0 leaves them out.
        tokenizer: of the encoder that is trained.
        seed: source of the order and of the changes.
        without: (fold, folds) leaves out the resolved articles of one fold.
        augment: changes of the articles, anew every epoch; None for the articles as they are.
    """

    def __init__(
        self,
        settings: DataSettings,
        tokenizer: PreTrainedTokenizerFast,
        seed: int,
        *,
        without: tuple[int, int] | None = None,
        augment: AugmentSettings | None = None,
    ) -> None:
        parts: tuple[list[GoldArticle], ...]
        parts = (*load_articles(settings), load_corrected(settings))
        if without:
            fold, folds = without
            parts = tuple(
                [a for a in part if not a.resolved or fold_of(a.doc, folds) != fold]
                for part in parts
            )
        self._tokenizer, self._seed = tokenizer, seed
        self._silver = load_silver(settings.polnear)
        times = (1, settings.article_repeat, settings.corrected_repeat)
        articles = [article for part in parts for article in part]
        plain = (
            build_example(article, tokenizer, self._silver.get(article.doc))
            for article in tqdm(articles, desc="examples", unit="article")
        )
        self._pairs: list[tuple[GoldArticle, Example]] = []
        for part, repeat in zip(parts, times, strict=True):
            self._pairs += [(article, next(plain)) for article in part] * repeat
        random.Random(seed).shuffle(self._pairs)
        self._augmenter = Augmenter(articles, self._silver, augment) if augment else None

    def __call__(self, epoch: int) -> list[Example]:
        """The examples of one epoch; the same for the same seed."""
        if self._augmenter is None:
            return [plain for _, plain in self._pairs]
        rng = random.Random(self._seed * 7919 + epoch)
        return [self._changed(article, plain, rng) for article, plain in self._pairs]

    def _changed(self, article: GoldArticle, plain: Example, rng: random.Random) -> Example:
        assert self._augmenter is not None
        silver = self._silver.get(article.doc)
        changed, changed_silver = self._augmenter(article, silver, rng)
        if changed is article:
            return plain
        return build_example(changed, self._tokenizer, changed_silver)


def data_hash(articles: list[GoldArticle]) -> str:
    """SHA-256 over names, texts, claims and sources, to say what a model was trained on."""
    digest = hashlib.sha256()
    for article in sorted(articles, key=lambda item: item.doc):
        digest.update(
            f"{article.doc}\0{article.text}\0{article.claims!r}\0{article.sources!r}".encode(
                "utf-8", "replace"
            )
        )
    return digest.hexdigest()
