"""Decoders made ready for export answer as the network they come from, with fewer products."""

from __future__ import annotations

import copy
import importlib.util

import pytest

torch = pytest.importorskip("torch", reason="needs torch: pip install torch==2.13.0")
if importlib.util.find_spec("segmentation_models_pytorch") is None:
    pytest.skip("needs pip install 'millesime[published]'", allow_module_level=True)
pytestmark = pytest.mark.torch

from millesime.model.published.decoders import lighten  # noqa: E402
from millesime.model.published.networks import build_network  # noqa: E402


def with_statistics(network):
    """Batch norms as training leaves them, rather than those that change nothing."""
    torch.manual_seed(3)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0.0, 0.2)
            module.running_var.uniform_(0.5, 1.5)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0.0, 0.2)
    return network.eval()


def products(network, sample):
    """Multiplications of all convolutions on a sample."""
    counted = []

    def count(module, given, answer):
        kernel = module.weight[0, 0].numel()
        if isinstance(module, torch.nn.ConvTranspose2d):
            counted.append(given[0].numel() * module.out_channels * kernel)
        else:
            counted.append(answer.numel() * module.in_channels * kernel)

    hooks = [
        module.register_forward_hook(count)
        for module in network.modules()
        if isinstance(module, torch.nn.Conv2d | torch.nn.ConvTranspose2d)
    ]
    with torch.no_grad():
        network(sample)
    for hook in hooks:
        hook.remove()
    return sum(counted)


def test_a_lighter_unet_answers_the_same():
    torch.manual_seed(2)
    network = with_statistics(build_network("resnet34-unet", bands=4, classes=7))
    lighter = copy.deepcopy(network)
    assert lighten(lighter, torch.zeros(1, 4, 64, 64)) == 5
    for height, width in ((64, 64), (96, 160)):
        bands = torch.randn(2, 4, height, width)
        with torch.no_grad():
            expected = network(bands)
            torch.testing.assert_close(lighter(bands), expected, rtol=1e-4, atol=1e-4 * float(expected.abs().max()))
    sample = torch.zeros(1, 4, 64, 64)
    # 5 of 9 products on the maps that are doubled, in four blocks, are 8.5 % of all.
    assert products(lighter, sample) / products(network, sample) == pytest.approx(0.915, abs=0.001)


def test_a_decoder_of_another_kind_stays():
    network = build_network("resnet34-fpn", bands=3, classes=5)
    before = [type(module) for module in network.modules()]
    assert lighten(network, torch.zeros(1, 3, 64, 64)) == 0
    assert [type(module) for module in network.modules()] == before


def test_a_decoder_with_attention_or_smooth_doubling_stays():
    import segmentation_models_pytorch as smp

    for options in ({"decoder_attention_type": "scse"}, {"decoder_interpolation": "bilinear"}):
        network = smp.Unet("resnet18", encoder_weights=None, in_channels=3, classes=2, **options).eval()
        assert lighten(network, torch.zeros(1, 3, 64, 64)) == 0, options
