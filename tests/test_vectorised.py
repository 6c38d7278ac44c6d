"""What is worked out for all words or mentions at once is what a loop over them gives."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from attribution.features import encode_article, encode_articles
from attribution.intermediaries import Scene, _maxima, _rivals
from attribution.likeness import Wording, compare
from attribution.linking import Pairing, _claims_since, candidates_of
from attribution.mentions import Mention, form_of
from attribution.resolve import Cluster
from attribution.segment import segment
from scenes import mention, table
from strategies import any_text
from tiny_model import SAMPLE, encode, tiny_tokenizer

scores = arrays.arrays(np.float32, st.integers(1, 12), elements=st.floats(0, 1, width=32))


@given(st.lists(any_text, max_size=3))
def test_articles_encoded_together_are_those_encoded_one_by_one(texts: list[str]) -> None:
    documents = [segment(text) for text in [*texts, SAMPLE]]
    together = encode_articles(documents, tiny_tokenizer())
    for document, found in zip(documents, together, strict=True):
        alone = encode_article(document, tiny_tokenizer())
        for name in ("pieces", "first_piece", "features", "sentence", "paragraph", "quote"):
            assert getattr(found, name).tolist() == getattr(alone, name).tolist()


def test_the_tokenizer_is_called_once_and_sees_each_word_once() -> None:
    calls: list[list[str]] = []

    class Counting:
        def encode(self, words: list[str], **options: object) -> object:
            calls.append(words)
            return tiny_tokenizer().backend_tokenizer.encode(words, **options)

    fake = SimpleNamespace(backend_tokenizer=Counting(), unk_token_id=1)
    encode_articles([segment(SAMPLE), segment(SAMPLE), segment("The chair")], fake)  # type: ignore[arg-type]
    assert len(calls) == 1
    assert len(calls[0]) == len(set(calls[0]))


@given(scores)
def test_rivals_are_the_largest_of_the_others(values: np.ndarray) -> None:
    expected = [np.delete(values, place).max(initial=0.0) for place in range(len(values))]
    assert _rivals(values).tolist() == expected


@given(scores, st.data())
def test_maxima_are_those_of_the_slices(values: np.ndarray, data: st.DataObject) -> None:
    begins = data.draw(st.lists(st.integers(0, len(values) - 1), min_size=1, max_size=6))
    ends = [data.draw(st.integers(begin + 1, len(values))) for begin in begins]
    found = _maxima(values, np.array(begins), np.array(ends))
    pairs = zip(begins, ends, strict=True)
    assert found.tolist() == [values[begin:end].max() for begin, end in pairs]


@given(st.lists(st.integers(0, 5), max_size=12), st.sets(st.integers(0, 7), min_size=1))
def test_claims_since_count_from_a_sources_last_claim(spoken: list[int], which: set[int]) -> None:
    sources = sorted(which)
    expected = [
        spoken[::-1].index(source) if source in spoken else len(spoken) for source in sources
    ]
    found = _claims_since(np.array(spoken, dtype=np.int64), np.array(sources))
    assert found.tolist() == expected


NAMES = ("Brask", "the harbour board", "she", "the board", "Ottoline Brask", "a deckhand")


@given(st.lists(st.sampled_from(NAMES), min_size=2, max_size=70))
def test_candidates_are_the_recent_mentions_and_those_that_share_a_word(names: list[str]) -> None:
    pairing = paired(names)
    row = len(names) - 1
    mine = pairing.wordings[row].content
    expected = [
        place
        for place in range(row)
        if place >= row - 60 or not mine.isdisjoint(pairing.wordings[place].content)
    ]
    assert candidates_of(pairing, row).tolist() == expected


def paired(names: list[str]) -> Pairing:
    """Mentions of these names, commas between them."""
    mentions, first = [], 0
    for name in names:
        tokens = tuple(name.split())
        last = first + len(tokens) - 1
        mentions.append(Mention(first, last, "source", None, form_of(tokens, ()), (), tokens))
        first = last + 2
    return Pairing(encode(", ".join(names)), table(mentions))


few = st.sampled_from(("a", "b", "c", "abc"))
wordings = st.builds(
    Wording,
    words=st.lists(few, max_size=3).map(tuple),
    content=st.frozensets(few, max_size=3),
    names=st.lists(st.lists(few, min_size=1, max_size=3).map(tuple), max_size=3).map(tuple),
    initials=st.sampled_from(("", "a", "abc", "bc")),
)


@given(st.lists(wordings, min_size=1, max_size=6))
def test_all_pairs_are_compared_as_one_by_one(items: list[Wording]) -> None:
    like = compare(items)
    places = np.arange(len(items))
    for row, mine in enumerate(items):
        expected = np.float32([one_by_one(mine, other) for other in items])
        assert like.compared(row, places).tolist() == expected.tolist()
        assert like.fits(row, slice(None)).tolist() == [one_source(mine, other) for other in items]
        for place, other in enumerate(items):
            assert like.within(row, place) == each_within(mine, other)
            assert like.acronym(row, place) == is_acronym(mine, other)


def one_by_one(mine: Wording, other: Wording) -> list[float]:
    """What two wordings share, in the order of ``COMPARED``."""
    shared = mine.content & other.content
    known = bool(mine.names and other.names)
    return [
        bool(mine.words) and mine.words == other.words,
        bool(mine.words and other.words) and mine.words[-1] == other.words[-1],
        len(shared) / max(1, min(len(mine.content), len(other.content))),
        bool(mine.content) and mine.content <= other.content,
        bool(other.content) and other.content <= mine.content,
        known and mine.names == other.names,
        known and each_within(mine, other),
        known and each_within(other, mine),
        bool(mine.words) and any(mine.words[-1] in name for name in other.names),
        is_acronym(mine, other),
    ]


def one_source(mine: Wording, other: Wording) -> bool:
    named = mine.names and other.names
    return (
        not named or each_within(mine, other) or each_within(other, mine) or is_acronym(mine, other)
    )


def each_within(short: Wording, long: Wording) -> bool:
    pairs = zip(short.names, long.names, strict=False)
    return len(short.names) == len(long.names) and all(set(a) <= set(b) for a, b in pairs)


def is_acronym(one: Wording, other: Wording) -> bool:
    return any(
        len(long.initials) > 1 and short.names == ((long.initials,),)
        for short, long in ((one, other), (other, one))
    )


@pytest.mark.parametrize("word", range(8))
def test_the_nearest_mention_of_every_cluster(word: int) -> None:
    article = encode("Brask saw her. She left Brask there.")
    found = table([mention(article, words) for words in ("Brask", "her", "She")])
    scene = Scene(article, (), found, [Cluster([0, 2]), Cluster([1])], (), np.zeros((2, 8)))
    firsts = [item.first for item in found.mentions]
    expected = [
        min(cluster.members, key=lambda place: abs(firsts[place] - word))
        for cluster in scene.clusters
    ]
    assert scene.nearest(word).tolist() == expected
