"""The examples of docs/integrations.md run as they stand, and its tables are complete."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from attribution.integrations.sourcing import FEATURES
from attribution.scorer import BUNDLED

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE))
LIBRARIES = {"spaCy": "spacy", "scikit-learn": "sklearn", "evaluate": "evaluate"}


def examples(section: str) -> str:
    return "\n".join(
        re.findall(r"^```python\n(.*?)^```", SECTIONS[section], re.DOTALL | re.MULTILINE)
    )


@pytest.mark.slow
@pytest.mark.skipif(
    not (BUNDLED / "small" / "model.safetensors").exists(), reason="no bundled weights"
)
@pytest.mark.parametrize("section", SECTIONS)
def test_the_examples_of_a_library_run(
    section: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = pytest.importorskip(LIBRARIES[section])
    if section == "evaluate":
        for cache in ("HF_MODULES_CACHE", "HF_METRICS_CACHE"):
            monkeypatch.setattr(library.config, cache, str(tmp_path / cache))
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(ROOT)
    exec(compile(examples(section), f"docs/integrations.md, {section}", "exec"), {})


def test_every_feature_is_in_the_table() -> None:
    table = re.findall(r"^\| (`.*?) \|", SECTIONS["scikit-learn"], re.MULTILINE)
    named = {name for cell in table for name in re.findall(r"`([^`]+)`", cell)}
    patterns = [re.compile(re.escape(name).replace("…", r"\w+")) for name in named]
    unnamed = [name for name in FEATURES if not any(p.fullmatch(name) for p in patterns)]
    assert unnamed == []
