"""Addresses, against a server on this machine: schemes, redirects, kinds, sizes, time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from attribution.errors import InputError
from attribution.inputs.fetch import fetch, is_address
from attribution.inputs.read import find_inputs

PAGE = "<html><head><title>a</title></head><body><p>The pier is shut, Čapek said.</p></body></html>"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name = self.path.strip("/")
        if name == "circle" or name.startswith("to="):
            self.send_response(302)
            self.send_header("Location", name.removeprefix("to="))
            self.end_headers()
            return
        kind, data = {
            "page": ("text/html; charset=iso-8859-2", PAGE.encode("iso-8859-2")),
            "text": ("text/plain", b"The pier is shut.\r\n"),
            "picture": ("image/png", b"\x89PNG"),
            "big": ("text/html", b"a" * 3_000),
            "slow": ("text/html", b"a" * 50),
        }.get(name, ("", b""))
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind or "text/html")
        if name == "packed":
            self.send_header("Content-Encoding", "br")
        self.end_headers()
        for start in range(0, len(data), 10 if name == "slow" else len(data)):
            try:
                self.wfile.write(data[start : start + 10] if name == "slow" else data)
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.1 if name == "slow" else 0)

    def log_message(self, *arguments: object) -> None:
        """Says nothing on standard error."""


class Server(ThreadingHTTPServer):
    def handle_error(self, *arguments: object) -> None:
        """Says nothing of clients that hang up, as they should."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    made = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{made.server_address[1]}"
    made.shutdown()
    thread.join()
    made.server_close()


def article(address: str) -> str:
    (found,) = find_inputs([address], allow_network=True)
    return found.read().text


class TestFetching:
    def test_page_gives_its_article_in_the_servers_encoding(self, server: str) -> None:
        assert article(f"{server}/page") == "The pier is shut, Čapek said."

    def test_text_stays_as_it_is(self, server: str) -> None:
        assert article(f"{server}/text") == "The pier is shut.\r\n"

    def test_redirect_is_followed(self, server: str) -> None:
        assert article(f"{server}/to=/page") == "The pier is shut, Čapek said."

    def test_without_leave_no_socket_is_opened(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*arguments: object, **named: object) -> None:
            raise AssertionError("opened a socket")

        monkeypatch.setattr(socket, "socket", refuse)
        monkeypatch.setattr(socket, "getaddrinfo", refuse)
        (found,) = find_inputs(["http://127.0.0.1:9/a"])
        with pytest.raises(InputError, match="--allow-network"):
            found.read()


class TestRefusals:
    @pytest.mark.parametrize(
        ("path", "reason"),
        [
            ("to=file:///etc/passwd", "the server answers 302 .* is not allowed"),
            ("to=ftp://127.0.0.1/a", "leads to ftp:, and only http and https"),
            ("picture", r"the server sends image/png \(identity\)"),
            ("missing", "the server answers 404"),
        ],
    )
    def test_name_the_address_and_the_reason(self, server: str, path: str, reason: str) -> None:
        with pytest.raises(InputError, match=f"^{server}/{path}: ?{reason}"):
            fetch(f"{server}/{path}")

    @pytest.mark.parametrize("path", ["to=/to=/to=/to=/to=/to=/to=/page", "circle"])
    def test_redirects_without_end_end(self, server: str, path: str) -> None:
        with pytest.raises(InputError, match=f"^{server}/{path}: the server answers 302"):
            fetch(f"{server}/{path}")

    @pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/a", "data://a"])
    def test_other_schemes(self, address: str) -> None:
        with pytest.raises(InputError, match="only http and https addresses can be read"):
            fetch(address)

    def test_more_than_the_limit(self, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("attribution.inputs.fetch.MAX_BYTES", 2_000)
        with pytest.raises(InputError, match=f"{server}/big: larger than"):
            fetch(f"{server}/big")

    def test_server_that_drips(self, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("attribution.inputs.fetch.TIME_LIMIT", 0.15)
        with pytest.raises(InputError, match=f"{server}/slow: not there after"):
            fetch(f"{server}/slow")

    def test_nobody_there(self, server: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{free.getsockname()[1]}/a"
            with pytest.raises(InputError, match=f"{address}: cannot be fetched: .*refused"):
                fetch(address)

    @pytest.mark.parametrize("address", ["http://", "http:///a", "http://[::1", "http://a b/"])
    def test_addresses_that_are_none(self, address: str) -> None:
        with pytest.raises(InputError, match="cannot be fetched"):
            fetch(address)


@pytest.mark.parametrize("name", ["story.txt", "-", "a/b://c", "C:/story.txt", "http:/a"])
def test_paths_are_no_addresses(name: str) -> None:
    assert not is_address(name)
