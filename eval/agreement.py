"""Two readings of the justification labels against each other: ``python -m eval.agreement``.

Prints F1 over (source, word) pairs and over the sources that have a justification, with n and
bootstrap intervals over articles. Reads the first and the second reading of the dev articles.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence

from attribution.segment import segment
from eval.bootstrap import figures
from eval.corpora import CORPUS, add_polnear, read_corpora
from eval.counts import Counts, Tally
from training.readers.justification import Justifications, read_justifications

__all__ = ["agreement", "main"]


def agreement(text: str, first: Justifications, second: Justifications) -> Mapping[str, Tally]:
    """Counts of one article: words of justifications, and sources that have one."""
    document = segment(text)
    words, sources = Counts(), Counts()
    for source in first.keys() | second.keys():
        one, other = (
            {word for span in reading.get(source, ()) for word in document.words_in(span)}
            for reading in (first, second)
        )
        words += Counts(len(one & other), len(one), len(other))
        sources += Counts(int(bool(one & other)), int(bool(one)), int(bool(other)))
    return {"words": words, "sources": sources}


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m eval.agreement")
    add_polnear(parser)
    options = parser.parse_args(arguments)
    folder = CORPUS / "justification"
    first, second = (read_justifications(folder / f"{name}.jsonl") for name in ("dev", "second"))
    corpora = read_corpora("both", "dev", options.polnear)
    tallies = [
        agreement(article.text, first[article.doc], second[article.doc])
        for articles in corpora.values()
        for article in articles
        if article.doc in second
    ]
    found = {name: figure.to_dict() for name, figure in figures(tallies).items()}
    print(json.dumps({"articles": len(tallies), **found}, indent=1))


if __name__ == "__main__":
    main()
