"""Engines: which one is taken, and that each gives what torch gives."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
import torch
from torch import Tensor
from transformers import RobertaConfig

from attribution import engines
from attribution.cli.options import Engines
from attribution.configuration import AttributionConfig
from attribution.engines import ENGINES, EngineName, fastest, resolve_engine, run_with
from attribution.errors import MissingExtraError, ModelError
from attribution.onnx_encoder import OnnxEncoder
from attribution.outputs.text import to_table
from attribution.scorer import Scorer, default_engine
from attribution.transformer import Transformer, build_encoder
from attribution.types import Claim, ModelInfo, Report
from tiny_model import SAMPLE, tiny_encoder

SHORT = "The chair said the ferry will stop."


def bare(report: Report) -> list[Claim]:
    """The claims without figures."""
    return [replace(claim, confidence=0) for claim in report.claims]


def naming(engine: str | None, model: Path, folder: Path) -> Path:
    """A copy of a model whose configuration names an engine, or none."""
    copy = Path(shutil.copytree(model, folder / "tiny"))
    config = json.loads((copy / "config.json").read_text(encoding="utf-8"))
    config.pop("engine")
    given = config if engine is None else {**config, "engine": engine}
    (copy / "config.json").write_text(json.dumps(given), encoding="utf-8")
    return copy


class TestChoice:
    @pytest.mark.parametrize(
        ("named", "installed", "engine"),
        [
            ("onnx-int8", {"openvino", "onnx", "onnxruntime"}, "onnx-int8"),
            ("onnx-int8", {"openvino", "onnxruntime"}, "torch"),
            ("torch", {"openvino", "onnx", "onnxruntime"}, "torch"),
            ("of-a-later-version", {"openvino", "onnx", "onnxruntime"}, "torch"),
        ],
    )
    def test_auto_is_what_the_model_names_if_it_is_known_and_installed(
        self, monkeypatch: pytest.MonkeyPatch, named: str, installed: set[str], engine: str
    ) -> None:
        found = {name: object() for name in installed}
        monkeypatch.setattr(engines.importlib.util, "find_spec", found.get)
        assert fastest(named) == engine

    def test_auto_is_the_fastest(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engines, "fastest", lambda model: model)
        assert resolve_engine("auto", model="openvino") == "openvino"

    def test_auto_is_what_the_configuration_names(
        self, scorer_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = naming("torch-bf16", scorer_folder, tmp_path)
        monkeypatch.setattr(engines, "fastest", lambda model: model)
        assert Scorer.from_pretrained(folder).engine == "torch-bf16"

    def test_a_name_comes_before_what_the_configuration_names(
        self, scorer_folder: Path, tmp_path: Path
    ) -> None:
        folder = naming("torch-bf16", scorer_folder, tmp_path)
        assert Scorer.from_pretrained(folder, engine="torch").engine == "torch"

    def test_a_model_that_names_none_has_torch(self, scorer_folder: Path, tmp_path: Path) -> None:
        assert default_engine(naming(None, scorer_folder, tmp_path)) == "torch"

    def test_saved_again_a_model_names_the_same(self, scorer_folder: Path, tmp_path: Path) -> None:
        folder = naming("onnx-int8", scorer_folder, tmp_path / "one")
        Scorer.from_pretrained(folder, engine="torch").save_pretrained(tmp_path / "two")
        assert default_engine(tmp_path / "two") == "onnx-int8"

    def test_a_folder_that_is_no_model_has_no_default(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="usable model"):
            default_engine(tmp_path)

    def test_elsewhere_than_on_the_processor_auto_is_torch(self) -> None:
        assert resolve_engine("auto", device="meta") == "torch"

    def test_elsewhere_than_on_the_processor_others_are_refused(self) -> None:
        with pytest.raises(ValueError, match="CPU alone"):
            resolve_engine("torch-bf16", device="meta")

    def test_an_unknown_one_is_refused_with_those_there_are(self, scorer_folder: Path) -> None:
        with pytest.raises(ValueError, match="bf16, openvino, onnx-int8, not 'abacus'"):
            Scorer.from_pretrained(scorer_folder, engine="abacus")  # type: ignore[arg-type]

    @pytest.mark.parametrize(("name", "extra"), [("openvino", "openvino"), ("onnx-int8", "onnx")])
    def test_one_that_is_not_installed_says_how_to_install_it(
        self, scorer_folder: Path, monkeypatch: pytest.MonkeyPatch, name: EngineName, extra: str
    ) -> None:
        monkeypatch.setattr(engines.importlib.util, "find_spec", lambda name: None)
        with pytest.raises(MissingExtraError, match=rf"attribution\[{extra}\]"):
            Scorer.from_pretrained(scorer_folder, engine=name)

    def test_names_are_the_same_everywhere(self) -> None:
        assert {engine.value for engine in Engines} == {"auto", *ENGINES} == {*get_args(EngineName)}


class TestReport:
    def test_says_which_engine_made_it(self, scorer_folder: Path) -> None:
        report = Scorer.from_pretrained(scorer_folder, engine="torch-bf16")(SHORT)
        assert report.to_dict()["model"]["engine"] == "torch-bf16"
        assert Report.from_dict(report.to_dict()) == report

    def test_says_nothing_of_torch(self, reference: Scorer) -> None:
        assert reference(SHORT).to_dict()["model"] == {"name": "tiny", "version": "test"}

    def test_names_the_engine_where_people_read_it(self, example_report: Report) -> None:
        other = replace(example_report, model=ModelInfo("test", "1", "onnx-int8"))
        assert "Model: test 1, onnx-int8" in to_table(other, color=False, width=80)
        assert "test 1, onnx-int8" in other.to_html()


@pytest.fixture(scope="module")
def reference(scorer_folder: Path) -> Scorer:
    return Scorer.from_pretrained(scorer_folder, engine="torch")


def loaded(name: EngineName, folder: Path) -> Scorer:
    """The tiny model with an engine, if that is installed."""
    if ENGINES[name].missing:
        pytest.skip(f"needs {ENGINES[name].missing}")
    return Scorer.from_pretrained(folder, engine=name)


@pytest.fixture(scope="module", params=["openvino", "onnx-int8"])
def other(request: pytest.FixtureRequest, scorer_folder: Path) -> Scorer:
    """The tiny model, its layers run by a library other than torch."""
    return loaded(request.param, scorer_folder)


class TestRuntimes:
    def test_in_threads_they_give_the_same(self, other: Scorer) -> None:
        texts = [SAMPLE, SHORT] * 4
        with ThreadPoolExecutor(4) as threads:
            assert list(threads.map(other, texts)) == [other(text) for text in texts]

    def test_pickled_they_give_the_same(self, other: Scorer) -> None:
        assert pickle.loads(pickle.dumps(other))(SAMPLE) == other(SAMPLE)

    def test_torch_keeps_no_layers_beside_theirs(self, other: Scorer) -> None:
        assert other.model.encoder.inner.layers == []
        copy = pickle.loads(pickle.dumps(other))
        assert copy.model.encoder.inner.layers == []

    def test_pickled_it_holds_the_weights_of_all_layers(
        self, other: Scorer, reference: Scorer
    ) -> None:
        state = other.model.encoder.__getstate__()
        mine, theirs = state["_modules"]["inner"].layers, reference.model.encoder.layers
        assert [
            torch.equal(a.part("wide").weight, b.part("wide").weight)
            for a, b in zip(mine, theirs, strict=True)
        ] == [True] * len(theirs)

    def test_another_kind_of_encoder_is_refused(self, other: Scorer) -> None:
        from attribution.model import AttributionModel

        config = AttributionConfig(tiny_encoder(RobertaConfig, max_position_embeddings=40))
        with pytest.raises(ModelError, match=f"{other.engine} runs BERT and MPNet"):
            run_with(other.engine, AttributionModel(config).encoder)

    def test_padding_changes_no_state(self, other: Scorer) -> None:
        pieces = torch.randn(2, 12, other.model.encoder.inner.shape.hidden_size)
        mask = torch.ones(2, 12, dtype=torch.int64)
        mask[1, 7:] = 0
        both = states_of(other, pieces, mask)[1, :7]
        alone = states_of(other, pieces[1:, :7], mask[1:, :7])[0]
        assert torch.allclose(both, alone, atol=1e-4)


def test_openvino_in_float32_finds_the_claims_that_torch_finds(
    scorer_folder: Path, reference: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attribution.openvino_encoder.has_bfloat16", lambda: False)
    other = loaded("openvino", scorer_folder)
    found = other([SAMPLE, SHORT])
    assert other.engine == "openvino"
    assert [bare(report) for report in found] == [
        bare(report) for report in reference([SAMPLE, SHORT])
    ]
    assert found[0].claims


def states_of(scorer: Scorer, pieces: Tensor, mask: Tensor) -> Tensor:
    with torch.inference_mode():
        found: Tensor = scorer.model.encoder(inputs_embeds=pieces, attention_mask=mask)[0]
    return found


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_in_int8_a_row_with_a_large_activation_does_not_drown_the_others(kind: str) -> None:
    """With one scale for all rows, the small values of the others would be zeros."""
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    torch.manual_seed(0)
    sizes = {"hidden_size": 64, "num_attention_heads": 4, "intermediate_size": 128}
    encoder = build_encoder(
        {"model_type": kind, "num_hidden_layers": 1, "vocab_size": 50, **sizes}
    ).eval()
    assert isinstance(encoder, Transformer)
    pieces, mask = torch.randn(1, 24, 64), torch.ones(1, 24, dtype=torch.int64)
    read: list[Tensor] = []
    wide = encoder.layers[0].part("wide")
    wide.register_forward_hook(lambda _, inputs, __: read.append(inputs[0][0, :, 5]))
    with torch.inference_mode():
        encoder(inputs_embeds=pieces, attention_mask=mask)
        second, first = read[0].sort().values[-2:]
        # One inner value is large where what is read is above the second largest: in one row.
        wide.weight[0] = 0
        wide.weight[0, 5], wide.bias[0] = 1e5, -1e5 * (first + second) / 2
        exact = encoder(inputs_embeds=pieces, attention_mask=mask).last_hidden_state[0]
        found = OnnxEncoder(encoder)(inputs_embeds=pieces, attention_mask=mask)[0][0]
    others = read[0] < first
    assert (found - exact)[others].norm() < 0.02 * exact[others].norm()


@pytest.mark.parametrize("name", [name for name in ENGINES if name != "torch"])
def test_what_another_engine_saves_is_exact(
    name: EngineName, scorer_folder: Path, tmp_path: Path, reference: Scorer
) -> None:
    loaded(name, scorer_folder).save_pretrained(tmp_path / "tiny")
    saved = Scorer.from_pretrained(tmp_path / "tiny", engine="torch")
    assert saved(SAMPLE) == reference(SAMPLE)


@pytest.mark.parametrize("name", ["torch", "openvino", "onnx-int8"])
def test_scoring_imports_no_transformers(name: EngineName, scorer_folder: Path) -> None:
    """It takes longer to import than an article to score."""
    if ENGINES[name].missing:
        pytest.skip(f"needs {ENGINES[name].missing}")
    code = (
        "import sys; from attribution import Scorer; "
        f"Scorer.from_pretrained({str(scorer_folder)!r}, engine={name!r})({SHORT!r}); "
        "print('transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
