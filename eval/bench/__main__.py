"""Choose the inference engine by measurement, and measure models against rivals.

    python -m eval.bench
    python -m eval.bench --only engines --model small --articles 20

Prints tables and writes eval/results/bench.json. With --only, the other parts in that file stay as
they are; every part says when and on what it was measured. To be run on an idle machine.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console

from attribution.corpus.run import digest_of
from eval.bench.engines import ENGINES, REFERENCE, suited, users_engine
from eval.bench.sections import Bench
from eval.bench.table import print_bench
from eval.circumstances import circumstances
from eval.corpora import ROOT, add_polnear, read_corpora
from eval.guard import bundled_models
from training.readers.gold import GoldArticle

__all__ = ["main"]

SCHEMA = "attribution.bench/1"
_PARTS = ("engines", "rivals", "scaling", "profile", "roofline", "memory")
#: Those whose rounds may be over fewer articles.
_COMPARED = ("engines", "rivals")
#: Load of other processes from which on figures say little.
_BUSY = 0.5
_Results = dict[str, Any]


def _engines(bench: Bench, results: Mapping[str, Any], options: argparse.Namespace) -> _Results:  # noqa: ARG001
    return {"models": {model: bench.compare_engines(model) for model in bench.models}}


def _rivals(bench: Bench, results: Mapping[str, Any], options: argparse.Namespace) -> _Results:  # noqa: ARG001
    return bench.compare_rivals({model: _picked(bench, results, model) for model in bench.models})


def _scaling(bench: Bench, results: Mapping[str, Any], options: argparse.Namespace) -> _Results:  # noqa: ARG001
    models = bench.models
    engines = {model: _picked(bench, results, model)[-1] for model in models}
    return {"models": {model: bench.scale(model, engine) for model, engine in engines.items()}}


def _profile(bench: Bench, results: Mapping[str, Any], options: argparse.Namespace) -> _Results:  # noqa: ARG001
    return {
        "models": {
            model: [bench.profile(model, engine) for engine in _picked(bench, results, model)]
            for model in bench.models
        }
    }


def _roofline(bench: Bench, results: Mapping[str, Any], options: argparse.Namespace) -> _Results:  # noqa: ARG001
    return {"models": {model: bench.bound(model) for model in bench.models}}


def _memory(bench: Bench, results: Mapping[str, Any], options: argparse.Namespace) -> _Results:
    return {
        "models": {
            model: bench.endure(model, _picked(bench, results, model)[-1], options.endure)
            for model in bench.models
        }
    }


_RUN: Mapping[str, Callable[[Bench, Mapping[str, Any], argparse.Namespace], _Results]] = {
    "engines": _engines,
    "rivals": _rivals,
    "scaling": _scaling,
    "profile": _profile,
    "roofline": _roofline,
    "memory": _memory,
}


def _picked(bench: Bench, results: Mapping[str, Any], model: str) -> list[str]:
    """The engine that a user gets, and the chosen one if that is another."""
    part = results.get("engines", {}).get("models", {}).get(model, {})
    users = users_engine(bench.models[model])
    return list(dict.fromkeys([users, part.get("chosen") or REFERENCE]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.timed is not None and options.timed < 1:
        parser.error("--timed: at least 1")
    try:
        corpus, articles = _articles(options)
    except (FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    load = os.getloadavg()[0]
    if load > _BUSY:
        print(f"the machine is busy (load {load:.1f}): figures say little", file=sys.stderr)
    path: Path = options.json
    results = _earlier(path)
    with ExitStack() as stack:
        cache = options.cache or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bench = Bench(
            models={_shown(model): model for model in options.model},
            engines=list(dict.fromkeys([REFERENCE, *(options.engines or suited())])),
            articles=articles,
            cache=cache / _digest(options.model),
            repeat=options.repeat,
            threads=options.threads,
            timed=options.timed,
        )
        for part in _PARTS:
            if part in options.only:
                measured = {
                    **circumstances(ROOT),
                    "load_average": [round(value, 2) for value in os.getloadavg()],
                    "corpus": corpus,
                    "articles": len(articles),
                    **({"timed": len(articles[: options.timed])} if part in _COMPARED else {}),
                    "repeat": options.repeat,
                    "threads": options.threads,
                }
                results[part] = {"measured": measured, **_RUN[part](bench, results, options)}
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print_bench({part: results[part] for part in _PARTS if part in options.only}, Console())
    print(f"written to {path}", file=sys.stderr)
    return 0


def _articles(options: argparse.Namespace) -> tuple[str, list[GoldArticle]]:
    """PolNeAR's dev articles, or the written ones when those are asked for or there are no others.

    Raises:
        FileNotFoundError: PolNeAR was asked for by name and is not there.
        ValueError: there is no article.
    """
    wanted = "both" if options.corpus is None else options.corpus
    corpora = read_corpora(wanted, "dev", options.polnear, options.articles)
    corpus, articles = next(iter(corpora.items()))
    if not articles:
        raise ValueError("nothing to measure: no article")
    return corpus, articles


def _earlier(path: Path) -> _Results:
    """The parts that a file has from earlier runs."""
    if path.is_file():
        found = json.loads(path.read_text(encoding="utf-8"))
        if found.get("schema") == SCHEMA:
            return dict(found)
    return {"schema": SCHEMA}


def _shown(model: str) -> str:
    return Path(model).resolve().name if Path(model).is_dir() else model


def _digest(models: Sequence[str]) -> str:
    """Other weights get another folder for what is built from them."""
    return "-".join((digest_of(model) or model.replace("/", "-"))[:12] for model in models)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--model",
        nargs="+",
        default=bundled_models(),
        help="bundled models or folders (default: all bundled ones)",
    )
    parser.add_argument(
        "--engines",
        nargs="+",
        choices=tuple(ENGINES),
        metavar="NAME",
        help=f"of {', '.join(ENGINES)} (default: all that are installed and suit this processor; "
        f"{REFERENCE} always runs)",
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=_PARTS,
        default=_PARTS[:-1],
        help="parts to measure (default: all but memory, which takes long)",
    )
    parser.add_argument("--articles", type=int, metavar="N", help="first N articles (default: all)")
    parser.add_argument(
        "--timed",
        type=int,
        metavar="N",
        help="first N of these for the rounds that compare speed; F1 is of all (default: all)",
    )
    parser.add_argument("--repeat", type=int, default=5, metavar="N", help="rounds (default: 5)")
    parser.add_argument(
        "--endure", type=int, default=10_000, metavar="N", help="articles of the part memory"
    )
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument(
        "--corpus", choices=("polnear", "written"), help="default: polnear if there"
    )
    add_polnear(parser)
    parser.add_argument(
        "--cache", type=Path, metavar="DIR", help="keep what engines build here (default: nowhere)"
    )
    parser.add_argument(
        "--json", type=Path, metavar="OUT", default=ROOT / "eval" / "results" / "bench.json"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
