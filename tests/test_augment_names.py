"""Augmentation: edits that take their labels along, and names that change."""

from __future__ import annotations

import random
import re

import pytest

from attribution.features import encode_article
from attribution.segment import segment
from attribution.types import Span
from augmented import LEXICON, OTHERS, ROE, silver_of, speaker, tagged, words
from tagged import FERRY
from tiny_model import tiny_tokenizer
from training.augment.edits import Edit, apply_edits, name_spans, paragraphs
from training.augment.renaming import Renaming, plan_names, rename
from training.examples import Labeller
from training.readers.gold import GoldArticle, GoldClaim, GoldSource


class TestEdits:
    TEXT = "“No,” said Ada Roe."

    def article(self) -> GoldArticle:
        claim = GoldClaim("c1", (Span(0, 5),), (Span(6, 10),), (Span(11, 18),))
        return GoldArticle("d", self.TEXT, (claim,), (GoldSource("s", "Ada Roe", "named_person"),))

    def test_spans_keep_their_words(self) -> None:
        edits = [Edit(11, 14, "Bo"), Edit(0, 0, "PELSUND — "), Edit(15, 18, "Karrow")]
        after, record = apply_edits(self.article(), silver_of(self.article(), Roe="PERSON"), edits)
        assert after.text == "PELSUND — “No,” said Bo Karrow."
        assert words(after, after.claims[0]) == [["No"], ["said"], ["Bo", "Karrow"]]
        assert after.sources[0].name == "Bo Karrow"
        assert record is not None
        assert [after.text[a:b] for a, b, _ in record["ner"]] == ["Karrow"]
        assert [after.text[a:b] for a, b, _ in record["coref"][0]] == ["Karrow"]
        assert record["sentences"] == [[10, len(after.text)]]

    def test_what_is_put_in_at_an_edge_stays_outside(self) -> None:
        after, _ = apply_edits(self.article(), None, [Edit(18, 18, "!"), Edit(11, 11, "Dr ")])
        assert after.claims[0].source_mention[0].of(after.text) == "Ada Roe"

    def test_moved_words_take_their_spans_along(self) -> None:
        edits = [
            Edit(6, 10, "Ada Roe", moved=Span(11, 18)),
            Edit(11, 18, "said", moved=Span(6, 10)),
        ]
        after, record = apply_edits(self.article(), silver_of(self.article(), Roe="PERSON"), edits)
        assert after.text == "“No,” Ada Roe said."
        assert words(after, after.claims[0]) == [["No"], ["said"], ["Ada", "Roe"]]
        assert record is not None
        assert [after.text[a:b] for a, b, _ in record["ner"]] == ["Roe"]

    def test_silver_of_deleted_words_goes(self) -> None:
        record = silver_of(self.article(), Ada_Roe="PERSON", said="MISC")
        after, changed = apply_edits(self.article(), record, [Edit(10, 18, "")])
        assert after.text == "“No,” said."
        assert changed is not None
        assert [item[2] for item in changed["ner"]] == ["MISC"]
        assert [len(chain) for chain in changed["coref"]] == [1]

    def test_overlapping_edits_are_an_error(self) -> None:
        with pytest.raises(ValueError, match="overlap at character 3"):
            apply_edits(self.article(), None, [Edit(0, 4, ""), Edit(3, 5, "")])

    def test_names_are_found_as_the_labeller_finds_them(self) -> None:
        text = "The Quay\u00a0Post’s “Tide” and the Quay Posts. Quay\nPost. tide\n"
        for name in ("the Quay Post", "“Tide”", '"Tide"', "tide", "Quay Post’s “Tide”", "Post"):
            article = GoldArticle("d", text, ())
            found = Labeller(article, encode_article(segment(text), tiny_tokenizer()))
            assert len(found.name_ranges(name)) == len(name_spans(text, name)), name

    def test_paragraphs_are_between_blank_lines_or_else_lines(self) -> None:
        text = " a\nb \n\n c "
        assert [part.of(text) for part in paragraphs(text)] == ["a\nb", "c"]
        assert [part.of("a\nb\n") for part in paragraphs("a\nb\n")] == ["a", "b"]


class TestNames:
    BODY = (
        "ADA ROE CLEARED. <src c=1>Ada Roe</src>, an Ada fan, <cue c=1>said</cue> <con c=1>Bo Roe "
        "and Ms Roe’s trust, the Roe Trust, were anti-Roe</con>. <src c=2>Roe</src>"
        " <cue c=2>told</cue> <via c=2 e=s2>the Ketting Echo</via> <con c=2>no</con>."
    )

    def article(self) -> GoldArticle:
        outlet = "Ketting Echo | media_outlet | | no"
        bo = "Bo Roe | named_person | brother of Ada Roe | no"
        return tagged(self.BODY, ROE, outlet, bo, claims=["s1 | ", "s1 | s2"])

    def renamed(self, seed: int = 1) -> tuple[GoldArticle, Renaming]:
        article = self.article()
        plan = plan_names(article, None, LEXICON, random.Random(seed))
        return rename(article, None, LEXICON, random.Random(seed))[0], plan

    def test_a_name_changes_everywhere_alike(self) -> None:
        for seed in range(20):
            after, plan = self.renamed(seed)
            if "Roe" in plan.words:
                break
        new = plan.words["Roe"]
        assert "Roe" not in after.text
        assert f" {new.upper()} CLEARED" in after.text
        assert f"Ms {new}’s trust, the {new} Trust, were anti-{new}" in after.text
        assert after.sources[0].role == f"head of the {new} Trust"
        assert {source.name.split()[-1] for source in after.sources if source.id != "s2"} == {new}
        assert after.claims[1].source_mention[0].of(after.text) == new

    def test_names_come_from_other_articles_and_ordinary_words_stay(self) -> None:
        known = set(re.findall(r"\w+", OTHERS + FERRY))
        for seed in range(10):
            after, plan = self.renamed(seed)
            assert set(plan.words.values()) <= known | {word.upper() for word in known}
            assert "Trust" in after.text
            assert after.claims[1].via_mentions["s2"][0].of(after.text).startswith("the ")

    def test_first_names_keep_to_he_and_she(self) -> None:
        assert LEXICON.genders["Ysolde"] == -1
        assert LEXICON.genders["Tibor"] == 1
        article = tagged(
            "<src c=1>Ysolde Roe</src> <cue c=1>said</cue> <con c=1>no</con>.",
            "Ysolde Roe | named_person | | no",
        )
        firsts = {
            rename(article, None, LEXICON, random.Random(seed))[0].sources[0].name.split()[0]
            for seed in range(30)
        }
        assert firsts == {"Ysolde"}  # the only "she" there is, and a name never returns

    def test_indefinite_article_and_possessive_follow_the_name(self) -> None:
        plan = Renaming(words={"Ada": "Bo", "Bo": "Ada", "Jones": "Roe"}, names={})
        assert plan.retold("an Ada fan, a Bo fan, An “Ada” fan") == (
            "a Bo fan, an Ada fan, A “Bo” fan"
        )
        assert plan.retold("in Jones' view, Jones's") == "in Roe's view, Roe's"

    def test_names_of_ordinary_words_change_for_ones_with_the_same_head(self) -> None:
        body = "The <src c=1>Harbour Office</src> <cue c=1>said</cue> <con c=1>no</con>."
        article = tagged(body, "Harbour Office | named_organization | | no")
        names = {
            rename(article, None, LEXICON, random.Random(seed))[0].sources[0].name
            for seed in range(20)
        }
        assert names == {"Harbour Office", "Weather Office"}

    def test_silver_persons_who_are_no_source_change_too(self) -> None:
        article = speaker("<src c=1>Ada Roe</src> <cue c=1>said</cue> <con c=1>Cy Dunn left</con>.")
        record = silver_of(article, Ada_Roe="PERSON", Cy_Dunn="PERSON")
        plan = plan_names(article, record, LEXICON, random.Random(3))
        assert {"Roe", "Dunn"} & plan.words.keys()
