"""The edits that the score must answer to: what they do to the text, and labels that still fit."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from attribution.segment import segment
from eval.validity.changes import (
    BACKGROUND_EVERY,
    add_background,
    print_twice,
    reorder,
    reword,
)
from eval.validity.sources import (
    add_intermediary,
    drop_attribution,
    hide_source,
    name_source,
)
from training.augment.cues import learn_verbs
from training.augment.edits import claim_spans, paragraphs
from training.readers.articles import parse_article, read_articles
from training.readers.gold import GoldArticle, GoldSource
from validity import HEAD, PARAGRAPHS, weir, words

DEV = Path(__file__).parent.parent / "training" / "corpus" / "articles" / "dev"
ARTICLES = read_articles(DEV)[:6]
Change = Callable[[GoldArticle, random.Random], GoldArticle | None]


def edited(change: Change, article: GoldArticle | None = None, seed: int = 0) -> GoldArticle:
    changed = change(article or weir(), random.Random(seed))
    assert changed is not None
    return changed


def kinds(article: GoldArticle) -> dict[str, str]:
    return {source.id: source.type for source in article.sources}


class TestNaming:
    def test_an_unnamed_person_gets_a_name_and_then_a_surname(self) -> None:
        changed = edited(name_source)
        source = next(source for source in changed.sources if source.id == "s2")
        assert source.type == "named_person"
        first, last = source.name.split()
        assert words(changed, "2")[0] == f"{first} {last}, a council worker,"
        assert words(changed, "3")[0] == last

    def test_an_anonymity_that_the_text_explains_is_left_alone(self) -> None:
        article = weir()
        sources = tuple(replace(source, anonymity_granted=True) for source in article.sources)
        assert name_source(replace(article, sources=sources), random.Random(0)) is None


class TestHiding:
    def test_the_name_is_gone_from_the_text(self) -> None:
        changed = edited(hide_source)
        assert kinds(changed)["s1"] == "unnamed_person"
        assert "Faro" not in changed.text
        assert words(changed, "1")[0] == "A source familiar with the matter"
        assert words(changed, "5")[0] == "the source"

    def test_a_name_that_two_sources_share_is_left(self) -> None:
        article = weir()
        other = GoldSource("s9", "Odo Faro", "named_person")
        shared = replace(article, sources=(*article.sources, other))
        assert hide_source(shared, random.Random(0)) is None

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("<src c=5>Faro", "Governor <src c=5>Faro"),
            ("Boats lie along both banks.", "The Faro plan failed, as all of them had."),
            ("Boats lie along both banks.", "Ines Faro, Ottermouth.\n\nBoats lie there."),
            ("Boats lie along both banks.", "Faro: It will not hold for another winter."),
        ],
        ids=["title", "article", "signature", "transcript"],
    )
    def test_no_name_is_hidden_that_only_a_name_can_follow(self, old: str, new: str) -> None:
        text = "\n\n".join(PARAGRAPHS)
        assert old in text
        changed = parse_article(HEAD + text.replace(old, new), doc="weir")
        assert hide_source(changed, random.Random(0)) is None


class TestDropping:
    def test_the_claim_is_told_as_the_authors_own(self) -> None:
        told = {edited(drop_attribution, seed=seed).text for seed in range(20)}
        sentences = {
            "The crack was as long as a bus.",
            "Repairs had been put off twice.",
            "The money went elsewhere.",
            "The lower lock would open in June.",
        }
        assert {next(s for s in sentences if s in text) for text in told} == sentences

    def test_its_label_goes_and_the_others_stay(self) -> None:
        changed = edited(drop_attribution)
        assert len(changed.claims) == len(weir().claims) - 1

    def test_quotations_are_never_dropped(self) -> None:
        texts = {edited(drop_attribution, seed=seed).text for seed in range(20)}
        assert all("“Nobody should walk on it,” Faro said." in text for text in texts)


class TestIntermediary:
    def test_the_claim_is_told_to_an_outlet(self) -> None:
        changed = edited(add_intermediary)
        (claim,) = (claim for claim in changed.claims if claim.via)
        relay = next(source for source in changed.sources if source.id == claim.via[0])
        assert relay.type == "media_outlet"
        assert words(changed, claim.id)[1].startswith(f"told the {relay.name}")

    def test_a_clause_without_that_gets_one(self) -> None:
        texts = {edited(add_intermediary, seed=seed).text for seed in range(20)}
        assert any("that repairs had been put off twice" in text for text in texts)
        assert not any("that that" in text for text in texts)


class TestBackground:
    def test_it_stands_in_paragraphs_of_its_own(self) -> None:
        before = {part.of(weir().text) for part in paragraphs(weir().text)}
        changed = edited(add_background)
        after = {part.of(changed.text) for part in paragraphs(changed.text)}
        assert before < after
        assert len(after) == len(before) + 1

    @pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.doc)
    def test_there_is_one_sentence_for_every_ten(self, article: GoldArticle) -> None:
        old, new = segment(article.text).sentences, segment(edited(add_background, article).text)
        assert len(new.sentences) - len(old) == round(len(old) / BACKGROUND_EVERY)

    @pytest.mark.parametrize("seed", range(5))
    def test_it_never_stands_before_a_quotation(self, seed: int) -> None:
        text = edited(add_background, seed=seed).text
        before, last = (part.of(text) for part in paragraphs(text)[-2:])
        assert last.startswith("“Nobody")
        assert "Anglers" in before


class TestOrder:
    def test_two_paragraphs_change_places(self) -> None:
        changed = edited(reorder)
        old = [part.of(weir().text) for part in paragraphs(weir().text)]
        new = [part.of(changed.text) for part in paragraphs(changed.text)]
        assert new == [old[0], old[2], old[1], old[3], old[4]]


class TestTwice:
    def test_every_claim_stands_in_both_copies(self) -> None:
        changed = edited(print_twice)
        assert changed.text.count("as long as a bus") == 2
        for claim in weir().claims:
            assert words(changed, f"{claim.id}-again") == words(changed, claim.id)


VERBS = learn_verbs(ARTICLES)
CHANGES: dict[str, Change] = {
    "naming": name_source,
    "hiding": hide_source,
    "intermediary": add_intermediary,
    "dropping": drop_attribution,
    "background": add_background,
    "order": reorder,
    "twice": print_twice,
    "words": partial(reword, verbs=VERBS),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_contents_of_claims_keep_their_words(change: Change) -> None:
    seen = 0
    for article in ARTICLES:
        changed = change(article, random.Random(1))
        if changed is None:
            continue
        seen += 1
        before = {claim.id: words(article, claim.id)[2] for claim in article.claims}
        shared = [claim for claim in changed.claims if claim.id in before]
        kept = sum(words(changed, claim.id)[2] == before[claim.id] for claim in shared)
        # A name or a verb inside a content may change with it.
        assert kept >= 0.7 * len(shared)
        assert all(
            0 <= span.start < span.end <= len(changed.text)
            for claim in changed.claims
            for span in claim_spans(claim)
        )
    assert seen


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_same_chance_gives_the_same_edit(change: Change) -> None:
    for article in ARTICLES[:2]:
        assert change(article, random.Random(3)) == change(article, random.Random(3))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_article_without_claims_is_left_or_gets_background(change: Change) -> None:
    bare = GoldArticle("bare-1", "Rain fell.", ())
    assert change(bare, random.Random(0)) is None or change is print_twice
