"""A light U-Net: sub-metre classes on two cores, a few megabytes.

Most of its time would go at full resolution, so none is spent there: 2 x 2 pixels are folded into channels on
the way in and unfolded from channels on the way out. The deepest level sees wide with dilated convolutions.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

#: Pixels folded into channels on each axis, by the first and the last layer.
FOLD = 2


def _convolution(inputs: int, outputs: int, *, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class LightUNet(nn.Module):
    """Encoder and decoder of two 3 x 3 convolutions a level, with skip connections.

    Args:
        bands: input channels.
        classes: output channels.
        widths: channels of each level, from 1/2 of the resolution downwards by halves.
        dilations: one more convolution at the deepest level for each.
        mean: of each band, in digital numbers; subtracted by the network itself.
        std: of each band; divided by.
    """

    mean: Tensor
    scale: Tensor

    def __init__(
        self,
        *,
        bands: int,
        classes: int,
        widths: Sequence[int] = (24, 40, 64, 80, 96),
        dilations: Sequence[int] = (2, 4),
        mean: Sequence[float],
        std: Sequence[float],
    ) -> None:
        super().__init__()
        if len(mean) != bands or len(std) != bands:
            raise ValueError(f"{bands} bands, {len(mean)} means, {len(std)} standard deviations")
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32).reshape(1, bands, 1, 1))
        self.register_buffer("scale", 1.0 / torch.tensor(std, dtype=torch.float32).reshape(1, bands, 1, 1))
        self.down = nn.ModuleList()
        inputs = bands * FOLD**2
        for width in widths:
            self.down.append(nn.Sequential(_convolution(inputs, width), _convolution(width, width)))
            inputs = width
        self.wide = nn.Sequential(*[_convolution(inputs, inputs, dilation=d) for d in dilations])
        self.up = nn.ModuleList()
        for width in reversed(widths[:-1]):
            self.up.append(nn.Sequential(_convolution(inputs + width, width), _convolution(width, width)))
            inputs = width
        self.head = nn.Conv2d(inputs, classes * FOLD**2, 3, padding=1)

    def forward(self, pixels: Tensor) -> Tensor:
        """Logits (n, classes, h, w) of digital numbers (n, bands, h, w), h and w multiples of `multiple_px`."""
        features = functional.pixel_unshuffle((pixels.float() - self.mean) * self.scale, FOLD)
        kept = []
        for level, layer in enumerate(self.down):
            features = layer(features if level == 0 else functional.max_pool2d(features, 2))
            kept.append(features)
        kept.pop()
        features = self.wide(features)
        for layer in self.up:
            features = functional.interpolate(features, scale_factor=2.0, mode="nearest")
            features = layer(torch.cat([features, kept.pop()], dim=1))
        return functional.pixel_shuffle(self.head(features), FOLD)

    @property
    def multiple_px(self) -> int:
        """Height and width must be a multiple of this."""
        return int(FOLD * 2 ** (len(self.down) - 1))
