"""Stage 4c: what a cluster of mentions is called, and the role the text gives it.

The name comes from the mention with the fullest proper name; a source without a name is called
by its fullest description. The role is what stands around the name in its mentions: the title
before it, the apposition after it.
"""

from __future__ import annotations

from collections.abc import Sequence

from attribution.features import EncodedArticle
from attribution.mentions import DEFINITE, Entity, Mention, head_name
from attribution.roles import WordRange
from attribution.types import SourceType, Span

__all__ = ["describe", "name_and_role"]

_RELATIVE = frozenset("who whom whose which that".split())
_MAX_DESCRIPTION = 16
_JOINT_WORDS = 4


def name_and_role(
    article: EncodedArticle, mentions: Sequence[Mention], source_type: SourceType
) -> tuple[str, str]:
    """Canonical name and role of a source, both in the article's words (role may be empty)."""
    if source_type == "unspecified" or not any(mention.tokens for mention in mentions):
        return source_type, ""
    if source_type == "named_person":
        return _person(article, mentions)
    if source_type in ("named_organization", "media_outlet"):
        names = [_organization(article, mention) for mention in mentions if head_name(mention)]
        if names:
            return max(names, key=lambda name: len(name.split())), ""
    return _fullest_description(article, mentions), ""


def _person(article: EncodedArticle, mentions: Sequence[Mention]) -> tuple[str, str]:
    """The person's name with most words (of equals, the earliest), and the longest role."""
    found = [
        (mention, entity)
        for mention in mentions
        if (entity := head_name(mention)) and entity.type == "PERSON"
    ]
    if not found:
        return _fullest_description(article, mentions), ""
    stretches = [_joint(mention, entity) for mention, entity in found]
    first, last = max(stretches, key=lambda words: (words[1] - words[0], -words[0]))
    roles = [_role(article, mention, entity) for mention, entity in found]
    return _text(article, first, last), max(roles, key=len)


def _joint(mention: Mention, entity: Entity) -> WordRange:
    """The name's words, with a second person's name joined to it by "and"."""
    for other in mention.names:
        between = mention.tokens[entity.last - mention.first + 1 : other.first - mention.first]
        if other.type == "PERSON" and "and" in between and len(between) <= _JOINT_WORDS:
            return entity.first, other.last
    return entity.first, entity.last


def _organization(article: EncodedArticle, mention: Mention) -> str:
    """The entity alone if the description ends with it, else the whole description."""
    entity = head_name(mention)
    assert entity is not None
    name, description = _text(article, entity.first, entity.last), describe(article, mention)
    return name if description.endswith(name) else description


def describe(article: EncodedArticle, mention: Mention) -> str:
    """A mention's words without relative clause and trailing apposition."""
    tokens = mention.tokens
    end = len(tokens)
    for place, token in enumerate(tokens):
        if place and (token.lower() in _RELATIVE or (token in ",—–;:" and place > 1)):
            end = place
            break
    end = min(end, _MAX_DESCRIPTION)
    return _text(article, mention.first, mention.first + max(end, 1) - 1)


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
    after = entity.last - mention.first + 1
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
