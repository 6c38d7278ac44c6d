"""What is worked out for all words or mentions at once is what a loop over them gives."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from attribution.decode import ClaimDraft
from attribution.features import encode_article, encode_articles
from attribution.intermediaries import _rivals
from attribution.likeness import Wording, compare
from attribution.linking import (
    LINK_FEATURES,
    Pairing,
    _claims_since,
    candidates_of,
    options_features,
)
from attribution.mentions import Mention, form_of
from attribution.model import ROLE_LABELS
from attribution.resolve import Cluster
from attribution.roles import _best_labels, _trace
from attribution.scene import Scene, _maxima, _ranges, outer_claims
from attribution.segment import segment
from scenes import Script, draft, mention, table
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


@given(scores, st.integers(1, 3))
def test_rivals_are_the_largest_of_the_others(values: np.ndarray, columns: int) -> None:
    expected = [np.delete(values, place).max(initial=0.0) for place in range(len(values))]
    table_of_them = np.repeat(values[:, None], columns, axis=1)
    assert _rivals(table_of_them).T.tolist() == [expected] * columns


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


def test_the_nearest_mention_of_every_cluster() -> None:
    article = encode("Brask saw her. She left Brask there.")
    found = table([mention(article, words) for words in ("Brask", "her", "She")])
    drafts = [replace(draft(article, Script(("there",))), predicate=word) for word in range(8)]
    clusters = [Cluster([0, 2]), Cluster([1])]
    scene = Scene(article, drafts, found, clusters, [0] * 8, np.zeros((2, 8)))
    firsts = [item.first for item in found.mentions]
    expected = [
        [min(cluster.members, key=lambda place: abs(firsts[place] - word)) for cluster in clusters]
        for word in range(8)
    ]
    assert scene.nearest.tolist() == expected


pieces = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 4)), min_size=1, max_size=2)


@given(st.lists(st.tuples(st.integers(0, 7), pieces), min_size=1, max_size=5))
def test_outer_claims_are_those_that_hold_a_claim_most_closely(
    claims: list[tuple[int, list[tuple[int, int]]]],
) -> None:
    told = draft(encode(SAMPLE), Script(("The",)))
    drafts = [
        replace(told, predicate=word, content=tuple((first, first + more) for first, more in held))
        for word, held in claims
    ]
    assert outer_claims(drafts).tolist() == [
        outer_of(drafts, claim) for claim in range(len(drafts))
    ]


def outer_of(drafts: list[ClaimDraft], claim: int) -> int:
    """The claim with the shortest piece around the predicate, its own opening outside this one."""
    mine = drafts[claim]
    found = [
        (last - first, number)
        for number, other in enumerate(drafts)
        for first, last in other.content
        if number != claim
        and first <= mine.predicate <= last
        and not any(start <= other.predicate <= end for start, end in mine.content)
    ]
    return min(found)[1] if found else -1


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=5))
def test_ranges_are_those_of_a_loop(edges: list[tuple[int, int]]) -> None:
    begin, end = np.array(edges).T
    which, numbers = _ranges(begin, end)
    expected = [(row, at) for row, edge in enumerate(edges) for at in range(*edge)]
    assert list(zip(which.tolist(), numbers.tolist(), strict=True)) == expected


def test_what_the_encoder_scored_is_read_for_every_mention_in_reach() -> None:
    article = encode("Brask told the Echo that Ware left. Ware stayed with the Echo.")
    names = [("Brask", 1), ("the Echo", 1), ("Ware", 1), ("Ware", 2), ("the Echo", 2)]
    found = table([mention(article, words, occurrence=number) for words, number in names])
    told = draft(article, Script(("Ware left",), "told", "Brask"))
    rng = np.random.default_rng(3)
    drafts = [
        replace(told, scores_from=start, via_scores=rng.random(size, dtype=np.float32))
        for start, size in ((0, len(article)), (2, 4), (len(article) - 1, 1))
    ]
    clusters = [Cluster([0]), Cluster([1, 4]), Cluster([2, 3])]
    scene = Scene(article, drafts, found, clusters, [0] * 3, np.zeros((3, 8)))
    expected = np.zeros((3, 3), dtype=np.float32)
    for row, item in enumerate(drafts):
        for number, cluster in enumerate(clusters):
            for name in (found.mentions[place] for place in cluster.members):
                first, end = name.first - item.scores_from, name.last + 1 - item.scores_from
                if 0 <= first < len(item.via_scores):
                    best = item.via_scores[first:end].max()
                    expected[row, number] = max(expected[row, number], best)
    assert scene.reach[0].tolist() == expected.tolist()


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 2), st.integers(1, 4), st.just(len(ROLE_LABELS))),
        elements=st.integers(-9, 0).map(float),
    )
)
def test_the_best_labels_score_as_high_as_any_whole_spans(scores: np.ndarray) -> None:
    came, best = _best_labels(scores, 1.0)
    for row, labels in enumerate(_trace(came, best)):
        assert worth(scores[row], labels) == pytest.approx(highest(scores[row]))


def worth(scores: np.ndarray, labels: np.ndarray) -> float:
    """Score of a path, less what its pieces cost."""
    names = [ROLE_LABELS[label] for label in labels]
    cost = {name: 1.0 if name.endswith("content") else 0.5 for name in ROLE_LABELS}
    total = sum(float(scores[at, label]) for at, label in enumerate(labels))
    return total - sum(cost[name] for name in names if name[0] in "BS")


def highest(scores: np.ndarray) -> float:
    """What the best path through the columns is worth, by trying all that keep spans whole."""

    @cache
    def rest(column: int, state: int) -> float:
        if column == len(scores):
            return 0.0
        options = []
        for label, name in enumerate(ROLE_LABELS):
            role = (label - 1) // 4 + 1
            if (name[0] in "IE" and role != state) or (name[0] in "OBS" and state):
                continue
            cost = (1.0 if name.endswith("content") else 0.5) if name[0] in "BS" else 0.0
            following = rest(column + 1, role if name[0] in "BI" else 0)
            options.append(float(scores[column, label]) - cost + following)
        return max(options)

    return rest(0, 0)


@given(st.lists(st.sampled_from(NAMES), min_size=3, max_size=9), st.data())
def test_link_features_pool_what_each_mention_of_a_source_gives(
    names: list[str], data: st.DataObject
) -> None:
    pairing = paired(names)
    row = len(names) - 1
    owner = [0]
    for _ in range(row - 1):
        owner.append(data.draw(st.integers(0, max(owner) + 1)))
    sources, found = options_features(pairing, row, owner)
    assert sources.tolist() == sorted(set(owner))
    rows = [dict(zip(LINK_FEATURES, values, strict=True)) for values in found.tolist()]
    for source, features in zip(sources.tolist(), rows, strict=True):
        members = [place for place in range(row) if owner[place] == source]
        scores = pairing.table.antecedent[row, members]
        last = pairing.first[row] - pairing.first[members[-1]]
        later = {owner[place] for place in range(members[-1] + 1, row)} - {source}
        assert features["antecedent"] == pytest.approx(scores.max())
        assert features["antecedent_mean"] == pytest.approx(scores.mean())
        assert features["antecedent_last"] == pytest.approx(scores[-1])
        assert features["words_apart"] == pytest.approx(np.log1p(last))
        assert features["mentions"] == pytest.approx(np.log1p(len(members)))
        assert features["sources_apart"] == pytest.approx(np.log1p(len(later)))
        assert features["spoke_last"] == (owner[-1] == source)
