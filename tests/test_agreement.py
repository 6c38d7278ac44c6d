"""Which sources "they", "it", "he" and "she" can be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.features import EncodedArticle
from attribution.linking import LINK_FEATURES, Pairing
from attribution.mentions import Mention
from attribution.namesakes import Agreement
from attribution.resolve import Cluster, _join_namesakes
from attribution.tabular import Classifier
from scenes import clusters, mention, rule, table, zero
from tiny_model import encode, tiny_classifier

#: Joins whatever it may, the nearest first.
NEAREST = rule(LINK_FEATURES, 9.0, {"mentions_apart": -1.0})
#: Joins what pronouns may, the nearest first, and nothing else.
PRONOUNS = rule(LINK_FEATURES, -9.0, {"mention_form_pronoun": 18.0, "mentions_apart": -1.0})

#: A mention's words, and the names in them.
Named = tuple[str, dict[str, str]]
ROE: Named = ("Ada Roe", {"person": "Ada Roe"})
POE: Named = ("Lu Poe", {"person": "Lu Poe"})
ECHO: Named = ("Skerrin Echo", {"organization": "Skerrin Echo"})

#: What the property's articles are made of: words with a person's name, or without a name.
POOL = {
    "Ada Roe": "Ada Roe",
    "Roe": "Roe",
    "Mr Roe": "Roe",
    "Ms Ware": "Ware",
    "Lu Poe": "Lu Poe",
    "the chairman": None,
    "the crew": None,
    "he": None,
    "she": None,
    "they": None,
    "their": None,
    "it": None,
}
SAYS = {"he": {"Mr Roe", "the chairman", "he"}, "she": {"Ms Ware", "she"}}


def sources(
    text: str, *mentions: Named | str, scorer: Classifier = NEAREST
) -> list[list[str | None]]:
    """The words of the mentions of each source."""
    article = encode(text)
    named = [(item, {}) if isinstance(item, str) else item for item in mentions]
    made = [mention(article, words, **names) for words, names in named]
    return clusters(article, scorer, *made)


class TestThey:
    @pytest.mark.parametrize("word", ["They", "Them", "Their"])
    def test_are_nobody_whom_the_text_called_she(self, word: str) -> None:
        found = sources(f"Ada Roe left. She sat down. {word} knew.", ROE, "She", word)
        assert found == [["Ada Roe", "She"], [word]]

    def test_are_nobody_whom_the_text_calls_he_only_later(self) -> None:
        found = sources("Lu Poe left. They said no. He sat down.", POE, "They", "He")
        assert found == [["Lu Poe", "He"], ["They"]]

    def test_are_nobody_without_a_name_whom_the_text_calls_he_only_later(self) -> None:
        found = sources("The diver left. They said no. He sat.", "The diver", "They", "He")
        assert found == [["The diver", "He"], ["They"]]

    def test_are_a_person_whom_the_text_calls_neither(self) -> None:
        assert sources("Lu Poe left. They said no.", POE, "They") == [["Lu Poe", "They"]]

    def test_are_nobody_with_a_form_of_address(self) -> None:
        found = sources("Mr Poe left. They said no.", ("Mr Poe", {"person": "Poe"}), "They")
        assert found == [["Mr Poe"], ["They"]]

    @pytest.mark.parametrize("title", ["Mr", "Mr."])
    def test_are_nobody_with_a_form_of_address_before_the_mention(self, title: str) -> None:
        poe = ("Poe", {"person": "Poe"})
        found = sources(f"So {title} Poe left. They said no.", poe, "They")
        assert found == [["Poe"], ["They"]]

    @pytest.mark.parametrize("before", ["his younger brother", "Ware's brother"])
    def test_are_nobody_whose_relation_stands_before_the_mention(self, before: str) -> None:
        poe = ("Poe", {"person": "Poe"})
        found = sources(f"So {before} Poe left. They said no.", poe, "They")
        assert found == [["Poe"], ["They"]]

    def test_are_a_person_whom_a_man_before_the_mention_may_only_have_met(self) -> None:
        poe = ("Poe", {"person": "Poe"})
        assert sources("So the man Poe met left. They knew.", poe, "They") == [["Poe", "They"]]

    def test_are_two_people_with_forms_of_address(self) -> None:
        article = encode("Mr Roe and Mr Poe met. They left.")
        pair = mention(article, "Mr Roe and Mr Poe", person=("Roe", "Poe"))
        found = clusters(article, NEAREST, pair, mention(article, "They"))
        assert found == [["Mr Roe and Mr Poe", "They"]]

    def test_are_a_body_that_was_once_taken_for_a_man(self) -> None:
        found = sources("Skerrin Echo was late. He said so. They left.", ECHO, "He", "They")
        assert found == [["Skerrin Echo", "He", "They"]]

    def test_are_the_next_best_that_they_can_be(self) -> None:
        found = sources(
            "The crew met Ada Roe. She left. They said no.",
            "The crew",
            ROE,
            "She",
            "They",
            scorer=PRONOUNS,
        )
        assert found == [["The crew", "They"], ["Ada Roe", "She"]]

    def test_do_not_keep_him_from_his_name(self) -> None:
        found = sources(
            "The crew met Lu Poe. They said no. He left.",
            "The crew",
            POE,
            "They",
            "He",
            scorer=PRONOUNS,
        )
        assert found == [["The crew", "They"], ["Lu Poe", "He"]]

    def test_keep_what_goes_on_from_them(self) -> None:
        article = encode("The crew met Lu Poe. They said no. It was late. He left.")
        plain = [mention(article, words) for words in ("The crew", "They", "He")]
        poe = mention(article, "Lu Poe", person="Lu Poe")
        onward = zero(article, "It", 0, cued=False)
        found = clusters(article, PRONOUNS, *plain, poe, onward)
        assert found == [["The crew", "They", "It"], ["Lu Poe", "He"]]

    def test_are_not_the_surname_whose_full_name_is_a_woman(self) -> None:
        found = sources(
            "Roe leaves. They said so. Ada Roe met the crew. She left.",
            ("Roe", {"person": "Roe"}),
            "They",
            ROE,
            "She",
            scorer=PRONOUNS,
        )
        assert found == [["They"], ["Roe", "Ada Roe", "She"]]

    def test_are_kept_from_a_woman_when_namesakes_are_joined(self) -> None:
        article = encode("Roe leaves. They said so. Ada Roe met the crew. She left.")
        roe, ada = (
            mention(article, "Roe", person="Roe"),
            mention(article, "Ada Roe", person="Ada Roe"),
        )
        plain = [mention(article, word) for word in ("They", "She")]
        pairing = Pairing(article, table([roe, ada, *plain]))
        agreement = Agreement(pairing, np.zeros(4, dtype=np.int64))
        apart = [Cluster([0, 1]), Cluster([2, 3])]
        assert _join_namesakes(pairing, apart, agreement) == apart


class TestIt:
    def test_is_nobody_whom_the_text_calls_he(self) -> None:
        found = sources("The diver left. He sat. It was late.", "The diver", "He", "It")
        assert found == [["The diver", "He"], ["It"]]

    def test_is_nobody_with_a_persons_name(self) -> None:
        assert sources("Lu Poe left. It was late.", POE, "It") == [["Lu Poe"], ["It"]]

    def test_is_a_body(self) -> None:
        found = sources("Skerrin Echo was late. It said so.", ECHO, "It")
        assert found == [["Skerrin Echo", "It"]]


class TestHeAndShe:
    def test_she_is_nobody_with_mr_before_the_mention(self) -> None:
        poe = ("Poe", {"person": "Poe"})
        found = sources("So Mr. Poe left. She said no.", poe, "She")
        assert found == [["Poe"], ["She"]]

    def test_he_may_be_of_a_body_with_miss_before_its_name(self) -> None:
        body = ("Skerrin", {"organization": "Skerrin"})
        found = sources("So Miss Skerrin was late. He said no.", body, "He")
        assert found == [["Skerrin", "He"]]

    def test_are_two_of_one_surname(self) -> None:
        found = sources(
            "Roe leaves. She sat down. Ben Roe met her. He left.",
            ("Roe", {"person": "Roe"}),
            "She",
            ("Ben Roe", {"person": "Ben Roe"}),
            "He",
            scorer=PRONOUNS,
        )
        assert found == [["Roe", "She"], ["Ben Roe", "He"]]

    def test_a_title_says_which_pronoun_of_a_name_went_wrong(self) -> None:
        found = sources(
            "Ada Roe left. He sat down. Ms Roe ran.",
            ROE,
            "He",
            ("Ms Roe", {"person": "Roe"}),
            scorer=PRONOUNS,
        )
        assert found == [["Ada Roe", "Ms Roe"], ["He"]]

    @pytest.mark.parametrize(("name", "joins"), [("King", True), ("King Harald", False)])
    def test_a_surname_is_no_title(self, name: str, *, joins: bool) -> None:
        found = sources(f"So {name} left. She said no.", (name, {"person": name}), "She")
        assert found == ([[name, "She"]] if joins else [[name], ["She"]])


@st.composite
def articles(draw: st.DrawFn) -> tuple[EncodedArticle, list[Mention]]:
    """Any order of the pool's words, each a mention."""
    words = draw(st.lists(st.sampled_from(sorted(POOL)), min_size=1, max_size=12))
    article = encode(" . ".join(words))
    made = []
    for place, item in enumerate(words):
        # "Roe" stands in "Ada Roe", too.
        before = " . ".join(words[:place]).split() + item.split()
        names = {"person": POOL[item]} if POOL[item] else {}
        made.append(mention(article, item, occurrence=_times(before, item.split()), **names))
    return article, made


def _times(words: list[str], wanted: list[str]) -> int:
    return sum(words[at : at + len(wanted)] == wanted for at in range(len(words)))


@given(articles(), st.integers(0, 50), st.integers(0, 50))
def test_no_source_is_he_and_they_in_any_order(
    made: tuple[EncodedArticle, list[Mention]], seed: int, scores: int
) -> None:
    article, mentions = made
    antecedent = np.random.default_rng(scores).normal(0, 3, (len(mentions),) * 2)
    scorer = tiny_classifier(len(LINK_FEATURES), 1, seed)
    found = clusters(article, scorer, *mentions, antecedent=antecedent.astype(np.float32))
    assert sum(map(len, found)) == len(mentions)
    for words in map(set, found):
        he, she = (bool(words & SAYS[sort]) for sort in ("he", "she"))
        named = any(POOL[item] for item in words)
        assert not (he and she)
        assert not ((he or she) and words & {"they", "their", "it"})
        assert not (named and "it" in words)


class TestRelativePronouns:
    def test_which_belongs_to_the_mention_in_front_of_it(self) -> None:
        text = "Skerrin Echo met the board, which left."
        assert sources(text, ECHO, "the board", "which", scorer=PRONOUNS) == [
            ["Skerrin Echo"],
            ["the board", "which"],
        ]

    def test_which_behind_a_bodys_place_belongs_to_the_body(self) -> None:
        place: Named = ("Brask", {"organization": "Brask"})
        text = "So did the Skerrin Echo in Brask, which left."
        assert sources(text, ECHO, place, "which", scorer=PRONOUNS) == [
            ["Skerrin Echo", "which"],
            ["Brask"],
        ]

    def test_which_behind_a_body_that_is_no_place_belongs_to_it(self) -> None:
        board: Named = ("Quay Board", {"organization": "Quay Board"})
        text = "Skerrin Echo wrote so in Quay Board, which left."
        assert sources(text, ECHO, board, "which", scorer=PRONOUNS) == [
            ["Skerrin Echo"],
            ["Quay Board", "which"],
        ]

    def test_which_behind_other_words_is_no_source_told_of_before(self) -> None:
        text = "Skerrin Echo met the board of the port, which left."
        assert sources(text, ECHO, "which", scorer=PRONOUNS) == [["Skerrin Echo"], ["which"]]

    def test_who_behind_other_words_is_left_to_the_scorer(self) -> None:
        text = "Ada Roe is the one person here who left."
        assert sources(text, ROE, "who", scorer=PRONOUNS) == [["Ada Roe", "who"]]


class TestCouples:
    def test_mrs_is_not_the_man_of_her_name(self) -> None:
        article = encode("Lu Poe sat. He slept. Mrs Poe left. She sang.")
        made = [
            mention(article, "Lu Poe", person="Lu Poe"),
            mention(article, "He"),
            mention(article, "Mrs Poe", person="Poe"),
            mention(article, "She"),
        ]
        assert clusters(article, NEAREST, *made) == [["Lu Poe", "He"], ["Mrs Poe", "She"]]
