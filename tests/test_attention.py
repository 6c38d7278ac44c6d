"""MPNet's fused attention gives what transformers' own gives."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor
from transformers import BertModel, MPNetConfig, MPNetModel
from transformers.models.mpnet.modeling_mpnet import MPNetSelfAttention

from attribution.attention import FusedAttention, fuse_attention
from attribution.configuration import AttributionConfig
from attribution.model import AttributionModel
from tiny_model import HIDDEN, tiny_encoder

LENGTH = 40
CONFIG = tiny_encoder(
    MPNetConfig, num_hidden_layers=3, num_attention_heads=4, max_position_embeddings=LENGTH + 2
)


@pytest.fixture(scope="module")
def plain() -> MPNetModel:
    """Random weights large enough for attention to be decided."""
    torch.manual_seed(4)
    model = MPNetModel(CONFIG, add_pooling_layer=False).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "relative_attention_bias" in name:
                weight.normal_(std=2.0)
            elif ".attn." in name and weight.ndim == 2:
                weight.normal_(std=0.3)
    return model


@pytest.fixture
def fused(plain: MPNetModel) -> MPNetModel:
    model = copy.deepcopy(plain)
    fuse_attention(model)
    return model


def batch(*lengths: int) -> tuple[Tensor, Tensor]:
    """Random embeddings of windows of these lengths, and their mask."""
    states = torch.randn(len(lengths), LENGTH, HIDDEN, generator=torch.Generator().manual_seed(9))
    return states, (torch.arange(LENGTH) < torch.tensor(lengths)[:, None]).long()


def states(model: MPNetModel, embedded: Tensor, mask: Tensor | None) -> Tensor:
    return model(inputs_embeds=embedded, attention_mask=mask).last_hidden_state


class TestSameValues:
    def test_without_a_mask(self, plain: MPNetModel, fused: MPNetModel) -> None:
        embedded, _ = batch(LENGTH, LENGTH)
        found, expected = states(fused, embedded, None), states(plain, embedded, None)
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)

    def test_without_padding(self, plain: MPNetModel, fused: MPNetModel) -> None:
        embedded, mask = batch(LENGTH, LENGTH)
        found, expected = states(fused, embedded, mask), states(plain, embedded, mask)
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)

    def test_with_padding(self, plain: MPNetModel, fused: MPNetModel) -> None:
        embedded, mask = batch(LENGTH, 17, 1)
        found, expected = states(fused, embedded, mask), states(plain, embedded, mask)
        real = mask.bool()
        torch.testing.assert_close(found[real], expected[real], atol=1e-5, rtol=0)

    def test_padding_changes_nothing_before_it(self, fused: MPNetModel) -> None:
        embedded, mask = batch(17)
        short = states(fused, embedded[:, :17], mask[:, :17])
        torch.testing.assert_close(states(fused, embedded, mask)[:, :17], short, atol=1e-5, rtol=0)

    def test_the_bias_by_position_counts(self, fused: MPNetModel) -> None:
        """Else the tests above would say little."""
        embedded, mask = batch(LENGTH)
        before = states(fused, embedded, mask)
        with torch.no_grad():
            fused.encoder.relative_attention_bias.weight.zero_()
        assert (states(fused, embedded, mask) - before).abs().max() > 0.01

    def test_gradients_of_the_weights(self, plain: MPNetModel, fused: MPNetModel) -> None:
        embedded, mask = batch(LENGTH, 17)
        own = copy.deepcopy(plain)
        for model in (own, fused):
            states(model, embedded, mask)[mask.bool()].pow(2).sum().backward()
        expected = dict(own.named_parameters())
        for name, weight in fused.named_parameters():
            if weight.requires_grad and weight.grad is not None:
                torch.testing.assert_close(
                    weight.grad, expected[name].grad, atol=1e-3, rtol=1e-3, msg=name
                )


def test_every_layer_is_replaced_and_keeps_its_weights(
    plain: MPNetModel, fused: MPNetModel
) -> None:
    layers = [module for module in fused.modules() if isinstance(module, MPNetSelfAttention)]
    assert [type(layer) for layer in layers] == [FusedAttention] * CONFIG.num_hidden_layers
    expected = plain.state_dict()
    assert list(fused.state_dict()) == list(expected)
    assert all(torch.equal(tensor, expected[name]) for name, tensor in fused.state_dict().items())


def test_only_the_bias_has_no_gradient(fused: MPNetModel) -> None:
    embedded, mask = batch(LENGTH, 17)
    states(fused, embedded, mask).sum().backward()
    without = {name for name, weight in fused.named_parameters() if not weight.requires_grad}
    assert without == {"encoder.relative_attention_bias.weight"}
    assert fused.encoder.relative_attention_bias.weight.grad is None
    assert fused.encoder.layer[0].attention.attn.q.weight.grad is not None


def test_asking_for_probabilities_raises(fused: MPNetModel) -> None:
    embedded, mask = batch(LENGTH)
    with pytest.raises(ValueError, match="no attention probabilities"):
        fused(inputs_embeds=embedded, attention_mask=mask, output_attentions=True)


def test_another_encoder_is_left_as_it_is() -> None:
    model = BertModel(tiny_encoder(), add_pooling_layer=False)
    before = [type(module) for module in model.modules()]
    fuse_attention(model)
    assert [type(module) for module in model.modules()] == before
    assert all(weight.requires_grad for weight in model.parameters())


def test_the_attribution_model_fuses_its_encoder() -> None:
    model = AttributionModel(AttributionConfig(encoder=CONFIG, pair_size=8, mention_size=8))
    assert type(model.encoder.encoder.layer[0].attention.attn) is FusedAttention


@pytest.mark.parametrize("lengths", [(LENGTH, LENGTH), (LENGTH, 17)])
def test_layers_share_one_mask(
    fused: MPNetModel, lengths: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded, mask = batch(*lengths)
    masks: list[Tensor] = []
    plain_forward = FusedAttention.forward

    def forward(
        self: FusedAttention, hidden: Tensor, added: Tensor, bias: Tensor | None, **named: object
    ) -> object:
        assert bias is None
        masks.append(added)
        return plain_forward(self, hidden, added, bias, **named)

    monkeypatch.setattr(FusedAttention, "forward", forward)
    states(fused, embedded, mask)
    assert len(masks) == CONFIG.num_hidden_layers
    assert all(added is masks[0] for added in masks)
