"""Windows of examples, gathered into batches of tensors."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from attribution.features import Window, pack, relations, windows
from attribution.model import ROLE_LABELS, TAG_LAYERS
from training.examples import IGNORE, Example, Mention, Predicate

__all__ = ["Batch", "Piece", "collate", "epoch_batches", "role_labels"]

Piece = tuple[Example, Window]
#: Batches of whole articles that wait for one that fits.
_MOST_WAITING = 16


@dataclass(frozen=True)
class Batch:
    """Inputs and targets of some windows.

    Word-level targets are (B, W), padded with IGNORE; word indices of predicates and mentions
    count through the flattened (B * W) words; ``groups`` holds the rows of mentions among which an
    antecedent is looked for: those of a window, or of windows that follow each other in an article
    and in the batch, as all do in batches of whole articles and others by chance.
    """

    inputs: dict[str, Tensor]
    tags: Tensor
    entities: Tensor
    opening: Tensor
    opening_weight: Tensor
    predicate: Tensor
    columns: Tensor
    relations: Tensor
    roles: Tensor
    via: Tensor
    kind: Tensor
    speech: Tensor
    source_type: Tensor
    claim_mention: Tensor
    mention_first: Tensor
    mention_last: Tensor
    groups: tuple[tuple[int, int], ...]
    clusters: tuple[str, ...]
    anaphors: tuple[bool, ...]


def epoch_batches(
    examples: Sequence[Example],
    *,
    max_pieces: int,
    budget: int,
    rng: random.Random,
    whole_articles: bool = False,
) -> Iterator[list[Piece]]:
    """Batches of one epoch: random cuts into windows, grouped by length or article, shuffled.

    Args:
        examples: the articles; name one twice to see it twice an epoch.
        max_pieces: most word pieces in a window.
        budget: most word pieces in a batch, padding counted.
        rng: source of all randomness.
        whole_articles: group by article, not by length, so that mentions find antecedents in other
            windows.
    """
    cut = [
        [(example, window) for window in _random_windows(example, max_pieces, rng)]
        for example in examples
    ]
    if whole_articles:
        batches = list(_whole_articles(cut, budget, rng))
    else:
        batches = list(_by_length([piece for found in cut for piece in found], budget, rng))
    rng.shuffle(batches)
    yield from batches


def _by_length(pieces: list[Piece], budget: int, rng: random.Random) -> Iterator[list[Piece]]:
    """Batches of windows of much the same length, of any articles."""
    rng.shuffle(pieces)
    pieces.sort(key=lambda piece: _length(piece) // 32)
    batch: list[Piece] = []
    for piece in pieces:
        if batch and _padded([*batch, piece]) > budget:
            yield batch
            batch = []
        batch.append(piece)
    if batch:
        yield batch


def _whole_articles(
    articles: list[list[Piece]], budget: int, rng: random.Random
) -> Iterator[list[Piece]]:
    """Batches of whole articles, each in the first waiting batch with room.

    An article above the budget is torn; a mention's antecedents in another part are not learned.
    """
    rng.shuffle(articles)
    waiting: list[list[Piece]] = []
    for pieces in articles:
        while pieces:
            count = len(pieces)
            while count > 1 and _padded(pieces[:count]) > budget:
                count -= 1
            part, pieces = pieces[:count], pieces[count:]
            for batch in waiting:
                if _padded([*batch, *part]) <= budget:
                    batch.extend(part)
                    break
            else:
                waiting.append(part)
        while len(waiting) > _MOST_WAITING:
            yield waiting.pop(max(range(len(waiting)), key=lambda at: _padded(waiting[at])))
    yield from waiting


def _padded(pieces: Sequence[Piece]) -> int:
    """Word pieces of a batch, padding counted."""
    return max(map(_length, pieces)) * len(pieces)


def _length(piece: Piece) -> int:
    example, window = piece
    first = example.article.first_piece
    return int(first[window.end] - first[window.start]) + 2


def _random_windows(example: Example, max_pieces: int, rng: random.Random) -> Iterator[Window]:
    """Windows without overlap, the first of random length so that cuts differ by epoch."""
    article = example.article
    if not len(article):
        return
    if article.first_piece[-1] <= max_pieces:
        yield Window(0, len(article))
        return
    first = next(windows(article, rng.randint(max_pieces // 4, max_pieces), 0))
    yield first
    start = first.end
    while start < len(article):
        window = next(windows(article, max_pieces, 0, start=start))
        yield window
        start = window.end


def collate(pieces: Sequence[Piece], pad_id: int, cls_id: int, sep_id: int) -> Batch:
    """Tensors of some windows."""
    inputs = pack([(example.article, window) for example, window in pieces], pad_id, cls_id, sep_id)
    width = inputs["first_piece"].shape[1]
    shape = (len(pieces), width)
    tags = np.full((*shape, len(TAG_LAYERS)), IGNORE)
    entities, opening = np.full(shape, IGNORE), np.full(shape, IGNORE)
    weight = np.zeros(shape, dtype=np.float32)
    claims: list[tuple[int, Window, Example, Predicate]] = []
    mentions: list[Mention] = []
    offsets: list[int] = []
    groups: list[tuple[int, int]] = []
    for row, (example, window) in enumerate(pieces):
        size = window.end - window.start
        cut = slice(window.start, window.end)
        tags[row, :size] = example.tags[cut]
        entities[row, :size] = example.entities[cut]
        opening[row, :size] = example.opening[cut]
        weight[row, :size] = example.opening_weight[cut]
        inside = [p for p in example.predicates if window.start <= p.word < window.end]
        claims.extend((row, window, example, predicate) for predicate in inside)
        named = [m for m in example.mentions if window.start <= m.first and m.last < window.end]
        if row and _follows(pieces[row], pieces[row - 1]):
            begin, _ = groups.pop()
        else:
            begin = len(mentions)
        mentions.extend(named)
        groups.append((begin, len(mentions)))
        offsets.extend([row * width - window.start] * len(named))
    return Batch(
        inputs=inputs,
        tags=torch.from_numpy(tags),
        entities=torch.from_numpy(entities),
        opening=torch.from_numpy(opening),
        opening_weight=torch.from_numpy(weight),
        **_claim_tensors(claims, width),
        mention_first=_longs(m.first + at for m, at in zip(mentions, offsets, strict=True)),
        mention_last=_longs(m.last + at for m, at in zip(mentions, offsets, strict=True)),
        groups=tuple(groups),
        clusters=tuple(mention.cluster for mention in mentions),
        anaphors=tuple(mention.anaphor for mention in mentions),
    )


def _follows(piece: Piece, other: Piece) -> bool:
    """Whether a window is the next one of the same article."""
    (example, window), (other_example, other_window) = piece, other
    return example is other_example and window.start == other_window.end


def _claim_tensors(
    claims: Sequence[tuple[int, Window, Example, Predicate]], width: int
) -> dict[str, Tensor]:
    shape = (len(claims), width)
    columns, relation_ids = np.zeros(shape, dtype=np.int64), np.zeros((*shape, 4), dtype=np.int64)
    roles, via = np.full(shape, IGNORE), np.full(shape, IGNORE)
    claim_mention = np.full((len(claims), 2), -1)
    for number, (row, window, example, predicate) in enumerate(claims):
        size = window.end - window.start
        words = np.arange(window.start, window.end)[None]
        columns[number, :size] = row * width + np.arange(size)
        relation_ids[number, :size] = relations(example.article, np.array([predicate.word]), words)[
            0
        ]
        roles[number, :size] = role_labels(predicate.roles, window)
        if predicate.via is not None:
            via[number, :size] = 0
            for first, last in predicate.via:
                _paint(via[number, :size], first - window.start, last - window.start)
        if (
            predicate.mention
            and window.start <= predicate.mention[0] <= predicate.mention[1] < window.end
        ):
            shift = row * width - window.start
            claim_mention[number] = (predicate.mention[0] + shift, predicate.mention[1] + shift)
    return {
        "predicate": _longs(
            row * width + predicate.word - window.start for row, window, _, predicate in claims
        ),
        "columns": torch.from_numpy(columns),
        "relations": torch.from_numpy(relation_ids),
        "roles": torch.from_numpy(roles),
        "via": torch.from_numpy(via),
        "kind": _longs(predicate.kind for *_, predicate in claims),
        "speech": _longs(predicate.speech for *_, predicate in claims),
        "source_type": _longs(predicate.source_type for *_, predicate in claims),
        "claim_mention": torch.from_numpy(claim_mention),
    }


def role_labels(spans: Sequence[tuple[str, int, int]], window: Window) -> np.ndarray:
    """Label ids (W) of ``ROLE_LABELS`` of the words of a window.

    A span that another one cuts in two becomes two; one that the window cuts has no first or no
    last word. So any sequence of labels is one that decoding could choose.

    Args:
        spans: (role, first, last) in words of the article, ends inclusive; later ones lie on top.
        window: the words wanted.
    """
    owner = np.full(window.end - window.start, -1)
    for number, (_, first, last) in enumerate(spans):
        owner[max(first - window.start, 0) : max(last + 1 - window.start, 0)] = number
    labels = np.zeros(len(owner), dtype=np.int64)
    starts = np.flatnonzero(np.diff(owner, prepend=-2))
    for begin, end in zip(starts, [*starts[1:], len(owner)], strict=True):
        if owner[begin] < 0:
            continue
        role, first, last = spans[owner[begin]]
        opened = begin > 0 or first >= window.start
        closed = end < len(owner) or last < window.end
        labels[begin:end] = ROLE_LABELS.index(f"I-{role}")
        if opened:
            labels[begin] = ROLE_LABELS.index(f"B-{role}")
        if closed:
            alone = opened and end - begin == 1
            labels[end - 1] = ROLE_LABELS.index(f"{'S' if alone else 'E'}-{role}")
    return labels


def _paint(row: np.ndarray, first: int, last: int) -> None:
    """Write B and I of one span into a row, cut to the row's ends."""
    if last < 0 or first >= len(row):
        return
    row[max(first, 0) : last + 1] = 2
    if first >= 0:
        row[first] = 1


def _longs(values: Iterator[int]) -> Tensor:
    return torch.tensor(list(values), dtype=torch.long)
