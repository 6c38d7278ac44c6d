"""Edits of an article's text, with every span of its gold and silver labels taken along."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attribution.types import Span
from training.readers.gold import GoldArticle, GoldClaim, GoldSource

__all__ = ["Edit", "Silver", "apply_edits", "claim_spans", "name_spans", "paragraphs", "unchanged"]

#: Automatic labels of one article, as ``training.data.load_silver`` gives them.
Silver = Mapping[str, Any]
Offsets = NDArray[np.int64]

_BLANK_LINE = re.compile(r"\s*\n[^\S\n]*\n\s*")
_LINE_END = re.compile(r"\s*\n\s*")
#: As in ``Labeller.name_ranges``, which has to find the names again.
_DETERMINERS = frozenset("a an the this that".split())


@dataclass(frozen=True, order=True, slots=True)
class Edit:
    """Put ``text`` in the place of the article's characters from ``start`` to ``end``.

    ``moved`` is the stretch of the old text whose words this edit brings here, at the beginning
    of ``text``: spans inside it come along.
    """

    start: int
    end: int
    text: str
    moved: Span | None = None


def unchanged(name: str) -> str:
    """The name as it is."""
    return name


def apply_edits(
    article: GoldArticle,
    silver: Silver | None,
    edits: Iterable[Edit],
    retold: Callable[[str], str] = unchanged,
) -> tuple[GoldArticle, Silver | None]:
    """The article and its silver labels after some edits of the text.

    Args:
        article: the article.
        silver: its automatic labels, if any.
        edits: edits that do not overlap, in any order.
        retold: what the edits make of a source's role, of its name where the text does not have
            it letter for letter, and of the article's title and publisher.

    Raises:
        ValueError: two edits overlap.
    """
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    if not ordered:
        return article, silver
    rewriting = _Rewriting(article.text, ordered)
    changed = replace(
        article,
        text=rewriting.text,
        claims=rewriting.claims(article.claims),
        sources=tuple(rewriting.source(source, retold) for source in article.sources),
        publisher=retold(article.publisher),
        title=None if article.title is None else retold(article.title),
    )
    return changed, None if silver is None else rewriting.silver(silver)


class _Rewriting:
    """A new text, and where the spans of the old one lie in it."""

    def __init__(self, old: str, edits: Sequence[Edit]) -> None:
        pieces: list[str] = []
        at = shift = 0
        starts, ends, new_starts, new_ends = [], [], [], []
        for edit in edits:
            if edit.start < at:
                raise ValueError(f"edits overlap at character {edit.start}")
            pieces += (old[at : edit.start], edit.text)
            new_starts.append(edit.start + shift)
            shift += len(edit.text) - (edit.end - edit.start)
            starts.append(edit.start)
            ends.append(edit.end)
            new_ends.append(edit.end + shift)
            at = edit.end
        self.old = old
        self.text = "".join([*pieces, old[at:]])
        self._starts, self._ends = np.array(starts), np.array(ends)
        self._new_starts, self._new_ends = np.array(new_starts), np.array(new_ends)
        self._moves = [
            (edit.moved, new) for edit, new in zip(edits, new_starts, strict=True) if edit.moved
        ]

    def offsets(self, spans: Offsets) -> Offsets:
        """Where spans (n, 2) lie in the new text.

        A span that an edit cuts takes all of the new words; what is put in at its very edge stays
        outside.
        """
        begin = np.searchsorted(self._starts, spans[:, 0], side="right") - 1
        end = np.searchsorted(self._starts, spans[:, 1], side="left") - 1
        first = self._shifted(spans[:, 0], begin, self._new_starts)
        last = self._shifted(spans[:, 1], end, self._new_ends)
        found = np.stack([first, np.maximum(first, last)], axis=1)
        for moved, new in self._moves:
            inside = (spans[:, 0] >= moved.start) & (spans[:, 1] <= moved.end)
            found[inside] = spans[inside] + (new - moved.start)
        return found

    def _shifted(self, offsets: Offsets, edit: Offsets, inside: Offsets) -> Offsets:
        """Offsets moved by the edit before them, or put on the edge of the one they lie in."""
        behind = self._new_ends[edit] + offsets - self._ends[edit]
        moved = np.where(offsets >= self._ends[edit], behind, inside[edit])
        return np.where(edit < 0, offsets, moved)

    def spans(self, spans: Sequence[Span]) -> tuple[Span, ...]:
        pairs = np.array([(span.start, span.end) for span in spans]).reshape(-1, 2)
        return tuple(Span(start, end) for start, end in self.offsets(pairs).tolist())

    def claims(self, claims: Sequence[GoldClaim]) -> tuple[GoldClaim, ...]:
        mapped = iter(self.spans([span for claim in claims for span in claim_spans(claim)]))

        def take(spans: Sequence[Span]) -> tuple[Span, ...]:
            return tuple(next(mapped) for _ in spans)

        return tuple(
            replace(
                claim,
                content=take(claim.content),
                cue=tuple(sorted(take(claim.cue))),
                source_mention=tuple(sorted(take(claim.source_mention))),
                via_mentions={key: take(spans) for key, spans in claim.via_mentions.items()},
            )
            for claim in claims
        )

    def source(self, source: GoldSource, retold: Callable[[str], str]) -> GoldSource:
        if source.justification:
            source = replace(source, justification=self.spans(source.justification))
        old = name_spans(self.old, source.name)
        role = retold(source.role)
        if not old:
            return replace(source, name=retold(source.name), role=role)
        before = [span.of(self.old) for span in old]
        after = [span.of(self.text) for span in self.spans(old)]
        if before == after:
            return source if role == source.role else replace(source, role=role)
        # The name's own determiner is no part of what the text was searched for.
        lead = source.name[: len(source.name) - len(" ".join(_bare(source.name)))]
        new = Counter(" ".join(words.split()) for words in after).most_common(1)[0][0]
        return replace(source, name=lead + new, role=role)

    def silver(self, silver: Silver) -> Silver:
        """The record with new offsets, without entities and mentions whose words are gone."""
        changed = dict(silver)
        for key in ("sentences", "ner"):
            if key in silver:
                changed[key] = list(self._records(silver[key]))
        chains = silver.get("coref", [])
        records = iter(self._records([item for chain in chains for item in chain], keep=True))
        mapped = [[next(records) for _ in chain] for chain in chains]
        changed["coref"] = [
            [item for item in chain if item[1] > item[0]]
            for chain in mapped
            if any(item[1] > item[0] for item in chain)
        ]
        return changed

    def _records(self, records: Sequence[Sequence[Any]], keep: bool = False) -> Iterator[list[Any]]:
        """Records that begin with two offsets; empty ones are left out unless ``keep``."""
        pairs = np.array([item[:2] for item in records], dtype=np.int64).reshape(-1, 2)
        for (start, end), item in zip(self.offsets(pairs).tolist(), records, strict=True):
            if keep or end > start:
                yield [start, end, *item[2:]]


def claim_spans(claim: GoldClaim) -> Iterator[Span]:
    """All spans of a claim: content, cue, source mention, via mentions."""
    yield from claim.content
    yield from claim.cue
    yield from claim.source_mention
    for spans in claim.via_mentions.values():
        yield from spans


def name_spans(text: str, name: str) -> list[Span]:
    """Where the text has a name letter for letter, as ``Labeller.name_ranges`` looks for it."""
    pattern, lead = _name_pattern(name)
    if not lead:
        return [Span(*match.span()) for match in pattern.finditer(text)] if name.strip() else []
    # Plain search for the first letters is many times faster than the pattern alone.
    found: list[Span] = []
    at = text.find(lead)
    while at >= 0:
        match = pattern.match(text, at)
        if match:
            found.append(Span(*match.span()))
        at = text.find(lead, match.end() if match else at + 1)
    return found


@lru_cache(maxsize=8192)
def _name_pattern(name: str) -> tuple[re.Pattern[str], str]:
    """A pattern for the name, determiners aside, and the letters it begins with."""
    words = _bare(name)
    spelled = r"\s+".join(map(_spelling, words))
    lead = re.match(r"[^\W_]*", words[0]) if words else None
    return re.compile(rf"(?<!\w){spelled}(?!\w)"), lead.group() if lead else ""


def _bare(name: str) -> list[str]:
    words = name.split()
    while len(words) > 1 and words[0].lower() in _DETERMINERS:
        words = words[1:]
    return words


def _spelling(word: str) -> str:
    escaped = re.escape(word)
    for marks in ("'‘’", '"“”'):
        escaped = re.sub(f"[{marks}]", f"[{marks}]", escaped)
    return escaped


def paragraphs(text: str) -> list[Span]:
    """Stretches between blank lines, or the lines of a text that has no blank line."""
    gap = _BLANK_LINE if _BLANK_LINE.search(text.strip()) else _LINE_END
    found = []
    start = len(text) - len(text.lstrip())
    for match in [*gap.finditer(text, start), None]:
        end = match.start() if match else len(text.rstrip())
        if end > start:
            found.append(Span(start, end))
        start = match.end() if match else end
    return found
