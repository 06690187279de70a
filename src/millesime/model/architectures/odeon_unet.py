"""The U-Net of ODEON, called vgg16-unet in IGN's tables although it is not the encoder of that name.

Two 3 x 3 convolutions with batch norm a level, 64 to 1,024 channels, four halvings; on the way up a bilinear
resampling and a 1 x 1 convolution that halves the channels. The deepest level sees 140 x 140 px.
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional

_WIDTHS = (64, 128, 256, 512, 1024)


def _double(inputs: int, outputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels in (inputs, outputs):
        layers += [nn.Conv2d(channels, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class _Up(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(inputs, outputs, 1)
        self.conv = _double(inputs, outputs)

    def forward(self, deep: Tensor, skip: Tensor) -> Tensor:
        raised = functional.interpolate(deep, size=skip.shape[2:], mode="bilinear", align_corners=False)
        joined: Tensor = self.conv(torch.cat([skip, self.narrow(raised)], dim=1))
        return joined


class OdeonUNet(nn.Module):
    """Normalised bands (n, bands, h, w) to logits (n, classes, h, w), sizes a multiple of 16."""

    def __init__(self, *, bands: int, classes: int) -> None:
        super().__init__()
        widths = (bands, *_WIDTHS)
        self.down = nn.ModuleList(_double(*pair) for pair in itertools.pairwise(widths))
        self.up = nn.ModuleList(_Up(*pair) for pair in itertools.pairwise(_WIDTHS[::-1]))
        self.head = nn.Conv2d(_WIDTHS[0], classes, 1)

    def forward(self, bands: Tensor) -> Tensor:
        """Logits of normalised bands."""
        skips = []
        here = bands
        for level, convolutions in enumerate(self.down):
            here = convolutions(functional.max_pool2d(here, 2) if level else here)
            skips.append(here)
        for up, skip in zip(self.up, skips[-2::-1], strict=True):
            here = up(here, skip)
        logits: Tensor = self.head(here)
        return logits
