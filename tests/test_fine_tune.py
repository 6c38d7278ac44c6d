"""Training that goes on from a trained model, with articles that people have corrected."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from attribution.model import AttributionModel
from attribution.outputs.write import ReportFolder
from attribution.scorer import Scorer
from attribution.types import Report
from tagged import FERRY
from tiny_model import SAMPLE, tiny_tokenizer
from tiny_training import write_config
from training import resolution, train
from training.data import TrainingSet, load_corrected
from training.readers.articles import parse_article
from training.settings import DataSettings, read_settings

NO_POLNEAR = DataSettings(polnear="", layer="", articles="")


@pytest.fixture
def brat(tmp_path: Path, example_report: Report) -> Path:
    """A folder of two corrected articles."""
    folder = tmp_path / "corrections"
    folder.mkdir()
    reports = ReportFolder(folder, "brat", ["weir.txt", "short.txt"])
    reports.add("weir.txt", example_report)
    reports.add("short.txt", replace(example_report, claims=example_report.claims[:1]))
    return folder


@pytest.fixture
def own(config: Path, brat: Path, scorer_folder: Path) -> Path:
    """Settings that train the tiny model on those articles alone."""
    values = yaml.safe_load(config.read_text(encoding="utf-8"))
    values["encoder"] = str(scorer_folder)
    values["data"] |= {"articles": "", "corrected": str(brat)}
    return write_config(config, values)


def docs(data: DataSettings) -> list[str]:
    return sorted(example.doc for example in TrainingSet(data, tiny_tokenizer(), 1)(0))


class TestArticles:
    def test_a_brat_folder_is_seen_as_often_as_the_settings_say(self, brat: Path) -> None:
        data = replace(NO_POLNEAR, corrected=str(brat), corrected_repeat=2)
        assert docs(data) == ["short", "short", "weir", "weir"]

    def test_they_are_seen_beside_the_written_articles(self, config: Path, brat: Path) -> None:
        data = replace(read_settings(config).data, corrected=str(brat), article_repeat=2)
        assert docs(data) == ["short", "weir", "wires-01", "wires-01", "wires-02", "wires-02"]

    def test_a_file_of_reports_is_read_too(self, tmp_path: Path, example_report: Report) -> None:
        path = tmp_path / "reports.jsonl"
        line = {"input": "weir", **example_report.to_dict()}
        path.write_text(json.dumps(line) + "\n", encoding="utf-8")
        assert docs(replace(NO_POLNEAR, corrected=str(path))) == ["weir"]

    def test_a_folder_without_any_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match=f"{tmp_path}: no corrected article"):
            load_corrected(replace(NO_POLNEAR, corrected=str(tmp_path)))

    def test_the_classifiers_are_fitted_on_them_too(self, own: Path) -> None:
        found = resolution.resolved_articles(read_settings(own), "train")
        assert [article.doc for article in found] == ["short", "weir"]

    def test_classifiers_without_dev_articles_are_refused(
        self, own: Path, scorer_folder: Path
    ) -> None:
        with pytest.raises(SystemExit, match="needs train and dev articles"):
            resolution.main([str(own), "--model", str(scorer_folder)])


class TestHeldOut:
    @pytest.mark.parametrize("split", ["train", "dev"])
    def test_the_classifiers_never_see_its_articles(
        self, config: Path, split: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept, left = (
            replace(parse_article(FERRY, doc=doc), publisher=doc) for doc in ("kept", "left")
        )
        for module in ("training.data", "training.resolution"):
            monkeypatch.setattr(f"{module}.read_polnear", lambda *_, **__: [kept, left])
            monkeypatch.setattr(f"{module}.read_articles", lambda folder: [])
        settings = read_settings(config)
        data = replace(settings.data, polnear="somewhere", held_out="left")
        found = resolution.resolved_articles(replace(settings, data=data), split)
        assert [article.doc for article in found] == ["kept"]


class TestTraining:
    def test_it_learns_and_can_score_at_once(
        self, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(train, "_LOG_EVERY", 5)
        train.main([str(own)])
        log = [json.loads(line) for line in (tmp_path / "run/log.jsonl").read_text().splitlines()]
        assert log[-1]["loss"] < log[0]["loss"]
        report = Scorer.from_pretrained(tmp_path / "output")(SAMPLE)
        assert report.model.version == "9"

    def test_it_begins_with_the_trained_model_and_its_settings(
        self, own: Path, scorer_folder: Path
    ) -> None:
        trained = Scorer.from_pretrained(scorer_folder).model
        model = train.new_model(read_settings(own))
        weights = model.state_dict()
        assert all((weights[name] == was).all() for name, was in trained.state_dict().items())
        assert model.config.release == "9"
        assert model.config.to_dict() == {**trained.config.to_dict(), "release": "9"}

    def test_what_was_measured_with_the_weights_before_is_forgotten(
        self, own: Path, scorer_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        trained = Scorer.from_pretrained(scorer_folder).model
        trained.config.engine = "onnx-int8"
        monkeypatch.setattr(AttributionModel, "from_pretrained", lambda _: trained)
        assert train.new_model(read_settings(own)).config.engine == "torch"

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"layers": 1}, "is a trained model: leave out layers"),
            ({"model": {"pair_size": 8}}, "a trained model keeps its pair_size"),
        ],
    )
    def test_another_shape_is_refused(
        self, own: Path, change: dict[str, object], message: str
    ) -> None:
        values = yaml.safe_load(own.read_text(encoding="utf-8")) | change
        with pytest.raises(ValueError, match=message):
            train.new_model(read_settings(write_config(own, values)))


class TestHelpers:
    """The model that a fold's helper begins with must not have seen the fold."""

    def test_a_helper_begins_as_the_trained_model_once_began(
        self, own: Path, scorer_folder: Path, tmp_path: Path
    ) -> None:
        values = yaml.safe_load(own.read_text(encoding="utf-8"))
        first = {**values, "encoder": "someone/encoder", "training": dict(values["training"])}
        first["training"]["head_rate"] = 0.5
        start = write_config(tmp_path / "start.yaml", first)
        settings = read_settings(write_config(own, {**values, "start": str(start)}))
        helper = train.fold_settings(settings, 0)
        assert settings.encoder == str(scorer_folder)
        assert (helper.encoder, helper.training.head_rate) == ("someone/encoder", 0.5)
        assert helper.training.encoder_rate == settings.training.encoder_rate

    def test_without_knowing_that_there_is_no_helper(self, own: Path) -> None:
        with pytest.raises(ValueError, match="may have seen the fold: say in start"):
            train.fold_settings(read_settings(own), 0)
