"""Choose the decoding settings on the dev articles: ``python -m training.tune CONFIG``.

Encodes the dev articles once, then tries settings one after the other, each over its range with
the others held, and keeps what gives the best mean of attribution F1 at IoU .5, exact source, cue
and content F1 and sentence F1 over both corpora. Writes the choice into the model's config.json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from tqdm import tqdm

from attribution.model import AttributionModel
from eval.bootstrap import figures
from training.command import open_model
from training.spans import Encoded, dev_corpora, span_tallies

__all__ = ["CONFIDENCES", "RANGES", "likely_enough", "main"]

RANGES: dict[str, tuple[float, ...]] = {
    "piece_cost": (0.0, 1.0, 2.0, 3.0),
    "flat_weight": (0.25, 0.5, 1.0),
    "cue_threshold": (0.4, 0.5, 0.6),
    "uncued_threshold": (0.3, 0.5),
    "source_threshold": (0.03, 0.1, 0.2),
}
#: Least confidences of a claim that are tried.
CONFIDENCES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
#: What one measure may lose by it: a claim in the wrong words still finds its sentence.
_LOSS = 0.0025
MEASURES = ("attribution", "exact_source", "exact_cue", "exact_content", "sentences", "mention")


def objective(
    model: AttributionModel, corpora: Mapping[str, Sequence[Encoded]]
) -> tuple[float, dict[str, float]]:
    """Mean of the measures over the corpora with the model's present settings."""
    found: dict[str, float] = {}
    for corpus, articles in corpora.items():
        values = figures(span_tallies(model, articles), samples=1)
        for name in MEASURES:
            found[f"{corpus}/{name}"] = values[name].value or 0.0
    return sum(found.values()) / len(found), found


def likely_enough(
    model: AttributionModel, corpora: Mapping[str, Sequence[Encoded]]
) -> tuple[float, dict[str, float]]:
    """The least confidence of a claim that gives the best mean of the measures.

    Args:
        model: with calibrated confidences; its own ``confidence_threshold`` is put back.
        corpora: encoded dev articles.

    Returns:
        The best of ``CONFIDENCES`` by which no measure loses more than a quarter of a point, and
        how much each measure gains by it.
    """
    before = model.config.confidence_threshold
    tried: dict[float, tuple[float, dict[str, float]]] = {}
    for value in CONFIDENCES:
        model.config.confidence_threshold = value
        tried[value] = objective(model, corpora)
    model.config.confidence_threshold = before
    all_kept = tried[CONFIDENCES[0]][1]
    gains = {
        value: {name: found - all_kept[name] for name, found in detail.items()}
        for value, (_, detail) in tried.items()
    }
    allowed = [value for value in CONFIDENCES if min(gains[value].values()) >= -_LOSS]
    best = max(allowed, key=lambda value: tried[value][0])
    return best, gains[best]


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the module."""
    opened = open_model("training.tune", __doc__, arguments)
    settings, folder, model = opened.settings, opened.folder, opened.model
    corpora = dev_corpora(settings.data, model, opened.tokenizer)
    best, _ = objective(model, corpora)
    for name, values in tqdm(RANGES.items(), desc="tuning", unit="setting"):
        kept = getattr(model.config, name)
        for value in values:
            setattr(model.config, name, value)
            score, detail = objective(model, corpora)
            print(json.dumps({name: value, "objective": round(score, 4)} | detail))
            if score > best + 1e-4:
                best, kept = score, value
        setattr(model.config, name, kept)
    path = folder / "config.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored |= {name: getattr(model.config, name) for name in RANGES}
    path.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
