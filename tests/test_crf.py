"""The likelihood of whole label sequences."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
import torch

from attribution.model import ROLE_LABELS
from training.crf import log_partition, sequence_loss

WORDS = 3
IGNORE = -100


def wellformed(labels: tuple[int, ...]) -> bool:
    """Whether spans begin and end, but for what the sequence's edges cut off."""
    return all(
        (before[2:] if before[0] in "BI" else "") == (label[2:] if label[0] in "IE" else "")
        for before, label in pairwise(ROLE_LABELS[label] for label in labels)
    )


SEQUENCES = [
    labels for labels in product(range(len(ROLE_LABELS)), repeat=WORDS) if wellformed(labels)
]


@pytest.fixture
def logits() -> torch.Tensor:
    torch.manual_seed(3)
    return 2 * torch.randn(2, WORDS + 1, len(ROLE_LABELS))


def scores(logits: torch.Tensor) -> torch.Tensor:
    """Scores of all sequences over the first words of the second row."""
    places = torch.arange(WORDS)
    return torch.stack([logits[1, places, torch.tensor(labels)].sum() for labels in SEQUENCES])


def test_the_partition_sums_over_all_wellformed_sequences(logits: torch.Tensor) -> None:
    known = torch.tensor([[True] * (WORDS + 1), [True] * WORDS + [False]])
    assert log_partition(logits, known)[1] == pytest.approx(scores(logits).logsumexp(0).item())


def test_the_losses_of_all_sequences_are_a_distribution(logits: torch.Tensor) -> None:
    every = torch.tensor(SEQUENCES)
    loss = [sequence_loss(logits[1:, :WORDS], labels[None], IGNORE) for labels in every]
    assert torch.stack(loss).neg().exp().sum() == pytest.approx(1.0, abs=1e-4)


def test_padding_costs_nothing(logits: torch.Tensor) -> None:
    labels = torch.tensor([[*SEQUENCES[7], IGNORE]])
    alone = sequence_loss(logits[1:, :WORDS], labels[:, :WORDS], IGNORE)
    assert sequence_loss(logits[1:], labels, IGNORE) == pytest.approx(alone.item(), abs=1e-5)


def test_very_sure_scores_stay_finite(logits: torch.Tensor) -> None:
    labels = torch.zeros(1, 600, dtype=torch.long)
    sure = torch.full((1, 600, len(ROLE_LABELS)), -40.0)
    sure[..., 0] = 40.0
    sure.requires_grad_()
    loss = sequence_loss(sure, labels, IGNORE)
    loss.backward()
    assert loss.item() == pytest.approx(0.0, abs=1e-2)
    assert torch.isfinite(sure.grad).all()
