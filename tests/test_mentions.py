"""What may name a source: mentions, names, entities."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from attribution.collecting import collect_mentions
from attribution.entities import Entity, find_entities
from attribution.features import EncodedArticle
from attribution.mentions import (
    employer,
    form_of,
    head_name,
    own_name,
    own_names,
)
from attribution.model import ENTITY_LABELS
from scenes import Script, draft, locate, mention, words_of, zero
from tiny_model import encode

TEXT = (
    "Ottoline Brask said the quay was shut. She told the Skerrin Echo that Brask had tried. "
    "Ingrid Brask said it was late. The deckhand agreed, the Echo reported."
)


@pytest.fixture(scope="module")
def article() -> EncodedArticle:
    return encode(TEXT)


class TestMentions:
    @pytest.mark.parametrize(
        ("words", "form"),
        [
            ("She", "pronoun"),
            ("the outlet", "definite"),
            ("his wife", "definite"),
            ("a deckhand", "indefinite"),
            ("12 sailors", "indefinite"),
            ("Skerrin Echo", "name"),
            ("officials", "bare"),
        ],
    )
    def test_form_by_words(self, words: str, form: str) -> None:
        assert form_of(words.split(), ()) == form

    def test_a_mention_that_holds_a_name_is_a_name(self) -> None:
        assert form_of(["the", "Echo"], [Entity(1, 1, "ORGANIZATION")]) == "name"

    def test_claims_bring_sources_via_and_zero_mentions(self, article: EncodedArticle) -> None:
        drafts = [
            draft(article, Script(("the quay was shut",), "said", "Ottoline Brask")),
            draft(article, Script(("Brask had tried",), "told", via=("the Skerrin Echo",))),
        ]
        found = collect_mentions(article, drafts, [])
        assert [(item.role, item.claim, words_of(article, item.words)) for item in found] == [
            ("source", 0, "Ottoline Brask"),
            ("zero", 1, "told"),
            ("via", 1, "the Skerrin Echo"),
        ]

    def test_a_claim_that_continues_has_a_form_of_its_own(self, article: EncodedArticle) -> None:
        cued, bare = Script(("the quay was shut",), "said"), Script(("it was late",))
        found = collect_mentions(article, [draft(article, cued), draft(article, bare)], [])
        assert [item.form for item in found] == ["zero", "continuation"]

    def test_names_outside_every_other_mention_are_entities(self, article: EncodedArticle) -> None:
        drafts = [draft(article, Script(("the quay was shut",), "said", "Ottoline Brask"))]
        inside, outside = mention(article, "Brask"), mention(article, "Ingrid Brask")
        entities = [
            Entity(inside.first, inside.last, "PERSON"),
            Entity(outside.first, outside.last, "PERSON"),
        ]
        found = collect_mentions(article, drafts, entities)
        assert [(item.role, words_of(article, item.words)) for item in found] == [
            ("source", "Ottoline Brask"),
            ("entity", "Ingrid Brask"),
        ]
        assert found[0].names == (entities[0],)

    def test_a_name_before_the_possessive_that_ends_a_mention_is_its_own(self) -> None:
        made = encode("She read the Echo's own report.")
        assert own_name(mention(made, "Echo's", organization="Echo")) == "Echo"
        assert own_name(mention(made, "Echo's own report", organization="Echo")) == ""

    def test_an_outlet_and_the_same_with_its_programme_are_one(self) -> None:
        made = encode('She told Quay TV\'s "Harbour Hour" so. He left.')
        scripts = [
            Script(("so",), "told", "She", ("Quay TV",)),
            Script(("left",), None, "He", ("Quay TV's \"Harbour Hour",)),
        ]
        found = collect_mentions(made, [draft(made, script) for script in scripts], [])
        assert [words_of(made, item.words) for item in found if item.role == "via"] == [
            "Quay TV's \"Harbour Hour"
        ]

    def test_part_of_a_programme_that_an_outlets_mention_goes_into_is_none(self) -> None:
        made = encode('She told Quay TV\'s "Harbour and Hour" so.')
        via = ("Quay TV's \"Harbour", "and Hour")
        found = collect_mentions(made, [draft(made, Script(("so",), "told", "She", via))], [])
        assert [words_of(made, item.words) for item in found if item.role == "via"] == [via[0]]

    def test_an_outlets_programme_in_quotation_marks_is_none_of_its_own(self) -> None:
        made = encode('She spoke on Quay TV\'s "Harbour Hour" and on "Late Tide".')
        via = ("Quay TV", "Harbour Hour", "Late Tide")
        found = collect_mentions(made, [draft(made, Script(("She",), "spoke", via=via))], [])
        assert [words_of(made, item.words) for item in found if item.role == "via"] == [
            "Quay TV",
            "Late Tide",
        ]

    def test_the_host_of_an_outlet_and_the_outlet_there_are_one_mention(self) -> None:
        made = encode("She told Quay TV host Lu Poe so. He left.")
        scripts = [
            Script(("so",), "told", "She", ("Quay TV",)),
            Script(("left",), None, "He", ("Poe",)),
        ]
        entities = [
            Entity(*locate(made, "Quay TV"), "ORGANIZATION"),
            Entity(*locate(made, "Lu Poe"), "PERSON"),
        ]
        found = collect_mentions(made, [draft(made, script) for script in scripts], entities)
        assert [words_of(made, item.words) for item in found if item.role == "via"] == [
            "Quay TV host Lu Poe"
        ]

    def test_a_programme_and_the_same_with_its_outlet_there_are_one_mention(self) -> None:
        made = encode("She told Quay TV's Harbour Hour so. He left.")
        scripts = [
            Script(("so",), "told", "She", ("Quay TV's Harbour Hour",)),
            Script(("left",), None, "He", ("Harbour Hour",)),
        ]
        found = collect_mentions(made, [draft(made, script) for script in scripts], [])
        assert [words_of(made, item.words) for item in found if item.role == "via"] == [
            "Quay TV's Harbour Hour"
        ]

    def test_a_former_host_is_not_joined_to_the_outlet(self) -> None:
        made = encode("She told former Quay TV host Lu Poe so.")
        entities = [
            Entity(*locate(made, "Quay TV"), "ORGANIZATION"),
            Entity(*locate(made, "Lu Poe"), "PERSON"),
        ]
        told = draft(made, Script(("so",), "told", "She", ("Lu Poe",)))
        found = collect_mentions(made, [told], entities)
        assert [words_of(made, item.words) for item in found if item.role == "via"] == ["Lu Poe"]

    def test_a_body_in_front_of_a_verb_employs_nobody(self) -> None:
        made = encode("Quay TV quotes Lu Poe so.")
        entities = [
            Entity(*locate(made, "Quay TV"), "ORGANIZATION"),
            Entity(*locate(made, "Lu Poe"), "PERSON"),
        ]
        script = Script(("so",), "quotes", "Quay TV", ("Lu Poe",))
        found = collect_mentions(made, [draft(made, script)], entities)
        assert [words_of(made, item.words) for item in found if item.role == "via"] == ["Lu Poe"]

    def test_one_source_mention_of_two_claims_is_one(self, article: EncodedArticle) -> None:
        said = Script(("the quay was shut",), "said", "Ottoline Brask")
        told = Script(("Brask had tried",), "told", "Ottoline Brask")
        found = collect_mentions(article, [draft(article, said), draft(article, told)], [])
        assert len(found) == 1

    def test_a_zero_mention_has_no_words(self, article: EncodedArticle) -> None:
        found = collect_mentions(article, [draft(article, Script(("it was late",)))], [])
        assert found == [zero(article, "it was late", 0, cued=False)]

    def test_a_person_by_whom_a_source_is_described_is_introduced(self) -> None:
        text = "The wife of the builder Lu Poe spoke."
        made = encode(text)
        poe = mention(made, "Lu Poe")
        found = collect_mentions(
            made,
            [draft(made, Script(("spoke",), None, "The wife of the builder Lu Poe"))],
            [Entity(poe.first, poe.last, "PERSON")],
        )
        assert [(item.role, words_of(made, item.words)) for item in found] == [
            ("source", "The wife of the builder Lu Poe"),
            ("entity", "Lu Poe"),
        ]

    def test_a_name_of_whose_people_a_source_is_one_is_not(self) -> None:
        made = encode("An aide to Lu Poe spoke.")
        poe = mention(made, "Lu Poe")
        found = collect_mentions(
            made,
            [draft(made, Script(("spoke",), None, "An aide to Lu Poe"))],
            [Entity(poe.first, poe.last, "PERSON")],
        )
        assert [item.role for item in found] == ["source"]

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("It came from a former clerk, who left.", ["a former clerk"]),
            ("It fell on another diver who left.", ["another diver"]),
            ("It fell on a crowd of divers who left.", []),
            ("It fell on the diver who left.", []),
            ("It was a day. Divers who left saw it.", []),
        ],
    )
    def test_a_person_without_a_name_whom_who_follows_is_introduced(
        self, text: str, told: list[str]
    ) -> None:
        made = encode(text)
        found = collect_mentions(made, [], [])
        assert [words_of(made, item.words) for item in found] == told


class TestOwnNames:
    @pytest.mark.parametrize(
        ("words", "people", "expected"),
        [
            ("Roe spokeswoman Lu Poe", ("Roe", "Lu Poe"), ["Lu Poe"]),
            ("Ada Roe and Lu Poe", ("Ada Roe", "Lu Poe"), ["Ada Roe", "Lu Poe"]),
            ("Ada Roe, Lu Poe and Jo Doe", ("Ada Roe", "Lu Poe", "Jo Doe"),
             ["Ada Roe", "Lu Poe", "Jo Doe"]),
            ("Capt. Ada Roe (North Quay), Lu Poe and Mr. Jo Doe", ("Ada Roe", "Lu Poe", "Jo Doe"),
             ["Ada Roe", "Lu Poe", "Jo Doe"]),
            ("Ada Roe, Lu Poe", ("Ada Roe", "Lu Poe"), ["Ada Roe"]),
            ("Ada Roe, sister of Lu Poe", ("Ada Roe", "Lu Poe"), ["Ada Roe"]),
            ("Ada Roe and her deputy Lu Poe", ("Ada Roe", "Lu Poe"), ["Ada Roe"]),
            ("Roe's deputy Lu Poe", ("Roe", "Lu Poe"), ["Lu Poe"]),
            ("Roe’s deputy Lu Poe", ("Roe", "Lu Poe"), ["Lu Poe"]),
            ("a lawyer for Ada Roe", ("Ada Roe",), []),
            ("Roe aides", ("Roe",), []),
            ("the Roe campaign in Skerrin", ("Roe",), []),
            ("Ada Roe and Lu Poe both", ("Ada Roe", "Lu Poe"), ["Ada Roe", "Lu Poe"]),
            ("Roe herself", ("Roe",), ["Roe"]),
            ("the film, which follows divers, Ada Roe included", ("Ada Roe",), []),
            ("the clerk who saw it, Ada Roe", ("Ada Roe",), ["Ada Roe"]),
            ("a man who gave his name as Roe", ("Roe",), ["Roe"]),
            ("Ada Roe, who sued Lu Poe", ("Ada Roe", "Lu Poe"), ["Ada Roe"]),
            ("The former wife of the builder Lu Poe", ("Lu Poe",), []),
            ("sister of the missing climber Lu Poe", ("Lu Poe",), []),
            ("The lawyer for the former minister Lu Poe", ("Lu Poe",), []),
            ("The team, led by Professor Ada Roe", ("Ada Roe",), []),
            ("a choir led by the Rev. Ada Roe", ("Ada Roe",), []),
            ("lawyers for both Ada Roe and Lu Poe", ("Ada Roe", "Lu Poe"), []),
            ("head of the tenants' group, Ada Roe", ("Ada Roe",), ["Ada Roe"]),
            ("the aunt of the chef Lu Poe, Ada Roe", ("Lu Poe", "Ada Roe"), ["Ada Roe"]),
            ("Director of services Ada Roe", ("Ada Roe",), ["Ada Roe"]),
            ("Leader of the Opposition Ada Roe", ("Ada Roe",), ["Ada Roe"]),
            ("mother of three Ada Roe", ("Ada Roe",), ["Ada Roe"]),
            ("a woman from the shelter named Ada Roe", ("Ada Roe",), ["Ada Roe"]),
            ("Ada Roe, along with tuba player Lu Poe", ("Ada Roe", "Lu Poe"), ["Ada Roe"]),
        ],
    )  # fmt: skip
    def test_are_those_of_the_head(
        self, words: str, people: tuple[str, ...], expected: list[str]
    ) -> None:
        article = encode(f"So {words} said.")
        found = own_names(mention(article, words, person=people))
        assert [words_of(article, (name.first, name.last)) for name in found] == expected

    def test_a_persons_goes_before_an_organisations(self, article: EncodedArticle) -> None:
        text = "Skerrin Echo reporter Ada Roe"
        article = encode(f"So {text} said.")
        made = mention(article, text, organization="Skerrin Echo", person="Ada Roe")
        assert [name.type for name in own_names(made)] == ["PERSON"]

    @pytest.mark.parametrize("words", ["Quay TV's Lu Poe", "Quay TV host Lu Poe"])
    def test_who_passes_a_claim_on_for_an_outlet_is_the_outlet(self, words: str) -> None:
        made = encode(f"She told {words} so.")
        names = {"organization": "Quay TV", "person": "Lu Poe"}
        assert own_name(mention(made, words, "via", **names)) == "Quay TV"
        assert own_name(mention(made, words, "source", **names)) == "Lu Poe"

    @pytest.mark.parametrize("words", ["Quay TV and Lu Poe", "Quay TV, Lu Poe", "Quay TV Lu Poe"])
    def test_a_person_beside_an_outlet_is_nobodys(self, words: str) -> None:
        made = encode(f"She told {words} so.")
        told = mention(made, words, "via", organization="Quay TV", person="Lu Poe")
        assert employer(told) is None

    @pytest.mark.parametrize(
        "words",
        [
            "former Quay TV host Lu Poe",
            "a lawyer for Quay TV host Lu Poe",
            "the wife of Quay TV's Lu Poe",
            "Quay TV before Lu Poe",
        ],
    )
    def test_who_no_longer_speaks_for_an_outlet_is_not_the_outlet(self, words: str) -> None:
        made = encode(f"She told {words} so.")
        told = mention(made, words, "via", organization="Quay TV", person="Lu Poe")
        assert employer(told) is None

    def test_an_organisations_name_may_end_in_a_noun(self) -> None:
        article = encode("So Skerrin police said.")
        made = mention(article, "Skerrin police", organization="Skerrin")
        assert [name.type for name in own_names(made)] == ["ORGANIZATION"]

    @given(
        name=st.sampled_from(["Roe", "Ada Roe"]),
        words=st.lists(st.sampled_from(["former", "campaign", "aides", "divers"]), min_size=1),
    )
    def test_no_person_before_nouns_is_their_name(self, name: str, words: list[str]) -> None:
        phrase = " ".join([name, *words])
        assert not own_names(mention(encode(f"So {phrase} said."), phrase, person=name))

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("minutes published by the choir Clear Water", "Clear Water"),
            ("emails seen by the Shore Post", "Shore Post"),
            ("a reader of the weekly paper Shore Post", "Shore Post"),
        ],
    )
    def test_a_body_behind_a_preposition_only_describes(self, text: str, name: str) -> None:
        made = mention(encode(f"So {text} said."), text, organization=name)
        assert own_names(made) == ()

    def test_officials_of_a_body_may_speak_as_it(self) -> None:
        made = mention(
            encode("So all of the Shore Post said."),
            "all of the Shore Post",
            organization="Shore Post",
        )
        assert len(own_names(made)) == 1

    def test_the_body_of_a_person_who_only_describes_does_so_too(self) -> None:
        text = "a team led by Ada Roe of the Quay Institute"
        made = mention(
            encode(f"So {text} said."), text, person="Ada Roe", organization="Quay Institute"
        )
        assert own_names(made) == ()

    @given(
        link=st.sampled_from(["of", "for", "to", "by", "with"]),
        begins=st.sampled_from(["the", "a", "his", "former"]),
        words=st.lists(st.sampled_from(["late", "missing", "tall", "sailor"]), min_size=2),
    )
    def test_no_noun_phrase_behind_a_preposition_ends_in_the_own_name(
        self, link: str, begins: str, words: list[str]
    ) -> None:
        text = " ".join(["the friend", link, begins, *words, "Lu Poe"])
        assert own_names(mention(encode(f"So {text} said."), text, person="Lu Poe")) == ()

    def test_an_abbreviated_title_that_was_taken_for_a_name_is_none(self) -> None:
        article = encode("So Del. Tilly Ware said.")
        made = mention(article, "Del. Tilly Ware", person=("Del", "Tilly Ware"))
        assert [words_of(article, (e.first, e.last)) for e in own_names(made)] == ["Tilly Ware"]

    def test_the_head_name_is_the_first(self) -> None:
        article = encode("Ada Roe and Lu Poe met.")
        pair = mention(article, "Ada Roe and Lu Poe", person=("Ada Roe", "Lu Poe"))
        assert head_name(pair) == own_names(pair)[0]
        assert head_name(mention(article, "Lu Poe")) is None


class TestEntities:
    def entities(self, text: str, *labelled: str) -> list[str]:
        """The names found where the entity head says that these words are a person's."""
        article = encode(text)
        logits = torch.zeros(len(article), len(ENTITY_LABELS))
        for first, last in (locate(article, words) for words in labelled):
            logits[first : last + 1, ENTITY_LABELS.index("I-PERSON")] = 9.0
        model = SimpleNamespace(entities=lambda words: logits)
        found = find_entities(model, article, torch.zeros(len(article), 1))
        return [words_of(article, (entity.first, entity.last)) for entity in found]

    def test_a_run_of_labelled_words_is_one(self) -> None:
        assert self.entities("So Ada Roe left.", "Ada Roe") == ["Ada Roe"]

    def test_a_capitalised_word_behind_belongs_to_the_name(self) -> None:
        assert self.entities("So they saw how Ada Roe left.", "Ada") == ["Ada Roe"]

    def test_a_symbol_behind_does_not(self) -> None:
        assert self.entities("So they heard Ada Roe 😀 at the quay.", "Ada Roe 😀") == ["Ada Roe"]

    def test_a_weekday_behind_does_not(self) -> None:
        assert self.entities("So they heard Ada Roe Tuesday at the quay.", "Ada Roe") == ["Ada Roe"]

    @pytest.mark.parametrize("title", ["Ms", "Ms.", "Dr"])
    def test_a_form_of_address_alone_is_no_name(self, title: str) -> None:
        assert self.entities(f"so said {title} at the quay.", title) == []

    def test_a_form_of_address_before_a_name_stays(self) -> None:
        assert self.entities("so said Ms Roe at the quay.", "Ms Roe") == ["Ms Roe"]

    def test_not_so_in_a_headline(self) -> None:
        assert self.entities("Ada Leaves The Quay", "Ada") == ["Ada"]

    def test_a_single_capital_without_a_stop_is_no_initial(self) -> None:
        assert self.entities("so said A Roe aide at the quay.", "Roe") == ["Roe"]

    @pytest.mark.parametrize("name", ["J. Roe", "J.K. Roe", "J. K. Roe"])
    def test_initials_in_front_belong_to_the_name(self, name: str) -> None:
        assert self.entities(f"we saw how {name} left the quay.", "Roe") == [name]

    def test_a_mark_alone_is_none(self) -> None:
        assert self.entities("So he left , they said.", ",") == []
