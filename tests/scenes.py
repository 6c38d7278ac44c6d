"""Hand-made stages: articles with claims and mentions given by their words, scorers by rule."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import torch
from torch import Tensor

from attribution.decode import ClaimDraft, decode
from attribution.entities import Entity
from attribution.features import EncodedArticle
from attribution.mentions import Mention, MentionTable, form_of
from attribution.model import BIO, ROLE_LABELS, TAG_LAYERS
from attribution.resolve import resolve
from attribution.roles import WordRange
from attribution.tabular import Classifier
from attribution.types import KINDS, SOURCE_TYPES, SPEECHES, SourceType, Span
from tiny_model import encode

SURE, NEVER = 12.0, -12.0


def locate(article: EncodedArticle, words: str, occurrence: int = 1) -> WordRange:
    """The word range of a stretch of the article's text."""
    text = article.document.text
    pattern = rf"(?<!\w){re.escape(words)}(?!\w)"
    start = [match.start() for match in re.finditer(pattern, text)][occurrence - 1]
    found = article.document.words_in(Span(start, start + len(words)))
    return found.start, found.stop - 1


def words_of(article: EncodedArticle, words: WordRange | None) -> str | None:
    """The text of a word range."""
    return words and article.document.cover(*words).of(article.document.text)


def paint(labels: np.ndarray, first: int, last: int, role: str) -> None:
    """Write the labels of one span."""
    labels[first : last + 1] = ROLE_LABELS.index(f"I-{role}")
    labels[first], labels[last] = (ROLE_LABELS.index(f"{at}-{role}") for at in "BE")
    if first == last:
        labels[first] = ROLE_LABELS.index(f"S-{role}")


@dataclass(frozen=True)
class Script:
    """What the encoder is to say of one claim; without cue its first content opens it."""

    content: tuple[str, ...]
    cue: str | None = None
    source: str | None = None
    via: tuple[str, ...] = ()
    cue_goes_on: str | None = None


class ScriptedModel:
    """Stands in for the encoder's heads: sure of the claims in its script, and of no other.

    A word's state is its index, so that a head knows which words it is asked about.
    """

    def __init__(
        self,
        article: EncodedArticle,
        scripts: Sequence[Script],
        heard: Sequence[str] = (),
        **config: object,
    ) -> None:
        self.size = len(article)
        self.scripts = {}
        for script in scripts:
            roles = np.zeros(self.size, dtype=np.int64)
            via = np.zeros(self.size, dtype=np.int64)
            named = {"source": [script.source], "cue": [script.cue, script.cue_goes_on]}
            named["content"] = list(script.content)
            for role, pieces in named.items():
                for first, last in (locate(article, piece) for piece in pieces if piece):
                    paint(roles, first, last, role)
            for first, last in (locate(article, piece) for piece in script.via):
                via[first : last + 1] = 2
                via[first] = 1
            opening = locate(article, script.cue or script.content[0])[0]
            self.scripts[opening] = (1 if script.cue else 2, roles, via)
        self.heard = np.zeros(self.size, dtype=bool)
        for first, last in (locate(article, piece) for piece in heard):
            self.heard[first : last + 1] = True
        defaults = {"cue_threshold": 0.5, "uncued_threshold": 0.5, "source_threshold": 0.1}
        defaults |= {"flat_weight": 0.0, "piece_cost": 0, "confidence_weights": None}
        defaults["confidence_threshold"] = 0.0
        self.config = SimpleNamespace(**{**defaults, **config})

    def predicates(self, words: Tensor) -> Tensor:
        return _sure([self.scripts.get(int(word), (0,))[0] for word in words[:, 0]], 3)

    def pair_logits(
        self, words: Tensor, predicates: Tensor, columns: Tensor, relations: Tensor
    ) -> tuple[Tensor, Tensor]:
        chosen = [self._script(int(words[predicate, 0])) for predicate in predicates]
        asked = words[columns][..., 0].long()
        pairs = list(zip(chosen, asked, strict=True))
        roles = [_sure(roles[row], len(ROLE_LABELS)) for (_, roles, _), row in pairs]
        via = [_sure(via[row], len(BIO)) for (_, _, via), row in pairs]
        return torch.stack(roles), torch.stack(via)

    def _script(self, word: int) -> tuple[int, np.ndarray, np.ndarray]:
        alone = np.zeros(self.size, dtype=np.int64)
        alone[word] = ROLE_LABELS.index("S-content")
        return self.scripts.get(word, (2, alone, np.zeros_like(alone)))

    def tags(self, words: Tensor) -> Tensor:
        layers = np.zeros((len(words), len(TAG_LAYERS)), dtype=np.int64)
        layers[self.heard, TAG_LAYERS.index("content")] = BIO.index("I")
        return _sure(layers.ravel().tolist(), len(BIO)).view(len(words), -1)

    def kind(self, openers: Tensor) -> Tensor:
        return _sure([0] * len(openers), len(KINDS))

    def speech(self, openers: Tensor) -> Tensor:
        return _sure([0] * len(openers), len(SPEECHES))


def _sure(labels: Sequence[int], classes: int) -> Tensor:
    logits = torch.full((len(labels), classes), NEVER)
    logits[torch.arange(len(labels)), torch.as_tensor(labels)] = SURE
    return logits


def decoded(
    text: str, *scripts: Script, heard: Sequence[str] = (), **config: object
) -> tuple[EncodedArticle, list[ClaimDraft]]:
    """The claims that decoding makes of what a scripted encoder says.

    ``heard`` are words that the flat tags take for content.
    """
    article = encode(text)
    states = torch.arange(len(article), dtype=torch.float32)[:, None]
    return article, decode(ScriptedModel(article, scripts, heard, **config), article, states)


def draft(article: EncodedArticle, script: Script) -> ClaimDraft:
    """The claim of a script, as decoding would hand it on."""
    cue = locate(article, script.cue) if script.cue else None
    content = tuple(locate(article, piece) for piece in script.content)
    via = tuple(locate(article, piece) for piece in script.via)
    scores = np.zeros(len(article), dtype=np.float32)
    for first, last in via:
        scores[first : last + 1] = 1.0
    return ClaimDraft(
        predicate=cue[0] if cue else content[0][0],
        cue=cue,
        source=locate(article, script.source) if script.source else None,
        content=content,
        via=via,
        kind=np.eye(len(KINDS), dtype=np.float32)[0],
        speech=np.eye(len(SPEECHES), dtype=np.float32)[0],
        confidence=1.0,
        scores_from=0,
        via_scores=scores,
    )


def mention(
    article: EncodedArticle,
    words: str,
    role: str = "source",
    *,
    claim: int | None = None,
    occurrence: int = 1,
    **names: str | tuple[str, ...],
) -> Mention:
    """A mention by its words; ``person=`` and ``organization=`` name the entities inside it.

    Several of one kind are given as a tuple.
    """
    first, last = locate(article, words, occurrence)
    text = article.document.text
    tokens = tuple(article.document.words[word].of(text) for word in range(first, last + 1))
    entities = []
    pairs = [(kind, [name] if isinstance(name, str) else name) for kind, name in names.items()]
    for kind, name in [(kind, name) for kind, several in pairs for name in several]:
        size = len(encode(name))
        at = next(
            at
            for at in range(len(tokens))
            if " ".join(tokens[at : at + size]) == " ".join(name.split())
        )
        entities.append(Entity(first + at, first + at + size - 1, kind.upper()))
    entities.sort(key=lambda entity: entity.first)
    form = form_of(tokens, entities)
    return Mention(first, last, role, claim, form, tuple(entities), tokens)


def zero(article: EncodedArticle, words: str, claim: int, *, cued: bool = True) -> Mention:
    """The mention of a claim without source mention, at its first word."""
    first, _ = locate(article, words)
    return Mention(first, first, "zero", claim, "zero" if cued else "continuation", (), ())


def table(mentions: Sequence[Mention], antecedent: np.ndarray | None = None) -> MentionTable:
    """Mentions, in text order, with equal states and types."""
    size = len(mentions)
    ordered = tuple(sorted(mentions, key=lambda item: (item.first, item.last)))
    types = np.full((size, len(SOURCE_TYPES)), 1 / len(SOURCE_TYPES), dtype=np.float32)
    if antecedent is None:
        antecedent = np.zeros((size, size), dtype=np.float32)
    return MentionTable(ordered, np.ones((size, 4), dtype=np.float32), antecedent, types)


def clusters(
    article: EncodedArticle,
    scorer: Classifier,
    *mentions: Mention,
    antecedent: np.ndarray | None = None,
) -> list[list[str | None]]:
    """The words of the mentions of each source."""
    found = table(mentions, antecedent)
    return [
        [words_of(article, found.mentions[member].words) for member in cluster.members]
        for cluster in resolve(article, found, scorer, 0.5)
    ]


def rule(names: Sequence[str], bias: float, weights: Mapping[str, float]) -> Classifier:
    """A logistic scorer that looks at some named features only."""
    column = np.zeros((len(names), 1), dtype=np.float32)
    for name, weight in weights.items():
        column[list(names).index(name)] = weight
    return Classifier(
        mean=np.zeros(len(names), dtype=np.float32),
        scale=np.ones(len(names), dtype=np.float32),
        weights=(column,),
        biases=(np.array([bias], dtype=np.float32),),
    )


def type_rows(*types: SourceType) -> np.ndarray:
    """Sure type probabilities, one row a source."""
    return np.eye(len(SOURCE_TYPES), dtype=np.float32)[[SOURCE_TYPES.index(t) for t in types]]
