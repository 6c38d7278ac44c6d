"""Write the example articles: ``python -m training.demo``.

They are written articles of the dev part without their tags, in the folder ``examples``.
"""

from __future__ import annotations

from pathlib import Path

from training.counts import CORPUS
from training.readers.articles import parse_article

__all__ = ["ARTICLES", "main", "plain_text"]

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
ARTICLES = ("british-18", "chains-18", "conflict-19")


def plain_text(doc: str) -> str:
    """The body of a dev article without tags, ending with a line end."""
    raw = (CORPUS / "dev" / f"{doc}.txt").read_text(encoding="utf-8")
    return parse_article(raw, doc=doc).text + "\n"


def main() -> None:
    """Command line of the module."""
    for doc in ARTICLES:
        (EXAMPLES / f"{doc}.txt").write_text(plain_text(doc), encoding="utf-8")


if __name__ == "__main__":
    main()
