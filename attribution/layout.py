"""What stands around an article's own text: headline, byline, dateline, captions, credits.

Read by form alone, as papers and agencies print them, from the text and its paragraphs. Nothing is
taken out: the result is spans. :mod:`attribution.publisher` reads the outlet's name with the same
patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from attribution.paragraphs import paragraphs
from attribution.repeats import pull_quotes
from attribution.types import Span

__all__ = ["DATED_OUTLET", "OUTLET", "SIGNED_OUTLET", "Layout", "byline_names", "read_layout"]

_WORD = r"[A-Z](?:[\w&'’-]|\.(?=\w))*"
#: The name of an outlet, in the group ``outlet``.
OUTLET = rf"(?P<outlet>{_WORD}(?: (?:of |the |and |& )?{_WORD}){{0,4}})"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DAY = rf"(?:{_MONTH} \d{{1,2}}|\d{{1,2}} {_MONTH})(?:,? \d{{4}})?"
_CAPITALS = r"[A-Z][A-Z .,'’-]*[A-Z]"
_PLACE = rf"{_WORD}(?: (?:of |the |and |& )?{_WORD}){{0,3}}(?:, {_WORD}(?: {_WORD})?){{0,2}}"
#: "HALVARD, Nov. 3 (Quay Press) -", "Halvard, Nov 3, 2024 (QP) -": the outlet in a dateline.
DATED_OUTLET = re.compile(
    rf"(?:(?=[A-Z]{{3}}){_CAPITALS}(?:, {_WORD}(?: {_WORD})?){{0,2}}(?:,? {_DAY})?"
    rf"|{_PLACE},? {_DAY}) \({OUTLET}\) ?[-–—]+"
)
#: What newspapers, agencies and stations are called by; a byline's "Staff Writer" has none of it.
_OUTLET_NOUN = (
    r"(?:Post|Times|News|Press|Herald|Tribune|Journal|Gazette|Radio|TV|Television|Echo|Mail|Star"
    r"|Sun|Standard|Chronicle|Courier|Observer|Telegraph|Review|Magazine|Weekly|Daily|Agency|Wire"
    r"|Service|Broadcasting|Media|Network|Online|Today|Record|Mirror|Express|Register|Dispatch)"
)
_LABEL = "(?:EXCLUSIVE|BREAKING|UPDATED?|LIVE|ANALYSIS|OPINION|WATCH|CORRECTION|EXPLAINER)"
#: "HALVARD, Norland, Nov. 3 -": a dateline without an outlet.
_DATELINE = re.compile(
    rf"(?!{_LABEL}\b)(?:(?=[A-Z]{{3}}|[A-Z]+ [A-Z]){_CAPITALS}"
    rf"(?:, {_WORD}(?: {_WORD})?){{0,2}}(?:,? {_DAY})?"
    rf"|{_PLACE}, {_DAY}) ?(?:—|–| --? ) ?(?=[A-Z\"'“‘])"
)
_TWO_WORDS = rf"(?!The ){_WORD} {_WORD}"
#: "By Ada Roe, The Quay Post" (not: "By Ada Roe, Ben Oduya and Cy Moss"): the outlet in a byline.
SIGNED_OUTLET = re.compile(
    rf"[Bb][Yy] [A-Z][^\n,|]{{2,60}}"
    rf"(?:, (?!{_TWO_WORDS} (?:and|&) {_TWO_WORDS}$)| \| | for )"
    rf"(?=[^\n]*\b{_OUTLET_NOUN}\b){OUTLET}$"
)
_NAME = r"(?:[A-Z][\w'’.-]*|d[aeiu]|del|de[rn]|dos|l[ae]|van|von|al|bin|ibn)"
_PERSON = rf"[A-Z][\w'’.-]*(?: {_NAME}){{0,4}}"
_FULL_NAME = rf"[A-Z][\w'’.-]*(?: {_NAME}){{1,4}}"
_BYLINE = re.compile(
    r"(?:(?:(?:Words|Story|Text|Analysis|Opinion|Written|Report(?:ed|ing)?|E(?:xclusive|XCLUSIVE)) "
    rf")?(?:[Bb]y|BY):? |From (?={_FULL_NAME}(?:,| in)))"
    rf"(?P<names>{_PERSON}(?:, {_PERSON})*(?:,? (?:and|&|with|AND) {_PERSON})*)"
    r"(?:(?:,| \|| for| in| at| -| –| —) (?P<rest>[^\n.!?]{2,60}))?"
)
_DATE = re.compile(
    r"(?:(?:First published|Published|Last updated|Updated|Posted|Date)(?: on| at)?:? )?"
    rf"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? )?"
    rf"(?:\d{{1,2}} {_MONTH},? \d{{4}}|{_MONTH} \d{{1,2}},? \d{{4}}|\d{{4}}-\d\d-\d\d)"
    r"(?:(?:,| at| -| –| —| \||T)? ?\d{1,2}[:.]\d\d[^\n]{0,25})?"
)
_CAPTION_OPENS = re.compile(
    r"(?:FILE(?: PHOTO)?|(?:FILE|HANDOUT) (?:PHOTO|IMAGE)) ?(?:[-–—:]|\()"
    r"|(?:Photo(?:graph)?|Image|Picture)(?: credit| source| caption)?s?:|(?:Caption|Pictured):"
    r"|\(?(?:Photo(?:graph)?|Image|Picture)s? (?:by|courtesy of) [A-Z][^.\n]{2,80}\.?\)?$"
)
_PHOTO = "(?:Photo(?:graph)?|Image|Picture)s?"
_CREDIT_CLOSES = re.compile(
    r"(?:"
    rf"[(\[][^()\[\]]{{0,60}}\b{_PHOTO}(?: (?:by|courtesy of)|[:/])[^()]{{2,80}}[)\]]"
    rf"|\b(?:(?:{_PHOTO}|Credits?)(?: credit)?:|{_PHOTO} by)"
    r" ?[A-Z][^.\n]{2,80}"
    rf"|\b[A-Z]{{3,}}/{_FULL_NAME}"
    rf"|[(\[|—–] ?{_FULL_NAME}/{_WORD}(?: {_WORD}){{0,3}}[)\]]?"
    rf"|{_FULL_NAME}/{_WORD}(?: {_WORD}){{0,2}}\.?$"
    rf"(?: via {_WORD}(?: {_WORD})*)?"
    r")\.?$"
)
_DUTY = (
    r"(?i:(?:additional |further |with )?"
    r"(?:report(?:ing|ed)|writ(?:ing|ten)|edit(?:ing|ed)|compiled|translat(?:ion|ed|ing))"
    r"(?: and (?:writing|editing|reporting))? by)"
)
#: "(Reporting by Ada Roe in Halvard; Editing by Ben Oduya)", as agencies close their copy.
_CREDITS = re.compile(
    rf"[(\[]{_DUTY} [A-Z][^\n()\[\]]{{2,300}}[)\]]\.?"
    rf"|{_DUTY} {_FULL_NAME}(?:, {_FULL_NAME})*(?:,? (?:and|&) {_FULL_NAME})?(?: in {_PLACE})?"
    rf"(?:[;,.] ?{_DUTY} {_FULL_NAME}(?:(?:,| and|, and) {_FULL_NAME})*(?: in {_PLACE})?)*\.?"
)
_ENDS_STATEMENT = re.compile(r"\.[\"'”’)\]]*$")
_ABBREVIATION = re.compile(r"\b[A-Z]\.[A-Z]\.[\"'”’)]*$")
_ENDS_WITHIN = re.compile(r"[.?!][\"'”’)]* +[\"'“‘(]?[A-Z]")
#: Signatures and labels that are no byline by form, and no headline either.
_NO_TITLE = re.compile(r"(?:By|BY|From|Words and|Story:|Special to|Listen:|LIVE)\s")
_MARKDOWN_TITLE = re.compile(r"# +(?P<title>[^\n]*?)[ #]*$")
#: Words of a headline at least: shorter first lines are mostly labels ("OPINION", a name).
_LEAST_WORDS = 4
#: A paragraph that ends as text does, in a sentence, or leads on to what follows.
_ENDS_AS_TEXT = re.compile(r"[.?!…:;,\-–—][\"'”’»)\]]*$")
_QUOTED = re.compile(r"[\"“”«»„]")
_MOST_HEADING_WORDS = 12
#: Paragraphs at the top that may be byline, date or dateline.
_TOP = 8
_LONGEST_BYLINE, _LONGEST_TITLE, _LONGEST_CAPTION = 150, 200, 500


@dataclass(frozen=True)
class Layout:
    """Where in a text stands what is not its body; None or empty for what was not found.

    ``dateline`` begins a paragraph of the body ("HALVARD, Nov. 3 (Quay Press) -"), all others are
    paragraphs of their own. ``credits`` say who reported and edited, ``pull_quotes`` repeat words
    of the body. ``headings`` are short paragraphs without an end, cells of tables among them: they
    are part of the body, but no sentences.
    """

    title: Span | None = None
    byline: Span | None = None
    dateline: Span | None = None
    date: Span | None = None
    captions: tuple[Span, ...] = ()
    credits: tuple[Span, ...] = ()
    pull_quotes: tuple[Span, ...] = ()
    headings: tuple[Span, ...] = ()

    @property
    def spans(self) -> tuple[Span, ...]:
        """All in text order that is no part of the body, and the dateline."""
        single = (self.title, self.byline, self.dateline, self.date)
        several = {*self.captions, *self.credits, *self.pull_quotes}
        return tuple(sorted(several.union(span for span in single if span)))

    @property
    def uncounted(self) -> tuple[Span, ...]:
        """All in text order that is no sentence of the body."""
        return tuple(sorted({*self.spans, *self.headings} - {self.dateline}))


def read_layout(text: str) -> Layout:
    """Find what stands around the body of an article.

    Args:
        text: An article, plain or in Markdown, its paragraphs parted as
            :func:`attribution.paragraphs.paragraphs` reads them.

    Returns:
        The spans found. A text of one paragraph has no title.
    """
    parts = paragraphs(text)
    line = {part: " ".join(part.of(text).split()) for part in parts}  # where it was wrapped, too
    captions = tuple(part for part in parts if _is_caption(line[part]))
    signed = tuple(part for part in parts if _CREDITS.fullmatch(line[part]))
    top = [part for part in parts if part not in set(captions)][:_TOP]
    byline = next((part for part in top if byline_names(line[part])), None)
    date = next((part for part in top if _DATE.fullmatch(line[part])), None)
    dateline = next(filter(None, (_dateline(text, part) for part in top)), None)
    body = [part for part in top if part not in (byline, date)]
    title = _title(text, body) if dateline is None or dateline.start != body[0].start else None
    around = {*captions, *signed, title, byline, date}
    rest = [part for part in parts if part not in around]
    repeated = tuple(
        part for part in pull_quotes(text, rest) if dateline is None or part.start != dateline.start
    )
    headings = _headings(text, [part for part in rest if part not in set(repeated)])
    return Layout(title, byline, dateline, date, captions, signed, repeated, headings)


def byline_names(line: str) -> str | None:
    """Who signs, when a line is a byline: "Ada Roe and Ben Oduya", without outlet or place."""
    match = _BYLINE.fullmatch(line) if len(line) <= _LONGEST_BYLINE else None
    if match is None:
        return None
    signed = SIGNED_OUTLET.match(line)
    end = min(match.end("names"), signed.start("outlet") if signed else len(line))
    return line[match.start("names") : end].rstrip(" ,|")


def _is_caption(paragraph: str) -> bool:
    if len(paragraph) > _LONGEST_CAPTION:
        return False
    return bool(_CAPTION_OPENS.match(paragraph) or _CREDIT_CLOSES.search(paragraph))


def _headings(text: str, parts: Sequence[Span]) -> tuple[Span, ...]:
    """Short paragraphs that do not end as text does, where most of the others do.

    Transcripts and posts have no stops anywhere: in them such paragraphs are the text.
    """
    found = [part for part in parts if not _ENDS_AS_TEXT.search(part.of(text)[-8:])]
    if 2 * len(found) >= len(parts):
        return ()
    return tuple(
        part
        for part in found
        if len(part.of(text).split()) <= _MOST_HEADING_WORDS and not _QUOTED.search(part.of(text))
    )


def _dateline(text: str, part: Span) -> Span | None:
    match = DATED_OUTLET.match(text, part.start, part.end) or _DATELINE.match(
        text, part.start, part.end
    )
    # A dateline opens a paragraph: something follows it.
    return Span(*match.span()) if match and match.end() < part.end else None


def _title(text: str, body: Sequence[Span]) -> Span | None:
    """The first paragraph, when it is no sentence and one follows."""
    if len(body) < 2 or not _has_sentence(text, body[1:]):
        return None
    first = body[0]
    marked = _MARKDOWN_TITLE.match(text, first.start, first.end)
    if marked:
        return Span(*marked.span("title")) if marked["title"] else None
    line = first.of(text)
    a_sentence = _ENDS_STATEMENT.search(line[-8:]) and not _ABBREVIATION.search(line[-8:])
    fits = len(line.split()) >= _LEAST_WORDS and len(line) <= _LONGEST_TITLE
    if a_sentence or not fits or line[-1] in ",;:" or _NO_TITLE.match(line):
        return None
    if _ENDS_WITHIN.search(line):
        return None
    return first if line[0].isalnum() or line[0] in "\"'“‘" else None


def _has_sentence(text: str, parts: Iterable[Span]) -> bool:
    return any(_ENDS_STATEMENT.search(part.of(text)[-8:]) for part in parts)
