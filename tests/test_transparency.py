"""The transparency score: what each component measures, and how edits to an article move it.

Of the properties of version 1, these have gone, each for a reason given in docs/score.md: an even
share among sources is worth no more than one dominant voice (it made length count), and a third of
the sentences in quotation is no longer worth as much as all of them.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from attribution.counted import HALF_SHARE, NAME_ALONE, earned
from attribution.transparency import INFORMING_KINDS, MINIMUM_SENTENCES, WEIGHTS, assess
from attribution.types import KINDS, Claim, Source, SourceType, Speech, Transparency
from attribution.weighting import checked_weights
from strategies import HIDDEN, IDENTIFIED, Article, article, articles

ROUNDING = 1e-9
OUTLET = Source("relay", "The Harbour Gazette", "media_outlet")


def value(made: Article, name: str) -> float:
    return made.assess().components[name].value


def why(made: Article, name: str) -> str:
    return made.assess().components[name].why


def assert_nowhere_higher(changed: Transparency, original: Transparency) -> None:
    """Not the score, nor any component: so the property holds under any other weights."""
    assert changed.score <= original.score + ROUNDING
    for name, part in changed.components.items():
        assert part.value <= original.components[name].value + ROUNDING, name


def counted(made: Article) -> list[str]:
    """Ids of the claims that the score takes into account."""
    authors = {source.id for source in made.sources if source.type == "author"}
    return [
        claim.id
        for claim in made.claims
        if claim.kind in INFORMING_KINDS and claim.source not in authors
    ]


class TestScore:
    def test_weights_sum_to_one(self) -> None:
        assert sum(WEIGHTS.values()) == pytest.approx(1)

    @given(articles())
    def test_score_is_the_weighted_mean_of_the_components(self, made: Article) -> None:
        result = made.assess()
        parts = result.components.values()
        assert list(result.components) == list(WEIGHTS)
        assert result.score == pytest.approx(100 * sum(part.value * part.weight for part in parts))

    @given(articles(), st.lists(st.floats(0, 5), min_size=6, max_size=6))
    def test_other_weights_change_the_score_and_nothing_else(
        self, made: Article, drawn: list[float]
    ) -> None:
        assume(sum(drawn) > 0)
        weights = checked_weights(dict(zip(WEIGHTS, drawn, strict=True)))
        parts = made.assess().components
        other = assess(made.text, made.sentences, made.sources, made.claims, weights)
        assert {name: part.weight for name, part in other.components.items()} == weights
        assert [part.value for part in other.components.values()] == [
            part.value for part in parts.values()
        ]
        expected = sum(parts[name].value * weight for name, weight in weights.items())
        assert other.score == pytest.approx(100 * expected)

    @given(articles())
    def test_values_lie_between_0_and_1_and_carry_a_reason(self, made: Article) -> None:
        for part in made.assess().components.values():
            assert 0 <= part.value <= 1
            assert part.why.endswith(".")

    def test_article_that_does_everything_right_comes_near_100(self) -> None:
        types = {f"s{n}": IDENTIFIED[n % 4] for n in range(12)}
        claims = [(at, f"s{at % 12}") for at in range(48)]
        assert article(48, types, claims, speech="direct").assess().score > 98

    def test_article_without_claims_scores_0_and_says_why(self) -> None:
        result = article(3, {}, []).assess()
        assert result.score == 0
        assert set(result.components) == set(WEIGHTS)
        for part in result.components.values():
            assert part.value == 0
            assert part.why == "No claim is attributed to any source in 3 sentences."

    def test_article_without_words_scores_0_and_says_why(self) -> None:
        made = replace(article(1, {}, []), text="* * * * * *")
        assert made.assess().score == 0
        assert "no sentence with words" in why(made, "attributed_sentences")

    def test_one_attribution_in_a_long_article_scores_little(self) -> None:
        made = article(100, {"s1": "named_person"}, [(0, "s1")])
        assert 0 < made.assess().score < 20

    @pytest.mark.parametrize("sentences", [MINIMUM_SENTENCES - 1, MINIMUM_SENTENCES])
    def test_a_short_text_is_too_little_to_judge(self, sentences: int) -> None:
        made = article(sentences, {"s1": "named_person"}, [(0, "s1")])
        assert made.assess().too_little is (sentences < MINIMUM_SENTENCES)
        assert article(sentences, {}, []).assess().too_little is (sentences < MINIMUM_SENTENCES)

    def test_sentences_without_words_do_not_make_a_text_long_enough(self) -> None:
        made = article(MINIMUM_SENTENCES, {"s1": "named_person"}, [(0, "s1")])
        assert replace(made, text=made.text[:-11] + "*" * 11).assess().too_little


class TestComponents:
    @pytest.mark.parametrize(
        ("share", "value"), [(0, 0), (HALF_SHARE, 0.55), (0.5, 11 / 12), (1, 1)]
    )
    def test_a_share_earns_ever_less(self, share: float, value: float) -> None:
        assert earned(share) == pytest.approx(value)

    def test_attributed_sentences_come_from_their_share(self) -> None:
        made = article(4, {"s1": "named_person"}, [(0, "s1"), (1, "s1")])
        assert value(made, "attributed_sentences") == pytest.approx(earned(0.75 * 2 / 4))
        assert why(made, "attributed_sentences") == (
            "2 of 4 sentences report what a source says or thinks."
        )

    def test_a_second_attribution_in_a_sentence_adds_a_quarter_of_what_it_lacks(self) -> None:
        made = article(2, {"s1": "named_person"}, [(0, "s1"), (0, "s1")])
        assert value(made, "attributed_sentences") == pytest.approx(earned((0.75 + 0.1875) / 2))

    def test_sentences_without_words_are_left_out_of_the_shares(self) -> None:
        made = article(3, {"s1": "document"}, [(0, "s1")])
        ruled = replace(made, text="Some words. *********** Some words.")
        assert value(ruled, "identified_sources") == pytest.approx(earned(0.5))

    @pytest.mark.parametrize("kind", sorted(INFORMING_KINDS))
    def test_what_a_source_says_thinks_or_sees_makes_a_sentence_attributed(self, kind: str) -> None:
        made = article(2, {"s1": "named_person"}, [(0, "s1")], kind=kind)
        assert value(made, "attributed_sentences") == pytest.approx(earned(0.75 / 2))

    def test_only_statements_count_as_quoted(self) -> None:
        made = article(2, {"s1": "named_person"}, [(0, "s1")], kind="belief", speech="direct")
        assert value(made, "direct_quotation") == 0

    @pytest.mark.parametrize("kind", sorted(set(KINDS) - INFORMING_KINDS))
    def test_what_a_source_wants_or_decides_counts_like_no_claim(self, kind: str) -> None:
        made = article(2, {"s1": "named_person"}, [(0, "s1")], kind=kind)
        assert made.assess().score == 0
        assert "1 claim found" in why(made, "identified_sources")

    def test_identified_sources_counts_claims_and_their_sentences(self) -> None:
        types = {"s1": "document", "s2": "unnamed_group"}
        made = article(4, types, [(0, "s1"), (1, "s1"), (2, "s2")])
        assert value(made, "identified_sources") == pytest.approx(earned(0.5))
        assert why(made, "identified_sources") == (
            "2 of 3 claims come from a named person, organisation, outlet or document; they reach "
            "into 2 of 4 sentences."
        )

    def test_a_persons_name_alone_is_worth_a_little_less(self) -> None:
        made = article(1, {"s1": "named_person"}, [(0, "s1")])
        assert value(made, "identified_sources") == pytest.approx(earned(NAME_ALONE))
        assert why(made, "identified_sources").endswith(
            "1 of them gives a person's name and nothing more."
        )
        for who in ({"role": "harbour master"}, {"justification": (made.spans[0],)}):
            assert value(made.with_source("s1", **who), "identified_sources") == 1

    @pytest.mark.parametrize("kind", ["named_organization", "media_outlet", "document"])
    def test_an_organisations_name_says_who_it_is(self, kind: SourceType) -> None:
        assert value(article(1, {"s1": kind}, [(0, "s1")]), "identified_sources") == 1

    def test_anonymity_falls_from_named_to_explained_to_unexplained_to_nobody(self) -> None:
        named = article(1, {"s1": "named_person"}, [(0, "s1")])
        unexplained = named.with_source("s1", type="unnamed_person")
        explained = unexplained.with_source("s1", anonymity_granted=True)
        nobody = named.with_source("s1", type="unspecified")
        values = [value(made, "anonymity") for made in (named, explained, unexplained, nobody)]
        assert values == sorted(values, reverse=True)
        assert values[0] == 1
        assert values[-1] == 0
        assert len(set(values)) == 4

    @pytest.mark.parametrize(("granted", "expected"), [(True, 0.66), (False, 0.367)])
    def test_anonymity_of_an_article_half_of_which_unnamed_sources_give(
        self, granted: bool, expected: float
    ) -> None:
        made = article(2, {"s1": "unnamed_group"}, [(0, "s1")])
        made = made.with_source("s1", anonymity_granted=granted)
        assert value(made, "anonymity") == pytest.approx(expected, abs=0.001)

    def test_anonymity_gives_the_counts(self) -> None:
        types = {"s1": "unnamed_person", "s2": "unnamed_group", "s3": "unspecified"}
        made = article(4, types, [(0, "s1"), (1, "s2"), (2, "s2"), (3, "s3")])
        reason = why(made.with_source("s1", anonymity_granted=True), "anonymity")
        assert reason.startswith(
            "Of 4 claims, 1 come from unnamed sources whose anonymity is explained, 2 from unnamed "
            "sources without a reason, and 1 from nobody in particular."
        )

    def test_spread_rises_with_every_identified_source_by_less_and_less(self) -> None:
        scores = []
        for count in range(1, 9):
            types = {f"s{n}": "named_person" for n in range(count)}
            scores.append(
                value(article(8, types, [(n, f"s{n}") for n in range(count)]), ("source_spread"))
            )
        gains = [after - before for before, after in pairwise(scores)]
        assert all(gain > 0 for gain in gains)
        assert gains == sorted(gains, reverse=True)

    def test_spread_names_the_most_used_source(self) -> None:
        types = {"s1": "named_person", "s2": "named_person"}
        uneven = article(6, types, [(n, "s2" if n == 5 else "s1") for n in range(6)])
        assert "the most used, S1, gives 5 claims of 6" in why(uneven, "source_spread")

    def test_four_fully_identified_sources_earn_nearly_all_of_the_spread(self) -> None:
        types = {f"s{n}": "document" for n in range(4)}
        made = article(4, types, [(n, f"s{n}") for n in range(4)])
        assert value(made, "source_spread") == pytest.approx(15 / 16)

    def test_spread_counts_no_source_that_cannot_be_told_from_another(self) -> None:
        made = article(2, {"s1": "unnamed_person", "s2": "unnamed_person"}, [(0, "s1"), (1, "s2")])
        assert value(made, "source_spread") == 0
        assert why(made, "source_spread") == "0 identified sources of claims."

    def test_spread_counts_origins_and_not_intermediaries(self) -> None:
        made = article(1, {"s1": "named_person"}, [(0, "s1")])
        relayed = made.through("c1", OUTLET, 0)
        assert why(relayed, "source_spread").startswith("1 identified source of claims")

    def test_hearsay_halves_a_sentence_that_came_through_an_intermediary(self) -> None:
        made = article(1, {"s1": "named_person"}, [(0, "s1")])
        assert value(made, "hearsay") == 1
        assert value(made.through("c1", OUTLET, 0), "hearsay") == pytest.approx(earned(0.5))

    def test_hearsay_gives_the_length_of_the_chains(self) -> None:
        made = article(2, {"s1": "named_person"}, [(0, "s1"), (1, "s1")])
        assert why(made.through("c1", OUTLET, 0), "hearsay").startswith(
            "1 of 2 claims reached the article through an intermediary; chains are 1.5 steps long "
            "on average and 2 at most."
        )

    @pytest.mark.parametrize(("speech", "credit"), [("direct", 1), ("mixed", 0.5), ("indirect", 0)])
    def test_quotation_counts_in_full_or_in_part(self, speech: Speech, credit: float) -> None:
        made = article(6, {"s1": "named_person"}, [(0, "s1"), (1, "s1")], speech=speech)
        assert value(made, "direct_quotation") == pytest.approx(earned(credit / 3))


class TestProperties:
    @given(articles(), st.data())
    def test_naming_a_hidden_source_raises_the_score(
        self, made: Article, data: st.DataObject
    ) -> None:
        hidden = {source.id for source in made.sources if source.type in HIDDEN}
        used = sorted(
            {c.source for c in made.claims if c.id in counted(made) and c.source in hidden}
        )
        assume(used)
        kind = data.draw(st.sampled_from(IDENTIFIED))
        named = made.with_source(data.draw(st.sampled_from(used)), type=kind)
        assert_nowhere_higher(made.assess(), named.assess())
        assert named.assess().score > made.assess().score

    @given(articles(), st.data())
    def test_hiding_a_named_source_lowers_the_score(
        self, made: Article, data: st.DataObject
    ) -> None:
        open_ids = {source.id for source in made.sources if source.type in IDENTIFIED}
        used = sorted(
            {c.source for c in made.claims if c.id in counted(made) and c.source in open_ids}
        )
        assume(used)
        kind = data.draw(st.sampled_from(HIDDEN))
        hidden = made.with_source(data.draw(st.sampled_from(used)), type=kind)
        assert_nowhere_higher(hidden.assess(), made.assess())
        assert hidden.assess().score < made.assess().score

    @given(articles(), st.data())
    def test_telling_that_a_source_is_one_already_named_never_lowers_the_score(
        self, made: Article, data: st.DataObject
    ) -> None:
        named = [source.id for source in made.sources if source.type in IDENTIFIED]
        hidden = [claim for claim in made.claims if made_type(made, claim.source) in HIDDEN]
        assume(named and hidden)
        claim, known = data.draw(st.sampled_from(hidden)), data.draw(st.sampled_from(named))
        told = made.with_claim(replace(claim, source=known, chain=(*claim.chain[:-1], known)))
        assert_nowhere_higher(made.assess(), told.assess())

    @given(articles(), st.data())
    def test_explaining_anonymity_never_lowers_the_score(
        self, made: Article, data: st.DataObject
    ) -> None:
        chosen = data.draw(st.sampled_from(made.sources))
        without = made.with_source(chosen.id, anonymity_granted=False)
        explained = made.with_source(chosen.id, anonymity_granted=True)
        assert_nowhere_higher(without.assess(), explained.assess())

    @given(articles(), st.data())
    def test_dropping_an_attribution_never_raises_the_score(
        self, made: Article, data: st.DataObject
    ) -> None:
        assume(made.claims)
        dropped = made.without_claim(data.draw(st.sampled_from(made.claims)).id)
        assert_nowhere_higher(dropped.assess(), made.assess())

    @given(articles(), st.data())
    def test_dropping_a_sentences_only_attribution_lowers_the_score(
        self, made: Article, data: st.DataObject
    ) -> None:
        empty = [number for number, s in enumerate(made.sentences) if not s.claims]
        assume(empty)
        number = data.draw(st.sampled_from(empty))
        known = [source.id for source in made.sources if source.type != "author"]
        assume(known)
        source = data.draw(st.sampled_from(known))
        content = made.spans[number : number + 1]
        alone = Claim("alone", content, None, None, source, "direct", "statement", (source,), 0.9)
        whole = replace(made, claims=(*made.claims, alone))
        assert "alone" in counted(whole)
        assert made.assess().score < whole.assess().score

    @given(articles(), st.data(), st.integers(0, 2), st.booleans())
    def test_adding_an_intermediary_never_raises_the_score(
        self, made: Article, data: st.DataObject, position: int, already_a_source: bool
    ) -> None:
        assume(made.claims)
        claim = data.draw(st.sampled_from(made.claims))
        others = [source for source in made.sources if source.id not in claim.chain]
        relay = data.draw(st.sampled_from(others)) if others and already_a_source else OUTLET
        assert_nowhere_higher(made.through(claim.id, relay, position).assess(), made.assess())

    @given(articles(), st.data())
    def test_giving_a_claim_to_the_dominant_source_never_raises_the_spread(
        self, made: Article, data: st.DataObject
    ) -> None:
        sources = tuple(replace(source, type="named_person") for source in made.sources)
        direct = [
            replace(c, chain=(c.source,), kind="statement", confidence=0.9) for c in made.claims
        ]
        made = replace(made, sources=sources, claims=tuple(direct))
        numbers = {key: [c.source for c in direct].count(key) for key in {c.source for c in direct}}
        assume(len(numbers) > 1)
        dominant = max(sorted(numbers), key=numbers.__getitem__)
        claim = data.draw(st.sampled_from([c for c in direct if c.source != dominant]))
        moved = made.with_claim(replace(claim, source=dominant, chain=(dominant,)))
        assert value(moved, "source_spread") <= value(made, "source_spread") + ROUNDING

    @given(articles(), st.data())
    def test_saying_who_a_source_is_never_lowers_the_score(
        self, made: Article, data: st.DataObject
    ) -> None:
        chosen = data.draw(st.sampled_from(made.sources))
        told = made.with_source(chosen.id, role="harbour master")
        assert_nowhere_higher(made.assess(), told.assess())

    @given(articles(), st.integers(2, 20))
    @example(article(1, {"s1": "named_person"}, [(0, "s1")]), 20)
    def test_more_of_the_same_changes_nothing(self, made: Article, times: int) -> None:
        longer, once = repeated(made, times).assess(), made.assess()
        assert longer.score == pytest.approx(once.score)
        for name, part in once.components.items():
            assert longer.components[name].value == pytest.approx(part.value)

    @given(articles(), st.integers(1, 100))
    @example(article(10, {"s1": "document"}, [(0, "s1")]), 10)
    def test_background_lowers_no_component_by_more_than_the_bound(
        self, made: Article, added: int
    ) -> None:
        before, after = made.assess(), with_background(made, added).assess()
        assert_nowhere_higher(after, before)
        root = (len(made.spans) / (len(made.spans) + added)) ** 0.5
        bound = (1 + HALF_SHARE) * (1 - root) / (1 + root)
        for name, part in after.components.items():
            assert part.value >= before.components[name].value - bound - ROUNDING
        spread = after.components["source_spread"].value
        assert spread == before.components["source_spread"].value

    @given(articles())
    def test_claims_in_the_authors_own_voice_count_like_none(self, made: Article) -> None:
        authors = {source.id for source in made.sources if source.type == "author"}
        silent = replace(made, claims=tuple(c for c in made.claims if c.source not in authors))
        assert made.assess().score == pytest.approx(silent.assess().score)

    @given(articles(), st.randoms())
    def test_order_of_claims_and_sources_does_not_matter(
        self, made: Article, random: Random
    ) -> None:
        claims, sources = list(made.claims), list(made.sources)
        random.shuffle(claims)
        random.shuffle(sources)
        shuffled = replace(made, claims=tuple(claims), sources=tuple(sources))
        assert shuffled.assess().score == pytest.approx(made.assess().score)


def made_type(made: Article, source_id: str) -> str:
    return next(source.type for source in made.sources if source.id == source_id)


def with_background(made: Article, added: int) -> Article:
    """The article with so many sentences in the author's voice behind it."""
    count = len(made.spans)
    longer = article(count + added, {}, [])
    return replace(longer, sources=made.sources, claims=made.claims)


def repeated(made: Article, times: int) -> Article:
    """The article printed several times over, every claim with it."""
    count = len(made.spans)
    longer = article(count * times, {}, [])
    claims = []
    for turn in range(times):
        for claim in made.claims:
            places = [made.spans.index(piece) + turn * count for piece in claim.content]
            content = tuple(longer.spans[place] for place in places)
            claims.append(replace(claim, id=f"{claim.id}.{turn}", content=content))
    return replace(longer, sources=made.sources, claims=tuple(claims))
