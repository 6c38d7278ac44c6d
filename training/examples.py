"""From gold articles to training targets: labels over words, predicates, mentions.

Unknown labels are ``IGNORE``, so that each corpus teaches only what it annotates: PolNeAR has no
claims inside claims and no intermediaries, the provenance layer adds kinds, sources and (by the
intermediary's name) via mentions, the written articles have everything but named entities.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

from attribution.features import EncodedArticle, encode_article
from attribution.model import ENTITY_LABELS, TAG_LAYERS
from attribution.segment import segment
from attribution.types import KINDS, SOURCE_TYPES, SPEECHES, Span
from training.readers.gold import GoldArticle, GoldClaim, GoldSource
from training.role_spans import role_ranges

__all__ = ["IGNORE", "Example", "Labeller", "Mention", "Predicate", "build_example"]

IGNORE = -100
Range = tuple[int, int]
_DETERMINERS = frozenset("a an the this that".split())
_NEAR_WORDS = 60


@dataclass(frozen=True)
class Mention:
    """A word range (ends inclusive) that names ``cluster``.

    ``anaphor`` when its own antecedent is to be learned, else it only serves as candidate.
    """

    first: int
    last: int
    cluster: str
    anaphor: bool = True


@dataclass(frozen=True)
class Predicate:
    """A claim's predicate word and what is known of the claim.

    ``roles`` are (role, first, last) with ends inclusive; ``via`` likewise or None if unknown.
    ``kind``, ``speech``, ``source_type`` are label ids or IGNORE.
    """

    word: int
    uncued: bool
    roles: tuple[tuple[str, int, int], ...]
    via: tuple[Range, ...] | None
    kind: int
    speech: int
    source_type: int
    mention: Range | None


@dataclass(frozen=True)
class Example:
    """One article with its targets. ``tags`` is (n, 5), ``entities`` and ``opening`` are (n)."""

    doc: str
    article: EncodedArticle
    tags: NDArray[np.int64]
    entities: NDArray[np.int64]
    opening: NDArray[np.int64]
    opening_weight: NDArray[np.float32]
    predicates: tuple[Predicate, ...]
    mentions: tuple[Mention, ...]


def build_example(
    gold: GoldArticle,
    tokenizer: PreTrainedTokenizerFast,
    silver: Mapping[str, Any] | None = None,
    *,
    inner_weight: float = 0.25,
) -> Example:
    """Targets of one article.

    Args:
        gold: the article.
        tokenizer: of the encoder that is trained.
        silver: automatic named entities (``ner``) and coreference chains (``coref``) if any.
        inner_weight: weight of "no claim opens here" for words inside a claim's content, in
            corpora that do not annotate claims inside claims.
    """
    article = encode_article(segment(gold.text), tokenizer)
    labeller = Labeller(gold, article)
    entities = labeller.entities(silver)
    tags, opening, weight = labeller.tags(inner_weight)
    return Example(
        doc=gold.doc,
        article=article,
        tags=tags,
        entities=entities,
        opening=opening,
        opening_weight=weight,
        predicates=tuple(labeller.predicates()),
        mentions=tuple(labeller.mentions(silver)),
    )


class Labeller:
    """The targets of one article, each from the same gold claims."""

    def __init__(self, gold: GoldArticle, article: EncodedArticle) -> None:
        self.gold = gold
        self.article = article
        self.document = article.document
        self.sources = {source.id: source for source in gold.sources}
        self.claims = [
            claim for claim in gold.claims if not claim.partial and self.ranges(claim.content)
        ]

    def ranges(self, spans: Iterable[Span]) -> list[Range]:
        found = (self.document.words_in(span) for span in spans)
        return [(words.start, words.stop - 1) for words in found if words]

    def opening_word(self, claim: GoldClaim) -> int:
        """The predicate: first word of the cue, or of the content of a claim without one."""
        cue = self.ranges(claim.cue)
        return cue[0][0] if cue else self.ranges(claim.content)[0][0]

    def tags(
        self, inner_weight: float
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
        size = len(self.article)
        tags = np.zeros((size, len(TAG_LAYERS)), dtype=np.int64)
        opening = np.zeros(size, dtype=np.int64)
        weight = np.ones(size, dtype=np.float32)
        # Longest content last: the flat layer keeps the outer claim whole.
        for claim in sorted(self.claims, key=lambda claim: sum(map(len, claim.content))):
            for layer, spans in enumerate((claim.source_mention, claim.cue, claim.content)):
                for piece, (first, last) in enumerate(self.ranges(spans)):
                    tags[first : last + 1, layer] = 2
                    tags[first, layer] = 2 if layer == 1 and piece else 1
            if not self.gold.nested:
                for first, last in self.ranges(claim.content):
                    weight[first : last + 1] = inner_weight
        tags[:, TAG_LAYERS.index("role")] = self.roles()
        tags[:, TAG_LAYERS.index("justification")] = self.justifications()
        for claim in self.claims:
            opening[self.opening_word(claim)] = 1 if claim.cue else 2
        weight[opening > 0] = 1.0
        for claim in self.gold.claims:
            if claim.partial:
                self._forget(claim, tags, weight)
        return tags, opening, weight

    def roles(self) -> NDArray[np.int64]:
        """BIO labels (n) of the words that state the sources' roles; unknown without sources."""
        if not self.gold.resolved:
            return np.full(len(self.article), IGNORE)
        labels = np.zeros(len(self.article), dtype=np.int64)
        for source in self.gold.sources:
            for first, last in self.role_ranges(source):
                labels[first : last + 1] = 2
                labels[first] = 1
        return labels

    def role_ranges(self, source: GoldSource) -> list[Range]:
        """Where the article states a source's role."""
        text = self.document.text
        named = [
            item
            for claim in self.claims
            if claim.source == source.id
            for item in self.ranges(claim.source_mention)
        ]
        words = [word.of(text) for word in self.document.words]
        return role_ranges(words, named + self.name_ranges(source.name), source.role)

    def justifications(self) -> NDArray[np.int64]:
        """BIO labels (n) of the words that say why a source can know; unknown where unlabelled."""
        spans = [source.justification for source in self.gold.sources]
        if all(part is None for part in spans):
            return np.full(len(self.article), IGNORE)
        labels = np.zeros(len(self.article), dtype=np.int64)
        for first, last in self.ranges(span for part in spans for span in part or ()):
            labels[first : last + 1] = 2
            labels[first] = 1
        return labels

    def _forget(
        self, claim: GoldClaim, tags: NDArray[np.int64], weight: NDArray[np.float32]
    ) -> None:
        """Learn nothing about what opens a claim in the sentence of one without tagged cue."""
        at = claim.content[0].start
        sentence = self.document.sentences[self.document.index_of(self.document.sentences, at)]
        words = self.document.words_in(sentence)
        weight[words.start : words.stop] = 0.0
        untagged = tags[words.start : words.stop] == 0
        tags[words.start : words.stop][untagged] = IGNORE

    def predicates(self) -> Iterable[Predicate]:
        taken = set()
        for claim in self.claims:
            word = self.opening_word(claim)
            if word in taken:
                continue
            taken.add(word)
            roles = [
                (role, first, last)
                for role, spans in (
                    ("source", claim.source_mention),
                    ("content", claim.content),
                    ("cue", claim.cue),
                )
                for first, last in self.ranges(spans)
            ]
            source = self.sources.get(claim.source or "")
            mention = self.ranges(claim.source_mention)
            yield Predicate(
                word=word,
                uncued=not claim.cue,
                roles=tuple(roles),
                via=self.via_ranges(claim),
                kind=KINDS.index(claim.kind) if claim.kind else IGNORE,
                speech=SPEECHES.index(claim.speech) if claim.speech else IGNORE,
                source_type=SOURCE_TYPES.index(source.type) if source else IGNORE,
                mention=mention[0] if mention else None,
            )

    def via_ranges(self, claim: GoldClaim) -> tuple[Range, ...] | None:
        """Tagged words of the intermediaries, else the nearest words that name them.

        None when an intermediary is known but stands nowhere near.
        """
        if claim.via is None:
            return None
        found: list[Range] = []
        for identifier in claim.via:
            tagged = self.ranges(claim.via_mentions.get(identifier, ()))
            if not tagged:
                tagged = self._nearest(identifier, self.opening_word(claim))
            if not tagged:
                return None
            found.extend(tagged)
        return tuple(found)

    def _nearest(self, identifier: str, word: int) -> list[Range]:
        same = [
            words
            for claim in self.claims
            if claim.source == identifier
            for words in self.ranges(claim.source_mention)
        ]
        candidates = same + self.name_ranges(self.sources[identifier].name)
        near = [item for item in candidates if abs(item[0] - word) <= _NEAR_WORDS]
        return [min(near, key=lambda item: abs(item[0] - word))] if near else []

    def name_ranges(self, name: str) -> list[Range]:
        """Where the article has this name, letter for letter, determiners aside."""
        words = name.split()
        while len(words) > 1 and words[0].lower() in _DETERMINERS:
            words = words[1:]
        pattern = r"(?<!\w)" + r"\s+".join(map(_spelling, words)) + r"(?!\w)"
        return self.ranges(Span(*match.span()) for match in re.finditer(pattern, self.gold.text))

    def entities(self, silver: Mapping[str, Any] | None) -> NDArray[np.int64]:
        size = len(self.article)
        if silver is None:
            return self._entities_from_names()
        labels = np.zeros(size, dtype=np.int64)
        for start, end, kind in silver["ner"]:
            name = kind if kind in ("PERSON", "ORGANIZATION") else "OTHER"
            if kind not in ("PERSON", "ORGANIZATION", "LOCATION", "MISC"):
                continue
            for first, last in self.ranges([Span(start, end)]):
                labels[first : last + 1] = ENTITY_LABELS.index(f"I-{name}")
                labels[first] = ENTITY_LABELS.index(f"B-{name}")
        return labels

    def _entities_from_names(self) -> NDArray[np.int64]:
        """Names of the gold sources; capitalised words that may be other names stay unknown."""
        labels = np.where(self.article.features[:, 0] >= 4, IGNORE, 0)
        kinds = {
            "named_person": "PERSON",
            "named_organization": "ORGANIZATION",
            "media_outlet": "ORGANIZATION",
        }
        for source in self.gold.sources:
            if source.type in kinds:
                for first, last in self.name_ranges(source.name):
                    labels[first : last + 1] = ENTITY_LABELS.index(f"I-{kinds[source.type]}")
                    labels[first] = ENTITY_LABELS.index(f"B-{kinds[source.type]}")
        return labels

    def mentions(self, silver: Mapping[str, Any] | None) -> list[Mention]:
        """Source and via mentions, uncued claims, and the named entities that introduce them."""
        found: dict[Range, Mention] = {}
        chain_of = _chains(silver, self) if silver and not self.gold.resolved else {}
        for claim in self.claims:
            cluster = claim.source
            words = self.ranges(claim.source_mention)[:1]
            if cluster is None and words:
                cluster = next((chain_of[w] for w in _ends(words[0]) if w in chain_of), None)
            if not words:
                opening = self.opening_word(claim)
                words = [(opening, opening)]
            if cluster is not None:
                found.setdefault(words[0], Mention(*words[0], cluster))
            for identifier, spans in claim.via_mentions.items():
                for item in self.ranges(spans):
                    found.setdefault(item, Mention(*item, identifier))
        for item, cluster in self._named(silver, chain_of):
            if item not in found:
                found[item] = Mention(*item, cluster, anaphor=False)
        return sorted(found.values(), key=lambda mention: (mention.first, mention.last))

    def _named(
        self, silver: Mapping[str, Any] | None, chain_of: Mapping[int, str]
    ) -> Iterable[tuple[Range, str]]:
        names: dict[str, str] = {}
        for source in self.gold.sources:
            if source.type == "named_person":
                names.setdefault(source.name.split()[-1], source.id)
            for item in self.name_ranges(source.name):
                yield item, source.id
        for start, end, kind in silver["ner"] if silver else ():
            if kind not in ("PERSON", "ORGANIZATION"):
                continue
            text = self.gold.text[start:end]
            for item in self.ranges([Span(start, end)]):
                chain = next((chain_of[word] for word in _ends(item) if word in chain_of), None)
                yield item, chain or names.get(text.split()[-1], f"name:{text}")


def _spelling(word: str) -> str:
    """A pattern for the word with straight or curly quotation marks."""
    escaped = re.escape(word)
    for marks in ("'‘’", '"“”'):
        escaped = re.sub(f"[{marks}]", f"[{marks}]", escaped)
    return escaped


def _ends(words: Range) -> Sequence[int]:
    """The last word first: heads of English names and titles stand there."""
    return range(words[1], words[0] - 1, -1)


def _chains(silver: Mapping[str, Any], labeller: Labeller) -> dict[int, str]:
    """Silver coreference chain by word, for mentions of at most eight words."""
    chain_of: dict[int, str] = {}
    for number, chain in enumerate(silver["coref"]):
        for start, end, *_ in sorted(chain, key=lambda item: item[0] - item[1]):
            for first, last in labeller.ranges([Span(start, end)]):
                if last - first < 8:
                    for word in range(first, last + 1):
                        chain_of[word] = f"chain:{number}"
    return chain_of
