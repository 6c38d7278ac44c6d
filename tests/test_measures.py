"""Every measure, with numbers worked out by hand on an article of four sentences.

The article of tiny.py: sentence 1 holds claim 1 (the engineer: the bridge is safe), sentence 2
claim 2 (the same engineer: trains will run), sentence 3 none, sentence 4 claim 3 (the mayor, via
the Gazette: he would resign; kind intention).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import (
    GAZETTE,
    MAYOR,
    RESIGN,
    SAFE,
    TRAINS,
    VARGA,
    article,
    extra_claim,
    perfect,
    span,
    spans,
    with_claim,
    with_source,
    without_claim,
)

from attribution.types import Report, Source
from eval.counts import Counts, Share, matching_counts, total
from eval.measures import measure
from training.readers.articles import read_articles
from training.readers.gold import GoldArticle, GoldClaim
from training.readers.justification import justified, read_justifications

GOLD = article()
PERFECT = perfect(GOLD)


def value(tally: Counts | Share) -> float | None:
    return tally.f1 if isinstance(tally, Counts) else tally.value


def empty(report: Report) -> Report:
    return replace(report, claims=())


# Nested and continued claims


def test_a_nested_claim_must_be_found_itself():
    inner = GoldClaim(
        id="4", content=spans("trains would run"), source="s2", via=("s1",), kind="statement"
    )
    gold = article(SAFE, TRAINS, RESIGN, inner, nested=True)
    assert measure(perfect(gold), gold)["nested"] == Share(1, 1)
    assert measure(without_claim(perfect(gold), "4"), gold)["nested"] == Share(0, 1)


def test_a_continued_claim_may_be_one_with_what_it_continues():
    after = GoldClaim(id="4", content=spans("Nobody moved"), source="s1", via=(), kind="statement")
    gold = article(SAFE, TRAINS, after, nested=True)
    alone = without_claim(perfect(gold), "4")
    merged = with_claim(alone, "2", content=spans("trains would run on Sunday. Nobody moved"))
    assert measure(perfect(gold), gold)["continued"] == Share(1, 1)
    assert measure(merged, gold)["continued"] == Share(1, 1)
    assert measure(alone, gold)["continued"] == Share(0, 1)


def test_where_nested_claims_are_not_tagged_the_layers_claims_are_judged_alone():
    nested = GoldClaim(
        id="missed1", content=spans("trains would run"), source="s2", via=("s1",), partial=True
    )
    continued = GoldClaim(
        id="continuation1", content=spans("Nobody moved"), source="s1", via=(), partial=True
    )
    gold = article(replace(SAFE, cue=()), TRAINS, RESIGN, nested, continued)
    measured = measure(perfect(gold), gold)
    assert (measured["nested"], measured["continued"]) == (Share(1, 1), Share(1, 1))
    assert measured["nested_continued"] == Share(2, 2)


def test_a_claim_that_nobody_marked_is_neither_nested_nor_continued():
    missed = GoldClaim(
        id="missed1", content=spans("Nobody moved"), source="s2", via=(), partial=True
    )
    gold = article(SAFE, missed)
    measured = measure(perfect(gold), gold)
    assert measured["nested_continued"] == Share(0, 0)
    assert measured["partial"] == Share(1, 1)


# Counts


def test_f1_of_counts_by_hand():
    counts = Counts(right=2, predicted=4, gold=3)
    assert (counts.precision, counts.recall) == (0.5, pytest.approx(2 / 3))
    assert counts.f1 == pytest.approx(4 / 7)


def test_figures_are_none_where_nothing_was_annotated():
    counts = Counts(right=0, predicted=5, gold=0)
    assert (counts.precision, counts.recall, counts.f1) == (None, None, None)
    assert Share().value is None


def test_f1_is_zero_where_nothing_was_predicted():
    assert (Counts(0, 0, 3).precision, Counts(0, 0, 3).f1) == (None, 0.0)


def test_equal_instances_are_paired_one_to_one():
    assert matching_counts("aab", "abb") == Counts(2, 3, 3)


def test_articles_add_up():
    first, second = (
        {"x": Counts(1, 2, 3), "y": Share(1, 1)},
        {"x": Counts(1, 1, 1), "y": Share(0, 1)},
    )
    assert total([first, second]) == {"x": Counts(2, 3, 4), "y": Share(1, 2)}


# The whole


def test_gold_as_prediction_has_everything_right():
    judged = {name: value(tally) for name, tally in measure(PERFECT, GOLD).items()}
    unlabelled = {"partial", "anonymity", "justification", "justified"}
    unlabelled |= {"nested", "continued", "nested_continued"}
    assert judged == {name: None if name in unlabelled else 1.0 for name in judged}


def test_an_empty_report_finds_nothing():
    figures = measure(empty(PERFECT), GOLD)
    assert figures["sentences"] == Counts(0, 0, 3)
    assert figures["attribution"] == Counts(0, 0, 3)
    assert figures["chain_found"] == Share(0, 0)
    assert figures["chain_all"] == Share(0, 3)


def test_an_unresolved_article_has_no_figures_of_sources_and_kinds():
    bare = tuple(replace(claim, source=None, via=None, kind=None) for claim in GOLD.claims)
    gold = replace(GOLD, claims=bare, sources=(), resolved=False)
    figures = measure(perfect(gold), gold)
    for name in ("statements", "kind", "name", "type", "same_source", "via", "chain_all"):
        assert value(figures[name]) is None
    assert value(figures["attribution"]) == 1.0


def test_the_written_dev_articles_as_prediction_have_everything_right():
    corpus = Path(__file__).parent.parent / "training" / "corpus"
    labels = read_justifications(corpus / "justification" / "dev.jsonl")
    articles = justified(read_articles(corpus / "articles" / "dev"), labels)
    figures = total(measure(perfect(gold), gold) for gold in articles)
    assert {name for name, tally in figures.items() if value(tally) != 1.0} == {"partial"}


# Spans


def test_a_sentence_counts_once_however_many_claims_lie_in_it():
    report = extra_claim(PERFECT, spans("the bridge"))
    gold = replace(GOLD, nested=True)
    assert measure(report, gold)["sentences"] == Counts(3, 3, 3)


def test_a_claim_in_an_unattributed_sentence_costs_precision():
    report = extra_claim(PERFECT, spans("Nobody moved"))
    assert measure(report, GOLD)["sentences"] == Counts(3, 4, 3)


def test_a_claim_over_two_sentences_attributes_both():
    report = with_claim(
        PERFECT, "2", content=spans("that trains would run on Sunday. Nobody moved")
    )
    assert measure(report, GOLD)["sentences"] == Counts(3, 4, 3)


def test_statement_detection_looks_at_claims_of_kind_statement_only():
    assert measure(PERFECT, GOLD)["statements"] == Counts(2, 2, 2)
    report = with_claim(PERFECT, "3", kind="statement")
    assert measure(report, GOLD)["statements"] == Counts(2, 3, 2)


PARTIAL = GoldClaim(
    id="missed1", content=spans("Nobody moved"), source="s1", via=(), kind="statement", partial=True
)
WITH_PARTIAL = article(SAFE, TRAINS, RESIGN, PARTIAL)


def test_a_sentence_of_a_partial_claim_is_not_judged():
    expected = Counts(3, 3, 3)
    assert measure(perfect(WITH_PARTIAL), WITH_PARTIAL)["sentences"] == expected
    assert measure(PERFECT, WITH_PARTIAL)["sentences"] == expected
    assert measure(perfect(WITH_PARTIAL), WITH_PARTIAL)["statements"] == Counts(2, 2, 2)


def test_partial_claims_are_no_part_of_span_measures_and_have_a_share_of_their_own():
    found, not_found = measure(perfect(WITH_PARTIAL), WITH_PARTIAL), measure(PERFECT, WITH_PARTIAL)
    assert found["attribution"] == not_found["attribution"] == Counts(3, 3, 3)
    assert found["exact_content"] == Counts(3, 3, 3)
    assert (found["partial"], not_found["partial"]) == (Share(1, 1), Share(0, 1))


def test_exact_roles_forgive_punctuation_but_no_word():
    report = with_claim(PERFECT, "1", content=spans(" the bridge was safe."))
    report = with_claim(report, "2", content=spans("trains would run on Sunday"))
    assert measure(report, GOLD)["exact_content"] == Counts(2, 3, 3)


def test_a_missing_cue_and_source_mention_cost_recall_only():
    report = with_claim(PERFECT, "1", cue=None, source_mention=None)
    figures = measure(report, GOLD)
    assert figures["exact_cue"] == figures["exact_source"] == Counts(2, 2, 3)


def test_a_gold_cue_around_its_source_equals_the_stretch_without_the_source():
    text = "So did the minister say yesterday that it rains."
    claim = GoldClaim(
        id="1",
        content=spans("that it rains", text=text),
        cue=spans("did", "say", text=text),
        source_mention=spans("the minister", text=text),
    )
    gold = article(claim, text=text, resolved=False)
    report = with_claim(perfect(gold), "1", cue=span("did the minister say", text))
    assert measure(report, gold)["exact_cue"] == Counts(1, 1, 1)


def test_a_role_without_a_word_is_not_judged():
    text = "The minister: it rains."
    claim = GoldClaim("1", spans("it rains", text=text), cue=spans(":", text=text))
    gold = article(claim, text=text, resolved=False)
    assert measure(perfect(gold), gold)["exact_cue"] == Counts(0, 0, 0)


def test_attribution_counts_matched_claims():
    # Claim 2 is shortened to two of six words: not matched. One more claim is made up.
    report = with_claim(PERFECT, "2", content=spans("on Sunday"))
    report = extra_claim(report, spans("Nobody moved"))
    assert measure(report, GOLD)["attribution"] == Counts(2, 4, 3)


def test_a_source_mention_is_right_when_it_shares_a_word():
    report = with_claim(PERFECT, "1", source_mention=span("Varga"))
    report = with_claim(report, "2", source_mention=span("the bridge"))
    report = with_claim(report, "3", source_mention=None)
    assert measure(report, GOLD)["mention"] == Share(1, 3)


def test_a_claim_without_a_gold_source_mention_is_not_judged_on_it():
    gold = article(replace(SAFE, source_mention=()), TRAINS)
    assert measure(perfect(gold), gold)["mention"] == Share(1, 1)


def test_speech_and_kind_are_judged_on_matched_claims():
    report = with_claim(PERFECT, "1", speech="direct", kind="belief")
    report = without_claim(report, "2")
    figures = measure(report, GOLD)
    assert (figures["speech"], figures["kind"]) == (Share(1, 2), Share(1, 2))


# Resolution


def test_names_are_counted_by_claim():
    report = with_source(PERFECT, "s1", name="Varga")
    assert measure(report, GOLD)["name"] == Share(1, 3)


def test_a_name_with_role_words_is_right_but_not_word_for_word():
    report = with_source(PERFECT, "s1", name="the engineer Ines Varga")
    figures = measure(report, GOLD)
    assert (figures["name"], figures["name_strict"]) == (Share(3, 3), Share(1, 3))


def test_types_are_counted_by_claim():
    report = with_source(PERFECT, "s2", type="unnamed_group")
    assert measure(report, GOLD)["type"] == Share(2, 3)


def test_role_words_are_counted_by_claim():
    # Gold: "engineer" for claims 1 and 2. Predicted: "chief engineer" for both.
    report = with_source(PERFECT, "s1", role="chief engineer")
    assert measure(report, GOLD)["role"] == Counts(2, 4, 2)


def test_anonymity_is_counted_by_claim():
    gold = replace(GOLD, sources=(VARGA, replace(MAYOR, anonymity_granted=True), GAZETTE))
    report = with_source(perfect(gold), "s1", anonymity_granted=True)
    assert measure(report, gold)["anonymity"] == Counts(1, 3, 1)


def test_same_source_counts_pairs_of_claims():
    # Gold pairs: (1, 2). Predicted, with claim 3 given to s1 too: (1, 2), (1, 3), (2, 3).
    report = with_claim(PERFECT, "3", source="s1", chain=("s3", "s1"))
    assert measure(report, GOLD)["same_source"] == Counts(1, 3, 1)


def test_same_source_looks_at_found_claims_only():
    assert measure(without_claim(PERFECT, "2"), GOLD)["same_source"] == Counts(0, 0, 0)


# Justification


def justified_gold() -> GoldArticle:
    """Any words will do: Varga's is "the bridge", the mayor's "told aides"."""
    words = {"s1": spans("the bridge"), "s2": spans("told aides")}
    return replace(
        GOLD,
        sources=tuple(
            replace(source, justification=words.get(source.id, ())) for source in GOLD.sources
        ),
    )


def test_articles_without_labels_have_no_justification_to_judge():
    figures = measure(PERFECT, GOLD)
    assert figures["justification"] == figures["justified"] == Counts()


def test_justifications_are_counted_by_source_not_by_claim():
    gold = justified_gold()
    assert measure(perfect(gold), gold)["justified"] == Counts(2, 2, 2)


def test_a_justification_given_to_the_wrong_source_is_wrong_twice():
    gold = justified_gold()
    report = perfect(gold)
    first, second = report.source("s1").justification, report.source("s2").justification
    report = with_source(report, "s1", justification=second)
    report = with_source(report, "s2", justification=first)
    assert measure(report, gold)["justified"] == Counts(0, 2, 2)


# Provenance


def test_a_missing_intermediary_costs_recall_and_the_chain():
    report = with_claim(PERFECT, "3", chain=("s2",))
    figures = measure(report, GOLD)
    assert figures["via"] == Counts(0, 0, 1)
    assert figures["chain_found"] == Share(2, 3)
    assert figures["chain_via_found"] == Share(0, 1)


def test_an_intermediary_too_many_costs_precision_and_the_chain():
    report = with_claim(PERFECT, "1", chain=("s3", "s1"))
    figures = measure(report, GOLD)
    assert figures["via"] == Counts(1, 2, 1)
    assert figures["chain_found"] == Share(2, 3)
    assert figures["chain_via_found"] == Share(1, 1)


def test_an_intermediary_the_gold_does_not_know_is_wrong():
    report = with_source(PERFECT, "s9", name="the Harrow Post", type="media_outlet")
    report = with_claim(report, "3", chain=("s9", "s2"))
    assert measure(report, GOLD)["via"] == Counts(0, 1, 1)


def test_via_is_judged_on_found_claims_and_the_chain_on_all():
    figures = measure(without_claim(PERFECT, "3"), GOLD)
    assert figures["via"] == Counts(0, 0, 0)
    assert figures["chain_found"] == Share(2, 2)
    assert figures["chain_all"] == Share(2, 3)
    assert figures["chain_via_all"] == Share(0, 1)


def test_the_order_of_intermediaries_matters_to_the_chain_but_not_to_via():
    gold = article(replace(RESIGN, via=("s3", "s1")))
    report = with_claim(perfect(gold), "3", chain=("s1", "s3", "s2"))
    figures = measure(report, gold)
    assert (figures["via"], figures["chain_found"]) == (Counts(2, 2, 2), Share(0, 1))


def test_a_wrong_origin_makes_the_chain_wrong():
    report = with_claim(PERFECT, "2", source="s3", chain=("s3",))
    assert measure(report, GOLD)["chain_found"] == Share(2, 3)


# Properties


WORDS = "alpha bravo carol delta echo. Fox golf hotel india. Jay kilo lima mike!"


@st.composite
def gold_articles(draw: st.DrawFn) -> GoldArticle:
    claims = []
    for number in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(WORDS) - 2))
        end = draw(st.integers(start + 1, len(WORDS)))
        name = draw(st.sampled_from(["s1", "s2", "s3"]))
        via = draw(st.lists(st.sampled_from(["s1", "s2", "s3"]), max_size=2, unique=True))
        claims.append(
            GoldClaim(
                id=str(number),
                content=(replace(span("a", WORDS), start=start, end=end),),
                cue=draw(st.sampled_from([(), spans("carol", text=WORDS)])),
                source=name,
                via=tuple(item for item in via if item != name),
                kind=draw(st.sampled_from(["statement", "belief"])),
                speech="indirect",
            )
        )
    return replace(GOLD, text=WORDS, claims=tuple(claims), nested=True)


@given(gold_articles())
def test_any_gold_article_as_prediction_has_everything_right(gold: GoldArticle):
    assert {value(tally) for tally in measure(perfect(gold), gold).values()} <= {1.0, None}


@given(gold_articles(), gold_articles())
def test_counts_stay_within_bounds(gold: GoldArticle, other: GoldArticle):
    for tally in measure(perfect(other), gold).values():
        most = min(tally.predicted, tally.gold) if isinstance(tally, Counts) else tally.of
        assert 0 <= tally.right <= most


@given(gold_articles(), gold_articles(), st.randoms())
def test_the_order_of_sources_in_a_report_makes_no_difference_to_its_names(gold, other, random):
    report = perfect(other)
    shuffled: list[Source] = list(report.sources)
    random.shuffle(shuffled)
    mixed = replace(report, sources=tuple(shuffled))
    assert measure(report, gold)["name"] == measure(mixed, gold)["name"]
