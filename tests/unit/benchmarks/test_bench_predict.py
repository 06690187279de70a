"""The rows on prediction: FLAIR-1's windows, the virtual raster, and the table held against the goals."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from benchmarks import _orthophoto
from benchmarks._predict_report import predict_report
from benchmarks._zone_detect import MARGIN_PX, WINDOW_PX, corners

CORE = WINDOW_PX - 2 * MARGIN_PX


@pytest.mark.parametrize("px", [512, 600, 1024, 2048])
def test_cores_of_flair_1_cover_the_image_from_its_lower_left_corner(px):
    covered = np.zeros((px, px), dtype=int)
    for row, col in corners(px):
        covered[row + MARGIN_PX : row + MARGIN_PX + CORE, col + MARGIN_PX : col + MARGIN_PX + CORE] += 1
    assert covered.min() == 1
    assert len(corners(px)) == (-(-px // CORE)) ** 2
    assert corners(px)[0] == (px - CORE - MARGIN_PX, -MARGIN_PX)
    assert corners(px)[-1] == (-MARGIN_PX, px - CORE - MARGIN_PX)


def test_windows_of_flair_1_are_four_times_the_image_where_it_divides():
    assert len(corners(2048)) * WINDOW_PX**2 == 4 * 2048**2


def test_a_virtual_orthophoto_repeats_one(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_DIR", str(tmp_path))
    with (
        rasterio.open(_orthophoto.repeated(300, tile_px=128)) as whole,
        rasterio.open(_orthophoto.orthophoto(128)) as tile,
    ):
        pixels, one = whole.read(), tile.read()
    assert pixels.shape == (5, 300, 300)
    for row, col in ((0, 0), (128, 0), (128, 128)):
        np.testing.assert_array_equal(pixels[:, row : row + 128, col : col + 128], one)
    np.testing.assert_array_equal(pixels[:, 256:, 256:], one[:, :44, :44])
    with rasterio.open(_orthophoto.repeated(64, tile_px=128)) as small:
        assert small.shape == (64, 64)


OURS = {
    "benchmark": "predict", "contender": "millesime, onnxruntime f32", "px": 64, "wall_s": 10.0, "peak_mb": 900,
    "pixels_per_s": 2_500_000, "correctness": {},
}  # fmt: skip
LIMIT = {
    **OURS, "contender": "limit: bare loop, onnxruntime f32", "against": OURS["contender"], "wall_s": 9.0,
    "correctness": {"windows": 121},
}  # fmt: skip
PEER = {
    **OURS, "contender": "FLAIR-1 zone_detect, its scheme in our words", "against": OURS["contender"], "wall_s": 55.0,
    "runs": 1,
}  # fmt: skip


def row_of(line):
    rows = predict_report([line], machine="Measured.").splitlines()
    return next(row for row in rows if line["contender"] in row)


#: line -> what the row tells of its goal.
GOALS = [
    (OURS, "|  |  |  |  |  |"),
    ({**LIMIT, "ratio": 0.93}, "| 0.93 | at least 0.9 | yes | 121 windows |"),
    ({**LIMIT, "ratio": 0.89}, "| 0.89 | at least 0.9 | no | 121 windows |"),
    (
        {**PEER, "ratio": 5.5, "correctness": {"as_crop_mode": 0.99995}},
        "| 5.50 | 5 times, 99.9% equal classes | yes | 99.995% of the classes as ours in crop mode, one run |",
    ),
    ({**PEER, "ratio": 5.5, "correctness": {"as_crop_mode": 0.95}}, "| 5 times, 99.9% equal classes | no |"),
    ({**PEER, "ratio": 4.5, "correctness": {"as_crop_mode": 1.0}}, "| 5 times, 99.9% equal classes | no |"),
    (
        {**PEER, "against": "millesime, openvino f32", "ratio": 5.5, "correctness": {}},
        "| 6 times, 99.9% equal classes | no |",
    ),
    (
        {**PEER, "against_px": 128, "ratio": 5.5, "correctness": {"as_crop_mode": 1.0}},
        "| millesime, onnxruntime f32 on 128 px, per pixel | 5.50 | 5 times, 99.9% equal classes | yes |",
    ),
    (
        {"benchmark": "predict", "contender": "millesime, torch-cuda bf16", "px": 64, "missing": "no graphics card"},
        "| no graphics card |",
    ),
]


@pytest.mark.parametrize(("line", "told"), GOALS)
def test_goals_are_held_against_ratios(line, told):
    assert told in row_of(line)


def test_memory_is_held_against_the_smallest_image():
    grown = {"benchmark": "predict_memory", "contender": "millesime, toy network", "wall_s": 1.0, "correctness": {}}
    unet = {**grown, "contender": "millesime, resnet34-unet, onnxruntime f32"}
    lines = [
        {**grown, "px": 5000, "peak_mb": 800},
        {**grown, "px": 10000, "peak_mb": 1000},
        {**grown, "px": 50000, "peak_mb": 1001},
        {**unet, "px": 4096, "peak_mb": 2999},
        {**unet, "px": 8192, "peak_mb": 3001},
    ]
    rows = [row for row in predict_report(lines, machine="Measured.").splitlines() if row.startswith("| millesime")]
    assert [row.split("|")[-3].strip() for row in rows] == ["yes", "yes", "no", "yes", "no"]
