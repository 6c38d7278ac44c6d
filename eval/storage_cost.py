"""What storing a model in fewer bits costs: ``python -m eval.storage_cost [--model small]``.

Writes the model in every precision of :mod:`attribution.storage`, reads it back, and measures the
spans on the dev articles: figures with their paired difference from the model as it is, in one run.
A model that is stored in int8 already shows nothing: what it lost, it has lost.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from attribution.scorer import BUNDLED
from attribution.storage import Precision, weight_files
from eval import bootstrap
from eval.circumstances import circumstances
from eval.corpora import ROOT
from eval.counts import Tally
from training.command import load_model
from training.settings import DataSettings, read_settings
from training.spans import SPAN_MEASURES, dev_corpora, span_tallies

__all__ = ["main", "stored_in"]

SCHEMA = "attribution.storage-cost/1"
_Tallies = dict[str, list[Mapping[str, Tally]]]


def stored_in(precision: Precision, model: Path, folder: Path) -> int:
    """Write a model into a folder in this precision; the bytes of its weights."""
    loaded, tokenizer = load_model(model)
    loaded.save_pretrained(folder, storage=precision)
    tokenizer.save_pretrained(folder)
    return sum(path.stat().st_size for path in weight_files(folder))


def measured(folder: Path, data: DataSettings) -> _Tallies:
    """Span counts an article of each dev corpus."""
    model, tokenizer = load_model(folder)
    corpora = dev_corpora(data, model, tokenizer)
    return {name: span_tallies(model, corpus) for name, corpus in corpora.items()}


def compared(own: _Tallies, as_it_is: _Tallies) -> dict[str, Any]:
    """Figures by corpus and measure, each with its paired difference."""
    return {
        corpus: bootstrap.compared(tallies, as_it_is[corpus], SPAN_MEASURES)
        for corpus, tallies in own.items()
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.storage_cost", description=__doc__)
    parser.add_argument("--model", default="small", help="bundled model or folder")
    parser.add_argument(
        "--config", type=Path, default=ROOT / "configs" / "small.yaml", help="names the dev data"
    )
    parser.add_argument(
        "--json", type=Path, metavar="OUT", default=ROOT / "eval" / "results" / "storage.json"
    )
    options = parser.parse_args(arguments)
    bundled = BUNDLED / options.model
    model = bundled if bundled.is_dir() else Path(options.model)
    data = read_settings(options.config).data
    as_it_is = measured(model, data)
    stored: dict[str, Any] = {}
    for precision in get_args(Precision):
        with tempfile.TemporaryDirectory() as folder:
            size = stored_in(precision, model, Path(folder))
            found = compared(measured(Path(folder), data), as_it_is)
        stored[precision] = {"megabytes": round(size / 1e6, 1), "corpora": found}
        print(_line(precision, stored[precision]))
    results = {"schema": SCHEMA, "model": model.name, **circumstances(ROOT), "stored": stored}
    options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"written to {options.json}", file=sys.stderr)
    return 0


def _line(precision: str, result: Mapping[str, Any]) -> str:
    parts = [
        f"{corpus}:{name} {figure['value']:.4f} ({figure['difference']['value']:+.4f})"
        for corpus, found in result["corpora"].items()
        for name, figure in found.items()
        if figure["value"] is not None
    ]
    return f"{precision} {result['megabytes']} MB  {'  '.join(parts)}"


if __name__ == "__main__":
    sys.exit(main())
