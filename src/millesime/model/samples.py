"""Training samples: crops of annotated pictures, drawn by number, so that step 1234 is the same in every run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from millesime.errors import ModelError

#: Target of pixels without annotation; the loss leaves them out.
IGNORED = 255

#: Pixels of each class that crops may be centred on, kept for each picture.
_CENTRES_PER_CLASS = 400


@dataclass(frozen=True)
class Picture:
    """The bands of one place at one date, with the class of each pixel."""

    name: str
    bands: npt.NDArray[np.uint8]
    """(bands, height, width) digital numbers."""

    targets: npt.NDArray[np.uint8]
    """(height, width) output channel of each pixel, `IGNORED` where unknown."""

    def __post_init__(self) -> None:
        if self.bands.shape[1:] != self.targets.shape:
            raise ModelError(
                f"{self.bands.shape[1:]} pixels of imagery for {self.targets.shape} of annotation", place=self.name
            )


def targets_of(classes: npt.NDArray[np.uint8], class_values: Sequence[int]) -> npt.NDArray[np.uint8]:
    """Output channel of each class value; values that the network does not predict are `IGNORED`."""
    table = np.full(256, IGNORED, dtype=np.uint8)
    for channel, value in enumerate(class_values):
        table[value] = channel
    return table[classes]


@dataclass(frozen=True)
class Sampler:
    """Draws batches of crops.

    A share of the crops is centred on a pixel of a class drawn among all, so that rare classes are seen; the others
    fall anywhere, so that the network learns how frequent each class is.
    """

    pictures: tuple[Picture, ...]
    crop_px: int
    batch: int
    seed: int
    balanced_share: float = 0.25
    _centres: dict[int, npt.NDArray[np.int32]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        small = [p.name for p in self.pictures if min(p.targets.shape) < self.crop_px]
        if small or not self.pictures:
            raise ModelError(
                f"pictures smaller than a crop of {self.crop_px} px: {', '.join(small) or 'none is given'}",
                remedy="give larger territories or a smaller --crop-px",
            )
        object.__setattr__(self, "_centres", _centres(self.pictures, self.seed))

    def draw(self, step: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        """Crops of a step: bands (batch, bands, crop, crop) and targets (batch, crop, crop), flipped and turned."""
        random = np.random.Generator(np.random.PCG64([self.seed, step]))
        crops = [self._crop(random) for _ in range(self.batch)]
        return np.stack([bands for bands, _ in crops]), np.stack([targets for _, targets in crops])

    def _crop(self, random: np.random.Generator) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        picture, row, col = self._place(random)
        rows, cols = slice(row, row + self.crop_px), slice(col, col + self.crop_px)
        bands, targets = picture.bands[:, rows, cols], picture.targets[rows, cols]
        turns, flipped = int(random.integers(4)), bool(random.integers(2))
        bands, targets = np.rot90(bands, turns, axes=(1, 2)), np.rot90(targets, turns)
        return (bands[:, :, ::-1], targets[:, ::-1]) if flipped else (bands, targets)

    def _place(self, random: np.random.Generator) -> tuple[Picture, int, int]:
        if random.random() < self.balanced_share:
            places = self._centres[int(random.choice(sorted(self._centres)))]
            number, row, col = (int(value) for value in places[int(random.integers(len(places)))])
            picture = self.pictures[number]
            half = self.crop_px // 2
            shift = random.integers(-half // 2, half // 2 + 1, size=2)
            row, col = row - half + int(shift[0]), col - half + int(shift[1])
        else:
            picture = self.pictures[int(random.integers(len(self.pictures)))]
            row, col = (int(random.integers(size - self.crop_px + 1)) for size in picture.targets.shape)
        height, width = picture.targets.shape
        return picture, min(max(row, 0), height - self.crop_px), min(max(col, 0), width - self.crop_px)


def _centres(pictures: Sequence[Picture], seed: int) -> dict[int, npt.NDArray[np.int32]]:
    """For each class, pixels that a crop may be centred on: picture, row, column."""
    random = np.random.Generator(np.random.PCG64([seed, 1 << 40]))
    found: dict[int, list[npt.NDArray[np.int32]]] = {}
    for number, picture in enumerate(pictures):
        flat = picture.targets.reshape(-1)
        for channel in np.unique(flat):
            if channel == IGNORED:
                continue
            where = np.flatnonzero(flat == channel)
            chosen = where[np.sort(random.integers(len(where), size=min(len(where), _CENTRES_PER_CLASS)))]
            rows, cols = np.divmod(chosen, picture.targets.shape[1])
            found.setdefault(int(channel), []).append(
                np.stack([np.full_like(rows, number), rows, cols], axis=1).astype(np.int32)
            )
    return {channel: np.concatenate(places) for channel, places in found.items()}


def frequencies(pictures: Sequence[Picture], *, classes: int) -> npt.NDArray[np.float64]:
    """Share of each output channel among the annotated pixels."""
    counts = np.zeros(256, dtype=np.int64)
    for picture in pictures:
        counts += np.bincount(picture.targets.reshape(-1), minlength=256)
    known = counts[:classes].astype(np.float64)
    return known / max(known.sum(), 1.0)


def moments(pictures: Sequence[Picture]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each band, rounded to a hundredth of a digital number."""
    total = np.zeros(pictures[0].bands.shape[0])
    squares, count = np.zeros_like(total), 0
    for picture in pictures:
        values = np.stack([np.bincount(band.reshape(-1), minlength=256) for band in picture.bands]).astype(np.float64)
        numbers = np.arange(256.0)
        total, squares = total + values @ numbers, squares + values @ numbers**2
        count += picture.targets.size
    mean = total / count
    std = np.sqrt(np.maximum(squares / count - mean**2, 1.0))
    return tuple(float(v) for v in np.round(mean, 2)), tuple(float(v) for v in np.round(std, 2))
