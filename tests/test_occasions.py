"""Which outlet a source goes on to speak to, and what its outermost intermediary came through."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_provenance import MARKED, MARKED_AT_FIRST, assembled, scene

from attribution.intermediaries import CARRY_FEATURES, VIA_FEATURES, Scene, via_features
from attribution.provenance import find_chains
from attribution.types import SOURCE_TYPES, SourceType
from scenes import Script, mention, rule, type_rows
from tiny_model import tiny_classifier

BRASK, ECHO, POST = range(3)
#: Takes every candidate of a claim without a cue, and of one that tells somebody only that one.
CARRIES_ALL = rule(CARRY_FEATURES, -5.0, {"is_via_mention": 9.0, "uncued": 9.0})
#: Takes of those carried over the outlet that was told two sentences before.
CARRIES_OLD = rule(CARRY_FEATURES, -5.0, {"is_via_mention": 9.0, "origin_best_apart": 6.0})


def told_twice(*types: SourceType) -> Scene:
    """Brask tells the Echo, then the Post, and goes on."""
    scripts = (
        Script(("it was over",), "told", "Brask", ("the Echo",)),
        Script(("it was late",), "has told", "She", ("the Post",)),
        Script(("The quay is shut",)),
    )
    text = "Brask told the Echo it was over. She has told the Post it was late. The quay is shut."
    found = scene(text, scripts, [["Brask", "She"], ["the Echo"], ["the Post"]], [BRASK] * 3)
    return replace(found, types=type_rows(*types))


def outlets() -> Scene:
    return told_twice("named_person", "media_outlet", "media_outlet")


class TestOccasion:
    def test_an_outlet_told_before_another_one_is_carried_no_further(self) -> None:
        chains = find_chains(outlets(), MARKED_AT_FIRST, CARRIES_ALL, 0.5)
        assert chains == [(ECHO,), (POST,), (POST,)]

    def test_the_outlet_told_last_stands_for_one_told_before(self) -> None:
        chains = find_chains(outlets(), MARKED_AT_FIRST, CARRIES_OLD, 0.5)
        assert chains == [(ECHO,), (POST,), (POST,)]

    def test_of_people_told_none_gives_way(self) -> None:
        people = told_twice("named_person", "named_person", "named_person")
        chains = find_chains(people, MARKED_AT_FIRST, CARRIES_ALL, 0.5)
        assert chains[2] == (ECHO, POST)

    def test_what_nobody_in_particular_said_is_no_interview(self) -> None:
        nobody = told_twice("unspecified", "media_outlet", "media_outlet")
        assert find_chains(nobody, MARKED_AT_FIRST, CARRIES_ALL, 0.5)[2] == (ECHO, POST)


def told_on(channel: str, outlet: str = "the Echo") -> list[tuple[int, ...]]:
    """Chains of what Brask tells the Echo, what she says then, and what she says after that."""
    scripts = (
        Script(("it was over",), "told", "Brask", (outlet,)),
        Script(("it was late",), "said", "she"),
        Script(("The quay is shut",)),
    )
    text = f"Brask told {outlet} it was over. {channel} she said it was late. The quay is shut."
    found = scene(text, scripts, [["Brask", "she"], [outlet]], [BRASK] * 3)
    people = replace(found, types=type_rows("named_person", "media_outlet"))
    return find_chains(people, MARKED_AT_FIRST, rule(CARRY_FEATURES, 5.0, {}), 0.5)


class TestOtherChannel:
    @pytest.mark.parametrize(
        "channel",
        [
            "On her own account,",
            "In a post,",
            "On social media,",
            "At a packed rally on Sunday,",
            "In a short statement,",
            "In court papers,",
            "Reached by telephone,",
        ],
    )
    def test_another_channel_ends_what_an_outlet_was_told(self, channel: str) -> None:
        assert told_on(channel) == [(ECHO,), (), ()]

    @pytest.mark.parametrize(
        "words",
        [
            "On Sunday in the harbour,",
            "In her post since May,",
            "Of the clerk posted at the gate,",
            "By her account,",
            "According to her account,",
            "Of some who slept at a rally,",
            "Then to those whom it told reporters of,",
        ],
    )
    def test_a_time_a_place_or_an_office_is_no_channel(self, words: str) -> None:
        assert told_on(words) == [(ECHO,), (ECHO,), (ECHO,)]

    def test_a_channel_in_the_claims_own_clause_is_one(self) -> None:
        scripts = (
            Script(("it was over",), "told", "Brask", ("the Echo",)),
            Script(("it was late",), "told reporters", "who"),
        )
        text = "Brask told the Echo it was over. So did she, who told reporters it was late."
        found = scene(text, scripts, [["Brask", "who"], ["the Echo"]], [BRASK] * 2)
        people = replace(found, types=type_rows("named_person", "media_outlet"))
        chains = find_chains(people, MARKED_AT_FIRST, rule(CARRY_FEATURES, 5.0, {}), 0.5)
        assert chains == [(ECHO,), ()]

    def test_a_name_is_no_channel(self) -> None:
        scripts = (
            Script(("it was over",), "told", "Brask", ("the Echo",)),
            Script(("it was late",), "said", "she"),
        )
        text = "Brask told the Echo it was over. In a Quay Post poll she said it was late."
        article = scene(text, scripts, [["Brask", "she"], ["the Echo"]], [BRASK] * 2).article
        mentions = [
            (mention(article, "Brask"), BRASK),
            (mention(article, "the Echo"), ECHO),
            (mention(article, "Quay Post", "entity", organization="Quay Post"), POST),
            (mention(article, "she"), BRASK),
        ]
        found = assembled(text, scripts, mentions, [BRASK] * 2)
        told = replace(found, types=type_rows("named_person", "media_outlet", "named_organization"))
        chains = find_chains(told, MARKED_AT_FIRST, rule(CARRY_FEATURES, 5.0, {}), 0.5)
        assert ECHO in chains[1]

    def test_an_outlet_named_since_is_told_again(self) -> None:
        scripts = (
            Script(("it was over",), "told", "Brask", ("the Echo",)),
            Script(("it was late",), "said", "she"),
            Script(("The quay is shut",)),
        )
        text = (
            "Brask told the Echo it was over. In a statement she said it was late. "
            "Then the paper met her. The quay is shut."
        )
        found = scene(text, scripts, [["Brask", "she"], ["the Echo", "the paper"]], [BRASK] * 3)
        people = replace(found, types=type_rows("named_person", "media_outlet"))
        chains = find_chains(people, MARKED_AT_FIRST, rule(CARRY_FEATURES, 5.0, {}), 0.5)
        assert chains == [(ECHO,), (), (ECHO,)]

    def test_a_channel_told_of_in_the_interview_ends_nothing(self) -> None:
        said = "In the interview, as in a statement,"
        assert told_on(said) == [(ECHO,), (ECHO,), (ECHO,)]


def test_less_is_enough_for_who_is_named_as_intermediary_in_the_claims_own_sentence() -> None:
    even = rule(CARRY_FEATURES, 0.0, {})
    assert find_chains(outlets(), MARKED_AT_FIRST, even, 0.7) == [(ECHO,), (POST,), ()]
    assert find_chains(outlets(), MARKED_AT_FIRST, even, 0.8) == [(), (), ()]


class TestFurtherOut:
    def test_what_a_report_says_came_through_who_had_the_report(self) -> None:
        text = "The report said it was late, the Echo wrote. A clerk slept, the report said."
        scripts = (
            Script(("it was late",), "said", "The report", ("the Echo",)),
            Script(("slept",), None, "A clerk", ("the report",)),
        )
        sources = [["The report", "the report"], ["the Echo"], ["A clerk"]]
        found = scene(text, scripts, sources, [0, 2])
        assert find_chains(found, MARKED_AT_FIRST, MARKED, 0.5) == [(1,), (1, 0)]

    @given(st.integers(0, 200))
    def test_no_source_stands_twice_in_a_chain_nor_the_origin(self, seed: int) -> None:
        found = outlets()
        first = tiny_classifier(len(VIA_FEATURES), 1, seed)
        second = tiny_classifier(len(CARRY_FEATURES), 1, seed + 1)
        for origin, chain in zip(
            found.origins, find_chains(found, first, second, 0.5), strict=True
        ):
            assert len({origin, *chain}) == len(chain) + 1


def test_the_author_and_nobody_in_particular_pass_nothing_on() -> None:
    found = told_twice("named_person", "author", "unspecified")
    assert found.candidates == [[], [], []]


def test_whoever_is_reported_as_nobody_passes_nothing_on_however_unsure_its_type_is() -> None:
    found = told_twice("named_person", "media_outlet", "media_outlet")
    types = found.types.copy()
    types[ECHO] = 0.08
    types[ECHO, SOURCE_TYPES.index("unspecified")] = 0.44
    assert replace(found, types=types).candidates == [[POST], [POST], [POST]]


def test_words_that_are_part_of_an_intermediarys_mention_mark_it() -> None:
    text = 'Brask told Quay TV\'s "Harbour Hour" it was over.'
    script = Script(("it was over",), "told", "Brask", ("Quay TV",))
    found = scene(text, (script,), [["Brask"], ["Quay TV"]], [0])
    table = found.table
    whole = replace(table.mentions[1], last=table.mentions[1].last + 4, role="via")
    longer = replace(found, table=replace(table, mentions=(table.mentions[0], whole)))
    assert via_features(longer)[0, VIA_FEATURES.index("is_via_mention")] == 1
