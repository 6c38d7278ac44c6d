"""``datasets.Dataset.map(scorer.map_fn, batched=True)``, with the library itself."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from datasets import Dataset, disable_progress_bars
from datasets.fingerprint import Hasher

from attribution.columns import map_batch, plain_claim_rows
from attribution.scorer import Scorer
from attribution.transparency import WEIGHTS
from attribution.types import Report
from corpora import FakeScorer
from tiny_model import SAMPLE, tiny_scorer

disable_progress_bars()


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return tiny_scorer()


def fake(texts: list[str], *, publisher: list[str | None]) -> list[Report]:
    return FakeScorer()(texts, publisher=publisher, batch_size=8)


class TestMap:
    def test_columns_are_added_to_every_row(self, scorer: Scorer) -> None:
        texts = [SAMPLE, "Nobody spoke."]
        data = Dataset.from_dict({"id": ["a", "b"], "text": texts})
        found = data.map(scorer.map_fn, batched=True)
        assert found.column_names == ["id", "text", "score", "components", "report", "claims"]
        for row, report in zip(found, scorer(texts), strict=True):
            assert row["score"] == report.transparency.score
            assert list(row["components"]) == list(WEIGHTS)
            assert row["components"]["hearsay"] == report.transparency.components["hearsay"].value
            assert Report.from_json(row["report"]) == report
            assert [dict(claim) for claim in row["claims"]] == plain_claim_rows(report)

    def test_batches_of_any_size_give_the_same_rows(self, scorer: Scorer) -> None:
        data = Dataset.from_dict({"text": [SAMPLE, "One, she said.", SAMPLE[:100]]})
        together = data.map(scorer.map_fn, batched=True)
        assert data.map(scorer.map_fn, batched=True, batch_size=2).to_list() == together.to_list()

    def test_the_hash_is_the_same_after_use_and_after_loading(
        self, scorer: Scorer, tmp_path: Path
    ) -> None:
        scorer.save_pretrained(tmp_path / "tiny")
        before = Hasher.hash(Scorer.from_pretrained(tmp_path / "tiny").map_fn)
        loaded = Scorer.from_pretrained(tmp_path / "tiny")
        loaded([SAMPLE])
        assert Hasher.hash(loaded.map_fn) == before

    def test_the_hash_of_another_model_is_another(self, scorer: Scorer) -> None:
        assert Hasher.hash(tiny_scorer(seed=13).map_fn) != Hasher.hash(scorer.map_fn)

    def test_it_can_be_pickled(self, scorer: Scorer) -> None:
        batch = {"text": [SAMPLE]}
        assert pickle.loads(pickle.dumps(scorer.map_fn))(batch) == scorer.map_fn(batch)


class TestBatch:
    def test_texts_that_are_missing_or_without_a_visible_character_give_none(self) -> None:
        found = map_batch({"text": [None, "Ada: x", "\u200b\u2060"]}, fake)
        assert [score is None for score in found["score"]] == [True, False, True]
        assert found["report"][0] is found["components"][0] is found["claims"][0] is None
        assert [claim["source_name"] for claim in found["claims"][1]] == ["Ada"]

    def test_a_batch_without_any_text(self) -> None:
        assert map_batch({"text": [None, ""]}, fake)["score"] == [None, None]

    def test_a_publisher_column_is_used(self) -> None:
        found = map_batch({"text": ["a", "b"], "publisher": ["Quay Post", None]}, fake)
        reports = [Report.from_json(text) for text in found["report"]]
        assert [report.publisher for report in reports] == ["Quay Post", None]

    def test_a_batch_without_the_column_is_refused(self) -> None:
        with pytest.raises(KeyError, match="no column 'text' among 'body'"):
            map_batch({"body": ["a"]}, fake)

    def test_a_single_row_is_refused_with_how_to_call_it(self) -> None:
        with pytest.raises(TypeError, match="batched=True"):
            map_batch({"text": "a"}, fake)
