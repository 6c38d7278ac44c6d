"""Leave one publisher out: ``python -m training.publishers configs/ablation-2.yaml``.

Trains on six of PolNeAR's seven publishers and measures on the dev articles of the seventh, seven
times, beside a model trained on all of them under the same protocol (the reference row of the
same table). Trained rows are kept, so that a stopped run goes on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from eval.bootstrap import compared
from eval.circumstances import circumstances
from eval.counts import Tally
from training.ablate import (
    REFERENCE,
    ROOT,
    articles_hash,
    read_table,
    row_settings,
    train_row,
)
from training.command import load_model
from training.settings import Settings
from training.spans import SPAN_MEASURES, dev_corpora, span_tallies

__all__ = ["main"]

_OUTPUT = ROOT / "eval" / "results" / "publishers.json"
Tallies = dict[str, list[Mapping[str, Tally]]]


def by_publisher(settings: Settings) -> Tallies:
    """Span counts of a row's model on the PolNeAR dev articles, by publisher."""
    model, tokenizer = load_model(Path(settings.output))
    corpus = dev_corpora(settings.data, model, tokenizer)["polnear"]
    found: Tallies = {}
    for (gold, *_), tally in zip(corpus, span_tallies(model, corpus), strict=True):
        found.setdefault(gold.publisher, []).append(tally)
    return found


def summary(without: Sequence[Mapping[str, Tally]], with_: Sequence[Mapping[str, Tally]]) -> Any:
    """Figures of the model that never saw the publisher, and their difference from the other."""
    return compared(without, with_, SPAN_MEASURES)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m training.publishers")
    parser.add_argument("table", type=Path, help="the table of training.ablate")
    parser.add_argument("--output", type=Path, default=_OUTPUT, help="default: %(default)s")
    options = parser.parse_args(arguments)
    table = read_table(options.table)
    reference = row_settings(table, REFERENCE)
    torch.set_num_threads(reference.training.threads)
    train_row(reference)
    known = by_publisher(reference)
    unseen: Tallies = {}
    publishers: dict[str, Any] = {}
    for publisher in sorted(known):
        name = "without-" + "".join(c if c.isalnum() else "-" for c in publisher.lower())
        settings = row_settings(table, name, {"data": {"held_out": publisher}})
        train_row(settings)
        unseen[publisher] = by_publisher(settings)[publisher]
        publishers[publisher] = summary(unseen[publisher], known[publisher])
        drop = publishers[publisher]["attribution"]["difference"]["value"]
        print(f"{publisher:28} attribution {drop:+.3f}", flush=True)
    pooled = summary(
        [tally for publisher in unseen for tally in unseen[publisher]],
        [tally for publisher in unseen for tally in known[publisher]],
    )
    record = {
        "table": options.table.name,
        **circumstances(ROOT),
        "common": table["common"],
        "articles": articles_hash(reference),
        "publishers": publishers,
        "all": pooled,
    }
    options.output.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({name: figure["difference"] for name, figure in pooled.items()}, indent=1))


if __name__ == "__main__":
    main()
