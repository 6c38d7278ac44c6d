"""Write a bill of materials: ``python -m supply.bill`` writes ``requirements/sbom.cdx.json``.

CycloneDX 1.6 in JSON, made by cyclonedx-py (extra ``supply``) of the environment that it runs in,
with what it leaves out: which components scoring needs and which only an extra, and the bundled
models with their base weights. The same environment always gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from supply.dependencies import PYPROJECT, SCORING, packages
from supply.licences import BASES, WEIGHTS, bases_of_models, licence

__all__ = ["BILL", "completed", "main", "models"]

ROOT = Path(__file__).parent.parent
BILL = ROOT / "requirements" / "sbom.cdx.json"


def models(weights: Path = WEIGHTS) -> list[dict[str, Any]]:
    """The bundled models as components, each with its base weights as its ancestor."""
    components = []
    for model, name in bases_of_models(weights).items():
        ancestors = {"pedigree": {"ancestors": [_model(name, BASES[name].licence)]}}
        components.append(_model(f"attribution-{model}", "Apache-2.0") | ancestors)
    return components


def _model(name: str, licence_id: str) -> dict[str, Any]:
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{name}",
        "name": name,
        "licenses": [{"license": {"id": licence_id}}],
    }


def completed(bill: dict[str, Any]) -> dict[str, Any]:
    """A bill with scopes, with licences where it has none, and with the models.

    Args:
        bill: As cyclonedx-py made it; changed in place. Components that no extra requires (the
            tools that made it, say) are left out.

    Returns:
        The same.
    """
    found = {canonicalize_name(package.name): package for package in packages()[0]}
    kept = []
    for component in bill["components"]:
        package = found.get(canonicalize_name(component["name"]))
        if package is None:
            continue
        component["scope"] = "required" if SCORING in package.extras else "optional"
        if not component.get("licenses") and (told := licence(package.metadata)):
            component["licenses"] = [{"license": {"name": told}}]
        kept.append(component)
    bill["components"] = [*kept, *models()]
    known = {component["bom-ref"] for component in (*kept, bill["metadata"]["component"])}
    bill["dependencies"] = [
        entry | {"dependsOn": [ref for ref in entry.get("dependsOn", ()) if ref in known]}
        for entry in bill.get("dependencies", ())
        if entry["ref"] in known
    ]
    return bill


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the bill.

    Args:
        arguments: The command line, or None for the program's own.
    """
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m supply.bill")
    parser.add_argument("--output", type=Path, default=BILL)
    options = parser.parse_args(arguments)
    command = [sys.executable, "-m", "cyclonedx_py", "environment", sys.executable]
    command += ["--pyproject", str(PYPROJECT), "--mc-type", "library", "--sv", "1.6"]
    command += ["--output-reproducible", "--of", "JSON", "-o", "-"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"cyclonedx-py failed (pip install '.[supply]'): {done.stderr.strip()}")
    bill = completed(json.loads(done.stdout))
    options.output.write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
