"""The UPerNet decoder of FLAIR-HUB's models: that of segmentation_models_pytorch 0.4, which later versions replaced.

Names and shapes of its weights are those of that version, which the published files follow: pyramid pooling of the
deepest map (`psp`), one lateral convolution a level (`fpn_stages`), and a 3 x 3 convolution over all of them at a
quarter of the resolution (`fpn_bottleneck`). The stage of the image itself is there, yet never asked.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

_POOLS = (1, 2, 3, 6)
_PYRAMID = 256
_OUTPUT = 64


def _convolution(inputs: int, outputs: int, *, size: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, padding=size // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def _resized(features: Tensor, size: Sequence[int]) -> Tensor:
    return functional.interpolate(features, size=tuple(size), mode="bilinear", align_corners=False)


def _shares(size: int, pool: int) -> Tensor:
    """(pool, size) weights of the pixels in each cell of an adaptive average, whose cells may share pixels."""
    begin = [index * size // pool for index in range(pool)]
    end = [-(-(index + 1) * size // pool) for index in range(pool)]
    weights = torch.zeros(pool, size)
    for index in range(pool):
        weights[index, begin[index] : end[index]] = 1.0 / (end[index] - begin[index])
    return weights


class _AveragePool(nn.Module):
    """An adaptive average pool as two products of matrices: ONNX has no pool for cells of different sizes."""

    def __init__(self, pool: int) -> None:
        super().__init__()
        self.pool = pool

    def forward(self, features: Tensor) -> Tensor:
        height, width = (int(side) for side in features.shape[2:])
        rows, cols = _shares(height, self.pool).to(features), _shares(width, self.pool).to(features)
        return torch.matmul(rows, torch.matmul(features, cols.T))


class _PyramidPooling(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            nn.Sequential(_AveragePool(pool), _convolution(channels, channels // len(_POOLS))) for pool in _POOLS
        )
        self.out_conv = _convolution(2 * channels, _PYRAMID)

    def forward(self, deepest: Tensor) -> Tensor:
        pooled = [_resized(block(deepest), deepest.shape[2:]) for block in self.blocks]
        out: Tensor = self.out_conv(torch.cat([deepest, *pooled], dim=1))
        return out


class _Stage(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.skip_conv = _convolution(channels, _PYRAMID) if channels else nn.Identity()
        self.channels = channels

    def forward(self, coarse: Tensor, skip: Tensor) -> Tensor:
        raised = _resized(coarse, skip.shape[2:])
        return raised + self.skip_conv(skip) if self.channels else raised


class UPerNetDecoder(nn.Module):
    """Maps of an encoder, the image first, to 64 channels at a quarter of the resolution.

    Args:
        channels: of each map, the image first; 0 for a level that the encoder leaves out.
    """

    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__()
        deepest, *others = reversed(channels)
        self.psp = _PyramidPooling(deepest)
        self.fpn_stages = nn.ModuleList(_Stage(number) for number in others)
        self.fpn_bottleneck = _convolution(len(others) * _PYRAMID, _OUTPUT, size=3)

    def forward(self, *features: Tensor) -> Tensor:
        """Maps from the finest, the image, to the coarsest."""
        size = [side // 4 for side in features[0].shape[2:]]
        deepest, *others = reversed(features[1:])
        maps = [self.psp(deepest)]
        for stage, feature in zip(self.fpn_stages, others, strict=False):
            maps.append(stage(maps[-1], feature))
        out: Tensor = self.fpn_bottleneck(torch.cat([_resized(found, size) for found in maps], dim=1))
        return out


class SegmentationHead(nn.Sequential):
    """64 channels at a quarter of the resolution to logits at the whole."""

    def __init__(self, classes: int) -> None:
        super().__init__(nn.Conv2d(_OUTPUT, classes, 1), nn.UpsamplingBilinear2d(scale_factor=4), nn.Identity())
