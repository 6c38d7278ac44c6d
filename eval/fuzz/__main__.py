"""Fuzz every way in: no crash, no hang, offsets that hold, reports that follow their schema.

    python -m eval.fuzz --inputs 100000 --json eval/results/fuzz.json

Each target (``--list``) has its inputs made by atheris, guided by coverage, where that is
installed (extra ``fuzz``), else by hypothesis. A defect is any error but the documented ones, an
input that takes more than ten seconds of processor time, or something that must hold and does not.
With ``--add``, the counts are added to those in the file, so that a long run can be made in pieces.
Exits 1 when there is a defect.
"""

from __future__ import annotations

import argparse
import base64
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from eval.circumstances import circumstances
from eval.corpora import ROOT

__all__ = ["fuzz_target", "main", "summed"]

SCHEMA = "attribution.fuzz/1"
_PACKAGES = (
    "atheris", "hypothesis", "jsonschema", "lxml", "trafilatura", "python-docx", "pypdf", "pyarrow",
    "fastapi", "pydantic",
)  # fmt: skip
_WORKER = "eval.fuzz.worker"
_SUMS = ("inputs", "accepted", "refused", "crashes", "hangs", "processor_seconds")


def fuzz_target(
    name: str, count: int, *, engine: str, seed: int, corpus: Path | None = None
) -> dict[str, Any]:
    """Try inputs on one target, in processes of their own.

    Args:
        name: The target's.
        count: How many inputs.
        engine: ``atheris`` or ``hypothesis``.
        seed: Of the engine's random numbers.
        corpus: A folder of inputs to begin with, and for those that reached something new.

    Returns:
        The target's figures, as in the results file.
    """
    with tempfile.TemporaryDirectory(prefix="attribution-fuzz-") as folder:
        kept = corpus or Path(folder) / "corpus"
        kept.mkdir(parents=True, exist_ok=True)
        found, told = _run(engine, name, count, seed, kept, Path(folder) / "found.json")
        if not found:
            found = _ended(Path(folder), told)
    edges = told.rpartition(" cov: ")[2].split(" ")[0]
    found["coverage"] = {"edges": int(edges) if edges.isdigit() else None, **found["coverage"]}
    return {"engine": engine, **found}


def _run(
    engine: str, name: str, count: int, seed: int, corpus: Path, out: Path
) -> tuple[dict[str, Any], str]:
    """What a worker found, and what it said; nothing found when it came to no end of its own."""
    command = [
        sys.executable,
        "-m",
        _WORKER,
        engine,
        name,
        str(count),
        str(seed),
        str(corpus),
        str(out),
    ]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, errors="replace",
        check=False,
    )  # fmt: skip
    found = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
    return found, done.stderr


def _ended(folder: Path, told: str) -> dict[str, Any]:
    """Figures of a worker that a native crash or hang has ended."""
    artifacts = [path for path in folder.glob("*-*") if path.is_file()]
    data = artifacts[0].read_bytes() if artifacts else b""
    lines = [line for line in told.splitlines() if line.strip()]
    defect = {
        "error": " / ".join(lines[-3:])[:400],
        "count": 1,
        "input": base64.b64encode(data).decode(),
    }
    counts = dict.fromkeys(_SUMS, 0)
    return {
        **counts,
        "crashes": 1,
        "defects": {"the process ended": defect},
        "slowest": None,
        "coverage": {},
    }


def summed(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of two pieces of work on one target as one; coverage is that of the later."""
    slowest = [part["slowest"] for part in (before, now) if part["slowest"]]
    return {
        **now,
        **{key: round(before[key] + now[key], 1) for key in _SUMS},
        "defects": {**before["defects"], **now["defects"]},
        "slowest": max(slowest, key=lambda item: float(item["seconds"]), default=None),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    from eval.fuzz.targets import TARGETS

    options = _parser().parse_args(arguments)
    if options.list:
        for target in TARGETS.values():
            print(f"{target.name:20} {target.about}")
        return 0
    unknown = [name for name in options.targets if name not in TARGETS]
    if unknown:
        print(f"no target {', '.join(unknown)}; see --list", file=sys.stderr)
        return 2
    chosen = options.targets or list(TARGETS)
    if options.replay:
        for name in chosen:
            accepted = TARGETS[name].check(options.replay.read_bytes())
            print(f"{name}: {'accepted' if accepted else 'refused'}")
        return 0
    engine = options.engine or ("atheris" if importlib.util.find_spec("atheris") else "hypothesis")
    shares = sum(TARGETS[name].share for name in chosen)
    results: dict[str, Any] = {}
    if options.json and options.json.exists():
        results = json.loads(options.json.read_text(encoding="utf-8"))["targets"]
    for name in chosen:
        count = max(1, round(options.inputs * TARGETS[name].share / shares))
        corpus = options.corpus / name if options.corpus else None
        found = fuzz_target(name, count, engine=engine, seed=options.seed, corpus=corpus)
        found = {"about": TARGETS[name].about, **found}
        add = options.add and name in results
        results[name] = summed(results[name], found) if add else found
        if options.json:
            _write(options.json, {key: results[key] for key in TARGETS if key in results})
        print(f"{name}: {found['inputs']} inputs", file=sys.stderr)
    _print(results)
    return int(any(part["crashes"] or part["hangs"] for part in results.values()))


def _write(path: Path, targets: Mapping[str, Any]) -> None:
    about = circumstances(ROOT)
    about["versions"].update({name: found for name in _PACKAGES if (found := _version(name))})
    totals = {
        key: round(sum(part[key] for part in targets.values()), 1)
        for key in ("inputs", "crashes", "hangs", "processor_seconds")
    }
    results = {"schema": SCHEMA, **about, **totals, "targets": targets}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _print(results: Mapping[str, Any]) -> None:
    table = Table("target", "inputs", "accepted", "crashes", "hangs", "slowest, s", "lines reached")
    for name, part in results.items():
        slowest = part["slowest"]["seconds"] if part["slowest"] else "-"
        lines = part["coverage"]
        reached = f"{lines['lines']} of {lines['of_lines']}" if "lines" in lines else "-"
        figures = (part[key] for key in ("inputs", "accepted", "crashes", "hangs"))
        table.add_row(name, *map(str, figures), str(slowest), reached)
    console = Console()
    console.print(table)
    for name, part in results.items():
        for kind, defect in part["defects"].items():
            console.print(f"{name}: {defect['count']} x {kind}: {defect['error']}", markup=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval.fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--inputs", type=int, default=2000, metavar="N", help="over all targets")
    parser.add_argument("--targets", nargs="+", default=[], metavar="NAME", help="only these")
    parser.add_argument("--list", action="store_true", help="name the targets and end")
    parser.add_argument("--engine", choices=("atheris", "hypothesis"), help="how to make inputs")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the random numbers")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="keep inputs here between runs")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures to this file")
    parser.add_argument("--add", action="store_true", help="add to the figures in the file")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="try this one input and end")
    return parser


if __name__ == "__main__":
    sys.exit(main())
