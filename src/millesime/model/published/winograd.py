"""Convolutions of 3 x 3 weights by Winograd's minimal filtering: the same answers for a quarter of the products.

F(4 x 4, 3 x 3) of Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016). A tile of 4 x 4 answers
comes from 6 x 6 pixels: they are transformed, multiplied with transformed weights, place by place, 36 times instead of
144, and transformed back; the sums over channels of each place are one product of matrices. In float32 answers differ
from those of the convolution in the sixth digit.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

#: Of maps with fewer channels, transforming them takes what the products save.
_LEAST_CHANNELS = 128

#: Answers of a tile along one side, and the pixels that they come from.
_TILE, _SEEN = 4, 6

#: Polynomials are told by their values at 0, 1, -1, 2, -2 and infinity; pixels of one axis become them,
_OF_PIXELS = (
    (4, 0, -5, 0, 1, 0),
    (0, -4, -4, 1, 1, 0),
    (0, 4, -4, -1, 1, 0),
    (0, -2, -1, 2, 1, 0),
    (0, 2, -1, -2, 1, 0),
    (0, 4, 0, -5, 0, 1),
)
#: so do weights,
_OF_WEIGHTS = (
    (1 / 4, 0, 0),
    (-1 / 6, -1 / 6, -1 / 6),
    (-1 / 6, 1 / 6, -1 / 6),
    (1 / 24, 1 / 12, 1 / 6),
    (1 / 24, -1 / 12, 1 / 6),
    (0, 0, 1),
)
#: and their products become answers.
_TO_ANSWERS = ((1, 1, 1, 1, 1, 0), (0, 1, -1, 2, -2, 0), (0, 1, 1, 4, 4, 0), (0, 1, -1, 8, -8, 1))


def by_tiles(network: nn.Module, smallest: Tensor) -> int:
    """Replace, in place, the convolutions that gain by it; a batch norm that follows one is taken in.

    Args:
        network: in evaluation mode.
        smallest: sample of the smallest size that it takes, of which others are multiples, or of its only size.

    Returns:
        the number of convolutions that were replaced.
    """
    seen = _Seen(network, smallest)
    replaced: dict[nn.Module, nn.Module] = {}
    module: Any
    for module in network.modules():
        if _gains(module):
            norm = seen.norms.get(module)
            conv = module if norm is None else fuse_conv_bn_eval(module, norm)
            replaced[module] = _ByTiles(conv, whole=module in seen.whole)
            if norm is not None:
                replaced[norm] = nn.Identity()
    for parent in list(network.modules()):
        for name, child in list(parent.named_children()):
            if child in replaced:
                setattr(parent, name, replaced[child])
    return sum(isinstance(module, _ByTiles) for module in replaced.values())


def _gains(module: Any) -> bool:
    return (
        isinstance(module, nn.Conv2d)
        and module.kernel_size == (3, 3)
        and module.stride == module.dilation == (1, 1)
        and module.padding == (1, 1)
        and module.padding_mode == "zeros"
        and module.groups == 1
        and min(module.in_channels, module.out_channels) >= _LEAST_CHANNELS
    )


class _Seen:
    """What a run of a network shows of its convolutions."""

    def __init__(self, network: nn.Module, sample: Tensor) -> None:
        self.norms: dict[Any, Any] = {}
        """The batch norm that takes the maps of a convolution."""

        self.whole: set[nn.Module] = set()
        """Convolutions of maps that are whole tiles."""

        self._answers: list[tuple[Tensor, nn.Module]] = []
        hooks: list[Any] = []
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                hooks.append(module.register_forward_hook(self._convolved))
            elif isinstance(module, nn.BatchNorm2d):
                hooks.append(module.register_forward_pre_hook(self._normed))
        with torch.no_grad():
            network(sample)
        for hook in hooks:
            hook.remove()

    def _convolved(self, module: nn.Module, _: Any, maps: Tensor) -> None:
        self._answers.append((maps, module))
        if not any(side % _TILE for side in maps.shape[2:]):
            self.whole.add(module)

    def _normed(self, module: nn.Module, maps: tuple[Tensor]) -> None:
        self.norms.update({conv: module for answer, conv in self._answers if answer is maps[0]})


class _ByTiles(nn.Module):
    """A convolution of 3 x 3 weights, stride 1 and a border of zeros.

    Args:
        conv: the convolution.
        whole: whether its maps are whole tiles whatever their size.
    """

    def __init__(self, conv: Any, *, whole: bool) -> None:
        super().__init__()
        self.whole = whole
        of_pixels, of_weights, to_answers = map(_on_both_axes, (_OF_PIXELS, _OF_WEIGHTS, _TO_ANSWERS))
        self.of_pixels = nn.Buffer(of_pixels.reshape(_SEEN**2, 1, _SEEN, _SEEN).float())
        self.to_answers = nn.Buffer(to_answers.float())
        places = of_weights @ conv.weight.detach().double().reshape(-1, 9).T
        self.weight = nn.Parameter(places.reshape(_SEEN**2, conv.out_channels, conv.in_channels).float())
        self.bias = None if conv.bias is None else nn.Parameter(conv.bias.detach()[:, None, None, None, None])

    def forward(self, maps: Tensor) -> Tensor:
        """As the convolution."""
        compute: Any = _Tiles.apply  # torch tells no types of it
        answers: Tensor = compute(maps, self.of_pixels, self.weight, self.to_answers, self.bias, self.whole)
        return answers


#: Zeros before and after maps on both axes: the border of the convolution, and what fills a last tile of any map.
_ZEROS = (1, _TILE)


class _Tiles(torch.autograd.Function):
    """What `_ByTiles` computes; written out for ONNX, where each size that a trace asks for becomes many nodes.

    Thousands of them keep a runtime from its first window for a second.
    """

    @staticmethod
    def forward(
        ctx: Any,
        maps: Tensor,
        of_pixels: Tensor,
        weight: Tensor,
        to_answers: Tensor,
        bias: Tensor | None,
        whole: bool,
    ) -> Tensor:
        """The answers, (n, given, height, width)."""
        del ctx, whole
        number, taken, height, width = maps.shape
        given = weight.shape[1]
        rows, cols = -(-height // _TILE), -(-width // _TILE)
        alone = nn.functional.pad(maps.reshape(number * taken, 1, height, width), _ZEROS * 2)
        seen = nn.functional.conv2d(alone, of_pixels, stride=_TILE)
        places = seen.reshape(number, taken, _SEEN**2, rows * cols).permute(2, 1, 0, 3)
        products = weight @ places.reshape(_SEEN**2, taken, number * rows * cols)
        tiles = to_answers @ products.reshape(_SEEN**2, -1)
        laid = tiles.reshape(_TILE, _TILE, given, number, rows, cols).permute(3, 2, 4, 0, 5, 1)
        if bias is not None:
            laid = laid + bias
        answers = laid.reshape(number, given, _TILE * rows, _TILE * cols)
        return answers[:, :, :height, :width].clone()  # what follows may add to it in place

    @staticmethod
    def symbolic(
        g: Any,
        maps: Any,
        of_pixels: Any,
        weight: Any,
        to_answers: Any,
        bias: Any,
        whole: bool,
    ) -> Any:
        """The same in ONNX, whose `Reshape` takes 0 for the size that was there and -1 for what is left."""
        given, taken = weight.type().sizes()[1:]

        def numbers(*values: int) -> Any:
            return g.op("Constant", value_t=torch.tensor(values, dtype=torch.int64))

        def sides(of: Any) -> Any:
            return g.op("Shape", of, start_i=2, end_i=4)

        def reshaped(values: Any, *sizes: int, then: Any = None) -> Any:
            shape = numbers(*sizes)
            return g.op("Reshape", values, shape if then is None else g.op("Concat", shape, then, axis_i=0))

        (before, after), side = _ZEROS, _SEEN**2
        seen = g.op(
            "Conv",
            reshaped(maps, -1, 1, 0, 0),
            of_pixels,
            kernel_shape_i=[_SEEN, _SEEN],
            strides_i=[_TILE, _TILE],
            pads_i=[before, before, *[before if whole else after] * 2],
        )
        flat = g.op("Unsqueeze", reshaped(seen, 0, 0, -1), numbers(0))
        places = g.op("Transpose", reshaped(flat, -1, taken, 0, 0), perm_i=[2, 1, 0, 3])
        products = g.op("MatMul", weight, reshaped(places, 0, 0, -1))
        tiles = g.op("MatMul", to_answers, reshaped(products, side, -1))
        laid = reshaped(tiles, _TILE, _TILE, given, -1, then=sides(seen))
        laid = g.op("Transpose", laid, perm_i=[3, 2, 4, 0, 5, 1])
        if bias is not None and bias.type().kind() != "NoneType":
            laid = g.op("Add", laid, bias)
        if whole:
            answers = reshaped(laid, 0, 0, then=sides(maps))
        else:
            answers = reshaped(laid, 0, 0, then=g.op("Mul", sides(seen), numbers(_TILE)))
            answers = g.op("Slice", answers, numbers(0, 0), sides(maps), numbers(2, 3))
        answers.setType(maps.type().with_sizes([None, given, None, None]))
        return answers


def _on_both_axes(matrix: Any) -> Tensor:
    """A transformation (out, in) of one axis as that of both, (out * out, in * in)."""
    one = torch.tensor(matrix, dtype=torch.float64)
    return torch.kron(one, one)
