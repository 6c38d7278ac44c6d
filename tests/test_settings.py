"""Training settings: what is read, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tiny_training import with_loop, write_config
from training.settings import encoder_folder, read_settings


class TestSettings:
    def test_values_are_read(self, config: Path) -> None:
        settings = read_settings(config)
        assert (settings.name, settings.seed, settings.training.clip) == ("tiny", 5, 1.0)
        assert settings.data.article_repeat == 1

    @pytest.mark.parametrize(
        ("section", "key"), [(None, "seed"), ("data", "layer"), ("training", "clip")]
    )
    def test_a_missing_key_is_named_with_the_file(
        self, config: Path, section: str | None, key: str
    ) -> None:
        values = yaml.safe_load(config.read_text())
        del (values[section] if section else values)[key]
        with pytest.raises(ValueError, match=rf"tiny\.yaml.*'{key}'"):
            read_settings(write_config(config, values))

    @pytest.mark.parametrize("section", [None, "data", "training"])
    def test_an_unknown_key_is_named_with_the_file(self, config: Path, section: str | None) -> None:
        values = yaml.safe_load(config.read_text())
        (values[section] if section else values)["lerning_rate"] = 1
        with pytest.raises(ValueError, match=r"tiny\.yaml.*'lerning_rate'"):
            read_settings(write_config(config, values))

    @pytest.mark.parametrize("precision", ["fp16", "", 32])
    def test_an_unknown_precision_is_named_with_the_file(
        self, config: Path, precision: object
    ) -> None:
        with pytest.raises(ValueError, match=rf"tiny\.yaml.*fp32 or bf16, not {precision}"):
            read_settings(with_loop(config, precision=precision))

    @pytest.mark.parametrize("text", ["", "just words", "- a\n- list", "name: [", "data:\n"])
    def test_a_file_that_holds_no_settings_is_named(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "odd.yaml").write_text(text)
        with pytest.raises(ValueError, match=r"odd\.yaml"):
            read_settings(tmp_path / "odd.yaml")

    def test_the_environment_may_say_where_polnear_is(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("POLNEAR", "/elsewhere")
        base = Path(__file__).parent.parent / "configs" / "base.yaml"
        assert read_settings(base).data.polnear == "/elsewhere"

    def test_the_environment_does_not_bring_in_a_corpus_that_is_not_asked_for(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("POLNEAR", "/elsewhere")
        own = Path(__file__).parent.parent / "configs" / "own.yaml"
        assert read_settings(own).data.polnear == ""

    def test_the_projects_own_settings_are_sound(self) -> None:
        folder = Path(__file__).parent.parent / "configs"
        names = ("small-start", "small", "small-on", "base", "base-on", "own")
        for path in (folder / f"{name}.yaml" for name in names):
            settings = read_settings(path)
            loop = vars(settings.training)
            numbers = [
                loop[name] for name in loop if name not in ("precision", "loss_weights", "teacher")
            ]
            assert all(isinstance(number, int | float) for number in numbers), path

    def test_an_encoder_may_be_a_folder_or_a_hub_id(self, tmp_path: Path) -> None:
        assert encoder_folder(str(tmp_path)) == str(tmp_path)
        assert encoder_folder("someone/encoder") == "someone/encoder"
