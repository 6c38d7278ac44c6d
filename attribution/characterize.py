"""Stage 4d: what a resolved source is - its type, and whether anonymity was granted to it.

Both are small classifiers: over the encoder's type scores of the source's mentions (type), and
over the words around them (anonymity, which papers explain in the same sentence or the next).
Anonymity also needs words that state it (:func:`states_anonymity`), and a source that a claim
calls by a person's full name is no nameless person.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from attribution.features import EncodedArticle
from attribution.mentions import FORMS, Mention, MentionTable, head_name, own_names
from attribution.nameless import introducing
from attribution.resolve import Cluster
from attribution.tabular import Classifier
from attribution.types import SOURCE_TYPES
from attribution.wordclasses import INDEFINITE, POSSESSIVE

__all__ = [
    "ANONYMITY_SIZE",
    "anonymity_features",
    "is_part",
    "source_types",
    "states_anonymity",
    "type_features",
]

Floats = NDArray[np.float32]

ANONYMITY_SIZE = 1 << 15
_NAMED, _UNNAMED = map(SOURCE_TYPES.index, ("named_person", "unnamed_person"))
_NAMELESS = frozenset(map(SOURCE_TYPES.index, ("unnamed_person", "unnamed_group")))
_NOBODY = tuple(map(SOURCE_TYPES.index, ("author", "unspecified")))
#: Words behind a mention that count as its own, and most words in a sequence.
_BEHIND, _LONGEST = 12, 3
_NOT = (
    r"(?:not|\w+n't|nor|neither|never|no|cannot|without|unless|only if|declin\w+|refus\w+"
    r"|protect\w*|withh\w+|suppress\w+|disguis\w+)"
)
_KEPT = (
    r"(?:withh\w+|suppressed|changed|out|not|private|quiet|secret|protect\w*|covered|blacked"
    r"|without)"
)
#: How papers say that a source asked for anonymity or has it, in :attr:`plain_words`: the word
#: itself; a name that is not given; a name that is kept back; the little that is given; who may
#: not speak.
_ANONYMITY = re.compile(
    r"\b(?:anonym\w+|nameless|pseudonyms?)\b"
    rf"|\b{_NOT}(?: \S+){{0,6}}? (?:names?|named|naming|identif\w+|identity)\b"
    rf"|\b(?:names?|identity|identities)(?: \S+){{0,6}}? {_KEPT}\b"
    r"|\bidentif\w+ (?:\S+ ){0,2}only\b|\bonly (?:\S+ ){0,2}(?:first name|initials?)\b"
    r"|\b(?:not|\w+n't|neither|nor)(?: \S+){0,2}? (?:authori[sz]ed|permitted|allowed|cleared)"
    r"(?: \S+){0,3}? (?:speak|talk|brief|discuss|comment|address)\b"
)
#: Naming somebody else, which says nothing of the own name: "refused to name the buyer", "the paper
#: did not identify him".
_NAMING = re.compile(
    r"\b(?:did|does|do|has|have|had|can|could|would|will|declin\w+|refus\w+|didn't|doesn't|don't"
    r"|hasn't|haven't|hadn't|can't|cannot|couldn't|wouldn't|won't)(?: not| never)?(?: to)?"
    r" (?:name|named|identify|identified)\b(?! (?:him|her|them)sel)"
)
#: What the naming is agreed on: "asked that we did not name her".
_TERMS = re.compile(r"\b(?:ask\w*|request\w*|agree\w*|conditions?|if|unless)\b")
#: "one of them", "two of the clerks", "the other": somebody of whom the text has just spoken.
_PARTS = re.compile(r"\w+ of (?:the|them|those|these)\b|the (?:other|first|second|third)\b")

_BACK = frozenset("the this that these those".split())


def source_types(table: MentionTable, clusters: Sequence[Cluster], scorer: Classifier) -> Floats:
    """Probabilities (clusters, 8) over SOURCE_TYPES; none for a nameless person who is named.

    Whom "the analyst, Lu Poe" names is a named person, however often "an analyst" came before.
    """
    if not clusters:
        return np.zeros((0, table.types.shape[1]), dtype=np.float32)
    types = scorer.probabilities(
        np.stack([type_features(table, cluster) for cluster in clusters])
    ).astype(np.float32)
    for row, cluster in enumerate(clusters):
        mentions = [table.mentions[member] for member in cluster.members]
        if any(_names_person(mention) or introducing(mention) for mention in mentions):
            types[row, _NAMED] += types[row, _UNNAMED]
            types[row, _UNNAMED] = 0.0
        elif _described_by_person(mentions) and types[row].argmax() == _NAMED:
            types[row, [_NAMED, *_NOBODY]] = 0.0
            types[row] /= max(types[row].sum(), np.finfo(np.float32).tiny)
    return types


def _described_by_person(mentions: Sequence[Mention]) -> bool:
    """True for a source that has no name of its own and stands by a person's ("Roe aides")."""
    persons = any(entity.type == "PERSON" for mention in mentions for entity in mention.names)
    # Words that are all capitals may be a name that was not found.
    called = any(
        own_names(mention) or (mention.form == "name" and not mention.names) for mention in mentions
    )
    return persons and not called


def _names_person(mention: Mention) -> bool:
    """True for the mention of a claim's source that begins with the full name of one person."""
    name = head_name(mention) if mention.role == "source" else None
    return (
        name is not None
        and name.type == "PERSON"
        and name.first == mention.first < name.last
        and mention.tokens[name.last - mention.first + 1 :][:1] not in (("and",), ("&",))
    )


def type_features(table: MentionTable, cluster: Cluster) -> Floats:
    """Pooled head probabilities, names and forms of a cluster's mentions.

    No states: the classifier is fitted on what models say of articles they were not trained on,
    and states of different models have nothing in common.
    """
    members = cluster.members
    mentions = [table.mentions[member] for member in members]
    claimed = [
        member for member in members if table.mentions[member].role in ("source", "zero")
    ] or members
    names = {entity.type for mention in mentions for entity in mention.names}
    forms = [sum(mention.form == form for mention in mentions) / len(mentions) for form in FORMS]
    extra = [
        float("PERSON" in names),
        float("ORGANIZATION" in names),
        float(any(mention.role == "via" for mention in mentions)),
        float(any(mention.role in ("source", "zero") for mention in mentions)),
        float(np.log1p(len(mentions))),
        *forms,
    ]
    types = table.types[claimed]
    return np.concatenate(
        [types.mean(0), types.max(0), table.types[members].mean(0), extra]
    ).astype(np.float32)


def anonymity_features(article: EncodedArticle, table: MentionTable, cluster: Cluster) -> Floats:
    """Which word sequences stand where a source is mentioned, hashed (ANONYMITY_SIZE of 0 and 1).

    Sequences of one to three words (Weinberger et al., "Feature hashing for large scale multitask
    learning", 2009), apart for three places: a mention and the words behind it, its sentence, the
    sentence after. Words and not states, so that one classifier serves every encoder.
    """
    words = article.plain_words
    found = np.zeros(ANONYMITY_SIZE, dtype=np.float32)
    mentions = [table.mentions[member] for member in cluster.members]
    for mention in mentions:
        if mention.tokens:
            near = words[mention.first : mention.last + 1 + _BEHIND]
            found[_hashed("mention", near)] = 1.0
    for sentence in {int(article.sentence[mention.first]) for mention in mentions}:
        edges = np.searchsorted(article.sentence, [sentence, sentence + 1, sentence + 2])
        own, following = (words[first:last] for first, last in pairwise(edges.tolist()))
        found[_hashed("sentence", own)] = 1.0
        found[_hashed("after", following)] = 1.0
    return found


def states_anonymity(article: EncodedArticle, table: MentionTable, cluster: Cluster) -> bool:
    """True when words near a source's mentions state that it asked for or was given anonymity.

    Near is a mention's sentence and the next, if that does not turn to somebody else; also the
    one before where the mention points back ("he", "the clerk", "one of them").
    """
    worded = [table.mentions[row] for row in cluster.members if table.mentions[row].tokens]
    turns = _turns(article, table, cluster)
    return any(
        _says_so(" ".join(article.plain_words[first:last]))
        for mention in worded
        for first, last in _near(article, mention, turns)
    )


def _says_so(sentence: str) -> bool:
    """Whether words state that somebody's own name is kept back."""
    own = sentence if _TERMS.search(sentence) else _NAMING.sub(" ", sentence)
    return _ANONYMITY.search(own) is not None


def _near(
    article: EncodedArticle, mention: Mention, turns: Collection[int]
) -> Iterator[tuple[int, int]]:
    """First and last (exclusive) word of each sentence near a mention, but for ``turns``."""
    here = int(article.sentence[mention.first])
    back = _points_back(mention)
    on = here + 1 not in turns
    edges = np.searchsorted(article.sentence, range(here - back, here + 2 + on))
    yield from pairwise(edges.tolist())


def is_part(mention: Mention) -> bool:
    """Whether a mention is of one of several of whom the text has just spoken."""
    return bool(_PARTS.match(" ".join(mention.tokens).lower()))


def _points_back(mention: Mention) -> bool:
    """Whether a mention is of somebody of whom the text has just spoken.

    "He", "the clerk", "one of them"; not "the board's clerk" or "its clerk", who may be new.
    """
    words = [token.lower() for token in mention.tokens]
    if mention.form == "pronoun" or is_part(mention):
        return True
    return mention.form == "definite" and words[0] in _BACK and not POSSESSIVE & set(words)


def _turns(article: EncodedArticle, table: MentionTable, cluster: Cluster) -> set[int]:
    """The sentences that tell of somebody else than the source, who may be granted anonymity.

    They have no mention of it, but open with "one", "another" or the like, or name a claim's
    nameless source. An outlet may well say why it does not name its own.
    """
    own = {int(article.sentence[table.mentions[row].first]) for row in cluster.members}
    others = {
        int(article.sentence[mention.first])
        for mention, types in zip(table.mentions, table.types, strict=True)
        if mention.role == "source" and mention.form != "pronoun" and types.argmax() in _NAMELESS
    }
    openings = np.unique(article.sentence, return_index=True)[1].tolist()
    words = article.plain_words
    anew = {
        int(article.sentence[at])
        for at in openings
        if words[at] in INDEFINITE or words[at].startswith("#")
    }
    return (others | anew) - own


def _hashed(place: str, words: Sequence[str]) -> list[int]:
    return [
        zlib.crc32(f"{place} {' '.join(words[start : start + size])}".encode("utf-8", "replace"))
        % ANONYMITY_SIZE
        for size in range(1, _LONGEST + 1)
        for start in range(len(words) - size + 1)
    ]
