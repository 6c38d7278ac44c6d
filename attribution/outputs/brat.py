"""A report as brat stand-off, for correction by annotators.

Format: https://brat.nlplab.org/standoff.html. A claim is an event of PolNeAR's own layout (Newell,
Margolin, Ruths, LREC 2018): ``Attribution`` with the arguments ``Source``, ``Cue`` and ``Content``.
To this come, for each source, an entity of its type, and relations from claims to these entities:
``Origin``, and ``Via``, ``Via2``, … for the intermediaries, the one nearest to the article first.
``training/readers/brat.py`` reads it back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from attribution.errors import ReportFormatError
from attribution.types import KINDS, SOURCE_TYPES, SPEECHES, Claim, Report, Source, Span

__all__ = ["CONFIGURATION", "StandOff", "to_brat"]

# Steps that brat offers to annotators. A longer chain is written all the same.
STEPS = 6

# brat takes an annotation's words to be on one line, and some of its readers split lines at all
# of the characters that str.splitlines splits at.
_LINE = re.compile("[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_WORD = re.compile(r"\S+")
_SURROGATE = re.compile("[\ud800-\udfff]")
# What a note cannot hold as it is: the bar that stands between name and role, line ends and other
# control characters, lone surrogates, and white space at either end.
_UNNOTED = re.compile("[\\\\|\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|^\\s|\\s$")


def _configuration() -> str:
    sources = "|".join(SOURCE_TYPES)
    steps = [f"Via{number}" if number > 1 else "Via" for number in range(1, STEPS + 1)]
    lines = [
        "[entities]",
        *("Source", "Cue", "Content", "Justification", *SOURCE_TYPES),
        "[relations]",
        *(f"{step}\tArg1:<EVENT>, Arg2:{sources}" for step in ("Origin", *steps)),
        f"Justifies\tArg1:Justification, Arg2:{sources}",
        "<OVERLAP>\tArg1:<ANY>, Arg2:<ANY>, <OVL-TYPE>:<ANY>",
        "[events]",
        "Attribution\tSource?:Source, Cue?:Cue, Content+:Content",
        "[attributes]",
        f"Kind\tArg:<EVENT>, Value:{'|'.join(KINDS)}",
        f"Speech\tArg:<EVENT>, Value:{'|'.join(SPEECHES)}",
        f"Anonymity_granted\tArg:{sources}",
    ]
    return "\n".join(lines) + "\n"


#: What ``annotation.conf`` of a folder of such files says.
CONFIGURATION = _configuration()


@dataclass(frozen=True, slots=True)
class StandOff:
    """One article for brat: what its ``.txt`` and its ``.ann`` file hold, in UTF-8."""

    text: str
    annotations: str


def to_brat(report: Report) -> StandOff:
    r"""The claims of a report, and the sources in their chains, as brat stand-off.

    Args:
        report: Any report.

    Returns:
        The report's text, unchanged, and a line for every annotation. Claims are ``E1``, ``E2``, …
        in the report's order. A span is cut into fragments at line ends, which belong to none of
        them; each piece of a content is a ``Content`` of its own. A claim without cue has its
        trigger at the first word of its content; so has a source without mentions at that of the
        first claim that needs it. A source's note is its name and, behind a bar, its role; a
        backslash stands before a backslash or a bar in them, and control characters, lone
        surrogates and outer white space are ``\uXXXX``. Not in it: ids, mentions of a source but
        for the one that stands for it, title, publisher, confidences and the score.

    Raises:
        KeyError: A chain has a source that the report lacks.
        ReportFormatError: The text has a lone surrogate, which no UTF-8 file can hold, or a claim
            has no words of content, where brat could show it.
    """
    surrogate = _SURROGATE.search(report.text)
    if surrogate:
        raise ReportFormatError(
            f"character {surrogate.start()} of the text is a lone surrogate, which brat's files, "
            "in UTF-8, cannot hold"
        )
    lines = _Lines(report.text)
    sources: dict[str, str] = {}
    for claim in report.claims:
        opening = lines.opening(claim)
        for key in claim.chain:
            if key not in sources:
                sources[key] = _source(lines, report.source(key), opening)
    for claim in report.claims:
        _claim(lines, claim, sources)
    return StandOff(report.text, "".join(f"{line}\n" for line in lines.written))


class _Lines:
    """The lines of an annotation file, with ids given in order."""

    def __init__(self, text: str) -> None:
        self.written: list[str] = []
        self._text = text
        self._count: Counter[str] = Counter()

    def add(self, prefix: str, *columns: str) -> str:
        """Write a line; returns its id."""
        self._count[prefix] += 1
        name = f"{prefix}{self._count[prefix]}"
        self.written.append("\t".join((name, *columns)))
        return name

    def words(self, type_: str, fragments: Iterable[Span]) -> str:
        """Write a stretch of the text; returns its id."""
        fragments = list(fragments)
        offsets = ";".join(f"{fragment.start} {fragment.end}" for fragment in fragments)
        return self.add("T", f"{type_} {offsets}", self.spelled(fragments))

    def spelled(self, fragments: Iterable[Span]) -> str:
        """The words of fragments on one line."""
        return " ".join(fragment.of(self._text) for fragment in fragments)

    def fragments(self, span: Span | None) -> list[Span]:
        """A span without its line ends; nothing for one that has nothing else."""
        if span is None:
            return []
        return [Span(*found.span()) for found in _LINE.finditer(self._text, span.start, span.end)]

    def opening(self, claim: Claim) -> list[Span]:
        """The first word of a claim's content. Raises ReportFormatError when it has none."""
        for piece in claim.content:
            for fragment in self.fragments(piece):
                word = _WORD.search(self._text, fragment.start, fragment.end)
                return [Span(*word.span()) if word else fragment]
        raise ReportFormatError(f"claim {claim.id!r} has no words of content")


def _source(lines: _Lines, source: Source, opening: list[Span]) -> str:
    name = lines.words(source.type, _anchor(lines, source) or opening)
    if source.anonymity_granted:
        lines.add("A", f"Anonymity_granted {name}")
    note = f"{_noted(source.name)} | {_noted(source.role)}" if source.role else _noted(source.name)
    lines.add("#", f"AnnotatorNotes {name}", note)
    for words in source.justification:
        fragments = lines.fragments(words)
        if fragments:
            reason = lines.words("Justification", fragments)
            lines.add("R", f"Justifies Arg1:{reason} Arg2:{name}")
    return name


def _anchor(lines: _Lines, source: Source) -> list[Span]:
    """The mention that has the source's name, else its first one."""
    mentions = [fragments for mention in source.mentions if (fragments := lines.fragments(mention))]
    named = (found for found in mentions if lines.spelled(found) == source.name)
    return next(named, mentions[0] if mentions else [])


def _noted(text: str) -> str:
    return _UNNOTED.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return f"\\{found[0]}" if found[0] in "\\|" else f"\\u{ord(found[0]):04x}"


def _claim(lines: _Lines, claim: Claim, sources: dict[str, str]) -> None:
    cue, mention = lines.fragments(claim.cue), lines.fragments(claim.source_mention)
    arguments = [f"Attribution:{lines.words('Attribution', cue or lines.opening(claim))}"]
    if mention:
        arguments.append(f"Source:{lines.words('Source', mention)}")
    if cue:
        arguments.append(f"Cue:{lines.words('Cue', cue)}")
    contents = filter(None, map(lines.fragments, claim.content))
    arguments += _numbered("Content", (lines.words("Content", piece) for piece in contents))
    event = lines.add("E", " ".join(arguments))
    lines.add("A", f"Kind {event} {claim.kind}")
    lines.add("A", f"Speech {event} {claim.speech}")
    lines.add("R", f"Origin Arg1:{event} Arg2:{sources[claim.chain[-1]]}")
    for step in _numbered("Via", (sources[key] for key in claim.via)):
        role, _, name = step.partition(":")
        lines.add("R", f"{role} Arg1:{event} Arg2:{name}")


def _numbered(role: str, names: Iterable[str]) -> Iterator[str]:
    """``Role:T1``, ``Role2:T2``, … as brat numbers what there are several of."""
    for number, name in enumerate(names, start=1):
        yield f"{role}{number if number > 1 else ''}:{name}"
