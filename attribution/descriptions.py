"""Stage 4c: the article's words that say what a source is (its role) or why it can know.

Two flat layers of the encoder mark them (``role``: title or affiliation; ``justification``:
office, presence, closeness, access, expertise, see training/corpus/justification/GUIDE.md). What
lies between the marked words and whole phrases is closed up here: words beside a person's name
need less to be marked, stretches end outside names and brackets, and without articles.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attribution.entities import Entity
from attribution.features import EncodedArticle
from attribution.mentions import Mention
from attribution.model import TAG_LAYERS, AttributionModel
from attribution.roles import WordRange
from attribution.wordclasses import (
    BE,
    DETERMINERS,
    INDEFINITE,
    LINKING,
    LINKS,
    PRONOUNS,
    RANKS,
    TITLES,
)

__all__ = ["LAYERS", "Description", "Layer", "find_descriptions"]

Floats = NDArray[np.float32]
Layer = Literal["role", "justification"]
LAYERS: tuple[Layer, ...] = get_args(Layer)

#: Words that describe nobody when they stand alone: "of Mr", "and the".
_SCRAPS = frozenset("then now once like asked said told".split())
_EMPTY = (
    _SCRAPS
    | DETERMINERS
    | LINKS
    | LINKING
    | TITLES
    | BE
    | {"#", "per", "cent", "percent", *PRONOUNS}
)
#: What the guide calls no ground when it stands alone, as anybody may be it.
_ANYBODY = frozenset(
    "source sources person people man men woman women critics supporters opponents others "
    "leaders".split()
)
#: Words that no ground begins or ends with: "and his aides", "who has covered the".
_LEADING, _TRAILING = DETERMINERS | LINKS, DETERMINERS | LINKS | LINKING
#: Beside a person's name, this part of the threshold is enough: a role may be told at any of a
#: person's names, and the layer was taught one of these places. Roles: of three values on train
#: articles; grounds: less lets verbs in.
_BESIDE: Mapping[Layer, float] = {"role": 0.25, "justification": 0.5}
#: Words in front of a name and behind it that stand beside it.
_FRONT, _BEHIND = 8, 14
_APPOSED = frozenset(",—–―")
#: A clause says what somebody did, seldom what he is.
_RELATIVE = frozenset("who whom whose which that".split())


@dataclass(frozen=True, slots=True)
class Description:
    """Words first..last that say what a source is or why it can know. ``score`` lies in 0..1."""

    layer: Layer
    first: int
    last: int
    score: float

    @property
    def words(self) -> WordRange:
        return self.first, self.last


@torch.inference_mode()
def find_descriptions(
    model: AttributionModel,
    article: EncodedArticle,
    words: Tensor,
    thresholds: Mapping[Layer, float],
    mentions: Sequence[Mention] = (),
) -> list[Description]:
    """The marked stretches of both layers, in text order of each.

    Args:
        model: the encoder with its heads; a model without one of the layers finds none in it.
        article: the article.
        words: (n, hidden) word states.
        thresholds: least probability of a marked word, by layer.
        mentions: those whose names of persons lower the threshold around them.
    """
    if not len(words):
        return []
    tags = model.tags(words).unflatten(-1, (-1, 3)).float().softmax(-1).cpu().numpy()
    people = _people(mentions)
    named = {word for name in people for word in range(name.first, name.last + 1)}
    relative = {word for word, plain in enumerate(article.plain_words) if plain in _RELATIVE}
    found: list[Description] = []
    for layer in LAYERS:
        column = TAG_LAYERS.index(layer)
        if column < tags.shape[1]:
            stops = named | relative if layer == "role" else named
            least = thresholds[layer], _BESIDE[layer] * thresholds[layer]
            marked = _marked(article, tags[:, column], least, people, stops)
            stretches = _stretches(article, tags[:, column], marked, named, layer)
            found.extend(Description(layer, *item) for item in stretches)
    return found


def _people(mentions: Iterable[Mention]) -> list[Entity]:
    """The names of persons in the mentions, each once."""
    names = {(n.first, n.last): n for item in mentions for n in item.names if n.type == "PERSON"}
    return list(names.values())


def _marked(
    article: EncodedArticle,
    tags: Floats,
    thresholds: tuple[float, float],
    people: Sequence[Entity],
    stops: Collection[int],
) -> NDArray[np.bool_]:
    """Which words (n) are marked: at the second threshold already beside a person's name.

    ``stops`` are words behind which nothing is beside the name any more.
    """
    chances = 1 - tags[:, 0]
    marked: NDArray[np.bool_] = chances >= thresholds[0]
    for name in people:
        for side in _sides(article, name):
            for word in side:
                if chances[word] < thresholds[1] or word in stops:
                    break
                marked[word] = True
    return marked


def _sides(article: EncodedArticle, name: Entity) -> Iterator[range]:
    """The words in front of a name, going back from it, and those behind the comma after it."""
    end = len(article)
    front = name.first - 1
    if front >= 0 and article.plain_words[front] == ".":  # "Sen." before a name
        front -= 1
    yield _within(article, range(front, max(-1, front - _FRONT), -1), name.first)
    document = article.document
    behind = name.last + 1
    if behind < end and document.words[behind].of(document.text) in _APPOSED:
        first = behind + 1
        if first < end and article.plain_words[first] in DETERMINERS:
            first += 1
        yield _within(article, range(first, min(end, first + _BEHIND)), name.last)


def _within(article: EncodedArticle, words: range, name: int) -> range:
    """The words up to the first mark or other sentence."""
    for place, word in enumerate(words):
        if article.sentence[word] != article.sentence[name] or not article.document.lettered[word]:
            return words[:place]
    return words


def _stretches(
    article: EncodedArticle,
    tags: Floats,
    marked: NDArray[np.bool_],
    named: Collection[int],
    layer: Layer,
) -> list[tuple[int, int, float]]:
    """(first, last, mean probability) of the runs of marked words within sentences."""
    found: list[tuple[int, int, float]] = []
    chances = 1 - tags[:, 0]
    start: int | None = None
    for word in range(len(marked) + 1):
        on = word < len(marked) and bool(marked[word])
        begins = on and (
            start is None
            or tags[word, 1] > max(tags[word, 2], tags[word, 0])
            or article.sentence[word] != article.sentence[word - 1]
        )
        if start is not None and (not on or begins):
            start, end = _whole_tokens(article, start, word - 1)
            for first, last in _parts(article, start, end, layer):
                item = _trimmed(article, first, last, layer)
                if item is not None:
                    end = _whole_name(article, item[1], named)
                    found.append((item[0], end, float(chances[item[0] : end + 1].mean())))
            start = None
        if begins:
            start = word
    return found


def _whole_tokens(article: EncodedArticle, first: int, last: int) -> WordRange:
    """The range with the words that a stroke joins to its edges: "11 widow" of "9/11 widow"."""
    document = article.document

    def joined(stroke: int) -> bool:
        if not 0 < stroke < len(article) - 1 or article.plain_words[stroke] != "/":
            return False
        before, here, behind = document.words[stroke - 1 : stroke + 2]
        lettered = document.lettered[stroke - 1] and document.lettered[stroke + 1]
        return bool(lettered) and before.end == here.start and here.end == behind.start

    while joined(first - 1):
        first -= 2
    while joined(last + 1):
        last += 2
    return first, last


def _parts(article: EncodedArticle, first: int, last: int, layer: Layer) -> list[WordRange]:
    """A ground without its brackets: "D-Ohio), head of the caucus" is "head of the caucus".

    What is in brackets behind a name is party and place, by the guide no ground. A role keeps it.
    """
    if layer == "role":
        return [(first, last)]
    document = article.document
    texts = [document.words[word].of(document.text) for word in range(first, last + 1)]
    closing = texts.index(")") if ")" in texts else -1
    # A bracket in front goes whole, "(D-Ohio), head of"; one that is all there is stays.
    whole = texts[0] == "(" and closing < len(texts) - 1
    if closing >= 0 and (whole or "(" not in texts[:closing]):
        first += closing + 1
        return _parts(article, first, last, layer) if first <= last else []
    if "(" in texts and ")" not in texts[texts.index("(") :]:
        last = first + texts.index("(") - 1
    return [(first, last)] if first <= last else []


def _trimmed(article: EncodedArticle, first: int, last: int, layer: Layer) -> WordRange | None:
    """The range without marks and titles at its edges; a ground without articles and "and", too.

    None when no word in it describes anybody: articles, prepositions, titles, numbers alone, or
    the rest of a part ("of them" in "one of them").
    """
    plain = article.plain_words
    lettered = [word for word in range(first, last + 1) if article.document.lettered[word]]
    while len(lettered) > 1 and _leads_to_name(plain, *lettered[-2:]):
        del lettered[-1]
    if _EMPTY.issuperset(plain[word] for word in lettered):
        return None
    if plain[lettered[0]] == "of" and first > 0 and plain[first - 1] in {*INDEFINITE, "#"}:
        return None
    if layer == "justification":
        while plain[lettered[0]] in _LEADING:
            del lettered[0]
        while plain[lettered[-1]] in _TRAILING:
            del lettered[-1]
        told = {plain[word] for word in lettered}
        anybody = not told.isdisjoint(_ANYBODY) and told <= _ANYBODY | INDEFINITE
        if anybody or _fills_bracket(article, lettered[0], lettered[-1]):
            return None
    return lettered[0], lettered[-1]


def _fills_bracket(article: EncodedArticle, first: int, last: int) -> bool:
    """True for one word that is all of a bracket behind a capital: "Roe (D-Ohio)", "Roe (Vt.)"."""
    if first != last or first < 2 or last + 1 >= len(article):
        return False
    words = [
        word.of(article.document.text) for word in article.document.words[first - 2 : last + 3]
    ]
    closed = words[3] == ")" or words[3:5] == [".", ")"]
    return words[0][0].isupper() and words[1] == "(" and words[2][0].isupper() and closed


def _leads_to_name(plain: Sequence[str], before: int, last: int) -> bool:
    """True for a last word that only leads to a name: "doctor Mr", "deputy, Cllr"."""
    apart = plain[before + 1 : last] == [","]
    return plain[last] in TITLES or (apart and plain[last] in RANKS)


def _whole_name(article: EncodedArticle, last: int, named: Collection[int]) -> int:
    """The last word of the name that a range would else end in: "head of the Port" Board."""
    document = article.document

    def capital(word: int) -> bool:
        return document.words[word].of(document.text)[0].isupper()

    while (
        capital(last)
        and last + 1 < len(article)
        and capital(last + 1)
        and last + 1 not in named
        and article.sentence[last] == article.sentence[last + 1]
    ):
        last += 1
    return last
