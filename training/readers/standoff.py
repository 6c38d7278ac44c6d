"""brat stand-off (https://brat.nlplab.org/standoff.html): one annotation file as plain data."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from attribution.segment import Document, speech_of
from attribution.types import Span
from training.readers.gold import GoldClaim

__all__ = ["StandOff", "Words", "claims_of", "parse_standoff"]

_ROLE = re.compile(r"^(Source|Cue|Content)\d*:(T\d+)$")


@dataclass(frozen=True, slots=True)
class Words:
    """A text-bound annotation (``T``): its type and its fragments."""

    type: str
    pieces: tuple[Span, ...]


@dataclass
class StandOff:
    """The annotations of one file, in its order.

    ``words`` by id; ``events`` by id, with their trigger first and then their arguments, as
    ``Role:T1``; ``relations`` as (type, first argument, second argument); ``attributes`` by target
    and name, an empty string for one without value; ``notes`` by target.
    """

    words: dict[str, Words] = field(default_factory=dict)
    events: dict[str, tuple[str, ...]] = field(default_factory=dict)
    relations: list[tuple[str, str, str]] = field(default_factory=list)
    attributes: dict[tuple[str, str], str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def parse_standoff(raw: str) -> StandOff:
    """Read an annotation file. Lines of no known form are left out, as notes may run over lines.

    Raises:
        ValueError: A line has a known form, but not to its end.
    """
    found = StandOff()
    for line in raw.split("\n"):
        columns = line.rstrip("\r").split("\t")
        for pattern, read in _FORMS.items():
            if len(columns) > 1 and re.fullmatch(pattern, columns[0]):
                try:
                    read(found, *columns)
                except (IndexError, TypeError, ValueError) as error:
                    raise ValueError(f"not a line of brat stand-off: {line!r}") from error
    return found


def _words(found: StandOff, name: str, data: str, *_: str) -> None:
    type_, offsets = data.split(" ", 1)
    pieces = (Span(*map(int, piece.split())) for piece in offsets.split(";"))
    found.words[name] = Words(type_, tuple(pieces))


def _event(found: StandOff, name: str, data: str, *_: str) -> None:
    found.events[name] = tuple(data.split())


def _relation(found: StandOff, _name: str, data: str, *_: str) -> None:
    type_, first, second = data.split()
    found.relations.append((type_, first.split(":")[1], second.split(":")[1]))


def _attribute(found: StandOff, _name: str, data: str, *_: str) -> None:
    attribute, target, *value = data.split()
    found.attributes[target, attribute] = " ".join(value)


def _note(found: StandOff, _name: str, data: str, *text: str) -> None:
    kind, target = data.split()
    if kind == "AnnotatorNotes":
        found.notes[target] = "\t".join(text)


_FORMS: Mapping[str, Callable[..., None]] = {
    r"T\d+": _words,
    r"E\d+": _event,
    r"R\d+": _relation,
    r"A\d+": _attribute,
    r"#\d+": _note,
}


def claims_of(document: Document, found: StandOff) -> Iterator[GoldClaim]:
    """The claims that the events are, with spans alone; events without content are left out.

    Every fragment of a source, cue or content is a piece, in text order.
    """
    for name, arguments in found.events.items():
        roles: dict[str, list[Span]] = defaultdict(list)
        for argument in arguments:
            match = _ROLE.match(argument)
            if match and match[2] in found.words:
                roles[match[1]].extend(found.words[match[2]].pieces)
        content = tuple(sorted(roles["Content"]))
        if content:
            yield GoldClaim(
                id=name,
                content=content,
                cue=tuple(sorted(roles["Cue"])),
                source_mention=tuple(sorted(roles["Source"])),
                speech=speech_of(document, content),
            )
