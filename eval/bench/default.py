"""The engine that ``auto`` stands for, from the benchmark's results into the models' settings.

    python -m eval.bench.default

Writes ``engine`` into ``config.json`` of each bundled model: the fastest engine of the package that
loses next to nothing with these weights (``eval.bench.quality.choose``); torch where none was
measured, on too few articles, or with other weights.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attribution.checksums import sha256_of
from attribution.configuration import AttributionConfig
from attribution.engines import ENGINES
from attribution.scorer import BUNDLED
from attribution.storage import weight_files
from eval.bench.engines import REFERENCE
from eval.bench.quality import choose
from eval.corpora import ROOT
from eval.guard import bundled_models

__all__ = ["FEWEST", "main", "measured_default", "weights_digest"]

#: Articles below which three tenths of a point are a matter of luck.
FEWEST = 80


def measured_default(results: Mapping[str, Any], model: str, folder: Path) -> str:
    """The engine that a model should name.

    Args:
        results: what ``python -m eval.bench`` writes.
        model: its name there.
        folder: the model's own.
    """
    part = results.get("engines", {})
    found = part.get("models", {}).get(model)
    if found is None or part["measured"]["articles"] < FEWEST:
        return REFERENCE
    if found.get("weights") not in (None, weights_digest(folder)):  # earlier results have none
        return REFERENCE
    rows = {name: row for name, row in found["engines"].items() if name in ENGINES}
    return choose(rows) or REFERENCE


def weights_digest(model: str | Path) -> str | None:
    """SHA-256 of a model's transformer as stored; None for a model on a hub."""
    folder = BUNDLED / model if (BUNDLED / model).is_dir() else Path(model)
    if not folder.is_dir():
        return None
    sums = "".join(sha256_of(path) for path in weight_files(folder))
    return hashlib.sha256(sums.encode("ascii")).hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.default", description=__doc__)
    parser.add_argument(
        "--json", type=Path, metavar="FILE", default=ROOT / "eval" / "results" / "bench.json"
    )
    options = parser.parse_args(arguments)
    results = json.loads(options.json.read_text(encoding="utf-8"))
    for model in bundled_models():
        folder = BUNDLED / model
        config = AttributionConfig.from_pretrained(folder)
        config.engine = measured_default(results, model, folder)
        config.save_pretrained(folder)
        print(f"{model}: {config.engine}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
