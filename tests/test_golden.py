"""The bundled model on the demo articles, against their hand-checked labels.

The articles are three of the written dev part; each expectation below was read in the article.
Claims were picked among those that the first model got right: they guard, they do not measure.
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
    return Scorer.from_pretrained("small", engine="torch")


def claim_with(name: str, words: str) -> tuple[str, tuple[str, ...], str]:
    """Source name, names of the intermediaries, and speech of the claim that holds these words."""
    found = report(name)
    for claim in found.claims:
        if any(words in piece.of(found.text) for piece in claim.content):
            via = tuple(found.source(link).name for link in claim.via)
            return found.source(claim.source).name, via, claim.speech
    raise AssertionError(f"no claim holds {words!r}")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "words", "source", "via", "speech"),
    [
        ("conflict-19", "A draft is a draft", "Pilar Etxaniz", ("Canal Plaza",), "direct"),
        ("conflict-19", "Nothing had been decided", "Pilar Etxaniz", ("Canal Plaza",), "indirect"),
        ("conflict-19", "two quiet quarters", "Octavio Rengel", ("Platina News",), "direct"),
        ("conflict-19", "most expensive word", "Hideo Marchbanks", (), "direct"),
        ("conflict-19", "six weeks of imports", "Kestrel Ratings", (), "indirect"),
        ("british-18", "against unknown persons", "Jaspal Hundal", (), "indirect"),
        ("british-18", "People ask me", "Meher Lyngdoh", (), "direct"),
        ("chains-18", "He has rung before", "Phillipa Dunne-Latu", (), "direct"),
        ("chains-18", "more or less resigned", "a listener", ("North Shore Beacon",), "mixed"),
    ],
)
def test_claim_has_its_source_chain_and_speech(
    name: str, words: str, source: str, via: tuple[str, ...], speech: str
) -> None:
    assert claim_with(name, words) == (source, via, speech)


@pytest.mark.slow
def test_a_source_who_explains_her_anonymity_is_marked() -> None:
    raw = (DEV / "wires-20.txt").read_text(encoding="utf-8")
    found = scorer()(parse_article(raw, doc="wires-20").text)
    assert [source.name for source in found.sources if source.anonymity_granted] == [
        next(source.name for source in found.sources if "woman" in source.name.lower())
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["conflict-19", "british-18", "chains-18"])
def test_background_in_the_authors_voice_has_no_status(name: str) -> None:
    statuses = [sentence.status for sentence in report(name).sentences]
    assert statuses.count("none") >= len(statuses) // 5


@pytest.mark.slow
def test_an_article_without_attribution_has_no_claims() -> None:
    found = scorer()("The bridge is closed. Rain fell for two days and the river rose.")
    assert found.claims == ()
    assert found.transparency.score == 0
