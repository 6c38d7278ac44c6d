"""Reader of the written articles: a table of sources and claims, then a body with tags.

The format is described in training/corpus/articles/GUIDE.md. Tags are taken out of the body, so
that offsets hold on the plain text, and what belongs to one claim is gathered from its tags.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from attribution.segment import segment, speech_of
from attribution.types import KINDS, SOURCE_TYPES, Kind, SourceType, Span
from training.readers.gold import GoldArticle, GoldClaim, GoldSource

__all__ = ["claim_rows", "parse_article", "read_articles"]

_TAG = re.compile(r"<(/?)(src|cue|con|via)((?:\s+[a-z]+=\w+)*)\s*>")
_ATTRIBUTE = re.compile(r"([a-z]+)=(\w+)")


def read_articles(folder: str | Path) -> list[GoldArticle]:
    """Every ``*.txt`` article of a folder, by file name.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: an article is not well-formed; the message names its file.
    """
    if not Path(folder).is_dir():
        raise FileNotFoundError(f"no folder of articles at {folder}")
    articles = []
    for path in sorted(Path(folder).glob("*.txt")):
        with path.open(encoding="utf-8", newline="") as file:
            try:
                articles.append(parse_article(file.read(), doc=path.stem))
            except (KeyError, ValueError, IndexError) as error:
                raise ValueError(f"{path}: {error}") from error
    return articles


def parse_article(raw: str, *, doc: str) -> GoldArticle:
    """One article of the tag format. ``doc`` is its name; the desk is the name's first word."""
    _, head, body = raw.split("---\n", 2)
    fields, source_rows, claim_rows = _head(head)
    text, tags = _strip_tags(body.strip("\n"))
    document = segment(text)
    sources = tuple(
        GoldSource(row[0], row[1], _source_type(row[2]), row[3], row[4] == "yes")
        for row in source_rows
    )
    known = {source.id for source in sources}
    claims = []
    strays = sorted(set(tags) - {row[0] for row in claim_rows})
    if strays:
        raise ValueError(f"tags of claims that the table lacks: {', '.join(strays)}")
    for number, source, via, kind, *_ in claim_rows:
        roles = tags[number]
        chain = tuple(part.strip() for part in via.split(",") if part.strip())
        for name in (source, *chain):
            if name not in known:
                raise ValueError(f"claim {number} names an unknown source {name!r}")
        content = _merge(roles.get("con", []))
        if not content:
            raise ValueError(f"claim {number} has no content")
        via_mentions = {
            role.partition(":")[2]: tuple(spans)
            for role, spans in roles.items()
            if role.startswith("via:")
        }
        claims.append(
            GoldClaim(
                id=number,
                content=content,
                cue=_merge(roles.get("cue", [])),
                source_mention=_merge(roles.get("src", [])),
                source=source,
                via=chain,
                via_mentions=via_mentions,
                kind=_kind(kind),
                speech=speech_of(document, content),
            )
        )
    return GoldArticle(
        doc=doc,
        text=text,
        claims=tuple(sorted(claims, key=lambda claim: claim.content[0].start)),
        sources=sources,
        publisher=fields.get("publisher", ""),
        title=fields.get("title"),
        desk=doc.split("-")[0],
        resolved=True,
        nested=True,
    )


def claim_rows(raw: str) -> list[list[str]]:
    """The cells of an article's table of claims, those of columns that the reader skips too."""
    return _head(raw.split("---\n", 2)[1])[2]


def _head(head: str) -> tuple[dict[str, str], list[list[str]], list[list[str]]]:
    fields: dict[str, str] = {}
    tables: dict[str, list[list[str]]] = {"sources": [], "claims": []}
    table = None
    for line in head.splitlines():
        if line.rstrip() in ("sources:", "claims:"):
            table = line.strip()[:-1]
        elif table and line.strip():
            tables[table].append([cell.strip() for cell in line.split("|")])
        elif ":" in line:
            name, _, value = line.partition(":")
            fields[name.strip()] = value.strip()
    return fields, tables["sources"], tables["claims"]


def _strip_tags(body: str) -> tuple[str, dict[str, dict[str, list[Span]]]]:
    """The body without tags, and per claim number and role ("via:s2" for via) its spans."""
    pieces: list[str] = []
    length = 0
    last = 0
    stack: list[tuple[str, str, str, int]] = []
    spans: dict[str, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for match in _TAG.finditer(body):
        plain = body[last : match.start()]
        pieces.append(plain)
        length += len(plain)
        last = match.end()
        closing, role, attributes = match.groups()
        if not closing:
            given = dict(_ATTRIBUTE.findall(attributes))
            if "c" not in given:
                raise ValueError(f"<{role}> has no claim number c=, at {match.start()} of the body")
            stack.append((role, given["c"], given.get("e", ""), length))
            continue
        if not stack:
            raise ValueError(f"</{role}> closes nothing at character {match.start()} of the body")
        opened, number, entity, start = stack.pop()
        if opened != role:
            raise ValueError(
                f"</{role}> closes <{opened}> at character {match.start()} of the body"
            )
        spans[number][f"via:{entity}" if role == "via" else role].append(Span(start, length))
    if stack:
        raise ValueError(f"a tag is never closed: {stack[-1][:2]}")
    pieces.append(body[last:])
    return "".join(pieces), spans


def _merge(spans: list[Span]) -> tuple[Span, ...]:
    """Spans in text order, overlapping ones joined."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return tuple(merged)


def _source_type(name: str) -> SourceType:
    if name not in SOURCE_TYPES:
        raise ValueError(f"unknown source type {name!r}")
    return name


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise ValueError(f"unknown kind {name!r}")
    return name
