"""CofeNet's format: text put together from tokens, spans laid back on them, exact match."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import GAZETTE, MAYOR, VARGA

from attribution.segment import segment
from attribution.types import (
    Claim,
    ModelInfo,
    Report,
    Sentence,
    Source,
    Span,
    Transparency,
)
from eval.cofenet import count, entities, evaluate, project, read_instances
from eval.cofenet_text import Article, Instance, join_instances
from eval.counts import Counts


def instance(line: str, labels: str = "", name: str = "doc") -> Instance:
    tokens = tuple(line.split())
    return Instance(name, tokens, tuple(labels.split()) or ("O",) * len(tokens))


def text_of(*lines: str) -> str:
    return join_instances([instance(line) for line in lines]).text


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("She did n't see the boat 's owner .", "She didn't see the boat's owner."),
        ("It cost $ 5 ( or 6 % ) , he said .", "It cost $5 (or 6%), he said."),
        ("`` No , '' he said .", "“No,” he said."),
        ("He said : '' No . '' Then he left .", "He said: “No.” Then he left."),
        ("Go now , '' he said .", "Go now,” he said."),
        ("`` ` Yes , ' he says . ''", "“‘Yes,’ he says.”"),
        ("`` She said ` no . '''", "“She said ‘no.’”"),
        ("The voters ' mood -LRB- bad -RRB-", "The voters' mood (bad)"),
    ],
)
def test_tokens_are_spaced_as_in_print(tokens: str, text: str):
    assert text_of(tokens) == text


def test_every_instance_is_a_paragraph():
    assert text_of("One .", "Two .") == "One.\n\nTwo."


word = st.sampled_from(["he", "said", ",", ".", "``", "''", "'", "`", "n't", "(", "$", "No", "'''"])


@given(st.lists(st.lists(word, min_size=1, max_size=12), min_size=1, max_size=4))
def test_token_spans_are_in_order_and_cover_all_but_blanks(rows):
    article = join_instances([Instance("d", tuple(row), ("O",) * len(row)) for row in rows])
    spans = [token for row in article.tokens for token in row]
    assert [len(row) for row in article.tokens] == [len(row) for row in rows]
    assert all(first.end <= second.start for first, second in pairwise(spans))
    assert "".join(token.of(article.text) for token in spans) == "".join(article.text.split())


def test_entities_are_type_start_and_end():
    labels = ["B-source", "I-source", "B-cue", "B-content", "I-content", "O", "B-content"]
    assert entities(labels) == [
        ("source", 0, 2),
        ("cue", 2, 3),
        ("content", 3, 5),
        ("content", 6, 7),
    ]


def test_an_inside_tag_without_its_beginning_opens_no_entity():
    assert entities(["O", "I-cue", "B-cue", "I-source", "I-source"]) == [("cue", 2, 3)]


def report_of(article: Article, *claims: Claim) -> Report:
    return Report(
        text=article.text,
        title=None,
        sentences=tuple(Sentence(span, "none") for span in segment(article.text).sentences),
        sources=tuple(Source(s.id, s.name, s.type) for s in (VARGA, MAYOR, GAZETTE)),
        claims=claims,
        transparency=Transparency(0.0),
        model=ModelInfo("test", "1"),
    )


def claim(text: str, *content: str, cue: str = "", source: str = "", name: str = "c1") -> Claim:
    def find(words: str) -> Span | None:
        return Span(text.index(words), text.index(words) + len(words)) if words else None

    pieces = tuple(piece for piece in map(find, content) if piece)
    return Claim(name, pieces, find(cue), find(source), "s1", "direct", "statement", ("s1",), 1.0)


QUOTED = instance("`` No , '' she said , `` not now . ''")


def test_pieces_of_content_become_entities_of_their_own():
    article = join_instances([QUOTED])
    found = claim(article.text, "“No,”", "“not now.”", cue="said", source="she")
    (labels,) = project(report_of(article, found), article)
    assert (
        labels
        == (
            "B-content I-content I-content I-content B-source B-cue O "
            "B-content I-content I-content I-content I-content"
        ).split()
    )


def test_content_over_two_paragraphs_is_an_entity_in_each():
    article = join_instances([instance("`` No ."), instance("`` Not now . ''")])
    found = claim(article.text, article.text)
    rows = project(report_of(article, found), article)
    assert rows == [
        ["B-content", "I-content", "I-content"],
        ["B-content", "I-content", "I-content", "I-content", "I-content"],
    ]


def test_a_source_inside_a_cue_parts_the_cue():
    article = join_instances([instance("Did she say that it rains ?")])
    found = claim(article.text, "that it rains", cue="Did she say", source="she")
    (labels,) = project(report_of(article, found), article)
    assert labels[:3] == ["B-cue", "B-source", "B-cue"]


def test_a_claim_inside_another_is_dropped():
    article = join_instances([instance("She said he told her that it rains .")])
    outer = claim(article.text, "he told her that it rains", cue="said", source="She")
    inner = claim(article.text, "that it rains", cue="told her", source="he", name="c2")
    (labels,) = project(report_of(article, outer, inner), article)
    assert labels == ["B-source", "B-cue", "B-content"] + ["I-content"] * 5 + ["O"]


def test_a_token_belongs_to_a_span_that_holds_its_larger_part():
    article = join_instances([instance("Rainfall stopped")])
    (labels,) = project(report_of(article, claim(article.text, "infall sto")), article)
    assert labels == ["B-content", "O"]


def test_exact_match_is_counted_per_instance():
    gold = [["B-cue", "O"], ["B-cue", "O"]]
    predicted = [["B-cue", "O"], ["O", "B-cue"]]
    assert count(predicted, gold)["cue"] == Counts(1, 2, 2)
    assert count(predicted, gold)["source"] == Counts(0, 0, 0)


def test_a_document_is_scored_as_one_article():
    labels = "B-source B-cue B-content I-content O"
    first = [instance("She said it rains .", labels, "a"), instance("Nobody moved .", name="a")]
    second = [instance("He said it snows .", labels, "b")]
    seen: list[str] = []

    def scorer(texts: list[str]) -> list[Report]:
        seen.extend(texts)
        articles = [join_instances(first), join_instances(second)]
        return [
            report_of(articles[0], claim(texts[0], "it rains", cue="said", source="She")),
            report_of(articles[1], claim(texts[1], "it snows", cue="said it")),
        ]

    result = evaluate([*first, *second], scorer)
    assert seen == ["She said it rains.\n\nNobody moved.", "He said it snows."]
    assert result["source"] == {"P": 1.0, "R": 0.5, "F1": 0.6667, "n": 2, "interval": [0.0, 1.0]}
    assert result["cue"]["F1"] == 0.5
    assert result["content"]["F1"] == 0.5


def test_reading_names_a_bad_line(tmp_path):
    path = tmp_path / "bad.txt"
    good = json.dumps({"id": "a", "tokens": ["One"], "labels": ["O"]})
    path.write_text(f"{good}\n{good[:-9]}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.txt, line 2: not CofeNet's format"):
        read_instances(path)


def test_reading_refuses_labels_that_do_not_fit_the_tokens(tmp_path):
    path = tmp_path / "bad.txt"
    path.write_text(json.dumps({"id": "a", "tokens": ["One"], "labels": []}), encoding="utf-8")
    with pytest.raises(ValueError, match="tokens and labels differ in number"):
        read_instances(path)
