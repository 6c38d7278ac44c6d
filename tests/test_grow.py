"""Going on from a trained model with more labels: it begins where the old one ended."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from attribution.features import relations
from attribution.model import BIO, ROLE_LABELS, AttributionModel
from tiny_model import encode, tiny_model
from training.grow import grown

TEXT = "The harbour board said the ferry will stop."


def old_model() -> AttributionModel:
    return tiny_model(span_ends=False, tag_layers=3)


@torch.no_grad()
def scores(model: AttributionModel) -> tuple[torch.Tensor, torch.Tensor]:
    """Role and via scores of every word for the fourth, on states that every model is given."""
    words = torch.randn(8, model.width, generator=torch.Generator().manual_seed(1))
    columns = torch.arange(8)[None]
    related = torch.as_tensor(
        relations(encode(TEXT), np.array([3]), columns.numpy()), dtype=torch.long
    )
    return model.pair_logits(words, torch.tensor([3]), columns, related)


class TestGrown:
    def test_claims_score_as_before(self) -> None:
        old = old_model()
        roles, via = scores(old)
        new_roles, new_via = scores(grown(old, {"span_ends": True}))
        # The old model reports its seven labels under thirteen names, so each row sums to more.
        assert torch.allclose(new_roles.log_softmax(-1), roles.log_softmax(-1), atol=1e-5)
        assert torch.allclose(new_via, via, atol=1e-5)

    def test_flat_tags_of_before_keep_their_weights(self) -> None:
        old = old_model()
        new = grown(old, {"tag_layers": 5})
        assert new.tags.weight.shape[0] == 5 * len(BIO)
        assert torch.equal(new.tags.weight[: 3 * len(BIO)], old.tags.weight)
        assert new.tags.weight[3 * len(BIO) :].abs().sum() > 0

    def test_the_whole_model_fits_its_configuration(self) -> None:
        new = grown(old_model(), {"span_ends": True, "tag_layers": 5})
        assert (new.config.span_ends, new.config.tag_layers) == (True, 5)
        assert new.pair_out.weight.shape[0] == len(ROLE_LABELS) + len(BIO)

    def test_it_may_read_other_windows(self) -> None:
        old = old_model()
        new = grown(old, {"max_pieces": 30, "context": 8})
        assert (new.config.max_pieces, new.config.context) == (30, 8)
        weights = new.state_dict()
        assert all(torch.equal(weights[name], had) for name, had in old.state_dict().items())

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"pair_size": 8}, "keeps its pair_size"),
            ({"tag_layers": 2}, "keeps the labels that it has"),
            ({"max_pieces": 5000}, "reads windows of [0-9]+ at most"),
            ({"max_pieces": 0, "context": 0}, "not a possible value of max_pieces"),
            ({"max_pieces": "30"}, "not a possible value of max_pieces"),
            ({"max_pieces": 20, "context": 20}, "windows of 20 cannot repeat 20"),
        ],
    )
    def test_what_cannot_grow_is_refused(self, change: dict[str, object], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            grown(old_model(), change)

    def test_labels_cannot_be_lost(self) -> None:
        with pytest.raises(ValueError, match="keeps the labels that it has"):
            grown(tiny_model(span_ends=True), {"span_ends": False})
