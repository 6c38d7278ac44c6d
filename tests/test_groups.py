"""Figures by group, with numbers worked out by hand on three copies of the article of tiny.py.

Each has three indirect claims: 1 and 2 are statements of a named person, 3 is an intention of an
unnamed one. The first report has all of it right; the second lacks claim 2; the third takes claim 1
for a belief and the named person for a document.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tiny import (
    RESIGN,
    SAFE,
    TRAINS,
    article,
    extra_claim,
    perfect,
    spans,
    with_claim,
    with_source,
    without_claim,
)

from eval.alignment import Alignment, align
from eval.bootstrap import figures
from eval.counts import Share
from eval.groups import GROUPS, by_length, by_publisher, find_groups
from training.readers.gold import GoldArticle, GoldClaim

GOLD = article()
QUAY, HARBOUR = replace(GOLD, publisher="Quay Press"), replace(GOLD, publisher="Harbour Post")
BELIEF = with_source(with_claim(perfect(GOLD), "1", kind="belief"), "s1", type="document")
SET = [
    align(perfect(GOLD), QUAY),
    align(without_claim(perfect(GOLD), "2"), QUAY),
    align(BELIEF, HARBOUR),
]


def counted(by: str, measure: str, alignments: list[Alignment] = SET) -> dict[str, object]:
    """Value, rounded, and n of a measure by group."""
    found = {}
    for label, group in find_groups(alignments, by).items():
        figure = group.figures[measure]
        found[label] = (None if figure.value is None else round(figure.value, 3), figure.n)
    return found


def of_length(*lengths: int) -> list[GoldArticle]:
    return [replace(GOLD, text="word " * length) for length in lengths]


class TestPublisher:
    def test_measures_are_those_of_the_publishers_articles(self) -> None:
        # Quay Press: 5 right of 5 predicted and 6 gold claims, F1 10/11.
        assert counted("publisher", "attribution") == {
            "Harbour Post": (1.0, 3),
            "Quay Press": (0.909, 6),
        }
        assert counted("publisher", "kind") == {"Harbour Post": (0.667, 3), "Quay Press": (1.0, 5)}

    def test_groups_tell_their_articles(self) -> None:
        groups = find_groups(SET, "publisher")
        assert {label: group.articles for label, group in groups.items()} == {
            "Harbour Post": 1,
            "Quay Press": 2,
        }

    def test_an_article_without_publisher_is_in_no_group(self) -> None:
        assert by_publisher([GOLD, QUAY]) == {"Quay Press": [1]}

    def test_letters_stand_for_names_in_their_order(self) -> None:
        assert by_publisher([QUAY, HARBOUR, QUAY], letters=True) == {"A": [1], "B": [0, 2]}

    def test_letters_go_on_after_z(self) -> None:
        many = [replace(GOLD, publisher=f"p{number:02}") for number in range(28)]
        assert list(by_publisher(many, letters=True))[25:] == ["Z", "A2", "B2"]


class TestLength:
    def test_six_articles_make_three_groups_from_short_to_long(self) -> None:
        assert by_length(of_length(60, 10, 50, 20, 40, 30)) == {
            "10 to 20 words": [1, 3],
            "30 to 40 words": [4, 5],
            "50 to 60 words": [0, 2],
        }

    @pytest.mark.parametrize(
        ("lengths", "labels"),
        [
            ((10, 20, 30, 40, 50), ["10 to 20 words", "30 to 50 words"]),
            ((10, 20, 30), ["10 to 30 words"]),
            ((10,), ["10 words"]),
        ],
    )
    def test_few_articles_make_fewer_groups(
        self, lengths: tuple[int, ...], labels: list[str]
    ) -> None:
        assert list(by_length(of_length(*lengths))) == labels

    def test_articles_of_one_length_stay_together(self) -> None:
        assert by_length(of_length(10, 20, 20, 20, 20, 30)) == {
            "10 words": [0],
            "20 to 30 words": [1, 2, 3, 4, 5],
        }

    def test_measures_are_those_of_the_articles_in_the_group(self) -> None:
        # 8 right of 8 predicted and 9 gold claims, F1 16/17.
        assert counted("length", "attribution") == {"29 words": (0.941, 9)}


class TestClaims:
    def test_found_is_the_share_of_the_groups_gold_claims(self) -> None:
        assert counted("type", "found") == {"named_person": (0.833, 6), "unnamed_person": (1.0, 3)}
        assert counted("kind", "found") == {"statement": (0.833, 6), "intention": (1.0, 3)}
        assert counted("speech", "found") == {"indirect": (0.889, 9)}

    def test_what_is_right_is_judged_of_the_groups_found_claims(self) -> None:
        assert counted("type", "type") == {"named_person": (0.6, 5), "unnamed_person": (1.0, 3)}
        assert counted("kind", "kind") == {"statement": (0.8, 5), "intention": (1.0, 3)}

    def test_sources_stay_paired_as_in_the_whole_article(self) -> None:
        assert counted("kind", "chain_found") == {"statement": (1.0, 5), "intention": (1.0, 3)}
        wrong = align(with_claim(perfect(GOLD), "3", source="s1", chain=("s3", "s1")), GOLD)
        assert counted("kind", "chain_found", [wrong]) == {
            "statement": (1.0, 2),
            "intention": (0.0, 1),
        }

    def test_a_group_tells_the_articles_with_such_a_claim(self) -> None:
        few = [align(perfect(gold), gold) for gold in (GOLD, article(SAFE))]
        assert {label: group.articles for label, group in find_groups(few, "kind").items()} == {
            "statement": 2,
            "intention": 1,
        }

    def test_intervals_are_the_bootstrap_over_all_articles(self) -> None:
        expected = figures([{"found": share} for share in (Share(2, 2), Share(1, 2), Share(2, 2))])
        assert find_groups(SET, "type")["named_person"].figures["found"] == expected["found"]

    def test_there_is_no_precision(self) -> None:
        spurious = align(extra_claim(perfect(GOLD), spans("Nobody moved")), GOLD)
        group = find_groups([spurious], "kind")["statement"].to_dict()
        assert group["figures"]["found"] == {"value": 1.0, "interval": [1.0, 1.0], "n": 2}
        assert all(
            figure.keys() == {"value", "interval", "n"} for figure in group["figures"].values()
        )

    def test_a_claim_without_label_is_in_no_group(self) -> None:
        gold = article(replace(SAFE, kind=None), replace(TRAINS, source=None, via=None))
        alignments = [align(perfect(gold), gold)]
        assert counted("kind", "found", alignments) == {"statement": (1.0, 1)}
        assert counted("type", "found", alignments) == {"named_person": (1.0, 1)}

    def test_partial_claims_have_a_share_of_their_own(self) -> None:
        part = GoldClaim(
            "p", spans("Nobody moved"), source="s2", via=(), kind="belief", partial=True
        )
        gold = article(SAFE, TRAINS, RESIGN, part)
        alignments = [align(perfect(gold), gold)]
        assert counted("kind", "found", alignments)["belief"] == (None, 0)
        assert counted("kind", "partial", alignments)["belief"] == (1.0, 1)
        assert counted("kind", "type", alignments)["belief"] == (1.0, 1)


def test_an_unknown_division_is_refused() -> None:
    with pytest.raises(ValueError, match="'colour' is none of publisher, length, type"):
        find_groups(SET, "colour")


@pytest.mark.parametrize("by", GROUPS)
def test_a_report_that_has_everything_right_has_it_in_every_group(by: str) -> None:
    alignments = [align(perfect(gold), gold) for gold in (QUAY, HARBOUR)]
    for group in find_groups(alignments, by).values():
        assert {figure.value for figure in group.figures.values()} <= {1.0, None}
