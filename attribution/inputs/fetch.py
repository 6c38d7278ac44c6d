"""Articles by their address, when the user allows the network.

Only http and https, redirects included; bounded in size and time. The standard library's urllib
is enough for one page: no cookies, no retries, no scripts.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from attribution._version import __version__
from attribution.errors import InputError

__all__ = ["Fetched", "fetch", "is_address"]

MAX_BYTES = 20_000_000
#: Seconds for the whole page, and for any one answer of the server.
TIME_LIMIT, ANSWER_LIMIT = 30.0, 10.0
_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
_SCHEMES = ("http", "https")
_KINDS = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "text",
    "application/pdf": "pdf",
}
_CHUNK = 65_536


@dataclass(frozen=True)
class Fetched:
    """A page: its bytes, what kind the server says it is, its encoding, and its last address."""

    data: bytes
    kind: str
    charset: str | None
    address: str


def is_address(argument: str) -> bool:
    """True for what has the form of an address with a scheme, ``https://…``."""
    return _ADDRESS.match(argument) is not None


def fetch(address: str) -> Fetched:
    """Get one page.

    Args:
        address: An http or https address.

    Raises:
        InputError: Another scheme, also after a redirect; no answer, or none in time; too large; of
            a kind that cannot be read.
    """
    deadline = time.monotonic() + TIME_LIMIT
    headers = {"User-Agent": f"attribution/{__version__}", "Accept-Encoding": "identity"}
    try:
        _check_scheme(address, address)
        request = Request(address, headers=headers)
        with _opener().open(request, timeout=ANSWER_LIMIT) as answer:
            kind = answer.headers.get_content_type()
            packed = answer.headers.get("Content-Encoding", "identity")
            if kind not in _KINDS or packed != "identity":
                raise InputError(
                    f"{address}: the server sends {kind} ({packed}), not a web page; download it "
                    "and score the file"
                )
            data = _read(answer, address, deadline)
            charset = answer.headers.get_content_charset()
            return Fetched(data, _KINDS[kind], charset, answer.url)
    except HTTPError as error:
        error.close()
        raise InputError(f"{address}: the server answers {error.code} {error.reason}") from error
    except (OSError, HTTPException, ValueError) as error:  # URLError is an OSError
        reason = getattr(error, "reason", None) or error or type(error).__name__
        raise InputError(f"{address}: cannot be fetched: {reason}") from error


def _read(answer: IO[bytes], address: str, deadline: float) -> bytes:
    data = bytearray()
    # read1 returns what is there: a server that drips bytes cannot hold a read for long.
    while chunk := answer.read1(_CHUNK):  # type: ignore[attr-defined]
        data += chunk
        if len(data) > MAX_BYTES:
            raise InputError(f"{address}: larger than {MAX_BYTES // 10**6} MB")
        if time.monotonic() > deadline:
            raise InputError(f"{address}: not there after {TIME_LIMIT:.0f} seconds; try later")
    return bytes(data)


class _Redirects(HTTPRedirectHandler):
    """Follows to http and https only. urllib's own also goes to ftp."""

    max_redirections = 5

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> Request | None:
        _check_scheme(newurl, req.full_url)
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _check_scheme(address: str, named: str) -> None:
    scheme = urlsplit(address).scheme.lower()
    if scheme not in _SCHEMES:
        led = "" if address == named else f" leads to {scheme}:, and"
        raise InputError(f"{named}:{led} only http and https addresses can be read")


def _opener() -> OpenerDirector:
    """An opener without the handlers for files, ftp and data that urllib's default has."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler,
        HTTPHandler,
        HTTPSHandler,
        HTTPDefaultErrorHandler,
        HTTPErrorProcessor,
        _Redirects,
    ):
        opener.add_handler(handler())
    return opener
