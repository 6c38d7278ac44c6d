"""A tagged article for the tests of the score's validity: unnamed and named sources, paragraphs."""

from __future__ import annotations

from training.readers.articles import parse_article
from training.readers.gold import GoldArticle

HEAD = """---
title: Weir to stay shut
publisher: The Estuary Post
sources:
s1 | Ines Faro | named_person | engineer | no
s2 | a council worker | unnamed_person | | no
s3 | Anglers | unnamed_group | | no
s4 | The Canal Trust | named_organization | | no
claims:
1 | s1 | | statement | unspecified
2 | s2 | | statement | unspecified
3 | s2 | | statement | unspecified
4 | s3 | | belief | unspecified
5 | s1 | | statement | unspecified
6 | s4 | | statement | unspecified
---
"""
PARAGRAPHS = (
    "The weir at Ottermouth, which holds back the river above the old town and feeds the canal, "
    "will stay shut until spring. <src c=1>Engineer Ines Faro</src> <cue c=1>said</cue> <con c=1>"
    "that the crack was as long as a bus</con>.",
    "<src c=6>The Canal Trust</src> <cue c=6>said</cue> <con c=6>the lower lock would open in June"
    "</con>.",
    "<src c=2>A council worker</src> <cue c=2>said</cue> <con c=2>repairs had been put off twice"
    "</con>. The gates were last mended eleven years ago, in a dry summer.",
    "Boats lie along both banks. <con c=3>The money went elsewhere</con>, <src c=3>the council "
    "worker</src> <cue c=3>said</cue>. <src c=4>Anglers</src> <cue c=4>believe</cue> <con c=4>the "
    "fish have gone for good</con>.",
    "<con c=5>“Nobody should walk on it,”</con> <src c=5>Faro</src> <cue c=5>said</cue>.",
)


def weir() -> GoldArticle:
    """The article: five paragraphs, the last one a quotation."""
    return parse_article(HEAD + "\n\n".join(PARAGRAPHS) + "\n", doc="wires-01")


def words(article: GoldArticle, claim: str) -> tuple[str, str, str]:
    """Source mention, cue and content of a claim, as the text has them."""
    found = next(item for item in article.claims if item.id == claim)
    spans = (found.source_mention, found.cue, found.content)
    mention, cue, content = (
        " ".join(piece.of(article.text) for piece in pieces) for pieces in spans
    )
    return mention, cue, content
