"""Reads the lexicon of names off the training articles and their silver labels."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attribution.wordclasses import PREPOSITIONS, PRONOUNS
from training.augment.edits import Silver, name_spans, paragraphs
from training.augment.lexicon import (
    Lexicon,
    NamePool,
    Words,
    name_parts,
    person_words,
    without_the,
)
from training.augment.surface import DATELINE
from training.readers.gold import GoldArticle

__all__ = ["read_lexicon"]

_BODIES = ("named_organization", "media_outlet")
_PEOPLE = ("named_person", "author")
_LINKS = frozenset((*PREPOSITIONS, "and"))
#: A dateline stands in one of so many first paragraphs.
_DATELINED = 4
#: So many articles have a place, at least: a tagger's mistakes are mostly in one.
_LEAST_PLACES = 3
#: So far behind a name, in characters, a pronoun is taken for its own.
_NEAR = 150
_NEXT = re.compile(r"\b[Ss]?[Hh]e\b|\b[A-Z]\w+ [A-Z]\w+")
_TITLE = re.compile(r"\b(?:(Mr)|Mrs|Ms|Miss)\.?\s$")
_MAN_OR_WOMAN = re.compile(
    r"\b(?:(husband|widower|father|son|brother|uncle|nephew|king|prince|(?:spokes|chair|business|"
    r"congress|fisher|police)man)|wife|widow|mother|daughter|sister|aunt|niece|queen|princess|"
    r"actress|\w+woman)\b",
    re.IGNORECASE,
)
_HE, _SHE = PRONOUNS["he"], PRONOUNS["she"]
#: Gold names count for more than those that the tagger found.
_GOLD, _LEAST_PEOPLE = 2, 2


def read_lexicon(articles: Iterable[GoldArticle], silver: Mapping[str, Silver]) -> Lexicon:
    """Learn the lexicon from articles and from the silver records of those articles alone."""
    reader = _Reader()
    for article in articles:
        reader.words.add(article.text)
        reader.read_gold(article)
        reader.read_dateline(article.text)
        if article.doc in silver:
            reader.read_silver(article, silver[article.doc])
    return reader.lexicon()


class _Reader:
    """Counts over the articles, and what follows from them."""

    def __init__(self) -> None:
        self.words = Words()
        self.kinds: dict[str, Counter[str]] = defaultdict(Counter)
        self.places: Counter[str] = Counter()
        self.others: Counter[str] = Counter()
        self.inside: set[str] = set()
        self.people: Counter[tuple[str, ...]] = Counter()
        self.votes: Counter[str] = Counter()
        self.hints: Counter[str] = Counter()
        self.articles: Counter[str] = Counter()
        self.datelines: set[str] = set()
        self.bodies: set[str] = set()
        self.outlets: set[str] = set()

    def read_gold(self, article: GoldArticle) -> None:
        surnames = Counter(
            words[-1]
            for source in article.sources
            if source.type in _PEOPLE and (words := person_words(source.name))
        )
        for source in article.sources:
            words = person_words(source.name)
            if source.type in _BODIES:
                name = without_the(source.name)
                self.bodies.add(name)
                starts = (span.start for span in name_spans(article.text, name))
                self._count_article(article.text, name, starts)
                if source.type == "media_outlet":
                    self.outlets.add(name)
            elif source.type in _PEOPLE and len(words) > 1:
                self.people[tuple(words)] += _GOLD
                mentions = [
                    span.of(article.text)
                    for claim in article.claims
                    if claim.source == source.id
                    for span in claim.source_mention
                ]
                self.votes[words[0]] += _vote(mentions)
                shared = surnames[words[-1]] > 1
                around = _pronouns_around(article.text, " ".join(words) if shared else words[-1])
                self.hints[words[0]] += _vote([*around, *_pronouns_of(source.role)])

    def read_dateline(self, text: str) -> None:
        for part in paragraphs(text)[:_DATELINED]:
            if match := DATELINE.match(text, part.start, part.end):
                self.datelines.add(match["place"].title())

    def read_silver(self, article: GoldArticle, record: Silver) -> None:
        names = {}
        for start, end, kind, *_ in record["ner"]:
            name = " ".join(article.text[start:end].split())
            names[start, end] = name
            for word in name_parts(name):
                self.kinds[word][kind] += 1
            if kind == "PERSON" and len(words := person_words(name)) in (2, 3):
                self.people[tuple(words)] += 1
            if kind in ("LOCATION", "ORGANIZATION"):
                self._count_article(article.text, name, [start])
            if kind == "LOCATION" and article.text[max(0, start - 3) : start].lower() == "in ":
                self.inside.add(name)
        places = Counter(names[item[0], item[1]] for item in record["ner"] if item[2] == "LOCATION")
        self.places.update(places.keys())
        self.others.update(names.values() - places.keys())
        people = {
            end: (start, words[0])
            for (start, end), name in names.items()
            if len(words := person_words(name)) > 1
        }
        for chain in record["coref"]:
            mentions = [article.text[item[0] : item[1]] for item in chain]
            firsts = {
                people[item[1]][1]
                for item, mention in zip(chain, mentions, strict=True)
                if item[1] in people
                # "senator Ada Roe", not "a friend of Ada Roe".
                and not _LINKS & set(mention[: people[item[1]][0] - item[0]].split())
            }
            if len(firsts) == 1:
                self.votes[firsts.pop()] += _vote(mentions)

    def _count_article(self, text: str, name: str, starts: Iterable[int]) -> None:
        for start in starts:
            self.articles[name] += 1 if text[max(0, start - 4) : start].lower() == "the " else -1

    def lexicon(self) -> Lexicon:
        hints = {name: _sign(votes) for name, votes in self.hints.items()}
        genders = {name: _sign(votes) for name, votes in self.votes.items() if votes}
        people = [words for words, number in self.people.items() if number >= _LEAST_PEOPLE]
        definite = frozenset(name for name, surplus in self.articles.items() if surplus > 0)
        return Lexicon(
            words=self.words,
            kinds=self.kinds,
            genders=hints | genders,
            surnames=frozenset(part for words in people for part in name_parts(words[-1])),
            organizations=frozenset(self.bodies),
            definite=definite,
            pool=self._pool(people, genders, definite),
        )

    def _pool(
        self,
        people: Sequence[tuple[str, ...]],
        genders: Mapping[str, int],
        definite: frozenset[str],
    ) -> NamePool:
        firsts = sorted({words[0] for words in people if self._is_of(words[0], "PERSON")})
        # Words of bodies that only the tagger's articles know are mostly institutions ("Senate").
        parts = {
            part
            for name in self.bodies
            for part in name_parts(name)
            if name in self.outlets or part not in self.kinds
        }
        places = {name for name in self.places.keys() - definite if self._is_place(name)}
        places |= set(filter(self._is_named, self.datelines))
        acronyms = sorted(name for name in self.bodies if name.isalpha() and name.isupper())
        bodies = defaultdict(list)
        for name in sorted(self.bodies):
            if len(name.split()) > 1 and self._of_ordinary_words(name):
                bodies[name.split()[-1]].append(name)
        return NamePool(
            first={
                0: firsts,
                1: [name for name in firsts if genders.get(name) == 1],
                -1: [name for name in firsts if genders.get(name) == -1],
            },
            last=sorted({words[-1] for words in people if self._is_of(words[-1], "PERSON")}),
            places=sorted(places),
            acronyms={
                the: [name for name in acronyms if (name in definite) == the]
                for the in (False, True)
            },
            distinctive=sorted(word for word in parts if self._is_of(word, "ORGANIZATION")),
            bodies=bodies,
            outlets=sorted(filter(_is_short, self.outlets)),
        )

    def _is_of(self, word: str, kind: str) -> bool:
        """True for a name that silver entities of no other kind hold more often."""
        counts = self.kinds.get(word, Counter())
        return (
            self.words.is_name(word)
            and word.isalpha()
            and all(counts[kind] >= number for number in counts.values())
        )

    def _is_place(self, name: str) -> bool:
        """True for places of enough articles where one can be in, of at most three words."""
        words = name.split()
        return (
            name in self.inside
            and self.places[name] >= _LEAST_PLACES
            and len(words) <= 3
            and self._is_named(name)
            and self.places[name] > self.others[name]
        )

    def _is_named(self, name: str) -> bool:
        words = name.split()
        return all(map(_is_plain, words)) and any(map(self.words.is_name, words))

    def _of_ordinary_words(self, name: str) -> bool:
        return all(
            word in _LINKS or (_is_plain(word) and not self.words.is_name(word))
            for word in name.split()
        )


def _vote(mentions: Iterable[str]) -> int:
    """How many more of the mentions are "he" than "she"."""
    groups = [PRONOUNS.get(mention.lower()) for mention in mentions]
    return groups.count(_HE) - groups.count(_SHE)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _pronouns_around(text: str, name: str) -> Iterator[str]:
    """What a surname's titles say, and the pronouns behind it with no full name between."""
    at = text.find(name)
    while at >= 0:
        title = _TITLE.search(text, max(0, at - 6), at)
        if title:
            yield "he" if title[1] else "she"
        at += len(name)
        match = _NEXT.search(text, at, at + _NEAR)
        if match:
            yield match.group()
        at = text.find(name, at)


def _pronouns_of(role: str) -> Iterator[str]:
    """The pronoun that goes with a role's noun, if it is one of a man or a woman."""
    found = _MAN_OR_WOMAN.search(role)
    if found:
        yield "he" if found[1] else "she"


def _is_plain(word: str) -> bool:
    return word.isalpha() and word[0].isupper() and not word.isupper()


def _is_short(name: str) -> bool:
    """True for names of outlets as they stand in brackets behind a dateline."""
    words = name.split()
    return len(words) < 3 and all(word.isalpha() and word[0].isupper() for word in words)
