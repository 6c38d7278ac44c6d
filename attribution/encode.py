"""Stage 2c: run the encoder over articles, window by window, and merge the windows.

Overlapping windows are merged by a weighted mean of their word states, the weight growing with
the distance from the window's edge. All sequence heads are linear in these states, so this is
the same as merging their logits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attribution.features import EncodedArticle, Window, pack, windows
from attribution.model import AttributionModel

__all__ = ["encode_words"]

Special = tuple[int, int, int]

_PADDING = 0.05
#: Most tokens in a batch, padding included. More takes more memory and no less time a token, as
#: what the layers make of it no longer fits into the processor's caches.
_TOKENS = 1024


@torch.inference_mode()
def encode_words(
    model: AttributionModel,
    articles: Sequence[EncodedArticle],
    special: Special,
    *,
    batch_size: int = 8,
) -> list[Tensor]:
    """States of every word of every article.

    Args:
        model: in evaluation mode.
        articles: any number of articles, any length.
        special: ids of the padding, first and last token.
        batch_size: most windows run through the encoder at once.

    Returns:
        One (n, hidden) float32 tensor an article, on the model's device.
    """
    sums = [torch.zeros(len(article), model.width, device=model.device) for article in articles]
    totals = [np.zeros(len(article), dtype=np.float32) for article in articles]
    for batch in _batches(model, articles, batch_size):
        inputs = pack([(articles[number], window) for number, window in batch], *special)
        states = model(**{name: tensor.to(model.device) for name, tensor in inputs.items()})
        for row, (number, window) in enumerate(batch):
            size = window.end - window.start
            weight = _weights(window, len(articles[number]))
            totals[number][window.start : window.end] += weight
            scaled = states[row, :size] * torch.from_numpy(weight).to(states)[:, None]
            sums[number][window.start : window.end] += scaled
    for states, total in zip(sums, totals, strict=True):
        states /= torch.from_numpy(total).to(states)[:, None]
    return sums


def _batches(
    model: AttributionModel, articles: Sequence[EncodedArticle], batch_size: int
) -> Iterator[list[tuple[int, Window]]]:
    """Windows of all articles, longest first, so that a batch holds windows of like length.

    A batch is full before its ``batch_size`` when it would have more than ``_TOKENS``, or more than
    ``_PADDING`` of it would be padding: padding costs as much as text.
    """
    config = model.config
    everything = [
        (number, window)
        for number, article in enumerate(articles)
        for window in windows(article, config.max_pieces, config.context)
    ]

    def pieces(item: tuple[int, Window]) -> int:
        number, window = item
        first = articles[number].first_piece
        return int(first[window.end] - first[window.start])

    everything.sort(key=pieces, reverse=True)
    batch: list[tuple[int, Window]] = []
    filled = 0
    for item in everything:
        size = pieces(item)
        if batch:
            room = (len(batch) + 1) * pieces(batch[0])
            padding = room - filled - size
            if len(batch) == batch_size or room > _TOKENS or padding > _PADDING * room:
                yield batch
                batch, filled = [], 0
        batch.append(item)
        filled += size
    if batch:
        yield batch


def _weights(window: Window, total: int) -> NDArray[np.float32]:
    """Distance to the nearest edge that has text beyond it, at least 1."""
    size = window.end - window.start
    left = np.arange(1, size + 1) if window.start else np.full(size, size)
    right = np.arange(size, 0, -1) if window.end < total else np.full(size, size)
    return np.minimum(left, right).astype(np.float32)
