"""What a command shows on standard error while one waits for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Waiting", "waiting"]


class Waiting:
    """A bar that is there while something is being done, and gone while results are written.

    So bar and results may share a terminal. Without a terminal, or with ``--quiet``, it does
    nothing. Made by :func:`waiting`.
    """

    def __init__(self, bar: Progress | None = None, task: TaskID | None = None) -> None:
        self._bar = bar
        self._task = task

    @contextmanager
    def during(self, what: str) -> Iterator[None]:
        """Show the bar, with a word on what is being done."""
        if self._bar is None or self._task is None:
            yield
            return
        self._bar.update(self._task, description=what)
        self._bar.start()
        try:
            yield
        finally:
            self._bar.stop()

    def advance(self, count: int = 1) -> None:
        """One more is done."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, count)


def waiting(total: int, *, quiet: bool, no_color: bool = False) -> Waiting:
    """A bar on standard error, if that is a terminal; for a single thing a clock instead.

    Args:
        total: How many things are to be done.
        quiet: Whether the user asked for none.
        no_color: Whether the user asked for no colour.
    """
    if quiet or not sys.stderr.isatty():
        return Waiting()
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns: list[ProgressColumn] = [SpinnerColumn(), TextColumn("{task.description}")]
    if total > 1:
        columns += [BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()]
    else:
        columns.append(TimeElapsedColumn())
    console = Console(stderr=True, no_color=no_color or None)
    bar = Progress(
        *columns, console=console, redirect_stdout=False, redirect_stderr=False, transient=True
    )
    return Waiting(bar, bar.add_task("", total=total))
