"""Fine-tune the attribution model: ``python -m training.train configs/small.yaml [--resume]``.

Writes checkpoints and a log to the run folder, and at the end the model folder (safetensors,
configuration, tokenizer). ``--resume`` goes on from the last checkpoint.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import random
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm
from transformers import AutoConfig, AutoModel

from attribution.configuration import AttributionConfig
from attribution.model import BIO, AttributionModel
from attribution.tokenizer import Tokenizer, load_tokenizer
from training.batches import Piece, collate, epoch_batches
from training.data import TrainingSet
from training.examples import Example
from training.grow import grown
from training.losses import losses, outputs, soft_losses, weighted
from training.settings import (
    LoopSettings,
    Settings,
    bare,
    encoder_folder,
    fold_folder,
    read_settings,
)
from training.teacher import Teacher

__all__ = ["CHECKPOINT", "Trainer", "main"]

#: File of a run's folder that training goes on from.
CHECKPOINT = "checkpoint.pt"
_LOG_EVERY = 20


def new_model(settings: Settings) -> AttributionModel:
    """The model that training starts from: trained already, or new around a pretrained encoder.

    Raises:
        ValueError: it is trained already, and the settings want a shape that it cannot grow into.
    """
    folder = encoder_folder(settings.encoder)
    if _is_trained(folder):
        if settings.layers:
            raise ValueError(f"{folder} is a trained model: leave out layers")
        model = AttributionModel.from_pretrained(folder)
        if settings.model:
            model = grown(model, settings.model)
        model.config.release = settings.release
        model.config.engine = "torch"  # others were measured with the weights before
        return model
    return _untrained(settings, folder)


def _is_trained(folder: str) -> bool:
    """Whether a folder holds a model of ours, not a bare encoder."""
    path = Path(folder) / "config.json"
    if not path.is_file():
        return False
    found = json.loads(path.read_text(encoding="utf-8")).get("model_type")
    return bool(found == AttributionConfig.model_type)


def _untrained(settings: Settings, folder: str) -> AttributionModel:
    """Untrained heads around a pretrained encoder, without dropout inside it.

    Encoder dropout costs 2.5 times the time on a CPU and brought nothing; heads keep theirs.
    """
    encoder = AutoConfig.from_pretrained(folder)
    encoder.hidden_dropout_prob = 0.0
    encoder.attention_probs_dropout_prob = 0.0
    if settings.layers:
        encoder.num_hidden_layers = settings.layers
    model = AttributionModel(
        AttributionConfig(encoder=encoder, release=settings.release, **settings.model)
    )
    pretrained = AutoModel.from_pretrained(folder, config=encoder, add_pooling_layer=False)
    model.encoder.load_state_dict(pretrained.state_dict())
    with torch.no_grad():
        for table in model.features.parameters():
            table.zero_()
        # Most words have no label: start from there, or the rare ones take over the first steps.
        model.predicates.bias[0] = 3.0
        model.entities.bias[0] = 2.0
        model.pair_out.bias[0] = 2.0
        model.pair_out.bias[-len(BIO)] = 4.0
    return model


def fold_settings(settings: Settings, fold: int) -> Settings:
    """The settings of the helper model that never sees one fold.

    It has no teacher, who would have seen it, and begins with a bare encoder.

    Raises:
        ValueError: the encoder is a trained model, and the settings do not say from what it began.
    """
    first = bare(settings)
    if _is_trained(encoder_folder(first.encoder)):
        raise ValueError(f"{first.encoder} may have seen the fold: say in start how it was trained")
    folder = fold_folder(settings, fold)
    loop = dataclasses.replace(
        settings.training,
        epochs=settings.training.fold_epochs,
        encoder_rate=first.training.encoder_rate,
        head_rate=first.training.head_rate,
        teacher="",
    )
    return dataclasses.replace(
        settings,
        run=str(folder),
        output=str(folder / "model"),
        encoder=first.encoder,
        training=loop,
    )


class Trainer:
    """One run: model, optimiser, schedule, position in the data; saved and restored together."""

    def __init__(
        self,
        settings: Settings,
        tokenizer: Tokenizer,
        examples: Callable[[int], Sequence[Example]],
    ) -> None:
        self.settings = settings
        self.loop: LoopSettings = settings.training
        self.tokenizer = tokenizer
        self.examples = examples
        self.run = Path(settings.run)
        self.run.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(settings.seed)
        self.model = new_model(settings)
        teacher = self.loop.teacher
        self.teacher = Teacher(Path(teacher), tokenizer) if teacher else None
        self.optimizer = self._optimizer()
        self.step = 0
        self.seconds = 0.0
        steps = sum(1 for _ in self._batches(0))
        self.total = max(1, math.ceil(steps * self.loop.epochs))
        self.steps_per_epoch = steps

    def _optimizer(self) -> torch.optim.AdamW:
        groups: dict[tuple[bool, bool], list[torch.nn.Parameter]] = defaultdict(list)
        for name, parameter in self.model.named_parameters():
            groups[name.startswith("encoder."), parameter.ndim > 1].append(parameter)
        return torch.optim.AdamW(
            [
                {
                    "params": parameters,
                    "lr": self.loop.encoder_rate if encoder else self.loop.head_rate,
                    "peak": self.loop.encoder_rate if encoder else self.loop.head_rate,
                    "weight_decay": self.loop.weight_decay if matrix else 0.0,
                }
                for (encoder, matrix), parameters in groups.items()
            ],
            fused=True,
        )

    def _batches(self, epoch: int) -> Iterator[list[Piece]]:
        rng = random.Random(self.settings.seed * 1000 + epoch)
        return epoch_batches(
            self.examples(epoch),
            max_pieces=self.loop.max_pieces,
            budget=self.loop.batch_pieces,
            rng=rng,
            whole_articles=self.loop.whole_articles,
        )

    @property
    def checkpoint(self) -> Path:
        return self.run / CHECKPOINT

    def save(self) -> None:
        """Write the checkpoint atomically."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "dropout": torch.get_rng_state(),
        }
        partial = self.checkpoint.with_suffix(".part")
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def restore(self) -> None:
        """Go back to the last checkpoint. Raises FileNotFoundError when there is none."""
        state = torch.load(self.checkpoint, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]
        if "dropout" in state:
            torch.set_rng_state(state["dropout"])

    def train(self) -> None:
        """Run from the current step to the last one, and save the model folder.

        Raises:
            ValueError: there is no article to learn from.
        """
        if not self.steps_per_epoch:
            raise ValueError("no training articles")
        self.model.train()
        log = (self.run / "log.jsonl").open("a", encoding="utf-8")
        sums: dict[str, float] = defaultdict(float)
        taken = 0
        saved = started = time.monotonic()
        before = self.seconds
        with tqdm(total=self.total, initial=self.step, unit="step") as bar, log:
            while self.step < self.total:
                epoch, skip = divmod(self.step, self.steps_per_epoch)
                for number, pieces in enumerate(self._batches(epoch)):
                    if number < skip:
                        continue
                    if number >= self.steps_per_epoch or self.step >= self.total:
                        break
                    for name, value in self._one_step(pieces).items():
                        sums[name] += value
                    taken += 1
                    self.seconds = before + time.monotonic() - started
                    bar.update()
                    if self.step % _LOG_EVERY == 0:
                        record: dict[str, float]
                        record = {"step": self.step, "seconds": round(self.seconds)}
                        record |= {name: round(value / taken, 4) for name, value in sums.items()}
                        log.write(json.dumps(record) + "\n")
                        log.flush()
                        bar.set_postfix_str(f"loss {record['loss']:.3f}")
                        sums.clear()
                        taken = 0
                    if time.monotonic() - saved > 60 * self.loop.checkpoint_minutes:
                        self.save()
                        saved = time.monotonic()
                else:
                    # Random cuts make epochs differ by a few batches; an epoch is a fixed count.
                    self.step = max(self.step, (epoch + 1) * self.steps_per_epoch)
        self.save()
        self.export(Path(self.settings.output))

    def _one_step(self, pieces) -> dict[str, float]:  # type: ignore[no-untyped-def]
        self._set_rate()
        tokenizer = self.tokenizer
        batch = collate(
            pieces, tokenizer.pad_token_id, tokenizer.cls_token_id, tokenizer.sep_token_id
        )
        inputs = dict(batch.inputs)
        if self.loop.mask:
            inputs["input_ids"] = self._masked(inputs["input_ids"])
        half = self.loop.precision == "bf16"
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            said = outputs(self.model, batch, inputs)
            found = losses(self.model, batch, said, crf=self.loop.crf)
            loss = weighted(found, self.loop.loss_weights)
            if self.teacher:
                soft = soft_losses(said, self.teacher(batch), batch)
                share = self.loop.teacher_share
                loss = (1 - share) * loss + share * weighted(soft, self.loop.loss_weights)
                found |= {f"soft_{name}": value for name, value in soft.items()}
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.loop.clip)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        return {"loss": loss.item()} | {name: value.item() for name, value in found.items()}

    def _masked(self, pieces: torch.Tensor) -> torch.Tensor:
        """The pieces with a random share of the ordinary ones replaced by the mask token."""
        tokenizer = self.tokenizer
        special = torch.tensor(
            [
                tokenizer.pad_token_id,
                tokenizer.cls_token_id,
                tokenizer.sep_token_id,
                tokenizer.unk_token_id,
                tokenizer.mask_token_id,
            ]
        )
        hidden = torch.rand(pieces.shape) < self.loop.mask
        hidden &= ~torch.isin(pieces, special)
        return pieces.masked_fill(hidden, tokenizer.mask_token_id)

    def _set_rate(self) -> None:
        """Linear warm-up, then linear decay to a hundredth of the peak."""
        warm = max(1, int(self.loop.warmup * self.total))
        share = min(
            (self.step + 1) / warm,
            0.01 + 0.99 * (self.total - self.step) / max(1, self.total - warm),
        )
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * share

    def export(self, folder: Path) -> None:
        """Write the model folder: weights as the settings store them, configuration, tokenizer.

        If training went on from a trained model, its classifiers come along, so that the folder
        can score at once.
        """
        self.model.save_pretrained(folder, storage=self.settings.storage)
        self.tokenizer.save_pretrained(folder)
        classifiers = Path(encoder_folder(self.settings.encoder)) / "resolution.safetensors"
        if classifiers.is_file():
            shutil.copy(classifiers, folder)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m training.train")
    parser.add_argument("config", type=Path)
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--export", type=Path, help="only write the checkpoint as a model folder")
    parser.add_argument(
        "--fold", type=int, help="train the helper that never sees this fold, for the resolution"
    )
    options = parser.parse_args(arguments)
    settings = read_settings(options.config)
    without = None
    if options.fold is not None:
        if not 0 <= options.fold < settings.training.folds:
            parser.error(f"--fold is 0 to {settings.training.folds - 1} in this configuration")
        without = (options.fold, settings.training.folds)
        settings = fold_settings(settings, options.fold)
    torch.set_num_threads(settings.training.threads)
    random.seed(settings.seed)
    np.random.seed(settings.seed)
    tokenizer = load_tokenizer(encoder_folder(settings.encoder))
    if options.export:
        trainer = Trainer(settings, tokenizer, lambda _: [])
        trainer.restore()
        trainer.export(options.export)
        return
    examples = TrainingSet(
        settings.data, tokenizer, settings.seed, without=without, augment=settings.augment
    )
    trainer = Trainer(settings, tokenizer, examples)
    if options.resume and trainer.checkpoint.exists():
        trainer.restore()
    trainer.train()


if __name__ == "__main__":
    main()
