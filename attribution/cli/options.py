"""Options that several commands share."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "BatchSize",
    "EncoderEngineOption",
    "EngineOption",
    "Engines",
    "Model",
    "Network",
    "NoColor",
    "Publisher",
    "Quiet",
    "Weights",
    "path_to_write",
    "weights_or_refuse",
]


def _bundled() -> list[str]:
    """For shell completion."""
    return ["small", "base"]


Model = Annotated[
    str,
    typer.Option(
        help="A bundled model, small or base, or the folder of another one.",
        autocompletion=_bundled,
    ),
]


class Engines(str, Enum):
    """``attribution.engines.EngineName``, which only torch can import."""

    auto = "auto"
    torch = "torch"
    torch_bf16 = "torch-bf16"
    openvino = "openvino"
    onnx_int8 = "onnx-int8"


_ENGINE_HELP = (
    "What runs the model's encoder. auto: the fastest that suits the model, if it is installed; "
    "torch: the same figures on every machine. See docs/engines.md."
)
EngineOption = Annotated[Engines, typer.Option(help=_ENGINE_HELP)]
#: Of a command that has another option of that name.
EncoderEngineOption = Annotated[Engines, typer.Option("--encoder-engine", help=_ENGINE_HELP)]
Publisher = Annotated[
    str | None,
    typer.Option(
        help="The outlet that prints the articles, which is never an intermediary.",
        show_default="read from each article",
    ),
]
Network = Annotated[
    bool,
    typer.Option(
        "--allow-network",
        help="Fetch inputs that are http or https addresses. Nothing else uses the network.",
    ),
]
BatchSize = Annotated[int, typer.Option(min=1, help="Windows of text the model reads at once.")]
NoColor = Annotated[
    bool, typer.Option("--no-color", help="No colour, as with NO_COLOR in the environment.")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress bar; errors are still shown.")
]
Weights = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Weights of the score's components, as JSON: see docs/score.md.",
        show_default="the package's score.json",
    ),
]


def path_to_write(name: str) -> Path:
    """The path of an output. A name that ends like a folder's must be one: a Path forgets the end.

    Raises:
        typer.BadParameter: There is no such folder.
    """
    if name.endswith(("/", os.sep)) and not os.path.isdir(name):
        raise typer.BadParameter(f"there is no folder {name!r}; create it first")
    return Path(name)


def weights_or_refuse(path: Path | None) -> dict[str, float] | None:
    """The weights of a file, None without one.

    Raises:
        typer.BadParameter: With the reason.
    """
    if path is None:
        return None
    from attribution.weighting import load_weights

    try:
        return load_weights(path)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--weights") from error
