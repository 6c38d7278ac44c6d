"""The way in from Python, with a tiny random model."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from attribution import scorer as module
from attribution import sections as section
from attribution.encode import encode_words
from attribution.errors import InputError, ModelError
from attribution.scorer import Scorer
from attribution.sections import sections
from attribution.tabular import load_classifiers, save_classifiers
from attribution.types import Report, Sentence
from attribution.weighting import WEIGHTS
from strategies import any_text
from tiny_model import SAMPLE, tiny_scorer

SECOND = "Brask told the Echo that the pilot had left. “Nobody knew,” she added."
PIECES = ("Brask", " said ", "“", "”", "the ferry", ". ", "\n\n", "\r\n", "\x00", "\ud83d", "שלום ",
          "\U0001f600", "She ", "according to ", "'", "…", "told the Echo ")  # fmt: skip
texts = (any_text | st.lists(st.sampled_from(PIECES), max_size=25).map("".join)).filter(str.strip)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return tiny_scorer()


def check(report: Report) -> None:
    """What holds for every report, whatever the model says."""
    text = report.text
    spans = [sentence.span for sentence in report.sentences]
    for claim in report.claims:
        spans += [*claim.content, claim.cue, claim.source_mention]
    for source in report.sources:
        spans += source.mentions
    for span in filter(None, spans):
        assert 0 <= span.start < span.end <= len(text)
        assert span.of(text) == span.of(text).strip()

    assert [claim.id for claim in report.claims] == [f"c{n + 1}" for n in range(len(report.claims))]
    known = [source.id for source in report.sources]
    assert len(set(known)) == len(known)
    assert set(known) == {link for claim in report.claims for link in claim.chain}
    for claim in report.claims:
        assert claim.chain[-1] == claim.source
        assert len(set(claim.chain)) == len(claim.chain)
        assert list(claim.content) == sorted(claim.content)
        assert all(one.end <= other.start for one, other in pairwise(claim.content))
        assert 0 <= claim.confidence <= 1

    names = {claim.id for claim in report.claims}
    assert names >= {name for sentence in report.sentences for name in sentence.claims}
    assert all(one.span.end <= other.span.start for one, other in pairwise(report.sentences))
    assert 0 <= report.transparency.score <= 100
    assert Report.from_dict(report.to_dict()) == report


class TestCalls:
    def test_the_tiny_models_find_claims_of_every_shape(self) -> None:
        """Else the tests below would say little."""
        reports = [tiny_scorer(seed)(SAMPLE) for seed in (6, 12, 15, 26)]
        for report in reports:
            check(report)
        claims = [claim for report in reports for claim in report.claims]
        assert any(claim.cue for claim in claims)
        assert any(claim.cue is None for claim in claims)
        assert any(claim.source_mention for claim in claims)
        assert any(claim.source_mention is None for claim in claims)
        assert any(claim.via for claim in claims)
        assert any(len(claim.content) > 1 for claim in claims)

    def test_a_text_gives_a_report_on_it(self, scorer: Scorer) -> None:
        report = scorer(SAMPLE)
        assert isinstance(report, Report)
        assert report.text == SAMPLE
        assert report.title is None

    def test_a_title_is_kept(self, scorer: Scorer) -> None:
        assert scorer(SAMPLE, title="Ferry to stop").title == "Ferry to stop"

    def test_a_list_gives_reports_in_its_order(self, scorer: Scorer) -> None:
        assert scorer([SECOND, SAMPLE, SECOND]) == [scorer(SECOND), scorer(SAMPLE), scorer(SECOND)]

    def test_no_texts_give_no_reports(self, scorer: Scorer) -> None:
        assert scorer([]) == []

    def test_more_articles_than_are_held_at_once_keep_their_order(
        self, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "_ARTICLES_AT_ONCE", 2)
        found = scorer([f"Brask said {word}." for word in "one two three four five".split()])
        assert [report.text.split()[-1] for report in found] == [
            "one.", "two.", "three.", "four.", "five.",
        ]  # fmt: skip

    def test_the_report_names_the_model(self, scorer: Scorer) -> None:
        model = scorer(SECOND).model
        assert (model.name, model.version) == ("tiny", "test")

    def test_score_gives_the_transparency_of_each(self, scorer: Scorer) -> None:
        expected = [scorer(text).transparency.score for text in (SAMPLE, SECOND)]
        assert scorer.score([SAMPLE, SECOND]) == expected

    def test_weights_of_ones_own_make_the_score(self, scorer_folder: Path) -> None:
        quotes = {**dict.fromkeys(WEIGHTS, 0.0), "direct_quotation": 2.0}
        loaded = Scorer.from_pretrained(scorer_folder, weights=quotes)
        result = loaded(SAMPLE).transparency
        assert result.components["direct_quotation"].weight == 1
        assert result.score == 100 * result.components["direct_quotation"].value

    def test_weights_that_do_not_fit_are_refused_before_the_model_is_read(self) -> None:
        with pytest.raises(ValueError, match="no component is called brevity"):
            Scorer.from_pretrained("nowhere", weights={**WEIGHTS, "brevity": 1.0})

    def test_text_without_a_word_gives_a_report_without_claims(self, scorer: Scorer) -> None:
        report = scorer("\u200b")
        assert report.claims == ()
        check(report)

    def test_progress_goes_to_standard_error(
        self, scorer: Scorer, capsys: pytest.CaptureFixture[str]
    ) -> None:
        found = scorer([SECOND], progress=True)
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "scoring" in captured.err
        assert found == scorer([SECOND])


class TestSameAnswer:
    def test_twice(self, scorer: Scorer) -> None:
        assert scorer(SAMPLE) == scorer(SAMPLE)

    @pytest.mark.parametrize("batch_size", [1, 3])
    def test_in_batches_of_any_size(self, scorer: Scorer, batch_size: int) -> None:
        assert scorer([SAMPLE, SECOND], batch_size=batch_size) == scorer([SAMPLE, SECOND])

    def test_in_threads(self, scorer: Scorer) -> None:
        expected = [scorer(SAMPLE), scorer(SECOND)] * 4
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(scorer, [SAMPLE, SECOND] * 4)) == expected

    def test_after_saving_and_loading(self, scorer: Scorer, scorer_folder: Path) -> None:
        loaded = Scorer.from_pretrained(scorer_folder)
        assert loaded(SAMPLE) == scorer(SAMPLE)
        assert loaded.info == scorer.info


class TestWrongCalls:
    @pytest.mark.parametrize("text", ["", " ", "\r\n\t\u2028"])
    def test_an_empty_text_is_named(self, scorer: Scorer, text: str) -> None:
        with pytest.raises(InputError, match="the text is empty"):
            scorer(text)

    def test_an_empty_text_in_a_list_is_named_by_its_place(self, scorer: Scorer) -> None:
        with pytest.raises(InputError, match="text 1 is empty"):
            scorer([SAMPLE, " "])

    @pytest.mark.parametrize("wrong", [None, 5, Path("article.txt"), {"text": SAMPLE}])
    def test_neither_text_nor_list_is_a_type_error(self, scorer: Scorer, wrong: object) -> None:
        with pytest.raises(TypeError, match=type(wrong).__name__):
            scorer(wrong)

    @pytest.mark.parametrize("wrong", [None, 5, b"bytes"])
    def test_a_list_of_something_else_is_a_type_error(self, scorer: Scorer, wrong: object) -> None:
        with pytest.raises(TypeError, match=f"text 1 is {type(wrong).__name__}, not str"):
            scorer([SAMPLE, wrong])

    @pytest.mark.parametrize("batch_size", [0, -1])
    def test_a_batch_size_below_one_is_refused(self, scorer: Scorer, batch_size: int) -> None:
        with pytest.raises(ValueError, match=f"batch_size must be at least 1, not {batch_size}"):
            scorer(SAMPLE, batch_size=batch_size)


class TestBadFolders:
    @pytest.fixture
    def folder(self, scorer_folder: Path, tmp_path: Path) -> Path:
        return Path(shutil.copytree(scorer_folder, tmp_path / "copy"))

    def test_a_missing_folder_is_named_with_the_bundled_models(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"no model '.*nowhere'.*bundled are"):
            Scorer.from_pretrained(tmp_path / "nowhere")

    def test_an_unknown_name_is_named(self) -> None:
        with pytest.raises(ModelError, match="no model 'enormous'"):
            Scorer.from_pretrained("enormous")

    @pytest.mark.parametrize(
        "file", ["model.safetensors", "config.json", "tokenizer.json", "resolution.safetensors"]
    )
    def test_a_missing_file_is_an_error_that_names_the_folder(
        self, folder: Path, file: str
    ) -> None:
        (folder / file).unlink()
        with pytest.raises(ModelError, match=str(folder)):
            Scorer.from_pretrained(folder)

    def test_weights_of_another_size_are_an_error_of_a_few_lines(self, folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(path.read_text().replace('"pair_size": 16', '"pair_size": 24'))
        with pytest.raises(ModelError, match="size mismatch for pair_predicate") as caught:
            Scorer.from_pretrained(folder)
        assert len(str(caught.value)) < 600

    @pytest.mark.parametrize("file", ["model.safetensors", "resolution.safetensors", "config.json"])
    def test_a_truncated_file_is_an_error_that_names_the_folder(
        self, folder: Path, file: str
    ) -> None:
        content = (folder / file).read_bytes()
        (folder / file).write_bytes(content[: len(content) // 2])
        with pytest.raises(ModelError, match=str(folder)):
            Scorer.from_pretrained(folder)

    def test_weights_without_a_head_are_refused(self, folder: Path) -> None:
        tensors = load_file(folder / "model.safetensors")
        del tensors["kind.0.weight"]
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        with pytest.raises(ModelError, match=r"kind\.0\.weight"):
            Scorer.from_pretrained(folder)

    @pytest.mark.parametrize("name", ["link", "type", "anonymity", "via", "carry"])
    def test_a_missing_classifier_is_named(self, folder: Path, name: str) -> None:
        path = folder / "resolution.safetensors"
        classifiers, thresholds = load_classifiers(path)
        del classifiers[name]
        save_classifiers(classifiers, thresholds, path)
        with pytest.raises(ModelError, match=f"no classifier '{name}'"):
            Scorer.from_pretrained(folder)

    @pytest.mark.parametrize("name", ["via_threshold", "role_owner_threshold"])
    def test_a_missing_threshold_is_named(self, folder: Path, name: str) -> None:
        path = folder / "resolution.safetensors"
        classifiers, thresholds = load_classifiers(path)
        del thresholds[name]
        save_classifiers(classifiers, thresholds, path)
        with pytest.raises(ModelError, match=f"no setting '{name}'"):
            Scorer.from_pretrained(folder)

    @pytest.mark.parametrize("part", ["link/mean", "link/weight0", "type/bias0"])
    def test_a_classifier_without_a_part_is_refused(self, folder: Path, part: str) -> None:
        path = folder / "resolution.safetensors"
        tensors = load_file(path)
        del tensors[part]
        save_file(tensors, path)
        with pytest.raises(ModelError, match=r"resolution\.safetensors is damaged"):
            Scorer.from_pretrained(folder)

    @pytest.mark.parametrize("name", ["link", "via", "carry"])
    def test_a_classifier_of_another_version_is_refused(self, folder: Path, name: str) -> None:
        path = folder / "resolution.safetensors"
        classifiers, thresholds = load_classifiers(path)
        classifiers[name] = classifiers["type"]
        save_classifiers(classifiers, thresholds, path)
        with pytest.raises(ModelError, match=f"of another version: its classifier '{name}'"):
            Scorer.from_pretrained(folder)


class TestLongTexts:
    @pytest.fixture
    def short_sections(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(section, "SECTION", 210)

    @pytest.mark.usefixtures("short_sections")
    def test_offsets_hold_over_sections(self, scorer: Scorer) -> None:
        text = "\n\n".join([SAMPLE] * 3)
        report = scorer(text)
        check(report)
        assert report.text == text
        assert max(claim.content[-1].end for claim in report.claims) > 2 * len(SAMPLE)
        assert [sentence.span for sentence in report.sentences] == [
            sentence.span for sentence in tiny_sentences(text)
        ]

    @given(st.text("ab .\n", max_size=600), st.integers(2, 80))
    def test_sections_join_to_the_text_and_are_short(self, text: str, limit: int) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(section, "SECTION", limit)
            cuts = list(sections(text))
        assert "".join(text[start:end] for start, end in cuts) == text
        assert all(end - start <= limit for start, end in cuts)

    @pytest.mark.usefixtures("short_sections")
    def test_a_section_ends_at_a_paragraph_where_it_can(self) -> None:
        text = "a" * 80 + ". " + "b" * 80 + "\n\n" + "c" * 80
        assert next(iter(sections(text))) == (0, 164)


def tiny_sentences(text: str) -> tuple[Sentence, ...]:
    from attribution.segment import segment

    return tuple(Sentence(span, "none") for span in segment(text).sentences)


@settings(max_examples=60)
@given(texts)
def test_any_text_gives_a_sound_report_on_itself(text: str) -> None:
    report = SHARED(text)
    assert report.text == text
    check(report)


@settings(max_examples=30)
@given(texts, st.integers(5, 40))
def test_any_text_in_sections_gives_a_sound_report_on_itself(text: str, limit: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(section, "SECTION", limit)
        report = SHARED(text)
    assert report.text == text
    check(report)


SHARED = tiny_scorer()


def test_classifiers_are_read_back_as_written(tmp_path: Path, scorer: Scorer) -> None:
    path = tmp_path / "classifiers.safetensors"
    save_classifiers(scorer.resolver.classifiers, {"via_threshold": 0.25}, path)
    classifiers, thresholds = load_classifiers(path)
    assert thresholds == {"via_threshold": 0.25}
    for name, expected in scorer.resolver.classifiers.items():
        rows = np.random.default_rng(0).normal(size=(3, expected.size)).astype(np.float32)
        found = classifiers[name].probabilities(rows)
        np.testing.assert_allclose(found, expected.probabilities(rows), rtol=1e-6)


def test_encoding_ahead_changes_nothing(scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.get_num_threads", lambda: 2)
    texts = [SAMPLE, SAMPLE.upper(), "The chair said so.", SAMPLE.lower()] * 3
    ahead = scorer(texts)
    monkeypatch.setattr("attribution.scorer.ahead", lambda items: (item for item in items))
    assert scorer(texts) == ahead


def test_with_one_thread_for_torch_nothing_is_encoded_on_another(
    scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: object) -> None:
        raise AssertionError("a second thread")

    monkeypatch.setattr("attribution.scorer.ahead", refused)
    monkeypatch.setattr("torch.get_num_threads", lambda: 1)
    assert len(scorer([SAMPLE] * 3)) == 3


def test_an_error_in_the_encoder_reaches_the_caller(
    scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def broken(model: object, articles: object, *_: object, **__: object) -> object:
        calls.append(articles)
        if len(calls) == 2:
            raise MemoryError("full")
        return encode_words(model, articles, *_, **__)  # type: ignore[arg-type]

    monkeypatch.setattr("attribution.scorer.encode_words", broken)
    with pytest.raises(MemoryError, match="full"):
        scorer([SAMPLE] * 9)
