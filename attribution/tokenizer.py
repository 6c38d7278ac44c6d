"""Stage 2a, below the features: cuts words into the pieces that the encoder knows.

A model folder's tokenizer is read with the library ``tokenizers`` alone: transformers, which
builds on it, takes longer to import than an article to score. It is asked where a folder does not
say all that is needed in these two files, as encoders to train from may not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import tokenizers

__all__ = ["FolderTokenizer", "Tokenizer", "load_tokenizer"]

_TOKENIZER, _SETTINGS = "tokenizer.json", "tokenizer_config.json"
_SPECIAL = ("pad", "cls", "sep", "unk")


class Tokenizer(Protocol):
    """What the package needs of a tokenizer; a ``PreTrainedTokenizerFast`` is one."""

    @property
    def backend_tokenizer(self) -> tokenizers.Tokenizer:
        """Does the work, without truncation and padding."""

    @property
    def pad_token_id(self) -> int: ...

    @property
    def cls_token_id(self) -> int: ...

    @property
    def sep_token_id(self) -> int: ...

    @property
    def unk_token_id(self) -> int: ...

    @property
    def mask_token_id(self) -> int: ...

    def get_vocab(self) -> dict[str, int]:
        """Numbers of all pieces."""

    def save_pretrained(self, save_directory: Any) -> Any:
        """Write the files that it is read from into a folder."""

    def __len__(self) -> int: ...


class FolderTokenizer:
    """The tokenizer of a folder with ``tokenizer.json``.

    Args:
        backend: as read from it.
        settings: of ``tokenizer_config.json``; here they name the special tokens.

    Raises:
        ValueError: a special token is not named, or has no number.
    """

    def __init__(self, backend: tokenizers.Tokenizer, settings: Mapping[str, Any]) -> None:
        self.backend_tokenizer = backend
        self.settings = dict(settings)
        self.pad_token_id, self.cls_token_id, self.sep_token_id, self.unk_token_id = (
            self._number(use) for use in _SPECIAL
        )

    @property
    def mask_token_id(self) -> int:
        return self._number("mask")

    def get_vocab(self) -> dict[str, int]:
        return dict(self.backend_tokenizer.get_vocab())

    def save_pretrained(self, save_directory: str | Path) -> None:
        folder = Path(save_directory)
        folder.mkdir(parents=True, exist_ok=True)
        self.backend_tokenizer.save(str(folder / _TOKENIZER))
        settings = json.dumps(self.settings, indent=2, sort_keys=True, ensure_ascii=False)
        (folder / _SETTINGS).write_text(settings + "\n", encoding="utf-8")

    def __len__(self) -> int:
        return int(self.backend_tokenizer.get_vocab_size())

    def _number(self, use: str) -> int:
        named = self.settings.get(f"{use}_token")
        token = named.get("content") if isinstance(named, dict) else named
        number = self.backend_tokenizer.token_to_id(token) if isinstance(token, str) else None
        if number is None:
            raise ValueError(f"the tokenizer does not say which piece is its {use} token")
        return int(number)


def load_tokenizer(folder: str | Path) -> Tokenizer:
    """The tokenizer of a folder, without the truncation and padding it was saved with.

    Args:
        folder: a model folder; for training also that, or the hub id, of an encoder.

    Raises:
        OSError: there is none.
        ValueError: its files do not fit together.
    """
    settings = _settings(Path(folder))
    if all(settings.get(f"{use}_token") for use in _SPECIAL):
        backend = _backend(Path(folder) / _TOKENIZER)
        tokenizer: Tokenizer = FolderTokenizer(backend, settings)
    else:
        from transformers import PreTrainedTokenizerFast

        tokenizer = PreTrainedTokenizerFast.from_pretrained(str(folder))
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    return tokenizer


def _settings(folder: Path) -> dict[str, Any]:
    """A folder's settings; none when they, or the tokenizer, are not in files of these names."""
    if not (folder / _TOKENIZER).is_file() or not (folder / _SETTINGS).is_file():
        return {}
    found = json.loads((folder / _SETTINGS).read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{_SETTINGS} holds no settings")
    return found


def _backend(path: Path) -> tokenizers.Tokenizer:
    try:
        return tokenizers.Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises the plain class
        raise ValueError(f"{path.name} is damaged: {error}") from error
