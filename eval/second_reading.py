"""A second reading of the articles against their tags: ``python -m eval.second_reading``.

The reader saw the plain text and marked which passages go on without a cue, of what kind and
whose, and the cues with their speakers: ``second.jsonl`` beside the articles. ``names`` there says
which source of the table the reader's words for one mean, where they differ; ``added`` are claims
that were tagged after the comparison, because of it: they are left out, so that the figures are
those of the two readings as they were.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attribution.types import Span
from eval.bootstrap import figures
from eval.continuations import ARTICLES
from eval.counts import Counts, Share, Tally
from eval.names import name_tokens
from eval.passages import PHENOMENA, Marked, Passage, read_marked
from eval.words import Words

__all__ = ["Pair", "agreement", "kappa", "main", "measured", "paired"]

_HALF = 0.5
_Labels = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Pair:
    """One passage that both marked: phenomenon and source, each as (tags, reader)."""

    phenomenon: tuple[str, str]
    source: tuple[str, str]


def paired(one: Marked, second: Mapping[str, Any]) -> list[Pair]:
    """The passages that both marked, one to one, best intersection over union of words first."""
    words, first = Words(one.article.text), _first(one, second)
    marks = [words.within([_span(mark)]) for mark in second["passages"]]
    overlaps = sorted(
        (-Words.iou(passage.words, mark), row, column)
        for row, passage in enumerate(first)
        for column, mark in enumerate(marks)
    )
    rows, columns = set[int](), set[int]()
    pairs = []
    for overlap, row, column in overlaps:
        if -overlap >= _HALF and row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            passage, mark = first[row], second["passages"][column]
            source = (_named(one, passage.claim.source), _meant(mark["source"], second))
            pairs.append(Pair((passage.phenomenon, mark["phenomenon"]), source))
    return pairs


def agreement(one: Marked, second: Mapping[str, Any]) -> dict[str, Tally]:
    """Counts of one article.

    - ``passages``: those of both at intersection over union .5, whatever kind and source.
    - ``phenomenon``, ``source``: share of these with the same kind, the same source.
    - ``passages.KIND``, ``source.KIND``: passages that both give that kind, and their source.
    - ``cues``: cues of both that share a character, one to one; ``speaker``: the same of them.
    """
    pairs, first = paired(one, second), _first(one, second)
    tallies: dict[str, Tally] = {
        "passages": Counts(len(pairs), len(second["passages"]), len(first)),
        "phenomenon": Share(sum(_same(pair.phenomenon) for pair in pairs), len(pairs)),
        "source": Share(sum(_same(pair.source) for pair in pairs), len(pairs)),
    }
    for kind in PHENOMENA:
        mine = [pair for pair in pairs if pair.phenomenon == (kind, kind)]
        marks = sum(mark["phenomenon"] == kind for mark in second["passages"])
        tags = sum(passage.phenomenon == kind for passage in first)
        tallies[f"passages.{kind}"] = Counts(len(mine), marks, tags)
        tallies[f"source.{kind}"] = Share(sum(_same(pair.source) for pair in mine), len(mine))
    return {**tallies, **_cues(one, second)}


def kappa(groups: Sequence[_Labels]) -> float | None:
    """Cohen's kappa, agreement by chance worked out in each group (an article) by itself.

    None where chance alone agrees always, or there is nothing to compare.
    """
    number = sum(map(len, groups))
    observed = sum(_same(labels) for group in groups for labels in group)
    chance = 0.0
    for group in filter(None, groups):
        left, right = (Counter(labels[side] for labels in group) for side in (0, 1))
        chance += sum(left[label] * right[label] for label in left) / len(group)
    return (observed - chance) / (number - chance) if number > chance else None


def measured(folder: Path = ARTICLES) -> dict[str, Any]:
    """Every figure of the two readings as plain data."""
    lines = (folder / "second.jsonl").read_text(encoding="utf-8").splitlines()
    readings = {record["doc"]: record for record in map(json.loads, lines)}
    both = [(one, readings[one.article.doc]) for one in read_marked(folder)]
    found = figures([agreement(one, second) for one, second in both])
    pairs = [paired(one, second) for one, second in both]
    by_kind = kappa([[pair.phenomenon for group in pairs for pair in group]])
    by_source = kappa([[pair.source for pair in group] for group in pairs])
    return {
        "articles": len(both),
        **{name: figure.to_dict() for name, figure in found.items()},
        "kappa": {
            name: value if value is None else round(value, 4)
            for name, value in (("phenomenon", by_kind), ("source", by_source))
        },
    }


def _cues(one: Marked, second: Mapping[str, Any]) -> dict[str, Tally]:
    claims = [claim for claim in one.article.claims if claim.cue and _read(claim.id, second)]
    free = list(claims)
    shared = same = 0
    for mark in second["cues"]:
        span = _span(mark)
        hits = [claim for claim in free if any(_touch(piece, span) for piece in claim.cue)]
        if hits:
            free.remove(hits[0])
            shared += 1
            same += _same((_named(one, hits[0].source), _meant(mark["source"], second)))
    return {
        "cues": Counts(shared, len(second["cues"]), len(claims)),
        "speaker": Share(same, shared),
    }


def _first(one: Marked, second: Mapping[str, Any]) -> list[Passage]:
    return [passage for passage in one.passages if _read(passage.claim.id, second)]


def _read(claim: str, second: Mapping[str, Any]) -> bool:
    return claim not in second["added"]


def _span(mark: Mapping[str, Any]) -> Span:
    return Span(mark["start"], mark["end"])


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _named(one: Marked, source: str | None) -> str:
    return next(
        " ".join(name_tokens(known.name)) for known in one.article.sources if known.id == source
    )


def _meant(name: str, second: Mapping[str, Any]) -> str:
    return " ".join(name_tokens(second["names"].get(name, name)))


def _same(labels: tuple[str, str]) -> bool:
    return labels[0] == labels[1]


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(prog="python -m eval.second_reading", description=__doc__)
    parser.parse_args(arguments)
    print(json.dumps(measured(), indent=1))


if __name__ == "__main__":
    main()
