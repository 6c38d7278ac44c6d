"""The encoders that the package runs itself give what transformers' own give."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor
from transformers import BertConfig, MPNetConfig, PretrainedConfig, PreTrainedModel, RobertaConfig

from attribution.configuration import AttributionConfig
from attribution.model import AttributionModel
from attribution.transformer import Transformer, build_encoder
from tiny_model import HIDDEN, tiny_encoder, transformers_encoder

LENGTH = 300  # further than MPNet's most distant positions


def config(kind: type[PretrainedConfig]) -> PretrainedConfig:
    return tiny_encoder(
        kind, num_hidden_layers=3, num_attention_heads=4, max_position_embeddings=LENGTH + 2
    )


@pytest.fixture(scope="module", params=[BertConfig, MPNetConfig])
def both(request: pytest.FixtureRequest) -> tuple[Transformer, PreTrainedModel]:
    """Ours and transformers', with random weights large enough for attention to be decided."""
    torch.manual_seed(4)
    model = AttributionModel(AttributionConfig(config(request.param), pair_size=8, mention_size=8))
    with torch.no_grad():
        for name, weight in model.encoder.named_parameters():
            if "relative_attention_bias" in name:
                weight.normal_(std=2.0)
            elif ".attention." in name and weight.ndim == 2:
                weight.normal_(std=0.3)
    return model.encoder.eval(), transformers_encoder(model)


def batch(*lengths: int) -> tuple[Tensor, Tensor]:
    """Random embeddings of windows of these lengths, and their mask."""
    states = torch.randn(len(lengths), LENGTH, HIDDEN, generator=torch.Generator().manual_seed(9))
    return states, (torch.arange(LENGTH) < torch.tensor(lengths)[:, None]).long()


def states(model: Transformer | PreTrainedModel, embedded: Tensor, mask: Tensor) -> Tensor:
    return model(inputs_embeds=embedded, attention_mask=mask).last_hidden_state


Both = tuple[Transformer, PreTrainedModel]


class TestSameValues:
    @pytest.mark.parametrize("lengths", [(LENGTH, LENGTH), (LENGTH, 17, 1)])
    def test_as_transformers(self, both: Both, lengths: tuple[int, ...]) -> None:
        embedded, mask = batch(*lengths)
        found, expected = (states(model, embedded, mask) for model in both)
        real = mask.bool()
        torch.testing.assert_close(found[real], expected[real], atol=2e-5, rtol=0)

    def test_padding_changes_nothing_before_it(self, both: Both) -> None:
        embedded, mask = batch(17)
        short = states(both[0], embedded[:, :17], mask[:, :17])
        found = states(both[0], embedded, mask)[:, :17]
        torch.testing.assert_close(found, short, atol=2e-5, rtol=0)

    def test_gradients_of_the_weights(self, both: Both) -> None:
        embedded, mask = batch(LENGTH, 17)
        own, theirs = copy.deepcopy(both)
        for model in (own, theirs):
            states(model, embedded, mask)[mask.bool()].pow(2).sum().backward()
        expected = dict(theirs.named_parameters())
        seen = 0
        for name, weight in own.named_parameters():
            if weight.grad is not None:
                seen += 1
                torch.testing.assert_close(
                    weight.grad, expected[name].grad, atol=1e-2, rtol=1e-2, msg=name
                )
        assert seen > 40


def test_training_in_bfloat16_is_nearly_as_exact_as_scoring(both: Both) -> None:
    """Attention is computed in another way where gradients are wanted in bfloat16."""
    embedded, mask = batch(LENGTH, 17)
    with torch.no_grad():
        exact = states(both[0], embedded, mask)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        trained = states(both[0], embedded, mask)
        with torch.no_grad():
            scored = states(both[0], embedded, mask)
    assert trained.grad_fn is not None
    off, usual = ((found - exact)[mask.bool()].abs().mean() for found in (trained, scored))
    assert 0 < off < 2 * usual


def test_training_in_bfloat16_has_the_gradients_of_float32(both: Both) -> None:
    embedded, mask = batch(LENGTH, 17)
    each = torch.linspace(
        0, 1, HIDDEN
    )  # the sum of squares alone is fixed by the last layer's norm
    found: list[dict[str, Tensor]] = []
    for half in (False, True):
        own = copy.deepcopy(both[0])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            kept = states(own, embedded, mask)[mask.bool()]
        (kept.float() * each).pow(2).sum().backward()
        found.append({n: w.grad for n, w in own.named_parameters() if w.grad is not None})
    exact, rough = found
    assert exact.keys() == rough.keys()
    attention = [name for name in exact if ".attention." in name and exact[name].ndim == 2]
    assert len(attention) >= 4
    for name in attention:
        off = (rough[name] - exact[name]).norm() / exact[name].norm()
        assert off < 0.15, name


def test_training_in_bfloat16_goes_without_the_fused_kernel(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fused(*_: Tensor, **__: object) -> Tensor:
        raise AssertionError("the fused kernel")

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", fused)
    embedded, mask = batch(9)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        states(both[0], embedded, mask)
        with torch.no_grad(), pytest.raises(AssertionError, match="the fused kernel"):
            states(both[0], embedded, mask)


def test_weights_have_transformers_names(both: Both) -> None:
    own, theirs = (model.state_dict() for model in both)
    assert own.keys() == theirs.keys()


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("dropout", ["hidden_dropout_prob", "attention_probs_dropout_prob"])
def test_dropout_is_for_training_alone(dropout: str, half: bool) -> None:
    torch.manual_seed(1)
    none = dict.fromkeys(("hidden_dropout_prob", "attention_probs_dropout_prob"), 0.0)
    encoder = build_encoder({**config(BertConfig).to_dict(), **none, dropout: 0.5})
    embedded, mask = batch(9)
    embedded, mask = embedded[:, :9], mask[:, :9]
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        first, second = (states(encoder.train(), embedded, mask) for _ in range(2))
        assert not torch.equal(first, second)
        first, second = (states(encoder.eval(), embedded, mask) for _ in range(2))
        assert torch.equal(first, second)


def test_the_bias_by_position_counts_and_is_not_trained() -> None:
    encoder = build_encoder(config(MPNetConfig).to_dict()).eval()
    table = encoder.get_parameter("encoder.relative_attention_bias.weight")
    assert [n for n, w in encoder.named_parameters() if not w.requires_grad] == [
        "encoder.relative_attention_bias.weight"
    ]
    embedded, mask = batch(LENGTH)
    with torch.no_grad():
        table.normal_(std=2.0)
        before = states(encoder, embedded, mask)
        table.zero_()
        assert (states(encoder, embedded, mask) - before).abs().max() > 1e-3


def test_any_other_encoder_is_transformers_own() -> None:
    encoder = build_encoder(tiny_encoder(RobertaConfig, max_position_embeddings=40).to_dict())
    assert type(encoder).__module__.startswith("transformers.")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden_size": "wide"}, "hidden_size is no number"),
        ({"num_hidden_layers": 0}, "num_hidden_layers"),
        ({"num_attention_heads": 7}, "heads"),
        ({"model_type": None}, "model_type"),
    ],
)
def test_settings_that_make_no_encoder_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build_encoder({**config(BertConfig).to_dict(), **change})


def test_too_long_a_window_is_refused() -> None:
    encoder = build_encoder(config(BertConfig).to_dict())
    with pytest.raises(ValueError, match="at most 302 pieces"):
        states(encoder, torch.zeros(1, 303, HIDDEN), torch.ones(1, 303).long())
