"""``attribution serve``: what it refuses to start with, and one real run."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from click.testing import Result
from typer.testing import CliRunner

from attribution.cli.main import app
from attribution.errors import MissingExtraError
from attribution.report_schema import report_schema
from tiny_model import SAMPLE

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

from attribution.service.server import address_of, is_loopback, listen
from attribution.service.settings import LOOPBACK_HOSTS, Settings

COMMAND = [sys.executable, "-c", "from attribution.cli.main import main; main()", "serve"]
PATIENCE = 300


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["serve", *arguments], env={"COLUMNS": "200"})


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings that the service would have been started with."""
    seen: list[Settings] = []

    def serve(load: object, settings: Settings, listener: socket.socket, **_: object) -> None:
        seen.append(settings)
        listener.close()

    monkeypatch.setattr("attribution.service.server.serve", serve)
    return seen


class TestStart:
    def test_options_reach_the_service(self, given: list[Settings]) -> None:
        options = "--port 0 --max-characters 9 --timeout 2.5 --concurrency 3 --queue 4"
        assert run(*options.split()).exit_code == 0
        assert given == [Settings(9, 2.5, 3, 4)]

    def test_this_machine_alone_reaches_it_by_default(self, given: list[Settings]) -> None:
        result = run("--port", "0")
        assert "http://127.0.0.1:" in result.stderr
        assert "warning" not in result.stderr
        assert given[0].allowed_hosts == LOOPBACK_HOSTS

    def test_warns_when_others_reach_it(self, given: list[Settings]) -> None:
        result = run("--host", "0.0.0.0", "--port", "0")
        assert "other machines can reach this" in result.stderr
        assert given[0].allowed_hosts == ()

    def test_taken_port_is_named(self, given: list[Settings]) -> None:
        with listen("127.0.0.1", 0) as taken:
            port = str(taken.getsockname()[1])
            result = run("--port", port)
        assert result.exit_code == 2
        assert f"port {port}" in result.stderr
        assert not given

    def test_host_that_is_none_is_named(self, given: list[Settings]) -> None:
        result = run("--host", "not a host", "--port", "0")
        assert (result.exit_code, "not a host" in result.stderr) == (2, True)

    def test_missing_extra_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing(package: str, *, extra: str) -> None:
            raise MissingExtraError(package, extra)

        monkeypatch.setattr("attribution.cli.serve.load_extra", missing)
        result = run()
        assert result.exit_code == 2
        assert "pip install 'claim-attribution[serve]'" in result.stderr

    @pytest.mark.parametrize("option", ["--concurrency=0", "--queue=-1", "--timeout=0", "--port=x"])
    def test_limits_that_let_nothing_through_are_refused(self, option: str) -> None:
        assert run(option).exit_code == 2


class TestAddress:
    @pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST"])
    def test_loopback(self, host: str) -> None:
        assert is_loopback(host)

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
    def test_not_loopback(self, host: str) -> None:
        assert not is_loopback(host)

    def test_is_one_for_a_browser(self) -> None:
        with closing(listen("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            assert address_of(listener) == f"http://127.0.0.1:{port}/"


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A real service, ready, and its address."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    command = [*COMMAND, "--port", "0", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            address = process.stderr.readline().split()[-1]
            while "ready" not in (line := process.stderr.readline()):
                assert line, "it ended"
            yield process, address
        finally:
            process.kill()


@pytest.mark.slow
def test_serves_until_it_is_told_to_stop(scorer_folder: Path) -> None:
    with started("--model", str(scorer_folder), "--timeout", str(PATIENCE)) as (process, address):
        body = json.dumps({"text": SAMPLE}).encode()
        request = Request(f"{address}v1/report", body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=PATIENCE) as answer:
            report = json.load(answer)
        process.send_signal(signal.SIGTERM)
        log = process.stderr.read()
        assert process.wait(PATIENCE) == 0
    assert set(report) == set(report_schema()["required"])
    assert report["text"] == SAMPLE
    assert "POST /v1/report 200" in log
    assert "Skerrin" not in log
    assert "Traceback" not in log


@pytest.mark.slow
def test_model_that_is_none_ends_it(tmp_path: Path) -> None:
    command = [*COMMAND, "--port", "0", "--model", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert "no model" in done.stderr
    assert "Traceback" not in done.stderr
