"""Which lines of modules were run by inputs: coverage that both engines can be measured by."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from eval.fuzz.target import Target
from eval.fuzz.trial import HangError, limited

__all__ = ["measure_lines"]


def measure_lines(target: Target, inputs: Iterable[bytes]) -> dict[str, Any]:
    """Run inputs and count the lines of the target's modules that they reach.

    Args:
        target: Whose ``modules`` are looked at. Only lines within functions count: the others
            run when the module is imported.
        inputs: What to run.

    Returns:
        ``lines`` of ``of_lines``, ``inputs``, and for each module the same two.
    """
    files = {_file(name): name for name in target.modules}
    lines = {file: set(_lines(_compiled(file))) for file in files}
    reached: dict[str, set[int]] = {file: set() for file in files}

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        found = reached.get(frame.f_code.co_filename)
        if found is None:
            return None
        if event == "line":
            found.add(frame.f_lineno)
        return trace

    count = 0
    for data in inputs:
        count += 1
        sys.settrace(trace)
        try:
            with limited():
                target.check(data)
        except (Exception, HangError):  # a defect is counted elsewhere
            pass
        finally:
            sys.settrace(None)
    modules = {
        name: {"lines": len(reached[file] & lines[file]), "of_lines": len(lines[file])}
        for file, name in files.items()
    }
    return {
        "inputs": count,
        "lines": sum(part["lines"] for part in modules.values()),
        "of_lines": sum(part["of_lines"] for part in modules.values()),
        "modules": modules,
    }


def _file(module: str) -> str:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise ValueError(f"no module {module}")
    return spec.origin


def _compiled(file: str) -> CodeType:
    return compile(Path(file).read_text(encoding="utf-8"), file, "exec")


def _lines(code: CodeType) -> Iterator[int]:
    """The lines of functions in a module's code, without those that only define something."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_flags & inspect.CO_OPTIMIZED:  # a function, not the body of a class
                first = constant.co_firstlineno
                yield from (line for _, _, line in constant.co_lines() if line and line != first)
            yield from _lines(constant)
