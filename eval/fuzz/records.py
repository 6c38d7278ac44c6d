"""Targets: what others may hand over as data: reports, corrections, weights of the score."""

from __future__ import annotations

import json
import zlib
from functools import cache

from attribution.columns import claim_rows
from attribution.compare.reports import compare
from attribution.compare.table import to_compare_table
from attribution.errors import ReportFormatError
from attribution.outputs.annotation import to_annotations
from attribution.outputs.brat import to_brat
from attribution.outputs.claims_table import to_csv
from attribution.outputs.graph import to_graphml
from attribution.outputs.html.page import to_html
from attribution.outputs.prov import to_prov
from attribution.outputs.text import to_table
from attribution.outputs.tree import to_tree
from attribution.segment import segment
from attribution.transparency import assess
from attribution.types import Claim, ModelInfo, Report, Sentence, Source, Span
from attribution.weighting import COMPONENTS, WEIGHTS_FILE, load_weights
from eval.fuzz.checks import check_foreign
from eval.fuzz.target import LONGEST_JSON, Target, work_folder
from training.readers.brat import parse_brat
from training.readers.gold import GoldArticle
from training.readers.reports import read_reports

__all__ = ["RECORDS"]

#: Two in so many reports that are accepted are drawn, one of them twice.
_AGAIN = 8
_TEXT = "The pier is closed, the warden told the Echo. “Nobody knows,” she added."
_REPORT_WORDS = (
    b'"start"', b'"end"', b"-1", b"1e999", b"NaN", b"null", b"[]", b"{}", b"true", b'"s1"', b'"c1"',
    b"[[[[[[[[", b"99999999999999999999", b"0.5", b'"\\ud800"', b'"<script>"', b'""', b'"chain"',
    b'"text"', b'"content"', b'"components"', b'"interval"',
)  # fmt: skip
_BRAT_WORDS = (
    b"T1\t", b"E1\t", b"R1\t", b"A1\t", b"#1\t", b"Content", b"Cue", b"Source", b"Attribution:T1",
    b"Origin", b"Via2", b"Arg1:", b" ; ", b";", b"-1", b"0 4", b"99999999999", b"\t", b"\n", b"|",
    b"AnnotatorNotes", b"Justifies", b"\xc2\xb2", b"\xd9\xa3",
)  # fmt: skip


def _report(data: bytes) -> bool:
    """Read a report. One that is accepted can be written in every form, twice the same."""
    try:
        report = Report.from_json(data.decode("utf-8", "surrogateescape"))
    except ReportFormatError:
        return False
    check_foreign(report)
    again = zlib.crc32(data) % _AGAIN
    if again < 2:
        drawn = _drawn(report)
        assert again or drawn == _drawn(report), "drawn twice, it gives two pages"
    return True


def _drawn(report: Report) -> tuple[str, ...]:
    try:
        brat = to_brat(report).annotations
    except ReportFormatError:  # brat has no place for an empty span
        brat = ""
    return (
        to_table(report),
        to_tree(report),
        to_html(report),
        json.dumps(to_prov(report, name="input")),
        json.dumps(to_annotations(report, name="input")),
        to_graphml(report, name="input"),
        to_csv(claim_rows(report, "input"), header=True),
        to_compare_table(compare(report, report), ("a", "b"), color=False),
        brat,
    )


@cache
def _made() -> Report:
    """A report on the text, made by hand: two claims, the first through an intermediary."""
    first, second = Span(0, 42), Span(43, len(_TEXT))
    warden, echo = Span(20, 30), Span(36, 44)
    sources = (
        Source("s1", "the warden", "unnamed_person", "", True, (warden,), (warden,)),
        Source("s2", "the Echo", "media_outlet", "", False, (echo,)),
    )
    claims = (
        Claim(
            "c1",
            (Span(0, 19),),
            Span(31, 35),
            warden,
            "s1",
            "indirect",
            "statement",
            ("s2", "s1"),
            0.9,
        ),
        Claim("c2", (second,), None, None, "s1", "direct", "statement", ("s1",), 0.5),
    )
    sentences = (Sentence(first, "indirect", ("c1",)), Sentence(second, "direct", ("c2",)))
    score = assess(_TEXT, sentences, sources, claims)
    return Report(_TEXT, None, sentences, sources, claims, score, ModelInfo("none", "0"))


def _reports() -> list[bytes]:
    whole = _made().to_dict()
    none = {**whole, "claims": [], "sources": [], "sentences": []}
    return [json.dumps(whole).encode(), json.dumps(none).encode()]


def _check_gold(article: GoldArticle) -> None:
    for claim in article.claims:
        assert claim.content, "a claim without content"
        for span in (*claim.content, *claim.cue, *claim.source_mention):
            assert 0 <= span.start < span.end <= len(article.text), f"{span} is outside of the text"
        if article.resolved and claim.source is not None:
            assert claim.source in {source.id for source in article.sources}


def _brat(data: bytes) -> bool:
    try:
        article = parse_brat(_TEXT, data.decode("utf-8", "replace"), doc="input")
    except ValueError:
        return False
    _check_gold(article)
    return bool(article.claims)


@cache
def _annotations() -> tuple[bytes, ...]:
    made = to_brat(_made()).annotations.encode()
    short = (
        "T1\tnamed_person 21 31\tthe warden\nT2\tSource 21 31\tthe warden\nT3\tCue 32 36\ttold\n"
        "T4\tContent 0 19\tThe pier is closed,\nE1\tAttribution:T3 Source:T2 Content:T4\n"
        "R1\tOrigin Arg1:E1 Arg2:T1\nA1\tKind E1 belief\n#1\tAnnotatorNotes T1\tthe warden | head\n"
    )
    return short.encode(), made


def _corrected(data: bytes) -> bool:
    path = work_folder() / "corrected.jsonl"
    path.write_bytes(data)
    try:
        articles = read_reports(path)
    except ValueError:
        return False
    for article in articles:
        _check_gold(article)
        segment(article.text)
    return bool(articles)


def _weights(data: bytes) -> bool:
    path = work_folder() / "weights.json"
    path.write_bytes(data)
    try:
        weights = load_weights(path)
    except ValueError:
        return False
    assert tuple(weights) == COMPONENTS
    assert abs(sum(weights.values()) - 1) < 1e-9
    assert all(0 <= weight <= 1 for weight in weights.values())
    return True


RECORDS = (
    Target(
        "report",
        "reports as JSON, read and written in every form",
        _report,
        _reports,
        ("attribution.types", "attribution.report_form"),
        share=50,
        json=True,
        words=_REPORT_WORDS,
        longest=LONGEST_JSON,
    ),
    Target(
        "brat",
        "corrections in brat files",
        _brat,
        _annotations,
        ("training.readers.brat", "training.readers.standoff"),
        share=100,
        words=_BRAT_WORDS,
    ),
    Target(
        "corrected",
        "corrected reports as JSON lines",
        _corrected,
        _reports,
        ("training.readers.reports",),
        share=60,
        json=True,
        words=_REPORT_WORDS,
        longest=LONGEST_JSON,
    ),
    Target(
        "weights",
        "weights of the score's components",
        _weights,
        lambda: [
            WEIGHTS_FILE.read_bytes(),
            json.dumps({"weights": dict.fromkeys(COMPONENTS, 1)}).encode(),
        ],
        ("attribution.weighting",),
        share=60,
        json=True,
        words=(*_REPORT_WORDS, b'"weights"', b"1e308", b"-0"),
        longest=LONGEST_JSON,
    ),
)
