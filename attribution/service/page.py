"""The page to paste an article into. It works without scripts and fetches nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape

from attribution.service.problems import Problem
from attribution.service.settings import MAX_NAME, Settings

__all__ = ["PAGE_POLICY", "start_page"]

_STYLE = """
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 46rem; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
p { margin: 0 0 1rem; }
label { display: block; font-weight: 600; margin: 1rem 0 .25rem; }
label small { font-weight: 400; }
input, textarea { box-sizing: border-box; font: inherit; padding: .5rem; width: 100%; }
input, textarea { border: 1px solid GrayText; border-radius: .25rem; }
textarea { min-height: 20rem; resize: vertical; }
button { font: inherit; font-weight: 600; margin: 1rem 0; padding: .5rem 1.5rem; }
:focus-visible { outline: 3px solid #1a6fd4; outline-offset: 1px; }
[role=alert] { border-left: .35rem solid #c62828; padding: .25rem 0 .25rem .75rem; }
footer { border-top: 1px solid GrayText; font-size: .875rem; margin-top: 1rem; padding-top: 1rem; }
code { overflow-wrap: anywhere; }
"""
_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
#: Content security policy of the page: its own style sheet, and a form that goes to the service.
PAGE_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>attribution</h1>
<p>Who says what in an English news article, through whom, and how openly the article shows it.</p>
{alert}<form method="post" action="report" accept-charset="utf-8">
<label for="text">Article <small>(at most {limit} characters)</small></label>
<textarea id="text" name="text" required spellcheck="false" aria-describedby="kept">
{text}</textarea>
<label for="title">Headline <small>(optional)</small></label>
<input id="title" name="title" maxlength="{longest}" autocomplete="off" value="{headline}">
<label for="publisher">Outlet that prints the article <small>(optional)</small></label>
<input id="publisher" name="publisher" maxlength="{longest}" autocomplete="off" value="{outlet}">
<button>Show the report</button>
</form>
</main>
<footer>
<p id="kept">The article is read on the machine that runs this service, and neither kept nor logged.
A text of some pages takes a few seconds.</p>
<p>As JSON: <code>POST v1/report</code> with <code>{{"text": "…"}}</code>,
several with <code>POST v1/reports</code>;
<a href="openapi.json">OpenAPI description</a>.</p>
</footer>
</body>
</html>
"""


def start_page(
    settings: Settings, fields: Mapping[str, str] | None = None, problem: Problem | None = None
) -> str:
    """The page with its form.

    Args:
        settings: The limits, to be shown.
        fields: What was typed before.
        problem: Why that was refused.

    Returns:
        An HTML document; it needs :data:`PAGE_POLICY`.
    """
    typed = fields or {}
    return _PAGE.format(
        title="Error: attribution" if problem else "attribution",
        style=_STYLE,
        alert=_alert(problem) if problem else "",
        limit=f"{settings.max_characters:,}",
        longest=MAX_NAME,
        text=_escaped(typed.get("text", "")),
        headline=_escaped(typed.get("title", "")),
        outlet=_escaped(typed.get("publisher", "")),
    )


def _alert(problem: Problem) -> str:
    detail = "" if problem.detail == problem.title else f" {_escaped(problem.detail)}"
    return f'<p role="alert"><strong>{_escaped(problem.title)}.</strong>{detail}</p>\n'


def _escaped(text: str) -> str:
    # NUL and the like are no HTML: they would end up as other characters in the next try.
    return escape(text.replace("\x00", "\ufffd"))
