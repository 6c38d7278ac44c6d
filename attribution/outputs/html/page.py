"""Writes a report as one HTML page that needs nothing but itself.

The page is safe with any article: a template escapes every text, and its Content-Security-Policy
allows the one style sheet and the one script that it comes with, by their hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote

from attribution._version import __version__
from attribution.outputs.html.drawing import draw, steps_of
from attribution.outputs.html.panels import figures, score_of, score_rows
from attribution.outputs.html.text import article_of
from attribution.outputs.html.view import look_at
from attribution.outputs.html.words import FORMS, SIGNS, counted, one_line, shown
from attribution.outputs.notices import around, model_of, notices_of
from attribution.types import Report

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["Entry", "entry_of", "to_cell", "to_html", "to_index"]

_PACKAGE = "attribution.outputs.html"
#: Sources in view; where there are more, the others are folded away.
_MOST_LISTED = 12
_UNTITLED = "Untitled article"


def to_html(report: Report, *, name: str | None = None) -> str:
    """The report as a page: the article with its claims, sources, provenance and score.

    Args:
        report: Any report.
        name: What the input is called. Its last part is the page's title where the report has
            none.

    Returns:
        A whole HTML document in which everything is inline. It is valid UTF-8: characters that a
        page cannot hold are U+FFFD.

    Raises:
        KeyError: A chain has a source that the report lacks.
    """
    view = look_at(report)
    style, script = _asset("report.css"), _asset("report.js")
    page = _templates().get_template("page.jinja")
    return page.render(
        policy=_policy(style, script),
        style=_trusted(style),
        script=_trusted(script),
        title=_title(report, name),
        name=one_line(name or ""),
        publisher=one_line(report.publisher or ""),
        signature=[one_line(part) for part in around(report)],
        notices=notices_of(report),
        beside=_beside(report),
        score=score_of(report),
        figures=figures(report),
        article=article_of(view),
        sources=view.ranked(),
        most_listed=_MOST_LISTED,
        claims=view.claims,
        drawing=draw(view),
        steps=steps_of(view),
        rows=score_rows(report),
        model=one_line(model_of(report)),
    )


def to_cell(report: Report) -> str:
    """The page in a frame, for the output of a notebook's cell.

    The frame shares nothing with the notebook: neither style nor script nor origin.
    """
    frame = _templates().from_string(
        '<iframe title="Sourcing report" srcdoc="{{ page }}" sandbox="allow-scripts" '
        'width="100%" height="720" frameborder="0"></iframe>'
    )
    return frame.render(page=to_html(report))


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an index: what is said of one article, and the file that its page is in."""

    title: str
    name: str
    score: str
    claims: int
    sources: int
    address: str


def entry_of(report: Report, name: str, file: str) -> Entry:
    """What an index says of a report whose page lies beside it in ``file``."""
    # A colon in the first part of a relative address would begin a scheme.
    address = "./" + quote(shown(file))
    return Entry(
        _title(report, name),
        shown(name),
        score_of(report).points,
        len(report.claims),
        len(report.sources),
        address,
    )


def to_index(entries: Sequence[Entry]) -> str:
    """A page that links to the pages of several articles."""
    style = _asset("report.css")
    index = _templates().get_template("index.jinja")
    return index.render(policy=_policy(style), style=_trusted(style), entries=entries)


def _title(report: Report, name: str | None) -> str:
    file = "" if name is None or name == "-" else re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    return one_line(report.title or "") or one_line(file) or _UNTITLED


def _beside(report: Report) -> list[str]:
    """Captions and credits that were taken out of the text; plain text still has them in it."""
    text = one_line(report.text)
    words = (one_line(item) for item in (*report.captions, *report.credits))
    return [item for item in words if item and item not in text]


@cache
def _asset(name: str) -> str:
    text = (files(_PACKAGE) / "assets" / name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")  # as a parser will hash it, whatever the checkout has


def _trusted(code: str) -> str:
    """Our own code, which is not to be escaped."""
    from markupsafe import Markup

    return Markup(code)


def _policy(style: str, script: str | None = None) -> str:
    """A Content-Security-Policy that allows these inline elements and nothing else."""
    rules = [
        "default-src 'none'",
        f"style-src {_hash(style)}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    if script is not None:
        rules.insert(1, f"script-src {_hash(script)}")
    return "; ".join(rules)


def _hash(code: str) -> str:
    digest = hashlib.sha256(code.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


@cache
def _templates() -> Environment:
    # jinja2 takes a while to import, and most commands write no page.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader(_PACKAGE, "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(counted=counted, forms=FORMS, signs=SIGNS, version=__version__)
    made.filters["capitalise"] = lambda words: words[:1].upper() + words[1:]
    return made
