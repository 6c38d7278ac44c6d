"""The articles that training sees: epochs, changes, and folds that are left out."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tiny import article

from tagged import example, gold
from tiny_model import tiny_tokenizer
from tiny_training import with_loop, write_config
from training import data, resolution, train
from training.augment import AugmentSettings
from training.command import Opened
from training.data import TrainingSet, _sample, fold_of
from training.readers.gold import GoldArticle
from training.settings import fold_folder, read_settings
from training.train import Trainer


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


class TestSample:
    def versions(self) -> list[GoldArticle]:
        return [replace(gold(), doc=f"wires-{n:02}", title=who) for n in range(9) for who in "ab"]

    def test_it_is_of_so_many_articles_in_all_their_versions(self) -> None:
        chosen = [article.doc for article in _sample(self.versions(), 4)]
        assert len(set(chosen)) == 4
        assert set(Counter(chosen).values()) == {2}

    def test_it_is_always_the_same_and_grows(self) -> None:
        few, more = (
            {a.doc for a in _sample(articles, size)}
            for articles, size in ((self.versions(), 3), (self.versions()[::-1], 5))
        )
        assert few < more


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
