"""Long texts: what the findings of their sections become."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attribution.analyze import Findings
from attribution.sections import merge
from attribution.types import Claim, Sentence, Source, Span


class TestMergedSections:
    """Sources s1, s2, ... of two sections, each with a claim of the first through the rest."""

    def section(self, *sources: tuple[str, str]) -> Findings:
        made = tuple(
            Source(f"s{number}", name, kind, mentions=(Span(number, number + 1),))
            for number, (name, kind) in enumerate(sources, 1)
        )
        chain = (*(source.id for source in made[1:]), "s1")
        claim = Claim(
            "c1", (Span(0, 5),), None, Span(6, 9), "s1", "direct", "statement", chain, 1.0
        )
        return Findings((Sentence(Span(0, 9), "direct", ("c1",)),), made, (claim,))

    def merged(self, *sections: Findings) -> Findings:
        return merge([(section, 100 * number) for number, section in enumerate(sections)])

    def test_spans_move_to_their_place(self) -> None:
        part = self.section(("Brask", "named_person"))
        found = self.merged(part, part)
        assert [sentence.span for sentence in found.sentences] == [Span(0, 9), Span(100, 109)]
        assert found.claims[1].content == (Span(100, 105),)
        assert found.claims[1].source_mention == Span(106, 109)
        assert found.claims[1].cue is None

    def test_claims_are_numbered_through(self) -> None:
        part = self.section(("Brask", "named_person"))
        found = self.merged(part, part)
        assert [claim.id for claim in found.claims] == ["c1", "c2"]
        assert [sentence.claims for sentence in found.sentences] == [("c1",), ("c2",)]

    def test_one_name_of_one_type_is_one_source(self) -> None:
        found = self.merged(
            self.section(("Brask", "named_person")), self.section(("BRASK", "named_person"))
        )
        assert [(source.name, source.mentions) for source in found.sources] == [
            ("Brask", (Span(1, 2), Span(101, 102)))
        ]
        assert {claim.source for claim in found.claims} == {"s1"}

    def test_one_name_of_two_types_is_two_sources(self) -> None:
        found = self.merged(
            self.section(("Echo", "media_outlet")), self.section(("Echo", "document"))
        )
        assert [source.id for source in found.sources] == ["s1", "s2"]

    def test_unnamed_sources_of_one_description_stay_apart(self) -> None:
        official = ("an official", "unnamed_person")
        found = self.merged(self.section(official, official), self.section(official))
        assert len(found.sources) == 3

    @pytest.mark.parametrize(
        ("roles", "joined"),
        [
            (("chair", ""), "chair"),
            (("", "chair"), "chair"),
            (("chair", "chair of the board"), "chair of the board"),
            (("mayor, a doctor", "mayor, a doctor"), "mayor, a doctor"),
            (("pilot, chair", "chair, mayor of Skerrin"), "pilot, chair, mayor of Skerrin"),
        ],
    )
    def test_roles_are_joined_without_repetition(self, roles: tuple[str, str], joined: str) -> None:
        parts = [self.known(role=role) for role in roles]
        assert [source.role for source in self.merged(*parts).sources] == [joined]

    def test_justifications_of_all_sections_are_kept(self) -> None:
        part, bare = self.known(justification=(Span(3, 7),)), self.known()
        (source,) = self.merged(part, bare, part).sources
        assert source.justification == (Span(3, 7), Span(203, 207))

    def test_anonymity_granted_in_any_section_is_granted(self) -> None:
        (source,) = self.merged(self.known(), self.known(anonymity_granted=True)).sources
        assert source.anonymity_granted

    def known(self, **facts: object) -> Findings:
        """A section with one source of which something is known."""
        part = self.section(("Brask", "named_person"))
        return replace(part, sources=(replace(part.sources[0], **facts),))

    def test_a_chain_keeps_its_origin_last_when_sources_become_one(self) -> None:
        brask, echo = ("Brask", "named_person"), ("Echo", "media_outlet")
        found = self.merged(self.section(brask, brask, echo), self.section(brask))
        assert [claim.chain for claim in found.claims] == [("s2", "s1"), ("s1",)]
