"""The written articles as Parquet files that the datasets library reads."""

from __future__ import annotations

from pathlib import Path

import datasets
import pytest

from training.export import as_dataset, main
from training.readers.articles import read_articles

DEV = Path(__file__).parent.parent / "training" / "corpus" / "articles" / "dev"


def test_spans_of_a_row_are_words_of_its_text() -> None:
    article = read_articles(DEV)[0]
    row = as_dataset([article])[0]
    claim = next(claim for claim in article.claims if claim.cue)
    written = next(item for item in row["claims"] if item["id"] == claim.id)
    spans = [row["text"][piece["start"] : piece["end"]] for piece in written["cue"]]
    assert spans == [piece.of(article.text) for piece in claim.cue]
    assert written["chain"] == [*(claim.via or ()), claim.source]


def test_the_command_writes_a_file_a_split_that_loads_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    main([str(tmp_path / "out")])
    loaded = datasets.Dataset.from_parquet(
        str(tmp_path / "out" / "dev.parquet"), cache_dir=str(tmp_path / "cache")
    )
    assert [row["doc"] for row in loaded] == [article.doc for article in read_articles(DEV)]
