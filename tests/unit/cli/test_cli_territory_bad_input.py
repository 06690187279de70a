"""new, status, run, publish and predict, wrongly used: exit code 2, a message with the remedy, no traceback."""

import json

import numpy as np
import pytest
import rasterio
from typer.testing import CliRunner

from millesime.cli.app import app
from millesime.errors import MillesimeError


def invoke(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def refused(*arguments):
    done = invoke(*arguments)
    assert isinstance(done.exception, MillesimeError), done.exception
    assert done.exception.exit_code == 2
    return str(done.exception)


@pytest.fixture
def territory(tmp_path):
    assert invoke("new", tmp_path / "mine").exit_code == 0
    return tmp_path / "mine"


def test_an_unfilled_territory_is_told_all_that_is_missing(territory):
    names = ("ortho_rgb", "ortho_irc", "dsm", "dtm", "bd_topo")
    message = refused("run", "-C", territory)
    assert [name for name in names if f"given as {name} of vintage 2022" in message] == list(names)
    status = invoke("status", "-C", territory)
    assert status.exit_code == 0
    told = json.loads(invoke("status", "-C", territory, "--json").stdout)["missing_sources"]
    assert len(told) == len(names)
    assert all(sentence in status.stdout for sentence in told)
    assert not (territory / "products").exists()


@pytest.mark.parametrize("place", ["taken", "taken/below"])
def test_publish_into_a_file(territory, tmp_path, place):
    (tmp_path / "taken").write_text("mine")
    message = refused("publish", "-C", territory, "-o", tmp_path / place)
    assert "taken: is a file" in message
    assert "give the name of a folder" in message
    assert (tmp_path / "taken").read_text() == "mine"


def test_predict_does_not_speak_of_a_territory(tmp_path):
    image = tmp_path / "one_band.tif"
    place = rasterio.Affine(0.2, 0, 650000, 0, -0.2, 6860010)
    profile = {"driver": "GTiff", "width": 50, "height": 50, "count": 1, "dtype": "uint8"}
    with rasterio.open(image, "w", crs="EPSG:2154", transform=place, **profile) as dataset:
        dataset.write(np.zeros((1, 50, 50), np.uint8))
    message = refused("predict", image, "-o", tmp_path / "cover.tif")
    assert "one_band.tif" in message
    assert "given as IMAGE" in message
    assert "territory" not in message
