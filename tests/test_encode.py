"""Word states of whole articles, from windows run in batches."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from attribution.encode import encode_words
from attribution.features import Window, pack, windows
from attribution.model import AttributionModel
from tiny_model import HIDDEN, MAX_PIECES, SAMPLE, encode, special, tiny_model

SHORT = "The chair said the ferry will stop."
TEXTS = (SAMPLE, SHORT, "We have no money.", SAMPLE.lower())


@pytest.fixture(scope="module")
def model() -> AttributionModel:
    return tiny_model()


def states(model: AttributionModel, *texts: str, batch_size: int = 8) -> list[Tensor]:
    return encode_words(model, [encode(text) for text in texts], special(), batch_size=batch_size)


def window_states(model: AttributionModel, text: str, window: Window) -> Tensor:
    with torch.inference_mode():
        return model(**pack([(encode(text), window)], *special()))[0]


def test_one_window_gives_the_models_own_states(model: AttributionModel) -> None:
    own = window_states(model, SHORT, Window(0, len(encode(SHORT))))
    torch.testing.assert_close(states(model, SHORT)[0], own)


def test_words_of_one_window_alone_keep_its_states(model: AttributionModel) -> None:
    first, second, *_ = windows(encode(SAMPLE), MAX_PIECES, model.config.context)
    assert second.start > 0
    own = window_states(model, SAMPLE, first)
    found = states(model, SAMPLE)[0]
    torch.testing.assert_close(found[: second.start], own[: second.start])


def test_words_of_two_windows_lie_between_their_states(model: AttributionModel) -> None:
    first, second, *_ = windows(encode(SAMPLE), MAX_PIECES, model.config.context)
    left = window_states(model, SAMPLE, first)[second.start - first.start :]
    right = window_states(model, SAMPLE, second)[: first.end - second.start]
    merged = states(model, SAMPLE)[0][second.start : first.end]
    assert len(merged) > 1
    low, high = torch.minimum(left, right) - 1e-5, torch.maximum(left, right) + 1e-5
    assert ((merged >= low) & (merged <= high)).all()
    assert not torch.allclose(left, right, atol=1e-3)


def test_the_window_whose_edge_is_further_counts_more(model: AttributionModel) -> None:
    first, second, *_ = windows(encode(SAMPLE), MAX_PIECES, model.config.context)
    left = window_states(model, SAMPLE, first)[second.start]
    right = window_states(model, SAMPLE, second)[0]
    merged = states(model, SAMPLE)[0][second.start]
    assert (merged - left).norm() < (merged - right).norm()


@pytest.mark.parametrize("batch_size", [1, 2, 3, 100])
def test_batch_size_does_not_matter(model: AttributionModel, batch_size: int) -> None:
    expected = states(model, *TEXTS)
    found = states(model, *TEXTS, batch_size=batch_size)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_other_articles_in_the_batch_do_not_matter(model: AttributionModel) -> None:
    together = states(model, *TEXTS)
    for text, found in zip(TEXTS, together, strict=True):
        torch.testing.assert_close(found, states(model, text)[0], rtol=1e-4, atol=1e-4)


def test_an_article_without_words_has_no_states(model: AttributionModel) -> None:
    empty, full = states(model, " ", SHORT)
    assert empty.shape == (0, HIDDEN)
    torch.testing.assert_close(full, states(model, SHORT)[0])


def test_no_articles_give_nothing(model: AttributionModel) -> None:
    assert states(model) == []


@pytest.mark.parametrize("budget", [1, 60, 120])
def test_a_batch_has_at_most_so_many_tokens_but_for_a_single_window(
    model: AttributionModel, budget: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = states(model, *TEXTS)
    shapes: list[tuple[int, int]] = []
    forward = AttributionModel.forward

    def seen(self: AttributionModel, input_ids: Tensor, **named: Tensor) -> Tensor:
        shapes.append((input_ids.shape[0], input_ids.shape[1] - 2))
        return forward(self, input_ids, **named)

    monkeypatch.setattr(AttributionModel, "forward", seen)
    monkeypatch.setattr("attribution.encode._TOKENS", budget)
    found = states(model, *TEXTS)
    assert all(rows == 1 or rows * length <= budget for rows, length in shapes)
    assert (max(rows for rows, _ in shapes) > 1) == (budget == 120)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)
