"""From scores to claims."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.decode import _drop_same, _likely_source
from attribution.model import ROLE_LABELS
from attribution.roles import AFTER, BEFORE, viterbi
from scenes import Script, decoded, draft, words_of
from tiny_model import encode

LABEL = {name: number for number, name in enumerate(ROLE_LABELS)}
#: Column of the predicate among the words around it.
PREDICATE = BEFORE
COLUMNS = BEFORE + AFTER


def best_path(
    *, uncued: bool = False, piece_cost: float = 0.0, **preferred: dict[str, float]
) -> list[str]:
    """Labels around the predicate when words at an offset ("after1", "before1") like a label."""
    scores = np.zeros((1, COLUMNS, len(ROLE_LABELS)), dtype=np.float32)
    scores[..., LABEL["O"]] = 0.1
    for place, labels in preferred.items():
        side, offset = place[:-1], int(place[-1])
        at = PREDICATE + (offset if side == "after" else -offset)
        for label, score in labels.items():
            scores[0, at, LABEL[label]] = score
    paths, _ = viterbi(scores, np.array([uncued]), piece_cost=piece_cost)
    return [ROLE_LABELS[label] for label in paths[0, PREDICATE - 2 : PREDICATE + 4]]


class TestViterbi:
    def test_the_predicate_is_the_cue(self) -> None:
        assert best_path() == ["O", "O", "S-cue", "O", "O", "O"]

    def test_the_predicate_of_an_uncued_claim_is_its_content(self) -> None:
        assert best_path(uncued=True) == ["O", "O", "S-content", "O", "O", "O"]

    def test_the_predicate_keeps_its_label_against_any_score(self) -> None:
        assert best_path(after0={"S-source": 50.0})[2] == "S-cue"

    def test_a_span_goes_on_to_its_last_word(self) -> None:
        path = best_path(after0={"B-cue": 1.0}, after2={"E-cue": 5.0})
        assert path[2:5] == ["B-cue", "I-cue", "E-cue"]

    def test_a_last_word_has_a_first_one_before_it(self) -> None:
        assert best_path(after2={"E-content": 5.0})[3:5] == ["B-content", "E-content"]

    def test_an_inner_word_never_stands_in_another_role(self) -> None:
        path = best_path(after1={"B-source": 9.0}, after2={"I-content": 5.0, "E-source": 4.0})
        assert path[3:5] == ["B-source", "E-source"]

    def test_a_span_ends_where_its_last_word_scores_not_where_inner_words_fade(self) -> None:
        inner = {"I-content": 2.0}
        path = best_path(after1={"B-content": 5.0}, after2=inner, after3={"E-content": 3.0})
        assert path[3:6] == ["B-content", "I-content", "E-content"]

    def test_a_cost_a_piece_makes_one_of_two(self) -> None:
        likes = {
            "after1": {"S-content": 5.0, "B-content": 4.8},
            "after2": {"S-content": 5.0, "E-content": 4.8},
        }
        assert best_path(**likes)[3:5] == ["S-content", "S-content"]
        assert best_path(**likes, piece_cost=1.0)[3:5] == ["B-content", "E-content"]

    @given(st.integers(0, 1000), st.booleans())
    def test_any_scores_give_whole_spans(self, seed: int, uncued: bool) -> None:
        shape = (2, COLUMNS, len(ROLE_LABELS))
        scores = np.random.default_rng(seed).normal(0, 4, shape).astype(np.float32)
        paths, certainty = viterbi(scores, np.array([uncued, not uncued]))
        for path in paths:
            for before, label in pairwise(["O", *(ROLE_LABELS[label] for label in path)]):
                inside = before[2:] if before[0] in "BI" else ""
                assert inside == (label[2:] if label[0] in "IE" else "")
        assert (certainty > 0).all()

    @given(st.integers(0, 1000))
    def test_a_claim_alone_is_read_and_as_sure_as_beside_another(self, seed: int) -> None:
        shape = (2, COLUMNS, len(ROLE_LABELS))
        scores = np.random.default_rng(seed).normal(-4, 2, shape).astype(np.float32)
        cued = np.array([False, False])
        paths, certainty = viterbi(scores, cued, piece_cost=2.0)
        path, alone = viterbi(scores[:1], cued[:1], piece_cost=2.0)
        assert (path[0] == paths[0]).all()
        assert alone[0] == pytest.approx(certainty[0], rel=1e-5)

    @given(st.integers(0, 1000))
    def test_no_other_sequence_of_a_few_words_scores_higher(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        scores = np.full((1, COLUMNS, len(ROLE_LABELS)), -50.0, dtype=np.float32)
        scores[..., 0] = 0.0
        near = slice(PREDICATE + 1, PREDICATE + 4)
        scores[0, near] = rng.normal(0, 2, (3, len(ROLE_LABELS)))
        scores[0, PREDICATE, LABEL["S-cue"]] = 50.0
        paths, _ = viterbi(scores, np.array([False]))

        def worth(labels: tuple[int, ...]) -> float:
            return float(sum(scores[0, near][place, label] for place, label in enumerate(labels)))

        def whole(labels: tuple[int, ...]) -> bool:
            names = ["O", *(ROLE_LABELS[label] for label in labels), "O"]
            return all(
                (before[2:] if before[0] in "BI" else "") == (name[2:] if name[0] in "IE" else "")
                for before, name in pairwise(names)
            )

        options = filter(whole, product(range(len(ROLE_LABELS)), repeat=3))
        assert worth(tuple(paths[0, near])) == pytest.approx(max(map(worth, options)), abs=1e-3)

    def test_certainty_is_the_geometric_mean_over_labelled_words(self) -> None:
        scores = np.full((1, COLUMNS, len(ROLE_LABELS)), -20.0, dtype=np.float32)
        scores[..., LABEL["O"]] = 0.0
        scores[0, PREDICATE, LABEL["S-cue"]] = np.log(0.9)
        scores[0, PREDICATE + 1, LABEL["O"]] = -20.0
        scores[0, PREDICATE + 1, LABEL["S-content"]] = np.log(0.4)
        _, certainty = viterbi(scores, np.array([False]))
        assert certainty[0] == pytest.approx(0.6)


class TestClaims:
    TEXT = "Brask said the ferry will stop. Nobody was surprised."

    def test_a_claim_has_the_spans_that_score_best(self) -> None:
        script = Script(("the ferry will stop",), "said", "Brask")
        article, (claim,) = decoded(self.TEXT, script)
        assert words_of(article, claim.cue) == "said"
        assert words_of(article, claim.source) == "Brask"
        assert [words_of(article, piece) for piece in claim.content] == ["the ferry will stop"]
        assert claim.via == ()
        assert claim.confidence == pytest.approx(1.0, abs=1e-3)

    def test_nothing_above_the_threshold_gives_no_claim(self) -> None:
        script = Script(("the ferry will stop",), "said", "Brask")
        assert decoded(self.TEXT, script, cue_threshold=1.1)[1] == []

    def test_a_doubtful_cue_counts_where_the_flat_tags_hear_its_content(self) -> None:
        script = Script(("the ferry will stop",), "said", "Brask")
        _, found = decoded(self.TEXT, script, heard=("the ferry will stop",), cue_threshold=1.1)
        assert len(found) == 1

    def test_no_words_give_no_claim(self) -> None:
        assert decoded(" ")[1] == []

    def test_a_claim_without_content_is_dropped(self) -> None:
        assert decoded(self.TEXT, Script((), "said", "Brask"))[1] == []

    def test_a_claim_whose_content_is_punctuation_is_dropped(self) -> None:
        assert decoded("Brask said : go.", Script((":",), "said", "Brask"))[1] == []

    @pytest.mark.parametrize("mark", [":", ",", "–", "—", "-"])
    def test_a_mark_that_leads_to_content_is_no_part_of_it(self, mark: str) -> None:
        text = f"Brask said {mark} the ferry will stop."
        article, (claim,) = decoded(text, Script((f"{mark} the ferry will stop",), "said", "Brask"))
        assert [words_of(article, piece) for piece in claim.content] == ["the ferry will stop"]

    def test_hearsay_has_no_source(self) -> None:
        text = "Brask is said to be ill."
        article, (claim,) = decoded(text, Script(("to be ill",), "is said", "Brask"))
        assert claim.source is None
        assert [words_of(article, piece) for piece in claim.content] == ["Brask", "to be ill"]

    def test_two_readings_of_one_hearsay_are_one(self) -> None:
        text = "It is feared that ice will come."
        _, claims = decoded(
            text,
            Script(("that ice will come",), "It is feared"),
            Script(("that ice will come",), "is feared", "It"),
        )
        assert len(claims) == 1

    def test_an_uncued_claim_has_no_cue(self) -> None:
        _, (claim,) = decoded(self.TEXT, Script(("Nobody was surprised",)))
        assert claim.cue is None
        assert claim.source is None

    def test_via_mentions_keep_their_order(self) -> None:
        text = "Brask told the Echo, the Post reported, that it was over."
        script = Script(("it was over",), "told", "Brask", ("the Echo", "the Post"))
        article, (claim,) = decoded(text, script)
        assert [words_of(article, item) for item in claim.via] == ["the Echo", "the Post"]

    def test_a_via_mention_cut_in_two_is_one(self) -> None:
        text = "Brask told Quay Radio that it was over."
        script = Script(("it was over",), "told", "Brask", ("Quay", "Radio"))
        article, (claim,) = decoded(text, script)
        assert [words_of(article, item) for item in claim.via] == ["Quay Radio"]

    def test_the_article_alone_is_no_via_mention(self) -> None:
        text = "Brask told the Quay Post that it was over."
        script = Script(("it was over",), "told", "Brask", ("the",))
        article, (claim,) = decoded(text, script)
        assert [words_of(article, item) for item in claim.via] == ["the Quay Post"]

    def test_via_mentions_that_meet_are_one(self) -> None:
        text = "Brask told the Quay Post that it was over."
        script = Script(("it was over",), "told", "Brask", ("the", "Post"))
        article, (claim,) = decoded(text, script)
        assert [words_of(article, item) for item in claim.via] == ["the Quay Post"]

    def test_via_scores_begin_with_the_words_own_numbers(self) -> None:
        script = Script(("the ferry will stop",), "said", via=("Brask",))
        _, (claim,) = decoded(self.TEXT, script)
        assert claim.scores_from == 0
        assert np.flatnonzero(claim.via_scores > 0.5).tolist() == [0]

    def test_a_cue_runs_on_to_its_last_piece_in_the_sentence(self) -> None:
        text = "The Echo quoted Brask as saying it was over. She kept saying it."
        script = Script(("it was over",), "quoted", "Brask", cue_goes_on="as saying")
        article, (claim,) = decoded(text, script)
        assert words_of(article, claim.cue) == "quoted Brask as saying"

    def test_a_claim_inside_a_claim_is_possible(self) -> None:
        text = "Brask said her deputy promised he would leave."
        article, (outer, inner) = decoded(
            text,
            Script(("her deputy promised he would leave",), "said", "Brask"),
            Script(("he would leave",), "promised", "her deputy"),
        )
        assert outer.content[0][0] <= inner.predicate <= outer.content[0][1]
        assert words_of(article, inner.source) == "her deputy"

    def test_one_source_may_serve_two_claims(self) -> None:
        text = "Brask said it was over and warned that ice would come."
        _, claims = decoded(
            text,
            Script(("it was over",), "said", "Brask"),
            Script(("that ice would come",), "warned", "Brask"),
        )
        assert claims[0].source == claims[1].source == (0, 0)

    def test_an_uncued_claim_on_content_that_a_cue_covers_is_dropped(self) -> None:
        cued = Script(("the ferry will stop",), "said", "Brask")
        _, claims = decoded(self.TEXT, cued, Script(("the ferry will stop",)))
        assert [claim.cue is None for claim in claims] == [False]

    def test_an_uncued_claim_on_other_content_is_kept(self) -> None:
        cued = Script(("the ferry will stop",), "said", "Brask")
        _, claims = decoded(self.TEXT, cued, Script(("Nobody was surprised",)))
        assert [claim.cue is None for claim in claims] == [False, True]

    def test_a_predicate_inside_the_cue_of_a_surer_claim_is_part_of_that_cue(self) -> None:
        text = "The Echo quoted Brask as saying it was over."
        article, (claim,) = decoded(
            text,
            Script(("it was over",), "quoted", "Brask", cue_goes_on="as saying"),
            Script(("it was over",), "saying", "Brask"),
        )
        assert words_of(article, claim.cue) == "quoted Brask as saying"


class TestContinuation:
    def test_words_heard_in_no_claim_make_one_of_their_own(self) -> None:
        words = "The winter had been hard and the pilots had all gone south"
        article, (claim,) = decoded(f"{words}.", heard=(words,))
        assert claim.cue is None
        assert [words_of(article, item) for item in claim.content] == [words]

    def test_a_few_heard_words_are_no_claim(self) -> None:
        assert decoded("The winter had been hard.", heard=("The winter had",))[1] == []


class TestWholeQuotations:
    @pytest.mark.parametrize("piece", ["We have no money,", "“We have no money", "have no money,”"])
    def test_both_marks_belong_to_the_content(self, piece: str) -> None:
        text = "“We have no money,” she said."
        article, (claim,) = decoded(text, Script((piece,), "said", "she"))
        assert [words_of(article, item) for item in claim.content] == ["“We have no money,”"]

    def test_a_quotation_touched_at_its_edge_is_left_out(self) -> None:
        text = "She said on Friday “we have no money and no pilot at all” to nobody."
        article, (claim,) = decoded(text, Script(("on Friday “we",), "said", "She"))
        assert [words_of(article, item) for item in claim.content] == ["on Friday “we"]

    def test_a_quotation_around_the_whole_claim_is_not_taken_in(self) -> None:
        text = "“Brask said we must go,” he wrote."
        article, (claim,) = decoded(text, Script(("we must go",), "said", "Brask"))
        assert [words_of(article, item) for item in claim.content] == ["we must go"]

    def test_two_pieces_of_one_quotation_become_one(self) -> None:
        text = "“We have no money, and we have no pilot,” she said."
        article, (claim,) = decoded(
            text, Script(("We have no money, and we", "pilot"), "said", "she")
        )
        assert [words_of(article, item) for item in claim.content] == [
            "“We have no money, and we have no pilot,”"
        ]


class TestLikelySource:
    """A cue whose best path has no source, in scores over (O, B-source, I-source, ...)."""

    def scores(self, begin: list[float], inside: list[float]) -> np.ndarray:
        """Log-probabilities (K, 13) of these probabilities of B-source and I-source, the rest O."""
        table = np.full((len(begin), len(ROLE_LABELS)), 1e-6)
        table[:, 1], table[:, 2] = begin, inside
        table[:, 0] = 1 - table[:, 1] - table[:, 2]
        return np.log(table).astype(np.float32)

    def test_is_the_likeliest_first_word_with_what_goes_on_half_as_likely(self) -> None:
        scores = self.scores([0.1, 0.3, 0.01, 0.01, 0.01], [0.01, 0.01, 0.3, 0.2, 0.01])
        free = np.array([True, True, True, True, False])
        assert _likely_source(scores, np.arange(10, 15), free, 0.1) == (11, 13)

    def test_takes_no_word_that_has_a_role(self) -> None:
        scores = self.scores([0.3, 0.6, 0.01], [0.01, 0.3, 0.3])
        assert _likely_source(scores, np.arange(3), np.array([True, False, True]), 0.1) == (0, 0)

    def test_is_none_below_the_threshold(self) -> None:
        scores = self.scores([0.05, 0.04, 0.01], [0.01, 0.01, 0.01])
        assert _likely_source(scores, np.arange(3), np.ones(3, dtype=bool), 0.1) is None


@pytest.mark.parametrize(
    ("cue", "kept"), [("citing Brook, said", 1), ("said", 1), ("citing Brook", 2)]
)
def test_claims_that_differ_only_where_their_cue_begins_are_one(cue: str, kept: int) -> None:
    article = encode("The Gleaner, citing Brook, said that ice came.")
    both = [draft(article, Script(("that ice came",), one, "Brook")) for one in (cue, "said")]
    sure = [replace(one, confidence=chance) for one, chance in zip(both, (0.4, 0.9), strict=True)]
    found = _drop_same(sure)
    assert len(found) == kept
    assert sure[1] in found
