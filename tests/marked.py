"""Small tagged articles as gold and as report: one text with two sets of tags, and what differs."""

from __future__ import annotations

import re
from dataclasses import replace

from eval.error_layout import Difference
from eval.errors import find_differences
from eval.gold_report import gold_report
from training.readers.articles import parse_article
from training.readers.gold import GoldArticle

SOURCES = {
    "s1": "Ines Varga | named_person | chief engineer | no",
    "s2": "the mayor of Harrow | unnamed_person | | no",
    "s3": "Lind Gazette | media_outlet | | no",
    "s4": "Tom Ebbe | named_person | | no",
    "s5": "a safety report | document | | no",
}


def read(body: str, sources: dict[str, str] | None = None, **claims: str) -> GoldArticle:
    """A tagged text; claim N is a statement of s1 unless cN="source | via | kind" is given."""
    rows = [f"{name} | {row}" for name, row in {**SOURCES, **(sources or {})}.items()]
    numbers = sorted({int(number) for number in re.findall(r"c=(\d+)", body)})
    claim_rows = [f"{n} | {claims.get(f'c{n}', 's1 | | statement')} | interview" for n in numbers]
    head = "\n".join(["---", "title: A title", "sources:", *rows, "claims:", *claim_rows, "---"])
    return parse_article(f"{head}\n{body}\n", doc="wires-01")


def found(gold: GoldArticle, ours: GoldArticle) -> list[Difference]:
    return find_differences(gold_report(ours), gold)


def names(gold: GoldArticle | str, ours: GoldArticle | str) -> list[str]:
    pair = [read(side) if isinstance(side, str) else side for side in (gold, ours)]
    return sorted(difference.name for difference in found(*pair))


def flat(body: str) -> GoldArticle:
    """As PolNeAR: no claims in claims, no sources labelled, the headline in the text."""
    article = read(body)
    bare = tuple(replace(claim, source=None, via=None, kind=None) for claim in article.claims)
    return replace(
        article, claims=bare, sources=(), resolved=False, nested=False, title=None, desk=""
    )


SAID = "<src c=1>Ines Varga</src> <cue c=1>said</cue> <con c=1>the bridge was safe</con>."
# Claims 1 and 2 are of s1, 3 and 4 of s4.
FOUR = (
    "<src c=1>Varga</src> <cue c=1>said</cue> <con c=1>it fell</con>. <src c=2>She</src> "
    "<cue c=2>added</cue> <con c=2>it was old</con>. <src c=3>Tom Ebbe</src> <cue c=3>told</cue> "
    "the Lind Gazette <con c=3>all was well</con>. <con c=4>“All.”</con>"
)
ROWS = {
    "c1": "s1 | | statement",
    "c2": "s1 | | statement",
    "c3": "s4 | | statement",
    "c4": "s4 | | statement",
}


def resolved(sources: dict[str, str] | None = None, /, **claims: str) -> GoldArticle:
    """Four claims of two sources, with some sources and claims changed."""
    return read(FOUR, sources, **{**ROWS, **claims})
