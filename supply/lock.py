"""Pin what CI installs: ``python -m supply.lock`` writes ``requirements/ci.lock``.

Every package of the extras ``dev`` and ``browser`` and all that they require, for Python 3.10 and
later on any platform, with the SHA-256 of every file on the index. Packages that only torch's
builds for graphics cards need are left out (``requirements/gpu.txt``). With ``--wheels FOLDER``,
the CPU builds of torch in a folder are pinned too, in ``requirements/torch-cpu.lock``: pip prefers
files whose digests an index declares, so one list of both would never give the CPU build.

Needs uv (extra ``supply``) and a package index.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["EXTRAS", "LOCK", "TORCH", "TORCH_CPU_LOCK", "cpu_lock", "main"]

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements" / "ci.lock"
TORCH_CPU_LOCK = ROOT / "requirements" / "torch-cpu.lock"
GPU = ROOT / "requirements" / "gpu.txt"
#: The release of torch that CI runs with.
TORCH = "2.13.0"
EXTRAS = ("dev", "browser")


def cpu_lock(wheels: Path) -> str:
    """The lock of torch's CPU builds.

    Args:
        wheels: A folder with wheels as https://download.pytorch.org/whl/cpu names them.

    Returns:
        A requirements file with one pin and the digest of each wheel of :data:`TORCH`.

    Raises:
        ValueError: There is no such wheel.
    """
    found = sorted(wheels.glob(f"torch-{TORCH}+cpu-*.whl"))
    if not found:
        raise ValueError(f"{wheels}: no wheel torch-{TORCH}+cpu-….whl; name a folder with one")
    lines = [f"# {path.name}" for path in found]
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in found]
    lines.append(f"torch=={TORCH}+cpu" + "".join(f" \\\n    --hash=sha256:{it}" for it in digests))
    return "\n".join(lines) + "\n"


def _resolve(upgrade: bool) -> None:
    command = ["uv", "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.10"]
    command += [part for extra in EXTRAS for part in ("--extra", extra)]
    command += ["--generate-hashes", "--excludes", str(GPU.relative_to(ROOT)), "--quiet"]
    command += ["--constraints", "-", "--output-file", str(LOCK.relative_to(ROOT))]
    command += ["--custom-compile-command", "python -m supply.lock"]
    command += ["--upgrade"] * upgrade
    subprocess.run(command, cwd=ROOT, check=True, input=f"torch=={TORCH}\n", text=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the locks.

    Args:
        arguments: The command line, or None for the program's own.
    """
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m supply.lock")
    parser.add_argument("--wheels", type=Path, help="a folder with CPU builds of torch")
    parser.add_argument("--upgrade", action="store_true", help="take newer releases, too")
    options = parser.parse_args(arguments)
    try:
        if options.wheels:
            TORCH_CPU_LOCK.write_text(_HEADER + cpu_lock(options.wheels), encoding="utf-8")
        _resolve(options.upgrade)
    except ValueError as error:
        sys.exit(str(error))
    except FileNotFoundError:
        sys.exit("uv is missing: pip install '.[supply]'")
    except subprocess.CalledProcessError as error:
        sys.exit(f"uv could not resolve the requirements (exit status {error.returncode})")


_HEADER = "# Written by: python -m supply.lock --wheels FOLDER\n"

if __name__ == "__main__":
    main()
