"""Which source is the outlet that prints the article."""

from __future__ import annotations

import pytest

from attribution.publisher import read_publisher, same_outlet


class TestReading:
    @pytest.mark.parametrize(
        ("text", "publisher"),
        [
            ("HALVARD, Nov. 3 (Quay Press) - The pier is shut.", "Quay Press"),
            ("Pier shut\n\nHALVARD (QP) — The pier is shut.", "QP"),
            ("Pier shut\nBy Ada Roe, The Quay Post\n\nThe pier is shut.", "The Quay Post"),
            ("Pier shut\nBy Ada Roe | Quay Ledger\n\nShe told the Quay Ledger so.", "Quay Ledger"),
            ("By Ada Roe\nThe Quay Ledger\n\nShe told The Quay Ledger so.", "The Quay Ledger"),
            ("Pier shut\nBy Ada Roe for Quay Radio\n\nThe pier is shut.", "Quay Radio"),
            ("The pier is shut.\n\n© 2024 The Quay Post. All rights reserved.", "The Quay Post"),
            ("The pier is shut.\n\nCopyright 2024 Quay Press", "Quay Press"),
            ("The pier is shut.\n\nCopyright (c) 2019-2024 by Quay Press", "Quay Press"),
            ("The pier is shut.\n\n© The Quay Post 2024", "The Quay Post"),
            ("The pier is shut.\n\n© Quay Post, 2023–24. All rights reserved.", "Quay Post"),
        ],
    )
    def test_where_outlets_print_their_name(self, text: str, publisher: str) -> None:
        assert read_publisher(text) == publisher

    @pytest.mark.parametrize(
        "text",
        [
            "The pier is shut, the harbour board (QHB) - a public body - said.",
            "By noon on Monday, the pier was shut.",
            "The Quay Post was told that the pier is shut.",
            "Copyright 2024 Quay Press" + "\nThe pier is shut." * 30,
            "",
            "Pier shut\nBy Ada Roe, Staff Writer\n\nThe pier is shut.",
            "Pier shut\nBy Ada Roe, New Halvard\n\nThe road to New Halvard is shut.",
            "Pier shut\nBy Ada Roe\nHarbour Reporter\n\nThe pier is shut.",
            "Pier shut\nBy Ada Roe, Ben Oduya\n\nThe pier is shut.",
            "Pier shut\nBy Ada Roe in Halvard, Norland\n\nThe pier is shut.",
            "EU officials (EC) - the executive - said the pier is shut.",
            "US Senator Ada Roe (R) - once a mayor - said the pier is shut.",
            "They broke the Copyright Act",
            "The pier is shut.\n\n© 2016 All Rights Reserved",
            "The pier is shut.\n\nPhoto (C) Lu Poe Images",
            "The pier is shut.\n\nPhoto: (C) Lu Poe 2024",
            "The pier is shut.\n\n© Quay Post",
        ],
    )
    def test_not_where_they_are_named_in_passing(self, text: str) -> None:
        assert read_publisher(text) is None


class TestSameOutlet:
    @pytest.mark.parametrize(
        ("name", "publisher"),
        [
            ("The Quay Post", "Quay Post"),
            ("the Post", "The Quay Post"),
            ("the Post", "Quay Post Company"),
            ("the Warden", "Warden News & Media Limited"),
            ("the QTV", "QTV News"),
            ("Quay Post Magazine", "Quay Post"),
            ("QuayPost", "quay-post"),
            ("Quay Harbour Post", "quay-harb-post"),
            ("the QHP", "Quay Harbour Post"),
            ("The Quay Post’s", "The Quay Post"),
        ],
    )
    def test_names_of_one_outlet(self, name: str, publisher: str) -> None:
        assert same_outlet(name, publisher)

    @pytest.mark.parametrize(
        ("name", "publisher"),
        [
            ("Quay", "The Quay Post"),
            ("the Evening Post", "The Quay Post"),
            ("The", "The Quay Post"),
            ("", "The Quay Post"),
            ("Quay Post", ""),
            ("Hillary", "The Hill"),
            ("Times", "Time"),
            ("Time Warner", "Time"),
            ("Post Office", "The Post"),
        ],
    )
    def test_names_of_two(self, name: str, publisher: str) -> None:
        assert not same_outlet(name, publisher)
