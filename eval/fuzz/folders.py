"""Targets: the files of a model folder."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from attribution.errors import ModelError
from eval.fuzz.checks import check_made
from eval.fuzz.documents import scorer_of
from eval.fuzz.target import Target, work_folder

__all__ = ["FOLDERS"]

_TEXT = "The pier is closed, the warden told the Echo."
_JSON_WORDS = (
    b"null", b"[]", b"{}", b"-1", b"0", b"1e999", b"NaN", b'""', b"true", b"99999999999999999999",
    b'"model_type"', b'"bert"', b'"auto_map"', b'"trust_remote_code"', b'"hidden_size"', b"[[[[",
    b'"weight_map"', b'"storage"', b'"int8"', b"../",
)  # fmt: skip


@cache
def _model(storage: str) -> Path:
    folder = work_folder() / f"model-{storage}"
    scorer_of("tiny").save_pretrained(folder, storage=storage)
    return folder


def _loaded(file: str, data: bytes, storage: str = "fp32") -> bool:
    """A folder with this file in it is refused, or gives a model that scores."""
    from attribution.scorer import Scorer

    whole = _model(storage)
    folder = work_folder() / "changed"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)
    (folder / file).write_bytes(data)
    try:
        scorer = Scorer.from_pretrained(folder)
    except ModelError as error:
        refusal = str(error)
    else:
        check_made(scorer(_TEXT), _TEXT)
        return True
    assert str(folder) in refusal, f"the error does not name the folder: {refusal}"
    return False


def _seeds(file: str, storage: str = "fp32") -> list[bytes]:
    return [(_model(storage) / file).read_bytes()]


def _config(data: bytes) -> bool:
    return _loaded("config.json", data)


def _index(data: bytes) -> bool:
    return _loaded("model.safetensors.index.json", data, "int8")


def _classifiers(data: bytes) -> bool:
    """The header is the input; the numbers behind it are those of a good file."""
    size = len(data).to_bytes(8, "little")
    return _loaded("resolution.safetensors", size + data + _divided()[1])


@cache
def _divided() -> tuple[bytes, bytes]:
    """Header and numbers of a safetensors file."""
    whole = (_model("fp32") / "resolution.safetensors").read_bytes()
    end = 8 + int.from_bytes(whole[:8], "little")
    return whole[8:end], whole[end:]


FOLDERS = (
    Target(
        "model-config",
        "config.json of a model folder",
        _config,
        lambda: _seeds("config.json"),
        ("attribution.configuration", "attribution.scorer", "attribution.model"),
        share=5,
        json=True,
        words=_JSON_WORDS,
        longest=3000,
    ),
    Target(
        "model-index",
        "model.safetensors.index.json of a model folder",
        _index,
        lambda: _seeds("model.safetensors.index.json", "int8"),
        ("attribution.storage",),
        share=4,
        json=True,
        words=_JSON_WORDS,
        longest=12_000,
    ),
    Target(
        "model-classifiers",
        "resolution.safetensors of a model folder: its header",
        _classifiers,
        lambda: [_divided()[0]],
        ("attribution.tabular", "attribution.scorer"),
        share=4,
        json=True,
        words=(
            b'"F32"',
            b'"dtype"',
            b'"shape"',
            b'"data_offsets"',
            b"[0]",
            b"[-1]",
            b"link/",
            b"setting/",
        ),
        longest=6000,
    ),
)
