"""What the commands that work on a trained model share: their arguments, and loading the model."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerFast

from attribution.model import AttributionModel
from attribution.tokenizer import load_tokenizer
from training.settings import Settings, read_settings

__all__ = ["Opened", "load_model", "model_parser", "open_model", "opened"]


@dataclass(frozen=True)
class Opened:
    """A run's settings with its trained model, in evaluation mode, and the model's folder."""

    settings: Settings
    folder: Path
    model: AttributionModel
    tokenizer: PreTrainedTokenizerFast


def open_model(module: str, description: str | None, arguments: Sequence[str] | None) -> Opened:
    """Read ``CONFIG [--model FOLDER]`` and load the model.

    Args:
        module: name of the command, for its help.
        description: its help text.
        arguments: the command line, or None for the program's own.
    """
    return opened(model_parser(module, description).parse_args(arguments))


def model_parser(module: str, description: str | None) -> argparse.ArgumentParser:
    """The parser of ``CONFIG [--model FOLDER]``, to which a command may add options."""
    parser = argparse.ArgumentParser(description=description, prog=f"python -m {module}")
    parser.add_argument("config", type=Path)
    parser.add_argument("--model", type=Path, help="model folder, if not the config's output")
    return parser


def opened(options: argparse.Namespace) -> Opened:
    """The run and its model that the options of :func:`model_parser` name."""
    settings = read_settings(options.config)
    folder = options.model or Path(settings.output)
    torch.set_num_threads(settings.training.threads)
    model, tokenizer = load_model(folder)
    return Opened(settings, folder, model, tokenizer)


def load_model(folder: Path) -> tuple[AttributionModel, PreTrainedTokenizerFast]:
    """A model folder, in evaluation mode."""
    model = AttributionModel.from_pretrained(folder, dtype=torch.float32).eval()
    return model, load_tokenizer(str(folder))
