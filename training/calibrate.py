"""Make confidences probabilities: ``python -m training.calibrate CONFIG [--on folds|dev]``.

Fits the weights of :mod:`attribution.confidence` on claims in articles that the model behind them
never saw, for what a model says of articles learned by heart is too sure:

- ``folds``: the folds' helper models read the train articles that each of them never saw, with the
  decoding settings of the model that ships. Helpers have learned less than that model.
- ``dev``: the model itself reads the dev articles. Figures on dev that use confidences are then
  too good by the little that six numbers can learn by heart; the figure printed here is not. The
  least confidence at which a claim is kept is chosen, too (:func:`training.tune.likely_enough`).

Prints the expected calibration error of the raw confidences and, by cross-validation over articles,
of the fitted ones, and writes the weights into the model's config.json. Run it after
``training.tune``, whose settings decide which claims there are.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm
from transformers import PreTrainedTokenizerFast

from attribution.confidence import FEATURES, Evidence, probability
from attribution.configuration import AttributionConfig
from attribution.decode import decode
from attribution.model import AttributionModel
from eval.calibration import Calibration, Judgement, calibration, judgements
from training.command import Opened, load_model, model_parser, opened
from training.data import fold_of
from training.readers.gold import GoldArticle
from training.resolution import dev_articles, resolved_articles
from training.settings import Settings, fold_folder
from training.spans import dev_corpora, encoded, span_alignment
from training.tune import RANGES, likely_enough

__all__ = [
    "Judged",
    "cross_validated",
    "dev_claims",
    "fit_weights",
    "judge",
    "main",
    "unseen_claims",
]

_PARTS = 5

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """The judged claims of one article: what speaks for each, and whether it is right."""

    evidence: tuple[Evidence, ...]
    right: tuple[bool, ...]

    def judgements(self, weights: Sequence[float] | None) -> list[Judgement]:
        """The claims with their confidences under these weights, None for the raw ones."""
        return [
            Judgement(f"c{number}", probability(evidence, weights), right)
            for number, (evidence, right) in enumerate(zip(self.evidence, self.right, strict=True))
        ]


def judge(model: AttributionModel, tokenizer: PreTrainedTokenizerFast, gold: GoldArticle) -> Judged:
    """What a model finds in one article, judged by the gold claims."""
    ((_, article, words),) = encoded(model, tokenizer, [gold])
    found = {
        f"c{number}": draft.evidence
        for number, draft in enumerate(decode(model, article, words), start=1)
    }
    evidence, right = [], []
    for judgement in judgements(span_alignment(model, gold, article, words)):
        if mine := found[judgement.claim]:
            evidence.append(mine)
            right.append(judgement.right)
    return Judged(tuple(evidence), tuple(right))


def unseen_claims(
    settings: Settings, config: AttributionConfig, articles: Sequence[GoldArticle]
) -> Iterator[Judged]:
    """Every article as the helper model reads it that was trained without its fold.

    Args:
        settings: of the training run.
        config: of the model that ships; its decoding settings are used.
        articles: resolved train articles, the ones that folds are made of.

    Raises:
        ValueError: the configuration has no folds.
        FileNotFoundError: a fold's helper model is not there.
    """
    folds = settings.training.folds
    if not folds:
        raise ValueError(
            "the configuration has no folds: confidences are fitted on articles that a helper "
            "model did not see (set training.folds, then training.train CONFIG --fold 0, 1, ...)"
        )
    folders = [fold_folder(settings, fold) / "model" for fold in range(folds)]
    for fold, folder in enumerate(folders):
        if not (folder / "config.json").is_file():
            raise FileNotFoundError(
                f"{folder} holds no model: python -m training.train CONFIG --fold {fold}"
            )
    for fold, folder in enumerate(folders):
        model, tokenizer = load_model(folder)
        for name in RANGES:
            setattr(model.config, name, getattr(config, name))
        part = [article for article in articles if fold_of(article.doc, folds) == fold]
        for gold in tqdm(part, desc=f"fold {fold}", unit="article"):
            yield judge(model, tokenizer, gold)


def fit_weights(articles: Sequence[Judged]) -> list[float]:
    """The constant and a weight for each of ``FEATURES``, with scikit-learn's default penalty.

    Raises:
        ValueError: all claims are right, or all wrong, or there is none.
    """
    rows = [evidence.features() for article in articles for evidence in article.evidence]
    right = [right for article in articles for right in article.right]
    if len(set(right)) < 2:
        raise ValueError(f"of {len(right)} claims {sum(right)} are right: nothing to learn from")
    model = LogisticRegression(max_iter=1000).fit(np.array(rows), np.array(right))
    return [float(model.intercept_[0]), *(float(weight) for weight in model.coef_[0])]


def cross_validated(articles: Sequence[Judged], seed: int) -> Calibration:
    """Calibration when each fifth of the articles gets the weights fitted on the others.

    Raises:
        ValueError: the claims of so few articles that a fit is left without right or wrong ones.
    """
    part = np.random.default_rng(seed).permutation(len(articles)) % _PARTS
    found: list[list[Judgement]] = []
    for number in range(_PARTS):
        weights = fit_weights([a for a, own in zip(articles, part, strict=True) if own != number])
        found.extend(
            article.judgements(weights)
            for article, own in zip(articles, part, strict=True)
            if own == number
        )
    return calibration(found)


def dev_claims(model: Opened) -> Iterator[Judged]:
    """The dev articles as the model itself reads them.

    Raises:
        ValueError: the configuration has no dev articles.
    """
    articles = dev_articles(model.settings.data)
    if not articles:
        raise ValueError("the configuration has no dev articles")
    for gold in tqdm(articles, desc="dev", unit="article"):
        yield judge(model.model, model.tokenizer, gold)


def calibrate(model: Opened, on: str) -> dict[str, object]:
    """Fit the weights, write them into the model's config.json, and say what they do.

    Args:
        model: the run and the model that ships.
        on: ``folds`` or ``dev``, as in the module's text.
    """
    settings, config = model.settings, model.model.config
    config.confidence_threshold = 0.0
    if on == "dev":
        articles = list(dev_claims(model))
    else:
        train = resolved_articles(settings, "train")
        articles = list(unseen_claims(settings, config, train))
    weights = fit_weights(articles)
    before = calibration([article.judgements(None) for article in articles])
    after = cross_validated(articles, settings.seed)
    config.confidence_weights = weights
    least = 0.0
    gains: dict[str, float] = {}
    if on == "dev":
        corpora = dev_corpora(settings.data, model.model, model.tokenizer)
        least, gains = likely_enough(model.model, corpora)
    path = model.folder / "config.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored |= {"confidence_weights": weights, "confidence_threshold": least}
    path.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    return {
        "on": on,
        "articles": len(articles),
        "ece_before": before.error.to_dict(),
        "ece_after": after.error.to_dict(),
        "confidence_threshold": least,
        "gains": {name: round(gain, 4) for name, gain in gains.items()},
        "weights": dict(zip(("constant", *FEATURES), weights, strict=True)),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the module; exits with 1 and a message when there is nothing to fit on."""
    parser = model_parser("training.calibrate", __doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--on", choices=("folds", "dev"), default="folds", help="default: folds")
    options = parser.parse_args(arguments)
    try:
        print(json.dumps(calibrate(opened(options), options.on), indent=1))
    except (FileNotFoundError, ValueError) as error:
        sys.exit(f"training.calibrate: {error}")


if __name__ == "__main__":
    main()
