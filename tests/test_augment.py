"""Augmentation as a whole: what changes, and what never does."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.features import encode_article
from attribution.segment import segment
from augmented import VERBS, others, silver_of, tagged, words
from tagged import gold
from tiny_model import tiny_tokenizer
from training.augment import Augmenter, AugmentSettings
from training.augment.edits import claim_spans
from training.examples import Labeller
from training.readers.gold import GoldArticle

KINDS = tuple(AugmentSettings.__dataclass_fields__)
EVERYTHING = AugmentSettings(**dict.fromkeys(KINDS, 1.0))

# Every change of an article, over articles made of these parts.
_NAMES = ("Ada Roe", "Bo Sanders", "Tibor Roe", "Núria d'Aubry", "Kim Lund-Roe")
_OUTLETS = ("Ketting Echo", "the Pelsund Tribune", "MVZ", '"Low Tide"')
_FORMS = (
    "<con c={n}>“{said},”</con> <src c={n}>{name}</src> <cue c={n}>said</cue>.",
    "<con c={n}>“{said},”</con> <cue c={n}>said</cue> <src c={n}>{last}, the cook</src>.",
    "<src c={n}>{last}</src> <cue c={n}>told</cue> <via c={n} e=s2>{outlet}</via>"
    " <con c={n}>that {said} -- they 'know'... it</con>.",
    '<src c={n}>She</src> <cue c={n}>warned</cue>: <con c={n}>"{said}."</con>',
    "<con c={n}>‘{said}.’</con> It wasn’t the workers' day.",
    "According to {outlet}, <src c={n}>an {first} fan</src> <cue c={n}>says</cue>"
    " <con c={n}>{said}</con>.",
)
_SAID = (
    "{last}'s boat is gone",
    "the {outlet} man called it 'a mess'",
    "in PELSUND, A {upper} BOAT sank",
    "we go",
)


@st.composite
def articles(draw: st.DrawFn) -> GoldArticle:
    """Articles of one to six claims about two persons and an outlet, in few paragraphs."""
    people = draw(st.lists(st.sampled_from(_NAMES), min_size=2, max_size=2, unique=True))
    outlet = draw(st.sampled_from(_OUTLETS))
    body = draw(st.sampled_from(("", "PELSUND, May 3 (MVZ) — ", "Headline Of Roe\n\n")))
    rows = []
    for n in range(1, draw(st.integers(1, 6)) + 1):
        who = draw(st.integers(0, 1))
        first, last = people[who].split()
        known = {"name": people[who], "first": first, "last": last, "upper": last.upper()}
        said = draw(st.sampled_from(_SAID)).format(outlet=outlet, **known)
        body += draw(st.sampled_from(_FORMS)).format(n=n, said=said, outlet=outlet, **known)
        body += draw(st.sampled_from((" ", "\n\n", "\n")))
        rows.append(f"s{2 * who + 1} | " + ("s2" if f"<via c={n} " in body else ""))
    sources = [
        f"{people[0]} | named_person | cook at {outlet} | no",
        f"{outlet} | media_outlet | | no",
        f"{people[1]} | named_person | friend of {people[0]} | no",
    ]
    return tagged(body, *sources, claims=rows)


def annotated(article: GoldArticle) -> dict[str, Any]:
    names = {name.replace(" ", "_"): "PERSON" for name in ("Ada Roe", "Tibor Roe", "Sanders")}
    return silver_of(article, **names, Ketting_Echo="ORGANIZATION", PELSUND="LOCATION")


def name_counts(article: GoldArticle) -> list[int]:
    labeller = Labeller(article, encode_article(segment(article.text), tiny_tokenizer()))
    return [len(labeller.name_ranges(source.name)) for source in article.sources]


def lower_words(text: str) -> list[str]:
    """Words that are no names, without what follows a name: articles and possessives."""
    return [w for w in re.findall(r"\w+", text) if w.islower() and w not in ("a", "an", "s", "d")]


@cache
def augmenter_for(settings: AugmentSettings) -> Augmenter:
    return Augmenter(others(), {}, settings)


def augment(settings: AugmentSettings, article: GoldArticle, seed: int) -> Any:
    return augmenter_for(settings)(article, annotated(article), random.Random(seed))


seeds = st.integers(0, 1000)


class TestAugmenter:
    @given(articles(), seeds, st.sets(st.sampled_from(KINDS)))
    def test_labels_stay_whole(self, article: GoldArticle, seed: int, kinds: set[str]) -> None:
        after, record = augment(AugmentSettings(**dict.fromkeys(kinds, 1.0)), article, seed)
        assert [claim.id for claim in after.claims] == [claim.id for claim in article.claims]
        for claim, old in zip(after.claims, article.claims, strict=True):
            spans = list(claim_spans(claim))
            assert all(0 <= span.start < span.end <= len(after.text) for span in spans)
            assert len(spans) == len(list(claim_spans(old)))
            assert replace(claim, content=(), cue=(), source_mention=(), via_mentions={}) == (
                replace(old, content=(), cue=(), source_mention=(), via_mentions={})
                if claim.speech
                else replace(
                    old, content=(), cue=(), source_mention=(), via_mentions={}, speech=None
                )
            )
        offsets = [item[:2] for item in record["ner"] + [m for c in record["coref"] for m in c]]
        assert all(0 <= start < end <= len(after.text) for start, end in offsets)
        assert name_counts(after) == name_counts(article)

    @pytest.mark.parametrize("kind", ["order", "dateline", "marks", "lost_marks", "wrap", "noise"])
    @given(article=articles(), seed=seeds)
    def test_spans_cover_the_same_words(self, kind: str, article: GoldArticle, seed: int) -> None:
        after, record = augment(AugmentSettings(**{kind: 1.0}), article, seed)
        for claim, old in zip(after.claims, article.claims, strict=True):
            assert words(after, claim) == words(article, old)
        old_names = {article.text[a:b].casefold() for a, b, _ in annotated(article)["ner"]}
        mentions = [mention for chain in record["coref"] for mention in chain]
        new_names = [" ".join(after.text[a:b].split()) for a, b, *_ in mentions]
        assert {name.casefold() for name in new_names} <= old_names

    @given(articles(), seeds)
    def test_renamed_spans_keep_all_other_words(self, article: GoldArticle, seed: int) -> None:
        after, _ = augment(AugmentSettings(names=1.0), article, seed)
        assert lower_words(after.text) == lower_words(article.text)
        for claim, old in zip(after.claims, article.claims, strict=True):
            for new, before in zip(claim_spans(claim), claim_spans(old), strict=True):
                assert lower_words(new.of(after.text)) == lower_words(before.of(article.text))

    @given(articles(), seeds)
    def test_tense_changes_cues_alone(self, article: GoldArticle, seed: int) -> None:
        after, _ = augment(AugmentSettings(tense=1.0), article, seed)
        past = {**VERBS.past, **{word: word for word in VERBS.present}}
        for claim, old in zip(after.claims, article.claims, strict=True):
            for new, before in zip(words(after, claim), words(article, old), strict=True):
                assert [past.get(w, w) for w in new] == [past.get(w, w) for w in before]

    @given(articles(), seeds)
    def test_without_probabilities_nothing_changes(self, article: GoldArticle, seed: int) -> None:
        record = annotated(article)
        after, same = augmenter_for(AugmentSettings())(article, record, random.Random(seed))
        assert after is article
        assert same is record

    @given(articles(), seeds)
    def test_same_seed_same_article(self, article: GoldArticle, seed: int) -> None:
        assert augment(EVERYTHING, article, seed) == augment(EVERYTHING, article, seed)

    def test_the_given_article_is_left_alone(self) -> None:
        article, record = gold(), annotated(gold())
        Augmenter(others(), {}, EVERYTHING)(article, record, random.Random(1))
        assert article == gold()
        assert record == annotated(gold())

    def test_works_without_silver_names_or_claims(self) -> None:
        article = GoldArticle("d", "", ())
        augmenter = Augmenter([], {}, EVERYTHING)
        assert augmenter(article, None, random.Random(1)) == (article, None)

    def test_a_probability_out_of_range_is_an_error(self) -> None:
        with pytest.raises(ValueError, match=r"marks is a probability from 0 to 1, not 1\.5"):
            AugmentSettings(marks=1.5)
