"""Stage 4a: what resolution works on - mentions of sources and of the names that introduce them.

A mention is a word range with its encoder states. Claims bring source and via mentions; a claim
without a source mention brings a zero mention at its predicate; the entity head brings names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attribution.decode import ClaimDraft
from attribution.features import EncodedArticle
from attribution.model import ENTITY_LABELS, AttributionModel
from attribution.roles import WordRange

__all__ = [
    "Entity",
    "Mention",
    "MentionTable",
    "collect_mentions",
    "find_entities",
    "head_name",
    "tabulate",
]

Floats = NDArray[np.float32]
Form = Literal["pronoun", "name", "definite", "indefinite", "bare", "zero", "continuation"]
FORMS: tuple[Form, ...] = get_args(Form)

# Closed word classes of English, not lists that data could teach better.
PRONOUNS = {
    word: group
    for group, words in enumerate(
        (
            "he him his himself",
            "she her hers herself",
            "they them their themselves",
            "it its itself",
            "i me my mine myself",
            "we us our ours ourselves",
            "you your yours yourself",
            "who whom whose which that",
        ),
    )
    for word in words.split()
}
PREPOSITIONS = frozenset("of for to by from with at in on near against".split())
POSSESSIVE = frozenset(("'s", "’s"))
#: Least value of the word-shape feature at which a word begins with a capital.
_CAPITALISED = 4
#: The same for words of letters of any case.
_LETTERS = 3
DEFINITE = frozenset("the this that these those his her its their my our your both".split())
INDEFINITE = frozenset(
    "a an one another some many most several few other others two three four five six all any "
    "each every no more".split()
)


@dataclass(frozen=True, slots=True)
class Entity:
    """A named entity: word range with inclusive ends, and its type of ENTITY_TYPES."""

    first: int
    last: int
    type: str


@dataclass(frozen=True, slots=True)
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
def find_entities(model: AttributionModel, article: EncodedArticle, words: Tensor) -> list[Entity]:
    """Named entities of an article by the entity head.

    A run of labelled words is one entity, whatever its B and I; capitalised words that follow it
    directly belong to the name, but in a headline, where most words have a capital.
    """
    if not len(words):
        return []
    labels = model.entities(words).argmax(-1).cpu().numpy()
    capital = (article.features[:, 0] >= _CAPITALISED) & ~_in_headline_case(article)
    found: list[Entity] = []
    for word in range(len(labels)):
        _, _, kind = ENTITY_LABELS[labels[word]].partition("-")
        adjacent = (
            bool(found)
            and found[-1].last == word - 1
            and article.sentence[word] == article.sentence[word - 1]
        )
        if adjacent and (kind == found[-1].type or (not kind and capital[word])):
            found[-1] = Entity(found[-1].first, word, found[-1].type)
        elif kind:
            found.append(Entity(word, word, kind))
    return found


def _in_headline_case(article: EncodedArticle) -> NDArray[np.bool_]:
    """For each word whether at least half of its sentence's letter words have a capital."""
    letters = article.features[:, 0] >= _LETTERS
    sentences = int(article.sentence[-1]) + 1
    capitals = np.bincount(
        article.sentence, weights=article.features[:, 0] >= _CAPITALISED, minlength=sentences
    )
    total = np.bincount(article.sentence, weights=letters, minlength=sentences)
    return np.asarray((2 * capitals >= total)[article.sentence])


def collect_mentions(
    article: EncodedArticle, drafts: Sequence[ClaimDraft], entities: Sequence[Entity]
) -> list[Mention]:
    """Mentions in text order; one a word range, source before via before entity."""
    found: dict[WordRange, Mention] = {}
    for number, draft in enumerate(drafts):
        if draft.source:
            found.setdefault(
                draft.source, _mention(article, draft.source, "source", number, entities)
            )
    for number, draft in enumerate(drafts):
        for words in draft.via:
            found.setdefault(words, _mention(article, words, "via", number, entities))
    for entity in entities:
        words = (entity.first, entity.last)
        inside_other = any(first <= entity.first and entity.last <= last for first, last in found)
        if not inside_other and entity.type in ("PERSON", "ORGANIZATION"):
            found.setdefault(words, _mention(article, words, "entity", None, entities))
    mentions = list(found.values())
    for number, draft in enumerate(drafts):
        if not draft.source:
            words = (draft.predicate, draft.predicate)
            form: Form = "zero" if draft.cue else "continuation"
            mentions.append(Mention(*words, "zero", number, form, (), ()))
    return sorted(mentions, key=lambda mention: (mention.first, mention.last))


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
    last = torch.tensor([mention.last for mention in mentions])
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


def _mention(
    article: EncodedArticle,
    words: WordRange,
    role: Literal["source", "via", "entity"],
    claim: int | None,
    entities: Sequence[Entity],
) -> Mention:
    document = article.document
    inside = tuple(e for e in entities if words[0] <= e.first and e.last <= words[1])
    tokens = tuple(document.words[word].of(document.text) for word in range(words[0], words[1] + 1))
    return Mention(*words, role, claim, form_of(tokens, inside), inside, tokens)


def head_name(mention: Mention) -> Entity | None:
    """The name that is the mention's own, not that of a body or person it is described by.

    A person's name goes before an organisation's ("Echo reporter Ottoline Brask"); a name behind
    a preposition or before a possessive ending describes somebody else ("a lawyer for Brask").
    """
    own = [entity for entity in mention.names if not _describes(mention, entity)]
    for kind in ("PERSON", "ORGANIZATION"):
        for entity in own:
            if entity.type == kind:
                return entity
    return None


def _describes(mention: Mention, entity: Entity) -> bool:
    before, after = entity.first - mention.first - 1, entity.last - mention.first + 1
    behind = before >= 0 and mention.tokens[before].lower() in PREPOSITIONS
    return behind or (after < len(mention.tokens) and mention.tokens[after].lower() in POSSESSIVE)


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
