"""Convolutions by tiles answer as convolutions, and only those are replaced that gain by it."""

from __future__ import annotations

import copy
import importlib.util

import pytest

torch = pytest.importorskip("torch", reason="needs torch: pip install torch==2.13.0")
if importlib.util.find_spec("segmentation_models_pytorch") is None:
    pytest.skip("needs pip install 'millesime[published]'", allow_module_level=True)
pytestmark = pytest.mark.torch

from torch import nn  # noqa: E402

from millesime.model.published.networks import build_network  # noqa: E402
from millesime.model.published.winograd import by_tiles  # noqa: E402


def answers(network, maps):
    with torch.no_grad():
        return network(maps)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("smallest", "size"), [(4, (8, 12)), (3, (9, 6)), (1, (5, 7)), (1, (1, 2)), (2, (4, 6))])
def test_any_size_and_number_of_maps(smallest, size, bias):
    torch.manual_seed(1)
    network = nn.Sequential(nn.Conv2d(256, 300, 3, padding=1, bias=bias)).eval()
    tiled = copy.deepcopy(network)
    assert by_tiles(tiled, torch.zeros(1, 256, smallest, smallest)) == 1
    maps = torch.randn(2, 256, *size)
    torch.testing.assert_close(answers(tiled, maps), answers(network, maps), rtol=1e-5, atol=1e-4)


def test_by_hand():
    """A centre weight of 1 gives the pixels back, one beside it those of the neighbour."""
    for (row, col), moved in (((1, 1), (0, 0)), ((1, 2), (0, -1)), ((0, 1), (1, 0))):
        conv = nn.Conv2d(256, 256, 3, padding=1, bias=False)
        conv.weight.data.zero_()
        conv.weight.data[range(256), range(256), row, col] = 1.0
        network = nn.Sequential(conv)
        maps = torch.zeros(1, 256, 8, 8)
        maps[0, :, 2:6, 2:6] = torch.arange(1.0, 17.0).reshape(4, 4)
        assert by_tiles(network, torch.zeros(1, 256, 4, 4)) == 1
        torch.testing.assert_close(answers(network, maps), torch.roll(maps, moved, (2, 3)), rtol=0.0, atol=1e-5)


def test_a_norm_that_follows_is_taken_in_and_another_stays():
    torch.manual_seed(2)
    network = nn.Sequential(
        nn.Conv2d(256, 256, 3, padding=1), nn.BatchNorm2d(256), nn.ReLU(), nn.BatchNorm2d(256), nn.Conv2d(256, 8, 1)
    )
    for module in network:
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 1.5)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias)
    network.eval()
    tiled = copy.deepcopy(network)
    assert by_tiles(tiled, torch.zeros(1, 256, 4, 4)) == 1
    assert [type(module).__name__ for module in tiled] == ["_ByTiles", "Identity", "ReLU", "BatchNorm2d", "Conv2d"]
    maps = torch.randn(1, 256, 8, 8)
    torch.testing.assert_close(answers(tiled, maps), answers(network, maps), rtol=1e-5, atol=5e-5)


@pytest.mark.parametrize(
    "conv",
    [
        nn.Conv2d(256, 96, 3, padding=1),
        nn.Conv2d(256, 256, 3, padding=0),
        nn.Conv2d(256, 256, 3, padding=1, stride=2),
        nn.Conv2d(256, 256, 3, padding=2, dilation=2),
        nn.Conv2d(256, 256, 3, padding=1, groups=2),
        nn.Conv2d(256, 256, 3, padding=1, padding_mode="reflect"),
        nn.Conv2d(256, 256, 5, padding=2),
        nn.Conv2d(256, 256, 1),
    ],
    ids=str,
)
def test_other_convolutions_stay(conv):
    network = nn.Sequential(conv)
    assert by_tiles(network, torch.zeros(1, 256, 8, 8)) == 0
    assert network[0] is conv


def test_a_unet_of_resnet34_answers_the_same():
    torch.manual_seed(3)
    network = build_network("resnet34-unet", bands=5, classes=19)
    tiled = copy.deepcopy(network)
    # 7 of the second stage, 11 of the third, 5 of the fourth, both of the decoder's first two blocks.
    assert by_tiles(tiled, torch.zeros(1, 5, 32, 32)) == 27
    for height, width in ((96, 160), (32, 64)):
        bands = torch.randn(1, 5, height, width)
        expected = answers(network, bands)
        torch.testing.assert_close(answers(tiled, bands), expected, rtol=1e-4, atol=2e-5 * float(expected.abs().max()))
