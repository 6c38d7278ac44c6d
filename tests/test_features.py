"""A document as arrays: pieces, features, windows, batches and relations."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.features import (
    FEATURE_SIZES,
    RELATION_SIZES,
    EncodedArticle,
    Window,
    pack,
    relations,
    windows,
)
from strategies import any_text
from tiny_model import SAMPLE, encode, special, tiny_tokenizer

LONG = " ".join([SAMPLE] * 3)
SHAPE, QUOTE_STATE, BOUNDARY = range(3)


def pieces_of(article: EncodedArticle, word: int) -> list[str]:
    cut = slice(article.first_piece[word], article.first_piece[word + 1])
    return tiny_tokenizer().convert_ids_to_tokens(article.pieces[cut].tolist())


def column(text: str, feature: int) -> list[int]:
    return encode(text).features[:, feature].tolist()


def word_number(article: EncodedArticle, word: str) -> int:
    texts = [span.of(article.document.text) for span in article.document.words]
    return texts.index(word)


class TestPieces:
    def test_a_known_word_is_one_piece_and_an_unknown_one_its_letters(self) -> None:
        article = encode("The pier")
        assert pieces_of(article, 0) == ["the"]
        assert pieces_of(article, 1) == ["p", "##i", "##e", "##r"]

    def test_first_piece_ends_with_the_total(self) -> None:
        article = encode("The pier")
        assert article.first_piece.tolist() == [0, 1, 5]

    @pytest.mark.parametrize("odd", ["\x00", "\ufffd", "\u202e", "\u200b"])
    def test_a_character_that_the_tokenizer_drops_is_one_unknown_piece(self, odd: str) -> None:
        article = encode(f"the {odd} chair {odd}")
        found = [pieces_of(article, word) for word in range(len(article))]
        assert found == [["the"], ["[UNK]"], ["chair"], ["[UNK]"]]

    def test_a_lone_surrogate_is_read_as_a_question_mark(self) -> None:
        assert pieces_of(encode("the \ud83d chair"), 1) == ["?"]

    @pytest.mark.parametrize("long", ["." * 600, "中" * 600, "_" * 600])
    def test_a_word_of_very_many_pieces_is_known_by_its_first_ones(self, long: str) -> None:
        article = encode(f"the {long} chair")
        assert np.diff(article.first_piece).tolist() == [1, 32, 1]
        assert pieces_of(article, 2) == ["chair"]

    def test_blank_text_has_no_word_and_no_piece(self) -> None:
        article = encode(" \n")
        assert len(article) == 0
        assert article.first_piece.tolist() == [0]
        assert article.features.shape == (0, len(FEATURE_SIZES))


class TestFeatures:
    def test_shape_tells_marks_numbers_and_capitals_apart(self) -> None:
        assert column("echo Echo A BBC McRae 4th ,", SHAPE) == [3, 6, 4, 5, 7, 2, 1]

    def test_quotation_state_marks_outside_begin_inside_and_end(self) -> None:
        assert column("He said “go now” twice", QUOTE_STATE) == [1, 1, 2, 3, 3, 4, 1]

    def test_an_open_quotation_has_no_end(self) -> None:
        assert column("“go now\n\n“and then”", QUOTE_STATE) == [2, 3, 3, 2, 3, 3, 4]

    def test_a_quotation_inside_another_has_a_state_of_its_own(self) -> None:
        assert column("“he ‘ran’ off”", QUOTE_STATE) == [2, 3, 5, 5, 5, 3, 4]

    def test_boundary_tells_text_sentence_and_paragraph_starts(self) -> None:
        assert column("We go. We stay.\n\nWe sleep.", BOUNDARY) == [4, 1, 1, 2, 1, 1, 3, 1, 1]

    def test_quote_is_the_outermost_quotation(self) -> None:
        article = encode("“he ‘ran’ off” and “slept”")
        assert article.quote.tolist() == [0, 0, 0, 0, 0, 0, 0, -1, 2, 2, 2]


class TestWindows:
    def test_a_short_article_is_one_window(self) -> None:
        article = encode("The pier closed.")
        assert list(windows(article, 500, 100)) == [Window(0, len(article))]

    def test_an_empty_article_has_none(self) -> None:
        assert list(windows(encode(" "), 10, 2)) == []

    def test_a_cut_falls_between_sentences_when_one_ends_near(self) -> None:
        article = encode("the the the the the the the the the. The the the the the.")
        first = next(windows(article, 12, 0))
        assert first == Window(0, 10)

    @given(st.integers(1, 80), st.integers(0, 90))
    def test_they_cover_all_words_in_order(self, max_pieces: int, context: int) -> None:
        article = encode(LONG)
        found = list(windows(article, max_pieces, context))
        assert found[0].start == 0
        assert found[-1].end == len(article)
        for before, after in pairwise(found):
            assert before.start < after.start <= before.end <= after.end

    @given(st.integers(12, 80))
    def test_they_hold_at_most_the_pieces_allowed(self, max_pieces: int) -> None:
        article = encode(LONG)
        first = article.first_piece
        for window in windows(article, max_pieces, 8):
            assert first[window.end] - first[window.start] <= max_pieces

    @given(st.integers(0, 30))
    def test_they_overlap_by_at_most_the_context_and_a_word_less(self, context: int) -> None:
        article = encode(LONG)
        found = list(windows(article, 60, context))
        for before, after in pairwise(found):
            shared = article.first_piece[before.end] - article.first_piece[after.start]
            longest = np.diff(article.first_piece).max()
            assert context - longest < shared <= context

    def test_they_can_begin_at_any_word(self) -> None:
        article = encode(LONG)
        assert next(windows(article, 40, 0, start=7)).start == 7


class TestPack:
    def test_windows_are_framed_and_padded(self) -> None:
        pad, first, last = special()
        article = encode("the chair said the chair")
        batch = pack([(article, Window(0, 5)), (article, Window(1, 3))], pad, first, last)
        ids = article.pieces.tolist()
        assert batch["input_ids"].tolist() == [
            [first, *ids, last],
            [first, *ids[1:3], last, pad, pad, pad],
        ]
        assert batch["attention_mask"].tolist() == [[1] * 7, [1] * 4 + [0] * 3]

    def test_first_piece_points_at_each_word_in_the_row(self) -> None:
        article = encode("the pier said")
        batch = pack([(article, Window(0, 3)), (article, Window(2, 3))], *special())
        assert batch["first_piece"].tolist() == [[1, 2, 6], [1, 0, 0]]

    def test_every_piece_has_its_words_features_and_special_tokens_none(self) -> None:
        article = encode("the Pier")
        batch = pack([(article, Window(0, 2))], *special())
        the, pier = article.features.tolist()
        assert batch["features"].tolist() == [[[0, 0, 0], the, pier, pier, pier, pier, [0, 0, 0]]]


class TestRelations:
    def test_signed_distance_is_zero_at_the_predicate_and_grows_to_the_sides(self) -> None:
        article = encode(LONG)
        row = relations(article, np.array([50]), np.arange(len(article))[None])[0, :, 0]
        assert row[50] == 11
        assert (np.diff(row) >= 0).all()
        assert (row[0], row[-1]) == (11 - 9, 11 + 11)

    def test_sentence_and_paragraph_distance_count_from_the_predicate(self) -> None:
        article = encode("We go. We stay.\n\nWe sleep.")
        found = relations(article, np.array([3]), np.arange(len(article))[None])[0]
        assert found[:, 1].tolist() == [2, 2, 2, 3, 3, 3, 4, 4, 4]
        assert found[:, 2].tolist() == [2, 2, 2, 2, 2, 2, 3, 3, 3]

    def test_quotation_relation_tells_same_other_and_outside(self) -> None:
        article = encode("“go” he said “now”")
        inside, outside = word_number(article, "go"), word_number(article, "said")
        columns = np.tile(np.arange(len(article)), (2, 1))
        found = relations(article, np.array([inside, outside]), columns)[..., 3]
        assert found.tolist() == [[3, 3, 3, 1, 1, 4, 4, 4], [2, 2, 2, 0, 0, 2, 2, 2]]


@given(any_text)
def test_every_word_of_any_text_has_pieces(text: str) -> None:
    article = encode(text)
    assert (np.diff(article.first_piece) > 0).all()
    assert article.first_piece[-1] == len(article.pieces)
    assert len(article.first_piece) == len(article) + 1


@given(any_text)
def test_all_ids_of_any_text_have_an_embedding(text: str) -> None:
    article = encode(text)
    assert (article.pieces < len(tiny_tokenizer())).all()
    assert ((article.features > 0) & (article.features < FEATURE_SIZES)).all()
    words = np.arange(len(article))
    if len(words):
        found = relations(article, words, np.tile(words, (len(words), 1)))
        assert ((found >= 0) & (found < RELATION_SIZES)).all()
