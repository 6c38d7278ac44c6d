"""Runs the service: its socket, its log, and how it stops."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from ipaddress import ip_address
from types import FrameType

import uvicorn

from attribution.service.app import create_app
from attribution.service.pool import ScoringPool, TextScorer
from attribution.service.settings import Settings

__all__ = ["address_of", "is_loopback", "listen", "serve"]

#: Connections at the same time, idle ones too; further ones are answered 503 by uvicorn itself.
#: Each may be sending an article, so this bounds what is held in memory.
_CONNECTIONS = 128
#: Seconds, beyond those for an article, that a stop leaves open connections.
_PATIENCE = 5


def is_loopback(host: str) -> bool:
    """Whether a host to listen on can be reached from this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Args:
        host: A name or address of this machine.
        port: 0 for any that is free.

    Raises:
        OSError: The port is taken or not allowed, or the host is not this machine's.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, place = found[0]
    return socket.create_server(place[:2], family=family)


def address_of(listener: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


class _Server(uvicorn.Server):
    """Refuses new articles from the moment it is told to stop."""

    def __init__(self, config: uvicorn.Config, pool: ScoringPool) -> None:
        super().__init__(config)
        self._pool = pool

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._pool.stop()
        super().handle_exit(sig, frame)


def serve(
    load: Callable[[], TextScorer],
    settings: Settings,
    listener: socket.socket,
    *,
    quiet: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT; the articles taken on are finished first.

    Args:
        load: Makes the scorer, on another thread, while requests are already answered with 503.
        settings: The limits.
        listener: From :func:`listen`; closed at the end.
        quiet: Log no requests, only what goes wrong.

    Raises:
        AttributionError: The model could not be loaded; whatever else ``load`` raises, too.
    """
    _log_to_standard_error(logging.WARNING if quiet else logging.INFO)
    pool = ScoringPool(load, settings)
    config = uvicorn.Config(
        create_app(pool),
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,  # it has the whole address; the guard's own line has not
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=int(max(settings.timeout, settings.receive_timeout)) + _PATIENCE,
    )
    server = _Server(config, pool)

    def give_up() -> None:
        server.should_exit = True

    pool.start(failed=give_up)
    # uvicorn raises the signal once more when it is done: by then there is nothing left to do.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    server.run(sockets=[listener])
    if pool.failure:
        raise pool.failure
    if pool.at_work:
        _leave_at_once()


def _leave_at_once() -> None:
    """End the process while a thread is still scoring an article that nobody waits for.

    Python would wait for it, and a thread that runs native code at exit may crash.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _log_to_standard_error(least: int) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    for name, level in (("attribution.service", least), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(level)
        logger.propagate = False
