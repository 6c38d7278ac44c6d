"""Stage 4a: what resolution works on - mentions, with their grammar and their encoder states.

A mention is a word range; :mod:`attribution.collecting` finds those of an article.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, takewhile
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attribution.decode import ClaimDraft
from attribution.entities import Entity
from attribution.model import AttributionModel
from attribution.roles import WordRange
from attribution.wordclasses import (
    BE,
    DEFINITE,
    HERS,
    HIS,
    INDEFINITE,
    LINKING,
    LINKS,
    POSSESSIVE,
    PREPOSITIONS,
    PRONOUNS,
)

__all__ = [
    "Mention",
    "MentionTable",
    "described_through",
    "employer",
    "head_name",
    "head_noun",
    "is_before_noun",
    "may_be_noun",
    "own_name",
    "own_names",
    "tabulate",
]

Floats = NDArray[np.float32]
Form = Literal["pronoun", "name", "definite", "indefinite", "bare", "zero", "continuation"]
FORMS: tuple[Form, ...] = get_args(Form)

_RELATIVE = frozenset("who whose whom which that".split())
#: Where a description's noun phrase is over.
_HEAD_ENDS = PREPOSITIONS | frozenset(",(") | _RELATIVE
#: Words behind which a relative clause gives a name, and words behind a name that are no noun.
_GIVES = frozenset((*BE, "as", "by", ","))
_NO_NOUNS = LINKS | DEFINITE | INDEFINITE | frozenset(PRONOUNS)
#: Words in front of which a name is another's description no longer ("a man from the quay named
#: Lu"), and those that begin a noun phrase behind a preposition, or do so without an article.
_NAMING = frozenset("as named called nicknamed known surnamed dubbed name nickname handle".split())
_APART = LINKS | _RELATIVE | BE | _NAMING
_BEGINS = DEFINITE | frozenset("a an former late".split())
#: Prepositions that no office has: "led by Professor Roe", but "head of services Lu Roe".
_AGENT = frozenset("by to from".split())
#: Words that are no noun between an outlet and its host, and prepositions behind which both only
#: describe somebody ("a lawyer for Quay TV host Lu Roe").
_NO_OFFICE = LINKING | LINKS | DEFINITE | INDEFINITE | frozenset((*BE, *PRONOUNS))
_OF_HOSTS = frozenset(("of", "for"))


@dataclass(frozen=True)
class Mention:
    """A word range that may name a source.

    ``role`` is source or via of claim ``claim``, zero (the predicate of a claim without source
    mention), or entity. ``names`` are the entities inside it. A zero
    mention has the form ``continuation`` when its claim has no cue either.
    """

    first: int
    last: int
    role: Literal["source", "via", "zero", "entity"]
    claim: int | None
    form: Form
    names: tuple[Entity, ...]
    tokens: tuple[str, ...]

    @property
    def words(self) -> WordRange:
        return self.first, self.last

    @cached_property
    def own_names(self) -> tuple[Entity, ...]:
        """See :func:`own_names`."""
        return _own_names(self)


@dataclass(frozen=True)
class MentionTable:
    """Mentions in text order, with their arrays.

    ``means`` (m, hidden) are mean word states, ``antecedent`` (m, m) the encoder's own scores of
    mention j (column) as antecedent of i (row), ``types`` (m, 8) source-type probabilities.
    """

    mentions: tuple[Mention, ...]
    means: Floats
    antecedent: Floats
    types: Floats


@torch.inference_mode()
def tabulate(
    model: AttributionModel,
    words: Tensor,
    mentions: Sequence[Mention],
    drafts: Sequence[ClaimDraft],
) -> MentionTable:
    """The arrays of the mentions. ``words`` is (n, hidden)."""
    if not mentions:
        empty = np.zeros((0, words.shape[-1] if words.ndim > 1 else 0), dtype=np.float32)
        return MentionTable((), empty, np.zeros((0, 0), np.float32), np.zeros((0, 8), np.float32))
    first = torch.tensor([mention.first for mention in mentions])
    # A journalist stands for the outlet, and is read as it.
    last = torch.tensor([(employer(mention) or mention).last for mention in mentions])
    mean, embeddings = model.mention_states(words, first, last)
    predicate = torch.tensor(
        [
            mention.first if mention.claim is None else drafts[mention.claim].predicate
            for mention in mentions
        ]
    )
    zero = torch.tensor([mention.role == "zero" for mention in mentions]).unsqueeze(-1)
    types = model.type_logits(mean.masked_fill(zero, 0.0), words[predicate]).softmax(-1)
    return MentionTable(
        tuple(mentions),
        mean.float().cpu().numpy(),
        model.antecedent_logits(embeddings).float().cpu().numpy(),
        types.float().cpu().numpy(),
    )


def own_names(mention: Mention) -> tuple[Entity, ...]:
    """The names that are the mention's own, not those of a body or person it is described by.

    A person's name goes before an organisation's ("Echo reporter Ottoline Brask"); a name behind
    a preposition or before a possessive ending describes somebody else ("a lawyer for Brask"), and
    so do one in a relative clause and a person's before a noun ("Brask aides").
    People joined by commas and "and" are the source together, and all of them are returned. Who
    passes a claim on for an outlet is the outlet (:func:`employer`).
    """
    return mention.own_names


def _own_names(mention: Mention) -> tuple[Entity, ...]:
    if outlet := employer(mention):
        return (outlet,)
    own = [entity for entity in mention.names if not _describes(mention, entity)]
    for kind in ("PERSON", "ORGANIZATION"):
        same = _without_descriptions(mention, [entity for entity in own if entity.type == kind])
        if same:
            return (same[0], *_joined(mention, same))
    return ()


def _without_descriptions(mention: Mention, names: Sequence[Entity]) -> list[Entity]:
    """The names without those that only describe the next: "Roe spokeswoman Lu Poe"."""
    kept = list(names[-1:])
    for name, following in reversed(list(pairwise(names))):
        between = mention.tokens[name.last - mention.first + 1 : following.first - mention.first]
        words = all(t.isalpha() and t.islower() and t not in LINKS for t in between)
        if between != (".",) and not (between and words):
            kept.insert(0, name)
    return kept


def head_name(mention: Mention) -> Entity | None:
    """The first of the mention's own names."""
    return next(iter(own_names(mention)), None)


def employer(mention: Mention) -> Entity | None:
    """The outlet that owns what an intermediary is called: "Quay TV's Lu Roe", "Quay TV host Lu".

    Whoever asks for an outlet is the outlet, and so is its programme ("Quay TV's Harbour Hour").
    Not a "former Quay TV host", nor "a lawyer for Quay TV host Lu".
    """
    if mention.role != "via":
        return None
    for body, other in pairwise(mention.names):
        before = mention.tokens[: body.first - mention.first]
        if (before and before[-1].lower() == "former") or described_through(
            mention, body
        ) in _OF_HOSTS:
            return None
        between = mention.tokens[body.last - mention.first + 1 : other.first - mention.first]
        owned = bool(between) and between[0].lower() in POSSESSIVE
        nouns = between[1:] if owned else between
        plain = all(map(may_be_noun, nouns))
        # The entity head does not always tell a person's name from a programme's.
        told = owned if other.type == "ORGANIZATION" and not nouns else other.type == "PERSON"
        if body.type == "ORGANIZATION" and between and plain and told:
            return body
    return None


def may_be_noun(word: str) -> bool:
    """Whether a word may stand in an office between an outlet and a name: "Quay TV news host"."""
    return word.isalpha() and word.islower() and word not in _NO_OFFICE


def head_noun(tokens: Sequence[str]) -> str:
    """The last word of a description's noun phrase, in small letters."""
    words = [token.lower() for token in tokens]
    end = next((at for at, word in enumerate(words) if at and word in _HEAD_ENDS), len(words))
    return words[end - 1]


def own_name(mention: Mention) -> str:
    """The words of the first of the mention's own names; empty without one."""
    entity = head_name(mention)
    if entity is None:
        return ""
    start = entity.first - mention.first
    return " ".join(mention.tokens[start : start + entity.last - entity.first + 1])


def _joined(mention: Mention, names: Sequence[Entity]) -> tuple[Entity, ...]:
    """The names after the first that a list ending in "and" adds to it."""
    last, joined = 0, False
    for place in range(1, len(names)):
        link = _between(mention, names[place - 1], names[place])
        if link is None:
            break
        if link == "and":
            last, joined = place, True
    return tuple(names[1 : last + 1]) if joined else ()


def _between(mention: Mention, left: Entity, right: Entity) -> str | None:
    """How a list goes from one name to the next: by "and", by a comma, or (None) not at all.

    Titles and parentheses may stand between: "Sens. Ada Roe (D-Ore.), Lu Poe and Mr. Jo Doe".
    """
    tokens = mention.tokens[left.last - mention.first + 1 : right.first - mention.first]
    depth, seen = 0, set()
    for token in tokens:
        depth += (token == "(") - (token == ")")
        if depth or token == ")":
            continue
        if token in ("and", "&", ","):
            seen.add("and" if token == "&" else token)
        elif token not in (".", "the", "of") and not token[0].isupper():
            return None
    return "and" if "and" in seen else "," if "," in seen else None


def _describes(mention: Mention, entity: Entity) -> bool:
    after = entity.last - mention.first + 1
    behind = bool(described_through(mention, entity))
    # An ending that ends the mention owns what is outside it: "Brask's" in "Brask's claim that".
    owner = after < len(mention.tokens) - 1 and mention.tokens[after].lower() in POSSESSIVE
    noun = entity.type == "PERSON" and is_before_noun(mention, entity)
    return behind or owner or noun or _in_relative(mention, entity)


def described_through(mention: Mention, entity: Entity) -> str:
    """The preposition behind which a name ends a noun phrase, and so only describes somebody.

    "The wife of Roe", "of the builder Lu Roe", "a team led by Professor Roe". Empty behind a comma,
    right behind another name, and in a title: "head of services Lu Roe".
    """
    words = mention.tokens[: entity.first - mention.first]
    at = _last_break(words)
    if at < 0 or any(name.last == entity.first - 1 for name in mention.names):
        return ""
    link, between = words[at].lower(), words[at + 1 :]
    if link in LINKS and not between:
        return _through_fellow(mention, entity)
    if link not in PREPOSITIONS:
        return ""
    return link if not between or _is_phrase(mention, entity, at) else ""


def _is_phrase(mention: Mention, entity: Entity, at: int) -> bool:
    """Whether the words from the preposition ``at`` on and the name behind are a noun phrase."""
    words = mention.tokens[: entity.first - mention.first]
    link, between = words[at].lower(), words[at + 1 :]
    if not at or words[at - 1].lower() in ("along", "together"):
        return False
    if between[0].lower() not in _BEGINS:
        return link in _AGENT
    if len(between) > 1:
        return link != "of" or not _is_office(words[:at], between)
    # "Officials of the Brask Unison" are left to the scorer: there the body speaks as often. But
    # in "led by Lu Roe of the Brask Unison" it is another's body.
    owner = next((name for name in mention.names if name.last == mention.first + at - 1), None)
    another = owner is not None and bool(described_through(mention, owner))
    return entity.type == "PERSON" or link == "by" or another


def _last_break(words: Sequence[str]) -> int:
    """The place of the last preposition, mark or word that a noun phrase cannot run over, or -1."""
    return next(
        (
            at
            for at in reversed(range(len(words)))
            if words[at].lower() in PREPOSITIONS | _APART
            or not (words[at][0].isalpha() or words[at] == ".")
        ),
        -1,
    )


def _through_fellow(mention: Mention, entity: Entity) -> str:
    """What describes the person to whose name this one is joined by "and", if anything."""
    fellow = next((name for name in mention.names if name.last == entity.first - 2), None)
    persons = fellow is not None and fellow.type == entity.type == "PERSON"
    return described_through(mention, fellow) if fellow and persons else ""


def _is_office(head: Sequence[str], body: Sequence[str]) -> bool:
    """Whether words before a name are its office: "Leader of the Opposition".

    What is led, one word, has a capital, or the leader no article; "widow of the builder" is none.
    """
    bare = head[0].lower() not in DEFINITE | INDEFINITE and head[-1].lower() not in HIS | HERS
    return len(body) == 2 and (bare or body[1][0].isupper())


def _in_relative(mention: Mention, entity: Entity) -> bool:
    """Whether a name stands behind "who" or "that", and is not given there ("who goes by Roe").

    Given is what ends the mention behind "as", "is" or a comma: "the clerk who saw it, Ada Roe".
    """
    at = entity.first - mention.first
    words = [token.lower() for token in mention.tokens[:at]]
    if not _RELATIVE & set(words[1:]):
        return False
    ends = entity.last == mention.last
    return not (ends and words[-1] in _GIVES)


def is_before_noun(mention: Mention, entity: Entity) -> bool:
    """Whether the words behind a name end in a noun that the name only describes.

    "Roe aides", "the Roe campaign chief in Skerrin"; not "Ada Roe and Lu Poe both".
    """
    behind = mention.tokens[entity.last - mention.first + 1 :]
    words = list(takewhile(lambda token: token.lower() not in _HEAD_ENDS, behind))
    return bool(words) and all(t.islower() and t not in _NO_NOUNS and t[0].isalpha() for t in words)


def form_of(tokens: Sequence[str], names: Sequence[Entity]) -> Form:
    """The grammatical form of a mention, from its first word and whether it holds a name."""
    head = tokens[0].lower()
    if len(tokens) == 1 and head in PRONOUNS:
        return "pronoun"
    if names:
        return "name"
    if head in DEFINITE:
        return "definite"
    if head in INDEFINITE or head.isdigit():
        return "indefinite"
    return "name" if all(token[0].isupper() or not token.isalnum() for token in tokens) else "bare"
