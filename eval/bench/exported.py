"""A candidate that is not in the package: the layers of an encoder in ONNX Runtime."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from attribution.scorer import Scorer
from attribution.transformer import States, Transformer

__all__ = ["GraphEncoder", "export", "load_around"]

_OPSET = 20
_Floats = NDArray[np.float32]


class GraphEncoder(nn.Module):
    """In place of an encoder: its tables, and a function that does what its layers do."""

    def __init__(self, encoder: Transformer, run: Callable[[_Floats, _Floats], _Floats]) -> None:
        super().__init__()
        encoder.encoder.layer = nn.ModuleList()
        self.tables = encoder
        self.run = run

    def get_input_embeddings(self) -> nn.Embedding:
        return self.tables.get_input_embeddings()

    def forward(self, inputs_embeds: Tensor, attention_mask: Tensor) -> States:
        """See :class:`attribution.transformer.Encoder`."""
        states = self.tables.placed(inputs_embeds).detach().numpy()
        mask = self.tables.attention_scores(attention_mask).detach().numpy()
        return States(torch.from_numpy(self.run(states, mask)))


class _Layers(nn.Module):
    def __init__(self, encoder: Transformer) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        for layer in self.encoder.layers:
            states = layer(states, mask)
        return states


def export(model: str | Path, target: Path) -> None:
    """Write the layers of a model's encoder as a graph for batches of any number and length.

    Raises:
        ModelError: there is no such model.
    """
    encoder: Transformer = Scorer.from_pretrained(model, engine="torch").model.encoder
    mask = torch.ones(2, 24, dtype=torch.int64)
    mask[1, 16:] = 0
    sizes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("length")}
    scores = encoder.attention_scores(mask).detach()
    parts = {0: sizes[0], 3: sizes[1]} | ({2: sizes[1]} if scores.shape[2] > 1 else {})
    importlib.import_module("onnxscript")  # the exporter's own error does not name the package
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Layers(encoder).eval(),
            (torch.randn(2, 24, encoder.shape.hidden_size), scores),
            target,
            input_names=["states", "mask"],
            output_names=["found"],
            dynamic_shapes={"states": sizes, "mask": parts},
            opset_version=_OPSET,
            external_data=False,
            verbose=False,
        )


def load_around(model: str | Path, graph: Path, threads: int) -> Scorer:
    """A scorer whose encoder's layers are a graph that :func:`export` wrote."""
    runtime: Any = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = runtime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(states: _Floats, mask: _Floats) -> _Floats:
        # MPNet's mask without padding is the same for all windows; the graph wants it for each.
        each = np.ascontiguousarray(np.broadcast_to(mask, (len(states), *mask.shape[1:])))
        found: _Floats = session.run(None, {"states": states, "mask": each})[0]
        return found

    scorer = Scorer.from_pretrained(model, engine="torch")
    scorer.model.encoder = GraphEncoder(scorer.model.encoder, run)
    return scorer
