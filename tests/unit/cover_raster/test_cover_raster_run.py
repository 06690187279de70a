"""Runs that are cut in pieces, killed, or meet damaged files: the same bytes, and what is missing is told."""

import itertools
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import prediction_toys as toys
import pytest
import rasterio
from prediction_toys import GRID, ToyModel, digest, predicted, tiles_of, toy_card

from millesime.cover_raster import run, super_tile
from millesime.cover_raster.plan import Shard, pixels_needed, plan_super_tiles, super_tile_px
from millesime.cover_raster.predict import prediction_with
from millesime.errors import ConfigError, ImageryError, IncompleteError, ModelError
from millesime.geo.grid import Window
from millesime.io.parts import PartsFolder
from millesime.io.raster import RasterReader

#: Super-tiles of 64 px in an image of 170 x 250 px: 3 rows of 4.
COUNT = 12


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The image, and its rasters made in one piece."""
    folder = tmp_path_factory.mktemp("whole")
    image = toys.random_image(folder / "image.tif")
    report = predicted(image, folder / "cover.tif")
    assert (report.super_tiles, report.computed, report.kept, report.missing) == (1, 1, 0, ())
    assert sum(report.counts.values()) == GRID.height * GRID.width
    return image, digest(folder / "cover.tif"), digest(folder / "sure.cover.tif")


def assert_same(whole, output):
    assert (digest(output), digest(output.with_name(f"sure.{output.name}"))) == whole[1:]
    assert not list(output.parent.glob(".*")), "something is left beside the output"


@pytest.mark.parametrize(("size", "threads"), [(64, 1), (100, 2), (512, 2), (90, 3)])
def test_any_super_tile_and_thread_count_gives_the_same_bytes(whole, tmp_path, size, threads):
    report = predicted(whole[0], tmp_path / "cover.tif", super_tile_px=size, threads=threads)
    assert report.computed == report.super_tiles == len(tiles_of(size))
    assert_same(whole, tmp_path / "cover.tif")


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3)))[1::2])
def test_shards_in_any_order_give_the_same_bytes(whole, tmp_path, order):
    output = tmp_path / "cover.tif"
    made = []
    for done, number in enumerate(order, start=1):
        report = predicted(whole[0], output, super_tile_px=64, shard=Shard(number, 3))
        made.append(report.computed)
        assert not report.written
        assert report.waiting == COUNT - 4 * done
        assert not output.exists()
    assert made == [4, 4, 4]
    report = predicted(whole[0], output, assemble=True)  # the size of super-tiles is that of what is there
    assert (report.computed, report.kept, report.written) == (0, COUNT, True)
    assert_same(whole, output)


def test_what_other_shards_lack_is_missing_when_put_together_and_made_by_a_plain_run(whole, tmp_path):
    output = tmp_path / "cover.tif"
    predicted(whole[0], output, super_tile_px=64, shard=Shard(1, 2))
    report = predicted(whole[0], output, assemble=True)
    assert len(report.missing) == COUNT // 2
    assert not output.exists()
    with pytest.raises(IncompleteError, match=r"6 of 12 super-tiles are missing.*\n(.*not computed yet\n){6}") as told:
        report.require_complete()
    assert "the same command without --assemble" in str(told.value.remedy)
    report = predicted(whole[0], output, super_tile_px=64, threads=2)
    assert (report.computed, report.kept) == (COUNT // 2, COUNT // 2)
    assert_same(whole, output)


def test_a_run_killed_five_times_goes_on_with_the_same_bytes(whole, tmp_path):
    output = tmp_path / "cover.tif"
    script = [sys.executable, toys.__file__, str(whole[0]), str(output), "11"]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    computed, kept = map(int, done.stdout.split())
    assert computed + kept == COUNT
    assert 4 <= kept < COUNT, "the kills came too early or too late: they prove nothing"
    assert_same(whole, output)


def test_another_model_or_size_starts_anew_and_is_told(whole, tmp_path):
    output = tmp_path / "cover.tif"
    predicted(whole[0], output, super_tile_px=64, shard=Shard(1, 3))
    notes = toys.Notes()
    other = ToyModel(toy_card(version="2", onnx_sha256="1" * 64))
    report = predicted(whole[0], output, model=other, super_tile_px=64, progress=notes)
    assert (report.computed, report.kept) == (COUNT, 0)
    assert notes.told == ["what was there of a run before is made anew: model changed"]
    notes = toys.Notes()
    predicted(whole[0], output, model=other, super_tile_px=64, shard=Shard(1, 3))
    report = predicted(whole[0], output, model=other, super_tile_px=128, progress=notes)
    assert report.computed == report.super_tiles == 4
    assert notes.told == ["what was there of a run before is made anew: the size of super-tiles changed"]


def test_neither_a_shard_nor_assembling_sweeps_what_others_made(whole, tmp_path):
    """Of another model, or in super-tiles of another size: what is there may be the work of days."""
    output = tmp_path / "cover.tif"
    predicted(whole[0], output, super_tile_px=64, shard=Shard(1, 3))
    other = ToyModel(toy_card(version="2"))
    for asked in ({"assemble": True}, {"shard": Shard(2, 3), "super_tile_px": 64}):
        with pytest.raises(ConfigError, match=r"made from something else:\n  - model\.card\.version: 1 there, 2 now\n"):
            predicted(whole[0], output, model=other, **asked)
    with pytest.raises(ConfigError, match=r"super_tile_px: 64 there, 128 now"):
        predicted(whole[0], output, super_tile_px=128, shard=Shard(2, 3))
    assert predicted(whole[0], output).kept == 4
    assert_same(whole, output)


def test_facts_of_a_model_that_no_pixel_depends_on_do_not_count(whole, tmp_path):
    """The same file, converted on two machines and checked by torch on each."""
    output = tmp_path / "cover.tif"
    predicted(whole[0], output, super_tile_px=64, shard=Shard(1, 3))
    again = ToyModel(toy_card(export_check={"torch": "of another machine"}, limits=("roofs",)))
    assert predicted(whole[0], output, model=again, super_tile_px=64, shard=Shard(1, 3)).kept == 4


def test_what_cannot_be_looked_at_leaves_no_reader_behind(whole, tmp_path, monkeypatch):
    """The list of files fails once for each super-tile, while its strips wait: the run goes on and ends."""
    failures = iter([True] * 3)

    def unreadable(job, tile, before=super_tile.files_of):
        if next(failures, False):
            raise ImageryError("is not a virtual raster", place="tiles.vrt")
        return before(job, tile)

    monkeypatch.setattr(super_tile, "files_of", unreadable)
    report = predicted(whole[0], tmp_path / "cover.tif", super_tile_px=64)
    assert report.missing == ()
    assert_same(whole, tmp_path / "cover.tif")


def test_failures_that_wait_hold_no_pixels():
    """What an error came through holds the strips and logits of its super-tile."""

    def failed():
        pixels = np.zeros(9)
        try:
            raise OSError("the network is away")
        except OSError as error:
            raise ImageryError(f"cannot be read, {pixels.size}") from error

    try:
        failed()
    except ImageryError as error:
        alone = run._alone(error)
    assert alone.__traceback__ is None
    assert alone.__cause__.__traceback__ is None
    assert "cannot be read" in str(alone)


def test_a_model_that_was_moved_is_the_same(whole, tmp_path):
    output = tmp_path / "cover.tif"
    predicted(whole[0], output, super_tile_px=64, shard=Shard(1, 3))
    moved = ToyModel(toy_card(), path=Path("elsewhere.onnx"))
    assert predicted(whole[0], output, model=moved).kept == 4
    assert_same(whole, output)


def test_pixels_that_changed_are_computed_again_and_no_others(whole, tmp_path):
    """The image is written again with other numbers in its north-west corner, then as it was, with another time."""
    image, output = tmp_path / "image.tif", tmp_path / "cover.tif"
    image.write_bytes(whole[0].read_bytes())
    predicted(image, output, super_tile_px=64, shard=Shard(1, 1))
    with RasterReader(image) as reader:
        pixels = reader.read()
    pixels[:, :10, :10] = 0
    toys.write_raster(image, pixels, GRID)
    report = predicted(image, output, super_tile_px=64, shard=Shard(1, 1))
    assert report.computed == _touched(Window(0, 0, 10, 10))
    toys.random_image(image)
    report = predicted(image, output)
    assert report.computed == _touched(Window(0, 0, 10, 10))
    assert_same(whole, output)


def _touched(block):
    prediction = prediction_with(toy_card(), grid=GRID)
    return sum(_meet(pixels_needed(prediction, tile.area), block) for tile in tiles_of(64))


def _meet(one, other):
    return (
        one.row < other.row + other.height
        and other.row < one.row + one.height
        and one.col < other.col + other.width
        and other.col < one.col + one.width
    )


@pytest.fixture
def mosaic(whole, tmp_path):
    """The image as a virtual raster of 2 x 2 files in blocks of 32 px; the file in the south-east is damaged."""
    folder = tmp_path / "tiles"
    folder.mkdir()
    with RasterReader(whole[0]) as reader:
        pixels = reader.read()
    bands = {band: [] for band in range(1, 6)}
    for row in (0, 96):
        for col in (0, 128):
            part = Window(row, col, min(96, GRID.height - row), min(128, GRID.width - col))
            name = f"tile_{row}_{col}.tif"
            grid = GRID.crop(part)
            with rasterio.open(
                folder / name, "w", driver="GTiff", width=part.width, height=part.height, count=5, dtype="uint8",
                crs="EPSG:2154", transform=grid.transform, tiled=True, blockxsize=32, blockysize=32, compress="DEFLATE",
            ) as file:  # fmt: skip
                file.write(pixels[:, part.slices[0], part.slices[1]])
            for band, sources in bands.items():
                size = f'xSize="{part.width}" ySize="{part.height}"'
                sources.append(
                    f'<SimpleSource><SourceFilename relativeToVRT="1">tiles/{name}</SourceFilename><SourceBand>{band}'
                    f'</SourceBand><SrcRect xOff="0" yOff="0" {size}/><DstRect xOff="{col}" yOff="{row}" {size}/>'
                    "</SimpleSource>"
                )
    vrt = tmp_path / "image.vrt"
    vrt.write_text(
        f'<VRTDataset rasterXSize="{GRID.width}" rasterYSize="{GRID.height}"><SRS>EPSG:2154</SRS>'
        f"<GeoTransform>{', '.join(map(str, GRID.transform.to_gdal()))}</GeoTransform>"
        + "".join(
            f'<VRTRasterBand dataType="Byte" band="{band}">{"".join(sources)}</VRTRasterBand>'
            for band, sources in bands.items()
        )
        + "</VRTDataset>"
    )
    damaged = folder / "tile_96_128.tif"
    good = damaged.read_bytes()
    with rasterio.open(damaged) as file:
        place = int(file.get_tag_item("BLOCK_OFFSET_2_1", "TIFF", bidx=1))
    bad = bytearray(good)
    bad[place : place + 200] = b"\xa5" * 200
    damaged.write_bytes(bad)
    return vrt, damaged, good, Window(96 + 32, 128 + 64, 32, 32)


def test_a_damaged_file_is_named_the_rest_is_finished_and_only_what_is_missing_is_computed_after_repair(
    whole, mosaic, tmp_path
):
    vrt, damaged, good, block = mosaic
    output = tmp_path / "cover.tif"
    lost = _touched(block)
    assert 0 < lost < 8
    notes = toys.Notes()
    report = predicted(vrt, output, super_tile_px=64, threads=2, progress=notes)
    assert (len(report.missing), report.computed) == (lost, COUNT - lost)
    assert not report.written
    assert not output.exists()
    with pytest.raises(IncompleteError) as told:
        report.require_complete()
    assert told.value.exit_code == 3
    assert str(damaged) in str(told.value)
    assert f"{lost} of 12 super-tiles are missing, so that the output is not written" in str(told.value)
    assert "x 900038.4 to 900050.0, y 6499966.0 to 6499974.4" in str(told.value)  # from row 128 and column 192
    again = predicted(vrt, output, super_tile_px=64)
    assert (len(again.missing), again.computed, again.kept) == (lost, 0, COUNT - lost)

    damaged.write_bytes(good)
    repaired = predicted(vrt, output, super_tile_px=64)
    assert (repaired.missing, repaired.computed, repaired.kept) == ((), lost, COUNT - lost)
    assert_same(whole, output)


def test_what_is_missing_may_be_left_out_and_is_made_later(whole, mosaic, tmp_path):
    vrt, damaged, good, _ = mosaic
    output = tmp_path / "cover.tif"
    report = predicted(vrt, output, super_tile_px=64, allow_missing=True)
    assert report.written
    assert report.missing_pixels == sum(item.tile.area.height * item.tile.area.width for item in report.missing)
    with RasterReader(output) as reader:
        classes = reader.read()[0]
    without = np.zeros(GRID.shape, dtype=bool)
    for item in report.missing:
        without[item.tile.area.slices] = True
    np.testing.assert_array_equal(classes == 0, without)
    with pytest.raises(IncompleteError, match="super-tiles are missing:"):
        report.require_complete()
    damaged.write_bytes(good)
    assert predicted(vrt, output).computed == len(report.missing)
    assert_same(whole, output)


def test_a_failure_of_the_network_ends_the_run_and_keeps_what_is_done(whole, tmp_path, monkeypatch):
    left = iter(range(20))

    def failing(self, pixels, before=toys.Boxes.logits):
        if next(left, None) is None:
            raise ModelError("answers nonsense", place="toy")
        return before(self, pixels)

    with monkeypatch.context() as patch, pytest.raises(ModelError):
        patch.setattr(toys.Boxes, "logits", failing)
        predicted(whole[0], tmp_path / "cover.tif", super_tile_px=64)
    report = predicted(whole[0], tmp_path / "cover.tif", super_tile_px=64)
    assert report.kept > 0
    assert_same(whole, tmp_path / "cover.tif")


def test_a_reading_that_fails_once_is_tried_again(whole, tmp_path, monkeypatch):
    from millesime.imagery import ImageryReader

    failures = iter([None] * 2)

    def flaky(self, window, before=ImageryReader.read):
        if window.row >= 80 and next(failures, 0) is None:
            raise OSError("the network is away")
        return before(self, window)

    monkeypatch.setattr(ImageryReader, "read", flaky)
    notes = toys.Notes()
    report = predicted(whole[0], tmp_path / "cover.tif", super_tile_px=64, progress=notes)
    assert report.missing == ()
    assert [note.partition(",")[0] for note in notes.told] == ["once more"] * 2
    assert_same(whole, tmp_path / "cover.tif")


def test_two_runs_of_one_output_do_not_mix(whole, tmp_path):
    folder = PartsFolder.beside(tmp_path / "cover.tif")
    plan = {"digest": "x", "super_tile_px": 64}
    with folder.held(plan, alone=True):
        with pytest.raises(ConfigError, match="another process makes parts of this output"):
            predicted(whole[0], tmp_path / "cover.tif")
    with folder.held(plan, alone=False), folder.held(plan, alone=False):
        with pytest.raises(ConfigError, match="another process"):
            predicted(whole[0], tmp_path / "cover.tif")
        with pytest.raises(ConfigError, match="made from something else"):
            predicted(whole[0], tmp_path / "cover.tif", shard=Shard(1, 2))  # a shard of other pixels
    folder.remove()
    predicted(whole[0], tmp_path / "cover.tif")
    assert_same(whole, tmp_path / "cover.tif")


def test_a_damaged_record_or_raster_is_made_again(whole, tmp_path):
    output = tmp_path / "cover.tif"
    predicted(whole[0], output, super_tile_px=64, shard=Shard(1, 1))
    parts = tmp_path / ".cover.tif.parts"
    (parts / "0000000_0000000.json").write_text('{"digest": ')
    (parts / "0000064_0000064.classes.tif").write_bytes(b"II*")
    assert json.loads((parts / "plan.json").read_text())["super_tile_px"] == 64
    report = predicted(whole[0], output)
    assert (report.computed, report.kept) == (2, COUNT - 2)
    assert_same(whole, output)


def test_shards_are_even_and_together_whole():
    tiles = plan_super_tiles(Window(0, 0, 5 * 64 - 30, 6 * 64 - 50), size_px=64)
    shares = [Shard(number, 4).of(tiles) for number in range(1, 5)]
    assert {tile for share in shares for tile in share} == set(tiles)
    assert sum(map(len, shares)) == len(tiles)
    pixels = [sum(tile.area.height * tile.area.width for tile in share) for share in shares]
    assert max(pixels) - min(pixels) <= 64 * 64
    for text in ("0/3", "4/3", "1", "a/b", "1/", "-1/3"):
        with pytest.raises(ConfigError, match="shard"):
            Shard.parse(text)
    assert Shard.parse("2/3") == Shard(2, 3)


def test_super_tiles_get_smaller_when_several_share_few_of_them():
    area = Window(0, 0, 20_000, 20_000)
    assert super_tile_px(area, sharers=1, block_px=512) == 8192
    assert super_tile_px(area, sharers=2, block_px=512) == 8192  # 9 for 2
    assert super_tile_px(area, sharers=4, block_px=512) == 4096  # 25 for 4
    assert super_tile_px(Window(0, 0, 300, 300), sharers=8, block_px=512) == 512
