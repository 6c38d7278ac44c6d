"""What the documents tell people to run does run: Python, the command line, and other commands."""

from __future__ import annotations

import importlib
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest
import typer
from typer.testing import CliRunner

from attribution.cli.main import app
from attribution.scorer import BUNDLED, Scorer
from attribution.weighting import WEIGHTS_FILE

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
INDEX = ROOT / "docs" / "README.md"
#: Its examples need libraries of their own: tests/test_integrations_doc.py.
ELSEWHERE = {"integrations.md"}
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
#: Commands that are not the project's: what they do is for their own documents to say.
_OTHERS = (
    "pip",
    "python3",
    "git",
    "export",
    "mkdir",
    "curl",
    "uv",
    "pip-audit",
    ".",
    "cat",
    "eval",
)
#: Commands that need a network, more machines than one, or that never end. They are parsed only.
_NOT_RUN = (
    "--allow-network",
    "--engine ray",
    "--encoder-engine openvino",
    "attribution serve",
    "--install-completion",
)
HTML = (
    "<html><head><title>The pier</title></head><body><article>"
    + "<p>The pier is shut, the mayor, Ada Roe, said on Monday. It will open again in spring.</p>"
    * 9
    + "</article></body></html>"
)


class Line(NamedTuple):
    """A command line in a document."""

    document: str
    text: str

    @property
    def words(self) -> list[str]:
        """Up to what the shell does with it."""
        return shlex.split(re.split(r"\s(?:>|\|)\s", self.text)[0], comments=True)


def blocks(path: Path, language: str) -> list[str]:
    found = _BLOCK.findall(path.read_text(encoding="utf-8"))
    return [
        re.sub(f"^{indent}", "", text, flags=re.M)
        for indent, name, text in found
        if name == language
    ]


def lines() -> Iterator[Line]:
    for path in DOCUMENTS:
        for block in blocks(path, ""):
            if path.name == "architecture.md" or "──" in block:
                continue  # drawings
            for line in block.replace("\\\n", " ").splitlines():
                for part in re.split(r"\s&&\s", line):
                    text = re.sub(r"^(\w+=\S+ )+|^cat \S+ \| |\.venv/bin/", "", part.strip())
                    if text and not text.startswith("#"):
                        yield Line(path.name, text)


LINES = list(lines())
COMMANDS = [line for line in LINES if line.text.startswith("attribution ")]
MODULES = sorted(
    {line.text for line in LINES if re.match(r"python -m (eval|training|supply)", line.text)}
)
RUN = [line for line in COMMANDS if not any(part in line.text for part in _NOT_RUN)]


def modules() -> list[str]:
    """All modules of the package but those of the command line, which has a row of its own."""
    package = ROOT / "attribution"
    paths = [path.relative_to(package) for path in package.rglob("*.py")]
    return sorted(
        path.as_posix() for path in paths if path.parts[0] != "cli" and path.name[0] != "_"
    )


@pytest.mark.parametrize("module", modules())
def test_the_architecture_says_what_each_module_is_for(module: str) -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert re.search(rf"\b{re.escape(Path(module).name)}`", text)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the documents' examples read, to work in."""
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "examples" / "chains-18.txt").read_text(encoding="utf-8")
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for name in ("article.txt", "morning.txt", "evening.txt", "articles/one.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "reports").mkdir()
    (tmp_path / "graphs").mkdir()
    (tmp_path / "corrections").mkdir()
    record = json.dumps({"text": text, "publisher": "Quay Press", "date": "2026-01-02"})
    (tmp_path / "articles.jsonl").write_text(record + "\n", encoding="utf-8")
    if find_spec("pyarrow"):
        from pyarrow import parquet, table

        parquet.write_table(table({"body": [text], "printed": ["2026-01-02"]}), "news.parquet")
    (tmp_path / "story.html").write_text(HTML, encoding="utf-8")
    shutil.copy(WEIGHTS_FILE, tmp_path / "mine.json")
    return tmp_path


@pytest.fixture(scope="module")
def load() -> object:
    """In place of loading: the small model, loaded once for all examples."""
    scorer = Scorer.from_pretrained("small")
    return lambda *given: scorer


class TestIndex:
    def test_every_document_is_listed(self) -> None:
        listed = set(re.findall(r"\]\(([\w-]+\.md)\)", INDEX.read_text(encoding="utf-8")))
        assert {path.name for path in INDEX.parent.glob("*.md")} - listed == {"README.md"}

    def test_the_readme_leads_to_it(self) -> None:
        assert "(docs/README.md)" in (ROOT / "README.md").read_text(encoding="utf-8")

    def test_every_field_of_a_report_is_explained(self) -> None:
        schema = json.loads((ROOT / "attribution/report.schema.json").read_text(encoding="utf-8"))
        fields: set[str] = set()
        waiting = [schema]
        while waiting:
            for key, value in waiting.pop().items():
                if key == "properties":
                    fields |= value.keys()
                if isinstance(value, dict):
                    waiting.append(value)
        text = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
        assert {name for name in fields if f"`{name}`" not in text} == set()


class TestPython:
    @pytest.mark.slow
    @pytest.mark.skipif(not (BUNDLED / "small" / "config.json").exists(), reason="no weights")
    @pytest.mark.parametrize(
        "path",
        [it for it in DOCUMENTS if it.name not in ELSEWHERE and blocks(it, "python")],
        ids=lambda path: path.name,
    )
    def test_it_runs_as_it_stands(self, path: Path, desk: Path) -> None:
        for name in ("networkx", "pyarrow", "trafilatura", "datasets"):
            pytest.importorskip(name)
        code = "\n".join(blocks(path, "python"))
        if "openvino" in code:
            pytest.importorskip("openvino")
        exec(compile(code, str(path), "exec"), {"__name__": "__main__"})

    @pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
    def test_json_is_json(self, path: Path) -> None:
        for block in blocks(path, "json"):
            json.loads(block)


class TestCommandLine:
    @pytest.mark.parametrize("line", COMMANDS, ids=lambda line: line.text)
    def test_every_command_is_understood(self, line: Line, desk: Path) -> None:
        group = typer.main.get_command(app)
        name, *arguments = line.words[1:]
        if name.startswith("--"):
            assert any(name in option.opts for option in group.params)
        else:
            group.commands[name].make_context(name, arguments)

    @pytest.mark.slow
    @pytest.mark.skipif(not (BUNDLED / "small" / "config.json").exists(), reason="no weights")
    @pytest.mark.parametrize("document", sorted({line.document for line in RUN}))
    def test_every_command_runs(
        self, document: str, desk: Path, load: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("networkx", "pyarrow", "duckdb", "docx", "pypdf", "trafilatura"):
            pytest.importorskip(name)
        monkeypatch.setattr("attribution.cli.main.load_scorer", load)
        monkeypatch.setattr("attribution.cli.compare.load_scorer", load)
        make_documents(desk)
        for line in RUN:
            if line.document != document or "--show-completion" in line.text:
                continue
            result = CliRunner().invoke(app, line.words[1:], input="Words, she said.")
            assert result.exit_code == 0, f"{line.text}: {result.output}"
            if target := re.search(r" > (\S+)", line.text):
                (desk / target[1]).write_text(result.stdout, encoding="utf-8")


class TestOtherCommands:
    @pytest.mark.parametrize("line", MODULES)
    def test_modules_of_the_checkout_have_the_options_and_files_named(
        self, line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, _, module, *arguments = shlex.split(line, comments=True)
        spec = find_spec(module)
        assert spec is not None
        found = f"{module}.__main__" if spec.submodule_search_locations else module
        with pytest.raises(SystemExit):
            importlib.import_module(found).main(["--help"])
        told = capsys.readouterr().out
        assert {it for it in arguments if it.startswith("--") and it not in told} == set()
        configs = [it for it in arguments if it.startswith("configs/")]
        assert [it for it in configs if not (ROOT / it).is_file()] == []

    def test_extras_exist(self) -> None:
        text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        named = re.findall(
            r"pip install [^\n]*?(?:\.|attribution)\[([\w,]+)\]",
            "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS),
        )
        extras = {extra for names in named for extra in names.split(",")}
        assert extras
        assert {it for it in extras if not re.search(rf"^{it} = \[", text, re.M)} == set()

    def test_no_command_goes_untested(self) -> None:
        known = ("attribution ", "python -m ", *(f"{name} " for name in _OTHERS))
        assert [line for line in LINES if not line.text.startswith(known)] == []

    @pytest.mark.slow
    @pytest.mark.skipif(not (BUNDLED / "small" / "config.json").exists(), reason="no weights")
    def test_a_held_out_set_is_measured_as_the_document_says(
        self, desk: Path, load: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attribution.cli.main.load_scorer", load)
        run = importlib.import_module("eval.run")
        measured = 0
        for line in LINES:
            if line.document == "own-data.md" and line.text.startswith("attribution"):
                assert CliRunner().invoke(app, line.words[1:]).exit_code == 0
            elif line.document == "own-data.md" and "eval.run" in line.text:
                run.main(line.words[3:])
                assert json.loads((desk / "figures.json").read_text(encoding="utf-8"))
                (desk / "figures.json").unlink()
                measured += 1
        assert measured == 2

    def test_records_of_the_held_out_set_are_read(self, tmp_path: Path) -> None:
        from training.readers.reports import read_reports

        records = [json.loads(it) for it in blocks(ROOT / "docs" / "own-data.md", "json")]
        path = tmp_path / "held-out.jsonl"
        path.write_text("\n".join(map(json.dumps, records)) + "\n", encoding="utf-8")
        bare, full = read_reports(path)
        assert [len(article.claims) for article in (bare, full)] == [1, 1]


def make_documents(folder: Path) -> None:
    """The Word and PDF files of the README's example."""
    docx, pdf = pytest.importorskip("docx"), pytest.importorskip("reportlab.pdfgen.canvas")
    sentence = "The pier is shut, the mayor, Ada Roe, said on Monday."
    document = docx.Document()
    document.add_paragraph(sentence)
    document.save(folder / "report.docx")
    canvas = pdf.Canvas(str(folder / "page.pdf"))
    canvas.drawString(72, 700, sentence)
    canvas.save()
