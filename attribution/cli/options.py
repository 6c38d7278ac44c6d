"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["BatchSize", "Model", "Network", "NoColor", "Publisher"]

Model = Annotated[str, typer.Option(help="The bundled model, small, or the folder of another one.")]
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
