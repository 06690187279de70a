"""`millesime predict` with other windows, several models, ranks, IGN's configurations, years: files and facts."""

import json

import numpy as np
import pytest
import rasterio
import yaml
from typer.testing import CliRunner

from millesime.cli.app import app
from millesime.geo.grid import Grid
from millesime.io.raster import write_raster
from millesime.model.runtimes import Model
from millesime.nomenclature import COSIA

HEIGHT, WIDTH = 90, 130
GRID = Grid("EPSG:2154", 900000.0, 6500000.0, 0.2, WIDTH, HEIGHT)
SMALL = ("--window-px", "64", "--margin-px", "16")


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    for year in (2012, 2018):
        random = np.random.default_rng(year)
        fields = random.integers(20, 236, (5, 4, 5)).repeat(30, axis=1).repeat(30, axis=2)[:, :HEIGHT, :WIDTH]
        noise = random.integers(-15, 16, (5, HEIGHT, WIDTH))
        write_raster(folder / f"{year}.tif", np.clip(fields + noise, 0, 255).astype(np.uint8), GRID)
    return folder


def predicted(*arguments):
    result = CliRunner().invoke(app, ["predict", *map(str, arguments), "--runtime", "onnxruntime", "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(*arguments):
    result = CliRunner().invoke(app, ["predict", *map(str, arguments)])
    assert result.exit_code != 0
    return f"{result.output} {result.exception}"


def pixels(path):
    with rasterio.open(path) as raster:
        return raster.read()


def test_what_is_asked_for_is_written_and_told(images, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("class,temperature,bias\n*,2,\nSurface eau,1,0.5\n", encoding="utf-8")
    out = tmp_path / "cover.tif"
    names = [item.name for item in COSIA.classes[:4]]
    told = predicted(
        images / "2018.tif", "-o", out, *SMALL, "-m", "builtin:demo", "-m", "builtin:demo", "--mode", "crop",
        "--restrict", ",".join(names), "--restrict", "water", "--tta", "--calibration", table, "--top-k", "2",
        "--probabilities", tmp_path / "p.tif", "--confidence", tmp_path / "sure.tif",
    )  # fmt: skip
    options = told["options"]
    assert (options["mode"], options["fill"], options["tta"], options["top_k"]) == ("crop", "reflect", True, 2)
    assert (options["window_px"], options["margin_px"]) == (64, 16)
    assert [item["name"] for item in options["models"]] == [options["models"][0]["name"]] * 2
    assert options["restrict"] == [1, 2, 3, 4, 6]
    assert options["calibration"]["Surface eau"] == {"temperature": 1.0, "bias": 0.5}
    assert options["calibration"]["Bâtiment"] == {"temperature": 2.0, "bias": 0.0}
    assert "onnxruntime" in options["runtime"]
    provenance = json.loads((tmp_path / "cover.provenance.json").read_text(encoding="utf-8"))
    for part in ('"mode": "crop"', '"outside": "reflect"', '"symmetries": true', '"top_k": 2', '"temperature": [2.0'):
        assert part in json.dumps(provenance), part
    classes, sure, shares = (pixels(tmp_path / name) for name in ("cover.tif", "sure.tif", "p.tif"))
    assert set(np.unique(classes)) <= {1, 2, 3, 4, 6}
    assert told["top"] == str(tmp_path / "cover.top2.tif")
    top = pixels(told["top"])
    assert top.shape[0] == 4
    np.testing.assert_array_equal(top[0], classes[0])
    np.testing.assert_array_equal(top[1], sure[0])
    assert shares.shape[0] == 5
    np.testing.assert_array_equal(shares.max(axis=0), sure[0])
    with rasterio.open(tmp_path / "p.tif") as raster:
        assert raster.descriptions == tuple(COSIA.by_value(value).name for value in (1, 2, 3, 4, 6))
        assert raster.nodata == 255


def test_by_default_nothing_is_changed(images, tmp_path):
    told = predicted(images / "2018.tif", "-o", tmp_path / "a.tif")
    assert told["options"]["mode"] == "blend"
    assert told["options"]["restrict"] is told["options"]["calibration"] is told["top"] is told["probabilities"] is None


@pytest.fixture
def config(images, tmp_path):
    path = tmp_path / "conf.yaml"

    def written(**changes):
        content = {
            "output_path": "elsewhere", "output_name": "x", "input_img_path": str(images / "2012.tif"),
            "channels": [1, 2, 3, 4, 5], "img_pixels_detection": 64, "margin": 24, "output_type": "argmax",
            "n_classes": 19, "model_weights": "builtin:demo", "batch_size": 4,
        }  # fmt: skip
        path.write_text(yaml.safe_dump({**content, **changes}), encoding="utf-8")
        return path

    return written


def test_a_configuration_is_what_its_options_are(images, tmp_path, config):
    told = predicted("--config", config(output_type="class_prob"), "-o", tmp_path / "a.tif")
    assert (told["options"]["mode"], told["options"]["fill"]) == ("crop", "zero")
    assert told["probabilities"] == str(tmp_path / "a.probabilities.tif")
    assert any(note.startswith("conf.yaml: n_classes 19: the weights have") for note in told["notes"])
    assert any("batch_size" in note for note in told["notes"])
    by_hand = predicted(
        images / "2012.tif", "-o", tmp_path / "b.tif", "--mode", "crop", "--fill", "zero", "--window-px", 64,
        "--margin-px", 24, "--probabilities", tmp_path / "b.p.tif",
    )  # fmt: skip
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    np.testing.assert_array_equal(pixels(told["probabilities"]), pixels(by_hand["probabilities"]))
    assert not (tmp_path / "elsewhere").exists()


def test_what_is_given_beside_a_configuration_wins(images, tmp_path, config):
    path = config(channels=[5, 4, 3, 2, 1])
    told = predicted(
        images / "2018.tif", "--config", path, "-o", tmp_path / "a.tif", "--mode", "blend", "--fill", "reflect",
        "--margin-px", 16, "--bands", "1,2,3,4,5",
    )  # fmt: skip
    assert (told["options"]["mode"], told["options"]["margin_px"], told["options"]["window_px"]) == ("blend", 16, 64)
    predicted(images / "2018.tif", "-o", tmp_path / "b.tif", *SMALL)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()


def test_channels_count_for_another_model_of_as_many_bands(images, tmp_path, config):
    """The weights of a configuration often lie elsewhere, so that -m names them."""
    path = config(channels=[5, 4, 3, 2, 1])
    common = ("--config", path, "--mode", "blend", "--fill", "reflect", "--window-px", "128", "--margin-px", "16")
    predicted(images / "2018.tif", *common, "-o", tmp_path / "a.tif")
    predicted(images / "2018.tif", *common, "-m", "builtin:demo", "-o", tmp_path / "b.tif")
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()


def test_channels_of_a_configuration_pick_bands(images, tmp_path, config):
    turned = pixels(images / "2012.tif")[::-1]
    write_raster(tmp_path / "turned.tif", turned, GRID)
    path = config(input_img_path=str(tmp_path / "turned.tif"), channels=[5, 4, 3, 2, 1])
    predicted("--config", path, "-o", tmp_path / "a.tif")
    predicted("--config", config(), "-o", tmp_path / "b.tif")
    np.testing.assert_array_equal(pixels(tmp_path / "a.tif"), pixels(tmp_path / "b.tif"))


def test_a_series_has_a_raster_for_each_year_and_loads_the_model_once(images, tmp_path, monkeypatch):
    table = images / "years.csv"
    table.write_text("year,image\n2018,2018.tif\n2012,2012.tif\n", encoding="utf-8")
    loads = []
    opening = Model.open
    monkeypatch.setattr(Model, "open", lambda self, *args, **kw: loads.append(self) or opening(self, *args, **kw))
    told = predicted(
        "--years", table, "-o", tmp_path / "cover_{year}.tif", "--confidence", tmp_path / "sure_{year}.tif", *SMALL
    )
    assert len(loads) == 1
    assert list(told["years"]) == ["2012", "2018"]
    for year in (2012, 2018):
        alone = predicted(images / f"{year}.tif", "-o", tmp_path / f"alone_{year}.tif", *SMALL)
        assert told["years"][str(year)]["cover"] == str(tmp_path / f"cover_{year}.tif")
        assert told["years"][str(year)]["areas_m2"] == alone["areas_m2"]
        assert (tmp_path / f"cover_{year}.tif").read_bytes() == (tmp_path / f"alone_{year}.tif").read_bytes()
        assert (tmp_path / f"sure_{year}.tif").is_file()
    assert told["years"]["2012"]["areas_m2"] != told["years"]["2018"]["areas_m2"]


def test_a_series_is_examined_before_it_is_computed(images, tmp_path):
    table = images / "broken.csv"
    table.write_text("year,image\n2012,2012.tif\n2018,absent.tif\n", encoding="utf-8")
    assert "absent.tif" in refused("--years", table, "-o", tmp_path / "c_{year}.tif")
    table.write_text("year,image\n2012,2012.tif\n", encoding="utf-8")
    assert "several years apart" in refused("--years", table, "-o", tmp_path / "c.tif")
    assert "several years apart" in refused(
        "--years", table, "-o", tmp_path / "c_{year}.tif", "--confidence", tmp_path / "s.tif"
    )
    assert "--years and images" in refused(images / "2012.tif", "--years", table, "-o", tmp_path / "c_{year}.tif")
    assert not list(tmp_path.glob("*.tif"))


def test_options_that_do_not_fit_the_model_are_refused(images, tmp_path):
    image, out = images / "2012.tif", tmp_path / "c.tif"
    assert "'lake' is not a class" in refused(image, "-o", out, "--restrict", "lake")
    assert "most likely classes of" in refused(image, "-o", out, "--top-k", "99")
    assert "leave nothing" in refused(image, "-o", out, "--mode", "crop", "--window-px", "64", "--margin-px", "32")
    assert "none.yaml" in refused(image, "-o", out, "--config", tmp_path / "none.yaml")
    assert not out.exists()
