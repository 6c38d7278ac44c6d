"""Stage 4b, before linking: the class of a mention's pronoun, and whether it says "he" or "she"."""

from __future__ import annotations

from attribution.entities import Entity
from attribution.features import EncodedArticle
from attribution.mentions import Mention, head_name, head_noun
from attribution.wordclasses import HERS, HIS, POSSESSIVE, PRONOUNS, TITLES

__all__ = ["IT", "THEY", "gender_of", "pronoun_group"]

#: Their numbers in PRONOUNS.
THEY, IT = 2, 3
#: How many pronouns a noun outweighs.
_NOUN_SAYS = 3
_OWNERS = POSSESSIVE | frozenset("his her their its my our your".split())


def pronoun_group(mention: Mention) -> int | None:
    """Number of the pronoun's class in PRONOUNS, None for other mentions."""
    return PRONOUNS.get(mention.tokens[0].lower()) if mention.form == "pronoun" else None


def gender_of(article: EncodedArticle, mention: Mention) -> int:
    """Above 0 where a mention says "he" of a person, below 0 "she"; nouns weigh more.

    By its pronoun, words in front of its name, or a description's noun.
    """
    words = [token.lower() for token in mention.tokens]
    group = pronoun_group(mention)
    if group is not None:
        return (1, -1)[group] if group < 2 else 0
    name = head_name(mention)
    if name is not None:
        start = name.first - mention.first
        # A name's first word may be a title ("King Harald"), its only one is none ("King").
        end = start + (name.last > name.first)
        near = [word for word in words[max(0, start - 2) : end] if word[0].isalnum()]
        near += _title_before(article, name) if not start else ()
    else:
        near = [head_noun(words)] if words else []
    return _NOUN_SAYS * (not HIS.isdisjoint(near)) - _NOUN_SAYS * (not HERS.isdisjoint(near))


def _title_before(article: EncodedArticle, name: Entity) -> list[str]:
    """The form of address right in front of a person's name, which the mention does without.

    Or the noun of whose relation it is ("his younger sister Lu Poe"); one without an owner may be
    somebody else ("the woman Lu Poe met").
    """
    document = article.document
    before = document.words[max(0, name.first - 3) : name.first]
    told = [word.of(document.text).lower() for word in before]
    if told[-1:] == ["."]:
        told.pop()
    owned = not _OWNERS.isdisjoint(told[-3:-1])
    return [word for word in told[-1:] if (owned or word in TITLES) and name.type == "PERSON"]
