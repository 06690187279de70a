"""territory.toml: what it holds, and all its faults told at once."""

import pytest

from millesime.errors import ConfigError
from millesime.io.territory import read_territory

GOOD = """
[territory]
code = "DEMO"
name = "Demo"
crs = "EPSG:2154"
extent = [650000.0, 6860000.0, 650400.0, 6860400.0]
[parameters.built_zone]
dilate_m = 30
[[vintages]]
year = 2022
reference_vintage = 2019
ortho_rgb = "sources/2022/ortho_rgb.tif"
[vintages.sources]
bd_topo = {batiment = "a.geojson", troncon_de_route = "b.geojson"}
[[vintages]]
year = 2019
[vintages.sources]
bd_topo = "sources/2019/bd_topo.gpkg"
"""


def write(folder, text):
    (folder / "territory.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_good_file(tmp_path):
    territory = read_territory(write(tmp_path, GOOD))
    assert [vintage.year for vintage in territory.in_order()] == [2019, 2022]
    assert set(territory.vintage(2022).sources.bd_topo) == {"batiment", "troncon_de_route"}
    assert territory.parameters == {"built_zone": {"dilate_m": 30}}


def test_all_faults_are_told_at_once(tmp_path):
    text = (
        GOOD.replace('crs = "EPSG:2154"', 'crs = "EPSG:999999"')
        .replace("650400.0,", "640400.0,")
        .replace('name = "Demo"', 'nom = "Demo"')
        .replace("year = 2019", 'year = "soon"')
        .replace('bd_topo = "sources', 'bdtopo = "sources')
        + "\n[extra]\na = 1\n"
    )
    with pytest.raises(ConfigError) as caught:
        read_territory(write(tmp_path, text))
    message = str(caught.value)
    for words in (
        "extra: unknown section",
        "territory.nom: unknown key",
        "territory.name: Field required",
        "EPSG:999999",
        "west, south, east, north",
        "vintages.2.year",
        "vintages.2.sources.bdtopo: unknown key",
    ):
        assert words in message, message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("reference_vintage = 2019", "reference_vintage = 2016"), "2016 is not a vintage"),
        (("reference_vintage = 2019", "reference_vintage = 2022"), "circle"),
        (("year = 2019", "year = 2022"), "given 2 times"),
        (("650400.0", "650400.001"), "whole centimetres"),
        (("[territory]", "[territory"), "is not TOML"),
    ],
)
def test_faults_between_keys(tmp_path, change, words):
    with pytest.raises(ConfigError, match=words):
        read_territory(write(tmp_path, GOOD.replace(*change)))


def test_a_folder_without_a_territory(tmp_path):
    with pytest.raises(ConfigError, match="millesime new"):
        read_territory(tmp_path)
