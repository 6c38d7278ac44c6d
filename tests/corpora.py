"""Small corpora of invented records, and a scorer that reads "Somebody: words" without a model."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from attribution.corpus.work import CorpusOptions
from attribution.errors import InputError
from attribution.transparency import assess
from attribution.types import Claim, ModelInfo, Report, Sentence, Source, Span

TEXTS = (
    "Ada Birch: the ferry is late",
    "Quay Echo > Ada Birch: the pilot is ill",
    "a deckhand: nobody was paid",
    "The tide was out.",
)
#: Chunks of four records.
OPTIONS = CorpusOptions(chunk_size=4)


def report_of(text: str, publisher: str | None, model: ModelInfo) -> Report:
    """One sentence; a claim if it reads "Source: words" or "Intermediary > Source: words"."""
    told_by, colon, _ = text.partition(": ")
    names = told_by.split(" > ") if colon else []
    sources = tuple(
        Source(f"s{n}", name, "unnamed_person" if name.islower() else "named_person")
        for n, name in enumerate(names, 1)
    )
    chain = tuple(source.id for source in sources)
    content = (Span(len(told_by) + 2, len(text)),)
    cue = Span(len(told_by), len(told_by) + 1)
    claims = (
        (Claim("c1", content, cue, None, chain[-1], "indirect", "statement", chain, 0.5),)
        if names
        else ()
    )
    status = "indirect" if names else "none"
    sentences = (Sentence(Span(0, len(text)), status, tuple(claim.id for claim in claims)),)
    return Report(
        text=text,
        title=None,
        sentences=sentences,
        sources=sources,
        claims=claims,
        transparency=assess(text, sentences, sources, claims),
        model=model,
        publisher=publisher,
    )


class FakeScorer:
    """Refuses texts with "refuse me", breaks on "break me", and keeps what it was handed."""

    def __init__(self, version: str = "1") -> None:
        self.info = ModelInfo("fake", version)
        self.calls: list[list[str]] = []

    def __call__(
        self, texts: Sequence[str], *, publisher: Sequence[str | None], batch_size: int
    ) -> list[Report]:
        self.calls.append(list(texts))
        if any("refuse me" in text for text in texts):
            raise InputError("too odd")
        if any("break me" in text for text in texts):
            raise ZeroDivisionError("a bug")
        return [
            report_of(text, outlet, self.info)
            for text, outlet in zip(texts, publisher, strict=True)
        ]


def write_jsonl(path: Path, records: Iterable[object]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def articles(count: int) -> list[dict[str, object]]:
    """Records with every column there is, all of them different."""
    return [
        {
            "id": f"a{number}",
            "text": f"{TEXTS[number % len(TEXTS)]} {number}",
            "title": f"Title {number}",
            "publisher": ("Quay Post", "Harbour Times", None)[number % 3],
            "date": f"2026-0{number % 9 + 1}-15",
        }
        for number in range(count)
    ]


def files_of(folder: Path) -> dict[str, bytes]:
    """All that a run wrote, but for the counts of the last run, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "summary.json"
    }


def table(folder: Path, name: str) -> list[dict[str, object]]:
    """All rows of a table of the output, in the order of its parts."""
    from pyarrow.parquet import read_table

    parts = sorted((folder / name).glob("part-*.parquet"))
    return [row for part in parts for row in read_table(part).to_pylist()]


def errors(folder: Path) -> list[dict[str, str | None]]:
    parts = sorted((folder / "errors").glob("part-*.jsonl"))
    return [json.loads(line) for part in parts for line in part.read_text("ascii").splitlines()]
