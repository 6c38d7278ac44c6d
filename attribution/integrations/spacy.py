"""A spaCy component: ``nlp.add_pipe("attribution")`` reads the claims and sources of a document.

What it leaves on a document is described in ``docs/integrations.md``: the report and its parts as
extension attributes, the words of the claims as span groups. A document carries its report as JSON
among its user data, so that it survives ``DocBin``, ``Doc.to_bytes`` and several processes.

spaCy imports this module whenever it makes a pipeline, as pyproject.toml has it for an entry point.
So it is light; the model is loaded with the component.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from attribution.errors import MissingExtraError
from attribution.inputs.article import as_written, described
from attribution.types import Claim, Report, Source
from attribution.types import Span as Piece

try:
    from spacy.language import Language
    from spacy.pipeline import Pipe
    from spacy.tokens import Doc, Span
    from spacy.util import minibatch
except ImportError as error:
    raise MissingExtraError("spacy", "spacy") from error

if TYPE_CHECKING:
    from attribution.scorer import Scorer

__all__ = [
    "DISPLACY",
    "GROUPS",
    "AttributionComponent",
    "attach",
    "make_component",
    "register_extensions",
    "report_of",
]

#: Span groups: all words of the claims by what they are in them, and each by what is said of them.
GROUPS = ("attribution", "attribution_content", "attribution_cue", "attribution_source")
_ROLES, _CONTENT, _CUE, _SOURCE = GROUPS

#: Options for ``displacy.render(doc, style="span", options=DISPLACY)``.
DISPLACY: Mapping[str, Any] = {
    "spans_key": _ROLES,
    "colors": {"source": "#9ec5e8", "cue": "#f3d27a", "content": "#b9dfb0"},
}

# In the form of spaCy's own keys, which spaCy copies and skips without a word about their values.
_KEY = ("._.", "attribution_report", None, None)
# The scorer reads so many articles at a time; nlp.pipe would hand over a thousand and wait.
_DOCS_AT_ONCE = 16


class AttributionComponent(Pipe):
    """Reads documents with one model and attaches what it found. English only.

    It needs no other component: sentences and words are its own. A document's headline and outlet
    are taken from ``doc.user_data["title"]`` (displaCy's place for it) and
    ``doc.user_data["publisher"]``, if they are there. A document without words gets no report.

    Args:
        name: The component's name in its pipeline.
        scorer: Reads the texts.
        batch_size: Windows of text run through the encoder at once.

    Raises:
        ValueError: ``batch_size`` is below 1.
    """

    def __init__(self, name: str, scorer: Scorer, *, batch_size: int = 8) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        self.name = name
        self.scorer = scorer
        self.batch_size = batch_size
        self._process = os.getpid()
        register_extensions()

    def __call__(self, doc: Doc) -> Doc:
        """Read one document; it is changed in place and returned."""
        self._annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Read a stream of documents, in order.

        Args:
            stream: Documents.
            batch_size: Most documents to hold back; no more than 16 are.
        """
        handle = self.get_error_handler()
        for docs in minibatch(stream, min(batch_size, _DOCS_AT_ONCE)):
            try:
                self._annotate(docs)
            except Exception as error:
                handle(self.name, self, docs, error)
            else:
                yield from docs

    def _annotate(self, docs: list[Doc]) -> None:
        self._settle()
        worded = [doc for doc in docs if doc.text.strip()]
        reports = self.scorer(
            [doc.text for doc in worded],
            publisher=[_told(doc, "publisher") for doc in worded],
            batch_size=self.batch_size,
        )
        told = (_described(doc, report) for doc, report in zip(worded, reports, strict=True))
        for doc in docs:
            attach(doc, next(told) if doc.text.strip() else None)

    def _settle(self) -> None:
        """Use one thread where ``nlp.pipe(n_process=...)`` has brought the component.

        A fork has none of torch's threads, and waits for them forever if it asks for several.
        """
        if self._process != os.getpid():
            import torch

            torch.set_num_threads(1)
            self._process = os.getpid()


def _described(doc: Doc, report: Report) -> Report:
    """The report with headline, byline and so on: the title as told, else as the text has it."""
    found = described(report, as_written(doc.text))
    return replace(found, title=_told(doc, "title") or found.title)


def _told(doc: Doc, key: str) -> str | None:
    value = doc.user_data.get(key)
    return value if isinstance(value, str) else None


def make_component(
    nlp: Language,  # noqa: ARG001  # spaCy hands it to every factory
    name: str,
    model: str,
    batch_size: int,
    device: str,
) -> AttributionComponent:
    """The factory behind ``nlp.add_pipe("attribution", config={...})``.

    Args:
        nlp: The pipeline.
        name: The component's name in it.
        model: Name of a bundled model, a folder, or a hub id, as of ``Scorer.from_pretrained``.
        batch_size: Windows of text run through the encoder at once.
        device: Where the encoder runs.

    Raises:
        ModelError: There is no such model, or its folder is not complete.
        ValueError: ``batch_size`` is below 1.
    """
    from attribution.scorer import Scorer

    scorer = Scorer.from_pretrained(model, device=device)
    return AttributionComponent(name, scorer, batch_size=batch_size)


Language.factory(
    "attribution",
    default_config={"model": "small", "batch_size": 8, "device": "cpu"},
    assigns=[
        "doc._.report",
        "doc._.claims",
        "doc._.sources",
        "doc.spans",
        "span._.claim",
        "span._.claims",
        "span._.source",
    ],
    func=make_component,
)


def attach(doc: Doc, report: Report | None) -> None:
    """Put a report on a document, as the component does: one that was made earlier, or elsewhere.

    What an earlier report left there is replaced.

    Args:
        doc: Changed in place.
        report: On the document's own text. None takes a report off; the span groups stay, empty.

    Raises:
        ValueError: The report is on another text.
    """
    if report is None:
        doc.user_data.pop(_KEY, None)
        doc.spans.update({name: [] for name in GROUPS})
        return
    if report.text != doc.text:
        raise ValueError("the report is on another text than the document's")
    doc.user_data[_KEY] = report.to_json()
    doc.spans.update(_groups(doc, report))


def _groups(doc: Doc, report: Report) -> dict[str, list[Span]]:
    """The span groups by name, each in text order."""
    found: dict[str, list[Span | None]] = {name: [] for name in GROUPS}
    for claim in report.claims:
        for role, pieces in _words(claim).items():
            for piece in pieces:
                found[_ROLES].append(_span(doc, piece, role, claim.source, claim.id))
        for piece in claim.content:
            found[_CONTENT].append(_span(doc, piece, claim.speech, claim.source, claim.id))
        if claim.cue:
            found[_CUE].append(_span(doc, claim.cue, claim.kind, claim.source, claim.id))
    for source in report.sources:
        for piece in source.mentions:
            found[_SOURCE].append(_span(doc, piece, source.type, source.id, source.id))
    return {
        name: sorted(filter(None, spans), key=lambda span: (span.start_char, -span.end_char))
        for name, spans in found.items()
    }


def _words(claim: Claim) -> dict[str, tuple[Piece, ...]]:
    return {
        "source": (claim.source_mention,) if claim.source_mention else (),
        "cue": (claim.cue,) if claim.cue else (),
        "content": claim.content,
    }


def _span(doc: Doc, piece: Piece, label: str, source: str, key: str) -> Span | None:
    """The tokens that a piece of text reaches into; None where there are none."""
    return doc.char_span(
        piece.start,
        piece.end,
        label=label,
        kb_id=source,
        span_id=key,
        alignment_mode="expand",
    )


def report_of(doc: Doc) -> Report | None:
    """The report on a document, which is also ``doc._.report``; None where it has none.

    Raises:
        ReportFormatError: The document was read with another version of the report schema.
    """
    stored = doc.user_data.get(_KEY)
    return None if stored is None else _parsed(stored)


@lru_cache(maxsize=64)
def _parsed(stored: str) -> Report:
    return Report.from_json(stored)


def _claims(doc: Doc) -> tuple[Claim, ...]:
    report = report_of(doc)
    return report.claims if report else ()


def _sources(doc: Doc) -> tuple[Source, ...]:
    report = report_of(doc)
    return report.sources if report else ()


def _claim_of_span(span: Span) -> Claim | None:
    if not _in_groups(span, (_ROLES, _CONTENT, _CUE)):
        return None
    return next((claim for claim in _claims(span.doc) if claim.id == span.id_), None)


def _source_of_span(span: Span) -> Source | None:
    if not _in_groups(span, GROUPS):
        return None
    return next((source for source in _sources(span.doc) if source.id == span.kb_id_), None)


def _in_groups(span: Span, names: Iterable[str]) -> bool:
    """Whether it is one of these groups' own: other components have ids of their own making."""
    return any(span == other for name in names for other in span.doc.spans.get(name, ()))


def _claims_in_span(span: Span) -> tuple[Claim, ...]:
    place = Piece(span.start_char, span.end_char)
    return tuple(
        claim
        for claim in _claims(span.doc)
        if any(place.overlaps(piece) for piece in claim.content)
    )


_EXTENSIONS: tuple[tuple[Any, Mapping[str, Callable[[Any], object]]], ...] = (
    (Doc, {"report": report_of, "claims": _claims, "sources": _sources}),
    (
        Span,
        {"claim": _claim_of_span, "claims": _claims_in_span, "source": _source_of_span},
    ),
)


def register_extensions() -> None:
    """Make ``doc._.report`` and the other attributes known to spaCy. The component does so itself.

    To be called where documents are only read back, from a ``DocBin`` say. An attribute of one of
    these names that another package or the user has set stays as it is, with a warning;
    :func:`report_of` gives the report all the same.
    """
    for owner, getters in _EXTENSIONS:
        for name, getter in getters.items():
            if owner.has_extension(name) and not _ours(owner.get_extension(name)):
                warnings.warn(
                    f"{owner.__name__}._.{name} is somebody else's and stays so; "
                    f"use {__name__}.report_of(doc)",
                    stacklevel=2,
                )
            else:
                owner.set_extension(name, getter=getter, force=True)


def _ours(extension: tuple[object, ...]) -> bool:
    """By its module: the function itself is another one once the module was loaded again."""
    getter = extension[2]
    return getattr(getter, "__module__", None) == __name__
