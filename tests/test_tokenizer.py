"""Tokenizers read without transformers."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from transformers import PreTrainedTokenizerFast

from attribution.features import encode_article
from attribution.scorer import BUNDLED
from attribution.segment import segment
from attribution.tokenizer import FolderTokenizer, load_tokenizer
from tiny_model import SAMPLE, tiny_tokenizer

USES = ("pad", "cls", "sep", "unk", "mask")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tiny_tokenizer().save_pretrained(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["tiny", "small", "base"])
def test_it_cuts_words_as_transformers_does(name: str, folder: Path) -> None:
    place = folder if name == "tiny" else BUNDLED / name
    own, theirs = load_tokenizer(place), PreTrainedTokenizerFast.from_pretrained(str(place))
    assert isinstance(own, FolderTokenizer)
    assert [getattr(own, f"{use}_token_id") for use in USES] == [
        getattr(theirs, f"{use}_token_id") for use in USES
    ]
    assert (own.get_vocab(), len(own)) == (theirs.get_vocab(), len(theirs))
    found, expected = (encode_article(segment(SAMPLE), each) for each in (own, theirs))
    assert (found.pieces == expected.pieces).all()


def test_saved_and_pickled_it_is_the_same(folder: Path, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(folder)
    tokenizer.save_pretrained(tmp_path / "again")
    for other in (load_tokenizer(tmp_path / "again"), pickle.loads(pickle.dumps(tokenizer))):
        assert other.get_vocab() == tokenizer.get_vocab()
        assert other.unk_token_id == tokenizer.unk_token_id


def test_a_special_piece_may_be_given_with_its_settings(folder: Path) -> None:
    path = folder / "tokenizer_config.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**settings, "pad_token": {"content": "[PAD]", "lstrip": False}}))
    assert load_tokenizer(folder).pad_token_id == tiny_tokenizer().pad_token_id


def test_an_unknown_special_piece_is_an_error(folder: Path) -> None:
    path = folder / "tokenizer_config.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**settings, "cls_token": "[NONE]"}))
    with pytest.raises(ValueError, match="cls token"):
        load_tokenizer(folder)


def test_a_damaged_file_is_an_error(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"tokenizer\.json is damaged"):
        load_tokenizer(folder)
