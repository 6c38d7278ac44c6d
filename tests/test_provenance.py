"""Through whom a claim reached the article."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.mentions import Mention
from attribution.provenance import (
    VIA_FEATURES,
    Scene,
    find_chains,
    outer_claim,
    via_candidates,
    via_features,
)
from attribution.resolve import Cluster
from attribution.types import SourceType
from scenes import Script, draft, mention, rule, table, type_rows, zero
from tiny_model import encode, tiny_classifier

ALL = rule(VIA_FEATURES, 9.0, {})
MARKED = rule(VIA_FEATURES, -5.0, {"is_via_mention": 9.0})
OUTER = rule(VIA_FEATURES, -5.0, {"is_outer_source": 9.0, "is_outer_via": 9.0})

NESTED = "The Echo wrote that Brask had said that her deputy promised he would leave."
ECHO, BRASK, DEPUTY = range(3)
NESTED_SCRIPTS = (
    Script(("that Brask had said that her deputy promised he would leave",), "wrote", "The Echo"),
    Script(("that her deputy promised he would leave",), "had said", "Brask"),
    Script(("he would leave",), "promised", "her deputy"),
)


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
        assert [outer_claim(found.drafts, claim) for claim in range(3)] == [None, 0, 1]

    def test_a_claim_beside_has_none(self) -> None:
        article = encode("Brask said it was over. Ware said it was not.")
        drafts = [
            draft(article, Script(("it was over",), "said", "Brask")),
            draft(article, Script(("it was not",), "said", "Ware")),
        ]
        assert [outer_claim(drafts, claim) for claim in range(2)] == [None, None]

    def test_a_cue_that_stands_inside_its_own_content_is_around_nobody(self) -> None:
        article = encode("It was, Brask said, over and done.")
        drafts = [
            draft(article, Script(("It was, Brask said, over and done",), "said", "Brask")),
            draft(article, Script(("It was, Brask said, over and done",))),
        ]
        assert [outer_claim(drafts, claim) for claim in range(2)] == [None, None]


class TestCandidates:
    def test_never_include_the_origin(self) -> None:
        found = nested()
        chains: list[tuple[int, ...]] = []
        for claim in range(3):
            assert found.origins[claim] not in via_candidates(found, claim, chains)
            chains.append((0, 1, 2))

    def test_a_source_named_near_is_one(self) -> None:
        assert via_candidates(nested(), 0, []) == [BRASK, DEPUTY]

    def test_a_source_named_far_away_is_none(self) -> None:
        text = "The Echo came out. " + "It rained. " * 6 + "Brask said it was over."
        found = scene(
            text, (Script(("it was over",), "said", "Brask"),), [["The Echo"], ["Brask"]], [1]
        )
        assert via_candidates(found, 0, []) == []

    def test_an_intermediary_of_a_claim_just_before_is_one_however_far_its_name(self) -> None:
        text = "The Echo came out. " + "It rained. " * 6 + "Brask said it was over. Brask left."
        scripts = (Script(("it was over",), "said", "Brask"), Script(("Brask left",)))
        found = scene(text, scripts, [["The Echo"], ["Brask"]], [1, 1])
        assert via_candidates(found, 1, [(0,)]) == [0]

    def test_a_source_without_words_is_one_only_as_outer_source(self) -> None:
        text = "It was written that Brask said it was over."
        article = encode(text)
        scripts = (
            Script(("Brask said it was over",), "was written"),
            Script(("it was over",), "said", "Brask"),
        )
        mentions = [(zero(article, "was written", 0), 0), (mention(article, "Brask"), 1)]
        found = assembled(text, scripts, mentions, [0, 1])
        assert via_candidates(found, 1, [()]) == [0]
        beside = assembled(text, (scripts[1],), mentions, [1])
        assert via_candidates(beside, 0, []) == []


class TestFeatures:
    def test_are_one_row_a_candidate(self) -> None:
        assert via_features(nested(), 2, [ECHO, BRASK], [(), ()]).shape == (2, len(VIA_FEATURES))

    def test_tell_the_outer_source_and_its_intermediaries(self) -> None:
        rows = via_features(nested(), 2, [ECHO, BRASK], [(), (ECHO,)])
        echo, brask = (dict(zip(VIA_FEATURES, row.tolist(), strict=True)) for row in rows)
        assert (echo["is_outer_source"], echo["is_outer_via"]) == (0, 1)
        assert (brask["is_outer_source"], brask["is_outer_via"]) == (1, 0)
        assert echo["any_outer"] == brask["any_outer"] == 1

    def test_tell_what_the_encoder_marked(self) -> None:
        script = Script(("it was over",), "told", "Brask", ("the Echo",))
        text = "Brask told the Echo it was over. Ware left."
        found = scene(text, (script,), [["Brask"], ["the Echo"], ["Ware"]], [0])
        rows = via_features(found, 0, [1, 2], [])
        echo, ware = (dict(zip(VIA_FEATURES, row.tolist(), strict=True)) for row in rows)
        assert (echo["is_via_mention"], ware["is_via_mention"]) == (1, 0)
        assert echo["via_score"] > 0 > ware["via_score"]

    def test_tell_what_the_claim_before_came_through(self) -> None:
        text = "Brask told the Echo it was over. She left."
        scripts = (Script(("it was over",), "told", "Brask"), Script(("She left",)))
        found = scene(text, scripts, [["Brask"], ["the Echo"]], [0, 0])
        carried = via_features(found, 1, [1], [(1,)])[0]
        dropped = via_features(found, 1, [1], [()])[0]
        for name in ("previous_via", "same_origin_via"):
            at = VIA_FEATURES.index(name)
            assert (carried[at], dropped[at]) == (1, 0)


class TestChains:
    def test_nobody_chosen_gives_empty_chains(self) -> None:
        assert find_chains(nested(), rule(VIA_FEATURES, -9.0, {}), 0.5) == [(), (), ()]

    def test_a_nested_claim_comes_through_all_around_it_outermost_first(self) -> None:
        assert find_chains(nested(), OUTER, 0.5) == [(), (ECHO,), (ECHO, BRASK)]

    def test_the_outer_speaker_stands_after_what_the_outer_claim_came_through(self) -> None:
        text = "Brask told the Echo that her deputy promised he would leave."
        scripts = (
            Script(("that her deputy promised he would leave",), "told", "Brask", ("the Echo",)),
            Script(("he would leave",), "promised", "her deputy"),
        )
        found = scene(text, scripts, [["Brask"], ["the Echo"], ["her deputy"]], [0, 2])
        either = {"is_via_mention": 9.0, "is_outer_source": 9.0, "is_outer_via": 9.0}
        assert find_chains(found, rule(VIA_FEATURES, -5.0, either), 0.5) == [(1,), (1, 0)]

    def test_intermediaries_beside_stand_in_text_order(self) -> None:
        text = "The Post, citing the Echo, said Brask told them it was over."
        script = Script(("it was over",), "told", "Brask", ("The Post", "the Echo"))
        found = scene(text, (script,), [["Brask"], ["the Echo"], ["The Post"]], [0])
        assert find_chains(found, MARKED, 0.5) == [(2, 1)]

    def test_an_interview_carries_over_to_the_next_claim(self) -> None:
        text = "Brask told the Echo it was over. She left."
        scripts = (
            Script(("it was over",), "told", "Brask", ("the Echo",)),
            Script(("She left",)),
        )
        found = scene(text, scripts, [["Brask"], ["the Echo"]], [0, 0])
        carry = rule(VIA_FEATURES, -5.0, {"is_via_mention": 9.0, "same_origin_via": 9.0})
        assert find_chains(found, carry, 0.5) == [(1,), (1,)]

    def test_somebody_quoting_themselves_is_not_their_own_intermediary(self) -> None:
        text = "Brask said she had promised she would leave."
        scripts = (
            Script(("she had promised she would leave",), "said", "Brask"),
            Script(("she would leave",), "promised", "she"),
        )
        found = scene(text, scripts, [["Brask", "she"]], [0, 0])
        assert find_chains(found, ALL, 0.5) == [(), ()]

    @pytest.mark.parametrize("threshold", [0.0, 0.5])
    @given(st.integers(0, 200))
    def test_no_source_stands_twice_in_a_chain_nor_the_origin(
        self, threshold: float, seed: int
    ) -> None:
        found = nested()
        chains = find_chains(found, tiny_classifier(len(VIA_FEATURES), 1, seed), threshold)
        for origin, chain in zip(found.origins, chains, strict=True):
            assert len({origin, *chain}) == len(chain) + 1

    def test_the_threshold_decides(self) -> None:
        half = rule(VIA_FEATURES, 0.0, {})
        assert find_chains(nested(), half, 0.51) == [(), (), ()]
        assert np.mean([len(chain) for chain in find_chains(nested(), half, 0.49)]) == 2
