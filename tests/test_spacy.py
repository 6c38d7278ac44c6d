"""The spaCy component, in pipelines of spaCy itself."""

from __future__ import annotations

import importlib
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("spacy")

import spacy
from confection import ConfigValidationError
from spacy import displacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

from attribution.errors import MissingExtraError, ModelError
from attribution.integrations.spacy import (
    DISPLACY,
    GROUPS,
    attach,
    make_component,
    register_extensions,
    report_of,
)
from attribution.scorer import Scorer
from attribution.types import Report
from tiny_model import SAMPLE, tiny_scorer

SECOND = "Brask told the Echo that the pilot had left. “Nobody knew,” she added."
PIECES = ("Brask", " said ", "“", "”", "the ferry", ". ", "\n\n", "\r\n", "  ", "שלום ", "it's",
          "\U0001f600", "She ", "according to ", "'", "…", "told the Echo ", "U.S. ")  # fmt: skip
# In a process of its own: Python warns of forks where there are threads, as in these tests.
PROCESSES = """
import sys, spacy
if __name__ == "__main__":
    nlp = spacy.blank("en")
    nlp.add_pipe("attribution", config={"model": sys.argv[1]})
    text = "“No,” Brask told the Echo. "
    found = nlp(text)._.report
    print(*(doc._.report == found for doc in nlp.pipe([text] * 4, n_process=2, batch_size=2)))
"""
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=25).map("".join)


@pytest.fixture(scope="module")
def nlp(scorer_folder: Path) -> Language:
    return pipeline(scorer_folder)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return tiny_scorer()


@pytest.fixture
def doc(example_report: Report) -> Doc:
    """A document with the report made by hand."""
    register_extensions()
    made = spacy.blank("en")(example_report.text)
    attach(made, example_report)
    return made


def pipeline(folder: Path, **config: object) -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("attribution", config={"model": str(folder), **config})
    return nlp


def rows(doc: Doc, group: str) -> list[tuple[str, str, str, str]]:
    """Words, label, id and source of the spans of a group."""
    return [(span.text, span.label_, span.id_, span.kb_id_) for span in doc.spans[group]]


class TestPipeline:
    def test_spacy_finds_the_factory_by_its_entry_point(self) -> None:
        (found,) = {
            entry.value for entry in entry_points(group="spacy_factories", name="attribution")
        }
        module, _, name = found.partition(":")
        assert getattr(importlib.import_module(module), name) is make_component

    @pytest.mark.slow
    def test_it_is_added_by_name_alone_and_costs_other_pipelines_no_model(
        self, scorer_folder: Path
    ) -> None:
        code = (
            "import sys, spacy; nlp = spacy.blank('en'); "
            "wanted = ('attribution.integrations.spacy', 'transformers'); "
            "print([name in sys.modules for name in wanted]); "
            "nlp.add_pipe('attribution', config={'model': sys.argv[1]}); "
            "print(nlp.pipe_names, nlp('It rained.')._.report.model.name)"
        )
        command = [sys.executable, "-c", code, str(scorer_folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines() == ["[True, False]", "['attribution'] tiny"]

    def test_the_report_is_the_scorers(self, nlp: Language, scorer: Scorer) -> None:
        report = nlp(SAMPLE)._.report
        assert report.claims
        assert report == scorer(SAMPLE)

    def test_claims_and_sources_are_the_reports(self, nlp: Language) -> None:
        doc = nlp(SAMPLE)
        assert (doc._.claims, doc._.sources) == (doc._.report.claims, doc._.report.sources)

    @pytest.mark.parametrize("batch_size", [1, 100])
    def test_a_stream_gives_the_same_in_order(self, nlp: Language, batch_size: int) -> None:
        alone = {text: nlp(text)._.report for text in (SECOND, " ", SECOND[:40])}
        stream = [*alone] * 6  # more than are read at a time
        docs = list(nlp.pipe(stream, batch_size=batch_size))
        assert [doc.text for doc in docs] == stream
        assert [doc._.report for doc in docs] == [alone[text] for text in stream]

    def test_a_stream_is_not_held_back(self, nlp: Language) -> None:
        asked = []

        def stream() -> Iterator[str]:
            for number in range(100):
                asked.append(number)
                yield "It rained."

        next(nlp.pipe(stream()))
        assert len(asked) < 40

    def test_in_another_process_it_uses_one_thread(
        self, scorer_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        nlp, threads = pipeline(scorer_folder), torch.get_num_threads()
        try:
            torch.set_num_threads(2)
            nlp(SECOND)
            assert torch.get_num_threads() == 2
            monkeypatch.setattr(os, "getpid", lambda: -1)
            nlp(SECOND)
            assert torch.get_num_threads() == 1
        finally:
            torch.set_num_threads(threads)

    @pytest.mark.slow
    def test_several_processes_read_a_stream_after_one_has_read(self, scorer_folder: Path) -> None:
        command = [sys.executable, "-c", PROCESSES, str(scorer_folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
        assert done.stdout == "True True True True\n"

    def test_a_component_can_be_handed_to_another_process(self, nlp: Language) -> None:
        component = pickle.loads(pickle.dumps(nlp.get_pipe("attribution")))
        assert component(nlp.make_doc(SAMPLE))._.report == nlp(SAMPLE)._.report

    @pytest.mark.parametrize("text", ["", " ", "\n\n\t"])
    def test_a_document_without_words_has_no_report(self, nlp: Language, text: str) -> None:
        doc = nlp(text)
        assert (doc._.report, doc._.claims, doc._.sources) == (None, (), ())
        assert [len(doc.spans[name]) for name in GROUPS] == [0, 0, 0, 0]

    def test_headline_and_outlet_are_taken_from_the_document(self, nlp: Language) -> None:
        doc = nlp.make_doc(SAMPLE)
        doc.user_data.update(title="The last ferry", publisher="The Skerrin Echo")
        report = nlp(doc)._.report
        assert (report.title, report.publisher) == ("The last ferry", "The Skerrin Echo")

    def test_without_a_title_the_headline_of_the_text_is_taken(self, nlp: Language) -> None:
        report = nlp(f"Ferry stops after crack\n\nBy Ada Roe\n\n{SAMPLE}")._.report
        assert (report.title, report.byline) == ("Ferry stops after crack", "Ada Roe")

    def test_reading_a_document_again_replaces_what_was_there(self, nlp: Language) -> None:
        doc = nlp(SAMPLE)
        before = {name: rows(doc, name) for name in GROUPS}
        nlp(doc)
        assert {name: rows(doc, name) for name in GROUPS} == before

    def test_what_fails_goes_to_the_error_handler_and_the_rest_goes_on(
        self, scorer_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        nlp, failed = pipeline(scorer_folder), []
        nlp.set_error_handler(lambda name, proc, docs, error: failed.append((name, docs, error)))
        component = nlp.get_pipe("attribution")
        read = component.scorer

        def breaks(texts: list[str], **options: object) -> list[Report]:
            if "bad" in texts:
                raise ZeroDivisionError
            return read(texts, **options)

        monkeypatch.setattr(component, "scorer", breaks)
        docs = list(nlp.pipe([SAMPLE, "bad", SECOND], batch_size=1))
        assert [doc.text for doc in docs] == [SAMPLE, SECOND]
        assert [(name, [doc.text for doc in lost]) for name, lost, _ in failed] == [
            ("attribution", ["bad"])
        ]

    def test_an_unknown_model_is_told_when_the_component_is_added(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"no model '.*nowhere'"):
            pipeline(tmp_path / "nowhere")

    def test_a_batch_size_below_one_is_refused(self, scorer_folder: Path) -> None:
        with pytest.raises(ValueError, match="batch_size must be at least 1, not 0"):
            pipeline(scorer_folder, batch_size=0)

    def test_a_setting_of_the_wrong_type_is_refused_by_spacy(self, scorer_folder: Path) -> None:
        with pytest.raises(ConfigValidationError, match="batch_size"):
            pipeline(scorer_folder, batch_size="many")


class TestSpans:
    def test_content_is_labelled_with_its_form(self, doc: Doc) -> None:
        assert rows(doc, "attribution_content") == [
            ("“We found a crack as long as a bus,”", "direct", "c1", "s1"),
            ("“Nobody should walk on it.”", "direct", "c2", "s1"),
            ("repairs had been put off twice", "indirect", "c3", "s3"),
            ("the worst", "indirect", "c4", "s4"),
        ]

    def test_cues_are_labelled_with_the_claims_kind(self, doc: Doc) -> None:
        assert rows(doc, "attribution_cue") == [
            ("told", "statement", "c1", "s1"),
            ("said", "statement", "c3", "s3"),
            ("fear", "belief", "c4", "s4"),
        ]

    def test_mentions_are_labelled_with_the_sources_type(self, doc: Doc) -> None:
        assert rows(doc, "attribution_source") == [
            ("Ines Faro", "named_person", "s1", "s1"),
            ("the Estuary Post", "media_outlet", "s2", "s2"),
            ("A council worker", "unnamed_person", "s3", "s3"),
            ("Anglers", "unnamed_group", "s4", "s4"),
        ]

    def test_one_group_has_all_words_of_the_claims_in_text_order(self, doc: Doc) -> None:
        assert [row[1:3] for row in rows(doc, "attribution")] == [
            ("content", "c1"), ("source", "c1"), ("cue", "c1"), ("content", "c2"),
            ("source", "c3"), ("cue", "c3"), ("content", "c3"),
            ("source", "c4"), ("cue", "c4"), ("content", "c4"),
        ]  # fmt: skip

    def test_displacy_draws_them(self, doc: Doc) -> None:
        html = displacy.render(doc, style="span", options=dict(DISPLACY), jupyter=False)
        assert html.count("#b9dfb0") > html.count("#9ec5e8") > html.count("#f3d27a") > 0

    @settings(max_examples=20)
    @given(text=texts)
    def test_every_piece_of_a_claim_lies_in_a_span_that_reaches_no_further_than_its_tokens(
        self, nlp: Language, text: str
    ) -> None:
        doc = nlp(text)
        found = {(span.id_, span.start_char, span.end_char) for span in doc.spans["attribution"]}
        for claim in doc._.claims:
            for piece in (*claim.content, claim.cue, claim.source_mention):
                if piece is not None:
                    tokens = [t for t in doc if t.idx < piece.end and piece.start < t.idx + len(t)]
                    end = tokens[-1].idx + len(tokens[-1])
                    assert (claim.id, tokens[0].idx, end) in found
                    assert tokens[0].idx <= piece.start < piece.end <= end


class TestExtensions:
    def test_a_span_of_a_claim_has_the_claim_and_its_origin(self, doc: Doc) -> None:
        for name in ("attribution", "attribution_content", "attribution_cue"):
            for span in doc.spans[name]:
                assert span._.claim.id == span.id_
                assert span._.source.id == span._.claim.source

    def test_a_mention_has_its_source_and_no_claim(self, doc: Doc) -> None:
        span = doc.spans["attribution_source"][1]
        assert (span._.source.name, span._.claim) == ("Estuary Post", None)

    def test_a_span_of_other_making_has_neither(self, doc: Doc) -> None:
        told = doc.spans["attribution_cue"][0]
        other = Span(doc, told.start, told.end, label="VERB", span_id="c1", kb_id="s1")
        assert (other._.claim, other._.source) == (None, None)

    def test_any_span_has_the_claims_whose_content_reaches_into_it(self, doc: Doc) -> None:
        report = doc._.report
        found = [
            tuple(claim.id for claim in doc.char_span(s.span.start, s.span.end)._.claims)
            for s in report.sentences
        ]
        assert found == [sentence.claims for sentence in report.sentences]

    def test_a_document_that_was_not_read_has_none_of_it(self) -> None:
        register_extensions()
        doc = spacy.blank("en")("Nobody read this.")
        assert (doc._.report, doc._.claims, doc._.sources) == (None, (), ())
        assert (doc[:2]._.claim, doc[:2]._.claims, doc[:2]._.source) == (None, (), None)

    def test_an_attribute_of_somebody_else_stays_with_a_warning(self, doc: Doc) -> None:
        Doc.set_extension("claims", default="theirs", force=True)
        try:
            with pytest.warns(UserWarning, match=r"Doc\._\.claims is somebody else's"):
                register_extensions()
            assert doc._.claims == "theirs"
            assert len(report_of(doc).claims) == 4
        finally:
            Doc.remove_extension("claims")
            register_extensions()

    def test_registering_twice_is_no_conflict(self) -> None:
        register_extensions()
        register_extensions()
        assert Doc.get_extension("report")[2] is report_of


class TestAttach:
    def test_a_report_on_another_text_is_refused(self, example_report: Report) -> None:
        with pytest.raises(ValueError, match="another text"):
            attach(spacy.blank("en")("The weir"), example_report)

    def test_none_takes_the_report_off(self, doc: Doc) -> None:
        attach(doc, None)
        assert report_of(doc) is None
        assert [len(doc.spans[name]) for name in GROUPS] == [0, 0, 0, 0]

    def test_a_report_without_claims_is_a_report(self, nlp: Language) -> None:
        report = tiny_scorer()("\u200b")
        doc = nlp.make_doc("\u200b")
        attach(doc, report)
        assert doc._.report == report


class TestStorage:
    def test_a_doc_bin_keeps_the_report_and_the_spans(self, nlp: Language) -> None:
        doc = nlp(SAMPLE)
        stored = DocBin(store_user_data=True, docs=[doc]).to_bytes()
        (loaded,) = DocBin().from_bytes(stored).get_docs(spacy.blank("en").vocab)
        assert loaded._.report == doc._.report
        assert {n: rows(loaded, n) for n in GROUPS} == {n: rows(doc, n) for n in GROUPS}
        assert [s._.claim for s in loaded.spans["attribution"]] == [
            s._.claim for s in doc.spans["attribution"]
        ]

    def test_a_doc_bin_without_user_data_keeps_the_spans_alone(self, nlp: Language) -> None:
        doc = nlp(SAMPLE)
        stored = DocBin(docs=[doc]).to_bytes()
        (loaded,) = DocBin().from_bytes(stored).get_docs(spacy.blank("en").vocab)
        assert loaded._.report is None
        assert rows(loaded, "attribution") == rows(doc, "attribution")

    def test_a_documents_bytes_keep_the_report(self, nlp: Language) -> None:
        doc = nlp(SAMPLE)
        loaded = Doc(spacy.blank("en").vocab).from_bytes(doc.to_bytes())
        assert loaded._.report == doc._.report

    def test_a_pipeline_saved_and_loaded_gives_the_same(
        self, nlp: Language, tmp_path: Path
    ) -> None:
        nlp.to_disk(tmp_path)
        assert not (tmp_path / "attribution").exists()
        assert spacy.load(tmp_path)(SAMPLE)._.report == nlp(SAMPLE)._.report

    def test_a_loaded_pipelines_model_can_be_named_anew(
        self, nlp: Language, tmp_path: Path
    ) -> None:
        nlp.to_disk(tmp_path / "pipeline")
        tiny_scorer(seed=13).save_pretrained(tmp_path / "moved")
        model = {"components": {"attribution": {"model": str(tmp_path / "moved")}}}
        loaded = spacy.load(tmp_path / "pipeline", config=model)
        assert loaded(SAMPLE)._.report.model.name == "moved"

    def test_a_pipelines_bytes_are_read_into_one_of_its_configuration(self, nlp: Language) -> None:
        loaded = type(nlp).from_config(nlp.config).from_bytes(nlp.to_bytes())
        assert loaded(SAMPLE)._.report == nlp(SAMPLE)._.report


def test_without_spacy_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "attribution.integrations.spacy")
    monkeypatch.setitem(sys.modules, "spacy.language", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'claim-attribution\[spacy\]'"):
        importlib.import_module("attribution.integrations.spacy")
