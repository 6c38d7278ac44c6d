"""Settings, the training loop, and the classifiers fitted after it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from sklearn.neural_network import MLPClassifier

from attribution.types import SOURCE_TYPES
from scenes import rule
from tagged import FERRY, PIER, example
from tiny_model import MAX_PIECES, tiny_model, tiny_tokenizer
from training import resolution, train
from training.examples import Example
from training.resolution import Table, best_threshold, fit
from training.settings import Settings, encoder_folder, read_settings
from training.train import Trainer


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pretrained encoder's folder."""
    folder = tmp_path_factory.mktemp("encoder")
    tiny_model().encoder.save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder


@pytest.fixture
def config(tmp_path: Path, encoder: Path) -> Path:
    """Settings that train on two small articles."""
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "wires-01.txt").write_text(FERRY, encoding="utf-8")
    (articles / "wires-02.txt").write_text(PIER, encoding="utf-8")
    return write_config(tmp_path / "tiny.yaml", {
        "name": "tiny", "release": "9", "encoder": str(encoder),
        "output": str(tmp_path / "output"), "run": str(tmp_path / "run"), "seed": 5,
        "data": {"polnear": "", "layer": "", "articles": str(articles)},
        "training": {
            "epochs": 20, "max_pieces": MAX_PIECES, "batch_pieces": 120, "encoder_rate": 0.003,
            "head_rate": 0.01, "weight_decay": 0.01, "warmup": 0.1, "clip": 1.0,
            "checkpoint_minutes": 60, "threads": 1,
        },
    })  # fmt: skip


def write_config(path: Path, values: object) -> Path:
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


def trainer(settings: Settings) -> Trainer:
    made: Sequence[Example] = [example(), example(PIER)]
    return Trainer(settings, tiny_tokenizer(), made)


def weights(folder: Path) -> dict[str, np.ndarray]:
    from safetensors.numpy import load_file

    return load_file(folder / "model.safetensors")


class TestTraining:
    def test_learns_its_articles_and_writes_a_model_folder(
        self, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(train, "_LOG_EVERY", 5)
        train.main([str(config)])
        log = [json.loads(line) for line in (tmp_path / "run/log.jsonl").read_text().splitlines()]
        assert log[-1]["loss"] < 0.5 * log[0]["loss"]
        assert json.loads((tmp_path / "output/config.json").read_text())["release"] == "9"
        assert (tmp_path / "output/tokenizer.json").is_file()

    def test_resumed_gives_the_same_model_as_uninterrupted(
        self, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        train.main([str(config)])
        whole = weights(tmp_path / "output")
        steps = torch.load(tmp_path / "run/checkpoint.pt", weights_only=True)["step"]

        (tmp_path / "run/checkpoint.pt").unlink()
        one_step = Trainer._one_step

        def interrupted(self: Trainer, pieces: object) -> dict[str, float]:
            if self.step == steps // 2:
                self.save()
                raise KeyboardInterrupt
            return one_step(self, pieces)

        with monkeypatch.context() as patch:
            patch.setattr(Trainer, "_one_step", interrupted)
            with pytest.raises(KeyboardInterrupt):
                train.main([str(config)])
        torch.manual_seed(999)
        train.main([str(config), "--resume"])
        resumed = weights(tmp_path / "output")
        assert steps // 2 > 2
        for name, expected in whole.items():
            np.testing.assert_allclose(resumed[name], expected, atol=1e-6, err_msg=name)

    def test_a_finished_run_resumes_to_nothing_more(self, config: Path, tmp_path: Path) -> None:
        train.main([str(config)])
        whole = weights(tmp_path / "output")
        train.main([str(config), "--resume"])
        again = weights(tmp_path / "output")
        assert all((again[name] == expected).all() for name, expected in whole.items())

    def test_export_writes_the_checkpoint_as_a_model_folder(
        self, config: Path, tmp_path: Path
    ) -> None:
        train.main([str(config)])
        train.main([str(config), "--export", str(tmp_path / "elsewhere")])
        exported, trained = weights(tmp_path / "elsewhere"), weights(tmp_path / "output")
        assert all((exported[name] == expected).all() for name, expected in trained.items())

    def test_rates_warm_up_and_decay(self, config: Path) -> None:
        run = trainer(read_settings(config))
        run.total = 100
        rates = []
        for run.step in range(100):
            run._set_rate()
            rates.append(run.optimizer.param_groups[0]["lr"])
        peak = run.optimizer.param_groups[0]["peak"]
        assert max(rates) == pytest.approx(peak, rel=0.02)
        assert rates.index(max(rates)) in range(8, 12)
        assert rates[0] == pytest.approx(peak / 10)
        assert rates[-1] < 0.05 * peak

    def test_the_pretrained_encoder_is_where_training_starts(
        self, config: Path, encoder: Path
    ) -> None:
        run = trainer(read_settings(config))
        for name, expected in weights(encoder).items():
            np.testing.assert_array_equal(run.model.encoder.state_dict()[name].numpy(), expected)


class TestSettings:
    def test_values_are_read(self, config: Path) -> None:
        settings = read_settings(config)
        assert (settings.name, settings.seed, settings.training.clip) == ("tiny", 5, 1.0)
        assert settings.data.article_repeat == 1

    @pytest.mark.parametrize(
        ("section", "key"), [(None, "seed"), ("data", "layer"), ("training", "clip")]
    )
    def test_a_missing_key_is_named_with_the_file(
        self, config: Path, section: str | None, key: str
    ) -> None:
        values = yaml.safe_load(config.read_text())
        del (values[section] if section else values)[key]
        with pytest.raises(ValueError, match=rf"tiny\.yaml.*'{key}'"):
            read_settings(write_config(config, values))

    @pytest.mark.parametrize("section", [None, "data", "training"])
    def test_an_unknown_key_is_named_with_the_file(self, config: Path, section: str | None) -> None:
        values = yaml.safe_load(config.read_text())
        (values[section] if section else values)["lerning_rate"] = 1
        with pytest.raises(ValueError, match=r"tiny\.yaml.*'lerning_rate'"):
            read_settings(write_config(config, values))

    @pytest.mark.parametrize("text", ["", "just words", "- a\n- list", "name: [", "data:\n"])
    def test_a_file_that_holds_no_settings_is_named(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "odd.yaml").write_text(text)
        with pytest.raises(ValueError, match=r"odd\.yaml"):
            read_settings(tmp_path / "odd.yaml")

    def test_the_environment_may_say_where_polnear_is(
        self, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("POLNEAR", "/elsewhere")
        assert read_settings(config).data.polnear == "/elsewhere"

    def test_the_projects_own_settings_are_sound(self) -> None:
        for path in sorted((Path(__file__).parent.parent / "configs").glob("*.yaml")):
            settings = read_settings(path)
            numbers = vars(settings.training)
            assert all(isinstance(number, int | float) for number in numbers.values()), path

    def test_an_encoder_may_be_a_folder_or_a_hub_id(self, tmp_path: Path) -> None:
        assert encoder_folder(str(tmp_path)) == str(tmp_path)
        assert encoder_folder("someone/encoder") == "someone/encoder"


class TestFit:
    """Classifiers run with numpy give what scikit-learn gives."""

    def fitted(
        self, labels: np.ndarray, monkeypatch: pytest.MonkeyPatch
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Probabilities of ours and of scikit-learn's for new rows, and its classes."""
        rng = np.random.default_rng(1)
        rows = (rng.normal(size=(len(labels), 6)) + labels[:, None] / 2).astype(np.float32)
        table = Table()
        table.add(rows, labels.tolist())
        networks: list[MLPClassifier] = []

        class Recorded(MLPClassifier):
            def fit(self, *arguments: object) -> MLPClassifier:
                networks.append(super().fit(*arguments))
                return networks[-1]

        monkeypatch.setattr(resolution, "MLPClassifier", Recorded)
        classifier = fit(table, (5, 4), 1e-2, 0)
        fresh = rng.normal(size=(40, 6)).astype(np.float32)
        scaled = (fresh - rows.mean(0)) / rows.std(0)
        expected = networks[0].predict_proba(scaled)
        return classifier.probabilities(fresh), expected, networks[0].classes_

    def test_two_classes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found, expected, _ = self.fitted(np.arange(400) % 2, monkeypatch)
        np.testing.assert_allclose(found, expected[:, 1], atol=1e-4)

    def test_all_source_types(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found, expected, _ = self.fitted(np.arange(400) % 8, monkeypatch)
        np.testing.assert_allclose(found, expected, atol=1e-4)

    @pytest.mark.parametrize("classes", [(0, 1, 2, 5), (1, 2, 7), (0, 3), (4, 6)])
    def test_source_types_without_an_example_never_win(
        self, classes: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        labels = np.array(classes)[np.arange(400) % len(classes)]
        found, expected, known = self.fitted(labels, monkeypatch)
        assert known.tolist() == list(classes)
        assert found.shape == (40, len(SOURCE_TYPES))
        np.testing.assert_allclose(found[:, list(classes)], expected, atol=1e-4)
        assert np.delete(found, classes, axis=1).max() < 1e-3

    def test_the_best_threshold_has_the_best_f1(self) -> None:
        chances = np.array([0.05, 0.32, 0.48, 0.62, 0.95])
        table = Table()
        table.add(np.log(chances / (1 - chances))[:, None].astype(np.float32), [0, 1, 0, 1, 1])
        threshold, f1 = best_threshold(rule(["log_odds"], 0.0, {"log_odds": 1.0}), table)
        assert 0.05 < threshold <= 0.32
        assert f1 == pytest.approx(6 / 7)
