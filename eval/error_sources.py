"""Classes of differences about sources and chains: mention, identity, description, intermediaries.

Mentions are judged on fully tagged claims found, the rest on all claims found in articles whose
sources are labelled. Name, type, role and anonymity are judged where the source is the right one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from attribution.types import Source
from attribution.wordclasses import DETERMINERS, PRONOUNS, TITLES
from eval.alignment import Pair, entity_of
from eval.error_edges import mention_words
from eval.error_layout import Difference, Laid, Parts
from eval.names import content_tokens, name_tokens, names_match
from training.readers.gold import GoldSource

__all__ = ["Sources", "source_differences"]

_RELATIVES = frozenset(("who", "whom", "whose", "which", "that"))
_NAMELESS = ("author", "unspecified")
_BY_TYPE = {
    "named_person": "person",
    "named_organization": "organisation, outlet",
    "media_outlet": "organisation, outlet",
}


@dataclass(frozen=True)
class Sources:
    """The sources of a report laid over its gold article."""

    laid: Laid

    @cached_property
    def gold(self) -> dict[str, GoldSource]:
        """The labelled sources by id."""
        return {source.id: source for source in self.laid.alignment.article.sources}

    @cached_property
    def entities(self) -> dict[str, str]:
        """Gold entity by the id of a labelled source."""
        return {name: entity_of(source) for name, source in self.gold.items()}

    @cached_property
    def resolved(self) -> tuple[Pair, ...]:
        """The found claims with a labelled source, in text order."""
        pairs = (pair for pair in self.laid.alignment.found if pair.gold.source in self.gold)
        return tuple(sorted(pairs, key=lambda pair: pair.gold.content[0].start))

    def chain(self, pair: Pair) -> list[str | None]:
        """The predicted chain in gold entities; None for a source that is no gold source."""
        return [self.laid.alignment.sources.get(name) for name in pair.predicted.chain]

    def wanted(self, pair: Pair) -> list[str]:
        """The gold chain, in entities."""
        return [self.entities[name] for name in (*(pair.gold.via or ()), pair.gold.source or "")]

    def is_right(self, pair: Pair) -> bool | None:
        """Whether the claim's source is the gold one; None when no source is labelled."""
        if pair.gold.source not in self.gold:
            return None
        return self.chain(pair)[-1] == self.entities[pair.gold.source]


def source_differences(laid: Laid) -> Iterator[Difference]:
    """Everything wrong about the sources of the claims found, chains aside."""
    sources = Sources(laid)
    lost = set()
    for pair in laid.alignment.pairs:
        if mention := _mention(sources, pair):
            if mention.weight == "claim":
                lost.add(pair.gold.id)
            yield mention
    for pair in sources.resolved:
        if sources.is_right(pair):
            yield from _description(sources, pair)
        elif pair.gold.id in lost:
            yield _about(sources, pair, "source: its mention is wrong", "source", "follows")
        else:
            name = f"source: {_wrong_source(sources, pair)}"
            yield _about(sources, pair, name, "source", "claim")


def _about(sources: Sources, pair: Pair, name: str, facet: str, weight: str) -> Difference:
    gold, predicted = _parts(sources, pair)
    places = sources.laid.places(predicted.mention or gold.mention or gold.content)
    return Difference(name, facet, weight, gold.id, predicted.id, places)


def _parts(sources: Sources, pair: Pair) -> tuple[Parts, Parts]:
    return sources.laid.gold[pair.gold.id], sources.laid.predicted[pair.predicted.id]


def _mention(sources: Sources, pair: Pair) -> Difference | None:
    """What is wrong with the source mention, None when it is right."""
    page = sources.laid.page
    gold, predicted = _parts(sources, pair)
    missing, added = gold.mention - predicted.mention, predicted.mention - gold.mention
    places = sources.laid.places(missing | added)
    if not missing and not added:
        return None
    if gold.mention & predicted.mention:
        if missing and added:
            name = "mention shifted: words lost and added"
        elif missing:
            kept = gold.mention & predicted.mention
            name = f"mention cut short: {mention_words(page, missing, kept)}"
        else:
            name = f"mention too long: {mention_words(page, added, gold.mention)}"
        return Difference(name, "mention", "edge", gold.id, predicted.id, places)
    if not predicted.mention:
        how = f"not found: {_place(gold.mention, predicted) or _form(sources, pair, gold)}"
    elif not gold.mention:
        how = f"given to a claim without one: {_place(predicted.mention, gold) or 'other words'}"
    else:
        how = f"wrong: {_wrong_mention(sources, gold, predicted)}"
    weight = "rest" if sources.is_right(pair) else "claim"
    return Difference(f"mention {how}", "mention", weight, gold.id, predicted.id, places)


def _place(mention: frozenset[int], other: Parts) -> str | None:
    """The role that most words of one side's mention have on the other side."""
    for role, words in (("content", other.content), ("cue", other.cue)):
        if 2 * len(mention & words) >= len(mention):
            return f"words of the {role}"
    return None


def _wrong_mention(sources: Sources, gold: Parts, predicted: Parts) -> str:
    page = sources.laid.page
    if gold.mention & predicted.cue and gold.cue & predicted.mention:
        return "exchanged with the cue"
    if place := _place(predicted.mention, gold):
        return place
    mine, theirs = page.tokens_of(predicted.mention), page.tokens_of(gold.mention)
    if set(mine) <= _RELATIVES or set(theirs) <= _RELATIVES:
        return "relative pronoun and antecedent"
    if any(predicted.mention & one.mention for one in sources.laid.full if one is not gold):
        return "mention of another claim"
    return "other words"


def _form(sources: Sources, pair: Pair, parts: Parts) -> str:
    """How a mention names its source."""
    if not parts.mention:
        return "no mention"
    page = sources.laid.page
    words = [word for word in sorted(parts.mention) if page.tokens[word] not in TITLES | {"s"}]
    tokens = [page.tokens[word] for word in words]
    if all(token in PRONOUNS for token in tokens):
        return "pronoun"
    source = sources.gold.get(pair.gold.source or "")
    if source and source.type == "unnamed_group":
        return "group"
    words = [word for word in words if page.tokens[word] not in DETERMINERS]
    capitals = [word for word in words if page.text[page.spans[word].start].isupper()]
    if not capitals or (words[0] == capitals[0] and len(capitals) == 1 and len(words) > 1):
        return "description"
    return "one name" if len(words) == 1 else "longer name"


def _wrong_source(sources: Sources, pair: Pair) -> str:
    """How the claim came to another source."""
    wanted, chain = sources.wanted(pair), sources.chain(pair)
    origin, mine = wanted[-1], chain[-1]
    if len(chain) > 1 and set(wanted) == set(chain):
        return "swapped with an intermediary"
    if mine in wanted[:-1]:
        return "an intermediary taken for the origin"
    if origin in chain[:-1]:
        return "the origin taken for an intermediary"
    form = _form(sources, pair, _parts(sources, pair)[1])
    if mine is None:
        return f"one source split, {form}"
    if origin not in sources.laid.alignment.sources.values():
        return f"two sources merged, {form}"
    return f"wrong antecedent, {form}"


def _description(sources: Sources, pair: Pair) -> Iterator[Difference]:
    """Name, type, role and anonymity of the right source."""
    predicted = sources.laid.alignment.report.source(pair.predicted.source)
    gold = sources.gold[pair.gold.source or ""]
    if gold.type not in _NAMELESS and not names_match(predicted, gold):
        label = f"{_compared(predicted.name, gold.name)}, {_BY_TYPE.get(gold.type, 'description')}"
        yield _about(sources, pair, f"name: {label}", "name", "rest")
    if predicted.type != gold.type:
        yield _about(sources, pair, f"type: {predicted.type} for {gold.type}", "type", "rest")
    if content_tokens(predicted.role) != content_tokens(gold.role):
        label = _role(predicted, gold, sources.laid.page.text)
        yield _about(sources, pair, f"role: {label}", "role", "rest")
    if predicted.anonymity_granted != gold.anonymity_granted:
        label = "missed" if gold.anonymity_granted else "spurious"
        yield _about(sources, pair, f"anonymity: {label}", "anonymity", "rest")


def _compared(mine: str, theirs: str) -> str:
    left, right = set(name_tokens(mine)), set(name_tokens(theirs))
    if left <= PRONOUNS.keys():
        return "pronoun or nothing"
    left, right = set(content_tokens(mine)), set(content_tokens(theirs))
    if left == right:
        return "same words"
    if left < right:
        return "incomplete"
    if left > right:
        return "words too many"
    return "partly other words" if left & right else "other words"


def _role(predicted: Source, gold: GoldSource, text: str) -> str:
    left, right = content_tokens(predicted.role), content_tokens(gold.role)
    if not right:
        return "spurious"
    if left & right:
        if left <= right:
            return "cut short"
        return "too long" if right <= left else "partly other words"
    how = "other words" if left else "missing"
    if right <= content_tokens(gold.name):
        return f"{how}, words of the name itself"
    return f"{how}, {'' if gold.role in text else 'not '}word for word in the text"
