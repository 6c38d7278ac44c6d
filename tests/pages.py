"""Reports for the tests of the HTML page: a long one, a hostile one; and what a page says."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from itertools import cycle, islice

from attribution.transparency import assess
from attribution.types import (
    SOURCE_TYPES,
    SPEECHES,
    Claim,
    Component,
    ModelInfo,
    Report,
    Sentence,
    Source,
    Span,
)

WORDS = "the river council said that night water would rise over every low street again".split()
SENTENCE = 20  # words
# What would run, or break out of where it stands, if it were read as markup.
HOSTILE = (
    "<script>window.hacked = 1</script>",
    '"><img src=x onerror="window.hacked = 1">',
    "'><svg onload='window.hacked = 1'>",
    "</style></script></article><iframe srcdoc='<script>parent.hacked = 1</script>'></iframe>",
    "javascript:window.hacked = 1",
    "{{ 7 * 191 }} {% raw %} &lt;b&gt; <!-- ]]>",
)


def long_report(words: int, claims: int, sources: int) -> Report:
    """An article of so many words with claims spread over it, every third one relayed."""
    count = words // SENTENCE
    lines = [
        " ".join(islice(cycle(WORDS), n % len(WORDS), n % len(WORDS) + SENTENCE)).capitalize() + "."
        for n in range(count)
    ]
    text = ""
    spans = []
    for n, line in enumerate(lines):
        spans.append(Span(len(text), len(text) + len(line)))
        text += line + ("\n\n" if n % 4 == 3 else " ")
    known = tuple(
        Source(
            f"s{n}", f"Source Number {n}", SOURCE_TYPES[n % 6], f"clerk of office {n}", n % 5 == 4
        )
        for n in range(1, sources + 1)
    )
    found = []
    for n in range(claims):
        at = spans[n * count // claims]
        origin, relay = f"s{n % sources + 1}", f"s{(n * 7 + 3) % sources + 1}"
        chain = (relay, origin) if n % 3 == 0 and relay != origin else (origin,)
        # The first words are the source's, the next the cue; every fifth claim holds another.
        start = at.start + (0 if n % 5 == 4 else 12)
        cue = Span(at.start + 6, at.start + 11)
        found.append(
            Claim(
                f"c{n + 1}",
                (Span(start, at.end),),
                cue,
                Span(at.start, at.start + 5),
                origin,
                SPEECHES[n % 3],
                "statement",
                chain,
                0.75,
            )
        )
    sentences = tuple(
        Sentence(
            span,
            "indirect" if (ids := _reaching(span, found)) else "none",
            ids,
        )
        for span in spans
    )
    score = assess(text, sentences, known, found)
    about = ModelInfo("test", "1")
    return Report(text, "A long article", sentences, known, tuple(found), score, about, "The Post")


def _reaching(span: Span, claims: list[Claim]) -> tuple[str, ...]:
    return tuple(claim.id for claim in claims if claim.content[0].overlaps(span))


def hostile_report(report: Report) -> Report:
    """The same report with hostile text wherever there is text."""
    text = "\n\n".join((*HOSTILE, report.text))
    moved = len(text) - len(report.text)

    def along(span: Span) -> Span:
        return Span(span.start + moved, span.end + moved)

    bad = cycle(HOSTILE)
    keys = {source.id: f"{source.id}{HOSTILE[1]}" for source in report.sources}
    claims = [
        replace(
            claim,
            id=f"{claim.id}{HOSTILE[2]}",
            content=tuple(map(along, claim.content)),
            source=keys[claim.source],
            chain=tuple(keys[key] for key in claim.chain),
            cue=claim.cue and along(claim.cue),
            source_mention=claim.source_mention and along(claim.source_mention),
        )
        for claim in report.claims
    ]
    # The first words of all are a claim too: markup inside a mark, and in the list of claims.
    first = replace(
        claims[0],
        id="c0",
        content=(Span(0, len(HOSTILE[0]) + 2 + len(HOSTILE[1])),),
        cue=Span(0, 9),
        source_mention=Span(4, len(HOSTILE[0])),
    )
    sources = tuple(
        replace(
            source,
            id=keys[source.id],
            name=next(bad),
            role=next(bad),
            mentions=(),
            justification=(Span(0, len(HOSTILE[0])),),
        )
        for source in report.sources
    )
    components = {
        next(bad): Component(part.value, part.weight, next(bad))
        for part in report.transparency.components.values()
    }
    return replace(
        report,
        text=text,
        title=HOSTILE[0],
        publisher=HOSTILE[3],
        sentences=tuple(replace(item, span=along(item.span)) for item in report.sentences),
        sources=sources,
        claims=(first, *claims),
        transparency=replace(report.transparency, components=components),
        model=ModelInfo(HOSTILE[1], HOSTILE[4]),
    )


class Page(HTMLParser):
    """What is on a page: the start tags in order, and the text of the element ``article``."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.article: list[str] = []
        self._inside = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside += tag == "article"

    def handle_endtag(self, tag: str) -> None:
        self._inside -= tag == "article"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.article.append(data)

    def having(self, **attributes: str) -> list[dict[str, str | None]]:
        """The attributes of all elements that have these; ``class`` is spelled ``class_``."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            found
            for _, found in self.tags
            if all(value in (found.get(name) or "").split() for name, value in wanted.items())
        ]
