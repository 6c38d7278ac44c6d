"""Guard of the bundled models: their figures on the written dev articles must not get worse.

    python -m eval.guard            # measure and compare, exit 1 on a loss of more than a point
    python -m eval.guard --write    # store the figures of now beside each model's weights

The written articles are part of the repository, so that the guard runs on any machine.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from attribution.scorer import BUNDLED
from eval.bootstrap import figures
from eval.measures import measure
from eval.systems import model_run
from training.readers.articles import read_articles

__all__ = ["GUARDED", "TOLERANCE", "bundled_models", "losses", "main", "measured", "stored_figures"]

ARTICLES = Path(__file__).resolve().parent.parent / "training" / "corpus" / "articles" / "dev"
#: Measures that are guarded, and the loss that is let pass.
GUARDED = (
    "sentences",
    "exact_source",
    "exact_cue",
    "exact_content",
    "attribution",
    "mention",
    "speech",
    "kind",
    "name",
    "type",
    "role",
    "same_source",
    "via",
    "chain_found",
    "chain_all",
)
TOLERANCE = 0.01


def bundled_models() -> list[str]:
    """Names of the models in the package, the default one first."""
    names = (path.parent.name for path in BUNDLED.glob("*/config.json"))
    return sorted(names, key=lambda name: (name != "small", name))


def measured(model: str) -> dict[str, float]:
    """The guarded figures of a bundled model, now."""
    articles = read_articles(ARTICLES)
    reports = model_run(model)(articles)
    pairs = zip(reports, articles, strict=True)
    values = figures([measure(report, article) for report, article in pairs], samples=1)
    return {name: round(values[name].value or 0.0, 4) for name in GUARDED}


def stored_figures(model: str) -> dict[str, float]:
    """The figures stored with a model. Raises FileNotFoundError when there are none."""
    return dict(json.loads(_path(model).read_text(encoding="utf-8")))


def losses(stored: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    """Measures that lost more than the tolerance, with what they lost."""
    lost = {name: round(value - now.get(name, 0.0), 4) for name, value in stored.items()}
    return {name: loss for name, loss in lost.items() if loss > TOLERANCE}


def _path(model: str) -> Path:
    return BUNDLED / model / "figures.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.guard", description=__doc__)
    parser.add_argument("--model", nargs="+", default=bundled_models(), help="bundled models")
    parser.add_argument("--write", action="store_true", help="store the figures of now")
    options = parser.parse_args(arguments)
    worse = False
    for model in options.model:
        now = measured(model)
        if options.write:
            _path(model).write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
            continue
        lost = losses(stored_figures(model), now)
        worse = worse or bool(lost)
        for name, loss in lost.items():
            print(f"{model}: {name} lost {loss:.4f}, now {now[name]:.4f}", file=sys.stderr)
    return int(worse)


if __name__ == "__main__":
    sys.exit(main())
