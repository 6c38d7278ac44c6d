"""Gold articles as the trained encoder sees them: what the resolution classifiers are fitted on.

Gold claims become drafts with the model's own scores; mentions and named entities are collected
as they are in use, and every mention gets the gold source that it stands for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from transformers import PreTrainedTokenizerFast

from attribution.collecting import collect_mentions
from attribution.decode import ClaimDraft, via_mentions
from attribution.encode import encode_words
from attribution.entities import find_entities
from attribution.mentions import MentionTable, tabulate
from attribution.model import AttributionModel
from attribution.resolve import Cluster
from attribution.roles import score_predicates
from attribution.wordclasses import TITLES
from training.examples import Example, Labeller, build_example
from training.readers.gold import GoldArticle, GoldClaim

__all__ = ["Scored", "gold_clusters", "score_article"]


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
    model: AttributionModel,
    tokenizer: PreTrainedTokenizerFast,
    gold: GoldArticle,
    words: torch.Tensor | None = None,
) -> Scored | None:
    """The encoder's view of one gold article, or None if it has no resolved claim.

    ``words`` are the article's word states, if they are known already.
    """
    example = build_example(gold, tokenizer)
    article = example.article
    labeller = Labeller(gold, article)
    found = gold_claims(labeller)
    if not found:
        return None
    special = (tokenizer.pad_token_id, tokenizer.cls_token_id, tokenizer.sep_token_id)
    if words is None:
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
                via=via_mentions(article, scores, row),
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
        # A surname alone is the source of that surname, or the last longer name that ends with it.
        tail = mention.tokens[-1].lower()
        words = [token.lower() for token in mention.tokens if token[0].isalnum()]
        alone = len([word for word in words if word not in TITLES]) == 1
        if name is None and mention.names and alone:
            name = surnames.get(tail)
        if name is None and mention.role == "entity":
            whole = "name:" + " ".join(mention.tokens).lower()
            name = others.get(tail, whole) if alone else whole
            others[tail] = name
        found.append(name)
    return found


def gold_clusters(scored: Scored) -> dict[str, Cluster]:
    """Mentions by gold source; mentions of nobody known stand alone."""
    clusters: dict[str, Cluster] = defaultdict(Cluster)
    for row, name in enumerate(scored.names):
        clusters[name or f"unknown:{row}"].members.append(row)
    return dict(clusters)
