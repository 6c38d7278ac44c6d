"""Fixtures shared by all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from attribution.transparency import assess
from attribution.types import Claim, ModelInfo, Report, Sentence, Source, Span

# Loaded machines stretch the time of one example; what matters is whether it passes.
settings.register_profile("default", deadline=None)
settings.load_profile("default")

EXAMPLE_TEXT = (
    "The weir at Ottermouth will stay shut until spring.\r\n"
    "“We found a crack as long as a bus,” engineer Ines Faro told the Estuary Post. "
    "“Nobody should walk on it.”\r\n"
    "A council worker, who asked not to be named, said repairs had been put off twice. "
    "Anglers fear the worst."
)


@pytest.fixture
def example_report() -> Report:
    """A report made by hand: a chain, a quotation that goes on, an anonymous source, a belief."""

    def span(words: str) -> Span:
        start = EXAMPLE_TEXT.index(words)
        return Span(start, start + len(words))

    sources = (
        Source("s1", "Ines Faro", "named_person", "engineer", mentions=(span("Ines Faro"),)),
        Source("s2", "Estuary Post", "media_outlet", mentions=(span("the Estuary Post"),)),
        Source("s3", "A council worker", "unnamed_person", "", True, (span("A council worker"),)),
        Source("s4", "Anglers", "unnamed_group", mentions=(span("Anglers"),)),
    )
    quoted, further = (
        span("“We found a crack as long as a bus,”"),
        span("“Nobody should walk on it.”"),
    )
    repairs, worst = span("repairs had been put off twice"), span("the worst")
    told, faro, said = span("told"), span("engineer Ines Faro"), span("said")
    worker, fear, anglers = span("A council worker"), span("fear"), span("Anglers")
    claims = (
        Claim("c1", (quoted,), told, faro, "s1", "direct", "statement", ("s2", "s1"), 0.97),
        Claim("c2", (further,), None, None, "s1", "direct", "statement", ("s2", "s1"), 0.9),
        Claim("c3", (repairs,), said, worker, "s3", "indirect", "statement", ("s3",), 0.95),
        Claim("c4", (worst,), fear, anglers, "s4", "indirect", "belief", ("s4",), 0.8),
    )
    opening = span("The weir at Ottermouth will stay shut until spring.")
    tellings = Span(quoted.start, span("Estuary Post. ").end - 1)
    sentences = (
        Sentence(opening, "none"),
        Sentence(tellings, "direct", ("c1",)),
        Sentence(further, "direct", ("c2",)),
        Sentence(Span(worker.start, repairs.end + 1), "indirect", ("c3",)),
        Sentence(Span(anglers.start, worst.end + 1), "none", ("c4",)),
    )
    return Report(
        text=EXAMPLE_TEXT,
        title="A crack at the weir",
        sentences=sentences,
        sources=sources,
        claims=claims,
        transparency=assess(EXAMPLE_TEXT, sentences, sources, claims),
        model=ModelInfo("test", "1"),
    )


@pytest.fixture(scope="session")
def scorer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with the tiny random model. Copy it before changing it."""
    from tiny_model import tiny_scorer

    folder = tmp_path_factory.mktemp("model") / "tiny"
    tiny_scorer().save_pretrained(folder)
    return folder
