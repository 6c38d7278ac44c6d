"""From a baseline's bare claims to a report: sources by surname and last mention, chains by rule.

An outlet that the claim's sentence names behind a word such as "told" or "with" passed it on, if
it is not the one that prints the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from attribution.publisher import same_outlet
from attribution.segment import Document, speech_of
from attribution.types import (
    Claim,
    Kind,
    ModelInfo,
    Report,
    Sentence,
    Source,
    SourceType,
    Span,
    Status,
    Transparency,
)

__all__ = ["VERB_KINDS", "Found", "build_report", "kind_of"]

_VERBS: dict[Kind, str] = {
    "statement": (
        "acknowledge add admit advise affirm agree allege announce answer argue ask assert assure "
        "boast call caution charge cite claim comment complain conclude confirm contend continue "
        "counter declare deny describe disclose emphasize estimate explain indicate inform insist "
        "joke lament maintain mention note object observe offer pledge point predict promise "
        "propose protest quip read recall recommend remark repeat reply report respond reveal say "
        "show state stress suggest swear tell testify tweet urge vow warn write"
    ),
    "belief": "assume believe consider doubt expect feel guess imagine know suspect think",
    "intention": "aim hope intend plan seek want",
    "attitude": "fear favor favour prefer support welcome wish worry",
    "decision": "decide order rule vote",
    "perception": "discover find hear learn realize see",
}
VERB_KINDS: dict[str, Kind] = {
    verb: kind for kind, verbs in _VERBS.items() for verb in verbs.split()
}

_PERSON = frozenset(("he", "she", "him", "her"))
_OTHER = frozenset(("they", "it", "we", "them", "who", "which", "that"))
_AUTHOR = frozenset(("i",))
_NAMED: dict[str, SourceType] = {
    "PERSON": "named_person",
    "ORG": "named_organization",
    "GPE": "named_organization",
    "NORP": "unnamed_group",
}
#: Words that names of outlets are made of. No outlet is known by name.
_OUTLET = re.compile(
    r"\b(?:times|post|news|newspaper|newswire|press|journal|tribune|herald|gazette|magazine|weekly"
    r"|radio|tv|television|broadcasting|telegraph|chronicle)\b",
    re.IGNORECASE,
)
_DOCUMENT = frozenset(
    ("report", "poll", "survey", "study", "statement", "letter", "email", "document", "law")
)
_RELAYS = frozenset(("tell", "to", "with", "on", "by", "in"))
_NOBODY = Source("s0", "unspecified", "unspecified")


@dataclass(frozen=True, slots=True)
class Found:
    """A claim as a baseline finds it; ``same_as`` is the claim whose source it continues."""

    content: tuple[Span, ...]
    cue: Span | None
    mention: Span | None
    kind: Kind
    same_as: Found | None = None


def kind_of(lemma: str) -> Kind:
    """The kind of claim a verb makes; statement for a verb that is not listed."""
    return VERB_KINDS.get(lemma, "statement")


def build_report(
    document: Document, doc: Any, claims: Iterable[Found], *, model: str, publisher: str | None
) -> Report:
    """Number and resolve claims.

    Args:
        document: the article.
        doc: spaCy's parse of its text.
        claims: what was found in it.
        model: what the baseline is called.
        publisher: the outlet that prints the article, None when nobody says.
    """
    register = _Register(doc, publisher)
    made = [
        _claim(f"c{number}", claim, register, document)
        for number, claim in enumerate(claims, start=1)
    ]
    return Report(
        text=document.text,
        title=None,
        publisher=publisher,
        sentences=tuple(_sentence(span, made) for span in document.sentences),
        sources=register.sources(),
        claims=tuple(made),
        transparency=Transparency(0.0),
        model=ModelInfo(model, "1"),
    )


def _claim(name: str, claim: Found, register: _Register, document: Document) -> Claim:
    source = register.resolve((claim.same_as or claim).mention)
    relays = (register.resolve(outlet, speaks=False) for outlet in register.outlets(claim))
    via = tuple(dict.fromkeys(relay for relay in relays if relay != source))
    return Claim(
        id=name,
        content=claim.content,
        cue=claim.cue,
        source_mention=claim.mention,
        source=source,
        speech=speech_of(document, claim.content),
        kind=claim.kind,
        chain=(*via, source),
        confidence=1.0,
    )


def _sentence(span: Span, claims: Sequence[Claim]) -> Sentence:
    inside = [claim for claim in claims if any(piece.overlaps(span) for piece in claim.content)]
    forms = {claim.speech for claim in inside if claim.kind == "statement"}
    status: Status = "none" if not forms else forms.pop() if len(forms) == 1 else "mixed"
    return Sentence(span, status, tuple(claim.id for claim in inside))


@dataclass
class _Entry:
    id: str
    name: str
    type: SourceType
    role: str
    mentions: list[Span] = field(default_factory=list)


class _Register:
    """The sources of one article, as mentions come by."""

    def __init__(self, doc: Any, publisher: str | None) -> None:
        self._doc = doc
        self._publisher = publisher
        self._people = [entity.text for entity in doc.ents if entity.label_ == "PERSON"]
        self._entries: dict[str, _Entry] = {}
        self._by_mention: dict[Span, str] = {}
        self._last: dict[bool, str] = {}

    def resolve(self, mention: Span | None, *, speaks: bool = True) -> str:
        """The id of the source a mention names; a new source unless an old one fits.

        A pronoun that follows means the last one that spoke, not one that passed a claim on.
        """
        if mention is None:
            return _NOBODY.id
        if mention not in self._by_mention:
            entry = self._entry(mention)
            entry.mentions.append(mention)
            self._by_mention[mention] = entry.id
            if speaks:
                self._last[entry.type in ("named_person", "unnamed_person")] = entry.id
        return self._by_mention[mention]

    def outlets(self, claim: Found) -> list[Span]:
        """The outlets that passed a claim on, by the words of its sentence outside the claim."""
        if claim.cue is None:
            return []
        cue = self._doc.char_span(claim.cue.start, claim.cue.end, alignment_mode="expand")
        found = []
        for entity in cue.sent.ents:
            first = entity.start - (entity.start > 0 and self._doc[entity.start - 1].pos_ == "DET")
            before = self._doc[first - 1].lemma_.casefold() if first > 0 else ""
            place = Span(entity.start_char, entity.end_char)
            own = (*claim.content, *([claim.mention] if claim.mention else []))
            outside = not any(part.overlaps(place) for part in own)
            relays = outside and before in _RELAYS and _OUTLET.search(entity.text)
            if relays and not same_outlet(entity.text, self._publisher or ""):
                found.append(place)
        return found

    def sources(self) -> tuple[Source, ...]:
        """Every source met, and the one that stands for nobody."""
        made = [
            Source(
                entry.id, entry.name, entry.type, entry.role, mentions=tuple(sorted(entry.mentions))
            )
            for entry in self._entries.values()
        ]
        return (_NOBODY, *made)

    def _entry(self, mention: Span) -> _Entry:
        words = mention.of(self._doc.text)
        word = words.casefold()
        if word in _PERSON | _OTHER and (word in _PERSON) in self._last:
            last = self._last[word in _PERSON]
            return next(entry for entry in self._entries.values() if entry.id == last)
        if word in _AUTHOR:
            return self._known("author", "the author", "author", "")
        span = self._doc.char_span(mention.start, mention.end, alignment_mode="expand")
        for entity in span.ents:
            if entity.label_ in _NAMED and entity.start <= span.root.i < entity.end:
                return self._named(entity, span)
        return self._described(words, span)

    def _named(self, entity: Any, span: Any) -> _Entry:
        kind, name = _NAMED[entity.label_], entity.text
        if kind == "named_person":
            name = re.sub(r"['’]s$", "", name)
            last = name.split()[-1]
            name = max(
                (full for full in self._people if full.split()[-1] == last), key=len, default=name
            )
        elif kind == "named_organization" and _OUTLET.search(name):
            kind = "media_outlet"
        after = span.doc[entity.end : span.end].text.strip(" ,")
        return self._known(name.casefold(), name, kind, after)

    def _described(self, words: str, span: Any) -> _Entry:
        head = span.root
        key = head.lemma_.casefold()
        if words.casefold().startswith("the "):
            for entry in reversed(self._entries.values()):
                if key in f"{entry.role} {entry.name}".casefold().split():
                    return entry
        kind: SourceType = "unnamed_person"
        if key in _DOCUMENT:
            kind = "document"
        elif "Number=Plur" in head.morph:
            kind = "unnamed_group"
        return self._known(words.casefold(), words, kind, "")

    def _known(self, key: str, name: str, kind: SourceType, role: str) -> _Entry:
        if key not in self._entries:
            self._entries[key] = _Entry(f"s{len(self._entries) + 1}", name, kind, role)
        return self._entries[key]
