"""Checksums of a model folder: a file that was cut short or altered must not score.

``SHA256SUMS`` has the form that ``sha256sum --check`` reads. It covers the weights and the
tokenizer: damage there may show in nothing but wrong results, damage in a configuration mostly in
errors. It protects from accidents; who can replace the weights can replace the sums.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from attribution.errors import ModelError

__all__ = ["SUMS", "check_sums", "sha256_of", "write_sums"]

SUMS = "SHA256SUMS"
_COVERED = ("*.safetensors", "tokenizer.json")
_LINE = re.compile(r"([0-9a-f]{64})  ([\w.-]+)")


def write_sums(folder: Path) -> None:
    """Write the checksums of a folder, over those that are there.

    Args:
        folder: A model folder that is complete.
    """
    lines = (f"{sha256_of(path)}  {path.name}\n" for path in _covered(folder))
    (folder / SUMS).write_text("".join(lines), encoding="ascii", newline="\n")


def check_sums(folder: Path) -> None:
    """Compare a folder with its checksums, if it has any.

    Args:
        folder: A model folder.

    Raises:
        ModelError: A file is missing, cut short, altered or without a checksum, or the checksums
            cannot be read.
    """
    sums = folder / SUMS
    try:
        lines = sums.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{sums} cannot be read: {error}") from error
    listed = set()
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            raise ModelError(f"{sums} is damaged: no checksum in the line {line[:80]!r}")
        listed.add(match[2])
        path = folder / match[2]
        try:
            found = sha256_of(path)
        except FileNotFoundError as error:
            raise ModelError(f"{path} is missing from the model folder") from error
        except OSError as error:
            raise ModelError(f"{path} cannot be read: {error.strerror}") from error
        if found != match[1]:
            raise ModelError(
                f"{path} is damaged or was altered: its checksum is not that in {SUMS}; "
                "install the model anew, or delete that file to use the model as it is"
            )
    unlisted = sorted(path.name for path in _covered(folder) if path.name not in listed)
    if unlisted:
        raise ModelError(f"{sums} is damaged: it has no checksum for {', '.join(unlisted)}")


def _covered(folder: Path) -> list[Path]:
    return sorted({path for pattern in _COVERED for path in folder.glob(pattern)})


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal. The file is read a piece at a time.

    Raises:
        OSError: it cannot be read.
    """
    whole = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            whole.update(block)
    return whole.hexdigest()
