"""brat stand-off: what is written, and that a corrected file is read back as gold standard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from attribution.errors import ReportFormatError
from attribution.outputs.brat import CONFIGURATION, STEPS, to_brat
from attribution.types import KINDS, SOURCE_TYPES, Claim, Report, Source, Span
from strategies import article, reports
from training.readers.brat import parse_brat, read_brat
from training.readers.gold import GoldArticle, GoldClaim, GoldSource
from training.readers.polnear import read_polnear

LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"


def annotated(report: Report) -> list[str]:
    return to_brat(report).annotations.splitlines()


def lines(report: Report, start: str) -> list[str]:
    return [line for line in annotated(report) if line.split("\t")[1].startswith(start)]


def back(report: Report) -> GoldArticle:
    made = to_brat(report)
    return parse_brat(made.text, made.annotations, doc="a")


def told(text: str, *content: Span, cue: Span | None = None, name: str = "X") -> Report:
    """A report of one claim, of a source that no words name."""
    report = article(1, {"s1": "unspecified"}, []).report()
    claim = Claim("c1", content, cue, None, "s1", "indirect", "statement", ("s1",), 0.5)
    source = Source("s1", name, "unnamed_person")
    return replace(report, text=text, sentences=(), sources=(source,), claims=(claim,))


def whole(text: str, *spans: Span | None) -> tuple[Span, ...]:
    """The spans that have words, without the line ends at their edges."""
    found = []
    for span in spans:
        words = "" if span is None else span.of(text)
        if span is not None and words.strip(LINE_ENDS):
            start = span.start + len(words) - len(words.lstrip(LINE_ENDS))
            found.append(Span(start, start + len(words.strip(LINE_ENDS))))
    return tuple(sorted(found))


def can_be_held(report: Report) -> bool:
    utf8 = not any("\ud800" <= char <= "\udfff" for char in report.text)
    return utf8 and all(whole(report.text, *claim.content) for claim in report.claims)


class TestWriting:
    def test_a_claim_is_an_event_of_polnears_layout(self, example_report: Report) -> None:
        written = annotated(example_report)
        (event, *_) = lines(example_report, "Attribution:")
        name, data = event.split("\t")
        roles = dict(part.split(":") for part in data.split())
        assert name == "E1"
        texts = {line.split("\t")[0]: line.split("\t")[1:] for line in written}
        assert {role: texts[at][1] for role, at in roles.items()} == {
            "Attribution": "told",
            "Source": "engineer Ines Faro",
            "Cue": "told",
            "Content": "“We found a crack as long as a bus,”",
        }

    def test_offsets_are_those_of_the_report(self, example_report: Report) -> None:
        for line in annotated(example_report):
            if line.startswith("T"):
                _, data, words = line.split("\t")
                _, start, end = data.split(" ")
                assert example_report.text[int(start) : int(end)] == words

    def test_the_text_is_kept_with_its_line_ends(self, example_report: Report) -> None:
        assert "\r\n" in example_report.text
        assert to_brat(example_report).text == example_report.text

    def test_a_source_is_an_entity_of_its_type_with_a_note(self, example_report: Report) -> None:
        (line,) = lines(example_report, "named_person")
        name, _, words = line.split("\t")
        assert words == "Ines Faro"
        assert f"AnnotatorNotes {name}\tInes Faro | engineer" in "\n".join(
            annotated(example_report)
        )

    def test_a_bar_in_a_name_has_a_backslash_before_it(self) -> None:
        assert "#1\tAnnotatorNotes T1\tA \\| B" in annotated(
            told("He left.", Span(0, 2), name="A | B")
        )

    def test_a_source_stands_at_the_mention_with_its_name(self, example_report: Report) -> None:
        she = replace(example_report.sources[0], mentions=(Span(0, 3), Span(4, 8)), name="weir")
        report = replace(example_report, sources=(she, *example_report.sources[1:]))
        (line,) = lines(report, "named_person")
        assert line.endswith("\tweir")

    def test_intermediaries_are_numbered_from_the_article_outward(self) -> None:
        base = article(1, {"a": "document", "b": "media_outlet", "c": "author"}, [(0, "c")])
        claim = replace(base.claims[0], chain=("a", "b", "c"))
        report = base.with_claim(claim).report()
        at = {line.split("\t")[1].split()[0]: line.split("\t")[0] for line in annotated(report)}
        relations = [line.split("\t")[1] for line in annotated(report) if line[0] == "R"]
        assert relations == [
            f"Origin Arg1:E1 Arg2:{at['author']}",
            f"Via Arg1:E1 Arg2:{at['document']}",
            f"Via2 Arg1:E1 Arg2:{at['media_outlet']}",
        ]

    def test_anonymity_kind_and_speech_are_attributes(self, example_report: Report) -> None:
        (worker,) = lines(example_report, "unnamed_person")
        name = worker.split("\t")[0]
        attributes = [line.split("\t")[1] for line in annotated(example_report) if line[0] == "A"]
        assert f"Anonymity_granted {name}" in attributes
        assert {"Kind E4 belief", "Speech E1 direct"} <= set(attributes)

    def test_a_claim_without_cue_has_its_trigger_at_its_first_word(
        self, example_report: Report
    ) -> None:
        triggers = lines(example_report, "Attribution ")
        assert triggers[1].endswith("\t“Nobody")

    def test_a_span_over_line_ends_is_in_fragments(self) -> None:
        (content,) = lines(told("one\r\n\r\ntwo three", Span(0, 16)), "Content ")
        assert content == "T3\tContent 0 3;7 16\tone two three"

    def test_every_piece_of_a_content_is_an_argument(self) -> None:
        (event,) = lines(told("one two three", Span(0, 3), Span(8, 13)), "Attribution:")
        assert event == "E1\tAttribution:T2 Content:T3 Content2:T4"

    def test_a_report_without_claims_has_no_lines(self) -> None:
        assert to_brat(article(1, {}, []).report()).annotations == ""

    def test_a_lone_surrogate_is_refused(self) -> None:
        with pytest.raises(ReportFormatError, match="character 2 of the text"):
            to_brat(told("ab\ud800", Span(0, 2)))

    @pytest.mark.parametrize("content", [Span(3, 3), Span(1, 2)])
    def test_a_claim_without_words_is_refused(self, content: Span) -> None:
        with pytest.raises(ReportFormatError, match="'c1' has no words"):
            to_brat(told("a\nb c", content))

    def test_the_configuration_has_every_type_that_is_written(self, example_report: Report) -> None:
        parts = [part.split("]\n") for part in CONFIGURATION.split("[")[1:]]
        sections = {part[0]: part[1] for part in parts}
        entities = sections["entities"].split()
        assert set(entities) == {"Source", "Cue", "Content", "Justification", *SOURCE_TYPES}
        named = [line.split("\t")[0] for line in sections["relations"].splitlines()]
        steps = ["Via", *(f"Via{number}" for number in range(2, STEPS + 1))]
        assert named == ["Origin", *steps, "Justifies", "<OVERLAP>"]
        kinds = next(line for line in sections["attributes"].splitlines() if line[:4] == "Kind")
        assert kinds.split("Value:")[1].split("|") == list(KINDS)


class TestReading:
    def test_a_claim_comes_back_with_its_source_and_way(self, example_report: Report) -> None:
        gold = back(example_report)
        names = {source.id: source.name for source in gold.sources}
        first = next(claim for claim in gold.claims if claim.id == "E1")
        assert names[first.source or ""] == "Ines Faro"
        assert [names[key] for key in first.via or ()] == ["Estuary Post"]
        assert (first.kind, first.speech, first.partial) == ("statement", "direct", False)
        assert gold.resolved
        assert gold.nested

    @pytest.mark.parametrize(
        "name",
        ["A | B", "back\\slash", "\\", "|", " x ", "a\nb\tc", "", "\ud800", "\u3000y", "\\u0041"],
    )
    def test_any_name_survives_the_note(self, name: str) -> None:
        report = told("He left.", Span(0, 2), name=name)
        assert back(report).sources[0].name == name
        role = replace(report.sources[0], name="N", role=name)
        assert back(replace(report, sources=(role,))).sources[0].role == name

    def test_a_justification_comes_back(self) -> None:
        report = told("He saw it and left.", Span(14, 18))
        seen = replace(report.sources[0], justification=(Span(3, 9),))
        assert back(replace(report, sources=(seen,))).sources[0].justification == (Span(3, 9),)
        assert back(report).sources[0].justification == ()

    def test_fragments_parted_by_more_than_line_ends_are_pieces(self) -> None:
        text, base = "one\n two", to_brat(told("one\n two", Span(0, 8))).annotations
        assert parse_brat(text, base, doc="a").claims[0].content == (Span(0, 8),)
        apart = base.replace("Content 0 3;4 8", "Content 0 3;5 8")
        assert parse_brat(text, apart, doc="a").claims[0].content == (Span(0, 3), Span(5, 8))

    @given(reports())
    def test_a_report_comes_back_or_is_refused(self, report: Report) -> None:
        if not can_be_held(report):
            with pytest.raises(ReportFormatError):
                to_brat(report)
            return
        gold = back(report)
        assert gold.text == report.text
        sources = {source.id: source for source in gold.sources}
        used = dict.fromkeys(key for claim in report.claims for key in claim.chain)
        assert len(sources) == len(used)
        claims = {claim.id: claim for claim in gold.claims}
        assert len(claims) == len(report.claims)
        for number, claim in enumerate(report.claims, start=1):
            found = claims[f"E{number}"]
            assert found == replace(
                found,
                content=whole(report.text, *claim.content),
                cue=whole(report.text, claim.cue),
                source_mention=whole(report.text, claim.source_mention),
                kind=claim.kind,
                speech=claim.speech,
            )
            chain = [sources[key] for key in (*(found.via or ()), found.source or "")]
            assert [without_id(source) for source in chain] == [
                GoldSource("", s.name, s.type, s.role, s.anonymity_granted, s.justification)
                for s in map(report.source, claim.chain)
            ]

    @given(reports())
    def test_sources_that_are_one_stay_one(self, report: Report) -> None:
        if can_be_held(report):
            claims = {claim.id: claim for claim in back(report).claims}
            found = [claims[f"E{n}"].source for n in range(1, len(claims) + 1)]
            wanted = [claim.source for claim in report.claims]
            assert len(set(zip(found, wanted, strict=True))) == len(set(found)) == len(set(wanted))


def without_id(source: GoldSource) -> GoldSource:
    return replace(source, id="")


class TestCorrections:
    """What annotators do to a file in brat."""

    TEXT = "Brask said it was over. Ware thinks so."
    MADE = (
        "T1\tnamed_person 0 5\tBrask\n"
        "#1\tAnnotatorNotes T1\tOttoline Brask | chair\n"
        "T2\tSource 0 5\tBrask\nT3\tCue 6 10\tsaid\nT4\tContent 11 22\tit was over\n"
        "T5\tAttribution 6 10\tsaid\nE1\tAttribution:T5 Source:T2 Cue:T3 Content:T4\n"
        "A1\tKind E1 statement\nA2\tSpeech E1 indirect\nR1\tOrigin Arg1:E1 Arg2:T1\t\n"
    )
    ADDED = (
        "T6\tSource 24 28\tWare\nT7\tCue 29 35\tthinks\nT8\tContent 36 38\tso\n"
        "T9\tAttribution 29 35\tthinks\nE2\tAttribution:T9 Source:T6 Cue:T7 Content:T8\n"
    )

    def claims(self, annotations: str) -> tuple[GoldClaim, ...]:
        return parse_brat(self.TEXT, annotations, doc="a").claims

    def test_a_claim_that_was_added_is_a_statement_of_no_labelled_source(self) -> None:
        added = self.claims(self.MADE + self.ADDED)[1]
        assert (added.kind, added.speech) == ("statement", "indirect")
        assert (added.source, added.via) == (None, None)

    def test_a_source_that_was_added_is_called_by_its_words(self) -> None:
        more = "T10\tunnamed_person 24 28\tWare\nR2\tOrigin Arg1:E2 Arg2:T10\n"
        gold = parse_brat(self.TEXT, self.MADE + self.ADDED + more, doc="a")
        assert gold.sources[1].name == "Ware"
        assert (gold.claims[1].source, gold.claims[1].via) == ("T10", ())

    def test_sources_and_steps_are_in_order_wherever_they_stand_in_the_file(self) -> None:
        more = (
            "T10\tunspecified 24 28\tWare\nT9\tmedia_outlet 24 28\tWare\n"
            "R9\tVia2 Arg1:E1 Arg2:T9\nR8\tVia Arg1:E1 Arg2:T10\n"
        )
        gold = parse_brat(self.TEXT, more + self.MADE, doc="a")
        assert gold.claims[0].via == ("T10", "T9")
        assert [source.id for source in gold.sources] == ["T1", "T9", "T10"]

    def test_a_source_with_another_type_keeps_its_note(self) -> None:
        gold = parse_brat(self.TEXT, self.MADE.replace("named_person", "document"), doc="a")
        assert gold.sources == (GoldSource("T1", "Ottoline Brask", "document", "chair", False, ()),)

    def test_nobody_is_called_by_the_type(self) -> None:
        raw = self.MADE.replace("named_person", "unspecified").replace("#1\t", "#x\t")
        assert parse_brat(self.TEXT, raw, doc="a").sources[0].name == "unspecified"

    def test_a_kind_that_was_changed_is_taken(self) -> None:
        (claim,) = self.claims(self.MADE.replace("Kind E1 statement", "Kind E1 belief"))
        assert claim.kind == "belief"

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("Kind E1 statement", "Kind E1 gossip", "E1 is 'gossip'"),
            ("R1\tOrigin Arg1:E1 Arg2:T1", "R1\tOrigin Arg1:E1 Arg2:T2", "T2, which is no source"),
            ("R1\tOrigin", "R2\tVia Arg1:E1 Arg2:T1\nR1\tOrigin", "through one source twice"),
            ("T3\tCue 6 10", "T3\tCue 6 99", "T3 is no stretch of the text"),
            ("T3\tCue 6 10", "T3\tCue six", "not a line of brat stand-off"),
        ],
    )
    def test_the_error_names_the_file_and_the_fault(
        self, tmp_path: Path, old: str, new: str, message: str
    ) -> None:
        (tmp_path / "a.txt").write_text(self.TEXT, encoding="utf-8")
        (tmp_path / "a.ann").write_text(self.MADE.replace(old, new), encoding="utf-8")
        with pytest.raises(ValueError, match=rf"a\.ann: .*{message}"):
            read_brat(tmp_path)

    def test_without_sources_it_is_polnears_layout_with_spans_alone(self, tmp_path: Path) -> None:
        spans = "\n".join(
            line for line in self.MADE.splitlines() if line[:2] not in ("T1", "#1", "R1")
        )
        for folder, suffix, text in (("text", "txt", self.TEXT), ("attributions", "ann", spans)):
            (tmp_path / "dev" / folder).mkdir(parents=True)
            (tmp_path / f"dev/{folder}/a.{suffix}").write_text(text, encoding="utf-8")
        (polnear,) = read_polnear(tmp_path, "dev")
        assert parse_brat(self.TEXT, spans, doc="a") == replace(polnear, publisher="")
        assert not polnear.resolved


class TestFolder:
    @pytest.fixture
    def folder(self, tmp_path: Path, example_report: Report) -> Path:
        made = to_brat(example_report)
        (tmp_path / "a.txt").write_bytes(made.text.encode())
        (tmp_path / "a.ann").write_bytes(made.annotations.encode())
        return tmp_path

    def test_articles_are_read_from_files(self, folder: Path, example_report: Report) -> None:
        (gold,) = read_brat(folder)
        assert gold == replace(back(example_report), doc="a")

    def test_polnears_reader_finds_the_same_spans(
        self, folder: Path, tmp_path: Path, example_report: Report
    ) -> None:
        for name, suffix in (("text", "txt"), ("attributions", "ann")):
            (tmp_path / "dev" / name).mkdir(parents=True)
            (folder / f"a.{suffix}").rename(tmp_path / f"dev/{name}/a.{suffix}")
        (polnear,) = read_polnear(tmp_path, "dev")
        spans = [(c.id, c.content, c.cue, c.source_mention) for c in polnear.claims]
        ours = back(example_report).claims
        assert spans == [(c.id, c.content, c.cue, c.source_mention) for c in ours]

    def test_publishers_come_from_metadata(self, folder: Path) -> None:
        (folder / "metadata.tsv").write_text("filename\tpublisher\na\tEstuary Post\n")
        assert read_brat(folder)[0].publisher == "Estuary Post"

    def test_a_text_without_annotations_is_left_out(self, folder: Path) -> None:
        (folder / "b.txt").write_text("He left.", encoding="utf-8")
        assert [gold.doc for gold in read_brat(folder)] == ["a"]

    def test_a_missing_folder_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match="nowhere"):
            read_brat(tmp_path / "nowhere")
