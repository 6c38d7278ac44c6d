"""Settings, the training loop, and the classifiers fitted after it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from sklearn.neural_network import MLPClassifier
from tiny import article

from attribution.types import SOURCE_TYPES
from tagged import FERRY, PIER, example
from tiny_model import MAX_PIECES, tiny_model, tiny_tokenizer
from training import data, resolution, tables, train
from training.augment import AugmentSettings
from training.command import Opened
from training.data import TrainingSet, fold_of
from training.examples import Example
from training.settings import Settings, encoder_folder, fold_folder, read_settings
from training.tables import Table, fit
from training.teacher import translation
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


def with_loop(path: Path, **loop: object) -> Path:
    """The settings with some of the training section changed."""
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    values["training"].update(loop)
    return write_config(path, values)


def trainer(settings: Settings) -> Trainer:
    made: Sequence[Example] = [example(), example(PIER)]
    return Trainer(settings, tiny_tokenizer(), lambda _: made)


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

    def test_in_half_precision_it_still_learns(
        self, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(train, "_LOG_EVERY", 5)
        train.main([str(with_loop(config, precision="bf16"))])
        log = [json.loads(line) for line in (tmp_path / "run/log.jsonl").read_text().splitlines()]
        assert log[-1]["loss"] < 0.5 * log[0]["loss"]


class TestMask:
    def masked(self, config: Path, share: float, pieces: torch.Tensor) -> torch.Tensor:
        return trainer(read_settings(with_loop(config, mask=share)))._masked(pieces)

    def test_only_ordinary_pieces_are_hidden(self, config: Path) -> None:
        tokenizer = tiny_tokenizer()
        special = [tokenizer.pad_token_id, tokenizer.cls_token_id, tokenizer.sep_token_id]
        pieces = torch.tensor([[special[1], 20, 21, special[2]], [special[1], 22, *special[::2]]])
        kept, hidden = special, tokenizer.mask_token_id
        assert self.masked(config, 1.0, pieces).tolist() == [
            [kept[1], hidden, hidden, kept[2]],
            [kept[1], hidden, kept[0], kept[2]],
        ]

    def test_as_many_are_hidden_as_the_settings_say(self, config: Path) -> None:
        found = self.masked(config, 0.25, torch.full((40, 100), 20))
        share = (found == tiny_tokenizer().mask_token_id).float().mean().item()
        assert share == pytest.approx(0.25, abs=0.03)

    def test_others_are_hidden_every_time(self, config: Path) -> None:
        run = trainer(read_settings(with_loop(config, mask=0.5)))
        pieces = torch.full((4, 50), 20)
        assert not torch.equal(run._masked(pieces), run._masked(pieces))

    @pytest.mark.parametrize("share", [0.0, 1.0])
    def test_the_encoder_reads_what_is_left(
        self, config: Path, share: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[torch.Tensor] = []
        found = train.outputs

        def recorded(model: object, batch: object, inputs: dict[str, torch.Tensor]) -> object:
            seen.append(inputs["input_ids"])
            return found(model, batch, inputs)

        monkeypatch.setattr(train, "outputs", recorded)
        run = trainer(read_settings(with_loop(config, mask=share)))
        run._one_step(next(iter(run._batches(0))))
        ordinary = ~torch.isin(seen[0], torch.tensor(tiny_tokenizer().all_special_ids))
        assert bool(ordinary.any()) is (share == 0.0)


class TestTrainingSet:
    def texts(self, config: Path, epoch: int, **augment: float) -> list[str]:
        changes = AugmentSettings(**augment) if augment else None
        made = TrainingSet(read_settings(config).data, tiny_tokenizer(), 1, augment=changes)
        return [item.article.document.text for item in made(epoch)]

    def test_epochs_are_alike_without_changes(self, config: Path) -> None:
        assert self.texts(config, 0) == self.texts(config, 1)

    def test_changes_are_others_every_epoch(self, config: Path) -> None:
        assert self.texts(config, 0, marks=1.0, noise=1.0) != self.texts(config, 0)
        seen = {tuple(self.texts(config, epoch, marks=1.0, noise=1.0)) for epoch in range(6)}
        assert len(seen) > 1

    def test_an_epoch_is_the_same_every_time(self, config: Path) -> None:
        assert self.texts(config, 3, marks=0.5) == self.texts(config, 3, marks=0.5)

    def test_settings_name_the_changes(self, config: Path) -> None:
        values = yaml.safe_load(config.read_text(encoding="utf-8")) | {"augment": {"names": 0.5}}
        assert read_settings(write_config(config, values)).augment == AugmentSettings(names=0.5)


class TestTeacher:
    @pytest.fixture
    def taught(self, config: Path, tmp_path: Path) -> Settings:
        """Settings of a run that learns from a model of another seed."""
        folder = tmp_path / "teacher"
        tiny_model(seed=3).save_pretrained(folder)
        tiny_tokenizer().save_pretrained(folder)
        return read_settings(with_loop(config, teacher=str(folder), teacher_share=1.0))

    def test_a_student_of_a_teacher_alone_comes_to_agree_with_it(self, taught: Settings) -> None:
        run = trainer(taught)
        batch = next(iter(run._batches(0)))
        first = run._one_step(batch)
        for _ in range(15):
            last = run._one_step(batch)
        assert last["soft_opening"] < first["soft_opening"]
        assert last["soft_roles"] < first["soft_roles"]

    def test_the_teacher_stays_as_it_is(self, taught: Settings) -> None:
        run = trainer(taught)
        before = {name: value.clone() for name, value in run.teacher.model.state_dict().items()}
        run._one_step(next(iter(run._batches(0))))
        after = run.teacher.model.state_dict()
        assert all(torch.equal(before[name], after[name]) for name in before)

    def test_pieces_are_translated_by_their_text(self) -> None:
        own, other = tiny_tokenizer(), tiny_tokenizer()
        other.add_tokens(["quay"])
        table = translation(own, other)
        assert table.tolist() == list(range(len(own)))

    def test_a_teacher_with_other_pieces_is_refused(self, tmp_path: Path) -> None:
        from tokenizers import Tokenizer
        from tokenizers.models import WordPiece
        from transformers import PreTrainedTokenizerFast

        model = WordPiece({"?": 0, "a": 1}, unk_token="?")
        other = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(model), unk_token="?")
        with pytest.raises(ValueError, match="word pieces"):
            translation(tiny_tokenizer(), other)


class TestFolds:
    DOCS = tuple(f"wires-{number:02}" for number in range(12))

    def examples(
        self, config: Path, without: tuple[int, int] | None, monkeypatch: pytest.MonkeyPatch
    ) -> set[str]:
        """The articles trained on, of resolved ones and ("span-") ones without sources."""
        written = [dataclasses.replace(article(), doc=doc) for doc in self.DOCS]
        spans = [
            dataclasses.replace(article(resolved=False), doc=f"span-{doc}") for doc in self.DOCS
        ]
        monkeypatch.setattr(data, "load_articles", lambda settings: (spans, written))
        settings = read_settings(config)
        made = TrainingSet(settings.data, tiny_tokenizer(), 1, without=without)(0)
        return {example.doc for example in made}

    def test_an_article_is_in_one_fold_always_the_same(self) -> None:
        folds = [fold_of(doc, 3) for doc in self.DOCS]
        assert set(folds) == {0, 1, 2}
        assert folds == [fold_of(doc, 3) for doc in self.DOCS]

    def test_without_folds_every_article_is_trained_on(
        self, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert len(self.examples(config, None, monkeypatch)) == 2 * len(self.DOCS)

    def test_a_fold_is_left_out_but_for_articles_without_sources(
        self, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left = {doc for doc in self.DOCS if fold_of(doc, 2) != 1}
        assert 0 < len(left) < len(self.DOCS)
        spans = {f"span-{doc}" for doc in self.DOCS}
        assert self.examples(config, (1, 2), monkeypatch) == left | spans

    def test_a_helper_has_a_folder_and_epochs_of_its_own(
        self, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        runs: list[Trainer] = []
        monkeypatch.setattr(Trainer, "train", lambda self: runs.append(self))
        monkeypatch.setattr(train, "TrainingSet", lambda *_, **__: lambda _: [example()] * 4)
        train.main([str(with_loop(config, folds=2, fold_epochs=3)), "--fold", "1"])
        (run,) = runs
        assert run.run == tmp_path / "run/fold1"
        assert run.settings.output == str(tmp_path / "run/fold1/model")
        assert run.total == 3 * run.steps_per_epoch

    def test_the_fold_that_the_command_names_is_left_out(
        self, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        runs: list[Trainer] = []
        monkeypatch.setattr(Trainer, "train", lambda self: runs.append(self))
        one, other = "wires-01", "wires-02"
        folds = next(n for n in range(2, 20) if fold_of(one, n) != fold_of(other, n))
        with_loop(config, folds=folds, fold_epochs=1)
        train.main([str(config), "--fold", str(fold_of(one, folds))])
        assert {example.doc for example in runs[0].examples(0)} == {other}

    @pytest.mark.parametrize("fold", ["2", "-1"])
    def test_a_fold_that_is_not_there_is_refused(
        self, config: Path, fold: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            train.main([str(with_loop(config, folds=2)), f"--fold={fold}"])
        assert "--fold is 0 to 1" in capsys.readouterr().err

    def test_every_article_is_read_by_the_helper_that_never_saw_it(
        self, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = read_settings(with_loop(config, folds=2))
        monkeypatch.setattr(resolution, "load_model", lambda folder: (folder, None))
        monkeypatch.setattr(
            resolution, "scored_articles", lambda model, _, part: [(model, item) for item in part]
        )
        articles = [dataclasses.replace(article(), doc=doc) for doc in self.DOCS]
        opened = Opened(settings, Path("model"), None, None)
        found = resolution.unseen_articles(opened, articles)
        assert {item.doc for _, item in found} == set(self.DOCS)
        for folder, item in found:
            assert folder == fold_folder(settings, fold_of(item.doc, 2)) / "model"


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

    @pytest.mark.parametrize("precision", ["fp16", "", 32])
    def test_an_unknown_precision_is_named_with_the_file(
        self, config: Path, precision: object
    ) -> None:
        with pytest.raises(ValueError, match=rf"tiny\.yaml.*fp32 or bf16, not {precision}"):
            read_settings(with_loop(config, precision=precision))

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
        folder = Path(__file__).parent.parent / "configs"
        for path in (folder / "small.yaml", folder / "base.yaml"):
            settings = read_settings(path)
            loop = vars(settings.training)
            numbers = [
                loop[name] for name in loop if name not in ("precision", "loss_weights", "teacher")
            ]
            assert all(isinstance(number, int | float) for number in numbers), path

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

        monkeypatch.setattr(tables, "MLPClassifier", Recorded)
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
