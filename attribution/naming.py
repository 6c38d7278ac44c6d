"""Stage 4c: what a cluster of mentions is called, and the role the text gives it.

The name comes from the mention with the fullest proper name; a source without a name is called
by its fullest description. The role is what stands around the name in its mentions: the title
before it, the apposition after it.
"""

from __future__ import annotations

from collections.abc import Sequence

from attribution.features import EncodedArticle
from attribution.mentions import DEFINITE, Entity, Mention
from attribution.types import SourceType, Span

__all__ = ["describe", "name_and_role"]

_NAMED = {
    "named_person": "PERSON",
    "named_organization": "ORGANIZATION",
    "media_outlet": "ORGANIZATION",
}
_RELATIVE = frozenset("who whom whose which that".split())
_MAX_DESCRIPTION = 16


def name_and_role(
    article: EncodedArticle, mentions: Sequence[Mention], source_type: SourceType
) -> tuple[str, str]:
    """Canonical name and role of a source, both in the article's words (role may be empty)."""
    if source_type == "unspecified" or not any(mention.tokens for mention in mentions):
        return source_type, ""
    wanted = _NAMED.get(source_type)
    named = _best_name(mentions, wanted) if wanted else None
    if named is None:
        return _fullest_description(article, mentions), ""
    _, entity = named
    name = _text(article, entity.first, entity.last)
    roles = [
        role
        for mention in mentions
        for inner in _first_of_type(mention, entity.type)
        if (role := _role(article, mention, inner))
    ]
    role = max(roles, key=len, default="") if source_type == "named_person" else ""
    return name, role


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


def _best_name(mentions: Sequence[Mention], wanted: str) -> tuple[Mention, Entity] | None:
    """The name with most words; of equals, the earliest."""
    found = [
        (mention, entity) for mention in mentions for entity in _first_of_type(mention, wanted)
    ] or [(mention, entity) for mention in mentions for entity in mention.names[:1]]
    if not found:
        return None
    return max(found, key=lambda item: (item[1].last - item[1].first, -item[1].first))


def _first_of_type(mention: Mention, wanted: str) -> list[Entity]:
    """The mention's first name of a type; those after it stand in what is said of the first."""
    return [entity for entity in mention.names if entity.type == wanted][:1]


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
