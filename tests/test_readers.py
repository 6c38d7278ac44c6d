"""Readers of the corpora: the written articles' tags, PolNeAR's layout, the layer over it."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from attribution.types import Span
from training.readers.articles import parse_article, read_articles
from training.readers.gold import GoldArticle, GoldClaim, GoldSource
from training.readers.justification import justified, read_justifications
from training.readers.nested import read_nested, with_nested
from training.readers.polnear import read_layer, read_polnear

CORPUS = Path(__file__).parent.parent / "training" / "corpus" / "articles"
WRITTEN = sorted(CORPUS.glob("*/*.txt"))

HEAD = """---
title: Ferry to stop
publisher: The Quay Post
sources:
s1 | Ottoline Brask | named_person | chair of the harbour board | no
s2 | Skerrin Echo | media_outlet | | no
s3 | a deckhand | unnamed_person | | yes
claims:
{claims}
---
"""


def article(body: str, *claims: str) -> GoldArticle:
    return parse_article(HEAD.format(claims="\n".join(claims)) + body, doc="wires-07")


def texts(gold: GoldArticle, spans: tuple[Span, ...]) -> list[str]:
    return [span.of(gold.text) for span in spans]


class TestTags:
    def test_one_claim(self) -> None:
        gold = article(
            "<src c=1>Brask</src> <cue c=1>said</cue> <con c=1>it was over</con>.",
            "1 | s1 |  | statement | interview",
        )
        (claim,) = gold.claims
        assert gold.text == "Brask said it was over."
        assert texts(gold, claim.source_mention) == ["Brask"]
        assert texts(gold, claim.cue) == ["said"]
        assert texts(gold, claim.content) == ["it was over"]
        assert (claim.source, claim.via, claim.kind, claim.speech) == (
            "s1", (), "statement", "indirect",
        )  # fmt: skip

    def test_head(self) -> None:
        gold = article("Nobody spoke.\n")
        assert (gold.doc, gold.desk) == ("wires-07", "wires")
        assert (gold.title, gold.publisher) == ("Ferry to stop", "The Quay Post")
        assert gold.sources[0] == GoldSource(
            "s1", "Ottoline Brask", "named_person", "chair of the harbour board", False
        )
        assert gold.sources[2].anonymity_granted
        assert gold.resolved
        assert gold.nested

    def test_tags_may_nest_and_overlap_in_words(self) -> None:
        gold = article(
            "<src c=1>She</src> <cue c=1>said</cue> <con c=1><via c=2 e=s2><src c=2>the crew</src>"
            "</via> had <cue c=2>heard</cue> <con c=2>a bang</con></con>.",
            "1 | s1 | | statement | interview",
            "2 | s3 | s2 | perception | interview",
        )
        outer, inner = gold.claims
        assert gold.text == "She said the crew had heard a bang."
        assert texts(gold, outer.content) == ["the crew had heard a bang"]
        assert texts(gold, inner.content) == ["a bang"]
        assert texts(gold, inner.source_mention) == ["the crew"]
        assert texts(gold, inner.via_mentions["s2"]) == ["the crew"]

    def test_a_content_in_two_tags_is_one_claim_in_two_pieces(self) -> None:
        gold = article(
            "<con c=1>“It is over,”</con> <src c=1>Brask</src> <cue c=1>said</cue>. "
            "<con c=1>“Go home.”</con>",
            "1 | s1 | | statement | speech",
        )
        (claim,) = gold.claims
        assert texts(gold, claim.content) == ["“It is over,”", "“Go home.”"]
        assert claim.speech == "direct"

    def test_a_via_may_stand_in_the_table_alone(self) -> None:
        gold = article("<con c=1>It is over.</con>", "1 | s1 | s2, s3 | statement | interview")
        assert gold.claims[0].via == ("s2", "s3")
        assert gold.claims[0].via_mentions == {}

    def test_claims_stand_in_text_order(self) -> None:
        gold = article(
            "<con c=2>It is over.</con> <con c=1>It is not.</con>",
            "1 | s1 | | statement | speech",
            "2 | s3 | | statement | speech",
        )
        assert [claim.id for claim in gold.claims] == ["2", "1"]

    def test_other_pointed_brackets_are_text(self) -> None:
        assert article("See <a href=x> and 3 < 4.").text == "See <a href=x> and 3 < 4."


class TestBadArticles:
    GOOD = "1 | s1 | | statement | speech"

    @pytest.mark.parametrize(
        ("body", "claims", "message"),
        [
            ("<con c=1>It.", [GOOD], r"a tag is never closed: \('con', '1'\)"),
            ("<con c=1>It.</cue>", [GOOD], "</cue> closes <con> at character 12"),
            ("It.</con>", [GOOD], "</con> closes nothing at character 3"),
            ("<con>It.</con>", [GOOD], "<con> has no claim number"),
            ("<con c=7>It.</con>", [], "tags of claims that the table lacks: 7"),
            ("It.", [GOOD], "claim 1 has no content"),
            ("<con c=1>It.</con>", ["1 | s9 | | statement | speech"], "unknown source 's9'"),
            ("<con c=1>It.</con>", ["1 | s1 | s9 | statement | speech"], "unknown source 's9'"),
            ("<con c=1>It.</con>", ["1 | s1 | | gossip | speech"], "unknown kind 'gossip'"),
            ("<con c=1>It.</con>", ["1 | s1"], "not enough values"),
        ],
    )
    def test_the_error_names_the_file_and_the_fault(
        self, tmp_path: Path, body: str, claims: list[str], message: str
    ) -> None:
        path = tmp_path / "wires-07.txt"
        path.write_text(HEAD.format(claims="\n".join(claims)) + body, encoding="utf-8")
        with pytest.raises(ValueError, match=rf"wires-07\.txt: .*{message}"):
            read_articles(tmp_path)

    def test_an_unknown_source_type_is_named(self, tmp_path: Path) -> None:
        head = HEAD.format(claims="").replace("media_outlet", "newspaper")
        (tmp_path / "a.txt").write_text(head + "It.", encoding="utf-8")
        with pytest.raises(ValueError, match=r"a\.txt: unknown source type 'newspaper'"):
            read_articles(tmp_path)

    def test_a_file_without_head_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("Just text.", encoding="utf-8")
        with pytest.raises(ValueError, match=r"a\.txt"):
            read_articles(tmp_path)

    def test_a_missing_folder_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match="nowhere"):
            read_articles(tmp_path / "nowhere")


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_every_written_article_is_sound(path: Path) -> None:
    gold = parse_article(path.read_text(encoding="utf-8"), doc=path.stem)
    assert gold.claims
    assert gold.title
    assert gold.publisher
    assert not any(
        f"<{end}{tag}" in gold.text for end in ("", "/") for tag in ("src", "cue", "con")
    )
    assert len({source.id for source in gold.sources}) == len(gold.sources)
    assert len({claim.id for claim in gold.claims}) == len(gold.claims)
    for claim in gold.claims:
        assert claim.source not in claim.via
        assert set(claim.via_mentions) <= set(claim.via)
        mentions = [span for spans in claim.via_mentions.values() for span in spans]
        for span in (*claim.content, *claim.cue, *claim.source_mention, *mentions):
            assert 0 <= span.start < span.end <= len(gold.text)
            assert span.of(gold.text) == span.of(gold.text).strip()
        assert all(any(map(str.isalnum, piece.of(gold.text))) for piece in claim.content)
        assert all(one.end < other.start for one, other in pairwise(claim.content))


def test_the_corpus_has_its_three_parts_without_shared_articles() -> None:
    parts = {path.parent.name for path in WRITTEN}
    assert parts == {"train", "dev", "continuations"}
    assert len({path.stem for path in WRITTEN}) == len(WRITTEN)


TEXT = "Brask said it was over. “Go home,” she told them. Ware thinks it may not be.\r\nHe left."
DOC = "quay-post_2020-01-02_ferry-to-stop"


def at(words: str) -> str:
    start = TEXT.index(words)
    return f"{start} {start + len(words)}"


ANNOTATION = "\n".join(
    [
        f"T1\tSource {at('Brask')}\tBrask",
        f"T2\tCue {at('said')}\tsaid",
        f"T3\tContent {at('it was over')}\tit was over",
        "E1\tAttribution:T2 Source:T1 Cue:T2 Content:T3",
        "A1\tOption E1 Yes",
        f"T4\tSource {at('she')}\tshe",
        f"T5\tCue {at('told')};{at('them')}\ttold them",
        f"T6\tContent {at('“Go home,”')}\t“Go home,”",
        "E2\tAttribution:T5 Source:T4 Cue:T5 Content:T6 Content2:T3",
        f"T7\tCue {at('thinks')}\tthinks",
        "E3\tAttribution:T7 Cue:T7",
        "#1\tAnnotatorNotes E1\tnote",
        "",
    ]
)
LAYER = {
    "doc": DOC,
    "annotation_file": f"{DOC}_beef.ann",
    "sources": [
        {"id": "s1", "name": "Brask", "type": "named_person", "role": "chair",
         "anonymity_granted": False},
        {"id": "s2", "name": "Ware", "type": "named_person", "role": "", "anonymity_granted": True},
    ],
    "attributions": {"E1": {"source": "s1", "via": ["s2"], "kind": "belief"}},
    "missed": [{"start": 50, "end": 54, "source": "s2", "via": [], "kind": "belief"}],
    "continuation": [{"start": 78, "end": 86, "source": "s1", "via": ["s2"]}],
}  # fmt: skip


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of one annotated article, in PolNeAR's layout."""
    for folder in ("text", "attributions"):
        (tmp_path / "train" / folder).mkdir(parents=True)
    (tmp_path / "train/text" / f"{DOC}.txt").write_bytes(TEXT.encode())
    annotation = tmp_path / "train/attributions" / f"{DOC}_beef.ann"
    annotation.write_text(ANNOTATION, encoding="utf-8")
    return tmp_path


def only(articles: list[GoldArticle]) -> GoldArticle:
    (gold,) = articles
    return gold


class TestPolnear:
    def test_an_event_is_a_claim(self, corpus: Path) -> None:
        gold = only(read_polnear(corpus, "train"))
        claim = gold.claims[0]
        assert claim.id == "E1"
        assert texts(gold, claim.source_mention) == ["Brask"]
        assert texts(gold, claim.cue) == ["said"]
        assert texts(gold, claim.content) == ["it was over"]
        assert claim.speech == "indirect"

    def test_text_keeps_its_line_ends(self, corpus: Path) -> None:
        assert only(read_polnear(corpus, "train")).text == TEXT

    def test_a_span_in_pieces_keeps_its_pieces(self, corpus: Path) -> None:
        gold = only(read_polnear(corpus, "train"))
        (claim,) = [claim for claim in gold.claims if claim.id == "E2"]
        assert texts(gold, claim.cue) == ["told", "them"]

    def test_contents_with_a_number_are_pieces_too(self, corpus: Path) -> None:
        gold = only(read_polnear(corpus, "train"))
        (claim,) = [claim for claim in gold.claims if claim.id == "E2"]
        assert texts(gold, claim.content) == ["it was over", "“Go home,”"]

    def test_an_event_without_content_is_left_out(self, corpus: Path) -> None:
        assert {claim.id for claim in only(read_polnear(corpus, "train")).claims} == {"E1", "E2"}

    def test_without_layer_nothing_is_resolved(self, corpus: Path) -> None:
        gold = only(read_polnear(corpus, "train"))
        assert not gold.resolved
        assert not gold.nested
        assert gold.sources == ()
        assert {(c.source, c.via, c.kind) for c in gold.claims} == {(None, None, None)}

    def test_the_publisher_comes_from_the_metadata_else_from_the_name(self, corpus: Path) -> None:
        assert only(read_polnear(corpus, "train")).publisher == "quay-post"
        (corpus / "metadata.tsv").write_text(f"filename\tpublisher\n{DOC}\tThe Quay Post\n")
        assert only(read_polnear(corpus, "train")).publisher == "The Quay Post"

    def test_of_several_annotators_the_first_counts(self, corpus: Path) -> None:
        other = corpus / "train/attributions" / f"{DOC}_aaaa.ann"
        other.write_text(ANNOTATION.replace("E1\t", "E9\t"), encoding="utf-8")
        gold = only(read_polnear(corpus, "train"))
        assert {claim.id for claim in gold.claims} == {"E9", "E2"}

    def test_an_article_without_annotation_is_left_out(self, corpus: Path) -> None:
        (corpus / "train/text/other.txt").write_text("He left.")
        assert [gold.doc for gold in read_polnear(corpus, "train")] == [DOC]

    def test_a_missing_corpus_is_named(self, corpus: Path) -> None:
        with pytest.raises(FileNotFoundError, match="no PolNeAR dev compartment"):
            read_polnear(corpus, "dev")


class TestLayer:
    @pytest.fixture
    def layer(self, tmp_path: Path) -> Path:
        path = tmp_path / "layer.jsonl"
        path.write_text(json.dumps(LAYER) + "\n", encoding="utf-8")
        return path

    def claim(self, gold: GoldArticle, name: str) -> GoldClaim:
        return next(claim for claim in gold.claims if claim.id == name)

    def test_records_are_found_by_article(self, layer: Path) -> None:
        assert read_layer(layer) == {DOC: LAYER}

    def test_labels_are_added_to_the_claims_it_knows(self, corpus: Path, layer: Path) -> None:
        gold = only(read_polnear(corpus, "train", layer))
        claim = self.claim(gold, "E1")
        assert (claim.source, claim.via, claim.kind) == ("s1", ("s2",), "belief")
        assert texts(gold, claim.content) == ["it was over"]
        assert gold.resolved

    def test_a_claim_it_does_not_know_stays_as_it_is(self, corpus: Path, layer: Path) -> None:
        gold = only(read_polnear(corpus, "train", layer))
        assert self.claim(gold, "E2") == self.claim(only(read_polnear(corpus, "train")), "E2")

    def test_sources_come_from_the_layer(self, corpus: Path, layer: Path) -> None:
        gold = only(read_polnear(corpus, "train", layer))
        assert gold.sources == (
            GoldSource("s1", "Brask", "named_person", "chair", False),
            GoldSource("s2", "Ware", "named_person", "", True),
        )

    def test_missed_claims_are_partial(self, corpus: Path, layer: Path) -> None:
        missed = self.claim(only(read_polnear(corpus, "train", layer)), "missed1")
        assert missed.partial
        assert missed.content == (Span(50, 54),)
        assert (missed.source, missed.via, missed.kind, missed.cue) == ("s2", (), "belief", ())

    def test_continuations_are_partial_statements(self, corpus: Path, layer: Path) -> None:
        goes_on = self.claim(only(read_polnear(corpus, "train", layer)), "continuation1")
        assert goes_on.partial
        assert (goes_on.source, goes_on.via, goes_on.kind) == ("s1", ("s2",), "statement")

    def test_it_names_the_annotator_that_counts(self, corpus: Path, layer: Path) -> None:
        other = corpus / "train/attributions" / f"{DOC}_aaaa.ann"
        other.write_text(ANNOTATION.replace("E1\t", "E9\t"), encoding="utf-8")
        gold = only(read_polnear(corpus, "train", layer))
        assert self.claim(gold, "E1").source == "s1"
        assert not any(claim.id == "E9" for claim in gold.claims)


class TestJustifications:
    ARTICLE = article(
        "<src c=1>Ottoline Brask, who was there</src>, <cue c=1>said</cue> <con c=1>it ended</con>",
        "1 | s1 |  | statement | interview",
    )

    def labels(self, folder: Path, *spans: list[int], source: str = "s1") -> Path:
        path = folder / "labels.jsonl"
        record = {"doc": "wires-07", "justifications": [{"source": source, "spans": spans}]}
        path.write_text(json.dumps(record) + "\n")
        return path

    def test_a_source_gets_its_words(self, tmp_path: Path) -> None:
        labels = read_justifications(self.labels(tmp_path, [16, 29]))
        (made,) = justified([self.ARTICLE], labels)
        brask = made.sources[0]
        assert texts(made, brask.justification or ()) == ["who was there"]

    def test_other_sources_of_a_labelled_article_have_none(self, tmp_path: Path) -> None:
        (made,) = justified([self.ARTICLE], read_justifications(self.labels(tmp_path, [16, 29])))
        assert [source.justification for source in made.sources[1:]] == [(), ()]

    def test_an_article_without_labels_is_unknown(self) -> None:
        (made,) = justified([self.ARTICLE], {})
        assert {source.justification for source in made.sources} == {None}

    def test_a_label_of_an_unknown_source_is_an_error(self, tmp_path: Path) -> None:
        labels = read_justifications(self.labels(tmp_path, [16, 29], source="s9"))
        with pytest.raises(ValueError, match="wires-07 has no source s9"):
            justified([self.ARTICLE], labels)

    def test_a_label_beyond_the_text_is_an_error(self, tmp_path: Path) -> None:
        labels = read_justifications(self.labels(tmp_path, [16, 2900]))
        with pytest.raises(ValueError, match="not in the text"):
            justified([self.ARTICLE], labels)

    def test_a_broken_line_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "labels.jsonl"
        path.write_text('{"doc": "wires-07", "justifications": []}\n{"doc": 1}\n')
        with pytest.raises(ValueError, match="line 2"):
            read_justifications(path)

    @pytest.mark.parametrize("split", ["train", "dev"])
    def test_every_written_article_has_labels_that_fit(self, split: str) -> None:
        labels = read_justifications(CORPUS.parent / "justification" / f"{split}.jsonl")
        articles = read_articles(CORPUS / split)
        assert {article.doc for article in articles} <= labels.keys()
        for made in justified(articles, labels):
            spans = [span for source in made.sources for span in source.justification or ()]
            assert all(span.of(made.text).strip() == span.of(made.text) for span in spans)


class TestNested:
    ARTICLE = replace(
        article(
            "<src c=1>Brask</src> <cue c=1>said</cue> <con c=1>they deny it</con>.",
            "1 | s1 |  | statement | interview",
        ),
        nested=False,
    )

    def record(self, **changes: Any) -> dict[str, Any]:
        claim = {
            "missed": None, "source": "n1", "via": ["s1"], "kind": "statement",
            "content": [[21, 23]], "cue": [[16, 20]], "mention": [[11, 15]],
        }  # fmt: skip
        sources = [{"id": "n1", "name": "they", "type": "unnamed_group"}]
        return {"doc": "wires-07", "sources": sources, "claims": [claim | changes]}

    def test_a_claim_inside_a_claim_has_all_its_spans(self) -> None:
        (made,) = with_nested([self.ARTICLE], {"wires-07": self.record()})
        inner = made.claims[1]
        spans = (inner.source_mention, inner.cue, inner.content)
        assert [texts(made, part) for part in spans] == [["they"], ["deny"], ["it"]]
        assert (inner.source, inner.via, inner.speech) == ("n1", ("s1",), "indirect")
        assert made.sources[-1] == GoldSource("n1", "they", "unnamed_group")

    def test_the_article_counts_as_labelled_inside_claims(self) -> None:
        (made,) = with_nested([self.ARTICLE], {"wires-07": self.record()})
        (bare,) = with_nested([self.ARTICLE], {})
        assert (made.nested, bare.nested) == (True, False)

    def test_a_claim_known_in_part_is_replaced(self) -> None:
        part = GoldClaim("missed1", content=(Span(21, 23),), source="s1", partial=True)
        known = replace(self.ARTICLE, claims=(*self.ARTICLE.claims, part))
        (made,) = with_nested([known], {"wires-07": self.record(missed="missed1")})
        assert [claim.id for claim in made.claims] == ["1", "nested1"]

    def test_a_source_that_nobody_knows_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="nested claim 1 has no source s9"):
            with_nested([self.ARTICLE], {"wires-07": self.record(source="s9")})

    def test_a_broken_line_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "nested.jsonl"
        path.write_text("{}\n")
        with pytest.raises(ValueError, match="line 1"):
            read_nested(path)
