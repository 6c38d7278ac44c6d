"""The error analysis: the class of every kind of difference, and that each is counted once.

The small articles are tagged as in training/corpus/articles/GUIDE.md, once as gold and once as the
report: the same text with other tags. Sources and chains: test_error_sources.py.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marked import SAID, flat, found, names, read, resolved
from rich.console import Console
from tiny import GAZETTE, MAYOR, TEXT, VARGA

from attribution.types import KINDS, SOURCE_TYPES, SPEECHES, Claim, Source, Span
from eval import errors
from eval.error_layout import WEIGHTS
from eval.error_table import print_classes, print_examples
from eval.errors import analyze, find_differences, to_plain
from eval.gold_report import gold_report
from eval.measures import measure
from eval.words import Words
from training.readers.articles import read_articles
from training.readers.gold import GoldArticle, GoldClaim

DEV = Path(__file__).parent.parent / "training/corpus/articles/dev"
# Claims missed and spurious, by their form: the tagged claim 2 is on one side only.
EBBE = "<src c=2>Ebbe</src>"
FORMS = {
    "nested in another claim": f"<src c=1>She</src> <cue c=1>said</cue> <con c=1>that {EBBE} "
    "<cue c=2>knew</cue> <con c=2>the risk</con> well</con>.",
    "transcript, Q&A, labelled paragraph": "EBBE: <con c=2>I never saw the risk.</con>",
    "paragraph without a final stop": f"{EBBE} <cue c=2>denies</cue> <con c=2>any risk</con>",
    "source without a cue word (dash, colon)": f"<con c=2>No more trains.</con> – {EBBE}.",
    "uncued paraphrase": "<con c=2>The rails were old.</con>",
    "uncued quotation, own paragraph": "<con c=2>“The rails were old.”</con>",
    "uncued quotation, beside a cued claim": f"{SAID} <con c=2>“Nobody need fear it.”</con>",
    "first person": "<src c=2>I</src> <cue c=2>think</cue> <con c=2>it will fall</con>.",
    "according to": f"<cue c=2>According to</cue> {EBBE}, <con c=2>it fell</con>.",
    "nominal cue": "<src c=2>His</src> <cue c=2>call</cue> <con c=2>for calm</con> went unheard.",
    "hedge": "The bridge <cue c=2>reportedly</cue> <con c=2>fell down</con>.",
    "passive, no source named": "The bridge <cue c=2>was said</cue> <con c=2>to be safe</con>.",
    "no source named": "Talk <cue c=2>went round</cue> <con c=2>that it had moved</con>.",
    "direct quotation with cue": f"<con c=2>“It was so old,”</con> <cue c=2>said</cue> {EBBE}.",
    "quoted fragment with cue": f"{EBBE} <cue c=2>called it</cue> <con c=2>“old”</con>.",
    "part quotation with cue": f"{EBBE} <cue c=2>said</cue> <con c=2>it was “old”</con>.",
    "indirect with that": f"{EBBE} <cue c=2>says</cue> <con c=2>that it fell</con>.",
    "indirect question": f"{EBBE} <cue c=2>asked</cue> <con c=2>who had paid</con>.",
    "indirect, infinitive": f"{EBBE} <cue c=2>promised</cue> <con c=2>to pay</con>.",
    "indirect clause without that": f"{EBBE} <cue c=2>said</cue> <con c=2>it was old</con>.",
    "indirect, no finite verb": f"{EBBE} <cue c=2>denied</cue> <con c=2>the claim</con>.",
    "cue outside the word list": f"{EBBE} <cue c=2>sent</cue> <con c=2>a letter</con>.",
}


def without(body: str, claim: int) -> str:
    return re.sub(rf"<(\w+) c={claim}>(.*?)</\1>", r"\2", body)


@pytest.mark.parametrize("form", FORMS)
def test_a_claim_missed_or_invented_is_named_by_its_form(form: str):
    tagged, bare = FORMS[form], without(FORMS[form], 2)
    assert names(tagged, bare) == [f"missed: {form}"]
    assert names(bare, tagged) == [f"spurious: {form}"]


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("attitude", "attitude or intention cue"),
        ("intention", "attitude or intention cue"),
        ("belief", "belief cue"),
        ("decision", "decision cue"),
        ("perception", "perception cue"),
    ],
)
def test_a_labelled_kind_decides_the_form(kind: str, label: str):
    body = "<src c=1>Ebbe</src> <cue c=1>took up</cue> <con c=1>the plan</con>."
    assert names(read(body, c1=f"s4 | | {kind}"), without(body, 1)) == [f"missed: {label}"]


def test_without_labels_the_cue_word_decides_the_kind():
    body = "<src c=1>Ebbe</src> <cue c=1>feared</cue> <con c=1>the plan</con>."
    assert names(flat(body), flat(without(body, 1))) == ["missed: attitude or intention cue"]


def test_a_text_without_a_title_begins_with_its_headline():
    body = "<src c=1>Ebbe</src> <cue c=1>denies</cue> <con c=1>any risk</con>.\n\nIt rained."
    assert names(flat(body), flat(without(body, 1))) == ["missed: in the headline"]


# Claims of which some words were found
AND = (
    "<src c=1>Ebbe</src> <cue c=1>said</cue> <con c=1>the rails were very old</con> "
    "and <cue c=2>warned</cue> <con c=2>of a fall</con>."
)
ONE = (
    "<src c=1>Ebbe</src> <cue c=1>said</cue> <con c=1>the rails were very old and "
    "warned of a fall</con>."
)


def test_a_gold_claim_inside_a_longer_prediction_is_swallowed_and_the_edge_follows():
    assert names(AND, ONE) == [
        "content ends late: words of a merged or split claim",
        "missed: swallowed with its cue by another claim, cued paraphrase",
    ]


def test_two_quotations_taken_for_one_are_merged():
    two = "<con c=1>“The rails are old,”</con> <src c=1>Ebbe</src> <cue c=1>said</cue>. "
    gold = two + "<con c=2>“All of them.”</con>"
    ours = two + "<con c=1>“All of them.”</con>"
    assert names(gold, ours) == [
        "content ends late: words of a merged or split claim",
        "missed: merged into another claim, uncued quotation",
    ]
    assert names(ours, gold) == [
        "content ends early: words of a merged or split claim",
        "spurious: split off another claim, uncued quotation",
    ]


def test_a_prediction_with_its_own_cue_inside_a_found_claim():
    assert names(ONE, AND) == [
        "content ends early: words of a merged or split claim",
        "spurious: with a cue inside another claim, cued paraphrase",
    ]


def test_a_second_prediction_of_the_same_content():
    gold = "<src c=1>Ebbe</src> <cue c=1>rose to say</cue> <con c=1>it was old</con>."
    ours = (
        "<src c=1>Ebbe</src> <cue c=1>rose to say</cue> <con c=2><con c=1>it was old</con></con>."
    )
    assert names(gold, ours) == ["spurious: second claim on one content, uncued paraphrase"]


def test_a_claim_of_the_right_cue_with_less_than_half_its_content_is_two_items_of_one_class():
    rest = "because the rails were so old"
    gold = f"<src c=1>Ebbe</src> <cue c=1>says</cue> <con c=1>it fell {rest}</con>."
    ours = f"<src c=1>Ebbe</src> <cue c=1>says</cue> <con c=1>it fell</con> {rest}."
    differences = found(read(gold), read(ours))
    assert [(one.name, one.weight) for one in differences] == [
        ("content ends early: adverbial clause", "claim"),
        ("content ends early: adverbial clause", "claim"),
    ]
    assert names(ours, gold) == ["content ends late: adverbial clause"] * 2


def test_a_claim_of_another_cue_inside_or_around_a_missed_one():
    outer = (
        "<src c=1>Ebbe</src> <cue c=1>says</cue> <con c=1>people who fear trains are fools</con>."
    )
    inner = (
        "Ebbe says <src c=1>people</src> who <cue c=1>fear</cue> <con c=1>trains</con> are fools."
    )
    assert names(outer, inner) == [
        "missed: a claim inside it taken, cued paraphrase",
        "spurious: a claim inside a missed one, cued paraphrase",
    ]
    assert names(inner, outer) == [
        "missed: a claim around it taken, cued paraphrase",
        "spurious: a claim around a missed one, cued paraphrase",
    ]


def test_the_right_cue_with_content_elsewhere():
    gold = "<con c=1>It fell</con>, <src c=1>Ebbe</src> <cue c=1>said</cue>, in a long speech."
    ours = "It fell, <src c=1>Ebbe</src> <cue c=1>said</cue>, <con c=1>in a long speech</con>."
    assert names(gold, ours) == [
        "missed: cue found, content elsewhere",
        "spurious: cue right, content elsewhere",
    ]


def test_one_prediction_for_several_missed_claims():
    gold = (
        "<src c=1>Ebbe</src> <cue c=1>likes</cue> <con c=1>trams</con>, <src c=2>Roe</src> "
        "<cue c=2>likes</cue> <con c=2>cars</con>."
    )
    ours = "<src c=1>Ebbe</src> likes <con c=1>trams, Roe likes cars</con>."
    assert Counter(names(gold, ours))["spurious: several claims in one"] == 1


def test_a_claim_that_stands_only_inside_another_prediction_of_a_flat_corpus():
    gold = "Roe noted that <src c=1>Ebbe</src> <cue c=1>feared</cue> <con c=1>the trains</con>."
    ours = (
        "<src c=2>Roe</src> <cue c=2>noted</cue> <con c=2>that <src c=1>Ebbe</src> "
        "<cue c=1>feared</cue> <con c=1>the trains</con></con>."
    )
    assert "missed: found only inside another predicted claim, cued paraphrase" in names(
        flat(gold), flat(ours)
    )


def test_partial_gold_claims_are_named_apart():
    article = read(f"{SAID} <con c=2>Nobody moved.</con>")
    article = replace(article, claims=(article.claims[0], replace(article.claims[1], partial=True)))
    assert names(article, SAID + " Nobody moved.") == ["missed: partial gold claim, paraphrase"]


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


# Every difference once


def test_a_perfect_report_has_no_differences():
    for article in read_articles(DEV)[:4]:
        assert find_differences(gold_report(article), article) == []


def test_a_report_about_another_text_is_refused():
    with pytest.raises(ValueError, match="the report is about another text"):
        find_differences(gold_report(read(SAID)), read(ONE))


WORDS = [Span(*match.span()) for match in re.finditer(r"\w+", TEXT)]


@st.composite
def stretches(draw: st.DrawFn) -> tuple[Span, ...]:
    first = draw(st.integers(0, len(WORDS) - 1))
    last = draw(st.integers(first, min(first + 9, len(WORDS) - 1)))
    return (Span(WORDS[first].start, WORDS[last].end),)


@st.composite
def contents(draw: st.DrawFn) -> tuple[Span, ...]:
    return tuple(sorted(draw(stretches()) + draw(nothing | stretches())))


nothing = st.just(())
gold_sources = st.sampled_from(("s1", "s2", "s3"))
chains = st.lists(gold_sources, max_size=2, unique=True).map(tuple)


@st.composite
def gold_articles(draw: st.DrawFn) -> GoldArticle:
    labelled = draw(st.booleans())
    claims = []
    for number in range(draw(st.integers(1, 4))):
        partial = labelled and draw(st.booleans())
        claims.append(
            GoldClaim(
                id=str(number),
                content=draw(contents()),
                cue=() if partial else draw(nothing | stretches()),
                source_mention=() if partial else draw(nothing | stretches()),
                source=draw(gold_sources) if labelled else None,
                via=draw(chains) if labelled else None,
                kind=draw(st.sampled_from(KINDS)) if labelled else None,
                speech=None if partial else draw(st.sampled_from(SPEECHES)),
                partial=partial,
            )
        )
    nested, sources = draw(st.booleans()), (VARGA, MAYOR, GAZETTE) if labelled else ()
    return GoldArticle("tiny", TEXT, tuple(claims), sources, resolved=labelled, nested=nested)


@st.composite
def cases(draw: st.DrawFn):
    """A gold article and a report on it: its own claims, some of them changed, and further ones."""
    gold = draw(gold_articles())
    report = gold_report(gold)
    ids = ("a", "b", "c")
    named = st.sampled_from(("Ines Varga", "the mayor", "Lind Gazette", "Otto"))
    sources = [
        Source(
            name, draw(named), draw(st.sampled_from(SOURCE_TYPES)), draw(named), draw(st.booleans())
        )
        for name in ids
    ]
    claims = []
    for number in range(draw(st.integers(0, 5))):
        model = draw(st.sampled_from(report.claims))
        cue, mention = draw(nothing | stretches()), draw(nothing | stretches())
        source = draw(st.sampled_from(ids))
        claims.append(
            Claim(
                id=f"p{number}",
                content=draw(st.just(model.content) | contents()),
                cue=draw(st.just(model.cue) | st.just(cue[0] if cue else None)),
                source_mention=draw(
                    st.just(model.source_mention) | st.just(mention[0] if mention else None)
                ),
                source=source,
                speech=draw(st.sampled_from(SPEECHES)),
                kind=draw(st.sampled_from(KINDS)),
                chain=(*draw(st.lists(st.sampled_from(ids), max_size=2, unique=True)), source),
                confidence=1.0,
            )
        )
    return gold, replace(report, sources=tuple(sources), claims=tuple(claims))


@given(cases())
def test_every_wrong_item_is_counted_once_and_no_right_one(case):
    gold, report = case
    differences = find_differences(report, gold)
    keys = Counter((one.facet, one.gold, one.predicted) for one in differences)
    assert set(keys.values()) <= {1}
    facets = Counter(one.facet for one in differences)
    figures = measure(report, gold)
    claims, partial = figures["attribution"], figures["partial"]
    missed, invented = claims.gold - claims.right, claims.predicted - claims.right
    assert facets["claim"] == missed + invented + partial.of - partial.right
    for facet in ("speech", "kind"):
        assert facets[facet] == figures[facet].of - figures[facet].right
    chain = {one.gold for one in differences if one.facet == "source" or one.facet[:3] == "via"}
    assert len(chain) == figures["chain_found"].of - figures["chain_found"].right


@given(cases())
def test_the_words_of_the_differences_are_the_words_that_differ(case):
    gold, report = case
    words = Words(TEXT)
    differences = find_differences(report, gold)
    theirs = {claim.id: claim for claim in gold.claims}
    mine = {claim.id: claim for claim in report.claims}
    for pair in {(one.gold, one.predicted) for one in differences if one.gold and one.predicted}:
        if theirs[pair[0]].partial:
            continue
        sides = (theirs[pair[0]].content, mine[pair[1]].content)
        left, right = (words.within(pieces) for pieces in sides)
        places = [
            words.within(one.places)
            for one in differences
            if (one.gold, one.predicted) == pair and one.facet.startswith("content")
        ]
        assert sum(map(len, places)) == len(left ^ right)
        assert frozenset[int]().union(*places) == left ^ right


# Ranking, tables, command


def test_classes_are_ranked_by_cost_and_counts_hold_no_words():
    gold = resolved(c1="s1 | | belief")
    ours = resolved({"s4": "Tom Ebbe | named_person | cook | no"}, c2="s4 | | statement")
    reports, articles = [gold_report(ours)], [gold]
    plain = to_plain(analyze(reports, articles), reports, articles)
    assert [(row["class"], row["n"], row["cost"]) for row in plain["classes"]] == [
        ("source: wrong antecedent, pronoun", 1, WEIGHTS["claim"]),
        ("role: spurious", 2, 2 * WEIGHTS["rest"]),
        ("kind: statement for belief", 1, WEIGHTS["rest"]),
    ]
    assert plain["cost"] == 1.75
    assert sum(row["share"] for row in plain["classes"]) == pytest.approx(1)
    assert [row["group"] for row in plain["groups"]] == ["source", "role", "kind"]
    assert plain["classes"][1]["weights"] == {"rest": 2}
    assert "Ebbe" not in json.dumps(plain)


def test_the_table_shows_the_first_classes_and_sums_up_the_rest():
    gold, ours = resolved(c1="s1 | | belief"), resolved(c2="s4 | | statement")
    reports, articles = [gold_report(ours)], [gold]
    console = Console(file=io.StringIO(), width=100)
    classes = analyze(reports, articles)
    print_classes("written", to_plain(classes, reports, articles), console, rows=1)
    print_examples(classes[0].name, classes[0].cases, console, number=3)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert "source: wrong antecedent, pronoun" in printed
    assert "kind: statement for belief" not in printed
    assert "1 further classes" in printed
    assert "wires-01" in printed
    assert "She | added | it was old" in printed


def test_the_command_writes_counts_and_never_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    article = read_articles(DEV)[0]
    bare = replace(gold_report(article), claims=gold_report(article).claims[1:])
    monkeypatch.setattr(errors, "model_run", lambda name: lambda texts: [bare for _ in texts])
    out = tmp_path / "out.json"
    arguments = ["--corpus", "written", "--limit", "1", "--examples", "1", "--json", str(out)]
    assert errors.main(arguments) == 0
    printed = capsys.readouterr().out
    assert article.doc in printed
    results = json.loads(out.read_text(encoding="utf-8"))
    assert results["corpora"]["written"]["articles"] == 1
    assert results["corpora"]["written"]["classes"]
    assert results["weights"] == WEIGHTS
    written = out.read_text(encoding="utf-8")
    assert not any(source.name in written for source in article.sources)
    assert article.doc not in written


def test_the_command_without_polnear_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    arguments = ["--corpus", "polnear", "--polnear", str(tmp_path)]
    assert errors.main(arguments) == 1
    assert "no PolNeAR dev compartment" in capsys.readouterr().err
