"""Stage 4c: what a cluster of mentions is called, and the role the text gives it.

The name comes from the mention with the fullest proper name; a source without a name is called
by its fullest description. The role is what stands around the name in its mentions: the title
before it, the apposition after it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from attribution.features import EncodedArticle
from attribution.mentions import Entity, Mention, head_name, in_headline_case, own_names, runs_on
from attribution.types import SourceType, Span
from attribution.wordclasses import DEFINITE, POSSESSIVE, TITLES

__all__ = ["describe", "name_and_role", "person_names"]

#: Marks behind which a description is over.
_BREAKS = frozenset(",—–;:")
_RELATIVE = frozenset("who whom whose which that".split())
_MAX_DESCRIPTION = 16
_MAX_PROGRAMME = 8
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
    if source_type == "unspecified" or not any(mention.tokens for mention in mentions):
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
    return _fullest_description(article, mentions), ""


def person_names(article: EncodedArticle, mentions: Sequence[Mention]) -> frozenset[str]:
    """All names of persons in an article's mentions, those in lists too."""
    return frozenset(
        _without_title(article, entity)
        for mention in mentions
        for entity in own_names(mention)
        if entity.type == "PERSON"
    )


def _completed(name: str, people: Collection[str]) -> str:
    """A single word as the only longer name that ends with it, if there is one."""
    longer = {person for person in people if person.split()[-1] == name and person != name}
    return longer.pop() if len(longer) == 1 else name


def _person(article: EncodedArticle, mentions: Sequence[Mention]) -> tuple[str, str]:
    """The person's name with most words (of equals, the earliest), and the longest role."""
    found = [
        (mention, entity)
        for mention in mentions
        if (entity := head_name(mention)) and entity.type == "PERSON"
    ]
    if not found:
        return _fullest_description(article, mentions), ""
    headline = in_headline_case(article)
    best = max(
        (mention for mention, _ in found),
        key=lambda mention: (not headline[mention.first], _name_words(mention), -mention.first),
    )
    roles = [_role(article, mention, entity) for mention, entity in found]
    return _joint(article, best), max(roles, key=len)


def _name_words(mention: Mention) -> int:
    return sum(entity.last - entity.first + 1 for entity in own_names(mention))


def _joint(article: EncodedArticle, mention: Mention) -> str:
    """The mention's own names, as a list when there are several."""
    names = [_without_title(article, entity) for entity in own_names(mention)]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _without_title(article: EncodedArticle, entity: Entity) -> str:
    """A person's name without "Mr" or "Dr" in front and its stop."""
    words = _text(article, entity.first, entity.last).split()
    while len(words) > 1 and words[0].lower().rstrip(".") in TITLES:
        del words[0]
    return " ".join(words)


def _organization(article: EncodedArticle, mention: Mention) -> str:
    """The entity alone if the description ends with it, else the whole description."""
    entity = head_name(mention)
    assert entity is not None
    if _ends_in_name(article, mention):
        return _text(article, entity.first, entity.last)
    return describe(article, mention)


def _ends_in_name(article: EncodedArticle, mention: Mention) -> bool:
    """True when the description's last words are the mention's name, with a capital."""
    entity = head_name(mention)
    assert entity is not None
    name = _text(article, entity.first, entity.last)
    proper = name[0].isupper() or not name[0].isalpha()
    return proper and describe(article, mention).endswith(name)


def _programme(article: EncodedArticle, mention: Mention) -> str:
    """An outlet's name with its programme: Quay TV's "Harbour Hour", Quay TV's Harbour Hour."""
    entity = head_name(mention)
    assert entity is not None
    document = article.document

    def possessive(word: int) -> bool:
        inside = 0 <= word < len(article)
        return inside and document.words[word].of(document.text).lower() in POSSESSIVE

    if possessive(entity.last + 1):
        for quoted in article.quote_words:
            if quoted.start == entity.last + 2 and len(quoted) <= _MAX_PROGRAMME:
                whole = _text(article, entity.first, quoted.stop - 1)
                return _STOP_IN_MARKS.sub("", whole)
    for owner in mention.names:
        if owner.last == entity.first - 2 and possessive(entity.first - 1):
            return _text(article, owner.first, entity.last)
    return _organization(article, mention)


def describe(article: EncodedArticle, mention: Mention) -> str:
    """A mention's words without relative clause and trailing apposition."""
    tokens = mention.tokens
    end = len(tokens)
    for place, token in enumerate(tokens):
        if place and (token.lower() in _RELATIVE or (token in _BREAKS and place > 1)):
            end = place
            break
    end = min(end, _MAX_DESCRIPTION)
    while end > 1 and tokens[end - 1] in _BREAKS:
        end -= 1
    last = mention.first + max(end, 1) - 1
    if mention.form == "name" and not mention.names and end == len(tokens):
        last = _run_on(article, last)
    return _text(article, mention.first, last)


def _run_on(article: EncodedArticle, last: int) -> int:
    """The last of the capitalised words right behind a name, but in a headline."""
    capital = runs_on(article)
    while (
        last + 1 < len(article)
        and capital[last + 1]
        and article.sentence[last + 1] == article.sentence[last]
    ):
        last += 1
    return last


def _fullest_description(article: EncodedArticle, mentions: Sequence[Mention]) -> str:
    order = {"name": 0, "definite": 1, "indefinite": 1, "bare": 1, "pronoun": 2}
    worded = [mention for mention in mentions if mention.tokens]
    best = min(
        worded,
        key=lambda mention: (order[mention.form], -len(describe(article, mention)), mention.first),
    )
    return describe(article, best)


def _role(article: EncodedArticle, mention: Mention, entity: Entity) -> str:
    """Title before the name, or apposition after it, within the mention."""
    tokens = mention.tokens
    before = entity.first - mention.first
    after = own_names(mention)[-1].last - mention.first + 1
    title_from = 0
    while title_from < before and tokens[title_from].lower() in DEFINITE | {"a", "an"}:
        title_from += 1
    title_to = before
    while title_to > title_from and not tokens[title_to - 1][0].isalnum():
        title_to -= 1
    apposition = ""
    if after < len(tokens) and tokens[after] in (",", "(", "—", "–") and after + 1 < len(tokens):
        last = len(tokens) - 1
        while last > after and not tokens[last][0].isalnum():
            last -= 1
        clause = next(
            (
                place
                for place in range(after + 1, last + 1)
                if tokens[place].lower() in _RELATIVE and tokens[place - 1] == ","
            ),
            last + 2,
        )
        last = min(last, clause - 2)
        if last > after:
            apposition = _text(article, mention.first + after + 1, mention.first + last)
    if apposition:
        return apposition
    if title_to > title_from:
        return _text(article, mention.first + title_from, mention.first + title_to - 1)
    return ""


def _text(article: EncodedArticle, first: int, last: int) -> str:
    """Words first..last as they stand in the text, white space folded."""
    span: Span = article.document.cover(first, last)
    return " ".join(span.of(article.document.text).split())
