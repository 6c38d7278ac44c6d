"""Articles for the tests of augmentation, and what is learned from them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tagged import FERRY, PIER, gold
from training.augment.cues import learn_verbs
from training.augment.edits import claim_spans
from training.augment.learning import read_lexicon
from training.readers.articles import parse_article
from training.readers.gold import GoldArticle, GoldClaim

OTHERS = """---
title: Kiln cold
publisher: The Brindlow Echo
sources:
s1 | Ysolde Karrow | named_person | head of the Karrow Foundation | no
s2 | Tibor Menk | named_person | spokesman | no
s3 | Ketting Tribune | media_outlet | | no
s4 | Harbour Office | named_organization | | no
s5 | Weather Office | named_organization | | no
s6 | MVZ | media_outlet | | no
claims:
1 | s1 | | statement | speech
2 | s1 | | statement | speech
3 | s2 | | statement | speech
4 | s2 | | statement | speech
5 | s3 | | statement | speech
6 | s4 | | statement | speech
7 | s5 | | statement | speech
---
PELSUND (MVZ) — <con c=1>“The kiln is cold,”</con> <cue c=1>said</cue> <src c=1>Ysolde Karrow</src>.
<con c=2>“It stays so,”</con> <cue c=2>said</cue> <src c=2>she</src>. The office has a harbour, an
office and the weather.

<src c=3>Tibor Menk</src> <cue c=3>says</cue> <con c=3>it is not</con>. <src c=4>He</src>
<cue c=4>warns</cue> <con c=4>of frost</con>. The <src c=5>Ketting Tribune</src>
<cue c=5>warned</cue> <con c=5>of floods</con>. The <src c=6>Harbour Office</src>
<cue c=6>warned</cue> <con c=6>of gales</con>. The <src c=7>Weather Office</src> <cue c=7>said</cue>
<con c=7>nothing</con>.
"""


def others() -> list[GoldArticle]:
    """The articles that names and verbs are learned from."""
    return [parse_article(OTHERS, doc="wires-02"), gold(FERRY), gold(PIER)]


LEXICON = read_lexicon(others(), {})
VERBS = learn_verbs(others())


def tagged(body: str, *sources: str, claims: Sequence[str] = ()) -> GoldArticle:
    """An article of a tagged body; each claim is "source | via" (by default, the first source)."""
    numbers = sorted(set(map(int, re.findall(r"<con c=(\d+)>", body))))
    rows = claims or ["s1 | "] * len(numbers)
    table = [f"s{i} | {source}" for i, source in enumerate(sources, start=1)]
    lines = [f"{n} | {row} | statement | speech" for n, row in zip(numbers, rows, strict=True)]
    head = ["---", "title: T", "publisher: P", "sources:", *table, "claims:", *lines, "---", body]
    return parse_article("\n".join(head), doc="made-01")


ROE = "Ada Roe | named_person | head of the Roe Trust | no"


def speaker(body: str) -> GoldArticle:
    return tagged(body, ROE)


def words(article: GoldArticle, claim: GoldClaim) -> list[list[str]]:
    return [re.findall(r"\w+", span.of(article.text)) for span in claim_spans(claim)]


def silver_of(article: GoldArticle, **kinds: str) -> dict[str, Any]:
    """A record with every occurrence of some names (blanks as underscores) and one chain of all."""
    ner = sorted(
        [match.start(), match.end(), kind]
        for name, kind in kinds.items()
        for match in re.finditer(rf"\b{name.replace('_', ' ')}\b", article.text)
    )
    return {
        "doc": article.doc,
        "sentences": [[0, len(article.text)]],
        "ner": ner,
        "coref": [[[start, end, 1] for start, end, _ in ner]] if ner else [],
    }
