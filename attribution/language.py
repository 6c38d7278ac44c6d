"""Whether a text reads as English, the one language that the models know.

The tokenizer keeps common English words whole and cuts what it does not know into pieces. So the
pieces a word tell another language in Latin script, a cipher or a bad scan.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from attribution.features import CAPITALISED, LETTERS, EncodedArticle

__all__ = ["LEAST_WORDS", "MOST_PIECES", "Fluency", "fluency", "reads_as_english"]

#: Pieces a word, of small letters where there are such, from which on a text is not taken for
#: English: between the articles that the models are trained on and other languages in Latin
#: script, as tests/test_language.py measures both.
MOST_PIECES = 1.6
#: Fewer words tell nothing.
LEAST_WORDS = 20
_LETTERS = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-zªº\u00c0-\u024f]+")


@dataclass(frozen=True, slots=True)
class Fluency:
    """Words of a text, the word pieces they were cut into, its letters and the Latin ones of them.

    ``small`` and ``small_pieces`` are of the words in small letters: names say nothing about the
    language.
    """

    words: int = 0
    pieces: int = 0
    small: int = 0
    small_pieces: int = 0
    letters: int = 0
    latin: int = 0


def fluency(article: EncodedArticle) -> Fluency:
    """Counts over one stretch of text."""
    pieces = np.diff(article.first_piece)
    shape = article.features[:, 0]
    words, small = shape >= LETTERS, (shape >= LETTERS) & (shape < CAPITALISED)
    letters = "".join(_LETTERS.findall(article.document.text))
    return Fluency(
        int(words.sum()),
        int(pieces[words].sum()),
        int(small.sum()),
        int(pieces[small].sum()),
        len(letters),
        sum(map(len, _LATIN.findall(letters))),
    )


def reads_as_english(parts: Iterable[Fluency]) -> bool:
    """True for a text that reads as English, or is too short to tell.

    Args:
        parts: The counts over its stretches.
    """
    found = list(parts)
    words, pieces = sum(p.words for p in found), sum(p.pieces for p in found)
    small, small_pieces = sum(p.small for p in found), sum(p.small_pieces for p in found)
    letters, latin = sum(p.letters for p in found), sum(p.latin for p in found)
    if small >= LEAST_WORDS:
        words, pieces = small, small_pieces
    if words < LEAST_WORDS:
        return True
    return pieces < MOST_PIECES * words and 2 * latin >= letters
