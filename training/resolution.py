"""Fit the classifiers behind resolution and chains: ``python -m training.resolution CONFIG``.

Runs the trained encoder over the train articles whose sources are labelled (the provenance layer,
the written articles), turns gold claims into drafts, and fits four scikit-learn networks: link
(mention to source), type, anonymity, via. Thresholds are chosen on the dev articles. Writes
``resolution.safetensors`` into the model folder.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm
from transformers import PreTrainedTokenizerFast

from attribution.characterize import anonymity_features, type_features
from attribution.decode import ClaimDraft
from attribution.encode import encode_words
from attribution.mentions import MentionTable, collect_mentions, find_entities, tabulate
from attribution.model import AttributionModel
from attribution.provenance import Scene, find_chains, via_candidates, via_features
from attribution.resolve import Cluster, Pairing, candidates_of, link_features
from attribution.roles import score_predicates
from attribution.tabular import Classifier, save_classifiers
from attribution.types import SOURCE_TYPES
from training.command import open_model
from training.examples import Example, Labeller, build_example
from training.readers.articles import read_articles
from training.readers.gold import GoldArticle, GoldClaim
from training.readers.polnear import read_polnear

__all__ = ["main"]

Floats = NDArray[np.float32]
_UNNAMED = ("unnamed_person", "unnamed_group")


@dataclass
class Table:
    """Feature rows with labels, gathered article by article."""

    rows: list[Floats] = field(default_factory=list)
    labels: list[NDArray[np.int64]] = field(default_factory=list)

    def add(self, rows: Floats, labels: Sequence[int]) -> None:
        self.rows.append(rows)
        self.labels.append(np.array(labels, dtype=np.int64))

    def arrays(self) -> tuple[Floats, NDArray[np.int64]]:
        return np.concatenate(self.rows), np.concatenate(self.labels)


@dataclass(frozen=True)
class Scored:
    """One gold article seen by the encoder: gold drafts, their mentions and gold clusters.

    ``names`` is the gold source id of each mention, ``name:...`` for other names, or None.
    """

    gold: GoldArticle
    example: Example
    words: torch.Tensor
    claims: Sequence[GoldClaim]
    drafts: Sequence[ClaimDraft]
    table: MentionTable
    names: Sequence[str | None]


def gold_claims(labeller: Labeller) -> list[tuple[GoldClaim, int]]:
    """Claims with their predicate word, in text order of the predicates, one a word."""
    by_word: dict[int, GoldClaim] = {}
    for claim in labeller.claims:
        if claim.source is not None:
            by_word.setdefault(labeller.opening_word(claim), claim)
    return [(by_word[word], word) for word in sorted(by_word)]


def score_article(
    model: AttributionModel, tokenizer: PreTrainedTokenizerFast, gold: GoldArticle
) -> Scored | None:
    """The encoder's view of one gold article, or None if it has no resolved claim."""
    example = build_example(gold, tokenizer)
    article = example.article
    labeller = Labeller(gold, article)
    found = gold_claims(labeller)
    if not found:
        return None
    special = (tokenizer.pad_token_id, tokenizer.cls_token_id, tokenizer.sep_token_id)
    words = encode_words(model, [article], special)[0]
    scores = score_predicates(model, article, words, np.array([word for _, word in found]))
    drafts = []
    for row, (claim, word) in enumerate(found):
        cue = labeller.ranges(claim.cue)
        source = labeller.ranges(claim.source_mention)
        drafts.append(
            ClaimDraft(
                predicate=word,
                cue=cue[0] if cue else None,
                source=source[0] if source else None,
                content=tuple(labeller.ranges(claim.content)),
                via=scores.via_spans(row),
                kind=scores.kind[row],
                speech=scores.speech[row],
                confidence=1.0,
                scores_from=int(scores.columns[row, 0]),
                via_scores=scores.via_scores(row),
            )
        )
    mentions = collect_mentions(article, drafts, find_entities(model, article, words))
    table = tabulate(model, words, mentions, drafts)
    claims = [claim for claim, _ in found]
    names = mention_names(gold, labeller, claims, drafts, table)
    return Scored(gold, example, words, claims, drafts, table, names)


def mention_names(
    gold: GoldArticle,
    labeller: Labeller,
    claims: Sequence[GoldClaim],
    drafts: Sequence[ClaimDraft],
    table: MentionTable,
) -> list[str | None]:
    """Gold source of every mention: by the claim, by the tagged words, or by the name."""
    by_range = {draft.source: claim.source for claim, draft in zip(claims, drafts, strict=True)}
    tagged = [
        (words, identifier)
        for claim in claims
        for identifier, spans in claim.via_mentions.items()
        for words in labeller.ranges(spans)
    ]
    written = [
        (words, source.id) for source in gold.sources for words in labeller.name_ranges(source.name)
    ]
    surnames = {
        source.name.split()[-1].lower(): source.id
        for source in gold.sources
        if source.type == "named_person"
    }
    found: list[str | None] = []
    others: dict[str, str] = {}
    for mention in table.mentions:
        if mention.role == "zero" and mention.claim is not None:
            found.append(claims[mention.claim].source)
            continue
        name = by_range.get(mention.words)
        for (first, last), identifier in [*tagged, *written]:
            if name is None and first <= mention.last and mention.first <= last:
                name = identifier
        if name is None and mention.names:
            name = surnames.get(mention.tokens[-1].lower())
        if name is None and mention.role == "entity":
            # A surname alone is the last longer name that ends with it.
            tail = mention.tokens[-1].lower()
            name = others.get(tail, "name:" + " ".join(mention.tokens).lower())
            others[tail] = name
        found.append(name)
    return found


def add_links(scored: Scored, table: Table) -> None:
    """Pairs of a mention with each candidate before it; label: same source."""
    if not scored.names:
        return
    pairing = Pairing.of(scored.table)
    clusters: list[Cluster] = []
    owner: list[int] = []
    index: dict[str, int] = {}
    for row, name in enumerate(scored.names):
        candidates = candidates_of(pairing, row)
        if candidates and name is not None:
            article = scored.example.article
            features = link_features(article, pairing, row, candidates, clusters, owner)
            table.add(features, [int(scored.names[other] == name) for other in candidates])
        key = name or f"unknown:{row}"
        if key not in index:
            index[key] = len(clusters)
            clusters.append(Cluster())
        clusters[index[key]].members.append(row)
        owner.append(index[key])


def gold_clusters(scored: Scored) -> dict[str, Cluster]:
    """Mentions by gold source; mentions of nobody known stand alone."""
    clusters: dict[str, Cluster] = defaultdict(Cluster)
    for row, name in enumerate(scored.names):
        clusters[name or f"unknown:{row}"].members.append(row)
    return dict(clusters)


def add_types(scored: Scored, types: Table, anonymity: Table) -> None:
    """Pooled features of the gold clusters with their type and anonymity."""
    clusters = gold_clusters(scored)
    words = scored.words.cpu().numpy()
    for source in scored.gold.sources:
        cluster = clusters.get(source.id)
        if cluster is None:
            continue
        features = type_features(scored.table, cluster)
        types.add(features[None], [SOURCE_TYPES.index(source.type)])
        if source.type in _UNNAMED:
            one_hot = np.eye(len(SOURCE_TYPES), dtype=np.float32)[SOURCE_TYPES.index(source.type)]
            row = anonymity_features(scored.example.article, words, scored.table, cluster, one_hot)
            anonymity.add(row[None], [int(source.anonymity_granted)])


def gold_scene(scored: Scored, type_scorer: Classifier) -> tuple[Scene, list[tuple[int, ...]]]:
    """The scene of the gold clusters, and the gold intermediaries of every claim in it."""
    named = gold_clusters(scored)
    order = list(named)
    clusters = [named[name] for name in order]
    position = {name: number for number, name in enumerate(order)}
    types = type_scorer.probabilities(
        np.stack([type_features(scored.table, cluster) for cluster in clusters])
    ).astype(np.float32)
    origins = [position[str(claim.source)] for claim in scored.claims]
    scene = Scene(scored.example.article, scored.drafts, scored.table, clusters, origins, types)
    return scene, [
        tuple(position[name] for name in claim.via or () if name in position)
        for claim in scored.claims
    ]


def add_via(
    scene: Scene,
    gold: Sequence[tuple[int, ...]],
    history: Sequence[tuple[int, ...]],
    table: Table,
) -> None:
    """Every claim with its candidate intermediaries; label: gold via.

    ``history`` is what the claims before are taken to come through: the gold chains, or predicted
    ones, so that the classifier learns to live with its own mistakes (DAgger, Ross et al., 2011).
    """
    for number, via in enumerate(gold):
        candidates = via_candidates(scene, number, history[:number])
        if candidates:
            features = via_features(scene, number, candidates, history[:number])
            table.add(features, [int(candidate in via) for candidate in candidates])


def fit_via(
    train: Sequence[tuple[Scene, list[tuple[int, ...]]]], seed: int, rounds: int = 1
) -> Classifier:
    """Fit on gold history, then on gold and the history of each earlier fit."""
    table = Table()
    for scene, gold in train:
        add_via(scene, gold, gold, table)
    classifier = fit(table, (48,), 1e-1, seed)
    for _ in range(rounds):
        for scene, gold in train:
            add_via(scene, gold, find_chains(scene, classifier, 0.5), table)
        classifier = fit(table, (48,), 1e-1, seed)
    return classifier


def best_via_threshold(
    classifier: Classifier, dev: Sequence[tuple[Scene, list[tuple[int, ...]]]]
) -> tuple[float, float]:
    """The threshold with the best sum of via F1 and share of whole chains, and that sum's half.

    Either alone misleads: most claims have no intermediary, so the share rewards silence.
    """
    best = (0.5, 0.0)
    for threshold in np.arange(0.2, 0.81, 0.1):
        hits = chosen = wanted = whole = total = 0
        for scene, gold in dev:
            for mine, right in zip(find_chains(scene, classifier, threshold), gold, strict=True):
                hits += len(set(mine) & set(right))
                chosen += len(mine)
                wanted += len(right)
                whole += mine == right
                total += 1
        score = hits / max(1, chosen + wanted) + whole / max(1, total) / 2
        best = max(best, (float(threshold), score), key=lambda item: item[1])
    return best


def fit(table: Table, hidden: tuple[int, ...], alpha: float, seed: int) -> Classifier:
    """Standardise and fit one network, early-stopped on a tenth of the rows."""
    rows, labels = table.arrays()
    scaler = StandardScaler().fit(rows)
    network = MLPClassifier(
        hidden, alpha=alpha, early_stopping=True, random_state=seed, max_iter=60, batch_size=256
    ).fit(scaler.transform(rows), labels)
    weights, biases = list(network.coefs_), list(network.intercepts_)
    if len(network.classes_) != max(network.classes_) + 1 or len(network.classes_) > 2:
        # Classes without an example get a score of their own that never wins.
        if len(network.classes_) == 2:  # one logistic output: the first class scores 0
            weights[-1] = np.hstack([np.zeros_like(weights[-1]), weights[-1]])
            biases[-1] = np.append(0.0, biases[-1])
        full = np.zeros((weights[-1].shape[0], len(SOURCE_TYPES)))
        bias = np.full(len(SOURCE_TYPES), -30.0)
        full[:, network.classes_], bias[network.classes_] = weights[-1], biases[-1]
        weights[-1], biases[-1] = full, bias
    as_float = lambda array: np.asarray(array, dtype=np.float32)  # noqa: E731
    return Classifier(
        as_float(scaler.mean_),
        as_float(scaler.scale_),
        tuple(map(as_float, weights)),
        tuple(map(as_float, biases)),
    )


def best_threshold(classifier: Classifier, table: Table) -> tuple[float, float]:
    """The threshold with the best F1 on a table, and that F1."""
    rows, labels = table.arrays()
    scores = classifier.probabilities(rows)
    best = (0.5, 0.0)
    for threshold in np.arange(0.1, 0.91, 0.05):
        chosen = scores >= threshold
        hits = float((chosen & (labels == 1)).sum())
        f1 = 2 * hits / max(1.0, chosen.sum() + (labels == 1).sum())
        best = max(best, (float(threshold), f1), key=lambda item: item[1])
    return best


def scored_articles(
    model: AttributionModel, tokenizer: PreTrainedTokenizerFast, articles: Sequence[GoldArticle]
) -> Iterator[Scored]:
    """The encoder's view of all articles with resolved claims."""
    for gold in tqdm(articles, desc="encoding", unit="article"):
        if gold.resolved and (scored := score_article(model, tokenizer, gold)):
            yield scored


def gather(scored: Sequence[Scored], add: Callable[[Scored, Table], None]) -> Table:
    """One table over many articles."""
    table = Table()
    for item in scored:
        add(item, table)
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the module."""
    opened = open_model("training.resolution", __doc__, arguments)
    settings, folder, model = opened.settings, opened.folder, opened.model
    tokenizer = opened.tokenizer
    corpus = Path(settings.data.layer).parent
    parts = {}
    for split in ("train", "dev"):
        articles = read_articles(Path(settings.data.articles).parent / split)
        if settings.data.polnear:
            layer = corpus / f"{split}.jsonl"
            articles += read_polnear(settings.data.polnear, split, layer)
        parts[split] = list(scored_articles(model, tokenizer, articles))
    classifiers, figures = fit_all(parts["train"], parts["dev"], settings.seed)
    save_classifiers(
        classifiers,
        {name: value for name, value in figures.items() if name.endswith("_threshold")},
        folder / "resolution.safetensors",
    )
    print(json.dumps(figures, indent=1))


def fit_all(
    train: Sequence[Scored], dev: Sequence[Scored], seed: int
) -> tuple[dict[str, Classifier], dict[str, float]]:
    """All four classifiers, and their thresholds and dev figures."""
    tables: dict[str, tuple[Table, Table]] = {}
    for name in ("type", "anonymity"):
        tables[name] = (Table(), Table())
    for place, part in enumerate((train, dev)):
        for item in part:
            add_types(item, tables["type"][place], tables["anonymity"][place])
    tables["link"] = (gather(train, add_links), gather(dev, add_links))
    classifiers = {
        "type": fit(tables["type"][0], (64,), 1.0, seed),
        "anonymity": fit(tables["anonymity"][0], (16,), 3.0, seed),
        "link": fit(tables["link"][0], (64, 32), 1e-2, seed),
    }
    scenes = [[gold_scene(item, classifiers["type"]) for item in part] for part in (train, dev)]
    classifiers["via"] = fit_via(scenes[0], seed)
    figures: dict[str, float] = {}
    figures["via_threshold"], figures["via_dev_score"] = best_via_threshold(
        classifiers["via"], scenes[1]
    )
    for name in ("link", "anonymity"):
        threshold, f1 = best_threshold(classifiers[name], tables[name][1])
        figures[f"{name}_threshold"], figures[f"{name}_dev_f1"] = threshold, f1
    rows, labels = tables["type"][1].arrays()
    hits = classifiers["type"].probabilities(rows).argmax(1) == labels
    figures["type_dev_accuracy"] = float(hits.mean())
    return classifiers, figures


if __name__ == "__main__":
    main()
