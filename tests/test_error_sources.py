"""The error analysis: classes of mentions, sources, their descriptions and chains."""

from __future__ import annotations

from dataclasses import replace

import pytest
from marked import flat, found, names, read, resolved

from attribution.types import Span
from eval.errors import find_differences
from eval.gold_report import gold_report

NESTED = (
    "<src c=1>She</src> <cue c=1>said</cue> <con c=1>that <src c=2>Ebbe</src> <cue c=2>knew</cue> "
    "<con c=2>the risk</con> well</con>."
)
MENTIONS = {
    "article or possessive": ("the ", "engineer", ""),
    "title or other words in front": ("Chief ", "Varga", ""),
    "words before a comma": ("the engineer, ", "Ines Varga", ""),
    "relative clause": ("", "Ines Varga", ", who had built it"),
    "coordinated part": ("", "Ines Varga", " and Tom Ebbe"),
    "prepositional tail": ("", "the engineer", " of Lind"),
    "apposition": ("", "Ines Varga", ", 41"),
    "words behind": ("", "the engineer", " hired last year"),
}


@pytest.mark.parametrize("label", MENTIONS)
def test_mentions_cut_short_or_too_long(label: str):
    before, kept, behind = MENTIONS[label]
    rest = " <cue c=1>said</cue> <con c=1>it would all fall down</con>."
    whole = f"<src c=1>{before}{kept}{behind}</src>{rest}"
    cut = f"{before}<src c=1>{kept}</src>{behind}{rest}"
    assert names(whole, cut) == [f"mention cut short: {label}"]
    assert names(cut, whole) == [f"mention too long: {label}"]


WRONG = "<cue c=1>said</cue> <con c=1>it would all fall down</con>"


@pytest.mark.parametrize(
    ("gold", "ours", "name"),
    [
        (f"Roe, <src c=1>Ebbe</src> {WRONG}.", f"Roe, Ebbe {WRONG}.", "not found: one name"),
        (f"Roe, Ebbe {WRONG}.", f"<src c=1>Roe</src>, Ebbe {WRONG}.",
         "given to a claim without one: other words"),
        (f"Roe, <src c=1>Ebbe</src> {WRONG}.", f"<src c=1>Roe</src>, Ebbe {WRONG}.",
         "wrong: other words"),
        (f"<src c=1>Ebbe</src>, who {WRONG}.", f"Ebbe, <src c=1>who</src> {WRONG}.",
         "wrong: relative pronoun and antecedent"),
        (f"<src c=1>Ebbe</src> {WRONG}.",
         f"Ebbe {WRONG.replace('it', '<src c=1>it</src>')}.", "wrong: words of the content"),
        (f"Roe <cue c=1>and</cue> <src c=1>Ebbe</src> {WRONG}.",
         f"Roe <src c=1>and</src> Ebbe {WRONG}.", "wrong: words of the cue"),
    ],
)  # fmt: skip
def test_mentions_that_are_wrong_altogether(gold: str, ours: str, name: str):
    differences = {one.name: one.weight for one in found(read(gold), read(ours))}
    assert differences[f"mention {name}"] == "rest"  # the source is right nevertheless
    differences = {one.name: one.weight for one in found(flat(gold), flat(ours))}
    assert differences[f"mention {name}"] == "claim"  # nothing else is known about the source


def test_all_sources_right_is_no_difference():
    assert names(resolved(), resolved()) == []


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"c2": "s4 | | statement"}, "source: wrong antecedent, pronoun"),
        ({"c4": "s1 | | statement"}, "source: wrong antecedent, no mention"),
        ({"c1": "s9 | | statement"}, "source: one source split, one name"),
        ({"c2": "s9 | | statement"}, "source: one source split, pronoun"),
        ({"c4": "s9 | | statement"}, "source: one source split, no mention"),
        ({"c3": "s3 | | statement", "c4": "s4 | | statement"},
         "source: wrong antecedent, longer name"),
    ],
)  # fmt: skip
def test_the_wrong_source(claims: dict[str, str], name: str):
    (difference,) = found(resolved(), resolved({"s9": "Otto | named_person | | no"}, **claims))
    assert (difference.name, difference.weight) == (name, "claim")


def test_two_sources_merged():
    gold, ours = resolved(c4="s2 | | statement"), resolved(c4="s4 | | statement")
    ours = replace(ours, sources=tuple(one for one in ours.sources if one.id != "s2"))
    assert names(gold, ours) == ["source: two sources merged, no mention"]


def test_groups_and_descriptions_are_named_apart():
    body = "<src c=1>{}</src> <cue c=1>said</cue> <con c=1>it fell</con>. <con c=2>“So.”</con>"
    rows = {"c1": "s1 | | statement", "c2": "s1 | | statement"}
    for words, type_, label in (
        ("the engineer", "unnamed_person", "description"),
        ("engineers", "unnamed_group", "group"),
    ):
        sources, text = {"s1": f"{words} | {type_} | | no"}, body.format(words)
        gold = read(text, sources, **rows)
        sources["s9"] = "Otto | named_person | | no"
        ours = read(text, sources, **{**rows, "c1": "s9 | | statement"})
        assert names(gold, ours) == [f"source: one source split, {label}"]


def test_a_wrong_source_follows_from_a_wrong_mention():
    laughed = "<src c=2>Roe</src> <cue c=2>laughed</cue>: <con c=2>no</con>."
    gold = f"Roe, <src c=1>Ebbe</src> {WRONG}. {laughed}"
    ours = f"<src c=1>Roe</src>, Ebbe {WRONG}. {laughed}"
    rows = {"c1": "s4 | | statement", "c2": "s1 | | statement"}
    differences = found(read(gold, **rows), read(ours, **{**rows, "c1": "s1 | | statement"}))
    assert {one.name: one.weight for one in differences} == {
        "mention wrong: other words": "claim",
        "source: its mention is wrong": "follows",
    }


@pytest.mark.parametrize(
    ("source", "row", "expected"),
    [
        ("s1", "Varga | named_person | chief engineer | no", "name: incomplete, person"),
        ("s1", "she | named_person | chief engineer | no", "name: pronoun or nothing, person"),
        ("s1", "Ebbe | named_person | chief engineer | no", "name: other words, person"),
        ("s1", "Ines Roe | named_person | chief engineer | no",
         "name: partly other words, person"),
        ("s1", "friends of Ines Varga | named_person | chief engineer | no",
         "name: words too many, person"),
        ("s1", "Ines Varga | named_organization | chief engineer | no",
         "type: named_organization for named_person"),
        ("s1", "Ines Varga | named_person | | no", "role: missing, not word for word in the text"),
        ("s1", "Ines Varga | named_person | engineer | no", "role: cut short"),
        ("s1", "Ines Varga | named_person | chief engineer of Lind | no", "role: too long"),
        ("s1", "Ines Varga | named_person | chief cook | no", "role: partly other words"),
        ("s1", "Ines Varga | named_person | cook | no",
         "role: other words, not word for word in the text"),
        ("s1", "Ines Varga | named_person | chief engineer | yes", "anonymity: spurious"),
        ("s4", "Tom Ebbe | named_person | cook | no", "role: spurious"),
    ],
)  # fmt: skip
def test_the_description_of_the_right_source_counts_once_a_claim(
    source: str, row: str, expected: str
):
    # Every source has two claims.
    assert names(resolved(), resolved({source: row})) == [expected, expected]


def test_a_role_is_sought_in_the_text_and_in_the_name():
    assert (
        names(resolved({"s4": "Tom Ebbe | named_person | was well | no"}), resolved())
        == ["role: missing, word for word in the text"] * 2
    )
    assert (
        names(resolved({"s4": "Tom Ebbe | named_person | Tom | no"}), resolved())
        == ["role: missing, words of the name itself"] * 2
    )


def test_anonymity_that_was_granted_and_not_seen():
    gold = resolved({"s4": "Tom Ebbe | named_person | | yes"})
    assert names(gold, resolved()) == ["anonymity: missed"] * 2


def test_speech_and_kind_are_named_by_pair():
    article = resolved(c1="s1 | | belief")
    article = replace(
        article, claims=(replace(article.claims[0], speech="mixed"), *article.claims[1:])
    )
    assert names(article, resolved()) == [
        "kind: statement for belief",
        "speech: indirect for mixed",
    ]


@pytest.mark.parametrize(
    ("gold", "ours", "expected"),
    [
        ({"c3": "s4 | s3 | statement"}, {}, ["via missed: outlet named in the sentence"]),
        ({"c4": "s4 | s3 | statement"}, {}, ["via missed: outlet named elsewhere, first claim"]),
        ({"c1": "s1 | s5 | statement"}, {}, ["via missed: document named elsewhere, first claim"]),
        ({"c3": "s4 | s3 | statement", "c4": "s4 | s3 | statement"},
         {"c3": "s4 | s3 | statement"}, ["via missed: outlet, stopped early"]),
        ({"c1": "s1 | s3 | statement", "c2": "s1 | s3 | statement"}, {},
         ["via missed: outlet named elsewhere, first claim",
          "via missed: outlet, missed before too"]),
        ({}, {"c1": "s1 | s3 | statement"}, ["via spurious: outlet named elsewhere, first claim"]),
        ({"c3": "s4 | s3 | statement"}, {"c3": "s4 | s3 | statement", "c4": "s4 | s3 | statement"},
         ["via spurious: outlet, carried too far"]),
        ({}, {"c1": "s1 | s2 | statement", "c2": "s1 | s2 | statement"},
         ["via spurious: person or group named elsewhere, first claim",
          "via spurious: person or group, wrong before too"]),
        ({"c3": "s4 | s3 | statement"}, {"c3": "s4 | s5 | statement"},
         ["via wrong: another source"]),
        ({"c3": "s4 | s3 | statement"}, {"c3": "s4 | s9 | statement"},
         ["via wrong: none of the sources"]),
        ({"c3": "s4 | s3 | statement"}, {"c3": "s4 | s8 | statement"},
         ["via wrong: same words or like name"]),
        ({"c3": "s4 | s3, s5 | statement"}, {"c3": "s4 | s5, s3 | statement"}, ["via: order"]),
        ({"c3": "s4 | s3 | statement"}, {"c3": "s3 | s4 | statement"},
         ["source: swapped with an intermediary", "via: the wrong source says it",
          "via: the wrong source says it"]),
        ({"c3": "s4 | s3 | statement"}, {"c3": "s3 | | statement"},
         ["source: an intermediary taken for the origin", "via: the wrong source says it"]),
        ({}, {"c3": "s3 | s4 | statement"},
         ["source: the origin taken for an intermediary", "via: the wrong source says it"]),
    ],
)  # fmt: skip
def test_chains(gold: dict[str, str], ours: dict[str, str], expected: list[str]):
    further = {"s9": "Otto | named_person | | no", "s8": "the Gazette | media_outlet | | no"}
    report = resolved(further, **ours)
    used = " ".join(ours.values())
    if "s9" in used or "s8" in used:  # else the right name would be paired with it
        report = replace(report, sources=tuple(one for one in report.sources if one.id != "s3"))
    assert names(resolved(**gold), report) == expected


def test_a_spurious_intermediary_in_the_sentence_and_the_articles_own_outlet():
    gold, ours = resolved(), resolved(c3="s4 | s3 | statement")
    report = gold_report(ours)
    start = ours.text.index("the Lind Gazette")
    sources = tuple(
        replace(one, mentions=(Span(start, start + 16),)) if one.id == "s3" else one
        for one in report.sources
    )
    report = replace(report, sources=sources)
    assert [one.name for one in find_differences(report, gold)] == [
        "via spurious: outlet named in the sentence"
    ]
    gold = replace(gold, publisher="The Lind Gazette")
    assert [one.name for one in find_differences(report, gold)] == [
        "via spurious: the article's own outlet"
    ]


def test_the_speaker_of_the_claim_around_as_intermediary():
    body = NESTED
    gold, ours = read(body, c2="s4 | s1 | belief"), read(body, c2="s4 | | belief")
    assert names(gold, ours) == ["via missed: speaker of the claim around it"]
    assert names(ours, gold) == ["via spurious: speaker of the claim around it"]
