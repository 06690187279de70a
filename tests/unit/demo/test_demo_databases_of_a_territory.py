"""The databases of a planned territory, as the sources read them."""

from __future__ import annotations

import pytest

from millesime.demo.databases import AS_REAL, PERFECT, make
from millesime.demo.plan import make_scenes
from millesime.sources import SOURCES


@pytest.fixture(scope="module")
def scenes():
    return make_scenes(11, 0.6)


@pytest.mark.parametrize("faults", [AS_REAL, PERFECT], ids=["as real", "perfect"])
@pytest.mark.parametrize("year", [2019, 2022])
def test_every_feature_is_understood(scenes, year, faults):
    """All values are in the producers' lists, all geometries are usable, no key is given twice."""
    layers, _ = make(scenes.scene_at, year, faults=faults, seed=11)
    assert {"batiment", "troncon_de_route", "surface_hydrographique", "zone_de_vegetation"} <= set(layers["bd_topo"])
    for name, frames in layers.items():
        source, normalise = SOURCES[name]
        for layer, frame in frames.items():
            normalised = normalise(layer, frame)
            aside = normalised.loc[normalised["set_aside"] != "", "set_aside"].tolist()
            assert not aside, f"{name}.{layer}: {aside}"
            unknown = [text for text in normalised["remarks"] if "unknown" in text or "unreadable" in text]
            assert not unknown, f"{name}.{layer}: {unknown}"
            key = source.layer(layer).key
            assert not normalised.drop_duplicates("row")[key].duplicated().any(), f"{name}.{layer}"


def test_perfect_databases_hold_all_that_stands(scenes):
    layers, _ = make(scenes.scene_at, 2022, faults=PERFECT, seed=11)
    assert len(layers["bd_topo"]["batiment"]) == len(scenes.second.buildings)
    assert len(layers["bd_topo"]["troncon_de_route"]) == len(scenes.second.roads)
    assert len(layers["rpg"]["parcelles_graphiques"]) == len(scenes.second.fields)
    assert len(layers["fichiers_fonciers"]["parcelle"]) == len(scenes.second.parcels)
    assert len(layers["admin_express"]["commune"]) == len(scenes.second.communes)
