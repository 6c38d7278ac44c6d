"""The error analysis: the class of edges of content, cue and source that differ.

The small articles are tagged as in training/corpus/articles/GUIDE.md, once as gold and once as the
report: the same text with other tags.
"""

from __future__ import annotations

import pytest
from marked import found, names, read

# Edges of content, cue and mention: «…» in the middle is what only one side has.
SAYS = "<src c=1>Ebbe</src> <cue c=1>says</cue> "
ENDS = {
    "whole sentences": ("the old rails had bent badly", ". They were rusty"),
    "relative clause": ("the old rails had bent badly", ", which nobody saw"),
    "coordinated part": ("the old rails had bent badly", " and broken"),
    "adverbial clause": ("the old rails had bent badly", " because it froze"),
    "infinitive": ("the old rails had bent badly enough", " to break"),
    "prepositional tail": ("the old rails had bent badly", " in the winter"),
    "participle": ("the old rails had bent badly", " killing two"),
    "after a comma or dash": ("the old rails had bent badly", " – five times"),
    "after a colon": ("the old rails had bent badly", ": five times"),
    "adverb or time": ("the old rails had bent badly", " on Monday"),
    "at a quotation mark": ("the old rails had “bent badly”", " five times"),
    "behind an article or preposition": ("the old rails had bent in the", " frost"),
    "inside a name": ("the old rails had bent near Port", " Lind"),
    "at the stop of an abbreviation": ("the old rails had hurt Mr.", " Lind"),
    "up to three words": ("the old rails had bent badly", " five times"),
    "longer stretch": ("the old rails had bent five", " times more badly than"),
}


@pytest.mark.parametrize("label", ENDS)
def test_content_that_ends_early_or_late(label: str):
    kept, rest = ENDS[label]
    whole = f"{SAYS}<con c=1>{kept}{rest}</con>."
    cut = f"{SAYS}<con c=1>{kept}</con>{rest}."
    assert names(whole, cut) == [f"content ends early: {label}"]
    assert names(cut, whole) == [f"content ends late: {label}"]


BEGINS = {
    "that": ("that ", "the old rails had bent badly"),
    "linking word": ("to ", "the old rails bent as badly as before"),
    "before a comma, dash or colon": ("five times, ", "the old rails had bent badly"),
    "article": ("the ", "old rails had bent badly once"),
    "coordinated part": ("rain and ", "the old rails had bent badly"),
    "phrase with a linking word": ("three men of ", "the old rails crew had bent badly"),
    "at a quotation mark": ("five ", "“old rails had bent badly”"),
    "up to three words": ("five bad ", "old rails had bent badly"),
    "longer stretch": ("five very bad rusty ", "old rails had bent badly again"),
}


@pytest.mark.parametrize("label", BEGINS)
def test_content_that_begins_early_or_late(label: str):
    rest, kept = BEGINS[label]
    whole = f"{SAYS}<con c=1>{rest}{kept}</con>."
    cut = f"{SAYS}{rest}<con c=1>{kept}</con>."
    assert f"content begins late: {label}" in names(whole, cut)
    assert f"content begins early: {label}" in names(cut, whole)


def test_content_that_differs_inside():
    gold = f"{SAYS}<con c=1>the old rails, he</con> claims, <con c=1>had bent badly again</con>."
    ours = f"{SAYS}<con c=1>the old rails, he claims, had bent badly again</con>."
    assert names(gold, ours) == ["content has more inside: up to three words"]
    assert names(ours, gold) == ["content has less inside: up to three words"]


def test_the_border_between_cue_and_content_is_one_difference():
    gold = "<src c=1>Ebbe</src> <cue c=1>made a plea</cue> <con c=1>for a new bridge soon</con>."
    ours = "<src c=1>Ebbe</src> <cue c=1>made</cue> <con c=1>a plea for a new bridge soon</con>."
    assert names(gold, ours) == [
        "content begins early: words of the cue",
        "cue cut short: words of another role",
    ]
    assert [one.cost for one in found(read(gold), read(ours))] == [0.5, 0]


def test_content_that_runs_into_another_claim_that_was_found_too():
    gold = f"{SAYS}<con c=1>the rails were old</con>. <con c=2>They bent when it froze again</con>."
    ours = f"{SAYS}<con c=1>the rails were old. They</con> <con c=2>bent when it froze again</con>."
    assert names(gold, ours) == [
        "content begins late: up to three words",
        "content ends late: words of another gold claim",
    ]


@pytest.mark.parametrize(
    ("gold", "ours", "name"),
    [
        ("“it fell.”", "“it fell.", "content ends with other punctuation: quotation mark"),
        ("it fell,", "it fell", "content ends with other punctuation: stop or comma"),
        ("(it fell", "it fell", "content begins with other punctuation: other sign"),
    ],
)
def test_signs_at_the_ends_weigh_little(gold: str, ours: str, name: str):
    whole = f"{SAYS}<con c=1>{gold}</con>"
    start = gold.index(ours)
    cut = f"{SAYS}{gold[:start]}<con c=1>{ours}</con>{gold[start + len(ours) :]}"
    (difference,) = found(read(whole), read(cut))
    assert (difference.name, difference.weight) == (name, "rest")


CUES = {
    "adverb or time": ("<src>Ebbe</src>", "said", " repeatedly", ""),
    "auxiliary, negation, to": ("<src>Ebbe</src>", "said", "", "did not have "),
    "preposition or particle": ("<src>Ebbe</src>", "lashed", " out at", ""),
    "article": ("<src>Ebbe</src>", "lie", "", "the "),
    "second verb": ("<src>Ebbe</src>", "wrote", " and said", ""),
    "audience": ("<src>Ebbe</src>", "told", " the Harrow Board", ""),
    "circumstance behind a preposition": ("<src>Ebbe</src>", "said", " in one speech", ""),
    "words before a participle": ("<src>Ebbe</src>", "saying", "", "rose "),
    "other words": ("<src>Ebbe</src>", "gave", " vent", ""),
}


@pytest.mark.parametrize("label", CUES)
def test_cues_cut_short_or_too_long(label: str):
    source, kept, behind, before = CUES[label]
    source = source.replace("<src>", "<src c=1>")
    content = " <con c=1>it would all fall down</con>."
    whole = f"{source} <cue c=1>{before}{kept}{behind}</cue>{content}"
    cut = f"{source} {before}<cue c=1>{kept}</cue>{behind}{content}"
    assert names(whole, cut) == [f"cue cut short: {label}"]
    assert names(cut, whole) == [f"cue too long: {label}"]


def test_cues_that_are_wrong_altogether():
    content = "<con c=1>it would all fall down</con>"
    cued = f"Ebbe <cue c=1>said</cue> loudly {content}."
    assert names(cued, f"Ebbe said loudly {content}.") == ["cue not found: cued paraphrase"]
    assert names(f"Ebbe said loudly {content}.", cued) == [
        "cue given to a claim without one: uncued paraphrase"
    ]
    assert names(cued, f"Ebbe said <cue c=1>loudly</cue> {content}.") == ["cue wrong: other words"]
    whole = f"Ebbe says <cue c=1>loudly</cue> {content}."
    ours = "Ebbe <cue c=1>says</cue> <con c=1>loudly it would all fall down</con>."
    assert "cue wrong: left in the content" in names(whole, ours)
    assert "cue wrong: a word of the content" in names(ours, whole)


def test_source_and_cue_exchanged_are_one_difference():
    gold = "<cue c=1>Ebbe</cue> <src c=1>said</src> <con c=1>it would all fall down</con>."
    ours = "<src c=1>Ebbe</src> <cue c=1>said</cue> <con c=1>it would all fall down</con>."
    differences = {one.name: one.weight for one in found(read(gold), read(ours))}
    assert differences == {
        "cue wrong: exchanged with the source": "follows",
        "mention wrong: exchanged with the cue": "rest",
    }
