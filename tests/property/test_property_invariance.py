"""The size of windows does not show when margins cover what the network looks at: a small convolutional network, run by
ONNX Runtime, beside the whole image at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millesime.cover_raster import Rule, combined, decide, predict, prediction_with
from millesime.geo.grid import Grid
from millesime.model import ModelCard
from millesime.model.runtimes import Choice

torch = pytest.importorskip("torch", reason="needs torch: pip install torch==2.13.0")
pytestmark = pytest.mark.torch

from millesime.model import export  # noqa: E402
from millesime.model.runtimes.onnx_runtime import OnnxRuntime  # noqa: E402

#: Three convolutions of 3 x 3 pixels look 3 px around.
REACH = 3
CLASSES = (2, 3, 5, 7)

#: Logits nearer than this are a tie.
TIE = 1e-5


class Convolutions(torch.nn.Module):
    """Stride 1 throughout, so that what a pixel gets does not depend on where the window starts."""

    multiple_px = 1

    def __init__(self):
        super().__init__()
        layer = torch.nn.Conv2d
        self.layers = torch.nn.Sequential(
            layer(3, 8, 3, padding=1), torch.nn.ReLU(), layer(8, 8, 3, padding=1), torch.nn.ReLU(),
            layer(8, len(CLASSES), 3, padding=1),
        )  # fmt: skip

    def forward(self, pixels):
        return self.layers((pixels.to(torch.float32) - 100.0) / 50.0)


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    torch.manual_seed(4)
    path = tmp_path_factory.mktemp("toy") / "toy.onnx"
    path.write_bytes(export.to_onnx(Convolutions(), bands=3))
    card = ModelCard(
        name="toy", version="1", architecture="convolutions", parameter_count=1, nomenclature="flair1",
        nomenclature_version="1", class_values=CLASSES, bands=("red", "green", "blue"), height_coding="flair8",
        resolution_m=0.2, mean=(100.0,) * 3, std=(50.0,) * 3, normalisation="in graph", window_multiple_px=1,
        window_px=64, margin_px=16, onnx_sha256="0" * 64,
    )  # fmt: skip
    return OnnxRuntime(path, card, Choice("onnxruntime", "f32", "default"))


class Picture:
    def __init__(self, height, width, seed):
        random = np.random.default_rng(seed)
        self.pixels = random.integers(0, 256, (3, height, width), dtype=np.uint8)
        self.valid = random.random((height, width)) > 0.01
        self.grid = Grid("EPSG:2154", 0.0, 1000.0, 0.2, width, height)

    def read(self, window):
        rows, cols = window.slices
        return self.pixels[:, rows, cols], self.valid[rows, cols]

    def at_once(self, runtime, outside):
        """Logits of the whole image in one go, with its mirror or zeros around."""
        shown = np.where(self.valid, self.pixels, np.uint8(100))
        around = ((0, 0), (REACH, REACH), (REACH, REACH))
        shown = np.pad(shown, around, mode="reflect") if outside == "reflect" else np.pad(shown, around)
        return runtime.logits(shown[None])[0][:, REACH:-REACH, REACH:-REACH]


def answer_of(runtime):
    return lambda window, use: runtime.lend(window[None], lambda logits: use(logits[0]))


def in_windows(picture, runtime, prediction):
    told = [np.full(picture.grid.shape, 77, dtype=np.uint8) for _ in range(2)]
    for piece in predict(prediction, picture.grid.whole, picture, answer_of(runtime)):
        told[0][piece.window.slices], told[1][piece.window.slices] = piece.classes, piece.confidence
    return told


pictures = st.builds(Picture, st.integers(8, 70), st.integers(8, 70), st.integers(0, 9))
outsides = st.sampled_from(["reflect", "zero"])


@settings(max_examples=60, deadline=None)
@given(picture=pictures, outside=outsides, margin=st.integers(REACH, 9), core=st.integers(2, 50))
def test_in_crop_mode_any_window_gives_the_bytes_of_the_whole_image(runtime, picture, outside, margin, core):
    prediction = prediction_with(
        runtime.card, grid=picture.grid, window_px=core + 2 * margin, margin_px=margin, mode="crop", outside=outside
    )
    classes, confidence = in_windows(picture, runtime, prediction)
    expected = decide(picture.at_once(runtime, outside), picture.valid, Rule(CLASSES, nodata=0))
    np.testing.assert_array_equal(classes, expected.classes)
    np.testing.assert_array_equal(confidence, expected.confidence)


@settings(max_examples=60, deadline=None)
@given(picture=pictures, outside=outsides, margin=st.integers(2 * REACH, 12), more=st.integers(0, 40))
def test_in_blend_mode_any_window_gives_the_same_but_for_ties(runtime, picture, outside, margin, more):
    """The zero border of the taper is half of the margin: it covers the reach from a margin of twice as much."""
    prediction = prediction_with(
        runtime.card, grid=picture.grid, window_px=4 * margin + more, margin_px=margin, outside=outside
    )
    classes, confidence = in_windows(picture, runtime, prediction)
    logits = picture.at_once(runtime, outside)
    expected = decide(logits, picture.valid, Rule(CLASSES, nodata=0))
    ranked = np.sort(logits, axis=0)
    clear = ranked[-1] - ranked[-2] > TIE
    np.testing.assert_array_equal(classes[clear], expected.classes[clear])
    assert clear.mean() > 0.9
    assert np.abs(confidence.astype(int) - expected.confidence.astype(int)).max() <= 1


@settings(max_examples=8, deadline=None)
@given(picture=pictures, cores=st.tuples(st.integers(2, 30), st.integers(2, 30)))
def test_quality_options_hide_the_size_of_windows_as_well(runtime, picture, cores):
    """Two models, one of other bands, eight views, fewer classes: two sizes of windows give the same bytes."""
    turned = runtime.card.model_copy(update={"name": "other", "class_values": CLASSES[::-1]})
    members = [_Opened(runtime.card, runtime), _Opened(turned, runtime)]
    model = combined(members, restrict=["2,5,7"], symmetries=True)
    both = []
    for core in cores:
        prediction = prediction_with(
            model.card, grid=picture.grid, window_px=core + 2 * REACH, margin_px=REACH, mode="crop"
        )
        both.append(in_windows(picture, model.open(), prediction))
    for left, right in zip(*both, strict=True):
        np.testing.assert_array_equal(left, right)


class _Opened:
    """A runtime under another card, as a model on disk is."""

    def __init__(self, card, runtime):
        self.card, self._runtime = card, runtime

    def open(self, choice=None, *, threads=1, window_px=None):
        return _Under(self.card, self._runtime)


class _Under:
    on_card = None

    def __init__(self, card, runtime):
        self.card, self.choice, self._runtime = card, runtime.choice, runtime

    def logits(self, pixels):
        return self._runtime.logits(pixels)

    def lend(self, pixels, use):
        return use(self.logits(pixels))
