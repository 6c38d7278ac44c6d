"""One change at a time: ``python -m training.ablate configs/ablation.yaml [--only ROW ...]``.

Trains the reference and every row of a table under the same seed and for the same number of epochs,
measures each on the dev articles with the same decoding settings, and writes the figures with
their intervals and the paired difference from the reference. A row is trained once: a second call
goes on where the first was stopped. Rows that ``--only`` leaves out stay in the output as they
were measured, as long as their settings, those that all rows share and the articles are the same;
rows of other ones stop the call. A row with ``weights`` trains nothing: it reads with another
row's weights and other settings of the model.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml

from attribution.tokenizer import load_tokenizer
from eval import bootstrap
from eval.circumstances import circumstances
from eval.counts import Tally
from eval.table import points, shown
from training.command import load_model
from training.data import TrainingSet, data_hash, load_articles
from training.settings import Settings, encoder_folder, read_values, settings_from
from training.spans import SPAN_MEASURES, dev_corpora, span_tallies
from training.train import CHECKPOINT, Trainer

__all__ = [
    "REFERENCE",
    "ROOT",
    "articles_hash",
    "main",
    "merged",
    "read_table",
    "row_settings",
    "train_row",
]

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = "reference"
#: File of a run's folder that says how and from which articles its model learns.
_LEARNED = "learned.json"


def merged(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Nested settings with ``changes`` laid over them; mappings are merged, the rest replaced."""
    result = dict(values)
    for name, change in changes.items():
        old = result.get(name)
        if isinstance(old, Mapping) and isinstance(change, Mapping):
            result[name] = merged(old, change)
        else:
            result[name] = change
    return result


def read_table(path: Path) -> dict[str, Any]:
    """The table's YAML, with the settings that all rows share under ``common``."""
    table = dict(yaml.safe_load(path.read_text(encoding="utf-8")))
    shared = read_values(path.parent / table["config"])
    return table | {"common": merged(shared, table.get("common", {}))}


def row_settings(
    table: Mapping[str, Any],
    name: str,
    change: Mapping[str, Any] | None = None,
    weights: str | None = None,
) -> Settings:
    """The settings of one row, with a run folder of its own, or that of the row ``weights``."""
    run = Path(table["run"]) / (weights or name)
    values = merged(table["common"], change or {})
    return settings_from(values | {"run": str(run), "output": str(run / "model")})


def articles_hash(settings: Settings) -> str:
    """What says which articles, with which labels, a row learns from (:func:`data_hash`)."""
    return data_hash([article for part in load_articles(settings.data) for article in part])


def _learning(settings: Settings) -> str:
    """All that decides what a row learns, as text: not how fast, nor how often it is kept."""
    values = asdict(settings)
    for name in ("threads", "checkpoint_minutes"):
        del values["training"][name]
    return json.dumps({"articles": articles_hash(settings), "settings": values}, indent=1)


def train_row(settings: Settings) -> None:
    """Train one row's model, from its last checkpoint if it has one, unless it is done.

    Raises:
        ValueError: it was trained, or half trained, on other articles or with other settings, or
            nothing says on which.
    """
    run = Path(settings.run)
    said, learning = run / _LEARNED, _learning(settings)
    done = (Path(settings.output) / "config.json").exists()
    if not said.exists() and (done or (run / CHECKPOINT).exists()):
        raise ValueError(f"{run} has weights, and nothing says what they learned: delete it")
    if said.exists() and said.read_text(encoding="utf-8") != learning:
        raise ValueError(f"{said} tells of other articles or settings: delete the folder")
    if done:
        return
    run.mkdir(parents=True, exist_ok=True)
    said.write_text(learning, encoding="utf-8")
    print(f"training {Path(settings.run).name}", flush=True)
    random.seed(settings.seed)
    np.random.seed(settings.seed)
    tokenizer = load_tokenizer(encoder_folder(settings.encoder))
    examples = TrainingSet(settings.data, tokenizer, settings.seed, augment=settings.augment)
    trainer = Trainer(settings, tokenizer, examples)
    if trainer.checkpoint.exists():
        trainer.restore()
    trainer.train()


def measure_row(settings: Settings) -> dict[str, list[Mapping[str, Tally]]]:
    """Span counts an article of each dev corpus, by corpus."""
    model, tokenizer = load_model(Path(settings.output))
    for name, value in settings.model.items():
        setattr(model.config, name, value)
    corpora = dev_corpora(settings.data, model, tokenizer)
    return {name: span_tallies(model, corpus) for name, corpus in corpora.items()}


def compared(
    own: Mapping[str, list[Mapping[str, Tally]]],
    reference: Mapping[str, list[Mapping[str, Tally]]],
) -> dict[str, Any]:
    """Figures of a row by corpus, each with its paired difference from the reference."""
    return {
        corpus: bootstrap.compared(tallies, reference[corpus], SPAN_MEASURES)
        for corpus, tallies in own.items()
    }


def measured_before(
    output: Path, table: Mapping[str, Any], articles: str
) -> tuple[dict[str, Any], list[str]]:
    """The rows of an earlier call that still hold, by name, and the names of those that do not.

    A row holds when its settings and articles are still the table's: a machine that lost its
    weights can so go on with the others. Rows that the table no longer has are neither.
    """
    if not output.exists():
        return {}, []
    before = json.loads(output.read_text(encoding="utf-8"))
    same = before.get("common") == table["common"] and before.get("articles") == articles
    changes = {name: row["change"] for name, row in table["rows"].items()}
    known = {name: row for name, row in before["rows"].items() if name in changes}
    held = {name: row for name, row in known.items() if same and row["change"] == changes[name]}
    return held, [name for name in known if name not in held]


def _when() -> dict[str, Any]:
    """Date and commit of a row's measurement: the rows of a table may be of several."""
    found = circumstances(ROOT)
    return {"date": found["date"], "commit": found["commit"]}


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m training.ablate")
    parser.add_argument("table", type=Path, help="YAML: config, output, run, common, rows")
    parser.add_argument("--only", nargs="*", metavar="ROW", help="these rows and the reference")
    options = parser.parse_args(arguments)
    table = read_table(options.table)
    rows = {REFERENCE: {"change": {}, "says": table["says"]}, **table["rows"]}
    output = ROOT / table["output"]
    tallies: dict[str, dict[str, list[Mapping[str, Tally]]]] = {}
    articles = articles_hash(row_settings(table, REFERENCE))
    results, stale = measured_before(output, table, articles)
    lost = [name for name in stale if options.only and name not in options.only]
    if lost:
        sys.exit(f"{output}: of other settings or articles: {', '.join(lost)}; measure them, too")
    for name, row in rows.items():
        if options.only and name not in (REFERENCE, *options.only):
            continue
        settings = row_settings(table, name, row["change"], row.get("weights"))
        torch.set_num_threads(settings.training.threads)
        if "weights" not in row:
            train_row(settings)
        tallies[name] = measure_row(settings)
        results[name] = {
            "says": row["says"],
            "change": row["change"],
            **_when(),
            "corpora": compared(tallies[name], tallies[REFERENCE]),
        }
        output.parent.mkdir(parents=True, exist_ok=True)
        record = {
            "table": options.table.name,
            **circumstances(ROOT),
            "common": table["common"],
            "articles": articles,
            "rows": {name: results[name] for name in rows if name in results},
        }
        output.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        print(_line(name, results[name]), flush=True)


def _line(name: str, result: Mapping[str, Any]) -> str:
    parts = [
        f"{corpus[0]}:{measure} {shown(figure)} ({points(figure['difference'])})"
        for corpus, measured in result["corpora"].items()
        for measure, figure in measured.items()
    ]
    return f"{name:24} {'  '.join(parts)}"


if __name__ == "__main__":
    main()
