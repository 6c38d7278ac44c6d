"""Stage 4c: what a cluster of mentions is called, and the role the text gives it.

The name comes from the mention with the fullest proper name, a person's from the article's own
words before a quotation; a source without a name is called by its fullest description. The role
is what stands around the name in its mentions: the title before it, the apposition after it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from attribution.entities import Entity, in_headline_case
from attribution.features import EncodedArticle
from attribution.mentions import Mention, employer, head_name, own_names
from attribution.types import SourceType
from attribution.wordclasses import (
    DEFINITE,
    DETERMINERS,
    INDEFINITE,
    LINKING,
    LINKS,
    POSSESSIVE,
    POSTNOMINALS,
    PREPOSITIONS,
    PRONOUNS,
    RANKS,
    TITLES,
)
from attribution.wording import describe, description, fullest_mention, with_clause, wording

__all__ = ["beyond_name", "join_roles", "name_and_role", "person_names"]

#: Marks that may close a name's apposition.
_CLOSING = frozenset(",—–―;:)")
#: Marks behind which a name's apposition begins.
_APPOSED = frozenset(",(—–―")
_RELATIVE = frozenset("who whom whose which that".split())
#: What roles do without in front, as in the training data.
_BEFORE_ROLE = DETERMINERS | LINKS | frozenset("his her its their my our your".split())
#: How a clause leads to an office: "who served as the", "served as".
_LEADS_TO_OFFICE = re.compile(
    r"(?:(?:who|that)\b(?: [\w'’]+){1,3}|(?:serv|work|act)(?:es?|s|ed|ing)?) as\b"
    r" ?(?:(?:an?|the)\b ?)?"
)
_MAX_PROGRAMME = 8
_WORD = re.compile(r"\w+")
#: The sentence's comma or stop, which American printers put inside the marks.
_STOP_IN_MARKS = re.compile(r"[,.;](?=[\"”’']$)")


def name_and_role(
    article: EncodedArticle,
    mentions: Sequence[Mention],
    source_type: SourceType,
    people: Collection[str] = (),
) -> tuple[str, str]:
    """Canonical name and role of a source, both in the article's words (role may be empty).

    Args:
        article: the article.
        mentions: the source's mentions.
        source_type: what it is.
        people: names of persons in the article, from :func:`person_names`; a surname alone is
            completed from them.
    """
    # An author's own words for himself ("we", "my column") are no name.
    if source_type in ("unspecified", "author") or not any(item.tokens for item in mentions):
        return source_type, ""
    if source_type == "named_person":
        name, role = _person(article, mentions)
        return _completed(name, people), role
    if source_type in ("named_organization", "media_outlet"):
        outlet = source_type == "media_outlet"
        named = [mention for mention in mentions if head_name(mention)]
        # "The Quay Post" before "a Post article"; but "the Skerrin council" before "Skerrin".
        named = [item for item in named if outlet and _ends_in_name(article, item)] or named
        names = [(_programme if outlet else _organization)(article, item) for item in named]
        if names:
            return max(names, key=lambda name: len(name.split())), ""
    best = fullest_mention(article, mentions)
    name = description(article, best)
    role = _office(name) if source_type == "unnamed_person" else ""
    return with_clause(article, best) or name, role


def _office(description: str) -> str:
    """What a description without a name says somebody is: "a port official" is a port official."""
    words = description.strip('"“”').split()
    while words and words[0].lower() in {*DEFINITE, *INDEFINITE, *PRONOUNS}:
        del words[0]
    # "one of the clerks": what is left says whose part somebody is.
    return "" if words[:1] == ["of"] else " ".join(words)


def person_names(article: EncodedArticle, mentions: Sequence[Mention]) -> frozenset[str]:
    """All names of persons in an article's mentions, those in lists too."""
    return frozenset(
        _without_title(article, entity)
        for mention in mentions
        for entity in own_names(mention)
        if entity.type == "PERSON"
    )


def _completed(name: str, people: Collection[str]) -> str:
    """A single word as the only longer name that ends with it, else that begins with it."""
    for place in (-1, 0):
        longer = {person for person in people if person.split()[place] == name and person != name}
        if longer:
            return longer.pop() if len(longer) == 1 else name
    return name


def _person(article: EncodedArticle, mentions: Sequence[Mention]) -> tuple[str, str]:
    """The person's name with most words (of equals, the earliest), and all roles.

    A name in a headline serves only where the text has none; one in a quotation only where the
    article's own words have no name of two words: what others call somebody can be an epithet
    and a name.
    """
    found = [
        (mention, entity)
        for mention in mentions
        if (entity := head_name(mention)) and entity.type == "PERSON"
    ]
    if not found:
        return description(article, fullest_mention(article, mentions)), ""
    headline = in_headline_case(article)

    def full(mention: Mention) -> bool:
        own = not headline[mention.first] and not _is_quoted(article, mention)
        return own and _name_words(article, mention) > 1

    named = [mention for mention, _ in found]
    best = max(
        list(filter(full, named)) or named,
        key=lambda mention: (
            not headline[mention.first],
            _name_words(article, mention),
            -mention.first,
        ),
    )
    roles = [role for mention, entity in found for role in _roles(article, mention, entity)]
    return _joint(article, best), join_roles(roles)


def _is_quoted(article: EncodedArticle, mention: Mention) -> bool:
    """True for a mention whose name begins inside a quotation."""
    return bool(article.quote[own_names(mention)[0].first] >= 0)


def _name_words(article: EncodedArticle, mention: Mention) -> int:
    """Words of a mention's own names, forms of address left out."""
    return sum(len(_without_title(article, entity).split()) for entity in own_names(mention))


def _joint(article: EncodedArticle, mention: Mention) -> str:
    """The mention's own names, as a list when there are several."""
    names = [_without_title(article, entity) for entity in own_names(mention)]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _without_title(article: EncodedArticle, entity: Entity) -> str:
    """A person's name without "Mr" or "Cllr" in front, with its stop, and "KC" behind."""
    words = wording(article, entity.first, entity.last).split()
    while len(words) > 1 and words[0].lower().rstrip(".") in TITLES | RANKS:
        del words[0]
    while len(words) > 1 and words[-1].rstrip(".") in POSTNOMINALS:
        del words[-1]
    return " ".join(words).rstrip(",")


def _organization(article: EncodedArticle, mention: Mention) -> str:
    """The entity alone if the description ends with it, or it is apposed; else the description."""
    entity = head_name(mention)
    assert entity is not None
    if _ends_in_name(article, mention) or _is_apposed(mention, entity):
        return wording(article, _begins(mention, entity), entity.last)
    return describe(article, mention)


def _begins(mention: Mention, entity: Entity) -> int:
    """The first of the capitalised words right before a name: TV Quay, where Quay is known."""
    first = entity.first
    while first > mention.first:
        word = mention.tokens[first - mention.first - 1]
        if not word[0].isupper() or word.lower() in DETERMINERS:
            break
        first -= 1
    return first


def _ends_in_name(article: EncodedArticle, mention: Mention) -> bool:
    """True when the description's last words are the mention's name, with a capital."""
    entity = head_name(mention)
    assert entity is not None
    name = wording(article, entity.first, entity.last)
    proper = name[0].isupper() or not name[0].isalpha()
    return proper and describe(article, mention).endswith(name)


def _is_apposed(mention: Mention, entity: Entity) -> bool:
    """True for a name that a mention gives behind what it describes.

    "The union, Brask Unison", "their union, the Brask Unison".
    """
    before, after = entity.first - mention.first - 1, entity.last - mention.first + 1
    if before > 0 and mention.tokens[before].lower() in DETERMINERS:
        before -= 1
    opened = before > 0 and mention.tokens[before] in _APPOSED
    closed = mention.tokens[after : after + 1] in ((), *((mark,) for mark in _CLOSING))
    return opened and closed and mention.tokens[entity.first - mention.first][0].isupper()


def _programme(article: EncodedArticle, mention: Mention) -> str:
    """An outlet's name with its programme: Quay TV's "Harbour Hour", Quay TV's Harbour Hour.

    Without the name of the person who speaks for it.
    """
    entity = head_name(mention)
    assert entity is not None
    if entity is employer(mention):
        owned = mention.names[mention.names.index(entity) + 1]
        last = entity.last if owned.type == "PERSON" else owned.last
        return wording(article, _begins(mention, entity), last)
    document = article.document

    def possessive(word: int) -> bool:
        inside = 0 <= word < len(article)
        return inside and document.words[word].of(document.text).lower() in POSSESSIVE

    for owner in (entity, *mention.names):
        if not possessive(owner.last + 1):
            continue
        for quoted in article.quote_words:
            named = owner is entity or entity.first in quoted
            if quoted.start == owner.last + 2 and named and len(quoted) <= _MAX_PROGRAMME:
                whole = wording(article, owner.first, quoted.stop - 1)
                return _STOP_IN_MARKS.sub("", whole)
        if owner.last == entity.first - 2:
            return wording(article, owner.first, entity.last)
    return _organization(article, mention)


def _roles(article: EncodedArticle, mention: Mention, entity: Entity) -> list[str]:
    """Title before the name, brackets and apposition behind it, within the mention.

    Brackets stay brackets behind a title: "Sen. (R-Ohio)". With several names in the mention they
    are only the last one's, and left out.
    """
    tokens = mention.tokens
    names = own_names(mention)
    end = names[-1].last - mention.first + 1
    pieces = [_title(tokens, entity.first - mention.first)]
    bracket: tuple[int, int] | None = None
    if tokens[end : end + 1] == ("(",) and ")" in tokens[end:]:
        closing = tokens.index(")", end)
        if len(names) == 1 and closing > end + 1 and tokens[end + 1][0].isalpha():
            bracket = end + 1, closing
        end = closing + 1
    pieces.append(_apposition(tokens, end))
    said = [
        wording(article, mention.first + first, mention.first + last - 1)
        for first, last in pieces
        if any(map(_describes, tokens[first:last]))
    ]
    if bracket:
        inside = wording(article, mention.first + bracket[0], mention.first + bracket[1] - 1)
        titled = bool(said) and pieces[0][0] < pieces[0][1]
        said[:1] = [f"{said[0]} ({inside})"] if titled else [inside, *said[:1]]
    return said


def _describes(word: str) -> bool:
    """False for marks and for what stands around a name and is no office: "Dr", "KC"."""
    return word[0].isalnum() and word.lower() not in TITLES and word not in POSTNOMINALS


def _title(tokens: Sequence[str], name: int) -> tuple[int, int]:
    """Where the words before a name begin and end, without articles, marks and "Mr"."""
    first = 0
    while first < name and tokens[first].lower() in DEFINITE | DETERMINERS:
        first += 1
    while name > first and (
        not tokens[name - 1][0].isalnum() or tokens[name - 1].lower().rstrip(".") in TITLES
    ):
        name -= 1
    return first, name


def _apposition(tokens: Sequence[str], start: int) -> tuple[int, int]:
    """Where the words behind a name that say who it is begin and end; a person's age is none."""
    of = tokens[start : start + 1] and tokens[start].lower() in PREPOSITIONS
    if not of and (start + 1 >= len(tokens) or tokens[start] not in _APPOSED):
        return start, start
    first = start if of else start + 1
    if tokens[first].isdigit() and tokens[first + 1 : first + 2] in ((",",), ()):
        first = min(first + 2, len(tokens))
    last = next(
        (at for at in range(first, len(tokens)) if tokens[at].lower() in _RELATIVE), len(tokens)
    )
    while last > first and not tokens[last - 1][0].isalnum():
        last -= 1
    return first, last


def beyond_name(text: str, name: str) -> bool:
    """True when a role or justification has a word that the name has not, and so tells more.

    In the training data a part of the own name is seldom role or justification of a named person,
    organisation or outlet; of documents and unnamed sources it often is.
    """
    said = {word.lower() for word in _WORD.findall(name)}
    return any(word.lower() not in said for word in _WORD.findall(text))


def join_roles(texts: Iterable[str]) -> str:
    """The different ones of a source's roles in their order, joined by commas.

    Articles, "its" and "and" in front go ("the mayor"), and so do "who served as" and words that
    lead to nothing ("secretary of"); a bracket is closed. What says nothing beside the longer ones
    ("chair" and "chair of the board") is left out.
    """
    given = list(map(_without_loose_ends, texts))
    kept: set[int] = set()
    said: set[str] = set()
    for place in sorted(range(len(given)), key=lambda place: -len(given[place])):
        words = {word.strip(",.()") for word in given[place].lower().split()}
        if not words <= said:
            kept.add(place)
            said |= words
    return ", ".join(given[place] for place in sorted(kept))


def _without_loose_ends(text: str) -> str:
    lead = _LEADS_TO_OFFICE.match(text)
    words = text[lead.end() if lead else 0 :].split()
    while len(words) > 1 and words[0].lower() in _BEFORE_ROLE:
        del words[0]
    while len(words) > 1 and words[-1].lower() in LINKING | DETERMINERS | LINKS:
        del words[-1]
    whole = " ".join(words)
    return f"{whole})" if "(" in whole.rpartition(")")[2] else whole
