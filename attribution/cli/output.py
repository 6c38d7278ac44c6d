"""Which outputs a command refuses, before any work is done."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from attribution.errors import MissingExtraError

if TYPE_CHECKING:
    from attribution.outputs.write import Form

__all__ = ["check_form", "check_output"]


def check_output(target: Path, names: Sequence[str]) -> None:
    """Refuse an output that cannot be written or is itself an input.

    Args:
        target: The file to write.
        names: The names of all inputs.

    Raises:
        typer.BadParameter: With the reason.
    """
    problem = None
    if target.is_dir():
        problem = "is a folder; name a file in it"
    elif not target.parent.is_dir():
        problem = "is in a folder that does not exist; create it first"
    elif not os.access(target if target.exists() else target.parent, os.W_OK):
        problem = "cannot be written; choose another place"
    elif target.is_file() and any(
        os.path.exists(name) and os.path.samefile(target, name) for name in names
    ):
        problem = "is one of the inputs; choose another name"
    if problem:
        raise _refused(f"{str(target)!r} {problem}.")


def check_form(form: Form, target: Path | None, names: Sequence[str], *, several: bool) -> None:
    """Refuse an output that does not fit the form, or a form that needs a package that is missing.

    Args:
        form: How reports are to be written.
        target: The file or folder, or None for standard output.
        names: The names of all inputs.
        several: Whether there may be more than one input.

    Raises:
        typer.BadParameter: With the reason.
    """
    from attribution.outputs.write import FOLDER_FORMS, ReportFolder

    _check_packages(form)
    if form in FOLDER_FORMS and target and target.is_dir():
        for path in ReportFolder(target, form, names).targets():
            check_output(path, names)
            if form == "brat" and path.exists():
                there = f"{str(path)!r} is there already and may have been corrected"
                raise _refused(f"{there}; name another folder.")
    elif form in ("graphml", "html") and several:
        one = "A GraphML file holds one graph" if form == "graphml" else "A page has one article"
        raise _refused(f"{one}; for several inputs name a folder that exists.")
    elif form == "brat":
        raise _refused("brat takes two files an input; name a folder that exists with --output.")
    elif form == "parquet" and not target:
        raise _refused("A Parquet file is no text for a terminal; name a file.")
    elif target:
        check_output(target, names)


def _check_packages(form: Form) -> None:
    from attribution.extras import load_pyarrow
    from attribution.outputs.graph import load_networkx

    needed: Mapping[str, Callable[[], object]] = {"graphml": load_networkx, "parquet": load_pyarrow}
    try:
        needed.get(form, lambda: None)()
    except MissingExtraError as error:
        raise typer.BadParameter(str(error), param_hint="--format") from error


def _refused(reason: str) -> typer.BadParameter:
    return typer.BadParameter(reason, param_hint="--output")
