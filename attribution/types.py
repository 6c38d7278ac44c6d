"""The data that leaves the library: a report and its parts.

All offsets are character offsets into ``Report.text``, end exclusive. Everything is frozen and
plain, so reports can be hashed, compared, pickled by users and written to JSON and back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from attribution.errors import ReportFormatError
from attribution.report_form import check_report_form

if TYPE_CHECKING:
    import networkx

__all__ = [
    "KINDS",
    "SCHEMA",
    "SOURCE_TYPES",
    "Claim",
    "Component",
    "Kind",
    "ModelInfo",
    "Notice",
    "Report",
    "Sentence",
    "Source",
    "SourceType",
    "Span",
    "Speech",
    "Status",
    "Transparency",
]

SCHEMA = "attribution.report/1"

Speech = Literal["direct", "indirect", "mixed"]
Status = Literal["none", "direct", "indirect", "mixed"]
Kind = Literal["statement", "belief", "intention", "attitude", "decision", "perception"]
SourceType = Literal[
    "named_person",
    "named_organization",
    "media_outlet",
    "document",
    "unnamed_person",
    "unnamed_group",
    "author",
    "unspecified",
]
Notice = Literal["maybe_not_english"]
SPEECHES: tuple[Speech, ...] = get_args(Speech)
KINDS: tuple[Kind, ...] = get_args(Kind)
SOURCE_TYPES: tuple[SourceType, ...] = get_args(SourceType)


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """A half-open stretch of the article's text, in characters."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """The words of this span in ``text``."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """True when the two spans share at least one character."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """True when ``other`` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end

    def to_dict(self) -> dict[str, int]:
        return {"start": self.start, "end": self.end}

    @classmethod
    def from_dict(cls, data: dict[str, int]) -> Span:
        return cls(int(data["start"]), int(data["end"]))


# An empty span is false, so these ask for None.
def _span_to_dict(span: Span | None) -> dict[str, int] | None:
    return None if span is None else span.to_dict()


def _span_from_dict(data: dict[str, int] | None) -> Span | None:
    return None if data is None else Span.from_dict(data)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, its reported-speech status and the ids of the claims that reach into it."""

    span: Span
    status: Status
    claims: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {**self.span.to_dict(), "status": self.status, "claims": list(self.claims)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Sentence:
        return cls(Span.from_dict(data), data["status"], tuple(data["claims"]))


@dataclass(frozen=True, slots=True)
class Source:
    """One real-world source of the article, however often and under whatever words it appears.

    ``role`` is the title or affiliation in the article's words, or an empty string.
    ``mentions`` are in text order and may be empty (a headline voice, a source only implied).
    ``justification`` are the words, in text order, that say why the source can know what it says.
    """

    id: str
    name: str
    type: SourceType
    role: str = ""
    anonymity_granted: bool = False
    mentions: tuple[Span, ...] = ()
    justification: tuple[Span, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "role": self.role,
            "anonymity_granted": self.anonymity_granted,
            "mentions": [mention.to_dict() for mention in self.mentions],
            "justification": [words.to_dict() for words in self.justification],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Source:
        mentions = tuple(Span.from_dict(mention) for mention in data["mentions"])
        # Reports of release 0.1 lack the justification.
        justification = tuple(Span.from_dict(words) for words in data.get("justification", ()))
        return cls(
            data["id"],
            data["name"],
            data["type"],
            data["role"],
            data["anonymity_granted"],
            mentions,
            justification,
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """One attribution: what is reported, the words that report it, and who it comes from.

    ``content`` is in text order and never empty. ``cue`` and ``source_mention`` are None for a
    claim that continues a quotation. ``chain`` runs from the article outward, origin last;
    ``chain[:-1]`` are the intermediaries and ``chain[-1] == source``.
    """

    id: str
    content: tuple[Span, ...]
    cue: Span | None
    source_mention: Span | None
    source: str
    speech: Speech
    kind: Kind
    chain: tuple[str, ...]
    confidence: float

    @property
    def via(self) -> tuple[str, ...]:
        """Ids of the intermediaries, the one nearest to the article first."""
        return self.chain[:-1]

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "content": [piece.to_dict() for piece in self.content],
            "cue": _span_to_dict(self.cue),
            "source_mention": _span_to_dict(self.source_mention),
            "source": self.source,
            "speech": self.speech,
            "kind": self.kind,
            "chain": list(self.chain),
            "confidence": self.confidence,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Claim:
        return cls(
            id=data["id"],
            content=tuple(Span.from_dict(piece) for piece in data["content"]),
            cue=_span_from_dict(data["cue"]),
            source_mention=_span_from_dict(data["source_mention"]),
            source=data["source"],
            speech=data["speech"],
            kind=data["kind"],
            chain=tuple(data["chain"]),
            confidence=float(data["confidence"]),
        )


@dataclass(frozen=True, slots=True)
class Component:
    """One named part of the transparency score. ``value`` and ``weight`` lie in 0..1."""

    value: float
    weight: float
    why: str

    def to_dict(self) -> dict[str, Any]:
        return {"value": self.value, "weight": self.weight, "why": self.why}


@dataclass(frozen=True)
class Transparency:
    """The sourcing-transparency score, 0 to 100, with its components by name.

    ``interval`` is where the score lies, 0 to 100, given how sure the claims are: lower and upper
    end (see :mod:`attribution.certainty`). None without a claim that counts, and in reports of
    release 0.1. ``too_little`` says that the text is too short for a score to mean much.
    ``percentile`` is the percentage of the reference articles that score lower (see
    :mod:`attribution.reference`): None for a text too short, and for weights of the user's own.
    """

    score: float
    components: dict[str, Component] = field(default_factory=dict)
    interval: tuple[float, float] | None = None
    too_little: bool = False
    percentile: float | None = None

    def to_dict(self) -> dict[str, Any]:
        parts = {name: part.to_dict() for name, part in self.components.items()}
        return {
            "score": self.score,
            "components": parts,
            "interval": None if self.interval is None else list(self.interval),
            "too_little": self.too_little,
            "percentile": self.percentile,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Transparency:
        parts = {
            name: Component(float(part["value"]), float(part["weight"]), part["why"])
            for name, part in data["components"].items()
        }
        ends = data.get("interval")
        interval = None
        if ends is not None:
            low, high = ends
            interval = (float(low), float(high))
        place = data.get("percentile")
        return cls(
            float(data["score"]),
            parts,
            interval,
            too_little=bool(data.get("too_little", False)),
            percentile=None if place is None else float(place),
        )


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The model that made a report, and what ran its encoder, left out for torch."""

    name: str
    version: str
    engine: str = "torch"

    def to_dict(self) -> dict[str, str]:
        engine = {} if self.engine == "torch" else {"engine": self.engine}
        return {"name": self.name, "version": self.version, **engine}

    @classmethod
    def from_dict(cls, data: dict[str, str]) -> ModelInfo:
        return cls(data["name"], data["version"], data.get("engine", "torch"))


@dataclass(frozen=True)
class Report:
    """Everything found in one article. ``text`` is the input's own text, unchanged.

    ``publisher`` is the outlet that prints the article, as the caller named it or the text says.
    ``byline`` to ``credits`` are what stood around the article, as the input had it; ``notices``
    say what makes the report doubtful.
    """

    text: str
    title: str | None
    sentences: tuple[Sentence, ...]
    sources: tuple[Source, ...]
    claims: tuple[Claim, ...]
    transparency: Transparency
    model: ModelInfo
    publisher: str | None = None
    byline: str | None = None
    dateline: str | None = None
    date: str | None = None
    captions: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()

    def source(self, source_id: str) -> Source:
        """The source with this id. Raises KeyError when the report has none."""
        for source in self.sources:
            if source.id == source_id:
                return source
        raise KeyError(source_id)

    def graph(self) -> networkx.DiGraph[str]:
        """The way of the claims as a graph: see :func:`attribution.outputs.graph.provenance_graph`.

        Raises:
            MissingExtraError: networkx is not installed.
        """
        from attribution.outputs.graph import provenance_graph

        return provenance_graph(self)

    def to_html(self) -> str:
        """The report as one web page: see :func:`attribution.outputs.html.page.to_html`."""
        from attribution.outputs.html.page import to_html

        return to_html(self)

    def _repr_html_(self) -> str:
        """The page as notebooks show it, in a frame of its own."""
        from attribution.outputs.html.page import to_cell

        return to_cell(self)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data, by schema ``attribution.report/1``."""
        return {
            "schema": SCHEMA,
            "model": self.model.to_dict(),
            "title": self.title,
            "publisher": self.publisher,
            "byline": self.byline,
            "dateline": self.dateline,
            "date": self.date,
            "captions": list(self.captions),
            "credits": list(self.credits),
            "notices": list(self.notices),
            "text": self.text,
            "sentences": [sentence.to_dict() for sentence in self.sentences],
            "sources": [source.to_dict() for source in self.sources],
            "claims": [claim.to_dict() for claim in self.claims],
            "transparency": self.transparency.to_dict(),
        }

    def to_json(self, *, indent: int | None = None) -> str:
        """The report as JSON. ASCII only, so that any text, lone surrogates too, survives."""
        return json.dumps(self.to_dict(), indent=indent)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Report:
        """The inverse of :meth:`to_dict`. Raises ReportFormatError on anything else."""
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            found = data.get("schema") if isinstance(data, dict) else type(data).__name__
            raise ReportFormatError(f"expected schema {SCHEMA!r}, found {found!r}")
        check_report_form(data)
        try:
            return cls(
                text=data["text"],
                title=data["title"],
                sentences=tuple(Sentence.from_dict(item) for item in data["sentences"]),
                sources=tuple(Source.from_dict(item) for item in data["sources"]),
                claims=tuple(Claim.from_dict(item) for item in data["claims"]),
                transparency=Transparency.from_dict(data["transparency"]),
                model=ModelInfo.from_dict(data["model"]),
                publisher=data.get("publisher"),
                byline=data.get("byline"),
                dateline=data.get("dateline"),
                date=data.get("date"),
                captions=tuple(data.get("captions", ())),
                credits=tuple(data.get("credits", ())),
                notices=tuple(data.get("notices", ())),
            )
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
            raise ReportFormatError(f"not an attribution report: {error!r}") from error

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Read a report from JSON. Raises ReportFormatError when it is none."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:  # numbers of too many digits, deep nesting
            raise ReportFormatError(f"not JSON: {error}") from error
        return cls.from_dict(data)
