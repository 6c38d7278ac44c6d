"""Fitting the weights of confidences on what helper models find in articles they never saw."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from attribution.confidence import FEATURES, Evidence, probability
from attribution.configuration import AttributionConfig
from tagged import FERRY, PIER, gold
from tiny_model import MAX_PIECES, tiny_model, tiny_tokenizer, transformers_encoder
from training import calibrate, train, tune
from training.calibrate import Judged, cross_validated, fit_weights, judge, unseen_claims
from training.data import fold_of
from training.settings import fold_folder, read_settings
from training.tune import CONFIDENCES, likely_enough

DOCS = tuple(f"wires-{number:02}" for number in range(10))


def save_model(folder: Path, **settings: object) -> None:
    """A tiny random model with its tokenizer."""
    tiny_model(**settings).save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run's configuration: two helper models that know the two articles by heart."""
    folder = tmp_path_factory.mktemp("calibrate")
    articles = folder / "train"
    articles.mkdir()
    for number, doc in enumerate(DOCS):
        text = (FERRY, PIER)[number % 2]
        (articles / f"{doc}.txt").write_text(text, encoding="utf-8")
    transformers_encoder(tiny_model()).save_pretrained(folder / "encoder")
    tiny_tokenizer().save_pretrained(folder / "encoder")
    values: dict[str, Any] = {
        "name": "tiny", "release": "9", "encoder": str(folder / "encoder"),
        "output": str(folder / "output"), "run": str(folder / "run"), "seed": 5,
        "data": {"polnear": "", "layer": "", "articles": str(articles)},
        "training": {
            "epochs": 4, "max_pieces": MAX_PIECES, "batch_pieces": 120, "encoder_rate": 0.003,
            "head_rate": 0.01, "weight_decay": 0.01, "warmup": 0.1, "clip": 1.0,
            "checkpoint_minutes": 60, "threads": 1, "folds": 2, "fold_epochs": 8,
        },
    }  # fmt: skip
    config = folder / "tiny.yaml"
    config.write_text(yaml.safe_dump(values), encoding="utf-8")
    for fold in ("0", "1"):
        train.main([str(config), "--fold", fold])
    return config


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """The shipped model's folder: it opens claims at the least chance, so many are wrong."""
    folder = tmp_path / "shipped"
    save_model(folder, cue_threshold=0.01, uncued_threshold=0.01)
    return folder


def without_folds(config: Path, folder: Path) -> Path:
    """The configuration with no folds in it."""
    values = yaml.safe_load(config.read_text(encoding="utf-8"))
    values["training"]["folds"] = 0
    target = folder / "plain.yaml"
    target.write_text(yaml.safe_dump(values), encoding="utf-8")
    return target


class TestCommand:
    def test_writes_weights_into_the_shipped_model_and_prints_what_they_do(
        self, trained: Path, shipped: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = json.loads((shipped / "config.json").read_text())
        calibrate.main([str(trained), "--model", str(shipped)])
        printed = json.loads(capsys.readouterr().out)
        after = json.loads((shipped / "config.json").read_text())
        assert after.pop("confidence_weights") == list(printed["weights"].values())
        assert after.pop("confidence_threshold") == 0
        before.pop("confidence_threshold", None)
        before.pop("confidence_weights", None)
        assert after == before
        assert list(printed["weights"]) == ["constant", *FEATURES]
        assert printed["articles"] == len(DOCS)
        assert printed["ece_before"]["n"] == printed["ece_after"]["n"] > 0
        # On four articles, cross-validated, either may be the lower one.
        assert printed["ece_after"]["value"] != printed["ece_before"]["value"]

    def test_a_configuration_without_folds_is_refused(
        self, trained: Path, shipped: Path, tmp_path: Path
    ) -> None:
        before = (shipped / "config.json").read_bytes()
        config = without_folds(trained, tmp_path)
        with pytest.raises(SystemExit, match=r"training\.calibrate: the configuration has no fold"):
            calibrate.main([str(config), "--model", str(shipped)])
        assert (shipped / "config.json").read_bytes() == before

    def test_a_helper_that_is_not_there_is_named(self, trained: Path, tmp_path: Path) -> None:
        settings = dataclasses.replace(read_settings(trained), run=str(tmp_path))
        with pytest.raises(FileNotFoundError, match=r"fold0.model holds no model.*--fold 0"):
            list(unseen_claims(settings, AttributionConfig(), [gold()]))


class TestOnDev:
    def test_the_model_itself_reads_the_dev_articles(
        self, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        shipped = over_eager(fold_folder(read_settings(trained), 0) / "model", tmp_path / "eager")
        config = with_dev(without_folds(trained, tmp_path), tmp_path)
        calibrate.main([str(config), "--model", str(shipped), "--on", "dev"])
        printed = json.loads(capsys.readouterr().out)
        assert printed["on"] == "dev"
        assert printed["articles"] == len(DOCS)
        stored = json.loads((shipped / "config.json").read_text())["confidence_weights"]
        assert stored == list(printed["weights"].values())
        assert printed["confidence_threshold"] in CONFIDENCES
        assert min(printed["gains"].values()) >= -0.0025

    def test_without_dev_articles_it_is_refused(self, trained: Path, shipped: Path) -> None:
        with pytest.raises(
            SystemExit, match=r"training\.calibrate: no folder of articles at .*dev$"
        ):
            calibrate.main([str(trained), "--model", str(shipped), "--on", "dev"])


class TestLikelyEnough:
    """The least confidence of a claim that is kept."""

    @staticmethod
    def chosen(
        monkeypatch: pytest.MonkeyPatch, found: dict[float, dict[str, float]]
    ) -> tuple[float, dict[str, float]]:
        """What is chosen when the measures are those of the nearest threshold below."""

        def measured(model: Any, _: object) -> tuple[float, dict[str, float]]:
            nearest = max(value for value in found if value <= model.config.confidence_threshold)
            detail = found[nearest]
            return sum(detail.values()) / len(detail), detail

        monkeypatch.setattr(tune, "objective", measured)
        model = tiny_model()
        chosen = likely_enough(model, {})
        assert model.config.confidence_threshold == 0
        return chosen

    def test_the_best_mean_is_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = {0.0: {"a": 0.8, "b": 0.8}, 0.1: {"a": 0.81, "b": 0.82}, 0.2: {"a": 0.8, "b": 0.8}}
        least, gains = self.chosen(monkeypatch, found)
        assert least == 0.1
        assert gains == pytest.approx({"a": 0.01, "b": 0.02})

    def test_no_measure_may_pay_for_another(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = {0.0: {"a": 0.8, "b": 0.8}, 0.1: {"a": 0.79, "b": 0.9}}
        least, gains = self.chosen(monkeypatch, found)
        assert least == 0
        assert set(gains.values()) == {0.0}


def over_eager(model: Path, folder: Path) -> Path:
    """A copy of a trained model that opens claims at the least chance, so that some are wrong."""
    shutil.copytree(model, folder)
    path = folder / "config.json"
    eager = {"cue_threshold": 0.01, "uncued_threshold": 0.01}
    path.write_text(json.dumps(json.loads(path.read_text()) | eager))
    return folder


def with_dev(config: Path, folder: Path) -> Path:
    """The configuration with the written articles' dev folder beside an empty train folder."""
    values = yaml.safe_load(config.read_text(encoding="utf-8"))
    values["data"]["articles"] = str(folder / "train")
    (folder / "dev").mkdir()
    for number, doc in enumerate(DOCS):
        text = (FERRY, PIER)[number % 2]
        (folder / "dev" / f"{doc}.txt").write_text(text, encoding="utf-8")
    target = folder / "dev.yaml"
    target.write_text(yaml.safe_dump(values), encoding="utf-8")
    return target


class TestUnseen:
    def test_every_article_is_read_by_the_helper_that_never_saw_it(
        self, trained: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = read_settings(trained)
        read: dict[str, object] = {}
        monkeypatch.setattr(calibrate, "load_model", lambda folder: (tagged(folder), None))
        monkeypatch.setattr(
            calibrate, "judge", lambda model, _, gold: read.setdefault(gold.doc, model.folder)
        )
        articles = [dataclasses.replace(gold(), doc=doc) for doc in DOCS]
        list(unseen_claims(settings, AttributionConfig(), articles))
        assert read == {doc: fold_folder(settings, fold_of(doc, 2)) / "model" for doc in DOCS}

    def test_helpers_decode_with_the_shipped_models_settings(
        self, trained: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[Any] = []
        monkeypatch.setattr(calibrate, "judge", lambda model, *_: seen.append(model.config))
        config = AttributionConfig(cue_threshold=0.21, piece_cost=2.5, max_pieces=7)
        articles = [dataclasses.replace(gold(), doc=doc) for doc in DOCS]
        list(unseen_claims(read_settings(trained), config, articles))
        assert {(one.cue_threshold, one.piece_cost) for one in seen} == {(0.21, 2.5)}
        assert 7 not in {one.max_pieces for one in seen}


def tagged(folder: Path) -> Any:
    """A model that knows its folder."""
    model = tiny_model()
    model.folder = folder
    return model


class TestJudge:
    def test_evidence_and_truth_are_of_the_same_claims(self) -> None:
        found = judge(tiny_model(), tiny_tokenizer(), gold())
        assert len(found.evidence) == len(found.right) > 0
        assert all(isinstance(item, Evidence) for item in found.evidence)

    def test_confidences_follow_the_weights(self) -> None:
        evidence = Evidence(0.9, 0.5, True, True, 4)
        found = Judged((evidence, evidence), (True, False))
        assert [item.confidence for item in found.judgements(None)] == [0.45, 0.45]
        weights = [1.0, *[0.0] * len(FEATURES)]
        expected = probability(evidence, weights)
        assert [item.confidence for item in found.judgements(weights)] == [expected] * 2
        assert [item.right for item in found.judgements(weights)] == [True, False]


def made(articles: int, claims: int, seed: int = 0) -> tuple[list[Judged], list[float]]:
    """Claims that are right by chance, with the probability that some weights say."""
    rng = np.random.default_rng(seed)
    weights = [-0.5, 0.6, 0.4, -0.5, 1.0, 0.2]
    found = []
    for _ in range(articles):
        evidence = tuple(
            Evidence(*rng.random(2), *(rng.random(2) < 0.5), int(rng.integers(1, 60)))
            for _ in range(claims)
        )
        chances = [probability(item, weights) for item in evidence]
        found.append(Judged(evidence, tuple(bool(x) for x in rng.random(claims) < chances)))
    return found, weights


class TestFit:
    def test_the_weights_behind_the_claims_are_found(self) -> None:
        articles, weights = made(200, 40)
        assert fit_weights(articles) == pytest.approx(weights, abs=0.15)

    def test_confidences_become_probabilities(self) -> None:
        articles, _ = made(100, 20)
        found = cross_validated(articles, 0)
        assert found.error.n == 2000
        assert found.error.value == pytest.approx(found.perfect, abs=0.02)

    @pytest.mark.parametrize("right", [True, False])
    def test_claims_that_are_all_alike_are_refused(self, right: bool) -> None:
        evidence = Evidence(0.9, 0.5, True, True, 4)
        with pytest.raises(ValueError, match=rf"of 2 claims {2 * right} are right"):
            fit_weights([Judged((evidence, evidence), (right, right))])

    def test_no_claims_are_refused(self) -> None:
        with pytest.raises(ValueError, match="of 0 claims 0 are right"):
            fit_weights([])

    def test_an_article_is_measured_with_weights_fitted_on_others(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        articles, weights = made(10, 4)
        fitted: list[list[Judged]] = []

        def recorded(given: list[Judged]) -> list[float]:
            fitted.append(given)
            return weights

        monkeypatch.setattr(calibrate, "fit_weights", recorded)
        assert cross_validated(articles, 0).error.n == 40
        assert [len(part) for part in fitted] == [8] * 5
        left = [{id(a) for a in articles} - {id(a) for a in part} for part in fitted]
        assert len(set().union(*left)) == len(articles)
