"""Engines: which one is taken, and that each gives what torch gives."""

from __future__ import annotations

import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from transformers import RobertaConfig

from attribution import engines
from attribution.cli.options import Engines
from attribution.configuration import AttributionConfig
from attribution.engines import ENGINES, EngineName, resolve_engine, run_with
from attribution.errors import MissingExtraError, ModelError
from attribution.scorer import Scorer
from attribution.types import Claim, Report
from tiny_model import SAMPLE, tiny_encoder

SHORT = "The chair said the ferry will stop."


def bare(report: Report) -> list[Claim]:
    """The claims without figures."""
    return [replace(claim, confidence=0) for claim in report.claims]


@pytest.fixture
def bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "has_bfloat16", lambda: True)


class TestChoice:
    def test_without_bfloat16_auto_is_torch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engines, "has_bfloat16", lambda: False)
        assert resolve_engine("auto") == "torch"

    @pytest.mark.parametrize(("installed", "engine"), [(True, "openvino"), (False, "torch")])
    def test_with_bfloat16_auto_is_the_fastest_that_is_installed(
        self, bfloat16: None, monkeypatch: pytest.MonkeyPatch, installed: bool, engine: str
    ) -> None:
        found = object() if installed else None
        monkeypatch.setattr(engines.importlib.util, "find_spec", lambda name: found)
        assert resolve_engine("auto") == engine

    def test_elsewhere_than_on_the_processor_auto_is_torch(self, bfloat16: None) -> None:
        assert resolve_engine("auto", device="meta") == "torch"

    def test_elsewhere_than_on_the_processor_others_are_refused(self) -> None:
        with pytest.raises(ValueError, match="CPU alone"):
            resolve_engine("torch-bf16", device="meta")

    def test_an_unknown_one_is_refused_with_those_there_are(self, scorer_folder: Path) -> None:
        with pytest.raises(ValueError, match="auto, torch, torch-bf16, openvino, not 'abacus'"):
            Scorer.from_pretrained(scorer_folder, engine="abacus")  # type: ignore[arg-type]

    def test_one_that_is_not_installed_says_how_to_install_it(
        self, scorer_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(engines.importlib.util, "find_spec", lambda name: None)
        with pytest.raises(MissingExtraError, match=r"attribution\[openvino\]"):
            Scorer.from_pretrained(scorer_folder, engine="openvino")

    def test_names_are_the_same_everywhere(self) -> None:
        assert {engine.value for engine in Engines} == {"auto", *ENGINES} == {*get_args(EngineName)}


@pytest.fixture(scope="module")
def reference(scorer_folder: Path) -> Scorer:
    return Scorer.from_pretrained(scorer_folder, engine="torch")


@pytest.fixture(scope="module")
def openvino(scorer_folder: Path) -> Scorer:
    pytest.importorskip("openvino")
    return Scorer.from_pretrained(scorer_folder, engine="openvino")


class TestOpenVino:
    def test_it_finds_the_claims_that_torch_finds(
        self, openvino: Scorer, reference: Scorer
    ) -> None:
        found = openvino([SAMPLE, SHORT])
        assert openvino.engine == "openvino"
        assert [bare(report) for report in found] == [
            bare(report) for report in reference([SAMPLE, SHORT])
        ]
        assert found[0].claims

    def test_in_threads_it_gives_the_same(self, openvino: Scorer) -> None:
        texts = [SAMPLE, SHORT] * 4
        with ThreadPoolExecutor(4) as threads:
            assert list(threads.map(openvino, texts)) == [openvino(text) for text in texts]

    def test_pickled_it_gives_the_same(self, openvino: Scorer) -> None:
        assert pickle.loads(pickle.dumps(openvino))(SAMPLE) == openvino(SAMPLE)

    def test_another_kind_of_encoder_is_refused(self) -> None:
        pytest.importorskip("openvino")
        from attribution.model import AttributionModel

        config = AttributionConfig(tiny_encoder(RobertaConfig, max_position_embeddings=40))
        with pytest.raises(ModelError, match="BERT and MPNet"):
            run_with("openvino", AttributionModel(config).encoder)


@pytest.mark.parametrize("name", [name for name in ENGINES if name != "torch"])
def test_what_another_engine_saves_is_exact(
    name: EngineName, scorer_folder: Path, tmp_path: Path, reference: Scorer
) -> None:
    if not ENGINES[name].installed:
        pytest.skip(f"needs {name}")
    Scorer.from_pretrained(scorer_folder, engine=name).save_pretrained(tmp_path / "tiny")
    saved = Scorer.from_pretrained(tmp_path / "tiny", engine="torch")
    assert saved(SAMPLE) == reference(SAMPLE)


@pytest.mark.parametrize("name", ["torch", "openvino"])
def test_scoring_imports_no_transformers(name: str, scorer_folder: Path) -> None:
    """It takes longer to import than an article to score."""
    if not ENGINES[name].installed:
        pytest.skip(f"needs {name}")
    code = (
        "import sys; from attribution import Scorer; "
        f"Scorer.from_pretrained({str(scorer_folder)!r}, engine={name!r})({SHORT!r}); "
        "print('transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
