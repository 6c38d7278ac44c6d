"""A dependency-rule baseline: reporting verbs with a subject and a clause, and "according to".

Four patterns over spaCy's parse, none of them tuned on the evaluation data. Words inside
quotation marks report nothing: a nested claim is beyond these rules.

1. a verb of :data:`eval.baseline_sources.VERB_KINDS` with a clausal complement: its subject is the
   source, the complement's words are the content;
2. the same verb as an insertion ("the road, she said, is closed"): the clause around it;
3. "according to X": the rest of the sentence;
4. a quotation of four words or more that no pattern reached, after a claim in its paragraph: a
   claim without a cue, from the source of the claim before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attribution.segment import Document
from attribution.types import Span
from eval.baseline_sources import VERB_KINDS, Found, kind_of

__all__ = ["find_claims"]

_SUBJECTS = ("nsubj", "nsubjpass")
_CUE_PARTS = ("aux", "auxpass", "neg", "prt")
_CLAUSES = ("ccomp", "xcomp")
_LOOSE = ("relcl", "advcl", "parataxis")
_MARKS = "\"“”'‘’`"
_LEAST_QUOTED_WORDS = 4


def find_claims(document: Document, doc: Any) -> list[Found]:
    """Every claim the patterns find, in text order of their content."""
    found: list[Found] = []
    for token in doc:
        if any(quote.span.start <= token.idx < quote.span.end for quote in document.quotes):
            continue
        if token.lemma_ in VERB_KINDS and token.pos_ == "VERB":
            found.extend(_reported(document.text, token))
        elif token.lower_ == "according" and token.i + 1 < len(doc):
            found.extend(_according(document.text, token))
    found.sort(key=lambda claim: claim.content)
    found.extend(_bare_quotations(document, found))
    return sorted(found, key=lambda claim: claim.content)


def _reported(text: str, verb: Any) -> Iterator[Found]:
    subject = _subject(verb)
    if subject is None:
        return
    clauses = [child for child in verb.children if child.dep_ in _CLAUSES]
    if clauses:
        content = _pieces(text, set(clauses[0].subtree) - _cue_tokens(verb) - set(subject.subtree))
    elif verb.dep_ in ("parataxis", "ccomp", "advcl") and verb.head.pos_ in ("VERB", "AUX"):
        content = _pieces(text, set(verb.head.subtree) - set(verb.subtree))
    else:
        return
    if content:
        cue = sorted(_cue_tokens(verb), key=lambda token: token.i)
        yield Found(
            content=content,
            cue=Span(cue[0].idx, cue[-1].idx + len(cue[-1])),
            mention=_mention(subject),
            kind=kind_of(verb.lemma_),
        )


def _subject(verb: Any) -> Any:
    """The verb's subject, or for a bare participle or a second verb that of its head."""
    for child in verb.children:
        if child.dep_ in _SUBJECTS:
            return child if child.dep_ == "nsubj" else None
    if verb.dep_ in ("conj", "advcl") and verb.head.pos_ == "VERB":
        return next((child for child in verb.head.children if child.dep_ == "nsubj"), None)
    return None


def _cue_tokens(verb: Any) -> set[Any]:
    """The verb with the auxiliaries, negation and particle that stand next to it."""
    parts = {verb}
    for step, side in ((-1, reversed(list(verb.lefts))), (1, verb.rights)):
        edge = verb.i
        for child in side:
            if child.dep_ not in _CUE_PARTS or child.i != edge + step:
                break
            parts.add(child)
            edge = child.i
    return parts


def _mention(head: Any) -> Span:
    """The noun phrase of a subject, without relative clauses and what follows them."""
    start = end = head.i
    loose: set[int] = set()
    for child in head.children:
        if child.dep_ in _LOOSE and child.i > head.i:
            loose.update(token.i for token in child.subtree)
    phrase = {token.i for token in head.subtree} - loose
    while start - 1 in phrase:
        start -= 1
    while end + 1 in phrase:
        end += 1
    while end > head.i and head.doc[end].is_punct:
        end -= 1
    first, last = head.doc[start], head.doc[end]
    return Span(first.idx, last.idx + len(last))


def _according(text: str, token: Any) -> Iterator[Found]:
    to = token.doc[token.i + 1]
    name = next((child for child in to.children if child.dep_ == "pobj"), None)
    if to.lower_ != "to" or name is None:
        return
    phrase = {token, to, *name.subtree}
    content = _pieces(text, set(token.sent) - phrase)
    if content:
        cue = Span(token.idx, to.idx + len(to))
        yield Found(content=content, cue=cue, mention=_mention(name), kind="statement")


def _pieces(text: str, tokens: set[Any]) -> tuple[Span, ...]:
    """Stretches of neighbouring tokens, without blanks and loose punctuation at their edges."""
    pieces: list[Span] = []
    run: list[Any] = []
    for token in [*sorted(tokens, key=lambda token: token.i), None]:
        if token is not None and (not run or token.i == run[-1].i + 1):
            run.append(token)
            continue
        while run and _is_loose(run[0]):
            del run[0]
        while run and _is_loose(run[-1]) and not _closes_quotation(run):
            run.pop()
        if any(part.is_alpha or part.like_num for part in run):
            pieces.append(Span(run[0].idx, run[-1].idx + len(run[-1])))
        run = [token] if token is not None else []
    return tuple(_with_marks(text, piece) for piece in pieces)


def _is_loose(token: Any) -> bool:
    return token.is_space or (token.is_punct and token.text not in _MARKS)


def _closes_quotation(run: list[Any]) -> bool:
    return len(run) > 1 and run[-1].text in _MARKS


def _with_marks(text: str, piece: Span) -> Span:
    """Take in a quotation mark that stands right outside, with the comma or stop before it."""
    start, end = piece.start, piece.end
    if start and text[start - 1] in _MARKS:
        start -= 1
    for width in (1, 2):
        outside = text[end : end + width]
        if outside and outside[-1] in _MARKS and outside[:-1] in ("", ",", ".", "?", "!"):
            return Span(start, end + width)
    return Span(start, end)


def _bare_quotations(document: Document, claims: list[Found]) -> Iterator[Found]:
    for quote in document.quotes:
        if quote.depth or len(document.words_in(quote.span)) < _LEAST_QUOTED_WORDS:
            continue
        if any(piece.overlaps(quote.span) for claim in claims for piece in claim.content):
            continue
        place = document.index_of(document.paragraphs, quote.span.start)
        paragraph = document.paragraphs[place]
        before = [
            claim
            for claim in claims
            if paragraph.start <= claim.content[0].start < quote.span.start and claim.mention
        ]
        if before:
            yield Found((quote.span,), None, None, "statement", same_as=before[-1])
