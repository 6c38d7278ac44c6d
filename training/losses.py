"""The training objective: one loss a task, weighted."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

from attribution.model import BIO, ENTITY_LABELS, PREDICATE_LABELS, ROLE_LABELS, AttributionModel
from training.batches import Batch
from training.examples import IGNORE

__all__ = ["LOSS_WEIGHTS", "losses", "weighted"]

LOSS_WEIGHTS: Mapping[str, float] = {
    "tags": 0.4,
    "opening": 1.0,
    "roles": 1.0,
    "via": 0.5,
    "entities": 0.3,
    "kind": 0.3,
    "speech": 0.1,
    "source_type": 0.3,
    "antecedent": 0.4,
}


def losses(model: AttributionModel, batch: Batch) -> dict[str, Tensor]:
    """The loss of each task on one batch; a task without a label in it gives 0.

    Sparse sequence tasks are summed over words and divided by the number of labelled words, so
    that the many empty words do not drown them.
    """
    states = model(**batch.inputs)
    words = states.flatten(0, 1)
    found = {
        "tags": _per_positive(
            model.tags(states).unflatten(-1, (-1, len(BIO))).flatten(0, 2), batch.tags.flatten()
        ),
        "entities": _per_positive(
            model.entities(words).view(-1, len(ENTITY_LABELS)), batch.entities.flatten()
        ),
        "opening": _per_positive(
            model.predicates(words).view(-1, len(PREDICATE_LABELS)),
            batch.opening.flatten(),
            batch.opening_weight.flatten(),
        ),
    }
    if len(batch.predicate):
        roles, via = model.pair_logits(words, batch.predicate, batch.columns, batch.relations)
        found["roles"] = _per_positive(roles.view(-1, len(ROLE_LABELS)), batch.roles.flatten())
        found["via"] = _per_positive(via.view(-1, len(BIO)), batch.via.flatten())
        openers = words[batch.predicate]
        found["kind"] = _mean(model.kind(openers), batch.kind)
        found["speech"] = _mean(model.speech(openers), batch.speech)
        found["source_type"] = _source_type(model, words, openers, batch)
    found["antecedent"] = _antecedent(model, words, batch)
    return found


def weighted(found: Mapping[str, Tensor]) -> Tensor:
    """The weighted sum of the tasks' losses."""
    return torch.stack([LOSS_WEIGHTS[name] * loss for name, loss in found.items()]).sum()


def _per_positive(logits: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
    each = functional.cross_entropy(logits, labels, ignore_index=IGNORE, reduction="none")
    if weight is not None:
        each = each * weight
    return each.sum() / (labels > 0).sum().clamp(min=5)


def _mean(logits: Tensor, labels: Tensor) -> Tensor:
    total = functional.cross_entropy(logits, labels, ignore_index=IGNORE, reduction="sum")
    return total / (labels != IGNORE).sum().clamp(min=1)


def _source_type(model: AttributionModel, words: Tensor, openers: Tensor, batch: Batch) -> Tensor:
    first, last = batch.claim_mention.unbind(-1)
    known = (first >= 0).unsqueeze(-1)
    mean, _ = model.mention_states(words, first.clamp(min=0), last.clamp(min=0))
    return _mean(model.type_logits(mean * known, openers), batch.source_type)


def _antecedent(model: AttributionModel, words: Tensor, batch: Batch) -> Tensor:
    """Marginal likelihood of the right antecedents of each mention (Lee et al., 2017)."""
    if not batch.clusters:
        return words.new_zeros(())
    _, embeddings = model.mention_states(words, batch.mention_first, batch.mention_last)
    total, count = words.new_zeros(()), 0
    for begin, end in batch.groups:
        anaphors = torch.tensor(batch.anaphors[begin:end], dtype=torch.bool)
        if not anaphors.any():
            continue
        scores = model.antecedent_logits(embeddings[begin:end])
        names = batch.clusters[begin:end]
        numbers = torch.tensor([names.index(name) for name in names])
        before = torch.ones_like(scores, dtype=torch.bool).tril(-1)
        right = before & (numbers[:, None] == numbers[None, :])
        none = scores.new_zeros(len(names), 1)
        everything = torch.cat([none, scores.masked_fill(~before, -1e4)], dim=1)
        # A mention without antecedent in the window is right to choose none.
        none_right = none.masked_fill(right.any(1, keepdim=True), -1e4)
        correct = torch.cat([none_right, scores.masked_fill(~right, -1e4)], dim=1)
        each = everything.logsumexp(1) - correct.logsumexp(1)
        total = total + each[anaphors].sum()
        count += int(anaphors.sum())
    return total / max(count, 1)
