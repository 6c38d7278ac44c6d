"""From the evidence for a claim to the probability that it is right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.confidence import FEATURES, Evidence, probability
from attribution.configuration import AttributionConfig
from attribution.decode import ClaimDraft
from attribution.errors import ModelError
from scenes import Script, decoded, words_of

EVEN = Evidence(opening=0.5, path=0.5, cued=True, sourced=False, words=1)


def weighted(constant: float = 0.0, **slopes: float) -> list[float]:
    """Weights by the names of their features, the others 0."""
    assert set(slopes) <= set(FEATURES)
    return [constant, *(slopes.get(name, 0.0) for name in FEATURES)]


class TestProbability:
    def test_without_weights_it_is_the_product(self) -> None:
        assert probability(replace(EVEN, opening=0.8), None) == pytest.approx(0.4)

    def test_the_constant_is_log_odds(self) -> None:
        assert probability(EVEN, weighted(np.log(3))) == pytest.approx(0.75)

    def test_each_weight_belongs_to_its_feature(self) -> None:
        given_ = replace(EVEN, opening=0.9, path=0.2, sourced=True, words=8)
        expected = {
            "opening": np.log(9),
            "path": -np.log(4),
            "cued": 1.0,
            "sourced": 1.0,
            "words": np.log(8),
        }
        for name in FEATURES:
            odds = np.exp(expected[name])
            found = probability(given_, weighted(**{name: 1.0}))
            assert found == pytest.approx(odds / (1 + odds)), name

    @given(
        st.builds(
            Evidence,
            opening=st.floats(0, 1),
            path=st.floats(0, 1),
            cued=st.booleans(),
            sourced=st.booleans(),
            words=st.integers(0, 500),
        ),
        st.lists(st.floats(-5, 5), min_size=len(FEATURES) + 1, max_size=len(FEATURES) + 1),
    )
    def test_any_evidence_gives_a_probability(self, found: Evidence, weights: list[float]) -> None:
        assert 0 <= probability(found, weights) <= 1

    @given(st.floats(0.01, 0.98), st.floats(0.01, 0.98))
    def test_surer_heads_give_more(self, one: float, other: float) -> None:
        low, high = sorted((one, other))
        weights = weighted(opening=0.7)
        assert probability(replace(EVEN, opening=low), weights) <= probability(
            replace(EVEN, opening=high), weights
        )

    @pytest.mark.parametrize("size", [0, len(FEATURES), len(FEATURES) + 2])
    def test_weights_of_another_version_are_refused(self, size: int) -> None:
        with pytest.raises(ModelError, match=rf"confidence_weights are {size} numbers"):
            probability(EVEN, [0.0] * size)


class TestConfiguration:
    def test_there_are_no_weights_unless_fitted(self) -> None:
        assert AttributionConfig().confidence_weights is None

    def test_weights_are_saved_with_the_model(self, tmp_path: Path) -> None:
        weights = weighted(0.5, path=1.25)
        AttributionConfig(confidence_weights=weights).save_pretrained(tmp_path)
        assert AttributionConfig.from_pretrained(tmp_path).confidence_weights == weights


def evidence_of(claim: ClaimDraft) -> Evidence:
    assert claim.evidence is not None
    return claim.evidence


class TestDecoding:
    TEXT = "“Brask said the ferry, too, will stop. Nobody was surprised."
    CUED = Script(("the ferry, too, will stop",), "said", "Brask")
    BARE = Script(("Nobody was surprised",))

    def test_a_claim_keeps_what_speaks_for_it(self) -> None:
        _, (claim, bare) = decoded(self.TEXT, self.CUED, self.BARE)
        found = evidence_of(claim)
        assert (found.cued, found.sourced) == (True, True)
        assert found.opening == pytest.approx(1.0, abs=1e-3)
        assert found.path == pytest.approx(1.0, abs=1e-3)
        assert (evidence_of(bare).cued, evidence_of(bare).sourced) == (False, False)

    def test_punctuation_is_no_word_of_the_content(self) -> None:
        _, (claim, _) = decoded(self.TEXT, self.CUED, self.BARE)
        assert evidence_of(claim).words == 5

    def test_confidence_follows_from_the_weights(self) -> None:
        weights = weighted(-1.0, sourced=2.0)
        _, claims = decoded(self.TEXT, self.CUED, self.BARE, confidence_weights=weights)
        odds = np.exp([1.0, -1.0])
        assert [claim.confidence for claim in claims] == pytest.approx(odds / (1 + odds))

    def test_a_continuation_counts_its_own_words(self) -> None:
        words = "The winter had been hard and the pilots had all gone south"
        _, (claim,) = decoded(f"{words}.", heard=(words,))
        assert evidence_of(claim).words == len(words.split())
        assert claim.confidence == pytest.approx(evidence_of(claim).product)

    def test_a_claim_below_the_least_confidence_is_dropped(self) -> None:
        weights = weighted(-1.0, sourced=2.0)
        kept = {"confidence_weights": weights, "confidence_threshold": 0.5}
        article, (claim,) = decoded(self.TEXT, self.CUED, self.BARE, **kept)
        assert words_of(article, claim.source) == "Brask"

    def test_weights_never_change_which_claims_there_are(self) -> None:
        text = "The Echo quoted Brask as saying it was over."
        scripts = (
            Script(("it was over",), "quoted", "Brask", cue_goes_on="as saying"),
            Script(("it was over",), "saying", "Brask"),
        )
        for weights in (None, weighted(3.0, opening=-1.0), weighted(-3.0, words=1.0)):
            article, (claim,) = decoded(text, *scripts, confidence_weights=weights)
            assert words_of(article, claim.cue) == "quoted Brask as saying"
