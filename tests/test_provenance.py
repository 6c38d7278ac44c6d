"""Through whom a claim reached the article."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.intermediaries import (
    CARRY_FEATURES,
    VIA_FEATURES,
    Scene,
    carry_features,
    via_features,
)
from attribution.mentions import Mention
from attribution.provenance import find_chains, first_reading
from attribution.resolve import Cluster
from attribution.scene import outer_claims
from attribution.tabular import Classifier
from attribution.types import SourceType
from scenes import Script, draft, mention, rule, table, type_rows, zero
from tiny_model import encode, tiny_classifier

#: First readings, and second ones.
MARKED_AT_FIRST = rule(VIA_FEATURES, -5.0, {"is_via_mention": 9.0})
NOBODY_AT_FIRST = rule(VIA_FEATURES, -9.0, {})
ALL = rule(CARRY_FEATURES, 9.0, {})
NOBODY = rule(CARRY_FEATURES, -9.0, {})
MARKED = rule(CARRY_FEATURES, -5.0, {"is_via_mention": 9.0})
OUTER = rule(CARRY_FEATURES, -5.0, {"is_outer_source": 9.0})

NESTED = "The Echo wrote that Brask had said that her deputy promised he would leave."
ECHO, BRASK, DEPUTY = range(3)
NESTED_SCRIPTS = (
    Script(("that Brask had said that her deputy promised he would leave",), "wrote", "The Echo"),
    Script(("that her deputy promised he would leave",), "had said", "Brask"),
    Script(("he would leave",), "promised", "her deputy"),
)


def rows_of(found: Scene, claim: int, rows: np.ndarray) -> np.ndarray:
    """Of the rows of all pairs those of one claim."""
    return rows[found.pairs[0] == claim]


def scene(
    text: str, scripts: tuple[Script, ...], sources: list[list[str]], origins: list[int]
) -> Scene:
    """Claims by script; each source is the list of its mentions' words."""
    article = encode(text)
    mentions = [
        (mention(article, words), number)
        for number, source in enumerate(sources)
        for words in source
    ]
    mentions.sort(key=lambda item: (item[0].first, item[0].last))
    return assembled(text, scripts, mentions, origins)


def assembled(
    text: str, scripts: tuple[Script, ...], mentions: list[tuple[Mention, int]], origins: list[int]
) -> Scene:
    article = encode(text)
    owners = [owner for _, owner in mentions]
    clusters = [
        Cluster([row for row, owner in enumerate(owners) if owner == number])
        for number in range(max(owners) + 1)
    ]
    types: list[SourceType] = ["named_person"] * len(clusters)
    drafts = [draft(article, script) for script in scripts]
    found = table([item for item, _ in mentions])
    return Scene(article, drafts, found, clusters, origins, type_rows(*types))


def nested() -> Scene:
    return scene(NESTED, NESTED_SCRIPTS, [["The Echo"], ["Brask"], ["her deputy"]], [0, 1, 2])


class TestOuterClaim:
    def test_the_innermost_claim_around_is_the_outer_one(self) -> None:
        found = nested()
        assert outer_claims(found.drafts).tolist() == [-1, 0, 1]

    def test_a_claim_beside_has_none(self) -> None:
        article = encode("Brask said it was over. Ware said it was not.")
        drafts = [
            draft(article, Script(("it was over",), "said", "Brask")),
            draft(article, Script(("it was not",), "said", "Ware")),
        ]
        assert outer_claims(drafts).tolist() == [-1, -1]

    def test_a_cue_that_stands_inside_its_own_content_is_around_nobody(self) -> None:
        article = encode("It was, Brask said, over and done.")
        drafts = [
            draft(article, Script(("It was, Brask said, over and done",), "said", "Brask")),
            draft(article, Script(("It was, Brask said, over and done",))),
        ]
        assert outer_claims(drafts).tolist() == [-1, -1]


RAIN = "It rained. " * 6


class TestCandidates:
    def told_and_said(self, sure: float, origins: list[int]) -> Scene:
        """Told through the Echo (source 1), as sure as said, and far from there a second claim."""
        text = f"Brask told the Echo it was late. {RAIN}Ware said it was over."
        scripts = (
            Script(("it was late",), "told", "Brask", ("the Echo",)),
            Script(("it was over",), "said", "Ware"),
        )
        found = scene(text, scripts, [["Brask"], ["the Echo"], ["Ware"]], origins)
        found.drafts[0].via_scores[:] *= sure
        return found

    def test_never_include_the_origin(self) -> None:
        found = nested()
        for origin, names in zip(found.origins, found.candidates, strict=True):
            assert origin not in names

    def test_a_source_named_near_is_one(self) -> None:
        assert nested().candidates[0] == [BRASK, DEPUTY]

    @pytest.mark.parametrize(("origins", "passes"), [([0, 2], False), ([0, 0], True)])
    def test_an_outlet_named_only_later_passes_on_its_own_origins_words_alone(
        self, origins: list[int], passes: bool
    ) -> None:
        text = "It was late, Ware said. Brask told the Echo it was over."
        scripts = (
            Script(("It was late",), "said", "Ware"),
            Script(("it was over",), "told", "Brask", ("the Echo",)),
        )
        found = scene(text, scripts, [["Brask"], ["the Echo"], ["Ware"]], origins[::-1])
        outlet = replace(found, types=type_rows("named_person", "media_outlet", "named_person"))
        assert (1 in outlet.candidates[0]) is passes

    def test_a_source_named_far_away_is_none(self) -> None:
        text = f"The Echo came out. {RAIN}Brask said it was over."
        found = scene(
            text, (Script(("it was over",), "said", "Brask"),), [["The Echo"], ["Brask"]], [1]
        )
        assert found.candidates == [[]]

    def test_an_outlet_named_before_is_one_however_far(self) -> None:
        text = "The Echo came out. " + "It rained. " * 6 + "Brask said it was over."
        script = Script(("it was over",), "said", "Brask")
        found = scene(text, (script,), [["The Echo"], ["Brask"]], [1])
        outlet = replace(found, types=type_rows("media_outlet", "named_person"))
        assert (found.candidates, outlet.candidates) == ([[]], [[0]])

    def test_who_surely_relayed_any_claim_is_one_for_all(self) -> None:
        assert self.told_and_said(0.9, [0, 2]).candidates[1] == [1]
        assert self.told_and_said(0.4, [0, 2]).candidates[1] == []

    def test_who_likely_relayed_a_claim_is_one_for_all_of_its_origin(self) -> None:
        assert self.told_and_said(0.4, [0, 0]).candidates[1] == [1, 2]
        assert self.told_and_said(0.1, [0, 0]).candidates[1] == [2]

    def test_the_articles_own_outlet_is_none(self) -> None:
        found = replace(nested(), own=frozenset([ECHO]))
        assert all(ECHO not in names for names in found.candidates)
        assert found.candidates[2] == [BRASK]

    def test_the_outer_claims_source_and_candidates_are_ones_however_far(self) -> None:
        speech = f"{RAIN}Her deputy promised he would leave"
        scripts = (
            Script((speech,), "told", "Brask", ("the Echo",)),
            Script(("he would leave",), "promised", "Her deputy"),
        )
        sources = [["Brask"], ["the Echo"], ["Her deputy"]]
        found = scene(f"Brask told the Echo: {speech}.", scripts, sources, [0, 2])
        found.drafts[0].via_scores[:] *= 0.4
        assert found.candidates[1] == [0, 1]

    def test_a_source_without_words_is_one_only_as_outer_source(self) -> None:
        text = "It was written that Brask said it was over."
        article = encode(text)
        scripts = (
            Script(("Brask said it was over",), "was written"),
            Script(("it was over",), "said", "Brask"),
        )
        mentions = [(zero(article, "was written", 0), 0), (mention(article, "Brask"), 1)]
        assert assembled(text, scripts, mentions, [0, 1]).candidates[1] == [0]
        assert assembled(text, (scripts[1],), mentions, [1]).candidates[0] == []


class TestFirstFeatures:
    def rows(self, found: Scene, claim: int) -> dict[int, dict[str, float]]:
        """Features by name of every candidate."""
        values = rows_of(found, claim, via_features(found)).tolist()
        return {
            candidate: dict(zip(VIA_FEATURES, row, strict=True))
            for candidate, row in zip(found.candidates[claim], values, strict=True)
        }

    def test_are_one_row_a_candidate(self) -> None:
        assert via_features(nested()).shape == (6, len(VIA_FEATURES))

    def test_tell_the_outer_source(self) -> None:
        rows = self.rows(nested(), 2)
        assert (rows[ECHO]["is_outer_source"], rows[BRASK]["is_outer_source"]) == (0, 1)
        assert rows[ECHO]["any_outer"] == rows[BRASK]["any_outer"] == 1
        assert self.rows(nested(), 0)[BRASK]["any_outer"] == 0

    def test_tell_what_the_encoder_marked(self) -> None:
        script = Script(("it was over",), "told", "Brask", ("the Echo",))
        text = "Brask told the Echo it was over. Ware left."
        rows = self.rows(scene(text, (script,), [["Brask"], ["the Echo"], ["Ware"]], [0]), 0)
        assert (rows[1]["is_via_mention"], rows[2]["is_via_mention"]) == (1, 0)
        assert rows[1]["via_score"] > 0 > rows[2]["via_score"]

    def test_tell_the_claims_own_sentence_from_others(self) -> None:
        script = Script(("it was over",), "said", "Brask", ("The Echo",))
        found = scene(
            "Brask said it was over. The Echo came out.", (script,), [["Brask"], ["The Echo"]], [0]
        )
        row = self.rows(found, 0)[1]
        assert row["via_score"] > 0 > row["via_score_here"]
        assert (row["same_sentence"], row["mention_before"]) == (0, 0)

    def test_tell_what_other_claims_of_the_origin_came_through(self) -> None:
        text = "Brask told the Echo it was over. She left. Ware stayed."
        scripts = (
            Script(("it was over",), "told", "Brask", ("the Echo",)),
            Script(("She left",)),
            Script(("Ware stayed",)),
        )
        sources = [["Brask"], ["the Echo"], ["Ware"]]
        found = scene(text, scripts, sources, [0, 0, 2])
        told, left, stayed = (self.rows(found, claim)[1] for claim in range(3))
        assert left["origin_best"] > 0 > stayed["origin_best"]
        assert (left["origin_likely"], stayed["origin_likely"]) == (0.5, 0)
        assert told["article_best"] == left["article_best"] == stayed["article_best"] > 0

    def test_tell_whether_the_origins_best_claim_is_still_ahead(self) -> None:
        text = "Brask left. She told the Echo it was over."
        scripts = (
            Script(("Brask left",)),
            Script(("it was over",), "told", "She", ("the Echo",)),
        )
        found = scene(text, scripts, [["Brask", "She"], ["the Echo"]], [0, 0])
        ahead = [self.rows(found, claim)[1]["origin_best_ahead"] for claim in range(2)]
        apart = [self.rows(found, claim)[1]["origin_best_apart"] for claim in range(2)]
        assert ahead == [1, 0]
        assert apart == pytest.approx([np.log(2), 0])


class TestSecondFeatures:
    def rows(self, found: Scene, claim: int, first: np.ndarray) -> list[dict[str, float]]:
        values = rows_of(found, claim, carry_features(found, via_features(found), first)).tolist()
        return [dict(zip(CARRY_FEATURES, row, strict=True)) for row in values]

    def test_begin_with_those_of_the_first_reading(self) -> None:
        found = nested()
        rows, first = first_reading(found, MARKED_AT_FIRST)
        values = carry_features(found, rows, first)
        assert values.shape == (6, len(CARRY_FEATURES))
        assert (values[:, : len(VIA_FEATURES)] == via_features(found)).all()

    def test_tell_what_the_first_reading_gave_the_claims_around(self) -> None:
        text = "Brask said it was over. Ware said it was late. She left, the Echo wrote."
        scripts = (
            Script(("it was over",), "said", "Brask"),
            Script(("it was late",), "said", "Ware"),
            Script(("She left",)),
        )
        found = scene(text, scripts, [["Brask", "She"], ["Ware"], ["the Echo"]], [0, 1, 0])
        first = np.array([[0, 0.1, 0.6], [0.2, 0, 0.7], [0, 0.3, 0.8]], dtype=np.float32)
        ware, echo = self.rows(found, 2, first)
        assert [ware["first"], ware["first_rival"]] == pytest.approx([0.3, 0.8])
        assert [echo["first"], echo["first_rival"]] == pytest.approx([0.8, 0.3])
        assert [echo["first_before"], echo["first_after"]] == pytest.approx([0.7, 0])
        assert [echo["first_same_before"], echo["first_same_after"]] == pytest.approx([0.6, 0])
        assert [echo["first_origin_mean"], echo["first_origin_best"]] == pytest.approx([0.6, 0.6])
        assert echo["first_article"] == pytest.approx(0.7)
        assert self.rows(found, 0, first)[1]["first_same_after"] == pytest.approx(0.8)

    def test_tell_what_the_first_reading_gave_the_outer_claim(self) -> None:
        first = np.array([[0, 0.1, 0.1], [0.6, 0, 0.1], [0.2, 0.9, 0]], dtype=np.float32)
        echo, brask = self.rows(nested(), 2, first)
        assert [echo["first_outer"], brask["first_outer"]] == pytest.approx([0.6, 0])


class TestFirstReading:
    def test_gives_candidates_a_probability_and_all_others_none(self) -> None:
        rows, found = first_reading(nested(), rule(VIA_FEATURES, 0.0, {}))
        assert len(rows) == 6
        assert found.tolist() == [[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]

    def test_of_a_claim_without_candidates_is_empty(self) -> None:
        script = Script(("it was over",), "said", "Brask")
        found = scene("Brask said it was over.", (script,), [["Brask"]], [0])
        rows, first = first_reading(found, MARKED_AT_FIRST)
        assert rows.shape == (0, len(VIA_FEATURES))
        assert first.tolist() == [[0]]


class TestChains:
    def chains(
        self, found: Scene, second: Classifier, first: Classifier = MARKED_AT_FIRST
    ) -> list[tuple[int, ...]]:
        return find_chains(found, first, second, 0.5)

    def test_nobody_chosen_gives_empty_chains(self) -> None:
        assert self.chains(nested(), NOBODY) == [(), (), ()]

    def test_a_claim_without_candidates_has_an_empty_one(self) -> None:
        script = Script(("it was over",), "said", "Brask")
        found = scene("Brask said it was over.", (script,), [["Brask"]], [0])
        assert self.chains(found, ALL) == [()]

    def test_a_nested_claim_comes_through_all_around_it_outermost_first(self) -> None:
        assert self.chains(nested(), OUTER) == [(), (ECHO,), (ECHO, BRASK)]

    def test_a_nested_claim_whose_outer_speaker_is_not_chosen_inherits_nothing(self) -> None:
        text = "Brask told the Echo that her deputy promised he would leave."
        scripts = (
            Script(("that her deputy promised he would leave",), "told", "Brask", ("the Echo",)),
            Script(("he would leave",), "promised", "her deputy"),
        )
        found = scene(text, scripts, [["Brask"], ["the Echo"], ["her deputy"]], [0, 2])
        assert self.chains(found, MARKED) == [(1,), ()]

    def test_the_outer_speaker_stands_after_what_the_outer_claim_came_through(self) -> None:
        text = "Brask told the Echo that her deputy promised he would leave."
        scripts = (
            Script(("that her deputy promised he would leave",), "told", "Brask", ("the Echo",)),
            Script(("he would leave",), "promised", "her deputy"),
        )
        found = scene(text, scripts, [["Brask"], ["the Echo"], ["her deputy"]], [0, 2])
        either = rule(CARRY_FEATURES, -5.0, {"is_via_mention": 9.0, "is_outer_source": 9.0})
        assert self.chains(found, either) == [(1,), (1, 0)]

    def test_intermediaries_beside_stand_in_text_order(self) -> None:
        text = "The Post, citing the Echo, said Brask told them it was over."
        script = Script(("it was over",), "told", "Brask", ("The Post", "the Echo"))
        found = scene(text, (script,), [["Brask"], ["the Echo"], ["The Post"]], [0])
        assert self.chains(found, MARKED) == [(2, 1)]

    @pytest.mark.parametrize(
        ("text", "contents", "feature"),
        [
            ("Brask told the Echo it was over. She left.", ("it was over", "She left"), "before"),
            ("She left. Brask told the Echo it was over.", ("She left", "it was over"), "after"),
        ],
    )
    def test_an_interview_carries_over_to_the_origins_other_claims(
        self, text: str, contents: tuple[str, str], feature: str
    ) -> None:
        told = Script(("it was over",), "told", "Brask", ("the Echo",))
        scripts = tuple(told if words == "it was over" else Script((words,)) for words in contents)
        found = scene(text, scripts, [["Brask", "She"], ["the Echo"]], [0, 0])
        carry = rule(CARRY_FEATURES, -5.0, {"first": 9.0, f"first_same_{feature}": 9.0})
        assert self.chains(found, carry) == [(1,), (1,)]
        assert self.chains(found, rule(CARRY_FEATURES, -5.0, {"first": 9.0})).count((1,)) == 1

    def test_somebody_quoting_themselves_is_not_their_own_intermediary(self) -> None:
        text = "Brask said she had promised she would leave."
        scripts = (
            Script(("she had promised she would leave",), "said", "Brask"),
            Script(("she would leave",), "promised", "she"),
        )
        found = scene(text, scripts, [["Brask", "she"]], [0, 0])
        assert self.chains(found, ALL) == [(), ()]

    def test_claims_that_hold_each_other_in_a_ring_have_chains_too(self) -> None:
        text = "Brask said Ware wrote Lund told."
        scripts = (
            Script(("wrote",), "said", "Brask"),
            Script(("told",), "wrote", "Ware"),
            Script(("said",), "told", "Lund"),
        )
        found = scene(text, scripts, [["Brask"], ["Ware"], ["Lund"]], [0, 1, 2])
        assert found.outer.tolist() == [2, 0, 1]
        for origin, chain in zip(found.origins, self.chains(found, OUTER), strict=True):
            assert len({origin, *chain}) == len(chain) + 1

    @pytest.mark.parametrize("threshold", [0.0, 0.5])
    @given(st.integers(0, 200))
    def test_no_source_stands_twice_in_a_chain_nor_the_origin(
        self, threshold: float, seed: int
    ) -> None:
        found = nested()
        first = tiny_classifier(len(VIA_FEATURES), 1, seed)
        second = tiny_classifier(len(CARRY_FEATURES), 1, seed + 1)
        chains = find_chains(found, first, second, threshold)
        for origin, chain in zip(found.origins, chains, strict=True):
            assert len({origin, *chain}) == len(chain) + 1

    def test_the_threshold_decides(self) -> None:
        half = rule(CARRY_FEATURES, 0.0, {})
        assert find_chains(nested(), MARKED_AT_FIRST, half, 0.51) == [(), (), ()]
        found = find_chains(nested(), MARKED_AT_FIRST, half, 0.49)
        assert [len(chain) for chain in found] == [2, 2, 2]


def test_what_the_outer_claim_did_not_come_through_is_not_behind_its_speaker() -> None:
    found = scene(
        "The Quay Post called. Brask told The Echo that her deputy promised he would leave.",
        (
            Script(("that her deputy promised he would leave",), "told", "Brask"),
            Script(("he would leave",), "promised", "her deputy"),
        ),
        [["The Quay Post"], ["Brask"], ["The Echo"], ["her deputy"]],
        [1, 3],
    )
    everybody_inside = rule(CARRY_FEATURES, -9.0, {"any_outer": 18.0})
    assert find_chains(found, NOBODY_AT_FIRST, everybody_inside, 0.5) == [(), (1,)]
