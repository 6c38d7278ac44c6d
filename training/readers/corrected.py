"""Reader of articles that somebody has corrected, in whichever form they were handed back."""

from __future__ import annotations

from pathlib import Path

from training.readers.brat import read_brat
from training.readers.gold import GoldArticle
from training.readers.reports import read_reports

__all__ = ["read_corrected"]


def read_corrected(path: str | Path) -> list[GoldArticle]:
    """The articles of a folder of brat files, or of a JSONL or JSON file of corrected reports.

    Raises:
        FileNotFoundError: there is no such folder or file.
        ValueError: a file is not of its form; the message names it.
    """
    return read_brat(path) if Path(path).is_dir() else read_reports(path)
