"""The training loop: learning, going on, hidden pieces, teachers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from tiny_model import tiny_model, tiny_tokenizer
from tiny_training import trainer, weights, with_loop
from training import train
from training.settings import Settings, read_settings
from training.teacher import translation
from training.train import Trainer


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

    @pytest.mark.parametrize("whole_articles", [False, True])
    def test_resumed_gives_the_same_model_as_uninterrupted(
        self, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole_articles: bool
    ) -> None:
        with_loop(config, whole_articles=whole_articles)
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

    def test_without_articles_nothing_is_trained(self, config: Path) -> None:
        with pytest.raises(ValueError, match="no training articles"):
            Trainer(read_settings(config), tiny_tokenizer(), lambda _: []).train()

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
