"""Reads a request's body, within the limits of size and time, before anything is parsed."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from attribution.service.problems import RefusedError
from attribution.service.settings import Settings

__all__ = ["check_type", "read_body"]

#: Of a body that is too large, so much more is read and thrown away. A client that is still
#: sending when the connection closes may never see the answer.
_DRAINED = 16_000_000


def check_type(request: Request, expected: str) -> None:
    """Refuse a body of another media type, of another character set than UTF-8, or compressed.

    Args:
        request: Its headers are looked at.
        expected: The media type, in lower case.

    Raises:
        RefusedError: 415.
    """
    kind, *parameters = request.headers.get("content-type", "").lower().split(";")
    charsets = [
        value.strip().strip('"')
        for name, _, value in (item.strip().partition("=") for item in parameters)
        if name == "charset"
    ]
    if kind.strip() != expected:
        raise RefusedError(415, f"The body must be {expected}.")
    if any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise RefusedError(415, "The body must be in UTF-8.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise RefusedError(415, "The body must not be compressed.")


async def read_body(request: Request, settings: Settings, most: int | None = None) -> bytes:
    """The body, counted as it comes in: what the headers say of its length is not relied on.

    Args:
        request: Whose body has not been read.
        settings: The limits.
        most: Bytes of the body; None: of one article's.

    Raises:
        RefusedError: 413 for a body that is too large, 408 for one that is not there in time, 400
            when the client goes away.
    """
    try:
        reading = _read(request, most or settings.max_bytes)
        return await asyncio.wait_for(reading, settings.receive_timeout)
    except asyncio.TimeoutError:
        raise RefusedError(
            408, f"The body was not there after {settings.receive_timeout:g} seconds.", close=True
        ) from None
    except ClientDisconnect:
        raise RefusedError(400, "The body is not complete.", close=True) from None


async def _read(request: Request, limit: int) -> bytes:
    # A client that waits for permission to send gets the refusal instead.
    if _declared(request) > limit and "expect" in request.headers:
        raise _too_large(limit)
    body = bytearray()
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > limit + _DRAINED:
            break
        if received <= limit:
            body += chunk
    if received > limit:
        raise _too_large(limit)
    return bytes(body)


def _declared(request: Request) -> int:
    try:
        return int(request.headers.get("content-length", "0"))
    except ValueError:
        return 0


def _too_large(limit: int) -> RefusedError:
    return RefusedError(413, f"The body is larger than {limit:,} bytes.", close=True)
