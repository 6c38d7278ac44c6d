"""The lists of what the project takes from others are complete: lock, licences, bill."""

from __future__ import annotations

import json
import re
from email.message import Message
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply import bill, licences, lock
from supply.dependencies import SCORING, direct, packages

ENTRY = re.compile(
    r"^([\w.-]+)==([\w.+-]+)( ;[^\\\n]*)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)", re.M
)
PINS = [
    (canonicalize_name(name), version, len(hashes.splitlines()) - 1)
    for name, version, _, hashes in ENTRY.findall(lock.LOCK.read_text(encoding="utf-8"))
]


def wanted(*extras: str) -> list[Requirement]:
    """Direct requirements of extras, those that extras take over from others too."""
    text = (bill.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    taken = set(extras)
    for extra in extras:
        for names in re.findall(rf'^{extra} = \[\n    "attribution\[(.*?)\]"', text, re.M):
            taken.update(names.split(","))
    if "documents" in taken:
        taken |= {"docx", "html", "pdf"}
    groups = direct()
    return [requirement for extra in taken for requirement in groups[extra]]


class TestBounds:
    @pytest.mark.parametrize("group", [name for name in direct() if name != "eval"])
    def test_every_requirement_has_a_lower_bound(self, group: str) -> None:
        unbounded = [it.name for it in direct()[group] if ">=" not in str(it.specifier)]
        assert unbounded == []


class TestLock:
    def test_every_entry_has_a_digest(self) -> None:
        lines = [
            line
            for line in lock.LOCK.read_text(encoding="utf-8").splitlines()
            if line and not line.startswith((" ", "#"))
        ]
        assert len(PINS) == len(lines)
        assert all(hashes for _, _, hashes in PINS)

    def test_it_pins_what_ci_needs_within_its_bounds(self) -> None:
        for requirement in wanted(SCORING, *lock.EXTRAS):
            name = canonicalize_name(requirement.name)
            versions = [version for pinned, version, _ in PINS if pinned == name]
            assert versions, f"{name} is not pinned: python -m supply.lock"
            assert all(version in requirement.specifier for version in versions), name

    def test_nothing_for_graphics_cards_is_in_it(self) -> None:
        assert not [name for name, _, _ in PINS if name.startswith(("nvidia-", "cuda-", "triton"))]

    def test_the_cpu_build_is_of_the_same_torch(self) -> None:
        text = lock.TORCH_CPU_LOCK.read_text(encoding="utf-8")
        assert re.search(rf"^torch=={lock.TORCH}\+cpu \\\n    --hash=sha256:\w{{64}}$", text, re.M)
        assert ("torch", lock.TORCH) in [(name, version) for name, version, _ in PINS]

    def test_cpu_builds_are_pinned_by_their_digests(self, tmp_path: Path) -> None:
        wheel = f"torch-{lock.TORCH}+cpu-cp311-cp311-linux_x86_64.whl"
        (tmp_path / wheel).write_bytes(b"abc")
        assert lock.cpu_lock(tmp_path) == (
            f"# {wheel}\ntorch=={lock.TORCH}+cpu \\\n    --hash=sha256:"
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"
        )

    def test_a_folder_without_a_wheel_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="name a folder with one"):
            lock.cpu_lock(tmp_path)


class TestLicences:
    TEXT = licences.LICENCES.read_text(encoding="utf-8")

    def test_every_direct_requirement_and_base_model_is_listed_with_a_licence(self) -> None:
        assert licences.unnamed(self.TEXT) == [], "python -m supply.licences"

    def test_all_that_scoring_needs_is_listed(self) -> None:
        needed = [it.name for it in packages()[0] if SCORING in it.extras]
        assert [name for name in needed if not re.search(rf"\| \**{name}\** \|", self.TEXT)] == []

    def test_what_is_missing_is_named(self) -> None:
        text = re.sub(r"^.*\*\*numpy\*\*.*\n", "", self.TEXT, flags=re.M)
        text = text.replace("| sentence-transformers/all-MiniLM-L6-v2 |", "| |")
        assert licences.unnamed(text) == ["numpy", "sentence-transformers/all-MiniLM-L6-v2"]

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ([("License-Expression", "MIT"), ("License", "other")], "MIT"),
            ([("Classifier", "License :: OSI Approved :: MIT License")], "MIT License"),
            ([("License", "Apache 2.0")], "Apache 2.0"),
            ([("License", "Permission is hereby granted, free of charge, " * 9)], ""),
            ([], ""),
        ],
    )
    def test_a_licence_is_what_the_metadata_say(
        self, fields: list[tuple[str, str]], told: str
    ) -> None:
        assert licences.licence(Declared(fields)) == told


class Declared(Distribution):
    """A package with given fields and no files."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._message = Message()
        for name, value in fields:
            self._message[name] = value

    @property
    def metadata(self) -> Message:  # type: ignore[override]
        return self._message

    def read_text(self, filename: str) -> None:
        return None

    def locate_file(self, path: object) -> Path:
        raise NotImplementedError


class TestBill:
    BILL = json.loads(bill.BILL.read_text(encoding="utf-8"))

    def test_it_is_cyclonedx(self) -> None:
        assert (self.BILL["bomFormat"], self.BILL["specVersion"]) == ("CycloneDX", "1.6")

    def test_all_that_scoring_needs_is_in_it_as_required(self) -> None:
        scopes = {canonicalize_name(it["name"]): it.get("scope") for it in self.BILL["components"]}
        needed = [canonicalize_name(it.name) for it in packages()[0] if SCORING in it.extras]
        assert {name: scopes.get(name) for name in needed} == dict.fromkeys(needed, "required")

    def test_every_component_has_a_licence(self) -> None:
        assert [it["name"] for it in self.BILL["components"] if not it.get("licenses")] == []

    def test_the_bundled_models_are_in_it_with_what_they_were_made_from(self) -> None:
        ours = [it for it in self.BILL["components"] if it["type"] == "machine-learning-model"]
        assert ours == bill.models(), "python -m supply.bill"
