"""The bundled model on the demo articles, against their hand-checked labels.

The articles are three of the written dev part; each expectation below was read in the article.
A changed model may fail here for a good reason: then read the new report before changing a line.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from attribution import Report, Scorer
from attribution.scorer import BUNDLED
from training.readers.articles import parse_article

DEV = Path(__file__).parent.parent / "training" / "corpus" / "articles" / "dev"

pytestmark = pytest.mark.skipif(
    not (BUNDLED / "small" / "model.safetensors").exists(), reason="no bundled weights"
)


@cache
def report(name: str) -> Report:
    raw = (DEV / f"{name}.txt").read_text(encoding="utf-8")
    return scorer()(parse_article(raw, doc=name).text)


@cache
def scorer() -> Scorer:
    return Scorer.from_pretrained("small")


def claim_with(name: str, words: str) -> tuple[str, tuple[str, ...], str]:
    """Source name, names of the intermediaries, and speech of the claim that holds these words."""
    found = report(name)
    for claim in found.claims:
        if any(words in piece.of(found.text) for piece in claim.content):
            via = tuple(found.source(link).name for link in claim.via)
            return found.source(claim.source).name, via, claim.speech
    raise AssertionError(f"no claim holds {words!r}")
