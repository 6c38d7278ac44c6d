"""The scikit-learn estimators, in pipelines and under the checks of scikit-learn itself."""

from __future__ import annotations

import importlib
import pickle
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import SkipTestWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks
from sklearn.utils.validation import check_is_fitted

from attribution.errors import MissingExtraError, ModelError
from attribution.integrations import sklearn as module
from attribution.integrations.sklearn import SourcingFeatures, TransparencyScorer
from attribution.integrations.sourcing import FEATURES, sourcing_features
from attribution.scorer import Scorer
from tiny_model import SAMPLE, tiny_scorer

BOTH = (TransparencyScorer, SourcingFeatures)
TEXTS = [SAMPLE, "Brask told the Echo that the pilot had left. “Nobody knew,” she added."]
# What asks nothing of the input. All other checks of scikit-learn hand over tables of numbers.
CHECKS = [
    estimator_checks.check_estimator_cloneable,
    estimator_checks.check_estimator_tags_renamed,
    estimator_checks.check_valid_tag_types,
    estimator_checks.check_estimator_repr,
    estimator_checks.check_no_attributes_set_in_init,
    estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
    estimator_checks.check_mixin_order,
    estimator_checks.check_parameters_default_constructible,
    estimator_checks.check_get_params_invariance,
    estimator_checks.check_set_params,
]


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return tiny_scorer()


@pytest.fixture
def features(scorer_folder: Path) -> SourcingFeatures:
    return SourcingFeatures(scorer_folder)


@pytest.fixture
def transparency(scorer_folder: Path) -> TransparencyScorer:
    return TransparencyScorer(scorer_folder)


class TestTransparencyScorer:
    def test_transform_gives_a_column_of_the_scorers_scores(
        self, transparency: TransparencyScorer, scorer: Scorer
    ) -> None:
        found = transparency.transform(TEXTS)
        assert found.shape == (2, 1)
        assert found[:, 0].tolist() == scorer.score(TEXTS)

    def test_predict_gives_them_flat(self, transparency: TransparencyScorer) -> None:
        assert transparency.predict(TEXTS).tolist() == transparency.transform(TEXTS)[:, 0].tolist()

    def test_score_is_the_mean_of_the_texts_that_have_one(
        self, transparency: TransparencyScorer
    ) -> None:
        expected = transparency.predict(TEXTS).mean()
        assert transparency.score([*TEXTS, None]) == pytest.approx(expected)

    def test_score_of_nothing_is_nan(self, transparency: TransparencyScorer) -> None:
        assert np.isnan(transparency.score([" "]))

    def test_it_is_the_last_step_of_a_pipeline(self, transparency: TransparencyScorer) -> None:
        pipeline = make_pipeline(transparency)
        assert pipeline.predict(TEXTS).tolist() == transparency.predict(TEXTS).tolist()
        assert pipeline.score(TEXTS) == transparency.score(TEXTS)
        assert pipeline.fit_transform(TEXTS).shape == (2, 1)

    def test_its_column_has_a_name(self, transparency: TransparencyScorer) -> None:
        assert transparency.get_feature_names_out().tolist() == ["transparency_score"]


class TestSourcingFeatures:
    def test_rows_are_the_features_of_the_reports(
        self, features: SourcingFeatures, scorer: Scorer
    ) -> None:
        found = features.transform(TEXTS)
        for row, report in zip(found, scorer(TEXTS), strict=True):
            assert row.tolist() == list(sourcing_features(report).values())

    def test_columns_are_named_in_order(self, features: SourcingFeatures) -> None:
        assert features.get_feature_names_out().tolist() == list(FEATURES)

    def test_they_feed_a_classifier(self, features: SourcingFeatures) -> None:
        pipeline = make_pipeline(features, StandardScaler(), LogisticRegression())
        quoted, plain = [SAMPLE[80:], TEXTS[1]] * 3, ["The tide was out.", "It rained."] * 3
        pipeline.fit(quoted + plain, [1] * 6 + [0] * 6)
        assert pipeline.predict([TEXTS[1], "It rained."]).tolist() == [1, 0]
        assert pipeline[:-1].get_feature_names_out().tolist() == list(FEATURES)

    def test_they_stand_beside_the_score_in_a_union(
        self, features: SourcingFeatures, transparency: TransparencyScorer
    ) -> None:
        union = make_union(transparency, features)
        assert union.fit_transform(TEXTS).shape == (2, 1 + len(FEATURES))
        assert union.get_feature_names_out()[1] == "sourcingfeatures__score"

    def test_they_are_a_table_with_names_where_it_is_asked_for(
        self, features: SourcingFeatures
    ) -> None:
        pandas = pytest.importorskip("pandas")
        column = pandas.Series(TEXTS, index=["a", "b"])
        table = features.set_output(transform="pandas").fit_transform(column)
        assert (list(table.columns), list(table.index)) == (list(FEATURES), ["a", "b"])

    def test_cross_validation_and_search_run(self, features: SourcingFeatures) -> None:
        pipeline = Pipeline([("features", features), ("classes", LogisticRegression())])
        texts, labels = ["“No,” Brask said.", "It rained."] * 4, [1, 0] * 4
        assert cross_val_score(pipeline, texts, labels, cv=2).shape == (2,)
        search = GridSearchCV(pipeline, {"features__batch_size": [1, 4]}, cv=2)
        assert search.fit(texts, labels).best_params_["features__batch_size"] in (1, 4)


class TestInput:
    @pytest.mark.parametrize(
        "given",
        [TEXTS, tuple(TEXTS), np.array(TEXTS), np.array(TEXTS, dtype=object)[:, None], iter(TEXTS)],
        ids=["list", "tuple", "strings", "column", "iterator"],
    )
    def test_texts_come_in_any_form(
        self, transparency: TransparencyScorer, scorer: Scorer, given: object
    ) -> None:
        assert transparency.predict(given).tolist() == scorer.score(TEXTS)

    def test_a_column_of_a_table_is_texts(self, transparency: TransparencyScorer) -> None:
        pandas = pytest.importorskip("pandas")
        table = pandas.DataFrame({"id": [1, 2], "text": TEXTS})
        for column in ("text", ["text"]):
            chosen = ColumnTransformer([("score", transparency, column)])
            assert chosen.fit_transform(table).tolist() == transparency.transform(TEXTS).tolist()

    @pytest.mark.parametrize("missing", [None, float("nan"), "", " \n"])
    def test_a_missing_or_blank_text_is_a_row_of_nan(
        self, features: SourcingFeatures, missing: object
    ) -> None:
        found = features.transform([TEXTS[0], missing, TEXTS[1]])
        assert np.isnan(found).all(axis=1).tolist() == [False, True, False]
        assert found[[0, 2]].tolist() == features.transform(TEXTS).tolist()

    def test_pandas_own_missing_value_is_one(self, transparency: TransparencyScorer) -> None:
        pandas = pytest.importorskip("pandas")
        column = pandas.Series([TEXTS[0], None], dtype="string")
        assert np.isnan(transparency.predict(column)).tolist() == [False, True]

    def test_no_texts_give_no_rows(
        self, features: SourcingFeatures, transparency: TransparencyScorer
    ) -> None:
        assert features.transform([]).shape == (0, len(FEATURES))
        assert transparency.transform([]).shape == (0, 1)

    def test_one_text_is_refused(self, transparency: TransparencyScorer) -> None:
        with pytest.raises(ValueError, match="expected several texts, found one"):
            transparency.transform(SAMPLE)

    def test_a_table_of_several_columns_is_refused(self, transparency: TransparencyScorer) -> None:
        with pytest.raises(ValueError, match=r"one column of texts, found the shape \(1, 2\)"):
            transparency.transform(np.array([TEXTS]))

    def test_what_is_no_text_is_named_by_its_place(self, transparency: TransparencyScorer) -> None:
        with pytest.raises(TypeError, match="text 1 is int, not str"):
            transparency.transform([SAMPLE, 5])


class TestParameters:
    @pytest.mark.parametrize("kind", BOTH)
    def test_making_one_loads_nothing(self, kind: type) -> None:
        assert kind("nowhere").get_params() == {
            "model": "nowhere",
            "batch_size": 8,
            "device": "cpu",
        }

    @pytest.mark.parametrize("kind", BOTH)
    def test_an_unknown_model_is_told_on_fitting(self, kind: type) -> None:
        with pytest.raises(ModelError, match="no model 'no/where': not a folder"):
            kind(Path("no/where")).fit(TEXTS)

    def test_a_batch_size_below_one_is_refused(self, transparency: TransparencyScorer) -> None:
        with pytest.raises(ValueError, match="batch_size must be at least 1, not 0"):
            transparency.set_params(batch_size=0).fit(TEXTS)

    def test_a_new_model_is_used_from_then_on(
        self, transparency: TransparencyScorer, tmp_path: Path
    ) -> None:
        before = transparency.predict(TEXTS)
        other = tiny_scorer(seed=13)
        other.save_pretrained(tmp_path / "other")
        transparency.set_params(model=tmp_path / "other")
        assert transparency.predict(TEXTS).tolist() == other.score(TEXTS) != before.tolist()

    def test_a_model_that_was_written_anew_is_loaded_anew(self, tmp_path: Path) -> None:
        estimator = TransparencyScorer(tmp_path)
        for seed in (12, 13):
            made = tiny_scorer(seed=seed)
            made.save_pretrained(tmp_path)
            assert estimator.predict(TEXTS).tolist() == made.score(TEXTS)

    @pytest.mark.parametrize("kind", BOTH)
    def test_estimators_of_one_model_share_it(self, kind: type, scorer_folder: Path) -> None:
        module._loaded.cache_clear()
        for _ in range(2):
            clone(kind(scorer_folder)).fit_transform(TEXTS)
        assert module._loaded.cache_info().misses == 1

    @pytest.mark.parametrize("kind", BOTH)
    def test_a_pickle_has_the_parameters_alone(self, kind: type, scorer_folder: Path) -> None:
        used = kind(scorer_folder, batch_size=3)
        expected = used.transform(TEXTS)
        stored = pickle.dumps(used)
        assert len(stored) < 1000
        assert b"torch" not in stored
        assert pickle.loads(stored).transform(TEXTS).tolist() == expected.tolist()

    @pytest.mark.parametrize("kind", BOTH)
    def test_it_counts_as_fitted_from_the_start(self, kind: type) -> None:
        check_is_fitted(kind("nowhere"))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("kind", BOTH)
def test_scikit_learns_checks_that_need_no_numbers_pass(kind: type, check: object) -> None:
    check(kind.__name__, kind())


@pytest.mark.parametrize("kind", BOTH)
def test_scikit_learns_own_run_finds_no_fault(kind: type) -> None:
    """It runs the checks that apply to texts, and says that it leaves out the others."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)
        ran = estimator_checks.check_estimator(kind(), on_skip=None)
    assert {run["status"] for run in ran} == {"passed"}


def test_without_scikit_learn_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "attribution.integrations.sklearn")
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'claim-attribution\[sklearn\]'"):
        importlib.import_module("attribution.integrations.sklearn")
