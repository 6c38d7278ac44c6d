"""The way through the house: each module imports only from earlier stages."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "attribution"
# Each module may import from the groups before its own, not from its own group.
STAGES = (
    {"_version", "errors"},
    {"extras", "report_schema"},
    {"report_form", "checksums"},
    {"types"},
    {"paragraphs", "repeats"},
    {"segment", "wordclasses", "layout"},
    {"tokenizer", "ahead"},
    {"features"},
    {"configuration", "storage", "transformer", "language"},
    {"model", "runtime"},
    {"onnx_encoder", "openvino_encoder"},
    {"engines"},
    {"encode"},
    {"roles", "tabular", "confidence"},
    {"drafts", "quoted"},
    {"blocks", "hearsay"},
    {"continuations"},
    {"decode"},
    {"entities"},
    {"mentions"},
    {"collecting", "likeness", "wording", "gender", "nameless", "descriptions"},
    {"naming"},
    {"linking"},
    {"namesakes", "turns"},
    {"doubts"},
    {"resolve"},
    {"scene", "characterize", "standing", "publisher", "letters"},
    {"intermediaries"},
    {"provenance", "portrait"},
    {"counted", "reference", "weighting"},
    {"certainty"},
    {"transparency", "analyze"},
    {"sections", "columns", "body"},
    {"scorer", "independence"},
    {"integrations.sourcing", "inputs.article"},
    {"integrations.sklearn", "integrations.spacy"},
    {"outputs.notices"},
    {"outputs.graph", "outputs.terminal", "outputs.html.words"},
    {"outputs.html.view"},
    {"outputs.html.text", "outputs.html.panels", "outputs.html.drawing"},
    {"outputs.html.page"},
    {"outputs.prov", "outputs.tree", "outputs.claims_table", "outputs.brat", "compare.comparison"},
    {"inputs.tags", "inputs.markdown"},
    {"inputs.html", "inputs.docx", "inputs.pdf", "inputs.fetch"},
    {"outputs.text", "inputs.read", "outputs.annotation", "compare.reports", "compare.table"},
    {"outputs.write"},
    {"corpus.records"},
    {"corpus.readers"},
    {"corpus.source"},
    {"corpus.plan", "corpus.shards"},
    {"corpus.work", "corpus.summary"},
    {"corpus.run", "corpus.ray_engine"},
    {"service.settings", "service.problems"},
    {"service.article", "service.body", "service.openapi", "service.page"},
    {"service.pool"},
    {"service.guard"},
    {"service.app"},
    {"service.server"},
    {"cli.options", "cli.output", "cli.model", "cli.progress"},
    {"cli.corpus", "cli.summarize", "cli.compare", "cli.serve"},
    {"cli.main"},
)
PACKAGES = {
    "attribution",
    *(f"attribution.{path.parent.name}" for path in PACKAGE.glob("*/__init__.py")),
}
STAGE_OF = {name: number for number, group in enumerate(STAGES) for name in group}
# Methods that hand their object to a later stage, and import it only when they are called.
CALLED_LATER = {("types", "outputs.graph"), ("types", "outputs.html.page")}
TORCHLESS = {
    "ahead", "configuration", "tokenizer",
    "certainty", "checksums", "columns", "counted", "errors", "extras", "independence", "layout",
    "paragraphs", "reference", "repeats", "segment", "transparency", "types", "weighting",
    "cli.compare", "cli.corpus",
    "cli.main", "cli.model", "cli.options", "cli.output", "cli.progress", "cli.serve",
    "cli.summarize", "compare.comparison", "compare.reports", "compare.table", "corpus.plan",
    "corpus.ray_engine", "corpus.readers", "corpus.records", "corpus.run", "corpus.shards",
    "corpus.source", "corpus.summary", "corpus.work", "inputs.article", "inputs.docx",
    "inputs.fetch", "inputs.html", "inputs.markdown", "inputs.pdf", "inputs.tags", "inputs.read",
    "integrations.sourcing",
    "outputs.annotation", "outputs.brat", "outputs.claims_table", "outputs.graph",
    "outputs.html.drawing", "outputs.html.page", "outputs.html.panels", "outputs.html.text",
    "outputs.html.view", "outputs.html.words", "outputs.notices", "outputs.prov",
    "outputs.terminal", "outputs.text", "outputs.tree", "outputs.write", "report_form",
    "report_schema", "service.app",
    "service.article", "service.body", "service.guard", "service.openapi", "service.page",
    "service.pool", "service.problems", "service.server", "service.settings",
}  # fmt: skip
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if not path.stem.startswith("__")
)


def imported(module: str) -> set[str]:
    """Dotted names of all modules that a module imports, inside its functions too."""
    names: set[str] = set()
    for node in ast.walk(
        ast.parse((PACKAGE / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    ):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} uses a relative import, line {node.lineno}"
            base = str(node.module)
            names.update(
                [base] if base not in PACKAGES else [f"{base}.{alias.name}" for alias in node.names]
            )
    return names


@pytest.mark.parametrize("module", MODULES)
def test_module_has_its_place(module: str) -> None:
    assert module in STAGE_OF, "a new module needs a place in STAGES"


@pytest.mark.parametrize("module", MODULES)
def test_module_imports_only_from_earlier_stages(module: str) -> None:
    own = {
        name.removeprefix("attribution.")
        for name in imported(module)
        if name.startswith("attribution.")
    }
    later = {name for name in own if STAGE_OF[name] >= STAGE_OF[module]}
    assert later == {name for by, name in CALLED_LATER if by == module}


@pytest.mark.parametrize("module", [*MODULES, "__init__"])
def test_package_never_imports_training_or_eval(module: str) -> None:
    tops = {name.split(".")[0] for name in imported(module)}
    assert not tops & {"training", "eval", "tests"}


@pytest.mark.parametrize("module", sorted(TORCHLESS))
def test_importing_it_does_not_import_torch(module: str) -> None:
    code = (
        f"import sys, attribution.{module}; "
        "print(sorted({'torch', 'transformers', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_importing_the_command_line_does_not_import_extras() -> None:
    code = (
        "import sys; "
        "import attribution.cli.main, attribution.outputs.write, attribution.corpus.ray_engine; "
        "extras = {'networkx', 'pyarrow', 'duckdb', 'ray', 'datasets', 'fastapi', 'uvicorn'}; "
        "print(sorted(extras & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
