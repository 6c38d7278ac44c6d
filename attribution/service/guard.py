"""What every request passes: the check of its Host, the headers of its answer, the log's line.

Nothing of an article can reach the log: it has the route, the status and the time, no message of
an exception, and no address that is not one of ours.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from attribution.service.pool import where
from attribution.service.problems import RefusedError, answer, problem_of

__all__ = ["CLOSED_POLICY", "Guard"]

_LOG = logging.getLogger(__name__)

#: Content security policy of what is no page.
CLOSED_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_HEADERS = {
    "Content-Security-Policy": CLOSED_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """ASGI middleware around the whole application.

    Args:
        app: What is guarded.
        hosts: Host headers that are answered, without port and in lower case; empty for any. A
            page of another site cannot make its own name stand for this machine then.
        paths: The paths that may stand in the log.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], paths: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._paths = frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._answer(scope, receive, guarded)
        except Exception as error:
            _LOG.error("failed: %s", where(error))
            if not status:
                await _refuse(RefusedError(500, "The service failed."), scope, receive, guarded)
        finally:
            path = scope["path"] if scope["path"] in self._paths else "(no such path)"
            seconds = time.perf_counter() - started
            _LOG.info("%s %s %d %.3f s", scope["method"], path, status, seconds)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._hosts and _host(scope) not in self._hosts:
            refusal = RefusedError(421, "The service does not answer to this host name.")
            await _refuse(refusal, scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def _refuse(refusal: RefusedError, scope: Scope, receive: Receive, send: Send) -> None:
    await answer(problem_of(refusal), refusal.headers)(scope, receive, send)


def _host(scope: Scope) -> str:
    """The Host header without its port. An IPv6 address keeps its brackets."""
    host = Headers(scope=scope).get("host", "").lower()
    name, bracket, _ = host.rpartition("]")
    return name + bracket if bracket else host.partition(":")[0]
