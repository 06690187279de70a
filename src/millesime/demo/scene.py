"""The scene: what really stands on the demo territory at one date.

The generator knows everything: the land, what is built on it, who uses it. The truth (vector and raster), the
imagery and the databases are all views of a scene, each made by its own module. No code of the chain is used
to make a scene or its truth.

All coordinates are EPSG:2154 (Lambert-93) metres; polygons are valid and on the 1 cm grid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import geopandas
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: Ground materials, with the CoSIA `numero` of each. Roofs, crowns, pools and greenhouses are objects: see below.
MATERIALS: Mapping[str, int] = MappingProxyType(
    {
        # sealed
        "asphalt": 3,
        "asphalt_worn": 3,
        "concrete": 3,
        "paving": 3,
        "car_park": 3,
        "solar_panel": 3,
        # mineral, pervious
        "gravel": 2,
        "ballast": 2,
        "track": 2,
        "stabilised": 2,
        "quarry_floor": 2,
        "rubble": 2,
        "graves": 2,
        # bare
        "bare_earth": 5,
        "site_earth": 5,
        "quarry_face": 5,
        "sand": 5,
        "rock": 5,
        # water
        "river": 6,
        "pond": 6,
        "basin": 6,
        "pool": 4,
        # woody
        "broadleaf": 9,
        "conifer": 8,
        "scrub": 10,
        "heath": 10,
        "hedge": 10,
        "vine": 11,
        # grass and crops
        "lawn": 12,
        "garden": 12,
        "meadow": 12,
        "verge": 12,
        "fallow": 12,
        "sports_turf": 12,
        "wheat": 13,
        "maize": 13,
        "rapeseed": 13,
        "sunflower": 13,
        "stubble": 13,
        "ploughed": 14,
        # under or on roofs
        "building": 1,
        "greenhouse": 15,
    }
)


@dataclass(frozen=True)
class Scene:
    """One date of the demo territory. Frames have a unique RangeIndex; geometry column is `geometry`."""

    year: int
    """Year of the vintage that images this scene (or the date a lagging database describes)."""

    month: int
    """Month of the flight, 5 to 9: it decides which crops are green, ripe or cut."""

    seed: int
    """Seed of the territory, the same for both vintages."""

    extent: tuple[float, float, float, float]
    """west, south, east, north in metres; multiples of 0.20 m; width and height equal."""

    ground: Callable[[Array, Array], Array]
    """Terrain height in metres at coordinates (x, y), vectorised, smooth, the same for both vintages but in the
    quarry. Picklable (an instance of a frozen dataclass with __call__), so that workers can use it."""

    units: geopandas.GeoDataFrame
    """The truth: a partition of the extent (no gap, no overlap, shared vertices) into planned land units.
    Columns: `uid` int64, stable between vintages when the unit did not change; `cs`, `us` delivered leaf codes
    ('CS2.2.1', 'US5'); `kind` str, what the planner put there ('house', 'garden', 'field', 'road', 'quarry' ...);
    `commune` str INSEE code."""

    surfaces: geopandas.GeoDataFrame
    """Everything flat, painted in row order (later rows over earlier ones) to make the class raster; the first
    rows cover the extent whole. Columns: `material` str (a key of MATERIALS); `angle_deg` float, direction of
    rows, furrows, planks or lane, counter-clockwise from east; `variety` uint32, draws the look of this object
    and is stable between vintages; `uid` int64, unit it belongs to or -1."""

    buildings: geopandas.GeoDataFrame
    """Painted over the surfaces, class 1 (or 15 when `roof` is 'greenhouse'). Columns: `bid` int64 stable;
    `height_m` float, to the eaves; `roof` 'gable' | 'hip' | 'flat' | 'greenhouse' | 'shed' | 'round';
    `roof_material` 'tile_red' | 'tile_brown' | 'slate' | 'metal_light' | 'metal_blue' | 'fibre_cement' |
    'gravel' | 'membrane' | 'glass' | 'solar'; `ridge_deg` float; `usage` BD TOPO usage_1 ('Résidentiel',
    'Agricole', 'Commercial et services', 'Industriel', 'Religieux', 'Sportif', 'Annexe', 'Indifférencié');
    `nature` BD TOPO nature ('Indifférenciée', 'Industriel, agricole ou commercial', 'Serre', 'Eglise', 'Silo',
    ...); `dwellings` int; `premises` int (activity premises); `variety` uint32; `uid` int64."""

    trees: geopandas.GeoDataFrame
    """Crowns painted over everything (class 9 or 8), points. Columns: `radius_m` float; `height_m` float (above
    ground); `species` 'broadleaf' | 'conifer' | 'fruit' | 'poplar'; `variety` uint32. Forests are full of
    crowns."""

    vehicles: geopandas.GeoDataFrame
    """Points, drawn on the imagery only (they change no class). Columns: `angle_deg`, `length_m`, `variety`."""

    roads: geopandas.GeoDataFrame
    """Centre lines (LineString, nodes shared at crossings). Columns: `rid` int64 stable; `nature` BD TOPO ('Route
    à 1 chaussée', 'Rond-point', 'Route empierrée', 'Chemin', 'Sentier', ...); `importance` '1'..'6' text;
    `width_m` float, true carriageway; `level` int (0 ground, 1 bridge, -1 tunnel); `name` str; `private` bool."""

    railways: geopandas.GeoDataFrame
    """Centre lines. Columns: `rid`, `nature` 'Voie ferrée principale', `tracks` int, `level` int."""

    waters: geopandas.GeoDataFrame
    """Polygons. Columns: `wid`, `nature` BD TOPO SURFACE_HYDROGRAPHIQUE ('Ecoulement naturel', 'Canal', 'Retenue',
    "Réservoir-bassin piscicole", "Plan d'eau de gravière", ...); `persistent` bool."""

    zones: geopandas.GeoDataFrame
    """Places with a purpose, polygons that may overlap. Columns: `zid`; `layer` BD TOPO layer the place would be
    in ('ZONE_D_ACTIVITE_OU_D_INTERET', 'CIMETIERE', 'TERRAIN_DE_SPORT', 'EQUIPEMENT_DE_TRANSPORT',
    'POSTE_DE_TRANSFORMATION', 'RESERVOIR', 'ZONE_D_HABITATION'); `categorie`, `nature`, `name` str."""

    fields: geopandas.GeoDataFrame
    """Farmed parcels. Columns: `fid`; `crop` material of MATERIALS or 'orchard'; `code_group` str and `code_cultu`
    str as in the RPG."""

    woods: geopandas.GeoDataFrame
    """Stands of trees and heaths. Columns: `sid`; `stand` 'broadleaf' | 'conifer' | 'mixed' | 'poplar' | 'heath' |
    'clear_cut' | 'hedge' | 'orchard'; `code_tfv` BD Forêt v2 code ('FF1-00', 'FF2-00', 'FF31', 'LA4', 'FF0',
    'FP', ''), empty for those BD Forêt leaves out; `managed` bool (forestry)."""

    parcels: geopandas.GeoDataFrame
    """Cadastral parcels, a partition of the extent less the public domain. Columns: `pid` int64; `commune` str;
    `section` str; `numero` int; `dwellings` int, `premises` int (what stands on it)."""

    communes: geopandas.GeoDataFrame
    """A partition of the extent. Columns: `insee` str, `name` str."""
