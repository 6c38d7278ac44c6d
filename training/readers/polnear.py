"""Reader of PolNeAR (Newell, Margolin, Ruths, LREC 2018) and of the provenance layer over it.

PolNeAR's own layout: ``<root>/<split>/text/*.txt`` and ``<root>/<split>/attributions/*.ann`` in
brat stand-off; a file's annotator stands at the end of its name, a few articles have several.
The layer (training/corpus/provenance) adds sources, intermediaries, kinds and missed claims to
the attributions of one named annotation file an article.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

from attribution.segment import Document, segment
from attribution.types import Span
from training.readers.gold import GoldArticle, GoldClaim, GoldSource
from training.readers.standoff import claims_of, parse_standoff

__all__ = ["read_layer", "read_polnear", "read_publishers"]

_ANNOTATION = re.compile(r"^(?P<doc>.+)_[0-9a-f]{4}$")


def read_polnear(
    root: str | Path,
    split: str,
    layer: str | Path | None = None,
    *,
    every_annotator: bool = False,
) -> list[GoldArticle]:
    """The articles of one split, by name, with the layer's labels where it has the article.

    An article of several annotators has the claims of the one that the layer builds on, or of the
    first; with ``every_annotator`` the others' versions follow it, without the layer's labels.

    Args:
        root: folder of the corpus in its own layout.
        split: ``train`` or ``dev``.
        layer: the layer's JSONL file, or None to read spans only.
        every_annotator: give all versions of an article, not one.

    Raises:
        FileNotFoundError: no such corpus or split.
    """
    folder = Path(root) / split
    if not (folder / "text").is_dir():
        raise FileNotFoundError(f"no PolNeAR {split} compartment at {folder}")
    files: dict[str, list[Path]] = defaultdict(list)
    for path in sorted((folder / "attributions").glob("*.ann")):
        match = _ANNOTATION.match(path.stem)
        files[match["doc"] if match else path.stem].append(path)
    labels = read_layer(layer) if layer else {}
    publishers = read_publishers(Path(root) / "metadata.tsv")
    articles = []
    for path in sorted((folder / "text").glob("*.txt")):
        if path.stem not in files:
            continue
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
        article = GoldArticle(
            doc=path.stem,
            text=text,
            claims=(),
            publisher=publishers.get(path.stem, path.stem.split("_")[0]),
        )
        versions = _versions(article, files[path.stem], labels.get(path.stem))
        articles.extend(versions if every_annotator else versions[:1])
    return articles


def _versions(
    article: GoldArticle, files: list[Path], label: dict[str, Any] | None
) -> list[GoldArticle]:
    """The article with each annotator's claims; the one that the layer builds on comes first."""
    document = segment(article.text)
    chosen = files[0].with_name(label["annotation_file"]) if label else files[0]
    versions = []
    for file in (chosen, *(file for file in files if file != chosen)):
        claims = _claims(document, file)
        sources: tuple[GoldSource, ...] = ()
        if label and file == chosen:
            sources, claims = _with_layer(claims, label)
        claims.sort(key=lambda claim: claim.content[0].start)
        versions.append(
            replace(
                article,
                claims=tuple(claims),
                sources=sources,
                resolved=label is not None and file == chosen,
            )
        )
    return versions


def read_layer(path: str | Path) -> dict[str, dict[str, Any]]:
    """The provenance layer's records by article name."""
    with Path(path).open(encoding="utf-8") as file:
        return {record["doc"]: record for record in map(json.loads, file)}


def read_publishers(path: Path) -> dict[str, str]:
    """Publishers by article name, from a ``metadata.tsv``; none when there is no such file."""
    if not path.exists():
        return {}
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    name, publisher = rows[0].index("filename"), rows[0].index("publisher")
    return {row[name]: row[publisher] for row in rows[1:] if len(row) > publisher}


def _claims(document: Document, path: Path) -> list[GoldClaim]:
    """The attributions of one brat file; those without content are left out."""
    return list(claims_of(document, parse_standoff(path.read_text(encoding="utf-8"))))


def _with_layer(
    claims: list[GoldClaim], label: dict[str, Any]
) -> tuple[tuple[GoldSource, ...], list[GoldClaim]]:
    sources = tuple(
        GoldSource(item["id"], item["name"], item["type"], item["role"], item["anonymity_granted"])
        for item in label["sources"]
    )
    known = label["attributions"]
    resolved = [
        GoldClaim(
            id=claim.id,
            content=claim.content,
            cue=claim.cue,
            source_mention=claim.source_mention,
            source=known[claim.id]["source"],
            via=tuple(known[claim.id]["via"]),
            kind=known[claim.id]["kind"],
            speech=claim.speech,
        )
        if claim.id in known
        else claim
        for claim in claims
    ]
    for group in ("missed", "continuation"):
        for number, item in enumerate(label[group], start=1):
            resolved.append(
                GoldClaim(
                    id=f"{group}{number}",
                    content=(Span(item["start"], item["end"]),),
                    source=item["source"],
                    via=tuple(item["via"]),
                    kind=item.get("kind", "statement"),
                    partial=True,
                )
            )
    return sources, resolved
