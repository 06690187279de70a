"""Pictures for pages: the right part of the image, white beyond it, the same bytes each time."""

from __future__ import annotations

import numpy as np
import pytest

from millesime.errors import ImageryError, InputError
from millesime.geo.grid import Grid
from millesime.io.catalogue import describe_file
from millesime.io.pictures import encode_jpeg, read_picture
from millesime.io.raster import CogWriter

GRID = Grid("EPSG:2154", 0.0, 4.0, 1.0, 4, 4)


def write(path, count: int, dtype: str = "uint8") -> None:
    with CogWriter(path, GRID, dtype=dtype, count=count) as out:
        out.write(
            np.stack([np.arange(16).reshape(4, 4) + 100 * band for band in range(count)]).astype(dtype), GRID.whole
        )


def test_a_picture_is_the_mean_of_the_pixels_that_it_covers(tmp_path):
    """Band 1 is 0..15 by rows: the mean of each 2 x 2 block is that of its four values."""
    write(tmp_path / "image.tif", 3)
    picture = read_picture(tmp_path / "image.tif", GRID.bounds, shape=(2, 2))
    assert picture.shape == (3, 2, 2)
    # (0 + 1 + 4 + 5) / 4 = 2.5 and so on, rounded.
    assert np.abs(picture[0] - np.array([[2.5, 4.5], [10.5, 12.5]])).max() <= 0.5
    assert (picture[1] - picture[0] == 100).all()


def test_what_lies_outside_is_white(tmp_path):
    """A square of 4 m whose west half lies beyond the image: half white, half the image's two west columns."""
    write(tmp_path / "image.tif", 4)
    picture = read_picture(tmp_path / "image.tif", (-2.0, 0.0, 2.0, 4.0), shape=(4, 4))
    assert (picture[:, :, :2] == 255).all()
    assert picture[0, :, 2:].tolist() == [[0, 1], [4, 5], [8, 9], [12, 13]]
    assert (read_picture(tmp_path / "image.tif", (50.0, 50.0, 54.0, 54.0), shape=(4, 4)) == 255).all()


def test_what_is_no_picture_is_refused(tmp_path):
    write(tmp_path / "grey.tif", 1)
    write(tmp_path / "heights.tif", 3, "float32")
    for name in ("grey.tif", "heights.tif"):
        with pytest.raises(ImageryError, match="three bands of 8 bits"):
            read_picture(tmp_path / name, GRID.bounds, shape=(2, 2))
    (tmp_path / "text.tif").write_text("no image")
    with pytest.raises(ImageryError, match="cannot be read"):
        read_picture(tmp_path / "text.tif", GRID.bounds, shape=(2, 2))


def test_jpeg_is_made_in_memory_and_repeats(tmp_path):
    pixels = np.full((3, 16, 24), 90, dtype=np.uint8)
    first = encode_jpeg(pixels, quality=80)
    assert first.startswith(b"\xff\xd8")
    assert first == encode_jpeg(pixels, quality=80)
    assert not list(tmp_path.iterdir())


def test_files_are_described(tmp_path):
    write(tmp_path / "image.tif", 3)
    assert describe_file(tmp_path / "image.tif") == {"": frozenset()}
    assert describe_file(tmp_path / "none.gpkg") is None
    (tmp_path / "text.gpkg").write_text("no package")
    with pytest.raises(InputError, match="cannot be read"):
        describe_file(tmp_path / "text.gpkg")
