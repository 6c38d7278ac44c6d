"""The weights of the score's components: the default ones, and reading a user's own.

A weights file is JSON with an object ``weights``; ``about`` and ``why`` are for readers. The
default is such a file, ``score.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["COMPONENTS", "WEIGHTS", "WEIGHTS_FILE", "checked_weights", "load_weights"]

#: The names of the components, in the order in which reports have them.
COMPONENTS = (
    "attributed_sentences",
    "identified_sources",
    "anonymity",
    "source_spread",
    "hearsay",
    "direct_quotation",
)

#: The default weights, to copy and change.
WEIGHTS_FILE = Path(__file__).parent / "score.json"
_FIELDS = {"about", "weights", "why"}
#: Far more than anybody needs; from far beyond it sums would overflow.
_MOST = 1e9


def checked_weights(given: Mapping[str, float]) -> dict[str, float]:
    """Weights in the components' order that sum to 1.

    Args:
        given: A weight for every name in ``COMPONENTS``, in any order and of any sum; 0 leaves a
            component out of the score.

    Raises:
        ValueError: A component is missing or unknown, a weight is no number from 0 to a
            thousand millions, or all are 0.
    """
    missing = [name for name in COMPONENTS if name not in given]
    if missing:
        raise ValueError(f"no weight for {', '.join(missing)}: give 0 to leave a component out")
    unknown = sorted(str(name) for name in given if name not in COMPONENTS)
    if unknown:
        raise ValueError(
            f"no component is called {', '.join(unknown)}: they are {', '.join(COMPONENTS)}"
        )
    for name in COMPONENTS:
        if not _is_weight(given[name]):
            raise ValueError(
                f"the weight of {name} is {given[name]!r}: it must be a number from 0 to {_MOST:g}"
            )
    total = sum(given[name] for name in COMPONENTS)
    if not total:
        raise ValueError("all weights are 0: at least one must be above")
    return {name: given[name] / total for name in COMPONENTS}


def load_weights(path: str | Path) -> dict[str, float]:
    """Read a weights file.

    Args:
        path: A JSON file like ``WEIGHTS_FILE``.

    Returns:
        The weights in the components' order, divided by their sum.

    Raises:
        ValueError: The file cannot be read or is no weights file; the message names it and says
            what to change.
    """
    try:
        data: Any = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: no JSON file that can be read: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("weights"), dict):
        raise ValueError(f'{path}: expected an object with "weights", as {WEIGHTS_FILE} has it')
    unknown = sorted(data.keys() - _FIELDS)
    if unknown:
        raise ValueError(f'{path}: unknown {", ".join(unknown)}; weights belong into "weights"')
    try:
        return checked_weights(data["weights"])
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _MOST


#: The default weights by component.
WEIGHTS: Mapping[str, float] = load_weights(WEIGHTS_FILE)
