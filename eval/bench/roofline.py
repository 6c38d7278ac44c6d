"""What the processor allows: the least time an article can take, from its arithmetic alone.

After the roofline model (Williams, Waterman and Patterson, 2009), its flat part: a computation
takes at least its floating-point operations divided by the rate at which the processor multiplies
matrices. Here both are measured: torch counts the operations while articles are scored, and float32
matrices of the encoder's shapes are multiplied with nothing else to do.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode, sdpa_flop_count

if TYPE_CHECKING:
    from attribution.scorer import Scorer

__all__ = ["attention_operations", "counted_operations", "matrix_rate", "roofline"]

#: Rows of the matrices, as many as tokens in a batch.
_ROWS = 1_024
_ROUNDS = 20


def roofline(scorer: Scorer, articles: Sequence[tuple[str, str | None]]) -> dict[str, float]:
    """The least seconds an article takes in float32, and what that comes to.

    Args:
        scorer: with the engine ``torch``, the only one whose operations torch counts.
        articles: texts with their publishers.

    Returns:
        ``gigaflops_per_article``: operations, in thousand millions; ``gigaflops_per_second``: the
        rate of multiplying matrices; ``least_seconds`` an article; ``most_articles_per_second``.

    Raises:
        ValueError: there is no article.
    """
    if not articles:
        raise ValueError("no article to count the operations of")
    operations = counted_operations(scorer, articles) / len(articles)
    rate = matrix_rate(scorer.model.width)
    return {
        "gigaflops_per_article": operations / 1e9,
        "gigaflops_per_second": rate / 1e9,
        "least_seconds": operations / rate,
        "most_articles_per_second": rate / operations,
    }


def counted_operations(scorer: Scorer, articles: Sequence[tuple[str, str | None]]) -> int:
    """Multiplications and additions of matrices, attention included, while articles are scored."""
    mapping: dict[Any, Any] = {
        torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: attention_operations,
    }
    texts = [text for text, _ in articles]
    publishers = [publisher for _, publisher in articles]
    # What is encoded ahead, on another thread, would not be counted.
    here = patch("attribution.scorer.ahead", lambda items: (item for item in items))
    with here, FlopCounterMode(display=False, custom_mapping=mapping) as counter:
        scorer(texts, publisher=publishers)
    return counter.get_total_flops()


def attention_operations(
    query: Sequence[int], key: Sequence[int], value: Sequence[int], *_: Any, **__: Any
) -> int:
    """Operations of attention on a processor; torch's own table has those on a card only."""
    return int(sdpa_flop_count(query, key, value))


def matrix_rate(width: int) -> float:
    """Operations a second of the two products of a layer's feed-forward part, the best of some."""
    states = torch.rand(_ROWS, width)
    into, back = torch.rand(width, 4 * width), torch.rand(4 * width, width)
    operations = 2 * 2 * _ROWS * width * 4 * width
    return operations / min(_seconds(states, into, back) for _ in range(_ROUNDS))


def _seconds(states: Tensor, into: Tensor, back: Tensor) -> float:
    start = time.perf_counter()
    (states @ into) @ back
    return time.perf_counter() - start
