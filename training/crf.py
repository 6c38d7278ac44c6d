"""The likelihood of whole label sequences (conditional random field; Lafferty et al., 2001).

The labels of a claim's words are one sequence, so that the model is taught where spans begin and
end together, instead of word by word. There are no transition weights but the structure: a span
has a first, inner and a last word or an only one. That leaves four states between words (outside,
inside a span of each role), and the sum over all sequences is a product of 4 x 4 matrices, which
is taken pairwise in log2(K) rounds.
"""

from __future__ import annotations

import torch
from torch import Tensor

from attribution.roles import FIRST, INNER, LAST, ONLY

__all__ = ["log_partition", "sequence_loss"]

_TINY = 1e-30


def sequence_loss(logits: Tensor, labels: Tensor, ignore: int) -> Tensor:
    """Negative log-likelihood of the labels, summed over sequences.

    Args:
        logits: (N, K, 13) over ``ROLE_LABELS``.
        labels: (N, K) label ids, each row a wellformed sequence; ``ignore`` behind its end.
        ignore: the label of padding.
    """
    logits = logits.float()
    known = labels != ignore
    chosen = logits.gather(2, labels.clamp(min=0).unsqueeze(-1)).squeeze(-1)
    return (log_partition(logits, known) - (chosen * known).sum(1)).sum()


def log_partition(logits: Tensor, known: Tensor) -> Tensor:
    """Log of the summed exponentiated scores (N) of all wellformed sequences.

    A sequence may begin and end inside a span, since windows cut them. The products are kept near
    1 by taking out each one's largest entry, so that they need no logarithm a round.

    Args:
        logits: (N, K, 13), float32.
        known: (N, K) bool, False for padding behind the end.
    """
    peak = logits.detach().amax(-1, keepdim=True)
    total = (peak.squeeze(-1) * known).sum(1)
    products = _step_matrices((logits - peak).exp(), known)
    while products.shape[1] > 1:
        if products.shape[1] % 2:
            products = torch.cat([products, _identity(products).expand_as(products[:, :1])], 1)
        left, right = products[:, 0::2], products[:, 1::2]
        products = (left.unsqueeze(-1) * right.unsqueeze(-3)).sum(-2)
        largest = products.detach().amax((-1, -2)).clamp(min=_TINY)
        products = products / largest[..., None, None]
        total = total + largest.log().sum(1)
    return total + products.squeeze(1).sum((-1, -2)).clamp(min=_TINY).log()


def _step_matrices(scores: Tensor, known: Tensor) -> Tensor:
    """Factors (N, K, 4, 4) of going from one state to another over each word."""
    staying = scores[..., :1] + scores[..., ONLY].sum(-1, keepdim=True)
    top = torch.cat([staying, scores[..., FIRST]], -1)
    below = torch.cat([scores[..., LAST].unsqueeze(-1), torch.diag_embed(scores[..., INNER])], -1)
    matrices = torch.cat([top.unsqueeze(-2), below], -2)
    return torch.where(known[..., None, None], matrices, _identity(matrices))


def _identity(like: Tensor) -> Tensor:
    return torch.eye(like.shape[-1], dtype=like.dtype, device=like.device)
