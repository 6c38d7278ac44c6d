"""The engines that can run the encoder: what each makes of a model once, and how it loads.

An engine's folder is written once by ``build`` and is no part of what is measured; ``load`` is what
a user would wait for. Only the encoder differs: the heads and all stages around them are the same.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from attribution.scorer import Scorer
    from eval.bench.exported import Run

__all__ = ["ENGINES", "REFERENCE", "Engine", "Setting", "missing"]

REFERENCE = "torch-fp32"


@dataclass(frozen=True)
class Setting:
    """A model to be run, where its engines' folders lie, and on how many threads it runs."""

    model: str
    cache: Path
    threads: int

    @property
    def name(self) -> str:
        return Path(self.model).name


@dataclass(frozen=True)
class Engine:
    """One way to run the encoder.

    ``needs`` are the modules that must be installed; ``build`` writes what ``load`` reads.
    """

    name: str
    load: Callable[[Setting], Scorer]
    build: Callable[[Setting], None]
    needs: tuple[str, ...] = ()


def missing(engine: Engine) -> list[str]:
    """The modules that an engine needs and that are not installed."""
    return [name for name in engine.needs if importlib.util.find_spec(name) is None]


def _nothing(_: Setting) -> None:
    """Built from the model's own folder while it loads."""


def _torch(setting: Setting) -> Scorer:
    """As a user gets it."""
    from attribution.scorer import Scorer

    return Scorer.from_pretrained(setting.model)


def _torch_bf16(setting: Setting) -> Scorer:
    """Products of matrices in bfloat16, with their weights stored in it; all else in float32."""
    from eval.bench.lowered import LoweredEncoder

    scorer = _torch(setting)
    scorer.model.encoder = LoweredEncoder(scorer.model.encoder)
    return scorer


def _torch_int8(setting: Setting) -> Scorer:
    """Weights in int8 a row, activations quantised batch by batch."""
    import torch

    scorer = _torch(setting)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated; its successor on CPUs needs a compiler
        scorer.model.encoder = torch.ao.quantization.quantize_dynamic(
            scorer.model.encoder, {torch.nn.Linear}, torch.qint8
        )
    return scorer


def _export(setting: Setting) -> None:
    from eval.bench.exported import GRAPH, export

    folder = setting.cache / "onnx-fp32"
    if not (folder / GRAPH).is_file():
        export(setting.model, folder)


def _quantise_onnx(setting: Setting) -> None:
    """Weights in int8 a column, activations quantised batch by batch."""
    from eval.bench.exported import GRAPH

    _export(setting)
    target = setting.cache / "onnx-int8.onnx"
    if target.is_file():
        return
    quantization = importlib.import_module("onnxruntime.quantization")
    quantization.quantize_dynamic(
        setting.cache / "onnx-fp32" / GRAPH,
        target,
        weight_type=quantization.QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Gemm"],
    )


def _onnx(graph: str) -> Callable[[Setting], Scorer]:
    def load(setting: Setting) -> Scorer:
        from eval.bench.exported import load_around

        folder = setting.cache / "onnx-fp32"
        run = _onnx_session(setting.cache / graph, setting.threads)
        return load_around(folder, run, setting.name)

    return load


def _onnx_session(path: Path, threads: int) -> Run:
    runtime: Any = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda embedded, mask: session.run(None, {"embedded": embedded, "mask": mask})[0]


def _build_openvino(setting: Setting) -> None:
    from eval.bench.exported import GRAPH

    _export(setting)
    target = setting.cache / "openvino.xml"
    if not target.is_file():
        openvino: Any = importlib.import_module("openvino")
        model = openvino.Core().read_model(setting.cache / "onnx-fp32" / GRAPH)
        openvino.save_model(model, target, compress_to_fp16=False)


def _quantise_openvino(setting: Setting) -> None:
    """Weights and activations in int8, their ranges fixed on written training articles."""
    _build_openvino(setting)
    target = setting.cache / "openvino-int8.xml"
    if target.is_file():
        return
    os.environ.setdefault("NNCF_CI", "1")  # else nncf reports its use to its makers
    openvino: Any = importlib.import_module("openvino")
    nncf: Any = importlib.import_module("nncf")
    quantised = nncf.quantize(
        openvino.Core().read_model(setting.cache / "openvino.xml"),
        nncf.Dataset(list(_calibration(setting))),
        subset_size=_CALIBRATION,
        model_type=nncf.ModelType.TRANSFORMER,
    )
    openvino.save_model(quantised, target, compress_to_fp16=False)


#: Articles that an engine with fixed ranges sees before.
_CALIBRATION = 24


def _calibration(setting: Setting) -> Iterator[dict[str, Any]]:
    """What the encoder is given for some written training articles."""
    from attribution.features import encode_articles, pack, windows
    from attribution.segment import segment
    from eval.bench.exported import load_around
    from eval.corpora import CORPUS
    from training.readers.articles import read_articles

    seen: list[dict[str, Any]] = []

    def note(embedded: Any, mask: Any) -> Any:
        seen.append({"embedded": embedded.copy(), "mask": mask.copy()})
        return embedded

    scorer = load_around(setting.cache / "onnx-fp32", note, setting.name)
    config, tokenizer = scorer.model.config, scorer.tokenizer
    special = (tokenizer.pad_token_id, tokenizer.cls_token_id, tokenizer.sep_token_id)
    texts = [article.text for article in read_articles(CORPUS / "articles" / "train")]
    chosen = texts[:: max(1, len(texts) // _CALIBRATION)][:_CALIBRATION]
    for article in encode_articles([segment(text) for text in chosen], tokenizer):
        window = next(windows(article, config.max_pieces, config.context))
        scorer.model(**pack([(article, window)], *special))
    yield from seen


def _openvino(graph: str, precision: str) -> Callable[[Setting], Scorer]:
    def load(setting: Setting) -> Scorer:
        from eval.bench.exported import load_around

        openvino: Any = importlib.import_module("openvino")
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": setting.threads,
            "INFERENCE_PRECISION_HINT": precision,
        }
        compiled = openvino.Core().compile_model(setting.cache / graph, "CPU", settings)

        def run(embedded: Any, mask: Any) -> Any:
            return compiled({"embedded": embedded, "mask": mask})[0]

        return load_around(setting.cache / "onnx-fp32", run, setting.name)

    return load


_EXPORTER = ("onnx", "onnxscript")
_ONNX = (*_EXPORTER, "onnxruntime")
_OPENVINO = (*_EXPORTER, "openvino")

#: All engines by name; the first is what the others are held against.
ENGINES: Mapping[str, Engine] = {
    engine.name: engine
    for engine in (
        Engine(REFERENCE, _torch, _nothing),
        Engine("torch-bf16", _torch_bf16, _nothing),
        Engine("torch-int8", _torch_int8, _nothing),
        Engine("onnx-fp32", _onnx("onnx-fp32/encoder.onnx"), _export, _ONNX),
        Engine("onnx-int8", _onnx("onnx-int8.onnx"), _quantise_onnx, _ONNX),
        Engine("openvino-fp32", _openvino("openvino.xml", "f32"), _build_openvino, _OPENVINO),
        Engine("openvino-bf16", _openvino("openvino.xml", "bf16"), _build_openvino, _OPENVINO),
        Engine(
            "openvino-int8",
            _openvino("openvino-int8.xml", "f32"),
            _quantise_openvino,
            (*_OPENVINO, "nncf"),
        ),
    )
}
