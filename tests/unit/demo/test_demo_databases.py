"""The demo's databases: real schemas, announced rates, nothing wrong when asked to be perfect."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from scene_by_hand import scene_by_hand

from millesime.demo.databases import AS_REAL, PERFECT, make, write
from millesime.demo.databases.chance import draws, lowest
from millesime.demo.databases.drift import Drift
from millesime.sources import SOURCES, load

SEED = 3
SCENE = scene_by_hand()


def scene_at(year):
    return SCENE if year == SCENE.year else scene_by_hand(year=year)


@pytest.fixture(scope="module")
def real():
    return make(lambda year: SCENE, 2019, faults=AS_REAL, seed=SEED)[0]


@pytest.fixture(scope="module")
def perfect():
    return make(lambda year: SCENE, 2019, faults=PERFECT, seed=SEED)[0]


def _by_key(frame, column):
    return frame.set_index(frame[column].str[8:].astype(int))


def test_three_percent_of_the_buildings_are_missing_and_two_percent_are_gone(real):
    known = set(_by_key(real["bd_topo"]["batiment"], "cleabs").index)
    standing = set(SCENE.buildings["bid"])
    assert len(standing - known) == round(0.03 * len(standing))
    gone = known - standing
    assert len(gone) == round(0.02 * len(standing))
    shapes = _by_key(real["bd_topo"]["batiment"], "cleabs").loc[sorted(gone)].geometry.to_numpy()
    tree = shapely.STRtree(SCENE.buildings.geometry.to_numpy())
    assert tree.query(shapes, predicate="intersects").size == 0


def test_footprints_are_off_by_half_a_metre_rms(real):
    """1 440 draws: the standard error of the root mean square is 0.5 / sqrt(2 n) = 0.01 m."""
    known = _by_key(real["bd_topo"]["batiment"], "cleabs")
    truth = SCENE.buildings.set_index("bid")
    both = known.index.intersection(truth.index)
    apart = shapely.distance(
        shapely.centroid(known.loc[both].geometry.to_numpy()), shapely.centroid(truth.loc[both].geometry.to_numpy())
    )
    assert np.sqrt((apart**2).mean()) == pytest.approx(0.5, abs=0.04)
    assert known.loc[both].area.to_numpy() == pytest.approx(truth.loc[both].area.to_numpy(), abs=2.5)


def test_a_third_of_the_widths_are_empty_and_levels_are_there(real):
    roads = real["bd_topo"]["troncon_de_route"]
    assert roads["largeur_de_chaussee"].isna().sum() == round(0.35 * len(SCENE.roads))
    soft = roads["nature"] == "Chemin"
    assert roads["largeur_de_chaussee"].isna()[soft].mean() > roads["largeur_de_chaussee"].isna()[~soft].mean()
    assert set(roads["position_par_rapport_au_sol"]) == {"-1", "0", "1"}
    assert set(roads["largeur_de_chaussee"].dropna()) == {5.5}


def test_centre_lines_are_off_by_a_metre_at_most_and_still_meet(real):
    roads = real["bd_topo"]["troncon_de_route"].geometry.to_numpy()
    truth = SCENE.roads.geometry.to_numpy()
    apart = shapely.hausdorff_distance(roads, truth)
    assert 0.1 < apart.max() <= 1.0 + 0.1
    ends, starts = shapely.get_point(roads[:-1], -1), shapely.get_point(roads[1:], 0)
    assert shapely.equals(ends, starts).all()


def test_eight_percent_of_the_fields_are_undeclared_and_borders_stay_inside(real):
    fields = real["rpg"]["parcelles_graphiques"]
    assert len(fields) == round(0.92 * len(SCENE.fields))
    truth = SCENE.fields.set_index(SCENE.fields["fid"] + 6_000_000).loc[fields["ID_PARCEL"].astype(int)]
    inset = shapely.distance(shapely.boundary(fields.geometry.to_numpy()), shapely.boundary(truth.geometry.to_numpy()))
    assert inset.min() >= 1.0 - 0.1
    assert inset.max() <= 3.0 + 0.1
    assert inset.std() > 0.3
    assert shapely.covers(truth.geometry.to_numpy(), fields.geometry.to_numpy()).all()


def test_bd_foret_has_stands_of_half_a_hectare_and_more(real):
    """Stands of 1 ha and 0.64 ha are kept, the one of 0.25 ha and the hedge are not."""
    assert real["bd_foret"]["formation_vegetale"]["CODE_TFV"].tolist() == ["FF1-00", "FF2-00"]


def test_five_percent_of_the_parcels_in_use_are_unmatched(real):
    parcels, premises = real["fichiers_fonciers"]["parcelle"], real["fichiers_fonciers"]["local"]
    used = (SCENE.parcels["dwellings"] + SCENE.parcels["premises"] > 0).to_numpy()
    lost = used & (parcels["nlocal"].to_numpy() == 0)
    assert lost.sum() == round(0.05 * used.sum())
    assert len(premises) == (SCENE.parcels["dwellings"] + SCENE.parcels["premises"]).sum()
    astray = ~premises["idpar"].isin(parcels["idpar"])
    assert astray.sum() == (SCENE.parcels["dwellings"] + SCENE.parcels["premises"])[lost].sum()


def test_the_same_building_is_off_by_the_same_in_every_vintage(real):
    later = make(lambda year: SCENE, 2022, faults=AS_REAL, seed=SEED)[0]["bd_topo"]["batiment"]
    first = real["bd_topo"]["batiment"]
    assert later["cleabs"].tolist() == first["cleabs"].tolist()
    assert shapely.equals(later.geometry.to_numpy(), first.geometry.to_numpy()).all()


def test_perfect_databases_are_the_ground_itself(perfect):
    buildings = perfect["bd_topo"]["batiment"]
    assert len(buildings) == len(SCENE.buildings)
    assert shapely.equals(buildings.geometry.to_numpy(), SCENE.buildings.geometry.to_numpy()).all()
    assert not buildings["nombre_de_logements"].isna().any()
    roads = perfect["bd_topo"]["troncon_de_route"]
    assert not roads["largeur_de_chaussee"].isna().any()
    assert shapely.equals(roads.geometry.to_numpy(), SCENE.roads.geometry.to_numpy()).all()
    assert len(perfect["rpg"]["parcelles_graphiques"]) == len(SCENE.fields)
    assert (perfect["fichiers_fonciers"]["parcelle"]["nlochabit"] == SCENE.parcels["dwellings"]).all()


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        (AS_REAL, {"bd_topo": 2018, "rpg": 2018, "bd_foret": 2017, "fichiers_fonciers": 2017, "admin_express": 2019}),
        (PERFECT, dict.fromkeys(("bd_topo", "rpg", "bd_foret", "fichiers_fonciers", "admin_express"), 2019)),
    ],
)
def test_each_database_lags_by_two_years_at_most(faults, expected):
    small = scene_by_hand(side=4, fields=4, roads=8)
    assert make(lambda year: small, 2019, faults=faults, seed=SEED)[1] == expected


def test_the_files_are_read_by_the_sources_without_a_remark(tmp_path):
    small = scene_by_hand(side=10, fields=10, roads=20)
    written = write(lambda year: small, 2019, tmp_path, seed=SEED)
    assert sorted(written.paths) == sorted(SOURCES)
    for name, path in written.paths.items():
        database = load(name, path, crs="EPSG:2154")
        assert len(database.set_aside) == 0
        assert all(": read" in key or ": used" in key for key in database.counts), dict(database.counts)
        assert sum(len(layer) for layer in database.layers.values()) > 0


def test_same_seed_same_bytes(tmp_path):
    small = scene_by_hand(side=6, fields=4, roads=8)
    for run in ("first", "second"):
        (tmp_path / run).mkdir()
        write(lambda year: small, 2019, tmp_path / run, seed=SEED)
    for path in sorted((tmp_path / "first").iterdir()):
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes(), path.name


def test_attributes_bear_the_producers_names(tmp_path):
    small = scene_by_hand(side=6, fields=4, roads=8)
    written = write(lambda year: small, 2019, tmp_path, seed=SEED)
    parcels = geopandas.read_file(written.paths["rpg"])
    assert {"ID_PARCEL", "SURF_PARC", "CODE_CULTU", "CODE_GROUP"} <= set(parcels.columns)
    buildings = geopandas.read_file(written.paths["bd_topo"], layer="batiment")
    assert buildings["cleabs"].str.fullmatch(r"BATIMENT\d{16}").all()
    assert {"usage_1", "usage_2", "etat_de_l_objet", "nombre_de_logements", "hauteur"} <= set(buildings.columns)


def test_a_drift_never_exceeds_its_bound():
    rng = np.random.Generator(np.random.PCG64(5))
    places = rng.random((5000, 2)) * 3000 + np.array([850_000.0, 6_530_000.0])
    moved = np.linalg.norm(Drift(SEED, 1.0)(places) - places, axis=1)
    assert moved.max() <= 1.0
    assert moved.mean() > 0.2


def test_chance_belongs_to_the_object():
    together = draws(SEED, "missing", [5, 6, 7])
    assert draws(SEED, "missing", [6])[0, 0] == together[1, 0]
    assert draws(SEED, "width", [6])[0, 0] != together[1, 0]
    assert lowest(np.array([0.4, 0.1, 0.3, 0.2]), 0.5).tolist() == [False, True, False, True]
    assert draws(SEED, "none", []).shape == (0, 1)


def test_the_announced_rates_are_those_of_the_table():
    page = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")
    lags = (AS_REAL.bd_topo_lag_years, AS_REAL.rpg_lag_years, AS_REAL.bd_foret_lag_years)
    for announced in (
        f"{', '.join(str(lag) for lag in (*lags, AS_REAL.fichiers_fonciers_lag_years))} years",
        f"| buildings missing | {AS_REAL.buildings_missing:.0%} |".replace("%", " %"),
        f"| buildings demolished and still there | {AS_REAL.buildings_gone:.0%} |".replace("%", " %"),
        f"| footprints off by | {AS_REAL.footprint_rms_m:g} m rms |",
        f"| widths of roads empty | {AS_REAL.road_width_empty:.0%} |".replace("%", " %"),
        f"| fields undeclared | {AS_REAL.fields_undeclared:.0%} |".replace("%", " %"),
        f"| borders of fields inset by | {AS_REAL.field_inset_min_m:g} to {AS_REAL.field_inset_max_m:g} m |",
        f"| parcels in use without their premises | {AS_REAL.parcels_unmatched:.0%} |".replace("%", " %"),
    ):
        assert announced in page, announced
