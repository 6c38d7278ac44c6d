"""What the package requires, by extra, as the installed metadata have it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["PYPROJECT", "Package", "direct", "packages"]

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"
#: How the requirements of the package itself are called among the extras.
SCORING = "scoring"


@dataclass
class Package:
    """An installed package that the project requires.

    Attributes:
        name: As its own metadata write it.
        version: What is installed.
        metadata: All there is.
        extras: Which extras require it, directly or not; ``scoring`` for the package itself.
        is_direct: Whether ``pyproject.toml`` names it.
    """

    name: str
    version: str
    metadata: Distribution
    extras: set[str] = field(default_factory=set)
    is_direct: bool = False


def direct(path: Path = PYPROJECT) -> dict[str, list[Requirement]]:
    """The requirements in ``pyproject.toml``, by extra, without those on its own extras."""
    project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    groups = {SCORING: project["dependencies"], **project["optional-dependencies"]}
    parsed = {name: [Requirement(line) for line in lines] for name, lines in groups.items()}
    own = project["name"]
    return {name: [it for it in found if it.name != own] for name, found in parsed.items()}


def packages(path: Path = PYPROJECT) -> tuple[list[Package], list[str]]:
    """Every installed package that some extra requires, directly or not.

    Returns:
        The packages by name, and the names of direct requirements that are not installed.
    """
    found: dict[str, Package] = {}
    missing: set[str] = set()
    for extra, requirements in direct(path).items():
        seen: set[tuple[str, str]] = set()
        waiting = list(requirements)
        while waiting:
            requirement = waiting.pop()
            name = canonicalize_name(requirement.name)
            wanted = [key for key in ("", *requirement.extras) if (name, key) not in seen]
            seen.update((name, key) for key in wanted)
            try:
                metadata = distribution(name)
            except PackageNotFoundError:
                if requirement in requirements:
                    missing.add(name)
                continue
            version = metadata.version
            package = found.setdefault(name, Package(metadata.name, version, metadata))
            package.extras.add(extra)
            package.is_direct |= requirement in requirements
            for key in wanted:
                waiting += _required(metadata, key)
    return [found[name] for name in sorted(found)], sorted(missing)


def _required(metadata: Distribution, extra: str) -> Iterator[Requirement]:
    """What a package requires here, for one of its extras; ``""`` for none."""
    for line in metadata.requires or ():
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None:
            if not extra:
                yield requirement
        elif marker.evaluate({"extra": extra}) and (
            not extra or not marker.evaluate({"extra": ""})
        ):
            yield requirement
