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


def told(tmp_path, text):
    with pytest.raises(ConfigError) as caught:
        read_territory(write(tmp_path, text))
    return str(caught.value)


def test_an_unknown_key_does_not_hide_a_geographic_crs_nor_a_wrong_reference(tmp_path):
    text = GOOD.replace('name = "Demo"', 'name = "Demo"\nnom = "Demo"').replace("EPSG:2154", "EPSG:4326")
    message = told(tmp_path, text.replace("reference_vintage = 2019", "reference_vintage = 2016"))
    for words in (
        "3 faults",
        "territory.nom: unknown key; did you mean `name`?",
        "territory.crs: EPSG:4326 is geographic, in degrees; must be a projected CRS in metres",
        "vintage 2022: its reference vintage 2016 is not a vintage",
    ):
        assert words in message, message


@pytest.mark.parametrize(("crs", "words"), [("EPSG:2225", "US survey foot"), ("EPSG:4326", "degrees")])
def test_a_crs_that_is_not_metric_is_refused_for_imagery_too(tmp_path, crs, words):
    message = told(tmp_path, GOOD.replace("year = 2019", f'year = 2019\ncrs = "{crs}"'))
    assert "vintages.2019.crs" in message
    assert words in message


def test_a_misspelt_key_in_every_vintage_gives_one_line_each(tmp_path):
    text = GOOD.replace('ortho_rgb = "', 'orto_rgb = "').replace('bd_topo = "sources', 'rgp = "sources')
    lines = told(tmp_path, text).splitlines()
    assert lines[1:3] == [
        "  - vintages.2022.orto_rgb: unknown key; did you mean `ortho_rgb`?",
        "  - vintages.2019.sources.rgp: unknown key; did you mean `rpg`?",
    ]
    assert len(lines) == 4  # with the place and the remedy


def test_no_vintage_at_all_is_told(tmp_path):
    text = "vintages = []\n" + GOOD[: GOOD.index("[parameters")]
    assert "vintages: Tuple should have at least 1 item" in told(tmp_path, text)


def test_a_wrong_location_is_told_once_and_a_long_value_is_cut(tmp_path):
    message = told(tmp_path, GOOD.replace('bd_topo = "sources/2019/bd_topo.gpkg"', f"rpg = {list(range(99))}"))
    assert message.count("vintages.2019.sources.rpg") == 1
    assert len(message) < 400 + len(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "words"),
    [("[territory]\ncode = 1 2\n", "correct the line it names"), ("[territory]\na = [1,\n", "close what is left open")],
)
def test_the_remedy_for_what_is_not_toml_fits_the_fault(tmp_path, text, words):
    assert words in told(tmp_path, text)


def test_a_file_in_another_encoding_is_told(tmp_path):
    (tmp_path / "territory.toml").write_bytes('[territory]\nname = "Forêt"\n'.encode("latin-1"))
    with pytest.raises(ConfigError, match="save it as UTF-8"):
        read_territory(tmp_path)
