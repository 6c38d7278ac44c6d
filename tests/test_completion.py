"""A surname alone is completed from a longer name in the article, if it is the same person's."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.naming import name_and_role, person_names
from attribution.portrait import Cast, completions
from attribution.resolve import Cluster
from scenes import mention, table, type_rows
from tiny_model import encode


def count_before(text: str, words: str, end: int) -> int:
    """How often words stand in front of a place in a text."""
    return len(re.findall(rf"\b{words}\b", text[:end]))


class TestCompletion:
    TEXT = "Ottoline Brask and Tilly Ware met. Brask said so."

    def completed(self, *people: str) -> str:
        article = encode(self.TEXT)
        single = mention(article, "Brask", occurrence=2, person="Brask")
        return name_and_role(article, [single], "named_person", people)[0]

    @pytest.mark.parametrize(
        ("people", "name"),
        [
            (("Brask Ottoline",), "Brask Ottoline"),
            (("Brask Ottoline", "Brask Ware"), "Brask"),
            (("Brask Ottoline", "Tilly Brask"), "Tilly Brask"),
        ],
    )
    def test_a_first_name_alone_is_completed_where_it_is_no_surname(
        self, people: tuple[str, ...], name: str
    ) -> None:
        assert self.completed(*people) == name

    def test_a_surname_alone_is_completed_from_a_name_in_the_article(self) -> None:
        assert self.completed("Ottoline Brask", "Tilly Ware") == "Ottoline Brask"

    def test_not_where_two_people_bear_it(self) -> None:
        assert self.completed("Ottoline Brask", "Ingrid Brask") == "Brask"

    def test_not_from_the_name_of_another_source(self) -> None:
        article = encode("Jonas Brask sat. He left. Mrs Brask said so.")
        found = table(
            [
                mention(article, "Jonas Brask", person="Jonas Brask"),
                mention(article, "He"),
                mention(article, "Mrs Brask", person="Brask"),
            ]
        )
        clusters = [Cluster([0, 1]), Cluster([2])]
        cast = Cast(found, clusters, type_rows("named_person", "named_person"))
        assert "Jonas Brask" not in completions(article, cast, [0, 1])[1]
        assert "Jonas Brask" in completions(article, cast, [1])[1]

    @pytest.mark.parametrize("first", [True, False])
    def test_only_from_a_name_that_comes_with_its_first_two_mentions(self, first: bool) -> None:
        told = ["Jonas Brask sat."] if first else []
        late = [] if first else ["Jonas Brask sat."]
        article = encode("\n\n".join([*told, "Brask left.", "Mr Brask said so.", *late]))
        mentions = [
            mention(article, "Jonas Brask", "entity", person="Jonas Brask"),
            mention(article, "Brask", occurrence=1 + first, person="Brask"),
            mention(article, "Mr Brask", person="Brask"),
        ]
        found = table(sorted(mentions, key=lambda item: item.first))
        rows = [0, 1, 2] if first else [2, 0, 1]
        cast = Cast(found, [Cluster(rows[:1]), Cluster(rows[1:])], type_rows(*["named_person"] * 2))
        assert ("Jonas Brask" in completions(article, cast, [1])[1]) is first

    @given(
        st.lists(
            st.sampled_from(["Ottoline Brask", "Brask", "Ottoline", "Tilly Brask", "Tilly Ware"]),
            min_size=2,
            max_size=6,
            unique=True,
        )
    )
    def test_no_two_sources_come_by_one_name(self, names: list[str]) -> None:
        text = " ".join(f"So {name} spoke." for name in names)
        article = encode(text)
        starts = [text.index(f"So {name} spoke") for name in names]
        found = [
            mention(article, name, occurrence=count_before(text, name, at) + 1, person=name)
            for name, at in zip(names, starts, strict=True)
        ]
        rows = type_rows(*["named_person"] * len(names))
        cast = Cast(table(found), [Cluster([row]) for row in range(len(names))], rows)
        people = completions(article, cast, range(len(names)))
        given_names = [
            name_and_role(article, [item], "named_person", people[row])[0]
            for row, item in enumerate(found)
        ]
        assert len(set(given_names)) == len(given_names)

    def test_names_in_lists_count(self) -> None:
        article = encode(self.TEXT)
        both = mention(
            article, "Ottoline Brask and Tilly Ware", person=("Ottoline Brask", "Tilly Ware")
        )
        assert person_names(article, [both]) == {"Ottoline Brask", "Tilly Ware"}
