"""Tables of docs/recipe.md beside the ablation: goals, data, publishers, storage, tries.

What was asked of each model stands beside what it reaches and beside how far PolNeAR's annotators
agree with each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from eval.circumstances import short_commit
from eval.table import TITLES, points, shown
from eval.targets import ANNOTATORS, ASKED, CALIBRATION_TARGET, MEASURES, PUBLISHER_DROP
from training.ablate import REFERENCE

__all__ = ["CURVE", "SPANS", "asked", "curve", "publishers", "storage", "tried"]

#: Columns of the tables of claims, by measure.
SPANS = {
    "sentences": "sentences",
    "attribution": "attribution",
    "exact_source": "source",
    "exact_cue": "cue",
    "exact_content": "content",
    "mention": "mention",
}
#: Rows of the second ablation with less of PolNeAR, from little to all, with the share they have.
CURVE = {"polnear-quarter": "a quarter", "polnear-half": "half", REFERENCE: "all"}
_LABELS = {measure.key: measure.label for measure in MEASURES}
_COFENET = "CofeNet's format"


def asked(
    dev: Mapping[str, Any],
    annotators: Mapping[str, Any],
    *cofenet: Mapping[str, Any],
) -> str:
    """Every figure that was asked of a model, what it reaches, and the annotators' agreement.

    Args:
        dev: what ``eval.run --split dev`` writes.
        annotators: what ``eval.annotators`` writes.
        cofenet: what ``eval.cofenet`` writes, one for each model of ``ASKED`` in that order.
    """
    models = list(ASKED)
    titles = [title for name in models for title in (f"`{name}`, asked", "reached", "interval")]
    rows = [f"| measure | {' | '.join(titles)} | annotators |"]
    rows.append(f"| --- |{' ---: |' * (len(titles) + 1)}")
    agreement = annotators["figures"]
    for corpus in dev["corpora"]:
        systems = dev["corpora"][corpus]["systems"]
        for measure in ASKED[models[0]][corpus]:
            among = agreement.get(measure) if corpus == "polnear" else None
            reached = [systems[name]["figures"][measure] for name in models]
            goals = [ASKED[name][corpus][measure] for name in models]
            rows.append(_row(f"{TITLES[corpus]}: {_LABELS[measure]}", goals, reached, among))
    for role, among in ANNOTATORS.items():
        figures = [{"value": found[role]["F1"], **found[role]} for found in cofenet]
        goals = [ASKED[name]["cofenet"][role] for name in models]
        rows.append(_row(f"{_COFENET}: {role}, exact F1", goals, figures, {"value": among}))
    for corpus, part in dev["corpora"].items():
        errors = [part["systems"][name]["calibration"] for name in models]
        limits = [CALIBRATION_TARGET] * len(models)
        chance = " / ".join(shown({"value": error["perfect"]}) for error in errors)
        label = f"{TITLES[corpus]}: calibration error (by chance alone {chance})"
        rows.append(_row(label, limits, errors, None, low=True))
    return "\n".join(rows)


def _row(
    label: str,
    goals: Sequence[float],
    reached: Sequence[Mapping[str, Any]],
    among: Mapping[str, Any] | None,
    *,
    low: bool = False,
) -> str:
    """One measure of every model; what is missed is bold."""
    cells = [label]
    for goal, figure in zip(goals, reached, strict=True):
        text, value = shown(figure), figure["value"]
        missed = value is None or (value >= goal if low else value < goal)
        span = " to ".join(shown({"value": bound}) for bound in figure["interval"] or ())
        cells += [
            f"{'< ' if low else ''}{shown({'value': goal})}",
            f"**{text}**" if missed else text,
            span,
        ]
    return f"| {' | '.join([*cells, shown(among) if among else '–'])} |"


def curve(ablation: Mapping[str, Any], annotators: Mapping[str, Any]) -> str:
    """F1 on PolNeAR by how much of PolNeAR a model learned from, and what twice as much brings."""
    rows = [f"| learned from | {' | '.join(SPANS.values())} |", f"| --- |{' ---: |' * len(SPANS)}"]
    found = {name: ablation["rows"][name]["corpora"]["polnear"] for name in CURVE}
    for name in CURVE:
        cells = (_with_interval(found[name][measure]) for measure in SPANS)
        label = "all of PolNeAR's articles" if name == REFERENCE else ablation["rows"][name]["says"]
        rows.append(f"| {label} | {' | '.join(cells)} |")
    for less, more in pairwise(CURVE):
        cells = (_gain(found[less][measure], found[more][measure]) for measure in SPANS)
        rows.append(f"| points from {CURVE[less]} to {CURVE[more]} | {' | '.join(cells)} |")
    agreement = annotators["figures"]
    cells = (_with_interval(agreement[measure]) for measure in SPANS)
    rows.append(f"| one annotator against another | {' | '.join(cells)} |")
    cells = (f"{found[REFERENCE][m]['n']} / {agreement[m]['n']}" for m in SPANS)
    rows.append(f"| n, models / annotators | {' | '.join(cells)} |")
    return "\n".join(rows)


def _gain(less: Mapping[str, Any], more: Mapping[str, Any]) -> str:
    """By how many points one figure is above another; a dash where one has no value."""
    if less["value"] is None or more["value"] is None:
        return "–"
    return f"{100 * (more['value'] - less['value']):+.1f}"


def _with_interval(figure: Mapping[str, Any]) -> str:
    if figure["value"] is None:
        return shown(figure)
    low, high = (shown({"value": bound}) for bound in figure["interval"])
    return f"{shown(figure)} ({low} to {high})"


def publishers(results: Mapping[str, Any]) -> str:
    """What a publisher costs that a model never learned from, one row each and all together."""
    rows = [f"| left out | {' | '.join(SPANS.values())} | claims |"]
    rows.append(f"| --- |{' ---: |' * (len(SPANS) + 1)}")
    rows += _publisher_rows({**results["publishers"], "all, each by its model": results["all"]})
    drop = -results["all"]["attribution"]["difference"]["value"]
    kept = "stays under" if drop < PUBLISHER_DROP else "misses"
    limit = f"{100 * PUBLISHER_DROP:.0f}"
    rows.append("")
    rows.append(
        f"Over all {len(results['publishers'])} together, attribution F1 falls by {100 * drop:.1f}"
        f" points, which {kept} the {limit} asked."
    )
    return "\n".join(rows)


def _publisher_rows(found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, figures in found.items():
        cells = (f"{shown(figures[m])}, {points(figures[m]['difference'])}" for m in SPANS)
        yield f"| {name} | {' | '.join(cells)} | {figures['attribution']['n']} |"


def storage(results: Mapping[str, Any]) -> str:
    """What a model's weights in fewer bits cost, one row a precision, for either corpus.

    The first precision is what the others differ from.
    """
    rows = [f"| stored in | MB | articles | {' | '.join(SPANS.values())} |"]
    rows.append(f"| --- | ---: | --- |{' ---: |' * len(SPANS)}")
    for number, (precision, stored) in enumerate(results["stored"].items()):
        size = f"{stored['megabytes']:.0f}"
        for corpus, figures in stored["corpora"].items():
            cells = [
                points(figures[measure]["difference"]) if number else shown(figures[measure])
                for measure in SPANS
            ]
            rows.append(f"| `{precision}` | {size} | {TITLES[corpus]} | {' | '.join(cells)} |")
    return "\n".join([*rows, "", _measured(results)])


def tried(results: Mapping[str, Any]) -> str:
    """What ``eval.paired`` found: the first model's figures, and by how many points others differ.

    A table for each kind of articles, without the measures of which nothing was judged.
    """
    parts = []
    differences: list[Mapping[str, Any]] = []
    for kind, systems in results["corpora"].items():
        (name, own), *others = systems.items()
        columns = [f"`{name}`", "n", *(f"`{other}`" for other, _ in others)]
        title = f"{TITLES[kind]}, {results['articles'][kind]} articles"
        rows = [f"| {title} | {' | '.join(columns)} |", f"| --- |{' ---: |' * len(columns)}"]
        for measure in MEASURES:
            if own[measure.key]["value"] is not None:
                apart = [figures[measure.key]["difference"] for _, figures in others]
                differences += apart
                cells = [shown(own[measure.key]), str(own[measure.key]["n"]), *map(points, apart)]
                rows.append(f"| {measure.label} | {' | '.join(cells)} |")
        parts.append("\n".join(rows))
    judged = [one["interval"] for one in differences if one["value"] is not None]
    sure = sum(low > 0 or high < 0 for low, high in judged)
    parts.append(
        f"Of {len(judged)} differences {sure} have an interval that leaves out 0; one in twenty"
        f" does so by chance. {_measured(results)}"
    )
    return "\n\n".join(parts)


def _measured(results: Mapping[str, Any]) -> str:
    """When, on what and with which code figures were measured."""
    machine = results["machine"]
    return (
        f"Measured {results['date'][:10]} on {machine['cores']} cores ({machine['processor']}),"
        f" commit {short_commit(results['commit'])}."
    )
