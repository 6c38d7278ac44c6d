"""Hostile inputs and models, as listed in docs/security.md: what the other files do not show."""

from __future__ import annotations

import ast
import json
import math
import pickle
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

import pytest

from attribution.checksums import SUMS, check_sums, write_sums
from attribution.errors import ModelError
from attribution.outputs.write import ReportFolder
from attribution.scorer import BUNDLED, Scorer
from attribution.types import Report
from corpora import OPTIONS, files_of, write_jsonl

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path for name in ("attribution", "training", "eval") for path in (ROOT / name).rglob("*.py")
)
#: Modules that run what a file says, or may.
PICKLES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
RUNS = {"eval", "exec"}


def unsafe_calls(code: str) -> list[str]:
    """What in a module may run what a file says: imports of pickles, loads that unpickle."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.split(".")[0] in PICKLES]
        elif isinstance(node, ast.ImportFrom):
            found += [str(node.module)] if str(node.module).split(".")[0] in PICKLES else []
        elif isinstance(node, ast.Call):
            called, given = ast.unparse(node.func), {key.arg: key.value for key in node.keywords}
            safe = given.get("weights_only")
            if called == "torch.load" and not (isinstance(safe, ast.Constant) and safe.value):
                found.append("torch.load without weights_only=True")
            for name in ("allow_pickle", "trust_remote_code"):
                value = given.get(name)
                if value is not None and not (isinstance(value, ast.Constant) and not value.value):
                    found.append(f"{called}({name}=)")
            if called in RUNS or called.endswith("read_pickle"):
                found.append(called)
    return found


class TestNoPickle:
    @pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
    def test_no_module_runs_what_a_file_says(self, path: Path) -> None:
        assert unsafe_calls(path.read_text(encoding="utf-8")) == []

    @pytest.mark.parametrize(
        "code",
        [
            "import pickle",
            "from joblib import load",
            "torch.load(path)",
            "torch.load(path, weights_only=False)",
            "np.load(path, allow_pickle=True)",
            "AutoModel.from_pretrained(x, trust_remote_code=allowed)",
            "pd.read_pickle(path)",
            "eval(text)",
        ],
    )
    def test_what_is_looked_for_is_found(self, code: str) -> None:
        assert unsafe_calls(code)

    def test_what_is_safe_is_let_pass(self) -> None:
        code = "torch.load(p, weights_only=True); np.load(p, allow_pickle=False); model.eval()"
        assert unsafe_calls(code) == []


class Planted:
    """When it is unpickled, it leaves a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


class TestModelFolders:
    @pytest.fixture
    def folder(self, scorer_folder: Path, tmp_path: Path) -> Path:
        return Path(shutil.copytree(scorer_folder, tmp_path / "copy"))

    def test_pickled_weights_are_not_read(self, folder: Path, tmp_path: Path) -> None:
        mark = tmp_path / "mark"
        (folder / "model.safetensors").unlink()
        for name in ("pytorch_model.bin", "model.pt", "pytorch_model.ckpt"):
            (folder / name).write_bytes(pickle.dumps(Planted(mark)))
        with pytest.raises(ModelError, match=r"model\.safetensors is missing"):
            Scorer.from_pretrained(folder)
        assert not mark.exists()
        pickle.loads((folder / "model.pt").read_bytes())
        assert mark.exists(), "the mark would show it"

    @pytest.mark.parametrize("file", ["model.safetensors", "resolution.safetensors"])
    def test_a_pickle_under_another_name_is_not_read(
        self, folder: Path, file: str, tmp_path: Path
    ) -> None:
        mark = tmp_path / "mark"
        (folder / file).write_bytes(pickle.dumps(Planted(mark)))
        with pytest.raises(ModelError, match=re.escape(str(folder / file))):
            Scorer.from_pretrained(folder)
        assert not mark.exists()

    def test_code_in_the_folder_is_not_run(self, folder: Path, tmp_path: Path) -> None:
        mark = tmp_path / "mark"
        for name in ("modeling_evil", "configuration_evil", "tokenization_evil"):
            (folder / f"{name}.py").write_text(f"open({str(mark)!r}, 'w')\nclass Evil: pass\n")
        for name, keys in (
            ("config.json", ("AutoConfig", "AutoModel")),
            ("tokenizer_config.json", ("AutoTokenizer",)),
        ):
            settings = json.loads((folder / name).read_text(encoding="utf-8"))
            settings["auto_map"] = dict.fromkeys(keys, "modeling_evil.Evil")
            settings["trust_remote_code"] = True
            settings["tokenizer_class"] = "Evil"
            (folder / name).write_text(json.dumps(settings), encoding="utf-8")
        with suppress(ModelError):  # refused or not, nothing of it may run
            Scorer.from_pretrained(folder)
        assert not mark.exists()

    @pytest.mark.parametrize("layers", [10**7, 10**30, "12", None, 1e300])
    def test_layers_without_bound_are_refused_at_once(self, folder: Path, layers: object) -> None:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        config["encoder"]["num_hidden_layers"] = layers
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        start = time.process_time()
        with pytest.raises(
            ModelError, match=r"more than 200 layers|num_hidden_layers is no number"
        ):
            Scorer.from_pretrained(folder)
        assert time.process_time() - start < 20

    def test_from_a_hub_come_no_code_and_no_pickles(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: dict[str, list[str]] = {}

        def download(model: str, *, allow_patterns: list[str]) -> str:
            asked[model] = allow_patterns
            return str(folder)

        monkeypatch.setattr("huggingface_hub.snapshot_download", download)
        Scorer.from_pretrained("somebody/model")
        assert set(asked["somebody/model"]) == {"*.safetensors", "*.json", "*.txt"}


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("confidence_threshold", math.nan),
            ("confidence_weights", [math.nan] * 6),
            ("confidence_weights", ["a"]),
            ("context", -5),
            ("max_pieces", 12.5),
            ("cue_threshold", "x"),
            ("span_ends", 1),
            ("features", ["colour"]),
            ("release", None),
        ],
    )
    def test_a_value_that_cannot_be_is_named(
        self, scorer_folder: Path, tmp_path: Path, name: str, value: object
    ) -> None:
        folder = Path(shutil.copytree(scorer_folder, tmp_path / "copy"))
        settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        (folder / "config.json").write_text(json.dumps({**settings, name: value}))
        with pytest.raises(ModelError, match=rf"not a possible value of {name}"):
            Scorer.from_pretrained(folder)


class TestChecksums:
    @pytest.fixture
    def folder(self, scorer_folder: Path, tmp_path: Path) -> Path:
        folder = Path(shutil.copytree(scorer_folder, tmp_path / "copy"))
        write_sums(folder)
        return folder

    def test_a_whole_folder_is_read(self, folder: Path) -> None:
        assert Scorer.from_pretrained(folder).info.version == "test"

    def test_a_folder_without_them_is_read(self, folder: Path) -> None:
        (folder / SUMS).unlink()
        assert Scorer.from_pretrained(folder).info.version == "test"

    @pytest.mark.parametrize(
        "file", ["model.safetensors", "resolution.safetensors", "tokenizer.json"]
    )
    def test_one_altered_bit_is_named(self, folder: Path, file: str) -> None:
        data = bytearray((folder / file).read_bytes())
        data[-20] ^= 1
        (folder / file).write_bytes(data)
        with pytest.raises(ModelError, match=rf"{file} is damaged or was altered"):
            Scorer.from_pretrained(folder)

    def test_a_file_cut_short_is_named(self, folder: Path) -> None:
        path = folder / "model.safetensors"
        path.write_bytes(path.read_bytes()[:-1000])
        with pytest.raises(ModelError, match=r"model\.safetensors is damaged"):
            Scorer.from_pretrained(folder)

    def test_a_missing_file_is_named(self, folder: Path) -> None:
        (folder / "tokenizer.json").unlink()
        with pytest.raises(ModelError, match=r"tokenizer\.json is missing"):
            Scorer.from_pretrained(folder)

    @pytest.mark.parametrize(
        "line",
        ["0" * 64, f"{'0' * 64}  ../model.safetensors", f"{'0' * 64}  /etc/passwd", "x", "é" * 9],
    )
    def test_sums_that_cannot_be_read_are_named(self, folder: Path, line: str) -> None:
        (folder / SUMS).write_text(f"{line}\n", encoding="utf-8")
        with pytest.raises(ModelError, match=SUMS):
            check_sums(folder)

    @pytest.mark.parametrize("kept", [0, 1])
    def test_sums_that_were_cut_short_are_told(self, folder: Path, kept: int) -> None:
        lines = (folder / SUMS).read_text(encoding="ascii").splitlines(keepends=True)
        (folder / SUMS).write_text("".join(lines[:kept]), encoding="ascii")
        with pytest.raises(ModelError, match=r"no checksum for .*tokenizer\.json"):
            check_sums(folder)

    @pytest.mark.parametrize("model", sorted(path.name for path in BUNDLED.iterdir()))
    def test_bundled_models_are_whole(self, model: str) -> None:
        """After a change of the weights: write_sums, as python -m training.card does."""
        named = {line.split()[1] for line in (BUNDLED / model / SUMS).read_text().splitlines()}
        assert named == {
            path.name
            for path in (BUNDLED / model).iterdir()
            if path.suffix == ".safetensors" or path.name == "tokenizer.json"
        }
        check_sums(BUNDLED / model)


HOSTILE_NAMES = ("../../evil", "/etc/evil", "..", "a/../../b", "evil\x00.txt", "C:\\evil", "~/evil")


class TestPaths:
    def test_ids_of_a_corpus_lead_nowhere(self, tmp_path: Path, corpus_scorer: object) -> None:
        pytest.importorskip("pyarrow")
        from attribution.corpus.run import score_corpus

        rows = [
            {"id": name, "text": "Ada Birch: words", "title": name, "publisher": name}
            for name in HOSTILE_NAMES
        ]
        inside = tmp_path / "a" / "b"
        inside.mkdir(parents=True)
        source = write_jsonl(inside / "news.jsonl", rows)
        before = set(tmp_path.rglob("*"))
        score_corpus(source, inside / "out", OPTIONS)
        made = set(tmp_path.rglob("*")) - before
        assert all(path.is_relative_to(inside / "out") for path in made)
        names = {Path(name).name for name in files_of(inside / "out")}
        assert all(re.fullmatch(r"part-\d+\.(parquet|jsonl)|manifest\.json", n) for n in names)

    def test_a_publisher_is_no_sql(self, tmp_path: Path, corpus_scorer: object) -> None:
        pytest.importorskip("duckdb")
        from attribution.corpus.run import score_corpus
        from attribution.corpus.summary import summarize

        name = "'); DROP TABLE articles; SELECT ('"
        rows = [{"id": "a", "text": "Ada Birch: words", "publisher": name}]
        score_corpus(write_jsonl(tmp_path / "news.jsonl", rows), tmp_path / "out", OPTIONS)
        (row,) = summarize(tmp_path / "out", by=("publisher",)).to_pylist()
        assert (row["publisher"], row["articles"]) == (name, 1)

    @pytest.mark.parametrize("form", ["html", "graphml", "brat"])
    def test_names_of_inputs_lead_nowhere(
        self, tmp_path: Path, example_report: Report, form: str
    ) -> None:
        inside = tmp_path / "a" / "out"
        inside.mkdir(parents=True)
        names = [
            "../../evil.txt", "/etc/evil.txt", "..", "a/..", "https://example.org/../../x.html",
            "https://example.org/%2e%2e%2fy", "C:\\evil.txt", "...", "-", "é" * 60,
        ]  # fmt: skip
        folder = ReportFolder(inside, form, names)  # type: ignore[arg-type]
        for name in names:
            folder.add(name, example_report)
        folder.finish()
        assert {path.parent for path in tmp_path.rglob("*") if path.is_file()} == {inside}
        assert len(list(inside.iterdir())) >= len(names)
