"""The words of a role: which tell more than the name, and how several are joined."""

from __future__ import annotations

import pytest

from attribution.naming import beyond_name, join_roles


@pytest.mark.parametrize(
    ("role", "more"),
    [
        ("the Quay harbour board", False),
        ("harbour board", False),
        ("board of the harbour", True),
        ("Quay's", True),
        ("", False),
    ],
)
def test_a_role_of_words_of_the_name_tells_no_more(role: str, more: bool) -> None:
    assert beyond_name(role, "the Quay Harbour Board") is more


@pytest.mark.parametrize(
    ("roles", "joined"),
    [
        (["Rep.", "top Democrat on the panel"], "Rep., top Democrat on the panel"),
        (["the chief diver", "a diver"], "chief diver"),
        (["chair", "chair of the board"], "chair of the board"),
        (["secretary of"], "secretary"),
        (["head of the union and the"], "head of the union"),
        (["a"], "a"),
        (["and captain"], "captain"),
        (["Sen. (D-Ore.)", "Sen."], "Sen. (D-Ore.)"),
    ],
    ids=[
        "order",
        "articles",
        "repeats",
        "preposition",
        "several",
        "nothing else",
        "and",
        "brackets",
    ],
)
def test_roles_are_joined_in_their_order_without_loose_ends(roles: list[str], joined: str) -> None:
    assert join_roles(roles) == joined


@pytest.mark.parametrize("link", ["during", "after", "under", "via"])
def test_a_role_ends_in_no_preposition(link: str) -> None:
    assert join_roles([f"clerk of the port {link}"]) == "clerk of the port"


def test_a_role_has_no_possessive_in_front_and_its_bracket_is_closed() -> None:
    assert join_roles(["its medical director"]) == "medical director"


@pytest.mark.parametrize(
    "lead",
    ["who served as", "who long worked as the", "that acted as a", "served as the", "working as"],
)
def test_a_role_begins_behind_what_leads_to_it(lead: str) -> None:
    assert join_roles([lead, "envoy"]) == join_roles([f"{lead} envoy"]) == "envoy"


def test_an_open_bracket_of_a_role_is_closed() -> None:
    assert join_roles(["Judge (ret"]) == "Judge (ret)"
