"""What resolution owes to what: ``python -m training.linkage CONFIG [--model FOLDER]``.

Fits the link scorer again with a part of its data or of its features left out, and measures each
on the dev articles against the full one, and against rules that learn nothing: the same name, the
pronoun's last speaker. Gold mentions, so that only the linking counts. Writes
eval/results/linkage.json.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attribution.linking import LINK_FEATURES
from attribution.tabular import Scorer
from eval.bootstrap import difference, figures
from eval.circumstances import circumstances
from eval.counts import Counts
from training.command import open_model
from training.linker import Blind, best_link_threshold, fit_linker, pair_counts
from training.resolution import resolved_articles, scored_articles, unseen_articles
from training.scored import Scored

__all__ = ["ROWS", "Rules", "main", "without_features"]

ROOT = Path(__file__).resolve().parent.parent
Floats = NDArray[np.float32]

_ENCODER = ("antecedent", "cosine", "type_agreement", "type_person", "type_group")
_STRINGS = ("words", "name", "word", "acronym")
_PLACES = ("apart", "sentence", "quotation", "spoke", "claims", "mentions", "paragraph")
_FORMS = ("form_", "role_", "pronoun", "several", "person", "organization")
_SURE = 0.9


class Rules:
    """Links without learning: a name to the same name, a pronoun to whom spoke last."""

    def probabilities(self, features: Floats) -> Floats:
        """Scores of (n, LINK_FEATURES) options."""

        def of(name: str) -> Floats:
            return features[:, LINK_FEATURES.index(name)]

        named = of("same_name") + of("name_within_source") + of("source_within_name")
        again = of("same_words") * (1 - of("mention_form_pronoun"))
        onward = of("mention_form_pronoun") + of("mention_form_continuation")
        score = np.maximum(named + again, onward * of("spoke_last"))
        return np.asarray(_SURE * np.minimum(score, 1), dtype=np.float32)


def without_features(parts: Sequence[str]) -> NDArray[np.bool_]:
    """Which of ``LINK_FEATURES`` have none of these words in their names."""
    return np.array([not any(part in name for part in parts) for name in LINK_FEATURES])


Fit = Callable[[Sequence[Scored], int], Scorer]


def _part(keep: Callable[[Scored], bool]) -> Fit:
    return lambda articles, seed: fit_linker([item for item in articles if keep(item)], seed)


def _blind(*names: str) -> Fit:
    seen = without_features(names)

    def fit(articles: Sequence[Scored], seed: int) -> Scorer:
        return Blind(fit_linker(articles, seed, seen=seen), seen)

    return fit


def _is_written(item: Scored) -> bool:
    return "_" not in item.gold.doc


#: What each row says of itself, and how its scorer is made.
ROWS: Mapping[str, tuple[str, Fit]] = {
    "reference": ("all data, all features", fit_linker),
    "rules": ("rules alone, nothing learned", lambda *_: Rules()),
    "no-layer": ("without the provenance layer", _part(_is_written)),
    "no-written": ("without the written articles", _part(lambda item: not _is_written(item))),
    "no-encoder": ("without what the encoder says", _blind(*_ENCODER)),
    "no-silver": (
        "without the antecedent head, the one part that silver coreference teaches",
        _blind("antecedent"),
    ),
    "no-strings": ("without comparing words", _blind(*_STRINGS)),
    "no-places": ("without places and turns", _blind(*_PLACES)),
    "no-forms": ("without forms and agreement", _blind(*_FORMS)),
}


def measured(
    rows: Mapping[str, tuple[str, Fit]],
    train: Sequence[Scored],
    dev: Sequence[Scored],
    seed: int,
) -> dict[str, Any]:
    """Pair F1 of every row by corpus, with its paired difference from the reference."""
    corpora = {
        name: [item for item in dev if _is_written(item) is written]
        for name, written in (("polnear", False), ("written", True))
    }
    tallies: dict[str, dict[str, list[Mapping[str, Counts]]]] = {}
    result: dict[str, Any] = {}
    for row, (says, fit) in rows.items():
        scorer = fit(train, seed)
        threshold, _ = best_link_threshold(scorer, dev)
        tallies[row] = {
            name: [{"pairs": pair_counts(item, scorer, threshold)} for item in part]
            for name, part in corpora.items()
        }
        result[row] = {"says": says, "threshold": round(threshold, 2)}
        for name, part in tallies[row].items():
            apart = difference(part, tallies["reference"][name])["pairs"]
            found = figures(part)["pairs"].to_dict()
            result[row][name] = {**found, "difference": apart.to_dict()}
        print(f"{row:12}", {name: result[row][name]["value"] for name in corpora}, flush=True)
    return result


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the module."""
    opened = open_model("training.linkage", __doc__, arguments)
    train, dev = (resolved_articles(opened.settings, split) for split in ("train", "dev"))
    unseen = unseen_articles(opened, train)
    checked = list(scored_articles(opened.model, opened.tokenizer, dev))
    rows = measured(ROWS, [_light(item) for item in unseen], checked, opened.settings.seed)
    path = ROOT / "eval" / "results" / "linkage.json"
    record = {"model": opened.folder.name, **circumstances(ROOT), "rows": rows}
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _light(item: Scored) -> Scored:
    """Without the word states, which linking does not read."""
    return replace(item, words=item.words[:0])


if __name__ == "__main__":
    main()
