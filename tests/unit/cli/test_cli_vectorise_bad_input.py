"""What `millesime vectorise` refuses, with the place and the remedy, and what it takes with a note."""

from __future__ import annotations

import json

import geopandas
import numpy as np
import pytest
import rasterio
from rasterio.enums import MaskFlags
from test_cli_vectorise import LABELS, call, plain, told

from millesime.errors import CodeError, ConfigError, CrsError, GeometryError, ImageryError, InputError, SchemaError


def refused(tmp_path, kind, words, *arguments, cover, place="cover.tif", output="map.gpkg"):
    """The command fails with this error, which tells the file and what to do, and leaves nothing."""
    before = sorted(tmp_path.rglob("*"))
    result = call(cover, "-o", tmp_path / output, *arguments)
    assert isinstance(result.exception, kind), result.output
    assert result.exception.exit_code == 2
    assert words in str(result.exception)
    assert place in str(result.exception)
    assert result.exception.remedy
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "int16", "int32", "uint64"])
def test_pixels_that_are_no_classes(tmp_path, dtype):
    cover = plain(tmp_path / "cover.tif", LABELS.astype(dtype))
    refused(tmp_path, ImageryError, f"pixels are {dtype}", cover=cover)


def test_several_bands(tmp_path):
    cover = plain(tmp_path / "cover.tif", np.stack([LABELS, LABELS]))
    refused(tmp_path, ImageryError, "has 2 bands", cover=cover)


def test_no_crs(tmp_path):
    cover = plain(tmp_path / "cover.tif", crs=None)
    refused(tmp_path, CrsError, "--crs EPSG:2154", cover=cover)
    table = tmp_path / "minima.csv"
    table.write_text("class,min_area_m2\n7,0.05\n")
    answer = told(cover, "-o", tmp_path / "map.gpkg", "--crs", "EPSG:2154", "--min-area-table", table)
    assert answer["crs"] == "EPSG:2154"
    refused(tmp_path, CrsError, "cannot be read", "--crs", "EPSG:beef", cover=cover, place="")


def test_another_crs_than_the_file_has(tmp_path):
    refused(
        tmp_path, CrsError, "EPSG:2154, not in EPSG:32631", "--crs", "EPSG:32631", cover=plain(tmp_path / "cover.tif")
    )


@pytest.mark.parametrize(
    ("transform", "words"),
    [
        ((0.2, 0.05, 700_000, 0.05, -0.2, 6_600_000), "rotated"),
        ((0.2, 0, 700_000, 0, -0.3, 6_600_000), "not square: 0.2 x 0.3 m"),
        ((0.2, 0, 700_000, 0, 0.2, 6_600_000), "not north up"),
        ((0.002, 0, 700_000, 0, -0.002, 6_600_000), "finer than the 1 cm grid"),
    ],
)
def test_grids_that_do_not_serve(tmp_path, transform, words):
    refused(tmp_path, ImageryError, words, cover=plain(tmp_path / "cover.tif", transform=transform))


def test_degrees(tmp_path):
    cover = plain(tmp_path / "cover.tif", crs="EPSG:4326", transform=(1e-5, 0, 3, 0, -1e-5, 46))
    refused(tmp_path, ImageryError, "finer than the 1 cm grid", cover=cover)


def test_pixels_too_small_to_be_smoothed(tmp_path):
    cover = plain(tmp_path / "cover.tif", transform=(0.025, 0, 700_000, 0, -0.025, 6_600_000))
    refused(tmp_path, GeometryError, "cannot be smoothed", "--smooth", cover=cover)
    assert told(cover, "-o", tmp_path / "map.gpkg")["counts"]["polygons"] == 3


def test_nothing_but_nodata(tmp_path):
    refused(tmp_path, ImageryError, "every pixel is NoData (0)", cover=plain(tmp_path / "cover.tif", LABELS * 0))


@pytest.mark.parametrize("shape", [(3, 1), (1, 4), (1, 1)])
def test_images_one_pixel_wide_or_high_are_taken(tmp_path, shape):
    cover = plain(tmp_path / "cover.tif", np.full(shape, 3, np.uint8))
    answer = told(cover, "-o", tmp_path / "map.gpkg", "--smooth", "--tolerance-m", "5", "--min-area-m2", "100")
    assert answer["counts"]["polygons"] == answer["counts"]["faces left small"] == 1
    assert geopandas.read_file(tmp_path / "map.gpkg").area.sum() == pytest.approx(shape[0] * shape[1] * 0.04)


def test_a_palette_without_names_keeps_the_values_with_one_note(tmp_path):
    cover = plain(tmp_path / "cover.tif", photometric="palette")
    with rasterio.open(cover, "r+") as file:
        file.write_colormap(1, {3: (255, 0, 0, 255), 7: (0, 255, 0, 255)})
    answer = told(cover, "-o", tmp_path / "map.gpkg")
    assert len(answer["notes"]) == 2  # the other one tells of the pixel without data
    assert "names no classes" in answer["notes"][0]
    assert geopandas.read_file(tmp_path / "map.gpkg")["classe"].tolist() == ["3", "7", "7"]


def test_labels_of_32_bits(tmp_path):
    big = LABELS.astype(np.uint32)
    big[LABELS == 7] = 4_294_967_295
    cover = plain(tmp_path / "cover.tif", big)
    assert told(cover, "-o", tmp_path / "map.gpkg")["areas_m2"]["4294967295"] == pytest.approx(0.12)
    (tmp_path / "map.gpkg").unlink()
    refused(tmp_path, ImageryError, "4294967295 is above the supported range", "--nodata", "none", cover=cover)


def test_unknown_values_are_told_with_their_area(tmp_path):
    cover = plain(tmp_path / "cover.tif", np.where(LABELS == 7, 77, LABELS).astype(np.uint8))
    refused(tmp_path, CodeError, "77 (0 m²)", "--classes", "cosia", cover=cover)


def test_nodata_that_no_pixel_can_have(tmp_path):
    cover = plain(tmp_path / "cover.tif")
    refused(tmp_path, ImageryError, "NoData 300 is no value of uint8", "--nodata", "300", cover=cover)
    for text in ("white", "-1", "1.5", "²"):
        refused(tmp_path, ConfigError, "is no pixel value", f"--nodata={text}", cover=cover, place="--nodata")


def virtual(path, source, nodata):
    """A virtual raster of LABELS that declares a NoData which GeoTIFF would refuse."""
    path.write_text(
        '<VRTDataset rasterXSize="4" rasterYSize="3"><SRS>EPSG:2154</SRS>'
        "<GeoTransform>700000,0.2,0,6600000,0,-0.2</GeoTransform>"
        f'<VRTRasterBand dataType="Byte" band="1"><NoDataValue>{nodata}</NoDataValue><SimpleSource>'
        f'<SourceFilename relativeToVRT="1">{source.name}</SourceFilename><SourceBand>1</SourceBand>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    return path


def test_a_file_whose_nodata_no_pixel_can_have(tmp_path):
    source = plain(tmp_path / "cover.tif")
    half = virtual(tmp_path / "half.vrt", source, 0.5)
    refused(tmp_path, ImageryError, "NoData 0.5 is no value of uint8", cover=half, place="half.vrt")
    # Drivers drop what is out of range: the file declares nothing then, and the note tells what is done.
    answer = told(virtual(tmp_path / "far.vrt", source, -9999), "-o", tmp_path / "map.gpkg")
    assert "value 0 are taken to be without data" in answer["notes"][0]


def test_a_mask_that_is_not_looked_at_is_told(tmp_path):
    cover = plain(tmp_path / "cover.tif")
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(cover, "r+") as file:
        file.write_mask(LABELS == 3)
        assert MaskFlags.per_dataset in file.mask_flag_enums[0]
    assert "mask of the raster is not looked at" in told(cover, "-o", tmp_path / "map.gpkg")["notes"][0]


def test_files_that_are_no_rasters(tmp_path):
    refused(tmp_path, InputError, "no such file", cover=tmp_path / "none.tif", place="none.tif")
    (tmp_path / "cover.tif").write_text("not a raster")
    refused(tmp_path, ImageryError, "cannot be read as a raster", cover=tmp_path / "cover.tif")


def test_a_truncated_raster(tmp_path):
    noise = np.random.default_rng(0).integers(1, 200, (600, 600), dtype=np.uint8)
    cover = plain(tmp_path / "cover.tif", noise)
    cover.write_bytes(cover.read_bytes()[:200_000])
    refused(tmp_path, ImageryError, "cannot be read", cover=cover)


@pytest.mark.parametrize(
    ("arguments", "output", "words"),
    [
        ([], "map.shp", "cannot write 'map.shp'"),
        ([], "none/map.gpkg", "no such folder"),
        ([], "folder.gpkg", "is a folder"),
        (["--cosia-tiles", "D034_2022"], "map.gpkg", "tiles are not written to 'map.gpkg'"),
        (["--cosia-tiles", "034-2022"], "tiles", "'034-2022' is no département and year"),
        (["--cosia-tiles", "../x_2022"], "tiles", "is no département and year"),
        (["--cosia-tiles", "D034_2022"], "none/tiles", "no such folder"),
        (["--cosia-tiles", "D034_2022"], "cover.tif", "is a file"),
        (["--cosia-tiles", "D034_2022"], "full", "holds other things: precious.txt"),
        (["--min-area-m2", "inf"], "map.gpkg", "--min-area-m2 inf is no number"),
        (["--tolerance-m", "inf"], "map.gpkg", "--tolerance-m inf is no number"),
    ],
)
def test_outputs_and_options_that_do_not_serve_are_told_before_the_work(tmp_path, arguments, output, words):
    cover = plain(tmp_path / "cover.tif")
    (tmp_path / "folder.gpkg").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full/precious.txt").write_text("x")
    refused(tmp_path, InputError, words, *arguments, cover=cover, place="", output=output)


def test_numbers_out_of_range_are_wrong_use(tmp_path):
    cover = plain(tmp_path / "cover.tif")
    for option in ("--min-area-m2", "--tolerance-m", "--tile-px", "--workers"):
        for number in ("-1", "nan", "much"):
            assert call(cover, "-o", tmp_path / "map.gpkg", option, number).exit_code == 2
    assert not (tmp_path / "map.gpkg").exists()


@pytest.mark.parametrize(
    ("option", "text", "kind", "words"),
    [
        ("--classes", "value,name\n3,road\nx,ice\n", InputError, "row 3: value 'x'"),
        ("--classes", "value,name\n3,road\n7,road\n", InputError, "name 'road' stands 2 times"),
        ("--classes", "value,name,colour\n3,road,red\n", InputError, "colour 'red'"),
        ("--classes", "value,name\n3,road\n", CodeError, "7 (0 m²)"),
        ("--min-area-table", "class,min_area_m2\n4,1\nroad,1\n", CodeError, "row 2: '4' is no class"),
        ("--min-area-table", "class,min_area_m2\n3,-1\n", InputError, "row 2: min_area_m2 '-1' is not a positive"),
        ("--min-area-table", "class,min_area_m2\n3,1\n03,2\n", InputError, "class '3' stands 2 times"),
        ("--min-area-table", "class,area\n3,1\n", SchemaError, "column min_area_m2 missing"),
        ("--affinity", "from,to,weight\n3,7,1\n3,7,2\n", InputError, "pair '3 -> 7' stands 2 times"),
        ("--affinity", "from,to,weight\n3,7,much\n", InputError, "row 2: weight 'much'"),
    ],
)
def test_faulty_tables(tmp_path, option, text, kind, words):
    cover = plain(tmp_path / "cover.tif")
    table = tmp_path / "table.csv"
    table.write_text(text)
    place = "cover.tif" if kind is CodeError and option == "--classes" else "table.csv"
    refused(tmp_path, kind, words, option, table, cover=cover, place=place)


def test_missing_tables_and_unknown_nomenclatures(tmp_path):
    cover = plain(tmp_path / "cover.tif")
    for option in ("--classes", "--min-area-table", "--affinity"):
        refused(tmp_path, InputError, "no such file", option, tmp_path / "t.csv", cover=cover, place="t.csv")
    refused(tmp_path, CodeError, "no cover nomenclature", "--classes", "corine", cover=cover, place="corine")


def test_a_former_map_survives_a_failure(tmp_path):
    cover = plain(tmp_path / "cover.tif")
    told(cover, "-o", tmp_path / "map.gpkg")
    before = (tmp_path / "map.gpkg").read_bytes()
    refused(
        tmp_path, CodeError, "3 (", "--classes", "flair-hub", "--nodata", "3", cover=plain(cover, LABELS + 90), place=""
    )
    assert (tmp_path / "map.gpkg").read_bytes() == before


def test_json_alone_on_standard_output(tmp_path):
    result = call(plain(tmp_path / "cover.tif"), "-o", tmp_path / "map.gpkg", "--json")
    assert json.loads(result.stdout)["map"] == str(tmp_path / "map.gpkg")
    assert result.stderr.startswith("note: ")
