"""The error analysis in the terminal: tables of groups and classes, and examples of a class."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from attribution.types import Claim, Report, Source, Span
from eval.error_layout import Difference
from eval.table import TITLES
from training.readers.gold import GoldArticle, GoldClaim, GoldSource

__all__ = ["Case", "print_classes", "print_examples"]

_AROUND = 90
_LONGEST = 220
_BLANKS = re.compile(r"\s+")
_MARK = "bold reverse"


@dataclass(frozen=True)
class Case:
    """A difference with the report and the article it stands in."""

    report: Report
    article: GoldArticle
    difference: Difference


def print_classes(corpus: str, part: Mapping[str, Any], console: Console, *, rows: int) -> None:
    """Two tables: all groups, and the first classes; what is left out is summed up in a row."""
    title = f"{TITLES[corpus]}: {part['articles']} articles, {part['gold']} gold claims, "
    title += f"{part['predicted']} predicted, cost {part['cost']:g}"
    console.print(_table(title, "group", part["groups"]))
    classes = part["classes"]
    shown, rest = classes[:rows], classes[rows:]
    if rest:
        summed = {key: sum(row[key] for row in rest) for key in ("n", "cost", "share")}
        shown = [*shown, {"class": f"{len(rest)} further classes", **summed}]
    console.print(_table(f"{TITLES[corpus]}: classes", "class", shown))


def _table(title: str, key: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(key)
    for column in ("n", "articles", "cost", "share"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        counts = (str(row["n"]), str(row.get("articles", "")), f"{row['cost']:g}")
        table.add_row(Text(row[key]), *counts, f"{row['share']:.1%}")
    return table


def print_examples(name: str, cases: Sequence[Case], console: Console, *, number: int) -> None:
    """Some cases of one class, spread over the articles."""
    console.rule(Text(f"{name} ({len(cases)})"), align="left")
    step = max(1, len(cases) // number)
    for case in cases[::step][:number]:
        console.print(Text(case.article.doc, style="cyan"))
        console.print(Padding(_in_context(case), (0, 0, 0, 2)))
        for line in (*_gold_claims(case), *_predicted_claims(case)):
            console.print(Padding(Text(line), (0, 0, 0, 4)))


def _in_context(case: Case) -> Text:
    """The places in their surroundings, marked."""
    text, places = case.article.text, case.difference.places
    start = max(0, places[0].start - _AROUND)
    shown = Text("…" if start else "")
    for place in places:
        shown.append(_short(text[start : place.start]))
        shown.append(_short(place.of(text)), style=_MARK)
        start = place.end
    return shown.append(_short(text[start : start + _AROUND]) + "…")


def _gold_claims(case: Case) -> Iterator[str]:
    """The gold claim in question, or those at the place of a spurious one."""
    sources = {source.id: source for source in case.article.sources}
    for claim in case.article.claims:
        if _is_meant(claim, case.difference.gold, case.difference.places):
            via = [sources[name].name for name in claim.via or () if name in sources]
            words = (claim.source_mention, claim.cue, claim.content)
            yield _line("gold", case, words, claim, sources.get(claim.source or ""), via)


def _predicted_claims(case: Case) -> Iterator[str]:
    """The predicted claim in question, or those at the place of a missed one."""
    report = case.report
    for claim in report.claims:
        if _is_meant(claim, case.difference.predicted, case.difference.places):
            via = [report.source(name).name for name in claim.via]
            mention = (claim.source_mention,) if claim.source_mention else ()
            words = (mention, (claim.cue,) if claim.cue else (), claim.content)
            yield _line("ours", case, words, claim, report.source(claim.source), via)


def _is_meant(claim: Claim | GoldClaim, name: str | None, places: Sequence[Span]) -> bool:
    if name is not None:
        return claim.id == name
    return any(piece.overlaps(place) for piece in claim.content for place in places)


def _line(
    side: str,
    case: Case,
    words: Sequence[Sequence[Span]],
    claim: Claim | GoldClaim,
    source: Source | GoldSource | None,
    via: Sequence[str],
) -> str:
    parts = [" … ".join(span.of(case.article.text) for span in spans) or "–" for spans in words]
    parts.append(", ".join(label for label in (claim.speech, claim.kind) if label))
    if source:
        role = f", {source.role}" if source.role else ""
        anonymous = ", anonymity granted" if source.anonymity_granted else ""
        parts.append(f"{source.name} ({source.type}{role}{anonymous})")
        parts.extend(f"via {name}" for name in via)
    return f"{side}  {' | '.join(_short(part) for part in parts)}"


def _short(words: str) -> str:
    """On one line, the middle of a long stretch left out; blanks at the ends stay."""
    flat = _BLANKS.sub(" ", words)
    return (
        flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST // 2]} […] {flat[-_LONGEST // 2 :]}"
    )
