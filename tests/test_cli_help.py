"""What people expect of a command line: completion, progress, quiet, colours, a version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from attribution import __version__
from attribution.cli.main import app
from attribution.types import Report

pty = pytest.importorskip("pty")

COMMANDS = ("score", "compare", "corpus", "summarize", "serve")
# A run of the command line with a report in place of the model, which takes a moment to be there.
RUN = """
import sys, time
from pathlib import Path
from attribution.cli import main as cli
from attribution.types import Report
report = Report.from_json(Path(sys.argv.pop()).read_text(encoding="utf-8"))
def score(texts, **options):
    time.sleep(.4)
    return [report] * len(texts)
cli.load_scorer = lambda *_: score
cli.main()
"""
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def in_terminal(*arguments: object, **variables: str) -> str:
    """All that a run writes to a terminal, standard output and error together."""
    controller, terminal = pty.openpty()
    environment = {"TERM": "xterm-256color", "COLUMNS": "100", **variables}
    kept = {name: value for name, value in os.environ.items() if name not in COLOUR_VARIABLES}
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
        env=kept | environment,
    )
    os.close(terminal)
    written = b""
    try:
        while part := os.read(controller, 4096):
            written += part
    except OSError:  # Linux: the other side is closed
        pass
    os.close(controller)
    assert process.wait() == 0, written
    return written.decode()


COLOUR_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE")


@pytest.fixture
def inputs(tmp_path: Path, example_report: Report) -> list[Path]:
    """An article, and the report that it gets."""
    (tmp_path / "a.txt").write_text("Words.", encoding="utf-8")
    (tmp_path / "report.json").write_text(example_report.to_json(), encoding="utf-8")
    return [tmp_path / "a.txt", tmp_path / "report.json"]


class TestProgress:
    def test_a_terminal_shows_what_is_being_done_and_then_the_report_alone(
        self, inputs: list[Path]
    ) -> None:
        written = in_terminal("score", *inputs)
        before, _, after = written.rpartition("Scoring")
        assert "\x1b[2K" in after  # the line is wiped
        assert "Ines Faro" in after
        assert "Ines Faro" not in before

    def test_several_inputs_are_counted(self, inputs: list[Path]) -> None:
        written = in_terminal("score", inputs[0], inputs[0], *inputs)
        assert "0/3" in written

    def test_quiet_shows_nothing_but_the_report(self, inputs: list[Path]) -> None:
        written = in_terminal("score", "--quiet", *inputs)
        assert "Scoring" not in written
        assert "Ines Faro" in written

    @pytest.mark.parametrize("command", [name for name in COMMANDS if name != "serve"])
    def test_every_command_that_one_waits_for_can_be_quiet(self, command: str) -> None:
        told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"}).stdout
        assert "--quiet" in told


class TestColour:
    def test_a_terminal_gets_colours(self, inputs: list[Path]) -> None:
        assert COLOUR.search(in_terminal("score", *inputs))

    def test_the_option_switches_them_off(self, inputs: list[Path]) -> None:
        assert set(styles(in_terminal("score", "--no-color", *inputs))) <= PLAIN

    def test_the_variable_switches_them_off(self, inputs: list[Path]) -> None:
        assert set(styles(in_terminal("score", *inputs, NO_COLOR="1"))) <= PLAIN

    def test_a_pipe_gets_none(self, inputs: list[Path]) -> None:
        done = subprocess.run(
            [sys.executable, "-c", RUN, "score", *map(str, inputs)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "\x1b" not in done.stdout + done.stderr


# Bold, dim, italic and underlined are no colours.
PLAIN = {"", "0", "1", "2", "3", "4", "22", "23", "24"}


def styles(written: str) -> list[str]:
    return [code for found in COLOUR.findall(written) for code in found[2:-1].split(";")]


class TestHelp:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_every_command_shows_examples(self, command: str) -> None:
        told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"}).stdout
        assert re.search(rf"Examples:\s+attribution {command} ", told)

    def test_version(self) -> None:
        assert CliRunner().invoke(app, ["--version"]).stdout == f"attribution {__version__}\n"


class TestCompletion:
    @pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
    @pytest.mark.parametrize(
        ("typed", "offered"),
        [("sc", ["score"]), ("score --pub", ["--publisher"]), ("score --model b", ["base"])],
    )
    def test_bash_completes_what_was_typed(
        self, typed: str, offered: list[str], tmp_path: Path
    ) -> None:
        """As docs/command-line.md has it, in a shell of its own."""
        command = tmp_path / "attribution"
        command.write_text(
            f"#!/bin/sh\nexec {sys.executable} -c "
            '\'import sys; sys.argv[0] = "attribution"; '
            'from attribution.cli.main import main; main()\' "$@"\n',
            encoding="utf-8",
        )
        command.chmod(0o755)
        script = (
            'eval "$(_ATTRIBUTION_COMPLETE=source_bash attribution)"\n'
            f"COMP_WORDS=(attribution {typed}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n"
            '_attribution_completion attribution; printf "%s\\n" "${COMPREPLY[@]}"\n'
        )
        path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
        done = subprocess.run(
            ["bash", "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PATH": path},
        )
        assert done.stdout.split() == offered
