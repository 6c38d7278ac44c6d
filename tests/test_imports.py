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
    {"types"},
    {"paragraphs"},
    {"segment", "wordclasses", "layout"},
    {"features"},
    {"configuration", "attention", "storage"},
    {"model"},
    {"encode"},
    {"roles", "tabular", "confidence"},
    {"decode"},
    {"mentions"},
    {"linking", "naming"},
    {"resolve"},
    {"intermediaries", "characterize", "standing", "publisher"},
    {"provenance", "portrait"},
    {"transparency", "analyze"},
    {"sections", "columns"},
    {"scorer", "independence"},
    {"graph", "terminal", "article"},
    {"prov", "tree", "claims_table", "brat", "comparison"},
    {"html_input", "docx_input", "pdf_input", "fetch"},
    {"render", "inputs", "annotation", "compare", "compare_table"},
    {"output"},
    {"corpus_records"},
    {"corpus_readers"},
    {"corpus_source"},
    {"corpus_plan", "corpus_shards"},
    {"corpus_work", "corpus_summary"},
    {"corpus", "corpus_ray"},
    {"cli_options", "cli_output", "cli_model"},
    {"cli_corpus", "cli_summarize", "cli_compare"},
    {"cli"},
)
STAGE_OF = {name: number for number, group in enumerate(STAGES) for name in group}
# Methods that hand their object to a later stage, and import it only when they are called.
CALLED_LATER = {("types", "graph")}
TORCHLESS = {
    "types", "errors", "segment", "transparency", "independence", "graph", "prov", "terminal",
    "tree", "render", "inputs", "output", "cli", "article", "html_input", "docx_input", "pdf_input",
    "fetch", "paragraphs", "layout", "claims_table", "brat", "annotation",
    "comparison", "compare", "compare_table", "cli_compare", "cli_model", "cli_options",
    "cli_output",
    "columns", "corpus", "corpus_records", "corpus_readers", "corpus_source", "corpus_plan",
    "corpus_shards", "corpus_work", "corpus_ray", "corpus_summary", "cli_corpus",
    "cli_summarize",
}  # fmt: skip
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("__"))


def imported(module: str) -> set[str]:
    """Dotted names of all modules that a module imports, inside its functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} uses a relative import, line {node.lineno}"
            base = str(node.module)
            names.update(
                [base]
                if base != "attribution"
                else [f"attribution.{alias.name}" for alias in node.names]
            )
    return names


@pytest.mark.parametrize("module", MODULES)
def test_module_has_its_place(module: str) -> None:
    assert module in STAGE_OF, "a new module needs a place in STAGES"


@pytest.mark.parametrize("module", MODULES)
def test_module_imports_only_from_earlier_stages(module: str) -> None:
    own = {name.split(".")[1] for name in imported(module) if name.startswith("attribution.")}
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
        "import sys, attribution.cli, attribution.output, attribution.corpus_ray; "
        "extras = {'networkx', 'pyarrow', 'duckdb', 'ray', 'datasets'}; "
        "print(sorted(extras & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
