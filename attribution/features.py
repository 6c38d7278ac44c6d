"""Stage 2a: a document as arrays for the encoder - word pieces, surface features, windows.

The encoder is uncased and drops white space, so case, quotation marks and paragraph starts go in
as small feature embeddings (one row a word, see ``FEATURE_SIZES``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attribution.segment import Document
from attribution.tokenizer import Tokenizer

__all__ = [
    "CAPITALISED",
    "FEATURE_SIZES",
    "LETTERS",
    "PUNCTUATION",
    "RELATION_SIZES",
    "EncodedArticle",
    "Window",
    "encode_article",
    "encode_articles",
    "pack",
    "relations",
    "windows",
]

Ints = NDArray[np.int64]

#: shape of the word; quotation state; boundary before the word. 0 is padding everywhere.
FEATURE_SIZES = (8, 6, 5)
#: Values of the word's shape: no letter or digit; from LETTERS on, letters of any case; from
#: CAPITALISED on, with a capital.
PUNCTUATION, LETTERS, CAPITALISED = 1, 3, 4
#: signed log distance, sentence distance, paragraph distance, quotation relation.
RELATION_SIZES = (23, 7, 5, 5)
#: A word of more pieces (a ruler of dashes, text without blanks) is known by its first ones.
_MOST_PIECES = 32
#: Words of a headline at least that ends in a full stop: "Yes," said Ada Roe. is none.
_STOPPED_HEADLINE = 6
#: Marks that may stand behind a sentence's stop.
_CLOSING = frozenset("\"'”’»)]")
_DISTANCE_EDGES = np.array([1, 2, 3, 4, 6, 9, 14, 22, 40, 80, 160])


@dataclass(frozen=True)
class EncodedArticle:
    """Arrays over the words (n) and word pieces (m) of one article.

    ``pieces`` (m) are vocabulary ids; ``first_piece`` (n + 1) is where each word's pieces begin,
    with the total at the end; ``features`` is (n, 3); ``sentence``, ``paragraph`` (n) count from
    0; ``quote`` (n) is the index of the outermost quotation around the word, -1 outside.
    """

    document: Document
    pieces: Ints
    first_piece: Ints
    features: Ints
    sentence: Ints
    paragraph: Ints
    quote: Ints

    def __len__(self) -> int:
        return len(self.document.words)

    @cached_property
    def quote_words(self) -> tuple[range, ...]:
        """Word indices of every quotation that has words, its marks included."""
        found = (self.document.words_in(quote.span) for quote in self.document.quotes)
        return tuple(words for words in found if words)

    @cached_property
    def headline_case(self) -> NDArray[np.bool_]:
        """For each word whether its sentence reads as a headline.

        At least half of its letter words have a capital. A short one, or one that shares its
        paragraph with another sentence, does not end in a full stop.
        """
        shape, size = self.features[:, 0], int(self.sentence[-1]) + 1
        capitals = np.bincount(self.sentence, weights=shape >= CAPITALISED, minlength=size)
        total = np.bincount(self.sentence, weights=shape >= LETTERS, minlength=size)
        headline = 2 * capitals >= total
        last = np.flatnonzero(np.diff(self.sentence, append=size))
        shared = np.bincount(self.paragraph[last])[self.paragraph[last]] > 1
        for word, among in zip(last.tolist(), shared.tolist(), strict=True):
            number = self.sentence[word]
            plain = headline[number] and (among or total[number] < _STOPPED_HEADLINE)
            headline[number] &= not (plain and self._ends_with_stop(word))
        return np.asarray(headline[self.sentence])

    def _ends_with_stop(self, last: int) -> bool:
        """True when a sentence ends in a full stop, marks of quotation behind it left out."""
        while last > 0 and self.document.words[last].of(self.document.text) in _CLOSING:
            last -= 1
        return self.document.words[last].of(self.document.text) == "."

    @cached_property
    def plain_words(self) -> list[str]:
        """The words in small letters, numbers as "#"."""
        text = self.document.text
        words = (word.of(text).lower().replace("’", "'") for word in self.document.words)
        return ["#" if word[0].isdigit() else word for word in words]


@dataclass(frozen=True, slots=True)
class Window:
    """Words ``start`` to ``end`` (exclusive) of an article, run through the encoder at once."""

    start: int
    end: int


def encode_article(document: Document, tokenizer: Tokenizer) -> EncodedArticle:
    """One document as :func:`encode_articles` has it."""
    return encode_articles([document], tokenizer)[0]


def encode_articles(documents: Sequence[Document], tokenizer: Tokenizer) -> list[EncodedArticle]:
    """Tokenise word by word, so that no span can end inside a word, and add the features.

    The tokenizer is called once, and sees every word once, however often the documents have it.
    """
    texts = [_encodable(document.text) for document in documents]
    words = [
        [word.of(text) for word in document.words]
        for document, text in zip(documents, texts, strict=True)
    ]
    rows = {word: row for row, word in enumerate(dict.fromkeys(chain.from_iterable(words)))}
    pieces, first_piece = _pieces(list(rows), tokenizer)
    return [
        _encoded(document, *_gathered([rows[word] for word in mine], pieces, first_piece))
        for document, mine in zip(documents, words, strict=True)
    ]


def _encoded(document: Document, pieces: Ints, first_piece: Ints) -> EncodedArticle:
    starts = np.array([word.start for word in document.words], dtype=np.int64)
    sentence = _index(starts, [span.start for span in document.sentences])
    paragraph = _index(starts, [span.start for span in document.paragraphs])
    quote, quote_state = _quotes(document, starts)
    boundary = np.full(len(starts), 1, dtype=np.int64)
    if len(starts):
        boundary[1:][np.diff(sentence) != 0] = 2
        boundary[1:][np.diff(paragraph) != 0] = 3
        boundary[0] = 4
    shape = _shapes(document)
    features = np.stack([shape, quote_state, boundary], axis=1) if len(starts) else _empty(3)
    return EncodedArticle(document, pieces, first_piece, features, sentence, paragraph, quote)


def windows(
    article: EncodedArticle, max_pieces: int, context: int, *, start: int = 0
) -> Iterator[Window]:
    """Overlapping windows to the article's end, cut between words and, if near, sentences.

    Args:
        article: the article.
        max_pieces: most word pieces in a window, special tokens not counted.
        context: word pieces a window repeats from the one before.
        start: the first word.
    """
    total = len(article)
    while start < total:
        end = _fit(article.first_piece, start, max_pieces)
        if end >= total:
            yield Window(start, total)
            return
        end = _sentence_cut(article, start, end)
        yield Window(start, end)
        following = int(
            np.searchsorted(article.first_piece, article.first_piece[end] - context, side="left")
        )
        start = max(start + 1, min(following, end))


def pack(
    parts: Sequence[tuple[EncodedArticle, Window]], pad_id: int, cls_id: int, sep_id: int
) -> dict[str, Tensor]:
    """The encoder's inputs for a batch of windows, see ``AttributionModel.forward``."""
    lengths = [int(a.first_piece[w.end] - a.first_piece[w.start]) + 2 for a, w in parts]
    shape = (len(parts), max(lengths))
    ids = np.full(shape, pad_id, dtype=np.int64)
    mask = np.zeros(shape, dtype=np.int64)
    features = np.zeros((*shape, len(FEATURE_SIZES)), dtype=np.int64)
    first_piece = np.zeros((len(parts), max(w.end - w.start for _, w in parts)), dtype=np.int64)
    for row, ((article, window), length) in enumerate(zip(parts, lengths, strict=True)):
        begin, end = article.first_piece[window.start], article.first_piece[window.end]
        ids[row, 0], ids[row, length - 1] = cls_id, sep_id
        ids[row, 1 : length - 1] = article.pieces[begin:end]
        mask[row, :length] = 1
        counts = np.diff(article.first_piece[window.start : window.end + 1])
        rows = np.repeat(article.features[window.start : window.end], counts, axis=0)
        features[row, 1 : length - 1] = rows
        firsts = article.first_piece[window.start : window.end] - begin + 1
        first_piece[row, : window.end - window.start] = firsts
    return {
        "input_ids": torch.from_numpy(ids),
        "attention_mask": torch.from_numpy(mask),
        "features": torch.from_numpy(features),
        "first_piece": torch.from_numpy(first_piece),
    }


def relations(article: EncodedArticle, predicates: Ints, columns: Ints) -> Ints:
    """Relation ids between predicates (N) and words (N, K): an array (N, K, 4)."""
    anchor = predicates[:, None]
    distance = columns - anchor
    bucket = np.digitize(np.abs(distance), _DISTANCE_EDGES)
    signed = np.where(distance < 0, 11 - bucket, 11 + bucket)
    sentence = np.clip(article.sentence[columns] - article.sentence[anchor], -3, 3) + 3
    paragraph = np.clip(article.paragraph[columns] - article.paragraph[anchor], -2, 2) + 2
    word_quote, anchor_quote = article.quote[columns], article.quote[anchor]
    state = np.where(
        word_quote < 0,
        np.where(anchor_quote < 0, 0, 1),
        np.where(anchor_quote < 0, 2, np.where(word_quote == anchor_quote, 3, 4)),
    )
    return np.stack([signed, sentence, paragraph, state], axis=-1)


def _empty(width: int) -> Ints:
    return np.zeros((0, width), dtype=np.int64)


def _index(starts: Ints, parts: list[int]) -> Ints:
    found = np.searchsorted(np.array(parts, dtype=np.int64), starts, side="right") - 1
    return np.maximum(found, 0)


def _pieces(words: list[str], tokenizer: Tokenizer) -> tuple[Ints, Ints]:
    """Vocabulary ids of the pieces of words, and where each word's pieces begin, total last."""
    if not words:
        return np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64)
    encoding = tokenizer.backend_tokenizer.encode(
        words, is_pretokenized=True, add_special_tokens=False
    )
    ids = np.array(encoding.ids, dtype=np.int64)
    owner = np.array(encoding.word_ids, dtype=np.int64)
    counts = np.bincount(owner, minlength=len(words)) if len(owner) else np.zeros(len(words), int)
    missing = np.flatnonzero(counts == 0)  # control characters, which the tokenizer drops
    if len(missing):
        unknown = np.full(len(missing), tokenizer.unk_token_id, dtype=np.int64)
        order = np.argsort(np.concatenate([owner, missing]), kind="stable")
        ids = np.concatenate([ids, unknown])[order]
        counts[missing] = 1
    if counts.max() > _MOST_PIECES:
        place = np.arange(len(ids)) - np.repeat(np.cumsum(counts) - counts, counts)
        ids, counts = ids[place < _MOST_PIECES], np.minimum(counts, _MOST_PIECES)
    return ids, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _gathered(rows: Sequence[int], pieces: Ints, first_piece: Ints) -> tuple[Ints, Ints]:
    """Of a vocabulary's pieces those of the words ``rows``, and where each word's begin."""
    which = np.array(rows, dtype=np.int64)
    counts = np.diff(first_piece)[which]
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    offsets = np.repeat(first_piece[which] - first[:-1], counts)
    return pieces[np.arange(first[-1]) + offsets], first


def _encodable(text: str) -> str:
    """The text without lone surrogates, which the tokenizer cannot read as UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _shapes(document: Document) -> Ints:
    words = [word.of(document.text) for word in document.words]
    shapes = {word: _shape(word) for word in set(words)}
    return np.array([shapes[word] for word in words], dtype=np.int64)


def _shape(word: str) -> int:
    if not word[0].isalnum():
        return 1
    if not word.isalpha() and any(map(str.isdigit, word)):
        return 2
    if word.islower():
        return 3
    if word.isupper():
        return 4 if len(word) == 1 else 5
    return 6 if word[0].isupper() and word[1:].islower() else 7


def _quotes(document: Document, starts: Ints) -> tuple[Ints, Ints]:
    """Index of the outermost quotation around each word, and the word's quotation state."""
    quote = np.full(len(starts), -1, dtype=np.int64)
    state = np.full(len(starts), 1, dtype=np.int64)
    for number, item in enumerate(document.quotes):
        inside = document.words_in(item.span)
        if not inside:
            continue
        if item.depth == 0:
            quote[inside.start : inside.stop] = number
            state[inside.start : inside.stop] = 3
        else:
            state[inside.start : inside.stop] = 5
    for item in document.quotes:
        inside = document.words_in(item.span)
        if inside and item.depth == 0:
            state[inside.start] = 2
            if item.closed:
                state[inside.stop - 1] = 4
    return quote, state


def _fit(first_piece: Ints, start: int, max_pieces: int) -> int:
    """The largest end such that words start..end hold at most ``max_pieces``, at least one word."""
    end = int(np.searchsorted(first_piece, first_piece[start] + max_pieces, side="right")) - 1
    return max(end, start + 1)


def _sentence_cut(article: EncodedArticle, start: int, end: int) -> int:
    """The last sentence start in the final fifth of the window, else ``end``."""
    changes = np.flatnonzero(np.diff(article.sentence[start : end + 1])) + start + 1
    return int(changes[-1]) if len(changes) and changes[-1] > start + 0.8 * (end - start) else end
