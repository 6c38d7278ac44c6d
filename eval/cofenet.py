"""CofeNet's own evaluation, for comparison with its published table on PolNeAR.

    python -m eval.cofenet FILE --model M --json OUT

The file has one JSON object a line: ``tokens``, ``labels`` (one layer of BIO tags: source, cue,
content; pieces of a cue are entities of their own, punctuation counts, a content's closing
quotation mark lies inside) and ``id``, the document and its annotator. Consecutive lines of one
id are the paragraphs of one article. The article's text is put together again, scored as a whole,
and the predicted spans are laid back on the tokens of each line. An entity is right when type,
first and last token are right (Wang et al., "CofeNet", COLING 2022).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from attribution.errors import AttributionError
from attribution.types import Claim, Report, Span
from eval.bootstrap import Figure, figures
from eval.cofenet_text import Article, Instance, join_instances
from eval.counts import Counts, matching_counts

__all__ = ["ROLES", "count", "entities", "evaluate", "project", "read_instances"]

ROLES = ("source", "cue", "content")
Entity = tuple[str, int, int]


def read_instances(path: str | Path) -> list[Instance]:
    """The lines of a file in CofeNet's format. Raises ValueError naming a line that is not."""
    instances = []
    with Path(path).open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                data = json.loads(line)
                instance = Instance(data["id"], tuple(data["tokens"]), tuple(data["labels"]))
            except (json.JSONDecodeError, KeyError, TypeError) as error:
                raise ValueError(
                    f"{path}, line {number}: not CofeNet's format: {error!r}"
                ) from error
            if len(instance.tokens) != len(instance.labels):
                raise ValueError(f"{path}, line {number}: tokens and labels differ in number")
            instances.append(instance)
    return instances


def entities(labels: Sequence[str]) -> list[Entity]:
    """Entities of a BIO sequence as (type, first token, end).

    As in CofeNet's ``get_element``: an I tag that continues nothing of its type opens no entity.
    """
    found: list[Entity] = []
    role, start = "", 0
    for at, label in enumerate((*labels, "O")):
        if role and label == f"I-{role}":
            continue
        if role:
            found.append((role, start, at))
        role, start = (label[2:], at) if label.startswith("B-") else ("", at)
    return found


def project(report: Report, article: Article) -> list[list[str]]:
    """A report's spans as BIO labels, one list an instance.

    One layer cannot hold a claim inside a claim, so only the outermost claims are laid on. Each
    piece becomes an entity of its own, and a piece that runs over several instances one in each.
    Where roles meet on a token, the source has it, then the cue: a cue in two pieces, which a
    report gives as one span, is thereby parted by the source that stands in between.
    """
    labels = [["O"] * len(instance.tokens) for instance in article.instances]
    claims = _outermost(report.claims)
    for role, spans in (
        ("content", [piece for claim in claims for piece in claim.content]),
        ("cue", [claim.cue for claim in claims if claim.cue]),
        ("source", [claim.source_mention for claim in claims if claim.source_mention]),
    ):
        for span in sorted(set(spans)):
            _paint(labels, article, role, span)
    return [_repaired(row) for row in labels]


def _outermost(claims: Sequence[Claim]) -> list[Claim]:
    return [
        claim
        for claim in claims
        if not any(_holds(other.content, claim.content) for other in claims)
    ]


def _holds(outer: Sequence[Span], inner: Sequence[Span]) -> bool:
    return outer != inner and all(any(big.contains(small) for big in outer) for small in inner)


def _paint(labels: list[list[str]], article: Article, role: str, span: Span) -> None:
    """Tag the tokens whose larger part lies in ``span``; a new entity in every instance."""
    for row, tokens in zip(labels, article.tokens, strict=True):
        tag = "B"
        for at, token in enumerate(tokens):
            shared = min(token.end, span.end) - max(token.start, span.start)
            if 2 * shared > len(token):
                row[at] = f"{tag}-{role}"
                tag = "I"


def _repaired(labels: Sequence[str]) -> list[str]:
    """Give what a later role cut off from its beginning a B tag of its own."""
    fixed: list[str] = []
    for label in labels:
        broken = label.startswith("I-") and (not fixed or fixed[-1][1:] != label[1:])
        fixed.append(f"B{label[1:]}" if broken else label)
    return fixed


def count(predicted: Sequence[Sequence[str]], gold: Sequence[Sequence[str]]) -> dict[str, Counts]:
    """Exact-match counts per role over the instances of one article."""
    tallies: dict[str, Counts] = {}
    for role in ROLES:
        bags: list[Iterable[tuple[int, Entity]]] = [
            [
                (row, item)
                for row, labels in enumerate(side)
                for item in entities(labels)
                if item[0] == role
            ]
            for side in (predicted, gold)
        ]
        tallies[role] = matching_counts(*bags)
    return tallies


def evaluate(
    instances: Sequence[Instance], scorer: Callable[[list[str]], list[Report]]
) -> dict[str, dict[str, Any]]:
    """Exact-match P, R and F1 per role, with the F1's n and 95% interval over articles."""
    articles = [
        join_instances(list(group)) for _, group in groupby(instances, lambda item: item.id)
    ]
    reports = scorer([article.text for article in articles])
    tallies = [
        count(project(report, article), [instance.labels for instance in article.instances])
        for report, article in zip(reports, articles, strict=True)
    ]
    measured = figures(tallies)
    return {role: _row(measured[role]) for role in ROLES} if articles else {}


def _row(figure: Figure) -> dict[str, Any]:
    plain = figure.to_dict()
    parts = {"P": plain["precision"]["value"], "R": plain["recall"]["value"]}
    return {**parts, "F1": plain["value"], "n": plain["n"], "interval": plain["interval"]}


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.cofenet", description=__doc__)
    parser.add_argument("file", type=Path, help="instances in CofeNet's format")
    parser.add_argument("--model", default="small", help="bundled model's name, or a folder")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures here")
    options = parser.parse_args(arguments)
    from attribution.scorer import Scorer

    try:
        instances = read_instances(options.file)
        scorer = Scorer.from_pretrained(options.model, engine="torch")
    except (AttributionError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    result = evaluate(instances, scorer)
    text = json.dumps(result, indent=2)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(text + "\n", encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
