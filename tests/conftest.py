"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from attribution.transparency import assess
from attribution.types import Claim, ModelInfo, Report, Sentence, Source, Span

if TYPE_CHECKING:
    from corpora import FakeScorer

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


@pytest.fixture(scope="session", autouse=True)
def auto_is_torch() -> Iterator[None]:
    """Whatever is installed, models run with the engine that gives the same everywhere."""
    from attribution import engines

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "fastest", lambda model: "torch")
        yield


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


@pytest.fixture(scope="session")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with int8 weights in several files. Copy it before changing it."""
    from attribution.storage import write_weights
    from stored import SMALL
    from tiny_model import tiny_scorer

    folder = tmp_path_factory.mktemp("sharded") / "tiny"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write_weights, "__kwdefaults__", {"max_file": SMALL})
        tiny_scorer().save_pretrained(folder, storage="int8")
    return folder


@pytest.fixture
def corpus_scorer(monkeypatch: pytest.MonkeyPatch) -> FakeScorer:
    """What a corpus run scores with in place of a model, without waiting for the disk."""
    from corpora import FakeScorer

    fake = FakeScorer()
    monkeypatch.setattr("attribution.corpus.work.load_scorer", lambda *_: fake)
    monkeypatch.setattr("attribution.corpus.run.digest_of", lambda model: f"files of {model}")
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # takes most of the time
    return fake


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Ten records, three of them bad: in chunks of four, one of each kind of chunk."""
    from corpora import articles, write_jsonl

    rows: list[object] = [*articles(10)]
    rows[5] = {"id": "a5", "text": " "}
    rows[8] = "no object"
    rows[9] = {"id": "a0", "text": "again"}
    return write_jsonl(tmp_path / "news.jsonl", rows)


@pytest.fixture
def undisturbed(tmp_path: Path, news: Path, corpus_scorer: FakeScorer) -> dict[str, bytes]:
    """What a run over the news writes."""
    from attribution.corpus.run import score_corpus
    from corpora import OPTIONS, files_of

    score_corpus(news, tmp_path / "undisturbed", OPTIONS)
    return files_of(tmp_path / "undisturbed")


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pretrained encoder's folder."""
    from tiny_model import tiny_model, tiny_tokenizer, transformers_encoder

    folder = tmp_path_factory.mktemp("encoder")
    transformers_encoder(tiny_model()).save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder


@pytest.fixture
def config(tmp_path: Path, encoder: Path) -> Path:
    """Settings that train on two small articles."""
    from tiny_training import write_articles, write_settings

    return write_settings(tmp_path, encoder, write_articles(tmp_path / "articles"))
