"""Fit the classifiers behind resolution and chains: ``python -m training.resolution CONFIG``.

Runs an encoder over the train articles whose sources are labelled (the provenance layer, the
written articles), turns gold claims into drafts, and fits six small networks: link (mention to
source), type, anonymity, owner (whose a role or justification is), and the two readings of
intermediaries, via and carry. With ``folds`` in the configuration they are fitted on what each
fold's helper model says of the articles it was not trained on: scores of articles learned by
heart are too good to learn from. Thresholds are chosen on the dev articles, that of anonymity by
cross-validation. Writes ``resolution.safetensors`` into the model folder. ``--only owner`` fits
that network alone and keeps the others: what it learns from is where gold words stand, not how
sure an encoder is, so that it needs no helpers. ``--only thresholds`` fits nothing and chooses the
thresholds on the dev articles anew.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tqdm import tqdm
from transformers import PreTrainedTokenizerFast

from attribution.characterize import type_features
from attribution.checksums import SUMS, write_sums
from attribution.model import TAG_LAYERS, AttributionModel
from attribution.tabular import Classifier, load_classifiers, save_classifiers
from attribution.types import SOURCE_TYPES
from training.anonymity import fit_anonymity
from training.command import Opened, load_model, model_parser, opened
from training.data import fold_of, load_articles, load_corrected, without_publisher
from training.linker import best_link_threshold, fit_linker
from training.owners import best_description_thresholds, owner_table
from training.readers.articles import read_articles
from training.readers.gold import GoldArticle
from training.readers.justification import justified, read_justifications
from training.readers.polnear import read_polnear
from training.relays import best_via_threshold, fit_relays, gold_scene
from training.scored import Scored, gold_clusters, score_article
from training.settings import DataSettings, Settings, fold_folder
from training.tables import Table, fit

__all__ = ["main"]


def add_types(scored: Scored, types: Table) -> None:
    """Pooled features of the gold clusters with their type."""
    clusters = gold_clusters(scored)
    for source in scored.gold.sources:
        if source.id in clusters:
            features = type_features(scored.table, clusters[source.id])
            types.add(features[None], [SOURCE_TYPES.index(source.type)])


def resolved_articles(settings: Settings, split: str) -> list[GoldArticle]:
    """The articles of a split whose sources are labelled, as the settings choose them.

    Those of the user's own are all train articles. Whatever the settings say, none is left out by
    a ``limit``, and each is there in its first annotator's version.
    """
    data = settings.data
    if split == "train":
        whole = dataclasses.replace(data, limit=None, annotators="first")
        polnear, written = load_articles(whole)
        articles = [*written, *polnear, *load_corrected(data)]
    else:
        articles = dev_articles(data)
    return [article for article in articles if article.resolved]


def dev_articles(data: DataSettings) -> list[GoldArticle]:
    """The dev articles beside the train articles that the settings name."""
    articles = read_articles(Path(data.articles).parent / "dev") if data.articles else []
    if data.polnear:
        layer = Path(data.layer).parent / "dev.jsonl" if data.layer else None
        articles += without_publisher(read_polnear(data.polnear, "dev", layer), data.held_out)
    if data.justification:
        labels = Path(data.justification).with_name("dev.jsonl")
        articles = justified(articles, read_justifications(labels))
    return articles


def scored_articles(
    model: AttributionModel, tokenizer: PreTrainedTokenizerFast, articles: Sequence[GoldArticle]
) -> Iterator[Scored]:
    """The encoder's view of all articles that have a claim."""
    for gold in tqdm(articles, desc="encoding", unit="article"):
        if scored := score_article(model, tokenizer, gold):
            yield scored


def unseen_articles(opened: Opened, articles: Sequence[GoldArticle]) -> list[Scored]:
    """Every article as the helper model sees it that was trained without its fold."""
    folds = opened.settings.training.folds
    found: list[Scored] = []
    for fold in range(folds):
        model, tokenizer = load_model(fold_folder(opened.settings, fold) / "model")
        part = [article for article in articles if fold_of(article.doc, folds) == fold]
        found.extend(scored_articles(model, tokenizer, part))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the module; exits with 1 and a message when there is nothing to fit on."""
    parser = model_parser("training.resolution", __doc__)
    parser.add_argument(
        "--only",
        choices=["owner", "thresholds"],
        help="fit this network and keep the others, or choose the thresholds of those there are",
    )
    options = parser.parse_args(arguments)
    run = opened(options)
    train, dev = (resolved_articles(run.settings, split) for split in ("train", "dev"))
    if not train or not dev:
        sys.exit("training.resolution: needs train and dev articles whose sources are labelled")
    path = run.folder / "resolution.safetensors"
    checked = list(scored_articles(run.model, run.tokenizer, dev))
    unseen = [] if options.only else unseen_articles(run, train)
    if not unseen and options.only != "thresholds":
        unseen = list(scored_articles(run.model, run.tokenizer, train))
    if options.only:
        classifiers, figures = load_classifiers(path)
    else:
        classifiers, figures = fit_all(unseen, run.settings.seed)
    if options.only != "owner":
        figures |= choose_thresholds(classifiers, checked)
    if options.only != "thresholds" and run.model.config.tag_layers == len(TAG_LAYERS):
        figures |= fit_owner(run, classifiers, unseen, checked)
    thresholds = {key: value for key, value in figures.items() if key.endswith("_threshold")}
    save_classifiers(classifiers, thresholds, path)
    if (run.folder / SUMS).is_file():
        write_sums(run.folder)
    print(json.dumps(figures, indent=1))


def fit_owner(
    run: Opened,
    classifiers: dict[str, Classifier],
    train: Sequence[Scored],
    dev: Sequence[Scored],
) -> dict[str, float]:
    """Put the network for a description's owner among the others.

    Returns:
        Its thresholds and dev figures.
    """
    table = owner_table(train, classifiers["type"])
    classifiers["owner"] = fit(table, (32,), 1e-1, run.settings.seed)
    thresholds, reached = best_description_thresholds(
        run.model, dev, classifiers["owner"], classifiers["type"]
    )
    return thresholds | reached


def fit_all(unseen: Sequence[Scored], seed: int) -> tuple[dict[str, Classifier], dict[str, float]]:
    """All classifiers but the owners', and the threshold of anonymity with its figure.

    Args:
        unseen: train articles as models see them that were not trained on them.
        seed: of the fits.
    """
    types = Table()
    for item in unseen:
        add_types(item, types)
    anonymity, threshold, reached = fit_anonymity(unseen)
    classifiers = {
        "type": fit(types, (64,), 1.0, seed),
        "anonymity": anonymity,
        "link": fit_linker(unseen, seed),
    }
    scenes = [gold_scene(item, classifiers["type"]) for item in unseen]
    classifiers["via"], classifiers["carry"] = fit_relays(scenes, seed)
    return classifiers, {"anonymity_threshold": threshold, "anonymity_train_f1": reached}


def choose_thresholds(
    classifiers: Mapping[str, Classifier], dev: Sequence[Scored]
) -> dict[str, float]:
    """The thresholds of links and intermediaries that are best on dev articles, and dev figures."""
    figures: dict[str, float] = {}
    figures["link_threshold"], figures["link_dev_f1"] = best_link_threshold(
        classifiers["link"], dev
    )
    corpora = [
        [gold_scene(item, classifiers["type"]) for item in dev if item.gold.nested is nested]
        for nested in (False, True)
    ]
    figures["via_threshold"], figures["via_dev_score"] = best_via_threshold(
        classifiers["via"], classifiers["carry"], corpora
    )
    types = Table()
    for item in dev:
        add_types(item, types)
    rows, labels = types.arrays()
    hits = classifiers["type"].probabilities(rows).argmax(1) == labels
    figures["type_dev_accuracy"] = float(hits.mean())
    return figures


if __name__ == "__main__":
    main()
