"""The command ``attribution serve``.

Exit codes: 0 stopped by SIGTERM or Ctrl+C, 2 the command was called wrongly: no such model, a port
that is taken, an extra that is missing. The log goes to standard error.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, cast

import typer

from attribution.cli.options import EngineOption, Engines, Model, Weights, weights_or_refuse
from attribution.errors import MissingExtraError, ModelError
from attribution.extras import load_extra

if TYPE_CHECKING:
    from attribution.engines import EngineName
    from attribution.service.pool import TextScorer

__all__ = ["SERVE_EXAMPLES", "serve"]

SERVE_EXAMPLES = """
Examples:

  attribution serve

  attribution serve --port 8765 --max-characters 20000 --queue 4

  curl -s http://127.0.0.1:8000/v1/report --json '{"text": "..."}'
"""


def serve(
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on; the default one is reached from this machine only."
        ),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any that is free.")] = 8000,
    model: Model = "small",
    weights: Weights = None,
    engine: EngineOption = Engines.auto,
    max_characters: Annotated[
        int,
        typer.Option(min=1, help="Longest article, or articles of a request; more: answered 413."),
    ] = 100_000,
    max_articles: Annotated[
        int, typer.Option(min=1, help="Most articles of a request; more are answered 413.")
    ] = 32,
    timeout: Annotated[
        float,
        typer.Option(
            min=0.1, help="Seconds for one request, waiting included; then it is answered 503."
        ),
    ] = 60.0,
    concurrency: Annotated[
        int, typer.Option(min=1, help="Requests scored at once; each may use all processors.")
    ] = 1,
    queue: Annotated[
        int, typer.Option(min=0, help="Requests that may wait; any more are answered 429.")
    ] = 16,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="No line for each request; errors are still shown."),
    ] = False,
) -> None:
    """Serve a page to paste an article into, and the same report as JSON, over HTTP."""
    chosen = weights_or_refuse(weights)
    try:
        for package in ("fastapi", "uvicorn"):
            load_extra(package, extra="serve")
    except MissingExtraError as error:
        raise typer.BadParameter(str(error)) from error
    from attribution.service.server import address_of
    from attribution.service.server import serve as run
    from attribution.service.settings import Settings

    listener = _listen(host, port)
    settings = Settings(
        max_characters,
        timeout,
        concurrency,
        queue,
        allowed_hosts=_hosts(host),
        max_articles=max_articles,
    )
    if not quiet:
        typer.echo(f"Loading the model {model!r}; then at {address_of(listener)}", err=True)
    if not settings.allowed_hosts:
        typer.echo(
            "warning: other machines can reach this, without a password or encryption", err=True
        )
    try:
        run(lambda: _load(model, chosen, engine.value), settings, listener, quiet=quiet)
    except ModelError as error:
        raise typer.BadParameter(str(error), param_hint="--model") from error
    except MissingExtraError as error:
        raise typer.BadParameter(str(error), param_hint="--engine") from error


def _load(model: str, weights: Mapping[str, float] | None, engine: str) -> TextScorer:
    from attribution.scorer import Scorer

    return Scorer.from_pretrained(model, engine=cast("EngineName", engine), weights=weights)


def _listen(host: str, port: int) -> socket.socket:
    from attribution.service.server import listen

    try:
        return listen(host, port)
    except socket.gaierror as error:
        raise typer.BadParameter(
            f"{host!r} is no host: {error.strerror}", param_hint="--host"
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise typer.BadParameter(
            f"Cannot listen on {host} port {port}: {reason}.", param_hint="--port"
        ) from error


def _hosts(host: str) -> tuple[str, ...]:
    """The Host headers to answer: this machine's own names on loopback, else any."""
    from attribution.service.server import is_loopback
    from attribution.service.settings import LOOPBACK_HOSTS

    if not is_loopback(host):
        return ()
    own = f"[{host}]" if ":" in host else host
    return tuple(dict.fromkeys((*LOOPBACK_HOSTS, own.lower())))
