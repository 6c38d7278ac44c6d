"""Other names for the persons, places, organisations and outlets of an article.

A name is changed word by word, so that "Ada Roe", "Ms Roe", "Roe's" and "the Roe Foundation" keep
fitting together. The ordinary words in it ("Foundation", "Radio") stay, because the article goes
on with "the foundation", "the station"; a name that has no others gives way to a name with the
same last word.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from training.augment.edits import Edit, Silver, apply_edits
from training.augment.lexicon import WORD, Lexicon, name_parts, person_words, without_the
from training.readers.gold import GoldArticle

__all__ = ["Renaming", "plan_names", "rename"]

#: Share of an article's names that change; the others stay among new ones.
_PERSONS, _BODIES, _PLACES = 0.9, 0.8, 0.6
#: Share of a word's silver mentions here that are places, from which no person is called so.
_SHARED = 0.3
_TRIES = 20
_CAPITALISED = re.compile(rf"(?<![^\W\d_])(?=[^\W\d_a-z]){WORD.pattern}")
_ARTICLE = re.compile(r"(?<![\w'’.])([Aa])(n?)[^\S\n]+[\"“‘']?$")
_POSSESSIVE = re.compile(r"['’] [\w$€£]")
_VOWELS, _SPELT_VOWELS = frozenset("aeioáéíóàèåäöAEIOÁÉÍÓÀÈÅÄÖ"), frozenset("AEFHILMNORSX")


@dataclass(frozen=True)
class Renaming:
    """New words for old ones, and new names for names of several words, by their first word."""

    words: Mapping[str, str]
    names: Mapping[str, Sequence[tuple[re.Pattern[str], str]]]

    def edits(self, text: str) -> Iterator[Edit]:
        """Edits that give a text the new names, with "a" or "an" and possessives as they need."""
        done = 0
        for match in _CAPITALISED.finditer(text):
            start, end = match.span()
            if start < done:
                continue
            new, end = self._new(text, start, end)
            if new is None:
                continue
            before = _ARTICLE.search(text, max(0, start - 4), start)
            if before and _takes_an(text[start:end]) != _takes_an(new):
                yield Edit(before.start(2), before.end(2), "n" if _takes_an(new) else "")
            yield Edit(start, end, new)
            done = end
            if _needs_s(text, start, end) and new[-1] not in "sS":
                yield Edit(end, end + 1, text[end] + "s")
                done = end + 1

    def retold(self, text: str) -> str:
        """A text with the new names."""
        pieces: list[str] = []
        at = 0
        for edit in self.edits(text):
            pieces += (text[at : edit.start], edit.text)
            at = edit.end
        return "".join([*pieces, text[at:]])

    def _new(self, text: str, start: int, end: int) -> tuple[str | None, int]:
        """The new name for what begins at a capitalised word, and where the old one ends."""
        word = text[start:end].replace("’", "'")
        for pattern, name in self.names.get(word, ()):
            match = pattern.match(text, start)
            if match:
                return (name.upper() if match.group().isupper() else name), match.end()
        return self.words.get(word), end


def rename(
    article: GoldArticle, silver: Silver | None, lexicon: Lexicon, rng: random.Random
) -> tuple[GoldArticle, Silver | None]:
    """The article with other names in text, sources, roles, title and publisher."""
    renaming = plan_names(article, silver, lexicon, rng)
    return apply_edits(article, silver, renaming.edits(article.text), renaming.retold)


def plan_names(
    article: GoldArticle, silver: Silver | None, lexicon: Lexicon, rng: random.Random
) -> Renaming:
    """Draw new names for an article; equal words get equal ones all over it."""
    plan = _Plan(article, silver, lexicon, rng)
    plan.name_persons()
    plan.name_bodies()
    plan.name_places()
    return plan.renaming()


class _Plan:
    """New names of one article as they are drawn; none that the article has is drawn again."""

    def __init__(
        self, article: GoldArticle, silver: Silver | None, lexicon: Lexicon, rng: random.Random
    ) -> None:
        self.article = article
        self.lexicon = lexicon
        self.pool = lexicon.pool
        self.rng = rng
        stated = [text for source in article.sources for text in (source.name, source.role)]
        self.text = "\n".join([article.text, *stated])
        self.capitalised = {match.group() for match in _CAPITALISED.finditer(self.text)}
        self.taken = {word.casefold() for word in self.capitalised}
        self.entities: dict[str, dict[str, int]] = {"PERSON": {}, "ORGANIZATION": {}}
        for start, end, kind, *_ in silver["ner"] if silver else ():
            name = " ".join(article.text[start:end].split())
            counts = self.entities.setdefault(kind, {})
            counts[name] = counts.get(name, 0) + 1
        self.persons: set[str] = set()
        self.words: dict[str, str] = {}
        self.names: dict[str, str] = {}

    def name_persons(self) -> None:
        """First names by gender, surnames and middle names from the surnames."""
        firsts, lasts = self._person_parts()
        places = _word_counts(self.entities.get("LOCATION", {}))
        people = _word_counts(self.entities["PERSON"])
        self.persons = firsts | lasts
        for word in sorted(self.persons):
            here = places.get(word, 0)
            if (
                self._stays(word, _PERSONS)
                or self.lexicon.mostly(word) in ("LOCATION", "MISC")
                or here > _SHARED * (here + people.get(word, 0))
            ):
                continue
            gender = self.lexicon.genders.get(word, 0)
            self._draw(word, self.pool.first[gender] if word in firsts else self.pool.last)

    def _person_parts(self) -> tuple[set[str], set[str]]:
        """Words that are first names here, and those that are last or middle names."""
        gold = [
            person_words(name)
            for source in self.article.sources
            if source.type in ("named_person", "author")
            for name in re.split(r" and | & ", source.name)
        ]
        found = [person_words(name) for name in self.entities["PERSON"]]
        firsts: set[str] = set()
        lasts: set[str] = set()
        for words in gold + found:
            # "Captain Ada Roe", but "Bill Roe": the last word is no first name.
            while len(words) > 2 and not self.lexicon.words.is_name(words[0]):
                del words[0]
            if len(words) > 1:
                firsts.update(name_parts(words[0]))
                lasts.update(part for word in words[1:] for part in name_parts(word))
        for words in gold + found:
            if len(words) == 1 and words[0] not in firsts | lasts:
                if words[0] in self.lexicon.surnames:
                    lasts.add(words[0])
                elif words in gold or words[0] in self.lexicon.genders:
                    firsts.add(words[0])
        return firsts, lasts - firsts

    def name_bodies(self) -> None:
        """Organisations and outlets: of the gold sources, and silver ones that some source is."""
        gold = {
            without_the(source.name)
            for source in self.article.sources
            if source.type in ("named_organization", "media_outlet")
        }
        silver = {without_the(name) for name in self.entities["ORGANIZATION"]}
        for name in sorted(gold | (silver & self.lexicon.organizations)):
            if self.rng.random() >= _BODIES:
                continue
            own = [part for part in name_parts(name) if self._is_body(part)]
            for word in own:
                if word.isupper():
                    self._draw(word, self.pool.acronyms[word in self.lexicon.definite])
                else:
                    self._draw(word, self.pool.distinctive)
            if not own:
                self._swap_body(name)

    def _is_body(self, word: str) -> bool:
        """True for a word that only names bodies, or an acronym that is not explained."""
        if word in self.persons or self.lexicon.mostly(word) not in (None, "ORGANIZATION"):
            return False
        if word.isupper():
            return len(word) > 2 and f"({word})" not in self.text
        return self.lexicon.words.is_name(word)

    def _swap_body(self, name: str) -> None:
        """Another name with the same last word, if no word before it stands alone somewhere."""
        words = name.split()
        others = self.pool.bodies.get(words[-1], ())
        times = self.text.count(name)
        if len(words) > 1 and all(self.text.count(word) == times for word in words[:-1]):
            self._draw(name, [other for other in others if other != name])

    def name_places(self) -> None:
        """Places that are known as such from the silver labels of some article."""
        here = {word for word in self.capitalised if self.lexicon.mostly(word) == "LOCATION"}
        here.update(self.entities.get("LOCATION", ()))
        for name in sorted(here & set(self.pool.places)):
            if name not in self.persons and not self._stays(name.split()[-1], _PLACES):
                self._draw(name, self.pool.places)

    def _stays(self, word: str, share: float) -> bool:
        """True for a word that is no name, and by chance."""
        return self.rng.random() >= share or not self.lexicon.words.is_name(word)

    def _draw(self, old: str, pool: Sequence[str]) -> None:
        """Set a new name for an old one; none when the pool has none that is free."""
        target = self.names if " " in old else self.words
        for _ in range(_TRIES if pool and old not in target else 0):
            new = self.rng.choice(pool)
            fresh = {word.casefold() for word in new.split() if word[0].isupper()}
            fresh -= {word.casefold() for word in old.split()}
            if fresh and not fresh & self.taken:
                self.taken |= fresh
                target[old] = new
                return

    def renaming(self) -> Renaming:
        names: dict[str, list[tuple[re.Pattern[str], str]]] = {}
        for old in sorted(self.names, key=len, reverse=True):
            for spelled in (old, old.upper()):
                first, *rest = spelled.split()
                pattern = re.compile(r"\s+".join(map(re.escape, (first, *rest))) + r"(?!\w)")
                names.setdefault(first, []).append((pattern, self.names[old]))
        words = {old.upper(): new.upper() for old, new in self.words.items()}
        return Renaming(words=words | self.words, names=names)


def _word_counts(names: Mapping[str, int]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, number in names.items():
        for part in name_parts(name):
            counts[part] = counts.get(part, 0) + number
    return counts


def _takes_an(name: str) -> bool:
    if name.isupper() and len(name) < 6:
        return name[0] in _SPELT_VOWELS
    return name[0] in _VOWELS


def _needs_s(text: str, start: int, end: int) -> bool:
    """True when a name in -s and an apostrophe make a possessive, not the end of a quotation."""
    before, after = text[max(0, start - 1) : start], _POSSESSIVE.match(text, end)
    return after is not None and text[end - 1] in "sS" and before in ("", " ")
