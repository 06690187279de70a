"""Crop mode beside FLAIR-1's own scheme, written anew here: same weights, same image, same classes."""

from __future__ import annotations

import importlib.util
from collections import OrderedDict

import numpy as np
import pytest

from millesime.cover_raster import Prediction, predict, prediction_with
from millesime.geo.grid import Grid, Window
from millesime.model import load

torch = pytest.importorskip("torch", reason="needs torch: pip install torch==2.13.0")
if importlib.util.find_spec("segmentation_models_pytorch") is None:
    pytest.skip("needs pip install 'millesime[published]'", allow_module_level=True)
pytestmark = pytest.mark.torch

from millesime.model.architectures.libraries import segmentation_models  # noqa: E402

NAME = "FLAIR-INC_rgbie_15cl_resnet34-unet"
MEAN = (105.08, 110.87, 101.82, 106.38, 53.26)
STD = (52.17, 45.38, 44.0, 39.69, 79.3)


@pytest.fixture(scope="module")
def network():
    """Random weights, with statistics of batch norms that no layer has by default, and a head whose classes compete."""
    torch.manual_seed(11)
    made = segmentation_models().Unet("resnet34", encoder_weights=None, in_channels=5, classes=19).eval()
    random = torch.Generator().manual_seed(12)
    for name, values in made.named_buffers():
        if name.endswith("running_mean"):
            values += 0.1 * torch.randn(values.shape, generator=random)
        elif name.endswith("running_var"):
            values *= 0.5 + torch.rand(values.shape, generator=random)
    head = made.segmentation_head[0]
    with torch.no_grad():
        logits = made(torch.from_numpy(normalised(Picture(256, 256).pixels)))[0].flatten(1)
        spread = logits.std(dim=1)
        head.bias.copy_((head.bias - logits.mean(dim=1)) / spread)
        head.weight.div_(spread[:, None, None, None])
    return made


def normalised(pixels):
    bands = pixels.astype(np.float64)
    for band in range(5):
        bands[band] = (bands[band] - MEAN[band]) / STD[band]
    return bands[None].astype(np.float32)


@pytest.fixture(scope="module")
def model(network, tmp_path_factory):
    """The same weights as IGN writes them, read as any published file is."""
    folder = tmp_path_factory.mktemp("weights")
    state = OrderedDict((f"model.seg_model.{key}", value) for key, value in network.state_dict().items())
    state["criterion.weight"] = torch.ones(19)
    torch.save(state, folder / f"{NAME}_weights.pth")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MILLESIME_CACHE", str(folder / "cache"))
        return load(folder / f"{NAME}_weights.pth").open()


class Picture:
    """Fields of five bands, of a few tones with noise, read as an imagery is."""

    def __init__(self, width, height):
        random = np.random.default_rng(width)
        fields = random.integers(20, 236, (5, height // 40 + 2, width // 40 + 2))
        tones = fields.repeat(40, axis=1).repeat(40, axis=2)[:, :height, :width]
        self.pixels = np.clip(tones + random.integers(-18, 19, (5, height, width)), 0, 255).astype(np.uint8)
        self.grid = Grid("EPSG:2154", 770549.8, 6277600.2, 0.2, width, height)

    def read(self, window):
        rows, cols = window.slices
        return self.pixels[:, rows, cols], np.ones(window.shape, dtype=bool)


def as_flair_does(picture, network, window_px, margin_px):
    """Classes as channel + 1, and where the window that wrote them lies inside the image.

    Windows are laid by coordinates from the lower left corner, columns first; one that would pass the right or the
    upper border by more than its margin is moved back; zeros stand outside; later windows write over earlier ones.
    """
    west, south, east, north = picture.grid.bounds
    metres = picture.grid.pixel_m
    size, margin = window_px * metres, margin_px * metres
    step = size - 2 * margin
    height, width = picture.grid.shape
    padded = np.pad(picture.pixels, ((0, 0), (window_px, window_px), (window_px, window_px)))
    classes = np.zeros((height, width), dtype=np.uint8)
    inside = np.zeros((height, width), dtype=bool)
    done = set()
    for x in np.arange(west - margin, east + margin, step):
        for y in np.arange(south - margin, north + margin, step):
            left = min(x, east + margin - size)
            bottom = min(y, north + margin - size)
            col, row = round((left - west) / metres), round((north - bottom - size) / metres)
            if (row, col) in done:
                continue
            done.add((row, col))
            seen = padded[:, row + window_px : row + 2 * window_px, col + window_px : col + 2 * window_px]
            with torch.no_grad():
                answer = torch.softmax(network(torch.from_numpy(normalised(seen))), dim=1)[0]
            kept = answer.argmax(dim=0).numpy()[margin_px:-margin_px, margin_px:-margin_px]
            top, first = row + margin_px, col + margin_px
            classes[top : top + kept.shape[0], first : first + kept.shape[1]] = kept + 1
            whole = row >= 0 and col >= 0 and row + window_px <= height and col + window_px <= width
            inside[top : top + kept.shape[0], first : first + kept.shape[1]] = whole
    return classes, inside


def ours(picture, runtime, prediction: Prediction, area: Window):
    found = np.zeros(area.shape, dtype=np.uint8)
    for piece in predict(prediction, area, picture, lambda window, use: use(runtime.logits(window[None])[0])):
        found[piece.window.relative_to(area).slices] = piece.classes
    return found


def crop(picture, runtime, window_px, margin_px, outside):
    return prediction_with(
        runtime.card, grid=picture.grid, window_px=window_px, margin_px=margin_px, mode="crop", outside=outside
    )


def require_competition(classes):
    """That the comparison is of something: many classes, none of them nearly everywhere."""
    shares = np.bincount(classes.reshape(-1), minlength=20) / classes.size
    assert shares[0] == 0
    assert (shares > 0.01).sum() >= 8
    assert shares.max() < 0.5


def test_zeros_outside_give_flair_s_classes_everywhere(network, model):
    picture = Picture(201, 150)
    expected, _ = as_flair_does(picture, network, 256, 64)
    found = ours(picture, model, crop(picture, model, 256, 64, "zero"), picture.grid.whole)
    require_competition(expected)
    assert (found == expected).mean() >= 0.999


@pytest.mark.slow
def test_windows_of_512_px_on_an_image_of_odd_size(network, model):
    picture = Picture(1061, 823)
    expected, inside = as_flair_does(picture, network, 512, 128)
    found = ours(picture, model, crop(picture, model, 512, 128, "zero"), picture.grid.whole)
    require_competition(expected)
    assert inside.any()
    assert (found == expected)[inside].mean() >= 0.999
    assert (found == expected)[~inside].mean() >= 0.999
    # With a mirror at the borders, the pixels whose window lies inside are the same; a part of them is enough.
    rows, cols = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    assert inside[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1].all()
    area = Window(int(rows[0]), int(cols[0]), rows.size, cols.size // 2)
    mirrored = ours(picture, model, crop(picture, model, 512, 128, "reflect"), area)
    assert (mirrored == expected[area.slices]).mean() >= 0.999
