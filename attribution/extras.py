"""Imports libraries that are installed only on request."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from attribution.errors import MissingExtraError

__all__ = ["load_extra", "load_pyarrow"]


def load_extra(package: str, *submodules: str, extra: str) -> ModuleType:
    """Import a package of one of the extras.

    Args:
        package: What is imported.
        submodules: Those of its modules that are used and that it does not import itself.
        extra: The extra of this package that has it.

    Returns:
        The package.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        for name in submodules:
            import_module(f"{package}.{name}")
        return import_module(package)
    except ImportError as error:
        raise MissingExtraError(package, extra) from error


def load_pyarrow() -> ModuleType:
    """Import pyarrow, with ``pyarrow.parquet``.

    Raises:
        MissingExtraError: It is not installed.
    """
    return load_extra("pyarrow", "parquet", extra="corpus")
