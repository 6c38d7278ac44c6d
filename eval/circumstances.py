"""Under which circumstances figures were measured: commit, versions, machine, date."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from attribution._version import __version__

__all__ = ["circumstances", "short_commit"]

_PACKAGES = ("torch", "transformers", "numpy", "sentencex", "spacy", "textacy")


def circumstances(checkout: Path) -> dict[str, Any]:
    """What a reader needs to repeat a measurement, as plain data."""
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "commit": _commit(checkout),
        "versions": {
            "python": platform.python_version(),
            "attribution": __version__,
            **{name: found for name in _PACKAGES if (found := _version(name))},
        },
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.machine()}",
        },
    }


def short_commit(commit: str | None) -> str:
    """A commit for readers: its first twelve digits, whether the checkout had changes beside it."""
    if not commit:
        return "unknown"
    digits, _, changed = commit.partition("-")
    return f"`{digits[:12]}`{' with changes' if changed else ''}"


def _commit(checkout: Path) -> str | None:
    """The checkout's commit, with ``-dirty`` behind it when files differ; None outside of git."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=checkout,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
