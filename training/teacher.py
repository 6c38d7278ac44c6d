"""A larger trained model that a smaller one learns from, beside the labels."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from training.batches import Batch
from training.command import load_model
from training.losses import Outputs, outputs

__all__ = ["Teacher", "translation"]


class Teacher:
    """A trained model that reads the student's batches.

    Args:
        folder: its model folder.
        student: tokenizer of the model that learns. Both must cut words into the same pieces:
            the teacher reads the student's pieces by their text.

    Raises:
        ValueError: the teacher's vocabulary lacks pieces of the student's.
    """

    def __init__(self, folder: Path, student: PreTrainedTokenizerFast) -> None:
        self.model, tokenizer = load_model(folder)
        self.table = translation(student, tokenizer)

    @torch.no_grad()
    def __call__(self, batch: Batch) -> Outputs:
        """What the teacher says of a batch."""
        pieces: Tensor = self.table[batch.inputs["input_ids"]]
        return outputs(self.model, batch, {**batch.inputs, "input_ids": pieces})


def translation(student: PreTrainedTokenizerFast, teacher: PreTrainedTokenizerFast) -> Tensor:
    """The teacher's id of each of the student's pieces, special tokens by their use.

    Pieces that are reserved in one vocabulary ("[unused7]") become the unknown piece.

    Raises:
        ValueError: more than a hundredth of the other pieces are unknown to the teacher.
    """
    own, other = student.get_vocab(), teacher.get_vocab()
    table = torch.full((max(own.values()) + 1,), teacher.unk_token_id)
    missing = 0
    for piece, number in own.items():
        table[number] = other.get(piece, teacher.unk_token_id)
        missing += piece not in other and not piece.startswith("[")
    if missing * 100 > len(own):
        raise ValueError(f"the teacher does not know {missing} of {len(own)} word pieces")
    for use in ("pad", "cls", "sep", "mask", "unk"):
        table[getattr(student, f"{use}_token_id")] = getattr(teacher, f"{use}_token_id")
    return table
