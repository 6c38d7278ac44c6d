"""Reader of corrected brat files, in the form that ``attribution score --format brat`` writes.

What stands for what: docs/formats.md. Files of PolNeAR's own layout, without entities for sources,
give spans only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from attribution.segment import segment
from attribution.types import KINDS, SOURCE_TYPES, SPEECHES, Kind, SourceType, Span, Speech
from training.readers.gold import GoldArticle, GoldClaim, GoldSource
from training.readers.polnear import read_publishers
from training.readers.standoff import StandOff, Words, claims_of, parse_standoff

__all__ = ["parse_brat", "read_brat"]

_STEP = re.compile(r"Via(\d*)")
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|(.))")
_BAR = re.compile(r"(?<!\\)((?:\\\\)*)\|")
_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"

_Label = TypeVar("_Label", Kind, SourceType, Speech)


def read_brat(folder: str | Path) -> list[GoldArticle]:
    """Every ``.txt`` file of a folder that has an ``.ann`` file of its name, by file name.

    Publishers come from a ``metadata.tsv`` in the folder, if there is one, with PolNeAR's columns
    ``filename`` (without suffix) and ``publisher``.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: an annotation file is not of this form; the message names it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"no folder of brat files at {folder}")
    publishers = read_publishers(folder / "metadata.tsv")
    articles = []
    for path in sorted(folder.glob("*.txt")):
        annotations = path.with_suffix(".ann")
        if not annotations.exists():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
        try:
            article = parse_brat(text, annotations.read_text(encoding="utf-8"), doc=path.stem)
        except ValueError as error:
            raise ValueError(f"{annotations}: {error}") from error
        articles.append(replace(article, publisher=publishers.get(path.stem, "")))
    return articles


def parse_brat(text: str, annotations: str, *, doc: str) -> GoldArticle:
    """One article with what its annotation file says.

    Fragments with nothing but line ends between them are one piece again. Ids are brat's: claims
    are named by their event, sources by the entity that stands for them. A claim without ``Kind``
    is a statement; one without ``Speech`` has the form that its quotation marks show; one without
    ``Origin`` has no label for source and intermediaries. A source without note is called by its
    words, an ``author`` or ``unspecified`` one by its type.

    Args:
        text: the article.
        annotations: what the annotation file holds.
        doc: the article's name.

    Raises:
        ValueError: the file is not of this form.
    """
    found = parse_standoff(annotations)
    for key, words in found.words.items():
        if not all(0 <= piece.start < piece.end <= len(text) for piece in words.pieces):
            raise ValueError(f"{key} is no stretch of the text")
    found.words = {key: _rejoined(words, text) for key, words in found.words.items()}
    sources = tuple(_sources(found, text))
    # Our files have an entity for every source of a claim; claims with none at all are PolNeAR's.
    resolved = bool(sources) or not found.events
    claims = claims_of(segment(text), found)
    if resolved:
        claims = _resolved(claims, found, {source.id for source in sources})
    return GoldArticle(
        doc=doc,
        text=text,
        claims=tuple(sorted(claims, key=lambda claim: claim.content[0].start)),
        sources=sources,
        resolved=resolved,
        nested=resolved,
    )


def _rejoined(words: Words, text: str) -> Words:
    pieces: list[Span] = []
    for piece in words.pieces:
        if pieces and pieces[-1].end < piece.start:
            between = text[pieces[-1].end : piece.start]
            if not between.strip(_LINE_ENDS):
                pieces[-1] = Span(pieces[-1].start, piece.end)
                continue
        pieces.append(piece)
    return replace(words, pieces=tuple(pieces))


def _sources(found: StandOff, text: str) -> Iterator[GoldSource]:
    reasons: dict[str, list[Span]] = {}
    for relation, reason, source in found.relations:
        if relation == "Justifies" and reason in found.words:
            reasons.setdefault(source, []).extend(found.words[reason].pieces)
    for key, words in sorted(found.words.items(), key=lambda item: int(item[0][1:])):
        if words.type not in SOURCE_TYPES:
            continue
        type_ = words.type
        spelled = " ".join(piece.of(text) for piece in words.pieces)
        called = type_ if type_ in ("author", "unspecified") else spelled
        name, role = _read_note(found.notes[key]) if key in found.notes else (called, "")
        yield GoldSource(
            id=key,
            name=name,
            type=type_,
            role=role,
            anonymity_granted=(key, "Anonymity_granted") in found.attributes,
            justification=tuple(sorted(reasons.get(key, ()))),
        )


def _read_note(note: str) -> tuple[str, str]:
    """Name and role. The bar between them is one that no backslash stands before."""
    bar = _BAR.search(note)
    parts = (note[: bar.end() - 1], note[bar.end() :]) if bar else (note, "")
    name, role = (_ESCAPE.sub(_unescaped, part.strip()) for part in parts)
    return name, role


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else found[2]


def _resolved(
    claims: Iterable[GoldClaim], found: StandOff, sources: set[str]
) -> Iterator[GoldClaim]:
    origins: dict[str, str] = {}
    steps: dict[str, dict[int, str]] = {}
    for type_, event, source in found.relations:
        step = _STEP.fullmatch(type_)
        if type_ != "Origin" and not step:
            continue
        if source not in sources:
            raise ValueError(f"{type_} of {event} is {source}, which is no source")
        if type_ == "Origin" and origins.setdefault(event, source) != source:
            raise ValueError(f"{event} has two origins, {origins[event]} and {source}")
        if step and steps.setdefault(event, {}).setdefault(int(step[1] or 1), source) != source:
            raise ValueError(f"{event} has two sources as {type_}")
    for claim in claims:
        via = tuple(source for _, source in sorted(steps.get(claim.id, {}).items()))
        origin = origins.get(claim.id)
        if len({origin, *via}) <= len(via):
            raise ValueError(f"{claim.id} comes through one source twice")
        kind = found.attributes.get((claim.id, "Kind"), "statement")
        speech = found.attributes.get((claim.id, "Speech"), claim.speech)
        yield replace(
            claim,
            source=origin,
            via=None if origin is None else via,
            kind=_checked(kind, KINDS, claim.id),
            speech=_checked(speech, SPEECHES, claim.id),
        )


def _checked(label: str | None, known: tuple[_Label, ...], event: str) -> _Label:
    for name in known:
        if name == label:
            return name
    raise ValueError(f"{event} is {label!r}, which is none of {', '.join(known)}")
