"""The training objective: one loss a task, weighted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from attribution.model import BIO, ROLE_LABELS, AttributionModel
from training.batches import Batch
from training.crf import sequence_loss
from training.examples import IGNORE

__all__ = ["LOSS_WEIGHTS", "Outputs", "losses", "outputs", "soft_losses", "weighted"]

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


#: A sequence's likelihood a word is about a quarter of the words' own likelihoods.
_SEQUENCE_SCALE = 4.0


@dataclass(frozen=True)
class Outputs:
    """Everything a model says of a batch of B windows of W words with N predicates.

    ``words`` (B * W, hidden) are word states; ``tags`` (B * W, layers, 3), ``entities`` and
    ``opening`` (B * W, labels), ``roles`` (N, W, 13), ``via`` (N, W, 3), ``kind``, ``speech`` and
    ``source_type`` (N, labels) are logits.
    """

    words: Tensor
    tags: Tensor
    entities: Tensor
    opening: Tensor
    roles: Tensor
    via: Tensor
    kind: Tensor
    speech: Tensor
    source_type: Tensor


def outputs(model: AttributionModel, batch: Batch, inputs: Mapping[str, Tensor]) -> Outputs:
    """Run the model and its heads over ``inputs``, the batch's own or as another model reads it."""
    words = model(**inputs).flatten(0, 1)
    openers = words[batch.predicate]
    if len(batch.predicate):
        roles, via = model.pair_logits(words, batch.predicate, batch.columns, batch.relations)
    else:
        roles = words.new_zeros(0, batch.roles.shape[1], len(ROLE_LABELS))
        via = words.new_zeros(0, batch.roles.shape[1], len(BIO))
    first, last = batch.claim_mention.unbind(-1)
    known = (first >= 0).unsqueeze(-1)
    mean, _ = model.mention_states(words, first.clamp(min=0), last.clamp(min=0))
    return Outputs(
        words=words,
        tags=model.tags(words).unflatten(-1, (-1, len(BIO))),
        entities=model.entities(words),
        opening=model.predicates(words),
        roles=roles,
        via=via,
        kind=model.kind(openers),
        speech=model.speech(openers),
        source_type=model.type_logits(mean * known, openers),
    )


def losses(
    model: AttributionModel, batch: Batch, said: Outputs, *, crf: bool = False
) -> dict[str, Tensor]:
    """The loss of each task on one batch; a task without a label in it gives 0.

    With ``crf`` the roles of a claim are one sequence, else each word is a decision of its own.
    Sparse sequence tasks are summed over words and divided by the number of labelled words, so
    that the many empty words do not drown them.
    """
    layers = said.tags.shape[1]
    found = {
        "tags": _per_positive(said.tags.flatten(0, 1), batch.tags[..., :layers].flatten()),
        "entities": _per_positive(said.entities, batch.entities.flatten()),
        "opening": _per_positive(
            said.opening, batch.opening.flatten(), batch.opening_weight.flatten()
        ),
    }
    if len(batch.predicate):
        if crf:
            total = sequence_loss(said.roles, batch.roles, IGNORE)
            found["roles"] = _SEQUENCE_SCALE * total / _positives(batch.roles)
        else:
            found["roles"] = _per_positive(said.roles.flatten(0, 1), batch.roles.flatten())
        found["via"] = _per_positive(said.via.flatten(0, 1), batch.via.flatten())
        found["kind"] = _mean(said.kind, batch.kind)
        found["speech"] = _mean(said.speech, batch.speech)
        found["source_type"] = _mean(said.source_type, batch.source_type)
    found["antecedent"] = _antecedent(model, said.words, batch)
    return found


def soft_losses(student: Outputs, teacher: Outputs, batch: Batch) -> dict[str, Tensor]:
    """How far the student's probabilities are from the teacher's (Hinton et al., 2015).

    Kullback-Leibler divergence of each task, in the scale of its hard loss: over all words of the
    windows, labelled or not, divided by the number of labelled ones.
    """
    inside = batch.opening.flatten() != IGNORE
    layers = min(student.tags.shape[1], teacher.tags.shape[1])
    found = {
        "tags": _divergence(student.tags[inside, :layers], teacher.tags[inside, :layers])
        / _positives(batch.tags[..., :layers]),
        "entities": _divergence(student.entities[inside], teacher.entities[inside])
        / _positives(batch.entities),
        "opening": _divergence(student.opening[inside], teacher.opening[inside])
        / _positives(batch.opening),
    }
    if len(batch.predicate):
        near = batch.roles != IGNORE
        found["roles"] = _divergence(student.roles[near], teacher.roles[near]) / _positives(
            batch.roles
        )
        found["via"] = _divergence(student.via[near], teacher.via[near]) / _positives(batch.via)
        for name in ("kind", "speech", "source_type"):
            total = _divergence(getattr(student, name), getattr(teacher, name))
            found[name] = total / len(batch.predicate)
    return found


def _divergence(student: Tensor, teacher: Tensor) -> Tensor:
    return functional.kl_div(
        student.float().log_softmax(-1),
        teacher.float().log_softmax(-1),
        log_target=True,
        reduction="sum",
    )


def weighted(found: Mapping[str, Tensor], weights: Mapping[str, float] | None = None) -> Tensor:
    """The weighted sum of the tasks' losses; ``weights`` replace some of ``LOSS_WEIGHTS``."""
    chosen = {**LOSS_WEIGHTS, **(weights or {})}
    return torch.stack([chosen[name] * loss for name, loss in found.items()]).sum()


def _per_positive(logits: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
    each = functional.cross_entropy(logits, labels, ignore_index=IGNORE, reduction="none")
    if weight is not None:
        each = each * weight
    return each.sum() / _positives(labels)


def _positives(labels: Tensor) -> Tensor:
    """The number of labelled words, at least a few: a batch without any is not worth more."""
    return (labels > 0).sum().clamp(min=5)


def _mean(logits: Tensor, labels: Tensor) -> Tensor:
    total = functional.cross_entropy(logits, labels, ignore_index=IGNORE, reduction="sum")
    return total / (labels != IGNORE).sum().clamp(min=1)


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
        # A mention without antecedent in its group is right to choose none.
        none_right = none.masked_fill(right.any(1, keepdim=True), -1e4)
        correct = torch.cat([none_right, scores.masked_fill(~right, -1e4)], dim=1)
        each = everything.logsumexp(1) - correct.logsumexp(1)
        total = total + each[anaphors].sum()
        count += int(anaphors.sum())
    return total / max(count, 1)
