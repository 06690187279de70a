"""Every naming variant of section 7.2, each a file or an archive made from the demo: read to the same layer."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass, field

import geopandas
import numpy as np
import py7zr
import pytest
import shapely

from millesime.sources.ocsge import read_delivery

from .conftest import delivered_layer, millesime

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Variant:
    """One way in which a layer is delivered."""

    archive: str
    """Its name, without the suffix."""
    file: str
    """Path of the file inside."""
    kind: str
    territory: str | None
    years: tuple[int, ...]
    names: dict[str, str] = field(default_factory=dict)
    """Attribute of the demo's layer -> its name here."""
    crs: str = "EPSG:2154"
    suffix: str = ".7z"


INSIDE = "OCS-GE/1_DONNEES_LIVRAISON_2025-05-00080/OCSGE_2-0_{}_{}_D{}-{}/"
CODES = {"code_cs": "couverture", "code_us": "usage"}
UPPER = {name: name.upper() for name in ("id", "code_cs", "code_us", "millesime", "source", "ossature", "id_origine")}
WORDS = {"cs_2019": "cs_avant", "cs_2022": "cs_apres", "us_2019": "us_avant", "us_2022": "us_apres"}
SHOUTED = {name: word.upper() for name, word in WORDS.items()}


def dated(first, second, *, case=str.lower):
    """The attributes of a difference under other years."""
    years = {"2019": first, "2022": second}
    return {
        f"{name}_{year}": case(f"{name}_{years[year]}") for name in ("cs", "us", "artif") for year in ("2019", "2022")
    }


#: The patterns of the table of archives, then the names inside, the typo and the CRS of every territory.
VARIANTS = [
    Variant(
        "OCS-GE_2-0__GPKG_LAMB93_D032_2022-01-01",
        INSIDE.format("GPKG", "LAMB93", "32", "2022") + "OCCUPATION_SOL.gpkg",
        *("OCCUPATION_SOL", "32", (2022,)),
    ),
    Variant(
        "OCS-GE_2-0__SHP_LAMB93_D032_2016-01-01",
        INSIDE.format("SHP", "LAMB93", "32", "2016") + "OCCUPATION_SOL.shp",
        *("OCCUPATION_SOL", "32", (2016,), UPPER),
    ),
    Variant(
        "OCS-GE_2-0__SHP_LAMB93_D066_2018-01-01",
        "OCCUPATION_SOL.shp",
        *("OCCUPATION_SOL", "66", (2018,), CODES),
        suffix=".zip",
    ),
    Variant(
        "OCS-GE_2-0__GPKG_LAMB93_D009_2022-01-01",
        INSIDE.format("GPKG", "LAMB93", "09", "2022") + "OCCUPATION_SOL.gpkg",
        *("OCCUPATION_SOL", "09", (2022,)),
    ),
    Variant(
        "OCS-GE_2-0__GPKG_LAMB93_D02A_2021-01-01",
        INSIDE.format("GPKG", "LAMB93", "2A", "2021") + "ZONE_CONSTRUITE.gpkg",
        *("ZONE_CONSTRUITE", "2A", (2021,)),
        suffix=".zip",
    ),
    Variant(
        "OCS-GE_2-0_DIFF-2019-2022_GPKG_LAMB93_D032_2026-02-26",
        "DIFF_2019_2022_32.gpkg",
        *("DIFF", "32", (2019, 2022)),
    ),
    Variant(
        "OCS-GE_2-0__SHP_LAMB93_D032_DIFF_2016-2019", "DIFF.shp", *("DIFF", "32", (2016, 2019), WORDS), suffix=".zip"
    ),
    Variant("OCS-GE_2-0_DIFF_SHP_LAMB93_D001_2018-2021", "DIFF.shp", *("DIFF", "01", (2018, 2021), SHOUTED)),
    Variant(
        "OCS-GE_2-0_DIFF_SHP_LAMB93_D001_2018-2021",
        "DIIF_2018_2021.shp",  # the typo was published
        *("DIFF", "01", (2018, 2021), dated(2018, 2021, case=str.upper)),
    ),
    Variant("OCSGE-ARTIFICIALISATION", "artif_2022_32.gpkg", *("ARTIF", "32", (2022,)), suffix=".zip"),
    Variant(
        "OCS-GE_2-0_ARTIFICIALISATION_GPKG_LAMB93_D032_2019-01-01",
        "OCSGE-ARTIFICIALISATION/artif_2019_32.gpkg",
        *("ARTIF", "32", (2019,)),
    ),
    Variant(
        "OCS-GE-ARTIFICIALISATION_2-0_DIFF-2016-2019_GPKG_LAMB93_D032_2025-09-16",
        "diff_artif_2016_2019_32.gpkg",
        *("ARTIF_DIFF", "32", (2016, 2019), dated(2016, 2019)),
    ),
    Variant("OCSGE-ARTIFICIALISATION", "zan_evol_32.shp", *("ARTIF_DIFF", None, (2019, 2022)), suffix=".zip"),
    Variant(
        "OCS-GE_2-0_PATCHCORRECTIF_GPKG_LAMB93_D022_2018-01-01",
        "PATCH_CORR_D22_2018.gpkg",
        *("PATCH", "22", (2018,)),
    ),
    *(
        Variant(
            f"OCS-GE_2-0__GPKG_{token}_D{number}_2022-01-01",
            INSIDE.format("GPKG", token, number, "2022") + "OCCUPATION_SOL.gpkg",
            *("OCCUPATION_SOL", number, (2022,)),
            crs=crs,
            suffix=suffix,
        )
        for number, token, crs, suffix in (
            ("971", "RGAF09UTM20", "EPSG:5490", ".7z"),
            ("972", "RGAF09UTM20", "EPSG:5490", ".zip"),
            ("973", "RGFG95UTM22", "EPSG:2972", ".7z"),
            ("974", "RGR92UTM40S", "EPSG:2975", ".zip"),
            ("976", "RGM04UTM38S", "EPSG:4471", ".7z"),
        )
    ),
]


def _as_delivered(demo, variant):
    """The demo's layer with the vintage, the names and the CRS of the variant."""
    if variant.kind == "PATCH":
        frame = delivered_layer(demo, "OCCUPATION_SOL").iloc[:10].assign(cs_corr="RAS", us_corr="US6.3")
    else:
        frame = delivered_layer(demo, variant.kind)
    if "millesime" in frame.columns:
        frame["millesime"] = str(variant.years[-1])
    if variant.crs != "EPSG:2154":  # the same map, in the middle of the zone of another CRS
        by = np.array([500_000, 2_000_000]) - np.array(frame.total_bounds[:2])
        moved = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy + by)
        frame = frame.set_geometry(moved).set_crs(variant.crs, allow_override=True)
    frame = frame.rename(columns=variant.names)
    if variant.file.endswith(".shp"):
        frame = frame.rename(columns={name: name[:10] for name in frame.columns})
    return frame


def _packed(frame, variant, folder):
    """The frame as one file of an archive."""
    file = folder / "made" / variant.archive / variant.file
    file.parent.mkdir(parents=True)
    frame.to_file(file)
    archive = folder / f"{variant.archive}{variant.suffix}"
    inside = [(item, str(item.relative_to(folder / "made"))) for item in sorted(file.parent.iterdir())]
    if variant.suffix == ".7z":
        with py7zr.SevenZipFile(archive, "w") as opened:
            for item, name in inside:
                opened.write(item, name)
    else:
        with zipfile.ZipFile(archive, "w") as opened:
            for item, name in inside:
                opened.write(item, name)
    return archive


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: f"{v.archive}-{v.file.rpartition('/')[2]}")
def test_every_naming_variant_is_read_to_the_same_layer(demo, tmp_path, variant):
    frame = _as_delivered(demo, variant)
    expected = _as_delivered(demo, Variant("", ".gpkg", variant.kind, None, variant.years, crs=variant.crs))
    archive = _packed(frame, variant, tmp_path)
    delivery = read_delivery(archive)
    (layer,) = delivery.layers
    assert (layer.kind, layer.territory, layer.years) == (variant.kind, variant.territory, variant.years)
    assert layer.frame.crs == variant.crs
    assert (layer.counts["read"], layer.counts["used"], layer.faults) == (len(frame), len(frame), ())
    assert not [text for text in layer.told if "name says" in text], layer.told
    sides = {"cs_before": "cs_2019", "cs_after": "cs_2022", "us_before": "us_2019", "us_after": "us_2022"}
    for column in ("code_cs", "code_us", "artif", "artificialisation", "cs_corr", "us_corr", *sides):
        if column in layer.frame.columns:
            assert layer.frame[column].tolist() == expected[sides.get(column, column)].tolist(), column
    assert layer.frame.area.sum() == pytest.approx(expected.area.sum(), rel=1e-9)


def test_check_and_artif_take_the_archives(demo, tmp_path):
    """The status is that of the same map as a plain file, whatever the names."""
    shouted = VARIANTS[1]
    archive = _packed(_as_delivered(demo, shouted), shouted, tmp_path)
    assert json.loads(millesime("check", archive, "--json"))["accepted"] is True
    told = json.loads(millesime("artif", archive, "--json"))
    frame = delivered_layer(demo, "ARTIF")
    assert told["artificial_m2"] == pytest.approx(frame.loc[frame["artif"] == "artif", "aire"].sum(), abs=0.01)
    assert told["rows"][0]["territory"] == "32"


def test_diff_takes_the_archives(demo, tmp_path):
    """Vintages of other names and forms: the same changes as between the delivered files."""
    territory, _ = demo
    first, second = (territory / "delivery" / str(year) for year in (2019, 2022))
    expected = json.loads(millesime("diff", first, second, "--json"))
    moved = Variant("OCS-GE_2-0__GPKG_LAMB93_D032_2022-01-01", "OCCUPATION_SOL.gpkg", "OCCUPATION_SOL", "32", (2022,))
    frame = _as_delivered(demo, moved).rename(columns=CODES)
    found = json.loads(millesime("diff", first, _packed(frame, moved, tmp_path), "--json"))
    for name in ("changes", "flux", "transitions", "years"):
        assert found[name] == expected[name], name


def test_multipolygons_and_other_geometry_columns(demo, tmp_path):
    frame = delivered_layer(demo, "OCCUPATION_SOL")
    for geometry in ("the_geom", "geom", "geometry"):
        multi = frame.set_geometry([shapely.MultiPolygon([g]) for g in frame.geometry], crs=frame.crs)
        path = tmp_path / f"{geometry}.gpkg"
        multi.assign(millesime=2022).to_file(path, GEOMETRY_NAME=geometry, promote_to_multi=True)
        layer = read_delivery(path).layers[0]
        assert isinstance(geopandas.read_file(path).geometry.iloc[0], shapely.MultiPolygon)
        assert set(layer.frame.geom_type) == {"Polygon"}
        assert (layer.counts["used"], layer.years) == (len(frame), (2022,))
        assert layer.frame.area.tolist() == pytest.approx(frame.area.tolist())
