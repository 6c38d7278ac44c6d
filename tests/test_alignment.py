"""Matching of predicted with gold claims and sources."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tiny import (
    RESIGN,
    SAFE,
    TEXT,
    TRAINS,
    article,
    extra_claim,
    perfect,
    span,
    spans,
    with_claim,
    with_source,
    without_claim,
)

from attribution.types import Source
from eval.alignment import align
from eval.words import Words
from training.readers.gold import GoldClaim, GoldSource


def matched(alignment) -> list[tuple[str, str]]:
    return [(pair.predicted.id, pair.gold.id) for pair in alignment.pairs]


def test_words_ignore_punctuation_and_blanks_at_the_edges_of_a_span():
    words = Words('He said: "No way."')
    assert words.within([span('"No way."', 'He said: "No way."')]) == {2, 3}


def test_a_word_counts_when_a_span_touches_one_character_of_it():
    assert Words("one two three").within([span("wo t", "one two three")]) == {1, 2}


def test_an_empty_span_holds_no_word():
    assert Words("one").within([span("", "one")]) == frozenset()


def test_every_claim_of_a_perfect_report_is_matched_with_itself():
    gold = article()
    assert matched(align(perfect(gold), gold)) == [("1", "1"), ("2", "2"), ("3", "3")]


def test_content_with_half_of_the_union_is_matched():
    # "the bridge" is two of the four words "the bridge was safe".
    gold = article(SAFE)
    report = with_claim(perfect(gold), "1", content=spans("the bridge"))
    assert matched(align(report, gold)) == [("1", "1")]


def test_content_with_less_than_half_of_the_union_is_not_matched():
    gold = article(SAFE)
    report = with_claim(perfect(gold), "1", content=spans("bridge"))
    assert matched(align(report, gold)) == []


def test_the_closest_prediction_gets_the_gold_claim():
    gold = article(SAFE)
    report = extra_claim(
        with_claim(perfect(gold), "1", content=spans("the bridge was")),
        spans("the bridge was safe"),
    )
    assert matched(align(report, gold)) == [("extra", "1")]


def test_the_cue_decides_between_claims_with_one_content():
    other = replace(SAFE, id="9", cue=spans("added"))
    gold = article(SAFE, other)
    report = perfect(gold)
    report = replace(report, claims=report.claims[::-1])
    assert matched(align(report, gold)) == [("1", "1"), ("9", "9")]


def test_a_report_about_another_text_is_refused():
    gold = article()
    with pytest.raises(ValueError, match="tiny: the report is about another text"):
        align(perfect(replace(gold, text=TEXT + "!")), gold)


def test_a_prediction_inside_another_is_left_out_where_gold_has_no_nested_claims():
    gold = article(TRAINS)
    report = extra_claim(perfect(gold), spans("trains would run"))
    assert [claim.id for claim in align(report, gold).predicted] == ["2"]


def test_a_prediction_inside_another_is_judged_where_gold_has_nested_claims():
    gold = article(TRAINS, nested=True)
    report = extra_claim(perfect(gold), spans("trains would run"))
    assert [claim.id for claim in align(report, gold).predicted] == ["2", "extra"]


PARTIAL = GoldClaim(
    id="missed1", content=spans("Nobody moved"), source="s1", via=(), kind="statement", partial=True
)
NESTED = replace(PARTIAL, content=spans("trains would"), source="s2", via=("s1",))


def test_a_prediction_that_hits_only_a_partial_claim_is_neither_right_nor_wrong():
    gold = article(SAFE, PARTIAL)
    alignment = align(perfect(gold), gold)
    assert [claim.id for claim in alignment.predicted] == ["1"]
    assert [(pair.predicted.id, pair.gold.id) for pair in alignment.partial_pairs] == [
        ("missed1", "missed1")
    ]


def test_a_nested_partial_claim_is_found_by_a_prediction_that_starts_with_it():
    gold = article(TRAINS, NESTED)
    report = with_claim(perfect(gold), "missed1", content=spans("trains would run on Sunday"))
    alignment = align(report, gold)
    assert matched(alignment) == [("2", "2")]
    assert [pair.predicted.id for pair in alignment.partial_pairs] == ["missed1"]


def test_a_nested_partial_claim_is_not_found_by_the_claim_around_it():
    gold = article(TRAINS, NESTED)
    assert align(without_claim(perfect(gold), "missed1"), gold).partial_pairs == ()


def test_a_continuation_inside_a_claim_of_its_own_source_is_not_judged_again():
    again = replace(PARTIAL, content=spans("trains would run"), source="s1", via=())
    gold = article(TRAINS, again)
    alignment = align(without_claim(perfect(gold), "missed1"), gold)
    assert (alignment.partial, matched(alignment)) == ((), [("2", "2")])


def test_a_continuation_is_found_by_the_claim_that_runs_on_into_it():
    gold = article(TRAINS, PARTIAL)
    longer = spans("that trains would run on Sunday. Nobody moved")
    report = with_claim(without_claim(perfect(gold), "missed1"), "2", content=longer)
    alignment = align(report, gold)
    assert [(pair.predicted.id, pair.gold.id) for pair in alignment.found] == [
        ("2", "2"),
        ("2", "missed1"),
    ]


def test_a_claim_inside_a_partial_one_is_still_judged():
    gold = article(
        TRAINS, replace(PARTIAL, content=spans("She added that trains would run on Sunday"))
    )
    assert [claim.id for claim in align(perfect(gold), gold).predicted] == ["2"]


def test_sources_are_paired_by_the_claims_they_share():
    gold = article()
    report = with_source(perfect(gold), "s1", name="somebody")
    assert align(report, gold).sources["s1"] == "s1"


def test_of_a_source_that_was_split_only_the_larger_part_is_paired():
    third = replace(SAFE, id="4", content=spans("Nobody moved"))
    gold = article(SAFE, TRAINS, third)
    report = with_source(perfect(gold), "s9", name="Ines Varga", type="named_person")
    report = with_claim(report, "2", source="s9", chain=("s9",))
    assert align(report, gold).sources == {"s1": "s1", "s2": "s2", "s3": "s3"}


def test_of_two_sources_that_were_merged_only_one_is_paired():
    gold = article()
    report = with_claim(perfect(gold), "3", source="s1", chain=("s3", "s1"))
    report = replace(report, sources=tuple(s for s in report.sources if s.id != "s2"))
    assert align(report, gold).sources == {"s1": "s1", "s3": "s3"}


def test_an_intermediary_that_is_nobodys_origin_is_paired_by_name():
    gold = article(RESIGN)
    report = with_source(perfect(gold), "s3", name="The Lind Gazette newspaper")
    assert align(report, gold).sources["s3"] == "s3"


def test_an_intermediary_is_paired_by_the_claims_it_passes_on_though_another_took_one_of_its_own():
    own = replace(TRAINS, source="s3")
    gold = article(RESIGN, own)
    report = with_claim(perfect(gold), own.id, source="s1", chain=("s1",))
    assert align(report, gold).sources["s3"] == "s3"


def test_an_intermediary_under_another_name_has_no_votes_of_the_claims_it_passes_on():
    own = replace(TRAINS, source="s3")
    gold = article(RESIGN, own)
    report = with_source(perfect(gold), "s3", name="the Harrow Post")
    report = with_claim(report, own.id, source="s1", chain=("s1",))
    assert align(report, gold).sources["s1"] == "s3"


def test_an_intermediary_under_another_name_is_not_paired():
    gold = article(RESIGN)
    report = with_source(perfect(gold), "s3", name="the Harrow Post")
    assert "s3" not in align(report, gold).sources


def test_all_unspecified_sources_are_one():
    nobody = (
        GoldSource("s1", "unspecified", "unspecified"),
        GoldSource("s2", "(rumour)", "unspecified"),
    )
    claims = (SAFE, replace(TRAINS, source="s2"))
    gold = replace(article(*claims), sources=nobody)
    report = replace(
        perfect(gold), sources=(Source("s1", "", "unspecified"), Source("s2", "", "unspecified"))
    )
    assert align(report, gold).sources == {"s1": "unspecified", "s2": "unspecified"}
