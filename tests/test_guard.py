"""The bundled models are as good on the written dev articles as when they were stored."""

from __future__ import annotations

import pytest

from eval.guard import GUARDED, bundled_models, losses, measured, stored_figures


@pytest.mark.slow
@pytest.mark.parametrize("model", bundled_models())
def test_a_bundled_model_loses_no_point(model: str) -> None:
    assert losses(stored_figures(model), measured(model)) == {}


@pytest.mark.parametrize("model", bundled_models())
def test_every_guarded_figure_is_stored(model: str) -> None:
    assert set(stored_figures(model)) == set(GUARDED)


def test_a_loss_of_more_than_a_point_is_told() -> None:
    assert losses({"name": 0.80, "via": 0.50}, {"name": 0.789, "via": 0.491}) == {"name": 0.011}


def test_a_figure_that_is_gone_is_a_loss() -> None:
    assert losses({"name": 0.80}, {}) == {"name": 0.80}
