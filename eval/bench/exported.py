"""An encoder as an ONNX graph, and a model folder without the encoder's weights around it.

A :class:`GraphEncoder` stands in for the encoder of a loaded model: the model gives it embedded
word pieces and their mask and reads ``last_hidden_state``. The word embeddings stay with the model,
which adds its surface features to them.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import PreTrainedModel

from attribution.configuration import AttributionConfig
from attribution.features import load_tokenizer
from attribution.model import AttributionModel
from attribution.scorer import Scorer
from attribution.storage import load_weights
from attribution.tabular import Resolver, load_classifiers

__all__ = ["GRAPH", "GraphEncoder", "Run", "export", "load_around"]

#: From embedded pieces (B, L, hidden) and their mask (B, L), 1 for pieces, to states like them.
Run = Callable[[NDArray[np.float32], NDArray[np.int64]], NDArray[np.float32]]

GRAPH = "encoder.onnx"
_OPSET = 20


class GraphEncoder(nn.Module):
    """In place of an encoder: its word embeddings, and a function that does the rest."""

    def __init__(self, words: nn.Embedding, config: Any, run: Run | None = None) -> None:
        super().__init__()
        self.words = words
        self.config = config
        self.run = run

    def get_input_embeddings(self) -> nn.Embedding:
        return self.words

    def forward(self, inputs_embeds: Tensor, attention_mask: Tensor) -> SimpleNamespace:
        """What the model reads of an encoder's output: ``last_hidden_state``."""
        assert self.run is not None, "a folder's encoder is given its function when it is loaded"
        states = self.run(inputs_embeds.detach().contiguous().numpy(), attention_mask.numpy())
        return SimpleNamespace(last_hidden_state=torch.from_numpy(states))


class _Plain(nn.Module):
    """An encoder from two tensors to one, as exporters want it."""

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        # As transformers would make it, but without a look at whether there is any padding.
        least = torch.finfo(embedded.dtype).min
        added = (1.0 - mask[:, None, None, :].to(embedded.dtype)) * least
        return self.encoder(inputs_embeds=embedded, attention_mask=added).last_hidden_state


def export(model: str | Path, target: Path) -> None:
    """Write a folder with the encoder of a model as ``GRAPH`` and everything else of it.

    Raises:
        ModelError: there is no such model.
    """
    target.mkdir(parents=True, exist_ok=True)
    scorer = Scorer.from_pretrained(model)
    encoder = scorer.model.encoder
    _write_graph(encoder, target / GRAPH)
    scorer.model.encoder = GraphEncoder(encoder.get_input_embeddings(), encoder.config)
    scorer.save_pretrained(target)


def load_around(folder: Path, run: Run, name: str) -> Scorer:
    """A scorer from such a folder. No memory is spent on the weights of the encoder.

    Args:
        folder: what :func:`export` wrote.
        run: the encoder.
        name: of the model, for its reports.
    """
    with torch.device("meta"):
        model = AttributionModel(AttributionConfig.from_pretrained(folder))
        encoder = model.encoder
        model.encoder = GraphEncoder(encoder.get_input_embeddings(), encoder.config, run)
    model = model.to_empty(device="cpu")
    load_weights(model, folder)
    resolver = Resolver(*load_classifiers(folder / "resolution.safetensors"))
    return Scorer(model, load_tokenizer(str(folder)), resolver, name)


def _write_graph(encoder: PreTrainedModel, path: Path) -> None:
    """The encoder for batches of any number and length."""
    embedded = torch.randn(2, 24, encoder.config.hidden_size)
    mask = torch.ones(2, 24, dtype=torch.int64)
    mask[1, 16:] = 0
    sizes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("length")}
    importlib.import_module("onnxscript")  # the exporter's own error does not name the package
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Plain(encoder).eval(),
            (embedded, mask),
            path,
            input_names=["embedded", "mask"],
            output_names=["states"],
            dynamic_shapes={"embedded": sizes, "mask": sizes},
            opset_version=_OPSET,
            external_data=False,
            verbose=False,
        )
