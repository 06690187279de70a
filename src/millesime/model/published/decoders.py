"""U-Net decoders made ready for export: the same answers for fewer multiplications.

Each block doubles the side of its maps by repeating pixels, sets the encoder's maps beside them and convolves all with
3 x 3 weights. On repeated pixels, some of those weights meet the same number: convolving after repeating is one
transposed convolution of 4 x 4 weights and stride 2, where 4 products make a pixel instead of 9.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from millesime.model.architectures.libraries import segmentation_models

#: Of maps with fewer channels, moving the larger result about costs what the products save.
_LEAST_CHANNELS = 64


def lighten(network: nn.Module, sample: Tensor) -> int:
    """Replace, in place, the blocks of U-Net decoders that double the side of their maps; others stay.

    Args:
        network: in evaluation mode.
        sample: that it takes; the sizes of its maps tell what the blocks do.

    Returns:
        the number of blocks that were replaced.
    """
    block_type = segmentation_models().decoders.unet.decoder.UnetDecoderBlock
    seen: dict[nn.Module, int] = {}

    def look(block: nn.Module, given: tuple[Any, ...], _: dict[str, Any]) -> None:
        maps, height, width = given
        if (height, width) == tuple(2 * side for side in maps.shape[2:]) and _is_plain(block):
            seen[block] = maps.shape[1]

    blocks = [module for module in network.modules() if isinstance(module, block_type)]
    hooks = [block.register_forward_pre_hook(look, with_kwargs=True) for block in blocks]
    with torch.no_grad():
        network(sample)
    for hook in hooks:
        hook.remove()
    for parent in list(network.modules()):
        for name, child in list(parent.named_children()):
            if child in seen:
                setattr(parent, name, _replaced(child, seen[child]))
    return len(seen)


def _is_plain(block: Any) -> bool:
    attention = (block.attention1.attention, block.attention2.attention)
    return block.interpolation_mode == "nearest" and all(isinstance(part, nn.Identity) for part in attention)


def _replaced(block: Any, channels: int) -> nn.Module:
    """The block without a size that is computed at run time, which keeps runtimes from planning ahead."""
    return _Joined(block, channels) if channels >= _LEAST_CHANNELS else _Doubled(block)


class _Doubled(nn.Module):
    def __init__(self, block: Any) -> None:
        super().__init__()
        self.conv1, self.conv2 = block.conv1, block.conv2

    def forward(self, maps: Tensor, *_size: int, skip_connection: Tensor | None = None) -> Tensor:
        """As the block."""
        doubled = nn.functional.interpolate(maps, scale_factor=2.0, mode="nearest")
        if skip_connection is not None:
            doubled = torch.cat([doubled, skip_connection], dim=1)
        convolved: Tensor = self.conv2(self.conv1(doubled))
        return convolved


class _Joined(nn.Module):
    def __init__(self, block: Any, channels: int) -> None:
        super().__init__()
        conv, norm, _ = block.conv1
        if isinstance(norm, nn.BatchNorm2d):
            conv = fuse_conv_bn_eval(conv, norm)
        weights, bias = conv.weight.detach(), conv.bias.detach()
        self.up = nn.ConvTranspose2d(channels, conv.out_channels, 4, stride=2, padding=1)
        self.up.weight = nn.Parameter(_on_repeated(weights[:, :channels]))
        self.up.bias = nn.Parameter(bias)
        self.beside: nn.Conv2d | None = None
        if conv.in_channels > channels:
            self.beside = nn.Conv2d(conv.in_channels - channels, conv.out_channels, 3, padding=1, bias=False)
            self.beside.weight = nn.Parameter(weights[:, channels:].contiguous())
        self.conv2 = block.conv2

    def forward(self, maps: Tensor, *_size: int, skip_connection: Tensor | None = None) -> Tensor:
        """As the block."""
        convolved = self.up(maps)
        if self.beside is not None:
            convolved = convolved + self.beside(skip_connection)
        answer: Tensor = self.conv2(nn.functional.relu(convolved))
        return answer


def _on_repeated(weights: Tensor) -> Tensor:
    """3 x 3 weights (out, in, 3, 3) on repeated pixels as those of a transposed convolution, (in, out, 4, 4)."""
    by_rows = _widened(weights.transpose(2, 3)).transpose(2, 3)
    return _widened(by_rows).transpose(0, 1).contiguous()


def _widened(weights: Tensor) -> Tensor:
    """Along the last axis: pixel i stands at 2 i and 2 i + 1, and so meets weights j and j + 1 of its neighbours."""
    first, second, third = weights.unbind(-1)
    return torch.stack([third, second + third, first + second, first], dim=-1)
